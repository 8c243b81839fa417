//! CSV: a line for each session, and a first one that names the columns.

use jiff::tz::TimeZone;

use super::{MAX_SESSIONS, ScheduleError, times};
use crate::clock::Timestamp;
use crate::model::talk::Session;

/// The most columns.
const MAX_COLUMNS: usize = 200;

/// Reads the sessions.
pub(super) fn read(text: &str, zone: &TimeZone) -> Result<Vec<Session>, ScheduleError> {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: char| first.matches(delimiter).count();
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(|it| (count(*it), *it == ','));
    let mut rows = Rows { rest: text, delimiter: delimiter.unwrap_or(',') };
    let names = rows.next().ok_or(ScheduleError::Unknown)?;
    let names: Vec<String> = names.iter().map(|name| bare(name)).collect();
    let columns = Columns::of(&names).ok_or(ScheduleError::Unknown)?;
    let mut sessions = Vec::new();
    for row in rows {
        if sessions.len() > MAX_SESSIONS {
            return Err(ScheduleError::TooMany);
        }
        sessions.push(columns.session(&row, zone));
    }
    Ok(sessions)
}

/// A column's name as it is compared: small letters, without what is in brackets.
fn bare(name: &str) -> String {
    let name = name.split('(').next().unwrap_or_default().trim().to_lowercase();
    name.replace(['_', '-'], " ")
}

/// Where what stands.
struct Columns {
    title: usize,
    address: Option<usize>,
    speakers: Option<usize>,
    room: Option<usize>,
    track: Option<usize>,
    key: Option<usize>,
    date: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    duration: Option<usize>,
}

impl Columns {
    fn of(names: &[String]) -> Option<Self> {
        let column = |known: &[&str]| {
            known.iter().find_map(|name| names.iter().position(|this| this == name))
        };
        Some(Self {
            title: column(&[
                "title",
                "session title",
                "proposal title",
                "talk",
                "session",
                "summary",
            ])?,
            address: column(&["url", "address", "link", "page", "web address"]),
            speakers: column(&[
                "speakers",
                "speaker",
                "speaker names",
                "persons",
                "people",
                "presenter",
            ]),
            room: column(&["room", "location", "place", "where"]),
            track: column(&["track", "category", "topic"]),
            key: column(&["id", "key", "code", "guid", "uid"]),
            date: column(&["date", "day"]),
            start: column(&["start", "starts", "starts at", "begin", "from", "time", "start time"]),
            end: column(&["end", "ends", "ends at", "to", "until", "end time"]),
            duration: column(&["duration", "minutes", "length"]),
        })
    }

    fn session(&self, row: &[String], zone: &TimeZone) -> Session {
        let at = |column: Option<usize>| {
            column.and_then(|at| row.get(at)).map(|text| text.trim()).unwrap_or_default()
        };
        let moment = |text: &str| {
            times::moment(text, zone)
                .or_else(|| times::moment(&format!("{} {text}", at(self.date)), zone))
        };
        let starts_at = moment(at(self.start)).or_else(|| times::moment(at(self.date), zone));
        let lasts = || Some(Timestamp::plus(starts_at?, times::duration(at(self.duration))?));
        let key = at(self.key).to_owned();
        let speakers = at(self.speakers).replace('\n', ", ");
        Session {
            code: key.clone(),
            key,
            title: at(Some(self.title)).to_owned(),
            address: at(self.address).to_owned(),
            speakers,
            room: at(self.room).to_owned(),
            track: at(self.track).to_owned(),
            starts_at,
            ends_at: moment(at(self.end)).or_else(lasts),
        }
    }
}

/// The rows of a table (RFC 4180), empty ones left out.
struct Rows<'a> {
    rest: &'a str,
    delimiter: char,
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        while !self.rest.is_empty() {
            let row = self.row();
            if row.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(row);
            }
        }
        None
    }
}

impl Rows<'_> {
    fn row(&mut self) -> Vec<String> {
        let mut row = Vec::new();
        loop {
            let (cell, is_last) = self.cell();
            if row.len() < MAX_COLUMNS {
                row.push(cell);
            }
            if is_last {
                return row;
            }
        }
    }

    /// The next cell, and whether its row ends with it. A quote that is never closed takes all there
    /// is.
    fn cell(&mut self) -> (String, bool) {
        let mut cell = String::new();
        let (mut quoted, mut is_blank) = (false, true);
        let mut letters = self.rest.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' if quoted && letters.peek().is_some_and(|(_, next)| *next == '"') => {
                    cell.push('"');
                    letters.next();
                }
                '"' if quoted => quoted = false,
                '"' if is_blank => {
                    cell.clear();
                    (quoted, is_blank) = (true, false);
                }
                '\n' if !quoted => {
                    self.rest = &self.rest[at + 1..];
                    return (cell, true);
                }
                '\r' if !quoted => {}
                letter if !quoted && letter == self.delimiter => {
                    self.rest = &self.rest[at + letter.len_utf8()..];
                    return (cell, false);
                }
                letter => {
                    is_blank &= letter.is_whitespace();
                    cell.push(letter);
                }
            }
        }
        self.rest = "";
        (cell, true)
    }
}
