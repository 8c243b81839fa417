//! An organizer's verdicts, on one ping or on many, editing its texts, and undoing all that.

pub mod bulk;
mod change;
pub mod edit;

use crate::app::App;
use crate::db::log::Line;
use crate::db::pings::{Ping, PingTexts};
use crate::db::readings::Reading;
use crate::db::{DbError, edits, frozen, hubs, listed, log, pings, readings, reports, verdicts};
use crate::model::id::{AccountId, HubId, PingId};
use crate::model::log::LogKind;
use crate::model::ping::{PingState, Verdict};
use change::{carry_out, find_for_decision, take_back};

/// A verdict, carried out or not.
#[derive(Debug)]
pub enum Decided {
    /// It was carried out, by the event of this number; or it stood already, and there is none.
    Done(Ping, Option<i64>),
    /// Somebody else had decided since the page was loaded: nothing was changed.
    Stale(Ping),
    /// The hub is frozen: what is listed can be taken off the lists, and nothing else is decided.
    Frozen,
}

/// What a page showed of a ping.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its state.
    pub state: PingState,
    /// [`Ping::fingerprint`] of its texts; empty where the page did not say.
    pub texts: String,
}

impl Seen {
    /// As a page says it: the state, and the fingerprint behind a colon.
    pub fn parse(text: &str) -> Option<Self> {
        let (state, texts) = text.split_once(':').unwrap_or((text, ""));
        Some(Self { state: PingState::parse(state)?, texts: texts.to_owned() })
    }

    fn is_of(&self, ping: &Ping) -> bool {
        self.state == ping.state && (self.texts.is_empty() || self.texts == ping.fingerprint())
    }
}

/// Puts a verdict on a ping of a hub that looked like `seen` when the page was loaded: what became
/// of it, or what its sender made of it, since then is looked at first. The same verdict again
/// changes nothing.
///
/// Open reports about the ping are closed: whoever decided has seen it.
pub async fn decide(
    app: &App,
    hub: HubId,
    ping: PingId,
    seen: Option<Seen>,
    verdict: Verdict,
    by: AccountId,
) -> Result<Decided, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let to = verdict.state();
            let removes = ping.state == PingState::Listed && to != PingState::Listed;
            if !removes && frozen::is_frozen(tx.reading(), hub)? {
                return Ok(Decided::Frozen);
            }
            let is_stale = seen.is_some_and(|seen| !seen.is_of(&ping));
            // Only what is listed can be taken off the lists.
            let is_nothing = verdict == Verdict::Remove && ping.state != PingState::Listed;
            if ping.state != to && (is_stale || is_nothing) {
                return Ok(Decided::Stale(ping));
            }
            reports::update_handled(tx, hub, ping.id, by, now)?;
            if ping.state == to {
                return Ok(Decided::Done(ping, None));
            }
            carry_out(tx, &ping, to, by, now)?;
            let (kind, detail) = (LogKind::Verdict, to.as_str());
            let line = Line { actor: Some(by), kind, detail, ping: Some(ping.id) };
            log::insert_line(tx, hub, &line, now)?;
            let noted = verdicts::find(tx.reading(), hub, ping.id)?.ok_or(DbError::NotFound)?;
            Ok(Decided::Done(ping, Some(noted.id)))
        })
        .await
}

/// Decides about a listed ping whose page says something else now: `accept` shows what the page
/// says, also where an organizer had edited it, else what is listed stays.
pub async fn decide_revision(
    app: &App,
    hub: HubId,
    ping: PingId,
    accept: bool,
    seen: String,
    by: AccountId,
) -> Result<bool, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let reading = readings::find(tx.reading(), hub, ping.id)?.ok_or(DbError::NotFound)?;
            let is_shown = ping.state == PingState::Listed
                && reading.revision_at.is_some()
                && reading.fingerprint() == seen;
            if !is_shown {
                return Ok(false);
            }
            if accept {
                let or = |new: &String, old: &String| {
                    if new.is_empty() { old.clone() } else { new.clone() }
                };
                let sent = ping.sent();
                let texts = PingTexts {
                    title: or(&reading.title, &sent.title),
                    excerpt: or(&reading.excerpt, &sent.excerpt),
                    blog_name: or(&reading.blog_name, &sent.blog_name),
                };
                pings::update_texts(tx, hub, &ping, &texts, now)?;
                if ping.edited_at.is_some() {
                    let now_sent = pings::find(tx.reading(), hub, ping.id)?;
                    edits::update(tx, &now_sent.ok_or(DbError::NotFound)?, None, Some(by), now)?;
                }
                listed::show_changed(tx, hub, ping.category_id, now)?;
            }
            let (kind, detail) = (LogKind::Revision, if accept { "accept" } else { "keep" });
            let line = Line { actor: Some(by), kind, detail, ping: Some(ping.id) };
            log::insert_line(tx, hub, &line, now)?;
            readings::upsert(tx, hub, &Reading { revision_at: None, ..reading })?;
            Ok(true)
        })
        .await
}

/// What became of taking a verdict back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// It is taken back.
    Done,
    /// Somebody decided anew since: that stands.
    Overtaken,
    /// There is none: it was taken back already, or none was given.
    Nothing,
    /// It is older than [`crate::model::ping::UNDO_FOR`].
    TooLate,
    /// The hub was frozen since.
    Frozen,
}

/// Takes the newest verdict on a ping back, within a day: it is again what it was before, where it
/// was before, and its blog stands as it did.
///
/// `event` is the verdict that is meant, where the page said so: one that came after it stands.
pub async fn undo(
    app: &App,
    hub: HubId,
    ping: PingId,
    event: Option<i64>,
    by: AccountId,
) -> Result<Undone, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let newest = verdicts::find(tx.reading(), hub, ping.id)?;
            let Some(verdict) = newest.filter(verdicts::Newest::is_verdict) else {
                return Ok(Undone::Nothing);
            };
            if event.is_some_and(|event| event != verdict.id) {
                return Ok(Undone::Overtaken);
            }
            if !verdict.can_be_undone(now) {
                return Ok(Undone::TooLate);
            }
            let frozen_at = hubs::find(tx.reading(), hub)?.and_then(|hub| hub.frozen_at);
            if frozen_at.is_some_and(|at| verdict.happened_at < at) {
                return Ok(Undone::Frozen);
            }
            let state = take_back(tx, &ping, &verdict, by, now)?;
            let (kind, detail) = (LogKind::Undo, state.as_str());
            let line = Line { actor: Some(by), kind, detail, ping: Some(ping.id) };
            log::insert_line(tx, hub, &line, now)?;
            Ok(Undone::Done)
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
    app.db
        .write(move |tx| {
            // Somebody was faster: nothing was done, and nothing is noted.
            if reports::update_handled(tx, hub, ping, by, now)? == 0 {
                return Ok(());
            }
            let line =
                Line { actor: Some(by), kind: LogKind::Report, detail: "", ping: Some(ping) };
            log::insert_line(tx, hub, &line, now)
        })
        .await
}
