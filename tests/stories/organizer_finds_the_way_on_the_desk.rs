//! Where the desk names things, keeps what was asked for, and says what it does before it does it.

use crate::harness::{Browser, days, hours, minutes};

const KEYS: &str = "/manage/sxsw/keys";

story! {
    async fn what_is_decided_and_what_is_listed_are_told_apart(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "By itself")]).await;
        let decided = topic.organizer.open("/manage/sxsw/decided").await;
        decided.says("No verdicts yet.").never_says("By itself").says("Show: All verdicts");
        assert_eq!(decided.attributes("main a[href$='state=listed']", "href"), ["/manage/sxsw/decided?state=listed"]);
        let listed = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        listed.says("By itself").says("Show: Listed");
        // What sifts a list stands before it.
        for path in ["/manage/sxsw/decided", "/manage/sxsw/log"] {
            let body = topic.organizer.open(path).await.body;
            assert!(body.find("class=\"sift\"") < body.find("<main"), "{path}");
        }
        topic.organizer.open("/manage/sxsw/log").await.says("Log: who did what");
    }

    async fn the_list_of_blogs_stays_as_it_was_asked_for(site) {
        let mut topic = site.hub("open", "all-wait").await;
        for name in ["ada", "eve", "evelyn"] {
            let url = format!("http://{name}.example/");
            topic.ping(&[("url", &url), ("title", name), ("blog_name", name)]).await;
            site.advance(minutes(1));
            topic.decide(name, "list").await;
        }
        let shown = topic.organizer.open("/manage/sxsw/blogs?standing=trusted&q=eve").await;
        shown.says("eve.example").says("evelyn.example").never_says("ada.example");
        let forget = shown.action_beside("evelyn.example", "/forget");
        let back = topic.organizer.submit(&forget, &[]).await;
        let back = back.redirects_to("/manage/sxsw/blogs").header("location").unwrap().to_owned();
        let shown = topic.organizer.open(&back).await;
        shown.says("evelyn.example is new again").never_says("ada.example");
        assert_eq!(shown.attributes("#q", "value"), ["eve"]);
        let back = topic.organizer.submit("/manage/sxsw/blogs/", &[]).await;
        let back = back.header("location").unwrap().to_owned();
        assert!(back.contains("standing=trusted&q=eve&done="), "the undo keeps it, too: {back}");
        let shown = topic.organizer.open(&back).await;
        shown.says("evelyn.example is trusted.").never_says("ada.example");
    }

    async fn a_verdict_on_many_stands_in_the_title_and_is_offered_once(site) {
        let mut topic = site.hub("open", "all-wait").await;
        for n in 0..4 {
            let (url, title) = (format!("http://spam.example/{n}"), format!("Watches {n}"));
            topic.ping(&[("url", &url), ("title", &title)]).await;
            site.advance(minutes(3));
        }
        let queue = topic.organizer.open("/manage/sxsw").await;
        assert_eq!(queue.text().matches("4 wait from spam.example").count(), 1);
        assert_eq!(queue.one_text("title"), "To look at · SXSW 2003");
        let body = &queue.body;
        assert!(body.find("class=\"sift\"") < body.find("<main"));
        let (action, mut fields) = queue.form("/manage/sxsw/bulk");
        fields.push(("verdict".to_owned(), "not-here".to_owned()));
        for id in queue.attributes(".pick input", "value") {
            fields.push(("ping".to_owned(), id));
        }
        let done = topic.organizer.post(&action, &fields).await.header("location").unwrap().to_owned();
        let done = topic.organizer.open(&done).await;
        assert_eq!(done.one_text("title"), "4 posts are now: not here. To look at · SXSW 2003");
    }

    async fn a_form_makes_ping_addresses_once(site) {
        let mut topic = site.hub("open", "at-once").await;
        let (action, mut fields) = topic.organizer.open(KEYS).await.form(KEYS);
        fields.retain(|(name, _)| name != "names");
        fields.push(("names".to_owned(), "Ada\nGrace".to_owned()));
        topic.organizer.post(&action, &fields).await.has_status(200).says("2 ping addresses");
        // The sheet is loaded again: the browser sends the form once more.
        let again = topic.organizer.post(&action, &fields).await;
        let again = again.redirects_to(KEYS).header("location").unwrap().to_owned();
        let list = topic.organizer.open(&again).await;
        list.says("no others were made");
        assert_eq!(list.texts(".rows h2").len(), 2);
        // Another form makes others; so does a program that names no form.
        let other = topic.organizer.open(KEYS).await.attributes("input[name=form]", "value").remove(0);
        fields.retain(|(name, _)| name != "form");
        let mut others = fields.clone();
        others.push(("form".to_owned(), other));
        topic.organizer.post(&action, &others).await.says("2 ping addresses");
        topic.organizer.post(&action, &fields).await.says("2 ping addresses");
        topic.organizer.post(&action, &fields).await.says("2 ping addresses");

        // Revoking says what, and what then, before it does.
        let list = topic.organizer.open(KEYS).await;
        let named = list.attributes(".sure summary", "aria-label");
        assert_eq!(named[0], "Revoke the ping address of Grace");
        assert_eq!(list.texts(".sure button")[0], "Revoke the ping address of Grace");
        list.says("It stops working at once and for good");
    }

    async fn invitations_are_told_apart(site) {
        let mut topic = site.hub("open", "at-once").await;
        for _ in 0..2 {
            topic.organizer.open("/manage/sxsw/members").await;
            topic.organizer.submit("/manage/sxsw/invitations", &[("role", "moderator"), ("email", "")]).await;
            site.advance(hours(1));
        }
        let members = topic.organizer.open("/manage/sxsw/members").await;
        members.says("By a link, made on 11 March 2003, 08:00").says("By a link, made on 11 March 2003, 09:00")
            .says("made by Op").says("works until");
        assert_eq!(members.attributes(".sure summary", "aria-label"), [
            "Take back the link that was made on 11 March 2003, 08:00",
            "Take back the link that was made on 11 March 2003, 09:00",
        ]);
    }

    async fn rules_of_the_site_are_counted_and_not_told(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open("/manage/sxsw/rules").await.never_says("Rules of this site");
        for (pattern, action, day) in [("canary.example", "refuse", "1"), ("other.example", "refuse", ""), ("third.example", "wait", "")] {
            topic.organizer.open("/operator/rules").await;
            let rule = [("kind", "domain"), ("pattern", pattern), ("action", action), ("days", day), ("step", "make")];
            topic.organizer.submit("/operator/rules", &rule).await.redirects_to("/operator/rules");
        }
        topic.organizer.open("/manage/sxsw/rules").await
            .says("Rules of this site").says("2 rules: What they fit is refused").says("1 rule: What they fit waits")
            .never_says("canary.example").says("There are none yet.");
        site.advance(days(2));
        let mut organizer: Browser = site.browser();
        organizer.open("/signin").await;
        let fields = [("email", "operator@example.org"), ("password", crate::harness::PASSWORD)];
        organizer.submit("/signin", &fields).await;
        organizer.open("/manage/sxsw/rules").await.says("1 rule: What they fit is refused");
    }

    async fn a_time_zone_says_what_it_is_for(site) {
        let mut topic = site.hub("open", "at-once").await;
        let new = topic.organizer.open("/manage/new").await;
        new.says("UTC is London’s time in winter");
        assert_eq!(new.attributes("[data-guess-zone]", "id"), ["time_zone"]);
        // What somebody chose stays as it is.
        let back = topic.organizer.submit("/manage/new", &[("title", "")]).await;
        assert!(back.has_status(422).attributes("[data-guess-zone]", "id").is_empty());
        let settings = topic.organizer.open("/manage/sxsw/settings").await;
        assert!(settings.never_says("UTC is London’s").attributes("[data-guess-zone]", "id").is_empty());
    }
}
