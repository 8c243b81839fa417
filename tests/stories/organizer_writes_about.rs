//! An organizer writes the hub's about page.

use crate::harness::Browser;

const ABOUT: &str = "# Who we are\n\nThree people from *Austin*, and **you**.\n\n- [Rules](https://rules.example/?a=1&b=2)\n- <script>alert(1)</script> [x](javascript:alert(1))\n\n![a picture](https://tracker.example/p.gif)\n";

async fn write(organizer: &mut Browser, fields: &[(&str, &str)]) -> crate::harness::Page {
    organizer.open("/manage/sxsw/about").await.has_status(200);
    organizer.submit("/manage/sxsw/about", fields).await
}

story! {
    async fn it_is_previewed_saved_and_taken_away(site) {
        let mut topic = site.hub("open", "at-once").await;
        site.browser().open("/sxsw/-/about").await.has_status(404);
        site.browser().open("/sxsw").await.never_says("About this hub");
        topic.organizer.open("/manage/sxsw/settings").await.says("Write the about page");

        let preview = write(&mut topic.organizer, &[("about", ABOUT), ("preview", "yes")]).await;
        preview.has_status(200).says("Nothing is saved yet").says("Who we are");
        assert_eq!(preview.texts(".written strong"), ["you"]);
        assert!(preview.one_text("textarea").starts_with("# Who we are"));
        site.browser().open("/sxsw/-/about").await.has_status(404);

        write(&mut topic.organizer, &[("about", ABOUT)]).await.has_status(303);
        topic.organizer.open("/manage/sxsw/log").await.says("about page");
        let page = site.browser().open("/sxsw/-/about").await;
        page.has_status(200).says("Three people from Austin , and you.").says("last changed 11 March 2003");
        assert_eq!(page.texts(".written h2"), ["Who we are"]);
        assert_eq!(page.attributes("meta[property='og:title']", "content"), ["About SXSW 2003"]);
        assert_eq!(page.attributes(".written h2, .written p, .written li", "dir"), ["auto"; 6]);
        for path in ["/sxsw/-/about", "/sxsw", "/sxsw/keynotes", "/sxsw/-/people"] {
            let page = site.browser().open(path).await;
            let picture = page.attributes("meta[property='og:image']", "content").remove(0);
            let picture = site.browser().open(picture.strip_prefix(&site.base).unwrap()).await;
            assert_eq!(picture.has_status(200).header("content-type"), Some("image/png"), "{path}");
            assert_eq!(picture.header("cross-origin-resource-policy"), Some("cross-origin"));
        }
        assert_eq!(page.attributes(".written a", "href"), ["https://rules.example/?a=1&b=2"]);
        assert_eq!(page.attributes(".written a", "rel"), ["ugc"]);
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(page.body.contains("&#60;script&#62;alert(1)"), "{}", page.body);
        for nothing in ["=\"javascript:", "tracker.example", "<img"] {
            assert!(!page.body.contains(nothing), "{nothing}: {}", page.body);
        }
        assert_eq!(page.attributes("meta[name=description]", "content"), ["Three people from Austin, and you."]);
        let hub = site.browser().open("/sxsw").await;
        assert_eq!(hub.attributes("aside a[href$='/-/about']", "href"), ["/sxsw/-/about"]);
        let again = [("if-none-match", page.header("etag").unwrap())];
        site.browser().open_with("/sxsw/-/about", &again).await.has_status(304);

        // Until the operator approves the hub, its links are worth nothing to search engines.
        topic.organizer.open("/operator").await;
        topic.organizer.submit("/operator/hubs/sxsw/unapprove", &[]).await;
        let page = site.browser().open("/sxsw/-/about").await;
        assert_eq!(page.attributes(".written a", "rel"), ["ugc nofollow"]);
        assert_eq!(page.attributes("meta[name=robots]", "content"), ["noindex, follow"]);

        // Without a paragraph it is said whose it is.
        write(&mut topic.organizer, &[("about", "# Rules\n\n- No rain")]).await.has_status(303);
        let page = site.browser().open("/sxsw/-/about").await;
        let description = page.attributes("meta[name=description]", "content").remove(0);
        assert!(description.starts_with("About SXSW 2003."), "{description}");

        write(&mut topic.organizer, &[("about", " \r\n ")]).await.has_status(303);
        topic.organizer.open("/manage/sxsw/about?done=saved").await.says("There is no about page now");
        site.browser().open("/sxsw/-/about").await.has_status(404);
        site.browser().open("/sxsw").await.never_says("About this hub");
    }

    async fn nothing_of_it_is_cut_off(site) {
        let mut topic = site.hub("open", "at-once").await;
        let long = "漢".repeat(20_000);
        write(&mut topic.organizer, &[("about", &long)]).await.has_status(303);
        let page = site.browser().open("/sxsw/-/about").await;
        assert_eq!(page.texts(".written p"), [long.as_str()]);
        let longer = format!("{long}字");
        let refused = write(&mut topic.organizer, &[("about", &longer)]).await;
        refused.has_status(422).says("This has 20001 characters");
        assert!(refused.one_text("textarea").ends_with('字'), "what was typed is there");
        site.browser().open("/sxsw/-/about").await.never_says("字");
    }

    async fn who_may_not_read_the_hub_may_not_read_about_it(site) {
        let mut topic = site.hub("open", "at-once").await;
        write(&mut topic.organizer, &[("about", "Canary")]).await;
        topic.organizer.open("/manage/sxsw/readers").await;
        let locked = [("readers", "password"), ("password", "tell nobody")];
        topic.organizer.submit("/manage/sxsw/readers/-", &locked).await;
        let mut reader = site.browser();
        reader.open("/sxsw/-/about").await.has_status(403).never_says("Canary").never_says("SXSW");
        let opened = reader.submit("/sxsw/-/read", &[("password", "tell nobody")]).await;
        opened.redirects_to("/sxsw/-/about");
        let page = reader.open("/sxsw/-/about").await;
        page.says("Canary");
        assert_eq!(page.header("cache-control"), Some("private, no-cache"));
        site.browser().open("/sxsw/-/about").await.has_status(403);
        topic.organizer.open("/operator").await;
        topic.organizer.submit("/operator/hubs/sxsw/suspend", &[]).await;
        topic.organizer.open("/sxsw/-/about").await.has_status(410).never_says("Canary");
    }
}
