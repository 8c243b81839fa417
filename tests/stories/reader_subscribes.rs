//! Readers and their software: pages, feeds, conditional requests, encodings, paging.

use crate::harness::{Topic, minutes};

async fn list(topic: &Topic<'_>, n: usize) {
    let url = format!("http://ada.example/{n}");
    let title = format!("Post {n}");
    assert!(
        topic.ping(&[("url", &url), ("title", &title), ("blog_name", "Ada")]).await.is_stored()
    );
    topic.site.advance(minutes(10));
}

story! {
    async fn a_feed_is_asked_about_again_and_again(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        let mut reader = site.browser();
        let feed = reader.open("/sxsw/keynotes/rss").await;
        feed.has_status(200);
        assert_eq!(feed.header("content-type"), Some("application/rss+xml; charset=utf-8"));
        assert_eq!(feed.header("cache-control"), Some("public, max-age=60, stale-while-revalidate=600"));
        assert_eq!(feed.header("vary"), Some("Accept-Encoding"));
        let etag = feed.header("etag").unwrap().to_owned();
        let date = feed.header("last-modified").unwrap().to_owned();
        let channel = rss::Channel::read_from(feed.body.as_bytes()).unwrap();
        assert_eq!(channel.link(), format!("{}/sxsw/keynotes", site.base));
        assert_eq!(channel.atom_ext().unwrap().links()[0].href, format!("{}/sxsw/keynotes/rss", site.base));
        let item = &channel.items[0];
        assert!(item.guid().unwrap().permalink);
        reader.open(&item.guid().unwrap().value).await.has_status(200).says("Post 1");

        let same = reader.open_with("/sxsw/keynotes/rss", &[("if-none-match", &etag)]).await;
        assert_eq!((same.status, same.bytes.len()), (304, 0));
        assert_eq!(same.header("etag"), Some(etag.as_str()));
        reader.open_with("/sxsw/keynotes/rss", &[("if-modified-since", &date)]).await.has_status(304);
        let head = reader.head("/sxsw/keynotes/rss").await;
        assert_eq!((head.status, head.header("etag"), head.bytes.len()), (200, Some(etag.as_str()), 0));
        assert_eq!(head.header("content-length"), Some(feed.bytes.len().to_string().as_str()));

        list(&topic, 2).await;
        let changed = reader.open_with("/sxsw/keynotes/rss", &[("if-none-match", &etag)]).await;
        changed.has_status(200);
        let changed = reader.open_with("/sxsw/keynotes/rss", &[("if-modified-since", &date)]).await;
        assert_eq!(rss::Channel::read_from(changed.body.as_bytes()).unwrap().items.len(), 2);
    }

    async fn a_change_is_on_the_next_page_and_one_in_the_same_second_is_not_lost(site) {
        let topic = site.hub("open", "at-once").await;
        let mut reader = site.browser();
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        let first = reader.open("/sxsw").await;
        first.says("One");
        assert!(first.header("last-modified").is_none(), "its second is not over");
        topic.ping(&[("url", "http://ada.example/2"), ("title", "Two")]).await;
        reader.open("/sxsw").await.says("Two");
        site.advance(minutes(1));
        assert!(reader.open("/sxsw").await.header("last-modified").is_some());
    }

    async fn pages_come_compressed_to_those_who_can(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        let mut reader = site.browser();
        let plain = reader.open("/sxsw").await;
        let accepted = ("accept-encoding", "br, gzip");
        let page = reader.open_with("/sxsw", &[accepted]).await;
        assert_eq!(page.header("content-encoding"), Some("gzip"));
        assert_ne!(page.header("etag"), plain.header("etag"), "each encoding has its own tag");
        assert!(page.bytes.len() * 2 < plain.bytes.len(), "{}", page.bytes.len());
        let tag = page.header("etag").unwrap().to_owned();
        reader.open_with("/sxsw", &[accepted, ("if-none-match", &tag)]).await.has_status(304);
    }

    async fn paging_survives_new_arrivals(site) {
        let topic = site.hub("open", "at-once").await;
        for n in 0..60 {
            list(&topic, n).await;
            site.advance(minutes(60));
        }
        let mut reader = site.browser();
        let first = reader.open("/sxsw").await;
        assert_eq!(first.texts("article.ping h3").len(), 50);
        let older = first.attributes("a[rel=next]", "href").remove(0);
        list(&topic, 60).await;
        let second = reader.open(&older).await;
        let titles = second.texts("article.ping h3");
        assert_eq!((titles.len(), titles[0].as_str(), titles[9].as_str()), (10, "Post 9", "Post 0"));
        assert_eq!(second.attributes("meta[name=robots]", "content"), ["noindex, follow"]);
        assert!(second.attributes("a[rel=next]", "href").is_empty());
        reader.open("/sxsw?before=nonsense").await.has_status(404);
    }

    async fn days_are_the_hubs_days(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        site.advance(minutes(15 * 60));
        list(&topic, 2).await;
        site.advance(minutes(60));
        list(&topic, 3).await;
        let page = site.browser().open("/sxsw").await;
        // 14:00, 05:10 and 06:20 UTC are 08:00, 23:10 and 00:20 in Austin.
        assert_eq!(page.texts(".day"), ["Wednesday 12 March 2003", "Tuesday 11 March 2003"]);
        assert_eq!(page.texts("article time"), ["00:20", "23:10", "08:00"]);
        assert_eq!(page.attributes("article time", "datetime")[1], "2003-03-12T05:10:00Z");
    }
}
