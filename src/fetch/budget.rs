//! How often anybody is visited, so that nobody is flooded through us (`security.md` T6).
//!
//! One list holds the last hour's requests. It is never longer than [`Limits::hour`], so that it
//! needs no sweeping and nobody can grow it, and it counts any hour exactly: a token bucket would
//! let its burst and its refill through in the first one.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::{Host, Url};

use super::Limits;
use crate::clock::Clock;
use crate::model::id::HubId;

const HOUR: Duration = Duration::from_secs(3_600);
/// So many that were refused at one place are told to come one gap after the other; more come as
/// slowly as an hour's allowance lets them.
const SOON: u32 = 20;
/// The most places whose next turn is remembered: as many as jobs may wait (`app::MAX_JOBS`).
const MAX_TURNS: usize = 5_000;

/// Whom a request burdens: a registrable domain, or the block of an address that is written out
/// (IPv4 /24, IPv6 /64). On loopback each port is somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination(Arc<str>);

impl Destination {
    pub(super) fn of(url: &Url) -> Self {
        let ip = match url.host() {
            None => return Self("".into()),
            Some(Host::Domain(name)) => return Self(psl::domain_str(name).unwrap_or(name).into()),
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip).to_canonical(),
        };
        let block = match ip {
            ip if ip.is_loopback() => {
                format!("{ip} {}", url.port_or_known_default().unwrap_or_default())
            }
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(ip) => format!("{}/64", Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
        };
        Self(block.into())
    }
}

/// Not now: the destination, or everybody, was visited often enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("visited often enough for now: again in {} s", retry_after.as_secs())]
pub struct TooBusy {
    /// When it may be tried again; others may be faster.
    pub retry_after: Duration,
}

/// The allowances of this process. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Budgets {
    ledger: Arc<Mutex<Ledger>>,
    clock: Clock,
}

#[derive(Debug)]
struct Ledger {
    limits: Limits,
    /// The requests that began in the last hour, oldest first.
    begun: VecDeque<Begun>,
    /// Where the visits under way are.
    in_flight: Vec<Destination>,
    /// The last turn that was given out at each place; "" is everywhere, and a hub has its number.
    turns: BTreeMap<Arc<str>, Duration>,
}

/// A request that began.
#[derive(Debug)]
struct Begun {
    at: Duration,
    to: Destination,
    /// The hub that it was sent for, where hubs have allowances.
    hub: Option<HubId>,
}

/// Whose allowance is used up.
#[derive(Debug, Clone, Copy)]
enum Full<'a> {
    Destination(&'a Destination),
    Hub(HubId),
    Everybody,
}

/// One fetch, through all its redirects: it holds a place, and is at one destination at a time.
#[derive(Debug)]
pub(super) struct Visit {
    budgets: Budgets,
    /// The hub that it is for, where hubs have allowances.
    hub: Option<HubId>,
    /// Where it was, and is now: the last.
    stops: Vec<Destination>,
}

impl Budgets {
    pub(super) fn new(limits: &Limits, clock: &Clock) -> Self {
        let ledger = Ledger {
            limits: limits.clone(),
            begun: VecDeque::new(),
            in_flight: Vec::new(),
            turns: BTreeMap::new(),
        };
        Self { ledger: Arc::new(Mutex::new(ledger)), clock: clock.clone() }
    }

    /// A fetch that has not begun yet, and so takes nothing.
    pub(super) fn visit(&self) -> Visit {
        Visit { budgets: self.clone(), hub: None, stops: Vec::new() }
    }

    /// The same for a hub, which has its share of what there is for everybody.
    pub(super) fn visit_for(&self, hub: HubId) -> Visit {
        Visit { budgets: self.clone(), hub: Some(hub), stops: Vec::new() }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// Leaves where it is, and takes one request of `to`'s allowance, and of everybody's.
    ///
    /// A redirect within a domain, or back to it, need not wait for [`Limits::domain_gap`]: from
    /// http to https it leads at once, and a fetch that was sent away there would never end.
    pub(super) fn go_to(&mut self, to: Destination) -> Result<(), TooBusy> {
        let now = self.budgets.clock.monotonic();
        let mut ledger = self.budgets.ledger();
        if let Some(from) = self.stops.last() {
            ledger.leave(from);
        }
        let entered = ledger.enter(&to, self.hub, now, self.stops.contains(&to));
        drop(ledger);
        match entered {
            Ok(()) => self.stops.push(to),
            Err(_) => self.stops.clear(),
        }
        entered
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if let Some(at) = self.stops.last() {
            self.budgets.ledger().leave(at);
        }
    }
}

impl Ledger {
    fn leave(&mut self, from: &Destination) {
        if let Some(at) = self.in_flight.iter().position(|there| there == from) {
            self.in_flight.swap_remove(at);
        }
    }

    fn enter(
        &mut self,
        to: &Destination,
        hub: Option<HubId>,
        now: Duration,
        again: bool,
    ) -> Result<(), TooBusy> {
        if !self.limits.counts_visits && self.in_flight.len() < self.limits.in_flight {
            self.in_flight.push(to.clone());
            return Ok(());
        }
        while self.begun.front().is_some_and(|begun| now.saturating_sub(begun.at) >= HOUR) {
            self.begun.pop_front();
        }
        let limits = &self.limits;
        // When a visit under way ends is not known: the gap is as good a guess as any.
        if self.in_flight.contains(to) {
            let then = now + limits.domain_gap;
            return Err(self.give_turn(Full::Destination(to), then, now));
        }
        if self.in_flight.len() >= limits.in_flight {
            return Err(TooBusy { retry_after: limits.domain_gap });
        }
        let gap = if again { Duration::ZERO } else { limits.domain_gap };
        match self.full(to, hub, gap, now) {
            None => {
                self.begun.push_back(Begun { at: now, to: to.clone(), hub });
                self.in_flight.push(to.clone());
                Ok(())
            }
            Some((whose, then)) => Err(self.give_turn(whose, then, now)),
        }
    }

    /// Whose allowance is used up the longest, and until when.
    fn full<'a>(
        &self,
        to: &'a Destination,
        hub: Option<HubId>,
        gap: Duration,
        now: Duration,
    ) -> Option<(Full<'a>, Duration)> {
        let limits = &self.limits;
        let here = || self.begun.iter().filter(|begun| begun.to == *to).map(|begun| begun.at);
        let for_hub = self.begun.iter().filter(|begun| hub.is_some() && begun.hub == hub);
        let after_hour = |at: Option<Duration>| at.map(|at| at + HOUR);
        let everywhere = oldest_of(self.begun.iter().map(|begun| begun.at), limits.hour);
        let for_hub = oldest_of(for_hub.map(|begun| begun.at), limits.hub_hour());
        let hourly = after_hour(oldest_of(here(), limits.domain_hour));
        let next = here().next_back().map(|at| at + gap);
        let whens = [
            (Full::Destination(to), hourly.max(next)),
            (hub.map_or(Full::Everybody, Full::Hub), after_hour(for_hub)),
            (Full::Everybody, after_hour(everywhere)),
        ];
        let full = whens.into_iter().filter_map(|(whose, then)| Some((whose, then?)));
        full.filter(|(_, then)| *then > now).max_by_key(|(_, then)| *then)
    }

    /// When somebody who was refused may come again: each a while after the one before, so that
    /// thousands of jobs for one site do not all wake whenever one of them may go. An hour at
    /// most: turns are not kept, only spread, and whoever comes when it is free is let in.
    fn give_turn(&mut self, whose: Full<'_>, then: Duration, now: Duration) -> TooBusy {
        let limits = &self.limits;
        let (key, gap, hour) = match whose {
            Full::Destination(at) => (Arc::clone(&at.0), limits.domain_gap, limits.domain_hour),
            Full::Hub(hub) => (hub.0.to_string().into(), Duration::ZERO, limits.hub_hour()),
            Full::Everybody => ("".into(), Duration::ZERO, limits.hour),
        };
        if self.turns.len() >= MAX_TURNS {
            self.turns.retain(|_, last| *last > now);
        }
        let slow = HOUR / u32::try_from(hour.max(1)).unwrap_or(u32::MAX);
        let turn = match self.turns.get(&key) {
            Some(last) if *last > now + gap * SOON => *last + slow,
            Some(last) => *last + gap,
            None => then,
        };
        let turn = turn.max(then).min(now + HOUR);
        if self.turns.len() < MAX_TURNS {
            self.turns.insert(key, turn);
        }
        TooBusy { retry_after: turn - now }
    }
}

/// The one of the last `count` that has to be an hour old before there may be another, if there
/// are so many.
fn oldest_of(
    mut begun: impl DoubleEndedIterator<Item = Duration>,
    count: usize,
) -> Option<Duration> {
    count.checked_sub(1).and_then(|before| begun.nth_back(before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn budgets() -> (Budgets, Clock) {
        let clock = Clock::fixed(Timestamp::from_micros(1_000_000_000));
        (Budgets::new(&Limits::default(), &clock), clock)
    }

    fn destination(url: &str) -> Destination {
        Destination::of(&Url::parse(url).unwrap())
    }

    fn go(budgets: &Budgets, url: &str) -> Result<Visit, Duration> {
        let mut visit = budgets.visit();
        visit.go_to(destination(url)).map(|()| visit).map_err(|busy| busy.retry_after)
    }

    #[test]
    fn who_is_burdened() {
        for (url, who) in [
            ("http://example.org/x", "example.org"),
            ("https://a.b.example.org/", "example.org"),
            ("http://a.example.co.uk/", "example.co.uk"),
            ("http://ada.github.io/x", "ada.github.io"),
            ("http://github.io/", "github.io"),
            ("http://93.184.216.34/", "93.184.216.0/24"),
            ("http://[::ffff:93.184.216.34]/", "93.184.216.0/24"),
            ("http://[2606:4700:1:2:3:4:5:6]/", "2606:4700:1:2::/64"),
            ("http://127.0.0.1:8001/", "127.0.0.1 8001"),
            ("http://[::1]:8001/", "::1 8001"),
        ] {
            assert_eq!(&*destination(url).0, who, "{url}");
        }
    }

    #[test]
    fn ten_thousand_pings_that_name_one_victim_are_sixty_requests_in_any_hour() {
        let (budgets, clock) = budgets();
        let mut begun = Vec::new();
        // Three hours of pings, 0.36 s apart.
        for ping in 0..30_000_u64 {
            let url = format!("http://h{}.victim.org/?{ping}", ping % 97);
            if let Ok(visit) = go(&budgets, &url) {
                begun.push(clock.monotonic());
                go(&budgets, "http://victim.org/").unwrap_err();
                drop(visit);
            }
            clock.advance(Duration::from_millis(360));
        }
        assert!(begun.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(2)));
        for first in &begun {
            let in_an_hour = |at: &&Duration| **at >= *first && **at - *first < HOUR;
            assert!(begun.iter().filter(in_an_hour).count() <= 60);
        }
        assert!(begun.len() >= 178, "the allowance can be used: {}", begun.len());
    }

    #[test]
    fn everybody_together_gets_six_hundred_an_hour_and_eight_at_once() {
        let (budgets, clock) = budgets();
        let visits: Vec<_> =
            (0..100).filter_map(|i| go(&budgets, &format!("http://h{i}.org/")).ok()).collect();
        assert_eq!(visits.len(), 8);
        drop(visits);
        let more: usize = (100..10_000)
            .filter(|i| {
                clock.advance(Duration::from_millis(10));
                go(&budgets, &format!("http://h{i}.org/")).is_ok()
            })
            .count();
        assert_eq!(more, 592);
        let ledger = budgets.ledger();
        assert_eq!((ledger.begun.len(), ledger.in_flight.len()), (600, 0), "memory is bounded");
    }

    #[test]
    fn one_hub_leaves_the_others_two_thirds() {
        let (budgets, clock) = budgets();
        let go = |hub: i64, i: usize| {
            clock.advance(Duration::from_millis(10));
            let mut visit = budgets.visit_for(HubId(hub));
            visit.go_to(destination(&format!("http://h{i}.org/"))).map_err(|busy| busy.retry_after)
        };
        assert_eq!((0..1_000).filter(|i| go(1, *i).is_ok()).count(), 200);
        assert!(go(1, 1_000).unwrap_err() > Duration::from_secs(3_500));
        assert_eq!((1_000..2_000).filter(|i| go(2, *i).is_ok()).count(), 200);
        assert_eq!((2_000..3_000).filter(|i| go(3, *i).is_ok()).count(), 200);
        go(4, 3_000).expect_err("and all together get no more");
        clock.advance(HOUR);
        go(1, 3_001).unwrap();
    }

    #[test]
    fn a_refusal_says_when_it_will_do() {
        let (budgets, clock) = budgets();
        for _ in 0..60 {
            go(&budgets, "http://example.org/").unwrap();
            clock.advance(Duration::from_secs(2));
        }
        let retry_after = go(&budgets, "http://example.org/").unwrap_err();
        assert_eq!(retry_after, HOUR - Duration::from_secs(120));
        clock.advance(retry_after - Duration::from_micros(1));
        go(&budgets, "http://example.org/").unwrap_err();
        clock.advance(Duration::from_micros(1));
        go(&budgets, "http://example.org/").unwrap();
    }

    #[test]
    fn those_who_were_refused_come_one_after_the_other() {
        let (budgets, _clock) = budgets();
        let _there = go(&budgets, "http://example.org/").unwrap();
        let turns: Vec<u64> = (0..5_000)
            .map(|_| go(&budgets, "http://example.org/").unwrap_err().as_secs())
            .collect();
        assert_eq!(turns[..5], [2, 4, 6, 8, 10]);
        assert_eq!(turns[18..24], [38, 40, 42, 102, 162, 222]);
        assert_eq!(turns[4_999], 3_600, "nobody is sent away for longer than an hour");
        let _elsewhere = go(&budgets, "http://elsewhere.net/").unwrap();
        assert_eq!(go(&budgets, "http://elsewhere.net/").unwrap_err().as_secs(), 2);
    }

    #[test]
    fn a_redirect_is_counted_where_it_leads_and_need_not_wait_at_home() {
        let (budgets, _clock) = budgets();
        let mut visit = go(&budgets, "http://example.org/").unwrap();
        visit.go_to(destination("https://example.org/")).unwrap();
        visit.go_to(destination("https://elsewhere.net/")).unwrap();
        go(&budgets, "http://elsewhere.net/").unwrap_err();
        assert_eq!(budgets.ledger().in_flight.len(), 1, "it is in one place at a time");
        visit.go_to(destination("https://www.example.org/")).unwrap();
        assert_eq!(budgets.ledger().begun.len(), 4);
        drop(visit);
        go(&budgets, "http://example.org/").expect_err("another fetch waits for the gap");
    }

    #[test]
    fn a_visit_that_is_refused_leaves_the_places_of_others_alone() {
        let (budgets, clock) = budgets();
        let there = go(&budgets, "http://example.org/").unwrap();
        let mut refused = go(&budgets, "http://elsewhere.net/").unwrap();
        refused.go_to(destination("http://example.org/")).unwrap_err();
        clock.advance(Duration::from_secs(2));
        let next = go(&budgets, "http://elsewhere.net/").expect("its place is free");
        drop(refused);
        assert_eq!(budgets.ledger().in_flight.len(), 2);
        drop((there, next));
        assert!(budgets.ledger().in_flight.is_empty());
    }
}
