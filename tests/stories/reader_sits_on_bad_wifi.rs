//! A reader sits on bad wifi: what a page loads is little, is loaded once, and comes from us alone.

use std::collections::BTreeSet;

use backchannel::config::RateLimits;

use crate::harness::{Browser, Database, Page, Site, Topic, minutes};

const KIB: usize = 1024;

/// What a first visit to a page with fifty posts may load: the page, and each file it names, with
/// gzip as they are sent. The first two are the product's promise; the others are what they weigh
/// today and a little more. The desk is one person's, and is not compressed.
const PUBLIC: [(&str, usize); 7] = [
    ("/sxsw", 30 * KIB),
    ("/sxsw/keynotes", 30 * KIB),
    ("/", 14 * KIB),
    ("/sxsw/-/people", 15 * KIB),
    ("/sxsw/-/wall", 14 * KIB),
    ("/sxsw/-/add", 11 * KIB),
    ("/sxsw/keynotes/add", 16 * KIB),
];
const QUEUE: usize = 110 * KIB;

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

/// What a browser loads by itself to show a page.
fn loads(page: &Page) -> BTreeSet<String> {
    let files = page.attributes("link[rel=stylesheet], link[rel=icon]", "href").into_iter();
    files.chain(page.attributes("script, img, iframe, source, embed, object", "src")).collect()
}

/// Opens a page for the first time: how many bytes come.
async fn first_visit(browser: &mut Browser, path: &str) -> usize {
    let gzip = [("accept-encoding", "gzip")];
    let page = browser.open(path).await;
    let mut weight = browser.open_with(path, &gzip).await.has_status(200).bytes.len();
    assert_eq!(page.attributes("link[rel=stylesheet]", "href").len(), 1, "{path}: one style sheet");
    for file in loads(&page) {
        assert!(file.starts_with("/assets/"), "{path} loads {file} from elsewhere");
        let hash = file.rsplit('.').nth(1).unwrap();
        assert!(hash.len() == 10 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{file}");
        let loaded = browser.open_with(&file, &gzip).await;
        loaded.has_status(200);
        assert_eq!(loaded.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let text = browser.open(&file).await.body;
        assert!(!text.contains("url(") && !text.contains("@import"), "{file} loads more");
        weight += loaded.bytes.len();
    }
    for image in ["img:not([width])", "img:not([height])", "img:not([alt])"] {
        assert!(page.attributes(image, "src").is_empty(), "{path}: {image} moves what is below it");
    }
    weight
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

    let mut reader = site.browser();
    assert_eq!(reader.open("/sxsw").await.texts("article h3").len(), 50);
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
        weighed(path, first_visit(&mut reader, path).await, budget);
    }
    weighed("/manage/sxsw", first_visit(&mut waiting.organizer, "/manage/sxsw").await, QUEUE);
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
