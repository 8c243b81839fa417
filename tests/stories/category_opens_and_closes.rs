//! A category opens and closes by itself, and a former passphrase runs out.

use crate::harness::{Blog, Site, hours, minutes};

const EDIT: &str = "/manage/sxsw/categories/keynotes";

/// Where the hub's other pages lead those who want to add a post; one answer for all of them.
async fn offered(site: &Site) -> Vec<String> {
    let mut answers = Vec::new();
    for page in ["people", "stats", "about"] {
        let page = site.browser().open(&format!("/sxsw/-/{page}")).await;
        let mut links = page.attributes(".act, aside .btn, .empty .btn", "href");
        links.dedup();
        answers.push(links);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

story! { with blogs:
    async fn the_hubs_other_pages_lead_to_what_takes_a_post(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open("/manage/sxsw/about").await;
        topic.organizer.submit("/manage/sxsw/about", &[("about", "Three people.")]).await.has_status(303);
        // Its only category; what not everybody may see is none to choose.
        assert_eq!(offered(site).await, ["/sxsw/keynotes/add"]);
        topic.organizer.open("/manage/sxsw/new-category").await;
        let panels = [("title", "Panels"), ("slug", "panels"), ("ping", "open"), ("listing", "at-once")];
        topic.organizer.submit("/manage/sxsw/categories", &panels).await.says("Panels is ready");
        assert_eq!(offered(site).await, ["/sxsw/-/add"]);
        topic.organizer.sets_readers("panels", "unlisted").await;
        assert_eq!(offered(site).await, ["/sxsw/keynotes/add"]);

        // Kept pages know that its time is over, and one that is closed by hand takes none either.
        topic.organizer.open(EDIT).await;
        topic.organizer.submit(EDIT, &[("closes_at", "2003-03-11T12:00")]).await.redirects_to("/manage/sxsw/categories");
        assert_eq!(offered(site).await, ["/sxsw/keynotes/add"]);
        site.advance(minutes(10));
        let date = site.browser().open("/sxsw/-/people").await.header("last-modified").unwrap().to_owned();
        site.advance(hours(5));
        assert!(offered(site).await.is_empty());
        let later = [("if-modified-since", date.as_str())];
        site.browser().open_with("/sxsw/-/people", &later).await.has_status(200).never_says("Add your post");
        topic.organizer.sets_readers("panels", "public").await;
        assert_eq!(offered(site).await, ["/sxsw/-/add"], "the form of the other says since when it is closed");
    }

    async fn a_category_opens_and_closes_by_itself_and_says_since_when(site) {
        // It is 11 March 2003, 08:00 in Austin.
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open(EDIT).await.says("America/Chicago");
        let window = [("opens_at", "2003-03-11T09:00"), ("closes_at", "2003-03-11T12:00")];
        topic.organizer.submit(EDIT, &window).await.redirects_to("/manage/sxsw/categories");
        let opens = "The category opens on 11 March 2003, 09:00 CST, and takes no posts before.";
        let over = "The category has been closed since 11 March 2003, 12:00 CST, and takes no more posts.";

        let early = topic.ping(&[("url", "http://ada.example/1")]).await;
        assert_eq!(early.message(), format!("This TrackBack item is disabled. {opens}"));
        site.browser().open("/sxsw/keynotes").await.says(opens).never_says("Everybody may add a post");
        site.browser().open("/sxsw/keynotes/add").await.says(opens);
        let ada = Blog::start();
        let source = ada.post("/a", "A post", &topic.page());
        assert_eq!(topic.mention(&source, &topic.page()).await.has_status(400).body, format!("{opens}\n"));
        assert!(topic.call("pingback.ping", &[&source, &topic.page()]).await.body.contains(opens));

        // The page that was kept knows that its time is over.
        site.advance(hours(1));
        site.browser().open("/sxsw/keynotes").await
            .says("Everybody may add a post")
            .says("It closes on 11 March 2003, 12:00 CST");
        assert!(topic.ping(&[("url", "http://ada.example/1")]).await.is_stored());
        site.browser().open("/sxsw/keynotes/add").await.says("By this form");

        // One that came in time, and is verified only when the category is closed, waits.
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.advance(hours(3));
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says(over).never_says("A post<");
        let late = topic.ping(&[("url", "http://ada.example/2")]).await;
        assert_eq!(late.message(), format!("This TrackBack item is disabled. {over}"));
        topic.organizer.open("/manage/sxsw").await.says("A post");
        let asked = "/sxsw/keynotes/add?post=http://ada.example/2";
        site.browser().open(asked).await.says("The category was closed");

        // The form shows what was typed, in the hub's own time.
        let (_, fields) = topic.organizer.open(EDIT).await.form(EDIT);
        assert!(fields.contains(&("closes_at".into(), "2003-03-11T12:00".into())), "{fields:?}");
        let backwards = [("opens_at", "2003-03-12T09:00"), ("closes_at", "2003-03-12T08:00")];
        topic.organizer.submit(EDIT, &backwards).await.has_status(422).says("It cannot close before it opens.");
        topic.organizer.submit(EDIT, &[("opens_at", "tomorrow")]).await.has_status(422).says("Write the time as");
    }

    async fn nine_oclock_stays_nine_oclock_in_another_time_zone(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open(EDIT).await;
        topic.organizer.submit(EDIT, &[("opens_at", "2003-03-12T09:00")]).await.redirects_to("/manage/sxsw/categories");
        topic.organizer.open("/manage/sxsw/log").await.says("when it opens");
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/settings", &[("time_zone", "Europe/Lisbon")]).await;
        site.browser().open("/sxsw/keynotes").await.says("The category opens on 12 March 2003, 09:00 WET");
    }

    async fn a_date_alone_is_true_after_a_category_closed(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open(EDIT).await;
        topic.organizer.submit(EDIT, &[("closes_at", "2003-03-11T12:00")]).await.redirects_to("/manage/sxsw/categories");
        site.advance(minutes(10));
        let page = site.browser().open("/sxsw/keynotes").await;
        let date = page.header("last-modified").unwrap().to_owned();
        site.advance(hours(5));
        let later = site.browser().open_with("/sxsw/keynotes", &[("if-modified-since", &date)]).await;
        later.has_status(200).says("has been closed since");
    }

    async fn a_passphrase_is_rotated_and_the_old_one_works_as_long_as_was_chosen(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let old = topic.ping_url.clone();
        assert!(topic.ping(&[("url", "http://ada.example/1")]).await.is_stored());
        topic.organizer.open(EDIT).await;
        let rotate = [("passphrase", "golden-crown"), ("keep_old", "1")];
        topic.organizer.submit(EDIT, &rotate).await.says("golden-crown")
            .says("Ping addresses with the old passphrase work until 12 March 2003, 08:00 CST.");
        topic.organizer.open(EDIT).await.says("The passphrase before this one works until 12 March 2003, 08:00 CST.");
        let new = old.replace("violet-crown", "golden-crown");
        assert!(topic.ping_at(&old, &[("url", "http://ada.example/2")]).await.is_stored());
        assert!(topic.ping_at(&new, &[("url", "http://ada.example/3")]).await.is_stored());
        // Whoever proved it yesterday gets no longer either.
        site.advance(hours(24) - minutes(1));
        assert!(topic.ping_at(&old, &[("url", "http://ada.example/4")]).await.is_stored());
        site.advance(minutes(1));
        let over = topic.ping_at(&old, &[("url", "http://ada.example/5")]).await;
        assert!(over.message().contains("is not right"), "{}", over.body);
        assert!(topic.ping_at(&new, &[("url", "http://ada.example/6")]).await.is_stored());
    }

    async fn a_passphrase_that_leaked_stops_working_at_once(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let leaked = topic.ping_url.clone();
        assert!(topic.ping(&[("url", "http://ada.example/1")]).await.is_stored());
        topic.organizer.open(EDIT).await;
        let at_once = [("passphrase", "silver-crown"), ("keep_old", "0")];
        topic.organizer.submit(EDIT, &at_once).await.says("silver-crown")
            .says("Ping addresses with the old passphrase do not work any more.");
        let refused = topic.ping_at(&leaked, &[("url", "http://ada.example/2")]).await;
        assert!(refused.message().contains("is not right"), "{}", refused.body);
    }
}
