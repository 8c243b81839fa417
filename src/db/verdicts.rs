//! The newest verdict on a ping: whose it is, and how the ping stood before.

use diesel::prelude::*;

use super::schema::{accounts, ping_events};
use super::{DbConnection, DbError};
use crate::clock::Timestamp;
use crate::model::id::{HubId, PingId};
use crate::model::ping::{PingState, UNDO_FOR};

/// What last changed the state of a ping.
#[derive(Debug, Clone, Queryable)]
pub struct Newest {
    /// The event's row.
    pub id: i64,
    /// The ping.
    pub ping_id: PingId,
    /// `decided`, `undone`, `verified` or `withdrawn`.
    pub kind: String,
    /// The state before.
    pub from: PingState,
    /// How things stood before, as JSON.
    pub detail: Option<String>,
    /// When.
    pub happened_at: Timestamp,
    /// Who did it, where it was somebody whose account is still here.
    pub actor: Option<String>,
}

impl Newest {
    /// Whether it is an organizer's verdict that stands.
    pub fn is_verdict(&self) -> bool {
        self.kind == "decided"
    }

    /// Whether it can still be taken back.
    pub fn can_be_undone(&self, now: Timestamp) -> bool {
        self.is_verdict() && now.since(self.happened_at) <= UNDO_FOR
    }
}

/// What last changed the states of some pings, for each that was ever changed.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    pings: &[PingId],
) -> Result<Vec<Newest>, DbError> {
    let ids: Vec<i64> = pings.iter().map(|ping| ping.0).collect();
    let mut all: Vec<Newest> = ping_events::table
        .left_join(accounts::table)
        .filter(ping_events::hub_id.eq(hub.0).and(ping_events::ping_id.eq_any(ids)))
        .filter(ping_events::kind.ne_all(["updated", "edited"]))
        .select((
            ping_events::id,
            ping_events::ping_id,
            ping_events::kind,
            ping_events::from_state,
            ping_events::detail,
            ping_events::happened_at,
            accounts::name.nullable(),
        ))
        .order((ping_events::ping_id, ping_events::id.desc()))
        .load(connection)?;
    all.dedup_by_key(|event| event.ping_id);
    Ok(all)
}

/// What last changed the state of a ping.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<Option<Newest>, DbError> {
    Ok(list(connection, hub, &[ping])?.pop())
}
