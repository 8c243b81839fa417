//! What readers report: counted, decided in the desk's own words, and noted.

use crate::harness::{Browser, Site};

const REPORTS: &str = "/manage/sxsw/reports";

/// Somebody reports the listed post of this title.
async fn report(site: &Site, title: &str) {
    let mut reader: Browser = site.browser();
    let page = reader.open("/sxsw").await;
    let at = page.texts("article h3, article h2").iter().position(|this| this.contains(title));
    let links = page.attributes("article .meta a[href^='/p/']", "href");
    let permalink = &links[at.expect("the post is listed")];
    reader.open(&format!("{permalink}/report")).await.has_status(200);
    reader
        .submit(permalink, &[("reason", "other"), ("note", "Look at this")])
        .await
        .says("Thank you");
}

story! {
    async fn they_are_counted_and_decided_in_the_words_of_the_desk(site) {
        let mut topic = site.hub("open", "at-once").await;
        for (n, title) in ["First", "Second", "Third"].iter().enumerate() {
            let url = format!("http://blog{n}.example/");
            topic.ping(&[("url", &url), ("title", title)]).await;
            site.advance(crate::harness::minutes(20));
        }
        topic.organizer.open("/manage").await.never_says("report");
        report(site, "First").await;
        topic.organizer.open("/manage").await.says("1 report");
        report(site, "Second").await;
        report(site, "Third").await;
        let hubs = topic.organizer.open("/manage").await;
        hubs.says("3 reports");
        assert_eq!(hubs.attributes(".rows > li > a.ghost", "href"), [REPORTS]);

        let desk = topic.organizer.open(REPORTS).await;
        desk.says("does not come back to the queue").says("Dismiss the report");
        let buttons = desk.attributes("li button[name=verdict]", "value");
        assert_eq!(buttons[..3], ["remove", "not-here", "spam"]);
        desk.says("Spam, and bar blog0.example");

        // A verdict leads back here, with its undo.
        topic.organizer.submit(&desk.action_beside("First", "/verdict"), &[("verdict", "remove")]).await
            .redirects_to(REPORTS);
        let done = topic.organizer.open(&format!("{REPORTS}?done={}", id(&desk.action_beside("First", "/verdict")))).await;
        done.says("First is now: removed.").says("Second");
        site.browser().open("/sxsw").await.never_says("First");
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
        topic.organizer.open(REPORTS).await;
        let undo = done.form("/manage/sxsw/pings/");
        topic.organizer.post(&undo.0, &undo.1).await.redirects_to(REPORTS);
        site.browser().open("/sxsw").await.says("First");

        // Dismissed: the post stays, and the log says who looked.
        let dismiss = topic.organizer.open(REPORTS).await.action_beside("Second", "/dismiss");
        let told = topic.organizer.submit(&dismiss, &[]).await;
        let told = told.redirects_to(REPORTS).header("location").unwrap().to_owned();
        topic.organizer.open(&told).await.says("Second stays as it is: what was reported about it is dismissed.");
        topic.organizer.open("/manage/sxsw/log?kind=verdicts").await
            .says("Op dismissed what was reported about Second").never_says("about Third");
        // Pressed once more, it is not noted again.
        topic.organizer.open(REPORTS).await;
        let (_, fields) = topic.organizer.open("/account").await.form("/account/name");
        topic.organizer.post(&dismiss, &fields).await;
        let log = topic.organizer.open("/manage/sxsw/log").await;
        assert_eq!(log.text().matches("dismissed what was reported").count(), 1);
        topic.organizer.open("/manage").await.says("1 report");
        site.browser().open("/sxsw").await.says("Second");
    }
}

/// The id in the address of a verdict.
fn id(action: &str) -> &str {
    action.split('/').nth(4).expect("a post's id")
}
