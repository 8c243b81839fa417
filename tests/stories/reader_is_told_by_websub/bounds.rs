//! What is refused.

use backchannel::db::{Tx, websub};
use backchannel::model::id::HubId;
use backchannel::model::web_url::{Hosts, WebUrl};
use backchannel::model::websub::{Asked, FeedFormat};

use super::*;
use crate::harness::Database;

story! { with blogs:
    async fn what_is_no_request_is_refused_in_plain_words(site) {
        let _topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/rss");
        let (topic, callback) = (reader.topic.as_str(), reader.callback());
        let long = "x".repeat(1_000);
        let too_long = reader.server.url(&format!("/{long}"));
        let own = format!("{}/sxsw", site.base);
        let secret = "s".repeat(200);
        let with = |more: &[(&'static str, &str)]| {
            let mut fields = vec![("hub.mode", "subscribe".to_owned()), ("hub.topic", topic.to_owned()), ("hub.callback", callback.clone())];
            for (name, value) in more {
                fields.retain(|(this, _)| this != name);
                fields.push((name, (*value).to_owned()));
            }
            fields
        };
        for (fields, status, words) in [
            (with(&[("hub.mode", "")]), 400, "hub.mode"),
            (with(&[("hub.mode", "publish")]), 400, "push themselves"),
            (with(&[("hub.topic", "")]), 400, "hub.topic is missing"),
            (with(&[("hub.callback", "")]), 400, "hub.callback is missing"),
            (with(&[("hub.callback", "mailto:ada@example.org")]), 400, "hub.callback cannot be used"),
            (with(&[("hub.callback", "ada.example/callback")]), 400, "hub.callback cannot be used"),
            (with(&[("hub.callback", &own)]), 400, "an address of this site"),
            (with(&[("hub.callback", &too_long)]), 400, "longer than"),
            (with(&[("hub.secret", &secret)]), 400, "shorter than 200 bytes"),
            (with(&[("hub.lease_seconds", "for ever")]), 400, "a number of seconds"),
            (with(&[("hub.topic", &own)]), 404, "not the address of a public feed"),
        ] {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let refused = send(site, &fields).await;
            assert_eq!(refused.status, status, "{fields:?}");
            assert!(refused.body.contains(words), "{}", refused.body);
        }
        let json = site.browser().post_raw("/websub", &[("content-type", "application/json")], b"{}".to_vec()).await;
        json.has_status(415);
        site.browser().open("/websub").await.redirects_to("/help/readers#websub");
        site.browser().open("/help/readers").await.says("Feeds push themselves");
        assert!(reader.server.asked().is_empty());
    }

    async fn one_sender_and_one_domain_have_so_many_subscriptions_and_no_more(site) {
        let _topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/rss");
        let (mut too_often, mut unanswered) = (0, 0);
        for n in 0..101 {
            let callback = reader.server.url(&format!("/callback?reader={n}"));
            let fields = [("hub.mode", "subscribe"), ("hub.topic", &reader.topic), ("hub.callback", &callback)];
            let mut answer = send(site, &fields).await;
            if answer.body.contains("often") {
                too_often += 1;
                assert!(answer.header("retry-after").is_some());
                site.advance(minutes(15));
                answer = send(site, &fields).await;
            }
            if answer.body.contains("to be asked") {
                unanswered += 1;
                assert_eq!((answer.status, answer.header("retry-after")), (429, Some("3600")));
                site.advance(hours(1));
                for _ in 0..5 {
                    site.settle().await;
                }
                answer = send(site, &fields).await;
            }
            if n < 100 {
                answer.has_status(202);
            } else {
                answer.has_status(429).says("as many subscriptions");
            }
        }
        assert!(too_often > 1, "thirty at once, and then one in half a minute: {too_often}");
        assert!(unanswered > 0, "sixty at once that nobody confirmed");
    }
}

async fn requests_that_nobody_confirms_keep_nobody_out(database: Database) {
    let site = Site::start_with(database, |config| {
        config.unsafe_dial_loopback = true;
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let topic = site.hub("open", "at-once").await;
    let reader = Reader::of(&site, "/sxsw/rss");
    let ask = async |from: &str, callback: &str| {
        let fields: Vec<(String, String)> =
            [("hub.mode", "subscribe"), ("hub.topic", &reader.topic), ("hub.callback", callback)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        site.browser().post_from("/websub", &fields, &[("x-forwarded-for", from)]).await.status
    };
    // One wildcard domain, and an address for each request.
    for n in 0..61_u8 {
        let callback = format!("http://h{n}.evil.example/callback?{n}");
        let expected = if n < 60 { 202 } else { 429 };
        assert_eq!(ask(&format!("203.0.{n}.1"), &callback).await, expected, "{n}");
    }
    let until = site.app.clock.now().plus(hours(1));
    let read = move |c: &mut _| backchannel::db::jobs::count_backlog(c, until, 100);
    assert_eq!(site.app.db.read(read).await.unwrap(), 0, "they are no reason to refuse a ping");
    // Somebody who says yes.
    assert_eq!(ask("198.51.100.1", &reader.callback()).await, 202);
    for _ in 0..5 {
        site.settle().await;
    }
    ping(&topic, 1).await;
    site.settle().await;
    assert_eq!(reader.delivered().len(), 1);
}

#[tokio::test]
async fn requests_that_nobody_confirms_keep_nobody_out_on_sqlite() {
    requests_that_nobody_confirms_keep_nobody_out(Database::sqlite()).await;
}

#[tokio::test]
async fn requests_that_nobody_confirms_keep_nobody_out_on_postgres() {
    let Some(database) = Database::postgres() else { return };
    requests_that_nobody_confirms_keep_nobody_out(database).await;
}

/// A request that leads to a domain that is nearly full.
fn nearly_full(n: usize, topic: &str) -> websub::Request {
    websub::Request {
        across: None,
        category_id: None,
        format: FeedFormat::Rss,
        topic: topic.to_owned(),
        callback: format!("http://127.0.0.1:9/{n}"),
        domain: WebUrl::parse_on("http://127.0.0.1:9/", Hosts::AlsoLoopback)
            .unwrap()
            .registrable_domain()
            .to_owned(),
        sender: vec![],
        print: None,
        asked: Asked::Denied,
        secret: None,
        lease: 0,
    }
}

story! { with blogs:
    async fn those_who_come_at_once_are_counted_one_after_the_other(site) {
        let _topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/rss");
        let (topic, now) = (reader.topic.clone(), site.app.clock.now());
        let fill = move |tx: &mut Tx<'_>| {
            (0..97).try_for_each(|n| websub::ask(tx, HubId(1), &nearly_full(n, &topic), now))
        };
        site.app.db.write(fill).await.unwrap();
        let mut senders = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (mut browser, topic) = (site.browser(), reader.topic.clone());
            let callback = reader.server.url(&format!("/callback?at-once={n}"));
            senders.spawn(async move {
                let fields: Vec<(String, String)> =
                    [("hub.mode", "subscribe".to_owned()), ("hub.topic", topic), ("hub.callback", callback)]
                        .map(|(name, value)| (name.to_owned(), value))
                        .into();
                browser.post_from("/websub", &fields, &[]).await.status
            });
        }
        let answers = senders.join_all().await;
        let taken = answers.iter().filter(|status| **status == 202).count();
        assert_eq!(taken, 3, "{answers:?}");
    }
}

story! {
    async fn callbacks_inside_are_refused_and_never_connected_to(site) {
        let _topic = site.hub("open", "at-once").await;
        let sink = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        sink.set_nonblocking(true).unwrap();
        let port = sink.local_addr().unwrap().port();
        let topic = format!("{}/sxsw/rss", site.base);
        for (callback, status) in [
            (format!("http://127.0.0.1:{port}/cb"), 400),
            (format!("http://localhost:{port}/cb"), 400),
            (format!("http://[::ffff:127.0.0.1]:{port}/cb"), 400),
            (format!("http://2130706433:{port}/cb"), 400),
            (format!("http://user:pw@127.0.0.1:{port}/"), 400),
            ("http://169.254.169.254/latest/meta-data/".to_owned(), 400),
            ("http://10.0.0.1/cb".to_owned(), 400),
            ("http://intranet/cb".to_owned(), 400),
            // Names that lead inside are found out when they are dialled.
            ("http://inside.invalid/cb".to_owned(), 202),
            (format!("http://blog.example:{port}/cb"), 202),
        ] {
            let fields = [("hub.mode", "subscribe"), ("hub.topic", &topic), ("hub.callback", &callback)];
            assert_eq!(send(site, &fields).await.status, status, "{callback}");
        }
        for _ in 0..3 {
            site.settle().await;
            site.advance(minutes(11));
        }
        assert_eq!(sink.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
}
