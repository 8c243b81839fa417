//! Rules, bans and barred blogs: what they do to pings, what they would have done, and undoing.

use crate::harness::{Blog, Browser, Page, days, minutes};

const RULES: &str = "/manage/sxsw/rules";

async fn rule(browser: &mut Browser, path: &str, rule: [&str; 3], step: &str) -> Page {
    browser.open(path).await.has_status(200);
    let [kind, pattern, action] = rule;
    let fields = [
        ("kind", kind),
        ("pattern", pattern),
        ("action", action),
        ("reason", "they flood us"),
        ("step", step),
    ];
    browser.submit(path, &fields).await
}

async fn upkeep(site: &crate::harness::Site) {
    backchannel::actions::rules::write_hits(&site.app).await.unwrap();
}

story! {
    async fn a_banned_address_is_refused_with_movable_types_words(site) {
        let mut topic = site.hub("open", "at-once").await;
        assert!(topic.ping(&[("url", "http://ada.example/1"), ("title", "Before")]).await.is_stored());
        let tried = rule(&mut topic.organizer, RULES, ["address", "127.0.0.1", "refuse"], "try").await;
        tried.has_status(200).says("It would have hit 1 of the 1 pings of the last 30 days.").says("Before");
        let wide = rule(&mut topic.organizer, RULES, ["address", "127.0.0.0/8", "refuse"], "try").await;
        wide.says("Nobody can say what this net would have hit");
        let block = rule(&mut topic.organizer, RULES, ["address", "127.0.0.0/24", "refuse"], "try").await;
        block.says("It would have hit 1 of the 1 pings");
        assert!(topic.ping(&[("url", "http://ada.example/2")]).await.is_stored(), "a trial changes nothing");

        rule(&mut topic.organizer, RULES, ["address", "127.0.0.0/24", "refuse"], "make").await
            .redirects_to("/manage/sxsw/rules");
        let refused = topic.ping(&[("url", "http://ada.example/3")]).await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.message(), "You are not allowed to send TrackBack pings. The organizers refuse what comes from your network, your site or in these words: ask them if that is a mistake.");
        topic.mention("http://ada.example/4", &topic.page()).await.has_status(403);
        upkeep(site).await;
        let list = topic.organizer.open(RULES).await;
        list.says("127.0.0.0/24").says("they flood us").says("2 pings, last").says("made by Op").says("until");

        site.advance(days(91));
        assert!(topic.ping(&[("url", "http://ada.example/5")]).await.is_stored(), "90 days, and it is over");
    }

    async fn a_rule_that_is_removed_holds_no_more(site) {
        let mut topic = site.hub("open", "at-once").await;
        rule(&mut topic.organizer, RULES, ["domain", "ada.example", "refuse"], "make").await;
        assert_eq!(topic.ping(&[("url", "http://ada.example/1")]).await.status, 403);
        let (remove, fields) = topic.organizer.open(RULES).await.form("/manage/sxsw/rules/");
        topic.organizer.post(&remove, &fields).await.redirects_to("/manage/sxsw/rules");
        topic.organizer.open(RULES).await.says("There are none yet.");
        assert!(topic.ping(&[("url", "http://ada.example/2")]).await.is_stored());
    }

    async fn a_domain_is_set_aside_and_its_neighbours_are_not(site) {
        let mut topic = site.hub("open", "at-once").await;
        rule(&mut topic.organizer, RULES, ["domain", "evil.example", "set-aside"], "make").await;
        for (url, title) in [("http://blog.evil.example/", "Aside"), ("http://not-evil.example/", "Shown"), ("http://evil.example.org/", "Shown too")] {
            assert!(topic.ping(&[("url", url), ("title", title)]).await.is_stored());
        }
        site.browser().open("/sxsw").await.says("Shown").says("Shown too").never_says("Aside");
        topic.organizer.open("/manage/sxsw/decided?state=spam").await.says("Aside").says("rule about evil.example");
        let receipt = topic.ping(&[("url", "http://evil.example/2"), ("title", "Told")]).await.receipt.unwrap();
        site.browser().open(&receipt).await.says("It fits a rule of the hub");
    }

    async fn words_make_even_a_listed_category_wait(site) {
        let mut topic = site.hub("open", "at-once").await;
        rule(&mut topic.organizer, RULES, ["phrase", "Cheap Casino", "wait"], "make").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "A CHEAP  casino!")]).await;
        topic.ping(&[("url", "http://ada.example/2"), ("title", "Cheap casinos")]).await;
        topic.organizer.open("/manage/sxsw").await.says("A CHEAP casino!").says("rule about “cheap casino”").never_says("Cheap casinos");
        site.browser().open("/sxsw").await.says("Cheap casinos").never_says("A CHEAP");
        rule(&mut topic.organizer, RULES, ["phrase", "!", "wait"], "make").await.has_status(422).says("at least two letters");
        rule(&mut topic.organizer, RULES, ["domain", "github.io", "wait"], "make").await.has_status(422).says("many share it");
        rule(&mut topic.organizer, RULES, ["address", "0.0.0.0/0", "refuse"], "make").await.has_status(422).says("too wide");
    }

    async fn a_rule_of_the_operator_holds_in_all_hubs_at_once(site) {
        let mut topic = site.hub("open", "at-once").await;
        assert!(topic.ping(&[("url", "http://spam.example/1")]).await.is_stored());
        rule(&mut topic.organizer, "/operator/rules", ["domain", "spam.example", "refuse"], "make").await
            .redirects_to("/operator/rules");
        assert_eq!(topic.ping(&[("url", "http://spam.example/2")]).await.status, 403);
        topic.organizer.open(RULES).await.says("There are none yet.");
        let mut stranger = site.organizer("eve@example.org").await;
        stranger.open("/operator/rules").await.has_status(404);
        stranger.open(RULES).await.has_status(404);
        let (remove, fields) = topic.organizer.open("/operator/rules").await.form("/operator/rules/");
        let elsewhere = remove.replace("/operator/rules", RULES);
        topic.organizer.post(&elsewhere, &fields).await.has_status(404);
        topic.organizer.post(&remove, &fields).await.redirects_to("/operator/rules");
        assert!(topic.ping(&[("url", "http://spam.example/3")]).await.is_stored());
    }

    async fn spam_bars_a_blog_and_undoing_it_does_not(site) {
        let mut topic = site.hub("open", "new-blog-waits").await;
        topic.ping(&[("url", "http://eve.example/1"), ("title", "First")]).await;
        topic.decide("First", "spam").await;
        topic.organizer.open("/manage/sxsw/blogs").await.says("eve.example").says("barred");
        topic.ping(&[("url", "http://eve.example/2"), ("title", "Second")]).await;
        topic.mention("http://eve.example/3", &topic.page()).await.has_status(201);
        topic.ping(&[("url", "http://eve.example.org/"), ("title", "Third")]).await;
        topic.organizer.open("/manage/sxsw").await.never_says("Second").says("Third");
        topic.organizer.open("/manage/sxsw/decided?state=spam").await.says("Second").says("barred blog");

        let blogs = topic.organizer.open("/manage/sxsw/blogs?standing=barred&q=EVE").await;
        let path = blogs.attributes(".rows h2 a", "href").remove(0);
        topic.organizer.open(&path).await.says("Second").says("First").says("3 posts");
        let bar = format!("{path}/forget");
        let done = topic.organizer.submit(&bar, &[]).await;
        let done = done.header("location").unwrap().to_owned();
        let page = topic.organizer.open(&done).await;
        page.says("new again");
        site.advance(minutes(2));
        topic.ping(&[("url", "http://eve.example/4"), ("title", "Fourth")]).await;
        topic.organizer.open("/manage/sxsw").await.says("Fourth");
        // The button that takes it back is the page's first form.
        topic.organizer.open(&done).await;
        topic.organizer.submit(&format!("{path}/bar"), &[]).await;
        topic.ping(&[("url", "http://eve.example/5"), ("title", "Fifth")]).await;
        topic.organizer.open("/manage/sxsw").await.never_says("Fifth");

        let action = topic.organizer.open("/manage/sxsw/decided").await.action_beside("Second", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "list")]).await;
        topic.organizer.open("/manage/sxsw/blogs?standing=trusted").await.says("eve.example");
        let fields = topic.organizer.open("/manage/sxsw/decided").await.form("/manage/sxsw/pings/").1;
        topic.organizer.post(&action.replace("/verdict", "/undo"), &fields).await.redirects_to("/manage/sxsw/decided");
        topic.organizer.open("/manage/sxsw/blogs?standing=barred").await.says("eve.example");
    }
}

story! {
    with blogs:
    async fn what_a_page_says_is_judged_by_the_rules_too(site) {
        let mut topic = site.hub("open", "at-once").await;
        rule(&mut topic.organizer, RULES, ["phrase", "cheap casino", "set-aside"], "make").await;
        let ada = Blog::start();
        let source = ada.post("/a", "A cheap casino", &topic.page());
        let receipt = topic.mention(&source, &topic.page()).await;
        let receipt = topic.receipt_of(&receipt);
        site.settle().await;
        site.browser().open(&receipt).await.says("It fits a rule of the hub");
        site.browser().open("/sxsw").await.never_says("cheap casino");
    }

    async fn a_bar_holds_for_the_registrable_domain_and_for_no_substring(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        for (url, title) in [("http://a.farm.example/1", "Farmed"), ("http://ada.github.io/1", "Hosted")] {
            topic.ping(&[("url", url), ("title", title)]).await;
            topic.decide(title, "spam").await;
        }
        for (url, title, waits) in [
            ("http://b.farm.example/1", "Another field", false),
            ("http://farm.example/1", "The farm", false),
            ("http://notfarm.example/1", "Not the farm", true),
            ("http://farm.example.org/1", "Nor this", true),
            ("http://grace.github.io/1", "A neighbour", true),
        ] {
            assert!(topic.ping(&[("url", url), ("title", title)]).await.is_stored());
            let queue = topic.organizer.open("/manage/sxsw").await;
            if waits { queue.says(title) } else { queue.never_says(title) };
        }
        let blogs = topic.organizer.open("/manage/sxsw/decided?state=spam").await;
        blogs.says("Another field").says("barred blog");
        // Whoever is trusted there is trusted.
        let action = blogs.action_beside("Another field", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "list")]).await.has_status(303);
        topic.ping(&[("url", "http://b.farm.example/2"), ("title", "A good field")]).await;
        topic.organizer.open("/manage/sxsw").await.says("A good field");
    }
}
