//! How long, how much, how often.

use std::time::Duration;

/// How long a fetch may take, how much it may read, and how often a place may be visited.
///
/// The defaults are `security.md`'s ("Fetch" and T6). Others: WordPress 10 s, no redirects,
/// 150 KB; Mastodon 30 s, 3 redirects, 1 MB; Discourse 20 s, 5 redirects; Vaultwarden 10 s, 5.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a name may take to resolve: 2 s.
    pub dns: Duration,
    /// How long connecting may take, with TLS: 3 s.
    pub connect: Duration,
    /// How long until the answer's head is there, to its last byte, so that a server that sends
    /// one byte a second does not get more time than a silent one: 5 s.
    pub first_byte: Duration,
    /// How long everything may take, with all redirects: 10 s.
    pub total: Duration,
    /// How many redirects are followed: 3.
    pub redirects: usize,
    /// The largest head of an answer, in bytes: 16 KiB. Less than 8 KiB counts as 8 KiB.
    pub head: usize,
    /// How much of a body is read, in bytes: 512 KiB.
    pub body: usize,
    /// How much of an event's schedule, for which its organizer waits: 5 MiB, and a byte that says that there is more.
    pub schedule: usize,
    /// Requests to one registrable domain in any hour: 60.
    pub domain_hour: usize,
    /// The time from one visit of a domain to the next: 2 s.
    pub domain_gap: Duration,
    /// Requests to everybody in any hour: 600. Of those that a hub is the cause of, a third: one
    /// hub's subscribers leave the others theirs.
    pub hour: usize,
    /// Fetches at the same time: 8. (To one domain: 1.)
    pub in_flight: usize,
    /// Whether visits are counted at all. Without it only [`Limits::in_flight`] holds.
    pub counts_visits: bool,
}

impl Limits {
    /// The same for those who asked to be sent something, and proved it: 600 an hour to one
    /// domain, a second apart, 6,000 to everybody.
    #[must_use]
    pub fn for_subscribers(&self) -> Self {
        let domain_gap = Duration::from_secs(1);
        Self { domain_hour: 600, domain_gap, hour: 6_000, ..self.clone() }
    }

    /// How many requests in any hour one hub may be the cause of.
    pub(super) const fn hub_hour(&self) -> usize {
        self.hour / 3
    }

    /// The same without how often: for load tests.
    #[must_use]
    pub const fn without_budgets(self) -> Self {
        Self { counts_visits: false, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            dns: Duration::from_secs(2),
            connect: Duration::from_secs(3),
            first_byte: Duration::from_secs(5),
            total: Duration::from_secs(10),
            redirects: 3,
            head: 16 * 1024,
            body: 512 * 1024,
            schedule: 5 * 1024 * 1024 + 1,
            domain_hour: 60,
            domain_gap: Duration::from_secs(2),
            hour: 600,
            in_flight: 8,
            counts_visits: true,
        }
    }
}
