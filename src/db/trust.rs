//! How blogs stand in a hub: new, trusted or barred; and what came from them.

use diesel::prelude::*;

use super::pings::Ping;
use super::schema::{blogs, ping_events, pings};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::blog::Trust;
use crate::model::id::{BlogId, HubId, PingId};
use crate::model::ping::PingState;
use crate::model::web_url::registrable_domain_of;

/// A blog on the desk.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = blogs)]
pub struct KnownBlog {
    /// Its row.
    pub id: BlogId,
    /// Its key: host and, on shared hosts, path prefix.
    pub key: String,
    /// Its name.
    pub name: String,
    /// How many of its posts are listed.
    pub listed_count: i64,
    /// Since when it is trusted.
    pub approved_at: Option<Timestamp>,
    /// Since when it is barred.
    pub barred_at: Option<Timestamp>,
    /// Since when the hub knows it.
    pub created_at: Timestamp,
}

impl KnownBlog {
    /// How it stands.
    pub const fn trust(&self) -> Trust {
        Trust::of(self.approved_at.is_some(), self.barred_at.is_some())
    }

    /// Since when it stands so.
    pub fn since(&self) -> Timestamp {
        self.barred_at.or(self.approved_at).unwrap_or(self.created_at)
    }
}

/// How the blog of this key stands.
pub fn find(connection: &mut DbConnection, hub: HubId, key: &str) -> Result<Trust, DbError> {
    let found: Option<(Option<i64>, Option<i64>)> = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(key)))
        .select((blogs::approved_at, blogs::barred_at))
        .first(connection)
        .optional()?;
    Ok(found
        .map_or(Trust::New, |(approved, barred)| Trust::of(approved.is_some(), barred.is_some())))
}

/// Whether a hub bars the blog of this key: itself, or, while nobody said that it is trusted, as
/// another name under the registrable domain of one that is barred. A blog on a shared host is
/// itself alone.
pub fn bars(connection: &mut DbConnection, hub: HubId, key: &str) -> Result<bool, DbError> {
    match find(connection, hub, key)? {
        Trust::Barred => return Ok(true),
        Trust::Trusted => return Ok(false),
        Trust::New => {}
    }
    let Some(domain) = registrable_domain_of(key) else { return Ok(false) };
    let below = format!("%.{domain}");
    let barred: Vec<String> = blogs::table
        .filter(blogs::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("barred_at IS NOT NULL"))
        .filter(blogs::key.eq(domain).or(blogs::key.like(below)))
        .select(blogs::key)
        .limit(20)
        .load(connection)?;
    Ok(barred.iter().any(|other| registrable_domain_of(other) == Some(domain)))
}

/// How the blogs of these keys stand that the hub knows.
pub fn list_of(
    connection: &mut DbConnection,
    hub: HubId,
    keys: &[&str],
) -> Result<Vec<(String, Trust)>, DbError> {
    let rows: Vec<(String, Option<i64>, Option<i64>)> = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq_any(keys)))
        .select((blogs::key, blogs::approved_at, blogs::barred_at))
        .load(connection)?;
    let trust = |(key, approved, barred): (String, Option<i64>, Option<i64>)| {
        (key, Trust::of(approved.is_some(), barred.is_some()))
    };
    Ok(rows.into_iter().map(trust).collect())
}

/// Whether somebody set by hand how the blog of this key stands.
pub fn is_set_by_hand(
    connection: &mut DbConnection,
    hub: HubId,
    key: &str,
) -> Result<bool, DbError> {
    let found = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(key)))
        .select(blogs::set_by_hand)
        .first(connection)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Notes whether somebody set by hand how the blog of this key stands.
pub fn update_by_hand(
    tx: &mut Tx<'_>,
    hub: HubId,
    key: &str,
    by_hand: bool,
) -> Result<(), DbError> {
    diesel::update(blogs::table.filter(blogs::hub_id.eq(hub.0)).filter(blogs::key.eq(key)))
        .set(blogs::set_by_hand.eq(by_hand))
        .execute(tx.connection)?;
    Ok(())
}

/// How a blog stands by the verdicts on its posts that hold today: one for spam bars it, one that
/// lists makes it trusted.
pub fn by_verdicts(connection: &mut DbConnection, hub: HubId, key: &str) -> Result<Trust, DbError> {
    let mut holds = |state: PingState| -> Result<bool, DbError> {
        let verdicts = ping_events::table
            .inner_join(
                pings::table.on(pings::hub_id
                    .eq(ping_events::hub_id)
                    .and(pings::id.eq(ping_events::ping_id))),
            )
            .filter(pings::hub_id.eq(hub.0).and(pings::blog_key.eq(key)))
            .filter(pings::state.eq(state.as_str()).and(ping_events::to_state.eq(state.as_str())))
            .filter(ping_events::kind.eq("decided"));
        Ok(diesel::select(diesel::dsl::exists(verdicts)).get_result(connection)?)
    };
    Ok(match (holds(PingState::Spam)?, holds(PingState::Listed)?) {
        (true, _) => Trust::Barred,
        (false, true) => Trust::Trusted,
        (false, false) => Trust::New,
    })
}

/// Whether a hub bars any blog: where it does not, nothing is asked for each ping.
pub fn bars_any(connection: &mut DbConnection, hub: HubId) -> Result<bool, DbError> {
    let barred = blogs::table
        .filter(blogs::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("barred_at IS NOT NULL"));
    Ok(diesel::select(diesel::dsl::exists(barred)).get_result(connection)?)
}

/// Sets how the blog of this key stands, where the hub knows it. A blog that stands so already
/// keeps its date.
pub fn update(
    tx: &mut Tx<'_>,
    hub: HubId,
    key: &str,
    trust: Trust,
    now: Timestamp,
) -> Result<(), DbError> {
    if find(tx.reading(), hub, key)? == trust {
        return Ok(());
    }
    let since = |this| (trust == this).then_some(now.micros());
    let listed: Vec<i64> = diesel::update(blogs::table)
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(key)))
        .set((
            blogs::approved_at.eq(since(Trust::Trusted)),
            blogs::barred_at.eq(since(Trust::Barred)),
        ))
        .returning(blogs::listed_count)
        .get_results(tx.connection)?;
    // Gates and rules are kept in memory until their hub changes. Pages show how a blog stands only
    // where it has a post that everybody may see (`security.md` T39).
    if listed.iter().any(|count| *count > 0) {
        super::hubs::touch(tx, hub, now)
    } else {
        super::hubs::touch_quietly(tx, hub, now)
    }
}

/// A blog of a hub.
pub fn find_blog(
    connection: &mut DbConnection,
    hub: HubId,
    blog: BlogId,
) -> Result<Option<KnownBlog>, DbError> {
    Ok(blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::id.eq(blog.0)))
        .select(KnownBlog::as_select())
        .first(connection)
        .optional()?)
}

/// What is asked of the list of blogs.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those who stand so.
    pub trust: Option<Trust>,
    /// Only those whose name or key holds this.
    pub words: String,
    /// Only those behind this one.
    pub after: Option<(String, BlogId)>,
}

/// Blogs of a hub by name.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<KnownBlog>, DbError> {
    let mut query = blogs::table
        .filter(blogs::hub_id.eq(hub.0))
        .select(KnownBlog::as_select())
        .order((blogs::name, blogs::id))
        .limit(limit)
        .into_boxed();
    query = match filter.trust {
        None => query,
        Some(Trust::Trusted) => query.filter(blogs::approved_at.is_not_null()),
        Some(Trust::Barred) => query.filter(blogs::barred_at.is_not_null()),
        Some(Trust::New) => {
            query.filter(blogs::approved_at.is_null().and(blogs::barred_at.is_null()))
        }
    };
    if !filter.words.is_empty() {
        let literal = filter.words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let within = format!("%{}%", literal.to_lowercase());
        let lower = diesel::dsl::sql::<diesel::sql_types::Text>("lower(blogs.name)");
        query = query.filter(
            lower.like(within.clone()).escape('\\').or(blogs::key.like(within).escape('\\')),
        );
    }
    if let Some((name, id)) = &filter.after {
        query = query.filter(blogs::name.gt(name).or(blogs::name.eq(name).and(blogs::id.gt(id.0))));
    }
    Ok(query.load(connection)?)
}

/// The posts of a blog in a hub, in all its categories.
#[derive(Debug, Clone, Queryable)]
pub struct Posts {
    /// The blog.
    pub key: String,
    /// How many came.
    pub count: i64,
    /// How many of them are listed.
    pub listed: i64,
    /// When the last came.
    pub last: Option<Timestamp>,
}

/// How many posts came from each of these blogs, and when the last one did.
pub fn count_posts(
    connection: &mut DbConnection,
    hub: HubId,
    keys: &[&str],
) -> Result<Vec<Posts>, DbError> {
    use diesel::dsl::{count_star, max, sql};
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::blog_key.eq_any(keys)))
        .group_by(pings::blog_key)
        .select((
            pings::blog_key,
            count_star(),
            sql::<diesel::sql_types::BigInt>(
                "count(*) FILTER (WHERE state = 'listed' AND hidden_at IS NULL)",
            ),
            max(pings::received_at),
        ))
        .load(connection)?)
}

/// What came from a blog, in whatever state, the newest first, from a place on.
pub fn list_posts(
    connection: &mut DbConnection,
    hub: HubId,
    key: &str,
    before: Option<(Timestamp, PingId)>,
    limit: i64,
) -> Result<Vec<Ping>, DbError> {
    let mut query = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::blog_key.eq(key)))
        .select(Ping::as_select())
        .order((pings::received_at.desc(), pings::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some((received_at, id)) = before {
        let at = received_at.micros();
        query = query.filter(
            pings::received_at.lt(at).or(pings::received_at.eq(at).and(pings::id.lt(id.0))),
        );
    }
    Ok(query.load(connection)?)
}
