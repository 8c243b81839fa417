//! Somebody reads a hub for the first time, and need not know what it is called here to find it.

use crate::harness::{Topic, minutes};

/// Lists a post.
async fn list(topic: &Topic<'_>, url: &str, title: &str, excerpt: &str, blog: &str) {
    let fields = [("url", url), ("title", title), ("excerpt", excerpt), ("blog_name", blog)];
    let sent = topic.ping(&fields).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.advance(minutes(1));
}

story! {
    async fn a_search_goes_along_into_each_category(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, "http://ada.example/1", "Needle", "", "Ada").await;
        let boats = site.category(topic.organizer, "boats", "open", "at-once").await;
        list(&boats, "http://ada.example/2", "Needle and thread", "", "Ada").await;
        list(&boats, "http://bob.example/1", "Sails", "", "Bob").await;
        topic.organizer = boats.organizer;
        let mut reader = site.browser();
        let whole = reader.open("/sxsw").await;
        assert_eq!(whole.texts(".tabs small"), ["3", "1", "2"]);
        assert!(whole.attributes(".tabs a", "rel").is_empty());

        let found = reader.open("/sxsw?q=needle&blog=ada.example").await;
        let tabs = ["/sxsw", "/sxsw/keynotes", "/sxsw/boats"].map(|tab| format!("{tab}?q=needle&blog=ada.example"));
        assert_eq!(found.attributes(".tabs a", "href"), tabs);
        assert_eq!(found.attributes(".tabs a[aria-current]", "href"), tabs[..1]);
        assert!(found.texts(".tabs small").is_empty(), "these would be the numbers of all posts");
        assert_eq!(found.attributes(".tabs a[rel=nofollow]", "href").len(), 3);
        assert_eq!(found.attributes(".meta a:last-child", "href"), [tabs[2].as_str(), tabs[1].as_str()]);
        let inside = reader.open(&tabs[2]).await;
        assert_eq!(inside.texts("article.ping h3"), ["Needle and thread"]);
        assert_eq!(inside.attributes(".tabs a", "href"), tabs);
        assert_eq!(inside.attributes(".tabs a[aria-current]", "href"), tabs[2..]);
        // A category shows its own posts, whichever were named: what is named alone stays behind.
        let some = reader.open("/sxsw?in=boats&day=2003-03-11").await;
        assert_eq!(some.attributes(".tabs a", "href")[..2], ["/sxsw?day=2003-03-11", "/sxsw/keynotes?day=2003-03-11"]);
        assert!(some.attributes(".tabs a[aria-current]", "href").is_empty());
        let some = reader.open("/sxsw?in=boats").await;
        assert_eq!(some.attributes(".tabs a", "href")[..2], ["/sxsw", "/sxsw/keynotes"]);
        assert_eq!(some.texts(".tabs small"), ["3", "1", "2"]);
    }

    async fn a_search_names_the_categories_and_blogs_that_are_meant(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, "http://www.ada.example/1", "One", "", "Émile’s notes").await;
        list(&topic, "http://bob.example/1", "Two", "", "").await;
        let mut boats = site.category(topic.organizer, "boats", "open", "at-once").await;
        list(&boats, "http://ada.example/2", "Three", "", "Émile’s notes").await;
        list(&boats, "http://eve.example/1", "Four", "", "Canary of boats").await;
        let mut reader = site.browser();
        for (q, lines, paths) in [
            ("boat", vec!["Category: boats (2 posts)"], vec!["/sxsw/boats"]),
            ("BOATS", vec!["Category: boats (2 posts)"], vec!["/sxsw/boats"]),
            ("boats sails", vec![], vec![]),
            ("https://www.ada.example/1", vec!["Blog: Émile’s notes, ada.example (2 posts)"], vec!["/sxsw?blog=ada.example"]),
            ("emile", vec!["Blog: Émile’s notes, ada.example (2 posts)"], vec!["/sxsw?blog=ada.example"]),
            ("bob.example", vec!["Blog: bob.example (1 post)"], vec!["/sxsw?blog=bob.example"]),
            ("e", vec![], vec![]),
            ("nobody.example", vec![], vec![]),
        ] {
            let query: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
            let page = reader.open(&format!("/sxsw?q={query}")).await;
            assert_eq!((page.texts(".named li"), page.attributes(".named a", "href")), (lines.into_iter().map(str::to_owned).collect(), paths.into_iter().map(str::to_owned).collect()), "{q}");
        }
        assert!(reader.open("/sxsw?blog=bob.example").await.texts(".named").is_empty());
        assert!(reader.open("/sxsw/keynotes?q=boats").await.texts(".named").is_empty());
        // Nothing of what is not for everybody.
        for readers in ["unlisted", "password"] {
            boats.organizer.sets_readers("boats", readers).await;
            for q in ["boats", "canary", "eve.example"] {
                let page = reader.open(&format!("/sxsw?q={q}")).await;
                assert!(page.has_status(200).texts(".named li").is_empty(), "{q}");
            }
            let own = reader.open("/sxsw?q=ada.example").await;
            assert_eq!(own.texts(".named li"), ["Blog: Émile’s notes, ada.example (1 post)"]);
        }
    }

    async fn what_was_found_is_seen_and_leads_to_its_blog(site) {
        let mut topic = site.hub("open", "at-once").await;
        let long = format!("{}needle {}", "hay in the barn ".repeat(8), "straw ".repeat(20));
        list(&topic, "http://medium.com/@ada/1", "One", &long, "The needle of Ada").await;
        let mut reader = site.browser();
        let found = reader.open("/sxsw?q=needle").await;
        assert_eq!(found.texts(".ex mark"), ["needle"]);
        let shown = found.one_text(".ex");
        let before = shown.split("needle").next().unwrap().chars().count();
        assert!(shown.starts_with('…') && before < 100, "within three lines of a phone: {shown}");
        assert_eq!(found.texts(".meta .blog mark"), ["needle"]);
        assert!(reader.open("/sxsw").await.texts("mark").is_empty());

        let blog = reader.open("/sxsw?blog=medium.com%2F%40ada").await;
        assert_eq!(blog.attributes(".at a", "href"), ["http://medium.com/@ada"]);
        assert_eq!(blog.attributes(".at a", "rel"), ["ugc nofollow"]);
        assert_eq!(blog.texts(".at"), ["medium.com/@ada"]);
        assert!(reader.open("/sxsw?blog=nobody.example").await.texts(".at").is_empty());

        let permalink = blog.attributes("article .meta a[href^='/p/']", "href").remove(0);
        let post = reader.open(&permalink).await;
        assert_eq!(post.attributes(".mast .lede a", "href"), ["/sxsw?blog=medium.com%2F%40ada"]);
        assert_eq!(post.texts(".p-author"), ["The needle of Ada"]);
        // Where its category is not among the hub's, the blog's posts stand there.
        topic.organizer.sets_readers("keynotes", "unlisted").await;
        let post = reader.open(&permalink).await;
        assert_eq!(post.attributes(".mast .lede a", "href"), ["/sxsw/keynotes?blog=medium.com%2F%40ada"]);
    }

    async fn a_feed_is_taken_by_its_address(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, "http://ada.example/1", "One", "", "Ada").await;
        let mut reader = site.browser();
        for (page, feed) in [
            ("/sxsw", "/sxsw/rss"),
            ("/sxsw/keynotes", "/sxsw/keynotes/rss"),
            ("/sxsw?q=one&lang=en", "/sxsw/rss?q=one&lang=en"),
        ] {
            let list = reader.open(page).await;
            assert_eq!(list.texts("#subscribe .copy code"), [format!("{}{feed}", site.base)], "{page}");
            reader.open(feed).await.has_status(200);
            let help = if page.contains('?') { "/help/readers#view" } else { "/help/readers#subscribe" };
            assert!(list.attributes("#subscribe a", "href").contains(&help.to_owned()), "{page}");
        }
        let hub = reader.open("/sxsw").await;
        hub.says("All feeds of this hub, as OPML").says("Its own, and each category’s");
        let opml = reader.open("/sxsw/opml").await;
        assert_eq!(opml.body.matches("xmlUrl=").count(), 2, "{}", opml.body);
        // Behind a reading password the address is one that needs none.
        topic.organizer.sets_readers("-", "password").await;
        reader.open("/sxsw").await.has_status(403);
        reader.submit("/sxsw/-/read", &[("password", "tell nobody")]).await.has_status(303);
        let address = reader.open("/sxsw").await.one_text("#subscribe .copy code");
        assert!(address.contains("/sxsw/rss?key="), "{address}");
        site.browser().open(&address).await.has_status(200).says("One");
    }
}
