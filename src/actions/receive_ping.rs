//! The one way in: whatever brought a post, it is taken in here (`architecture.md`, invariant 7).

use std::sync::Arc;
use std::time::Duration;

use crate::app::{App, Gate, Receipt, ReceiptKind};
use crate::clock::Timestamp;
use crate::db::listed::Standing;
use crate::db::pings::{NewPing, Ping, PingTexts};
use crate::db::{DbError, Tx, listed, pings, queue, refusals};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::category::PingPolicy;
use crate::model::hub::line;
use crate::model::id::{CategoryId, HubId, PublicId};
use crate::model::passphrase::Passphrase;
use crate::model::ping::{CameBy, MAX_EXCERPT, MAX_TITLE, PingState, RefusalReason};
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::model::{blog, text};
use crate::secret::{HasherBusy, Secret};

/// Waiting pings a category takes from strangers (`security.md` T31, T34).
const MAX_WAITING_STRANGERS: i64 = 1_000;
/// Waiting pings a category takes from those who know its passphrase: a lane of their own.
const MAX_WAITING_PROVED: i64 = 5_000;

/// A post that somebody sent, as it came.
#[derive(Debug)]
pub struct Incoming {
    /// The post's address.
    pub url: Option<String>,
    /// Its title, which may hold HTML.
    pub title: Option<String>,
    /// Its first words, which may hold HTML.
    pub excerpt: Option<String>,
    /// The blog's name, which may hold HTML.
    pub blog_name: Option<String>,
    /// The passphrase that came with it.
    pub passphrase: Option<Secret<String>>,
    /// How it came.
    pub came_by: CameBy,
    /// Where it came from.
    pub sender: AddressBlock,
}

/// A post that was taken in, and is on disk.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    /// Its receipt.
    pub receipt: Receipt,
    /// What became of it.
    pub state: PingState,
}

/// Why a post was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// No address came, or none that can be listed.
    #[error(transparent)]
    Url(WebUrlError),
    /// The address is one of this site's own pages.
    #[error("a hub does not list its own pages")]
    OwnPage,
    /// The hub or category takes no pings, since then.
    #[error("the category is closed")]
    Closed(Timestamp),
    /// The operator has suspended the hub.
    #[error("the hub is suspended")]
    Suspended,
    /// The category wants its passphrase, and none came.
    #[error("no passphrase came")]
    NoPassphrase,
    /// Another passphrase came.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Too many pings.
    #[error("too often")]
    TooOften(TooOften),
    /// Too many posts wait in the category.
    #[error("the queue is full")]
    Full,
    /// Try again in a moment.
    #[error("too busy")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<HasherBusy> for ReceiveError {
    fn from(HasherBusy: HasherBusy) -> Self {
        Self::Busy
    }
}

impl From<TooOften> for ReceiveError {
    fn from(too_often: TooOften) -> Self {
        Self::TooOften(too_often)
    }
}

/// Takes a post in: limits, passphrase, identity, one row. Answers after COMMIT.
pub async fn receive(
    app: &App,
    gate: &Arc<Gate>,
    incoming: Incoming,
) -> Result<Received, ReceiveError> {
    if gate.hub.suspended_at.is_some() {
        return Err(ReceiveError::Suspended);
    }
    let url = WebUrl::parse(incoming.url.as_deref().unwrap_or_default());
    let closed_at = gate.hub.closed_at.or(gate.category.closed_at);
    if let Some(since) = closed_at {
        // Without the limit, a closed category would be a free way to make us write.
        app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
        remember_refusal(app, gate, url.as_ref().ok(), RefusalReason::Closed).await?;
        return Err(ReceiveError::Closed(since));
    }
    let proved = check_passphrase(app, gate, &incoming, url.as_ref().ok()).await?;
    if !proved {
        app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
        app.limits.take(Limit::StrangerHub(gate.hub.id), incoming.sender)?;
    }
    let url = url.map_err(ReceiveError::Url)?;
    if url.is_under(app.addresses.base()) {
        return Err(ReceiveError::OwnPage);
    }
    let ping = new_ping(app, gate, &incoming, &url, proved);
    let waits = !gate.category.listing_policy.lists_at_once()
        || !proved && floods_the_page(app, gate, &url);
    if waits && queue_is_full(app, gate, proved).await? {
        remember_refusal(app, gate, Some(&url), RefusalReason::Full).await?;
        return Err(ReceiveError::Full);
    }
    let now = app.clock.now();
    let received = store(app, gate, ping, waits, now).await?;
    if received.receipt.kind == ReceiptKind::First && waits {
        app.queue_depths.add_one(gate.category.id);
    }
    Ok(received)
}

/// Whether the sender knew the passphrase. Where none is wanted nobody is asked, and nobody is
/// more than a stranger.
async fn check_passphrase(
    app: &App,
    gate: &Arc<Gate>,
    incoming: &Incoming,
    url: Option<&WebUrl>,
) -> Result<bool, ReceiveError> {
    let phc = match (gate.category.ping_policy, &gate.category.passphrase_hash) {
        (PingPolicy::Passphrase, Some(phc)) => phc,
        (PingPolicy::Passphrase, None) | (PingPolicy::Open | PingPolicy::Closed, _) => {
            return Ok(false);
        }
    };
    let typed = incoming.passphrase.as_ref().filter(|typed| !typed.expose().trim().is_empty());
    let Some(typed) = typed else {
        app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
        remember_refusal(app, gate, url, RefusalReason::NoPassphrase).await?;
        return Err(ReceiveError::NoPassphrase);
    };
    let right = match Passphrase::parse(typed.expose()) {
        Ok(passphrase) => verify(app, gate.category.id, phc, &passphrase, incoming.sender).await?,
        // What cannot be a passphrase is a wrong one, and counts as a try all the same.
        Err(_) => {
            app.limits.take(Limit::TryPassphrase(gate.category.id), incoming.sender)?;
            false
        }
    };
    if right {
        app.limits.take(Limit::ProvedPing(gate.category.id), incoming.sender)?;
        return Ok(true);
    }
    remember_refusal(app, gate, url, RefusalReason::WrongPassphrase).await?;
    Err(ReceiveError::WrongPassphrase)
}

async fn verify(
    app: &App,
    category: CategoryId,
    phc: &str,
    passphrase: &Passphrase,
    sender: AddressBlock,
) -> Result<bool, ReceiveError> {
    let phrase = passphrase.secret().expose();
    if app.proofs.has(phc, phrase, app.clock.now()) {
        return Ok(true);
    }
    let _turn = app.proofs.turn(phc, phrase).await;
    if app.proofs.has(phc, phrase, app.clock.now()) {
        return Ok(true);
    }
    app.limits.take(Limit::TryPassphrase(category), sender)?;
    let right = app.hasher.verify(passphrase.secret().clone(), Some(phc.to_owned())).await?;
    if right {
        app.proofs.keep(phc, phrase, app.clock.now());
    }
    Ok(right)
}

async fn remember_refusal(
    app: &App,
    gate: &Gate,
    url: Option<&WebUrl>,
    reason: RefusalReason,
) -> Result<(), DbError> {
    let Some(url) = url else { return Ok(()) };
    let (hub, category, hash) = (gate.hub.id, gate.category.id, url.identity());
    let now = app.clock.now();
    app.db.write(move |tx| refusals::upsert(tx, hub, category, hash.as_bytes(), reason, now)).await
}

/// Whether strangers have had more listed at once than a page can bear: from one domain in a hub,
/// or all together in a category (`security.md`, "Rate limits"). What comes then waits.
fn floods_the_page(app: &App, gate: &Gate, url: &WebUrl) -> bool {
    let domain = AddressBlock::of_domain(url.registrable_domain());
    app.limits.take(Limit::ListedDomain(gate.hub.id), domain).is_err()
        || app
            .limits
            .take(Limit::ListedStrangers(gate.category.id), AddressBlock::EVERYBODY)
            .is_err()
}

async fn queue_is_full(app: &App, gate: &Gate, proved: bool) -> Result<bool, DbError> {
    let now = app.clock.now();
    let (hub, category) = (gate.hub.id, gate.category.id);
    let waiting = match app.queue_depths.get(category, now) {
        Some(waiting) => waiting,
        None => {
            let most = MAX_WAITING_PROVED;
            let counted =
                app.db.read(move |c| queue::count_waiting_in(c, hub, category, most)).await?;
            app.queue_depths.set(category, counted, now);
            counted
        }
    };
    Ok(waiting >= if proved { MAX_WAITING_PROVED } else { MAX_WAITING_STRANGERS })
}

/// What is stored of a ping: text as text, cut to its limits (`wire-formats.md`).
fn new_ping(app: &App, gate: &Gate, incoming: &Incoming, url: &WebUrl, proved: bool) -> NewPing {
    let plain = |field: &Option<String>, max| {
        text::cut(&text::plain(field.as_deref().unwrap_or_default()), max)
    };
    let excerpt = plain(&incoming.excerpt, MAX_EXCERPT);
    let mut title = plain(&incoming.title, MAX_TITLE);
    let brought_title = !title.is_empty();
    if title.is_empty() {
        title = text::first_words(&excerpt, 5);
    }
    if title.is_empty() {
        title = line(url.as_str(), MAX_TITLE);
    }
    let brought = plain(&incoming.blog_name, MAX_TITLE);
    let blog_name = blog::name_or_host(&brought, url);
    let now = app.clock.now();
    let millis = u64::try_from(now.micros() / 1_000).unwrap_or(0);
    NewPing {
        public_id: PublicId::new(millis, crate::secret::random_bytes()),
        category_id: gate.category.id,
        url: url.as_str().to_owned(),
        url_hash: *url.identity().as_bytes(),
        blog_key: url.blog_key(),
        blog_name,
        title,
        excerpt,
        came_by: incoming.came_by,
        proved,
        sender_hash: sender_hash(app, incoming.sender, now),
        brought_title,
        brought_blog_name: !brought.is_empty(),
    }
}

/// The keyed hash of a sender's address block, the same for a month at most (`security.md`, "IP
/// privacy").
fn sender_hash(app: &App, sender: AddressBlock, now: Timestamp) -> Vec<u8> {
    const MONTH: Duration = Duration::from_secs(30 * 86_400);
    let epoch = now.seconds() / i64::try_from(MONTH.as_secs()).unwrap_or(i64::MAX);
    let hash = app.secrets.sign("sender", &[&epoch.to_be_bytes(), sender.as_bytes()]);
    hash[..16].to_vec()
}

/// Stores a ping, or finds the one that this post has already. One that waits is one statement:
/// the most frequent write there is.
async fn store(
    app: &App,
    gate: &Arc<Gate>,
    new: NewPing,
    waits: bool,
    now: Timestamp,
) -> Result<Received, DbError> {
    let (hub, new) = (gate.hub.id, Arc::new(new));
    if waits {
        let first = Arc::clone(&new);
        if app.db.write_one(move |tx| pings::insert(tx, hub, &first, now)).await?.is_some() {
            let receipt = Receipt { ping: new.public_id, kind: ReceiptKind::First };
            return Ok(Received { receipt, state: PingState::Pending });
        }
    }
    app.db.write(move |tx| store_or_find(tx, hub, &new, waits, now)).await
}

fn store_or_find(
    tx: &mut Tx<'_>,
    hub: HubId,
    new: &NewPing,
    waits: bool,
    now: Timestamp,
) -> Result<Received, DbError> {
    let Some(id) = pings::insert(tx, hub, new, now)? else {
        let old = pings::find_by_url(tx.reading(), hub, new.category_id, &new.url_hash)?
            .ok_or(DbError::NotFound)?;
        update_if_same_sender(tx, &old, new, now)?;
        let receipt = Receipt { ping: old.public_id, kind: ReceiptKind::Again };
        return Ok(Received { receipt, state: old.state });
    };
    let receipt = Receipt { ping: new.public_id, kind: ReceiptKind::First };
    if waits {
        return Ok(Received { receipt, state: PingState::Pending });
    }
    let standing = Standing {
        id,
        category_id: new.category_id,
        blog_key: new.blog_key.clone(),
        blog_name: new.blog_name.clone(),
    };
    listed::enter(tx, hub, &standing, false, now, now)?;
    Ok(Received { receipt, state: PingState::Listed })
}

/// The same post again: a waiting ping takes the newer texts where the sender shows the same
/// right to it; what is listed or was set aside stays as it is (`decisions.md`, "Trust").
fn update_if_same_sender(
    tx: &mut Tx<'_>,
    old: &Ping,
    new: &NewPing,
    now: Timestamp,
) -> Result<(), DbError> {
    let same_right =
        if old.proved { new.proved } else { new.proved || old.sender_hash == new.sender_hash };
    // What did not come again stays as it was.
    let newer = |brought, new: &String, old: &String| if brought { new } else { old }.clone();
    let texts = PingTexts {
        title: newer(new.brought_title, &new.title, &old.title),
        excerpt: newer(!new.excerpt.is_empty(), &new.excerpt, &old.excerpt),
        blog_name: newer(new.brought_blog_name, &new.blog_name, &old.blog_name),
    };
    let changed = old.title != texts.title
        || old.excerpt != texts.excerpt
        || old.blog_name != texts.blog_name;
    if old.state == PingState::Pending && old.purged_at.is_none() && same_right && changed {
        pings::update_texts(tx, old.hub_id, old, &texts, now)?;
    }
    Ok(())
}
