//! Members of a hub: inviting them, what they may do, leaving, and handing the hub over.

use crate::harness::{Browser, PASSWORD, Page, Site, days, hours, link_in};

/// The link of an invitation to `/sxsw`, made by this browser.
async fn link(organizer: &mut Browser, role: &str) -> String {
    organizer.open("/manage/sxsw/members").await;
    let page = organizer.submit("/manage/sxsw/invitations", &[("role", role), ("email", "")]).await;
    page.has_status(200).says("It works once");
    let link = page.one_text(".copy code");
    link[link.find("/invite/").expect("a link")..].to_owned()
}

/// A member of `/sxsw`, invited by this browser.
async fn member(site: &Site, organizer: &mut Browser, email: &str, role: &str) -> Browser {
    let link = link(organizer, role).await;
    let mut invited = site.organizer(email).await;
    invited.open(&link).await.says("SXSW 2003").says("invites you to be");
    invited.submit("/invite/", &[]).await.redirects_to("/manage/sxsw");
    invited
}

/// Presses a button of the member of this name.
async fn press(by: &mut Browser, email: &str, ending: &str, fields: &[(&str, &str)]) -> Page {
    let action = by.open("/manage/sxsw/members").await.action_beside(email, ending);
    by.submit(&action, fields).await
}

story! {
    async fn a_link_makes_a_moderator_of_somebody_with_an_account(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        let link = link(&mut topic.organizer, "moderator").await;
        topic.organizer.open("/manage/sxsw/members").await.never_says(&link).says("By a link").says("moderator");

        let mut bob = site.organizer("bob@example.org").await;
        bob.open("/manage/sxsw").await.has_status(404);
        bob.open("/manage").await;
        bob.submit("/signout", &[]).await;
        // Signed out: the page says what it is, and the way leads through the sign-in page back.
        let page = bob.open(&link).await;
        page.says("Op invites you to be a moderator of this hub").says("Look at the posts that wait");
        let way = page.attributes("main a.btn", "href").remove(0);
        bob.open(&way).await;
        bob.submit("/signin", &[("email", "bob@example.org"), ("password", PASSWORD)]).await.redirects_to(&link);
        bob.open(&link).await.says("Accept as Ada");
        bob.submit("/invite/", &[]).await.redirects_to("/manage/sxsw");

        // A moderator moderates, and changes neither settings nor members.
        let action = bob.open("/manage/sxsw").await.action_beside("One", "/verdict");
        bob.submit(&action, &[("verdict", "list")]).await;
        site.browser().open("/sxsw").await.says("One");
        bob.open("/manage/sxsw/settings").await.has_status(404);
        let page = bob.open("/manage/sxsw/members").await;
        page.says("owner").never_says("operator@example.org").never_says("Invite somebody");
        topic.organizer.open("/manage/sxsw/members").await.says("bob@example.org");

        // The link works once.
        site.browser().open(&link).await.has_status(404).says("This link does not work any more");
        let mut eve = site.organizer("eve@example.org").await;
        let (_, fields) = eve.open("/account").await.form("/account/name");
        eve.post(&link, &fields).await.has_status(404);
        eve.open("/manage/sxsw").await.has_status(404);
    }

    async fn a_mailed_invitation_opens_an_account_and_is_accepted_with_it(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open("/manage/sxsw/members").await;
        topic.organizer.submit("/manage/sxsw/invitations", &[("role", "organizer"), ("email", "carol@example.org")]).await
            .redirects_to("/manage/sxsw/members");
        let mail = site.mails().await.pop().expect("an invitation");
        assert!(mail.contains("carol@example.org") && mail.contains("SXSW 2003"), "{mail}");
        assert!(mail.contains("Subject: You are invited to help run a hub on Backchannel"), "{mail}");
        topic.organizer.open("/manage/sxsw/members").await.says("carol@example.org");
        let mut carol = site.browser();
        carol.open(&link_in(&mail, "/invite/")).await.says("carol@example.org").says("an organizer of this hub");
        carol.submit("/invite/", &[("name", "Carol"), ("password", "short")]).await.has_status(422)
            .says("at least 15 characters");
        carol.submit("/invite/", &[("name", "Carol"), ("password", PASSWORD), ("email", "other@example.org")]).await
            .redirects_to("/manage/sxsw");
        carol.open("/manage/sxsw?joined=yes").await.says("You are now an organizer of SXSW 2003.");
        carol.open("/account").await.says("carol@example.org");
        carol.open("/manage/sxsw/settings").await.has_status(200);
        carol.open("/manage/sxsw/members").await.never_says("By a link").never_says("Hand the hub over");
        // The same person is not invited twice, and nobody twice in a quarter of an hour.
        let mut again = async |email| {
            topic.organizer.open("/manage/sxsw/members").await;
            topic.organizer.submit("/manage/sxsw/invitations", &[("role", "moderator"), ("email", email)]).await
        };
        again("dan@example.org").await.redirects_to("/manage/sxsw/members");
        again("Dan@example.org").await.has_status(422).says("mailed a few minutes ago");
        again("not an address").await.has_status(422).says("write it like ada@example.org");
        site.advance(hours(1));
        again("Carol@Example.org").await.has_status(422).says("is a member already");
    }

    async fn a_link_for_a_newcomer_confirms_their_address_first(site) {
        let mut topic = site.hub("open", "at-once").await;
        let link = link(&mut topic.organizer, "moderator").await;
        let mut eve = site.browser();
        eve.open(&link).await;
        let page = eve.submit("/invite/", &[("email", "dan@example.org")]).await;
        page.says("Check your mail");
        let mail = site.mails().await.pop().expect("a mail");
        let mut dan = site.browser();
        dan.open(&link_in(&mail, "/signup/")).await.says("your invitation is accepted with it");
        dan.submit("/signup/", &[("name", "Dan"), ("password", PASSWORD)]).await.redirects_to("/manage/sxsw");
        dan.open("/manage/sxsw?joined=yes").await.says("You are now a moderator of SXSW 2003.");
        topic.organizer.open("/manage/sxsw/log").await.says("joined as moderator");
        eve.open(&link).await.has_status(404);
    }

    async fn who_has_an_account_already_is_led_back_to_the_invitation(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut bob = site.organizer("bob@example.org").await;
        bob.open("/manage").await;
        bob.submit("/signout", &[]).await;
        site.advance(hours(1));
        let link = link(&mut topic.organizer, "moderator").await;
        bob.open(&link).await;
        bob.submit(&format!("{link}/signup"), &[("email", "bob@example.org")]).await.says("Check your mail");
        let mail = site.mail_with("/signin").await.replace("=\r\n", "").replace("=3D", "=");
        assert!(mail.contains("There is one already."), "{mail}");
        assert!(mail.contains(&format!("{}{link}", site.base)), "{mail}");
        let sign_in = link_in(&mail, "/signin");
        bob.open(&sign_in).await;
        bob.submit("/signin", &[("email", "bob@example.org"), ("password", PASSWORD)]).await.redirects_to(&link);
        bob.open(&link).await;
        bob.submit("/invite/", &[]).await.redirects_to("/manage/sxsw");
        // Who only signs up once more is led nowhere else.
        site.advance(hours(1));
        let mut again = site.browser();
        again.open("/signup").await;
        again.submit("/signup", &[("email", "bob@example.org")]).await;
        let mail = site.mails().await.pop().unwrap();
        assert!(mail.contains("There is one already.") && !mail.contains("invitation"), "{mail}");
    }

    async fn invitations_are_taken_back_and_run_out(site) {
        let mut topic = site.hub("open", "at-once").await;
        let first = link(&mut topic.organizer, "organizer").await;
        let mut dan = site.browser();
        dan.open(&first).await;
        dan.submit("/invite/", &[("email", "dan@example.org")]).await.says("Check your mail");
        let mail = site.mails().await.pop().expect("a mail");
        topic.organizer.open("/manage/sxsw/members").await;
        topic.organizer.submit("/manage/sxsw/invitations/", &[]).await.redirects_to("/manage/sxsw/members");
        topic.organizer.open("/manage/sxsw/members?done=revoked").await.says("is taken back");
        dan.open(&first).await.has_status(404);
        dan.open(&link_in(&mail, "/signup/")).await.has_status(404);

        let second = link(&mut topic.organizer, "organizer").await;
        site.advance(days(6));
        site.browser().open(&second).await.has_status(200);
        site.advance(days(2));
        site.browser().open(&second).await.has_status(404);
    }

    async fn whoever_begins_the_hub_again_owns_the_new_one_and_can_take_it_back(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut bob = member(site, &mut topic.organizer, "bob@example.org", "organizer").await;
        bob.open("/manage/sxsw/next").await;
        let begun = bob.submit("/manage/sxsw/next", &[("slug", "sxsw-2004")]).await;
        begun.redirects_to("/manage/sxsw-2004/categories");
        topic.organizer.open("/manage/sxsw-2004/members").await.has_status(200).says("bob@example.org");
        bob.open("/manage/sxsw-2004/settings").await;
        bob.submit("/manage/sxsw-2004/delete", &[("confirm", "sxsw-2004")]).await.has_status(303);
        site.browser().open("/sxsw-2004").await.has_status(410);
    }

    async fn who_may_invite_no_more_takes_their_invitations_with_them(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut bob = member(site, &mut topic.organizer, "bob@example.org", "organizer").await;
        let first = link(&mut bob, "organizer").await;
        site.browser().open(&first).await.has_status(200);
        press(&mut topic.organizer, "bob@example.org", "/role", &[("role", "moderator")]).await
            .redirects_to("/manage/sxsw/members");
        site.browser().open(&first).await.has_status(404);
        bob.open("/manage/sxsw/settings").await.has_status(404);
        bob.open("/manage/sxsw").await.has_status(200);

        press(&mut topic.organizer, "bob@example.org", "/role", &[("role", "organizer")]).await;
        let second = link(&mut bob, "moderator").await;
        press(&mut topic.organizer, "bob@example.org", "/remove", &[]).await.redirects_to("/manage/sxsw/members");
        site.browser().open(&second).await.has_status(404);
        bob.open("/manage/sxsw").await.has_status(404);
        bob.open("/manage").await.never_says("SXSW 2003");
    }

    async fn a_hub_always_has_an_owner_and_can_be_handed_over(site) {
        let mut topic = site.hub("open", "at-once").await;
        let page = topic.organizer.open("/manage/sxsw/members").await;
        page.says("A hub has an owner").never_says("/manage/sxsw/leave");
        let (_, fields) = page.form("/manage/sxsw/invitations");
        topic.organizer.post("/manage/sxsw/leave", &fields).await.has_status(422).says("hand it over before you leave");

        let mut bob = member(site, &mut topic.organizer, "bob@example.org", "organizer").await;
        let members = topic.organizer.open("/manage/sxsw/members").await;
        let ids = members.attributes("input[name=member]", "value");
        let [to] = ids.as_slice() else { panic!("{ids:?}") };
        // Organizers change neither the owner nor who owns it.
        let (_, hers) = bob.open("/manage/sxsw/members").await.form("/manage/sxsw/invitations");
        let mut forged = hers.clone();
        forged.extend([("member".to_owned(), to.clone()), ("confirm".to_owned(), "sxsw".to_owned())]);
        bob.post("/manage/sxsw/hand-over", &forged).await.has_status(404);
        let owner = "1";
        for verb in ["role", "remove"] {
            let mut fields = hers.clone();
            fields.retain(|(name, _)| name != "role");
            fields.push(("role".to_owned(), "moderator".to_owned()));
            bob.post(&format!("/manage/sxsw/members/{owner}/{verb}"), &fields).await.has_status(404);
        }
        // Nobody is made owner but by handing over.
        let (_, mut fields) = members.form("/manage/sxsw/invitations");
        fields.retain(|(name, _)| name != "role");
        fields.push(("role".to_owned(), "owner".to_owned()));
        topic.organizer.post(&format!("/manage/sxsw/members/{to}/role"), &fields).await.has_status(404);
        topic.organizer.post("/manage/sxsw/invitations", &fields).await.has_status(422).says("Choose what they may do");

        topic.organizer.open("/manage/sxsw/members").await;
        topic.organizer.submit("/manage/sxsw/hand-over", &[("member", to), ("confirm", "sxxw")]).await
            .has_status(422).says("Type sxsw");
        topic.organizer.submit("/manage/sxsw/hand-over", &[("confirm", "sxsw")]).await
            .has_status(422).says("Choose who is to be the owner");
        topic.organizer.submit("/manage/sxsw/hand-over", &[("member", to), ("confirm", "sxsw")]).await
            .redirects_to("/manage/sxsw/members");
        bob.open("/manage/sxsw/settings").await.says("Delete the hub");
        topic.organizer.open("/manage/sxsw/settings").await.has_status(200).never_says("Delete the hub");
        topic.organizer.open("/manage/sxsw/members").await;
        topic.organizer.submit("/manage/sxsw/leave", &[]).await.redirects_to("/manage");
        topic.organizer.open("/manage/sxsw").await.has_status(404);
        bob.open("/manage/sxsw/members").await.never_says("operator@example.org").says("A hub has an owner");
    }

    async fn a_hub_invites_twenty_an_hour(site) {
        let mut topic = site.hub("open", "at-once").await;
        for _ in 0..20 {
            link(&mut topic.organizer, "moderator").await;
        }
        topic.organizer.open("/manage/sxsw/members").await;
        topic.organizer.submit("/manage/sxsw/invitations", &[("role", "moderator")]).await.has_status(429);
        site.advance(hours(1));
        link(&mut topic.organizer, "moderator").await;
    }
}
