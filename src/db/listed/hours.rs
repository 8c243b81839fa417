//! When the posts of some categories were listed, from the counters of their hours.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::IS_PUBLIC;
use super::posts_of::PostsOf;
use crate::clock::Timestamp;
use crate::db::connection::on_backend;
use crate::db::schema::{listed_hours, pings};
use crate::db::{DbConnection, DbError};
use crate::model::id::{CategoryId, HubId};

/// How many posts of some categories were listed in each hour (hours since 1970), where there were
/// any; the first hour first.
pub fn sum_hours(
    connection: &mut DbConnection,
    hub: HubId,
    categories: &[CategoryId],
) -> Result<Vec<(i64, i64)>, DbError> {
    // PostgreSQL sums into a type of its own.
    let sum = sql::<BigInt>("CAST(sum(listed_hours.listed_count) AS BIGINT)");
    Ok(listed_hours::table
        .filter(listed_hours::hub_id.eq(hub.0))
        .filter(listed_hours::category_id.eq_any(ids(categories)))
        .filter(listed_hours::listed_count.gt(0))
        .group_by(listed_hours::hour)
        .select((listed_hours::hour, sum))
        .order(listed_hours::hour)
        .load(connection)?)
}

/// How many posts of some categories were listed from one moment on and before another. It counts
/// rows: for less than an hour.
pub fn count_between(
    connection: &mut DbConnection,
    hub: HubId,
    categories: &[CategoryId],
    from: Timestamp,
    until: Timestamp,
) -> Result<i64, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(sql::<Bool>(IS_PUBLIC))
        .filter(pings::category_id.eq_any(ids(categories)))
        .filter(pings::listed_at.ge(from.micros()).and(pings::listed_at.lt(until.micros())))
        .count()
        .get_result(connection)?)
}

/// When the first post of a category was listed.
pub fn find_first(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
) -> Result<Option<Timestamp>, DbError> {
    let first: Option<Option<Timestamp>> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::category_id.eq(category.0)))
        .filter(sql::<Bool>(IS_PUBLIC))
        .select(pings::listed_at)
        .order((pings::listed_at, pings::id))
        .first(connection)
        .optional()?;
    Ok(first.flatten())
}

/// The hour (since 1970 UTC) in which the first of these posts was listed.
pub fn find_first_hour(
    connection: &mut DbConnection,
    posts_of: &PostsOf,
) -> Result<Option<i64>, DbError> {
    let PostsOf { hub, category, apart } = posts_of;
    on_backend!(connection => |connection| {
        let mut query = listed_hours::table
            .filter(listed_hours::hub_id.eq(hub.0).and(listed_hours::listed_count.gt(0)))
            .select(listed_hours::hour)
            .order(listed_hours::hour)
            .into_boxed();
        if let Some(category) = category {
            query = query.filter(listed_hours::category_id.eq(category.0));
        }
        if !apart.is_empty() {
            query = query.filter(listed_hours::category_id.ne_all(apart));
        }
        Ok(query.first(connection).optional()?)
    })
}

fn ids(categories: &[CategoryId]) -> Vec<i64> {
    categories.iter().map(|category| category.0).collect()
}
