//! Verdicts, undoing them, counters that are right, and nothing that waits in public.

use crate::harness::{days, minutes};

story! {
    async fn three_verdicts_and_a_way_back(site) {
        let mut topic = site.hub("open", "all-wait").await;
        for (n, title) in ["Good", "Elsewhere", "Watches"].iter().enumerate() {
            let url = format!("http://blog{n}.example/");
            topic.ping(&[("url", &url), ("title", title)]).await;
            site.advance(minutes(5));
        }
        topic.organizer.open("/manage/sxsw").await.says("3 posts to look at");
        let back = topic.decide("Good", "list").await;
        topic.decide("Elsewhere", "not-here").await;
        topic.decide("Watches", "spam").await;
        let page = site.browser().open("/sxsw").await;
        page.says("Good").never_says("Elsewhere");
        assert_eq!(page.texts(".pulse b")[..2], ["1", "1"]);
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at").says("1 listed");

        let done = back.header("location").unwrap().to_owned();
        topic.organizer.open(&done).await.says("Good is now: listed.");
        topic.organizer.submit("/manage/sxsw/pings/", &[]).await.redirects_to("/manage/sxsw");
        site.browser().open("/sxsw").await.never_says("Good").says("Nothing is listed here yet.");
        topic.organizer.open("/manage/sxsw").await.says("1 post to look at");
        let again = topic.organizer.open(&done).await;
        again.says("Good is now: waiting.").never_says("/undo\"");
        let (verdict, fields) = again.form("/manage/sxsw/pings/");
        let undo = verdict.replace("/verdict", "/undo");
        topic.organizer.post(&undo, &fields).await.redirects_to("/manage/sxsw");
        topic.organizer.open("/manage/sxsw").await.says("1 post to look at");

        let decided = topic.organizer.open("/manage/sxsw/decided").await;
        decided.says("Elsewhere").says("Watches");
        topic.organizer.open("/manage/sxsw/decided?state=spam").await.says("Watches").never_says("Elsewhere");
        let action = decided.action_beside("Watches", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "list")]).await;
        site.browser().open("/sxsw").await.says("Watches");
    }

    async fn undoing_puts_a_post_back_where_it_was(site) {
        let topic = site.hub("open", "at-once").await;
        for n in 1..=3 {
            let (url, title) = (format!("http://blog{n}.example/"), format!("Post {n}"));
            topic.ping(&[("url", &url), ("title", &title)]).await;
            site.advance(minutes(20));
        }
        let mut topic = topic;
        let before = site.browser().open("/sxsw").await;
        let listed = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        listed.says("Post 1").says("Post 3");
        let action = listed.action_beside("Post 2", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "spam")]).await;
        site.browser().open("/sxsw").await.never_says("Post 2");
        let done = topic.organizer.open("/manage/sxsw/decided").await.form("/manage/sxsw/pings/").1;
        topic.organizer.post(&action.replace("/verdict", "/undo"), &done).await.redirects_to("/manage/sxsw/decided");
        let after = site.browser().open("/sxsw").await;
        assert_eq!(after.body, before.body, "time, order, counters and rel are as they were");
    }

    async fn the_slower_of_two_moderators_overwrites_nothing(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.ping(&[("url", "http://ada.example/"), ("title", "Contested")]).await;
        let (action, mut stale) = topic.organizer.open("/manage/sxsw").await.form("/manage/sxsw/pings/");
        topic.decide("Contested", "list").await;
        stale.push(("verdict".into(), "spam".into()));
        let told = topic.organizer.post(&action, &stale).await;
        let told = told.header("location").unwrap().to_owned();
        topic.organizer.open(&told).await.says("Contested is listed already: Op decided. Nothing was changed.");
        site.browser().open("/sxsw").await.says("Contested");
    }

    async fn counts_are_right_whatever_happened(site) {
        let mut topic = site.hub("open", "all-wait").await;
        for n in 0..6 {
            let url = format!("http://blog{}.example/{n}", n % 2);
            let title = format!("Post {n}");
            topic.ping(&[("url", &url), ("title", &title)]).await;
            site.advance(minutes(30));
            topic.decide(&title, "list").await;
        }
        let counts = async || site.browser().open("/sxsw").await.texts(".pulse b")[..2].to_vec();
        assert_eq!(counts().await, ["6", "2"]);
        for title in ["Post 1", "Post 3", "Post 5"] {
            let decided = topic.organizer.open("/manage/sxsw/decided").await;
            let action = decided.action_beside(title, "/verdict");
            topic.organizer.submit(&action, &[("verdict", "not-here")]).await;
        }
        assert_eq!(counts().await, ["3", "1"]);
        let page = site.browser().open("/sxsw/keynotes").await;
        assert_eq!(page.texts(".pulse b")[..2], ["3", "1"]);
        assert_eq!(page.texts(".tabs small"), ["3", "3"]);
        assert_eq!(page.texts(".pulse time"), ["11 March 2003, 10:30"], "the newest that is left");
    }

    async fn nothing_that_waits_or_was_set_aside_is_ever_public(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let mut receipts = Vec::new();
        for (title, verdict) in [("canary-waiting", ""), ("canary-spam", "spam"), ("canary-nothere", "not-here"), ("shown", "list"), ("canary-undone", "list")] {
            let url = format!("http://{title}.example/");
            let ping = topic.ping(&[("url", &url), ("title", title), ("excerpt", title), ("blog_name", title)]).await;
            receipts.push(ping.receipt.unwrap());
            site.advance(minutes(2));
            if !verdict.is_empty() {
                topic.decide(title, verdict).await;
            }
        }
        let mut reader = site.browser();
        let undone = topic.organizer.open("/manage/sxsw/decided").await.action_beside("canary-undone", "/verdict");
        let permalink = format!("/p/{}", undone.split('/').nth(4).unwrap());
        reader.open(&permalink).await.has_status(200);
        let (_, fields) = topic.organizer.open("/account").await.form("/account/name");
        topic.organizer.post(&undone.replace("/verdict", "/undo"), &fields).await.redirects_to("/manage/sxsw");
        reader.open(&permalink).await.has_status(404).says("This post is not listed");

        for path in ["/", "/sxsw", "/sxsw/keynotes", "/sxsw/rss", "/sxsw/keynotes/rss",
            "/sxsw/keynotes?__mode=rss", "/sxsw/keynotes/add", "/sxsw/-/add", "/robots.txt", "/help"] {
            reader.open(path).await.has_status(200).never_says("canary").never_says("violet-crown")
                .never_says("operator@example.org");
        }
        for receipt in receipts {
            let page = reader.open(&receipt).await;
            assert_eq!(page.header("x-robots-tag"), Some("noindex"));
            assert_eq!(page.header("cache-control"), Some("no-store"));
        }
    }

    async fn what_has_had_its_time_loses_its_texts_and_stays_a_tombstone(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let spam = topic.ping(&[("url", "http://spam.example/"), ("title", "Watches")]).await;
        topic.decide("Watches", "spam").await;
        topic.ping(&[("url", "http://ada.example/"), ("title", "Forgotten")]).await;
        site.advance(days(15));
        backchannel::actions::prune::run(&site.app).await.unwrap();
        let receipt = site.browser().open(&spam.receipt.unwrap()).await;
        receipt.says("Your post was set aside").never_says("Watches");
        // A session lasts eight hours: its organizer signs in again.
        let mut organizer = site.browser();
        organizer.open("/signin").await;
        organizer.submit("/signin", &[("email", "operator@example.org"), ("password", crate::harness::PASSWORD)]).await;
        organizer.open("/manage/sxsw/decided").await.says("Its texts were deleted").never_says("spam.example");
        organizer.open("/manage/sxsw").await.says("Forgotten");
        assert!(topic.ping(&[("url", "http://spam.example/"), ("title", "Watches")]).await.is_stored());
        organizer.open("/manage/sxsw").await.says("1 post to look at").never_says("Watches");
        site.advance(days(80));
        backchannel::actions::prune::run(&site.app).await.unwrap();
        organizer.open("/signin").await;
        organizer.submit("/signin", &[("email", "operator@example.org"), ("password", crate::harness::PASSWORD)]).await;
        organizer.open("/manage/sxsw").await.says("Nothing to look at");
    }
}
