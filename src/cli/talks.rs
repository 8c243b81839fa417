//! The programme of the demonstration's event, and which of its posts are about which talk.

/// One talk, as the event's own schedule has it.
#[derive(Debug, Clone, Copy)]
pub struct DemoTalk {
    /// What the schedule calls it: the last segment of its page there and of its page here.
    pub code: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its track, which is called like the category.
    pub track: &'static str,
    /// Who speaks, with commas.
    pub speakers: &'static str,
    /// Where.
    pub room: &'static str,
    /// Minutes after 00:00 local time of the hub's first day at which it begins.
    pub minutes: i32,
    /// How many minutes it takes.
    pub length: i32,
    /// Addresses of the posts whose pages link to its page.
    pub posts: &'static [&'static str],
}

impl DemoTalk {
    /// Its page in the event's own schedule.
    pub fn address(&self) -> String {
        format!("https://longpier.example/2026/programme/{}", self.code)
    }
}

const HALL: &str = "Big hall";
const LOFT: &str = "The loft";

const DAY: i32 = 24 * 60;

/// The talks of the first hub.
pub const TALKS: &[DemoTalk] = &[
    DemoTalk {
        code: "a-place-you-can-visit",
        title: "A place you can visit",
        track: "Keynotes",
        speakers: "Ifeoma Nwosu",
        room: HALL,
        minutes: 9 * 60 + 30,
        length: 60,
        posts: &[
            "https://slowlog.example/2026/10/08/live-opening",
            "https://slowlog.example/2026/10/08/a-place-you-can-visit",
            "https://notes.marginal-ledger.example/kitchen",
            "https://papierkranich.example/2026/10/tueren",
            "https://carnet-de-bord.example/2026/10/le-seuil",
            "https://twocolumns.example/posts/against-the-kitchen",
            "https://cuaderno-de-mareas.example/visitar",
            "https://umibe-nikki.example/2026/10/08/tobira",
        ],
    },
    DemoTalk {
        code: "a-stylesheet-for-my-grandmother",
        title: "A stylesheet for my grandmother",
        track: "Craft",
        speakers: "Marta Lisboa",
        room: HALL,
        minutes: 11 * 60,
        length: 40,
        posts: &[
            "https://grandmothers-stylesheet.example/my-talk-slides-and-text",
            "https://alttext.example/2026/dont-let-it-move",
            "https://slowlog.example/2026/10/08/stylesheet-for-my-grandmother",
        ],
    },
    DemoTalk {
        code: "feeds-for-people",
        title: "Feeds for people who do not read feeds",
        track: "Small web",
        speakers: "Hana Okafor",
        room: HALL,
        minutes: 11 * 60 + 50,
        length: 40,
        posts: &["https://subscribed-anyway.example/feeds-for-people"],
    },
    DemoTalk {
        code: "who-pays",
        title: "Who pays for the small web?",
        track: "People",
        speakers: "Jonas Brandt, Rosa Teixeira, Wen Li, Ada Kowalska",
        room: HALL,
        minutes: 13 * 60 + 30,
        length: 45,
        posts: &[
            "https://the-treasurer.example/2026/10/who-pays",
            "https://blog.hinterhof-server.example/kasse",
            "https://slowlog.example/2026/10/08/who-pays",
        ],
    },
    DemoTalk {
        code: "plain-tables",
        title: "Tables, plain",
        track: "Craft",
        speakers: "Eva Dvořáková",
        room: HALL,
        minutes: 14 * 60 + 20,
        length: 40,
        posts: &["https://zapisnik-z-vlaku.example/2026/10/tabulky"],
    },
    DemoTalk {
        code: "links-rot",
        title: "Links rot: plant more",
        track: "Small web",
        speakers: "Idris Haddad",
        room: HALL,
        minutes: 15 * 60,
        length: 30,
        posts: &[
            "https://manyou.example/2026/10/links-rot",
            "https://cuaderno-de-mareas.example/enlaces",
        ],
    },
    DemoTalk {
        code: "canvas",
        title: "<canvas> is not a page",
        track: "Craft",
        speakers: "Lotte Maas",
        room: HALL,
        minutes: 15 * 60 + 30,
        length: 40,
        posts: &["https://papierkranich.example/2026/10/canvas"],
    },
    DemoTalk {
        code: "ten-years-of-one-guestbook",
        title: "Ten years of one guestbook",
        track: "Keynotes",
        speakers: "Beatriz Sá",
        room: HALL,
        minutes: DAY + 9 * 60 + 30,
        length: 60,
        posts: &[
            "https://guestbook-on-sundays.example/2026/10/09/thank-you",
            "https://slowlog.example/2026/10/09/ten-years-of-one-guestbook",
            "http://sodiumlamp.example/p/1142",
            "https://notes.marginal-ledger.example/still-here",
            "https://kettle-and-key.example/log/guestbook",
            "https://mudawwana.example/2026/10/daftar",
            "https://carnet-de-bord.example/2026/10/livre-d-or",
            "https://umibe-nikki.example/2026/10/09/geisuto-bukku",
            "https://mikro-imerologio.example/2026/10/vivlio-episkepton",
        ],
    },
    DemoTalk {
        code: "moderating-a-village",
        title: "Moderating a village",
        track: "People",
        speakers: "Grace Adeyemi",
        room: HALL,
        minutes: DAY + 10 * 60 + 45,
        length: 40,
        posts: &[
            "https://subscribed-anyway.example/moderating-a-village",
            "https://oldsysop.example/2026/282/village",
        ],
    },
    DemoTalk {
        code: "offline-on-a-ferry",
        title: "Offline on a ferry",
        track: "Craft",
        speakers: "Rui Ferreira",
        room: HALL,
        minutes: DAY + 11 * 60 + 30,
        length: 40,
        posts: &[
            "https://ferrymanscode.example/offline-on-a-ferry",
            "https://slowlog.example/2026/10/09/offline-on-a-ferry",
        ],
    },
    DemoTalk {
        code: "rings-and-neighbours",
        title: "Rings and neighbours",
        track: "Small web",
        speakers: "Anselm Vogt",
        room: HALL,
        minutes: DAY + 13 * 60 + 30,
        length: 40,
        posts: &[
            "https://daftar-e-baran.example/1405/07/hamsaye",
            "https://first-year.example/day-12-of-having-a-website",
            "https://colophon-club.example/rings",
            "https://slowlog.example/2026/10/09/rings-and-neighbours",
        ],
    },
    DemoTalk {
        code: "print-workshop",
        title: "From screen to sheet: a workshop",
        track: "Craft",
        speakers: "Noor Bakker",
        room: LOFT,
        minutes: DAY + 14 * 60,
        length: 90,
        posts: &[
            "https://printed-matters.example/screen-to-sheet",
            "https://twocolumns.example/posts/geoffrey",
            "https://inkwell-and-diff.example/diff/print-css",
        ],
    },
    DemoTalk {
        code: "boring-on-purpose",
        title: "Boring on purpose",
        track: "Keynotes",
        speakers: "Tomé Aguiar",
        room: HALL,
        minutes: 2 * DAY + 9 * 60 + 45,
        length: 40,
        posts: &[
            "https://aborrecido.example/2026/10/boring-on-purpose",
            "https://slowlog.example/2026/10/10/boring-on-purpose",
            "https://blog.hinterhof-server.example/langeweile",
            "https://naptime-deploys.example/2026/10/a-straight-line",
            "https://azulejo-quebrado.example/2026/10/gravata",
            "https://notes.marginal-ledger.example/debt",
        ],
    },
    DemoTalk {
        code: "archive-day",
        title: "Archive day: bring something from your first site",
        track: "Small web",
        speakers: "The Colophon Club",
        room: LOFT,
        minutes: 2 * DAY + 10 * 60 + 30,
        length: 60,
        posts: &[
            "https://colophon-club.example/archive-day",
            "https://alttext.example/2026/construction",
        ],
    },
    DemoTalk {
        code: "ask-for-less",
        title: "Ask for less",
        track: "Craft",
        speakers: "Saoirse Byrne",
        room: HALL,
        minutes: 2 * DAY + 11 * 60 + 15,
        length: 40,
        posts: &[
            "https://kettle-and-key.example/log/forms",
            "https://slowlog.example/2026/10/10/ask-for-less",
        ],
    },
    DemoTalk {
        code: "small-communities",
        title: "Round table: communities that stay small",
        track: "People",
        speakers: "Manuel from Afurada, Yusuf Kaya, Inês Prata",
        room: HALL,
        minutes: 2 * DAY + 13 * 60 + 15,
        length: 60,
        posts: &[
            "https://mikro-imerologio.example/2026/10/oxi-allo-scale",
            "https://thequietroom.example/2026/10/round-table",
            "https://zapisnik-z-vlaku.example/2026/10/druhy-clun",
            "https://ferrymanscode.example/second-boat",
            "https://daftar-e-baran.example/1405/07/ghayegh",
        ],
    },
    DemoTalk {
        code: "knots-and-buttons",
        title: "Knots, buttons, and other things that hold",
        track: "Craft",
        speakers: "Petra Nováková",
        room: LOFT,
        minutes: 3 * DAY + 9 * 60 + 30,
        length: 45,
        posts: &[],
    },
    DemoTalk {
        code: "leave-the-light-on",
        title: "Leave the light on",
        track: "Keynotes",
        speakers: "",
        room: HALL,
        minutes: 3 * DAY + 11 * 60 + 15,
        length: 45,
        posts: &[
            "https://slowlog.example/2026/10/11/leave-the-light-on",
            "https://papierkranich.example/2026/10/licht",
            "https://gull-watch.example/sightings/004",
            "https://carnet-de-bord.example/2026/10/debout",
            "https://mudawwana.example/2026/10/al-daw",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::posts::HUBS;

    #[test]
    fn each_talk_is_about_posts_that_are_there() {
        let hub = HUBS[0];
        for talk in TALKS {
            assert!(hub.categories.iter().any(|it| it.title == talk.track), "{}", talk.track);
            for url in talk.posts {
                let post = hub.posts.iter().find(|post| post.url == *url);
                let post = post.unwrap_or_else(|| panic!("no post {url}"));
                let soon = post.minutes - talk.minutes;
                assert!((-30..10 * 60).contains(&soon), "{url} came {soon} minutes after it began");
            }
        }
    }
}
