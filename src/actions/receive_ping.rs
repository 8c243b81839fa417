//! The one way in: whatever brought a post, it is taken in here (`architecture.md`, invariant 7).

mod again;
mod right;
mod rules;

pub(super) use again::read_again;
pub(super) use right::{Right, try_passphrase};
pub use right::{find_key, known_key, knows_passphrase, resemble};

use std::sync::Arc;

use crate::app::{App, Closed, Gate, Receipt, ReceiptKind};
use crate::clock::Timestamp;
use crate::db::jobs::JobKey;
use crate::db::keys;
use crate::db::listed::Standing;
use crate::db::pings::NewPing;
use crate::db::readings::Reading;
use crate::db::{
    DbError, Tx, blogs, jobs, kept_away, listed, member_mails, pings, queue, readings, refusals,
};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy};
use crate::model::hub::line;
use crate::model::id::{HubId, KeyId, PublicId};
use crate::model::ping::{
    CameBy, HeldFor, MAX_EXCERPT, MAX_TITLE, PingState, RefusalReason, Resent,
};
use crate::model::sent::Sent;
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::model::{blog, text};
use crate::pages_cache::Subject;
use crate::secret::{HasherBusy, Secret};
use again::again;
use right::{check_passphrase, check_secret};
use rules::{Ruling, about, at_the_door, hold, is_barred};

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
    /// Whether its browser showed the passphrase before, and holds a cookie of ours for it.
    pub remembered: bool,
    /// The ping key whose address its browser opened.
    pub key: Option<KeyId>,
    /// In which charset its fields came, and by which method: its receipt says how the ping was
    /// understood. The fields are filled in from this ping.
    pub read_as: Option<Sent>,
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
            remembered: false,
            key: None,
            read_as: None,
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
    /// What this ping changed, where the post was here before.
    pub resent: Option<Resent>,
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
    /// The hub or category takes no pings now.
    #[error("the category is closed")]
    Closed(Closed),
    /// The operator has suspended the hub.
    #[error("the hub is suspended")]
    Suspended,
    /// A rule refuses such pings.
    #[error("a rule refuses it")]
    Banned,
    /// Whoever writes the post keeps it away from the hub.
    #[error("its writer keeps it away")]
    KeptAway,
    /// The category wants its passphrase, and none came.
    #[error("no passphrase came")]
    NoPassphrase,
    /// Another passphrase came.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// A ping key came that is revoked, has run out, or is another category's.
    #[error("the ping key does not work")]
    KeyOver,
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

impl ReceiveError {
    /// Whether it would tell a stranger that there is such a category, where that is not for
    /// everybody to know.
    pub const fn reveals_category(&self) -> bool {
        matches!(
            self,
            Self::NoPassphrase
                | Self::WrongPassphrase
                | Self::KeyOver
                | Self::Banned
                | Self::TooOften(TooOften {
                    limit: Limit::TryPassphrase(_) | Limit::StrangerPing(_),
                    ..
                })
        )
    }
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
    let url = WebUrl::parse_on(incoming.url.as_deref().unwrap_or_default(), app.hosts());
    let rules = app.rules_of(gate.hub.id).await?;
    let mut ruling = at_the_door(app, &rules, &incoming, url.as_ref().ok())?;
    // Of a category that is not public strangers learn nothing, and so not whether it is open.
    let secret_right = match gate.is_secret() {
        true => Some(check_secret(app, gate, &incoming, url.as_ref().ok()).await?),
        false => None,
    };
    if gate.hub.suspended_at.is_some() {
        return Err(ReceiveError::Suspended);
    }
    if let Some(closed) = gate.closed(app.clock.now()) {
        // Without the limit, a closed category would be a free way to make us write.
        app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
        remember_refusal(app, gate, url.as_ref().ok(), RefusalReason::Closed).await?;
        return Err(ReceiveError::Closed(closed));
    }
    let right = match secret_right {
        Some(right) => right,
        None => check_passphrase(app, gate, &incoming, url.as_ref().ok()).await?,
    };
    let proved = right.proved;
    // A followed feed is read at our own pace: nobody can hurry it.
    if !proved && incoming.came_by != CameBy::Feed {
        app.limits.take(Limit::StrangerPing(gate.category.id), incoming.sender)?;
        app.limits.take(Limit::StrangerHub(gate.hub.id), incoming.sender)?;
    }
    let url = url.map_err(ReceiveError::Url)?;
    if app.is_ours(url.as_url()) {
        return Err(ReceiveError::OwnPage);
    }
    if rules.kept_away.contains(&app.kept_away_hash(gate.hub.id, url.identity().as_bytes())) {
        // Nothing is remembered: a hash of its address would say which it is.
        return Err(ReceiveError::KeptAway);
    }
    let mut ping = new_ping(app, gate, &incoming, &url, &right);
    if let Some(stricter) = about(app, &rules, &ping, ruling.as_ref())? {
        ruling = Some(stricter);
    }
    if rules.bars_blogs && is_barred(app, gate.hub.id, &ping).await? {
        // An address proves nothing: what made a blog barred may have been sent in its name. Whoever
        // holds a key of the organizers' is looked at.
        ruling = Some(Ruling::barred(right.key.is_some()));
    }
    let is_held = ruling.is_some();
    if let Some(ruling) = ruling {
        hold(app, gate, &mut ping, ruling)?;
    }
    if ping.is_aside {
        return store(app, gate, ping, false, None).await;
    }
    if is_held {
        ping.held_for = Some(HeldFor::Rule);
    }
    let mut reads = reads_page(gate, incoming.came_by);
    if reads && app.backlog.is_full() {
        if ping.unverified {
            return Err(ReceiveError::Backlog);
        }
        reads = false;
    }
    let mut waits = ping.unverified
        || is_held
        || !lists_at_once(app, gate, &ping, incoming.followed, &right).await?;
    if !waits && !proved && floods_the_page(app, gate, url.as_str()) {
        waits = true;
        ping.held_for = Some(HeldFor::Flood);
    }
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
    right: &Right,
) -> Result<bool, DbError> {
    let listing = gate.category.listing_policy;
    // A key is its holder's alone: whose blog they post from is as good as proved.
    if let Some(key) = &right.key {
        return Ok(key.lists_at_once
            || listing.lists_at_once()
            || listing == ListingPolicy::NewBlogWaits && is_trusted(app, gate, ping).await?);
    }
    if ping.came_by != CameBy::Feed {
        return Ok(listing.lists_at_once());
    }
    let may_post = followed || gate.category.ping_policy == PingPolicy::Open;
    Ok(may_post
        && match listing {
            ListingPolicy::AtOnce => true,
            ListingPolicy::AllWait => false,
            ListingPolicy::NewBlogWaits => is_trusted(app, gate, ping).await?,
        })
}

async fn is_trusted(app: &App, gate: &Gate, ping: &NewPing) -> Result<bool, DbError> {
    let (hub, key) = (gate.hub.id, ping.blog_key.clone());
    app.db.read(move |c| blogs::is_approved(c, hub, &key)).await
}

async fn remember_refusal(
    app: &App,
    gate: &Gate,
    url: Option<&WebUrl>,
    reason: RefusalReason,
) -> Result<(), DbError> {
    let Some(url) = url else { return Ok(()) };
    let (hub, category, hash) = (gate.hub.id, gate.category.id, url.identity());
    if app.limits.take(Limit::Refusal(category), AddressBlock::EVERYBODY).is_err() {
        return Ok(());
    }
    let now = app.clock.now();
    let db = app.db.clone();
    let write = async move {
        db.write(move |tx| refusals::upsert(tx, hub, category, hash.as_bytes(), reason, now)).await
    };
    if !gate.is_secret() {
        return write.await;
    }
    // Written after the answer, whose time tells nothing.
    app.background.spawn(async move {
        if let Err(error) = write.await {
            tracing::error!(%error, "a refusal was not remembered");
        }
    });
    Ok(())
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
pub(super) fn new_ping(
    app: &App,
    gate: &Gate,
    incoming: &Incoming,
    url: &WebUrl,
    right: &Right,
) -> NewPing {
    let plain = |field: &Option<String>, max| {
        let field = field.as_deref().unwrap_or_default();
        // People type text into a form, and not HTML.
        let text =
            if incoming.came_by == CameBy::Form { text::tidy(field) } else { text::plain(field) };
        text::cut(&text, max)
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
        proved: right.proved,
        key: right.key.as_ref().map(|key| key.id),
        sender_hash: app.sender_hash(incoming.sender, now),
        unverified: incoming.came_by.is_a_claim()
            || gate.category.link_back == LinkBack::Required && incoming.came_by != CameBy::Feed,
        waits: true,
        is_aside: false,
        remark: String::new(),
        brought_title,
        brought_blog_name: !brought.is_empty(),
        sent: sent(incoming),
        held_for: None,
        forwarded: incoming.forwarded,
    }
}

/// The fields as they came, and as they are kept: written here, where nobody waits in line for it.
fn sent(incoming: &Incoming) -> Option<String> {
    let sent = Sent {
        url: incoming.url.clone(),
        title: incoming.title.clone(),
        excerpt: incoming.excerpt.clone(),
        blog_name: incoming.blog_name.clone(),
        ..incoming.read_as.clone()?
    };
    sent.to_json()
}

/// Stores a ping with its job, or finds the one that this post has already. One that waits goes
/// without a savepoint: the most frequent write there is.
async fn store(
    app: &App,
    gate: &Arc<Gate>,
    new: NewPing,
    reads: bool,
    notes: Option<Notes>,
) -> Result<Received, ReceiveError> {
    let (hub, new, now) = (gate.hub.id, Arc::new(new), app.clock.now());
    let post = app.kept_away_hash(hub, &new.url_hash);
    let mails = new.waits && !new.unverified && wants_mail(app, hub).await?;
    if new.waits && notes.is_none() {
        let first = Arc::clone(&new);
        let inserted = app.db.write_lightly(move |tx| {
            let inserted = pings::insert(tx, hub, &first, now)?;
            if let (Some(key), true) = (first.key, inserted.is_some()) {
                keys::update_used(tx, hub, key, now)?;
            }
            if let Some(ping) = inserted.filter(|_| reads) {
                jobs::enqueue(tx, JobKey::verify(hub, ping), now, now)?;
            }
            if inserted.is_some() && mails {
                jobs::enqueue_notify(tx, hub, now)?;
            }
            Ok::<_, DbError>(inserted)
        });
        if inserted.await?.is_some() {
            let receipt = Receipt { ping: new.public_id, kind: ReceiptKind::First };
            return Ok(Received { receipt, state: new.state(), resent: None });
        }
    }
    app.db
        .write(move |tx| {
            // What is listed now is looked up: whoever wrote it may have kept it away since.
            if !new.waits && kept_away::contains(tx.reading(), hub, &post)? {
                return Err(ReceiveError::KeptAway);
            }
            Ok(store_or_find(tx, hub, &new, reads, notes, now)?)
        })
        .await
}

/// Whether anybody of the hub is told by mail what waits: from memory, where nothing changed.
async fn wants_mail(app: &App, hub: HubId) -> Result<bool, DbError> {
    let key = hub.0.to_string();
    if let Some(wanted) = app.mail_wanted.get(&key) {
        return Ok(wanted);
    }
    let subject = Subject::Settings(hub);
    let generation = app.generations.of(subject);
    let wanted = app.db.read(move |c| member_mails::wants_waiting(c, hub)).await?;
    app.mail_wanted.keep(key, subject, generation, wanted);
    Ok(wanted)
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
        // Locked and read once more: a verdict may have come in between.
        let old = pings::find_for_update(tx, hub, old.id)?.ok_or(DbError::NotFound)?;
        return again(tx, &old, new, reads, now);
    };
    if let Some(key) = new.key {
        keys::update_used(tx, hub, key, now)?;
    }
    if let Some(notes) = notes {
        let Notes { vouch, passphrase_public } = notes;
        let unread = Reading { vouch, passphrase_public, ..Reading::unread(id) };
        readings::upsert(tx, hub, &unread)?;
    }
    if reads {
        jobs::enqueue(tx, JobKey::verify(hub, id), now, now)?;
    }
    let receipt = Receipt { ping: new.public_id, kind: ReceiptKind::First };
    if new.waits {
        return Ok(Received { receipt, state: new.state(), resent: None });
    }
    let standing = Standing {
        id,
        category_id: new.category_id,
        blog_key: new.blog_key.clone(),
        blog_name: new.blog_name.clone(),
    };
    listed::enter(tx, hub, &standing, false, now, now)?;
    Ok(Received { receipt, state: PingState::Listed, resent: None })
}
