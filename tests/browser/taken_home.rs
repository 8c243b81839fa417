//! A hub that was taken home, opened from a folder with the network off.

use std::io::Cursor;

use serde_json::json;

use crate::chromium::Chromium;
use crate::harness::{Database, Site, minutes};
use crate::window::Window;

const HOME: &str = "/manage/sxsw/take-home";

/// A folder with the hub of this site in it.
async fn folder(site: &Site) -> tempfile::TempDir {
    let mut topic = site.hub("open", "at-once").await;
    for number in 0..60 {
        let url = format!("http://blog{}.example/{number}", number % 3);
        let title = if number == 7 {
            "Ein Spaziergang über Zürich".to_owned()
        } else {
            format!("Post {number}")
        };
        let name = format!("Blog {}", number % 3);
        let fields = [
            ("url", url.as_str()),
            ("title", &title),
            ("excerpt", "The room was full."),
            ("blog_name", &name),
        ];
        assert!(topic.ping(&fields).await.is_stored());
        site.advance(minutes(1));
    }
    topic.organizer.open(HOME).await;
    let archive = topic.organizer.submit(HOME, &[]).await.has_status(200).bytes.clone();
    let folder = tempfile::tempdir().unwrap();
    zip::ZipArchive::new(Cursor::new(archive)).unwrap().extract(folder.path()).unwrap();
    folder
}

/// How many posts the page shows.
async fn posts(window: &Window) -> serde_json::Value {
    window.finds("return document.querySelectorAll('article.ping').length").await
}

#[tokio::test]
async fn it_is_read_and_searched_without_a_network() {
    let Some(chromium) = Chromium::start().await else { return };
    let mut database = Some(Database::sqlite());
    let site = Site::start_with(database.take().unwrap(), |config| {
        config.http.rate_limits = backchannel::config::RateLimits::Off;
    })
    .await;
    let folder = folder(&site).await;
    drop(site);
    let window = Window::new(chromium, &format!("file://{}", folder.path().display()));
    window.cdp("Network.enable", json!({})).await;
    let off =
        json!({ "offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0 });
    window.cdp("Network.emulateNetworkConditions", off).await;

    window.open("/index.html").await;
    window.says("SXSW 2003").await;
    assert_eq!(posts(&window).await, json!(50));
    let family =
        window.finds("return getComputedStyle(document.querySelector('h1')).fontFamily").await;
    assert!(family.as_str().unwrap().contains("serif"), "its style is there: {family}");
    window.presses("Older posts").await;
    window.says("Back to the newest posts").await;
    assert_eq!(posts(&window).await, json!(10));
    window.clicks(".tabs a:nth-child(2)").await;
    window.until("document.querySelector('h1').textContent === 'keynotes'").await;
    window.clicks("article .meta a[title]").await;
    window.says("Link to this post").await;

    window.open("/index.html").await;
    window.types("#q", "zurich SPAZ").await;
    window.presses("Search").await;
    window.says("One post.").await;
    window.says("Ein Spaziergang über Zürich").await;
    window.open("/index.html").await;
    window.clicks("article a.blog").await;
    window.says("20 posts.").await;
    window.presses("Blog 2 × (remove)").await;
    window.says("There are 60 posts.").await;
    window.types("#q", "nowhere").await;
    window.presses("Search").await;
    window.says("No post here has all of this.").await;
    window.open("/-/people/index.html").await;
    window.says("3 blogs took part").await;
    window.was_quiet().await;

    window.without_javascript().await;
    window.open("/-/search/index.html?q=x").await;
    window.says("needs JavaScript").await;
    window.open("/keynotes/index.html").await;
    assert!(window.text().await.contains("Post 59"));
}
