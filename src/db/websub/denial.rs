//! Ending subscriptions whose feed is not public any more.

use diesel::prelude::*;

use super::{ask_job, of};
use crate::clock::Timestamp;
use crate::db::schema::websub_subscriptions;
use crate::db::{DbError, Tx, jobs};
use crate::model::id::{CategoryId, HubId, SubscriptionId};
use crate::model::websub::Asked;

/// Ends all subscriptions to the feeds of a category, or to the hub's own: nothing is sent any
/// more, and each callback is told so (WebSub 5.2).
pub fn deny(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: Option<CategoryId>,
    now: Timestamp,
) -> Result<(), DbError> {
    let mut query = websub_subscriptions::table
        .filter(websub_subscriptions::hub_id.eq(hub.0))
        .filter(websub_subscriptions::across.is_null())
        .filter(websub_subscriptions::expires_at.gt(now.micros()))
        .select(websub_subscriptions::id)
        .order(websub_subscriptions::id)
        .into_boxed();
    query = match category {
        Some(category) => query.filter(websub_subscriptions::category_id.eq(category.0)),
        None => query.filter(websub_subscriptions::category_id.is_null()),
    };
    let ids: Vec<SubscriptionId> = query.load(tx.connection)?;
    for id in ids {
        deny_one(tx, hub, id, now)?;
    }
    Ok(())
}

/// Ends a subscription, and has its callback told.
pub fn deny_one(
    tx: &mut Tx<'_>,
    hub: HubId,
    id: SubscriptionId,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(of(hub, id))
        .set((
            // The category may go before the callback is told.
            websub_subscriptions::category_id.eq(None::<i64>),
            websub_subscriptions::expires_at.eq(None::<i64>),
            websub_subscriptions::secret.eq(None::<Vec<u8>>),
            websub_subscriptions::asked.eq(Asked::Denied.as_str()),
            websub_subscriptions::asked_secret.eq(None::<Vec<u8>>),
            websub_subscriptions::asked_by.eq(None::<Vec<u8>>),
            websub_subscriptions::asked_at.eq(now.micros()),
            websub_subscriptions::asked_tries.eq(0),
        ))
        .execute(tx.connection)?;
    jobs::enqueue(tx, ask_job(hub, id), now, now)
}
