//! An organizer's verdicts, and undoing them.

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::listed::Standing;
use crate::db::pings::{NewEvent, Ping};
use crate::db::{DbError, Tx, blogs, listed, pings, reports};
use crate::model::id::{AccountId, HubId, PingId};
use crate::model::ping::{PingState, Verdict};

/// Puts a verdict on a ping of a hub. The same verdict again changes nothing.
///
/// Open reports about the ping are closed: whoever decided has seen it.
pub async fn decide(
    app: &App,
    hub: HubId,
    ping: PingId,
    verdict: Verdict,
    by: AccountId,
) -> Result<Ping, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let to = verdict.state();
            reports::update_handled(tx, hub, ping.id, by, now)?;
            if ping.state != to {
                change(tx, &ping, to, Some(now), now)?;
                note(tx, &ping, "decided", to, by, now)?;
            }
            Ok(ping)
        })
        .await
}

/// Takes the newest verdict on a ping back: it is again what it was before.
pub async fn undo(app: &App, hub: HubId, ping: PingId, by: AccountId) -> Result<Ping, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let before = pings::find_state_before_decision(tx.reading(), hub, ping.id)?;
            let Some(before) = before else { return Err(DbError::NotFound) };
            let decided_at = (before != PingState::Pending).then_some(now);
            change(tx, &ping, before, decided_at, now)?;
            note(tx, &ping, "undone", before, by, now)?;
            Ok(ping)
        })
        .await
}

/// Says that reports about a ping need nothing done.
pub async fn dismiss_reports(
    app: &App,
    hub: HubId,
    ping: PingId,
    by: AccountId,
) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db.write(move |tx| reports::update_handled(tx, hub, ping, by, now)).await
}

fn find_for_decision(tx: &mut Tx<'_>, hub: HubId, ping: PingId) -> Result<Ping, DbError> {
    let ping = pings::find_for_update(tx, hub, ping)?.ok_or(DbError::NotFound)?;
    if ping.purged_at.is_some() { Err(DbError::NotFound) } else { Ok(ping) }
}

fn change(
    tx: &mut Tx<'_>,
    ping: &Ping,
    to: PingState,
    decided_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), DbError> {
    let hub = ping.hub_id;
    match (ping.state == PingState::Listed, to == PingState::Listed) {
        (false, true) => {
            let standing = Standing {
                id: ping.id,
                category_id: ping.category_id,
                blog_key: ping.blog_key.clone(),
                blog_name: ping.blog_name.clone(),
            };
            listed::enter(tx, hub, &standing, true, now)?;
            pings::update_decided(tx, hub, ping.id, decided_at)
        }
        (true, false) => {
            let was_its_last = listed::leave(tx, hub, ping.id, to, now)?;
            // One spam mark, or nothing left that was approved: the approval is over.
            if to == PingState::Spam || was_its_last {
                blogs::update_unapproved(tx, hub, &ping.blog_key)?;
            }
            pings::update_decided(tx, hub, ping.id, decided_at)
        }
        (false, false) | (true, true) => pings::update_state(tx, hub, ping.id, to, decided_at),
    }
}

fn note(
    tx: &mut Tx<'_>,
    ping: &Ping,
    kind: &'static str,
    to: PingState,
    by: AccountId,
    now: Timestamp,
) -> Result<(), DbError> {
    let event = NewEvent { kind, from: ping.state, to, actor: Some(by), detail: None };
    pings::insert_event(tx, ping.hub_id, ping.id, &event, now)
}
