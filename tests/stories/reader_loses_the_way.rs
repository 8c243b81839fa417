//! A reader asks for what is not there, or writes an address in another way.

use crate::harness::{Topic, minutes};

async fn list(topic: &Topic<'_>, title: &str) {
    let url = format!("http://ada.example/{title}");
    let sent = topic.ping(&[("url", url.as_str()), ("title", title), ("blog_name", "Ada")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.advance(minutes(1));
}

story! {
    async fn what_is_not_in_a_hub_leads_on_in_it(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, "Needle").await;
        let mut reader = site.browser();
        for (path, says) in [
            ("/sxsw/film", "SXSW 2003 has no category “film”."),
            ("/sxsw/%22%3E%3Cb%3E", "SXSW 2003 has no category of that name."),
            ("/sxsw/film/-/wall", "SXSW 2003 has no category “film”."),
            ("/sxsw/-/nothing", "SXSW 2003 has no page at this address."),
            ("/sxsw/keynotes/no/where", "SXSW 2003 has no page at this address."),
        ] {
            let lost = reader.open(path).await;
            lost.has_status(404).says(says).says("Did your post arrive?");
            let ways = lost.attributes("main a", "href");
            assert_eq!(ways[0], "/sxsw", "{path}");
            assert!(ways.contains(&"/sxsw/-/add#arrived".to_owned()), "{path}: {ways:?}");
            assert_eq!(lost.attributes("form.search", "action"), ["/sxsw"], "{path}");
        }
        // A hub that is not for everybody is not named.
        for readers in ["unlisted", "password"] {
            topic.organizer.sets_readers("-", readers).await;
            for path in ["/sxsw/-/nothing", "/sxsw/keynotes/no/where"] {
                let lost = reader.open(path).await;
                lost.has_status(404).says("There is no such page").never_says("SXSW");
            }
            reader.open("/sxsw/film").await.never_says("SXSW");
        }
    }

    async fn an_address_has_one_way_to_be_written(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, "Needle").await;
        let mut reader = site.browser();
        let page = reader.open("/sxsw").await;
        let permalink = page.attributes("article .meta a[href^='/p/']", "href").remove(0);
        let loud = format!("/p/{}", permalink.trim_start_matches("/p/").to_uppercase());
        for (written, path) in [
            ("/sxs%77", "/sxsw"),
            ("/%73xsw/keynote%73?q=a%26b", "/sxsw/keynotes?q=a%26b"),
            ("/sxsw/%2D/people", "/sxsw/-/people"),
            ("/sxsw/rs%73", "/sxsw/rss"),
            (loud.as_str(), permalink.as_str()),
        ] {
            let moved = reader.open(written).await;
            assert_eq!(moved.has_status(301).header("location"), Some(path), "{written}");
        }
        reader.open("/%2Fevil.example").await.has_status(404);
        // A ping never meets a redirect.
        let ping = [("url", "http://ada.example/9"), ("title", "Another")];
        let address = topic.ping_url.replace("/tb/", "/t%62/");
        assert!(topic.ping_at(&address, &ping).await.is_stored());
        assert_ne!(reader.open("/sxs%77/keynotes?url=http://ada.example/9").await.status, 301);
    }
}
