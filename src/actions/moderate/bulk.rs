//! One verdict on many waiting pings, and taking it back as one.
//!
//! The pings are decided in batches, each in a transaction of its own, so that no ping that comes
//! in waits long. All carry one time, and the row that makes them one act.

use super::change::{carry_out, find_for_decision, take_back};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::bulk::{self, Bulk, Which};
use crate::db::{DbError, Tx, log, reports, verdicts};
use crate::model::id::{AccountId, BulkId, HubId, PingId};
use crate::model::log::LogKind;
use crate::model::ping::{PingState, UNDO_FOR, Verdict};

/// Pings decided in one transaction.
const AT_ONCE: usize = 50;

/// Puts a verdict on all of these pings that wait; `None` where none does. What a colleague decides
/// meanwhile stays as they decided.
pub async fn decide(
    app: &App,
    hub: HubId,
    which: Which,
    verdict: Verdict,
    by: AccountId,
) -> Result<Option<Bulk>, DbError> {
    let (to, now) = (verdict.state(), app.clock.now());
    let ids = app.db.read(move |c| bulk::list_waiting(c, hub, &which)).await?;
    if ids.is_empty() || verdict == Verdict::Remove {
        return Ok(None);
    }
    let detail = format!("{} {}", to.as_str(), ids.len());
    let id = app
        .db
        .write(move |tx| {
            log::insert(tx, hub, Some(by), LogKind::Bulk, &detail, now)?;
            bulk::insert(tx, hub, to, by, now)
        })
        .await?;
    for some in ids.chunks(AT_ONCE) {
        let some = some.to_vec();
        let batch = Batch { hub, id, to, by, now };
        app.db.write(move |tx| batch.decide(tx, &some)).await?;
    }
    app.db.read(move |c| bulk::find(c, hub, id)).await
}

/// A part of such a verdict.
#[derive(Debug, Clone, Copy)]
struct Batch {
    hub: HubId,
    id: BulkId,
    to: PingState,
    by: AccountId,
    now: Timestamp,
}

impl Batch {
    fn decide(self, tx: &mut Tx<'_>, pings: &[PingId]) -> Result<(), DbError> {
        let Self { hub, id, to, by, now } = self;
        for ping in pings {
            let ping = match find_for_decision(tx, hub, *ping) {
                Ok(ping) if ping.state == PingState::Pending => ping,
                // Decided, withdrawn or deleted in the meantime.
                Ok(_) | Err(DbError::NotFound) => continue,
                Err(error) => return Err(error),
            };
            reports::update_handled(tx, hub, ping.id, by, now)?;
            carry_out(tx, &ping, to, by, now)?;
            let noted = verdicts::find(tx.reading(), hub, ping.id)?.ok_or(DbError::NotFound)?;
            bulk::insert_ping(tx, hub, id, ping.id, noted.id)?;
        }
        Ok(())
    }

    /// Takes back what was decided about these; what somebody decided since stays. Says how many.
    fn undo(self, tx: &mut Tx<'_>, pings: &[(PingId, i64)]) -> Result<usize, DbError> {
        let Self { hub, by, now, .. } = self;
        let mut undone = 0;
        for (ping, event) in pings {
            let ping = match find_for_decision(tx, hub, *ping) {
                Ok(ping) => ping,
                Err(DbError::NotFound) => continue,
                Err(error) => return Err(error),
            };
            let newest = verdicts::find(tx.reading(), hub, ping.id)?;
            if let Some(verdict) = newest.filter(|newest| newest.id == *event) {
                take_back(tx, &ping, &verdict, by, now)?;
                undone += 1;
            }
        }
        Ok(undone)
    }
}

/// What became of taking such a verdict back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkUndone {
    /// So many pings are what they were before.
    Done(usize),
    /// It was taken back already.
    Nothing,
    /// It is older than [`UNDO_FOR`].
    TooLate,
}

/// Takes a verdict on many pings back, within a day, but for those about which somebody decided
/// again since.
pub async fn undo(app: &App, hub: HubId, id: BulkId, by: AccountId) -> Result<BulkUndone, DbError> {
    let now = app.clock.now();
    let found = app.db.read(move |c| {
        let Some(found) = bulk::find(c, hub, id)? else { return Ok(None) };
        Ok::<_, DbError>(Some((found, bulk::list_pings(c, hub, id)?)))
    });
    let (found, mut pings) = found.await?.ok_or(DbError::NotFound)?;
    if found.undone_at.is_some() {
        return Ok(BulkUndone::Nothing);
    }
    if now.since(found.decided_at) > UNDO_FOR {
        return Ok(BulkUndone::TooLate);
    }
    // Backwards: a blog's standing before its first verdict is what it comes back to last.
    pings.sort_unstable_by_key(|(_, event)| std::cmp::Reverse(*event));
    let batch = Batch { hub, id, to: found.to_state, by, now };
    let mut undone = 0;
    for some in pings.chunks(AT_ONCE) {
        let some = some.to_vec();
        undone += app.db.write(move |tx| batch.undo(tx, &some)).await?;
    }
    let detail = undone.to_string();
    app.db
        .write(move |tx| {
            if bulk::update_undone(tx, hub, id, now)? {
                log::insert(tx, hub, Some(by), LogKind::BulkUndo, &detail, now)?;
            }
            Ok(BulkUndone::Done(undone))
        })
        .await
}
