//! Servers that lead on.

use super::servers::{Reply, Server, page, redirect};
use super::*;

async fn get(server: &Server, path: &str) -> Result<Fetched, FetchError> {
    on_loopback().get(&Get::page(&server.url(path))).await
}

#[tokio::test]
async fn redirects_into_the_inside_are_not_followed() {
    for location in [
        "http://169.254.169.254/latest/meta-data/",
        "//169.254.169.254/",
        "http://10.0.0.1/",
        "https://192.168.1.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[fd00::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://0xa9fea9fe/",
        "http://a.localhost/",
        "http://intranet/",
        "http://metadata.google.internal/",
        "http://user:pass@example.org/",
        "http://93.184.216.34:22/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1/_x",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        let server = Server::start(move |_path| redirect(302, location)).await;
        let error = get(&server, "/").await.unwrap_err();
        assert!(matches!(error, FetchError::Refused(_)), "{location}: {error:?}");
        assert_eq!(server.heads().len(), 1, "{location}");
    }
}

#[tokio::test]
async fn three_redirects_are_followed_and_the_fourth_is_not() {
    let server = Server::start(|path| match path.trim_start_matches('/').parse::<u8>() {
        Ok(0) => page("the end"),
        Ok(more) => redirect(301, &format!("/{}", more - 1)),
        Err(_) => redirect(301, path),
    })
    .await;
    let fetched = get(&server, "/3").await.unwrap();
    assert_eq!((fetched.status, fetched.url), (200, server.url("/0")));
    assert_eq!(server.heads().len(), 4);
    assert!(matches!(get(&server, "/4").await, Err(FetchError::TooManyRedirects)));
    assert_eq!(server.heads().len(), 8, "four more GETs, and no fifth");
    assert!(matches!(get(&server, "/circle").await, Err(FetchError::TooManyRedirects)));
    assert_eq!(server.heads().len(), 12);
}

#[tokio::test]
async fn only_redirects_that_are_all_for_good_move_the_address() {
    for (statuses, for_good) in [
        (&[][..], false),
        (&[301], true),
        (&[308], true),
        (&[301, 308], true),
        (&[302], false),
        (&[303], false),
        (&[307], false),
        (&[301, 302], false),
        (&[307, 301], false),
    ] {
        let server = Server::start(move |path| {
            let hop: usize = path.trim_start_matches('/').parse().unwrap();
            match statuses.get(hop) {
                Some(status) => redirect(*status, &(hop + 1).to_string()),
                None => page(""),
            }
        })
        .await;
        let fetched = get(&server, "/0").await.unwrap();
        assert_eq!(fetched.redirected_permanently, for_good, "{statuses:?}");
        assert_eq!(fetched.url, server.url(&format!("/{}", statuses.len())));
    }
}

#[tokio::test]
async fn other_statuses_are_answers_and_a_redirect_to_nowhere_is_one_too() {
    for status in [300, 304, 305, 404, 410, 500] {
        let server = Server::start(move |_path| redirect(status, "/elsewhere")).await;
        let fetched = get(&server, "/").await.unwrap();
        assert_eq!((fetched.status, fetched.body.len()), (status, 0));
    }
    let server = Server::start(|_| Reply::Text("HTTP/1.1 302 Found\r\n\r\n".to_owned())).await;
    assert_eq!(get(&server, "/").await.unwrap().status, 302);
    for location in ["http://", "http://[", "\u{fffd}http://[::1%25lo]/", "http://a b/"] {
        let server = Server::start(move |_path| redirect(302, location)).await;
        let answer = get(&server, "/").await;
        assert!(
            matches!(&answer, Err(FetchError::BadRedirect))
                || answer.as_ref().is_err_and(|e| matches!(e, FetchError::TooManyRedirects)),
            "{location}: {answer:?}"
        );
    }
}

#[test]
fn from_https_to_http_only_on_the_same_host() {
    let judged = |from: &str, to: &'static str| {
        let to = hyper::header::HeaderValue::from_static(to);
        address::redirected(&url(from), &to, Dial::PublicOnly)
    };
    for (from, to) in [
        ("https://example.org/", "http://example.org/"),
        ("https://example.org/", "http://EXAMPLE.org./x"),
        ("https://example.org/", "https://example.net/"),
        ("http://example.org/", "http://example.net/"),
        ("http://example.org/", "https://example.net/"),
    ] {
        assert!(judged(from, to).is_ok(), "{from} {to}");
    }
    for to in ["http://example.net/", "http://www.example.org/", "http://8.8.8.8/"] {
        let error = judged("https://example.org/", to);
        assert!(matches!(error, Err(FetchError::Refused(Refusal::Downgrade))), "{to}");
    }
}
