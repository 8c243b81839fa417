//! Strangers name the addresses that are read: none of them may lead inside.
//!
//! This site runs as in production, without `--unsafe-dial-loopback`. The table of addresses and
//! the rebinding resolvers are beside the code, in `src/fetch/tests`.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Something on this machine that counts who comes.
struct Sink {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Sink {
    fn on(address: &str) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let port = listener.local_addr().unwrap().port();
        let visits: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&visits);
        std::thread::spawn(move || {
            for _visit in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, visits }
    }
}

story! {
    async fn whatever_way_an_address_comes_nothing_inside_is_ever_connected_to(site) {
        let mut topic = site.hub("open", "at-once").await;
        let sinks = [Sink::on("127.0.0.1:0"), Sink::on("[::1]:0")];
        let (v4, v6) = (sinks[0].port, sinks[1].port);
        let addresses = [
            format!("http://127.0.0.1:{v4}/"),
            format!("http://localhost:{v4}/"),
            format!("http://[::1]:{v6}/"),
            format!("http://[::ffff:127.0.0.1]:{v4}/"),
            format!("http://2130706433:{v4}/"),
            format!("http://0x7f.1:{v4}/"),
            format!("http://0177.0.0.1:{v4}/"),
            format!("http://127.1:{v4}/"),
            format!("http://0.0.0.0:{v4}/"),
            format!("http://user:pw@127.0.0.1:{v4}/"),
            format!("http://１２７.０.０.１:{v4}/"),
            format!("http://localhost.:{v4}/"),
            format!("http://sub.localhost:{v4}/"),
            format!("gopher://127.0.0.1:{v4}/_x"),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "http://10.0.0.1/".to_owned(),
            "http://intranet/".to_owned(),
            "http://metadata.google.internal/".to_owned(),
        ];
        let desk = "/manage/sxsw/feeds";
        for address in &addresses {
            topic.organizer.open(desk).await;
            topic.organizer.submit(desk, &[("url", address)]).await.has_status(422);
        }
        for address in &addresses {
            topic.mention(address, &topic.page()).await.has_status(400);
            let fault = topic.call("pingback.ping", &[address, &topic.page()]).await;
            assert!(fault.body.contains("<int>16</int>") || fault.body.contains("<int>49</int>"), "{}", fault.body);
            topic.call("weblogUpdates.ping", &["x", address]).await.has_status(200);
            topic.call("weblogUpdates.extendedPing", &["x", "http://ada.example/", address, address]).await;
            assert!(!topic.ping(&[("url", address), ("title", "x")]).await.is_stored(), "{address}");
            let add = "/sxsw/keynotes/add";
            let mut browser = site.browser();
            browser.open(add).await;
            browser.submit(add, &[("url", address), ("step", "fetch")]).await.has_status(422);
            site.settle().await;
            // So much is said in an hour by an honest sender.
            site.advance(std::time::Duration::from_secs(7_200));
        }
        for sink in &sinks {
            assert_eq!(sink.visits.load(Ordering::SeqCst), 0);
        }
        // The sinks do notice.
        TcpStream::connect(("127.0.0.1", v4)).unwrap();
        while sinks[0].visits.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
    }

    async fn a_name_that_is_refused_reads_like_one_that_nobody_answers(site) {
        let topic = site.hub("open", "at-once").await;
        let mut said = Vec::new();
        // The zone `.invalid` is refused, the other name has no address.
        for source in ["http://inside.invalid/", "http://no-such-name.example.org/"] {
            let receipt = topic.receipt_of(&topic.mention(source, &topic.page()).await);
            site.settle().await;
            let page = site.browser().open(&receipt).await;
            let host = source.trim_start_matches("http://").trim_end_matches('/');
            let told = page.one_text(".steps li:nth-child(2) p:nth-of-type(1)");
            assert!(told.starts_with(&format!("Nothing that can be read came from {host}.")), "{told}");
            said.push(told.replace(host, "it"));
        }
        assert_eq!(said[0], said[1]);
    }
}
