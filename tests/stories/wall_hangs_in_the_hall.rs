//! A wall hangs in the hall: the newest posts, one after the other, and nobody watches over it.

use crate::harness::{Browser, Topic, minutes};

async fn post(topic: &Topic<'_>, url: &str, title: &str) {
    let post = format!("http://ada.example/{}", title.replace(' ', "-"));
    let sent =
        topic.ping_at(url, &[("url", &post), ("title", title), ("blog_name", "Ada ashore")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.advance(minutes(1));
}

async fn trust(organizer: &mut Browser, blog: &str) {
    let blogs = organizer.open("/manage/sxsw/blogs").await;
    let stand = blogs.action_beside(blog, "/trust");
    organizer.submit(&stand, &[]).await.has_status(303);
}

story! {
    async fn it_turns_without_a_script_and_shows_what_is_listed(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let empty = site.browser().open("/sxsw/-/wall").await;
        empty.has_status(200).says("Nothing is listed here yet");
        // The address breaks between its parts only, however long they are.
        let host = site.base.split_once("://").unwrap().1;
        assert_eq!(empty.texts(".how a span"), [&*format!("{host}/"), "sxsw/", "keynotes/", "add"]);
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
        let keynotes = site.browser().open("/sxsw/keynotes/-/wall").await;
        assert_eq!(keynotes.says("First").attributes(".how a", "href"), ["/sxsw/keynotes/add"]);
        topic.organizer.open("/manage/sxsw/settings").await.says("On the wall");
        topic.organizer.submit("/manage/sxsw/close", &[]).await;
        site.browser().open("/sxsw/-/wall").await.never_says("class=\"qr\"").never_says("/-/add").says("First");
    }

    async fn only_what_somebody_approved_of_hangs_there(site) {
        let mut topic = site.hub("open", "at-once").await;
        post(&topic, &topic.ping_url, "First of a stranger").await;
        site.browser().open("/sxsw").await.says("First of a stranger");
        for wall in ["/sxsw/-/wall", "/sxsw/keynotes/-/wall"] {
            let page = site.browser().open(wall).await;
            page.never_says("First of a stranger").says("Nothing hangs here yet").says("trusts its blog");
        }
        trust(&mut topic.organizer, "Ada ashore").await;
        for wall in ["/sxsw/-/wall", "/sxsw/keynotes/-/wall"] {
            site.browser().open(wall).await.says("First of a stranger");
        }
        // What a moderator listed hangs there, whatever is thought of its blog later.
        let mut waits = site.category(topic.organizer, "panels", "open", "all-wait").await;
        let eve = [("url", "http://eve.example/1"), ("title", "Looked at"), ("blog_name", "Eve")];
        assert!(waits.ping(&eve).await.is_stored());
        waits.decide("Looked at", "list").await;
        site.browser().open("/sxsw/-/wall").await.says("Looked at");
        let blogs = waits.organizer.open("/manage/sxsw/blogs").await;
        let forget = blogs.action_beside("Eve", "/forget");
        waits.organizer.submit(&forget, &[]).await.has_status(303);
        site.browser().open("/sxsw/-/wall").await.says("Looked at");
        waits.organizer.open("/manage/sxsw/settings").await.says("a new blog’s first one does not");
    }

    async fn it_invites_while_anything_takes_posts(site) {
        let mut topic = site.hub("open", "at-once").await;
        site.browser().open("/sxsw").await.says("Add your post");
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        // It is 08:00 in Austin.
        let window = [("opens_at", "2003-03-11T09:00"), ("closes_at", "2003-03-11T10:00")];
        topic.organizer.submit(edit, &window).await.has_status(303);
        for is_open in [false, true, false] {
            for wall in ["/sxsw/-/wall", "/sxsw/keynotes/-/wall"] {
                let wall = site.browser().open(wall).await;
                assert_eq!(wall.body.contains("class=\"qr\""), is_open);
                assert_eq!(wall.body.contains("Did you write about it?"), is_open);
            }
            for list in ["/sxsw", "/sxsw/keynotes"] {
                let page = site.browser().open(list).await;
                assert_eq!(page.body.contains("Add your post"), is_open, "{list}");
            }
            site.advance(minutes(65));
        }
        // Another category that takes posts is enough, unless it is not public.
        let mut panels = site.category(topic.organizer, "panels", "open", "at-once").await;
        assert_eq!(site.browser().open("/sxsw/-/wall").await.attributes(".how a", "href"), ["/sxsw/-/add"]);
        panels.organizer.open("/manage/sxsw/readers").await;
        panels.organizer.submit("/manage/sxsw/readers/panels", &[("readers", "unlisted")]).await.has_status(303);
        site.browser().open("/sxsw/-/wall").await.never_says("/sxsw/-/add");
        assert_eq!(site.browser().open("/sxsw/panels/-/wall").await.attributes(".how a", "href"), ["/sxsw/panels/add"]);
    }

    async fn nothing_hangs_there_that_not_everybody_may_read(site) {
        let mut public = site.hub("open", "at-once").await;
        post(&public, &public.ping_url, "For all").await;
        trust(&mut public.organizer, "Ada ashore").await;
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
