//! Next year: a hub is begun again with all but its posts and secrets, and stands in a series whose
//! `latest` addresses move along.

use crate::harness::{Browser, Page};

const NEXT: &str = "/manage/sxsw/next";

/// Begins `/sxsw` again as `/sxsw-2004`, with what else is typed.
async fn begin(organizer: &mut Browser, more: &[(&str, &str)]) -> Page {
    organizer.open(NEXT).await.has_status(200);
    let mut fields = vec![("slug", "sxsw-2004"), ("starts_on", "2004-03-12")];
    fields.extend_from_slice(more);
    organizer.submit(NEXT, &fields).await
}

/// Where an address of the series leads now.
async fn leads_to(reader: &mut Browser, rest: &str) -> String {
    let page = reader.open(&format!("/series/sxsw/latest{rest}")).await;
    page.has_status(302).header("location").unwrap().to_owned()
}

story! {
    async fn the_next_hub_has_everything_but_posts_and_secrets(site) {
        let mut topic = site.hub("passphrase", "new-blog-waits").await;
        let first = [("url", "http://ada.example/1"), ("title", "One")];
        assert!(topic.ping(&first).await.is_stored());
        topic.decide("One", "list").await;
        let organizer = &mut topic.organizer;
        organizer.open("/manage/sxsw/rules").await;
        let rule = [("kind", "domain"), ("pattern", "spam.example"), ("action", "refuse"), ("reason", "they flood us"), ("step", "make")];
        organizer.submit("/manage/sxsw/rules", &rule).await.has_status(303);
        organizer.open("/manage/sxsw/about").await;
        organizer.submit("/manage/sxsw/about", &[("about", "We met in Austin.")]).await.has_status(303);

        let form = organizer.open(NEXT).await;
        assert_eq!(form.attributes("#title", "value"), ["SXSW 2004"]);
        assert_eq!(form.attributes("#series", "value"), ["SXSW"]);
        let refused = begin(organizer, &[("slug", "sxsw"), ("passphrase", "x")]).await;
        refused.has_status(422).says("Not begun yet.").says("Another hub has or had this name").says("Use at least 6 characters");
        let begun = begin(organizer, &[("passphrase", "Quiet Harbour")]).await;
        begun.redirects_to("/manage/sxsw-2004/categories");
        organizer.open("/manage/sxsw-2004/categories?done=begun").await.says("keynotes").says("It is begun again");
        organizer.open("/manage/sxsw-2004/rules").await.says("spam.example").says("they flood us");
        organizer.open("/manage/sxsw-2004/blogs").await.says("ada.example").says("trusted");
        organizer.open("/manage/sxsw-2004/members").await.says("owner");
        organizer.open("/manage/sxsw-2004/log").await.says("begun again from SXSW 2003");

        let mut reader = site.browser();
        let page = reader.open("/sxsw-2004").await;
        page.has_status(200).says("SXSW 2004").says("12 March 2004").never_says("One");
        reader.open("/sxsw-2004/-/about").await.says("We met in Austin.");
        // Another number, and another passphrase: the old slide pings the old hub.
        let number = |page: &Page| page.body.split("/tb/").nth(1).unwrap()[..7].to_owned();
        let old = number(&reader.open("/sxsw/keynotes").await);
        let new = number(&reader.open("/sxsw-2004/keynotes").await);
        assert_ne!(old, new);
        let second = [("url", "http://ada.example/2"), ("title", "Two")];
        let wrong = topic.ping_at(&format!("/tb/{new}/violet-crown"), &second).await;
        assert!(wrong.message().contains("passphrase"), "{wrong:?}");
        assert!(topic.ping_at(&format!("/tb/{new}/quiet-harbour"), &second).await.is_stored());
        topic.organizer.open("/manage/sxsw-2004").await.says("Two");
    }

    async fn a_series_shows_the_years_and_its_feeds_move_along(site) {
        let mut topic = site.hub("open", "at-once").await;
        assert!(topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await.is_stored());
        let organizer = &mut topic.organizer;
        organizer.open("/manage/sxsw/settings").await;
        let days = [("starts_on", "2003-03-07"), ("ends_on", "2003-03-15")];
        organizer.submit("/manage/sxsw/settings", &days).await.has_status(303);
        organizer.open(NEXT).await;
        organizer.submit("/manage/sxsw/series", &[("series", "SXSW")]).await.redirects_to(NEXT);
        let mut reader = site.browser();
        let front = reader.open("/sxsw").await;
        assert!(front.attributes("#about a", "href").contains(&"/series/sxsw".to_owned()), "{}", front.body);
        assert_eq!(leads_to(&mut reader, "/rss").await, "/sxsw/rss");
        assert_eq!(leads_to(&mut reader, "/keynotes/atom").await, "/sxsw/keynotes/atom");

        begin(organizer, &[]).await.redirects_to("/manage/sxsw-2004/categories");
        let page = reader.open("/series/sxsw").await;
        page.has_status(200).says("SXSW 2003").says("SXSW 2004").says("7–15 March 2003");
        assert_eq!(page.attributes(".hubs a", "href"), ["/sxsw-2004", "/sxsw"], "the newest first");
        assert_eq!(page.attributes("link[rel=alternate]", "href")[0], "/series/sxsw/latest/rss");
        assert_eq!(leads_to(&mut reader, "/rss").await, "/sxsw/rss", "nothing is there yet");
        let number = reader.open("/sxsw-2004/keynotes").await.body.split("/tb/").nth(1).unwrap()[..7].to_owned();
        let first = [("url", "http://ada.example/2004"), ("title", "First")];
        assert!(topic.ping_at(&format!("/tb/{number}"), &first).await.is_stored());
        for (rest, path) in [
            ("", "/sxsw-2004"), ("/rss", "/sxsw-2004/rss"), ("/opml", "/sxsw-2004/opml"),
            ("/keynotes", "/sxsw-2004/keynotes"), ("/keynotes/feed.json", "/sxsw-2004/keynotes/feed.json"),
            ("/no-such", "/sxsw-2004"), ("/no-such/atom", "/sxsw-2004/atom"),
        ] {
            assert_eq!(leads_to(&mut reader, rest).await, path);
        }
        reader.open("/series/sxsw/latest/-/people").await.has_status(404);
        reader.open("/series/none").await.has_status(404).says("There is no such series");
        reader.open("/sitemap.xml").await.says("/series/sxsw");

        // Not for everybody: it is in no list, and what moves along stays with the one before.
        let organizer = &mut topic.organizer;
        organizer.open("/manage/sxsw-2004/readers").await;
        let unlisted = [("readers", "unlisted"), ("password", "")];
        organizer.submit("/manage/sxsw-2004/readers/-", &unlisted).await.has_status(303);
        reader.open("/series/sxsw").await.never_says("SXSW 2004");
        assert_eq!(leads_to(&mut reader, "/rss").await, "/sxsw/rss");
        reader.open("/sxsw-2004").await.never_says("All years");
    }

    async fn a_series_that_ended_is_taken_up_again_by_the_hub_that_left_it(site) {
        let mut topic = site.hub("open", "at-once").await;
        let organizer = &mut topic.organizer;
        organizer.open(NEXT).await;
        organizer.submit("/manage/sxsw/series", &[("series", "SXSW")]).await.redirects_to(NEXT);
        organizer.open(NEXT).await;
        organizer.submit("/manage/sxsw/series/leave", &[]).await.redirects_to(NEXT);
        site.browser().open("/series/sxsw").await.has_status(404);
        // Feed readers still ask there. Who left it gets it back.
        let organizer = &mut topic.organizer;
        organizer.open(NEXT).await;
        organizer.submit("/manage/sxsw/series", &[("series", "SXSW!")]).await.redirects_to(NEXT);
        site.browser().open("/series/sxsw").await.has_status(200).says("SXSW!");
    }

    async fn a_hub_is_put_into_a_series_by_those_who_run_it(site) {
        let mut topic = site.hub("open", "at-once").await;
        let organizer = &mut topic.organizer;
        organizer.open(NEXT).await;
        organizer.submit("/manage/sxsw/series", &[("series", "港の日")]).await.has_status(422).says("Not saved yet.");
        organizer.submit("/manage/sxsw/series", &[("series", "SXSW")]).await.has_status(303);
        organizer.open("/manage/new").await;
        organizer.submit("/manage/new", &[("title", "Boats"), ("slug", "boats")]).await.has_status(303);
        let page = organizer.open("/manage/boats/next").await;
        assert_eq!(page.attributes("#other option", "value"), ["sxsw"]);
        organizer.submit("/manage/boats/series/join", &[("slug", "sxsw")]).await.redirects_to("/manage/boats/next");
        site.browser().open("/series/sxsw").await.says("Boats").says("SXSW 2003");

        // Somebody else, with a hub of their own, cannot put it there.
        let mut eve = site.organizer("eve@example.org").await;
        eve.open("/manage/new").await;
        eve.submit("/manage/new", &[("title", "Cheap"), ("slug", "cheap")]).await.has_status(303);
        let page = eve.open("/manage/cheap/next").await;
        page.never_says("Put it there");
        let token = page.attributes("main input[name=csrf]", "value").remove(0);
        let fields = [("csrf".to_owned(), token), ("slug".to_owned(), "sxsw".to_owned())];
        eve.post("/manage/cheap/series/join", &fields).await.has_status(422).says("another hub of yours");
        eve.submit("/manage/cheap/series", &[("series", "SXSW")]).await.has_status(422).says("Another series has this name");
        site.browser().open("/series/sxsw").await.never_says("Cheap");

        // It ends with its last hub, and its name is nobody else's.
        for hub in ["boats", "sxsw"] {
            organizer.open(&format!("/manage/{hub}/next")).await;
            organizer.submit(&format!("/manage/{hub}/series/leave"), &[]).await.has_status(303);
        }
        site.browser().open("/series/sxsw").await.has_status(404);
        eve.open("/manage/cheap/next").await;
        eve.submit("/manage/cheap/series", &[("series", "SXSW")]).await.has_status(422).says("Another series has this name");
    }

    async fn what_is_locked_is_locked_again(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.sets_readers("keynotes", "password").await;
        let page = begin(&mut topic.organizer, &[("reading_password", "short")]).await;
        page.has_status(422).says("Use at least 8 characters.");
        begin(&mut topic.organizer, &[("reading_password", "tell somebody")]).await.has_status(303);
        let mut reader = site.browser();
        reader.open("/sxsw-2004").await.never_says("keynotes");
        let page = "/sxsw-2004/keynotes";
        reader.open(page).await.has_status(403);
        reader.submit(&format!("{page}/-/read"), &[("password", "tell nobody")]).await.has_status(422);
        reader.open(page).await;
        reader.submit(&format!("{page}/-/read"), &[("password", "tell somebody")]).await.redirects_to(page);
        reader.open(page).await.has_status(200);
    }
}
