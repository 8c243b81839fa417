//! Servers that are slow, endless, compressed, or no servers at all.

use tokio::io::AsyncWriteExt;

use super::servers::{Reply, Server, page, server_of};
use super::*;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

async fn get(server: &Server) -> Result<Fetched, FetchError> {
    on_loopback().get(&Get::page(&server.url("/"))).await
}

#[tokio::test]
async fn a_head_that_does_not_come_or_drips_runs_out_of_time() {
    for (head, reply) in [
        ("", Reply::Hang as fn(String) -> Reply),
        ("HTTP/1.1 200 OK\r\n", Reply::Hang),
        ("HTTP/1.1 100 Continue\r\n\r\n", Reply::Hang),
        ("HTTP/1.1 200 OK\r\nX: ", |head| Reply::Drip(head, b'x')),
    ] {
        let server = server_of(head, reply).await;
        let fetcher = within(Limits { first_byte: SHORT, ..generous() });
        let error = fetcher.get(&Get::page(&server.url("/"))).await.unwrap_err();
        assert!(matches!(error, FetchError::TooSlow(Phase::FirstByte)), "{head}: {error:?}");
    }
}

#[tokio::test]
async fn a_body_that_stops_or_drips_runs_out_of_time() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nbegin";
    for reply in [Reply::Hang as fn(String) -> Reply, |head| Reply::Drip(head, b'x')] {
        let server = server_of(HEAD, reply).await;
        let fetcher = within(Limits { total: SHORT, ..generous() });
        let error = fetcher.get(&Get::page(&server.url("/"))).await.unwrap_err();
        assert!(matches!(error, FetchError::TooSlow(Phase::Total)), "{error:?}");
    }
}

#[tokio::test]
async fn a_name_server_and_a_handshake_run_out_of_time_too() {
    let limits = Limits { dns: SHORT, connect: SHORT, ..generous() };
    let silent = Resolver::scripted(|_name| None);
    let silent = fetcher(Setup { limits: limits.clone(), ..setup(Dial::PublicOnly, silent) });
    let error = silent.get(&Get::page(&url("http://example.org/"))).await.unwrap_err();
    assert!(matches!(error, FetchError::TooSlow(Phase::Dns)), "{error:?}");

    let sink = servers::Sink::new();
    let https = url(&format!("https://{}/", sink.addresses()[0]));
    let error = within(limits).get(&Get::page(&https)).await.unwrap_err();
    assert!(matches!(error, FetchError::TooSlow(Phase::Connect)), "{error:?}");
}

#[tokio::test]
async fn a_body_is_cut_at_its_limit_however_much_follows() {
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000)).into_bytes();
    let chunked = format!("{OK}Transfer-Encoding: chunked\r\n\r\n");
    let ten_gigabytes = format!("{OK}Content-Length: 10737418240\r\n\r\n");
    for (head, more) in [
        (chunked, chunk),
        (ten_gigabytes, vec![b'x'; 0x4000]),
        (format!("{OK}\r\n"), vec![b'x'; 0x4000]),
    ] {
        let server = Server::start(move |_path| Reply::Endless(head.clone(), more.clone())).await;
        let fetched = get(&server).await.unwrap();
        assert_eq!((fetched.body.len(), fetched.cut), (512 * 1024, true));
        assert!(fetched.body.capacity() <= 1024 * 1024);
    }
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_whole() {
    let fetcher = within(Limits { body: 5, ..generous() });
    for (body, read, cut) in [("", "", false), ("12345", "12345", false), ("123456", "12345", true)]
    {
        let server = Server::start(move |_path| page(body)).await;
        let fetched = fetcher.get(&Get::page(&server.url("/"))).await.unwrap();
        assert_eq!((fetched.body.as_slice(), fetched.cut), (read.as_bytes(), cut));
    }
}

#[tokio::test]
async fn endless_and_huge_heads_are_not_read() {
    let many: &'static str = Box::leak("X: y\r\n".repeat(101).into_boxed_str());
    for (first, more) in [
        ("HTTP/1.1 200 OK\r\nX: ", "x"),
        ("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
        ("HTTP/1.1 200 OK\r\n", many),
        ("HTTP/1.1 200 ", "OK"),
        ("HTTP/1.1 200 OK\r\n", "Set-Cookie: x\r\n"),
    ] {
        let server =
            Server::start(|_path| Reply::Endless(first.to_owned(), more.repeat(1_000).into()))
                .await;
        let error = get(&server).await.unwrap_err();
        assert!(matches!(error, FetchError::Broken(_)), "{error:?}");
    }
    let fits = format!("HTTP/1.1 404 No\r\nX: {}\r\n\r\n", "x".repeat(15 * 1024));
    let server = Server::start(move |_path| Reply::Text(fits.clone())).await;
    assert_eq!(get(&server).await.unwrap().status, 404);
    let larger = format!("HTTP/1.1 404 No\r\nX: {}\r\n\r\n", "x".repeat(16 * 1024));
    let server = Server::start(move |_path| Reply::Text(larger.clone())).await;
    assert!(matches!(get(&server).await, Err(FetchError::Broken(_))));
}

#[tokio::test]
async fn what_is_not_http_is_broken() {
    for text in [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "220 mail.example.org ESMTP\r\n",
        "-ERR wrong number of arguments\r\n",
        "<html>hello</html>",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "",
    ] {
        let server = Server::start(move |_path| Reply::Text(text.to_owned())).await;
        let error = get(&server).await.unwrap_err();
        assert!(matches!(error, FetchError::Broken(_)), "{text:?}: {error:?}");
    }
}

#[tokio::test]
async fn what_is_compressed_or_no_page_is_refused_before_it_is_read() {
    for (headers, encoded) in [
        ("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", true),
        ("Content-Type: text/html\r\nContent-Encoding: br\r\n", true),
        ("Content-Type: text/html\r\nTransfer-Encoding: gzip, chunked\r\n", true),
        ("Content-Type: application/zip\r\n", false),
        ("Content-Type: video/mp4\r\nContent-Length: 10737418240\r\n", false),
        ("", false),
    ] {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
        let server =
            Server::start(move |_path| Reply::Endless(head.clone(), vec![0x1f; 0x4000])).await;
        match get(&server).await.unwrap_err() {
            FetchError::Encoded if encoded => (),
            FetchError::NotAPage(_) if !encoded => (),
            other => panic!("{headers}: {other:?}"),
        }
    }
}

/// `security.md` T7: nothing tells who is there from who is not.
#[tokio::test]
async fn strangers_hear_the_same_of_refused_closed_silent_and_unknown() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        url(&format!("http://{}/", listener.local_addr().unwrap()))
    };
    let silent = server_of("", Reply::Hang).await;
    let ssh = server_of("SSH-2.0-OpenSSH_9.9\r\n", Reply::Text).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = url(&format!("https://{}/", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let errors = [
        on_loopback().get(&Get::page(&url("http://10.0.0.1/"))).await.unwrap_err(),
        on_loopback().get(&Get::page(&url("http://a.localhost/"))).await.unwrap_err(),
        on_loopback().get(&Get::page(&closed)).await.unwrap_err(),
        within(Limits { first_byte: SHORT, ..generous() })
            .get(&Get::page(&silent.url("/")))
            .await
            .unwrap_err(),
        get(&ssh).await.unwrap_err(),
        on_loopback().get(&Get::page(&plain)).await.unwrap_err(),
        fetcher(setup(Dial::PublicOnly, Resolver::scripted(|_name| Some(Vec::new()))))
            .get(&Get::page(&url("http://unknown.example.org/")))
            .await
            .unwrap_err(),
    ];
    let kinds: std::collections::HashSet<_> = errors.iter().map(std::mem::discriminant).collect();
    assert_eq!(kinds.len(), 6, "they are told apart inside: {errors:?}");
    for error in errors {
        assert_eq!(error.outward(), "The address could not be read.");
    }
}
