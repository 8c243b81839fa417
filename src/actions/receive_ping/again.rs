//! The same post again: what of it is taken, and who may correct what stands.

use std::time::Duration;

use super::Received;
use crate::app::{Receipt, ReceiptKind};
use crate::clock::Timestamp;
use crate::db::jobs::JobKey;
use crate::db::pings::{NewPing, Ping, PingTexts};
use crate::db::{DbError, Tx, forwarding, jobs, listed, pings, readings};
use crate::model::id::HubId;
use crate::model::ping::{HeldFor, PingState, Resent};
use crate::model::sent::Sent;

/// What of the same post is taken, and what its sender is told of that.
pub(super) fn again(
    tx: &mut Tx<'_>,
    old: &Ping,
    new: &NewPing,
    reads: bool,
    now: Timestamp,
) -> Result<Received, DbError> {
    let hub = old.hub_id;
    let receipt = Receipt { ping: old.public_id, kind: ReceiptKind::Again };
    let told = |resent| Received { receipt, state: old.state, resent: Some(resent) };
    if new.is_aside {
        // What is set aside changes nothing that stands.
        return Ok(told(Resent::Kept));
    }
    let is_held = new.held_for == Some(HeldFor::Rule);
    let changed = update_if_same_sender(tx, old, new, now)?;
    if changed && is_held {
        pings::update_held(tx, hub, old.id, HeldFor::Rule, &new.remark)?;
    }
    let is_shown = !is_held && update_listed(tx, old, new, now)?;
    let resent = match (old.state, new.came_by.is_a_claim()) {
        (PingState::Listed, _) if is_shown => Resent::Corrected,
        (PingState::Listed, false) => Resent::Kept,
        (_, true) => Resent::ReadAgain,
        // What was set aside reads as if it waited, and whether its texts are the same is not said:
        // whoever sends it again learns nothing of a verdict.
        (_, false) if has_same_right(old, new) => Resent::Corrected,
        (_, false) => Resent::Kept,
    };
    pass_on_after_all(tx, old, new, now)?;
    if reads {
        read_again(tx, hub, old, now)?;
    }
    Ok(told(resent))
}

/// The same post again, and not from a forward: whoever sent it marked as one before, in another's
/// name perhaps, keeps it from going further no more.
fn pass_on_after_all(
    tx: &mut Tx<'_>,
    old: &Ping,
    new: &NewPing,
    now: Timestamp,
) -> Result<(), DbError> {
    if new.forwarded || !pings::update_not_forwarded(tx, old.hub_id, old.id)? {
        return Ok(());
    }
    match old.listed_at {
        Some(at) if old.is_public() => {
            forwarding::enqueue(tx, old.hub_id, old.category_id, old.id, at, now)
        }
        _ => Ok(()),
    }
}

/// How often the same page is read at most, whoever asks (`security.md` T6).
const BETWEEN_READINGS: Duration = Duration::from_secs(600);

/// Has the page of a ping read once more: at once, or ten minutes after the last time.
pub(in crate::actions) fn read_again(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: &Ping,
    now: Timestamp,
) -> Result<Timestamp, DbError> {
    let reading = readings::find(tx.reading(), hub, ping.id)?;
    let last = reading.and_then(|reading| reading.read_at);
    let run_at = last.map_or(now, |last| last.plus(BETWEEN_READINGS).max(now));
    jobs::enqueue(tx, JobKey::verify(hub, ping.id), run_at, now)?;
    Ok(run_at)
}

/// The same post again, with the key that brought it: what is listed takes the newer texts
/// (`wire-formats.md`). Says whether it changed.
fn update_listed(
    tx: &mut Tx<'_>,
    old: &Ping,
    new: &NewPing,
    now: Timestamp,
) -> Result<bool, DbError> {
    if !old.is_public() || new.key.is_none() || new.key != old.key_id {
        return Ok(false);
    }
    let texts = newer_texts(old, new);
    let changes = texts != old.sent();
    if changes {
        pings::update_texts(tx, old.hub_id, old, &texts, now)?;
        listed::show_changed(tx, old.hub_id, old.category_id, now)?;
    }
    Ok(changes)
}

/// What did not come again stays as it was.
fn newer_texts(old: &Ping, new: &NewPing) -> PingTexts {
    let newer = |brought, new: &String, old: &String| if brought { new } else { old }.clone();
    let sent = old.sent();
    PingTexts {
        title: newer(new.brought_title, &new.title, &sent.title),
        excerpt: newer(!new.excerpt.is_empty(), &new.excerpt, &sent.excerpt),
        blog_name: newer(new.brought_blog_name, &new.blog_name, &sent.blog_name),
    }
}

/// Whether somebody shows as much right to a post as whoever sent it first.
fn has_same_right(old: &Ping, new: &NewPing) -> bool {
    new.proved || !old.proved && old.sender_hash == new.sender_hash
}

/// The same post again: a waiting ping takes the newer texts where the sender shows the same
/// right to it; what is listed or was set aside stays as it is (`decisions.md`, "Trust"). Says
/// whether its texts changed.
fn update_if_same_sender(
    tx: &mut Tx<'_>,
    old: &Ping,
    new: &NewPing,
    now: Timestamp,
) -> Result<bool, DbError> {
    let same_right = has_same_right(old, new);
    let texts = newer_texts(old, new);
    let changed = texts != old.sent();
    if old.state != PingState::Pending || old.purged_at.is_some() {
        return Ok(false);
    }
    let takes = same_right && changed;
    if takes {
        pings::update_texts(tx, old.hub_id, old, &texts, now)?;
        if let Some(sent) = new.sent.as_deref().and_then(Sent::from_json) {
            let sent = match pings::find_sent(tx.reading(), old.hub_id, old.id)? {
                Some(before) => sent.after(before),
                None => sent,
            };
            pings::update_sent(tx, old.hub_id, old.id, &sent)?;
        }
    }
    if new.proved && !old.proved || !new.unverified && old.unverified {
        // Whoever pings with more than a claim need not wait for the claim's page.
        let (proved, unverified) = (old.proved || new.proved, old.unverified && new.unverified);
        pings::update_right(tx, old.hub_id, old.id, proved, unverified)?;
        if old.unverified && !unverified {
            pings::update_verified(tx, old.hub_id, old.id, now)?;
            jobs::enqueue_notify(tx, old.hub_id, now)?;
        }
    }
    Ok(takes)
}
