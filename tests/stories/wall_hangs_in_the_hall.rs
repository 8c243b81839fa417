//! A wall hangs in the hall: the newest posts, one after the other, and nobody watches over it.

use crate::harness::{Topic, minutes};

async fn post(topic: &Topic<'_>, url: &str, title: &str) {
    let post = format!("http://ada.example/{}", title.replace(' ', "-"));
    let sent =
        topic.ping_at(url, &[("url", &post), ("title", title), ("blog_name", "Ada ashore")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.advance(minutes(1));
}

story! {
    async fn it_turns_without_a_script_and_shows_what_is_listed(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let empty = site.browser().open("/sxsw/-/wall").await;
        empty.has_status(200).says("Nothing is listed here yet").says("/sxsw/-/add");
        assert_eq!(empty.header("x-robots-tag"), Some("noindex"));
        assert!(empty.body.contains("<svg class=\"qr\""));
        assert_eq!(empty.texts("time"), Vec::<String>::new(), "no clock");

        for title in ["First", "Second", "Waiting"] {
            post(&topic, &topic.ping_url, title).await;
        }
        topic.decide("First", "list").await;
        site.advance(minutes(1));
        topic.decide("Second", "list").await;
        let wall = site.browser().open("/sxsw/-/wall").await;
        wall.never_says("Waiting");
        assert_eq!(wall.texts("article:not([hidden]) h2"), ["Second"]);
        assert_eq!(wall.texts("article h2"), ["Second", "First"]);
        assert!(wall.body.contains("content=\"12; url=/sxsw/-/wall?at=1\""), "{}", wall.body);
        let next = site.browser().open("/sxsw/-/wall?at=1").await;
        assert_eq!(next.texts("article:not([hidden]) h2"), ["First"]);
        assert!(next.body.contains("content=\"12; url=/sxsw/-/wall\""), "{}", next.body);
        for odd in ["/sxsw/-/wall?at=11", "/sxsw/-/wall?at=-1", "/sxsw/-/wall?at=x", "/sxsw/-/wall?at=99999999999999999999"] {
            let page = site.browser().open(odd).await;
            assert_eq!(page.has_status(200).texts("article:not([hidden]) h2"), ["Second"], "{odd}");
        }
        let dark = site.browser().open("/sxsw/-/wall?dark").await;
        assert_eq!(dark.attributes("html", "class"), ["dark"]);
        assert!(dark.body.contains("url=/sxsw/-/wall?at=1&#38;dark"), "{}", dark.body);

        // What is taken down is gone from the wall with the next look.
        let decided = topic.organizer.open("/manage/sxsw/decided").await;
        let undo = decided.action_beside("Second", "/undo");
        topic.organizer.submit(&undo, &[]).await;
        site.browser().open("/sxsw/-/wall").await.never_says("Second").says("First");
        site.browser().open("/sxsw/keynotes/-/wall").await.says("First").says("/sxsw/keynotes/add");
        topic.organizer.open("/manage/sxsw/settings").await.says("On the wall");
        topic.organizer.submit("/manage/sxsw/close", &[]).await;
        site.browser().open("/sxsw/-/wall").await.never_says("class=\"qr\"").never_says("/-/add").says("First");
    }

    async fn nothing_hangs_there_that_not_everybody_may_read(site) {
        let public = site.hub("open", "at-once").await;
        post(&public, &public.ping_url, "For all").await;
        let mut apart = site.category(public.organizer, "apart", "open", "at-once").await;
        post(&apart, &apart.ping_url, "For few").await;
        apart.organizer.open("/manage/sxsw/readers").await;
        let locked = [("readers", "password"), ("password", "tell nobody")];
        apart.organizer.submit("/manage/sxsw/readers/apart", &locked).await;
        site.browser().open("/sxsw/-/wall").await.says("For all").never_says("For few").never_says("apart");

        let mut hall = site.browser();
        hall.open("/sxsw/apart/-/wall").await.has_status(403).never_says("For few");
        hall.submit("/sxsw/apart/-/read", &[("password", "tell nobody")]).await.redirects_to("/sxsw/apart/-/wall");
        let wall = hall.open("/sxsw/apart/-/wall").await;
        wall.says("For few");
        assert_eq!(wall.header("cache-control"), Some("private, no-cache"));
        site.browser().open("/sxsw/apart/-/wall").await.has_status(403).never_says("For few");

        apart.organizer.open("/manage/sxsw/settings").await;
        apart.organizer.submit("/manage/sxsw/settings", &[("slug", "south")]).await;
        site.browser().open("/sxsw/-/wall?at=1").await.redirects_to("/south/-/wall");
        apart.organizer.open("/operator").await;
        apart.organizer.submit("/operator/hubs/south/suspend", &[]).await;
        site.browser().open("/south/-/wall").await.has_status(410).never_says("For all");
    }
}
