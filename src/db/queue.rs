//! The organizer's queue: what waits, and what was decided.

use diesel::prelude::*;

use super::listed::{self, IS_PUBLIC, Place};
use super::pings::Ping;
use super::schema::{ping_events, pings};
use super::{DbConnection, DbError};
use crate::clock::Timestamp;
use crate::model::id::{CategoryId, HubId, PingId};
use crate::model::ping::{PingState, WaitReason};

macro_rules! waits {
    () => {
        "pings.state = 'pending' AND NOT pings.unverified"
    };
}

/// What a moderator is shown: claims whose page was not read yet are not. A literal: see
/// [`IS_PUBLIC`].
pub(super) const WAITS: &str = waits!();

/// The same, of all that waits in a hub: what is added holds for every time that there is, and has SQLite
/// walk along the queue and not along all of the hub's pings.
pub(super) const IN_QUEUE: &str =
    concat!(waits!(), " AND pings.received_at > -1000000000000000000");

/// Which waiting pings are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Of one category only.
    pub category: Option<CategoryId>,
    /// Only those that wait for this reason.
    pub reason: Option<WaitReason>,
}

/// When a waiting ping waits for a reason: the one place that knows.
const fn holds(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::NewBlog => {
            "NOT EXISTS (SELECT 1 FROM blogs b WHERE b.hub_id = pings.hub_id \
             AND b.key = pings.blog_key AND b.approved_at IS NOT NULL)"
        }
        WaitReason::NoPassphrase => {
            "NOT pings.proved AND EXISTS (SELECT 1 FROM categories k WHERE k.hub_id = pings.hub_id \
             AND k.id = pings.category_id AND k.ping_policy = 'passphrase')"
        }
        WaitReason::OtherTitle => {
            "pings.came_by IN ('trackback', 'form') AND EXISTS (SELECT 1 FROM page_readings r \
             WHERE r.hub_id = pings.hub_id AND r.ping_id = pings.id \
             AND r.outcome IN ('linked', 'unlinked') AND NOT r.title_matches)"
        }
        WaitReason::NoLink => {
            "EXISTS (SELECT 1 FROM page_readings r WHERE r.hub_id = pings.hub_id \
             AND r.ping_id = pings.id AND r.outcome = 'unlinked')"
        }
        WaitReason::Unread => {
            "EXISTS (SELECT 1 FROM categories k WHERE k.hub_id = pings.hub_id \
             AND k.id = pings.category_id AND k.listing_policy = 'new-blog-waits') \
             AND EXISTS (SELECT 1 FROM blogs b WHERE b.hub_id = pings.hub_id \
             AND b.key = pings.blog_key AND b.approved_at IS NOT NULL) \
             AND NOT EXISTS (SELECT 1 FROM page_readings r WHERE r.hub_id = pings.hub_id \
             AND r.ping_id = pings.id AND r.outcome <> 'unread')"
        }
        WaitReason::Unreadable => {
            "EXISTS (SELECT 1 FROM page_readings r WHERE r.hub_id = pings.hub_id \
             AND r.ping_id = pings.id AND r.outcome IN ('failed', 'gone'))"
        }
        WaitReason::Rule => "pings.held_for = 'rule'",
        WaitReason::Flood => "pings.held_for = 'flood'",
        WaitReason::AllWait => {
            "EXISTS (SELECT 1 FROM categories k WHERE k.hub_id = pings.hub_id \
             AND k.id = pings.category_id AND k.listing_policy = 'all-wait')"
        }
    }
}

type Waiting<'a> = pings::BoxedQuery<'a, <DbConnection as Connection>::Backend>;

fn waiting<'a>(hub: HubId, filter: Filter) -> Waiting<'a> {
    let mut query = pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IN_QUEUE))
        .into_boxed();
    if let Some(category) = filter.category {
        query = query.filter(pings::category_id.eq(category.0));
    }
    if let Some(reason) = filter.reason {
        query = query.filter(diesel::dsl::sql::<diesel::sql_types::Bool>(holds(reason)));
    }
    query
}

/// Waiting pings of a hub, oldest first, from a place on.
pub fn list_waiting(
    connection: &mut DbConnection,
    hub: HubId,
    filter: Filter,
    after: Option<(Timestamp, PingId)>,
    limit: i64,
) -> Result<Vec<Ping>, DbError> {
    let mut query = waiting(hub, filter).order((pings::received_at, pings::id)).limit(limit);
    if let Some((received_at, id)) = after {
        query = query.filter(
            pings::received_at
                .gt(received_at.micros())
                .or(pings::received_at.eq(received_at.micros()).and(pings::id.gt(id.0))),
        );
    }
    Ok(query.select(Ping::as_select()).load(connection)?)
}

/// Why each of some waiting pings waits.
pub fn list_reasons(
    connection: &mut DbConnection,
    hub: HubId,
    ids: &[PingId],
) -> Result<Vec<(PingId, WaitReason)>, DbError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut all = Vec::new();
    for reason in WaitReason::ALL {
        let found: Vec<PingId> = pings::table
            .filter(pings::hub_id.eq(hub.0).and(pings::id.eq_any(&ids)))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(WAITS))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(holds(*reason)))
            .select(pings::id)
            .load(connection)?;
        all.extend(found.into_iter().map(|id| (id, *reason)));
    }
    Ok(all)
}

/// How many pings wait for each reason, in all categories or in one; those for which none does are
/// left out.
pub fn count_reasons(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
) -> Result<Vec<(WaitReason, i64)>, DbError> {
    let mut all = Vec::new();
    for reason in WaitReason::ALL {
        let filter = Filter { category, reason: Some(*reason) };
        let count: i64 = waiting(hub, filter).count().get_result(connection)?;
        if count > 0 {
            all.push((*reason, count));
        }
    }
    Ok(all)
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
            .filter(diesel::dsl::sql::<Bool>(IN_QUEUE))
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
    let places = listed::list_for_members(connection, hub, None, before, limit)?;
    let ids: Vec<i64> = places.iter().map(|listed| listed.id.0).collect();
    let mut found: Vec<Ping> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq_any(ids)))
        .select(Ping::as_select())
        .load(connection)?;
    found.sort_by_key(|ping| std::cmp::Reverse((ping.listed_at, ping.id)));
    Ok(found)
}

/// How many pings wait in each category of a hub.
pub fn count_waiting(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<Vec<(CategoryId, i64)>, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IN_QUEUE))
        .group_by(pings::category_id)
        .select((pings::category_id, diesel::dsl::count_star()))
        .load(connection)?)
}

/// Whether a hub keeps any ping, whatever became of it.
pub fn has_any(connection: &mut DbConnection, hub: HubId) -> Result<bool, DbError> {
    let any = pings::table.filter(pings::hub_id.eq(hub.0)).select(pings::id);
    Ok(any.first::<i64>(connection).optional()?.is_some())
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
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IN_QUEUE))
        .select(pings::id)
        .limit(most)
        .load(connection)?;
    Ok(i64::try_from(ids.len()).unwrap_or(most))
}

/// How many pings of a hub somebody decided on since a moment, by the state they are in: what a
/// rule set aside is no verdict, nor is what was taken back.
pub fn count_decided_since(
    connection: &mut DbConnection,
    hub: HubId,
    since: Timestamp,
) -> Result<Vec<(PingState, i64)>, DbError> {
    Ok(ping_events::table
        .inner_join(
            pings::table
                .on(pings::hub_id.eq(ping_events::hub_id).and(pings::id.eq(ping_events::ping_id))),
        )
        .filter(ping_events::hub_id.eq(hub.0).and(ping_events::happened_at.ge(since.micros())))
        .filter(ping_events::kind.eq("decided").and(ping_events::to_state.eq(pings::state)))
        .group_by(pings::state)
        .select((
            pings::state,
            diesel::dsl::sql::<diesel::sql_types::BigInt>("count(DISTINCT pings.id)"),
        ))
        .load(connection)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::bulk::{self, Which};
    use crate::db::{hubs, plans};
    use crate::model::id::PublicId;

    #[test]
    fn the_queue_is_found_without_reading_every_ping_of_a_hub() {
        let (hub, category, ping) = (HubId(1), Some(CategoryId(1)), PingId(1));
        let plans = plans::of_pings(|connection| {
            let then = Timestamp::from_micros(5);
            for category in [None, category] {
                let filter = Filter { category, reason: None };
                list_waiting(connection, hub, filter, None, 50).unwrap();
                list_waiting(connection, hub, filter, Some((then, ping)), 50).unwrap();
                count_reasons(connection, hub, category).unwrap();
            }
            list_new_waiting(connection, hub, then, then, 50).unwrap();
            count_waiting(connection, hub).unwrap();
            count_waiting_in(connection, hub, CategoryId(1), 5_000).unwrap();
            hubs::count_waiting(connection, hub).unwrap();
            bulk::count_by_sender(connection, hub, &[b"one", b"two"]).unwrap();
        });
        let walks = "SEARCH pings USING INDEX pings_waiting (hub_id=? AND received_at>?)";
        for (query, steps) in &plans {
            assert_eq!(steps, &[walks], "{query}");
        }
        assert!(plans.len() > 20, "{}", plans.len());
        // Some of it is looked up.
        let plans = plans::of_pings(|connection| {
            bulk::count_by_blog(connection, hub, &["one", "two"]).unwrap();
            list_reasons(connection, hub, &[ping, PingId(2)]).unwrap();
            bulk::list_waiting(
                connection,
                hub,
                &Which::Chosen(vec![PublicId::from_bytes([1; 16])]),
            )
            .unwrap();
        });
        for (query, steps) in &plans {
            let of = ["(hub_id=? AND blog_key=?)", "(rowid=?)", "(public_id=? AND hub_id=?)"];
            assert!(of.iter().any(|of| steps[0].ends_with(of)), "{query}: {steps:?}");
        }
        assert!(plans.len() > 10, "{}", plans.len());
    }
}
