//! How many subscriptions there are, and how many requests whose callback has not answered yet.
//!
//! Only what holds fills a feed: whoever asks for a thousand subscriptions and confirms none keeps
//! nobody out. What was only asked for is counted by who sent it, by the domain it leads to, and
//! across all hubs.

use diesel::prelude::*;

use crate::clock::Timestamp;
use crate::db::schema::websub_subscriptions;
use crate::db::{DbConnection, DbError};
use crate::model::id::HubId;
use crate::model::websub::Asked;

/// What counts against a request that leads to a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Subscriptions to the feed that hold.
    pub of_topic: i64,
    /// Subscriptions to views of the hub that hold.
    pub of_views: i64,
    /// Subscriptions to feeds of the hub that lead to the domain.
    pub of_domain: i64,
    /// Requests on this site that lead to the domain and were not answered.
    pub asked_of_domain: i64,
    /// Those of the sender.
    pub asked_by_sender: i64,
    /// Those of everybody.
    pub asked: i64,
}

/// Counts what there is, for a request of this sender (as a keyed hash), about a feed of the hub or
/// of a topic over hubs (`is_across`). Who waits in all hubs is counted without a lock, so that a few
/// more may come in at the same moment; what is the hub's is as exact as the lock on its row
/// ([`crate::db::members::lock`]) that the caller holds.
pub fn count(
    connection: &mut DbConnection,
    hub: HubId,
    topic: &str,
    domain: &str,
    sender: &[u8],
    is_across: bool,
    now: Timestamp,
) -> Result<Counts, DbError> {
    let of_hub = || websub_subscriptions::table.filter(websub_subscriptions::hub_id.eq(hub.0));
    // Those that hold are asked about again when they are renewed: they wait for nobody.
    let asked = || {
        websub_subscriptions::table
            .filter(websub_subscriptions::asked.is_not_null())
            .filter(websub_subscriptions::asked.eq(Asked::Subscribe.as_str()))
            .filter(
                websub_subscriptions::expires_at
                    .is_null()
                    .or(websub_subscriptions::expires_at.le(now.micros())),
            )
    };
    let to_domain = of_hub().filter(websub_subscriptions::callback_domain.eq(domain));
    // A hub keeps subscriptions to topics for others, too: they take none of its own.
    let of_domain = match is_across {
        true => to_domain
            .filter(websub_subscriptions::across.is_not_null())
            .count()
            .get_result(connection)?,
        false => to_domain
            .filter(websub_subscriptions::across.is_null())
            .count()
            .get_result(connection)?,
    };
    Ok(Counts {
        of_topic: of_hub()
            .filter(websub_subscriptions::topic.eq(topic))
            .filter(websub_subscriptions::expires_at.gt(now.micros()))
            .count()
            .get_result(connection)?,
        of_views: of_hub()
            .filter(websub_subscriptions::topic.like("%?%"))
            .filter(websub_subscriptions::expires_at.gt(now.micros()))
            .count()
            .get_result(connection)?,
        of_domain,
        asked_of_domain: asked()
            .filter(websub_subscriptions::callback_domain.eq(domain))
            .count()
            .get_result(connection)?,
        asked_by_sender: asked()
            .filter(websub_subscriptions::asked_by.eq(sender))
            .count()
            .get_result(connection)?,
        asked: asked().count().get_result(connection)?,
    })
}
