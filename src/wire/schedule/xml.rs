//! `schedule.xml`, as frab made it and pretalx and others make it.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{MAX_SESSIONS, ScheduleError, times};
use crate::clock::Timestamp;
use crate::model::talk::Session;

/// The deepest element: a schedule has seven.
const MAX_DEPTH: usize = 32;
/// The longest text that is kept of an element, in bytes.
const MAX_TEXT: usize = 8 * 1024;

/// Reads the sessions. A document type with declarations of its own is refused: entities that it
/// declares would be left out anyway.
pub(super) fn read(text: &str, zone: &TimeZone) -> Result<Vec<Session>, ScheduleError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().allow_dangling_amp = true;
    let mut sessions = Sessions::new(zone.clone());
    loop {
        let event = reader.read_event().map_err(|_malformed| sessions.failed())?;
        match event {
            Event::Start(element) => sessions.start(&element)?,
            Event::End(_) => sessions.end()?,
            Event::Text(text) => sessions.text(&text.xml10_content()),
            Event::CData(text) => sessions.text(&text.xml10_content()),
            Event::GeneralRef(entity) => sessions.text(&resolved(&entity)),
            Event::DocType(doctype) if doctype.contains('[') => return Err(ScheduleError::Unknown),
            Event::Eof if sessions.open.is_empty() && sessions.is_schedule => {
                return Ok(sessions.done);
            }
            Event::Eof => return Err(sessions.failed()),
            _ => {}
        }
    }
}

/// A character's number or one of the five names; anything else is nothing.
fn resolved(entity: &BytesRef<'_>) -> String {
    let name: &str = entity;
    match entity.resolve_char_ref() {
        Ok(Some(letter)) => letter.to_string(),
        Ok(None) | Err(_) => resolve_predefined_entity(name).unwrap_or_default().to_owned(),
    }
}

/// A schedule as far as it was read.
struct Sessions {
    zone: TimeZone,
    is_schedule: bool,
    /// The names of the elements that are open.
    open: Vec<String>,
    day: String,
    changes: Option<Time>,
    room: String,
    event: Option<Found>,
    /// The text of the innermost element.
    text: String,
    done: Vec<Session>,
}

/// A session as far as it was read.
#[derive(Default)]
struct Found {
    session: Session,
    date: String,
    start: String,
    duration: String,
    people: Vec<String>,
}

impl Sessions {
    const fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            is_schedule: false,
            open: Vec::new(),
            day: String::new(),
            changes: None,
            room: String::new(),
            event: None,
            text: String::new(),
            done: Vec::new(),
        }
    }

    const fn failed(&self) -> ScheduleError {
        if self.is_schedule { ScheduleError::Broken } else { ScheduleError::Unknown }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), ScheduleError> {
        let name = element.name().as_ref().to_owned();
        if self.open.is_empty() && name != "schedule" {
            return Err(ScheduleError::Unknown);
        }
        if self.open.len() == MAX_DEPTH {
            return Err(ScheduleError::Broken);
        }
        self.is_schedule = true;
        let field = |name: &str| attribute(element, name);
        match name.as_str() {
            "day" => {
                self.day = field("date");
                let begins = field("start");
                let begins = begins.split_once('T').map_or("", |(_, time)| time);
                self.changes = times::time(begins.get(..5).unwrap_or(""));
            }
            "room" if self.event.is_none() => self.room = field("name"),
            "event" => {
                let id = field("id");
                let code = Some(field("code")).filter(|code| !code.is_empty());
                let session = Session {
                    key: Some(field("guid"))
                        .filter(|it| !it.is_empty())
                        .unwrap_or_else(|| id.clone()),
                    code: code.unwrap_or_else(|| id.clone()),
                    room: self.room.clone(),
                    ..Session::default()
                };
                self.event = Some(Found { session, ..Found::default() });
            }
            _ => {}
        }
        self.open.push(name);
        self.text.clear();
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let room = MAX_TEXT.saturating_sub(self.text.len());
        let mut end = text.len().min(room);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.push_str(&text[..end]);
    }

    fn end(&mut self) -> Result<(), ScheduleError> {
        let name = self.open.pop().unwrap_or_default();
        let within = self.open.last().map(String::as_str).unwrap_or_default();
        let text = std::mem::take(&mut self.text);
        if name == "event" {
            if self.done.len() == MAX_SESSIONS {
                return Err(ScheduleError::TooMany);
            }
            let found = self.event.take();
            self.done.extend(found.map(|found| found.session(&self.day, self.changes, &self.zone)));
        } else if let Some(event) = &mut self.event {
            event.take(within, &name, text.trim());
        } else if name == "time_zone_name"
            && let Ok(zone) = TimeZone::get(text.trim())
        {
            self.zone = zone;
        }
        Ok(())
    }
}

impl Found {
    fn take(&mut self, within: &str, name: &str, text: &str) {
        let session = &mut self.session;
        let field = match (within, name) {
            ("event", "title") => &mut session.title,
            ("event", "url") => &mut session.address,
            ("event", "track") => &mut session.track,
            ("event", "room") if !text.is_empty() => &mut session.room,
            ("event", "date") => &mut self.date,
            ("event", "start") => &mut self.start,
            ("event", "duration") => &mut self.duration,
            ("persons", "person") if !text.is_empty() => return self.people.push(text.to_owned()),
            _ => return,
        };
        text.clone_into(field);
    }

    fn session(self, day: &str, changes: Option<Time>, zone: &TimeZone) -> Session {
        let starts_at = times::moment(&self.date, zone)
            .or_else(|| times::on_day(day, &self.start, changes, zone));
        let lasts = times::duration(&self.duration);
        Session {
            speakers: self.people.join(", "),
            starts_at,
            ends_at: starts_at.zip(lasts).map(|(at, lasts)| Timestamp::plus(at, lasts)),
            ..self.session
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.try_get_attribute(name).ok().flatten();
    let value = found.and_then(|it| it.normalized_value(XmlVersion::Implicit1_0).ok());
    value.map(std::borrow::Cow::into_owned).unwrap_or_default()
}
