//! Receipts: what became of one sender's ping, and what its sender can do about it.

use crate::actions::receive_ping::{self, ReceiveError};
use crate::app::{App, Gate, Receipt, ReceiptKind};
use crate::clock::Timestamp;
use crate::db::jobs::JobKey;
use crate::db::pings::{NewEvent, Ping};
use crate::db::readings::{self, Reading};
use crate::db::{DbError, blogs, categories, hubs, jobs, keys, listed, pings};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::passphrase::Passphrase;
use crate::model::ping::PingState;
use crate::model::sent::Sent;

/// A receipt's ping, and where it was sent.
#[derive(Debug)]
pub struct ReceiptOf {
    /// The receipt.
    pub receipt: Receipt,
    /// The ping.
    pub ping: Ping,
    /// Its category and hub.
    pub gate: Gate,
    /// What came of reading its page.
    pub reading: Option<Reading>,
    /// When its page is read next.
    pub next_reading: Option<Timestamp>,
    /// Whether its sender took it back.
    pub was_withdrawn: bool,
    /// Whether whoever writes it keeps it away from the hub.
    pub is_kept_away: bool,
    /// How it came, until its texts are deleted.
    pub sent: Option<Sent>,
    /// Whether the hub listed its blog before.
    pub is_known_blog: bool,
}

/// What came of sending in again what was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentAgain {
    /// It waits for an organizer.
    Done,
    /// The category takes no posts now.
    Closed,
    /// It is not one that was taken back, or not any more: nothing was changed.
    Nothing,
}

/// Why a receipt's sender cannot have their way.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The token is not one of ours, is one of somebody who sent the post again, or the ping is
    /// gone.
    #[error("no such receipt")]
    NotFound,
    /// Asked too often.
    #[error("too often")]
    TooOften(TooOften),
    /// This is not the passphrase.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Try again in a moment.
    #[error("too busy")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<TooOften> for ReceiptError {
    fn from(too_often: TooOften) -> Self {
        Self::TooOften(too_often)
    }
}

/// The ping of a receipt; `None` where the token is not one of ours or the ping is gone.
pub async fn read(app: &App, token: &str) -> Result<Option<ReceiptOf>, DbError> {
    let Some(receipt) = Receipt::parse(token, &app.secrets) else { return Ok(None) };
    read_receipt(app, receipt).await
}

async fn read_receipt(app: &App, receipt: Receipt) -> Result<Option<ReceiptOf>, DbError> {
    let found = app
        .db
        .read(move |connection| {
            let Some((hub, ping)) = pings::find_public(connection, receipt.ping)? else {
                return Ok(None);
            };
            let hash = pings::find_url_hash(connection, hub, ping)?.unwrap_or_default();
            let ping = pings::find(connection, hub, ping)?;
            let hub = hubs::find(connection, hub)?;
            let (Some(ping), Some(hub)) = (ping, hub) else { return Ok(None) };
            let Some(category) = categories::find(connection, hub.id, ping.category_id)? else {
                return Ok(None);
            };
            let reading = readings::find(connection, hub.id, ping.id)?;
            let job = JobKey::verify(hub.id, ping.id);
            let next_reading = jobs::find_run_at(connection, job)?;
            let was_withdrawn = pings::was_withdrawn(connection, hub.id, &ping)?;
            let sent = pings::find_sent(connection, hub.id, ping.id)?;
            let is_known_blog = blogs::is_approved(connection, hub.id, &ping.blog_key)?;
            let gate = Gate { hub, category };
            let found = ReceiptOf {
                receipt,
                ping,
                gate,
                reading,
                next_reading,
                was_withdrawn,
                is_kept_away: false,
                sent,
                is_known_blog,
            };
            Ok::<_, DbError>(Some((found, hash)))
        })
        .await?;
    let Some((mut found, hash)) = found else { return Ok(None) };
    let hub = found.gate.hub.id;
    if found.ping.purged_at.is_some() {
        // The keyed hash stands in its place.
        let kept_away = &app.rules_of(hub).await?.kept_away;
        let hash: Result<[u8; 32], _> = hash.try_into();
        found.is_kept_away = hash.is_ok_and(|hash| kept_away.contains(&hash));
    }
    Ok(Some(found))
}

/// The receipt of whoever brought the post. Those who sent it again may be anybody.
async fn own(app: &App, token: &str) -> Result<ReceiptOf, ReceiptError> {
    let found = read(app, token).await?.ok_or(ReceiptError::NotFound)?;
    match found.receipt.kind {
        ReceiptKind::First => Ok(found),
        ReceiptKind::Again => Err(ReceiptError::NotFound),
    }
}

/// Has the page read once more: at once, or ten minutes after the last time. Says when.
pub async fn check_again(
    app: &App,
    token: &str,
    from: AddressBlock,
) -> Result<Timestamp, ReceiptError> {
    app.limits.take(Limit::Search, from)?;
    let found = own(app, token).await?;
    let now = app.clock.now();
    let ping = found.ping;
    Ok(app.db.write(move |tx| receive_ping::read_again(tx, ping.hub_id, &ping, now)).await?)
}

/// Takes a ping back. What was listed stays known as removed, so that nobody sends it in again; of
/// what nobody ever saw nothing is left: whoever names somebody else's post first could keep it
/// away for good otherwise.
/// Says where it was, if nothing is left.
pub async fn withdraw(app: &App, token: &str) -> Result<Option<Gate>, ReceiptError> {
    let found = own(app, token).await?;
    let (hub, id, now) = (found.ping.hub_id, found.ping.id, app.clock.now());
    let is_deleted = app
        .db
        .write(move |tx| {
            let ping = pings::find_for_update(tx, hub, id)?.ok_or(DbError::NotFound)?;
            match ping.state {
                PingState::Pending => return pings::delete(tx, hub, id).map(|()| true),
                PingState::Listed => {}
                PingState::Spam | PingState::Rejected | PingState::Removed => return Ok(false),
            }
            if ping.is_public() {
                listed::leave(tx, hub, id, PingState::Removed, now)?;
                pings::update_decided(tx, hub, id, Some(now))?;
            } else {
                pings::update_state(tx, hub, id, PingState::Removed, Some(now))?;
            }
            jobs::delete(tx, JobKey::verify(hub, id))?;
            let (from, to) = (ping.state, PingState::Removed);
            let event = NewEvent { kind: "withdrawn", from, to, actor: None, detail: None };
            pings::insert_event(tx, hub, id, &event, now)?;
            Ok::<_, DbError>(false)
        })
        .await?;
    Ok(is_deleted.then_some(found.gate))
}

/// Sends in again what was taken back: it waits for an organizer, as if it had come now. Whoever
/// proves that the page is theirs can so undo what somebody did who had sent it first.
pub async fn send_again(
    app: &App,
    token: &str,
    from: AddressBlock,
) -> Result<SentAgain, ReceiptError> {
    app.limits.take(Limit::Search, from)?;
    let found = own(app, token).await?;
    let (hub, id, now) = (found.ping.hub_id, found.ping.id, app.clock.now());
    if !found.gate.takes_posts(now) {
        return Ok(SentAgain::Closed);
    }
    Ok(app
        .db
        .write(move |tx| {
            let ping = pings::find_for_update(tx, hub, id)?.ok_or(DbError::NotFound)?;
            if !pings::was_withdrawn(tx.reading(), hub, &ping)? {
                return Ok(SentAgain::Nothing);
            }
            pings::update_state(tx, hub, id, PingState::Pending, None)?;
            let (from, to) = (ping.state, PingState::Pending);
            let event = NewEvent { kind: "undone", from, to, actor: None, detail: None };
            pings::insert_event(tx, hub, id, &event, now)?;
            receive_ping::read_again(tx, hub, &ping, now).map(|_at| SentAgain::Done)
        })
        .await?)
}

/// Whether a token is one of ours, whose ping is not kept any more.
pub fn is_over(app: &App, token: &str) -> bool {
    Receipt::parse(token, &app.secrets).is_some()
}

/// Takes the passphrase for a ping that came without: a Webmention or Pingback has hardly a place
/// for one.
pub async fn prove(
    app: &App,
    token: &str,
    typed: &str,
    from: AddressBlock,
) -> Result<(), ReceiptError> {
    let found = own(app, token).await?;
    let category = &found.gate.category;
    let Some(phc) = &category.passphrase_hash else { return Ok(()) };
    let key = match receive_ping::find_key(app, &found.gate, typed).await {
        Ok(key) => key.map(|key| key.id),
        Err(ReceiveError::Database(error)) => return Err(error.into()),
        Err(_) => return Err(ReceiptError::WrongPassphrase),
    };
    let right = match Passphrase::parse(typed) {
        Ok(_) if key.is_some() => Ok(true),
        Ok(passphrase) => receive_ping::try_passphrase(app, category, phc, &passphrase, from).await,
        Err(_) => app
            .take_shared(Limit::TryPassphrase(category.id), from)
            .await?
            .map(|()| false)
            .map_err(ReceiveError::TooOften),
    };
    match right {
        Ok(true) => {}
        Ok(false) => return Err(ReceiptError::WrongPassphrase),
        Err(ReceiveError::TooOften(too_often)) => return Err(too_often.into()),
        Err(ReceiveError::Database(error)) => return Err(error.into()),
        Err(_) => return Err(ReceiptError::Busy),
    }
    let (hub, id, now) = (found.ping.hub_id, found.ping.id, app.clock.now());
    app.db
        .write(move |tx| {
            let ping = pings::find_for_update(tx, hub, id)?.ok_or(DbError::NotFound)?;
            if ping.proved || ping.state != PingState::Pending {
                return Ok(());
            }
            if let Some(key) = key {
                pings::update_key(tx, hub, id, key)?;
                keys::update_used(tx, hub, key, now)?;
            }
            // With it the post may be one that is listed at once: its page is judged anew.
            pings::update_right(tx, hub, id, true, ping.unverified)?;
            jobs::enqueue(tx, JobKey::verify(hub, id), now, now)
        })
        .await?;
    Ok(())
}
