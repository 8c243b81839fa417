//! The bars of a plot of something over time: which time each of them is of.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// The most bars of a plot, but for that of an event. With these a bar is at least 4 px wide on a
/// screen of 360 px (`static/style.css`, "Plots").
pub const MOST: usize = 56;

/// How long a bar lasts. Days are those of a time zone: an hour is always one, a day may have 23.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An hour.
    Hour,
    /// Three hours by the clock.
    ThreeHours,
    /// Six hours by the clock.
    SixHours,
    /// A day.
    Day,
    /// A week, from Monday on.
    Week,
    /// A month.
    Month,
    /// So many years.
    Years(i16),
}

/// Bars that follow one another without a gap, and cover whole days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// How long each lasts.
    pub step: Step,
    /// Where each begins, and where the last ends.
    edges: Vec<Timestamp>,
}

impl Bars {
    /// The bars from the day of one moment to that of a later one, with the shortest step that
    /// needs no more than [`MOST`].
    pub fn between(first: Timestamp, last: Timestamp, zone: &TimeZone) -> Self {
        let day = |at: Timestamp| zone.to_datetime(at.to_jiff()).date();
        Self::of_days(day(first), day(last), zone)
    }

    /// Those of an event: hours, where it lasts no more than a fortnight. They are narrow then, and
    /// show when a hall was full, as the longer bars of [`Self::of_days`] do not.
    pub fn of_event(first: Date, last: Date, zone: &TimeZone) -> Self {
        let last = last.max(first);
        let step = match first.until(last).map_or(i32::MAX, |span| span.get_days()) {
            ..=13 => Step::Hour,
            _ => step(first, last),
        };
        Self::with_step(step, first, last, zone)
    }

    /// The same from one day to a later one.
    pub fn of_days(first: Date, last: Date, zone: &TimeZone) -> Self {
        let last = last.max(first);
        Self::with_step(step(first, last), first, last, zone)
    }

    fn with_step(step: Step, first: Date, last: Date, zone: &TimeZone) -> Self {
        let end = next(last);
        let mut edges: Vec<Timestamp> = match step {
            Step::Hour => hours(instant(first.into(), zone), instant(end.into(), zone)),
            step => {
                let mut starts = Vec::new();
                let mut day = begin(first, step);
                while day < end {
                    starts.extend(within(day, step));
                    day = after(day, step);
                }
                starts.push(day.into());
                starts.into_iter().map(|start| instant(start, zone)).collect()
            }
        };
        // A day that a zone left out has the edges of the day after.
        edges.sort_unstable();
        edges.dedup();
        Self { step, edges }
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// Where each begins and ends.
    pub fn each(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        self.edges.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// The bar of a moment, by its place.
    pub fn find(&self, at: Timestamp) -> Option<usize> {
        let place = self.edges.partition_point(|edge| *edge <= at);
        (1..self.edges.len()).contains(&place).then(|| place - 1)
    }

    /// Where the first begins and the last ends.
    pub fn ends(&self) -> Option<(Timestamp, Timestamp)> {
        Some((*self.edges.first()?, *self.edges.last()?))
    }

    /// Those edges that are not on a full hour of UTC: in some time zones, none in most.
    pub fn between_hours(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.edges.iter().copied().filter(|edge| edge.micros() % 3_600_000_000 != 0)
    }
}

fn step(first: Date, last: Date) -> Step {
    let fits = |step: Step| {
        let mut day = begin(first, step);
        let mut bars = 0;
        while day <= last && bars <= MOST {
            day = after(day, step);
            bars += 1;
        }
        bars <= MOST
    };
    match first.until(last).map_or(i32::MAX, |span| span.get_days()) {
        ..=1 => Step::Hour,
        2..=6 => Step::ThreeHours,
        7..=13 => Step::SixHours,
        _ if fits(Step::Day) => Step::Day,
        _ if fits(Step::Week) => Step::Week,
        _ if fits(Step::Month) => Step::Month,
        _ => {
            let most = i16::try_from(MOST).unwrap_or(i16::MAX);
            Step::Years((last.year() - first.year()) / most + 1)
        }
    }
}

/// The day on which the bar of a day begins.
fn begin(day: Date, step: Step) -> Date {
    match step {
        Step::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
        Step::Month => day.first_of_month(),
        Step::Years(_) => day.first_of_year(),
        _ => day,
    }
}

/// The day on which the next bar begins, or, where there are several in a day, the next of those.
fn after(day: Date, step: Step) -> Date {
    match step {
        Step::Week => day.saturating_add(1.week()),
        Step::Month => day.saturating_add(1.month()),
        Step::Years(years) => day.saturating_add(i64::from(years).years()),
        _ => next(day),
    }
}

/// When bars begin on such a day.
fn within(day: Date, step: Step) -> impl Iterator<Item = DateTime> {
    let hours = match step {
        Step::ThreeHours => 3,
        Step::SixHours => 6,
        _ => 24,
    };
    (0_i8..24).step_by(hours).map(move |hour| day.at(hour, 0, 0, 0))
}

fn next(day: Date) -> Date {
    day.saturating_add(1.day())
}

/// A time by the clock of a zone: the first, where it comes twice; the one after, where it is left
/// out.
fn instant(at: DateTime, zone: &TimeZone) -> Timestamp {
    let at = zone.to_timestamp(at).unwrap_or(jiff::Timestamp::MAX);
    Timestamp::from_micros(at.as_microsecond())
}

fn hours(first: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let hour = std::time::Duration::from_secs(3_600);
    let mut edges = Vec::new();
    let mut at = first;
    while at < end {
        edges.push(at);
        at = at.plus(hour);
    }
    edges.push(end);
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(first: &str, last: &str, zone: &str) -> Bars {
        let zone = TimeZone::get(zone).unwrap();
        Bars::of_days(first.parse().unwrap(), last.parse().unwrap(), &zone)
    }

    #[test]
    fn a_longer_time_has_longer_bars_and_never_too_many() {
        for (first, last, step, count) in [
            ("2003-03-11", "2003-03-11", Step::Hour, 24),
            ("2003-03-11", "2003-03-12", Step::Hour, 48),
            ("2003-03-11", "2003-03-13", Step::ThreeHours, 24),
            ("2003-03-11", "2003-03-17", Step::ThreeHours, 56),
            ("2003-03-11", "2003-03-18", Step::SixHours, 32),
            ("2003-03-11", "2003-03-24", Step::SixHours, 56),
            ("2003-03-11", "2003-03-25", Step::Day, 15),
            ("2003-03-11", "2003-05-05", Step::Day, 56),
            ("2003-03-11", "2003-05-06", Step::Week, 9),
            ("2003-03-10", "2004-04-04", Step::Week, 56),
            ("2003-03-10", "2004-04-05", Step::Month, 14),
            ("2003-01-31", "2007-08-01", Step::Month, 56),
            ("2003-01-31", "2007-09-01", Step::Years(1), 5),
            ("1970-01-01", "2026-01-01", Step::Years(2), 29),
            ("0001-01-01", "9999-12-31", Step::Years(179), 56),
            ("2003-03-12", "2003-03-11", Step::Hour, 24),
        ] {
            let bars = bars(first, last, "UTC");
            assert_eq!((bars.step, bars.count()), (step, count), "{first} {last}");
            assert!(bars.each().all(|(from, to)| from < to), "{first} {last}");
        }
    }

    #[test]
    fn an_event_of_a_fortnight_has_a_bar_for_each_hour() {
        let of = |last: &str| {
            let day = |text: &str| text.parse().unwrap();
            let bars = Bars::of_event(day("2003-03-11"), day(last), &TimeZone::UTC);
            (bars.step, bars.count())
        };
        assert_eq!(of("2003-03-14"), (Step::Hour, 96));
        assert_eq!(of("2003-03-24"), (Step::Hour, 336));
        assert_eq!(of("2003-03-25"), (Step::Day, 15));
    }

    #[test]
    fn a_day_has_23_or_25_hours_where_the_clock_is_moved() {
        for (day, zone, count) in [
            ("2026-03-29", "Europe/Berlin", 23),
            ("2026-10-25", "Europe/Berlin", 25),
            // Half an hour.
            ("2026-04-05", "Australia/Lord_Howe", 25),
            // No midnight.
            ("2026-09-06", "America/Santiago", 23),
            // The day that Samoa left out.
            ("2011-12-29", "Pacific/Apia", 24),
        ] {
            assert_eq!(bars(day, day, zone).count(), count, "{day} {zone}");
        }
        let three = bars("2026-03-28", "2026-03-30", "Europe/Berlin");
        let lasts: Vec<u64> =
            three.each().map(|(from, to)| to.since(from).as_secs() / 3_600).collect();
        assert_eq!(lasts[8..16], [2, 3, 3, 3, 3, 3, 3, 3]);
    }

    #[test]
    fn a_moment_is_of_the_bar_that_begins_at_it_or_before() {
        let bars = bars("2003-03-11", "2003-03-11", "America/Chicago");
        let (first, end) = bars.ends().unwrap();
        let micro = Timestamp::from_micros;
        assert_eq!(first.hours() % 24, 6);
        assert_eq!(bars.find(micro(first.micros() - 1)), None);
        assert_eq!(bars.find(first), Some(0));
        assert_eq!(bars.find(micro(end.micros() - 1)), Some(23));
        assert_eq!(bars.find(end), None);
        assert_eq!(bars.between_hours().count(), 0);
    }

    #[test]
    fn edges_between_full_hours_are_named() {
        assert_eq!(bars("2026-01-01", "2026-01-01", "Asia/Kolkata").between_hours().count(), 25);
        assert_eq!(bars("2026-01-01", "2026-01-20", "Asia/Kolkata").between_hours().count(), 21);
    }
}
