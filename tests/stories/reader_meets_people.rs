//! A reader meets the people of a hub: the blogs that took part, their sites and their feeds.

use crate::harness::{Answer, Blog, Site, Topic, days, minutes, seconds};

/// Lists a post, and gives back its receipt.
async fn list(topic: &Topic<'_>, url: &str, title: &str, blog: &str) -> String {
    let sent = topic.ping(&[("url", url), ("title", title), ("blog_name", blog)]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.advance(minutes(1));
    sent.receipt.unwrap()
}

/// Takes a post back, as its sender.
async fn withdraw(site: &Site, receipt: &str) {
    let mut sender = site.browser();
    sender.open(receipt).await.has_status(200);
    sender.submit(&format!("{receipt}/withdraw"), &[]).await;
}

async fn names(site: &Site, path: &str) -> Vec<String> {
    site.browser().open(path).await.has_status(200).texts("article h2")
}

story! {
    async fn each_blog_stands_there_with_its_posts(site) {
        let topic = site.hub("open", "at-once").await;
        let empty = site.browser().open("/sxsw/-/people").await;
        empty.has_status(200).says("Nobody stands here yet");
        assert_eq!(empty.attributes("meta[name=robots]", "content"), ["noindex, follow"]);

        list(&topic, "http://eve.example/1", "Eve’s first", "eve’s").await;
        site.advance(days(1));
        list(&topic, "https://medium.com/@ada/1", "On medium", "Émile").await;
        let bob = list(&topic, "http://bob.example/1", "Bob’s", "“Bob”").await;
        let eve = list(&topic, "http://eve.example/2", "Eve again", "Eve’s diary").await;
        let page = site.browser().open("/sxsw/-/people").await;
        page.says("3 blogs took part, with 4 posts");
        assert_eq!(page.texts("article h2"), ["“Bob”", "Émile", "Eve’s diary"]);
        assert_eq!(page.attributes("meta[name=robots]", "content"), Vec::<String>::new());
        assert_eq!(page.attributes("article h2 a", "href")[2], "/sxsw?blog=eve.example");
        assert_eq!(page.attributes(".u-url", "href")[1], "https://medium.com/@ada");
        assert_eq!(page.attributes(".u-url", "rel")[1], "ugc nofollow");
        page.says("2 posts, the newest on 12 March 2003 : Eve again").says("Here since 11 March 2003");
        assert_eq!(names(site, "/sxsw/-/people?by=newest").await, ["Eve’s diary", "“Bob”", "Émile"]);
        let hub = site.browser().open("/sxsw").await;
        hub.says("3 blogs took part");
        let blog = site.browser().open("/sxsw?blog=eve.example").await;
        assert_eq!(blog.texts("article.ping").len(), 2);

        // Whatever leaves the list leaves the page with it.
        withdraw(site, &bob).await;
        withdraw(site, &eve).await;
        assert_eq!(names(site, "/sxsw/-/people").await, ["Émile", "eve’s"]);
        assert_eq!(names(site, "/sxsw/-/people?by=newest").await, ["Émile", "eve’s"]);
    }

    async fn pages_follow_one_another(site) {
        let topic = site.hub("passphrase", "at-once").await;
        for n in 0..101 {
            list(&topic, &format!("http://b{n:03}.example/1"), "Post", &format!("Blog {n:03}")).await;
        }
        for (by, first) in [("", "Blog 000"), ("?by=newest", "Blog 100")] {
            let mut reader = site.browser();
            let page = reader.open(&format!("/sxsw/-/people{by}")).await;
            let on_first = page.texts("article h2");
            assert_eq!((on_first.len(), on_first[0].as_str()), (100, first));
            let next = page.attributes("a[rel=next]", "href").remove(0);
            let last = reader.open(&next).await;
            assert_eq!(last.texts("article h2").len(), 1, "{next}");
            assert_eq!(last.attributes("meta[name=robots]", "content"), ["noindex, follow"]);
        }
        let mut reader = site.browser();
        let elsewhere = reader.open("/sxsw/-/people?name=zzz&after=nobody.example").await;
        elsewhere.has_status(200).says("nobody further on").never_says("Nobody stands here yet");
        reader.open("/sxsw/-/people?by=newest&at=x&after=y").await.has_status(400);
        reader.open("/sxsw/-/people?by=newest&at=0&after=y").await.has_status(200).says("nobody further on");
    }

    async fn a_place_among_them_outlives_its_blog(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let mut receipts = Vec::new();
        for n in 0..102 {
            receipts.push(list(&topic, &format!("http://b{n:03}.example/1"), "Post", &format!("Blog {n:03}")).await);
        }
        for by in ["", "?by=newest"] {
            let page = site.browser().open(&format!("/sxsw/-/people{by}")).await;
            let next = page.attributes("a[rel=next]", "href").remove(0);
            let after = names(site, &next).await;
            assert!(!after.is_empty());
            let last = page.texts("article h2").pop().unwrap();
            let number: usize = last.trim_start_matches("Blog ").parse().unwrap();
            withdraw(site, &receipts[number]).await;
            assert_eq!(names(site, &next).await, after, "{next}");
        }
    }

    async fn nobody_stands_there_for_what_not_everybody_may_read(site) {
        let public = site.hub("open", "at-once").await;
        list(&public, "http://ada.example/1", "For all", "Ada").await;
        let mut apart = site.category(public.organizer, "apart", "open", "at-once").await;
        list(&apart, "http://ada.example/2", "Canary one", "Canary name").await;
        list(&apart, "http://eve.example/1", "Canary two", "Canary Eve").await;
        assert_eq!(names(site, "/sxsw/-/people").await, ["Canary Eve", "Canary name"]);
        for readers in ["unlisted", "password"] {
            apart.organizer.sets_readers("apart", readers).await;
            for path in ["/sxsw/-/people", "/sxsw/-/people?by=newest", "/sxsw/-/people/opml"] {
                let page = site.browser().open(path).await;
                page.has_status(200).never_says("Canary").never_says("eve.example");
            }
            site.browser().open("/sxsw/-/people").await.says("1 post, the newest on 11 March 2003 : For all").says("1 blog took part");
            site.browser().open("/sxsw/-/people?name=a&after=eve.example").await.never_says("Canary");
        }
        apart.organizer.sets_readers("apart", "public").await;
        assert_eq!(names(site, "/sxsw/-/people?by=newest").await, ["Canary Eve", "Canary name"]);

        // A locked hub has people for those who may read it, and for feed readers with its key.
        apart.organizer.sets_readers("-", "password").await;
        let mut reader = site.browser();
        reader.open("/sxsw/-/people/opml").await.has_status(404);
        reader.open("/sxsw/-/people").await.has_status(403).never_says("Canary").never_says("SXSW");
        let opened = reader.submit("/sxsw/-/read", &[("password", "tell nobody")]).await;
        opened.redirects_to("/sxsw/-/people");
        let page = reader.open("/sxsw/-/people").await;
        page.says("Canary");
        assert_eq!(page.header("cache-control"), Some("private, no-cache"));
        site.browser().open("/sxsw/-/people").await.has_status(403);
        apart.organizer.sets_readers("-", "public").await;

        apart.organizer.open("/operator").await;
        apart.organizer.submit("/operator/hubs/sxsw/suspend", &[]).await;
        site.browser().open("/sxsw/-/people").await.has_status(410).never_says("Canary");
        site.browser().open("/sxsw/-/people/opml").await.has_status(410);
    }
}

story! { with blogs:
    async fn a_feed_that_is_found_later_is_named_from_then_on(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        ada.publish("/notes", Answer::of(503, "text/plain", "Later"));
        assert!(topic.ping(&[("url", &ada.url("/notes")), ("title", "Notes")]).await.is_stored());
        site.settle().await;
        site.advance(seconds(30));
        let paths = ["/sxsw/keynotes/rss", "/sxsw/atom", "/sxsw/-/people", "/sxsw/-/people/opml"];
        let mut before = Vec::new();
        for path in paths {
            let page = site.browser().open(path).await;
            assert!(!page.has_status(200).body.contains(&ada.url("/feed")), "{path}");
            before.push(page);
        }
        let head = "<title>Notes</title><link rel=alternate type='application/rss+xml' href='/feed'>";
        ada.publish("/notes", Answer::html(head));
        site.advance(minutes(1));
        site.settle().await;
        site.advance(seconds(30));
        for (path, before) in paths.into_iter().zip(before) {
            // Each validator alone tells that it changed.
            for (ask, validator) in [("if-none-match", "etag"), ("if-modified-since", "last-modified")] {
                let Some(had) = before.header(validator) else { continue };
                let page = site.browser().open_with(path, &[(ask, had)]).await;
                let feed = ada.url("/feed");
                assert!(page.has_status(200).body.contains(&feed), "{path} {ask}: {}", page.body);
            }
        }
    }

    async fn their_feeds_are_a_list_to_import(site) {
        let mut topic = site.hub("open", "new-blog-waits").await;
        let ada = Blog::start();
        let page = format!(
            "<title>Notes</title><link rel=alternate type='application/rss+xml' href='/feed?a=1&amp;b=2'><p>See <a href='{}'>this</a></p>",
            topic.page()
        );
        let source = ada.publish("/notes", Answer::html(page));
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        topic.decide("Notes", "list").await;
        list(&topic, "http://bob.example/1", "No feed", "Bob").await;
        topic.decide("No feed", "list").await;
        let people = site.browser().open("/sxsw/-/people").await;
        assert_eq!(people.texts("article h2").len(), 2);
        let feed = format!("{}/feed?a=1&b=2", ada.base);
        assert_eq!(people.attributes("article .meta a[href*=feed]", "href"), [feed.as_str()]);
        let list = people.attributes("aside a[href$=opml]", "href").remove(0);
        let list = site.browser().open(&list).await;
        assert_eq!(list.header("content-type"), Some("application/xml; charset=utf-8"));
        assert_eq!(list.body.matches("<outline").count(), 1, "{}", list.body);
        list.says("People: SXSW 2003");
        assert!(list.body.contains(&format!("xmlUrl=\"{}/feed?a=1&amp;b=2\"", ada.base)), "{}", list.body);
        assert!(list.body.contains(&format!("htmlUrl=\"{}/\"", ada.base)), "{}", list.body);
        let again = [("if-none-match", list.header("etag").unwrap())];
        site.browser().open_with("/sxsw/-/people/opml", &again).await.has_status(304);
    }
}
