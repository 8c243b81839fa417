//! A reader looks at a hub in numbers: when posts were listed, and in which categories.

use crate::harness::{Browser, PASSWORD, Page, Site, Topic, days, hours, minutes, read_csv};

async fn list(topic: &Topic<'_>, number: usize, title: &str) -> String {
    let url = format!("http://blog{number}.example/{number}");
    let sent = topic.ping(&[("url", &url), ("title", title), ("blog_name", "Ada")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    sent.receipt.unwrap()
}

async fn withdraw(site: &Site, receipt: &str) {
    let mut sender = site.browser();
    sender.open(receipt).await.has_status(200);
    sender.submit(&format!("{receipt}/withdraw"), &[]).await;
}

async fn stats(site: &Site) -> Page {
    let page = site.browser().open("/sxsw/-/stats").await;
    page.has_status(200);
    page
}

/// Signs in after a time in which sessions end.
async fn sign_in_again(member: &mut Browser) {
    member.open("/signin").await;
    let fields = [("email", "operator@example.org"), ("password", PASSWORD)];
    member.submit("/signin", &fields).await.has_status(303);
}

/// Opens a table and reads it: its names, and its rows.
async fn table(site: &Site, name: &str) -> Vec<Vec<String>> {
    let table = site.browser().open(&format!("/sxsw/-/stats/{name}.csv")).await;
    table.has_status(200);
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let name = format!("attachment; filename=\"sxsw-{name}.csv\"");
    assert_eq!(table.header("content-disposition"), Some(name.as_str()));
    read_csv(&table.body)
}

/// When posts were listed, where there were any.
async fn activity(site: &Site, name: &str) -> Vec<(String, String)> {
    let rows = table(site, name).await;
    assert_eq!(rows[0], ["from", "until", "posts"]);
    for pair in rows[1..].windows(2) {
        assert_eq!(pair[0][1], pair[1][0], "no gap between bars");
    }
    let some = rows[1..].iter().filter(|row| row[2] != "0");
    some.map(|row| (row[0].clone(), row[2].clone())).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

async fn set_hub(organizer: &mut Browser, fields: &[(&str, &str)]) {
    organizer.open("/manage/sxsw/settings").await;
    let mut all = vec![("title", "SXSW 2003"), ("slug", "sxsw")];
    all.extend(fields);
    let saved = organizer.submit("/manage/sxsw/settings", &all).await;
    assert!(saved.status < 400, "{}", saved.text());
}

story! {
    async fn posts_are_counted_by_hour_and_category(site) {
        let mut topic = site.hub("open", "at-once").await;
        stats(site).await.says("Nothing is listed here yet").says("nobody who reads these pages is tracked");
        assert_eq!(table(site, "activity").await, [["from", "until", "posts"]]);
        assert_eq!(table(site, "categories").await, [["category", "title", "posts"], ["keynotes", "keynotes", "0"]]);
        assert_eq!(table(site, "event").await, [["from", "until", "posts"]]);

        site.advance(minutes(8 * 60 + 40));
        let first = list(&topic, 1, "First").await;
        let page = stats(site).await;
        page.says("One post, listed on 11 March 2003, 16:40.");
        assert_eq!(page.texts("svg[role=img]"), Vec::<String>::new());

        site.advance(minutes(19));
        list(&topic, 2, "At 16:59").await;
        site.advance(minutes(1));
        list(&topic, 3, "At 17:00").await;
        site.advance(hours(26));
        let last = list(&topic, 4, "At 19:00, the day after").await;
        let page = stats(site).await;
        page.says("4 posts of 4 blogs, from 11 March 2003 to 12 March 2003.");
        page.says("Posts for each hour, by the clock of America/Chicago.");
        page.says("the busiest hour: 11 March 2003, 16:00 CST, with 2 posts");
        assert_eq!(page.texts(".plot rect").len(), 3);
        assert_eq!(page.texts(".numbers td"), ["2", "1", "1"]);
        assert_eq!(page.texts(".shares td"), ["4"]);
        let expected = [
            ("2003-03-11T16:00:00-06:00", "2"),
            ("2003-03-11T17:00:00-06:00", "1"),
            ("2003-03-12T19:00:00-06:00", "1"),
        ];
        assert_eq!(activity(site, "activity").await, pairs(&expected));
        let links = site.browser().open("/sxsw").await.attributes(".pulse a[href$=stats]", "href");
        assert_eq!(links, ["/sxsw/-/stats"]);

        // Whatever leaves the list leaves the numbers, and comes back to the hour it had.
        withdraw(site, &first).await;
        withdraw(site, &last).await;
        assert_eq!(activity(site, "activity").await, pairs(&expected.map(|(from, _)| (from, "1"))[..2]));
        sign_in_again(&mut topic.organizer).await;
        let decided = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        let remove = decided.action_beside("At 16:59", "/verdict");
        let back = topic.organizer.submit(&remove, &[("verdict", "remove")]).await;
        stats(site).await.says("One post, listed on 11 March 2003, 17:00.");
        let back = back.header("location").unwrap().to_owned();
        topic.organizer.open(&back).await;
        topic.organizer.submit("/manage/sxsw/pings/", &[]).await.redirects_to("/manage/sxsw/decided");
        let listed = site.browser().open("/sxsw").await.texts("article.ping").len();
        assert_eq!(listed, 2);
        assert_eq!(activity(site, "activity").await, pairs(&expected.map(|(from, _)| (from, "1"))[..2]));
    }

    async fn the_event_has_a_plot_of_its_own(site) {
        let mut topic = site.hub("open", "at-once").await;
        set_hub(&mut topic.organizer, &[("starts_on", "2003-03-12"), ("ends_on", "2003-03-14")]).await;
        list(&topic, 1, "The day before").await;
        site.advance(days(1));
        list(&topic, 2, "On the first day").await;
        list(&topic, 3, "On the first day, too").await;
        assert_eq!(stats(site).await.texts("main h2"), ["During the event", "From the first post to the newest", "By category"]);
        assert_eq!(activity(site, "event").await, pairs(&[("2003-03-12T08:00:00-06:00", "2")]));
        site.advance(days(200));
        list(&topic, 4, "Long after").await;
        stats(site).await.says("Posts for each hour").says("Posts for each week, from Monday on")
            .says("4 posts of 4 blogs, from 11 March 2003 to 28 September 2003.");
        assert_eq!(
            activity(site, "activity").await,
            pairs(&[("2003-03-10T00:00:00-06:00", "3"), ("2003-09-22T00:00:00-05:00", "1")])
        );
        assert_eq!(table(site, "activity").await.len(), 1 + 29);
    }

    async fn hours_are_those_of_the_hubs_clock(site) {
        let mut topic = site.hub("open", "at-once").await;
        set_hub(&mut topic.organizer, &[("time_zone", "Europe/Berlin")]).await;
        // 25 October 2026, 02:30 and 03:30 by the sun: both are 02:30 by the clock.
        let start = jiff::Timestamp::from_microsecond(site.app.clock.now().micros()).unwrap();
        let until = "2026-10-25T00:30:00Z".parse::<jiff::Timestamp>().unwrap().duration_since(start);
        site.advance(until.unsigned_abs());
        list(&topic, 1, "Summer").await;
        site.advance(hours(1));
        list(&topic, 2, "Winter").await;
        let twice = [("2026-10-25T02:00:00+02:00", "1"), ("2026-10-25T02:00:00+01:00", "1")];
        assert_eq!(activity(site, "activity").await, pairs(&twice));
        assert_eq!(table(site, "activity").await.len(), 1 + 25);
        assert_eq!(stats(site).await.texts(".numbers th time"), ["25 October 2026, 02:00 CEST", "25 October 2026, 02:00 CET"]);

        // Where an hour of the clock is half of one and half of the next.
        sign_in_again(&mut topic.organizer).await;
        set_hub(&mut topic.organizer, &[("time_zone", "Asia/Kolkata")]).await;
        site.advance(minutes(15));
        list(&topic, 3, "07:15").await;
        let halves = [("2026-10-25T06:00:00+05:30", "1"), ("2026-10-25T07:00:00+05:30", "2")];
        assert_eq!(activity(site, "activity").await, pairs(&halves));
        site.advance(days(30));
        site.advance(hours(17) - minutes(16));
        list(&topic, 4, "23:59").await;
        site.advance(minutes(2));
        list(&topic, 5, "00:01").await;
        let by_day = [
            ("2026-10-25T00:00:00+05:30", "3"),
            ("2026-11-24T00:00:00+05:30", "1"),
            ("2026-11-25T00:00:00+05:30", "1"),
        ];
        assert_eq!(activity(site, "activity").await, pairs(&by_day));
        let days = site.browser().open("/sxsw").await.texts("h2.day");
        assert_eq!(days, ["Wednesday 25 November 2026", "Tuesday 24 November 2026", "Sunday 25 October 2026"]);
    }

    async fn what_not_everybody_may_read_is_in_no_number(site) {
        let public = site.hub("open", "at-once").await;
        list(&public, 1, "For all").await;
        list(&public, 2, "For all").await;
        let mut apart = site.category(public.organizer, "canary", "open", "at-once").await;
        site.advance(hours(3));
        list(&apart, 3, "Secret").await;
        assert_eq!(stats(site).await.texts(".shares td"), ["2", "1"]);
        for readers in ["password", "unlisted"] {
            apart.organizer.sets_readers("canary", readers).await;
            let page = stats(site).await;
            page.never_says("canary").says("2 posts of 2 blogs, on 11 March 2003.");
            assert_eq!(page.texts(".shares td"), ["2"]);
            assert_eq!(activity(site, "activity").await, pairs(&[("2003-03-11T08:00:00-06:00", "2")]));
            assert_eq!(table(site, "categories").await.len(), 2);
        }
        // Nor does a post there move anything that tells of it.
        let before = stats(site).await;
        site.advance(days(90));
        list(&apart, 4, "Later").await;
        let after = stats(site).await;
        assert_eq!(before.body, after.body);
        assert_eq!(before.header("etag"), after.header("etag"));
        sign_in_again(&mut apart.organizer).await;

        // A locked hub has numbers for those who may read it.
        apart.organizer.sets_readers("-", "password").await;
        let mut reader = site.browser();
        for path in ["activity.csv", "categories.csv"] {
            reader.open(&format!("/sxsw/-/stats/{path}")).await.has_status(403).never_says("keynotes");
        }
        reader.open("/sxsw/-/stats").await.has_status(403).never_says("SXSW");
        let opened = reader.submit("/sxsw/-/read", &[("password", "tell nobody")]).await;
        opened.redirects_to("/sxsw/-/stats");
        let page = reader.open("/sxsw/-/stats").await;
        page.says("2 posts").never_says("canary");
        assert_eq!(page.header("cache-control"), Some("private, no-cache"));
        assert_eq!(reader.open("/sxsw/-/stats/activity.csv").await.status, 200);
        site.browser().open("/sxsw/-/stats").await.has_status(403);
        site.browser().open("/sxsw/-/stats/activity.csv").await.has_status(403);
        apart.organizer.sets_readers("-", "public").await;

        apart.organizer.open("/operator").await;
        apart.organizer.submit("/operator/hubs/sxsw/suspend", &[]).await;
        site.browser().open("/sxsw/-/stats").await.has_status(410).never_says("keynotes");
        site.browser().open("/sxsw/-/stats/categories.csv").await.has_status(410);
    }

    async fn pages_and_tables_are_kept_until_something_changes(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, 1, "One").await;
        for path in ["/sxsw/-/stats", "/sxsw/-/stats/activity.csv", "/sxsw/-/stats/categories.csv"] {
            let page = site.browser().open(path).await;
            let etag = page.header("etag").unwrap().to_owned();
            assert_eq!(page.header("cache-control"), Some("public, no-cache"), "{path}");
            let again = [("if-none-match", etag.as_str())];
            site.browser().open_with(path, &again).await.has_status(304);
        }
        let first = site.browser().open("/sxsw/-/stats/categories.csv").await;
        list(&topic, 2, "Two").await;
        let second = site.browser().open("/sxsw/-/stats/categories.csv").await;
        assert_ne!(first.header("etag"), second.header("etag"));

        // A title that a spreadsheet would take for a formula, and one that would break a row.
        for (slug, title) in [("formula", "=HYPERLINK(\"http://x.example\")"), ("row", "Talks, “long”\u{20}ones")] {
            topic.organizer.open("/manage/sxsw/new-category").await;
            let category = [("title", title), ("slug", slug), ("ping", "open"), ("listing", "at-once")];
            topic.organizer.submit("/manage/sxsw/categories", &category).await;
        }
        let rows = table(site, "categories").await;
        assert_eq!(rows[2], ["formula", "'=HYPERLINK(\"http://x.example\")", "0"]);
        assert_eq!(rows[3], ["row", "Talks, “long” ones", "0"]);
    }
}
