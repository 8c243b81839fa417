//! What is refused.

use super::*;

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

    async fn one_sender_and_one_host_have_so_many_subscriptions_and_no_more(site) {
        let _topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/rss");
        let mut too_often = 0;
        for n in 0..101 {
            let callback = reader.server.url(&format!("/callback?reader={n}"));
            let fields = [("hub.mode", "subscribe"), ("hub.topic", &reader.topic), ("hub.callback", &callback)];
            let mut answer = send(site, &fields).await;
            if answer.status == 429 && answer.body.contains("often") {
                too_often += 1;
                assert!(answer.header("retry-after").is_some());
                site.advance(minutes(10));
                answer = send(site, &fields).await;
            }
            if n < 100 {
                answer.has_status(202);
            } else {
                answer.has_status(429).says("as many subscriptions");
            }
        }
        assert!(too_often > 2, "thirty at once, and then one in half a minute: {too_often}");
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
