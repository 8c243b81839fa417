//! The feeds of a topic over hubs, pushed: whichever hub a post is listed in.

use super::*;
use crate::reader_follows_a_topic::Hubs;

/// What the last delivery says.
fn last(reader: &Reader) -> String {
    let sent = reader.delivered();
    String::from_utf8_lossy(&sent.last().expect("a delivery").body).into_owned()
}

async fn list(hubs: &Hubs<'_>, ping_url: &str, n: usize, title: &str) {
    hubs.list(ping_url, &format!("http://ada.example/{n}"), title).await;
    hubs.site.settle().await;
}

story! { with blogs:
    async fn a_topic_is_pushed_whichever_hub_lists_a_post(site) {
        let mut hubs = Hubs::taking_part(site).await;
        let reader = Reader::of(site, "/topics/keynotes/atom");
        reader.subscribe(site, &[("hub.secret", "tell nobody")]).await;
        assert_eq!(reader.questions("subscribe").len(), 1);
        list(&hubs, &hubs.sxsw, 1, "Of music").await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        is_the_feed(site, &reader, &sent[0]).await;
        assert!(sent[0].header("x-hub-signature").unwrap().starts_with("sha256="));
        list(&hubs, &hubs.boats, 2, "Of boats").await;
        assert_eq!(reader.delivered().len(), 2);
        let body = last(&reader);
        assert!(body.contains("Of music") && body.contains("Of boats"), "{body}");

        // A hub that comes along later is pushed, too; one that does not take part is not.
        hubs.organizer.open("/manage/new").await;
        let ferries = [("title", "Ferries"), ("slug", "ferries"), ("time_zone", "UTC")];
        hubs.organizer.submit("/manage/new", &ferries).await.has_status(303);
        hubs.organizer.open("/manage/ferries/new-category").await;
        let talks = [("title", "Talks"), ("slug", "keynotes"), ("ping", "open"), ("listing", "at-once")];
        let ping_url = hubs.organizer.submit("/manage/ferries/categories", &talks).await.one_text(".copy code");
        list(&hubs, &ping_url, 3, "Of ferries").await;
        assert_eq!(reader.delivered().len(), 2);
        hubs.takes_part("ferries", "on").await;
        list(&hubs, &ping_url, 4, "More ferries").await;
        let body = last(&reader);
        assert!(body.contains("Of ferries") && body.contains("More ferries"), "{body}");

        // One that leaves takes its posts along.
        hubs.takes_part("ferries", "").await;
        site.settle().await;
        assert!(!last(&reader).contains("ferries"));
        let boats = "/manage/boats/categories/keynotes";
        hubs.organizer.open(boats).await;
        hubs.organizer.submit(boats, &[("slug", "speeches")]).await.has_status(303);
        site.settle().await;
        assert!(!last(&reader).contains("Of boats") && last(&reader).contains("Of music"));

        let before = reader.delivered().len();
        reader.ask(site, "unsubscribe", &[]).await.has_status(202);
        site.settle().await;
        list(&hubs, &hubs.sxsw, 5, "Later").await;
        assert_eq!(reader.delivered().len(), before);
    }

    async fn a_subscription_to_a_topic_outlives_each_hub_of_it(site) {
        let mut hubs = Hubs::taking_part(site).await;
        list(&hubs, &hubs.sxsw, 1, "Of music").await;
        list(&hubs, &hubs.boats, 2, "Of boats").await;
        let reader = Reader::of(site, "/topics/keynotes/rss");
        reader.subscribe(site, &[]).await;
        // The first hub keeps it; renewed, it is one subscription still.
        reader.subscribe(site, &[]).await;

        hubs.organizer.open("/manage/sxsw/settings").await;
        hubs.organizer.submit("/manage/sxsw/delete", &[("confirm", "sxsw")]).await.has_status(303);
        site.settle().await;
        assert_eq!(reader.delivered().len(), 1);
        let body = last(&reader);
        assert!(body.contains("Of boats") && !body.contains("Of music"), "{body}");
        list(&hubs, &hubs.boats, 3, "More boats").await;
        assert!(last(&reader).contains("More boats"));
    }

    async fn what_was_asked_of_a_topic_is_asked_by_whoever_keeps_it_then(site) {
        let mut hubs = Hubs::taking_part(site).await;
        let reader = Reader::of(site, "/topics/keynotes/rss");
        reader.ask(site, "subscribe", &[]).await.has_status(202);
        // The hub that would have asked goes before it does.
        hubs.organizer.open("/manage/sxsw/settings").await;
        hubs.organizer.submit("/manage/sxsw/delete", &[("confirm", "sxsw")]).await.has_status(303);
        site.settle().await;
        assert_eq!(reader.questions("subscribe").len(), 1);
        list(&hubs, &hubs.boats, 1, "Of boats").await;
        assert!(last(&reader).contains("Of boats"));
    }

    async fn what_is_not_of_a_topic_is_not_pushed_with_it(site) {
        let mut hubs = Hubs::taking_part(site).await;
        for feed in ["/topics/nowhere/rss", "/topics/rss", "/topics/keynotes/rss?q=boats", "/topics/keynotes/rss?before=x"] {
            Reader::of(site, feed).ask(site, "subscribe", &[]).await.has_status(404)
                .says("hub.topic is not the address of a public feed");
        }
        let (topic, own) = (Reader::of(site, "/topics/keynotes/rss"), Reader::of(site, "/sxsw/rss"));
        topic.subscribe(site, &[]).await;
        own.subscribe(site, &[]).await;
        list(&hubs, &hubs.sxsw, 1, "Of music").await;
        assert_eq!((topic.delivered().len(), own.delivered().len()), (1, 1));
        // A hub that is locked leaves the topic: what it lists is its own readers'.
        hubs.readers("sxsw", "keynotes", "unlisted").await;
        site.settle().await;
        assert_eq!(topic.delivered().len(), 2);
        assert!(!last(&topic).contains("Of music"));
        list(&hubs, &hubs.sxsw, 2, "Of a few").await;
        assert_eq!(topic.delivered().len(), 2);
        list(&hubs, &hubs.boats, 3, "Of boats").await;
        let body = last(&topic);
        assert!(body.contains("Of boats") && !body.contains("Of a few") && !body.contains("Of music"), "{body}");
        // When the last one leaves, whoever subscribed is told.
        hubs.readers("boats", "keynotes", "unlisted").await;
        site.settle().await;
        assert_eq!(topic.questions("denied").len(), 1);
        assert!(own.questions("denied").is_empty(), "the hub is there still");
    }
}
