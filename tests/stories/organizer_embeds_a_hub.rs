//! An organizer shows a hub's newest posts on the event's own page: in a frame, by its address
//! alone, and nowhere else.

use crate::harness::{Topic, minutes};

async fn post(topic: &Topic<'_>, title: &str) {
    let name: String = title.chars().filter(char::is_ascii_alphanumeric).collect();
    let post = format!("http://ada.example/{name}");
    let sent = topic.ping(&[("url", &post), ("title", title), ("blog_name", "Ada ashore")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.advance(minutes(1));
}

fn encoded(address: &str) -> String {
    url::form_urlencoded::byte_serialize(address.as_bytes()).collect()
}

story! {
    async fn the_newest_posts_stand_in_a_frame(site) {
        let topic = site.hub("open", "at-once").await;
        let empty = site.browser().open("/embed/sxsw").await;
        empty.has_status(200).says("Nothing is listed here yet").says("Add your post");
        for n in 1..=24 {
            post(&topic, &format!("Post {n}")).await;
        }
        let mut reader = site.browser();
        let frame = reader.open("/embed/sxsw").await;
        frame.says("SXSW 2003").says("Ada ashore").says("11 March 2003, 08:23");
        assert_eq!(frame.texts("li .title").len(), 10);
        assert_eq!(frame.texts("li .title")[0], "Post 24");
        assert!(frame.header("content-security-policy").unwrap().ends_with("frame-ancestors *"));
        assert_eq!(frame.header("x-frame-options"), None);
        assert_eq!(frame.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert_eq!(frame.header("x-robots-tag"), Some("noindex"));
        assert_eq!(frame.header("set-cookie"), None);
        for what in ["<script", "<form", "<input"] {
            frame.never_says(what);
        }
        // Each link leaves the frame, and cannot reach back into it.
        let links = frame.attributes("a", "href").len();
        assert_eq!(frame.attributes("a[target=_blank][rel~=noopener]", "href").len(), links);
        assert_eq!(frame.attributes("footer .btn", "href"), ["/sxsw/keynotes/add"], "its only category");
        assert_eq!(frame.attributes("h1 a", "href"), ["/sxsw"]);

        for (asked, class, count) in [("?theme=dark&count=5", "dark", 5), ("?count=1000&theme=light", "light", 20),
            ("?theme=pink&count=x", "", 10), ("?count=-1", "", 10), ("?theme=dark&theme=light", "", 10), ("?utm_source=x", "", 10)] {
            for path in ["/embed/sxsw", "/embed/sxsw/keynotes"] {
                let frame = reader.open(&format!("{path}{asked}")).await;
                assert_eq!(frame.has_status(200).texts("li .title").len(), count, "{asked}");
                let classes = frame.attributes("html", "class");
                assert_eq!(classes, [class].map(str::to_owned).into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>());
            }
        }
        let category = reader.open("/embed/sxsw/keynotes").await;
        assert_eq!(category.texts("h1"), ["keynotes"]);
        assert_eq!(category.attributes("footer .btn", "href"), ["/sxsw/keynotes/add"]);

        // It is kept, asked about by its tag, and never behind the list. Whoever asks whether it
        // changed is told nothing that would change its policy.
        for path in ["/embed/sxsw", "/embed/sxsw?theme=dark"] {
            let first = reader.open(path).await;
            let again = [("if-none-match", first.header("etag").unwrap())];
            let same = reader.open_with(path, &again).await;
            same.has_status(304);
            assert_eq!((same.header("x-frame-options"), same.header("content-security-policy")), (None, None), "{path}");
        }
        post(&topic, "The newest").await;
        reader.open("/embed/sxsw?theme=dark").await.says("The newest");
    }

    async fn its_code_is_copied_from_a_page_that_shows_it(site) {
        let mut topic = site.hub("open", "at-once").await;
        post(&topic, "One").await;
        topic.organizer.open("/manage/sxsw/settings").await.says("On other sites");
        let mut reader = site.browser();
        for page in ["/sxsw", "/sxsw/keynotes"] {
            let list = reader.open(page).await;
            let offer = format!("{}{page}/-/embed", site.base);
            assert_eq!(list.attributes("#subscribe a[href$=embed]", "href"), [offer.as_str()]);
            let offer = reader.open(&format!("{page}/-/embed?theme=dark&count=7")).await;
            offer.has_status(200).says("Show it on your site");
            let src = format!("/embed{page}?theme=dark&count=7");
            assert_eq!(offer.attributes("iframe", "src"), [src.as_str()]);
            assert!(offer.header("content-security-policy").unwrap().contains("frame-src 'self'"));
            let code = offer.one_text("main .copy code");
            let shown = scraper::Html::parse_fragment(&code);
            let frame = shown.select(&scraper::Selector::parse("iframe").unwrap()).next().unwrap();
            assert_eq!(frame.attr("src"), Some(format!("{}{src}", site.base).as_str()));
            assert!(frame.attr("title").unwrap().starts_with("Newest posts: SXSW 2003"));
            assert_eq!(offer.attributes("form[method=get] option[selected]", "value"), ["7"]);
            assert_eq!(offer.attributes("form[method=get] input[checked]", "value"), ["dark"]);
            let frame = reader.open(&src).await;
            frame.has_status(200).says("One");
            // Who looks at another category has chosen the rest already.
            let tabs = ["/sxsw", "/sxsw/keynotes"].map(|tab| format!("{tab}/-/embed?theme=dark&count=7"));
            assert_eq!(offer.attributes(".tabs a", "href"), tabs);
        }
        let filtered = reader.open("/sxsw?q=one").await;
        filtered.never_says("/-/embed").never_says("oembed");
    }

    async fn other_software_asks_by_oembed(site) {
        let topic = site.hub("open", "at-once").await;
        post(&topic, "One & 2 < 3").await;
        let mut consumer = site.browser();
        let hub = consumer.open("/sxsw").await;
        let discovered = hub.attributes("link[type='application/json+oembed']", "href").remove(0);
        let answer = consumer.open(&discovered).await;
        assert_eq!(answer.has_status(200).header("content-type"), Some("application/json"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        for (name, value) in [("type", "rich"), ("version", "1.0"), ("title", "SXSW 2003"), ("provider_name", "Backchannel"), ("provider_url", site.base.as_str())] {
            assert_eq!(json[name], value);
        }
        assert_eq!((&json["width"], &json["height"]), (&600.into(), &520.into()));
        let html = json["html"].as_str().unwrap();
        assert!(html.starts_with(&format!("<iframe src=\"{}/embed/sxsw\"", site.base)), "{html}");

        let category = encoded(&format!("{}/sxsw/keynotes/", site.base));
        let small = consumer.open(&format!("/oembed?url={category}&maxwidth=320&maxheight=9999")).await;
        let json: serde_json::Value = serde_json::from_str(&small.body).unwrap();
        assert_eq!((&json["title"], &json["width"], &json["height"]), (&"SXSW 2003 · keynotes".into(), &320.into(), &520.into()));
        assert!(json["html"].as_str().unwrap().contains("width=\"320\""));
        // In a frame of no width nothing can be read, and no larger one was asked for.
        let none = consumer.open(&format!("/oembed?url={category}&maxwidth=0")).await;
        let json: serde_json::Value = serde_json::from_str(&none.body).unwrap();
        assert_eq!((&json["type"], &json["html"]), (&"link".into(), &serde_json::Value::Null));
        let xml = consumer.open(&format!("/oembed?url={category}&format=xml")).await;
        assert_eq!(xml.has_status(200).header("content-type"), Some("text/xml; charset=utf-8"));
        assert!(xml.body.contains("<type>rich</type>") && xml.body.contains("<html>&lt;iframe "), "{}", xml.body);

        // A post is its author's: others are told whose it is, and link to it.
        let permalink = hub.attributes("article .meta a[href^='/p/']", "href").remove(0);
        let post = consumer.open(&permalink).await;
        let discovered = post.attributes("link[type='application/json+oembed']", "href").remove(0);
        let json: serde_json::Value = serde_json::from_str(&consumer.open(&discovered).await.body).unwrap();
        assert_eq!((&json["type"], &json["title"], &json["author_name"]), (&"link".into(), &"One & 2 < 3".into(), &"Ada ashore".into()));

        let ours = encoded(&format!("{}/sxsw", site.base));
        for (query, status) in [("", 400), (&format!("?url={ours}&format=yaml"), 501), ("?url=https%3A%2F%2Felsewhere.example%2Fsxsw", 404),
            (&format!("?url={}", encoded(&format!("{}/nowhere", site.base))), 404), (&format!("?url={}", encoded(&format!("{}/manage", site.base))), 404),
            (&format!("?url={}", encoded(&format!("{}/sxsw/rss", site.base))), 404)] {
            let refused = consumer.open(&format!("/oembed{query}")).await;
            assert_eq!(refused.status, status, "{query}");
            assert_eq!(refused.header("content-type"), Some("text/plain; charset=utf-8"));
        }
        let mut many = 0;
        while consumer.open(&discovered).await.status == 200 {
            many += 1;
            assert!(many < 100, "nobody may ask for ever");
        }
        consumer.open(&discovered).await.has_status(429);
    }

    async fn nothing_is_framed_that_not_everybody_may_read(site) {
        let public = site.hub("open", "at-once").await;
        post(&public, "For all").await;
        let mut apart = site.category(public.organizer, "apart", "open", "at-once").await;
        apart.ping(&[("url", "http://eve.example/1"), ("title", "Canary"), ("blog_name", "Canary")]).await;
        let mut reader = site.browser();
        reader.open("/embed/sxsw").await.says("Canary");
        let permalink = reader.open("/sxsw/apart").await.attributes("article .meta a[href^='/p/']", "href").remove(0);

        // Unlisted: whoever has its address may read it, and so may show it.
        apart.organizer.sets_readers("apart", "unlisted").await;
        reader.open("/embed/sxsw").await.says("For all").never_says("Canary");
        reader.open("/embed/sxsw/apart").await.has_status(200).says("Canary");
        reader.open("/sxsw/-/embed").await.never_says("apart");
        reader.open("/sxsw/apart/-/embed").await.has_status(200).says("apart");

        // Locked: nothing of it, not even for those who know the password.
        apart.organizer.sets_readers("apart", "password").await;
        let about = |path: &str| format!("/oembed?url={}", encoded(&format!("{}{path}", site.base)));
        let mut knows = site.browser();
        knows.open("/sxsw/apart/-/embed").await.has_status(403);
        knows.submit("/sxsw/apart/-/read", &[("password", "tell nobody")]).await.redirects_to("/sxsw/apart/-/embed");
        let offer = knows.open("/sxsw/apart/-/embed").await;
        offer.has_status(200).says("other sites cannot show it").never_says("<iframe");
        assert_eq!(offer.header("cache-control"), Some("private, no-cache"));
        knows.open("/sxsw/apart").await.never_says("oembed").never_says("/-/embed");
        for browser in [&mut knows, &mut apart.organizer, &mut reader] {
            let frame = browser.open("/embed/sxsw/apart").await;
            frame.has_status(403).says("This is not public").never_says("Canary").never_says("SXSW");
            assert!(frame.header("content-security-policy").unwrap().ends_with("frame-ancestors *"));
            assert_eq!(frame.header("x-frame-options"), None);
            assert_eq!(frame.header("cache-control"), Some("no-store"));
            let asked = browser.open(&about("/sxsw/apart")).await;
            asked.has_status(401).never_says("Canary");
            assert!(asked.header("www-authenticate").is_some());
            browser.open(&about(&permalink)).await.has_status(404).never_says("Canary");
        }
        apart.organizer.sets_readers("-", "password").await;
        for path in ["/embed/sxsw", "/embed/sxsw/keynotes", "/embed/sxsw/nowhere"] {
            reader.open(path).await.has_status(403).never_says("For all").never_says("SXSW");
        }
        reader.open(&about("/sxsw")).await.has_status(401);
        apart.organizer.sets_readers("-", "public").await;
        reader.open("/embed/sxsw").await.says("For all");

        // Gone, moved, suspended.
        for path in ["/embed/nowhere", "/embed/sxsw/nowhere"] {
            let frame = reader.open(path).await;
            frame.has_status(404).says("There is no such");
            assert_eq!(frame.header("x-frame-options"), None);
        }
        apart.organizer.open("/manage/sxsw/settings").await;
        apart.organizer.submit("/manage/sxsw/settings", &[("slug", "south")]).await;
        let moved = reader.open("/embed/sxsw/keynotes?theme=dark&x=y").await;
        assert_eq!(moved.has_status(301).header("location"), Some("/embed/south/keynotes?theme=dark"));
        reader.open("/embed/sxsw/apart").await.has_status(403).never_says("south");
        let moved = reader.open(&about("/sxsw")).await;
        assert!(moved.has_status(200).body.contains("/embed/south"), "{}", moved.body);
        apart.organizer.open("/operator").await;
        apart.organizer.submit("/operator/hubs/south/suspend", &[]).await;
        reader.open("/embed/south").await.has_status(410).says("This hub is not shown").never_says("For all");
        reader.open(&about("/south")).await.has_status(404);
    }
}
