//! A blogger shows on their own blog that they are listed: a small picture that links back.

use crate::harness::Topic;

/// Lists a post, and gives back its receipt and its permalink.
async fn list(topic: &Topic<'_>) -> (String, String) {
    let sent = topic
        .ping(&[("url", "http://ada.example/1"), ("title", "One"), ("blog_name", "Ada")])
        .await;
    let list = topic.site.browser().open("/sxsw/keynotes").await;
    let permalink = list.attributes("article .meta a[href^='/p/']", "href").remove(0);
    (sent.receipt.unwrap(), permalink)
}

story! {
    async fn its_code_is_on_the_receipt_and_the_permalink(site) {
        let mut topic = site.hub("open", "at-once").await;
        let (receipt, permalink) = list(&topic).await;
        let mut blogger = site.browser();
        for page in [&receipt, &permalink] {
            let page = blogger.open(page).await;
            let codes = page.texts("aside .copy code");
            let code = codes.iter().find(|code| code.contains("<img")).expect("the badge's code");
            let shown = scraper::Html::parse_fragment(code);
            let find = |selector: &str| shown.select(&scraper::Selector::parse(selector).unwrap()).next().unwrap();
            assert_eq!(find("a").attr("href"), Some(topic.page().as_str()), "a link to the category, which counts as one");
            let picture = find("a > img");
            assert_eq!(picture.attr("alt"), Some("Listed at SXSW 2003 · keynotes"));
            let src = picture.attr("src").unwrap().strip_prefix(&site.base).unwrap();
            let badge = site.browser().open(src).await;
            assert_eq!(badge.has_status(200).header("content-type"), Some("image/svg+xml"));
            for attribute in ["width", "height"] {
                let size = format!("{attribute}=\"{}\"", picture.attr(attribute).unwrap());
                assert!(badge.body.contains(&size), "{size} {}", badge.body);
            }
            assert_eq!(page.attributes("aside img", "src"), [src]);
        }
        // Not while it waits, and not where not everybody may follow the link.
        topic.organizer.sets_readers("keynotes", "unlisted").await;
        blogger.open(&receipt).await.never_says("/badge/");
        blogger.open(&permalink).await.never_says("/badge/");
        topic.organizer.sets_readers("keynotes", "public").await;
        let waits = site.category(topic.organizer, "waits", "open", "all-wait").await;
        let sent = waits.ping(&[("url", "http://ada.example/2"), ("title", "Two")]).await;
        blogger.open(&sent.receipt.unwrap()).await.never_says("/badge/");
    }

    async fn other_sites_show_it_and_nothing_in_it_runs(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open("/manage/sxsw/settings").await;
        let hostile = "</text><script>alert(1)</script>&\"'";
        let saved = topic.organizer.submit("/manage/sxsw/settings", &[("title", hostile)]).await;
        saved.has_status(303);
        topic.organizer.open("/manage/sxsw/look").await;
        topic.organizer.submit("/manage/sxsw/look", &[("accent", "#00695c")]).await.has_status(303);
        topic.organizer.open("/manage/sxsw/look").await;
        topic.organizer.submit("/manage/sxsw/look/publish", &[]).await.has_status(303);
        let mut blog = site.browser();
        let badge = blog.open("/badge/sxsw.svg").await;
        badge.never_says("<script").says("alert(1)");
        assert!(badge.body.contains("#00695c") && badge.body.contains("prefers-color-scheme:dark"), "{}", badge.body);
        assert_eq!(badge.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert_eq!(badge.header("cache-control"), Some("public, max-age=3600"));
        assert_eq!(badge.header("set-cookie"), None);
        let policy = badge.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("sandbox"), "{policy}");
        use sha2::Digest;
        let style = badge.body.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = data_encoding::BASE64.encode(&sha2::Sha256::digest(style.as_bytes()));
        assert!(policy.contains(&hash), "{policy}");
        let again = [("if-none-match", badge.header("etag").unwrap())];
        blog.open_with("/badge/sxsw.svg", &again).await.has_status(304);
        for theme in ["light", "dark"] {
            let fixed = blog.open(&format!("/badge/sxsw/keynotes.svg?theme={theme}")).await;
            fixed.has_status(200).never_says("prefers-color-scheme");
        }
    }

    async fn there_is_none_for_what_is_not_public(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut blog = site.browser();
        for path in ["/badge/nowhere.svg", "/badge/sxsw/nowhere.svg", "/badge/sxsw", "/badge/sxsw/keynotes"] {
            blog.open(path).await.has_status(404);
        }
        topic.organizer.sets_readers("keynotes", "unlisted").await;
        blog.open("/badge/sxsw/keynotes.svg").await.has_status(200);
        topic.organizer.sets_readers("keynotes", "password").await;
        blog.open("/badge/sxsw/keynotes.svg").await.has_status(404).never_says("SXSW");
        topic.organizer.open("/badge/sxsw/keynotes.svg").await.has_status(404);
        topic.organizer.sets_readers("keynotes", "public").await;
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/settings", &[("slug", "south")]).await;
        let moved = blog.open("/badge/sxsw/keynotes.svg?theme=dark").await;
        assert_eq!(moved.has_status(301).header("location"), Some("/badge/south/keynotes.svg?theme=dark"));
        topic.organizer.open("/operator").await;
        topic.organizer.submit("/operator/hubs/south/suspend", &[]).await;
        blog.open("/badge/south.svg").await.has_status(410).never_says("SXSW");
    }
}
