//! How everybody reaches a hub's organizers: where they say so, and only there.

use crate::harness::{Browser, Page};

const SETTINGS: &str = "/manage/sxsw/settings";

async fn gives(organizer: &mut Browser, contact: &str) -> Page {
    organizer.open(SETTINGS).await.has_status(200);
    organizer.submit(SETTINGS, &[("contact", contact)]).await
}

fn contacts(page: &Page) -> Vec<String> {
    page.attributes("footer a[rel=ugc]", "href")
}

story! {
    async fn it_stands_wherever_people_are_told_to_ask(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let mut reader = site.browser();
        let spam = topic.ping(&[("url", "http://eve.example/1"), ("title", "Watches")]).await.receipt.unwrap();
        topic.ping(&[("url", "http://ada.example/1"), ("title", "Good")]).await;
        topic.decide("Watches", "spam").await;
        topic.decide("Good", "list").await;
        reader.open("/sxsw").await.never_says("The organizers:").never_says("example.org");
        reader.open(&spam).await.says("write to the organizers").never_says("You reach them at");

        gives(&mut topic.organizer, " mailto:Team@Example.org ").await.redirects_to(SETTINGS);
        topic.organizer.open("/manage/sxsw/log").await.says("changed the hub’s settings: contact");
        let permalink = reader.open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        for path in ["/sxsw", "/sxsw/keynotes", "/sxsw/keynotes/add", "/sxsw/-/add", "/sxsw/-/people",
            "/sxsw/-/stats", "/sxsw?q=good", "/sxsw/-/embed", &permalink, &spam]
        {
            let page = reader.open(path).await;
            assert_eq!(contacts(page.has_status(200)), ["mailto:Team@Example.org"], "{path}");
            page.says("The organizers: Team@Example.org").never_says("operator@example.org");
        }
        let hub = reader.open("/sxsw").await;
        assert_eq!(hub.attributes("aside a[rel=ugc]", "href"), ["mailto:Team@Example.org"]);
        reader.open(&spam).await.says("write to the organizers. You reach them at Team@Example.org.");
        let form = reader.open("/sxsw/keynotes/add?post=http://eve.example/2").await;
        form.says("Did my post arrive?").never_says("You reach them at");
        topic.organizer.open("/manage/sxsw/about").await;
        topic.organizer.submit("/manage/sxsw/about", &[("about", "Who we are.")]).await;
        reader.open("/sxsw/-/about").await.says("Questions? Write to the organizers: Team@Example.org");

        // Whom the form sends to the organizers finds them there.
        topic.organizer.open("/manage/sxsw/rules").await;
        let rule = [("kind", "domain"), ("pattern", "bad.example"), ("action", "refuse"), ("step", "make")];
        topic.organizer.submit("/manage/sxsw/rules", &rule).await.redirects_to("/manage/sxsw/rules");
        reader.open("/sxsw/keynotes/add").await;
        site.advance(crate::harness::seconds(5));
        let typed = [("url", "http://bad.example/1"), ("title", "x"), ("passphrase", "violet-crown")];
        reader.submit("/sxsw/keynotes/add", &typed).await.has_status(422)
            .says("Ask them if that is a mistake. You reach them at Team@Example.org");

        gives(&mut topic.organizer, "harbour.example/team").await.redirects_to(SETTINGS);
        let hub = reader.open("/sxsw").await;
        assert_eq!(contacts(&hub), ["https://harbour.example/team"]);
        hub.says("The organizers: harbour.example/team").never_says("Team@Example.org");
        gives(&mut topic.organizer, "").await.redirects_to(SETTINGS);
        assert!(contacts(&reader.open("/sxsw").await).is_empty());
    }

    async fn what_is_neither_a_mail_nor_a_page_is_said_beside_its_field(site) {
        let mut topic = site.hub("open", "at-once").await;
        for bad in ["call us", "ada@", "javascript:alert(1)", "a@example.org,b@example.org"] {
            let page = gives(&mut topic.organizer, bad).await;
            page.has_status(422).says("Write an e-mail address such as team@example.org");
            assert_eq!(page.attributes("#contact", "value"), [bad]);
        }
        assert!(contacts(&site.browser().open("/sxsw").await).is_empty());
    }

    async fn who_may_not_read_the_hub_is_not_told_it(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let receipt = topic.ping(&[("url", "http://eve.example/1"), ("title", "Watches")]).await.receipt.unwrap();
        topic.decide("Watches", "spam").await;
        gives(&mut topic.organizer, "canary@example.net").await;
        topic.organizer.sets_readers("-", "password").await;
        let mut stranger = site.browser();
        for path in ["/sxsw", "/sxsw/keynotes", "/sxsw/-/about", "/sxsw/nowhere", "/", "/sitemap.xml", "/topics", &receipt] {
            stranger.open(path).await.never_says("canary");
        }
        stranger.open("/sxsw").await;
        stranger.submit("/sxsw/-/read", &[("password", "tell nobody")]).await;
        stranger.open("/sxsw").await.says("canary@example.net");
        topic.organizer.sets_readers("-", "unlisted").await;
        let mut other = site.browser();
        for path in ["/", "/sitemap.xml", "/topics", "/topics/keynotes"] {
            other.open(path).await.never_says("canary");
        }
        other.open("/sxsw").await.says("canary@example.net");
        topic.organizer.open("/operator").await;
        topic.organizer.submit("/operator/hubs/sxsw/suspend", &[]).await;
        for path in ["/sxsw", "/sxsw/keynotes", "/sxsw/keynotes/add", "/sxsw/-/about", &receipt] {
            other.open(path).await.never_says("canary");
        }
    }
}
