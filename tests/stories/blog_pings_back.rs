//! Pingback, and blogs that announce their posts (`POST /xmlrpc`).

use crate::harness::{Answer, Blog, minutes};

/// A feed of posts: path, title, tag, content.
fn feed(blog: &Blog, posts: &[(&str, &str, &str, &str)]) -> String {
    let items: String = posts
        .iter()
        .map(|(path, title, tag, content)| {
            format!(
                "<item><title>{title}</title><link>{}</link><category>{tag}</category>\
                 <description>{}</description></item>",
                blog.url(path),
                content.replace('&', "&amp;").replace('<', "&lt;")
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Ada’s blog</title>\
         <link>{}/</link><description>x</description>{items}</channel></rss>",
        blog.base
    )
}

story! { with blogs:
    async fn a_pingback_is_verified_and_listed(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let ada = Blog::start();
        let source = ada.post("/wp", "From WordPress", &topic.page());
        let answer = topic.call("pingback.ping", &[&source, &topic.page()]).await;
        answer.has_status(200);
        assert!(answer.body.contains("Your post is stored, and will be read."), "{}", answer.body);
        // @remy/webmention takes any answer with this word in it for a refusal.
        assert!(!answer.body.contains("fault"), "{}", answer.body);
        site.settle().await;
        topic.decide("From WordPress", "list").await.redirects_to("/manage/sxsw");
        site.browser().open("/sxsw/keynotes").await.says("From WordPress");
        let again = topic.call("pingback.ping", &[&source, &topic.page()]).await;
        assert!(again.body.contains("<int>48</int>"), "{}", again.body);
    }

    async fn every_refusal_has_its_fault(site) {
        let topic = site.hub("open", "at-once").await;
        let page = topic.page();
        let mut answers = String::new();
        for (method, params) in [
            ("pingback.ping", vec!["http://ada.example/1", "http://elsewhere.example/"]),
            ("pingback.ping", vec!["http://10.0.0.1/", page.as_str()]),
            ("pingback.ping", vec![page.as_str(), page.as_str()]),
            ("pingback.ping", vec!["http://ada.example/1"]),
            ("system.multicall", vec![]),
            ("weblogUpdates.ping", vec!["Somebody", "http://nobody.example/"]),
        ] {
            let answer = topic.call(method, &params).await;
            answer.has_status(200);
            assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
            answers += &format!("{method} {params:?}\n{}\n", answer.body).replace(&site.base, "(us)");
        }
        let raw = site.browser().post_raw("/xmlrpc", &[], b"<!DOCTYPE x><methodCall/>".to_vec()).await;
        answers += &format!("DOCTYPE\n{}", raw.has_status(200).body);
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("pingback_faults", answers);
        });
    }

    async fn a_trusted_blog_announces_and_its_tagged_and_linking_posts_come_in(site) {
        let mut topic = site.hub("open", "new-blog-waits").await;
        let ada = Blog::start();
        let stranger = topic.call("weblogUpdates.ping", &["Ada", &ada.base]).await;
        assert!(stranger.body.contains("<boolean>1</boolean>"), "{}", stranger.body);
        assert!(ada.asked().is_empty(), "a stranger has nobody read");

        // One post, looked at and listed: the blog is trusted, and its page named its feed.
        let first = ada.post("/first", "First", &topic.page());
        topic.mention(&first, &topic.page()).await.has_status(201);
        site.settle().await;
        topic.decide("First", "list").await;
        let link = format!("<a href=\"{}\">x</a>", topic.page());
        ada.publish("/feed.xml", Answer::feed(feed(&ada, &[
            ("/tagged", "Tagged", "Keynotes", "Nothing linked."),
            ("/linking", "Linking", "misc", &link),
            ("/neither", "Neither", "cooking", "Soup."),
            ("/first", "First", "Keynotes", &link),
        ])));
        site.advance(minutes(11));
        let thanks = topic.call("weblogUpdates.extendedPing",
            &["Ada", &ada.base, &ada.base, &ada.url("/feed.xml")]).await;
        assert!(thanks.body.contains("<boolean>0</boolean>"), "{}", thanks.body);
        site.settle().await;
        let page = site.browser().open("/sxsw/keynotes").await;
        page.says("Tagged").says("Linking").says("3 posts").never_says("Neither");

        // At most every ten minutes, however often it announces.
        let reads = || ada.asked().iter().filter(|asked| asked.path == "/feed.xml").count();
        let before = reads();
        for _ in 0..5 {
            topic.call("weblogUpdates.ping", &["Ada", &ada.base]).await;
            site.settle().await;
        }
        assert_eq!(reads(), before);
    }

    async fn an_organizer_follows_a_blog_by_tag_politely_and_each_post_comes_once(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let ada = Blog::start();
        ada.publish("/", Answer::html("<link rel=alternate type='application/rss+xml' href='/feed.xml'>"));
        let posts = [("/1", "On stage", "SXSW", "Text"), ("/2", "Soup", "cooking", "Text")];
        let etag = "\"one\"";
        ada.publish("/feed.xml", Answer::feed(feed(&ada, &posts)).with("ETag", etag));
        let desk = "/manage/sxsw/feeds";
        topic.organizer.open(desk).await.says("No feed is followed yet.");
        topic.organizer.submit(desk, &[("url", "not an address"), ("tag", "sxsw")]).await
            .has_status(422).says("Not followed yet.");
        let form = [("url", ada.base.as_str()), ("tag", "#sxsw")];
        topic.organizer.submit(desk, &form).await.redirects_to(desk);
        site.settle().await;
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("On stage").never_says("Soup");
        topic.organizer.open(desk).await.says("1 post taken in").says("posts tagged “sxsw”").says("Ada’s blog");

        site.advance(minutes(31));
        site.settle().await;
        let asked = ada.asked();
        let last = asked.last().unwrap();
        assert_eq!(last.path, "/feed.xml");
        assert!(last.head.contains("if-none-match: \"one\""), "{}", last.head);
        site.browser().open("/sxsw/keynotes").await.says("1 post");

        ada.publish("/feed.xml", Answer::of(503, "text/html", "busy").with("Retry-After", "7200"));
        site.advance(minutes(31));
        site.settle().await;
        topic.organizer.open(desk).await.says("The feed was answered with the status 503.");
        let before = ada.asked().len();
        site.advance(minutes(61));
        site.settle().await;
        assert_eq!(ada.asked().len(), before, "Retry-After is kept to");

        topic.organizer.open(desk).await;
        topic.organizer.submit("/manage/sxsw/feeds/", &[]).await.redirects_to(desk);
        topic.organizer.open(desk).await.says("No feed is followed yet.");
    }

    async fn a_blogger_has_the_blog_followed_from_the_receipt(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/1", "The first", &topic.page());
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        site.settle().await;
        let elsewhere = "http://bob.example/copied";
        let mut body = feed(&ada, &[("/2", "The second", "sxsw", "Text")]);
        body = body.replace("</channel>", &format!(
            "<item><title>Not hers</title><link>{elsewhere}</link><category>sxsw</category></item></channel>"));
        ada.publish("/feed.xml", Answer::feed(body));
        let mut blogger = site.browser();
        let offer = blogger.open(&receipt).await;
        offer.says("Follow my blog").says("/feed.xml");
        assert!(offer.attributes("main a", "href").contains(&"/help/bloggers#follow".to_owned()));
        blogger.submit(&format!("{receipt}/follow"), &[("tag", "sxsw")]).await.redirects_to(&receipt);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("The second").never_says("Not hers");
    }
}
