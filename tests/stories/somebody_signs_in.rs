//! Signing in, passwords, sessions, and what a stranger cannot find out.

use crate::harness::{Browser, PASSWORD, Site, hours, link_in, minutes, seconds};

async fn sign_in(browser: &mut Browser, email: &str, password: &str) -> crate::harness::Page {
    browser.open("/signin").await;
    browser.submit("/signin", &[("email", email), ("password", password)]).await
}

fn session(browser: &Browser) -> Option<&String> {
    browser.cookies.get("backchannel")
}

async fn is_in(browser: &mut Browser) -> bool {
    browser.open("/manage").await.status == 200
}

/// Signs in until the free tries are used up.
async fn guess(site: &Site, email: &str, times: usize) -> crate::harness::Page {
    let mut eve = site.browser();
    let mut last = eve.open("/signin").await;
    for _ in 0..times {
        last = sign_in(&mut eve, email, "not the password at all").await;
        site.advance(seconds(6));
    }
    last
}

story! {
    async fn out_and_in_again(site) {
        let mut ada = site.organizer("ada@example.org").await;
        let old = session(&ada).unwrap().clone();
        ada.open("/manage").await;
        ada.submit("/signout", &[]).await.redirects_to("/signin");
        assert!(session(&ada).is_none());
        let mut thief = site.browser();
        thief.cookies.insert("backchannel".into(), old);
        thief.open("/manage").await.redirects_to("/signin");

        ada.open("/manage/sxsw/settings").await.redirects_to("/signin");
        let page = ada.open("/signin?next=/manage/sxsw/settings").await;
        page.has_status(200);
        ada.submit("/signin", &[("email", "ADA@example.org "), ("password", PASSWORD)]).await
            .redirects_to("/manage/sxsw/settings");
        assert!(is_in(&mut ada).await);
    }

    async fn a_session_has_its_time(site) {
        let mut ada = site.organizer("ada@example.org").await;
        site.advance(hours(7));
        assert!(is_in(&mut ada).await);
        site.advance(hours(2));
        assert!(!is_in(&mut ada).await, "eight hours are over");
        ada.open("/signin").await;
        ada.submit("/signin", &[("email", "ada@example.org"), ("password", PASSWORD), ("remember", "1")]).await
            .redirects_to("/manage");
        for _ in 0..4 {
            site.advance(hours(6 * 24));
            assert!(is_in(&mut ada).await, "used within the week");
        }
        site.advance(hours(7 * 24));
        assert!(!is_in(&mut ada).await, "thirty days are over");
    }

    async fn a_cookie_that_was_planted_never_becomes_a_session(site) {
        let _ada = site.organizer("ada@example.org").await;
        let mut victim = site.browser();
        victim.cookies.insert("backchannel".into(), "planted".into());
        sign_in(&mut victim, "ada@example.org", PASSWORD).await.redirects_to("/manage");
        assert_ne!(session(&victim).unwrap(), "planted");
        let page = victim.open("/manage").await;
        page.has_status(200);
    }

    async fn all_sessions_end_at_once(site) {
        let mut here = site.organizer("ada@example.org").await;
        let mut there = site.browser();
        sign_in(&mut there, "ada@example.org", PASSWORD).await.redirects_to("/manage");
        assert_eq!(here.open("/account").await.texts(".rows li").len(), 2, "both browsers are listed");
        here.submit("/account/signout-everywhere", &[]).await.redirects_to("/signin");
        assert!(!is_in(&mut there).await);

        sign_in(&mut here, "ada@example.org", PASSWORD).await;
        sign_in(&mut there, "ada@example.org", PASSWORD).await;
        here.open("/account").await;
        here.submit("/account/password", &[("old_password", "wrong wrong wrong wrong"), ("password", "another set of ordinary words")]).await
            .has_status(422).says("This is not your present password.");
        here.submit("/account/password", &[("old_password", PASSWORD), ("password", "too short")]).await
            .has_status(422).says("at least 15 characters");
        here.submit("/account/password", &[("old_password", PASSWORD), ("password", "another set of ordinary words")]).await
            .redirects_to("/signin");
        assert!(!is_in(&mut here).await && !is_in(&mut there).await);
        sign_in(&mut here, "ada@example.org", PASSWORD).await.has_status(422);
        sign_in(&mut here, "ada@example.org", "another set of ordinary words").await.redirects_to("/manage");
    }

    async fn a_forgotten_password(site) {
        let mut ada = site.organizer("ada@example.org").await;
        site.advance(minutes(20));
        let before = site.mails().await.len();
        let mut browser = site.browser();
        browser.open("/reset").await;
        let known = browser.submit("/reset", &[("email", "ada@example.org")]).await;
        browser.open("/reset").await;
        let unknown = browser.submit("/reset", &[("email", "bob@example.org")]).await;
        assert_eq!(known.text().replace("ada@", "bob@"), unknown.text(), "nobody learns who has an account");
        let mails = site.mails().await;
        assert_eq!(mails.len(), before + 1);
        let mail = mails.last().unwrap();
        assert!(mail.contains("To: ada@example.org") && mail.contains("Choose a new Backchannel password"), "{mail}");

        let link = link_in(mail, "/reset/");
        browser.open(&link).await.says("Choose a new password");
        browser.submit("/reset/", &[("password", "a brand new set of words")]).await.redirects_to("/signin");
        assert!(!is_in(&mut ada).await, "every session has ended");
        sign_in(&mut browser, "ada@example.org", "a brand new set of words").await.redirects_to("/manage");
        browser.open(&link).await.has_status(404).says("This link does not work any more");
    }

    async fn a_link_in_a_mail_works_for_an_hour_and_a_new_one_replaces_it(site) {
        let _ada = site.organizer("ada@example.org").await;
        site.advance(minutes(20));
        let mut browser = site.browser();
        let mut ask = async || {
            browser.open("/reset").await;
            browser.submit("/reset", &[("email", "ada@example.org")]).await.says("Check your mail");
            link_in(site.mails().await.last().unwrap(), "/reset/")
        };
        let first = ask().await;
        assert_eq!(ask().await, first, "one mail in a quarter of an hour is enough");
        site.advance(minutes(16));
        let second = ask().await;
        assert_ne!(first, second);
        browser.open(&first).await.has_status(404);
        browser.open(&second).await.has_status(200);
        site.advance(minutes(61));
        browser.open(&second).await.has_status(404);
    }

    async fn signing_up_twice_tells_only_the_mailbox(site) {
        let _ada = site.organizer("ada@example.org").await;
        let mut eve = site.browser();
        eve.open("/signup").await;
        site.advance(minutes(20));
        let page = eve.submit("/signup", &[("email", "Ada@example.org")]).await;
        page.says("Check your mail");
        let mail = site.mails().await.pop().unwrap();
        assert!(mail.contains("You already have a Backchannel account"), "{mail}");
        assert!(!mail.contains("/signup/"), "{mail}");
        eve.open("/signup").await;
        eve.submit("/signup", &[("email", "not an address")]).await.has_status(422)
            .says("write it like ada@example.org");
    }

    async fn a_stranger_learns_nothing_from_wrong_pairs(site) {
        let _ada = site.organizer("ada@example.org").await;
        let mut eve = site.browser();
        let known = sign_in(&mut eve, "ada@example.org", "not the password at all").await;
        let unknown = sign_in(&mut eve, "bob@example.org", "not the password at all").await;
        known.has_status(422).says("do not go together");
        assert_eq!(known.text(), unknown.text());
    }

    async fn guessing_takes_longer_and_longer_and_does_not_lock_the_owner_out(site) {
        let mut ada = site.organizer("ada@example.org").await;
        ada.open("/manage").await;
        ada.submit("/signout", &[]).await;
        for _ in 0..4 {
            guess(site, "ada@example.org", 4).await;
            site.advance(minutes(2));
        }
        let last = guess(site, "ada@example.org", 3).await;
        last.says("Too many wrong passwords");
        let mut stranger = site.browser();
        sign_in(&mut stranger, "ada@example.org", PASSWORD).await.has_status(422)
            .says("Too many wrong passwords");
        // The device that signed in before is counted apart.
        sign_in(&mut ada, "ada@example.org", PASSWORD).await.redirects_to("/manage");
        site.advance(minutes(16));
        sign_in(&mut stranger, "ada@example.org", PASSWORD).await.redirects_to("/manage");
    }

    async fn a_form_of_another_site_is_refused(site) {
        let mut topic = site.hub("open", "at-once").await;
        let (path, fields) = topic.organizer.open("/manage/sxsw/settings").await.form("/manage/sxsw/close");
        let evil = "https://evil.example";
        let own = site.base.clone();
        for headers in [
            vec![("origin", evil)],
            vec![("origin", "null")],
            vec![("origin", evil), ("sec-fetch-site", "cross-site")],
            vec![("origin", own.as_str()), ("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "none")],
            vec![],
        ] {
            topic.organizer.post_from(&path, &fields, &headers).await.has_status(403);
        }
        let without: Vec<(String, String)> = vec![("csrf".into(), "made-up".into())];
        topic.organizer.post(&path, &without).await.has_status(403).says("This form was open for too long");
        // Somebody else's token is no token of mine.
        let mut eve = site.organizer("eve@example.org").await;
        let (_, hers) = eve.open("/account").await.form("/account/name");
        topic.organizer.post(&path, &hers).await.has_status(403);
        site.browser().open("/sxsw").await.never_says("kept for reading");
        // Plain http without Sec-Fetch headers: Origin decides.
        topic.organizer.post_from(&path, &fields, &[("origin", &own)]).await.redirects_to("/manage/sxsw/settings");
    }

    async fn ping_addresses_are_blind_to_cookies(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let bare = topic.ping_url.strip_suffix("/violet-crown").unwrap().to_owned();
        let with = topic.organizer.post_raw(&bare, &[], b"url=http://ada.example/".to_vec()).await;
        let without = site.browser().post_raw(&bare, &[], b"url=http://ada.example/".to_vec()).await;
        assert_eq!(with.body, without.body);
        assert!(with.header("set-cookie").is_none());
    }

    async fn public_pages_set_no_cookies_and_are_the_same_for_everyone(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        for path in ["/", "/sxsw", "/sxsw/keynotes", "/sxsw/rss", "/help"] {
            let mine = topic.organizer.open(path).await;
            let theirs = site.browser().open(path).await;
            assert_eq!(mine.body, theirs.body, "{path}");
            assert!(theirs.header("set-cookie").is_none(), "{path}");
        }
    }
}
