//! An organizer gives the hub its own face: nobody sees it before it is made public.

use crate::harness::{Browser, Page};

const LOOK: &str = "/manage/sxsw/look";

/// A PNG of one colour, as any program writes it.
fn png(width: u32, height: u32, dot: [u8; 3]) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb(dot));
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

async fn prepare(
    organizer: &mut Browser,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Page {
    organizer.open(LOOK).await.has_status(200);
    organizer.submit_files(LOOK, fields, files).await
}

async fn publish(organizer: &mut Browser) {
    organizer.open(LOOK).await;
    organizer.submit("/manage/sxsw/look/publish", &[]).await.redirects_to("/manage/sxsw/look");
}

story! {
    async fn a_face_is_prepared_looked_at_and_made_public(site) {
        let mut topic = site.hub("open", "at-once").await;
        let (logo, banner) = (png(400, 400, [0, 80, 160]), png(1_000, 250, [9, 9, 9]));
        let fields = [
            ("accent", "#005a3c"), ("banner_alt", "The pier at night"), ("programme", "sxsw.example/talks"),
            ("imprint", "https://sxsw.example/imprint"), ("add_words", "Write about <b>your</b> day.\n\nThen come here."),
        ];
        prepare(&mut topic.organizer, &fields, &[("logo", &logo), ("banner", &banner)]).await
            .redirects_to("/manage/sxsw/look");
        let mut reader = site.browser();
        for path in ["/sxsw", "/sxsw/keynotes", "/sxsw/keynotes/add"] {
            let page = reader.open(path).await;
            assert_eq!(page.attributes("img", "src"), Vec::<String>::new(), "{path}");
            page.never_says("Imprint").never_says("Then come here");
            assert!(!page.body.contains("#005a3c"), "{path}");
        }
        let desk = topic.organizer.open(LOOK).await;
        desk.says("Prepared, not public yet");
        assert_eq!(desk.attributes("#programme", "value"), ["https://sxsw.example/talks"]);
        let preview = topic.organizer.open("/manage/sxsw/look/preview").await;
        assert_eq!(preview.has_status(200).header("cache-control"), Some("no-store"));
        assert_eq!(preview.attributes("img.banner", "alt"), ["The pier at night"]);
        assert!(preview.body.contains("#005a3c"), "its colour");
        preview.says("nobody else sees this").says("Write about <b>your</b> day.").says("Then come here.");
        assert_eq!(preview.attributes(".preview a", "href"), [LOOK], "and the way back");
        let csp = preview.header("content-security-policy").unwrap();
        assert!(csp.contains("img-src 'self'") && csp.contains("sha256-"), "{csp}");

        publish(&mut topic.organizer).await;
        topic.organizer.open(LOOK).await.never_says("not public yet");
        topic.organizer.open("/manage/sxsw/log").await.says("look");
        let page = reader.open("/sxsw").await;
        assert_eq!(page.attributes("img.banner", "width"), ["1000"]);
        assert_eq!(page.attributes("footer a[rel=ugc]", "href"), ["https://sxsw.example/talks", "https://sxsw.example/imprint"]);
        for path in ["/sxsw", "/sxsw/keynotes", "/sxsw/-/people", "/sxsw/keynotes/add"] {
            let page = reader.open(path).await;
            assert_eq!(page.attributes("header img.logo", "width"), ["256"], "{path}");
            let picture = page.attributes("header img.logo", "src").remove(0);
            let picture = reader.open(&picture).await;
            assert_eq!(picture.has_status(200).header("content-type"), Some("image/png"));
            assert_eq!(picture.header("cache-control"), Some("public, max-age=31536000, immutable"));
            assert_eq!(image::load_from_memory(&picture.bytes).unwrap().to_rgb8().get_pixel(9, 9).0, [0, 80, 160]);
        }
        // Where its pages and feeds are shown elsewhere, they are its own, too.
        let page = reader.open("/sxsw/keynotes").await;
        let card = page.attributes("meta[property='og:image']", "content").remove(0);
        reader.open(card.strip_prefix(&site.base).unwrap()).await.has_status(200);
        assert_eq!(page.attributes("meta[property='og:image:alt']", "content"), ["The pier at night"]);
        for feed in ["rss", "atom", "feed.json"] {
            let logo = format!("{}{}", site.base, page.attributes("header img.logo", "src").remove(0));
            assert!(reader.open(&format!("/sxsw/keynotes/{feed}")).await.body.contains(&logo), "{feed}");
        }
        let form = reader.open("/sxsw/keynotes/add").await;
        assert_eq!(form.texts(".mast .lede"), ["Write about <b>your</b> day.", "Then come here."]);
        assert!(reader.open("/sxsw/keynotes").await.attributes("img.banner", "src").is_empty());
    }

    async fn what_is_thrown_away_is_gone(site) {
        let mut topic = site.hub("open", "at-once").await;
        let first = png(64, 64, [1, 2, 3]);
        prepare(&mut topic.organizer, &[], &[("logo", &first)]).await.has_status(303);
        publish(&mut topic.organizer).await;
        let public = site.browser().open("/sxsw").await.attributes("img.logo", "src").remove(0);
        let second = png(64, 64, [200, 2, 3]);
        prepare(&mut topic.organizer, &[], &[("logo", &second)]).await.has_status(303);
        let prepared = topic.organizer.open(LOOK).await.attributes("img.is-logo", "src").remove(0);
        assert_ne!(prepared, public);
        site.browser().open(&prepared).await.has_status(200);
        topic.organizer.open(LOOK).await;
        topic.organizer.submit("/manage/sxsw/look/discard", &[]).await.has_status(303);
        site.browser().open(&prepared).await.has_status(404);
        site.browser().open(&public).await.has_status(200);
        // Without a logo, and a form that sends no files at all.
        topic.organizer.open(LOOK).await;
        topic.organizer.submit(LOOK, &[("no_logo", "on")]).await.has_status(303);
        site.browser().open(&public).await.has_status(200);
        publish(&mut topic.organizer).await;
        site.browser().open(&public).await.has_status(404);
        assert_eq!(site.browser().open("/sxsw").await.attributes("img.logo", "src"), Vec::<String>::new());
    }

    async fn what_cannot_be_shown_is_refused_and_nothing_is_lost(site) {
        let mut topic = site.hub("open", "at-once").await;
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        let fields = [("accent", "#ffff00"), ("tickets", "javascript:alert(1)"), ("add_words", "Hello")];
        let square = png(100, 100, [0, 0, 0]);
        let refused = prepare(&mut topic.organizer, &fields, &[("logo", svg), ("banner", &square)]).await;
        refused.has_status(422).says("Not kept yet.").says("SVG files are not taken: save the drawing as PNG.")
            .says("A banner is two to eight times as wide as high").says("too pale to read on paper");
        assert_eq!(refused.texts("#add_words"), ["Hello"]);
        assert_eq!(refused.attributes("#tickets", "value"), ["javascript:alert(1)"]);
        assert_ne!(refused.attributes("#accent", "value"), ["#ffff00"], "the nearest that can be read");
        topic.organizer.open(LOOK).await.never_says("not public yet");
        let heavy = vec![0; 12 * 1024 * 1024];
        prepare(&mut topic.organizer, &[], &[("logo", &heavy)]).await.has_status(413);
    }

    async fn a_picture_is_found_under_the_name_a_hub_had(site) {
        let mut topic = site.hub("open", "at-once").await;
        prepare(&mut topic.organizer, &[], &[("logo", &png(64, 64, [1, 2, 3]))]).await.has_status(303);
        publish(&mut topic.organizer).await;
        let logo = site.browser().open("/sxsw").await.attributes("img.logo", "src").remove(0);
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/settings", &[("slug", "southby")]).await.has_status(303);
        let led = site.browser().open(&logo).await;
        let there = led.has_status(301).header("location").unwrap();
        assert_eq!(there, logo.replace("/sxsw/", "/southby/"));
        site.browser().open(there).await.has_status(200);
    }

    async fn a_locked_hub_shows_its_pictures_to_its_readers_only(site) {
        let mut topic = site.hub("open", "at-once").await;
        prepare(&mut topic.organizer, &[], &[("logo", &png(64, 64, [1, 2, 3]))]).await.has_status(303);
        publish(&mut topic.organizer).await;
        let logo = site.browser().open("/sxsw").await.attributes("img.logo", "src").remove(0);
        topic.organizer.sets_readers("-", "password").await;
        site.browser().open(&logo).await.has_status(404);
        let seen = topic.organizer.open(&logo).await;
        assert_eq!(seen.has_status(200).header("cache-control"), Some("private, no-cache"));
        site.browser().open("/sxsw").await.has_status(403).never_says(&logo);
    }
}
