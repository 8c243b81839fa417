//! iCalendar (RFC 5545): its events.

use jiff::Span;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{MAX_SESSIONS, ScheduleError, times};
use crate::clock::Timestamp;
use crate::model::talk::Session;

const BEGIN: &str = "BEGIN:VCALENDAR";

/// Whether a text begins as a calendar does.
pub(super) fn is_one(text: &str) -> bool {
    text.get(..BEGIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(BEGIN))
}

/// Reads the events that are not cancelled.
pub(super) fn read(text: &str, zone: &TimeZone) -> Result<Vec<Session>, ScheduleError> {
    let mut sessions = Vec::new();
    let mut event: Option<Event> = None;
    // What stands in an event and is no property of it: an alarm.
    let mut inside = 0_usize;
    let mut ended = false;
    for line in unfolded(text) {
        let Some(property) = Property::parse(&line) else { continue };
        let value = property.value.trim();
        match (property.name.as_str(), &mut event) {
            ("BEGIN", None) if value.eq_ignore_ascii_case("VEVENT") => {
                event = Some(Event::default())
            }
            ("BEGIN", Some(_)) => inside += 1,
            ("END", Some(_)) if inside > 0 => inside -= 1,
            ("END", Some(_)) => {
                let done = event.take().filter(|event| !event.is_cancelled);
                sessions.extend(done.map(|event| event.session(zone)));
            }
            ("END", None) => ended = true,
            (_, Some(event)) if inside == 0 => event.take(&property, zone),
            _ => {}
        }
        if sessions.len() > MAX_SESSIONS {
            return Err(ScheduleError::TooMany);
        }
    }
    if ended { Ok(sessions) } else { Err(ScheduleError::Broken) }
}

/// Lines, those that go on in the next one joined (3.1).
fn unfolded(text: &str) -> impl Iterator<Item = String> {
    let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r')).peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next()?.to_owned();
        while let Some(next) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            line.push_str(&next[1..]);
        }
        Some(line)
    })
}

/// A line: `DTSTART;TZID=Europe/Berlin:20190821T110000`.
struct Property {
    name: String,
    /// Names in capitals, values without quotes.
    parameters: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn parse(line: &str) -> Option<Self> {
        let mut quoted = false;
        let mut cuts = Vec::new();
        let colon = line.char_indices().find_map(|(at, letter)| {
            match letter {
                '"' => quoted = !quoted,
                ';' if !quoted => cuts.push(at),
                ':' if !quoted => return Some(at),
                _ => {}
            }
            None
        })?;
        cuts.push(colon);
        let name = line[..cuts[0]].to_ascii_uppercase();
        let parameters = cuts.windows(2).filter_map(|cut| {
            let (name, value) = line[cut[0] + 1..cut[1]].split_once('=')?;
            Some((name.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        });
        Some(Self { name, parameters: parameters.collect(), value: line[colon + 1..].to_owned() })
    }

    fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(this, _)| this == name).map_or("", |(_, value)| value)
    }

    /// Its value as text (3.3.11).
    fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut letters = self.value.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => text.extend(
                    letters.next().map(|it| if matches!(it, 'n' | 'N') { '\n' } else { it }),
                ),
                letter => text.push(letter),
            }
        }
        text
    }

    /// Its value as a moment: in UTC, in a zone that it names, else in `zone`. A day is its
    /// beginning.
    fn moment(&self, zone: &TimeZone) -> Option<Timestamp> {
        let value = self.value.trim();
        let own = TimeZone::get(self.parameter("TZID").trim_start_matches('/')).ok();
        let (value, zone) = match value.strip_suffix(['Z', 'z']) {
            Some(value) => (value, TimeZone::UTC),
            None => (value, own.unwrap_or_else(|| zone.clone())),
        };
        let at = match value.contains('T') {
            true => DateTime::strptime("%Y%m%dT%H%M%S", value).ok()?,
            false => Date::strptime("%Y%m%d", value).ok()?.at(0, 0, 0, 0),
        };
        times::local(at, &zone)
    }
}

/// An event as far as it was read.
#[derive(Default)]
struct Event {
    uid: String,
    /// Which of an event's repetitions it changes.
    recurrence: String,
    title: String,
    address: String,
    speakers: Vec<String>,
    room: String,
    track: String,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    lasts: Option<Span>,
    is_cancelled: bool,
}

impl Event {
    fn take(&mut self, property: &Property, zone: &TimeZone) {
        match property.name.as_str() {
            "UID" => self.uid = property.text(),
            "RECURRENCE-ID" => self.recurrence.clone_from(&property.value),
            "SUMMARY" => self.title = property.text(),
            "URL" => self.address.clone_from(&property.value),
            "LOCATION" => self.room = property.text(),
            "CATEGORIES" if self.track.is_empty() => self.track = property.text(),
            "ATTENDEE" => self.speakers.extend(Some(property.parameter("CN").to_owned())),
            "DTSTART" => self.starts_at = property.moment(zone),
            "DTEND" => self.ends_at = property.moment(zone),
            "DURATION" => self.lasts = property.value.trim().parse().ok(),
            "STATUS" => self.is_cancelled = property.value.trim().eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }

    fn session(self, zone: &TimeZone) -> Session {
        let lasts = || {
            let starts = self.starts_at?.to_jiff().to_zoned(zone.clone());
            let ends = starts.checked_add(self.lasts?).ok()?;
            Some(Timestamp::from_micros(ends.timestamp().as_microsecond()))
        };
        let ends_at = self.ends_at.or_else(lasts);
        let speakers: Vec<String> =
            self.speakers.into_iter().filter(|name| !name.trim().is_empty()).collect();
        Session {
            key: match self.recurrence.as_str() {
                "" => self.uid,
                recurrence => format!("{} {recurrence}", self.uid),
            },
            code: String::new(),
            title: self.title,
            address: self.address,
            speakers: speakers.join(", "),
            room: self.room,
            track: self.track,
            starts_at: self.starts_at,
            ends_at,
        }
    }
}
