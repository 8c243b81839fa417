//! Dates as pages write them.

use crate::clock::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Nothing on the web was published before it; `0001-01-01` is how Go writes "no date".
const FIRST_YEAR: i16 = 1990;

/// Reads RFC 3339 and its relatives, and RFC 2822.
///
/// Without an offset the time is taken for UTC, without a time it is midnight there: a day is
/// what readers see of it.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    // Hugo's default is Go's: `2026-03-14 09:00:00 +0000 UTC`.
    let text = text.trim();
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let spaced = text.replace(" +", "+").replace(" -", "-");
    let at = spaced
        .parse::<jiff::Timestamp>()
        .or_else(|_| jiff::fmt::rfc2822::parse(text).map(|zoned| zoned.timestamp()))
        .or_else(|_| spaced.parse::<DateTime>().and_then(in_utc))
        .or_else(|_| spaced.parse::<Date>().and_then(|day| in_utc(day.at(0, 0, 0, 0))))
        .ok()?;
    let year = at.to_zoned(TimeZone::UTC).year();
    (year >= FIRST_YEAR).then(|| Timestamp::from_micros(at.as_microsecond()))
}

fn in_utc(at: DateTime) -> Result<jiff::Timestamp, jiff::Error> {
    at.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_pages_write_them() {
        for (text, expected) in [
            ("2026-03-14T09:30:00+01:00", Some("2026-03-14T08:30:00Z")),
            ("2026-03-14T09:30:00Z", Some("2026-03-14T09:30:00Z")),
            ("2026-03-14T09:30:00.000Z", Some("2026-03-14T09:30:00Z")),
            ("2026-03-14T09:30:00-0800", Some("2026-03-14T17:30:00Z")),
            ("2026-03-14 09:30:00 +0100", Some("2026-03-14T08:30:00Z")),
            ("2026-03-14 09:30:00 +0000 UTC", Some("2026-03-14T09:30:00Z")),
            ("2012-06-25T17:08:26", Some("2012-06-25T17:08:26Z")),
            ("2012-06-25 17:08", Some("2012-06-25T17:08:00Z")),
            (" 2026-03-14\n", Some("2026-03-14T00:00:00Z")),
            ("Sat, 14 Mar 2026 09:30:00 +0100", Some("2026-03-14T08:30:00Z")),
            ("0001-01-01T00:00:00Z", None),
            ("March 14, 2026", None),
            ("2026-13-14", None),
            ("now", None),
            ("", None),
        ] {
            let found = parse(text).map(|at| at.to_jiff().to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
