//! Reading what is listed.

use diesel::prelude::*;

use super::{IS_PUBLIC, apart};
use crate::clock::Timestamp;
use crate::db::schema::{blogs, listed_hours, pings};
use crate::db::{DbConnection, DbError};
use crate::model::id::{CategoryId, HubId, PingId, PublicId};

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

/// Which pings are listed, newest first: of a hub's public categories or of one category, from a
/// place on.
///
/// `limit` rows at most; ask for one more than is shown to know whether there are older ones.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let apart = if category.is_none() { apart(connection, hub)? } else { Vec::new() };
    list_without(connection, hub, category, &apart, before, limit)
}

/// The same for a hub's members: of all its categories.
pub fn list_for_members(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    list_without(connection, hub, category, &[], before, limit)
}

fn list_without(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    apart: &[i64],
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
    if !apart.is_empty() {
        query = query.filter(pings::category_id.ne_all(apart));
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

/// Where a listed ping stands in the list of a hub's public categories, or of one category.
pub fn find_place(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    id: PublicId,
) -> Result<Option<Place>, DbError> {
    let apart = if category.is_none() { apart(connection, hub)? } else { Vec::new() };
    let mut query = pings::table
        .filter(pings::public_id.eq(id.as_bytes().as_slice()).and(pings::hub_id.eq(hub.0)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IS_PUBLIC))
        .filter(pings::category_id.ne_all(apart))
        .select((pings::listed_at, pings::id))
        .into_boxed();
    if let Some(category) = category {
        query = query.filter(pings::category_id.eq(category.0));
    }
    let place: Option<(Option<Timestamp>, PingId)> = query.first(connection).optional()?;
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
    let apart = if category.is_none() { apart(connection, hub)? } else { Vec::new() };
    let mut query = listed_hours::table
        .filter(listed_hours::hub_id.eq(hub.0))
        .filter(listed_hours::hour.between(first, last))
        .select((listed_hours::hour, listed_hours::listed_count))
        .into_boxed();
    if let Some(category) = category {
        query = query.filter(listed_hours::category_id.eq(category.0));
    }
    if !apart.is_empty() {
        query = query.filter(listed_hours::category_id.ne_all(apart));
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
