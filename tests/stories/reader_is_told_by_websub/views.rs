//! Some of a hub's posts, pushed to whoever subscribed to just these.

use super::*;

async fn list(topic: &Topic<'_>, n: usize, title: &str) {
    let url = format!("http://ada.example/{n}");
    assert!(topic.ping(&[("url", &url), ("title", title)]).await.is_stored());
    topic.site.settle().await;
}

story! { with blogs:
    async fn a_view_is_pushed_when_what_it_shows_changed(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/atom?q=night+ferry");
        let feed = site.browser().open("/sxsw/atom?q=night+ferry").await;
        let links = format!("<{0}/websub>; rel=\"hub\", <{1}>; rel=\"self\"", site.base, reader.topic);
        assert_eq!(feed.header("link"), Some(links.as_str()));
        reader.subscribe(site, &[]).await;
        assert_eq!(reader.questions("subscribe").len(), 1);

        list(&topic, 1, "The morning train").await;
        assert!(reader.delivered().is_empty(), "none of its posts");
        list(&topic, 2, "The night ferry").await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        is_the_feed(site, &reader, &sent[0]).await;
        let body = String::from_utf8_lossy(&sent[0].body);
        assert!(body.contains("The night ferry") && !body.contains("morning train"), "{body}");
        list(&topic, 3, "The evening bus").await;
        assert_eq!(reader.delivered().len(), 1);

        reader.ask(site, "unsubscribe", &[]).await.has_status(202);
        site.settle().await;
        list(&topic, 4, "A night ferry again").await;
        assert_eq!(reader.delivered().len(), 1);
    }

    async fn a_view_of_what_is_not_there_is_no_topic(site) {
        let topic = site.hub("open", "at-once").await;
        let mut topic = site.category(topic.organizer, "panels", "open", "at-once").await;
        for feed in ["/sxsw/rss?in=nowhere", "/sxsw/rss?q=a&key=b", "/sxsw/rss?lang=en&q=a", "/sxsw/rss?q=ferry&before=x"] {
            Reader::of(site, feed).ask(site, "subscribe", &[]).await.has_status(404)
                .says("hub.topic is not the address of a public feed");
        }
        // An address that is too long to be kept is none, and its feed names no hub.
        let long = format!("/sxsw/rss?q={}", "%F0%A0%80%80".repeat(90));
        let feed = site.browser().open(&long).await;
        assert!(!feed.has_status(200).header("link").unwrap().contains("rel=\"hub\""));
        Reader::of(site, &long).ask(site, "subscribe", &[]).await.has_status(404);
        topic.organizer.sets_readers("panels", "unlisted").await;
        Reader::of(site, "/sxsw/rss?in=panels").ask(site, "subscribe", &[]).await.has_status(404);

        // Whose category gets another name has another address: its subscribers are told to look.
        let reader = Reader::of(site, "/sxsw/rss?in=keynotes");
        reader.subscribe(site, &[]).await;
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("slug", "talks")]).await.has_status(303);
        site.settle().await;
        assert_eq!(reader.questions("denied").len(), 1);
        assert!(reader.delivered().is_empty());
    }
}
