//! `schedule.json`, as frab made it and pretalx and others make it; and the lists of talks that
//! pretalx answers programs with.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{MAX_SESSIONS, ScheduleError, times};
use crate::clock::Timestamp;
use crate::model::talk::Session;

/// The most objects of a document: each takes more memory than it has letters, and a session is some
/// ten of them.
const MAX_OBJECTS: usize = 100_000;

/// Reads the sessions. `serde_json` goes 128 levels deep, and no further.
pub(super) fn read(text: &str, zone: &TimeZone) -> Result<Vec<Session>, ScheduleError> {
    if text.bytes().filter(|byte| *byte == b'{').count() > MAX_OBJECTS {
        return Err(ScheduleError::TooMany);
    }
    let root: Value = serde_json::from_str(text).map_err(|error| match error.is_eof() {
        true => ScheduleError::Broken,
        false => ScheduleError::Unknown,
    })?;
    let schedule = root.get("schedule").unwrap_or(&root);
    let conference = schedule.get("conference").unwrap_or(schedule);
    let own = conference.get("time_zone_name").and_then(Value::as_str);
    let zone = own.and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(|| zone.clone());
    if let Some(days) = conference.get("days").and_then(Value::as_array) {
        return days_of(days, &zone);
    }
    let listed = ["results", "talks", "sessions"].iter().find_map(|name| root.get(name));
    let listed = listed.unwrap_or(&root).as_array().ok_or(ScheduleError::Unknown)?;
    Ok(listed
        .iter()
        .take(MAX_SESSIONS + 1)
        .map(|talk| session(talk, &Day::default(), "", &zone))
        .collect())
}

/// What a day says of its sessions.
#[derive(Default)]
struct Day<'a> {
    date: &'a str,
    changes: Option<jiff::civil::Time>,
}

fn days_of(days: &[Value], zone: &TimeZone) -> Result<Vec<Session>, ScheduleError> {
    let mut sessions = Vec::new();
    for day in days {
        let field = |name: &str| day.get(name).and_then(Value::as_str).unwrap_or_default();
        let begins = field("day_start").split_once('T').map_or("", |(_, time)| time);
        let this = Day { date: field("date"), changes: times::time(begins.get(..5).unwrap_or("")) };
        let Some(rooms) = day.get("rooms").and_then(Value::as_object) else { continue };
        for (room, events) in rooms {
            for event in events.as_array().into_iter().flatten() {
                sessions.push(session(event, &this, room, zone));
                if sessions.len() > MAX_SESSIONS {
                    return Err(ScheduleError::TooMany);
                }
            }
        }
    }
    Ok(sessions)
}

fn session(event: &Value, day: &Day<'_>, room: &str, zone: &TimeZone) -> Session {
    let slot = event.get("slot").filter(|slot| slot.is_object()).unwrap_or(event);
    let field = |name: &str| event.get(name).map(text).unwrap_or_default();
    let first = |names: &[&str]| {
        names.iter().map(|name| field(name)).find(|text| !text.is_empty()).unwrap_or_default()
    };
    let of_slot = |name: &str| slot.get(name).map(text).unwrap_or_default();
    let starts_at = times::moment(&field("date"), zone)
        .or_else(|| times::moment(&of_slot("start"), zone))
        .or_else(|| times::on_day(day.date, &field("start"), day.changes, zone));
    let lasts = times::duration(&field("duration"));
    let ends_at =
        times::moment(&of_slot("end"), zone).or_else(|| Some(Timestamp::plus(starts_at?, lasts?)));
    let room = if room.is_empty() { of_slot("room") } else { room.to_owned() };
    Session {
        key: first(&["guid", "code", "id"]),
        code: first(&["code", "id"]),
        title: field("title"),
        address: first(&["url", "origin_url"]),
        speakers: people(event),
        room,
        track: field("track"),
        starts_at,
        ends_at,
    }
}

/// Who speaks: `persons` in a schedule, `speakers` in a list.
fn people(event: &Value) -> String {
    let listed = ["persons", "speakers"].iter().find_map(|name| event.get(name)?.as_array());
    let name = |person: &Value| {
        let named = ["public_name", "name", "full_public_name"];
        let named = named.iter().find_map(|name| person.get(name)?.as_str());
        named.map_or_else(|| text(person), str::to_owned)
    };
    let names: Vec<String> = listed.into_iter().flatten().map(name).collect();
    names.into_iter().filter(|name| !name.trim().is_empty()).collect::<Vec<_>>().join(", ")
}

/// A text, or a number as one; of a text in several languages the English one, else the first.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Object(fields) => {
            let known = ["name", "en"].iter().find_map(|name| fields.get(*name));
            let text = known.or_else(|| fields.values().find(|value| value.is_string()));
            // A name may be in several languages itself, and what is in those is not looked into.
            match text {
                Some(Value::Object(names)) => {
                    let text = names.get("en").or_else(|| names.values().next());
                    text.and_then(Value::as_str).unwrap_or_default().to_owned()
                }
                text => text.and_then(Value::as_str).unwrap_or_default().to_owned(),
            }
        }
        _ => String::new(),
    }
}
