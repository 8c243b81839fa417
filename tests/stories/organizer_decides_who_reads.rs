//! Public, unlisted, or behind a reading password: what is confidential does not leak.

use std::collections::{BTreeSet, VecDeque};

use backchannel::db::listed::{self, PostsOf};
use backchannel::db::{DbError, Tx, categories, trust};
use backchannel::model::blog::Trust;
use backchannel::model::id::HubId;

use crate::harness::{Browser, Page, Site, Topic, minutes};

const READERS: &str = "/manage/sxsw/readers";

/// Words that stand in what is locked, and nowhere else.
const CANARIES: [&str; 6] = [
    "canaryslug",
    "CanaryTitle",
    "CanaryDescription",
    "CanaryPost",
    "CanaryExcerpt",
    "canary.example",
];

/// Says who may read a hub (`-`) or a category.
async fn set(organizer: &mut Browser, what: &str, readers: &str, password: &str) {
    organizer.open(READERS).await;
    let path = format!("{READERS}/{what}");
    organizer
        .submit(&path, &[("readers", readers), ("password", password)])
        .await
        .redirects_to(READERS);
}

/// A hub with a public category, and one full of canaries behind a reading password.
async fn with_canaries(site: &Site) -> Topic<'_> {
    let topic = site.hub("open", "at-once").await;
    assert!(
        topic
            .ping(&[("url", "http://ada.example/public"), ("title", "Public post")])
            .await
            .is_stored()
    );
    let mut secret = site.category(topic.organizer, "canaryslug", "passphrase", "at-once").await;
    let edit = "/manage/sxsw/categories/canaryslug";
    secret.organizer.open(edit).await;
    let words = [("title", "CanaryTitle"), ("description", "CanaryDescription")];
    secret.organizer.submit(edit, &words).await.redirects_to("/manage/sxsw/categories");
    for i in 0..7 {
        let url = format!("http://canary.example/{i}");
        let fields = [("url", url.as_str()), ("title", "CanaryPost"), ("excerpt", "CanaryExcerpt")];
        assert!(secret.ping(&fields).await.is_stored());
    }
    set(&mut secret.organizer, "canaryslug", "password", "tell nobody").await;
    secret
}

/// What everybody sees of a hub beside what is locked: tags, dates and texts.
async fn public_faces(site: &Site) -> Vec<(String, Option<String>, Option<String>, String)> {
    let mut faces = Vec::new();
    for path in [
        "/sxsw",
        "/sxsw/rss",
        "/sxsw/atom",
        "/sxsw/feed.json",
        "/sxsw/opml",
        "/sxsw/-/people",
        "/sxsw/-/people/opml",
        "/sxsw/keynotes",
        "/sxsw/keynotes/rss",
    ] {
        let page = site.browser().open(path).await;
        let header = |name| page.header(name).map(str::to_owned);
        faces.push((path.to_owned(), header("etag"), header("last-modified"), page.body.clone()));
    }
    faces
}

/// Follows every link of every page from here on, as a stranger, and gives back what was answered.
async fn crawl(site: &Site, from: &[&str]) -> Vec<(String, Page)> {
    let mut seen: BTreeSet<String> = from.iter().map(|&path| path.to_owned()).collect();
    let mut queue: VecDeque<String> = seen.iter().cloned().collect();
    let mut pages = Vec::new();
    while let Some(path) = queue.pop_front() {
        let page = site.browser().open(&path).await;
        let mut links = page.attributes("a, link", "href");
        links.extend(page.attributes("form", "action"));
        links.extend(page.header("location").map(str::to_owned));
        for link in links {
            let link = link.strip_prefix(&site.base).unwrap_or(&link).to_owned();
            let link = link.split('#').next().unwrap().to_owned();
            if link.starts_with('/') && !link.starts_with("/assets/") && seen.insert(link.clone()) {
                queue.push_back(link);
            }
        }
        pages.push((path, page));
    }
    pages
}

fn has_canary(page: &Page) -> Option<&'static str> {
    let headers: String =
        page.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    CANARIES.into_iter().find(|canary| page.body.contains(canary) || headers.contains(canary))
}

/// The headers of a public page and feed that say when something changed.
async fn validators(site: &Site) -> Vec<Option<String>> {
    let mut all = Vec::new();
    for path in ["/sxsw", "/sxsw/rss", "/sxsw/keynotes", "/"] {
        let page = site.browser().open(path).await;
        all.extend(["etag", "last-modified"].map(|name| page.header(name).map(str::to_owned)));
    }
    all
}

story! { with blogs:
    async fn the_desk_offers_no_ping_address_that_does_not_work(site) {
        let mut topic = site.hub("open", "at-once").await;
        let desk = "/manage/sxsw/categories";
        assert_eq!(topic.organizer.open(desk).await.one_text(".copy code"), topic.ping_url);
        set(&mut topic.organizer, "keynotes", "password", "tell nobody").await;
        let page = topic.organizer.open(desk).await;
        page.says("Software needs a personal ping address");
        assert!(page.texts(".copy code").is_empty());
        assert!(!topic.ping(&[("url", "http://ada.example/1")]).await.is_stored());
    }

    async fn what_stands_apart_is_in_none_of_its_hubs_numbers(site) {
        let mut topic = site.hub("open", "at-once").await;
        for (slug, readers) in [("hushed", "unlisted"), ("locked", "password")] {
            topic = site.category(topic.organizer, slug, "open", "at-once").await;
            topic.ping(&[("url", &format!("http://ada.example/{slug}"))]).await;
            topic.organizer.sets_readers(slug, readers).await;
        }
        site.advance(minutes(120));
        topic = site.category(topic.organizer, "panels", "open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/panels")]).await;
        let now = site.app.clock.now().hours();
        let numbers = site.app.db.read(move |connection| {
            let all = categories::list(connection, HubId(1))?;
            let mut numbers = Vec::new();
            for of in [None].into_iter().chain(all.iter().map(|category| Some(category.id))) {
                // Whether the hub's categories were read before or not.
                let posts_of = PostsOf::find(connection, HubId(1), of)?;
                assert_eq!(PostsOf::among(HubId(1), &all, of), posts_of);
                let hours = listed::list_hours(connection, &posts_of, now - 24, now)?;
                let hours: Vec<_> = hours.iter().map(|(hour, count)| (now - hour, *count)).collect();
                let first = listed::find_first_hour(connection, &posts_of)?;
                let posts = listed::list(connection, HubId(1), of, None, 9)?;
                numbers.push((hours, first.map(|hour| now - hour), posts.len()));
            }
            Ok::<_, DbError>(numbers)
        });
        let (none, old, new) = ((vec![], None, 0), (vec![(2, 1)], Some(2), 1), (vec![(0, 1)], Some(0), 1));
        assert_eq!(numbers.await.unwrap(), [new.clone(), none, old.clone(), old, new]);
    }

    async fn whatever_its_policy_a_locked_category_is_not_there_for_strangers(site) {
        let topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/public"), ("title", "Public post")]).await;
        let mut organizer = topic.organizer;
        for (slug, ping) in [("opened", "open"), ("closed", "closed"), ("worded", "passphrase")] {
            let mut secret = site.category(organizer, slug, ping, "at-once").await;
            let edit = format!("/manage/sxsw/categories/{slug}");
            secret.organizer.open(&edit).await;
            secret.organizer.submit(&edit, &[("takes_get", "on"), ("is_default", "on")]).await.redirects_to("/manage/sxsw/categories");
            set(&mut secret.organizer, slug, "password", "tell nobody").await;
            let number = secret.ping_url.split('/').nth(4).unwrap().to_owned();
            let same = |a: &Page, b: &Page| assert_eq!((a.status, &a.body), (b.status, &b.body), "{slug}");
            let form = [("content-type", "application/x-www-form-urlencoded")];
            for fields in ["url=http://x.example/", "url=nonsense", "title=x", "url=http://x.example/&charset=utf-16"] {
                for end in ["", "/violet-clown"] {
                    let there = site.browser().post_raw(&format!("/tb/{number}{end}"), &form, fields.into()).await;
                    let nowhere = site.browser().post_raw(&format!("/tb/1{end}"), &form, fields.into()).await;
                    same(&there, &nowhere);
                    let there = site.browser().open(&format!("/tb/{number}{end}?{fields}")).await;
                    let nowhere = site.browser().open(&format!("/tb/1{end}?{fields}")).await;
                    same(&there, &nowhere);
                }
            }
            for (there, nowhere) in [(format!("/sxsw/{slug}"), "/sxsw/nothing")] {
                let there = secret.mention("http://x.example/", &format!("{}{there}", site.base)).await;
                let nowhere = secret.mention("http://x.example/", &format!("{}{nowhere}", site.base)).await;
                same(&there, &nowhere);
            }
            // The hub's page as a target does not mean what is locked, though it is the default.
            let hub = secret.mention("http://x.example/1", &format!("{}/sxsw", site.base)).await;
            assert!(hub.status == 201 || hub.body.contains("/sxsw/keynotes"), "{}", hub.body);
            organizer = secret.organizer;
        }
    }

    async fn nothing_public_says_when_something_secret_happened(site) {
        let mut topic = with_canaries(site).await;
        site.advance(crate::harness::minutes(5));
        let before = validators(site).await;
        site.advance(crate::harness::minutes(5));
        assert!(topic.ping(&[("url", "http://canary.example/new"), ("title", "CanaryPost")]).await.is_stored());
        topic.organizer.open("/manage/sxsw/keys").await;
        topic.organizer.submit("/manage/sxsw/keys", &[("names", "Ada"), ("category", "canaryslug")]).await.says("Ada");
        assert_eq!(validators(site).await, before);
        let permalinks = topic.organizer.open("/sxsw/canaryslug").await.attributes("a", "href");
        let id = permalinks.iter().find_map(|href| href.strip_prefix("/p/")).unwrap();
        for page in ["/sxsw", "/sxsw/keynotes"] {
            site.browser().open(&format!("{page}?before={id}")).await.has_status(404);
        }
    }

    async fn a_key_for_the_whole_hub_is_none_for_what_is_locked(site) {
        let mut topic = with_canaries(site).await;
        topic.organizer.open("/manage/sxsw/keys").await;
        let sheet = topic.organizer.submit("/manage/sxsw/keys", &[("names", "Grace"), ("category", "")]).await;
        sheet.has_status(200);
        assert_eq!(has_canary(&sheet), None);
        let key = sheet.one_text(".card code");
        let key = key.rsplit('/').next().unwrap();
        let number = topic.ping_url.split('/').nth(4).unwrap();
        let sent = topic.ping_at(&format!("{}/tb/{number}/{key}", site.base), &[("url", "http://x.example/")]).await;
        assert!(sent.message().starts_with("Invalid TrackBack ID"), "{sent:?}");
    }

    async fn a_hall_full_of_readers_is_let_in_and_a_guesser_is_not(site) {
        let _topic = with_canaries(site).await;
        let page = "/sxsw/canaryslug";
        for _ in 0..40 {
            let mut reader = site.browser();
            reader.open(page).await;
            reader.submit("/sxsw/canaryslug/-/read", &[("password", "tell nobody")]).await.redirects_to(page);
        }
        let mut guesser = site.browser();
        for n in 0..20 {
            guesser.open(page).await;
            let answer = guesser.submit("/sxsw/canaryslug/-/read", &[("password", "tell everybody")]).await;
            answer.has_status(if n < 19 { 422 } else { 429 });
            if n == 19 {
                answer.says("Wait a few minutes");
                assert!(answer.header("retry-after").is_some());
            }
        }
    }

    async fn a_bookmark_finds_its_way_through_the_question(site) {
        let _topic = with_canaries(site).await;
        let mut reader = site.browser();
        let path = "/sxsw/canaryslug/add?url=http%3A%2F%2Fada.example%2F1%3Fa%3D1%26b%3D2&title=Gr%C3%BC%C3%9Fe+%26+more";
        reader.open(path).await.has_status(403);
        let to = reader.submit("/sxsw/canaryslug/-/read", &[("password", "tell nobody")]).await;
        let to = to.header("location").unwrap().to_owned();
        let form = reader.open(&to).await;
        assert_eq!(form.attributes("#url", "value"), ["http://ada.example/1?a=1&b=2"]);
        assert_eq!(form.attributes("#title", "value"), ["Grüße & more"]);

        let mut reader = site.browser();
        reader.open("/sxsw/canaryslug?q=Gr%C3%BC%C3%9Fe&lang=de").await.has_status(403);
        let to = reader.submit("/sxsw/canaryslug/-/read", &[("password", "tell everybody")]).await;
        to.has_status(422);
        let to = reader.submit("/sxsw/canaryslug/-/read", &[("password", "tell nobody")]).await;
        assert_eq!(to.header("location"), Some("/sxsw/canaryslug?q=Gr%C3%BC%C3%9Fe&lang=de"));
    }
}

story! { with blogs:
    async fn nothing_of_a_locked_category_is_anywhere_else(site) {
        let mut topic = with_canaries(site).await;
        let mut member = site.browser();
        std::mem::swap(&mut member, &mut topic.organizer);
        let permalinks = member.open("/sxsw/canaryslug").await.attributes("a", "href");
        let permalink = permalinks.into_iter().find(|href| href.starts_with("/p/")).expect("members read it");

        let pages = crawl(site, &["/", "/sxsw", "/sxsw/rss", "/sxsw/-/add", "/sxsw/-/wall", "/help", "/robots.txt"]).await;
        assert!(pages.len() > 10, "{}", pages.len());
        for (path, page) in &pages {
            assert_eq!(has_canary(page), None, "{path}");
        }
        site.browser().open("/sxsw").await.says("1 post").says("1 blog").says("Everything 1");
        site.browser().open("/").await.says("1 post").says("1 blog");

        // What one must know to ask for reads like what was never there.
        let same = |mut a: Page, mut b: Page| {
            assert_eq!(has_canary(&a), None, "{}", a.body);
            for page in [&mut a, &mut b] {
                page.headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "set-cookie" | "x-request-id"));
            }
            assert_eq!((a.status, &a.body, &a.headers), (b.status, &b.body, &b.headers));
        };
        let stranger = || site.browser();
        same(stranger().open(&permalink).await, stranger().open("/p/aaaaaaaaaaaaaaaaaaaaaaaaaa").await);
        same(stranger().open(&format!("{permalink}/report")).await, stranger().open("/p/aaaaaaaaaaaaaaaaaaaaaaaaaa/report").await);
        same(stranger().open("/sxsw/canaryslug/rss").await, stranger().open("/sxsw/nothing/rss").await);
        same(stranger().open("/sxsw/canaryslug/rss?key=wrong").await, stranger().open("/sxsw/nothing/rss?key=wrong").await);
        let number = topic.ping_url.split('/').nth(4).unwrap().to_owned();
        for query in ["", "?__mode=rss", "?url=http://x.example/"] {
            same(stranger().open(&format!("/tb/{number}{query}")).await, stranger().open(&format!("/tb/1{query}")).await);
            same(stranger().open(&format!("/sxsw/canaryslug/trackback{query}")).await, stranger().open(&format!("/sxsw/nothing/trackback{query}")).await);
        }
        same(stranger().open("/sxsw/canaryslug?__mode=rss").await, stranger().open("/sxsw/nothing?__mode=rss").await);

        // Without the passphrase a ping reads like one to nowhere, and so it does with a wrong one,
        // however often it comes, and also when the category is closed.
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let body = || b"url=http://x.example/".to_vec();
        for round in 0..25 {
            for (there, nowhere) in [
                (format!("/tb/{number}"), "/tb/1"),
                (format!("/tb/{number}/violet-clown"), "/tb/1/violet-clown"),
                ("/sxsw/canaryslug".to_owned(), "/sxsw/nothing"),
            ] {
                let a = stranger().post_raw(&there, &form, body()).await;
                let b = stranger().post_raw(nowhere, &form, body()).await;
                assert!(a.body.contains("Invalid TrackBack ID"), "{round} {there}: {}", a.body);
                same(a, b);
            }
        }
        let page = format!("{}/sxsw/canaryslug", site.base);
        let nothing = format!("{}/sxsw/nothing", site.base);
        for endpoint in ["/webmention", "/webmention?key=violet-clown"] {
            let a = topic.mention_at(endpoint, "http://x.example/", &page).await;
            let b = topic.mention_at(endpoint, "http://x.example/", &nothing).await;
            same(a, b);
        }
        let a = topic.call("pingback.ping", &["http://x.example/", &page]).await;
        let b = topic.call("pingback.ping", &["http://x.example/", &nothing]).await;
        same(a, b);
        // The hub's page as target names public categories only.
        site.category(member, "panels", "open", "at-once").await;
        let hub = format!("{}/sxsw", site.base);
        let which = topic.mention("http://x.example/", &hub).await;
        assert_eq!(has_canary(&which), None, "{}", which.body);
        assert!(which.body.contains("/sxsw/panels"), "{}", which.body);

        // Whoever knows the passphrase is told as much as they know.
        let sent = topic.ping(&[("url", "http://insider.example/")]).await;
        assert!(sent.is_stored(), "{}", sent.body);
        let receipt = stranger().open(&sent.receipt.unwrap()).await;
        receipt.says("A category that is not public").never_says("CanaryTitle").never_says("canaryslug");
    }

    async fn a_reading_password_is_asked_once_and_feeds_have_a_secret_address(site) {
        let mut topic = with_canaries(site).await;
        let mut reader = site.browser();
        let gate = reader.open("/sxsw/canaryslug").await;
        gate.has_status(403).says("For those who know the reading password");
        assert_eq!(gate.header("cache-control"), Some("no-store"));
        assert_eq!(has_canary(&gate).filter(|canary| *canary != "canaryslug"), None);
        let read = "/sxsw/canaryslug/-/read";
        reader.submit(read, &[("password", "tell everybody")]).await
            .has_status(422).says("This is not the reading password.").never_says("tell everybody");
        reader.submit(read, &[("password", "tell nobody")]).await.redirects_to("/sxsw/canaryslug");
        let page = reader.open("/sxsw/canaryslug").await;
        page.says("CanaryTitle").says("CanaryPost").says("7 posts");
        assert_eq!(page.header("cache-control"), Some("private, no-cache"));
        assert_eq!(page.header("x-robots-tag"), Some("noindex"));
        // What one reader was shown, nobody is shown from a cache.
        site.browser().open("/sxsw/canaryslug").await.has_status(403);
        reader.open("/sxsw/canaryslug/add").await.says("Add your post to CanaryTitle");
        let asks = site.browser().open("/sxsw/canaryslug/add").await;
        asks.has_status(403).says("reading password");

        let feed = page.attributes("link[type='application/rss+xml']", "href").remove(0);
        assert!(feed.starts_with("/sxsw/canaryslug/rss?key="), "{feed}");
        let answered = site.browser().open(&feed).await;
        answered.has_status(200);
        assert!(answered.body.contains("CanaryPost"));
        assert!(answered.body.contains(&feed), "its own address is the secret one: {}", answered.body);
        assert_eq!(answered.header("cache-control"), Some("private, no-cache"));
        let etag = answered.header("etag").unwrap().to_owned();
        site.browser().open_with(&feed, &[("if-none-match", &etag)]).await.has_status(304);

        // The organizer makes another address, then another password.
        topic.organizer.open(READERS).await.says(&feed);
        topic.organizer.submit(&format!("{READERS}/canaryslug/feed"), &[]).await.redirects_to(READERS);
        site.browser().open(&feed).await.has_status(404);
        reader.open("/sxsw/canaryslug").await.says("CanaryPost").never_says(&feed);
        set(&mut topic.organizer, "canaryslug", "password", "tell no one at all").await;
        reader.open("/sxsw/canaryslug").await.has_status(403);

        // Open again, and everything is where it belongs.
        set(&mut topic.organizer, "canaryslug", "public", "").await;
        site.browser().open("/sxsw/canaryslug").await.has_status(200).says("CanaryPost");
        site.browser().open("/sxsw").await.says("8 posts").says("2 blogs").says("CanaryPost");
        set(&mut topic.organizer, "canaryslug", "unlisted", "").await;
        site.browser().open("/sxsw").await.says("1 post").never_says("CanaryPost").never_says("canaryslug");
        let unlisted = site.browser().open("/sxsw/canaryslug").await;
        unlisted.has_status(200).says("CanaryPost");
        assert_eq!(unlisted.attributes("meta[name='robots']", "content"), ["noindex, follow"]);
        let feed = site.browser().open("/sxsw/canaryslug/rss").await;
        assert_eq!(feed.has_status(200).header("x-robots-tag"), Some("noindex"));
        let hub_feed = site.browser().open("/sxsw/rss").await;
        hub_feed.never_says("CanaryPost");
    }

    async fn whatever_happens_to_a_locked_category_nothing_public_says_when(site) {
        let mut topic = with_canaries(site).await;
        // Last-Modified is left out for a while.
        site.advance(minutes(10));
        let before = public_faces(site).await;
        let edit = "/manage/sxsw/categories/canaryslug";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("title", "CanaryTitle again"), ("ping", "closed")]).await.redirects_to("/manage/sxsw/categories");
        site.advance(minutes(10));
        assert_eq!(public_faces(site).await, before, "a title and a policy");

        topic.organizer.open("/manage/sxsw/categories").await;
        topic.organizer.submit(&format!("{edit}/move"), &[("direction", "up")]).await.has_status(303);
        site.advance(minutes(10));
        assert_eq!(public_faces(site).await, before, "its place");

        let now = site.app.clock.now();
        let trust = move |tx: &mut Tx<'_>| trust::update(tx, HubId(1), "canary.example", Trust::Barred, now);
        site.app.db.write(trust).await.unwrap();
        site.advance(minutes(10));
        assert_eq!(public_faces(site).await, before, "a blog of it");

        set(&mut topic.organizer, "canaryslug", "unlisted", "").await;
        site.advance(minutes(10));
        assert_eq!(public_faces(site).await, before, "who may read it");

        topic.organizer.open(edit).await;
        topic.organizer.submit(&format!("{edit}/delete"), &[("confirm", "canaryslug")]).await.redirects_to("/manage/sxsw/categories");
        site.advance(minutes(10));
        assert_eq!(public_faces(site).await, before, "its end");

        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("title", "Keynotes and talks")]).await.redirects_to("/manage/sxsw/categories");
        site.advance(minutes(10));
        assert_ne!(public_faces(site).await, before);
    }

    async fn the_new_name_of_what_is_locked_is_kept_nowhere(site) {
        let mut topic = with_canaries(site).await;
        let edit = "/manage/sxsw/categories/canaryslug";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("slug", "canarynext")]).await.redirects_to("/manage/sxsw/categories");
        for address in ["/sxsw/canaryslug", "/sxsw/canaryslug/rss"] {
            let moved = topic.organizer.open(address).await;
            let expected = address.replace("canaryslug", "canarynext");
            assert_eq!(moved.has_status(301).header("location"), Some(expected.as_str()));
            assert_eq!(moved.header("cache-control"), Some("private, no-store"));
            let stranger = site.browser().open(address).await;
            assert!(stranger.status >= 400 && !stranger.body.contains("canarynext"), "{}", stranger.status);
        }
    }

    async fn a_locked_hub_tells_nothing_but_that_it_asks(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "Inside")]).await;
        site.browser().open("/").await.says("SXSW 2003").says("Inside");
        site.browser().open("/sxsw/keynotes").await.says("Inside");
        set(&mut topic.organizer, "-", "password", "tell nobody").await;
        for (path, page) in crawl(site, &["/", "/help"]).await {
            page.never_says("SXSW 2003").never_says("Inside").never_says("keynotes");
            assert!(!path.starts_with("/sxsw"), "{path}");
        }
        // Which categories there are and are not reads the same.
        let there = site.browser().open("/sxsw/keynotes").await;
        let nowhere = site.browser().open("/sxsw/nothing").await;
        there.has_status(403).never_says("SXSW 2003");
        let neutral = |page: &Page, name: &str| {
            let csrf = page.attributes("input[name='csrf']", "value").remove(0);
            page.body.replace(name, "x").replace(&csrf, "")
        };
        assert_eq!(neutral(&there, "keynotes"), neutral(&nowhere, "nothing"));
        site.browser().open("/sxsw/rss").await.has_status(404);
        site.browser().open("/sxsw/-/add").await.has_status(403).never_says("keynotes");

        let mut reader = site.browser();
        reader.open("/sxsw/keynotes").await;
        reader.submit("/sxsw/keynotes/-/read", &[("password", "tell nobody")]).await.redirects_to("/sxsw/keynotes");
        reader.open("/sxsw/keynotes").await.says("Inside");
        let hub = reader.open("/sxsw").await;
        hub.says("SXSW 2003").says("Inside");
        let feed = hub.attributes("link[type='application/rss+xml']", "href").remove(0);
        site.browser().open(&feed).await.has_status(200).says("Inside");
        reader.open("/sxsw/nothing").await.has_status(404);

        // Guessing has its limit.
        let mut guesser = site.browser();
        guesser.open("/sxsw").await;
        let mut refused = 0;
        while guesser.submit("/sxsw/-/read", &[("password", "a guess")]).await.status == 422 {
            refused += 1;
        }
        assert_eq!(refused, 19, "20 an hour, and one was right");
    }

    async fn a_reading_password_has_its_own_rules(site) {
        let mut topic = site.hub("open", "at-once").await;
        let path = format!("{READERS}/keynotes");
        for (readers, password, sentence) in [
            ("password", "", "Choose a reading password."),
            ("password", "short", "Use at least 8 characters."),
            ("everybody", "", "Choose who may read."),
        ] {
            topic.organizer.open(READERS).await.says("Who may read?");
            topic.organizer.submit(&path, &[("readers", readers), ("password", password)]).await
                .has_status(422).says(sentence);
        }
        site.browser().open("/sxsw/keynotes").await.has_status(200);
    }
}
