//! A reader searches, looks at a part, subscribes to it, and leaves the page open.

use serde_json::json;

use crate::harness::{Site, Topic, minutes};
use crate::window::Window;

async fn ping(topic: &Topic<'_>, n: u32, title: &str) {
    let url = format!("http://blog{n}.example/{n}");
    let fields = [("url", url.as_str()), ("title", title), ("excerpt", "The room was full.")];
    assert!(topic.ping(&fields).await.is_stored());
    topic.site.advance(minutes(1));
}

/// Every feed that the page names, in its row and in its head, is one.
async fn feeds_are_feeds(site: &Site, window: &Window, posts: usize) {
    let links = "return [...document.querySelectorAll(\
        '#subscribe .formats a, link[rel=alternate]:not([type*=oembed]), nav a[href$=rss]')].map(a => a.getAttribute('href'))";
    let links = window.finds(links).await;
    let links = links.as_array().unwrap();
    assert!(links.len() >= 6, "{links:?}");
    for link in links {
        let feed = site.browser().open(link.as_str().unwrap()).await;
        let kind = feed.has_status(200).header("content-type").unwrap();
        let (kind, item) = match kind.split(';').next().unwrap() {
            "application/rss+xml" => ("rss", "<item>"),
            "application/atom+xml" => ("atom", "<entry>"),
            "application/feed+json" => ("json", "\"external_url\":"),
            other => panic!("{link} is {other}"),
        };
        // The top line's is the hub's, whatever is shown.
        let posts = if link == "/sxsw/rss" { 3 } else { posts };
        assert_eq!(feed.body.matches(item).count(), posts, "{link} ({kind}): {}", feed.body);
    }
}

/// Where the first post stands on the screen.
async fn top(window: &Window) -> serde_json::Value {
    window.finds("return document.querySelector('article').getBoundingClientRect().top").await
}

journey! {
    async fn search_subscribe_and_stay(site, window) {
        let topic = site.hub("open", "at-once").await;
        for (n, title) in (1..).zip(["Loops and lanterns", "A lantern at sea", "Ink"]) {
            ping(&topic, n, title).await;
        }
        window.open("/sxsw").await;
        feeds_are_feeds(site, window, 3).await;
        window.types("#q", "lantern").await;
        window.presses("Search").await;
        window.until("location.search === '?q=lantern'").await;
        window.says("Loops and lanterns").await;
        assert_eq!(window.finds("return document.querySelectorAll('article mark').length").await, 2);
        feeds_are_feeds(site, window, 2).await;
        window.clicks(".filters .chip").await;
        window.says("Ink").await;
        window.clicks(".day a").await;
        window.until("location.search === '?day=2003-03-11'").await;
        feeds_are_feeds(site, window, 3).await;
        window.clicks(".narrow summary").await;
        window.types("#q", "ink").await;
        window.presses("Show these posts").await;
        window.until("location.search === '?q=ink&day=2003-03-11'").await;
        feeds_are_feeds(site, window, 1).await;

        window.open("/sxsw").await;
        let before = top(window).await;
        let from = window.finds("return performance.now()").await;
        for n in 4..=6 {
            ping(&topic, n, &format!("Fresh {n}")).await;
        }
        if window.has_scripts() {
            window.until("document.querySelector('.fresh').textContent === '3 new posts'").await;
            assert_eq!(top(window).await, before, "nothing jumps");
            let shifts = format!("const done = arguments[0], told = (list) => done(list.getEntries() \
                    .filter(e => e.startTime > {from} && e.value > 0.001) \
                    .map(e => [e.value, e.sources.map(s => s.node?.className ?? 'gone')])); \
                new PerformanceObserver(told).observe({{ type: 'layout-shift', buffered: true }}); \
                requestAnimationFrame(() => requestAnimationFrame(() => done([])))");
            assert_eq!(window.awaits(&shifts).await, json!([]), "nothing shifts");
            window.clicks(".fresh a").await;
        } else {
            assert_eq!(window.text_of(".fresh").await, "", "it falls back to nothing");
            window.open("/sxsw").await;
        }
        window.says("Fresh 6").await;
        let marked = "return [...document.querySelectorAll('.is-new')].map(p => \
            [p.querySelector('.new-post').textContent, p.querySelector('h3').textContent])";
        if window.has_scripts() {
            let fresh = json!([["New", "Fresh 6"], ["New", "Fresh 5"], ["New", "Fresh 4"]]);
            assert_eq!(window.finds(marked).await, fresh);
            window.until("document.querySelector('.fresh').textContent === '3 posts are new, and marked'").await;
            window.open("/sxsw").await;
            window.says("Fresh 6").await;
        }
        assert_eq!(window.finds(marked).await, json!([]), "only once");
        assert_eq!(window.finds("return document.querySelectorAll('article').length").await, 6);
    }
}
