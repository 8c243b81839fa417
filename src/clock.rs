//! The only place that asks what time it is.
//!
//! Everything else is handed a [`Clock`], so that tests can hold time still and move it by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// A moment: microseconds since 1970-01-01 UTC, as the database stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `micros` microseconds after 1970-01-01 UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01 UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down: the precision of HTTP dates.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole hours since 1970-01-01 UTC, rounded down.
    pub const fn hours(self) -> i64 {
        self.seconds().div_euclid(3_600)
    }

    /// This moment and `later` more.
    #[must_use]
    pub fn plus(self, later: Duration) -> Self {
        let micros = i64::try_from(later.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// This moment less `earlier`.
    #[must_use]
    pub fn minus(self, earlier: Duration) -> Self {
        let micros = i64::try_from(earlier.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same moment as `jiff` knows it. Moments that `jiff` cannot hold become 1970.
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System {
        /// When this clock was made: the origin of [`Clock::monotonic`].
        started: Instant,
    },
    /// A clock that stands still until somebody moves it.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the place that asks the time")]
    pub fn system() -> Self {
        Self::System { started: Instant::now() }
    }

    /// A clock that stands at `at` until [`Clock::advance`] or [`Clock::set`] moves it.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.micros())))
    }

    /// What time it is.
    #[expect(clippy::disallowed_methods, reason = "this is the place that asks the time")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System { .. } => Timestamp(jiff::Timestamp::now().as_microsecond()),
            Self::Fixed(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Time that never jumps, for limits and time-outs: since an origin of its own.
    #[expect(clippy::disallowed_methods, reason = "this is the place that asks the time")]
    pub fn monotonic(&self) -> Duration {
        match self {
            Self::System { started } => Instant::now().saturating_duration_since(*started),
            Self::Fixed(at) => {
                Duration::from_micros(u64::try_from(at.load(Ordering::SeqCst)).unwrap_or(0))
            }
        }
    }

    /// Moves a fixed clock on. The machine's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Self::Fixed(at) = self {
            let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            at.fetch_add(micros, Ordering::SeqCst);
        }
    }

    /// Sets a fixed clock. The machine's clock is left alone.
    pub fn set(&self, to: Timestamp) {
        if let Self::Fixed(at) = self {
            at.store(to.micros(), Ordering::SeqCst);
        }
    }
}

impl governor::clock::Clock for Clock {
    type Instant = governor::nanos::Nanos;

    fn now(&self) -> Self::Instant {
        self.monotonic().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still_until_it_is_moved() {
        let clock = Clock::fixed(Timestamp::from_micros(5_000_000));
        assert_eq!(clock.now().seconds(), 5);
        clock.advance(Duration::from_secs(3_600));
        assert_eq!(clock.now().hours(), 1);
        assert_eq!(clock.now().since(Timestamp::from_micros(0)).as_secs(), 3_605);
    }

    #[test]
    fn moments_before_1970_round_down() {
        assert_eq!(Timestamp::from_micros(-1).seconds(), -1);
        assert_eq!(Timestamp::from_micros(-1).since(Timestamp::from_micros(1)), Duration::ZERO);
    }
}
