//! A hub under a name of its own: proved, used, found there, and given up.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};

use backchannel::fetch::Resolver;

use crate::harness::{Answer, Blog, Browser, Database, Page, Site, Topic, minutes, seconds};

const DESK: &str = "/manage/sxsw/name";
const NAME: &str = "talks.example";

/// A name server on this machine, which knows texts alone.
struct NameServer {
    address: SocketAddr,
    texts: Arc<Mutex<BTreeMap<String, String>>>,
}

impl NameServer {
    fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let texts: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
        let known = Arc::clone(&texts);
        // It ends with the tests' process.
        std::thread::spawn(move || {
            let mut asked = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut asked) {
                let answer = answer(&asked[..length], &known.lock().unwrap());
                socket.send_to(&answer, from).unwrap();
            }
        });
        Self { address, texts }
    }

    fn say(&self, name: &str, text: &str) {
        self.texts.lock().unwrap().insert(name.to_owned(), text.to_owned());
    }
}

/// What a name server answers (RFC 1035, 4.1).
fn answer(asked: &[u8], texts: &BTreeMap<String, String>) -> Vec<u8> {
    let (mut at, mut labels) = (12, Vec::new());
    while asked[at] > 0 {
        let end = at + 1 + usize::from(asked[at]);
        labels.push(String::from_utf8_lossy(&asked[at + 1..end]).into_owned());
        at = end;
    }
    let mut bytes = asked[..at + 5].to_vec();
    let text = texts.get(&labels.join("."));
    bytes[2..4].copy_from_slice(&[0x81, if text.is_some() { 0x80 } else { 0x83 }]);
    bytes[11] = 0;
    if let Some(text) = text {
        bytes[7] = 1;
        let length = u8::try_from(text.len()).unwrap();
        bytes.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length + 1, length]);
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// The world outside: a name server, and the server that has the name.
struct World {
    names: NameServer,
    server: Blog,
}

impl World {
    fn new() -> Self {
        Self { names: NameServer::start(), server: Blog::start() }
    }

    /// Names lead to the server, whatever port is asked.
    fn resolver(&self) -> Resolver {
        let server: SocketAddr = self.server.base.strip_prefix("http://").unwrap().parse().unwrap();
        Resolver::scripted(move |_| Some(vec![server])).asking(self.names.address)
    }

    async fn site(&self, database: Database) -> Site {
        Site::start_asking(database, self.resolver(), |c| c.unsafe_dial_loopback = true).await
    }
}

/// Tells a story with the world outside, on both databases.
macro_rules! with_names {
    ($(async fn $name:ident($site:ident, $world:ident) $body:block)*) => {$(
        async fn $name($site: &Site, $world: &World) $body

        mod $name {
            use super::*;

            #[tokio::test]
            async fn on_sqlite() {
                let world = World::new();
                super::$name(&world.site(Database::sqlite()).await, &world).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(database) = Database::postgres() else { return };
                let world = World::new();
                super::$name(&world.site(database).await, &world).await;
            }
        }
    )*};
}

/// The line that proves a name.
fn token(page: &Page) -> String {
    page.texts(".copy code").into_iter().find(|text| text.starts_with("backchannel-")).unwrap()
}

/// Asks for a name at a hub's desk, and answers the line that proves it.
async fn ask(organizer: &mut Browser, desk: &str, name: &str) -> String {
    organizer.open(desk).await;
    organizer.submit(desk, &[("host", name)]).await.redirects_to(desk);
    token(&organizer.open(desk).await)
}

/// Puts `/sxsw` under its name.
async fn name_it(topic: &mut Topic<'_>, world: &World) {
    let token = ask(&mut topic.organizer, DESK, NAME).await;
    world.names.say(&format!("_backchannel.{NAME}"), &token);
    topic.organizer.submit("/manage/sxsw/name/check", &[]).await.redirects_to(DESK);
    topic.organizer.open(DESK).await;
    topic.organizer.submit("/manage/sxsw/name/use", &[]).await.redirects_to(DESK);
}

/// What stands on the category's page under the own name.
async fn reader_at(site: &Site) -> String {
    site.browser_at(NAME).open("/keynotes").await.text()
}

/// Where the hub is.
fn home(site: &Site) -> String {
    format!("http://{NAME}:{}", site.base.rsplit_once(':').unwrap().1)
}

with_names! {
    async fn a_name_is_proved_by_a_record_or_a_file_and_not_without(site, world) {
        let mut topic = site.hub("open", "at-once").await;
        let organizer = &mut topic.organizer;
        let token = ask(organizer, DESK, "https://Talks.Example/").await;
        let check = "/manage/sxsw/name/check";
        let page = organizer.submit(check, &[]).await;
        page.has_status(422).says("The record _backchannel.talks.example is not there (yet).");
        page.says("The file http://talks.example/.well-known/backchannel.txt was answered with the status 404.");
        world.names.say("_backchannel.talks.example", "v=something");
        world.server.publish("/.well-known/backchannel.txt", Answer::of(200, "text/plain", "no\n"));
        site.advance(seconds(10));
        let page = organizer.submit(check, &[]).await;
        page.has_status(422).says("_backchannel.talks.example says something else.");
        page.says("backchannel.txt says something else.");
        let asked = world.server.asked();
        assert_eq!(asked.last().unwrap().header("host"), Some("talks.example"));
        // A name that is not proved cannot be used.
        let (_, fields) = page.form(check);
        let used = organizer.post("/manage/sxsw/name/use", &fields).await;
        used.has_status(422).says("This name is not proved to be yours");
        let right = Answer::of(200, "text/plain", format!("# mine\n{token}\n"));
        world.server.publish("/.well-known/backchannel.txt", right);
        site.advance(seconds(10));
        organizer.open(DESK).await;
        organizer.submit(check, &[]).await.redirects_to(DESK);
        organizer.open(DESK).await.says("talks.example is yours");
        // Nothing changed for readers; whoever tries the name is led to the hub.
        site.browser().open("/sxsw").await.has_status(200);
        let tried = site.browser_at(NAME).open("/keynotes").await;
        tried.redirects_to(&format!("{}/sxsw/keynotes", site.base));
        assert_eq!(tried.status, 303, "not for good");
        let log = organizer.open("/manage/sxsw/log").await;
        log.says("the name talks.example is proved by a file");
        // The redirect of another name's owner proves nothing.
        let other = ask(organizer, DESK, "walks.example").await;
        world.server.publish("/x", Answer::of(200, "text/plain", other));
        let away = Answer::of(301, "text/html", "").with("Location", "http://localhost/x");
        world.server.publish("/.well-known/backchannel.txt", away);
        site.advance(seconds(10));
        let page = organizer.submit(check, &[]).await;
        page.has_status(422).says("leads to another name");
    }

    async fn names_that_will_not_do_are_refused_in_words(site, _world) {
        let mut topic = site.hub("open", "at-once").await;
        let organizer = &mut topic.organizer;
        for (typed, words) in [
            ("", "Type the name alone"),
            ("talks.example/2026", "Type the name alone"),
            ("192.0.2.1", "address of numbers"),
            ("intranet", "not a name of the public internet"),
            ("co.uk", "Other people register their names under this one"),
        ] {
            organizer.open(DESK).await;
            let page = organizer.submit(DESK, &[("host", typed)]).await;
            page.has_status(422).says(words);
        }
    }

    async fn a_hub_is_found_under_its_own_name(site, world) {
        let mut topic = site.hub("open", "at-once").await;
        let ping = [("url", "http://ada.example/1"), ("title", "Long pier")];
        assert!(topic.ping(&ping).await.is_stored());
        let before = site.browser().open("/sxsw/keynotes/atom").await;
        let permalink = site.browser().open("/sxsw").await.attributes("a[href^='/p/']", "href");
        let permalink = permalink.first().unwrap().clone();
        name_it(&mut topic, world).await;
        let (home, mut reader) = (home(site), site.browser_at(NAME));
        for round in ["rendered", "kept"] {
            let front = reader.open("/").await;
            front.has_status(200).says("Long pier");
            assert_eq!(front.attributes("link[rel=canonical]", "href"), std::slice::from_ref(&home), "{round}");
            let page = reader.open("/keynotes").await;
            let here = format!("{home}/keynotes");
            assert_eq!(page.attributes("link[rel=canonical]", "href"), std::slice::from_ref(&here));
            let mark = |rel: &str| page.attributes(&format!("link[rel={rel}]"), "href").remove(0);
            assert!(mark("trackback").starts_with(&format!("{home}/tb/")), "{}", mark("trackback"));
            assert_eq!(mark("webmention"), format!("{home}/webmention"));
            assert_eq!(mark("pingback"), format!("{home}/xmlrpc"));
            assert_eq!(page.header("x-pingback"), Some(format!("{home}/xmlrpc").as_str()));
            assert!(page.body.contains(&format!("rdf:about=\"{here}\"")), "{}", page.body);
            page.never_says(&site.base);
            page.never_says("/sxsw/keynotes");
        }
        let atom = reader.open("/keynotes/atom").await;
        assert!(atom.body.contains(&format!("href=\"{home}/keynotes/atom\"")), "{}", atom.body);
        let ids = |feed: &Page| feed.texts("id");
        assert_eq!(ids(&atom), ids(&before), "readers would take each post for a new one");
        reader.open("/opml").await.has_status(200).never_says(&site.base);
        for path in ["//evil.example/%41", "//evil.example/x/", "/keynotes//%41"] {
            let led = reader.open(path).await.header("location").unwrap_or_default().to_owned();
            assert!(!led.starts_with("//"), "{path} leads to {led}");
        }
        let post = reader.open(&permalink).await;
        post.has_status(200);
        let canonical = post.attributes("link[rel=canonical]", "href");
        assert_eq!(canonical, [format!("{home}{permalink}")]);
        reader.open(&permalink).await.has_status(200);
        let sitemap = reader.open("/sitemap.xml").await;
        assert!(sitemap.body.contains(&format!("<loc>{home}{permalink}</loc>")), "{}", sitemap.body);
        sitemap.never_says(&site.base);
        let robots = reader.open("/robots.txt").await;
        assert!(robots.body.contains(&format!("Sitemap: {home}/sitemap.xml")), "{}", robots.body);
        let shown = reader.open(&format!("/oembed?url={home}/keynotes")).await;
        shown.has_status(200);
        assert!(shown.body.contains(&format!("{home}/embed/sxsw/keynotes")), "{}", shown.body);
        for path in ["/embed/sxsw/keynotes", "/badge/sxsw/keynotes.svg", "/-/people", "/-/stats"] {
            reader.open(path).await.has_status(200);
        }
        // The whole site's pages are there, and not here.
        let site_at = |path: &str| format!("{}{path}", site.base);
        reader.open("/help/bloggers").await.redirects_to(&site_at("/help/bloggers"));
        reader.open("/manage").await.redirects_to(&site_at("/manage"));
        reader.open("/hubs").await.redirects_to(&site_at("/"));
        reader.open("/nothing/here").await.has_status(404);
        let slash = reader.open("/keynotes/").await;
        slash.redirects_to("/keynotes");
        // The first page, and topics, lead there.
        let all = site.browser().open("/").await;
        assert!(all.attributes("a", "href").contains(&home), "{}", all.body);
        site.browser().open("/sitemap.xml").await.never_says("talks.example");
    }

    async fn the_old_address_leads_pages_on_and_takes_pings_in_place(site, world) {
        let mut topic = site.hub("open", "at-once").await;
        let ping = [("url", "http://ada.example/1"), ("title", "Long pier")];
        assert!(topic.ping(&ping).await.is_stored());
        let permalink = site.browser().open("/sxsw").await.attributes("a[href^='/p/']", "href");
        let permalink = permalink.first().unwrap().clone();
        name_it(&mut topic, world).await;
        let home = home(site);
        let mut reader = site.browser();
        for (old, new) in [
            ("/sxsw", ""),
            ("/sxsw/keynotes", "/keynotes"),
            ("/sxsw/rss", "/rss"),
            ("/sxsw/keynotes/atom", "/keynotes/atom"),
            ("/sxsw/-/people", "/-/people"),
            (permalink.as_str(), permalink.as_str()),
        ] {
            let moved = reader.open(old).await;
            moved.redirects_to(&format!("{home}{new}"));
            assert_eq!(moved.status, 301, "{old}");
        }
        let query = reader.open("/sxsw?q=pier").await;
        assert_eq!(query.header("location"), Some(format!("{home}?q=pier").as_str()));
        // TrackBack, at the address that was printed, by both shapes, and by GET.
        for (n, address) in
            [topic.ping_url.clone(), format!("{}/sxsw/keynotes", site.base)].iter().enumerate()
        {
            let url = format!("http://ada.example/old{n}");
            assert!(topic.ping_at(address, &[("url", &url)]).await.is_stored(), "{address}");
        }
        reader.open("/sxsw/keynotes?__mode=rss").await.has_status(200);
        // Webmention and Pingback with the old target, and with the new one.
        let old = topic.page();
        let new = format!("{home}/keynotes");
        for (n, target) in [&old, &new].into_iter().enumerate() {
            site.advance(minutes(1));
            let ada = Blog::start();
            let source = ada.post("/m", &format!("Mention {n}"), &old);
            topic.mention(&source, target).await.has_status(201);
            let source = ada.post("/p", &format!("Pingback {n}"), &new);
            let answer = topic.call("pingback.ping", &[&source, target]).await;
            assert!(answer.body.contains("is stored"), "{}", answer.body);
            site.settle().await;
        }
        let (there, waits) = (reader_at(site).await, topic.organizer.open("/manage/sxsw").await);
        for title in ["Mention 0", "Mention 1", "Pingback 0", "Pingback 1"] {
            assert!(format!("{there} {}", waits.text()).contains(title), "{title}");
        }
        // Pings under the own name.
        let number = topic.ping_url.rsplit_once("/tb/").unwrap().1.to_owned();
        for path in [format!("/tb/{number}"), "/keynotes".to_owned(), "/keynotes/trackback".to_owned()] {
            let fields = [("url".to_owned(), format!("http://ada.example/new{path}"))];
            let answer = site.browser_at(NAME).post_from(&path, &fields, &[]).await;
            assert!(answer.body.contains("<error>0</error>"), "{path} {}", answer.body);
        }
        // Our own pages are no posts, under neither name.
        assert!(!topic.ping(&[("url", &new)]).await.is_stored());
    }

    async fn forms_work_under_the_own_name_and_nowhere_else(site, world) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        name_it(&mut topic, world).await;
        let home = home(site);
        let mut blogger = site.browser_at(NAME);
        blogger.open("/keynotes/add?url=http://ada.example/form").await.has_status(200);
        site.advance(seconds(8));
        let fields = [("title", "By the form"), ("passphrase", "violet-crown")];
        let sent = blogger.submit(&format!("{home}/keynotes/add"), &fields).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        let receipt = sent.header("location").unwrap().to_owned();
        blogger.open(&receipt).await.has_status(200).says("By the form");
        let cookie = sent.headers.iter().find(|(n, v)| n == "set-cookie" && v.contains("-pass-"));
        assert!(cookie.unwrap().1.contains("Path=/keynotes/add"), "{cookie:?}");
        // The same form from a page of this site, or of another, is none of this name's.
        blogger.open("/keynotes/add?url=http://ada.example/form2").await;
        for origin in [site.base.as_str(), "http://evil.example"] {
            let fields = [("title".to_owned(), "x".to_owned())];
            let headers = [("origin", origin)];
            let refused = blogger.post_from("/keynotes/add", &fields, &headers).await;
            refused.has_status(403);
        }
        // Nor is a foreign name trusted: it is told what this site tells, about this site.
        let mut evil = site.browser_at("evil.example");
        evil.open("/sxsw").await.redirects_to(&home);
        let page = evil.open("/").await;
        page.never_says("evil.example");
    }

    async fn a_reading_password_is_asked_under_the_own_name(site, world) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "Confidential pier")]).await;
        name_it(&mut topic, world).await;
        topic.organizer.sets_readers("-", "password").await;
        let (home, mut reader) = (home(site), site.browser_at(NAME));
        let locked = reader.open("/keynotes").await;
        locked.has_status(403).never_says("Confidential");
        let wrong = reader.submit("/keynotes/-/read", &[("password", "open sesame")]).await;
        wrong.has_status(422);
        let right = reader.submit("/keynotes/-/read", &[("password", "tell nobody")]).await;
        right.redirects_to("/keynotes");
        reader.open("/keynotes").await.has_status(200).says("Confidential pier");
        // The old address asks too, and tells nobody where the hub is; whoever knows is led there.
        let mut other = site.browser();
        other.open("/sxsw").await.has_status(403).never_says("talks.example");
        other.submit("/sxsw/-/read", &[("password", "tell nobody")]).await.redirects_to("/sxsw");
        let led = other.open("/sxsw").await;
        led.redirects_to(&format!("{home}/-/enter"));
        let mut there = site.browser_at(NAME);
        there.open(led.header("location").unwrap()).await.redirects_to("/");
        there.open("/").await.has_status(200).says("Confidential pier");
        // So is a member, from the desk, without a password.
        let led = topic.organizer.open("/sxsw/keynotes").await;
        let mut member = site.browser_at(NAME);
        let ticket = led.header("location").unwrap().to_owned();
        member.open(&ticket).await.redirects_to("/keynotes");
        member.open("/keynotes").await.has_status(200);
        // A ticket is good for a moment.
        site.advance(minutes(2));
        let mut late = site.browser_at(NAME);
        late.open(&ticket).await.redirects_to("/keynotes");
        late.open("/keynotes").await.has_status(403);
        // Its feed has a key, at both addresses.
        site.browser_at(NAME).open("/rss").await.has_status(404);
        site.browser().open("/sxsw/rss").await.has_status(404);
    }

    async fn a_proxy_learns_for_which_names_it_may_get_a_certificate(site, world) {
        let mut topic = site.hub("open", "at-once").await;
        let status = async |name: &str| {
            site.browser().open(&format!("/-/ask?domain={name}")).await.status
        };
        ask(&mut topic.organizer, DESK, NAME).await;
        assert_eq!(status(NAME).await, 404, "asked for, and not proved");
        name_it(&mut topic, world).await;
        assert_eq!(status(NAME).await, 200);
        assert_eq!(status("127.0.0.1").await, 200, "this site itself");
        assert_eq!(status("evil.example").await, 404);
        assert_eq!(status("").await, 404);
        topic.organizer.open("/operator").await;
        let done = topic.organizer.submit("/operator/hubs/sxsw/suspend", &[]).await;
        done.redirects_to("/operator");
        assert_eq!(status(NAME).await, 404, "suspended");
        let page = site.browser_at(NAME).open("/").await;
        page.never_says("SXSW 2003");
        site.browser().open("/sxsw").await.never_says("SXSW 2003");
    }

    async fn a_name_is_given_up_or_lost_and_links_to_it_go_on_counting(site, world) {
        let mut topic = site.hub("open", "at-once").await;
        name_it(&mut topic, world).await;
        let home = home(site);
        topic.organizer.open(DESK).await.says("In use: talks.example");
        topic.organizer.submit("/manage/sxsw/name/stop", &[]).await.redirects_to(DESK);
        site.browser().open("/sxsw").await.has_status(200).never_says("talks.example");
        let back = site.browser_at(NAME).open("/keynotes").await;
        back.redirects_to(&format!("{}/sxsw/keynotes", site.base));
        let back = site.browser_at(NAME).open("/keynotes?q=gull").await;
        assert_eq!(back.header("location"), Some(&*format!("{}/sxsw/keynotes?q=gull", site.base)));
        let ada = Blog::start();
        let source = ada.post("/m", "Linked to the name", &format!("{home}/keynotes"));
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Linked to the name");
        // Again in use; then another hub shows that it is its own.
        topic.organizer.open(DESK).await;
        topic.organizer.submit("/manage/sxsw/name/use", &[]).await.redirects_to(DESK);
        topic.organizer.open("/manage/new").await;
        let hub = [("title", "Rival"), ("slug", "rival"), ("time_zone", "UTC")];
        topic.organizer.submit("/manage/new", &hub).await.redirects_to("/manage/rival/categories");
        let rival = "/manage/rival/name";
        let token = ask(&mut topic.organizer, rival, NAME).await;
        topic.organizer.open(rival).await.says("Another hub here has this name.");
        let check = "/manage/rival/name/check";
        topic.organizer.submit(check, &[]).await.has_status(422);
        site.browser_at(NAME).open("/").await.has_status(200).says("SXSW 2003");
        world.names.say(&format!("_backchannel.{NAME}"), &token);
        topic.organizer.submit(check, &[]).await.redirects_to(rival);
        site.browser().open("/sxsw").await.has_status(200);
        topic.organizer.open("/manage/sxsw/log").await.says("was proved by another hub");
        topic.organizer.open(rival).await;
        topic.organizer.submit("/manage/rival/name/use", &[]).await.redirects_to(rival);
        site.browser_at(NAME).open("/").await.has_status(200).says("Rival");
    }

    async fn the_next_hub_does_not_take_the_name_along(site, world) {
        let mut topic = site.hub("open", "at-once").await;
        name_it(&mut topic, world).await;
        topic.organizer.open("/manage/sxsw/next").await;
        let next = [("slug", "sxsw-2004"), ("series", "SXSW")];
        topic.organizer.submit("/manage/sxsw/next", &next).await.redirects_to("/manage/sxsw-2004/categories");
        site.browser().open("/sxsw-2004").await.has_status(200);
        let desk = topic.organizer.open("/manage/sxsw-2004/name").await;
        desk.says("Which name?").never_says("In use");
        site.browser_at(NAME).open("/").await.has_status(200).says("SXSW 2003");
        // The series leads to each where it is.
        let series = site.browser().open("/series/sxsw").await;
        let links = series.attributes("main a", "href");
        assert!(links.contains(&home(site)) && links.contains(&"/sxsw-2004".to_owned()), "{links:?}");
    }

    async fn feeds_are_pushed_under_the_own_name(site, world) {
        let mut topic = site.hub("open", "at-once").await;
        name_it(&mut topic, world).await;
        let home = home(site);
        let reader = Blog::start();
        let callback = reader.publish("/callback", Answer::echo());
        for feed in [format!("{home}/keynotes/rss"), format!("{}/sxsw/keynotes/rss", site.base)] {
            let fields = [
                ("hub.mode".to_owned(), "subscribe".to_owned()),
                ("hub.topic".to_owned(), feed),
                ("hub.callback".to_owned(), callback.clone()),
            ];
            site.browser().post_from("/websub", &fields, &[]).await.has_status(202);
        }
        site.settle().await;
        assert!(topic.ping(&[("url", "http://ada.example/1"), ("title", "Pushed")]).await.is_stored());
        site.settle().await;
        let sent: Vec<_> = reader.asked().into_iter().filter(|a| a.head.starts_with("POST ")).collect();
        assert_eq!(sent.len(), 2);
        for push in sent {
            let body = String::from_utf8_lossy(&push.body).into_owned();
            assert!(body.contains("Pushed") && body.contains(&format!("{home}/keynotes/rss")), "{body}");
        }
    }
}
