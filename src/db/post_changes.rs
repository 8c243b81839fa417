//! When what is shown of a post last changed: feeds say so.

use diesel::prelude::*;

use super::connection::on_backend;
use super::prepared::{FEW, Prepare};
use super::schema::post_changes;
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{HubId, PingId};

/// Notes that what is shown of a ping changes now.
pub fn upsert(tx: &mut Tx<'_>, hub: HubId, ping: PingId, now: Timestamp) -> Result<(), DbError> {
    let changed_at = post_changes::changed_at.eq(now.micros());
    let changed = diesel::update(post_changes::table.find((hub.0, ping.0)))
        .set(changed_at)
        .execute(tx.connection)?;
    if changed == 0 {
        diesel::insert_into(post_changes::table)
            .values((post_changes::hub_id.eq(hub.0), post_changes::ping_id.eq(ping.0), changed_at))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Which of these pings changed since they came, and when.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    pings: &[PingId],
) -> Result<Vec<(PingId, Timestamp)>, DbError> {
    let ids: Vec<i64> = pings.iter().map(|ping| ping.0).collect();
    let are_few = ids.len() <= FEW;
    on_backend!(connection => |connection| {
        let query = post_changes::table
            .filter(post_changes::hub_id.eq(hub.0).and(post_changes::ping_id.eq_any(ids)))
            .select((post_changes::ping_id, post_changes::changed_at));
        Ok(query.prepared_if(are_few).load(connection)?)
    })
}
