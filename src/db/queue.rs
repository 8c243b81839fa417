//! The organizer's queue: what waits, and what was decided.

use diesel::prelude::*;

use super::listed::{IS_PUBLIC, Place};
use super::pings::Ping;
use super::schema::pings;
use super::{DbConnection, DbError};
use crate::clock::Timestamp;
use crate::model::id::{CategoryId, HubId, PingId};
use crate::model::ping::PingState;

/// What a moderator is shown: claims whose page was not read yet are not. A literal: see
/// [`IS_PUBLIC`].
pub(super) const WAITS: &str = "pings.state = 'pending' AND NOT pings.unverified";

/// Waiting pings of a hub, oldest first, from a place on.
pub fn list_waiting(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    after: Option<(Timestamp, PingId)>,
    limit: i64,
) -> Result<Vec<Ping>, DbError> {
    let mut query = pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(WAITS))
        .select(Ping::as_select())
        .order((pings::received_at, pings::id))
        .limit(limit)
        .into_boxed();
    if let Some(category) = category {
        query = query.filter(pings::category_id.eq(category.0));
    }
    if let Some((received_at, id)) = after {
        query = query.filter(
            pings::received_at
                .gt(received_at.micros())
                .or(pings::received_at.eq(received_at.micros()).and(pings::id.gt(id.0))),
        );
    }
    Ok(query.load(connection)?)
}

/// Since when a ping is there for moderators to see.
const SEEN_SINCE: &str = "COALESCE(pings.verified_at, pings.received_at)";

/// Pings of a hub that wait, and that moderators see since after `after` and not after `through`:
/// the oldest `limit`, and how many there are.
pub fn list_new_waiting(
    connection: &mut DbConnection,
    hub: HubId,
    after: Timestamp,
    through: Timestamp,
    limit: i64,
) -> Result<(Vec<Ping>, i64), DbError> {
    use diesel::sql_types::{BigInt, Bool};
    let rows = || {
        let since = || diesel::dsl::sql::<BigInt>(SEEN_SINCE);
        pings::table
            .filter(pings::hub_id.eq(hub.0))
            .filter(diesel::dsl::sql::<Bool>(WAITS))
            .filter(since().gt(after.micros()))
            .filter(since().le(through.micros()))
    };
    let some = rows()
        .select(Ping::as_select())
        .order((pings::received_at, pings::id))
        .limit(limit)
        .load(connection)?;
    Ok((some, rows().count().get_result(connection)?))
}

/// Pings of a hub that were listed after `after` and not after `through`: the oldest `limit`, and
/// how many there are.
pub fn list_new_listed(
    connection: &mut DbConnection,
    hub: HubId,
    after: Timestamp,
    through: Timestamp,
    limit: i64,
) -> Result<(Vec<Ping>, i64), DbError> {
    let rows = || {
        pings::table
            .filter(pings::hub_id.eq(hub.0))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IS_PUBLIC))
            .filter(pings::listed_at.gt(after.micros()).and(pings::listed_at.le(through.micros())))
    };
    let some = rows()
        .select(Ping::as_select())
        .order((pings::listed_at, pings::id))
        .limit(limit)
        .load(connection)?;
    Ok((some, rows().count().get_result(connection)?))
}

/// What was decided in a hub, the newest decision first, from a place on; in one state or in all.
pub fn list_decided(
    connection: &mut DbConnection,
    hub: HubId,
    state: Option<PingState>,
    before: Option<(Timestamp, PingId)>,
    limit: i64,
) -> Result<Vec<Ping>, DbError> {
    let mut query = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::decided_at.is_not_null()))
        .select(Ping::as_select())
        .order((pings::decided_at.desc(), pings::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(pings::state.eq(state.as_str()));
    }
    if let Some((decided_at, id)) = before {
        query = query.filter(
            pings::decided_at
                .lt(decided_at.micros())
                .or(pings::decided_at.eq(decided_at.micros()).and(pings::id.lt(id.0))),
        );
    }
    Ok(query.load(connection)?)
}

/// What is listed in a hub, also what was listed at once, the newest first, from a place on.
pub fn list_listed(
    connection: &mut DbConnection,
    hub: HubId,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Ping>, DbError> {
    let mut query = pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IS_PUBLIC))
        .select(Ping::as_select())
        .order((pings::listed_at.desc(), pings::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some(Place { listed_at, id }) = before {
        query = query.filter(
            pings::listed_at
                .lt(listed_at.micros())
                .or(pings::listed_at.eq(listed_at.micros()).and(pings::id.lt(id.0))),
        );
    }
    Ok(query.load(connection)?)
}

/// How many pings wait in each category of a hub.
pub fn count_waiting(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<Vec<(CategoryId, i64)>, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(WAITS))
        .group_by(pings::category_id)
        .select((pings::category_id, diesel::dsl::count_star()))
        .load(connection)?)
}

/// How many pings wait in a category, counted to `most` at most.
pub fn count_waiting_in(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
    most: i64,
) -> Result<i64, DbError> {
    let ids: Vec<i64> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::category_id.eq(category.0)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(WAITS))
        .select(pings::id)
        .limit(most)
        .load(connection)?;
    Ok(i64::try_from(ids.len()).unwrap_or(most))
}

/// How many pings of a hub were decided since a moment, by the state they are in.
pub fn count_decided_since(
    connection: &mut DbConnection,
    hub: HubId,
    since: Timestamp,
) -> Result<Vec<(PingState, i64)>, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::decided_at.ge(since.micros())))
        .group_by(pings::state)
        .select((pings::state, diesel::dsl::count_star()))
        .load(connection)?)
}
