//! Topics over hubs: the public categories of one name, of all hubs that show their posts there.
//!
//! Which categories these are, and in which of them the newest posts stand, only a query over all
//! hubs can say: it takes no `HubId`. It is the exception, and it reads no texts; the posts are
//! then read as everywhere, from one hub and category at a time, with the hub first.

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::categories::Category;
use super::hubs::Hub;
use super::listed::{self, Listed, Place};
use super::schema::{categories, hubs};
use super::{DbConnection, DbError, pings};
use crate::clock::Timestamp;
use crate::model::id::{CategoryId, HubId, PingId};
use crate::model::slug::Slug;
use crate::model::view::After;

/// Which categories take part: of hubs that opted in and are public, as
/// [`super::hubs::Hub::is_public`] has it, those that everybody may read. Literals and no binds:
/// the indexes are partial, and SQLite must see it.
pub(super) const TAKES_PART: &str = "hubs.on_topics AND hubs.approved_at IS NOT NULL \
    AND hubs.suspended_at IS NULL AND hubs.readers = 'public' AND categories.readers = 'public'";

/// A topic, over all hubs that take part.
#[derive(Debug, Clone, QueryableByName)]
pub struct Topic {
    /// Its name in addresses: that of its categories.
    #[diesel(sql_type = Text)]
    pub slug: String,
    /// How many hubs have such a category.
    #[diesel(sql_type = BigInt)]
    pub hubs: i64,
    /// How many posts are listed in them.
    #[diesel(sql_type = BigInt)]
    pub posts: i64,
    /// When anything in them last changed.
    #[diesel(sql_type = BigInt)]
    pub changed_at: Timestamp,
}

/// The topics there are, at most `limit`: those of the most hubs first.
pub fn list(connection: &mut DbConnection, limit: i64) -> Result<Vec<Topic>, DbError> {
    let sql = format!(
        "SELECT categories.slug, count(*) AS hubs, \
         CAST(sum(categories.listed_count) AS BIGINT) AS posts, \
         max(categories.changed_at) AS changed_at \
         FROM hubs JOIN categories ON categories.hub_id = hubs.id WHERE {TAKES_PART} \
         GROUP BY categories.slug ORDER BY count(*) DESC, categories.slug LIMIT $1"
    );
    Ok(diesel::sql_query(sql).bind::<BigInt, _>(limit).load(connection)?)
}

/// Whether there is any topic.
pub fn is_any(connection: &mut DbConnection) -> Result<bool, DbError> {
    let any = categories::table.inner_join(hubs::table).filter(sql::<Bool>(TAKES_PART));
    Ok(select(exists(any)).get_result(connection)?)
}

/// Whether hubs beside this one take part in a topic.
pub fn has_others(connection: &mut DbConnection, hub: HubId, topic: &str) -> Result<bool, DbError> {
    let others = categories::table
        .inner_join(hubs::table)
        .filter(categories::slug.eq(topic))
        .filter(categories::hub_id.ne(hub.0))
        .filter(sql::<Bool>(TAKES_PART));
    Ok(select(exists(others)).get_result(connection)?)
}

/// The categories of a topic with their hubs, at most `limit`, the most recently pinged first. None
/// where there is no such topic.
pub fn list_categories(
    connection: &mut DbConnection,
    topic: &Slug,
    limit: i64,
) -> Result<Vec<(Hub, Category)>, DbError> {
    Ok(categories::table
        .inner_join(hubs::table)
        .filter(categories::slug.eq(topic.as_str()))
        .filter(sql::<Bool>(TAKES_PART))
        .select((Hub::as_select(), Category::as_select()))
        .order((
            categories::last_listed_at.is_null(),
            categories::last_listed_at.desc(),
            categories::id,
        ))
        .limit(limit)
        .load(connection)?)
}

/// A category of a topic, with the first of its posts from some place on.
#[derive(Debug, QueryableByName)]
struct Head {
    #[diesel(sql_type = BigInt)]
    hub_id: i64,
    #[diesel(sql_type = BigInt)]
    category_id: i64,
    #[diesel(sql_type = BigInt)]
    listed_at: Timestamp,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The categories of a topic by their first post from a place on. One seek for each category, along
/// the index that its own page uses.
fn list_heads(
    connection: &mut DbConnection,
    topic: &Slug,
    before: Place,
    limit: i64,
) -> Result<Vec<Head>, DbError> {
    // SQLite numbers what is bound by where it first stands.
    let sql = format!(
        "SELECT pings.hub_id, pings.category_id, pings.listed_at, pings.id \
         FROM categories JOIN hubs ON hubs.id = categories.hub_id \
         JOIN pings ON pings.hub_id = categories.hub_id AND pings.id = (SELECT p.id FROM pings p \
         WHERE p.hub_id = categories.hub_id AND p.category_id = categories.id \
         AND p.state = 'listed' AND p.hidden_at IS NULL AND (p.listed_at, p.id) < ($1, $2) \
         ORDER BY p.listed_at DESC, p.id DESC LIMIT 1) \
         WHERE categories.slug = $3 AND {TAKES_PART} \
         ORDER BY pings.listed_at DESC, pings.id DESC LIMIT $4"
    );
    Ok(diesel::sql_query(sql)
        .bind::<BigInt, _>(before.listed_at.micros())
        .bind::<BigInt, _>(before.id.0)
        .bind::<Text, _>(topic.as_str())
        .bind::<BigInt, _>(limit)
        .load(connection)?)
}

/// The posts of a topic, newest first, from a place on, at most `limit`.
///
/// The first `limit` posts stand in the `limit` categories whose first posts are the newest, and
/// once as many are found as are wanted, no category that begins after them is read: what this
/// reads does not grow with what is listed.
pub fn list_posts(
    connection: &mut DbConnection,
    topic: &Slug,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<(HubId, Listed)>, DbError> {
    let everything = Place { listed_at: Timestamp::from_micros(i64::MAX), id: PingId(i64::MAX) };
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut posts: Vec<(HubId, Listed)> = Vec::new();
    for head in list_heads(connection, topic, before.unwrap_or(everything), limit)? {
        let last = posts.last().filter(|_| posts.len() >= wanted);
        if last.is_some_and(|(_, last)| {
            (last.listed_at, last.id) > (Some(head.listed_at), PingId(head.id))
        }) {
            break;
        }
        let hub = HubId(head.hub_id);
        let of_category =
            listed::list(connection, hub, Some(CategoryId(head.category_id)), before, limit)?;
        posts.extend(of_category.into_iter().map(|post| (hub, post)));
        posts.sort_by_key(|(_, post)| std::cmp::Reverse((post.listed_at, post.id)));
        posts.truncate(wanted);
    }
    Ok(posts)
}

/// Where a post stands in a topic, or stood when a page named it, and whether it is there still: as
/// [`listed::find_place`] has it.
pub fn find_place(
    connection: &mut DbConnection,
    topic: &Slug,
    after: After,
) -> Result<Option<(Place, bool)>, DbError> {
    let category = match pings::find_public(connection, after.id)? {
        Some((hub, _)) => find_category(connection, hub, topic)?.map(|category| (hub, category)),
        None => None,
    };
    let found = match category {
        Some((hub, category)) => listed::find_place(connection, hub, Some(category), after)?,
        None => None,
    };
    // Of a post that is not in the topic no more is told than its address says.
    let said = |listed_at| (Place { listed_at, id: PingId(0) }, false);
    Ok(found.or_else(|| after.listed_at.map(said)))
}

/// The category with which a hub takes part in a topic.
fn find_category(
    connection: &mut DbConnection,
    hub: HubId,
    topic: &Slug,
) -> Result<Option<CategoryId>, DbError> {
    Ok(categories::table
        .inner_join(hubs::table)
        .filter(categories::hub_id.eq(hub.0))
        .filter(categories::slug.eq(topic.as_str()))
        .filter(sql::<Bool>(TAKES_PART))
        .select(categories::id)
        .first(connection)
        .optional()?)
}
