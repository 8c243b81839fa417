//! The only place that dials out.
//!
//! Strangers name the addresses that [`Fetcher::get`] reads, so none of them may turn it against
//! anybody: the inside of this network, the hub itself, or other people's servers
//! (`security.md` T1 to T4, T6, T7). For each hop of at most four, in this order:
//!
//! 1. the address is judged by what it says: scheme, port, name (`address`);
//! 2. the destination's allowance is asked for (`budget`); a fetch never waits for it;
//! 3. the name is resolved once (`resolver`), and every answer judged (`address`, [`Own`]): one
//!    that will not do refuses them all, so that a name cannot mix its answers;
//! 4. a judged answer is dialled (`dial`), with the name for `Host` and certificate. The name is
//!    not asked for again, so that a second answer cannot differ from the first;
//! 5. one request is sent and one answer read, within [`Limits`] (`exchange`).
//!
//! Nothing is carried from hop to hop: no cookies, no credentials, no referrer.
//!
//! [`Fetcher::post`] sends a form by the same steps, but follows nothing; so do
//! [`Fetcher::ask_callback`] and [`Fetcher::push`], for those who subscribed to a feed. [`post_form`] and
//! [`Fetcher::for_user`] are the command line's TrackBack client, for addresses that its user typed.

pub mod address;
mod budget;
mod dial;
mod error;
mod exchange;
mod headers;
mod limits;
mod own;
mod post;
mod request;
mod resolver;
mod send;
#[cfg(test)]
mod tests;
mod txt;

pub use address::Refusal;
pub use budget::TooBusy;
pub use dial::Dial;
pub use error::{FetchError, Phase, UNREADABLE, answered, nothing_came};
pub use headers::Headers;
pub use limits::Limits;
pub use own::Own;
pub use post::{Answer, post_form};
pub use request::{Accept, Get};
pub use resolver::{Resolver, Script};
pub use send::{Post, Posted, Push};

use std::collections::HashSet;
use std::sync::Arc;

use hyper::header::HeaderValue;
use tokio::time::timeout;
use url::Url;

use crate::clock::Clock;
use crate::model::id::PublicId;
use budget::{Budgets, Destination};
use dial::Dialer;
use exchange::Exchange;

/// What a [`Fetcher`] is made of.
#[derive(Debug)]
pub struct Setup {
    /// Which addresses it may dial.
    pub dial: Dial,
    /// What is the hub's own, and so not dialled either.
    pub own: Own,
    /// Who answers for names.
    pub resolver: Resolver,
    /// How long, how much, how often.
    pub limits: Limits,
}

impl Setup {
    /// For strangers' addresses: public ones only, by the machine's resolver, at the limits of
    /// `security.md`.
    pub fn public(own: Own) -> Self {
        let resolver = Resolver::system();
        Self { dial: Dial::PublicOnly, own, resolver, limits: Limits::default() }
    }
}

/// Reads pages and feeds that strangers name. Made once; clones share its budgets.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    dialer: Dialer,
    budgets: Budgets,
    /// The allowances of asking callbacks: whoever floods us with subscriptions holds no ping up.
    asks: Budgets,
    /// The allowances of what is sent to those who asked for it.
    pushes: Budgets,
    /// Where stands who reads; none for the command line's own user.
    about: Option<Url>,
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetcher").field("dial", &self.0.dialer.setup.dial).finish_non_exhaustive()
    }
}

/// What the last server of the chain answered.
#[derive(Debug)]
pub struct Fetched {
    /// The status: 304 and 410 are answers too. Not one of the redirects that are followed.
    pub status: u16,
    /// The address that answered: the one asked for, or where it led. Without fragment.
    pub url: Url,
    /// There were redirects, and all of them were for good (301, 308): [`Fetched::url`] is the
    /// address to ask from now on.
    pub redirected_permanently: bool,
    /// What the answer says of itself.
    pub headers: Headers,
    /// The body, up to [`Limits::body`] or [`Limits::schedule`]; empty unless the status is 2xx.
    pub body: Vec<u8>,
    /// There was more, which was not read.
    pub cut: bool,
}

impl Fetcher {
    /// A fetcher with full budgets, measured by `clock`. At `about` stands, for the owners of read
    /// servers, who reads there and how to stop it.
    ///
    /// # Errors
    /// The TLS library has no cipher that it could use: this build is broken.
    pub fn new(setup: Setup, about: Url, clock: &Clock) -> Result<Self, rustls::Error> {
        if setup.dial == Dial::UnsafeLoopback {
            tracing::warn!(
                "strangers' addresses may lead to THIS MACHINE (UnsafeLoopback): for tests and \
                 demonstrations only"
            );
        }
        let budgets = Budgets::new(&setup.limits, clock);
        let asks = Budgets::new(&setup.limits, clock);
        let pushes = Budgets::new(&setup.limits.for_subscribers(), clock);
        let dialer = Dialer::new(setup, clock)?;
        Ok(Self(Arc::new(Inner { dialer, budgets, asks, pushes, about: Some(about) })))
    }

    /// A fetcher for the command line: it reads what its own user typed, wherever that is.
    ///
    /// # Errors
    /// As of [`Fetcher::new`].
    pub fn for_user(clock: &Clock) -> Result<Self, rustls::Error> {
        let resolver = Resolver::system();
        let limits = Limits::default();
        let setup = Setup { dial: Dial::Anywhere, own: Own::nobody(), resolver, limits };
        let budgets = Budgets::new(&setup.limits, clock);
        let asks = Budgets::new(&setup.limits, clock);
        let pushes = Budgets::new(&setup.limits.for_subscribers(), clock);
        let dialer = Dialer::new(setup, clock)?;
        Ok(Self(Arc::new(Inner { dialer, budgets, asks, pushes, about: None })))
    }

    /// Reads an address, following at most [`Limits::redirects`] redirects.
    ///
    /// # Errors
    /// One of [`FetchError`]; what a stranger may hear of it is [`FetchError::outward`].
    pub async fn get(&self, request: &Get<'_>) -> Result<Fetched, FetchError> {
        timeout(self.limits().total, self.follow(request))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::Total))?
    }

    /// The text records of a name of the public DNS: none where there is no such name.
    ///
    /// # Errors
    /// Nobody answered for it.
    pub async fn texts(&self, name: &str) -> std::io::Result<Vec<String>> {
        self.0.dialer.setup.resolver.texts(name).await
    }

    /// These are the names of hubs from now on: they are refused as this site's own is.
    pub fn set_own_names(&self, names: HashSet<String>) {
        self.0.dialer.setup.own.set_names(names);
    }

    async fn follow(&self, request: &Get<'_>) -> Result<Fetched, FetchError> {
        let mut visit = self.0.budgets.visit();
        let mut url = address::checked(request.url, self.0.dialer.setup.dial)?;
        let mut redirects = 0;
        let mut all_for_good = true;
        loop {
            self.0.dialer.check_name(&url)?;
            visit.go_to(Destination::of(&url))?;
            let exchange = self.ask(&url, request).await?;
            let Some((location, for_good)) = headers::redirect(exchange.head()) else {
                let redirected_permanently = redirects > 0 && all_for_good;
                return self
                    .read(exchange, url, request.accept)
                    .await
                    .map(|fetched| Fetched { redirected_permanently, ..fetched });
            };
            if redirects == self.limits().redirects {
                return Err(FetchError::TooManyRedirects);
            }
            url = address::redirected(&url, location, self.0.dialer.setup.dial)?;
            redirects += 1;
            all_for_good &= for_good;
        }
    }

    /// Dials, asks, and waits for the answer's head.
    async fn ask(&self, url: &Url, request: &Get<'_>) -> Result<Exchange, FetchError> {
        let http = request::get(url, request, self.user_agent(request.ping))?;
        let stream = self.0.dialer.open(url).await?;
        let limits = self.limits();
        timeout(limits.first_byte, Exchange::start(stream, http, limits.head))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::FirstByte))?
            .map_err(FetchError::Broken)
    }

    async fn read(
        &self,
        exchange: Exchange,
        url: Url,
        accept: Accept,
    ) -> Result<Fetched, FetchError> {
        let status = exchange.head().status;
        let headers = Headers::of(exchange.head(), self.0.dialer.clock.now());
        let (body, cut) = if status.is_success() {
            // Before a byte of it is read: what is refused costs nobody anything.
            headers::check_readable(exchange.head(), accept)?;
            let most = match accept {
                Accept::Pages | Accept::Feeds => self.limits().body,
                Accept::Schedules => self.limits().schedule,
            };
            exchange.body(most).await.map_err(FetchError::Broken)?
        } else {
            (Vec::new(), false)
        };
        let status = status.as_u16();
        Ok(Fetched { status, url, redirected_permanently: false, headers, body, cut })
    }

    fn limits(&self) -> &Limits {
        &self.0.dialer.setup.limits
    }

    /// `Backchannel/0.1.0 (+https://hub.example/help/fetching; ping abc…)`: who reads, where to
    /// complain, and about what, without the address of whoever sent the ping.
    fn user_agent(&self, ping: Option<PublicId>) -> HeaderValue {
        let ping = ping.map(|id| format!("; ping {id}")).unwrap_or_default();
        let Some(about) = &self.0.about else {
            return HeaderValue::from_static(request::PRODUCT);
        };
        HeaderValue::try_from(format!("{} (+{about}{ping})", request::PRODUCT))
            .unwrap_or_else(|_unprintable| HeaderValue::from_static(request::PRODUCT))
    }
}
