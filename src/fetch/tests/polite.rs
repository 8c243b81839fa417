//! What is asked, how often, and what is told of the answer.

use super::servers::{Reply, Server, page, redirect};
use super::*;

#[tokio::test]
async fn a_request_says_who_asks_and_carries_nothing_else() {
    let server = Server::start(|path| match path {
        "/a?b=c" => {
            Reply::Text("HTTP/1.1 302 Found\r\nLocation: /d\r\nSet-Cookie: a=b\r\n\r\n".to_owned())
        }
        _ => page(""),
    })
    .await;
    let ping = PublicId::new(1_700_000_000_000, [7; 10]);
    let asked = server.url("/a?b=c#fragment");
    on_loopback().get(&Get { ping: Some(ping), ..Get::page(&asked) }).await.unwrap();
    let expected = |path: &str| {
        format!(
            "GET {path} HTTP/1.1\r\n\
             host: {}\r\n\
             user-agent: Backchannel/{} (+https://hub.example.org/help/fetching; ping {ping})\r\n\
             connection: close\r\n\
             accept-encoding: identity\r\n\
             accept: text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5, application/json;q=0.4\r\n\
             \r\n",
            server.address,
            env!("CARGO_PKG_VERSION"),
        )
    };
    assert_eq!(server.heads(), [expected("/a?b=c"), expected("/d")]);
}

#[tokio::test]
async fn an_unchanged_feed_is_an_answer() {
    let server = Server::start(|path| {
        Reply::Text(match path {
            "/feed" => "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=UTF-8\r\n\
                        ETag: W/\"1\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                        Cache-Control: public, max-age=600\r\nLink: </hub>; rel=\"hub\"\r\n\
                        Link: <>; rel=\"self\"\r\n\r\n<rss/>"
                .to_owned(),
            _ => "HTTP/1.1 304 Not Modified\r\nETag: W/\"1\"\r\n\r\n".to_owned(),
        })
    })
    .await;
    let first = on_loopback().get(&Get::feed(&server.url("/feed"))).await.unwrap();
    assert_eq!((first.status, first.body.as_slice(), first.cut), (200, &b"<rss/>"[..], false));
    let headers = &first.headers;
    assert_eq!(headers.content_type.as_deref(), Some("application/rss+xml"));
    assert_eq!(headers.charset.as_deref(), Some("utf-8"));
    assert_eq!(headers.max_age, Some(Duration::from_secs(600)));
    assert_eq!(headers.links, ["</hub>; rel=\"hub\"", "<>; rel=\"self\""]);

    let again = server.url("/unchanged");
    let etag = headers.etag.as_deref();
    let last_modified = headers.last_modified.as_deref();
    let request = Get { etag, last_modified, ..Get::feed(&again) };
    let second = on_loopback().get(&request).await.unwrap();
    assert_eq!((second.status, second.body.len()), (304, 0));
    let sent = server.heads().pop().unwrap();
    assert!(sent.contains("\r\nif-none-match: W/\"1\"\r\n"), "{sent}");
    assert!(sent.contains("\r\nif-modified-since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), "{sent}");
}

#[tokio::test]
async fn a_busy_server_says_when_to_come_again() {
    let server = Server::start(|_path| {
        Reply::Text("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n\r\nlater".to_owned())
    })
    .await;
    let fetched = on_loopback().get(&Get::page(&server.url("/"))).await.unwrap();
    assert_eq!(fetched.headers.retry_after, Some(Duration::from_secs(120)));
    assert_eq!(fetched.body, b"");
}

fn budgeted() -> Fetcher {
    within(Limits { domain_gap: Duration::from_secs(2), domain_hour: 4, ..generous() })
}

async fn refused_for(fetcher: &Fetcher, url: &Url) -> Duration {
    match fetcher.get(&Get::page(url)).await {
        Err(FetchError::TooBusy(busy)) => busy.retry_after,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_site_is_visited_so_often_and_other_sites_do_not_mind() {
    let fetcher = budgeted();
    let server = Server::start(|_path| page("")).await;
    let other = Server::start(|_path| page("")).await;
    let address = server.url("/");
    fetcher.get(&Get::page(&address)).await.unwrap();
    assert_eq!(refused_for(&fetcher, &server.url("/other")).await, Duration::from_secs(2));
    fetcher.get(&Get::page(&other.url("/"))).await.unwrap();
    for _ in 0..3 {
        fetcher.0.dialer.clock.advance(Duration::from_secs(2));
        fetcher.clone().get(&Get::page(&address)).await.unwrap();
    }
    assert_eq!(refused_for(&fetcher, &address).await, Duration::from_secs(3_594));
    assert_eq!(server.heads().len(), 4, "who is refused is not dialled");
}

#[tokio::test]
async fn a_redirect_spends_the_allowance_of_where_it_leads() {
    let fetcher = budgeted();
    let victim = Server::start(|_path| page("")).await;
    let to = victim.url("/");
    let mut open = Vec::new();
    for _ in 0..6 {
        let to = to.clone();
        open.push(Server::start(move |_path| redirect(302, to.as_str())).await);
    }
    for (turn, relay) in open.iter().enumerate() {
        let answer = fetcher.get(&Get::page(&relay.url("/"))).await;
        assert_eq!(answer.is_ok(), turn < 4, "{turn}: {answer:?}");
        fetcher.0.dialer.clock.advance(Duration::from_secs(2));
    }
    assert_eq!(victim.heads().len(), 4);
}

#[tokio::test]
async fn a_site_that_redirects_at_home_is_read_in_one_visit() {
    let server = Server::start(|path| match path {
        "/" => redirect(301, "/home"),
        _ => page("home"),
    })
    .await;
    let fetcher = budgeted();
    assert_eq!(fetcher.get(&Get::page(&server.url("/"))).await.unwrap().body, b"home");
    assert_eq!(refused_for(&fetcher, &server.url("/")).await, Duration::from_secs(2));
}

#[tokio::test]
async fn whoever_is_slow_is_asked_by_one_at_a_time_and_let_go_in_the_end() {
    let server = Server::start(|_path| Reply::Hang(String::new())).await;
    let fetcher = within(Limits { first_byte: SHORT, ..generous() });
    let address = server.url("/");
    let request = Get::page(&address);
    let (first, second) = tokio::join!(fetcher.get(&request), fetcher.get(&request));
    assert!(matches!(first, Err(FetchError::TooSlow(Phase::FirstByte))));
    assert!(matches!(second, Err(FetchError::TooBusy(_))));
    assert_eq!(server.heads().len(), 1);
    let third = fetcher.get(&request).await;
    assert!(matches!(third, Err(FetchError::TooSlow(Phase::FirstByte))), "its place is free");
}

#[tokio::test]
async fn the_command_line_posts_where_it_is_told() {
    let server = Server::start(|path| match path {
        "/large" => Reply::Endless("HTTP/1.1 200 OK\r\n\r\n".to_owned(), vec![b'x'; 0x4000]),
        "/moved" => redirect(302, "/tb/1"),
        _ => Reply::Text(
            "HTTP/1.1 400 Bad\r\nLink: </p/x>; rel=\"receipt\"\r\n\r\n<response/>".to_owned(),
        ),
    })
    .await;
    // The form's type, with a name that only this machine's user would type.
    let localhost = url(&format!("http://localhost:{}/tb/1", server.address.port()));
    let answer = post_form(localhost, "application/x-test", "url=x".to_owned()).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (400, &b"<response/>"[..]));
    assert_eq!(answer.link.as_deref(), Some("</p/x>; rel=\"receipt\""));
    let head = server.heads().pop().unwrap();
    assert!(head.starts_with("POST /tb/1 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/x-test\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-length: 5\r\n"), "{head}");

    let post = |path| post_form(server.url(path), "application/x-test", String::new());
    assert_eq!(post("/moved").await.unwrap().status, 302);
    assert!(matches!(post("/large").await, Err(FetchError::TooLarge)));
}
