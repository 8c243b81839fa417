//! Subscriptions to the feeds of topics over hubs.
//!
//! Each is kept with a hub that takes part, its keeper: its row, its jobs and its share of what is
//! sent are that hub's. What changes in any hub of the topic is pushed to it all the same, so that
//! these queries look across hubs ([`crate::db::topics`]).

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::clock::Timestamp;
use crate::db::jobs;
use crate::db::schema::{categories, hubs, websub_subscriptions};
use crate::db::topics::TAKES_PART;
use crate::db::{DbConnection, DbError, Tx};
use crate::model::id::{HubId, SubscriptionId};
use crate::model::slug::Slug;

/// Whether a hub shows its posts in topics, and anybody subscribed to any: then each of its changes
/// is looked at. Stands where a row of `hubs` is returned.
pub const IS_PUSHED: &str = "(hubs.pushed OR (hubs.on_topics AND EXISTS \
    (SELECT 1 FROM websub_subscriptions w WHERE w.across IS NOT NULL)))";

/// The hub that keeps the subscription of a callback to a topic's feed, or would keep it: the first
/// that takes part. None where nobody does.
pub fn find_keeper(
    connection: &mut DbConnection,
    slug: &Slug,
    topic: &str,
    callback: &str,
) -> Result<Option<HubId>, DbError> {
    let there = websub_subscriptions::table
        .filter(websub_subscriptions::across.eq(slug.as_str()))
        .filter(websub_subscriptions::topic.eq(topic))
        .filter(websub_subscriptions::callback.eq(callback))
        .select(websub_subscriptions::hub_id)
        .order(websub_subscriptions::id)
        .first(connection)
        .optional()?;
    if there.is_some() {
        return Ok(there);
    }
    Ok(hubs::table
        .inner_join(categories::table)
        .filter(categories::slug.eq(slug.as_str()))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(TAKES_PART))
        .select(hubs::id)
        .order(hubs::id)
        .first(connection)
        .optional()?)
}

/// The subscriptions that hold to topics of these names.
fn holding(slugs: Vec<String>, now: Timestamp) -> Holding {
    websub_subscriptions::table
        .filter(websub_subscriptions::across.eq_any(slugs))
        .filter(websub_subscriptions::expires_at.gt(now.micros()))
}

type Holding = diesel::dsl::Filter<
    diesel::dsl::Filter<
        websub_subscriptions::table,
        diesel::dsl::EqAny<websub_subscriptions::across, Vec<String>>,
    >,
    diesel::dsl::Gt<websub_subscriptions::expires_at, i64>,
>;

/// A subscription to a topic, and who keeps it.
const KEPT: (websub_subscriptions::hub_id, websub_subscriptions::id) =
    (websub_subscriptions::hub_id, websub_subscriptions::id);

/// What a hub's categories are called.
fn slugs_of(connection: &mut DbConnection, hub: HubId) -> Result<Vec<String>, DbError> {
    let of_hub = categories::table.filter(categories::hub_id.eq(hub.0));
    Ok(of_hub.select(categories::slug).load(connection)?)
}

/// The topics whose feeds are pushed to anybody, and in which a hub has a category.
pub fn list_topics(
    connection: &mut DbConnection,
    hub: HubId,
    now: Timestamp,
) -> Result<Vec<Slug>, DbError> {
    let slugs: Vec<Option<String>> = holding(slugs_of(connection, hub)?, now)
        .select(websub_subscriptions::across)
        .distinct()
        .order(websub_subscriptions::across)
        .load(connection)?;
    Ok(slugs.into_iter().flatten().filter_map(|slug| Slug::for_category(&slug).ok()).collect())
}

/// Has the feeds of a topic pushed to all who do not have what they say now (`print`), as
/// [`super::enqueue_deliveries`] does for those of a hub.
pub fn enqueue_topic(
    tx: &mut Tx<'_>,
    topic: &Slug,
    print: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    let behind: Vec<(HubId, SubscriptionId)> = holding(vec![topic.as_str().to_owned()], now)
        .filter(
            websub_subscriptions::delivered_print
                .is_null()
                .or(websub_subscriptions::delivered_print.ne(print)),
        )
        .select(KEPT)
        .order(websub_subscriptions::id)
        .load(tx.connection)?;
    for (keeper, id) in behind {
        super::enqueue_delivery(tx, keeper, id, now)?;
    }
    Ok(())
}

/// Ends the subscriptions to a topic in which nobody takes part any more, and has their callbacks
/// told.
pub fn deny_topic(tx: &mut Tx<'_>, topic: &Slug, now: Timestamp) -> Result<(), DbError> {
    let held: Vec<(HubId, SubscriptionId)> = holding(vec![topic.as_str().to_owned()], now)
        .select(KEPT)
        .order(websub_subscriptions::id)
        .load(tx.connection)?;
    for (keeper, id) in held {
        super::deny_one(tx, keeper, id, now)?;
    }
    Ok(())
}

/// Has the feeds of topics pushed that a hub is about to leave: no later change of it will find them.
/// Those of all categories that the hub has, or of one of this name. What they say is compared when
/// they are sent.
pub fn push_topics_of(
    tx: &mut Tx<'_>,
    hub: HubId,
    only: Option<&str>,
    now: Timestamp,
) -> Result<(), DbError> {
    let mut slugs = slugs_of(tx.connection, hub)?;
    slugs.retain(|slug| only.is_none_or(|only| only == slug));
    let held: Vec<(HubId, SubscriptionId)> =
        holding(slugs, now).select(KEPT).order(websub_subscriptions::id).load(tx.connection)?;
    for (keeper, id) in held {
        super::enqueue_delivery(tx, keeper, id, now)?;
    }
    Ok(())
}

/// Gives the subscriptions to topics that a hub keeps to others that take part, before it is
/// deleted. Those of topics in which nobody else does go with it.
pub fn keep_elsewhere(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    let kept: Vec<SubscriptionId> = websub_subscriptions::table
        .filter(websub_subscriptions::hub_id.eq(hub.0))
        .filter(websub_subscriptions::across.is_not_null())
        .filter(websub_subscriptions::asked.is_not_null())
        .select(websub_subscriptions::id)
        .order(websub_subscriptions::id)
        .load(tx.connection)?;
    let next = format!(
        "(SELECT min(hubs.id) FROM hubs JOIN categories ON categories.hub_id = hubs.id \
         WHERE categories.slug = websub_subscriptions.across AND {TAKES_PART} AND hubs.id <> $1)"
    );
    let sql = format!(
        "UPDATE websub_subscriptions SET hub_id = coalesce({next}, hub_id) \
         WHERE across IS NOT NULL AND hub_id = $2 \
         AND NOT EXISTS (SELECT 1 FROM websub_subscriptions o WHERE o.across = \
         websub_subscriptions.across AND o.hub_id <> $3 \
         AND o.topic = websub_subscriptions.topic AND o.callback = websub_subscriptions.callback)"
    );
    diesel::sql_query(sql)
        .bind::<BigInt, _>(hub.0)
        .bind::<BigInt, _>(hub.0)
        .bind::<BigInt, _>(hub.0)
        .execute(tx.connection)?;
    // Their jobs go with the hub: what was asked is asked again, and what the topics say without it
    // is sent.
    let asked: Vec<(HubId, SubscriptionId)> = websub_subscriptions::table
        .filter(websub_subscriptions::id.eq_any(kept.iter().map(|id| id.0)))
        // A subscription to several hubs: there is an index of those.
        .filter(websub_subscriptions::across.is_not_null())
        .filter(websub_subscriptions::hub_id.ne(hub.0))
        .select(KEPT)
        .order(websub_subscriptions::id)
        .load(tx.connection)?;
    for (keeper, id) in asked {
        jobs::enqueue_unless_waiting(tx, super::ask_job(keeper, id), now)?;
    }
    push_topics_of(tx, hub, None, now)
}
