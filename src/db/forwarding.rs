//! Addresses that listed posts are passed on to, and what became of it.

use diesel::prelude::*;

use super::connection::on_backend;
use super::jobs::{self, JobKey};
use super::schema::{forward_addresses, forwards, pings};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::forward::ForwardOutcome;
use crate::model::id::{CategoryId, ForwardAddressId, ForwardId, HubId, PingId};
use crate::model::job::JobKind;
use crate::secret::Secret;

/// An address that a category passes its posts on to.
#[derive(Debug, Clone)]
pub struct ForwardAddress {
    /// Its row.
    pub id: ForwardAddressId,
    /// The address: it may hold a passphrase.
    pub url: Secret<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A post that is passed on to one address.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = forwards)]
pub struct Forward {
    /// Its row.
    pub id: ForwardId,
    /// Where to.
    pub address_id: ForwardAddressId,
    /// The post.
    pub ping_id: PingId,
    /// What became of it.
    pub outcome: ForwardOutcome,
    /// How often it was sent.
    pub tries: i64,
    /// What the other side said the last time, or why nothing was said.
    pub said: String,
    /// When it was sent last.
    pub tried_at: Option<Timestamp>,
}

fn forward_of(hub: HubId, id: ForwardId) -> Of {
    forwards::table.filter(forwards::hub_id.eq(hub.0)).filter(forwards::id.eq(id.0))
}

type Of = diesel::dsl::Filter<
    diesel::dsl::Filter<forwards::table, diesel::dsl::Eq<forwards::hub_id, i64>>,
    diesel::dsl::Eq<forwards::id, i64>,
>;

/// The job that passes a post on.
pub const fn job(hub: HubId, forward: ForwardId) -> JobKey {
    JobKey { hub, kind: JobKind::ForwardPing, subject: forward.0 }
}

/// Has a post that was just listed passed on to the addresses its category had when it was listed,
/// once to each. What came from a forward goes no further, so that nothing ever goes in a circle.
pub fn enqueue(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    ping: PingId,
    listed_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    let addresses: Vec<i64> = forward_addresses::table
        .filter(forward_addresses::hub_id.eq(hub.0))
        .filter(forward_addresses::category_id.eq(category.0))
        .filter(forward_addresses::created_at.le(listed_at.micros()))
        .select(forward_addresses::id)
        .order(forward_addresses::id)
        .load(tx.connection)?;
    if addresses.is_empty() {
        return Ok(());
    }
    let forwarded: bool = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .select(pings::forwarded)
        .first(tx.connection)?;
    if forwarded {
        return Ok(());
    }
    for address in addresses {
        let new = (
            forwards::hub_id.eq(hub.0),
            forwards::address_id.eq(address),
            forwards::ping_id.eq(ping.0),
            forwards::outcome.eq(ForwardOutcome::Waiting.as_str()),
            forwards::created_at.eq(now.micros()),
        );
        let inserted = on_backend!(tx.connection => |connection| {
            diesel::insert_into(forwards::table)
                .values(new)
                .on_conflict((forwards::hub_id, forwards::address_id, forwards::ping_id))
                .do_nothing()
                .returning(forwards::id)
                .get_result::<ForwardId>(connection)
                .optional()?
        });
        if let Some(forward) = inserted {
            jobs::enqueue_if_absent(tx, job(hub, forward), now, now)?;
        }
    }
    Ok(())
}

/// Adds an address; `Taken` where the category has it already.
pub fn insert_address(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    url: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(forward_addresses::table)
        .values((
            forward_addresses::hub_id.eq(hub.0),
            forward_addresses::category_id.eq(category.0),
            forward_addresses::url.eq(url),
            forward_addresses::created_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Removes an address of a category, with what was passed on to it; jobs find nothing to do.
/// Says whether there was one.
pub fn delete_address(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    address: ForwardAddressId,
) -> Result<bool, DbError> {
    let deleted = diesel::delete(
        forward_addresses::table
            .filter(forward_addresses::hub_id.eq(hub.0))
            .filter(forward_addresses::category_id.eq(category.0))
            .filter(forward_addresses::id.eq(address.0)),
    )
    .execute(tx.connection)?;
    Ok(deleted > 0)
}

/// The addresses of a category, in the order they were added.
pub fn list_addresses(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
) -> Result<Vec<ForwardAddress>, DbError> {
    let rows: Vec<(ForwardAddressId, String, Timestamp)> = forward_addresses::table
        .filter(forward_addresses::hub_id.eq(hub.0))
        .filter(forward_addresses::category_id.eq(category.0))
        .select((forward_addresses::id, forward_addresses::url, forward_addresses::created_at))
        .order(forward_addresses::id)
        .load(connection)?;
    let address = |(id, url, created_at)| ForwardAddress { id, url: Secret::new(url), created_at };
    Ok(rows.into_iter().map(address).collect())
}

/// How many posts came to which outcome at an address.
pub fn count_outcomes(
    connection: &mut DbConnection,
    hub: HubId,
    address: ForwardAddressId,
) -> Result<Vec<(ForwardOutcome, i64)>, DbError> {
    Ok(forwards::table
        .filter(forwards::hub_id.eq(hub.0).and(forwards::address_id.eq(address.0)))
        .group_by(forwards::outcome)
        .select((forwards::outcome, diesel::dsl::count_star()))
        .load(connection)?)
}

/// What became of the posts a category passed on, with their titles: the newest first.
pub fn list_last(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
    limit: i64,
) -> Result<Vec<(Forward, String)>, DbError> {
    Ok(forwards::table
        .inner_join(forward_addresses::table)
        .inner_join(pings::table)
        .filter(forwards::hub_id.eq(hub.0))
        .filter(forward_addresses::category_id.eq(category.0))
        .select((Forward::as_select(), pings::title))
        .order(forwards::id.desc())
        .limit(limit)
        .load(connection)?)
}

/// The last thing that went wrong at an address: when, and what was said.
pub fn find_last_problem(
    connection: &mut DbConnection,
    hub: HubId,
    address: ForwardAddressId,
) -> Result<Option<(Option<Timestamp>, String)>, DbError> {
    Ok(forwards::table
        .filter(forwards::hub_id.eq(hub.0).and(forwards::address_id.eq(address.0)))
        .filter(forwards::outcome.ne(ForwardOutcome::Taken.as_str()).and(forwards::said.ne("")))
        .select((forwards::tried_at, forwards::said))
        .order((forwards::tried_at.desc(), forwards::id.desc()))
        .first(connection)
        .optional()?)
}

/// A post that is to be passed on, and where to.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    id: ForwardId,
) -> Result<Option<(Forward, Secret<String>)>, DbError> {
    let found: Option<(Forward, String)> = forward_of(hub, id)
        .inner_join(forward_addresses::table)
        .select((Forward::as_select(), forward_addresses::url))
        .first(connection)
        .optional()?;
    Ok(found.map(|(forward, url)| (forward, Secret::new(url))))
}

/// Notes how sending a post went.
pub fn update_tried(tx: &mut Tx<'_>, hub: HubId, forward: &Forward) -> Result<(), DbError> {
    diesel::update(forward_of(hub, forward.id))
        .set((
            forwards::outcome.eq(forward.outcome.as_str()),
            forwards::tries.eq(forward.tries),
            forwards::said.eq(&forward.said),
            forwards::tried_at.eq(forward.tried_at.map(Timestamp::micros)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets that a post was to be passed on: it was not sent, and is off the lists.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, id: ForwardId) -> Result<(), DbError> {
    diesel::delete(forward_of(hub, id)).execute(tx.connection)?;
    Ok(())
}
