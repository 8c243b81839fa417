//! Dates as feeds spell them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;

/// The instant of an RFC 822 date (RSS), or of an RFC 3339 one (JSON Feed, Dublin Core); a time
/// without a zone is UTC, a day without a time its beginning.
pub(super) fn parse(raw: &str) -> Option<Timestamp> {
    let raw = raw.trim();
    // The name of the day may be wrong, long, or in the blog's language.
    let without_day = raw.split_once(',').map_or(raw, |(_, rest)| rest.trim());
    raw.parse()
        .ok()
        .or_else(|| DateTimeParser::new().parse_timestamp(without_day).ok())
        .or_else(|| Some(raw.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_wild_are_read() {
        for (raw, expected) in [
            ("Sat, 07 Sep 2002 00:00:01 GMT", Some("2002-09-07T00:00:01Z")),
            ("Mon, 07 Sep 2002 00:00:01 GMT", Some("2002-09-07T00:00:01Z")),
            ("Samstag, 7 Sep 2002 09:42 +0200", Some("2002-09-07T07:42:00Z")),
            (" 7 Sep 2002 00:00:01 -0500 ", Some("2002-09-07T05:00:01Z")),
            ("Sat, 07 Sep 02 00:00:01 EST", Some("2002-09-07T05:00:01Z")),
            ("2026-11-20T10:00:00+01:00", Some("2026-11-20T09:00:00Z")),
            ("2026-11-20T10:00:00.123Z", Some("2026-11-20T10:00:00.123Z")),
            ("2026-11-20T10:00+01:00", Some("2026-11-20T09:00:00Z")),
            ("2026-11-20T10:00:00", Some("2026-11-20T10:00:00Z")),
            ("2026-11-20", Some("2026-11-20T00:00:00Z")),
            ("yesterday", None),
            ("", None),
            ("99999999999", None),
        ] {
            let found = parse(raw).map(|instant| instant.to_string());
            assert_eq!(found.as_deref(), expected, "{raw}");
        }
    }
}
