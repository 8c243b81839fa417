//! Pings that were not taken in, remembered for a week for "Did my post arrive?".

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;

use super::connection::on_backend;
use super::prepared::Prepare;
use super::schema::{pings, refused_pings};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{CategoryId, HubId};
use crate::model::ping::RefusalReason;

/// The newest refusal of a post in a category.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refused_pings)]
pub struct RefusedPing {
    /// Why.
    pub reason: RefusalReason,
    /// How often.
    pub attempts: i64,
    /// When, last.
    pub refused_at: Timestamp,
}

/// Notes a refusal: one row a post, however often it is tried.
pub fn upsert(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    url_hash: &[u8],
    reason: RefusalReason,
    now: Timestamp,
) -> Result<(), DbError> {
    use refused_pings::dsl;
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(refused_pings::table)
            .values((
                dsl::hub_id.eq(hub.0),
                dsl::category_id.eq(category.0),
                dsl::url_hash.eq(url_hash),
                dsl::reason.eq(reason.as_str()),
                dsl::attempts.eq(1),
                dsl::refused_at.eq(now.micros()),
            ))
            .on_conflict((dsl::hub_id, dsl::category_id, dsl::url_hash))
            .do_update()
            .set((
                dsl::reason.eq(reason.as_str()),
                dsl::attempts.eq(dsl::attempts + 1),
                dsl::refused_at.eq(now.micros()),
            ))
            .prepared()
            .execute(connection)?
    });
    Ok(())
}

/// The newest refusals of a post in some categories, of those where one is remembered.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    categories: &[CategoryId],
    url_hash: &[u8],
) -> Result<Vec<(CategoryId, RefusedPing)>, DbError> {
    let ids: Vec<i64> = categories.iter().map(|category| category.0).collect();
    Ok(refused_pings::table
        .filter(refused_pings::hub_id.eq(hub.0).and(refused_pings::category_id.eq_any(ids)))
        .filter(refused_pings::url_hash.eq(url_hash))
        .select((refused_pings::category_id, RefusedPing::as_select()))
        .load(connection)?)
}

/// How many posts of a hub are remembered as refused and were not taken in since, by the newest
/// reason, the commonest first.
pub fn count_by_reason(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<Vec<(RefusalReason, i64)>, DbError> {
    let taken_in = pings::table
        .filter(pings::hub_id.eq(refused_pings::hub_id))
        .filter(pings::category_id.eq(refused_pings::category_id))
        .filter(pings::url_hash.eq(refused_pings::url_hash));
    Ok(refused_pings::table
        .filter(refused_pings::hub_id.eq(hub.0))
        .filter(not(exists(taken_in)))
        .group_by(refused_pings::reason)
        .select((refused_pings::reason, count_star()))
        .order((count_star().desc(), refused_pings::reason))
        .load(connection)?)
}
