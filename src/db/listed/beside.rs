//! The posts beside a post.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::IS_PUBLIC;
use super::read::Place;
use crate::db::schema::pings;
use crate::db::{DbConnection, DbError};
use crate::model::id::{CategoryId, HubId, PublicId};

/// A post beside another one.
#[derive(Debug, Clone, Queryable)]
pub struct Beside {
    /// Its permalink's id.
    pub public_id: PublicId,
    /// Its title.
    pub title: String,
}

/// The post of a category that was listed next after the one in this place.
pub fn find_newer(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
    place: Place,
) -> Result<Option<Beside>, DbError> {
    let at = place.listed_at.micros();
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::category_id.eq(category.0)))
        .filter(sql::<Bool>(IS_PUBLIC))
        .filter(pings::listed_at.ge(at))
        .filter(pings::listed_at.gt(at).or(pings::id.gt(place.id.0)))
        .order((pings::listed_at, pings::id))
        .select((pings::public_id, pings::title))
        .first(connection)
        .optional()?)
}

/// The post of a category that was listed last before the one in this place.
pub fn find_older(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
    place: Place,
) -> Result<Option<Beside>, DbError> {
    let at = place.listed_at.micros();
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::category_id.eq(category.0)))
        .filter(sql::<Bool>(IS_PUBLIC))
        .filter(pings::listed_at.le(at))
        .filter(pings::listed_at.lt(at).or(pings::id.lt(place.id.0)))
        .order((pings::listed_at.desc(), pings::id.desc()))
        .select((pings::public_id, pings::title))
        .first(connection)
        .optional()?)
}
