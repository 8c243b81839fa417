//! An organizer's verdicts, and undoing them.

use std::time::Duration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::jobs::JobKey;
use crate::db::listed::Standing;
use crate::db::pings::{NewEvent, Ping, PingTexts};
use crate::db::readings::Reading;
use crate::db::{DbError, Tx, blogs, hubs, jobs, listed, pings, readings, reports, trust};
use crate::model::blog::Trust;
use crate::model::id::{AccountId, HubId, PingId};
use crate::model::ping::{PingState, Verdict};

/// A verdict, carried out or not.
#[derive(Debug)]
pub enum Decided {
    /// It was carried out, or it stood already.
    Done(Ping),
    /// Somebody else had decided since the page was loaded: nothing was changed.
    Stale(Ping),
}

/// Puts a verdict on a ping of a hub, which was in the state `seen` when the page was loaded. The
/// same verdict again changes nothing.
///
/// Open reports about the ping are closed: whoever decided has seen it.
pub async fn decide(
    app: &App,
    hub: HubId,
    ping: PingId,
    seen: Option<PingState>,
    verdict: Verdict,
    by: AccountId,
) -> Result<Decided, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let to = verdict.state();
            if ping.state != to && seen.is_some_and(|seen| seen != ping.state) {
                return Ok(Decided::Stale(ping));
            }
            reports::update_handled(tx, hub, ping.id, by, now)?;
            if ping.state != to {
                let before = serde_json::to_string(&Before::of(tx, &ping)?).ok();
                change(tx, &ping, to, Some(now), now, now)?;
                if to == PingState::Spam {
                    // One spam mark bars the blog (`security.md`, "Identity decides lane").
                    blogs::find_or_insert(tx, hub, &ping.blog_key, &ping.blog_name, now)?;
                    trust::update(tx, hub, &ping.blog_key, Trust::Barred, now)?;
                }
                note(tx, &ping, "decided", to, by, before, now)?;
                if to == PingState::Listed {
                    recheck(tx, &ping, now)?;
                }
            }
            Ok(Decided::Done(ping))
        })
        .await
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

/// Decides about a listed ping whose page says something else now: `accept` shows what the page
/// says, else what is listed stays.
pub async fn decide_revision(
    app: &App,
    hub: HubId,
    ping: PingId,
    accept: bool,
) -> Result<Ping, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let reading = readings::find(tx.reading(), hub, ping.id)?.ok_or(DbError::NotFound)?;
            if accept {
                let or = |new: &String, old: &String| {
                    if new.is_empty() { old.clone() } else { new.clone() }
                };
                let texts = PingTexts {
                    title: or(&reading.title, &ping.title),
                    excerpt: or(&reading.excerpt, &ping.excerpt),
                    blog_name: or(&reading.blog_name, &ping.blog_name),
                };
                pings::update_texts(tx, hub, &ping, &texts, now)?;
                hubs::touch(tx, hub, now)?;
            }
            readings::upsert(tx, hub, &Reading { revision_at: None, ..reading })?;
            Ok(ping)
        })
        .await
}

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
}

impl Before {
    fn of(tx: &mut Tx<'_>, ping: &Ping) -> Result<Self, DbError> {
        let trust = trust::find(tx.reading(), ping.hub_id, &ping.blog_key)?;
        Ok(Self {
            listed_at: ping.listed_at.map(Timestamp::micros),
            blog_approved: trust == Trust::Trusted,
            blog_barred: trust == Trust::Barred,
        })
    }
}

/// Takes the newest verdict on a ping back: it is again what it was before, where it was before,
/// and its blog stands as it did.
pub async fn undo(app: &App, hub: HubId, ping: PingId, by: AccountId) -> Result<Ping, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let noted = pings::find_before_decision(tx.reading(), hub, ping.id)?;
            let (state, detail) = noted.ok_or(DbError::NotFound)?;
            let before: Before =
                detail.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
            let listed_at = before.listed_at.map_or(now, Timestamp::from_micros);
            let decided_at = (state != PingState::Pending).then_some(now);
            change(tx, &ping, state, decided_at, listed_at, now)?;
            let trust = Trust::of(before.blog_approved, before.blog_barred);
            trust::update(tx, hub, &ping.blog_key, trust, now)?;
            note(tx, &ping, "undone", state, by, None, now)?;
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
