//! Rate limits: how often one address block may do what.
//!
//! Keys are address blocks (IPv4 /32, IPv6 /64, and the /48 of those who walk through many:
//! `security.md` T35), alone or with a category, so
//! that nobody spends anybody else's allowance. Memory is swept by [`Limits::sweep`].

mod connections;
mod walkers;

pub use connections::{Connections, MAX_CONNECTIONS, Place};

use walkers::Walkers;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::config::RateLimits;
use crate::model::id::{AccountId, CategoryId, HubId, KeyId};

/// An address block: what one subscriber has, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressBlock([u8; 16]);

impl AddressBlock {
    /// The block of an address: an IPv4 address itself, an IPv6 address' /64.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(v4.to_ipv6_mapped().octets()),
            IpAddr::V6(v6) => {
                let mut block = v6.octets();
                block[8..].fill(0);
                Self(block)
            }
        }
    }

    /// The block's first address; of no use for blocks that stand for something else.
    pub fn address(&self) -> IpAddr {
        IpAddr::from(self.0).to_canonical()
    }

    /// A block that stands for a registrable domain, for limits that are kept by domain.
    pub fn of_domain(domain: &str) -> Self {
        let mut block = [0; 16];
        block.copy_from_slice(&Sha256::digest(domain.as_bytes())[..16]);
        Self(block)
    }

    /// A block that stands for everybody, for limits of the whole.
    pub const EVERYBODY: Self = Self([0xff; 16]);

    /// The block's bytes, for keyed hashes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Pings of a stranger to a category: one in 15 s after five at once, 30 an hour, 100 a day.
    StrangerPing(CategoryId),
    /// Pings of a stranger to a hub: 60 an hour, 20 at once.
    StrangerHub(HubId),
    /// Pings with the right passphrase: 600 an hour, 60 at once. A conference hall shares one
    /// address.
    ProvedPing(CategoryId),
    /// Tries of a category's passphrase that was not seen right before: 20 an hour.
    TryPassphrase(CategoryId),
    /// Sign-ins: ten at once, then one in 6 s.
    SignIn,
    /// Sign-ups: 5 an hour.
    SignUp,
    /// Links for forgotten passwords: 5 an hour.
    ResetMail,
    /// "Did my post arrive?", searches, and other pages and feeds that are rendered for each who
    /// asks: 60 a minute.
    Search,
    /// Blogs that announce posts: 60 an hour, 10 at once.
    Announce,
    /// Pages that are read while somebody waits, to fill in a form: 60 an hour, 6 at once: a hall shares one address.
    Preview,
    /// Tries of a reading password: 20 an hour.
    ReadingPassword(HubId),
    /// Pings with one ping key, so many an hour. Counted for the key alone: its holders are few.
    KeyPing(KeyId, u32),
    /// Invitations into a hub: 20 an hour.
    Invite(HubId),
    /// Invitations that one account sends by mail: 40 a day.
    InviteMail(AccountId),
    /// Reports about listed posts: 10 an hour, 5 at once.
    Report,
    /// Posts of strangers listed at once in a hub from one registrable domain: 120 an hour. More
    /// wait: an address proves nothing about its sender, so they are not refused.
    ListedDomain(HubId),
    /// Posts of strangers listed at once in a category: 300 an hour. More wait.
    ListedStrangers(CategoryId),
    /// Posts that a rule or a bar set aside in a category: 300 an hour. More are not stored.
    SetAside(CategoryId),
    /// Refusals that are remembered in a category: 600 an hour. More are answered and forgotten: a
    /// flood that is refused must neither fill the disk nor keep the writer busy.
    Refusal(CategoryId),
    /// Requests for a feed to be pushed: 120 an hour, 30 at once: a reader that many people use
    /// subscribes to one feed after the other.
    Subscribe,
}

impl Limit {
    /// The fixed word for metrics and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StrangerPing(_) => "stranger-ping",
            Self::StrangerHub(_) => "stranger-hub",
            Self::ProvedPing(_) => "proved-ping",
            Self::TryPassphrase(_) => "try-passphrase",
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::ResetMail => "reset-mail",
            Self::Search => "search",
            Self::Announce => "announce",
            Self::Preview => "preview",
            Self::ReadingPassword(_) => "reading-password",
            Self::KeyPing(..) => "key-ping",
            Self::Invite(_) => "invite",
            Self::InviteMail(_) => "invite-mail",
            Self::Report => "report",
            Self::ListedDomain(_) => "listed-domain",
            Self::ListedStrangers(_) => "listed-strangers",
            Self::SetAside(_) => "set-aside",
            Self::Refusal(_) => "refusal",
            Self::Subscribe => "subscribe",
        }
    }
}

impl Limit {
    /// How long one takes to come back, and how many there are at once, of what instances on one
    /// database count together: whoever guesses must not have more by asking each of them. The others
    /// hold for each instance by itself.
    pub fn shared_allowance(self) -> Option<(Duration, u32)> {
        match self {
            Self::SignIn => Some((MINUTE / SIGN_INS, SIGN_INS)),
            Self::TryPassphrase(_) | Self::ReadingPassword(_) => Some((HOUR / TRIES, TRIES)),
            _ => None,
        }
    }

    /// What of its kind it is about, where instances count it together.
    pub const fn subject(self) -> i64 {
        match self {
            Self::TryPassphrase(category) => category.0,
            Self::ReadingPassword(hub) => hub.0,
            _ => 0,
        }
    }
}

/// Too often: try again after this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// Which limit was reached.
    pub limit: Limit,
    /// How long until it would be let through.
    pub retry_after: Duration,
}

type Key = (AddressBlock, i64);
type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, Clock, NoOpMiddleware<Nanos>>;

/// The allowances of this process.
pub struct Limits {
    on: bool,
    clock: Clock,
    stranger_ping: [Keyed<Key>; 3],
    stranger_hub: Keyed<Key>,
    proved_ping: Keyed<Key>,
    try_passphrase: Keyed<Key>,
    sign_in: Keyed<Key>,
    sign_up: Keyed<Key>,
    reset_mail: Keyed<Key>,
    reset_mail_to: Keyed<[u8; 32]>,
    mail_of_day: Keyed<[u8; 32]>,
    search: Keyed<Key>,
    announce: Keyed<Key>,
    preview: Keyed<Key>,
    reading_password: Keyed<Key>,
    key_ping: Keyed<Key>,
    invite: Keyed<Key>,
    invite_mail: Keyed<Key>,
    report: Keyed<Key>,
    listed_domain: Keyed<Key>,
    listed_strangers: Keyed<Key>,
    set_aside: Keyed<Key>,
    refusal: Keyed<Key>,
    subscribe: Keyed<Key>,
    walkers: Walkers,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
/// Sign-ins in a minute.
const SIGN_INS: u32 = 10;
/// Tries of a passphrase or a reading password in an hour.
const TRIES: u32 = 20;
/// The most pings a key may have in an hour.
pub const MAX_HOURLY: u32 = 600;
/// What a ping with a key of the largest quota costs: much, so that quotas between come out right.
const KEY_UNIT: u32 = 1_000;
const DAY: Duration = Duration::from_secs(86_400);

/// `count` in each `period`, `burst` of them at once.
fn quota(count: u32, period: Duration, burst: u32) -> Quota {
    Quota::with_period(period / count.max(1))
        .unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN))
        .allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

impl Limits {
    /// The limits of `security.md`, measured by `clock`.
    pub fn new(config: RateLimits, clock: &Clock) -> Self {
        fn keyed<K: std::hash::Hash + Eq + Clone>(quota: Quota, clock: &Clock) -> Keyed<K> {
            RateLimiter::new(quota, DashMapStateStore::default(), clock.clone())
        }
        Self {
            on: config == RateLimits::On,
            stranger_ping: [
                keyed(quota(4, MINUTE, 5), clock),
                keyed(quota(30, HOUR, 30), clock),
                keyed(quota(100, DAY, 100), clock),
            ],
            stranger_hub: keyed(quota(60, HOUR, 20), clock),
            proved_ping: keyed(quota(600, HOUR, 60), clock),
            try_passphrase: keyed(quota(TRIES, HOUR, TRIES), clock),
            sign_in: keyed(quota(SIGN_INS, MINUTE, SIGN_INS), clock),
            sign_up: keyed(quota(5, HOUR, 5), clock),
            reset_mail: keyed(quota(5, HOUR, 5), clock),
            reset_mail_to: keyed(quota(4, HOUR, 1), clock),
            mail_of_day: keyed(quota(20, DAY, 20), clock),
            search: keyed(quota(60, MINUTE, 60), clock),
            announce: keyed(quota(60, HOUR, 10), clock),
            preview: keyed(quota(60, HOUR, 6), clock),
            reading_password: keyed(quota(TRIES, HOUR, TRIES), clock),
            key_ping: keyed(quota(MAX_HOURLY * KEY_UNIT, HOUR, MAX_HOURLY * KEY_UNIT), clock),
            invite: keyed(quota(20, HOUR, 20), clock),
            invite_mail: keyed(quota(40, DAY, 40), clock),
            report: keyed(quota(10, HOUR, 5), clock),
            listed_domain: keyed(quota(120, HOUR, 120), clock),
            listed_strangers: keyed(quota(300, HOUR, 300), clock),
            set_aside: keyed(quota(300, HOUR, 300), clock),
            refusal: keyed(quota(600, HOUR, 600), clock),
            subscribe: keyed(quota(120, HOUR, 30), clock),
            walkers: Walkers::default(),
            clock: clock.clone(),
        }
    }

    /// Takes one of `block`'s allowance for `limit`.
    pub fn take(&self, limit: Limit, block: AddressBlock) -> Result<(), TooOften> {
        if !self.on {
            return Ok(());
        }
        let block = match limit {
            Limit::StrangerPing(_) | Limit::StrangerHub(_) | Limit::TryPassphrase(_) => {
                self.walkers.key_of(block, self.clock.monotonic())
            }
            _ => block,
        };
        let taken = match limit {
            Limit::StrangerPing(category) => self
                .stranger_ping
                .iter()
                .try_for_each(|limiter| self.check(limiter, &(block, category.0))),
            Limit::StrangerHub(hub) => self.check(&self.stranger_hub, &(block, hub.0)),
            Limit::ProvedPing(category) => self.check(&self.proved_ping, &(block, category.0)),
            Limit::TryPassphrase(category) => {
                self.check(&self.try_passphrase, &(block, category.0))
            }
            Limit::SignIn => self.check(&self.sign_in, &(block, 0)),
            Limit::SignUp => self.check(&self.sign_up, &(block, 0)),
            Limit::ResetMail => self.check(&self.reset_mail, &(block, 0)),
            Limit::Search => self.check(&self.search, &(block, 0)),
            Limit::Announce => self.check(&self.announce, &(block, 0)),
            Limit::Preview => self.check(&self.preview, &(block, 0)),
            Limit::ReadingPassword(hub) => self.check(&self.reading_password, &(block, hub.0)),
            Limit::KeyPing(key, hourly) => self.take_key_ping(key, hourly),
            Limit::Invite(hub) => self.check(&self.invite, &(block, hub.0)),
            Limit::InviteMail(account) => self.check(&self.invite_mail, &(block, account.0)),
            Limit::Report => self.check(&self.report, &(block, 0)),
            Limit::ListedDomain(hub) => self.check(&self.listed_domain, &(block, hub.0)),
            Limit::ListedStrangers(category) => {
                self.check(&self.listed_strangers, &(block, category.0))
            }
            Limit::SetAside(category) => self.check(&self.set_aside, &(block, category.0)),
            Limit::Refusal(category) => self.check(&self.refusal, &(block, category.0)),
            Limit::Subscribe => self.check(&self.subscribe, &(block, 0)),
        };
        taken.map_err(|retry_after| TooOften { limit, retry_after })
    }

    /// Whether one more mail may go to an address: one in 15 minutes of its kind, and 20 in a day
    /// of all (`security.md` T33).
    pub fn take_mail_to(&self, of_kind: [u8; 32], of_day: [u8; 32]) -> bool {
        !self.on
            || self.check(&self.reset_mail_to, &of_kind).is_ok()
                && self.check(&self.mail_of_day, &of_day).is_ok()
    }

    /// Keys have quotas of their own, and a limiter has one for all: a ping with a key of half the
    /// largest quota costs twice as much of it.
    fn take_key_ping(&self, key: KeyId, hourly: u32) -> Result<(), Duration> {
        let hourly = hourly.clamp(1, MAX_HOURLY);
        let cost = NonZeroU32::new(MAX_HOURLY * KEY_UNIT / hourly).unwrap_or(NonZeroU32::MIN);
        let key = (AddressBlock::EVERYBODY, key.0);
        match self.key_ping.check_key_n(&key, cost) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => Err(not_until.wait_time_from(self.clock.monotonic().into())),
            // Never: a cost is at most the whole allowance.
            Err(_insufficient) => Err(HOUR),
        }
    }

    fn check<K: std::hash::Hash + Eq + Clone>(
        &self,
        limiter: &Keyed<K>,
        key: &K,
    ) -> Result<(), Duration> {
        limiter
            .check_key(key)
            .map_err(|not_until| not_until.wait_time_from(self.clock.monotonic().into()))
    }

    /// Forgets keys whose allowance is full again. To be called every minute.
    pub fn sweep(&self) {
        let by_address = self.stranger_ping.iter().chain([
            &self.stranger_hub,
            &self.proved_ping,
            &self.try_passphrase,
            &self.sign_in,
            &self.sign_up,
            &self.reset_mail,
            &self.search,
            &self.announce,
            &self.preview,
            &self.reading_password,
            &self.key_ping,
            &self.invite,
            &self.invite_mail,
            &self.report,
            &self.listed_domain,
            &self.listed_strangers,
            &self.set_aside,
            &self.refusal,
            &self.subscribe,
        ]);
        for limiter in by_address {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        self.walkers.sweep(self.clock.monotonic());
        self.reset_mail_to.retain_recent();
        self.reset_mail_to.shrink_to_fit();
        self.mail_of_day.retain_recent();
        self.mail_of_day.shrink_to_fit();
    }
}

/// How long wrong passwords are remembered after the last of them.
pub const FAILURES_LAST: Duration = DAY;

/// How long is still to be waited after so many wrong passwords, the last so long ago.
pub fn delay_after(failures: u32, ago: Duration) -> Option<Duration> {
    let steps = failures.checked_sub(FREE_FAILURES)?;
    let delay = Duration::from_secs(1_u64 << steps.min(20)).min(LONGEST_DELAY);
    let left = delay.saturating_sub(ago);
    (!left.is_zero()).then_some(left)
}

/// Delays after wrong passwords, for each account and, apart from strangers, each device that
/// signed in before (`security.md` T24): after five, 1, 2, 4 … 900 seconds.
pub struct SignInBackoff {
    on: bool,
    clock: Clock,
    failures: moka::sync::Cache<[u8; 32], Failures>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Duration,
}

/// Wrong passwords without a delay.
const FREE_FAILURES: u32 = 5;
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_secs(900);

impl std::fmt::Debug for SignInBackoff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInBackoff").finish_non_exhaustive()
    }
}

impl SignInBackoff {
    /// No failures yet.
    pub fn new(config: RateLimits, clock: &Clock) -> Self {
        Self {
            on: config == RateLimits::On,
            clock: clock.clone(),
            failures: moka::sync::Cache::new(100_000),
        }
    }

    /// How long this key still has to wait, if at all.
    pub fn delay(&self, key: &[u8; 32]) -> Option<Duration> {
        let failures = self.failures.get(key)?;
        let over = self.clock.monotonic().saturating_sub(failures.last);
        delay_after(failures.count, over).filter(|_| self.on)
    }

    /// One more wrong password. A day without any forgets them.
    pub fn failed(&self, key: [u8; 32]) {
        let now = self.clock.monotonic();
        let before = self.failures.get(&key).filter(|f| now.saturating_sub(f.last) < FAILURES_LAST);
        let count = before.map_or(0, |failures| failures.count).saturating_add(1);
        self.failures.insert(key, Failures { count, last: now });
    }

    /// The right password.
    pub fn succeeded(&self, key: &[u8; 32]) {
        self.failures.invalidate(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn limits() -> (Limits, Clock) {
        let clock = Clock::fixed(Timestamp::from_micros(1_000_000_000_000_000));
        (Limits::new(RateLimits::On, &clock), clock)
    }

    fn block(text: &str) -> AddressBlock {
        AddressBlock::of(text.parse().unwrap())
    }

    #[test]
    fn a_stranger_has_five_at_once_and_then_one_in_fifteen_seconds() {
        let (limits, clock) = limits();
        let limit = Limit::StrangerPing(CategoryId(1));
        for _ in 0..5 {
            limits.take(limit, block("192.0.2.1")).unwrap();
        }
        let refused = limits.take(limit, block("192.0.2.1")).unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_secs(15));
        limits.take(limit, block("192.0.2.2")).expect("another address has its own");
        limits.take(Limit::StrangerPing(CategoryId(2)), block("192.0.2.1")).expect("elsewhere");
        clock.advance(Duration::from_secs(15));
        limits.take(limit, block("192.0.2.1")).unwrap();
    }

    #[test]
    fn a_stranger_has_thirty_an_hour() {
        let (limits, clock) = limits();
        let limit = Limit::StrangerPing(CategoryId(1));
        let mut let_through = 0;
        for _ in 0..(3_600 / 15) {
            let_through += u32::from(limits.take(limit, block("192.0.2.1")).is_ok());
            clock.advance(Duration::from_secs(15));
        }
        assert!((50..=60).contains(&let_through), "30 at once and 30 more: {let_through}");
    }

    #[test]
    fn ten_thousand_addresses_of_one_subscriber_are_one_key() {
        let (limits, _clock) = limits();
        let mut let_through = 0;
        for i in 0..10_000 {
            let address = format!("2001:db8:1:2::{i:x}");
            let_through += u32::from(
                limits.take(Limit::TryPassphrase(CategoryId(1)), block(&address)).is_ok(),
            );
        }
        assert_eq!(let_through, 20);
        limits
            .take(Limit::TryPassphrase(CategoryId(1)), block("2001:db8:1:3::1"))
            .expect("the neighbour");
        assert_eq!(block("::ffff:192.0.2.1"), block("192.0.2.1"), "IPv4 in IPv6 clothes");
    }

    #[test]
    fn sweeping_forgets_who_has_its_allowance_back() {
        let (limits, clock) = limits();
        for i in 0..100 {
            let _let_through = limits.take(Limit::SignIn, block(&format!("192.0.2.{i}")));
        }
        assert_eq!(limits.sign_in.len(), 100);
        clock.advance(Duration::from_secs(3_600));
        limits.sweep();
        assert_eq!(limits.sign_in.len(), 0);
    }

    #[test]
    fn off_means_off() {
        let clock = Clock::fixed(Timestamp::from_micros(0));
        let limits = Limits::new(RateLimits::Off, &clock);
        for _ in 0..1_000 {
            limits.take(Limit::SignUp, block("192.0.2.1")).unwrap();
        }
    }

    #[test]
    fn wrong_passwords_cost_more_and_more_time_and_the_right_one_clears_them() {
        let clock = Clock::fixed(Timestamp::from_micros(0));
        let backoff = SignInBackoff::new(RateLimits::On, &clock);
        let key = [1; 32];
        for _ in 0..5 {
            assert_eq!(backoff.delay(&key), None);
            backoff.failed(key);
        }
        assert_eq!(backoff.delay(&key), Some(Duration::from_secs(1)));
        let mut guesses = 0;
        for _second in 0..3_600 {
            if backoff.delay(&key).is_none() {
                guesses += 1;
                backoff.failed(key);
            }
            clock.advance(Duration::from_secs(1));
        }
        assert!((10..=20).contains(&guesses), "{guesses} guesses in an hour");
        assert_eq!(backoff.delay(&[2; 32]), None, "other accounts wait for nothing");
        backoff.succeeded(&key);
        assert_eq!(backoff.delay(&key), None);
    }
}
