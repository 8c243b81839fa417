use super::*;
use proptest::prelude::*;

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn sessions(text: &str) -> Vec<Session> {
    read(text.as_bytes(), &berlin()).unwrap()
}

/// A session as a line.
fn told(session: &Session) -> String {
    let at = |at: Option<crate::clock::Timestamp>| {
        at.map(|at| at.to_jiff().strftime("%d %H:%M").to_string()).unwrap_or_default()
    };
    let Session { key, code, title, address, speakers, room, track, starts_at, ends_at } = session;
    let (from, to) = (at(*starts_at), at(*ends_at));
    format!("{key}|{code}|{title}|{address}|{speakers}|{room}|{track}|{from}|{to}")
}

const PRETALX: &str = r##"{"$schema": "https://c3voc.de/schedule/schema.json", "generator": {"name": "pretalx", "version": "2025.1.0"},
"schedule": {"url": "https://pretalx.example/demo/schedule/", "version": "1.0", "base_url": "https://pretalx.example",
"conference": {"acronym": "demo", "title": "DemoCon", "start": "2026-08-21", "end": "2026-08-22", "daysCount": 2, "timeslot_duration": "00:05", "time_zone_name": "America/Chicago",
"rooms": [{"name": "Main hall", "slug": "1-main-hall", "guid": "b", "capacity": null}], "tracks": [{"name": "Web", "slug": "1-web", "color": "#ff0000"}],
"days": [{"index": 1, "date": "2026-08-21", "day_start": "2026-08-21T04:00:00-05:00", "day_end": "2026-08-22T03:59:00-05:00",
"rooms": {"Main hall": [{"guid": "9f0c-1", "code": "7XKQJD", "id": 1, "logo": null, "date": "2026-08-21T10:00:00-05:00", "start": "10:00", "duration": "00:45", "room": "Main hall",
"slug": "demo-1-links", "url": "https://pretalx.example/demo/talk/7XKQJD/", "title": "Links &  lists", "subtitle": "", "track": "Web", "type": "Talk", "language": "en", "abstract": "…",
"do_not_record": false, "persons": [{"code": "A", "name": "Ada Lovelace", "public_name": "Ada Lovelace"}, {"code": "B", "name": "Grace Hopper"}], "links": [], "attachments": []},
{"guid": "9f0c-2", "code": "AB", "date": null, "start": "01:15", "duration": "01:00", "title": "Night", "track": null, "persons": []},
{"guid": "9f0c-3", "title": "  "}]}}]}}}"##;

const FRAB: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE schedule>
<schedule><generator name="frab" version="0.7"/><version>Gacrux</version>
<conference><acronym>camp</acronym><title>Camp</title><time_zone_name>Europe/Lisbon</time_zone_name></conference>
<day index="1" date="2019-08-21" start="2019-08-21T09:00:00+01:00" end="2019-08-22T04:00:00+01:00">
<room name="Curie" guid="r1"><event id="10386" guid="a0a0"><date>2019-08-21T11:00:00+01:00</date><start>11:00</start><duration>00:30</duration>
<room>Curie</room><slug>camp-10386</slug><url>https://camp.example/events/10386.html</url><title>Links &amp; lists</title><subtitle/><track>CCC</track>
<abstract>A &lt;b&gt; welcome</abstract><persons><person id="1">jinxx</person><person id="2">Andr&#233;</person></persons><links><link href="https://x.example/">x</link></links></event>
<event id="7"><start>00:15</start><duration>00:45</duration><title><![CDATA[Late & long]]></title><persons/></event></room></day></schedule>"#;

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
BEGIN:VEVENT\r\nUID:1@x.example\r\nSUMMARY:Links\\, lists\r\n  and more\r\nDTSTART;TZID=America/Chicago:20260821T100000\r\nDURATION:PT45M\r\n\
URL:https://x.example/1\r\nLOCATION:Main hall\r\nCATEGORIES:Web\r\nATTENDEE;CN=\"Ada; of London\":mailto:a@x.example\r\nBEGIN:VALARM\r\nSUMMARY:Wake up\r\nEND:VALARM\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:2@x.example\r\nSUMMARY:Floating\r\nDTSTART:20260821T100000\r\nDTEND:20260821T110000\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:3@x.example\r\nSUMMARY:In UTC\r\nDTSTART:20260821T100000Z\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:4@x.example\r\nSUMMARY:Off\r\nSTATUS:CANCELLED\r\nDTSTART:20260821T100000Z\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:5@x.example\r\nSUMMARY:All day\r\nDTSTART;VALUE=DATE:20260822\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

const TABLE: &str = "\u{FEFF}Title;URL;Speakers;Room;Start;End;Track;ID\n\
\"Links; \"\"lists\"\"\";https://x.example/1;\"Ada\nGrace\";Main hall;2026-08-21 10:00;21.8.2026 10:45;Web;t1\n\n\
Floating;;;;;;;\n;https://x.example/2;;;;;;\n";

#[test]
fn sessions_are_read_from_each_format() {
    for (text, expected) in [
        (
            PRETALX,
            &[
                "9f0c-1|7XKQJD|Links & lists|https://pretalx.example/demo/talk/7XKQJD/|Ada Lovelace, Grace Hopper|Main hall|Web|21 15:00|21 15:45",
                "9f0c-2|AB|Night|||Main hall||22 06:15|22 07:15",
            ][..],
        ),
        (
            FRAB,
            &[
                "a0a0|10386|Links & lists|https://camp.example/events/10386.html|jinxx, André|Curie|CCC|21 10:00|21 10:30",
                "7|7|Late & long|||Curie||21 23:15|22 00:00",
            ],
        ),
        (
            CALENDAR,
            &[
                "1@x.example||Links, lists and more|https://x.example/1|Ada; of London|Main hall|Web|21 15:00|21 15:45",
                "2@x.example||Floating|||||21 08:00|21 09:00",
                "3@x.example||In UTC|||||21 10:00|",
                "5@x.example||All day|||||21 22:00|",
            ],
        ),
        (
            TABLE,
            &[
                "t1|t1|Links; \"lists\"|https://x.example/1|Ada, Grace|Main hall|Web|21 08:00|21 08:45",
                "||Floating||||||",
            ],
        ),
        (
            r#"{"count": 1, "next": null, "results": [{"code": "ABC", "title": "Listed", "speakers": [{"code": "X", "name": "Ada"}], "track": {"en": "Web", "de": "Netz"},
            "slot": {"room": {"name": {"en": "Hall"}}, "start": "2026-08-21T10:00:00+02:00", "end": "2026-08-21T11:00:00+02:00"}}]}"#,
            &["ABC|ABC|Listed||Ada|Hall|Web|21 08:00|21 09:00"],
        ),
    ] {
        let found: Vec<String> = sessions(text).iter().map(told).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn what_is_no_schedule_is_refused_with_a_sentence() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"boom\"><!ENTITY c \"&b;&b;&b;\">]><schedule><day><room><event><title>&c;</title></event></room></day></schedule>";
    let deep = format!("<schedule>{}", "<a>".repeat(200));
    for (text, expected) in [
        ("", ScheduleError::Unknown),
        ("Dear organizers,", ScheduleError::Unknown),
        ("<html><body>Not found</body></html>", ScheduleError::Unknown),
        ("{\"schedule\": {\"conference\": {\"days\": [", ScheduleError::Broken),
        ("{\"schedule\": 3}", ScheduleError::Unknown),
        ("{\"schedule\": {\"conference\": {\"days\": []}}}", ScheduleError::Empty),
        ("<schedule><day>", ScheduleError::Broken),
        ("<schedule/>", ScheduleError::Empty),
        (bomb, ScheduleError::Unknown),
        (&deep, ScheduleError::Broken),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x", ScheduleError::Broken),
        ("title,url\n", ScheduleError::Empty),
        ("name,url\na,b\n", ScheduleError::Unknown),
    ] {
        assert_eq!(read(text.as_bytes(), &berlin()), Err(expected), "{text}");
    }
    assert_eq!(read(&vec![b' '; MAX_BYTES + 1], &berlin()), Err(ScheduleError::TooLarge));
    assert_eq!(read(b"\xFE\xFF\0{", &berlin()), Err(ScheduleError::Encoding));
    let many = format!("title\n{}", "x\n".repeat(MAX_SESSIONS + 1));
    assert_eq!(read(many.as_bytes(), &berlin()), Err(ScheduleError::TooMany));
    let nested = "[".repeat(100_000);
    assert!(read(nested.as_bytes(), &berlin()).is_err(), "deeper than any schedule");
}

#[test]
fn what_is_made_to_take_long_is_read_in_one_go() {
    // Looking back over the blanks at each quote would take days.
    let half = MAX_BYTES / 2 - 100;
    let quotes = format!("title\n{}x{}", " ".repeat(half), "\"".repeat(half));
    assert_eq!(sessions(&quotes).len(), 1);
    let objects = format!("[{}{{}}]", "{\"a\":0},".repeat(200_000));
    assert_eq!(read(objects.as_bytes(), &berlin()), Err(ScheduleError::TooMany));
}

#[test]
fn one_session_at_two_times_is_two_talks() {
    let twice = "title,id,start\nTour,t1,2026-08-21 10:00\nTour,t1,2026-08-21 15:00\nTour,t1,2026-08-21 15:00\n";
    let keys: Vec<String> = sessions(twice).into_iter().map(|session| session.key).collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], "t1");
    assert!(keys[1].ends_with(" t1"), "{keys:?}");
}

proptest! {
    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for begin in ["", "{", "<schedule>", "<schedule><day><room><event>", "BEGIN:VCALENDAR\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "title,start\n"] {
            let _ = read(&[begin.as_bytes(), &bytes].concat(), &berlin());
        }
    }

    #[test]
    fn a_schedule_with_something_cut_out_never_panics(from in 0_usize..900, length in 0_usize..200) {
        for text in [PRETALX, FRAB, CALENDAR, TABLE] {
            let mut bytes = text.as_bytes().to_vec();
            let from = from.min(bytes.len());
            let to = (from + length).min(bytes.len());
            bytes.drain(from..to);
            let _ = read(&bytes, &berlin());
        }
    }
}
