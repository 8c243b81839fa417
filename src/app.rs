//! What a running instance is made of: handed down, never global.

mod background;
mod gate;
mod queue_depths;
mod receipts;

pub use background::Background;
pub use gate::{Gate, Proofs};
pub use queue_depths::QueueDepths;
pub use receipts::{Receipt, ReceiptKind};

use std::net::SocketAddr;
use std::sync::Arc;

use url::Url;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::db::{Db, DbError, Touched};
use crate::limits::{Limits, SignInBackoff};
use crate::mail::{Mail, MailError, Message};
use crate::metrics::Metrics;
use crate::model::addresses::Addresses;
use crate::pages_cache::{Cache, Generations, MAX_PAGES, Rendered};
use crate::secret::{Hasher, SecretKey};

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
    /// When what changed, in this process.
    pub generations: Arc<Generations>,
    /// Rendered pages.
    pub pages: Cache<Arc<Rendered>>,
    /// Categories as pings meet them.
    pub gates: Cache<Arc<Gate>>,
    /// Passphrases that were right.
    pub proofs: Proofs,
    /// How many pings wait in each category, about.
    pub queue_depths: QueueDepths,
    /// Work that outlives its request.
    pub background: Background,
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
        let secrets = config.secret_key()?;
        let metrics = Arc::new(Metrics::default());
        let generations: Arc<Generations> = Arc::default();
        let told = Arc::clone(&generations);
        let on_commit = move |touched: &Touched| {
            touched.hubs.iter().for_each(|(hub, revision)| told.hub_changed(*hub, *revision));
            if let Some(revision) = touched.instance {
                told.list_changed(revision);
            }
        };
        let db = Db::open(&config.database, &clock, &metrics, Arc::new(on_commit))?;
        let base = match &config.http.address.public_url {
            Some(url) => url.clone(),
            None => default_url(bound)?,
        };
        Ok(Self {
            mail,
            limits: Limits::new(config.http.rate_limits, &clock),
            backoff: SignInBackoff::new(config.http.rate_limits, &clock),
            metrics,
            hasher: Hasher::default(),
            secrets,
            addresses: Addresses::new(base),
            pages: Cache::new(MAX_PAGES, &generations),
            gates: Cache::new(4 * 1024 * 1024, &generations),
            generations,
            proofs: Proofs::default(),
            queue_depths: QueueDepths::default(),
            background: Background::default(),
            config,
            clock,
            db,
        })
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

fn default_url(bound: SocketAddr) -> Result<Url, StartError> {
    Url::parse(&format!("http://{bound}/")).map_err(|error| StartError::Listen {
        address: bound,
        source: std::io::Error::other(error),
    })
}
