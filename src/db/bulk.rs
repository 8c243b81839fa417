//! Verdicts on many pings at once.

use diesel::prelude::*;

use super::connection::on_backend;
use super::queue::{IN_QUEUE, WAITS};
use super::schema::{bulk_verdict_pings, bulk_verdicts, pings};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, BulkId, HubId, PingId, PublicId};
use crate::model::ping::PingState;

/// Which waiting pings a verdict is for.
#[derive(Debug, Clone)]
pub enum Which {
    /// These.
    Chosen(Vec<PublicId>),
    /// All of the blog of this ping, as far as they had come by then: nobody decides about what
    /// they have not seen.
    BlogOf(PingId, Timestamp),
    /// All from the address block of this ping's sender, as far as they had come by then.
    SenderOf(PingId, Timestamp),
}

/// The waiting pings that are meant, the oldest first.
pub fn list_waiting(
    connection: &mut DbConnection,
    hub: HubId,
    which: &Which,
) -> Result<Vec<PingId>, DbError> {
    let mut query = pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(WAITS))
        .select(pings::id)
        .order((pings::received_at, pings::id))
        .into_boxed();
    match which {
        Which::Chosen(ids) => {
            let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
            // The plus keeps SQLite from walking along the whole queue in its order.
            let received_at = diesel::dsl::sql::<diesel::sql_types::BigInt>("+pings.received_at");
            query = query.filter(pings::public_id.eq_any(ids)).order((received_at, pings::id));
        }
        Which::BlogOf(ping, until) => {
            let Some(of) = super::pings::find(connection, hub, *ping)? else { return Ok(vec![]) };
            if of.blog_key.is_empty() {
                return Ok(vec![]);
            }
            query = query
                .filter(pings::blog_key.eq(of.blog_key))
                .filter(pings::received_at.le(until.micros()));
        }
        Which::SenderOf(ping, until) => {
            let Some(of) = super::pings::find(connection, hub, *ping)? else { return Ok(vec![]) };
            // After a month nobody knows any more where it came from.
            if of.sender_hash.is_empty() {
                return Ok(vec![]);
            }
            query = query
                .filter(pings::sender_hash.eq(of.sender_hash))
                .filter(pings::received_at.le(until.micros()));
        }
    }
    Ok(query.load(connection)?)
}

/// How many pings wait from each of these blogs.
pub fn count_by_blog(
    connection: &mut DbConnection,
    hub: HubId,
    keys: &[&str],
) -> Result<Vec<(String, i64)>, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::blog_key.eq_any(keys)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(WAITS))
        .group_by(pings::blog_key)
        .select((pings::blog_key, diesel::dsl::count_star()))
        .load(connection)?)
}

/// How many pings wait from each of these senders' address blocks.
pub fn count_by_sender(
    connection: &mut DbConnection,
    hub: HubId,
    hashes: &[&[u8]],
) -> Result<Vec<(Vec<u8>, i64)>, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::sender_hash.eq_any(hashes)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IN_QUEUE))
        .group_by(pings::sender_hash)
        .select((pings::sender_hash, diesel::dsl::count_star()))
        .load(connection)?)
}

/// A verdict on many pings.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = bulk_verdicts)]
pub struct Bulk {
    /// Its row.
    pub id: BulkId,
    /// The state it put them in.
    pub to_state: PingState,
    /// How many it changed.
    pub ping_count: i64,
    /// When it was begun.
    pub decided_at: Timestamp,
    /// When it was taken back.
    pub undone_at: Option<Timestamp>,
}

/// Begins a verdict on many pings.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    to: PingState,
    by: AccountId,
    now: Timestamp,
) -> Result<BulkId, DbError> {
    let values = (
        bulk_verdicts::hub_id.eq(hub.0),
        bulk_verdicts::actor_id.eq(by.0),
        bulk_verdicts::to_state.eq(to.as_str()),
        bulk_verdicts::decided_at.eq(now.micros()),
    );
    Ok(on_backend!(tx.connection => |connection| {
        diesel::insert_into(bulk_verdicts::table)
            .values(values)
            .returning(bulk_verdicts::id)
            .get_result::<BulkId>(connection)?
    }))
}

/// Notes that a verdict on many pings changed this one, and which event says so.
pub fn insert_ping(
    tx: &mut Tx<'_>,
    hub: HubId,
    bulk: BulkId,
    ping: PingId,
    event: i64,
) -> Result<(), DbError> {
    diesel::insert_into(bulk_verdict_pings::table)
        .values((
            bulk_verdict_pings::hub_id.eq(hub.0),
            bulk_verdict_pings::bulk_id.eq(bulk.0),
            bulk_verdict_pings::ping_id.eq(ping.0),
            bulk_verdict_pings::event_id.eq(event),
        ))
        .execute(tx.connection)?;
    diesel::update(bulk_verdicts::table.filter(bulk_verdicts::hub_id.eq(hub.0)))
        .filter(bulk_verdicts::id.eq(bulk.0))
        .set(bulk_verdicts::ping_count.eq(bulk_verdicts::ping_count + 1))
        .execute(tx.connection)?;
    Ok(())
}

/// A verdict on many pings of a hub.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    bulk: BulkId,
) -> Result<Option<Bulk>, DbError> {
    Ok(bulk_verdicts::table
        .filter(bulk_verdicts::hub_id.eq(hub.0).and(bulk_verdicts::id.eq(bulk.0)))
        .select(Bulk::as_select())
        .first(connection)
        .optional()?)
}

/// The pings of such a verdict, each with the event that noted it, from a ping on.
pub fn list_pings(
    connection: &mut DbConnection,
    hub: HubId,
    bulk: BulkId,
) -> Result<Vec<(PingId, i64)>, DbError> {
    Ok(bulk_verdict_pings::table
        .filter(bulk_verdict_pings::hub_id.eq(hub.0).and(bulk_verdict_pings::bulk_id.eq(bulk.0)))
        .select((bulk_verdict_pings::ping_id, bulk_verdict_pings::event_id))
        .order(bulk_verdict_pings::ping_id)
        .load(connection)?)
}

/// Notes that such a verdict was taken back; `false` where it was already.
pub fn update_undone(
    tx: &mut Tx<'_>,
    hub: HubId,
    bulk: BulkId,
    now: Timestamp,
) -> Result<bool, DbError> {
    let changed = diesel::update(bulk_verdicts::table.filter(bulk_verdicts::hub_id.eq(hub.0)))
        .filter(bulk_verdicts::id.eq(bulk.0).and(bulk_verdicts::undone_at.is_null()))
        .set(bulk_verdicts::undone_at.eq(now.micros()))
        .execute(tx.connection)?;
    Ok(changed > 0)
}
