//! A programme, read: `wire::schedule`; and a table of ours, read as one (`wire::csv`).

use std::collections::HashSet;

use backchannel::model::hub;
use backchannel::model::talk::{MAX_KEY, MAX_NAME, MAX_TITLE};
use backchannel::model::web_url;
use backchannel::wire::csv::Csv;
use backchannel::wire::schedule::{MAX_BYTES, MAX_SESSIONS, ScheduleError, read};
use jiff::tz::TimeZone;

use super::{input, line};

/// A file; and texts (see `input::texts`), three for each row of a table. Limits hold, texts are
/// tidy, keys are of one session each, and what we write into a table is read from it.
pub fn check(data: &[u8]) {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    match read(data, &zone) {
        Err(error) => assert_eq!(error == ScheduleError::TooLarge, data.len() > MAX_BYTES),
        Ok(sessions) => {
            assert!((1..=MAX_SESSIONS).contains(&sessions.len()));
            let mut keys = HashSet::new();
            for session in &sessions {
                assert_ne!(session.title, "");
                line::is_tidy(&session.title, MAX_TITLE);
                line::is_tidy(&session.speakers, MAX_TITLE);
                line::is_tidy(&session.key, MAX_KEY);
                for name in [&session.code, &session.room, &session.track] {
                    line::is_tidy(name, MAX_NAME);
                }
                assert!(session.address.len() <= web_url::MAX_BYTES);
                assert_eq!(session.address, session.address.trim());
                assert!(session.key.is_empty() || keys.insert(&session.key), "{:?}", session.key);
                let ends = session.ends_at;
                assert!(ends.is_none_or(|ends| session.starts_at.is_some_and(|at| at < ends)));
            }
        }
    }
    is_read_from_a_table(&input::texts(data), &zone);
}

fn is_read_from_a_table(texts: &[String], zone: &TimeZone) {
    // XML has no NUL, and so no schedule may have.
    if texts.iter().any(|text| text.contains('\0')) || texts.len() > 3 * MAX_SESSIONS {
        return;
    }
    let rows: Vec<[&str; 3]> = texts
        .chunks(3)
        .map(|chunk| [0, 1, 2].map(|at| chunk.get(at).map_or("", String::as_str)))
        .collect();
    let mut table = Csv::with_columns(["title", "room", "track"]);
    rows.iter().for_each(|row| table.row(row.iter().copied()));
    // A spreadsheet is to take nothing for a formula.
    let cell = |text: &str, most| {
        let is_formula = text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r']);
        hub::line(&if is_formula { format!("'{text}") } else { text.to_owned() }, most)
    };
    let expected: Vec<[String; 3]> = rows
        .iter()
        .map(|[title, room, track]| {
            [cell(title, MAX_TITLE), cell(room, MAX_NAME), cell(track, MAX_NAME)]
        })
        .filter(|[title, ..]| !title.is_empty())
        .collect();
    let sessions = match read(table.finish().as_bytes(), zone) {
        Err(ScheduleError::Empty) => Vec::new(),
        sessions => sessions.unwrap(),
    };
    let read: Vec<[String; 3]> =
        sessions.into_iter().map(|session| [session.title, session.room, session.track]).collect();
    assert_eq!(read, expected);
}
