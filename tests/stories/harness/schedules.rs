//! Schedules as pretalx and frab export them, as large as one likes.

/// A talk of a schedule.
#[derive(Debug, Clone)]
pub struct Talk {
    /// Its number, from 1.
    pub n: usize,
    /// Its title.
    pub title: String,
    /// Its track.
    pub track: String,
    /// Its room.
    pub room: &'static str,
    /// Its day and time, in Chicago.
    pub start: (usize, usize, usize),
}

const TRACKS: [&str; 5] = ["Weblogs", "Web standards", "Design & type", "Community", "Law"];
const ROOMS: [&str; 4] = ["Ballroom A", "Ballroom B", "Room 15", "Kafé Über"];
const SUBJECTS: [&str; 8] = [
    "Links that last",
    "What feeds are for",
    "A page without tables",
    "Comments & their keepers",
    "Type on screens",
    "Who owns a weblog?",
    "Ping, and be pinged",
    "Städte im Netz",
];

/// Talks of four days, in four rooms.
pub fn talks(count: usize) -> Vec<Talk> {
    let talk = |n: usize| Talk {
        n,
        title: format!("{}, part {n}", SUBJECTS[n % SUBJECTS.len()]),
        track: TRACKS[n % TRACKS.len()].to_owned(),
        room: ROOMS[n % ROOMS.len()],
        start: (8 + n % 4, 9 + (n / 16) % 12, if (n / 4).is_multiple_of(2) { 0 } else { 30 }),
    };
    (1..=count).map(talk).collect()
}

impl Talk {
    /// What its schedule calls it: `TALK01`.
    pub fn code(&self) -> String {
        format!("TALK{:02}", self.n)
    }

    /// The path of its own page.
    pub fn path(&self) -> String {
        format!("/sxsw/talk/{}/", self.code())
    }

    fn date(&self) -> String {
        let (day, hour, minute) = self.start;
        format!("2003-03-{day:02}T{hour:02}:{minute:02}:00-06:00")
    }

    fn speakers(&self) -> [String; 2] {
        [format!("Ada {}", self.n), format!("Grace {}", self.n)]
    }
}

/// `schedule.json`, as pretalx exports it; the talks' pages are under `base`.
pub fn pretalx(base: &str, talks: &[Talk]) -> String {
    let event = |talk: &Talk| {
        let (_, hour, minute) = talk.start;
        let person = |name: &String| serde_json::json!({"code": name, "name": name, "public_name": name, "biography": null, "avatar": null});
        serde_json::json!({
            "guid": format!("5f2a7c1e-0000-4000-8000-{:012}", talk.n), "code": talk.code(), "id": talk.n, "logo": null,
            "date": talk.date(), "start": format!("{hour:02}:{minute:02}"), "duration": "00:45", "room": talk.room,
            "slug": format!("sxsw-{}", talk.n), "url": format!("{base}{}", talk.path()), "title": talk.title, "subtitle": "",
            "track": talk.track, "type": "Talk", "language": "en", "abstract": "An abstract. ".repeat(20),
            "description": "", "recording_license": "", "do_not_record": false,
            "persons": talk.speakers().iter().map(person).collect::<Vec<_>>(), "links": [], "attachments": [],
        })
    };
    let day = |day: usize| {
        let mut rooms = serde_json::Map::new();
        for room in ROOMS {
            let here = talks.iter().filter(|talk| talk.start.0 == day && talk.room == room);
            rooms.insert(room.to_owned(), here.map(event).collect());
        }
        serde_json::json!({"index": day - 7, "date": format!("2003-03-{day:02}"), "day_start": format!("2003-03-{day:02}T04:00:00-06:00"), "rooms": rooms})
    };
    let days: Vec<_> = (8..12).map(day).collect();
    let conference = serde_json::json!({
        "acronym": "sxsw", "title": "SXSW 2003", "start": "2003-03-08", "end": "2003-03-11", "daysCount": 4,
        "timeslot_duration": "00:05", "time_zone_name": "America/Chicago", "rooms": [], "tracks": [], "days": days,
    });
    serde_json::json!({
        "$schema": "https://c3voc.de/schedule/schema.json", "generator": {"name": "pretalx", "version": "2025.1.0"},
        "schedule": {"url": format!("{base}/sxsw/schedule/"), "version": "0.9", "base_url": base, "conference": conference},
    })
    .to_string()
}

/// `schedule.xml`, as frab exports it; the talks' pages are under `base`.
pub fn frab(base: &str, talks: &[Talk]) -> String {
    let text = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<schedule>\n<generator name=\"frab\" version=\"0.7\"/>\n<version>0.9</version>\n\
        <conference><acronym>sxsw</acronym><title>SXSW 2003</title><start>2003-03-08</start><end>2003-03-11</end><days>4</days><timeslot_duration>00:05</timeslot_duration></conference>\n".to_owned();
    for day in 8..12 {
        xml += &format!(
            "<day index=\"{}\" date=\"2003-03-{day:02}\" start=\"2003-03-{day:02}T08:00:00-06:00\" end=\"2003-03-{day:02}T23:00:00-06:00\">\n",
            day - 7
        );
        for room in ROOMS {
            xml += &format!("<room name=\"{room}\">\n");
            for talk in talks.iter().filter(|talk| talk.start.0 == day && talk.room == room) {
                let (_, hour, minute) = talk.start;
                let people: String = talk
                    .speakers()
                    .iter()
                    .map(|name| format!("<person id=\"{}\">{name}</person>", talk.n))
                    .collect();
                xml += &format!(
                    "<event guid=\"5f2a7c1e-0000-4000-8000-{:012}\" id=\"{}\"><date>{}</date><start>{hour:02}:{minute:02}</start><duration>00:45</duration><room>{room}</room>\
                     <url>{base}{}</url><title>{}</title><subtitle/><track>{}</track><type>lecture</type><language>en</language><abstract>&lt;p&gt;…&lt;/p&gt;</abstract><description/>\
                     <persons>{people}</persons><links/><attachments/></event>\n",
                    talk.n,
                    talk.n,
                    talk.date(),
                    talk.path(),
                    text(&talk.title),
                    text(&talk.track),
                );
            }
            xml += "</room>\n";
        }
        xml += "</day>\n";
    }
    xml + "</schedule>\n"
}
