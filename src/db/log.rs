//! A hub's log: who did what on its desk.

use diesel::prelude::*;

use super::schema::{accounts, hub_events, hub_members, pings};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, HubId, LogId, PingId, PublicId};
use crate::model::log::{LogGroup, LogKind};

/// The longest detail that is kept, in characters.
const MAX_DETAIL: usize = 500;

/// Notes what was done; `actor` is `None` where the command line did it. Call it in the transaction
/// that does it.
///
/// `detail` is what [`LogKind`] says of its kind: a title, or a few words that go on after the
/// person's name.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    actor: Option<AccountId>,
    kind: LogKind,
    detail: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    insert_line(tx, hub, &Line { actor, kind, detail, ping: None }, now)
}

/// A line to be noted.
#[derive(Debug)]
pub struct Line<'a> {
    /// Who did it.
    pub actor: Option<AccountId>,
    /// What.
    pub kind: LogKind,
    /// To what, where it is not a ping.
    pub detail: &'a str,
    /// To which ping.
    pub ping: Option<PingId>,
}

/// Notes what was done to a ping.
pub fn insert_line(
    tx: &mut Tx<'_>,
    hub: HubId,
    line: &Line<'_>,
    now: Timestamp,
) -> Result<(), DbError> {
    let detail = crate::model::text::cut(line.detail, MAX_DETAIL);
    diesel::insert_into(hub_events::table)
        .values((
            hub_events::hub_id.eq(hub.0),
            hub_events::actor_id.eq(line.actor.map(|id| id.0)),
            hub_events::kind.eq(line.kind.as_str()),
            hub_events::ping_id.eq(line.ping.map(|id| id.0)),
            hub_events::detail.eq(detail),
            hub_events::happened_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// A line of the log, with the names of who and what.
#[derive(Debug, Clone, Queryable)]
pub struct Entry {
    /// Its row.
    pub id: LogId,
    /// What was done.
    pub kind: LogKind,
    /// To what, where it is not a ping.
    pub detail: String,
    /// When.
    pub happened_at: Timestamp,
    /// Who did it, unless their account is gone.
    pub actor: Option<String>,
    /// The ping's permalink id.
    pub ping: Option<PublicId>,
    /// The ping's title; empty where its texts were deleted.
    pub title: Option<String>,
}

/// Which lines are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Of one person only.
    pub actor: Option<AccountId>,
    /// Of some kinds only.
    pub group: Option<LogGroup>,
}

/// The log of a hub, the newest first, from a line on.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    filter: Filter,
    before: Option<LogId>,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let mut query = hub_events::table
        .left_join(accounts::table)
        .left_join(pings::table)
        .filter(hub_events::hub_id.eq(hub.0))
        .select((
            hub_events::id,
            hub_events::kind,
            hub_events::detail,
            hub_events::happened_at,
            accounts::name.nullable(),
            pings::public_id.nullable(),
            pings::title.nullable(),
        ))
        .order(hub_events::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(actor) = filter.actor {
        query = query.filter(hub_events::actor_id.eq(actor.0));
    }
    if let Some(group) = filter.group {
        let kinds: Vec<&str> = group.kinds().iter().map(|kind| kind.as_str()).collect();
        query = query.filter(hub_events::kind.eq_any(kinds));
    }
    if let Some(before) = before {
        query = query.filter(hub_events::id.lt(before.0));
    }
    Ok(query.load(connection)?)
}

/// The members of a hub, by name: whom the log can be filtered by.
pub fn list_people(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<Vec<(AccountId, String)>, DbError> {
    Ok(hub_members::table
        .inner_join(accounts::table)
        .filter(hub_members::hub_id.eq(hub.0))
        .select((accounts::id, accounts::name))
        .order((accounts::name, accounts::id))
        .load(connection)?)
}
