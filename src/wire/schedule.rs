//! Programmes of events, read for their sessions: the schedules of pretalx and frab in JSON and
//! XML, iCalendar, and CSV. What a file is, it says itself.
//!
//! An organizer's file comes from anywhere: nothing in it is expanded, nested deeper than a
//! schedule is, or followed.

mod calendar;
mod frab;
mod table;
mod times;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use jiff::tz::TimeZone;

use super::foreign_xml;
use crate::model::hub::line;
use crate::model::talk::{MAX_KEY, MAX_NAME, MAX_TITLE, Session};
use crate::model::web_url;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// The most sessions.
pub const MAX_SESSIONS: usize = 5_000;

/// Why a file was not read, in a sentence for whoever chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// More than [`MAX_BYTES`].
    #[error("The schedule is larger than 5 MB.")]
    TooLarge,
    /// More than [`MAX_SESSIONS`].
    #[error("The schedule has more than 5,000 sessions.")]
    TooMany,
    /// None of the formats.
    #[error(
        "This is no schedule that can be read: take schedule.json or schedule.xml from pretalx or frab, an iCalendar file, or a CSV file whose first line names its columns, one of them “title”."
    )]
    Unknown,
    /// One of the formats, and not to its end.
    #[error("The schedule is cut off or broken: export it once more.")]
    Broken,
    /// Another encoding than browsers read.
    #[error("The schedule is in an encoding that is not read here: save it as UTF-8.")]
    Encoding,
    /// Nothing in it has a title.
    #[error("There is no session in this schedule.")]
    Empty,
}

/// Reads the sessions of a schedule, in its order. Times without a zone are those of `zone`, unless
/// the schedule names its own. What is cancelled is left out.
pub fn read(file: &[u8], zone: &TimeZone) -> Result<Vec<Session>, ScheduleError> {
    if file.len() > MAX_BYTES {
        return Err(ScheduleError::TooLarge);
    }
    let text = foreign_xml::decode(None, file).map_err(|_refused| ScheduleError::Encoding)?;
    // Without the declaration nothing else would say that it was XML.
    let text = text.trim_start();
    let sessions = match text.chars().next() {
        Some('{' | '[') => frab::read(text, zone)?,
        Some('<') => xml::read(text, zone)?,
        Some(_) if calendar::is_one(text) => calendar::read(text, zone)?,
        _ => table::read(text, zone)?,
    };
    let sessions = tidy(sessions);
    match sessions.len() {
        0 => Err(ScheduleError::Empty),
        n if n > MAX_SESSIONS => Err(ScheduleError::TooMany),
        _ => Ok(sessions),
    }
}

/// Sessions with a title, their texts cut to what is stored, each with a key of its own.
fn tidy(sessions: Vec<Session>) -> Vec<Session> {
    let mut keys = HashSet::new();
    let tidied = sessions.into_iter().filter_map(|session| {
        let title = line(&session.title, MAX_TITLE);
        if title.is_empty() {
            return None;
        }
        let mut key = line(&session.key, MAX_KEY);
        if !key.is_empty() && !keys.insert(key.clone()) {
            // One session at several times.
            let start = session.starts_at.map_or(0, crate::clock::Timestamp::seconds);
            key = line(&format!("{start} {key}"), MAX_KEY);
            if !keys.insert(key.clone()) {
                return None;
            }
        }
        let address = session.address.trim();
        let address = if address.len() > web_url::MAX_BYTES { "" } else { address };
        Some(Session {
            key,
            code: line(&session.code, MAX_NAME),
            title,
            address: address.to_owned(),
            speakers: line(&session.speakers, MAX_TITLE),
            room: line(&session.room, MAX_NAME),
            track: line(&session.track, MAX_NAME),
            ends_at: session.ends_at.filter(|ends| session.starts_at.is_some_and(|at| at < *ends)),
            ..session
        })
    });
    tidied.take(MAX_SESSIONS + 1).collect()
}
