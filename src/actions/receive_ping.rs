//! The one way in: whatever brought a post, it is taken in here (`architecture.md`, invariant 7).

use std::sync::Arc;
use std::time::Duration;

use crate::app::{App, Gate, Receipt, ReceiptKind};
use crate::clock::Timestamp;
use crate::db::jobs::JobKey;
use crate::db::listed::Standing;
use crate::db::pings::{NewPing, Ping, PingTexts};
use crate::db::readings::Reading;
use crate::db::{DbError, Tx, blogs, jobs, listed, pings, queue, readings, refusals};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy, UnprovedPolicy};
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
    /// The page that vouches for the sender (Webmention's Vouch extension).
    pub vouch: Option<String>,
    /// Whether the passphrase stood in the target, where everybody can read it.
    pub passphrase_public: bool,
    /// Whether an organizer had the blog's feed followed: that stands for the passphrase.
    pub followed: bool,
    /// Whether another site passed it on: then it goes no further from here.
    pub forwarded: bool,
}

impl Incoming {
    /// A post of this address, and nothing else known about it.
    pub const fn of(url: Option<String>, came_by: CameBy, sender: AddressBlock) -> Self {
        Self {
            url,
            title: None,
            excerpt: None,
            blog_name: None,
            passphrase: None,
            came_by,
            sender,
            vouch: None,
            passphrase_public: false,
            followed: false,
            forwarded: false,
        }
    }
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
    /// Too many pages are to be read already.
    #[error("too many pages are to be read")]
    Backlog,
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
    let url = WebUrl::parse_on(incoming.url.as_deref().unwrap_or_default(), app.hosts());
    let closed_at = gate.hub.closed_at.or(gate.category.closed_at);
    if let Some(since) = closed_at {
        // Without the limit, a closed category would be a free way to make us write.
        app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
        remember_refusal(app, gate, url.as_ref().ok(), RefusalReason::Closed).await?;
        return Err(ReceiveError::Closed(since));
    }
    let proved = check_passphrase(app, gate, &incoming, url.as_ref().ok()).await?;
    // A followed feed is read at our own pace: nobody can hurry it.
    if !proved && incoming.came_by != CameBy::Feed {
        app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
        app.limits.take(Limit::StrangerHub(gate.hub.id), incoming.sender)?;
    }
    let url = url.map_err(ReceiveError::Url)?;
    if url.is_under(app.addresses.base()) {
        return Err(ReceiveError::OwnPage);
    }
    let mut ping = new_ping(app, gate, &incoming, &url, proved);
    let mut reads = reads_page(gate, incoming.came_by);
    if reads && app.backlog.is_full() {
        if ping.unverified {
            return Err(ReceiveError::Backlog);
        }
        reads = false;
    }
    let waits = ping.unverified
        || !lists_at_once(app, gate, &ping, incoming.followed).await?
        || !proved && floods_the_page(app, gate, url.as_str());
    if waits && queue_is_full(app, gate, proved).await? {
        remember_refusal(app, gate, Some(&url), RefusalReason::Full).await?;
        return Err(ReceiveError::Full);
    }
    ping.waits = waits;
    let notes = incoming.came_by.is_a_claim().then(|| Notes {
        vouch: incoming.vouch.unwrap_or_default(),
        passphrase_public: incoming.passphrase_public,
    });
    let received = store(app, gate, ping, reads, notes).await?;
    if received.receipt.kind == ReceiptKind::First && waits {
        app.queue_depths.add_one(gate.category.id);
    }
    Ok(received)
}

/// What a claim brings beside the post.
struct Notes {
    vouch: String,
    passphrase_public: bool,
}

/// Whether the page of such a ping is read at all.
fn reads_page(gate: &Gate, came_by: CameBy) -> bool {
    let category = &gate.category;
    match came_by {
        CameBy::Webmention | CameBy::Pingback => true,
        CameBy::Trackback | CameBy::Form => {
            category.link_back != LinkBack::Off
                || category.listing_policy == ListingPolicy::NewBlogWaits
        }
        CameBy::Feed => false,
    }
}

/// Whether this ping is listed without anybody looking at it, and before its page was read. A feed
/// is its blog's own: what it brings needs no further proof (`product.md`, rule 3).
async fn lists_at_once(
    app: &App,
    gate: &Gate,
    ping: &NewPing,
    followed: bool,
) -> Result<bool, DbError> {
    let listing = gate.category.listing_policy;
    if ping.came_by != CameBy::Feed {
        return Ok(listing.lists_at_once());
    }
    let may_post = followed || gate.category.ping_policy == PingPolicy::Open;
    Ok(may_post
        && match listing {
            ListingPolicy::AtOnce => true,
            ListingPolicy::AllWait => false,
            ListingPolicy::NewBlogWaits => {
                let (hub, key) = (gate.hub.id, ping.blog_key.clone());
                app.db.read(move |c| blogs::is_approved(c, hub, &key)).await?
            }
        })
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
    if incoming.followed {
        return Ok(true);
    }
    let typed = incoming.passphrase.as_ref().filter(|typed| !typed.expose().trim().is_empty());
    let Some(typed) = typed else {
        // Today's WordPress has no place for a passphrase, and a feed has none either.
        if incoming.came_by.is_a_claim() || incoming.came_by == CameBy::Feed {
            if gate.category.unproved_policy == UnprovedPolicy::Wait {
                return Ok(false);
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
            try_passphrase(app, gate.category.id, phc, &passphrase, incoming.sender).await?
        }
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

/// Whether a passphrase is a category's: one that was right before costs nothing, others a try.
pub(super) async fn try_passphrase(
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
pub(super) fn floods_the_page(app: &App, gate: &Gate, url: &str) -> bool {
    let url = WebUrl::parse_on(url, app.hosts());
    let domain = url.as_ref().map_or("", |url| url.registrable_domain());
    let domain = AddressBlock::of_domain(domain);
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
        unverified: incoming.came_by.is_a_claim()
            || gate.category.link_back == LinkBack::Required && incoming.came_by != CameBy::Feed,
        waits: true,
        brought_title,
        brought_blog_name: !brought.is_empty(),
        forwarded: incoming.forwarded,
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

/// Stores a ping with its job, or finds the one that this post has already. One that waits goes
/// without a savepoint: the most frequent write there is.
async fn store(
    app: &App,
    gate: &Arc<Gate>,
    new: NewPing,
    reads: bool,
    notes: Option<Notes>,
) -> Result<Received, DbError> {
    let (hub, new, now) = (gate.hub.id, Arc::new(new), app.clock.now());
    if new.waits && notes.is_none() {
        let first = Arc::clone(&new);
        let inserted = app.db.write_lightly(move |tx| {
            let inserted = pings::insert(tx, hub, &first, now)?;
            if let Some(ping) = inserted.filter(|_| reads) {
                jobs::enqueue_if_absent(tx, JobKey::verify(hub, ping), now, now)?;
            }
            Ok::<_, DbError>(inserted)
        });
        if inserted.await?.is_some() {
            let receipt = Receipt { ping: new.public_id, kind: ReceiptKind::First };
            return Ok(Received { receipt, state: PingState::Pending });
        }
    }
    app.db.write(move |tx| store_or_find(tx, hub, &new, reads, notes, now)).await
}

fn store_or_find(
    tx: &mut Tx<'_>,
    hub: HubId,
    new: &NewPing,
    reads: bool,
    notes: Option<Notes>,
    now: Timestamp,
) -> Result<Received, DbError> {
    let Some(id) = pings::insert(tx, hub, new, now)? else {
        let old = pings::find_by_url(tx.reading(), hub, new.category_id, &new.url_hash)?
            .ok_or(DbError::NotFound)?;
        update_if_same_sender(tx, &old, new, now)?;
        if reads {
            read_again(tx, hub, &old, now)?;
        }
        let receipt = Receipt { ping: old.public_id, kind: ReceiptKind::Again };
        return Ok(Received { receipt, state: old.state });
    };
    if let Some(notes) = notes {
        let Notes { vouch, passphrase_public } = notes;
        let unread = Reading { vouch, passphrase_public, ..Reading::unread(id) };
        readings::upsert(tx, hub, &unread)?;
    }
    if reads {
        jobs::enqueue_if_absent(tx, JobKey::verify(hub, id), now, now)?;
    }
    let receipt = Receipt { ping: new.public_id, kind: ReceiptKind::First };
    if new.waits {
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

/// How often the same page is read at most, whoever asks (`security.md` T6).
pub(super) const BETWEEN_READINGS: Duration = Duration::from_secs(600);

/// Has the page of a ping read once more: at once, or ten minutes after the last time.
pub(super) fn read_again(
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
    if old.state != PingState::Pending || old.purged_at.is_some() {
        return Ok(());
    }
    if same_right && changed {
        pings::update_texts(tx, old.hub_id, old, &texts, now)?;
    }
    if new.proved && !old.proved || !new.unverified && old.unverified {
        // Whoever pings with more than a claim need not wait for the claim's page.
        let (proved, unverified) = (old.proved || new.proved, old.unverified && new.unverified);
        pings::update_right(tx, old.hub_id, old.id, proved, unverified)?;
    }
    Ok(())
}
