//! Who subscribed to which feed, and what was pushed to them; other hubs are in
//! `websub/announcements.rs`, topics over hubs in `websub/across.rs`, and how many there are of whom
//! in `websub/counts.rs`.

mod across;
pub mod announcements;
mod counts;
mod delivery;
mod denial;
mod pushed;

pub use across::{
    IS_PUSHED, deny_topic, enqueue_topic, find_keeper, keep_elsewhere, list_topics, push_topics_of,
};
pub use counts::{Counts, count};
pub use delivery::{enqueue_deliveries, enqueue_delivery, update_delivered, update_failed};
pub use denial::{deny, deny_one};
pub use pushed::{list_pushed, update_all_pushed, update_pushed};

use diesel::prelude::*;

use super::connection::on_backend;
use super::jobs::{self, JobKey};
use super::schema::websub_subscriptions;
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{CategoryId, HubId, SubscriptionId};
use crate::model::job::JobKind;
use crate::model::slug::Slug;
use crate::model::view::View;
use crate::model::websub::{Asked, FeedFormat, Topic};
use crate::secret::Secret;

/// A subscription to a feed: one that holds, one that is asked about, or both.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = websub_subscriptions)]
pub struct Subscription {
    /// Its row.
    pub id: SubscriptionId,
    /// Whose feed; none for the hub's own.
    pub category_id: Option<CategoryId>,
    /// In which format.
    pub format: FeedFormat,
    /// The address of the feed, as it was subscribed to.
    pub topic: String,
    /// Where it is sent to. It may hold what only the subscriber should know.
    pub callback: Secret<String>,
    /// Signs what is sent.
    pub secret: Option<Secret<Vec<u8>>>,
    /// Until when it holds.
    pub expires_at: Option<Timestamp>,
    /// What its callback is asked or told next.
    pub asked: Option<Asked>,
    /// Signs what is sent once the callback has said yes.
    pub asked_secret: Option<Secret<Vec<u8>>>,
    /// How many seconds it holds from then on.
    pub asked_lease: i64,
    /// When that was asked of us.
    pub asked_at: Timestamp,
    /// How often the callback gave no answer to it.
    pub asked_tries: i64,
    /// What the feed said then, as a hash.
    pub asked_print: Option<Vec<u8>>,
    /// The topic over hubs whose feed it is: its hub only keeps it.
    pub across: Option<String>,
    /// What was delivered last, as a hash.
    pub delivered_print: Option<Vec<u8>>,
    /// Deliveries in a row that failed.
    pub tries: i64,
    /// Since when all deliveries failed.
    pub failing_since_at: Option<Timestamp>,
}

impl Subscription {
    /// Which posts its feed has.
    pub fn view(&self) -> View {
        Topic::view_of(&self.topic).unwrap_or_default()
    }

    /// Whether its feed is pushed now.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|until| until > now)
    }
}

/// A request about a subscription.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whose feed; none for the hub's own.
    pub category_id: Option<CategoryId>,
    /// The topic over hubs whose feed it is: the hub only keeps it.
    pub across: Option<Slug>,
    /// In which format.
    pub format: FeedFormat,
    /// The address of the feed.
    pub topic: String,
    /// Where it is to be sent to.
    pub callback: String,
    /// The registered part of its host.
    pub domain: String,
    /// Who sent it, as a keyed hash.
    pub sender: Vec<u8>,
    /// What the feed says now, as a hash.
    pub print: Option<Vec<u8>>,
    /// What is asked for.
    pub asked: Asked,
    /// What is to sign it.
    pub secret: Option<Secret<Vec<u8>>>,
    /// For how many seconds.
    pub lease: i64,
}

fn of(hub: HubId, id: SubscriptionId) -> Of {
    websub_subscriptions::table
        .filter(websub_subscriptions::hub_id.eq(hub.0))
        .filter(websub_subscriptions::id.eq(id.0))
}

type Of = diesel::dsl::Filter<
    diesel::dsl::Filter<
        websub_subscriptions::table,
        diesel::dsl::Eq<websub_subscriptions::hub_id, i64>,
    >,
    diesel::dsl::Eq<websub_subscriptions::id, i64>,
>;

/// The job that asks or tells a subscriber.
pub const fn ask_job(hub: HubId, id: SubscriptionId) -> JobKey {
    JobKey { hub, kind: JobKind::AskSubscriber, subject: id.0 }
}

/// A subscription.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    id: SubscriptionId,
) -> Result<Option<Subscription>, DbError> {
    Ok(of(hub, id).select(Subscription::as_select()).first(connection).optional()?)
}

/// The subscription of a callback to a feed: there is never more than one.
pub fn find_of_callback(
    connection: &mut DbConnection,
    hub: HubId,
    topic: &str,
    callback: &str,
) -> Result<Option<SubscriptionId>, DbError> {
    Ok(websub_subscriptions::table
        .filter(websub_subscriptions::hub_id.eq(hub.0))
        .filter(websub_subscriptions::topic.eq(topic))
        .filter(websub_subscriptions::callback.eq(callback))
        .select(websub_subscriptions::id)
        .first(connection)
        .optional()?)
}

/// Has a callback asked what a request says. What holds until then goes on holding.
pub fn ask(tx: &mut Tx<'_>, hub: HubId, request: &Request, now: Timestamp) -> Result<(), DbError> {
    let asked = (
        // Those of a subscription that was denied are gone.
        websub_subscriptions::category_id.eq(request.category_id.map(|id| id.0)),
        websub_subscriptions::asked.eq(request.asked.as_str()),
        websub_subscriptions::asked_secret.eq(request.secret.as_ref().map(Secret::expose)),
        websub_subscriptions::asked_lease.eq(request.lease),
        websub_subscriptions::asked_at.eq(now.micros()),
        websub_subscriptions::asked_tries.eq(0),
        websub_subscriptions::asked_print.eq(&request.print),
        websub_subscriptions::asked_by.eq(Some(&request.sender)),
    );
    let id = on_backend!(tx.connection => |connection| {
        diesel::insert_into(websub_subscriptions::table)
            .values((
                websub_subscriptions::hub_id.eq(hub.0),
                websub_subscriptions::format.eq(request.format.as_str()),
                websub_subscriptions::topic.eq(&request.topic),
                websub_subscriptions::callback.eq(&request.callback),
                websub_subscriptions::callback_domain.eq(&request.domain),
                websub_subscriptions::across.eq(request.across.as_ref().map(Slug::as_str)),
                websub_subscriptions::created_at.eq(now.micros()),
                asked,
            ))
            .on_conflict((
                websub_subscriptions::hub_id,
                websub_subscriptions::topic,
                websub_subscriptions::callback,
            ))
            .do_update()
            .set(asked)
            .returning(websub_subscriptions::id)
            .get_result::<SubscriptionId>(connection)?
    });
    jobs::enqueue(tx, ask_job(hub, id), now, now)
}

/// The callback wants the feed: from now on it is pushed. What it said when that was asked for its
/// subscriber has, unless the subscription held before; where it says something else now (`print`,
/// read behind [`super::members::lock`]), that is delivered. A request that came meanwhile stays;
/// one that was denied meanwhile does not begin.
pub fn confirm(
    tx: &mut Tx<'_>,
    hub: HubId,
    subscription: &Subscription,
    print: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    // The hub's row first, as everywhere.
    update_pushed(tx, hub, true)?;
    let lease = std::time::Duration::from_secs(subscription.asked_lease.unsigned_abs());
    let has = match &subscription.delivered_print {
        Some(has) if subscription.holds(now) => Some(has),
        _ => subscription.asked_print.as_ref(),
    };
    let begun = diesel::update(of(hub, subscription.id))
        .filter(
            websub_subscriptions::asked
                .is_null()
                .or(websub_subscriptions::asked.ne(Asked::Denied.as_str())),
        )
        .set((
            websub_subscriptions::secret.eq(subscription.asked_secret.as_ref().map(Secret::expose)),
            websub_subscriptions::expires_at.eq(now.plus(lease).micros()),
            websub_subscriptions::delivered_print.eq(has),
            websub_subscriptions::tries.eq(0),
            websub_subscriptions::failing_since_at.eq(None::<i64>),
        ))
        .execute(tx.connection)?;
    if begun > 0 && has.is_none_or(|has| has != print) {
        enqueue_delivery(tx, hub, subscription.id, now)?;
    }
    forget_asked(tx, hub, subscription)
}

/// Nothing is asked any more. A subscription that does not hold goes.
pub fn end_asked(
    tx: &mut Tx<'_>,
    hub: HubId,
    subscription: &Subscription,
    now: Timestamp,
) -> Result<(), DbError> {
    forget_asked(tx, hub, subscription)?;
    diesel::delete(
        of(hub, subscription.id).filter(websub_subscriptions::asked.is_null()).filter(
            websub_subscriptions::expires_at
                .is_null()
                .or(websub_subscriptions::expires_at.le(now.micros())),
        ),
    )
    .execute(tx.connection)?;
    Ok(())
}

fn forget_asked(tx: &mut Tx<'_>, hub: HubId, subscription: &Subscription) -> Result<(), DbError> {
    diesel::update(of(hub, subscription.id))
        .filter(websub_subscriptions::asked_at.eq(subscription.asked_at.micros()))
        .set((
            websub_subscriptions::asked.eq(None::<&str>),
            websub_subscriptions::asked_secret.eq(None::<Vec<u8>>),
            websub_subscriptions::asked_by.eq(None::<Vec<u8>>),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes that a callback gave no answer to what was asked; not to what was asked for since.
pub fn update_asked_tries(
    tx: &mut Tx<'_>,
    hub: HubId,
    subscription: &Subscription,
    tries: i64,
) -> Result<(), DbError> {
    diesel::update(of(hub, subscription.id))
        .filter(websub_subscriptions::asked_at.eq(subscription.asked_at.micros()))
        .set(websub_subscriptions::asked_tries.eq(tries))
        .execute(tx.connection)?;
    Ok(())
}

/// Ends a subscription, as its callback said when it was asked. A request that came since stays,
/// and its callback is asked.
pub fn end_as_asked(
    tx: &mut Tx<'_>,
    hub: HubId,
    subscription: &Subscription,
) -> Result<(), DbError> {
    forget_asked(tx, hub, subscription)?;
    end(tx, hub, subscription.id)
}

/// Ends a subscription: nothing is sent any more. What is asked about it stays, and is asked.
pub fn end(tx: &mut Tx<'_>, hub: HubId, id: SubscriptionId) -> Result<(), DbError> {
    let gone = diesel::delete(of(hub, id).filter(websub_subscriptions::asked.is_null()))
        .execute(tx.connection)?;
    if gone == 0 {
        diesel::update(of(hub, id))
            .set((
                websub_subscriptions::expires_at.eq(None::<i64>),
                websub_subscriptions::secret.eq(None::<Vec<u8>>),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Deletes subscriptions that ran out, and requests that were never answered.
pub(super) fn delete_over(
    tx: &mut Tx<'_>,
    unanswered_since: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::delete(
        websub_subscriptions::table
            .filter(websub_subscriptions::expires_at.le(now.micros()))
            .filter(websub_subscriptions::asked.is_null()),
    )
    .execute(tx.connection)?;
    diesel::delete(
        websub_subscriptions::table
            .filter(
                websub_subscriptions::expires_at
                    .is_null()
                    .or(websub_subscriptions::expires_at.le(now.micros())),
            )
            .filter(websub_subscriptions::asked_at.lt(unanswered_since.micros())),
    )
    .execute(tx.connection)?;
    Ok(())
}
