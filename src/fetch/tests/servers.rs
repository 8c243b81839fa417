//! Servers on this machine, of every kind.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// Listeners that nobody should connect to, on one port of 127.0.0.1 and one of `[::1]`.
pub(super) struct Sink {
    v4: TcpListener,
    v6: TcpListener,
}

impl Sink {
    pub(super) fn new() -> Self {
        let listen = |address| {
            let listener = TcpListener::bind(address).unwrap();
            listener.set_nonblocking(true).unwrap();
            listener
        };
        Self { v4: listen("127.0.0.1:0"), v6: listen("[::1]:0") }
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        vec![self.v4.local_addr().unwrap(), self.v6.local_addr().unwrap()]
    }

    /// Connections so far: one that was made stands in the listener's queue.
    pub(super) fn connections(&self) -> usize {
        [&self.v4, &self.v6]
            .iter()
            .map(|listener| std::iter::from_fn(|| listener.accept().ok()).count())
            .sum()
    }
}

/// What a server does with a request.
pub(super) enum Reply {
    /// Sends this, and closes.
    Text(String),
    /// Sends this, and says nothing more.
    Hang(String),
    /// Sends the first, and the second for ever.
    Endless(String, Vec<u8>),
    /// Sends the first, and a byte of the second every few milliseconds.
    Drip(String, u8),
}

/// A 200 with a page.
pub(super) fn page(body: &str) -> Reply {
    Reply::Text(format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}"))
}

/// A redirect.
pub(super) fn redirect(status: u16, location: &str) -> Reply {
    Reply::Text(format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\n\r\n"))
}

/// A server that answers each request as its path deserves.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (reply, seen) = (Arc::new(reply), Arc::clone(&heads));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (reply, seen) = (Arc::clone(&reply), Arc::clone(&seen));
                tokio::spawn(async move {
                    let Some(head) = read_head(&mut socket).await else { return };
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    seen.lock().unwrap().push(head);
                    send(&mut socket, reply(&path)).await;
                });
            }
        });
        Self { address, heads }
    }

    pub(super) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// The heads of the requests so far.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// A server of what does not depend on the path.
pub(super) async fn server_of(head: &'static str, make: fn(String) -> Reply) -> Server {
    Server::start(move |_path| make(head.to_owned())).await
}

/// Reads a request to its end, for a socket that is closed on unread bytes is reset.
async fn read_head(socket: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    socket.read_exact(&mut body).await.ok()?;
    Some(head)
}

async fn send(socket: &mut TcpStream, reply: Reply) {
    let (Reply::Text(first)
    | Reply::Hang(first)
    | Reply::Endless(first, _)
    | Reply::Drip(first, _)) = &reply;
    if socket.write_all(first.as_bytes()).await.is_err() {
        return;
    }
    match reply {
        Reply::Text(_) => (),
        Reply::Hang(_) => std::future::pending().await,
        Reply::Endless(_, more) => while socket.write_all(&more).await.is_ok() {},
        Reply::Drip(_, byte) => {
            let mut pace = tokio::time::interval(Duration::from_millis(5));
            while socket.write_all(&[byte]).await.is_ok() {
                pace.tick().await;
            }
        }
    }
}
