//! Times as schedules write them.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// Events before this hour belong to the day before, where a schedule does not say when its days
/// change.
const DAY_CHANGE: Time = Time::constant(4, 0, 0, 0);

/// The longest a session may last.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// A moment with its offset (`2019-08-21T11:00:00+02:00`), or on the clock of a zone: as ISO 8601
/// has it, or `21.8.2019 11:00`.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp::from_micros(at.as_microsecond()));
    }
    let dotted = || DateTime::strptime("%d.%m.%Y %H:%M", text).ok();
    local(text.parse().ok().or_else(dotted)?, zone)
}

/// A moment on the clock of a zone: of an hour that comes twice the first.
pub(super) fn local(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = zone.to_ambiguous_zoned(at).compatible().ok()?;
    Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
}

/// `11:00`, or `11:00:00`.
pub(super) fn time(text: &str) -> Option<Time> {
    let mut parts = text.trim().split(':');
    let mut part = || parts.next()?.parse::<i8>().ok();
    let (hour, minute) = (part()?, part()?);
    Time::new(hour, minute, part().unwrap_or(0), 0).ok()
}

/// When a session begins that has only its day, and its time on that day's page: what begins before
/// the day does is after midnight.
pub(super) fn on_day(
    day: &str,
    start: &str,
    changes: Option<Time>,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let (day, start): (Date, Time) = (day.trim().parse().ok()?, time(start)?);
    // A day that begins in the afternoon changes in the morning all the same.
    let changes = changes.unwrap_or(DAY_CHANGE).min(Time::constant(9, 0, 0, 0));
    let day = if start < changes { day.tomorrow().ok()? } else { day };
    local(day.to_datetime(start), zone)
}

/// `00:45`, `01:30:00`, `1:00:00:00` with days, or minutes.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let parts: Option<Vec<u64>> = text
        .trim()
        .split(':')
        .map(|part| part.trim().parse().ok().filter(|n| *n < 100_000))
        .collect();
    let seconds = match parts?.as_slice() {
        [minutes] => minutes * 60,
        [hours, minutes] => hours * 3_600 + minutes * 60,
        [hours, minutes, seconds] => hours * 3_600 + minutes * 60 + seconds,
        [days, hours, minutes, seconds] => days * 86_400 + hours * 3_600 + minutes * 60 + seconds,
        _ => return None,
    };
    Some(Duration::from_secs(seconds)).filter(|lasts| *lasts <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(at: Option<Timestamp>) -> String {
        at.map(|at| at.to_jiff().to_string()).unwrap_or_default()
    }

    #[test]
    fn a_time_is_its_own_or_the_zones() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (text, expected) in [
            ("2019-08-21T11:00:00+02:00", "2019-08-21T09:00:00Z"),
            ("2019-08-21T09:00:00Z", "2019-08-21T09:00:00Z"),
            ("2019-08-21T11:00", "2019-08-21T09:00:00Z"),
            (" 2019-08-21 11:00 ", "2019-08-21T09:00:00Z"),
            ("21.08.2019 11:00", "2019-08-21T09:00:00Z"),
            ("21.8.2019 11:00", "2019-08-21T09:00:00Z"),
            ("tomorrow", ""),
            ("", ""),
            ("2019-02-30T11:00", ""),
        ] {
            assert_eq!(utc(moment(text, &berlin)), expected, "{text}");
        }
        for (day, start, expected) in [
            ("2019-08-21", "11:00", "2019-08-21T09:00:00Z"),
            ("2019-08-21", "00:30", "2019-08-21T22:30:00Z"),
            ("2019-08-21", "25:00", ""),
            ("some day", "11:00", ""),
        ] {
            assert_eq!(utc(on_day(day, start, None, &berlin)), expected, "{day} {start}");
        }
    }

    #[test]
    fn a_session_lasts() {
        for (text, minutes) in [
            ("00:45", Some(45)),
            ("01:30:00", Some(90)),
            ("1:00:00:00", Some(1_440)),
            ("45", Some(45)),
            ("long", None),
            ("-1:00", None),
            ("99999:00", None),
            ("1:2:3:4:5", None),
        ] {
            assert_eq!(duration(text).map(|it| it.as_secs() / 60), minutes, "{text}");
        }
    }
}
