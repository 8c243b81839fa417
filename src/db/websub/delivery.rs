//! What is pushed to subscribers, and how it went.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

use super::of;
use crate::clock::Timestamp;
use crate::db::jobs::{self, JobKey, ONCE_MORE};
use crate::db::schema::websub_subscriptions;
use crate::db::{DbError, Tx};
use crate::model::id::{CategoryId, HubId, SubscriptionId};
use crate::model::job::JobKind;

/// Has the feeds of a category, or the hub's own, pushed to all who do not have what they say now
/// (`print`): a job for each, of which there is never more than one. One that waits for its next
/// try goes on waiting, and sends what the feed says then.
pub fn enqueue_deliveries(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: Option<CategoryId>,
    print: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    const DELIVER: &str = "INSERT INTO jobs (hub_id, kind, subject_id, run_at, created_at) \
        SELECT hub_id, $1, id, $2, $3 FROM websub_subscriptions \
        WHERE hub_id = $4 AND across IS NULL AND coalesce(category_id, 0) = $5 AND expires_at > $6 \
        AND (delivered_print IS NULL OR delivered_print <> $7)";
    diesel::sql_query(format!("{DELIVER} {ONCE_MORE}"))
        .bind::<Text, _>(JobKind::DeliverFeed.as_str())
        .bind::<BigInt, _>(now.micros())
        .bind::<BigInt, _>(now.micros())
        .bind::<BigInt, _>(hub.0)
        // Ids begin with 1.
        .bind::<BigInt, _>(category.map_or(0, |id| id.0))
        .bind::<BigInt, _>(now.micros())
        .bind::<Binary, _>(print)
        .execute(tx.connection)?;
    tx.enqueued();
    Ok(())
}

/// Has one subscriber sent what the feed says.
pub fn enqueue_delivery(
    tx: &mut Tx<'_>,
    hub: HubId,
    id: SubscriptionId,
    now: Timestamp,
) -> Result<(), DbError> {
    let key = JobKey { hub, kind: JobKind::DeliverFeed, subject: id.0 };
    jobs::enqueue_unless_waiting(tx, key, now)
}

/// Notes that a subscriber has what the feed said.
pub fn update_delivered(
    tx: &mut Tx<'_>,
    hub: HubId,
    id: SubscriptionId,
    print: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(of(hub, id))
        .set((
            websub_subscriptions::delivered_print.eq(print),
            websub_subscriptions::delivered_at.eq(now.micros()),
            websub_subscriptions::tries.eq(0),
            websub_subscriptions::failing_since_at.eq(None::<i64>),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes that a delivery failed, so many in a row, since when all have.
pub fn update_failed(
    tx: &mut Tx<'_>,
    hub: HubId,
    id: SubscriptionId,
    tries: i64,
    since: Timestamp,
) -> Result<(), DbError> {
    diesel::update(of(hub, id))
        .set((
            websub_subscriptions::tries.eq(tries),
            websub_subscriptions::failing_since_at.eq(since.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}
