//! A reader follows a topic: the posts of all hubs that have a category of its name and show them.

use backchannel::actions::hubs::switch;
use backchannel::actions::resolve::{Found, find_hub};
use backchannel::actions::watch_changes;
use backchannel::app::App;
use backchannel::db::hubs::Switch;
use backchannel::mail::Mail;

use crate::harness::{Answer, Blog, Browser, Page, Site, Topic, days, minutes};

/// The formats of a topic's feed, and the mark of a post in each.
const FEEDS: [(&str, &str); 3] =
    [("rss", "<item>"), ("atom", "<entry>"), ("feed.json", "\"external_url\"")];

/// `/sxsw/keynotes` and `/boats/keynotes`, of one organizer.
pub(crate) struct Hubs<'a> {
    pub site: &'a Site,
    pub organizer: Browser,
    pub sxsw: String,
    pub boats: String,
}

impl<'a> Hubs<'a> {
    async fn open(site: &'a Site) -> Self {
        let topic = site.hub("open", "at-once").await;
        let (mut organizer, sxsw) = (topic.organizer, topic.ping_url);
        organizer.open("/manage/new").await;
        let hub = [("title", "Boats & Ships"), ("slug", "boats"), ("time_zone", "Asia/Tokyo")];
        organizer.submit("/manage/new", &hub).await.has_status(303);
        organizer.open("/manage/boats/new-category").await;
        let keynotes =
            [("title", "Reden"), ("slug", "keynotes"), ("ping", "open"), ("listing", "at-once")];
        let boats =
            organizer.submit("/manage/boats/categories", &keynotes).await.one_text(".copy code");
        Self { site, organizer, sxsw, boats }
    }

    /// Opens the hubs, which take part.
    pub async fn taking_part(site: &'a Site) -> Self {
        let mut hubs = Self::open(site).await;
        hubs.takes_part("sxsw", "on").await;
        hubs.takes_part("boats", "on").await;
        hubs
    }

    pub async fn takes_part(&mut self, hub: &str, on: &str) {
        let settings = format!("/manage/{hub}/settings");
        self.organizer.open(&settings).await;
        self.organizer.submit(&settings, &[("on_topics", on)]).await.has_status(303);
    }

    /// Lists a post, and gives back its receipt.
    pub async fn list(&self, ping_url: &str, url: &str, title: &str) -> String {
        let topic = Topic {
            site: self.site,
            organizer: self.site.browser(),
            ping_url: ping_url.to_owned(),
        };
        let sent = topic.ping(&[("url", url), ("title", title), ("blog_name", "Ada")]).await;
        assert!(sent.is_stored(), "{}", sent.body);
        self.site.advance(minutes(1));
        sent.receipt.unwrap()
    }

    async fn post(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        self.organizer.open(page).await;
        self.organizer.submit(action, fields).await
    }

    pub async fn readers(&mut self, hub: &str, name: &str, readers: &str) {
        let fields = [
            ("readers", readers),
            ("password", if readers == "password" { "tell nobody" } else { "" }),
        ];
        let page = format!("/manage/{hub}/readers");
        self.post(&page, &format!("{page}/{name}"), &fields).await.has_status(303);
    }
}

async fn titles(site: &Site) -> Vec<String> {
    site.browser().open("/topics/keynotes").await.has_status(200).texts("article h3")
}

/// Neither the page of the topic nor a feed, nor any list, says what it must not.
async fn nowhere(site: &Site, why: &str) {
    let mut reader = site.browser();
    for path in ["/topics/keynotes", "/topics", "/", "/sitemap.xml"] {
        let page = reader.open(path).await;
        assert!(!page.body.contains("Canary"), "{why}: {path}");
    }
    for (format, item) in FEEDS {
        let feed = reader.open(&format!("/topics/keynotes/{format}")).await;
        assert!(!feed.body.contains("Canary"), "{why}: {format}");
        assert_eq!(feed.body.matches(item).count(), 1, "{why}: {format}");
    }
    let page = reader.open("/topics/keynotes").await;
    assert_eq!(page.texts("article h3"), ["Of boats"], "{why}");
    assert_eq!(page.attributes("#hubs li > a:first-child", "href"), ["/boats/keynotes"], "{why}");
}

/// Looks at what other processes did, as a server does each second.
async fn look(site: &Site) {
    watch_changes::look(&site.app, None).await.unwrap();
}

/// Another server on the same database.
fn another_process(site: &Site) -> App {
    let (config, clock) = (site.app.config.clone(), site.app.clock.clone());
    let address = site.listens_at().strip_prefix("http://").unwrap().parse().unwrap();
    let mail = Mail::memory(&config.mail, &clock);
    App::with_mail(config, clock, address, mail).unwrap()
}

story! {
    async fn a_topic_has_the_posts_of_all_hubs_that_take_part(site) {
        let mut hubs = Hubs::open(site).await;
        let mut reader = site.browser();
        hubs.list(&hubs.sxsw, "http://ada.example/1", "Of sxsw").await;
        hubs.list(&hubs.boats, "http://bob.example/1", "Of boats").await;
        // Nobody takes part who did not say so.
        for path in ["/topics/keynotes", "/topics/keynotes/rss", "/topics/-", "/topics/no%2Fwhere"] {
            reader.open(path).await.has_status(404).never_says("boats");
        }
        reader.open("/topics").await.has_status(200).says("There is no topic here yet");
        assert_eq!(reader.open("/").await.attributes("a[href='/topics']", "href").len(), 0);
        assert_eq!(reader.open("/sxsw/keynotes").await.attributes("a[href^='/topics']", "href").len(), 0);

        hubs.takes_part("boats", "on").await;
        assert_eq!(titles(site).await, ["Of boats"]);
        // A topic of one hub has nothing that the category has not, and is named there once it has:
        // within ten minutes, since nothing changed in that hub.
        let named = async || site.browser().open("/boats/keynotes").await.attributes("aside a[href^='/topics']", "href");
        assert_eq!(named().await, Vec::<String>::new());
        hubs.takes_part("sxsw", "on").await;
        site.advance(minutes(10));
        assert_eq!(named().await, ["/topics/keynotes"]);
        hubs.list(&hubs.sxsw, "http://ada.example/2", "Of sxsw again").await;
        assert_eq!(titles(site).await, ["Of sxsw again", "Of boats", "Of sxsw"]);
        let page = reader.open("/topics/keynotes").await;
        page.says("the category “keynotes” of 2 hubs").says("Tuesday 11 March 2003").says("14:12 UTC");
        assert_eq!(page.attributes("article h3 a", "href")[1], "http://bob.example/1");
        assert_eq!(page.attributes("article h3 a", "rel")[1], "ugc nofollow");
        assert_eq!(page.texts("article .meta a:last-child"), ["SXSW 2003", "Boats & Ships", "SXSW 2003"]);
        assert_eq!(page.attributes("article .meta a:last-child", "href")[1], "/boats");
        let links = page.attributes("#hubs a", "href");
        assert_eq!(links, ["/sxsw/keynotes", "/sxsw/keynotes/add", "/boats/keynotes", "/boats/keynotes/add"]);
        assert_eq!(page.attributes("link[rel=canonical]", "href"), [format!("{}/topics/keynotes", site.base)]);
        assert_eq!(page.attributes("meta[name=robots]", "content"), Vec::<String>::new());
        let offered = page.attributes("link[rel=alternate]", "href");
        assert_eq!(offered, FEEDS.map(|(format, _)| format!("/topics/keynotes/{format}")));
        assert_eq!(offered, page.attributes("#subscribe .formats a", "href"));

        let all = reader.open("/topics").await;
        assert_eq!((all.texts(".hubs h2"), all.texts(".hubs p")), (vec!["keynotes".to_owned()], vec!["2 hubs · 3 posts".to_owned()]));
        assert_eq!(reader.open("/").await.attributes("aside a[href='/topics']", "href").len(), 1);
        assert_eq!(reader.open("/boats/keynotes").await.attributes("a[href='/topics/keynotes']", "href").len(), 1);
        reader.open("/topics/Keynotes").await.redirects_to("/topics/keynotes");
        let feed = reader.open("/topics/Keynotes/atom?a=1").await;
        assert_eq!((feed.status, feed.header("location")), (301, Some("/topics/keynotes/atom?a=1")));
        reader.open("/topics/keynotes/").await.redirects_to("/topics/keynotes");
        reader.open("/sitemap.xml").await.says(&format!("{}/topics/keynotes", site.base));
        // Who tells both hubs of a post wrote one post.
        hubs.list(&hubs.boats, "http://ada.example/1", "Of sxsw, and of boats").await;
        assert_eq!(titles(site).await, ["Of sxsw, and of boats", "Of sxsw again", "Of boats"]);
        let feed = reader.open("/topics/keynotes/rss").await;
        assert_eq!(feed.body.matches("<item>").count(), 3);
        // A closed hub stays; nothing is added to it.
        hubs.post("/manage/boats/settings", "/manage/boats/close", &[]).await.has_status(303);
        let links = reader.open("/topics/keynotes").await.attributes("#hubs a", "href");
        assert_eq!(links, ["/boats/keynotes", "/sxsw/keynotes", "/sxsw/keynotes/add"]);
    }

    async fn what_leaves_a_topic_is_gone_at_the_next_request(site) {
        let mut hubs = Hubs::taking_part(site).await;
        hubs.list(&hubs.boats, "http://bob.example/1", "Of boats").await;
        let receipt = hubs.list(&hubs.sxsw, "http://ada.example/1", "Canary").await;
        let all = ["Canary", "Of boats"];
        assert_eq!(titles(site).await, all);

        for readers in ["unlisted", "password"] {
            for name in ["keynotes", "-"] {
                hubs.readers("sxsw", name, readers).await;
                nowhere(site, &format!("{name} {readers}")).await;
                hubs.readers("sxsw", name, "public").await;
                assert_eq!(titles(site).await, all);
            }
        }
        for (verb, back) in [("suspend", "restore"), ("unapprove", "approve")] {
            hubs.post("/operator", &format!("/operator/hubs/sxsw/{verb}"), &[]).await;
            nowhere(site, verb).await;
            hubs.post("/operator", &format!("/operator/hubs/sxsw/{back}"), &[]).await;
            assert_eq!(titles(site).await, all, "{back}");
        }
        hubs.takes_part("sxsw", "").await;
        let mut reader = site.browser();
        // The home page shows what is public, whether it takes part or not.
        assert_eq!(titles(site).await, ["Of boats"]);
        reader.open("/topics/keynotes/rss").await.never_says("Canary");
        hubs.takes_part("sxsw", "on").await;
        assert_eq!(titles(site).await, all);

        let category = "/manage/sxsw/categories/keynotes";
        hubs.post(category, category, &[("slug", "speeches")]).await;
        assert_eq!(titles(site).await, ["Of boats"]);
        reader.open("/topics/speeches").await.has_status(200).says("Canary");
        let category = "/manage/sxsw/categories/speeches";
        hubs.post(category, category, &[("slug", "keynotes")]).await;
        assert_eq!(titles(site).await, all);
        reader.open("/topics/speeches").await.has_status(404);

        let mut sender = site.browser();
        sender.open(&receipt).await;
        sender.submit(&format!("{receipt}/withdraw"), &[]).await;
        assert_eq!(titles(site).await, ["Of boats"]);
        let page = reader.open("/topics/keynotes").await;
        page.says("of 2 hubs").never_says("Canary");

        let category = "/manage/boats/categories/keynotes";
        hubs.post(category, &format!("{category}/delete"), &[("confirm", "keynotes")]).await.has_status(303);
        // There is a topic without posts: it asks not to be indexed, and its feeds do.
        let page = reader.open("/topics/keynotes").await;
        page.has_status(200).says("Nothing is listed here yet").says("of 1 hub");
        assert_eq!(page.attributes("meta[name=robots]", "content"), ["noindex, follow"]);
        for (format, item) in FEEDS {
            let feed = reader.open(&format!("/topics/keynotes/{format}")).await;
            assert_eq!(feed.has_status(200).header("x-robots-tag"), Some("noindex"));
            assert_eq!(feed.body.matches(item).count(), 0);
        }
        reader.open("/sitemap.xml").await.never_says("/topics");
        hubs.readers("sxsw", "keynotes", "unlisted").await;
        reader.open("/topics/keynotes").await.has_status(404).never_says("SXSW");
        reader.open("/topics").await.says("There is no topic here yet");
    }

    async fn what_waits_is_in_no_topic(site) {
        let mut hubs = Hubs::taking_part(site).await;
        hubs.list(&hubs.boats, "http://bob.example/1", "Of boats").await;
        let category = "/manage/sxsw/categories/keynotes";
        hubs.post(category, category, &[("listing", "all-wait")]).await;
        hubs.list(&hubs.sxsw, "http://ada.example/1", "Waits").await;
        assert_eq!(titles(site).await, ["Of boats"]);
        let mut sxsw = Topic { site, organizer: site.browser(), ping_url: String::new() };
        std::mem::swap(&mut sxsw.organizer, &mut hubs.organizer);
        sxsw.decide("Waits", "list").await;
        assert_eq!(titles(site).await, ["Waits", "Of boats"]);
    }

    async fn its_pages_and_feeds_follow_one_another(site) {
        let hubs = Hubs::taking_part(site).await;
        for n in 0..60 {
            let (to, title) = (if n % 3 == 0 { &hubs.sxsw } else { &hubs.boats }, format!("Post {n}"));
            let receipt = hubs.list(to, &format!("http://b{n}.example/1"), &title).await;
            if n == 30 {
                let mut sender = site.browser();
                sender.open(&receipt).await;
                sender.submit(&format!("{receipt}/withdraw"), &[]).await;
            }
        }
        let expected: Vec<String> = (0..60).rev().filter(|n| *n != 30).map(|n| format!("Post {n}")).collect();
        let mut reader = site.browser();
        let first = reader.open("/topics/keynotes").await;
        assert_eq!(first.texts("article h3"), expected[..50]);
        let older = first.attributes("a[rel=next]", "href").remove(0);
        // The place is held also when something new is listed.
        hubs.list(&hubs.boats, "http://new.example/1", "New").await;
        let second = reader.open(&older).await;
        assert_eq!(second.has_status(200).texts("article h3"), expected[50..]);
        assert_eq!(second.attributes("meta[name=robots]", "content"), ["noindex, follow"]);
        assert_eq!(second.attributes("a[rel=next]", "href"), Vec::<String>::new());
        reader.open("/topics/keynotes?before=x").await.has_status(404);
        reader.open("/topics/keynotes?before=00000000000000000000000000").await.has_status(404);

        for (format, item) in FEEDS {
            let address = format!("/topics/keynotes/{format}");
            let feed = reader.open(&address).await;
            assert_eq!(feed.body.matches(item).count(), 50, "{format}");
            let links = format!("<{0}/websub>; rel=\"hub\", <{0}{address}>; rel=\"self\"", site.base);
            assert_eq!(feed.header("link"), Some(links.as_str()), "{format}");
            let at = feed.body.find(&format!("{}{address}?before=", site.base)).unwrap();
            let next = feed.body[at..].split(['"', '<', '&']).next().unwrap();
            let next = reader.open(next.strip_prefix(&site.base).unwrap()).await;
            assert_eq!(next.has_status(200).body.matches(item).count(), 10, "{format}");
            let again = [("if-none-match", feed.header("etag").unwrap())];
            reader.open_with(&address, &again).await.has_status(304);
            // A hub that leaves moves no date: there is none to be asked about.
            site.advance(days(1));
            let later = reader.open(&address).await;
            assert_eq!((later.header("last-modified"), later.header("etag")), (None, feed.header("etag")));
        }

        // A page of one hub's posts only: the other's come after it.
        for n in 0..51 {
            hubs.list(&hubs.boats, &format!("http://late.example/{n}"), &format!("Late {n}")).await;
        }
        let late: Vec<String> = (0..51).rev().map(|n| format!("Late {n}")).collect();
        let first = reader.open("/topics/keynotes").await;
        assert_eq!(first.texts("article h3"), late[..50]);
        let older = first.attributes("a[rel=next]", "href").remove(0);
        let second = reader.open(&older).await.texts("article h3");
        assert_eq!(second[..3], ["Late 0", "New", "Post 59"]);
        assert_eq!(second[2..], expected[..48]);
        // A place that anybody could have made up is answered for each who asks.
        let (_, post) = older.split_once('-').unwrap();
        for (before, found) in [("1047391199999999", 0), ("1047391499999999", 5), ("9007199254740000", 50)] {
            let page = reader.open(&format!("/topics/keynotes?before={before}-{post}")).await;
            assert_eq!(page.has_status(200).texts("article h3").len(), found, "{before}");
        }
    }

    async fn what_another_process_did_is_seen_at_its_next_look(site) {
        let hubs = Hubs::taking_part(site).await;
        hubs.list(&hubs.boats, "http://bob.example/1", "Of boats").await;
        hubs.list(&hubs.sxsw, "http://ada.example/1", "Canary").await;
        assert_eq!(titles(site).await, ["Canary", "Of boats"]);
        look(site).await;
        let other = another_process(site);
        let sxsw = other.db.read(|connection| find_hub(connection, "sxsw")).await.unwrap();
        let Found::Here(sxsw) = sxsw else { panic!("no hub") };
        switch(&other, sxsw.id, Switch::Suspended, true).await.unwrap();
        look(site).await;
        nowhere(site, "suspended elsewhere").await;
    }

    async fn a_post_is_the_same_in_a_topics_feed_as_in_its_hubs(site) {
        let hubs = Hubs::taking_part(site).await;
        hubs.list(&hubs.boats, "http://bob.example/1?a=1&b=2", "Of <boats>").await;
        let read = |page: Page| atom_syndication::Feed::read_from(page.body.as_bytes()).unwrap();
        let mut reader = site.browser();
        let (of_topic, of_hub) =
            (read(reader.open("/topics/keynotes/atom").await), read(reader.open("/boats/atom").await));
        let (mut entry, known) = (of_topic.entries[0].clone(), of_hub.entries[0].clone());
        assert_eq!(entry.categories[0].term, "Boats & Ships: Reden");
        entry.categories.clone_from(&known.categories);
        assert_eq!(entry, known);
        assert_eq!(of_topic.id, format!("{}/topics/keynotes", site.base));
        assert_eq!((of_topic.title.value.as_str(), of_topic.lang.as_deref()), ("Topic: keynotes", Some("en")));
        let channel = rss::Channel::read_from(reader.open("/topics/keynotes/rss").await.body.as_bytes()).unwrap();
        assert_eq!(channel.items()[0].link(), Some("http://bob.example/1?a=1&b=2"));
        assert_eq!(channel.description(), "Posts from everyone’s blogs, in the category “keynotes” of 2 hubs.");
    }
}

story! { with blogs:
    async fn a_topics_feed_names_the_language_of_each_post(site) {
        let mut hubs = Hubs::taking_part(site).await;
        let blog = Blog::start();
        for (path, tag) in [("/en", "en"), ("/pt", "pt"), ("/none", "")] {
            let html = format!("<!doctype html><html lang=\"{tag}\"><head><title>x</title></head><body><p>x</p></body></html>");
            hubs.list(&hubs.sxsw, &blog.publish(path, Answer::html(html)), path).await;
            site.settle().await;
        }
        let mut reader = site.browser();
        let mut languages = async |path: &str| {
            let feed = reader.open(&format!("{path}/feed.json")).await;
            let feed: serde_json::Value = serde_json::from_str(&feed.body).unwrap();
            let items = feed["items"].as_array().unwrap().iter();
            let items: Vec<String> =
                items.map(|item| item["language"].as_str().unwrap_or("-").to_owned()).collect();
            (feed["language"].as_str().unwrap().to_owned(), items.join(" "))
        };
        // All hubs have one language: the feed says it for all.
        assert_eq!(languages("/topics/keynotes").await, ("en".into(), "- pt -".into()));
        let settings = "/manage/boats/settings";
        let other = hubs.post(settings, settings, &[("language", "ja")]).await;
        other.has_status(303);
        assert_eq!(languages("/topics/keynotes").await, ("mul".into(), "- pt en".into()));
        assert_eq!(languages("/sxsw").await, ("en".into(), "- pt -".into()));
    }
}
