//! R1: the server is killed while it takes pings in. Whatever it answered with success is there
//! afterwards, once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use super::client::{Over, Seen, ask, ping_request, send_until};
use super::world::{On, World, look_through, serve, until};
use crate::harness::Database;

/// Who ping at once.
const CLIENTS: usize = 8;

/// What was seen in all rounds.
struct Rounds {
    kills: usize,
    seen: Seen,
    slowest_start: Duration,
}

/// Kills the server again and again, each time a little later; `front` leads to it.
fn kill_often(world: &World, database: &Database, front: fn(SocketAddr) -> SocketAddr) -> Rounds {
    let kills = world.of(3, 20);
    let mut rounds = Rounds { kills, seen: Seen::default(), slowest_start: Duration::ZERO };
    for kill in 0..kills {
        let mut server = serve(database);
        rounds.slowest_start = rounds.slowest_start.max(server.was_ready_after);
        let enough = rounds.seen.count_taken() + world.of(60, 500) + 17 * kill;
        let over = Over::default();
        let to = front(server.address);
        std::thread::scope(|scope| {
            let sending = over.when_dropped();
            let (seen, over) = (&rounds.seen, &over);
            let round = format!("round-{kill}");
            scope.spawn(move || send_until(to, CLIENTS, &round, seen, over, Duration::ZERO));
            // Others are under way just now.
            until("the pings", Duration::from_secs(120), || {
                let stored = server.metric("pings_total{outcome=\"listed\"}");
                rounds.seen.count_taken() >= enough && stored >= 20.0
            });
            server.kill();
            drop(sending);
        });
    }
    rounds
}

/// Nothing that was answered is lost.
pub fn kill_and_compare(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let rounds = kill_often(world, &database, |server| server);
    rounds.seen.had_clear_answers();
    let taken = rounds.seen.taken.lock().unwrap();
    let held = look_through(&database, &taken);
    assert!(held.lost.is_empty(), "{} are lost: {:?}", held.lost.len(), &held.lost[0]);
    assert!(held.doubled.is_empty(), "there twice: {:?}", held.doubled);
    let ready = rounds.slowest_start.as_millis();
    format!(
        "{} kills; {} answered, {} there, **0 lost**, 0 twice; ready again after {ready} ms at most",
        rounds.kills,
        taken.len(),
        held.there
    )
}

/// A front that answers before the server behind it has committed loses pings, and this check finds
/// them.
pub fn answer_before_commit(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let rounds = kill_often(world, &database, answer_first);
    let taken = rounds.seen.taken.lock().unwrap();
    let held = look_through(&database, &taken);
    assert!(!held.lost.is_empty(), "nothing was lost: this check cannot fail");
    let (kills, there) = (rounds.kills, held.there);
    format!("{kills} kills; {} answered, {there} there, **{} lost**", taken.len(), held.lost.len())
}

/// Listens before a server: says that all is well, and passes the ping on afterwards.
fn answer_first(server: SocketAddr) -> SocketAddr {
    let front = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = front.local_addr().unwrap();
    let (later, due) = mpsc::channel();
    std::thread::spawn(move || {
        for socket in front.incoming().flatten() {
            if let Some(url) = take_ping(socket) {
                later.send(url).unwrap();
            }
            // It is a front, and no flood.
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    std::thread::spawn(move || {
        for url in due {
            // The server may be gone by now: that is the fault that is shown.
            let _late = ask(server, &ping_request(server, &url));
        }
    });
    address
}

/// Reads a ping and answers it; the post's address.
fn take_ping(mut socket: TcpStream) -> Option<String> {
    let mut reader = BufReader::new(socket.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let xml = "<response><error>0</error></response>";
    write!(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{xml}").ok()?;
    let mut fields = url::form_urlencoded::parse(&body);
    fields.find(|(name, _)| name == "url").map(|(_, url)| url.into_owned())
}
