//! R6: sockets that are slow in four ways. Each is closed, and whoever is not slow notices nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::client::{ask, get, percentile, ping, request};
use super::world::{On, Sql, World, serve_flagged, until};

/// How a socket is slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slow {
    /// Sends nothing.
    Silent,
    /// Sends its head, a byte now and then.
    Head,
    /// Sends its body like that.
    Body,
    /// Asks for a large page and does not read it.
    Reading,
}

impl Slow {
    const ALL: [Self; 4] = [Self::Silent, Self::Head, Self::Body, Self::Reading];

    const fn begins_with(self) -> &'static [u8] {
        match self {
            Self::Silent => b"",
            Self::Head => b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
            Self::Body => {
                b"POST /sxsw/all/trackback HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nurl="
            }
            Self::Reading => b"GET /sxsw/all HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        }
    }

    const fn dribbles(self) -> bool {
        matches!(self, Self::Head | Self::Body)
    }
}

/// Opens many of each kind while somebody pings and reads.
pub fn hold_sockets(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let each = world.of(100, 1_000);
    let server = serve_flagged(&database, &[]);
    for n in 0..60 {
        assert!(
            ping(server.address, &format!("http://blog.example/{n}/{}", "a".repeat(700)))
                .unwrap()
                .is_taken()
        );
    }
    let page = get(server.address, "/sxsw/all").unwrap().text.len();
    let (files, memory) = (server.open_files(), server.memory());
    let mut lines = Vec::new();
    for kind in Slow::ALL {
        let begun = Instant::now();
        let mut held: Vec<TcpStream> = (0..each).map(|_| open(server.address, kind)).collect();
        let (mut took, mut n, mut most) = (Vec::new(), 0, 0);
        // The server has let go of them when its sockets are as few as before.
        until("the end of all slow sockets", Duration::from_secs(40), || {
            if kind.dribbles() {
                dribble(&mut held);
            }
            n += 1;
            let url = format!("http://honest.example/{kind:?}/{n}");
            let answer = ping(server.address, &url).unwrap();
            assert!(answer.is_taken(), "an honest ping was refused: {}", answer.text);
            took.push(answer.took);
            most = most.max(server.open_files());
            server.open_files() <= files + 2
        });
        let closed = begun.elapsed();
        if kind != Slow::Reading {
            assert!(most > files + each / 2, "they were never held: {most} files are open");
        }
        let p99 = percentile(&mut took, 99.0);
        lines.push(format!(
            "{kind:?}: gone after {:.1} s, honest pings p99 {p99:.0} ms",
            closed.as_secs_f64()
        ));
        drop(held);
    }
    let grown = server.memory().saturating_sub(memory) / 1024;
    format!(
        "{each} of each, page of {} KB. {}. Memory afterwards +{grown} MiB",
        page / 1024,
        lines.join("; ")
    )
}

/// Asks for more than the kernel takes from a server at once, and does not read it.
pub fn leave_it_unread(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let each = world.of(20, 500);
    let mut server = serve_flagged(&database, &[]);
    // As a closed hub's feed holds all of its posts, of which each says much in few words.
    for n in 0..490 {
        let url = format!("http://blog.example/{n}/{}", "a".repeat(1_900));
        let (url, text) = (url.as_str(), "&".repeat(250));
        let fields = [("url", url), ("title", &text), ("blog_name", &text), ("excerpt", &text)];
        let ping = request(server.address, "/sxsw/all/trackback", "", &fields);
        assert!(ask(server.address, &ping).unwrap().is_taken());
    }
    server.stop();
    Sql::to(&database).tell("UPDATE hubs SET closed_at = 1");
    let server = serve_flagged(&database, &[]);
    let whole = get(server.address, "/sxsw/rss").unwrap().text.len();
    assert!(whole > 3 << 20, "{whole} bytes: the kernel takes them all");
    let (files, memory) = (server.open_files(), server.memory());
    let begun = Instant::now();
    let held: Vec<TcpStream> = (0..each)
        .map(|_| {
            let asks = b"GET /sxsw/rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            open_with(server.address, Some(2_048), asks)
        })
        .collect();
    let (mut most, mut most_memory) = (0, 0);
    until("the end of all who do not read", Duration::from_secs(90), || {
        most = most.max(server.open_files());
        most_memory = most_memory.max(server.memory());
        assert_eq!(get(server.address, "/sxsw").unwrap().status, 200);
        // They are let in one after the other.
        begun.elapsed() > Duration::from_secs(2) && server.open_files() <= files + 2
    });
    let closed = begun.elapsed();
    assert!(most > files + each / 2, "they were never held: {most} files are open");
    drop(held);
    // Each holds a piece of the answer, and not the whole of it.
    let grown = most_memory.saturating_sub(memory) / 1_024;
    let all_of_it = (each * whole) >> 20;
    assert!(grown < all_of_it as u64 / 4, "{grown} MiB for answers of {all_of_it} MiB together");
    format!(
        "{each} of them, an answer of {:.1} MiB: gone after {:.0} s; memory meanwhile +{grown} MiB",
        whole as f64 / f64::from(1 << 20),
        closed.as_secs_f64()
    )
}

fn open(address: SocketAddr, kind: Slow) -> TcpStream {
    let receives = (kind == Slow::Reading).then_some(2_048);
    open_with(address, receives, kind.begins_with())
}

/// A connection that keeps so much for its reader, and what is sent on it first.
fn open_with(address: SocketAddr, receives: Option<usize>, first: &[u8]) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    if let Some(receives) = receives {
        socket.set_recv_buffer_size(receives).unwrap();
    }
    socket.connect(&address.into()).unwrap();
    let mut socket: TcpStream = socket.into();
    socket.write_all(first).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}

/// Sends a byte on each; those that were closed are let go of.
fn dribble(held: &mut Vec<TcpStream>) {
    held.retain_mut(|socket| {
        let closed = match socket.read(&mut [0; 512]) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        };
        !closed && socket.write(b"a").is_ok()
    });
}
