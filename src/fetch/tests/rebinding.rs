//! Names that change their answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::servers::{Server, Sink, page, redirect};
use super::*;

/// A resolver that answers each time with the next of these, round and round; and how often it
/// was asked.
fn turning(answers: Vec<Vec<SocketAddr>>) -> (Resolver, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let resolver = Resolver::scripted(move |_name| {
        let turn = count.fetch_add(1, Ordering::SeqCst);
        Some(answers[turn % answers.len()].clone())
    });
    (resolver, asked)
}

#[tokio::test]
async fn a_thousand_alternations_never_reach_loopback() {
    let sink = Sink::new();
    let (resolver, asked) = turning(vec![addresses(&[PUBLIC]), sink.addresses()]);
    let (fetcher, dialled) = recorded(setup(Dial::PublicOnly, resolver), None);
    for turn in 0..1_000 {
        let error = fetcher.get(&Get::page(&url("http://rebinding.example.org/"))).await;
        match (turn % 2, error.unwrap_err()) {
            (0, FetchError::Unreachable(_)) | (1, FetchError::Refused(Refusal::NotPublic)) => (),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1_000, "each fetch asks once");
    assert_eq!(taken(&dialled), vec![addresses(&["93.184.216.34:80"])[0]; 500]);
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn an_answer_with_loopback_in_it_is_refused_whole() {
    let sink = Sink::new();
    for position in 0..2 {
        let mut answer = sink.addresses();
        answer.insert(position, addresses(&[PUBLIC])[0]);
        let (resolver, _asked) = turning(vec![answer]);
        let fetcher = fetcher(setup(Dial::PublicOnly, resolver));
        for _ in 0..500 {
            let error = fetcher.get(&Get::page(&url("http://mixed.example.org/"))).await;
            assert!(matches!(error, Err(FetchError::Refused(Refusal::NotPublic))));
        }
    }
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn the_name_is_asked_for_once_a_hop_and_sent_along() {
    let server = Server::start(|path| match path {
        "/" => redirect(302, "/next"),
        _ => page("hello"),
    })
    .await;
    // Were the name asked for again before it is dialled, the second answer would be dialled.
    let (resolver, asked) = turning(vec![vec![server.address]]);
    let fetcher = fetcher(setup(Dial::UnsafeLoopback, resolver));
    let fetched = fetcher.get(&Get::page(&url("http://ada.example/"))).await.unwrap();
    assert_eq!(fetched.body, b"hello");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert!(server.heads().iter().all(|head| head.contains("\r\nhost: ada.example\r\n")));
}

#[tokio::test]
async fn a_redirect_is_judged_by_a_fresh_answer() {
    let server = Server::start(|_path| redirect(302, "/again")).await;
    let inside = addresses(&["10.0.0.1:80"]);
    let (resolver, _asked) = turning(vec![vec![server.address], inside]);
    let fetcher = fetcher(setup(Dial::UnsafeLoopback, resolver));
    let error = fetcher.get(&Get::page(&url("http://ada.example/"))).await.unwrap_err();
    assert!(matches!(error, FetchError::Refused(Refusal::NotPublic)));
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test]
async fn the_hubs_own_addresses_are_remembered_for_a_while() {
    let own_name = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&own_name);
    let resolver = Resolver::scripted(move |name| match name {
        "hub.example.org" if count.fetch_add(1, Ordering::SeqCst) == 0 => {
            Some(addresses(&["45.33.32.156:0"]))
        }
        "hub.example.org" => Some(Vec::new()),
        _ => Some(addresses(&["45.33.32.156:0"])),
    });
    let own = Own::new(&url("https://hub.example.org"), "127.0.0.1:8080".parse().unwrap());
    let (fetcher, dialled) = recorded(Setup { own, ..setup(Dial::PublicOnly, resolver) }, None);
    let alias = url("http://alias.example.org/");
    for minutes in [0, 4, 8] {
        fetcher.0.dialer.clock.set(Timestamp::from_micros(minutes * 60_000_000));
        let error = fetcher.get(&Get::page(&alias)).await.unwrap_err();
        assert!(matches!(error, FetchError::Refused(Refusal::Own)), "{minutes}: {error:?}");
    }
    assert_eq!(own_name.load(Ordering::SeqCst), 2, "asked again after five minutes");
    assert_eq!(taken(&dialled), []);
}

#[tokio::test]
async fn addresses_that_other_blogs_share_are_dialled_and_the_name_is_not() {
    let resolver = Resolver::scripted(|_name| Some(addresses(&["45.33.32.156:0"])));
    let own = Own::new(&url("https://hub.example.org"), "127.0.0.1:8080".parse().unwrap());
    let own = own.behind_shared_addresses();
    let (fetcher, dialled) = recorded(Setup { own, ..setup(Dial::PublicOnly, resolver) }, None);
    fetcher.get(&Get::page(&url("http://blog.example.org/"))).await.unwrap_err();
    fetcher.get(&Get::page(&url("http://hub.example.org/"))).await.unwrap_err();
    assert_eq!(taken(&dialled), addresses(&["45.33.32.156:80"]));
}

#[tokio::test]
async fn a_form_is_judged_like_a_page_and_follows_nothing() {
    let sink = Sink::new();
    let (resolver, _asked) = turning(vec![addresses(&[PUBLIC]), sink.addresses()]);
    let (fetcher, dialled) = recorded(setup(Dial::PublicOnly, resolver), None);
    let rebinding = url("http://rebinding.example.org/tb/1");
    let form = |url| Post {
        url,
        content_type: "application/x-www-form-urlencoded; charset=utf-8",
        mark: "x-backchannel-forwarded",
        body: "url=x",
        ping: PublicId::new(0, [0; 10]),
    };
    for turn in 0..100 {
        match (turn % 2, fetcher.post(&form(&rebinding)).await.unwrap_err()) {
            (0, FetchError::Unreachable(_)) | (1, FetchError::Refused(Refusal::NotPublic)) => (),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(taken(&dialled), vec![addresses(&["93.184.216.34:80"])[0]; 50]);
    assert_eq!(sink.connections(), 0);

    let server = Server::start(|_path| redirect(302, "http://127.0.0.1/inside")).await;
    let here = url(&format!("http://{}/tb/1", server.address));
    assert_eq!(on_loopback().post(&form(&here)).await.unwrap().status, 302);
    assert_eq!(server.heads().len(), 1);
}
