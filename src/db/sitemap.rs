//! What search engines may have, over all hubs: approved hubs that everybody may read, with posts,
//! and of them the categories and posts that everybody may read.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::listed::IS_PUBLIC;
use super::schema::{about_pages, categories, hubs, pings, post_changes, talks};
use super::{DbConnection, DbError};
use crate::clock::Timestamp;
use crate::model::category::Readers;
use crate::model::id::{HubId, PublicId};

/// As [`super::hubs::Hub::is_public`] has it, and something is listed.
const IS_INDEXED: &str = "hubs.approved_at IS NOT NULL AND hubs.suspended_at IS NULL \
    AND hubs.readers = 'public' AND hubs.listed_count > 0";

/// A hub that may be indexed.
#[derive(Debug, Clone, Queryable)]
pub struct IndexedHub {
    /// Its id.
    pub id: HubId,
    /// Its name in addresses.
    pub slug: String,
    /// How many of its posts everybody may read.
    pub listed_count: i64,
    /// When what everybody may read of it last changed.
    pub changed_at: Timestamp,
    /// When its about page was written, where there is one.
    pub about_changed_at: Option<Timestamp>,
    /// Where its pages are, if it uses a name of its own.
    pub own_home: Option<String>,
    /// How many talks stand in its programme.
    pub talk_count: i64,
}

impl IndexedHub {
    /// Its page.
    pub fn path(&self) -> String {
        self.own_home.clone().unwrap_or_else(|| format!("/{}", self.slug))
    }
}

/// The hubs that may be indexed, at most `limit`, the oldest first.
pub fn list_hubs(connection: &mut DbConnection, limit: i64) -> Result<Vec<IndexedHub>, DbError> {
    Ok(hubs::table
        .left_join(about_pages::table.on(about_pages::hub_id.eq(hubs::id)))
        .filter(sql::<Bool>(IS_INDEXED))
        .select((
            hubs::id,
            hubs::slug,
            hubs::listed_count,
            hubs::public_changed_at,
            about_pages::changed_at.nullable(),
            hubs::own_home,
            hubs::talk_count,
        ))
        .order(hubs::id)
        .limit(limit)
        .load(connection)?)
}

/// The categories that may be indexed, at most `limit`: their hub, their name in addresses, and
/// when they last changed.
pub fn list_categories(
    connection: &mut DbConnection,
    limit: i64,
) -> Result<Vec<(HubId, String, Timestamp)>, DbError> {
    Ok(categories::table
        .inner_join(hubs::table)
        .filter(sql::<Bool>(IS_INDEXED))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .filter(categories::listed_count.gt(0))
        .select((categories::hub_id, categories::slug, categories::changed_at))
        .order((categories::hub_id, categories::position, categories::id))
        .limit(limit)
        .load(connection)?)
}

/// The talks with posts that may be indexed, at most `limit`: their hub, and their name in
/// addresses.
pub fn list_talks(
    connection: &mut DbConnection,
    limit: i64,
) -> Result<Vec<(HubId, String)>, DbError> {
    Ok(talks::table
        .inner_join(categories::table.inner_join(hubs::table))
        .filter(sql::<Bool>(IS_INDEXED))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .filter(talks::listed_count.gt(0))
        .select((talks::hub_id, talks::slug))
        .order((talks::hub_id, talks::id))
        .limit(limit)
        .load(connection)?)
}

/// Posts of a hub that may be indexed, the oldest first, so that a part that is full stays as it
/// is; and when they last changed.
pub fn list_posts(
    connection: &mut DbConnection,
    hub: HubId,
    skip: i64,
    limit: i64,
) -> Result<Vec<(PublicId, Timestamp)>, DbError> {
    let apart = super::listed::apart(connection, hub)?;
    let found: Vec<(PublicId, Option<Timestamp>, Option<Timestamp>)> =
        pings::table
            .left_join(post_changes::table.on(
                post_changes::hub_id.eq(pings::hub_id).and(post_changes::ping_id.eq(pings::id)),
            ))
            .filter(pings::hub_id.eq(hub.0))
            .filter(sql::<Bool>(IS_PUBLIC))
            .filter(pings::category_id.ne_all(apart))
            .order((pings::listed_at, pings::id))
            .select((pings::public_id, pings::listed_at, post_changes::changed_at.nullable()))
            .offset(skip)
            .limit(limit)
            .load(connection)?;
    let dated = found.into_iter().filter_map(|(id, at, changed)| Some((id, changed.max(at)?)));
    Ok(dated.collect())
}
