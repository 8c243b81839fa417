//! Sessions one by one, and deleting an account with everything that was its owner's.

use crate::harness::{Browser, PASSWORD, Site, everything, file_of, hours};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn sign_in(site: &Site, email: &str, browser: &str) -> Browser {
    let mut other = site.browser();
    other.headers.push(("user-agent", browser.to_owned()));
    other.open("/signin").await;
    other
        .submit("/signin", &[("email", email), ("password", PASSWORD)])
        .await
        .redirects_to("/manage");
    other
}

story! {
    async fn sessions_are_listed_in_words_and_end_one_by_one(site) {
        let mut ada = site.organizer("ada@example.org").await;
        let mut eve = site.organizer("eve@example.org").await;
        site.advance(hours(2));
        let mut fox = sign_in(site, "ada@example.org", FIREFOX).await;
        let page = ada.open("/account").await;
        page.says("Firefox on Linux").says("An unknown browser this one").says("since 11 March 2003, 14:00 UTC")
            .says("last seen 11 March 2003, 16:00 UTC").never_says("Gecko");
        assert_eq!(page.texts(".rows li").len(), 2);
        let all = everything(site);
        assert!(!format!("{all:?}").contains("Gecko"), "only the words are kept");
        let end = page.action_beside("Firefox on Linux", "/end");
        // A session of somebody else's is not there.
        let (_, fields) = eve.open("/account").await.form("/account/name");
        eve.post(&end, &fields).await.has_status(404);
        fox.open("/account").await.has_status(200);
        ada.submit(&end, &[]).await.redirects_to("/account");
        fox.open("/account").await.redirects_to("/signin");
        let page = ada.open("/account").await;
        assert_eq!(page.texts(".rows li").len(), 1);
        let own = page.action_beside("this one", "/end");
        ada.submit(&own, &[]).await.redirects_to("/signin");
        ada.open("/account").await.redirects_to("/signin");
        eve.open("/account").await.has_status(200);
    }

    async fn an_account_goes_with_everything_that_was_its_owners(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.ping(&[("url", "http://blog.example/1"), ("title", "One")]).await;
        let canary = "canary-4711@Example.org";
        // Invited by mail, elsewhere as well, and with a link for a new password on its way.
        topic.organizer.open("/manage/sxsw/members").await;
        topic.organizer.submit("/manage/sxsw/invitations", &[("role", "moderator"), ("email", canary)]).await;
        let mail = site.mail_with("/invite/").await;
        site.advance(hours(1));
        topic.organizer.open("/operator/invitations").await;
        topic.organizer.submit("/operator/invitations", &[("email", canary)]).await.redirects_to("/operator/invitations");
        let mut bird = site.browser();
        bird.open(&crate::harness::link_in(&mail, "/invite/")).await;
        bird.submit("/invite/", &[("name", "Zanzibar Canary"), ("password", PASSWORD)]).await.redirects_to("/manage/sxsw");
        bird.open("/reset").await;
        bird.submit("/reset", &[("email", canary)]).await;
        let action = bird.open("/manage/sxsw").await.action_beside("One", "/verdict");
        bird.submit(&action, &[("verdict", "list")]).await;
        site.settle().await;
        assert!(format!("{:?}", everything(site)).to_lowercase().contains("canary-4711"), "the test looks where it is");
        let mut other = sign_in(site, "canary-4711@example.org", FIREFOX).await;

        bird.open("/account").await.says("Delete my account");
        bird.open("/account/delete").await;
        bird.submit("/account/delete", &[("old_password", PASSWORD), ("confirm", "canary")]).await
            .has_status(422).says("Nothing was deleted");
        bird.submit("/account/delete", &[("old_password", "not the password at all"), ("confirm", canary)]).await
            .has_status(422).says("not your present password");
        bird.submit("/account/delete", &[("old_password", PASSWORD), ("confirm", "Canary-4711@example.org ")]).await
            .redirects_to("/signin");
        bird.open("/signin?done=account").await.says("Your account is deleted");
        other.open("/manage").await.redirects_to("/signin");

        let left = format!("{:?}", everything(site)).to_lowercase();
        for word in ["canary", "zanzibar"] {
            assert!(!left.contains(word), "{word}");
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!left.contains(&hex), "{word} in bytes");
        }
        let file = String::from_utf8_lossy(&file_of(site)).to_lowercase();
        assert!(!file.contains("canary-4711") && !file.contains("zanzibar"));
        // What it decided stays, without a name, and the address is free again.
        site.browser().open("/sxsw").await.says("One");
        topic.organizer.open("/manage/sxsw/decided").await.says("One").never_says("Zanzibar");
        site.advance(hours(1));
        let _again = site.organizer("canary-4711@example.org").await;
    }

    async fn a_sole_owner_hands_over_or_deletes_first(site) {
        let mut operator = site.operator().await;
        let mut ada = site.organizer("ada@example.org").await;
        ada.open("/manage/new").await;
        ada.submit("/manage/new", &[("title", "Ada’s boats"), ("slug", "boats")]).await;
        let page = ada.open("/account/delete").await;
        page.says("Ada’s boats").says("Hand over");
        assert_eq!(page.attributes("main .row a", "href"), ["/manage/boats/members#hand-over", "/manage/boats/settings#delete"]);
        let (_, mut fields) = ada.open("/account").await.form("/account/name");
        fields.extend([("old_password".to_owned(), PASSWORD.to_owned()), ("confirm".to_owned(), "ada@example.org".to_owned())]);
        ada.post("/account/delete", &fields).await.has_status(422).says("You are the only owner of boats");
        ada.open("/manage/boats/settings").await;
        ada.submit("/manage/boats/delete", &[("confirm", "boats")]).await.redirects_to("/manage");
        ada.open("/account/delete").await;
        ada.submit("/account/delete", &[("old_password", PASSWORD), ("confirm", "ada@example.org")]).await
            .redirects_to("/signin");
        operator.open("/operator").await.never_says("ada@example.org");
        // A site keeps its operator.
        operator.open("/account/delete").await.says("only operator");
        let (_, mut fields) = operator.open("/account").await.form("/account/name");
        fields.extend([("old_password".to_owned(), PASSWORD.to_owned()), ("confirm".to_owned(), "operator@example.org".to_owned())]);
        operator.post("/account/delete", &fields).await.has_status(422).says("needs another one first");
    }
}
