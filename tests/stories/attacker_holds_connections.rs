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

#[tokio::test]
async fn one_address_that_holds_every_connection_it_gets_leaves_room_for_the_others() {
    let site = Site::start(Database::sqlite()).await;
    let address: std::net::SocketAddr =
        site.listens_at().strip_prefix("http://").unwrap().parse().unwrap();
    // Each is given nine seconds for its body, so that on a busy machine some are over before others
    // are seen: there are more than enough of them.
    let mut held: Vec<TcpStream> = (0..1_900)
        .map(|_| {
            let mut socket = TcpStream::connect(address).unwrap();
            // It may be closed already.
            let _closed = socket
                .write_all(b"POST /tb/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nurl=");
            socket
        })
        .collect();
    // Once half of all are taken, this address gets no more: those are closed at once and without
    // an answer. Another address (Linux answers for all of 127/8) is served all the same.
    let neighbour = socket_from([127, 0, 0, 2].into(), address);
    assert!(answer_to(neighbour, "/healthz").starts_with("HTTP/1.1 200"));
    let refused = held.iter_mut().map(is_refused).filter(|refused| *refused).count();
    assert!(refused > 0, "this address holds as many connections as it likes");
}

fn is_refused(socket: &mut TcpStream) -> bool {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    match socket.read(&mut [0; 16]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

fn socket_from(source: std::net::IpAddr, to: std::net::SocketAddr) -> TcpStream {
    let domain = socket2::Domain::for_address(to);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::new(source, 0).into()).unwrap();
    socket.connect(&to.into()).unwrap();
    socket.into()
}

fn answer_to(mut socket: TcpStream, path: &str) -> String {
    write!(socket, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}
