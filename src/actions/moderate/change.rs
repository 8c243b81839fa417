//! Carrying a verdict out, and taking it back, in a transaction.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::jobs::JobKey;
use crate::db::listed::Standing;
use crate::db::pings::{NewEvent, Ping};
use crate::db::verdicts::Newest;
use crate::db::{DbError, Tx, blogs, jobs, listed, pings, readings, trust};
use crate::model::blog::Trust;
use crate::model::id::{AccountId, HubId, PingId};
use crate::model::ping::PingState;

/// How things stood before a verdict, so that it can be taken back.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct Before {
    /// When the ping had been listed, in microseconds.
    listed_at: Option<i64>,
    /// Whether a moderator had approved of the blog.
    blog_approved: bool,
    /// Whether the blog had been barred.
    #[serde(default)]
    blog_barred: bool,
    /// Whether somebody had set that by hand.
    #[serde(default)]
    by_hand: bool,
    /// When the ping had been decided on, in microseconds.
    #[serde(default)]
    decided_at: Option<i64>,
}

impl Before {
    fn of(tx: &mut Tx<'_>, ping: &Ping) -> Result<Self, DbError> {
        let trust = trust::find(tx.reading(), ping.hub_id, &ping.blog_key)?;
        Ok(Self {
            listed_at: ping.listed_at.map(Timestamp::micros),
            blog_approved: trust == Trust::Trusted,
            blog_barred: trust == Trust::Barred,
            by_hand: trust::is_set_by_hand(tx.reading(), ping.hub_id, &ping.blog_key)?,
            decided_at: ping.decided_at.map(Timestamp::micros),
        })
    }
}

/// A ping about which somebody decides: nobody else changes it before the transaction ends.
pub fn find_for_decision(tx: &mut Tx<'_>, hub: HubId, ping: PingId) -> Result<Ping, DbError> {
    let ping = pings::find_for_update(tx, hub, ping)?.ok_or(DbError::NotFound)?;
    if ping.purged_at.is_some() { Err(DbError::NotFound) } else { Ok(ping) }
}

/// Puts a ping into the state of a verdict, and notes how it stood before.
pub fn carry_out(
    tx: &mut Tx<'_>,
    ping: &Ping,
    to: PingState,
    by: AccountId,
    now: Timestamp,
) -> Result<(), DbError> {
    let before = serde_json::to_string(&Before::of(tx, ping)?).ok();
    change(tx, ping, to, Some(now), now, now)?;
    if matches!(to, PingState::Spam | PingState::Listed) {
        trust::update_by_hand(tx, ping.hub_id, &ping.blog_key, false)?;
    }
    if to == PingState::Spam {
        // One spam mark bars the blog (`security.md`, "Identity decides lane"), and rests its feed.
        blogs::find_or_insert(tx, ping.hub_id, &ping.blog_key, &ping.blog_name, now)?;
        trust::update(tx, ping.hub_id, &ping.blog_key, Trust::Barred, now)?;
    }
    note(tx, ping, "decided", to, by, before, now)?;
    if to == PingState::Listed {
        recheck(tx, ping, now)?;
    }
    Ok(())
}

/// Takes a verdict back: the ping is again what it was before, where it was before, and its blog
/// stands as it would without it. Says which state that is.
pub fn take_back(
    tx: &mut Tx<'_>,
    ping: &Ping,
    verdict: &Newest,
    by: AccountId,
    now: Timestamp,
) -> Result<PingState, DbError> {
    let detail = verdict.detail.as_deref();
    let before: Before =
        detail.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let state = verdict.from;
    let listed_at = before.listed_at.map_or(now, Timestamp::from_micros);
    let decided_at = before.decided_at.map(Timestamp::from_micros);
    let (hub, key) = (ping.hub_id, ping.blog_key.as_str());
    let stood = trust::find(tx.reading(), hub, key)?;
    let by_hand = trust::is_set_by_hand(tx.reading(), hub, key)?;
    change(tx, ping, state, decided_at, listed_at, now)?;
    note(tx, ping, "undone", state, by, None, now)?;
    let trust = if by_hand {
        // Somebody said since how it stands: that is another matter than this verdict.
        stood
    } else if before.by_hand {
        Trust::of(before.blog_approved, before.blog_barred)
    } else {
        trust::by_verdicts(tx.reading(), hub, key)?
    };
    trust::update(tx, hub, key, trust, now)?;
    trust::update_by_hand(tx, hub, key, by_hand || before.by_hand)?;
    Ok(state)
}

/// A listed page is read again a day later, if it was read before: it may say something else by
/// then (`security.md` T9).
fn recheck(tx: &mut Tx<'_>, ping: &Ping, now: Timestamp) -> Result<(), DbError> {
    if readings::find(tx.reading(), ping.hub_id, ping.id)?.is_none() {
        return Ok(());
    }
    let tomorrow = now.plus(Duration::from_secs(86_400));
    jobs::enqueue_if_absent(tx, JobKey::verify(ping.hub_id, ping.id), tomorrow, now)
}

fn change(
    tx: &mut Tx<'_>,
    ping: &Ping,
    to: PingState,
    decided_at: Option<Timestamp>,
    listed_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    let hub = ping.hub_id;
    // What is hidden is off the lists already.
    match (ping.is_public(), to == PingState::Listed) {
        (false, true) => {
            let standing = Standing {
                id: ping.id,
                category_id: ping.category_id,
                blog_key: ping.blog_key.clone(),
                blog_name: ping.blog_name.clone(),
            };
            listed::enter(tx, hub, &standing, true, listed_at, now)?;
            trust::update(tx, hub, &ping.blog_key, Trust::Trusted, now)?;
            pings::update_decided(tx, hub, ping.id, decided_at)
        }
        (true, false) => {
            let was_its_last = listed::leave(tx, hub, ping.id, to, now)?;
            // One spam mark, or nothing left that was approved: the approval is over.
            let trust = trust::find(tx.reading(), hub, &ping.blog_key)?;
            if trust == Trust::Trusted && (to == PingState::Spam || was_its_last) {
                trust::update(tx, hub, &ping.blog_key, Trust::New, now)?;
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
    before: Option<String>,
    now: Timestamp,
) -> Result<(), DbError> {
    let event = NewEvent { kind, from: ping.state, to, actor: Some(by), detail: before };
    pings::insert_event(tx, ping.hub_id, ping.id, &event, now)
}
