//! A reader sits on bad wifi: what a page loads is little, is loaded once, and comes from us alone.

use std::collections::BTreeSet;

use backchannel::config::RateLimits;

use crate::harness::{Browser, Database, Page, Site, Topic, minutes};

const KIB: usize = 1024;

/// What a first visit to a page with fifty posts may load: the page, and each file it names, with
/// gzip as they are sent. The first two are the product's promise; the others are what they weigh
/// today and a little more. The desk is one person's, and is not compressed.
const PUBLIC: [(&str, usize); 17] = [
    ("/sxsw", 30 * KIB),
    ("/sxsw/keynotes", 30 * KIB),
    ("/", 14 * KIB),
    ("/sxsw/-/people", 15 * KIB),
    ("/sxsw/-/wall", 14 * KIB),
    ("/sxsw/-/add", 12 * KIB),
    ("/sxsw/keynotes/add", 17 * KIB),
    ("/sxsw/-/about", 10 * KIB),
    ("/sxsw/-/stats", 12 * KIB),
    ("/topics/keynotes", 20 * KIB),
    ("{post}", 12 * KIB),
    ("/embed/sxsw", 10 * KIB),
    ("/sxsw/-/embed", 14 * KIB),
    ("/help", 12 * KIB),
    ("/help/bloggers", 19 * KIB),
    ("/help/organizers", 18 * KIB),
    ("/help/readers", 13 * KIB),
];
/// What the pictures of a help page may weigh, in light or in dark: they are loaded as they come
/// into view.
const PICTURES: usize = 240 * KIB;
const QUEUE: usize = 80 * KIB;

/// What a feed of fifty posts may weigh with gzip.
const FEED: usize = 18 * KIB;

/// Words as English has them: some often, many once.
const ENGLISH: &str = include_str!("../../LICENSE-APACHE");

/// So many words, in an order that says nothing and is the same each time.
fn words(seed: usize, count: usize) -> String {
    let all: Vec<&str> = ENGLISH.split_whitespace().collect();
    let nth = |n: usize| all[(seed * 7919 + n * 104_729) % all.len()];
    (0..count).map(nth).collect::<Vec<_>>().join(" ")
}

/// Fifty posts of usual length, from fifty blogs.
async fn fifty_posts(topic: &Topic<'_>) {
    for n in 0..50 {
        let title = words(n, 5 + n % 9);
        let slug = title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let sent = topic
            .ping(&[
                ("url", &format!("https://{n}.blog.example/2003/03/11/{slug}")),
                ("title", &title),
                ("excerpt", &words(n + 50, 20 + n % 40)),
                ("blog_name", &words(n + 100, 2)),
            ])
            .await;
        assert!(sent.is_stored(), "{sent:?}");
        topic.site.advance(minutes(1));
    }
}

/// What a browser may load by itself to show a page.
fn loads(page: &Page) -> BTreeSet<String> {
    let linked = "link[rel~=stylesheet], link[rel~=icon], link[rel~=preload], link[rel~=modulepreload], link[rel~=prefetch]";
    let mut files = page.attributes(linked, "href");
    files.extend(page.attributes("script, img, iframe, source, embed, video, audio", "src"));
    files.extend(page.attributes("object", "data"));
    for (of, candidates) in [("img, source", "srcset"), ("link", "imagesrcset")] {
        for candidate in page.attributes(of, candidates).iter().flat_map(|all| all.split(',')) {
            files.extend(candidate.split_whitespace().next().map(str::to_owned));
        }
    }
    files.into_iter().collect()
}

/// What it loads only when the reader comes to it: in light, and in dark.
fn pictures(page: &Page) -> [BTreeSet<String>; 2] {
    let light = page.attributes("picture img[loading=lazy]", "src").into_iter().collect();
    [light, page.attributes("picture source", "srcset").into_iter().collect()]
}

/// Loads a file for the first time: how many bytes come.
async fn load(browser: &mut Browser, path: &str, file: &str) -> usize {
    let loaded = browser.open_with(file, &[("accept-encoding", "gzip")]).await;
    loaded.has_status(200);
    // A hub's badge, and its frame where that is shown, change with the hub.
    if file.starts_with("/badge/") || file.starts_with("/embed/") {
        return loaded.bytes.len();
    }
    assert!(file.starts_with("/assets/"), "{path} loads {file} from elsewhere");
    let hash = file.rsplit('.').nth(1).unwrap();
    assert!(hash.len() == 10 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{file}");
    assert_eq!(loaded.header("cache-control"), Some("public, max-age=31536000, immutable"));
    if loaded.header("content-type") != Some("image/webp") {
        let text = browser.open(file).await.body;
        assert!(!text.contains("url(") && !text.contains("@import"), "{file} loads more");
    }
    loaded.bytes.len()
}

/// Opens a page for the first time: how many bytes come, and how many more when it is read to its end.
async fn first_visit(browser: &mut Browser, path: &str) -> (usize, usize) {
    let gzip = [("accept-encoding", "gzip")];
    let page = browser.open(path).await;
    let mut weight = browser.open_with(path, &gzip).await.has_status(200).bytes.len();
    assert_eq!(page.attributes("link[rel=stylesheet]", "href").len(), 1, "{path}: one style sheet");
    let lazy = pictures(&page);
    for file in loads(&page) {
        if !lazy.iter().any(|lazy| lazy.contains(&file)) {
            weight += load(browser, path, &file).await;
        }
    }
    let mut heaviest = 0;
    for lazy in lazy {
        let mut seen = 0;
        for file in lazy {
            seen += load(browser, path, &file).await;
        }
        heaviest = heaviest.max(seen);
    }
    for image in ["img:not([width])", "img:not([height])", "img:not([alt])"] {
        assert!(page.attributes(image, "src").is_empty(), "{path}: {image} moves what is below it");
    }
    (weight, heaviest)
}

#[tokio::test]
async fn a_first_visit_is_light_and_asks_nobody_else() {
    let site = Site::start_with(Database::sqlite(), |config| {
        config.http.rate_limits = RateLimits::Off;
    })
    .await;
    let listed = site.hub("open", "at-once").await;
    fifty_posts(&listed).await;
    let mut waiting = site.category(listed.organizer, "panels", "open", "all-wait").await;
    fifty_posts(&waiting).await;
    for (page, field, text) in [("about", "about", "# About"), ("settings", "on_topics", "on")] {
        let page = format!("/manage/sxsw/{page}");
        waiting.organizer.open(&page).await;
        waiting.organizer.submit(&page, &[(field, text)]).await.has_status(303);
    }

    let mut reader = site.browser();
    let list = reader.open("/sxsw").await;
    assert_eq!(list.texts("article h3").len(), 50);
    let post = list.attributes("article .meta a[href^='/p/']", "href").remove(0);
    let queue = waiting.organizer.open("/manage/sxsw").await;
    assert!(queue.has_status(200).texts("article").len() >= 20, "{}", queue.text());
    let mut heavy = Vec::new();
    let mut weighed = |path: &str, weight: usize, budget: usize| {
        println!("{weight:6} of {budget:6} bytes  {path}");
        if weight > budget {
            heavy.push(format!("{path}: {weight} of {budget} bytes"));
        }
    };
    for (path, budget) in PUBLIC {
        let path = path.replace("{post}", &post);
        let (weight, pictures) = first_visit(&mut reader, &path).await;
        weighed(&path, weight, budget);
        if pictures > 0 {
            weighed(&format!("{path}, its pictures"), pictures, PICTURES);
        }
    }
    weighed("/manage/sxsw", first_visit(&mut waiting.organizer, "/manage/sxsw").await.0, QUEUE);
    for feed in ["rss", "atom", "feed.json"] {
        let path = format!("/sxsw/{feed}");
        let sent = reader.open_with(&path, &[("accept-encoding", "gzip")]).await;
        weighed(&path, sent.has_status(200).bytes.len(), FEED);
    }
    assert!(heavy.is_empty(), "{heavy:#?}");
}

#[tokio::test]
async fn a_second_visit_loads_the_page_alone_or_nothing() {
    let site = Site::start(Database::sqlite()).await;
    let topic = site.hub("open", "at-once").await;
    topic.ping(&[("url", "http://ada.example/1"), ("title", "First")]).await;
    let mut reader = site.browser();
    let first = reader.open("/sxsw").await;
    site.advance(minutes(1));
    let tag = first.header("etag").unwrap().to_owned();
    let same = reader.open_with("/sxsw", &[("if-none-match", &tag)]).await;
    assert!(same.has_status(304).bytes.is_empty());

    // What changed changes no file's address; what a file holds does.
    topic.ping(&[("url", "http://ada.example/2"), ("title", "Second")]).await;
    let second = reader.open_with("/sxsw", &[("if-none-match", &tag)]).await;
    assert_eq!(loads(second.has_status(200).says("Second")), loads(&first));
}
