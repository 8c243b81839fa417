//! A reader leaves a page open: what is listed is told as it is listed.

use std::time::Duration;

use crate::harness::process::{databases, ok, run, secret_file, serve};
use crate::harness::{Browser, Database, PASSWORD, Site, Topic, http, minutes};

/// Longer than any of this takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who listens.
struct Listening {
    stream: reqwest::Response,
    text: String,
    /// The id of the last event.
    last: Option<String>,
}

/// What was told.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Post(String),
    Reload,
    /// The stream ended.
    End,
}

impl Listening {
    async fn to(base: &str, path: &str) -> Self {
        Self::with(base, path, &[]).await
    }

    async fn with(base: &str, path: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = http().get(format!("{base}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let stream = request.send().await.unwrap();
        assert_eq!(stream.status(), 200, "{path}");
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        assert_eq!(stream.headers()["cache-control"], "no-store, no-transform");
        assert_eq!(stream.headers()["x-accel-buffering"], "no");
        let mut listening = Self { stream, text: String::new(), last: None };
        let first = listening.block().await.expect("it begins");
        let retry = first.strip_prefix("retry: ").expect("when to come back");
        assert!((3_000..8_000).contains(&retry.parse::<u32>().unwrap()), "{first}");
        listening
    }

    /// The next block of lines; none at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.stream.chunk()).await;
            let chunk = chunk.expect("something is told").unwrap_or_default()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn next(&mut self) -> Told {
        loop {
            let Some(block) = self.block().await else { return Told::End };
            if block.starts_with(':') {
                continue;
            }
            let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
            self.last = line("id: ").map(str::to_owned);
            if line("event: ") == Some("reload") {
                return Told::Reload;
            }
            let post: serde_json::Value = serde_json::from_str(line("data: ").unwrap()).unwrap();
            return Told::Post(post["title"].as_str().unwrap().to_owned());
        }
    }

    /// The next that is told is this post.
    async fn hears(&mut self, title: &str) {
        assert_eq!(self.next().await, Told::Post(title.to_owned()));
    }
}

async fn post(topic: &Topic<'_>, url: &str, title: &str) {
    let post = format!("http://ada.example/{}", title.replace(' ', "-"));
    let sent = topic.ping_at(url, &[("url", &post), ("title", title)]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.advance(minutes(1));
}

/// Where a page says that it is told what comes after it.
async fn stream_of(browser: &mut Browser, page: &str) -> String {
    let page = browser.open(page).await;
    let live = page.attributes("[data-watch]", "data-watch").remove(0);
    format!("{live}?after={}", page.attributes("[data-watch]", "data-after").remove(0))
}

async fn set_readers(organizer: &mut Browser, what: &str, readers: &str, password: &str) {
    organizer.open("/manage/sxsw/readers").await;
    let path = format!("/manage/sxsw/readers/{what}");
    let saved = organizer.submit(&path, &[("readers", readers), ("password", password)]).await;
    saved.redirects_to("/manage/sxsw/readers");
}

story! {
    async fn what_is_listed_is_told_and_what_waits_is_not(site) {
        let keynotes = site.hub("open", "at-once").await;
        let keynotes_url = keynotes.ping_url.clone();
        let mut panels = site.category(keynotes.organizer, "panels", "open", "all-wait").await;
        let page = stream_of(&mut site.browser(), "/sxsw").await;
        let mut hub = Listening::to(&site.base, &page).await;
        let mut of_keynotes = Listening::to(&site.base, "/sxsw/keynotes/live").await;
        let mut of_panels = Listening::to(&site.base, "/sxsw/panels/live").await;

        post(&panels, &panels.ping_url, "A panel").await;
        post(&panels, &keynotes_url, "One").await;
        hub.hears("One").await;
        of_keynotes.hears("One").await;
        panels.decide("A panel", "list").await;
        hub.hears("A panel").await;
        of_panels.hears("A panel").await;
        post(&panels, &keynotes_url, "Two 5 < 6").await;
        of_keynotes.hears("Two 5 < 6").await;

        // Nothing to tell where the page shows it all; what one missed where it does not.
        let newest = stream_of(&mut site.browser(), "/sxsw/keynotes").await;
        let mut again = Listening::to(&site.base, &newest).await;
        let mut from_empty = Listening::to(&site.base, &page).await;
        for title in ["One", "A panel", "Two 5 < 6"] {
            from_empty.hears(title).await;
        }
        post(&panels, &keynotes_url, "Three").await;
        for listener in [&mut again, &mut from_empty] {
            listener.hears("Three").await;
        }
        // An older page is not told: what is new stands on the newest.
        let newest = site.browser().open("/sxsw").await.attributes("article .meta a", "href").remove(0);
        let older = site.browser().open(&format!("/sxsw?before={}", &newest[3..])).await;
        assert_eq!(older.attributes("[data-watch]", "data-watch"), Vec::<String>::new());
    }

    async fn whoever_comes_back_misses_none_and_hears_none_twice_while_posts_arrive(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let page = stream_of(&mut site.browser(), "/sxsw").await;
        let mut last: Option<String> = None;
        let mut heard = Vec::new();
        let listen = async {
            while heard.len() < 30 {
                let header = last.as_deref().map(|id| ("last-event-id", id));
                let mut listening = Listening::with(&site.base, &page, header.as_slice()).await;
                for _ in 0..3 {
                    match listening.next().await {
                        Told::Post(title) => heard.push(title),
                        other => panic!("{other:?} after {heard:?}"),
                    }
                }
                last = listening.last;
            }
        };
        let ping = async {
            for number in 0..30 {
                post(&topic, &topic.ping_url, &format!("Post {number}")).await;
            }
        };
        tokio::join!(listen, ping);
        let all: Vec<String> = (0..30).map(|number| format!("Post {number}")).collect();
        assert_eq!(heard, all);

        // More than fifty posts later there is nothing to resume: the page is to be loaded again.
        for number in 30..59 {
            post(&topic, &topic.ping_url, &format!("Post {number}")).await;
        }
        site.advance(minutes(60));
        let mut far_behind = Listening::to(&site.base, &page).await;
        assert_eq!(far_behind.next().await, Told::Reload);
        post(&topic, &topic.ping_url, "And one").await;
        far_behind.hears("And one").await;
    }

    async fn what_is_not_public_is_told_to_those_who_may_read_it(site) {
        let public = site.hub("open", "at-once").await;
        let public_url = public.ping_url.clone();
        let mut apart = site.category(public.organizer, "apart", "passphrase", "at-once").await;
        set_readers(&mut apart.organizer, "apart", "password", "tell nobody").await;
        let mut hub = Listening::to(&site.base, "/sxsw/-/live").await;
        site.browser().open("/sxsw/apart/live").await.has_status(403).never_says("apart</");
        site.browser().open("/sxsw/nothing/live").await.has_status(404);

        let mut reader = site.browser();
        reader.open("/sxsw/apart").await;
        reader.submit("/sxsw/apart/-/read", &[("password", "tell nobody")]).await.redirects_to("/sxsw/apart");
        let cookies: Vec<String> = reader.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = [("cookie", &*cookies.join("; "))];
        let mut knows = Listening::with(&site.base, "/sxsw/apart/live", &cookie).await;
        post(&apart, &apart.ping_url, "For few").await;
        post(&apart, &public_url, "For all").await;
        knows.hears("For few").await;
        hub.hears("For all").await;
        Listening::to(&site.base, "/sxsw/-/live?after=0-aaaaaaaaaaaaaaaaaaaaaaaaaa").await.hears("For all").await;

        // With the password the right to listen ends, and with the hub everybody's.
        set_readers(&mut apart.organizer, "apart", "password", "another one").await;
        assert_eq!(knows.next().await, Told::End);
        apart.organizer.open("/operator").await;
        apart.organizer.submit("/operator/hubs/sxsw/suspend", &[]).await;
        assert_eq!(hub.next().await, Told::End);
        site.browser().open("/sxsw/-/live").await.has_status(410);
    }

    async fn a_reload_names_no_post_that_its_reader_may_not_know_of(site) {
        let public = site.hub("passphrase", "at-once").await;
        for number in 0..52 {
            post(&public, &public.ping_url, &format!("Post {number}")).await;
        }
        let newest = stream_of(&mut site.browser(), "/sxsw").await;
        let mut apart = site.category(public.organizer, "apart", "open", "at-once").await;
        set_readers(&mut apart.organizer, "apart", "unlisted", "").await;
        post(&apart, &apart.ping_url, "For few").await;
        let unknown = [("last-event-id", "1000000-aaaaaaaaaaaaaaaaaaaaaaaaaa")];
        for path in ["/sxsw/-/live", "/sxsw/keynotes/live"] {
            let mut stranger = Listening::with(&site.base, path, &unknown).await;
            assert_eq!(stranger.next().await, Told::Reload);
            let mark = stranger.last.unwrap();
            assert!(newest.ends_with(&mark), "{mark} is not in {newest}");
        }
        let mut reader = Listening::with(&site.base, "/sxsw/apart/live", &unknown).await;
        reader.hears("For few").await;
    }

    async fn a_full_house_is_said_so_and_a_look_at_the_head_takes_no_seat(site) {
        let _topic = site.hub("open", "at-once").await;
        let block = |n: u32| backchannel::limits::AddressBlock::of(std::net::Ipv4Addr::from(n).into());
        let seats: Vec<_> = (0..).map_while(|n| site.app.live.seat(block(n))).collect();
        assert_eq!(seats.len(), 2_500);
        let full = site.browser().open("/sxsw/-/live").await;
        full.has_status(503);
        assert_eq!(full.header("retry-after"), Some("5"));
        site.browser().open("/sxsw").await.has_status(200);
        drop(seats);
        let head = site.browser().head("/sxsw/-/live").await;
        assert_eq!(head.header("content-type"), Some("text/event-stream"));
        Listening::to(&site.base, "/sxsw/-/live").await;
    }

    async fn a_hub_under_another_name_leads_there(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/settings", &[("slug", "south")]).await;
        site.browser().open("/sxsw/-/live").await.redirects_to("/south/-/live");
        site.browser().open("/sxsw/keynotes/live").await.redirects_to("/south/keynotes/live");
    }
}

#[tokio::test]
async fn a_stopping_server_ends_the_streams_at_once() {
    let site = Site::start(Database::sqlite()).await;
    let topic = site.hub("open", "at-once").await;
    drop(topic);
    let mut listening = Listening::to(&site.base, "/sxsw/-/live").await;
    let stopped = tokio::task::spawn_blocking(move || drop(site));
    assert_eq!(listening.next().await, Told::End);
    // Half of what it would give a request that is under way.
    tokio::time::timeout(Duration::from_secs(5), stopped).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_another_process_lists_is_told() {
    for database in databases() {
        let password = secret_file(&database, "password", PASSWORD);
        ok(&run(&database, &["account", "add", "ada@example.org", "--password-file", &password]));
        ok(&run(
            &database,
            &["hub", "add", "sxsw", "--title", "SXSW", "--owner", "ada@example.org"],
        ));
        let open = ["category", "add", "sxsw/keynotes", "--title", "Keynotes", "--ping", "open"];
        ok(&run(&database, &[&open[..], &["--listing", "at-once"]].concat()));
        let (here, there) = (serve(&database, &[], 1), serve(&database, &[], 1));
        let base = here.base.trim_end_matches('/');
        let mut listening = Listening::to(base, "/sxsw/-/live").await;
        let form = [
            ("url".to_owned(), "http://ada.example/1".to_owned()),
            ("title".into(), "Elsewhere".into()),
        ];
        let ping = format!("{}/sxsw/keynotes", there.base.trim_end_matches('/'));
        let sent = Browser::new(base).post_from(&ping, &form, &[]).await;
        assert!(sent.body.contains("<error>0</error>"), "{}", sent.body);
        listening.hears("Elsewhere").await;
    }
}
