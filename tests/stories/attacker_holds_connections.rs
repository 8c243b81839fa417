//! Sockets that send too little: each is closed, and nobody waits for them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::harness::{Database, Site};

/// Longer than any of our time-outs, so that a connection that is held shows as an error.
const PATIENCE: Duration = Duration::from_secs(14);

#[tokio::test]
async fn every_shape_of_unfinished_request_is_closed() {
    let site = Site::start(Database::sqlite()).await;
    let address = site.listens_at().strip_prefix("http://").unwrap().to_owned();
    let chunked = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello";
    let shapes = [
        "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_owned(),
        "POST /tb/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nurl=".to_owned(),
        "POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nemail=".to_owned(),
        "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".to_owned(),
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{chunked}"),
        format!("POST /tb/1 HTTP/1.1\r\nHost: x\r\n{chunked}"),
        format!("POST /signin HTTP/1.1\r\nHost: x\r\n{chunked}"),
        format!("GET /nowhere/at/all HTTP/1.1\r\nHost: x\r\n{chunked}"),
    ];
    let held: Vec<_> = shapes
        .into_iter()
        .map(|shape| {
            let mut socket = TcpStream::connect(&address).unwrap();
            socket.write_all(shape.as_bytes()).unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            std::thread::spawn(move || {
                let mut answer = Vec::new();
                let ended = socket.read_to_end(&mut answer);
                let closed = match ended {
                    Ok(_) => true,
                    Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
                };
                (shape, closed, String::from_utf8_lossy(&answer).into_owned())
            })
        })
        .collect();
    site.browser().open("/healthz").await.has_status(200);
    for thread in held {
        let (shape, closed, answer) = thread.join().unwrap();
        assert!(closed, "still open: {shape}");
        assert!(answer.starts_with("HTTP/1.1 "), "{shape} got {answer:?}");
        if shape.starts_with("POST /tb/") {
            assert!(answer.contains("<error>1</error>"), "a sender gets XML: {answer}");
        }
    }
}
