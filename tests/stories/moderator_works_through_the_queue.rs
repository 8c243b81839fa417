//! Reasons, edited texts, verdicts on many posts, undo for a day, and the log.

use crate::harness::{
    Answer, Blog, Browser, PASSWORD, Page, Site, Topic, days, hours, minutes, post,
};

/// Puts a verdict on the posts of these titles, as ticking their boxes does.
async fn decide_chosen(topic: &mut Topic<'_>, titles: &[&str], verdict: &str) -> String {
    let queue = topic.organizer.open("/manage/sxsw").await;
    let (action, mut fields) = queue.form("/manage/sxsw/bulk");
    for title in titles {
        let verdict = queue.action_beside(title, "/verdict");
        fields.push(("ping".into(), verdict.split('/').nth(4).unwrap().to_owned()));
    }
    fields.push(("verdict".into(), verdict.into()));
    let done = topic.organizer.post(&action, &fields).await;
    done.redirects_to("/manage/sxsw").header("location").unwrap().to_owned()
}

/// Which verdict on many an address of the queue speaks of.
fn bulk_in(address: &str) -> &str {
    address.split("bulk=").nth(1).unwrap().split(['&', '#']).next().unwrap()
}

/// The operator again: a session lasts eight hours.
async fn sign_in(site: &Site) -> Browser {
    let mut browser = site.browser();
    browser.open("/signin").await;
    let form = [("email", "operator@example.org"), ("password", PASSWORD)];
    browser.submit("/signin", &form).await.redirects_to("/manage");
    browser
}

/// Sends the form in the article of this title whose action ends like this.
async fn press(organizer: &mut Browser, page: &str, title: &str, ending: &str) -> Page {
    let page = organizer.open(page).await;
    let action = page.action_beside(title, ending);
    organizer.submit(&action, &[]).await
}

story! {
    async fn each_post_says_why_it_waits(site) {
        let mut topic = site.hub("open", "new-blog-waits").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "First")]).await;
        topic.ping(&[("url", "http://bob.example/1"), ("title", "Other")]).await;
        let queue = topic.organizer.open("/manage/sxsw").await;
        queue.says("not a trusted blog yet").says("and trust ada.example");
        queue.never_says("without the passphrase");
        topic.decide("First", "list").await;
        topic.ping(&[("url", "http://ada.example/2"), ("title", "Second")]).await;
        let queue = topic.organizer.open("/manage/sxsw").await;
        queue.says("2 posts to look at").never_says("and trust ada.example").says("and trust bob.example");
        let new = topic.organizer.open("/manage/sxsw?reason=new-blog").await;
        new.says("Shown: not a trusted blog yet").says("Other").never_says("Second");

        // A verdict leads back to the same filter, where nothing more of it waits.
        let action = new.action_beside("Other", "/verdict");
        let back = topic.organizer.submit(&action, &[("verdict", "not-here")]).await;
        let back = back.redirects_to("/manage/sxsw").header("location").unwrap().to_owned();
        assert!(back.contains("reason=new-blog"), "{back}");
        topic.organizer.open(&back).await.says("Other is now: not here.").says("1 post to look at")
            .says("Nothing more of this kind.");
        topic.organizer.open("/manage").await.says("1 to look at");
    }

    async fn an_edited_text_stays_until_its_editor_changes_it(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let fields = [("url", "http://ada.example/1"), ("title", "TITEL!!!"), ("excerpt", "Words of hers")];
        topic.ping(&fields).await;
        let queue = topic.organizer.open("/manage/sxsw").await;
        let path = queue.attributes("[data-edit]", "href").remove(0);
        let edit = path.split('?').next().unwrap().to_owned();
        topic.organizer.open(&path).await.says("Edit a post");
        topic.organizer.submit(&edit, &[("title", " ")]).await.has_status(422).says("Give the post a title.");
        let saved = topic.organizer.submit(&edit, &[("title", "A title"), ("excerpt", "Plain words")]).await;
        let saved = saved.redirects_to("/manage/sxsw").header("location").unwrap().to_owned();
        topic.organizer.open(&saved).await.says("A title is shown as you wrote it.").says("What the sender wrote").says("TITEL!!!");
        // The sender sends other words: they are the original now, and nobody sees them.
        topic.ping(&[("url", "http://ada.example/1"), ("title", "Again!!!")]).await;
        topic.decide("A title", "list").await;
        site.browser().open("/sxsw").await.says("A title").says("Plain words").never_says("!!!");
        site.browser().open("/sxsw/rss").await.says("A title").never_says("!!!");
        site.browser().open("/sxsw/keynotes/rss").await.says("A title");

        let decided = topic.organizer.open("/manage/sxsw/decided").await;
        let path = decided.attributes("[data-edit]", "href").remove(0);
        topic.organizer.open(&path).await.says("Again!!!").says("Words of hers");
        let original = edit.replace("/edit", "/original");
        let back = topic.organizer.submit(&original, &[]).await;
        let back = back.redirects_to("/manage/sxsw/decided").header("location").unwrap().to_owned();
        topic.organizer.open(&back).await.says("Again!!! is shown as its sender wrote it.");
        site.browser().open("/sxsw").await.says("Again!!!").says("Words of hers").never_says("Plain words");
        topic.organizer.open("/manage/sxsw/log?kind=edits").await.says("edited Again!!!")
            .says("went back to the sender’s words of Again!!!").never_says("listed");
    }

    async fn many_posts_are_decided_and_put_back_as_one(site) {
        let mut topic = site.hub("open", "all-wait").await;
        for n in 0..5 {
            let (url, title) = (format!("http://spam.example/{n}"), format!("Watches {n}"));
            assert!(topic.ping(&[("url", &url), ("title", &title)]).await.is_stored());
            site.advance(minutes(3));
        }
        topic.ping(&[("url", "http://ada.example/"), ("title", "Good")]).await;
        let queue = topic.organizer.open("/manage/sxsw").await;
        queue.says("6 posts to look at").says("5 wait from spam.example").says("6 wait from the same computer or network");

        // All of a blog.
        let (action, _) = queue.form("/manage/sxsw/bulk");
        let (_, mut fields) = queue.form("/manage/sxsw/pings/");
        let one = queue.action_beside("Watches 0", "/verdict").split('/').nth(4).unwrap().to_owned();
        fields.extend([("of".into(), "blog".into()), ("ping".into(), one), ("verdict".into(), "spam".into())]);
        let done = topic.organizer.post(&action, &fields).await;
        let done = done.redirects_to("/manage/sxsw").header("location").unwrap().to_owned();
        topic.organizer.open(&done).await.says("5 posts are now: spam.").says("1 post to look at");
        // One of them is looked at again: the undo of all leaves it as it is.
        let decided = topic.organizer.open("/manage/sxsw/decided").await;
        let action = decided.action_beside("Watches 3", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "list")]).await;
        topic.organizer.open(&done).await;
        let back = topic.organizer.submit("/manage/sxsw/bulk/", &[]).await;
        let back = back.header("location").unwrap().to_owned();
        topic.organizer.open(&back).await.says("4 posts are as they were before.").says("5 posts to look at");
        site.browser().open("/sxsw").await.says("Watches 3").never_says("Watches 1");
        let action = topic.organizer.open(&done).await;
        action.says("5 posts are now: spam.").never_says("/undo\"");

        // By selection, and by the sender's address.
        let done = decide_chosen(&mut topic, &["Watches 0", "Good"], "list").await;
        topic.organizer.open(&done).await.says("2 posts are now: listed.").says("3 posts to look at");
        let page = site.browser().open("/sxsw").await;
        assert_eq!(page.texts(".pulse b")[..2], ["3", "2"]);
        let queue = topic.organizer.open("/manage/sxsw").await;
        let (action, mut fields) = queue.form("/manage/sxsw/bulk");
        let one = queue.action_beside("Watches 1", "/verdict").split('/').nth(4).unwrap().to_owned();
        fields.extend([("of".into(), "sender".into()), ("ping".into(), one), ("verdict".into(), "not-here".into())]);
        topic.organizer.post(&action, &fields).await.redirects_to("/manage/sxsw");
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
        let nothing = [fields.clone(), vec![("ping".into(), "x".into())]].concat();
        let nothing: Vec<_> = nothing.into_iter().filter(|(name, value)| name != "ping" || value == "x").collect();
        let back = topic.organizer.post(&action, &nothing).await;
        let back = back.redirects_to("/manage/sxsw").header("location").unwrap().to_owned();
        topic.organizer.open(&back).await.says("Nothing was decided. Tick the posts first");
        let log = topic.organizer.open("/manage/sxsw/log").await;
        log.says("Op set aside as spam 5 posts at once").says("Op took a verdict on 4 posts back")
            .says("Op listed 2 posts at once").says("Op listed Watches 3").says("Op opened the category keynotes");
    }

    async fn all_of_a_network_are_offered_beside_another_blog(site) {
        let topic = site.hub("open", "all-wait").await;
        let watches = |n: u8| (format!("http://spam.example/{n}"), format!("Watches {n}"));
        for (url, title) in [watches(1), watches(2), ("http://bags.example/".into(), "Bags".into())] {
            assert!(topic.ping(&[("url", &url), ("title", &title)]).await.is_stored());
            site.advance(minutes(3));
        }
        // A month later nobody knows a sender again: three are of the blog, and three others of one
        // sender.
        site.advance(days(31));
        let (url, title) = watches(3);
        assert!(topic.ping(&[("url", &url), ("title", &title)]).await.is_stored());
        let queue = sign_in(site).await.open("/manage/sxsw").await;
        let offers = ["3 wait from spam.example", "3 wait from the same computer or network"];
        assert_eq!(queue.texts("details.all summary"), offers);
    }

    async fn a_verdict_on_many_leads_to_the_post_that_comes_next(site) {
        let mut topic = site.hub("open", "all-wait").await;
        for n in 0..6 {
            topic.ping(&[("url", &format!("http://blog{n}.example/")), ("title", &format!("Post {n}"))]).await;
            site.advance(minutes(3));
        }
        let done = decide_chosen(&mut topic, &["Post 1", "Post 3"], "list").await;
        assert!(done.ends_with("#notice"), "{done}");
        let page = topic.organizer.open(&done).await;
        page.says("2 posts are now: listed.");
        // What is said stands above the fifth post, where the moderator was.
        assert_eq!(page.texts(".queue [data-ping] h2"), ["Post 0", "Post 2", "Post 4", "Post 5"]);
        assert_eq!(page.texts("#notice + article h2"), ["Post 4"]);
        // Taken back, it is said above the first of them.
        let back = topic.organizer.submit("/manage/sxsw/bulk/", &[]).await;
        let back = back.redirects_to("/manage/sxsw").header("location").unwrap().to_owned();
        let page = topic.organizer.open(&back).await;
        page.says("2 posts are as they were before.");
        assert_eq!(page.texts("#notice + article h2"), ["Post 1"]);
        // After the last there is none: it is said on top, where the page begins.
        let done = decide_chosen(&mut topic, &["Post 4", "Post 5"], "not-here").await;
        assert!(!done.contains('#') && !done.contains("at="), "{done}");
        let page = topic.organizer.open(&done).await;
        assert_eq!(page.texts("#notice ~ article h2"), ["Post 0", "Post 1", "Post 2", "Post 3"]);
    }

    async fn undoing_a_bulk_leaves_blogs_and_counters_as_they_were(site) {
        let mut topic = site.hub("open", "new-blog-waits").await;
        for n in 0..4 {
            let (url, title) = (format!("http://blog{}.example/{n}", n % 2), format!("Post {n}"));
            topic.ping(&[("url", &url), ("title", &title)]).await;
            site.advance(minutes(3));
        }
        let before = site.browser().open("/sxsw").await;
        let done = decide_chosen(&mut topic, &["Post 0", "Post 1", "Post 2", "Post 3"], "list").await;
        site.browser().open("/sxsw").await.says("Post 2");
        topic.organizer.open(&done).await;
        topic.organizer.submit("/manage/sxsw/bulk/", &[]).await.redirects_to("/manage/sxsw");
        assert_eq!(site.browser().open("/sxsw").await.body, before.body);
        topic.organizer.open("/manage/sxsw").await.says("4 posts to look at").says("and trust blog0.example").says("and trust blog1.example");
    }

    async fn a_verdict_can_be_undone_for_a_day(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.ping(&[("url", "http://ada.example/"), ("title", "Early")]).await;
        topic.ping(&[("url", "http://bob.example/"), ("title", "Late")]).await;
        topic.ping(&[("url", "http://eve.example/"), ("title", "Many")]).await;
        topic.decide("Early", "list").await;
        let bulk = decide_chosen(&mut topic, &["Many"], "spam").await;
        let bulk = format!("/manage/sxsw/bulk/{}/undo", bulk_in(&bulk));
        site.advance(hours(7));
        topic.decide("Late", "spam").await;
        site.advance(hours(16));
        topic.organizer = sign_in(site).await;
        press(&mut topic.organizer, "/manage/sxsw/decided", "Early", "/undo").await.redirects_to("/manage/sxsw/decided");
        topic.organizer.open("/manage/sxsw").await.says("Early");
        let late = topic.organizer.open("/manage/sxsw/decided").await.action_beside("Late", "/undo");
        site.advance(hours(9));
        topic.organizer = sign_in(site).await;
        let page = topic.organizer.open("/manage/sxsw/decided").await;
        page.says("Late").never_says("/undo\"");
        let (_, fields) = page.form("/manage/sxsw/pings/");
        topic.organizer.post(&late, &fields).await.has_status(400).says("A verdict can be taken back for 24 hours");
        topic.organizer.post(&bulk, &fields).await.has_status(400).says("A verdict can be taken back for 24 hours");
        topic.organizer.open("/manage/sxsw/decided?state=spam").await.says("Late").says("Many").says("decided by Op");
    }

    async fn what_is_listed_can_be_removed_and_comes_back_where_it_was(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/"), ("title", "First")]).await;
        site.advance(minutes(9));
        topic.ping(&[("url", "http://bob.example/"), ("title", "Second")]).await;
        let before = site.browser().open("/sxsw").await;
        let listed = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        let action = listed.action_beside("First", "/verdict");
        let back = topic.organizer.submit(&action, &[("verdict", "remove")]).await;
        let back = back.redirects_to("/manage/sxsw/decided").header("location").unwrap().to_owned();
        site.browser().open("/sxsw").await.never_says("First");
        topic.organizer.open(&back).await.says("First is now: removed.");
        topic.organizer.submit("/manage/sxsw/pings/", &[]).await.redirects_to("/manage/sxsw/decided");
        assert_eq!(site.browser().open("/sxsw").await.body, before.body);
    }

    async fn pages_of_the_queue_survive_arrivals_and_verdicts(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        for n in 10..50 {
            let (url, title) = (format!("http://blog{n}.example/"), format!("Post {n}"));
            assert!(topic.ping(&[("url", &url), ("title", &title)]).await.is_stored());
        }
        let first = topic.organizer.open("/manage/sxsw").await;
        first.says("Post 10").says("Post 39").never_says("Post 40");
        let next = first.attributes(".more a", "href").remove(0);
        topic.decide("Post 39", "spam").await;
        topic.ping(&[("url", "http://late.example/"), ("title", "Post 99")]).await;
        let second = topic.organizer.open(&next).await;
        second.says("40 posts to look at").says("Post 40").says("Post 99").never_says("Post 38");
        let action = second.action_beside("Post 45", "/verdict");
        let back = topic.organizer.submit(&action, &[("verdict", "not-here")]).await;
        let back = back.header("location").unwrap().to_owned();
        topic.organizer.open(&back).await.says("39 posts to look at").says("Post 44").never_says("Post 38");
    }

    async fn the_log_says_who_changed_what_and_is_kept_for_a_year(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.organizer.open("/manage/sxsw/categories/keynotes").await;
        topic.organizer.submit("/manage/sxsw/categories/keynotes", &[("title", "Talks")]).await.redirects_to("/manage/sxsw/categories");
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/settings", &[("tagline", "Austin")]).await.redirects_to("/manage/sxsw/settings");
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/close", &[]).await.redirects_to("/manage/sxsw/settings");
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/reopen", &[]).await.redirects_to("/manage/sxsw/settings");
        topic.organizer.open("/manage/sxsw/feeds").await;
        topic.organizer.submit("/manage/sxsw/feeds", &[("url", "http://ada.example/feed")]).await;
        let feeds = topic.organizer.open("/manage/sxsw/feeds").await;
        let action = feeds.action_beside("ada.example", "/remove");
        topic.organizer.submit(&action, &[]).await.redirects_to("/manage/sxsw/feeds");
        let log = topic.organizer.open("/manage/sxsw/log?kind=settings").await;
        let lines = log.texts("main li p");
        for (line, start) in lines.iter().zip(["Op had a feed followed no more: http://ada.example/feed",
            "Op had a feed followed: http://ada.example/feed", "Op opened the hub again", "Op closed the hub",
            "Op changed the hub’s settings: tagline", "Op changed the category Talks (title)", "Op opened the category keynotes"]) {
            assert_eq!(line, start);
        }
        assert_eq!(log.texts("main li time")[0], "11 March 2003, 08:00", "in the hub’s time zone");
        topic.organizer.open("/manage/sxsw/log?kind=verdicts").await.says("Nothing of this kind was done yet.");
        topic.organizer.open("/manage/sxsw/log?who=999").await.says("Nothing of this kind was done yet.");
        site.browser().open("/manage/sxsw/log").await.redirects_to("/signin");
        let mut stranger = site.organizer("eve@example.org").await;
        stranger.open("/manage/sxsw/log").await.has_status(404);
        site.advance(days(366));
        backchannel::actions::prune::run(&site.app).await.unwrap();
        let mut organizer = sign_in(site).await;
        organizer.open("/manage/sxsw/log").await.says("Nothing of this kind was done yet.");
    }
}

story! { with blogs:
    async fn a_page_that_is_read_again_changes_no_edited_text(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let blog = Blog::start();
        let here = topic.page();
        let page = |title: &str| Answer::html(post(title, &here));
        let source = blog.publish("/1", page("As it was"));
        let receipt = topic.mention(&source, &topic.page()).await;
        let receipt = topic.receipt_of(&receipt);
        site.settle().await;
        let path = topic.organizer.open("/manage/sxsw").await.attributes("[data-edit]", "href").remove(0);
        let edit = path.split('?').next().unwrap().to_owned();
        topic.organizer.open(&path).await;
        topic.organizer.submit(&edit, &[("title", "As we call it")]).await.redirects_to("/manage/sxsw");
        topic.decide("As we call it", "list").await;
        blog.publish("/1", page("As it is"));
        site.advance(minutes(30));
        let mut reader = site.browser();
        reader.open(&receipt).await;
        reader.submit(&format!("{receipt}/check"), &[]).await.redirects_to(&receipt);
        site.settle().await;
        site.browser().open("/sxsw").await.says("As we call it").never_says("As it ");
        topic.organizer.open(&path).await.says("As it is");
    }

    async fn a_verdict_is_for_what_was_shown(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "Nice notes")]).await;
        let queue = topic.organizer.open("/manage/sxsw").await;
        let action = queue.action_beside("Nice notes", "/verdict");
        let (_, mut fields) = queue.form(&action);
        fields.retain(|(name, _)| name != "verdict");
        fields.push(("verdict".into(), "list".into()));
        topic.ping(&[("url", "http://ada.example/1"), ("title", "BUY CHEAP PILLS")]).await;
        topic.organizer.post(&action, &fields).await.redirects_to("/manage/sxsw");
        site.browser().open("/sxsw").await.never_says("PILLS");
        topic.organizer.open("/manage/sxsw").await.says("BUY CHEAP PILLS");

        // All of a blog are those that the button counted.
        for n in 0..3 {
            let (url, title) = (format!("http://bob.example/{n}"), format!("Bob {n}"));
            topic.ping(&[("url", &url), ("title", &title)]).await;
        }
        let queue = topic.organizer.open("/manage/sxsw").await;
        let mut fields = fields.clone();
        fields.push(("of".into(), "blog".into()));
        fields.push(("ping".into(), queue.action_beside("Bob 0", "/verdict").split('/').nth(4).unwrap().into()));
        fields.push(("until".into(), site.app.clock.now().micros().to_string()));
        site.advance(minutes(1));
        topic.ping(&[("url", "http://bob.example/late"), ("title", "Bob is late")]).await;
        topic.organizer.post("/manage/sxsw/bulk", &fields).await.has_status(303);
        site.browser().open("/sxsw").await.says("Bob 0").says("Bob 2").never_says("late");
    }

    async fn an_old_undo_overturns_nobody(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        topic.decide("One", "list").await;
        let decided = topic.organizer.open("/manage/sxsw/decided").await;
        let (undo, fields) = decided.form(&decided.action_beside("One", "/undo"));
        let action = decided.action_beside("One", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "spam")]).await.has_status(303);
        let stale = topic.organizer.post(&undo, &fields).await.header("location").unwrap().to_owned();
        topic.organizer.open(&stale).await.says("Nothing was changed");
        site.browser().open("/sxsw").await.never_says("One");
    }

    async fn undoing_one_verdict_leaves_what_others_decided(site) {
        let mut topic = site.hub("open", "all-wait").await;
        for (title, url) in [("A", "http://ada.example/a"), ("B", "http://ada.example/b")] {
            topic.ping(&[("url", url), ("title", &format!("Post {title}"))]).await;
        }
        async fn undo(topic: &mut Topic<'_>, title: &str) {
            let decided = topic.organizer.open("/manage/sxsw/decided").await;
            let undo = decided.action_beside(title, "/undo");
            topic.organizer.submit(&undo, &[]).await.has_status(303);
        }
        async fn stands(topic: &mut Topic<'_>, how: &str, when: &str) {
            let chips = topic.organizer.open("/manage/sxsw/blogs").await.texts(".rows .chip");
            assert_eq!(chips, [how], "{when}");
        }
        for (verdict, standing) in [("spam", "barred"), ("list", "trusted")] {
            for title in ["Post A", "Post B"] {
                topic.decide(title, verdict).await;
            }
            undo(&mut topic, "Post A").await;
            stands(&mut topic, standing, "B stands").await;
            undo(&mut topic, "Post B").await;
            stands(&mut topic, "new", "none stands").await;
        }
        topic.decide("Post A", "list").await;
        let blogs = topic.organizer.open("/manage/sxsw/blogs").await;
        let bar = blogs.attributes("form[action$='/bar']", "action").remove(0);
        topic.organizer.submit(&bar, &[]).await.has_status(303);
        undo(&mut topic, "Post A").await;
        stands(&mut topic, "barred", "set by hand").await;
    }

    async fn what_a_rule_sets_aside_changes_nothing_that_stands(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        topic.organizer.open("/manage/sxsw/rules").await;
        let rule = [("kind", "phrase"), ("pattern", "casino"), ("action", "set-aside"), ("reason", "x"), ("step", "make")];
        topic.organizer.submit("/manage/sxsw/rules", &rule).await.has_status(303);
        topic.organizer.open("/manage/sxsw/rules").await;
        let rule = [("kind", "phrase"), ("pattern", "lottery"), ("action", "wait"), ("reason", "x"), ("step", "make")];
        topic.organizer.submit("/manage/sxsw/rules", &rule).await.has_status(303);
        for title in ["Harmless", "casino night", "Harmless too"] {
            topic.ping(&[("url", "http://ada.example/1"), ("title", title)]).await;
            let queue = topic.organizer.open("/manage/sxsw").await;
            queue.never_says("casino");
        }
        topic.ping(&[("url", "http://ada.example/1"), ("title", "A lottery")]).await;
        topic.organizer.open("/manage/sxsw").await.says("A lottery").says("a rule wants it looked at");
    }
}
