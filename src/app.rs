//! What a running instance is made of: handed down, never global.

mod attempts;
mod background;
mod backlog;
mod gate;
mod keys;
mod live;
mod mail_links;
mod own_names;
mod pushing;
mod queue_depths;
mod reading;
mod receipts;
mod rules;
mod taking_home;

pub use background::Background;
pub use backlog::{Backlog, MAX_JOBS};
pub use gate::{Closed, Gate, Proofs};
pub use keys::HubKeys;
pub use live::{Listener, Live, MAX_SEATS, Room, Seat, Seen, TOLD};
pub use mail_links::{PingLink, UnsubscribeLink};
pub use own_names::{Named, Names, OwnNames};
pub use pushing::{FeedOf, RenderFeed};
pub use queue_depths::QueueDepths;
pub use reading::{Lock, READING_LASTS};
pub use receipts::{Receipt, ReceiptKind};
pub use rules::{HubRules, RuleHits};
pub use taking_home::{Answered, Ask, Inside, Local, TakingHome, Turn, Unanswered};

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use tokio::sync::{Notify, Semaphore, broadcast, watch};
use url::Url;

use crate::clock::Clock;
use crate::config::{Config, ConfigError, RateLimits};
use crate::db::{Db, DbError, Touched};
use crate::fetch::{self, Fetcher, Resolver};
use crate::limits::{Connections, Limits, SignInBackoff};
use crate::mail::{Mail, MailError, Message};
use crate::metrics::Metrics;
use crate::model::addresses::Addresses;
use crate::model::id::{CategoryId, HubId, PingId};
use crate::model::web_url::Hosts;
use crate::pages_cache::{Cache, Generations, MAX_PAGES, Rendered};
use crate::secret::{Hasher, SecretKey};

/// The most that look at receipts at the same time: each holds a connection.
const MAX_LISTENERS: usize = 500;

/// Whether the server stops.
#[derive(Debug, Default)]
pub struct Stopping(watch::Sender<bool>);

impl Stopping {
    /// It stops.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Waits until it stops.
    pub async fn cancelled(&self) {
        let mut stopping = self.0.subscribe();
        // An error means that the sender is gone, and the server with it.
        let _stopped = stopping.wait_for(|stops| *stops).await;
    }
}

/// A running instance.
#[derive(Debug)]
pub struct App {
    /// What the operator set.
    pub config: Config,
    /// What time it is.
    pub clock: Clock,
    /// The data.
    pub db: Db,
    /// Outgoing mail.
    pub mail: Mail,
    /// Rate limits.
    pub limits: Limits,
    /// Delays of sign-ins after wrong passwords.
    pub backoff: SignInBackoff,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Slow hashes, behind a gate.
    pub hasher: Hasher,
    /// The key of keyed hashes.
    pub secrets: SecretKey,
    /// Absolute addresses.
    pub addresses: Addresses,
    /// The names of their own that hubs have.
    pub own_names: OwnNames,
    /// When what changed, in this process.
    pub generations: Arc<Generations>,
    /// Rendered pages.
    pub pages: Cache<Arc<Rendered>>,
    /// How feeds are rendered, for those they are pushed to: the doors know, and set it once.
    pub feeds: OnceLock<RenderFeed>,
    /// How pages are rendered, for those who take them home: the doors know, and set it once.
    pub inside: OnceLock<Inside>,
    /// Which hubs are taken home just now.
    pub taking_home: TakingHome,
    /// Categories as pings meet them.
    pub gates: Cache<Arc<Gate>>,
    /// Ping keys, by hub.
    pub keys: Cache<Arc<HubKeys>>,
    /// Rules as pings meet them.
    pub rules: Cache<Arc<HubRules>>,
    /// How often rules decided.
    pub rule_hits: RuleHits,
    /// Whether anybody of a hub wants to be told by mail what waits.
    pub mail_wanted: Cache<bool>,
    /// Passphrases that were right.
    pub proofs: Proofs,
    /// How many pings wait in each category, about.
    pub queue_depths: QueueDepths,
    /// Work that outlives its request.
    pub background: Background,
    /// Pages and feeds of others.
    pub fetcher: Fetcher,
    /// How many jobs wait.
    pub backlog: Backlog,
    /// Told when there is something new to do.
    pub wake: Arc<Notify>,
    /// Pings that something happened to, for whoever looks at their receipt: told after each commit
    /// of this process.
    pub ping_changes: broadcast::Sender<PingId>,
    /// Places for those who look.
    pub listeners: Arc<Semaphore>,
    /// Of which an address block gets its share.
    pub listener_shares: Connections,
    /// Who listens to which hub.
    pub live: Live,
    /// A turn at unpacking what somebody uploaded, a picture or a schedule: it takes much memory.
    pub unpacking: Semaphore,
    /// Told when the server stops: streams end then.
    pub stopping: Stopping,
}

/// How an instance reaches the world outside.
#[derive(Debug)]
pub struct Outside {
    /// How mail leaves.
    pub mail: Mail,
    /// Who answers for names.
    pub resolver: Resolver,
}

/// Why an instance could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] DbError),
    /// Mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// TLS for reading pages.
    #[error("pages cannot be read: {0}")]
    Fetcher(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address to listen on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl App {
    /// Opens the data and puts an instance together. `bound` is where it listens: the public
    /// address, where none is configured.
    pub fn open(config: Config, clock: Clock, bound: SocketAddr) -> Result<Self, StartError> {
        let mail = Mail::new(&config.mail, config.database.data.join("mail"), &clock)?;
        Self::with_mail(config, clock, bound, mail)
    }

    /// The same, with another way for mail to leave.
    pub fn with_mail(
        config: Config,
        clock: Clock,
        bound: SocketAddr,
        mail: Mail,
    ) -> Result<Self, StartError> {
        Self::with_outside(config, clock, bound, Outside { mail, resolver: Resolver::system() })
    }

    /// The same, with other ways to the world outside.
    pub fn with_outside(
        config: Config,
        clock: Clock,
        bound: SocketAddr,
        Outside { mail, resolver }: Outside,
    ) -> Result<Self, StartError> {
        let secrets = config.secret_key()?;
        let metrics = Arc::new(Metrics::default());
        let generations: Arc<Generations> = Arc::default();
        let told = Arc::clone(&generations);
        let wake: Arc<Notify> = Arc::default();
        let woken = Arc::clone(&wake);
        let ping_changes = broadcast::Sender::new(256);
        let tell_receipts = ping_changes.clone();
        let on_commit = move |touched: &Touched| {
            for hub in &touched.hubs {
                match hub.only_lists {
                    true => told.lists_changed(hub.id, hub.revision),
                    false => told.hub_changed(hub.id, hub.revision),
                }
            }
            if let Some(revision) = touched.instance {
                told.list_changed(revision);
            }
            for ping in &touched.pings {
                // Nobody may look at a receipt just now.
                let _nobody = tell_receipts.send(*ping);
            }
            if touched.jobs {
                woken.notify_one();
            }
        };
        let (told, tell_receipts) = (Arc::clone(&generations), ping_changes.clone());
        let on_news = move |touched: &Touched| {
            touched.hubs.iter().for_each(|hub| told.hub_seen(hub.id, hub.revision));
            if let Some(revision) = touched.instance {
                told.list_seen(revision);
            }
            for ping in &touched.pings {
                let _nobody = tell_receipts.send(*ping);
            }
        };
        let (on_commit, on_news) = (Arc::new(on_commit), Arc::new(on_news));
        let db = Db::open(&config.database, &clock, &metrics, on_commit, on_news)?;
        let base = match &config.http.address.public_url {
            Some(url) => url.clone(),
            None => default_url(bound)?,
        };
        let addresses = Addresses::new(base);
        let fetcher = fetcher(&config, &addresses, bound, &clock, resolver)?;
        Ok(Self {
            mail,
            limits: Limits::new(config.http.rate_limits, &clock),
            backoff: SignInBackoff::new(config.http.rate_limits, &clock),
            metrics,
            hasher: Hasher::default(),
            secrets,
            addresses,
            own_names: OwnNames::default(),
            pages: Cache::new(MAX_PAGES, &generations),
            feeds: OnceLock::new(),
            inside: OnceLock::new(),
            taking_home: TakingHome::default(),
            gates: Cache::new(4 * 1024 * 1024, &generations),
            keys: Cache::new(8 * 1024 * 1024, &generations),
            rules: Cache::new(8 * 1024 * 1024, &generations),
            rule_hits: RuleHits::default(),
            mail_wanted: Cache::new(1024 * 1024, &generations),
            generations,
            proofs: Proofs::default(),
            queue_depths: QueueDepths::default(),
            background: Background::default(),
            fetcher,
            backlog: Backlog::default(),
            wake,
            ping_changes,
            listeners: Arc::new(Semaphore::new(MAX_LISTENERS)),
            listener_shares: Connections::of(
                config.http.rate_limits,
                MAX_LISTENERS / 2,
                MAX_LISTENERS / 50,
            ),
            live: Live::new(config.http.rate_limits),
            unpacking: Semaphore::new(1),
            stopping: Stopping::default(),
            config,
            clock,
            db,
        })
    }

    /// The code that proves whose page this is, by standing in it: sixteen letters and digits. It is
    /// another one for each browser, so that it proves nothing for those who look on.
    pub fn proof_of_page(&self, category: CategoryId, url: &str, browser: &str) -> String {
        let category = category.0.to_be_bytes();
        let parts = [category.as_slice(), url.as_bytes(), browser.as_bytes()];
        proof(&self.secrets.sign("page", &parts))
    }

    /// The same for whoever says what is to become of a post in all of a hub, by the post's identity.
    pub fn proof_of_writer(&self, hub: HubId, identity: &[u8], browser: &str) -> String {
        let hub = hub.0.to_be_bytes();
        let parts = [hub.as_slice(), identity, browser.as_bytes()];
        proof(&self.secrets.sign("writer", &parts))
    }

    /// Where posts may be: on the internet.
    pub const fn hosts(&self) -> Hosts {
        if self.config.unsafe_dial_loopback { Hosts::AlsoLoopback } else { Hosts::Public }
    }

    /// Sends a mail after the answer: a request never waits for somebody else's server.
    pub fn send_mail<M: Message + Send + Sync + 'static>(self: &Arc<Self>, to: String, message: M) {
        let app = Arc::clone(self);
        self.background.spawn(async move {
            match app.mail.send(&to, &message).await {
                Ok(()) => app.metrics.mail("sent"),
                Err(error) => {
                    app.metrics.mail("failed");
                    tracing::error!(%error, "a mail was not sent");
                }
            }
        });
    }
}

/// A code that stands in a page.
fn proof(hash: &[u8; 32]) -> String {
    format!("backchannel-{}", crate::model::id::encode(&hash[..10]))
}

/// The fetcher of strangers' pages. Its limits are off with the others, for load tests.
fn fetcher(
    config: &Config,
    addresses: &Addresses,
    bound: SocketAddr,
    clock: &Clock,
    resolver: Resolver,
) -> Result<Fetcher, StartError> {
    let mut own = fetch::Own::new(addresses.base(), bound);
    // A proxy with a public address is a content network's, and stands before other people's
    // blogs as well.
    let is_inside = |net: &ipnet::IpNet| match net.addr() {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local(),
    };
    if !config.http.trusted_proxies.iter().all(is_inside) {
        own = own.behind_shared_addresses();
    }
    let mut setup = fetch::Setup { resolver, ..fetch::Setup::public(own) };
    if config.unsafe_dial_loopback {
        setup.dial = fetch::Dial::UnsafeLoopback;
    }
    if config.http.rate_limits == RateLimits::Off {
        setup.limits = setup.limits.without_budgets();
    }
    let about = addresses.path("/help#fetching");
    let about = Url::parse(&about).unwrap_or_else(|_| addresses.base().clone());
    Fetcher::new(setup, about, clock).map_err(|error| StartError::Fetcher(Box::new(error)))
}

fn default_url(bound: SocketAddr) -> Result<Url, StartError> {
    Url::parse(&format!("http://{bound}/")).map_err(|error| StartError::Listen {
        address: bound,
        source: std::io::Error::other(error),
    })
}
