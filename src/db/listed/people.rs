//! The blogs that took part in a hub: those with a listed post that everybody may read who reads
//! the hub.

use std::collections::HashSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{IS_PUBLIC, apart};
use crate::clock::Timestamp;
use crate::db::prepared::Prepare;
use crate::db::schema::{blogs, page_readings, pings};
use crate::db::{DbConnection, DbError, Tx};
use crate::model::blog::sort_name;
use crate::model::id::{BlogId, HubId, PingId};

/// A literal, as the indexes have it. The count is that of public categories only.
const TOOK_PART: &str = "blogs.listed_count > 0";

/// A blog that took part.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = blogs)]
pub struct Participant {
    /// Its id.
    pub id: BlogId,
    /// Its key: host and, on shared hosts, path prefix.
    pub key: String,
    /// How many of its posts are listed.
    pub listed_count: i64,
    /// Since when a moderator approves of it.
    pub approved_at: Option<Timestamp>,
    /// Its feed, where it is known.
    pub feed_url: Option<String>,
    /// Its name as it is sorted by.
    pub sort_name: String,
    /// When its first post was listed.
    pub first_listed_at: Option<Timestamp>,
    /// When its newest post was listed.
    pub last_listed_at: Option<Timestamp>,
}

/// The newest post of a blog.
#[derive(Debug, Clone, Queryable)]
pub struct NewestPost {
    blog_id: Option<BlogId>,
    /// Where it is.
    pub url: String,
    /// Its title.
    pub title: String,
    /// What its blog is called.
    pub blog_name: String,
    listed_at: Option<Timestamp>,
    /// The feed that its page names; may be empty.
    pub feed_url: Option<String>,
    /// The language that its page names; may be empty.
    pub language: Option<String>,
}

/// In which order, and after which blog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// By name; after the blog of this key, which was sorted by this name.
    Name(Option<(String, String)>),
    /// The one whose newest post is newest first; after the blog of this key, whose newest post was
    /// listed then.
    Newest(Option<(Timestamp, String)>),
}

/// The blogs that took part, each with its newest post, at most `limit`. The one they are to come
/// after leaves its place behind, should it have left since.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    order: &Order,
    limit: i64,
) -> Result<Vec<(Participant, NewestPost)>, DbError> {
    let mut query = blogs::table
        .filter(blogs::hub_id.eq(hub.0))
        .filter(sql::<Bool>(TOOK_PART))
        .select(Participant::as_select())
        .limit(limit)
        .into_boxed();
    query = match order {
        Order::Name(_) => query.order((blogs::sort_name, blogs::id)),
        Order::Newest(_) => query.order((blogs::last_listed_at.desc(), blogs::id.desc())),
    };
    query = match order {
        Order::Name(None) | Order::Newest(None) => query,
        Order::Name(Some((name, key))) => {
            let id = find_id(connection, hub, key)?;
            let same = blogs::sort_name.eq(name).and(blogs::id.gt(id));
            query.filter(blogs::sort_name.gt(name).or(same))
        }
        Order::Newest(Some((at, key))) => {
            let id = find_id(connection, hub, key)?;
            let same = blogs::last_listed_at.eq(at.micros()).and(blogs::id.lt(id));
            query.filter(blogs::last_listed_at.lt(at.micros()).or(same))
        }
    };
    let found: Vec<Participant> = query.load(connection)?;
    with_newest(connection, hub, found)
}

/// The blogs that took part which have this key, or a name that begins as `name` does, at most
/// `limit`, each with its newest post.
pub fn list_named(
    connection: &mut DbConnection,
    hub: HubId,
    name: &str,
    key: Option<&str>,
    limit: i64,
) -> Result<Vec<(Participant, NewestPost)>, DbError> {
    let took_part = || blogs::table.filter(blogs::hub_id.eq(hub.0)).filter(sql::<Bool>(TOOK_PART));
    let mut found: Vec<Participant> = took_part()
        .filter(blogs::key.eq(key.unwrap_or_default()))
        .select(Participant::as_select())
        .load(connection)?;
    let name = sort_name(name);
    // One letter begins too many names to mean one.
    if name.chars().count() > 1 {
        let so_named: Vec<Participant> = took_part()
            .filter(
                blogs::sort_name.ge(&name).and(blogs::sort_name.lt(format!("{name}\u{10ffff}"))),
            )
            .select(Participant::as_select())
            .order((blogs::sort_name, blogs::id))
            .limit(limit)
            .load(connection)?;
        found.extend(so_named);
    }
    let mut seen = HashSet::new();
    found.retain(|blog| seen.insert(blog.id));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    with_newest(connection, hub, found)
}

/// Which of several of one name or time comes first; 0 where there is no such blog.
fn find_id(connection: &mut DbConnection, hub: HubId, key: &str) -> Result<i64, DbError> {
    let id = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(key)))
        .select(blogs::id)
        .first(connection)
        .optional()?;
    Ok(id.unwrap_or(0))
}

fn with_newest(
    connection: &mut DbConnection,
    hub: HubId,
    found: Vec<Participant>,
) -> Result<Vec<(Participant, NewestPost)>, DbError> {
    let apart = apart(connection, hub)?;
    let ids: Vec<i64> = found.iter().map(|blog| blog.id.0).collect();
    let times = found.iter().filter_map(|blog| blog.last_listed_at).map(Timestamp::micros);
    let posts: Vec<NewestPost> =
        pings::table
            .left_join(page_readings::table.on(
                page_readings::hub_id.eq(pings::hub_id).and(page_readings::ping_id.eq(pings::id)),
            ))
            .filter(pings::hub_id.eq(hub.0))
            .filter(sql::<Bool>(IS_PUBLIC))
            .filter(pings::blog_id.eq_any(ids))
            .filter(pings::listed_at.eq_any(times.collect::<Vec<_>>()))
            .filter(pings::category_id.ne_all(apart))
            .order(pings::id.desc())
            .select((
                pings::blog_id,
                pings::url,
                pings::title,
                pings::blog_name,
                pings::listed_at,
                page_readings::feed_url.nullable(),
                page_readings::language.nullable(),
            ))
            .load(connection)?;
    let newest = |blog: &Participant| {
        let is_its = |post: &&NewestPost| {
            post.blog_id == Some(blog.id) && post.listed_at == blog.last_listed_at
        };
        posts.iter().find(is_its).cloned()
    };
    Ok(found.into_iter().filter_map(|blog| newest(&blog).map(|post| (blog, post))).collect())
}

/// Notes when a blog's first and newest posts were listed, and its name on the newest. One that
/// has none any more keeps its last name: it is shown to nobody.
pub(super) fn update(tx: &mut Tx<'_>, hub: HubId, blog: BlogId) -> Result<(), DbError> {
    let apart = apart(tx.connection, hub)?;
    let posts = || {
        pings::table
            .filter(pings::hub_id.eq(hub.0).and(pings::blog_id.eq(blog.0)))
            .filter(sql::<Bool>(IS_PUBLIC))
            // One that is being hidden has no date.
            .filter(pings::listed_at.is_not_null())
            .filter(pings::category_id.ne_all(&apart))
    };
    let first: Option<Option<i64>> = posts()
        .select(pings::listed_at)
        .order((pings::listed_at, pings::id))
        .first(tx.connection)
        .optional()?;
    let newest: Option<(Option<i64>, String)> = posts()
        .select((pings::listed_at, pings::blog_name))
        .order((pings::listed_at.desc(), pings::id.desc()))
        .first(tx.connection)
        .optional()?;
    let row = blogs::table.filter(blogs::hub_id.eq(hub.0).and(blogs::id.eq(blog.0)));
    let first = blogs::first_listed_at.eq(first.flatten());
    match newest {
        Some((at, name)) => diesel::update(row)
            .set((first, blogs::last_listed_at.eq(at), blogs::sort_name.eq(sort_name(&name))))
            .prepared()
            .execute(tx.connection)?,
        None => diesel::update(row)
            .set((first, blogs::last_listed_at.eq(None::<i64>)))
            .prepared()
            .execute(tx.connection)?,
    };
    Ok(())
}

/// The same for the blog of a ping, after its name changed.
pub fn update_of(tx: &mut Tx<'_>, hub: HubId, ping: PingId) -> Result<(), DbError> {
    let blog: Option<BlogId> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .select(pings::blog_id)
        .first(tx.connection)?;
    blog.map_or(Ok(()), |blog| update(tx, hub, blog))
}

/// The same for all blogs that took part in a hub, after one of its categories became public, or is
/// no longer.
pub(super) fn update_all(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    let all: Vec<BlogId> = blogs::table
        .filter(blogs::hub_id.eq(hub.0))
        .filter(sql::<Bool>(TOOK_PART))
        .select(blogs::id)
        .order(blogs::id)
        .load(tx.connection)?;
    for blog in all {
        update(tx, hub, blog)?;
    }
    Ok(())
}
