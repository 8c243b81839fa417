//! What is listed: entering and leaving the public lists with their counters, and reading them.
//!
//! Counters instead of `count(*)`: ten million rows take seconds to count (`performance.md`).

use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::{blogs, categories, category_blogs, hubs, listed_hours, pings};
use super::{DbConnection, DbError, Tx, blogs as blog_rows, forwarding};
use crate::clock::Timestamp;
use crate::model::id::{BlogId, CategoryId, HubId, PingId, PublicId};
use crate::model::ping::PingState;

/// What everybody may see. A literal and no bind: the indexes are partial, and SQLite must see it.
pub(super) const IS_PUBLIC: &str = "pings.state = 'listed' AND pings.hidden_at IS NULL";

/// A listed ping, with what pages and feeds show of it.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    /// Its row.
    pub id: PingId,
    /// Its permalink's id.
    pub public_id: PublicId,
    /// Where it is listed.
    pub category_id: CategoryId,
    /// The post.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its first words.
    pub excerpt: String,
    /// The blog's name.
    pub blog_name: String,
    /// When it was listed.
    pub listed_at: Option<Timestamp>,
    /// Since when a moderator approves of the blog.
    pub blog_approved_at: Option<Timestamp>,
}

/// A place in a list: what comes after it is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When the last one seen was listed.
    pub listed_at: Timestamp,
    /// The last one seen.
    pub id: PingId,
}

/// Where a ping stands, for entering and leaving the lists.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The ping.
    pub id: PingId,
    /// Its category.
    pub category_id: CategoryId,
    /// The blog's key.
    pub blog_key: String,
    /// The blog's name.
    pub blog_name: String,
}

fn hub_row(hub: HubId) -> diesel::dsl::Find<hubs::table, i64> {
    hubs::table.find(hub.0)
}

/// Lists a ping, as of `listed_at`: now, or when it had been listed before. `approved` where a
/// moderator did it, which also vouches for the blog. Where its category passes posts on, that is
/// to be done from now on.
///
/// The hub's row is changed first, so that two listings in one hub wait for each other in one
/// order on PostgreSQL.
pub fn enter(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: &Standing,
    approved: bool,
    listed_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    super::hubs::touch(tx, hub, now)?;
    let blog = blog_rows::find_or_insert(tx, hub, &ping.blog_key, &ping.blog_name, now)?;
    if approved {
        blog_rows::update_approved(tx, hub, blog.id, now)?;
    }
    diesel::update(blogs::table.filter(blogs::hub_id.eq(hub.0)).filter(blogs::id.eq(blog.id.0)))
        .set((blogs::listed_count.eq(blogs::listed_count + 1), blogs::name.eq(&ping.blog_name)))
        .execute(tx.connection)?;
    let new_in_category = add_category_blog(tx, hub, ping.category_id, blog.id)?;
    add_hour(tx, hub, ping.category_id, listed_at)?;
    diesel::update(category_of(hub, ping.category_id))
        .set((
            categories::listed_count.eq(categories::listed_count + 1),
            categories::blog_count.eq(categories::blog_count + i64::from(new_in_category)),
            categories::last_listed_at.eq(now.micros()),
            categories::changed_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    diesel::update(hub_row(hub))
        .set((
            hubs::listed_count.eq(hubs::listed_count + 1),
            hubs::blog_count.eq(hubs::blog_count + i64::from(blog.listed_count == 0)),
            hubs::last_listed_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.id.0)))
        .set((
            pings::state.eq(PingState::Listed.as_str()),
            pings::listed_at.eq(listed_at.micros()),
            pings::hidden_at.eq(None::<i64>),
            pings::blog_id.eq(blog.id.0),
        ))
        .execute(tx.connection)?;
    if listed_at < now {
        set_newest(tx, hub, ping.category_id)?;
    }
    forwarding::enqueue(tx, hub, ping.category_id, ping.id, listed_at, now)
}

/// Sets when the newest post of a category and of its hub was listed, from the lists themselves.
fn set_newest(tx: &mut Tx<'_>, hub: HubId, category: CategoryId) -> Result<(), DbError> {
    let newest = newest_in(tx.connection, hub, Some(category))?;
    diesel::update(category_of(hub, category))
        .set(categories::last_listed_at.eq(newest))
        .execute(tx.connection)?;
    let newest = newest_in(tx.connection, hub, None)?;
    diesel::update(hub_row(hub)).set(hubs::last_listed_at.eq(newest)).execute(tx.connection)?;
    Ok(())
}

/// Takes a listed ping off the lists; its state becomes `state`. Says whether it was its blog's
/// last in the hub.
pub fn leave(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    state: PingState,
    now: Timestamp,
) -> Result<bool, DbError> {
    super::hubs::touch(tx, hub, now)?;
    let (category, blog, listed_at): (CategoryId, Option<BlogId>, Option<Timestamp>) = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .filter(pings::state.eq(PingState::Listed.as_str()))
        .select((pings::category_id, pings::blog_id, pings::listed_at))
        .first(tx.connection)?;
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set((pings::state.eq(state.as_str()), pings::listed_at.eq(None::<i64>)))
        .execute(tx.connection)?;
    let (mut last_of_category, mut last_of_hub) = (0, 0);
    if let Some(blog) = blog {
        last_of_category = remove_category_blog(tx, hub, category, blog)?;
        last_of_hub = remove_blog(tx, hub, blog, 1)?;
    }
    if let Some(listed_at) = listed_at {
        diesel::update(listed_hours::table.find((hub.0, category.0, listed_at.hours())))
            .set(listed_hours::listed_count.eq(listed_hours::listed_count - 1))
            .execute(tx.connection)?;
    }
    diesel::update(category_of(hub, category))
        .set((
            categories::listed_count.eq(categories::listed_count - 1),
            categories::blog_count.eq(categories::blog_count - last_of_category),
            categories::changed_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    diesel::update(hub_row(hub))
        .set((
            hubs::listed_count.eq(hubs::listed_count - 1),
            hubs::blog_count.eq(hubs::blog_count - last_of_hub),
        ))
        .execute(tx.connection)?;
    set_newest(tx, hub, category)?;
    Ok(last_of_hub == 1)
}

/// Takes a listed ping off the lists while its page cannot be read; its place is kept for
/// [`enter`].
pub fn hide(tx: &mut Tx<'_>, hub: HubId, ping: PingId, now: Timestamp) -> Result<(), DbError> {
    let row = || pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0));
    let listed_at: Option<i64> = row().select(pings::listed_at).first(tx.connection)?;
    leave(tx, hub, ping, PingState::Listed, now)?;
    diesel::update(row())
        .set((pings::listed_at.eq(listed_at), pings::hidden_at.eq(now.micros())))
        .execute(tx.connection)?;
    Ok(())
}

/// Takes a whole category, whose pings are deleted, out of its hub's counters.
pub(super) fn leave_all(tx: &mut Tx<'_>, hub: HubId, category: CategoryId) -> Result<(), DbError> {
    let listed: i64 =
        category_of(hub, category).select(categories::listed_count).first(tx.connection)?;
    let by_blog: Vec<(BlogId, i64)> = category_blogs::table
        .filter(category_blogs::hub_id.eq(hub.0).and(category_blogs::category_id.eq(category.0)))
        .select((category_blogs::blog_id, category_blogs::listed_count))
        .load(tx.connection)?;
    let mut gone = 0;
    for (blog, count) in by_blog {
        gone += remove_blog(tx, hub, blog, count)?;
    }
    let newest = newest_in(tx.connection, hub, None)?;
    diesel::update(hub_row(hub))
        .set((
            hubs::listed_count.eq(hubs::listed_count - listed),
            hubs::blog_count.eq(hubs::blog_count - gone),
            hubs::last_listed_at.eq(newest),
        ))
        .execute(tx.connection)?;
    Ok(())
}

type CategoryOf = diesel::dsl::Filter<
    diesel::dsl::Filter<categories::table, diesel::dsl::Eq<categories::hub_id, i64>>,
    diesel::dsl::Eq<categories::id, i64>,
>;

fn category_of(hub: HubId, category: CategoryId) -> CategoryOf {
    categories::table.filter(categories::hub_id.eq(hub.0)).filter(categories::id.eq(category.0))
}

/// Whether this is the blog's only listed post in the category.
fn add_category_blog(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    blog: BlogId,
) -> Result<bool, DbError> {
    use category_blogs::dsl;
    let row = (hub.0, category.0, blog.0);
    let changed = diesel::update(category_blogs::table.find(row))
        .set(dsl::listed_count.eq(dsl::listed_count + 1))
        .execute(tx.connection)?;
    if changed == 0 {
        diesel::insert_into(category_blogs::table)
            .values((
                dsl::hub_id.eq(hub.0),
                dsl::category_id.eq(category.0),
                dsl::blog_id.eq(blog.0),
                dsl::listed_count.eq(1),
            ))
            .execute(tx.connection)?;
    }
    Ok(changed == 0)
}

/// One if that was the blog's last listed post in the category, else zero.
fn remove_category_blog(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    blog: BlogId,
) -> Result<i64, DbError> {
    let row = category_blogs::table.find((hub.0, category.0, blog.0));
    let removed =
        diesel::delete(row.filter(category_blogs::listed_count.le(1))).execute(tx.connection)?;
    if removed == 0 {
        diesel::update(row)
            .set(category_blogs::listed_count.eq(category_blogs::listed_count - 1))
            .execute(tx.connection)?;
    }
    Ok(i64::from(removed > 0))
}

/// One if the blog has no listed post in the hub any more, else zero.
fn remove_blog(tx: &mut Tx<'_>, hub: HubId, blog: BlogId, count: i64) -> Result<i64, DbError> {
    diesel::update(blogs::table.filter(blogs::hub_id.eq(hub.0)).filter(blogs::id.eq(blog.0)))
        .set(blogs::listed_count.eq(blogs::listed_count - count))
        .execute(tx.connection)?;
    let left: i64 = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::id.eq(blog.0)))
        .select(blogs::listed_count)
        .first(tx.connection)?;
    Ok(i64::from(left <= 0))
}

fn add_hour(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    now: Timestamp,
) -> Result<(), DbError> {
    use listed_hours::dsl;
    let changed = diesel::update(listed_hours::table.find((hub.0, category.0, now.hours())))
        .set(dsl::listed_count.eq(dsl::listed_count + 1))
        .execute(tx.connection)?;
    if changed == 0 {
        diesel::insert_into(listed_hours::table)
            .values((
                dsl::hub_id.eq(hub.0),
                dsl::category_id.eq(category.0),
                dsl::hour.eq(now.hours()),
                dsl::listed_count.eq(1),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

fn newest_in(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
) -> Result<Option<i64>, DbError> {
    let listed = pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IS_PUBLIC));
    Ok(match category {
        Some(category) => listed
            .filter(pings::category_id.eq(category.0))
            .select(max(pings::listed_at))
            .first(connection)?,
        None => listed.select(max(pings::listed_at)).first(connection)?,
    })
}

/// Which pings are listed, newest first: of a hub or of one of its categories, from a place on.
///
/// `limit` rows at most; ask for one more than is shown to know whether there are older ones.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let mut query = pings::table
        .left_join(blogs::table)
        .filter(pings::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IS_PUBLIC))
        .select((
            pings::id,
            pings::public_id,
            pings::category_id,
            pings::url,
            pings::title,
            pings::excerpt,
            pings::blog_name,
            pings::listed_at,
            blogs::approved_at.nullable(),
        ))
        .order((pings::listed_at.desc(), pings::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some(category) = category {
        query = query.filter(pings::category_id.eq(category.0));
    }
    if let Some(Place { listed_at, id }) = before {
        query = query.filter(
            pings::listed_at
                .lt(listed_at.micros())
                .or(pings::listed_at.eq(listed_at.micros()).and(pings::id.lt(id.0))),
        );
    }
    Ok(query.load(connection)?)
}

/// Where a listed ping of a hub stands in the lists.
pub fn find_place(
    connection: &mut DbConnection,
    hub: HubId,
    id: PublicId,
) -> Result<Option<Place>, DbError> {
    let place: Option<(Option<Timestamp>, PingId)> = pings::table
        .filter(pings::public_id.eq(id.as_bytes().as_slice()).and(pings::hub_id.eq(hub.0)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IS_PUBLIC))
        .select((pings::listed_at, pings::id))
        .first(connection)
        .optional()?;
    Ok(place.and_then(|(listed_at, id)| listed_at.map(|listed_at| Place { listed_at, id })))
}

/// Posts listed in each hour from `first` to `last` (hours since 1970), where there were any.
pub fn list_hours(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    first: i64,
    last: i64,
) -> Result<Vec<(i64, i64)>, DbError> {
    let mut query = listed_hours::table
        .filter(listed_hours::hub_id.eq(hub.0))
        .filter(listed_hours::hour.between(first, last))
        .select((listed_hours::hour, listed_hours::listed_count))
        .into_boxed();
    if let Some(category) = category {
        query = query.filter(listed_hours::category_id.eq(category.0));
    }
    Ok(query.load(connection)?)
}

/// The newest listed pings of public hubs, for the home page: of each of the `hubs` most
/// recently pinged hubs, a few.
pub fn list_home(
    connection: &mut DbConnection,
    hubs: &[HubId],
    each: i64,
) -> Result<Vec<(HubId, Listed)>, DbError> {
    let mut all = Vec::new();
    for hub in hubs {
        all.extend(list(connection, *hub, None, None, each)?.into_iter().map(|p| (*hub, p)));
    }
    all.sort_by_key(|(_, ping)| std::cmp::Reverse((ping.listed_at, ping.id)));
    Ok(all)
}
