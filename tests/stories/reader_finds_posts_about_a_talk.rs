//! A post that links to a talk's page stands under that talk: on its page here, in its feeds, and in
//! a frame on the talk's own page.

use backchannel::actions::import::import as move_in;
use backchannel::actions::resolve::{Found, find_category};
use backchannel::wire::moving_in::{Format, Items};

use crate::harness::schedules::{Talk, pretalx, talks};
use crate::harness::{Blog, Browser, Page, Topic, days, minutes, seconds};

const DESK: &str = "/manage/sxsw/programme";
const BASE: &str = "https://talks.sxsw.example";

async fn import(organizer: &mut Browser, talks: &[Talk], arrangement: &str) {
    import_from(BASE, organizer, talks, arrangement).await;
}

/// The same, where the talks' pages are on another site.
async fn import_from(base: &str, organizer: &mut Browser, talks: &[Talk], arrangement: &str) {
    organizer.open(DESK).await.has_status(200);
    let fields = [("arrangement", arrangement), ("address", ""), ("category", "keynotes")];
    let schedule = pretalx(base, talks);
    organizer
        .submit_files(DESK, &fields, &[("file", schedule.as_bytes())])
        .await
        .redirects_to(&format!("{DESK}#kept"));
    organizer.open(DESK).await;
    let passphrase = [("passphrase", "violet-crown")];
    organizer.submit(&format!("{DESK}/import"), &passphrase).await.redirects_to(DESK);
}

/// Lists a post of a blog, and has its page read.
async fn list(topic: &Topic<'_>, url: &str, title: &str) -> String {
    let sent = topic.ping(&[("url", url), ("title", title), ("blog_name", "Ada’s")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.settle().await;
    sent.receipt.unwrap()
}

/// The titles of the posts about a talk.
async fn about(topic: &Topic<'_>, talk: &str) -> Vec<String> {
    let miscounted = topic.site.app.db.read(backchannel::db::backup::check_counts).await.unwrap();
    assert_eq!(miscounted, Vec::<String>::new());
    topic
        .site
        .browser()
        .open(&format!("/sxsw/-/talks/{talk}"))
        .await
        .has_status(200)
        .texts("article h3")
}

fn count(page: &Page) -> Vec<String> {
    page.texts(".talks .count a")
}

story! { with blogs:
    async fn a_post_that_links_to_a_talk_is_filed_under_it(site) {
        let mut topic = site.hub("open", "at-once").await;
        let all = talks(20);
        import(&mut topic.organizer, &all, "tracks").await;
        let blog = Blog::start();
        // Scheme, slash, fragment and what trackers add do not count.
        let link = format!("http://talks.sxsw.example{}?utm_source=feed#top", all[3].path().trim_end_matches('/'));
        let receipt = list(&topic, &blog.post("/1", "On type", &link), "On type").await;
        list(&topic, &blog.post("/2", "On nothing", "https://talks.sxsw.example/sxsw/"), "On nothing").await;
        assert_eq!(about(&topic, "talk04").await, ["On type"]);
        assert_eq!(about(&topic, "talk05").await, Vec::<String>::new());
        let mut reader = site.browser();
        let programme = reader.open("/sxsw/-/talks").await;
        assert_eq!(count(&programme).len(), 1);
        programme.says("20 talks, 1 of them with posts.");
        for path in ["/sxsw", "/sxsw/keynotes"] {
            let page = reader.open(path).await;
            assert_eq!(page.attributes("article .about a", "href"), ["/sxsw/-/talks/talk04"], "{path}");
        }
        reader.open("/sxsw").await.says("20 talks, each with what was written about it");
        let map = reader.open("/sitemap.xml").await.body;
        assert!(map.contains("/sxsw/-/talks/talk04</loc>"), "{map}");
        assert!(!map.contains("talk05"), "what nobody wrote about is not for search engines");
        let permalink = reader.open("/sxsw/keynotes").await.attributes("article .meta a[title]", "href");
        let post = reader.open(&permalink[1]).await;
        assert!(post.attributes("aside a", "href").contains(&"/sxsw/-/talks/talk04".to_owned()));

        // Whatever leaves the list leaves the talk.
        reader.open(&receipt).await;
        reader.submit(&format!("{receipt}/withdraw"), &[]).await;
        assert_eq!(about(&topic, "talk04").await, Vec::<String>::new());
        assert_eq!(count(&reader.open("/sxsw/-/talks").await).len(), 0);

        // And so does a post that is changed, and links to it no more.
        let link = |talk: &Talk| format!("{BASE}{}", talk.path());
        list(&topic, &blog.post("/3", "On feeds", &link(&all[0])), "On feeds").await;
        assert_eq!(about(&topic, "talk01").await, ["On feeds"]);
        blog.post("/3", "On feeds", &link(&all[1]));
        site.advance(days(1));
        site.settle().await;
        assert_eq!(about(&topic, "talk01").await, Vec::<String>::new());
        assert_eq!(about(&topic, "talk02").await, ["On feeds"]);
    }

    async fn a_talk_that_is_imported_later_finds_its_posts_and_keeps_them(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut all = talks(8);
        let blog = Blog::start();
        let both = format!("{BASE}{}\">one</a> <a href=\"{BASE}{}", all[3].path(), all[4].path());
        list(&topic, &blog.post("/1", "On both", &both), "On both").await;
        import(&mut topic.organizer, &all, "one").await;
        assert_eq!(about(&topic, "talk04").await, ["On both"]);
        assert_eq!(about(&topic, "talk05").await, ["On both"]);
        // Its title and its page change: it is the same talk, and has its posts.
        all[3].title = "Type on paper".to_owned();
        import_from("https://archive.sxsw.example", &mut topic.organizer, &all, "one").await;
        assert_eq!(about(&topic, "talk04").await, ["On both"]);
        // It is gone from the schedule, and not from here.
        all.remove(3);
        import_from("https://archive.sxsw.example", &mut topic.organizer, &all, "one").await;
        let gone = site.browser().open("/sxsw/-/talks/talk04").await;
        gone.has_status(200).says("No longer in the programme").says("On both");
        site.browser().open("/sxsw/-/talks").await.says("No longer in the programme");
        // The post is read again, and links as before.
        site.advance(days(1));
        site.settle().await;
        assert_eq!(about(&topic, "talk04").await, ["On both"]);
        assert_eq!(about(&topic, "talk05").await, ["On both"]);
    }

    async fn feeds_and_frames_are_found_by_what_the_schedule_calls_a_talk(site) {
        let mut topic = site.hub("open", "at-once").await;
        let all = talks(8);
        import(&mut topic.organizer, &all, "tracks").await;
        let mut reader = site.browser();
        reader.open("/sxsw/-/talks/TALK04").await.has_status(301).redirects_to("/sxsw/-/talks/talk04");
        let frame = reader.open("/embed/sxsw/-/talks/TALK04").await;
        frame.has_status(200).says("Nobody’s post about this talk is listed yet.");
        assert!(frame.header("content-security-policy").unwrap().ends_with("frame-ancestors *"));
        let blog = Blog::start();
        let url = blog.post("/1", "On type", &format!("{BASE}{}", all[3].path()));
        list(&topic, &url, "On type").await;
        for path in ["/embed/sxsw/-/talks/TALK04", "/embed/sxsw/-/talks/talk04?theme=dark"] {
            assert_eq!(reader.open(path).await.texts("li .title"), ["On type"], "{path}");
        }
        for (format, kind) in [("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("feed.json", "application/feed+json")] {
            for name in ["TALK04", "talk04"] {
                let feed = reader.open(&format!("/sxsw/-/talks/{name}/{format}")).await;
                assert!(feed.has_status(200).header("content-type").unwrap().starts_with(kind));
                assert!(feed.body.contains("Type on screens, part 4") && feed.body.contains(&url), "{}", feed.body);
                assert_eq!(feed.header("access-control-allow-origin"), Some("*"));
                let again = [("if-none-match", feed.header("etag").unwrap())];
                let again = reader.open_with(&format!("/sxsw/-/talks/{name}/{format}"), &again).await;
                again.has_status(304);
            }
        }
        assert_eq!(reader.open("/sxsw/-/talks/talk05/rss").await.header("x-robots-tag"), Some("noindex"));
        reader.open("/sxsw/-/talks/none/rss").await.has_status(404);
        reader.open("/embed/sxsw/-/talks/none").await.has_status(404);
        let page = reader.open("/sxsw/-/talks/talk04").await;
        assert!(page.one_text("#embed code").contains("/embed/sxsw/-/talks/talk04"));
        assert_eq!(page.attributes("link[rel=alternate]", "href").len(), 3);
        // What a schedule printed goes on leading there when the hub is renamed.
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/settings", &[("slug", "southby")]).await.has_status(303);
        for rest in ["/-/talks/talk04", "/-/talks/talk04/rss"] {
            reader.open(&format!("/sxsw{rest}")).await.redirects_to(&format!("/southby{rest}"));
        }
        reader.open("/embed/sxsw/-/talks/talk04").await.redirects_to("/embed/southby/-/talks/talk04");
    }

    async fn what_is_not_public_stands_under_no_talk(site) {
        let mut topic = site.hub("open", "at-once").await;
        let all = talks(10);
        import(&mut topic.organizer, &all, "tracks").await;
        let blog = Blog::start();
        let link = format!("{BASE}{}", all[3].path());
        list(&topic, &blog.post("/1", "In secret", &link), "In secret").await;
        assert_eq!(about(&topic, "talk04").await, ["In secret"]);
        let mut reader = site.browser();
        for readers in ["unlisted", "password"] {
            // The category of the post.
            topic.organizer.sets_readers("keynotes", readers).await;
            assert_eq!(about(&topic, "talk04").await, Vec::<String>::new());
            assert_eq!(count(&reader.open("/sxsw/-/talks").await).len(), 0);
            assert!(!reader.open("/sxsw/-/talks/talk04/rss").await.body.contains("In secret"));
            reader.open("/embed/sxsw/-/talks/talk04").await.never_says("In secret");
            topic.organizer.sets_readers("keynotes", "public").await;
            assert_eq!(about(&topic, "talk04").await, ["In secret"]);
            // The category of the talk.
            topic.organizer.sets_readers("law", readers).await;
            reader.open("/sxsw/-/talks").await.never_says("part 4");
            reader.open("/sxsw/-/talks/talk04").await.has_status(404);
            reader.open("/sxsw/-/talks/talk04/rss").await.has_status(404);
            reader.open("/embed/sxsw/-/talks/talk04").await.has_status(404);
            assert!(reader.open("/sxsw").await.texts("article .about").is_empty());
            reader.open("/sxsw").await.says("8 talks, each");
            topic.organizer.sets_readers("law", "public").await;
            // The hub.
            topic.organizer.sets_readers("-", readers).await;
            let expected = if readers == "password" { 403 } else { 200 };
            reader.open("/sxsw/-/talks").await.has_status(expected);
            reader.open("/sxsw/-/talks/talk04").await.has_status(expected);
            reader.open("/embed/sxsw/-/talks/talk04").await.has_status(expected);
            let feed = if readers == "password" { 404 } else { 200 };
            reader.open("/sxsw/-/talks/talk04/rss").await.has_status(feed);
            topic.organizer.open("/sxsw/-/talks/talk04").await.has_status(200).says("In secret");
            topic.organizer.sets_readers("-", "public").await;
        }
    }

    async fn a_category_that_is_a_talk_has_its_posts_and_others_too(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut all = talks(1);
        all[0].title = "Keynotes".to_owned();
        let blog = Blog::start();
        list(&topic, &blog.post("/1", "Sent to it", "https://elsewhere.example/"), "Sent to it").await;
        // The category is there already: it becomes the talk, with its posts.
        import(&mut topic.organizer, &all, "categories").await;
        assert_eq!(about(&topic, "talk01").await, ["Sent to it"]);
        let page = site.browser().open("/sxsw/keynotes").await;
        page.says("Ada 1, Grace 1").says("All that was written about it");
        let other = site.category(topic.organizer, "corridor", "open", "at-once").await;
        list(&other, &blog.post("/2", "Sent elsewhere", &format!("{BASE}{}", all[0].path())), "Sent elsewhere").await;
        assert_eq!(about(&other, "talk01").await, ["Sent elsewhere", "Sent to it"]);
        site.advance(minutes(1));
    }

    async fn the_feed_of_a_talk_is_complete_when_it_holds_all_there_will_be(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut all = talks(1);
        all[0].title = "Keynotes".to_owned();
        import(&mut topic.organizer, &all, "categories").await;
        let Found::Here(gate) = site.app.db.read(|c| find_category(c, "sxsw", "keynotes")).await.unwrap() else {
            panic!("sxsw/keynotes is there");
        };
        let ping = |n: usize| format!("PING:\nTITLE: Post {n}\nURL: http://ada.example/{n}\nIP: 192.0.2.7\nBLOG NAME: Ada\nDATE: 03/10/2003 09:00:00 AM\nWords\n-----\n");
        let pings: String = (0..501).map(ping).collect();
        let export = format!("TITLE: x\nDATE: 03/10/2003 08:15:00 AM\n-----\n{pings}--------\n");
        let items = Items::of(Format::MovableType, export.as_bytes());
        assert_eq!(move_in(&site.app, &gate, items, false, |_| {}).await.unwrap().listed, 501);
        let mut reader = site.browser();
        let feed = "/sxsw/-/talks/talk01/rss";
        let open = reader.open(feed).await;
        assert_eq!(open.body.matches("<item>").count(), 50);
        assert!(!open.body.contains("fh:complete/"));
        topic.organizer.open("/manage/sxsw/freeze").await;
        topic.organizer.submit("/manage/sxsw/freeze", &[]).await.has_status(303);
        let last = reader.open(feed).await;
        assert_eq!(last.body.matches("<item>").count(), 500);
        assert!(!last.body.contains("fh:complete/"), "one is not in it");
        let action = topic.organizer.open("/manage/sxsw/decided?state=listed").await.action_beside("Post", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "remove")]).await.has_status(303);
        let whole = reader.open(feed).await;
        assert_eq!(whole.body.matches("<item>").count(), 500);
        assert!(whole.body.contains("fh:complete/"), "now all are");
    }

    async fn whoever_comes_from_a_talk_says_so_and_a_member_has_the_last_word(site) {
        let mut topic = site.hub("open", "at-once").await;
        let all = talks(8);
        import(&mut topic.organizer, &all, "one").await;
        let blog = Blog::start();
        let url = blog.post("/1", "Without a link", "https://elsewhere.example/");
        let mut blogger = site.browser();
        let talk = blogger.open("/sxsw/-/talks/talk04").await;
        let add = talk.attributes("aside .btn", "href").remove(0);
        blogger.open(&add).await.has_status(200).says("About Type on screens, part 4");
        site.advance(seconds(20));
        let sent = blogger.submit("/sxsw/keynotes/add", &[("url", &url), ("title", "Without a link")]).await;
        sent.has_status(303);
        site.settle().await;
        assert_eq!(about(&topic, "talk04").await, ["Without a link"]);
        blogger.open("/sxsw/keynotes/add?talk=no-such-talk").await.has_status(200).never_says("About Type");

        let permalink = blogger.open("/sxsw").await.attributes("article .meta a[title]", "href").remove(0);
        let desk = format!("/manage/sxsw/pings/{}", permalink.trim_start_matches("/p/"));
        let edit = topic.organizer.open(&format!("{desk}/edit")).await;
        edit.has_status(200).says("Talks it is about").says("Type on screens, part 4");
        topic.organizer.submit(&format!("{desk}/talks"), &[]).await.has_status(303);
        assert_eq!(about(&topic, "talk04").await, Vec::<String>::new());
        // And it is filed where no link leads.
        let edit = topic.organizer.open(&format!("{desk}/edit")).await;
        let other = edit.attributes("#talk option", "value").remove(0);
        topic.organizer.submit(&format!("{desk}/talks"), &[("talk", &other)]).await.has_status(303);
        let found = blogger.open("/sxsw").await.attributes("article .about a", "href");
        assert_eq!(found.len(), 1);
        blogger.open(&found[0]).await.says("Without a link");
        topic.organizer.open("/manage/sxsw/log").await.says("edited");
        blogger.open("/sxsw?q=screens").await.says("Type on screens, part 4");
        // No link brings back what was taken away.
        blog.post("/1", "Without a link", &format!("{BASE}{}", all[3].path()));
        site.advance(days(1));
        site.settle().await;
        assert_eq!(about(&topic, "talk04").await, Vec::<String>::new());
    }
}
