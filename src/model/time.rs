//! Times as people type them: in a hub's time zone, to the minute.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// Why a time cannot be taken.
const UNREADABLE: &str =
    "Write the time as year-month-day and hour:minute, such as 2026-10-08 09:00.";

/// Reads `2026-10-08T09:00`, as browsers send it, or with a blank; nothing typed is no time. In the
/// hour that daylight saving repeats it is the first, in the one it leaves out the one after.
pub fn moment(typed: &str, time_zone: &str) -> Result<Option<Timestamp>, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    let local: DateTime = typed.parse().map_err(|_unreadable| UNREADABLE)?;
    let zoned = zone.to_ambiguous_zoned(local).compatible().map_err(|_unreadable| UNREADABLE)?;
    Ok(Some(Timestamp::from_micros(zoned.timestamp().as_microsecond())))
}

/// What [`moment`] reads; empty for none.
pub fn local(at: Option<Timestamp>, time_zone: &str) -> String {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    at.map(|at| at.to_jiff().to_zoned(zone).strftime("%Y-%m-%dT%H:%M").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_hubs_own_and_read_back_as_it_was_typed() {
        for (typed, zone, utc) in [
            ("2003-03-11T09:00", "America/Chicago", "2003-03-11T15:00:00Z"),
            ("2003-03-11 09:00", "America/Chicago", "2003-03-11T15:00:00Z"),
            ("2026-07-01T09:00", "Europe/Lisbon", "2026-07-01T08:00:00Z"),
            ("2026-07-01T09:00", "UTC", "2026-07-01T09:00:00Z"),
            // Repeated and left out by daylight saving.
            ("2026-10-25T01:30", "Europe/Lisbon", "2026-10-25T00:30:00Z"),
            ("2026-03-29T01:30", "Europe/Lisbon", "2026-03-29T01:30:00Z"),
        ] {
            let at = moment(typed, zone).unwrap().unwrap();
            assert_eq!(at.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), utc, "{typed}");
        }
        let at = moment("2003-03-11T09:00", "America/Chicago").unwrap();
        assert_eq!(local(at, "America/Chicago"), "2003-03-11T09:00");
        assert_eq!(moment(" ", "UTC"), Ok(None));
        for typed in ["tomorrow", "2003-02-30T09:00", "2003-03-11", "09:00", "99999-01-01T00:00"] {
            assert_eq!(moment(typed, "UTC").is_ok(), typed == "2003-03-11", "{typed}");
        }
    }
}
