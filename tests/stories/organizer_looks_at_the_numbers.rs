//! An organizer looks at the numbers: what came, which way, and what became of it.

use crate::harness::{Blog, Browser, PASSWORD, Site, Topic, days, hours, read_csv};

async fn send(topic: &Topic<'_>, number: usize, title: &str) {
    let url = format!("http://blog{number}.example/{number}");
    let sent = topic.ping(&[("url", &url), ("title", title), ("blog_name", "Ada")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
}

async fn table(member: &mut Browser, name: &str) -> Vec<Vec<String>> {
    let table = member.open(&format!("/manage/sxsw/numbers/{name}.csv")).await;
    table.has_status(200);
    assert_eq!(table.header("cache-control"), Some("no-store"));
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    read_csv(&table.body)
}

/// The sum of each column of a table over time.
async fn sums(member: &mut Browser, name: &str) -> Vec<(String, i64)> {
    let rows = table(member, name).await;
    let columns = rows[0].iter().enumerate().skip(2);
    let sum = |at: usize| rows[1..].iter().map(|row| row[at].parse::<i64>().unwrap()).sum();
    columns.map(|(at, name)| (name.clone(), sum(at))).collect()
}

fn named(all: &[(&str, i64)]) -> Vec<(String, i64)> {
    all.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

async fn verdict(topic: &mut Topic<'_>, title: &str, verdict: &str) {
    let decided = topic.organizer.open("/manage/sxsw/decided").await;
    let action = decided.action_beside(title, "/verdict");
    topic.organizer.submit(&action, &[("verdict", verdict)]).await;
}

async fn listed(site: &Site) -> usize {
    site.browser().open("/sxsw").await.texts("article.ping").len()
}

story! {
    async fn what_became_of_all_that_came(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.organizer.open("/manage/sxsw/numbers").await.has_status(200).says("Nothing has come yet");
        assert_eq!(table(&mut topic.organizer, "outcomes").await, [["from", "until"]]);
        for (number, title) in ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"].iter().enumerate() {
            send(&topic, number, title).await;
            site.advance(hours(1));
        }
        for (title, verdict) in [("Alpha", "list"), ("Beta", "list"), ("Gamma", "not-here"), ("Delta", "spam")] {
            topic.decide(title, verdict).await;
        }
        let page = topic.organizer.open("/manage/sxsw/numbers").await;
        page.has_status(200).says("2 posts listed, of 5 pings that came.");
        assert_eq!(page.attributes("nav a[aria-current]", "href"), ["/manage/sxsw/numbers"]);
        assert_eq!(page.texts(".over-time td"), ["2", "1", "1", "1", "5"]);
        let expected = [("listed", 2), ("waiting", 1), ("not-here", 1), ("spam", 1)];
        assert_eq!(sums(&mut topic.organizer, "outcomes").await, named(&expected));
        assert_eq!(sums(&mut topic.organizer, "ways").await, named(&[("trackback", 5)]));
        let rows = table(&mut topic.organizer, "outcomes").await;
        let gamma = rows.iter().find(|row| row[4] == "1").unwrap();
        assert_eq!(gamma[0], "2003-03-11T10:00:00-06:00");

        // The numbers are what is so now, whatever was decided before.
        verdict(&mut topic, "Beta", "remove").await;
        verdict(&mut topic, "Gamma", "list").await;
        let expected = [("listed", 2), ("waiting", 1), ("spam", 1), ("removed", 1)];
        assert_eq!(sums(&mut topic.organizer, "outcomes").await, named(&expected));
        assert_eq!(sums(&mut topic.organizer, "activity").await, named(&[("posts", 2)]));
        assert_eq!(listed(site).await, 2);

        // What lost its texts is counted still.
        site.advance(days(200));
        backchannel::actions::prune::run(&site.app).await.unwrap();
        topic.organizer.open("/signin").await;
        let fields = [("email", "operator@example.org"), ("password", PASSWORD)];
        topic.organizer.submit("/signin", &fields).await.has_status(303);
        let all: i64 = sums(&mut topic.organizer, "outcomes").await.iter().map(|(_, count)| count).sum();
        assert_eq!(all, 5);
    }

    async fn refused_posts_are_told_apart(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let url = topic.ping_url.replace("/violet-crown", "");
        for number in 0..2 {
            let post = format!("http://ada.example/{number}");
            topic.ping_at(&url, &[("url", &post), ("title", "No key")]).await;
        }
        let page = topic.organizer.open("/manage/sxsw/numbers").await;
        page.says("0 posts listed, of 0 pings that came.").says("Refused in the last 7 days");
        assert_eq!(page.texts(".shares td"), ["0", "2"]);

        // What was sent again with the passphrase was not refused after all.
        assert!(topic.ping(&[("url", "http://ada.example/0"), ("title", "Key")]).await.is_stored());
        let page = topic.organizer.open("/manage/sxsw/numbers").await;
        assert_eq!(page.texts(".shares:not(.over-time) td"), ["1", "1"]);
    }

    async fn what_rules_refuse_came_too(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open("/manage/sxsw/rules").await;
        let fields = [("kind", "domain"), ("pattern", "spam.example"), ("action", "refuse"),
            ("reason", "advertising"), ("step", "make")];
        topic.organizer.submit("/manage/sxsw/rules", &fields).await.has_status(303);
        for number in 0..3 {
            let post = format!("http://spam.example/{number}");
            assert_eq!(topic.ping(&[("url", &post), ("title", "Buy")]).await.status, 403);
        }
        backchannel::actions::rules::write_hits(&site.app).await.unwrap();
        let page = topic.organizer.open("/manage/sxsw/numbers").await;
        page.says("3 pings fitted a rule that refuses").never_says("Nothing has come yet");
    }

    async fn members_see_the_categories_that_not_everybody_reads(site) {
        let public = site.hub("open", "at-once").await;
        send(&public, 1, "For all").await;
        let mut apart = site.category(public.organizer, "apart", "open", "at-once").await;
        site.advance(hours(1));
        send(&apart, 2, "Not for all").await;
        apart.organizer.open("/manage/sxsw/readers").await;
        let fields = [("readers", "password"), ("password", "tell nobody")];
        apart.organizer.submit("/manage/sxsw/readers/apart", &fields).await.has_status(303);
        let page = apart.organizer.open("/manage/sxsw/numbers").await;
        page.says("2 posts listed, of 2 pings that came.").says("(behind a reading password)");
        assert_eq!(page.texts(".shares:not(.over-time) td"), ["1", "1"]);
        assert_eq!(sums(&mut apart.organizer, "activity").await, named(&[("posts", 2)]));
        assert_eq!(
            table(&mut apart.organizer, "categories").await,
            [["category", "title", "readers", "posts"], ["keynotes", "keynotes", "public", "1"], ["apart", "apart", "password", "1"]]
        );
        assert_eq!(table(&mut apart.organizer, "event").await, [["from", "until", "posts"]]);
    }
}

story! { with blogs:
    async fn the_ways_they_came_are_told_apart(site) {
        let mut topic = site.hub("open", "at-once").await;
        send(&topic, 1, "By TrackBack").await;
        let ada = Blog::start();
        let source = ada.post("/notes", "By Webmention", &topic.page());
        topic.mention(&source, &topic.page()).await.has_status(201);
        let silent = ada.post("/silent", "No link", "http://elsewhere.example/");
        topic.mention(&silent, &topic.page()).await.has_status(201);
        assert_eq!(
            sums(&mut topic.organizer, "outcomes").await,
            named(&[("listed", 1), ("unverified", 2)])
        );
        site.settle().await;
        assert_eq!(
            sums(&mut topic.organizer, "outcomes").await,
            named(&[("listed", 2), ("unverified", 1)])
        );
        assert_eq!(sums(&mut topic.organizer, "ways").await, named(&[("trackback", 1), ("webmention", 2)]));
        let page = topic.organizer.open("/manage/sxsw/numbers").await;
        page.says("no link was found on its page yet");
    }
}
