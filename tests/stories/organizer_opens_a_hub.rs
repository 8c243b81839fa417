//! An organizer signs up, opens a hub and its categories, changes them, closes and deletes them.

use backchannel::config::{DatabaseUrl, RateLimits};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::harness::{Database, PASSWORD, Site, days};

story! {
    async fn from_sign_up_to_a_ping_address(site) {
        let mut ada = site.organizer("ada@example.org").await;
        ada.open("/manage").await.says("You have no hub yet");
        ada.open("/manage/new").await;
        let hub = [("title", "SXSW 2003"), ("slug", "sxsw"), ("starts_on", "2003-03-11"),
            ("ends_on", "2003-03-15"), ("place", "Austin, Texas"), ("accent", "#00695c")];
        ada.submit("/manage/new", &hub).await.redirects_to("/manage/sxsw/categories");
        let empty = site.browser().open("/sxsw").await;
        empty.has_status(200).says("11–15 March 2003 · Austin, Texas").says("Nothing is listed here yet.");
        assert_eq!(empty.attributes("meta[name=robots]", "content"), ["noindex, follow"]);

        ada.open("/manage/sxsw/new-category").await
            .says("A ping does not prove who sent it");
        let keynotes = [("title", "Keynotes"), ("slug", "keynotes"), ("passphrase", "Violet Crown")];
        let saved = ada.submit("/manage/sxsw/categories", &keynotes).await;
        saved.says("Keynotes is ready").says("violet-crown");
        assert_eq!(saved.header("cache-control"), Some("no-store"));
        let ping_url = saved.one_text(".copy code");
        assert!(ping_url.starts_with(&format!("{}/tb/", site.base)), "{ping_url}");
        assert!(ping_url.ends_with("/violet-crown"), "{ping_url}");

        // Shown once: neither the desk nor the public pages have it.
        for path in ["/manage/sxsw/categories", "/manage/sxsw/categories/keynotes"] {
            ada.open(path).await.has_status(200).never_says("violet");
        }
        site.browser().open("/sxsw/keynotes").await.has_status(200).never_says("violet");
    }

    async fn a_form_that_is_wrong_says_so_beside_its_field_and_keeps_what_was_typed(site) {
        let mut ada = site.organizer("ada@example.org").await;
        ada.open("/manage/new").await;
        let bad = [("title", "My <b>hub</b>"), ("slug", "sign in"), ("accent", "#ffee00"), ("tagline", "kept words")];
        let page = ada.submit("/manage/new", &bad).await;
        page.has_status(422).says("Use small letters a–z").says("too pale to read on paper");
        assert_eq!(page.attributes("#tagline", "value"), ["kept words"]);
        assert_eq!(page.attributes("#title", "value"), ["My <b>hub</b>"]);
        assert_eq!(page.attributes("#slug", "aria-invalid"), ["true"]);
        for reserved in ["signin", "tb", "p", "topics"] {
            ada.open("/manage/new").await;
            ada.submit("/manage/new", &[("title", "x"), ("slug", reserved)]).await.has_status(422)
                .says("kept for a page of this site");
        }
    }

    async fn a_passphrase_is_changed_and_only_by_typing_a_new_one(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("description", "What was said on the big stage")]).await
            .redirects_to("/manage/sxsw/categories");
        assert!(topic.ping(&[("url", "http://ada.example/1")]).await.is_stored(), "it keeps the one it has");
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("passphrase", "night ferry"), ("keep_old", "0")]).await
            .says("New passphrase for keynotes").says("night-ferry");
        let old = topic.ping(&[("url", "http://ada.example/2")]).await;
        assert!(old.message().starts_with("This TrackBack item is protected"), "{old:?}");
        let new = topic.ping_url.replace("violet-crown", "night-ferry");
        assert!(topic.ping_at(&new, &[("url", "http://ada.example/2")]).await.is_stored());

        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("ping", "open"), ("passphrase", "odd one")]).await
            .has_status(422).says("leave the passphrase empty");
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("ping", "open")]).await.redirects_to("/manage/sxsw/categories");
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("ping", "passphrase")]).await.has_status(422)
            .says("Choose a posting passphrase");
    }

    async fn a_set_up_link_makes_one_operator_however_many_hold_it(site) {
        use backchannel::actions::accounts::set_up_link;
        // Two starts before anybody signed up: each printed a link, the newer one holds.
        let first = set_up_link(&site.app).await.unwrap().unwrap();
        let second = set_up_link(&site.app).await.unwrap().unwrap();
        let path = |link: &str| link.strip_prefix(&site.base).unwrap().to_owned();
        site.browser().open(&path(&first)).await.says("does not work any more");
        // Two people open it, and both send the form.
        let (mut op, mut late) = (site.browser(), site.browser());
        op.open(&path(&second)).await.has_status(200);
        late.open(&path(&second)).await.has_status(200);
        let form = |email: &'static str| [("email", email), ("name", "Op"), ("password", PASSWORD)];
        op.submit("/signup/", &form("op@example.org")).await.redirects_to("/manage");
        late.submit("/signup/", &form("late@example.org")).await.says("does not work any more");
        late.open("/manage").await.redirects_to("/signin");
        assert!(set_up_link(&site.app).await.unwrap().is_none());
    }
    async fn of_two_passphrases_set_at_once_one_holds_and_the_old_one_is_gone(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        assert!(topic.ping(&[("url", "http://ada.example/1")]).await.is_stored());
        let edit = "/manage/sxsw/categories/keynotes";
        let mut twin = site.browser();
        twin.cookies = topic.organizer.cookies.clone();
        topic.organizer.open(edit).await;
        twin.open(edit).await;
        let (one, other) = tokio::join!(
            topic.organizer.submit(edit, &[("passphrase", "night-ferry"), ("keep_old", "0")]),
            twin.submit(edit, &[("passphrase", "paper-moon"), ("keep_old", "0")]),
        );
        one.says("night-ferry");
        other.says("paper-moon");
        let mut stored = 0;
        for passphrase in ["violet-crown", "night-ferry", "paper-moon"] {
            let url = topic.ping_url.replace("violet-crown", passphrase);
            let post = format!("http://ada.example/{passphrase}");
            let ping = topic.ping_at(&url, &[("url", &post)]).await;
            assert!(passphrase != "violet-crown" || !ping.is_stored(), "the old one still works");
            stored += u32::from(ping.is_stored());
        }
        assert_eq!(stored, 1);
    }
    async fn a_renamed_hub_leads_on_from_its_old_address_and_pings_are_taken_in_place(site) {
        let topic = site.hub("open", "at-once").await;
        let mut ada = topic.organizer;
        ada.open("/manage/sxsw/settings").await;
        ada.submit("/manage/sxsw/settings", &[("slug", "sxsw03")]).await
            .redirects_to("/manage/sxsw03/settings");
        ada.open("/manage/sxsw03/categories/keynotes").await;
        ada.submit("/manage/sxsw03/categories/keynotes", &[("slug", "talks")]).await
            .redirects_to("/manage/sxsw03/categories");

        let mut reader = site.browser();
        for (old, new) in [
            ("/sxsw", "/sxsw03"),
            ("/sxsw/rss", "/sxsw03/rss"),
            ("/sxsw/keynotes", "/sxsw03/talks"),
            ("/sxsw03/keynotes/rss", "/sxsw03/talks/rss"),
            ("/sxsw03/keynotes/add", "/sxsw03/talks/add"),
            ("/sxsw03/talks/", "/sxsw03/talks"),
        ] {
            let page = reader.open(old).await;
            assert_eq!((page.status, page.header("location")), (301, Some(new)), "{old}");
        }
        let body = b"url=http://ada.example/1&title=One".to_vec();
        for path in ["/sxsw/keynotes", "/sxsw/keynotes/", "/sxsw03/keynotes/trackback/"] {
            let answer = reader.post_raw(path, &[], body.clone()).await;
            assert!(answer.body.contains("<error>0</error>"), "{path} {}", answer.body);
        }
        reader.open("/sxsw03/talks").await.says("One");

        // Nobody else gets the old names, and the hub may take them back.
        let mut eve = site.organizer("eve@example.org").await;
        eve.open("/manage/new").await;
        eve.submit("/manage/new", &[("title", "x"), ("slug", "sxsw")]).await.has_status(422)
            .says("Another hub has or had this name");
        ada.open("/manage/sxsw03/settings").await;
        ada.submit("/manage/sxsw03/settings", &[("slug", "sxsw")]).await
            .redirects_to("/manage/sxsw/settings");
        reader.open("/sxsw").await.has_status(200);
    }

    async fn categories_are_put_in_order(site) {
        let topic = site.hub("open", "at-once").await;
        let topic = site.category(topic.organizer, "music", "open", "at-once").await;
        let mut topic = site.category(topic.organizer, "film", "open", "at-once").await;
        let order = |page: &crate::harness::Page| page.texts(".tabs a bdi")[1..].join(" ");
        assert_eq!(order(&site.browser().open("/sxsw").await), "keynotes music film");
        topic.organizer.open("/manage/sxsw/categories").await;
        topic.organizer.submit("/manage/sxsw/categories/film/move", &[("direction", "up")]).await
            .redirects_to("/manage/sxsw/categories");
        assert_eq!(order(&site.browser().open("/sxsw").await), "keynotes film music");
    }

    async fn before_the_first_day_a_hub_asks_who_will_be_there(site) {
        let mut ada = site.organizer("ada@example.org").await;
        ada.open("/manage/new").await;
        let hub = [("title", "SXSW 2003"), ("slug", "sxsw"), ("starts_on", "2003-03-13")];
        ada.submit("/manage/new", &hub).await.redirects_to("/manage/sxsw/categories");
        let bare = site.browser().open("/sxsw").await;
        bare.never_says("Add your post");
        ada.open("/manage/sxsw/new-category").await;
        let keynotes = [("title", "Keynotes"), ("slug", "keynotes"), ("ping", "open")];
        ada.submit("/manage/sxsw/categories", &keynotes).await;
        let before = site.browser().open("/sxsw").await;
        before.says("Will you be there?").never_says("Were you there?");
        assert_eq!(before.attributes("a.btn", "href"), ["/sxsw/keynotes/add"]);
        assert_eq!(before.attributes(".site nav a:last-child", "href"), ["#subscribe"]);
        site.advance(days(2));
        site.browser().open("/sxsw").await.never_says("Will you be there?");
    }

    async fn closing_is_said_and_undone_and_deleting_needs_the_name(site) {
        let topic = site.hub("open", "at-once").await;
        assert!(topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await.is_stored());
        let mut topic = topic;
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/close", &[]).await;
        let refused = topic.ping(&[("url", "http://ada.example/2")]).await;
        assert_eq!(refused.message(), "This TrackBack item is disabled. The category has been closed since 11 March 2003, 08:00 CST, and takes no more posts.");
        let closed = site.browser().open("/sxsw").await;
        closed.says("Closed on 11 March 2003: kept for reading").says("One");
        assert!(closed.attributes("a.act", "href").is_empty(), "nothing invites to add a post");
        let standing = "This hub is closed: it is readable, and takes no more posts";
        topic.organizer.open("/manage/sxsw").await.says(standing);
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/reopen", &[]).await;
        topic.organizer.open("/manage/sxsw").await.never_says(standing);
        assert!(topic.ping(&[("url", "http://ada.example/2")]).await.is_stored());

        topic.organizer.open("/manage/sxsw/categories/keynotes").await;
        topic.organizer.submit("/manage/sxsw/categories/keynotes/delete", &[("confirm", "keynote")]).await
            .has_status(422).says("Type keynotes to delete this category.");
        topic.organizer.submit("/manage/sxsw/categories/keynotes/delete", &[("confirm", "keynotes")]).await
            .redirects_to("/manage/sxsw/categories");
        site.browser().open("/sxsw/keynotes").await.has_status(410).says("This category is gone");
        site.browser().open("/sxsw").await.says("Nothing is listed here yet.");
        let gone = topic.ping(&[("url", "http://ada.example/3")]).await;
        assert!(gone.message().starts_with("Invalid TrackBack ID."), "{gone:?}");

        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/delete", &[("confirm", "sxsw")]).await.redirects_to("/manage");
        site.browser().open("/sxsw").await.has_status(410).says("This hub is gone");
        let mut eve = site.organizer("eve@example.org").await;
        eve.open("/manage/new").await;
        eve.submit("/manage/new", &[("title", "x"), ("slug", "sxsw")]).await.has_status(422);
    }

    async fn another_organizers_hub_is_a_404(site) {
        let _topic = site.hub("open", "at-once").await;
        let mut eve = site.organizer("eve@example.org").await;
        for path in ["/manage/sxsw", "/manage/sxsw/decided", "/manage/sxsw/reports",
            "/manage/sxsw/settings", "/manage/sxsw/categories", "/manage/sxsw/new-category",
            "/manage/sxsw/categories/keynotes", "/operator"] {
            eve.open(path).await.has_status(404);
        }
        eve.open("/manage/new").await;
        let (_, fields) = eve.open("/manage/new").await.form("/manage/new");
        for path in ["/manage/sxsw/settings", "/manage/sxsw/close", "/manage/sxsw/delete",
            "/manage/sxsw/categories", "/manage/sxsw/categories/keynotes/delete",
            "/operator/hubs/sxsw/suspend"] {
            eve.post(path, &fields).await.has_status(404);
        }
        site.browser().open("/sxsw").await.has_status(200);
    }
}

#[tokio::test]
async fn a_category_of_thousands_is_deleted_and_pings_to_another_do_not_wait_for_it() {
    delete_thousands(Database::sqlite()).await;
    if let Some(database) = Database::postgres() {
        delete_thousands(database).await;
    }
}

/// More pings than two transactions of the deletion take (500 each).
const THOUSANDS: u32 = 1_100;

async fn delete_thousands(database: Database) {
    let site = Site::start_with(database, |c| c.http.rate_limits = RateLimits::Off).await;
    let mut keynotes = site.hub("open", "at-once").await;
    for i in 0..THOUSANDS {
        let post = format!("http://ada.example/{i}");
        assert!(keynotes.ping(&[("url", &post)]).await.is_stored());
    }
    let organizer = std::mem::replace(&mut keynotes.organizer, site.browser());
    let mut panels = site.category(organizer, "panels", "open", "at-once").await;
    assert!(
        panels.ping(&[("url", "http://ada.example/kept"), ("title", "Kept")]).await.is_stored()
    );

    let mut deleting = site.browser();
    deleting.cookies = panels.organizer.cookies.clone();
    let edit = "/manage/sxsw/categories/keynotes";
    deleting.open(edit).await;
    let delete = format!("{edit}/delete");
    let confirm = [("confirm", "keynotes")];
    let during = [("url", "http://ada.example/during"), ("title", "During")];
    let (deleted, during) = tokio::join!(deleting.submit(&delete, &confirm), panels.ping(&during));
    deleted.redirects_to("/manage/sxsw/categories");
    assert!(during.is_stored());
    let hub = site.browser().open("/sxsw").await;
    hub.says("Kept").says("During").says("2 posts");
    site.browser().open("/sxsw/keynotes").await.has_status(410);

    panels.organizer.open("/manage/sxsw/settings").await;
    panels.organizer.submit("/manage/sxsw/delete", &[("confirm", "sxsw")]).await.has_status(303);
    site.browser().open("/sxsw").await.has_status(410);
}

/// Two organizers who saved at once waited for each other on PostgreSQL, until one was told to try
/// again: each had a row of the log that refers to the hub, and asked for the hub's row itself.
#[tokio::test]
async fn a_change_does_not_wait_for_rows_that_refer_to_the_hub_on_postgres() {
    let Some(database) = Database::postgres() else { return };
    let DatabaseUrl::Postgres(url) = &database.url else { panic!("not a server") };
    let mut other = PgConnection::establish(url.expose()).unwrap();
    let site = Site::start_with(database, |_| {}).await;
    let mut topic = site.hub("open", "at-once").await;
    other.batch_execute("BEGIN; SELECT 1 FROM hubs FOR KEY SHARE").unwrap();
    for (page, fields, leads_to) in [
        ("categories/keynotes", [("title", "Talks")], "categories"),
        ("settings", [("title", "SXSW 2003, again")], "settings"),
    ] {
        let page = format!("/manage/sxsw/{page}");
        topic.organizer.open(&page).await;
        topic
            .organizer
            .submit(&page, &fields)
            .await
            .redirects_to(&format!("/manage/sxsw/{leads_to}"));
    }
    other.batch_execute("ROLLBACK").unwrap();
}
