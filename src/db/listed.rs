//! What is listed: entering and leaving the public lists with their counters; reading them is in
//! `listed/read.rs`.
//!
//! Counters instead of `count(*)`: ten million rows take seconds to count (`performance.md`).

mod beside;
mod hours;
mod languages;
mod narrowed;
pub mod people;
mod posts_of;
mod read;
mod view;
pub(super) mod words;

pub use beside::{Beside, find_newer, find_older};
pub use hours::{count_between, find_first, find_first_hour, sum_hours};
pub use languages::list_languages;
pub use posts_of::PostsOf;
pub use read::{
    Listed, Place, find_place, list, list_about, list_apart, list_approved, list_for_members,
    list_home, list_hours,
};
pub use view::{ViewNames, find_view_names, list_view};

use diesel::dsl::max;
use diesel::prelude::*;

use super::connection::on_backend;
use super::prepared::Prepare;
use super::schema::{blogs, categories, category_blogs, hubs, listed_hours, pings};
use super::{DbConnection, DbError, Tx, blogs as blog_rows, forwarding};
use crate::clock::Timestamp;
use crate::model::blog::sort_name;
use crate::model::category::Readers;
use crate::model::id::{BlogId, CategoryId, HubId, PingId};
use crate::model::ping::PingState;

/// What everybody may see. A literal and no bind: the indexes are partial, and SQLite must see it.
pub(in crate::db) const IS_PUBLIC: &str = "pings.state = 'listed' AND pings.hidden_at IS NULL";

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
pub fn enter(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: &Standing,
    approved: bool,
    listed_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    enter_quietly(tx, hub, ping, approved, listed_at, now)?;
    forwarding::enqueue(tx, hub, ping.category_id, ping.id, listed_at, now)
}

/// Lists a ping as [`enter`] does, and passes it on to nobody: one that moved in.
///
/// The hub's row is changed first, so that two listings in one hub wait for each other in one
/// order on PostgreSQL.
pub fn enter_quietly(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: &Standing,
    approved: bool,
    listed_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    let counts = touch(tx, hub, ping.category_id, now)?;
    let blog = blog_rows::find_or_insert(tx, hub, &ping.blog_key, &ping.blog_name, now)?;
    if approved {
        blog_rows::update_approved(tx, hub, blog.id, now)?;
    }
    // Nearly every post is its blog's newest: then its dates are known. Else `people::update` looks.
    let is_newest = counts && blog.last_listed_at.is_none_or(|newest| newest < listed_at);
    let row = blogs::table.filter(blogs::hub_id.eq(hub.0)).filter(blogs::id.eq(blog.id.0));
    let one_more = (
        blogs::listed_count.eq(blogs::listed_count + i64::from(counts)),
        blogs::name.eq(&ping.blog_name),
    );
    if is_newest {
        let first = blog.first_listed_at.unwrap_or(listed_at);
        let dates = (
            blogs::first_listed_at.eq(first.micros()),
            blogs::last_listed_at.eq(listed_at.micros()),
            blogs::sort_name.eq(sort_name(&ping.blog_name)),
        );
        diesel::update(row).set((one_more, dates)).prepared().execute(tx.connection)?;
    } else {
        diesel::update(row).set(one_more).prepared().execute(tx.connection)?;
    }
    let new_in_category = add_category_blog(tx, hub, ping.category_id, blog.id)?;
    add_hour(tx, hub, ping.category_id, listed_at)?;
    diesel::update(category_of(hub, ping.category_id))
        .set((
            categories::listed_count.eq(categories::listed_count + 1),
            categories::blog_count.eq(categories::blog_count + i64::from(new_in_category)),
            categories::last_listed_at.eq(now.micros()),
            categories::changed_at.eq(now.micros()),
        ))
        .prepared()
        .execute(tx.connection)?;
    if counts {
        diesel::update(hub_row(hub))
            .set((
                hubs::listed_count.eq(hubs::listed_count + 1),
                hubs::blog_count.eq(hubs::blog_count + i64::from(blog.listed_count == 0)),
                hubs::last_listed_at.eq(now.micros()),
            ))
            .prepared()
            .execute(tx.connection)?;
    }
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.id.0)))
        .set((
            pings::state.eq(PingState::Listed.as_str()),
            pings::listed_at.eq(listed_at.micros()),
            pings::hidden_at.eq(None::<i64>),
            pings::blog_id.eq(blog.id.0),
        ))
        .prepared()
        .execute(tx.connection)?;
    if counts && !is_newest {
        people::update(tx, hub, blog.id)?;
    }
    words::keep(tx, hub, ping.id)?;
    super::talks::enter(tx, hub, ping.id, counts)?;
    tx.touch_ping(ping.id);
    if listed_at < now {
        set_newest(tx, hub, ping.category_id)?;
    } else if super::member_mails::wants_listed(tx.connection, hub)? {
        super::jobs::enqueue_notify(tx, hub, now)?;
    }
    Ok(())
}

/// Sets when the newest post of a category and of its hub was listed, from the lists themselves.
fn set_newest(tx: &mut Tx<'_>, hub: HubId, category: CategoryId) -> Result<(), DbError> {
    let newest: Option<i64> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::category_id.eq(category.0)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IS_PUBLIC))
        .select(max(pings::listed_at))
        .first(tx.connection)?;
    diesel::update(category_of(hub, category))
        .set(categories::last_listed_at.eq(newest))
        .prepared()
        .execute(tx.connection)?;
    let newest = newest_of_hub(tx.connection, hub, None)?;
    diesel::update(hub_row(hub))
        .set(hubs::last_listed_at.eq(newest))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// When the newest post of a hub's public categories was listed, one of them left out.
fn newest_of_hub(
    connection: &mut DbConnection,
    hub: HubId,
    without: Option<CategoryId>,
) -> Result<Option<i64>, DbError> {
    let without = without.map_or(0, |category| category.0);
    Ok(categories::table
        .filter(categories::hub_id.eq(hub.0).and(categories::id.ne(without)))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .select(max(categories::last_listed_at))
        .first(connection)?)
}

/// Who may read a category. What is listed in one that is not public counts nowhere else, and is shown
/// nowhere else (`security.md` T39).
fn readers_of(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
) -> Result<Readers, DbError> {
    Ok(category_of(hub, category).select(categories::readers).first(connection)?)
}

/// Moves the revision of a hub, and says whether what changed in the category counts in it.
fn touch(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    now: Timestamp,
) -> Result<bool, DbError> {
    let readers = readers_of(tx.connection, hub, category)?;
    super::hubs::touch_lists(tx, hub, readers, now)?;
    Ok(readers == Readers::Public)
}

/// Notes that something that a category shows changed.
pub fn show_changed(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    now: Timestamp,
) -> Result<(), DbError> {
    touch(tx, hub, category, now)?;
    diesel::update(category_of(hub, category))
        .set(categories::changed_at.eq(now.micros()))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// Counts a hub's lists anew, after one of its categories became public, or is no longer.
pub fn recount(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    const BLOGS: &str = "UPDATE blogs SET listed_count = coalesce((\
        SELECT sum(category_blogs.listed_count) FROM category_blogs \
        JOIN categories ON categories.hub_id = category_blogs.hub_id AND categories.id = category_blogs.category_id \
        WHERE category_blogs.hub_id = blogs.hub_id AND category_blogs.blog_id = blogs.id \
        AND categories.readers = 'public'), 0) WHERE hub_id = $1";
    const HUB: &str = "UPDATE hubs SET \
        listed_count = coalesce((SELECT sum(listed_count) FROM categories WHERE hub_id = hubs.id AND readers = 'public'), 0), \
        blog_count = (SELECT count(*) FROM blogs WHERE hub_id = hubs.id AND listed_count > 0) WHERE id = $1";
    for sql in [BLOGS, HUB] {
        diesel::sql_query(sql)
            .bind::<diesel::sql_types::BigInt, _>(hub.0)
            .execute(tx.connection)?;
    }
    people::update_all(tx, hub)?;
    super::talks::recount_all(tx, hub)?;
    let newest = newest_of_hub(tx.connection, hub, None)?;
    diesel::update(hub_row(hub))
        .set(hubs::last_listed_at.eq(newest))
        .prepared()
        .execute(tx.connection)?;
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
    let mine = || pings::table.filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)));
    let category: CategoryId = mine().select(pings::category_id).first(tx.connection)?;
    let counts = touch(tx, hub, category, now)?;
    let (blog, listed_at): (Option<BlogId>, Option<Timestamp>) = mine()
        .filter(pings::state.eq(PingState::Listed.as_str()))
        .select((pings::blog_id, pings::listed_at))
        .first(tx.connection)?;
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set((pings::state.eq(state.as_str()), pings::listed_at.eq(None::<i64>)))
        .prepared()
        .execute(tx.connection)?;
    words::delete(tx, hub, category, ping)?;
    super::talks::leave(tx, hub, ping, counts)?;
    tx.touch_ping(ping);
    let (mut last_of_category, mut last_of_hub, mut was_last) = (0, 0, false);
    if let Some(blog) = blog {
        last_of_category = remove_category_blog(tx, hub, category, blog)?;
        if counts {
            last_of_hub = remove_blog(tx, hub, blog, 1)?;
        }
        was_last = !has_listed(tx.connection, hub, blog)?;
    }
    if let Some(listed_at) = listed_at {
        diesel::update(listed_hours::table.find((hub.0, category.0, listed_at.hours())))
            .set(listed_hours::listed_count.eq(listed_hours::listed_count - 1))
            .prepared()
            .execute(tx.connection)?;
    }
    diesel::update(category_of(hub, category))
        .set((
            categories::listed_count.eq(categories::listed_count - 1),
            categories::blog_count.eq(categories::blog_count - last_of_category),
            categories::changed_at.eq(now.micros()),
        ))
        .prepared()
        .execute(tx.connection)?;
    diesel::update(hub_row(hub))
        .set((
            hubs::listed_count.eq(hubs::listed_count - i64::from(counts)),
            hubs::blog_count.eq(hubs::blog_count - last_of_hub),
        ))
        .prepared()
        .execute(tx.connection)?;
    set_newest(tx, hub, category)?;
    Ok(was_last)
}

/// Whether a blog has a listed post anywhere in the hub.
fn has_listed(connection: &mut DbConnection, hub: HubId, blog: BlogId) -> Result<bool, DbError> {
    let listed = category_blogs::table
        .filter(category_blogs::hub_id.eq(hub.0).and(category_blogs::blog_id.eq(blog.0)));
    Ok(diesel::select(diesel::dsl::exists(listed)).get_result(connection)?)
}

/// Takes a listed ping off the lists while its page cannot be read; its place is kept for
/// [`enter`].
pub fn hide(tx: &mut Tx<'_>, hub: HubId, ping: PingId, now: Timestamp) -> Result<(), DbError> {
    let row = || pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0));
    let listed_at: Option<i64> = row().select(pings::listed_at).first(tx.connection)?;
    leave(tx, hub, ping, PingState::Listed, now)?;
    diesel::update(row())
        .set((pings::listed_at.eq(listed_at), pings::hidden_at.eq(now.micros())))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// Takes a whole category, whose pings are deleted, out of its hub's counters.
pub(super) fn leave_all(tx: &mut Tx<'_>, hub: HubId, category: CategoryId) -> Result<(), DbError> {
    if readers_of(tx.connection, hub, category)? != Readers::Public {
        return Ok(());
    }
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
    let newest = newest_of_hub(tx.connection, hub, Some(category))?;
    diesel::update(hub_row(hub))
        .set((
            hubs::listed_count.eq(hubs::listed_count - listed),
            hubs::blog_count.eq(hubs::blog_count - gone),
            hubs::last_listed_at.eq(newest),
        ))
        .prepared()
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
        .prepared()
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
            .prepared()
            .execute(tx.connection)?;
    }
    Ok(i64::from(removed > 0))
}

/// One if the blog has no listed post in the hub any more, else zero.
fn remove_blog(tx: &mut Tx<'_>, hub: HubId, blog: BlogId, count: i64) -> Result<i64, DbError> {
    diesel::update(blogs::table.filter(blogs::hub_id.eq(hub.0)).filter(blogs::id.eq(blog.0)))
        .set(blogs::listed_count.eq(blogs::listed_count - count))
        .prepared()
        .execute(tx.connection)?;
    people::update(tx, hub, blog)?;
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
        .prepared()
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

/// The categories whose posts stand on their own pages only.
pub(super) fn apart(connection: &mut DbConnection, hub: HubId) -> Result<Vec<i64>, DbError> {
    Ok(on_backend!(connection => |connection| {
        categories::table
            .filter(categories::hub_id.eq(hub.0))
            .filter(categories::readers.ne(Readers::Public.as_str()))
            .select(categories::id)
            .order((categories::position, categories::id))
            .load(connection)
    })?)
}
