//! Floods, guesses and forgeries, and whom they leave alone.

use backchannel::config::RateLimits;

use crate::harness::{Database, Site, hours, minutes, seconds};

story! {
    async fn a_flood_from_one_address_is_slowed_and_told_for_how_long(site) {
        let topic = site.hub("open", "all-wait").await;
        let mut stored = 0;
        let mut refused = None;
        for n in 0..8 {
            let url = format!("http://spam.example/{n}");
            let answer = topic.ping(&[("url", &url)]).await;
            if answer.is_stored() { stored += 1 } else { refused = Some(answer) }
        }
        assert_eq!(stored, 5);
        let refused = refused.unwrap();
        assert_eq!(refused.status, 429);
        assert_eq!(refused.retry_after.as_deref(), Some("15"));
        assert_eq!(refused.message(), "You are pinging trackbacks too quickly. Please try again later: in 15 seconds.");
        site.advance(seconds(15));
        assert!(topic.ping(&[("url", "http://ada.example/")]).await.is_stored());
    }

    async fn a_flood_leaves_other_categories_and_those_with_the_passphrase_alone(site) {
        let flooded = site.hub("passphrase", "all-wait").await;
        let bare = flooded.ping_url.strip_suffix("/violet-crown").unwrap().to_owned();
        for n in 0..30 {
            let url = format!("http://spam.example/{n}");
            flooded.ping_at(&bare, &[("url", &url)]).await;
        }
        for n in 0..40 {
            let url = format!("http://ada.example/{n}");
            assert!(flooded.ping(&[("url", &url)]).await.is_stored(), "{n}: a hall shares an address");
        }
    }

    async fn guessing_a_passphrase_ends_after_twenty_tries_an_hour(site) {
        let topic = site.hub("passphrase", "all-wait").await;
        assert!(topic.ping(&[("url", "http://ada.example/before")]).await.is_stored());
        let bare = topic.ping_url.strip_suffix("/violet-crown").unwrap().to_owned();
        let mut judged = 0;
        for n in 0..40 {
            let guess = format!("{bare}/violet-{n:05}");
            let answer = topic.ping_at(&guess, &[("url", "http://eve.example/")]).await;
            assert!(!answer.is_stored());
            judged += u32::from(answer.status == 200);
        }
        assert_eq!(judged, 19, "one was used by the first right one");
        // Whoever proved it before is not touched, even from the same address.
        assert!(topic.ping(&[("url", "http://ada.example/after")]).await.is_stored());
        site.advance(hours(1));
        let again = topic.ping_at(&format!("{bare}/violet-wrong"), &[("url", "http://eve.example/")]).await;
        assert_eq!(again.status, 200);
    }

    async fn a_forged_forwarded_address_changes_nothing(site) {
        let topic = site.hub("open", "all-wait").await;
        let mut stored = 0;
        for n in 0..50_u8 {
            let from = format!("203.0.113.{n}");
            let body = format!("url=http://spam.example/{n}").into_bytes();
            let answer = topic.ping_raw(&topic.ping_url, &[("x-forwarded-for", &from)], body).await;
            stored += u32::from(answer.is_stored());
        }
        assert_eq!(stored, 5);
    }

    async fn markup_and_scripts_are_text(site) {
        let topic = site.hub("open", "at-once").await;
        for (n, payload) in PAYLOADS.iter().enumerate() {
            let url = format!("http://evil.example/{n}");
            let fields = [("url", url.as_str()), ("title", payload), ("excerpt", payload), ("blog_name", payload)];
            assert!(topic.ping(&fields).await.is_stored(), "{payload}");
            site.advance(minutes(10));
        }
        let mut reader = site.browser();
        for path in ["/sxsw", "/sxsw/keynotes", "/"] {
            let page = reader.open(path).await;
            let scripts = page.attributes("script", "src");
            assert_eq!(scripts.len(), page.texts("script").len(), "{path}: none is inline");
            assert!(scripts.iter().all(|src| src.starts_with("/assets/")), "{path}: ours alone");
            // The list has one of its own, which listens for what comes.
            assert_eq!(scripts.len(), if path == "/" { 1 } else { 2 }, "{path}");
            assert!(page.texts("script").iter().all(String::is_empty), "{path}");
            assert!(page.attributes("img, iframe, object, embed, svg a, base, link[rel=import]", "src").is_empty());
            for handler in ["onerror", "onload", "onclick", "onmouseover", "style"] {
                assert!(page.attributes("main *", handler).is_empty(), "{path} {handler}");
            }
            for link in page.attributes("a", "href") {
                assert!(link.starts_with("http") || link.starts_with('/') || link.starts_with('#'), "{link}");
            }
        }
        let feed = reader.open("/sxsw/rss").await.body;
        assert!(!feed.contains("<script") && !feed.contains("<img"), "{feed}");
        rss::Channel::read_from(feed.as_bytes()).unwrap();
    }
}

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "]]><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "{{7*7}} {% raw %}",
    "<style>*{display:none}</style>",
    "<math><mtext></p><img src=x onerror=alert(1)>",
    "\u{202e}evil\u{2066}",
];

#[tokio::test]
async fn a_category_does_not_ping_itself() {
    let site = Site::start_with(Database::sqlite(), |config| {
        config.http.address.public_url = Some("http://hubs.example/".parse().expect("a URL"));
    })
    .await;
    let app = &site.app;
    let gate = seeded_gate(&site).await;
    for own in ["http://hubs.example/sxsw", "https://www.hubs.example/p/x", "HTTP://HUBS.EXAMPLE"] {
        let incoming = backchannel::actions::receive_ping::Incoming::of(
            Some(own.into()),
            backchannel::model::ping::CameBy::Trackback,
            backchannel::limits::AddressBlock::of([192, 0, 2, 1].into()),
        );
        let refused = backchannel::actions::receive_ping::receive(app, &gate, incoming).await;
        let is_own =
            matches!(refused, Err(backchannel::actions::receive_ping::ReceiveError::OwnPage));
        assert!(is_own, "{own}");
    }
}

/// A hub opened without a browser: its public address is not where it listens.
async fn seeded_gate(site: &Site) -> std::sync::Arc<backchannel::app::Gate> {
    use backchannel::actions::{accounts, categories, hubs, resolve};
    let app = &site.app;
    let draft = accounts::AccountDraft {
        email: "op@example.org".into(),
        name: "Op".into(),
        password: crate::harness::PASSWORD.into(),
    };
    let id = accounts::add(app, &draft, true).await.expect("an account");
    let account = app.db.read(move |c| backchannel::db::accounts::find(c, id)).await.expect("read");
    let draft = hubs::HubDraft { title: "SXSW".into(), slug: "sxsw".into(), ..Default::default() };
    let hub = hubs::open(app, &draft, &account.expect("it is there").0).await.expect("a hub");
    let draft = categories::CategoryDraft {
        title: "Keynotes".into(),
        slug: "keynotes".into(),
        ping: "open".into(),
        listing: "all-wait".into(),
        ..Default::default()
    };
    let hub = app.db.read(move |c| backchannel::db::hubs::find(c, hub)).await.unwrap().unwrap();
    categories::open(app, &hub, &draft, None).await.expect("a category");
    let address = resolve::PingAddress::Slugs("sxsw".into(), "keynotes".into());
    resolve::find_gate(app, address).await.expect("read").expect("a gate")
}

#[tokio::test]
async fn limits_can_be_switched_off_for_load_tests() {
    let site = Site::start_with(Database::sqlite(), |config| {
        config.http.rate_limits = RateLimits::Off;
    })
    .await;
    let topic = site.hub("open", "all-wait").await;
    for n in 0..50 {
        let url = format!("http://ada.example/{n}");
        assert!(topic.ping(&[("url", &url)]).await.is_stored());
    }
}

#[tokio::test]
async fn a_full_queue_says_so_and_those_with_the_passphrase_have_a_lane_of_their_own() {
    let site = Site::start_with(Database::sqlite(), |config| {
        config.http.rate_limits = RateLimits::Off;
    })
    .await;
    let topic = site.hub("open", "all-wait").await;
    for n in 0..1_000 {
        let url = format!("http://spam.example/{n}");
        assert!(topic.ping(&[("url", &url)]).await.is_stored(), "{n}");
    }
    let full = topic.ping(&[("url", "http://ada.example/")]).await;
    assert!(full.message().starts_with("Too many posts are waiting"), "{full:?}");
    assert_eq!(full.retry_after.as_deref(), Some("3600"));
}
