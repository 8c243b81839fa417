//! What a sender shows: a passphrase, a ping key, or nothing.

use std::sync::Arc;

use super::{Incoming, ReceiveError, remember_refusal};
use crate::app::{App, Gate};
use crate::db::DbError;
use crate::db::categories::Category;
use crate::db::keys::Key;
use crate::limits::{AddressBlock, Limit};
use crate::model::category::{PingPolicy, Readers, UnprovedPolicy};
use crate::model::id::{CategoryId, KeyId};
use crate::model::passphrase::Passphrase;
use crate::model::ping::{CameBy, RefusalReason};
use crate::model::ping_key::PingKey;
use crate::model::web_url::WebUrl;

/// What a sender showed.
#[derive(Debug, Default)]
pub(in crate::actions) struct Right {
    /// Whether they knew the passphrase, or a ping key.
    pub(super) proved: bool,
    /// The ping key.
    pub(super) key: Option<Arc<Key>>,
}

impl Right {
    const fn of(proved: bool) -> Self {
        Self { proved, key: None }
    }
}

/// What somebody showed who pings a category that not everybody may read. Software shows its
/// passphrase or a ping key, also where everybody else needs none; the form is for those who may
/// read.
pub(super) async fn check_secret(
    app: &App,
    gate: &Arc<Gate>,
    incoming: &Incoming,
    url: Option<&WebUrl>,
) -> Result<Right, ReceiveError> {
    let right = check_passphrase(app, gate, incoming, url).await?;
    if right.proved || incoming.followed || incoming.came_by == CameBy::Form {
        return Ok(right);
    }
    Err(ReceiveError::NoPassphrase)
}

/// Does for a category that is not there what is done for one that is not for everybody to know
/// of: the time that an answer takes tells nothing either (`security.md` T30). `what` is what its
/// address says.
pub async fn resemble(
    app: &App,
    what: &str,
    typed: Option<&str>,
    sender: AddressBlock,
) -> Result<(), ReceiveError> {
    let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) else { return Ok(()) };
    let Ok(passphrase) = Passphrase::parse(typed) else { return Ok(()) };
    // Categories have numbers above nought: each name that was made up has tries of its own.
    let hash = app.secrets.sign("no-category", &[what.as_bytes()]);
    let made_up = i64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default());
    let made_up = CategoryId(made_up | i64::MIN);
    app.take_shared(Limit::TryPassphrase(made_up), sender).await??;
    app.hasher.verify(passphrase.secret().clone(), None).await?;
    Ok(())
}

/// Whether the sender knew the passphrase. Where none is wanted nobody is asked, and nobody is
/// more than a stranger.
pub(super) async fn check_passphrase(
    app: &App,
    gate: &Arc<Gate>,
    incoming: &Incoming,
    url: Option<&WebUrl>,
) -> Result<Right, ReceiveError> {
    let typed = incoming.passphrase.as_ref().map(|typed| typed.expose().as_str());
    let key = match incoming.key {
        Some(key) => Some(find_known_key(app, gate, key).await?),
        None => find_key(app, gate, typed.unwrap_or_default()).await?,
    };
    if let Some(key) = key {
        app.limits.take(
            Limit::KeyPing(key.id, u32::try_from(key.hourly).unwrap_or(1)),
            incoming.sender,
        )?;
        return Ok(Right { proved: true, key: Some(key) });
    }
    let phc = match (gate.category.ping_policy, &gate.category.passphrase_hash) {
        (PingPolicy::Passphrase, Some(phc)) => phc,
        // Only those who know it learn that it is closed.
        (PingPolicy::Closed, Some(phc)) if gate.is_secret() => phc,
        (PingPolicy::Passphrase, None) | (PingPolicy::Open | PingPolicy::Closed, _) => {
            return Ok(Right::of(false));
        }
    };
    if incoming.followed {
        return Ok(Right::of(true));
    }
    if incoming.remembered {
        app.limits.take(Limit::ProvedPing(gate.category.id), incoming.sender)?;
        return Ok(Right::of(true));
    }
    let typed = incoming.passphrase.as_ref().filter(|typed| !typed.expose().trim().is_empty());
    let Some(typed) = typed else {
        // Today's WordPress has no place for a passphrase, and a feed has none either.
        if incoming.came_by.is_a_claim() || incoming.came_by == CameBy::Feed {
            if gate.category.unproved_policy == UnprovedPolicy::Wait && !gate.is_secret() {
                return Ok(Right::of(false));
            }
            if incoming.came_by.is_a_claim() {
                app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
            }
            remember_refusal(app, gate, url, RefusalReason::Unproved).await?;
            return Err(ReceiveError::NoPassphrase);
        }
        app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
        remember_refusal(app, gate, url, RefusalReason::NoPassphrase).await?;
        return Err(ReceiveError::NoPassphrase);
    };
    let right = match Passphrase::parse(typed.expose()) {
        Ok(passphrase) => {
            try_passphrase(app, &gate.category, phc, &passphrase, incoming.sender).await?
        }
        // What cannot be a passphrase is a wrong one, and counts as a try all the same.
        Err(_) => {
            app.take_shared(Limit::TryPassphrase(gate.category.id), incoming.sender).await??;
            false
        }
    };
    if right {
        app.limits.take(Limit::ProvedPing(gate.category.id), incoming.sender)?;
        return Ok(Right::of(true));
    }
    remember_refusal(app, gate, url, RefusalReason::WrongPassphrase).await?;
    Err(ReceiveError::WrongPassphrase)
}

/// The ping key that came in the passphrase's place, if one did. Nobody guesses 130 bits: tries
/// cost nothing, and take nothing from those who type a passphrase.
pub async fn find_key(
    app: &App,
    gate: &Gate,
    typed: &str,
) -> Result<Option<Arc<Key>>, ReceiveError> {
    let Some(typed) = PingKey::parse(typed) else { return Ok(None) };
    match app.keys_of(gate.hub.id).await?.find(&typed) {
        Some(key) => works_here(app, gate, key).map(Some),
        None => Ok(None),
    }
}

async fn find_known_key(app: &App, gate: &Gate, key: KeyId) -> Result<Arc<Key>, ReceiveError> {
    let key = app.keys_of(gate.hub.id).await?.find_by_id(key);
    works_here(app, gate, key.ok_or(ReceiveError::KeyOver)?)
}

/// The ping key whose address a browser opened, while it opens this category.
pub async fn known_key(app: &App, gate: &Gate, key: KeyId) -> Result<Option<Arc<Key>>, DbError> {
    match find_known_key(app, gate, key).await {
        Ok(key) => Ok(Some(key)),
        Err(ReceiveError::Database(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

fn works_here(app: &App, gate: &Gate, key: Arc<Key>) -> Result<Arc<Key>, ReceiveError> {
    // One for the whole hub is not one for what has a reading password of its own.
    let of_hub = gate.category.readers != Readers::Password;
    let fits = key.category_id.map_or(of_hub, |category| category == gate.category.id);
    if fits && key.is_good(app.clock.now()) { Ok(key) } else { Err(ReceiveError::KeyOver) }
}

/// Whether a passphrase is a category's: one that was right before costs nothing, others a try. The
/// passphrase before a new one counts as long as its time is not over.
pub(in crate::actions) async fn try_passphrase(
    app: &App,
    category: &Category,
    phc: &str,
    passphrase: &Passphrase,
    sender: AddressBlock,
) -> Result<bool, ReceiveError> {
    let phrase = passphrase.secret().expose();
    let now = app.clock.now();
    let old = category.old_passphrase_until.is_some_and(|until| now < until);
    let old = category.old_passphrase_hash.as_deref().filter(|_| old);
    let known = || [Some(phc), old].into_iter().flatten();
    if known().any(|phc| app.proofs.has(phc, phrase, now)) {
        return Ok(true);
    }
    let _turn = app.proofs.turn(phc, phrase).await;
    if known().any(|phc| app.proofs.has(phc, phrase, now)) {
        return Ok(true);
    }
    app.take_shared(Limit::TryPassphrase(category.id), sender).await??;
    for phc in known() {
        if app.hasher.verify(passphrase.secret().clone(), Some(phc.to_owned())).await? {
            app.proofs.keep(phc, phrase, now);
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether this is the passphrase of a category that wants one; counts as a try. For a form that
/// comes back for another reason, so that nobody types it twice.
pub async fn knows_passphrase(
    app: &App,
    gate: &Gate,
    typed: &str,
    sender: AddressBlock,
) -> Result<bool, ReceiveError> {
    match (gate.category.ping_policy, &gate.category.passphrase_hash, Passphrase::parse(typed)) {
        (PingPolicy::Passphrase, Some(phc), Ok(passphrase)) => {
            try_passphrase(app, &gate.category, phc, &passphrase, sender).await
        }
        (PingPolicy::Passphrase | PingPolicy::Open | PingPolicy::Closed, _, _) => Ok(false),
    }
}
