//! R6: sockets that are slow in four ways. Each is closed, and whoever is not slow notices nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::client::{get, percentile, ping};
use super::world::{On, World, serve_flagged, until};

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

fn open(address: SocketAddr, kind: Slow) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    if kind == Slow::Reading {
        socket.set_recv_buffer_size(2_048).unwrap();
    }
    socket.connect(&address.into()).unwrap();
    let mut socket: TcpStream = socket.into();
    socket.write_all(kind.begins_with()).unwrap();
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
