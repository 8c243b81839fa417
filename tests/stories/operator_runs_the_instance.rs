//! Approving and suspending, reports, health and metrics, and the headers of every answer.

use backchannel::config::SignUp;

use crate::harness::{Database, Site};

story! {
    async fn a_new_hub_works_but_is_not_shown_around_until_it_is_approved(site) {
        let mut ada = site.organizer("ada@example.org").await;
        ada.open("/manage/new").await;
        ada.submit("/manage/new", &[("title", "Ada’s hub"), ("slug", "sxsw")]).await;
        let topic = site.category(ada, "keynotes", "open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        let mut reader = site.browser();
        let page = reader.open("/sxsw").await;
        page.says("One");
        assert_eq!(page.attributes("meta[name=robots]", "content"), ["noindex, follow"]);
        assert_eq!(reader.open("/sxsw/rss").await.header("x-robots-tag"), Some("noindex"));
        reader.open("/").await.never_says("Ada’s hub");

        let mut operator = site.operator().await;
        operator.open("/operator").await.says("not approved yet").says("ada@example.org");
        operator.submit("/operator/hubs/sxsw/approve", &[]).await.redirects_to("/operator");
        reader.open("/").await.says("Ada’s hub").says("One");
        assert!(reader.open("/sxsw").await.attributes("meta[name=robots]", "content").is_empty());
        assert!(reader.open("/sxsw/rss").await.header("x-robots-tag").is_none());

        operator.open("/operator").await;
        operator.submit("/operator/hubs/sxsw/suspend", &[]).await;
        for path in ["/sxsw", "/sxsw/keynotes", "/sxsw/rss", "/sxsw/keynotes/add"] {
            reader.open(path).await.has_status(410).says("This hub is not shown").never_says("One");
        }
        reader.open("/").await.never_says("Ada’s hub");
        let refused = topic.ping(&[("url", "http://ada.example/2")]).await;
        assert!(refused.message().contains("The hub is suspended"), "{refused:?}");
        operator.open("/operator").await;
        operator.submit("/operator/hubs/sxsw/restore", &[]).await;
        reader.open("/sxsw").await.has_status(200).says("One");
    }

    async fn a_suspended_account_is_out_at_once(site) {
        let mut operator = site.operator().await;
        let mut eve = site.organizer("eve@example.org").await;
        let desk = operator.open("/operator").await;
        let action = desk.action_beside("eve@example.org", "/suspend");
        operator.submit(&action, &[]).await.redirects_to("/operator");
        eve.open("/manage").await.redirects_to("/signin");
        eve.open("/signin").await;
        eve.submit("/signin", &[("email", "eve@example.org"), ("password", crate::harness::PASSWORD)]).await
            .has_status(422).says("do not go together");
        let action = operator.open("/operator").await.action_beside("eve@example.org", "/restore");
        operator.submit(&action, &[]).await;
        eve.open("/signin").await;
        eve.submit("/signin", &[("email", "eve@example.org"), ("password", crate::harness::PASSWORD)]).await
            .redirects_to("/manage");
    }

    async fn a_report_reaches_organizer_and_operator(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://eve.example/1"), ("title", "Not hers")]).await;
        let mut reader = site.browser();
        let permalink = reader.open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        let page = reader.open(&permalink).await;
        page.says("Report this post");
        let report = format!("{permalink}/report");
        reader.open(&report).await;
        reader.submit(&permalink, &[]).await.has_status(422).says("Choose what is wrong");
        reader.submit(&permalink, &[("reason", "not-mine"), ("note", "write to me@example.org")]).await
            .says("Thank you");
        topic.organizer.open("/manage/sxsw/reports").await.says("Its author did not send it").says("write to me@example.org");
        topic.organizer.open("/operator").await.says("Its author did not send it");
        let desk = topic.organizer.open("/manage/sxsw/reports").await;
        let action = desk.action_beside("Not hers", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "not-here")]).await;
        reader.open("/sxsw").await.never_says("Not hers");
        topic.organizer.open("/manage/sxsw/reports").await.says("No report is open.");
        reader.open(&report).await.has_status(404);
    }

    async fn machines_ask_how_it_is(site) {
        let topic = site.hub("passphrase", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1")]).await;
        let mut machine = site.browser();
        assert_eq!(machine.open("/healthz").await.body, "ok\n");
        assert_eq!(machine.open("/readyz").await.body, "ready\n");
        let metrics = machine.open("/metrics").await;
        assert!(metrics.body.contains("pings_total{outcome=\"listed\"} 1"), "{}", metrics.body);
        metrics.never_says("violet");
        machine.open_with("/metrics", &[("x-forwarded-for", "203.0.113.1")]).await.has_status(404);
    }

    async fn every_answer_carries_the_headers(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        let mut reader = site.browser();
        let permalink = reader.open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        for path in ["/", "/sxsw", "/sxsw/keynotes", "/sxsw/rss", "/sxsw/keynotes/add", "/signin", "/reset",
            "/nowhere/at/all", "/manage", "/healthz", "/favicon.ico", permalink.as_str(), "/tb/1"] {
            let page = reader.open(path).await;
            for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"),
                ("cross-origin-opener-policy", "same-origin")] {
                assert_eq!(page.header(name), Some(value), "{path}");
            }
            let policy = page.header("content-security-policy").unwrap_or_default();
            assert!(policy.starts_with("default-src 'none'"), "{path} {policy}");
            assert!(!policy.contains("unsafe"), "{path} {policy}");
            assert!(page.header("referrer-policy").is_some(), "{path}");
        }
        for path in ["/manage", "/manage/sxsw", "/account", "/operator"] {
            let page = topic.organizer.open(path).await;
            assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{path}");
        }
        // Browsers take a 304's headers over into the page that they have: it says nothing of a policy.
        for path in ["/help", "/sxsw", "/sxsw/-/wall?dark"] {
            let page = reader.open(path).await;
            let again = reader.open_with(path, &[("if-none-match", page.header("etag").unwrap())]).await;
            again.has_status(304);
            assert_eq!((again.header("content-security-policy"), again.header("x-frame-options")), (None, None), "{path}");
        }
        // The style block of a hub's accent is let in by its hash, and no other.
        let page = reader.open("/sxsw").await;
        let style = page.one_text("head style");
        use sha2::Digest;
        let hash = data_encoding::BASE64.encode(&sha2::Sha256::digest(style.as_bytes()));
        assert!(page.header("content-security-policy").unwrap().contains(&format!("'sha256-{hash}'")));
    }

    async fn a_wrong_turn_offers_a_way_on(site) {
        let mut reader = site.browser();
        reader.open("/nowhere").await.has_status(404).says("There is no such hub").says("All hubs");
        reader.open("/nowhere/at/all").await.has_status(404).says("There is no such page");
        reader.open("/p/nothing").await.has_status(404).says("This address is cut short");
        reader.open("/r/nothing").await.has_status(404).says("There is no such receipt");
        reader.open("/signup/nothing").await.has_status(404).says("This link does not work any more");
        let wrong = reader.open("/signout").await;
        assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")));
        let big = vec![("url".to_owned(), "x".repeat(20_000))];
        reader.open("/reset").await;
        reader.post("/reset", &big).await.has_status(413).says("That was too much");
        let bytes = reader.post_raw("/reset", &[("origin", &site.base)], vec![0xff; 100]).await;
        assert!(bytes.status == 400 || bytes.status == 403, "{}", bytes.status);
    }
}

#[tokio::test]
async fn sign_up_can_be_closed() {
    let site = Site::start_with(Database::sqlite(), |config| {
        config.accounts.sign_up = Some(SignUp::Closed);
    })
    .await;
    let mut browser = site.browser();
    browser.open("/signup").await.says("given out by whoever runs it");
    let (_, fields) = browser.open("/reset").await.form("/reset");
    browser.post("/signup", &fields).await.has_status(403);
    let mut operator = site.operator().await;
    operator.open("/manage").await.has_status(200);
    assert!(
        backchannel::actions::accounts::set_up_link(&site.app).await.expect("read").is_none(),
        "the link is there until there is an operator"
    );
}

#[tokio::test]
async fn cookies_and_headers_are_strict_where_the_address_is_https() {
    let site = Site::start_with(Database::sqlite(), |config| {
        config.http.address.public_url = Some("https://hubs.example/".parse().expect("a URL"));
    })
    .await;
    // The harness opens paths at the public address: here they are opened where it listens.
    let link = backchannel::actions::accounts::set_up_link(&site.app).await.expect("read");
    assert!(link.expect("a link").starts_with("https://hubs.example/signup/"));
    let mut browser = crate::harness::Browser::new(&site.listens_at());
    let page = browser.open("/signin").await;
    let cookie = page.header("set-cookie").expect("a visit");
    assert!(cookie.starts_with("__Host-backchannel-visit="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(page.header("strict-transport-security").is_some());
    // Links and ping addresses are made from the public URL, whatever the Host header says.
    let lied = [("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    browser.open_with("/", &lied).await.never_says("evil.example");
}
