//! Other hubs, which the operator named, are told too.

use super::*;
use crate::harness::Database;

/// What the other hub was told, as the feeds' paths.
fn told(site: &Site, hub: &Blog) -> Vec<String> {
    let mut topics: Vec<String> = hub
        .asked()
        .iter()
        .flat_map(|asked| {
            let fields: Vec<_> = url::form_urlencoded::parse(&asked.body).collect();
            assert_eq!(fields[0], ("hub.mode".into(), "publish".into()));
            assert!(fields[1..].iter().all(|(name, _)| name == "hub.url"));
            assert_eq!(fields.len(), 4, "a page has three feeds");
            let path = |url: &str| url.strip_prefix(&site.base).unwrap().to_owned();
            fields[1..].iter().map(|(_, url)| path(url)).collect::<Vec<_>>()
        })
        .filter(|path| path.ends_with("/rss"))
        .collect();
    topics.sort();
    topics
}

async fn other_hubs_are_told_of_public_feeds_only(database: Database) {
    let other = Blog::start();
    let endpoint = other.publish("/hub", Answer::of(204, "text/plain", ""));
    let named = endpoint.parse().unwrap();
    let site = Site::start_with(database, |config| {
        config.unsafe_dial_loopback = true;
        config.websub.websub_hubs = vec![named];
    })
    .await;
    let topic = site.hub("open", "at-once").await;
    let mut topic = site.category(topic.organizer, "panels", "open", "at-once").await;
    let panels = "/manage/sxsw/readers/panels";
    topic.organizer.open("/manage/sxsw/readers").await;
    topic.organizer.submit(panels, &[("readers", "unlisted")]).await.has_status(303);
    site.settle().await;
    assert_eq!(told(&site, &other), ["/sxsw/keynotes/rss", "/sxsw/rss"]);

    let feed = site.browser().open("/sxsw/rss").await;
    let links = feed.header("link").unwrap().to_owned();
    let expected = format!("<{0}/websub>; rel=\"hub\", <{endpoint}>; rel=\"hub\"", site.base);
    assert!(links.starts_with(&expected), "{links}");
    assert!(feed.body.contains(&endpoint));

    // A feed that is not told to others does not name them.
    let unlisted = site.browser().open("/sxsw/panels/rss").await;
    let own = format!("<{0}/websub>; rel=\"hub\", <{0}/sxsw/panels/rss>; rel=\"self\"", site.base);
    assert_eq!(unlisted.header("link"), Some(own.as_str()));
    assert!(!unlisted.body.contains(&endpoint));

    // Nothing of the unlisted category is told, and its change is none of the hub's feed.
    ping(&topic, 1).await;
    site.settle().await;
    assert_eq!(told(&site, &other).len(), 2);
    topic.organizer.open("/manage/sxsw/readers").await;
    topic.organizer.submit(panels, &[("readers", "public")]).await.has_status(303);
    site.settle().await;
    let all = ["/sxsw/keynotes/rss", "/sxsw/panels/rss", "/sxsw/rss", "/sxsw/rss"];
    assert_eq!(told(&site, &other), all);

    // It was told nothing while it failed, and is told again.
    other.publish("/hub", Answer::of(503, "text/plain", "x").with("Retry-After", "240"));
    assert!(topic.ping_at("/sxsw/keynotes", &[("url", "http://ada.example/2")]).await.is_stored());
    site.settle().await;
    let failed = other.asked().len();
    assert!(failed > all.len());
    other.publish("/hub", Answer::of(204, "text/plain", ""));
    site.advance(minutes(2));
    site.settle().await;
    assert_eq!(other.asked().len(), failed, "four minutes were asked for");
    site.advance(minutes(3));
    site.settle().await;
    let again = other.asked().split_off(failed);
    let is_of = |path: &str| {
        let topic = format!("{}{path}", site.base);
        let is_it = |asked: &crate::harness::Asked| {
            url::form_urlencoded::parse(&asked.body).any(|(_, value)| value == topic)
        };
        again.iter().filter(|asked| is_it(asked)).count()
    };
    assert_eq!((is_of("/sxsw/rss"), is_of("/sxsw/keynotes/rss")), (1, 1));
}

#[tokio::test]
async fn other_hubs_are_told_of_public_feeds_only_on_sqlite() {
    other_hubs_are_told_of_public_feeds_only(Database::sqlite()).await;
}

#[tokio::test]
async fn other_hubs_are_told_of_public_feeds_only_on_postgres() {
    let Some(database) = Database::postgres() else { return };
    other_hubs_are_told_of_public_feeds_only(database).await;
}
