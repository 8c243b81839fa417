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
            ("/sxsw?before=1", "SXSW 2003 has no page at this address."),
            ("/sxsw/keynotes?before=1", "SXSW 2003 has no page at this address."),
        ] {
            let lost = reader.open(path).await;
            lost.has_status(404).says(says).says("Did your post arrive?");
            let ways = lost.attributes("main a", "href");
            assert_eq!(ways[0], "/sxsw", "{path}");
            assert!(ways.contains(&"/sxsw/-/add#arrived".to_owned()), "{path}: {ways:?}");
            assert_eq!(lost.attributes("form.search", "action"), ["/sxsw"], "{path}");
            // It is a page of that hub: with its name on top, and in its colour.
            assert_eq!(lost.texts("header .hubname"), ["SXSW 2003"], "{path}");
            assert!(lost.one_text("style").contains("--accent:"), "{path}");
            assert!(lost.header("content-security-policy").unwrap().contains("'sha256-"), "{path}");
        }
        // A hub that is not for everybody is not named.
        for readers in ["unlisted", "password"] {
            topic.organizer.sets_readers("-", readers).await;
            for path in ["/sxsw/-/nothing", "/sxsw/keynotes/no/where", "/sxsw?before=1"] {
                let lost = reader.open(path).await;
                lost.has_status(404).says("There is no such page").never_says("SXSW");
            }
            reader.open("/sxsw/film").await.never_says("SXSW");
        }
    }

    async fn what_begins_as_other_addresses_do_and_is_none_is_nowhere(site) {
        let mut topic = site.hub("open", "at-once").await;
        let nowhere = [
            "/r", "/r/x/nothing", "/account/nothing", "/operator/nothing", "/manage/sxsw/nothing",
            "/topics/a/b/c", "/sxsw/-", "/sxsw/-/nothing",
        ];
        for path in nowhere {
            topic.organizer.open(path).await.has_status(404);
            topic.organizer.post(path, &[]).await.has_status(404);
        }
        // With a slash too many it is found all the same.
        for path in ["/account", "/manage", "/manage/sxsw", "/topics", "/sxsw/-/people"] {
            topic.organizer.open(&format!("{path}/")).await.redirects_to(path);
            topic.organizer.open(path).await.has_status(200);
        }
        // What begins like one of them and goes on is a name.
        for path in ["/rust", "/manager", "/topical"] {
            topic.organizer.open(path).await.has_status(404).says("There is no such hub");
        }
    }

    async fn an_address_that_lost_its_end_or_has_a_guessed_one_leads_on(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, "Needle").await;
        let mut reader = site.browser();
        let permalink = reader.open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        for cut in [1, 10, 25] {
            let lost = reader.open(&permalink[..3 + cut]).await;
            lost.has_status(404).says("This address is cut short").says("26 letters and digits");
        }
        let other = format!("/p/{}", "a".repeat(26));
        for path in [other.as_str(), "/p/%C3%A9", "/p/a-b"] {
            reader.open(path).await.has_status(404).says("This post is not listed");
        }
        let nowhere = reader.open("/topics/nope").await;
        assert_eq!(nowhere.has_status(404).attributes("main a.btn", "href"), ["/topics"]);

        for (guess, feed) in [
            ("/sxsw/feed", "/sxsw/rss"),
            ("/sxsw/rss.xml", "/sxsw/rss"),
            ("/sxsw/index.xml", "/sxsw/rss"),
            ("/sxsw/Atom.xml", "/sxsw/atom"),
            ("/sxsw/json", "/sxsw/feed.json"),
            ("/sxsw/keynotes/feed", "/sxsw/keynotes/rss"),
            ("/sxsw/keynotes/atom.xml", "/sxsw/keynotes/atom"),
            ("/topics/keynotes/feed", "/topics/keynotes/rss"),
        ] {
            let moved = reader.open(guess).await;
            assert_eq!(moved.has_status(301).header("location"), Some(feed), "{guess}");
        }
        reader.open("/sxsw/feed/").await.redirects_to("/sxsw/feed");
        for path in ["/nowhere/feed", "/sxsw/film/feed", "/sxsw/feed/-/wall", "/sxsw/-/feed"] {
            reader.open(path).await.has_status(404);
        }
        // A guess is told nothing of what is not for everybody, and a category may have the name.
        topic.organizer.sets_readers("keynotes", "unlisted").await;
        reader.open("/sxsw/keynotes/feed").await.has_status(404);
        let mut feed = site.category(topic.organizer, "feed", "open", "at-once").await;
        reader.open("/sxsw/feed").await.has_status(200);
        for readers in ["unlisted", "password"] {
            feed.organizer.sets_readers("-", readers).await;
            reader.open("/sxsw/rss.xml").await.never_says("SXSW");
            assert_ne!(reader.open("/sxsw/rss.xml").await.status, 301);
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
