//! R5: PostgreSQL is restarted, is cut off, and falls silent.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::client::{Over, Seen, send_until};
use super::world::{On, World, look_through, serve, until};
use crate::harness::Database;

const PATIENCE: Duration = Duration::from_secs(60);
const CLIENTS: usize = 8;

/// Restarts the server as a crash does, again and again.
pub fn restart_it(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let mut server = serve(&database);
    let (seen, over) = (Seen::default(), Over::default());
    let restarts = world.of(3, 10);
    let mut slowest = Duration::ZERO;
    std::thread::scope(|scope| {
        let sending = over.when_dropped();
        scope.spawn(|| {
            send_until(server.address, CLIENTS, "restart", &seen, &over, Duration::from_millis(20))
        });
        for _ in 0..restarts {
            let taken = seen.count_taken();
            until("pings", PATIENCE, || seen.count_taken() >= taken + 40);
            world.cluster().stop();
            let put_off = seen.put_off.load(Ordering::SeqCst);
            until("clear answers", PATIENCE, || seen.put_off.load(Ordering::SeqCst) > put_off);
            world.cluster().start_again();
            let taken = seen.count_taken();
            slowest = slowest
                .max(until("pings again", PATIENCE, || seen.count_taken() >= taken + CLIENTS));
        }
        drop(sending);
    });
    assert!(server.is_up(), "it ended");
    server.stop();
    let figures = compare(&database, &seen);
    format!(
        "{restarts} restarts; {figures}; pings again {} ms after it was back",
        slowest.as_millis()
    )
}

/// What the wire between us and the database does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Whole,
    /// Connections end, and new ones too.
    Cut,
    /// Nothing arrives, and nobody is told.
    Silent,
}

/// A wire that can be cut.
#[derive(Clone)]
struct Cuttable {
    state: Arc<AtomicU8>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    address: SocketAddr,
}

impl Cuttable {
    fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let wire = Self { state: Arc::default(), open: Arc::default(), address };
        let shared = wire.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if shared.is(Wire::Cut) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(server) else { continue };
                shared
                    .open
                    .lock()
                    .unwrap()
                    .extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
                for (from, to) in
                    [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)]
                {
                    let shared = shared.clone();
                    std::thread::spawn(move || shared.carry(from, to));
                }
            }
        });
        wire
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 16_384];
        while let Ok(read) = from.read(&mut buffer) {
            while self.is(Wire::Silent) {
                std::thread::sleep(Duration::from_millis(10));
            }
            if read == 0 || to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        // It may be closed already.
        let _closed = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }

    fn is(&self, wire: Wire) -> bool {
        self.state.load(Ordering::SeqCst) == wire as u8
    }

    fn set(&self, wire: Wire) {
        self.state.store(wire as u8, Ordering::SeqCst);
        if wire == Wire::Cut {
            for socket in self.open.lock().unwrap().drain(..) {
                let _closed = socket.shutdown(Shutdown::Both);
            }
        }
    }
}

/// Cuts the wire for three seconds, then lets it fall silent for ten.
pub fn cut_it_off(world: &World, on: On) -> String {
    let direct = world.open_hub(on);
    let wire = Cuttable::to(world.cluster().address());
    let name = direct.url.to_string().rsplit('/').next().unwrap().to_owned();
    let url = format!("postgres://postgres@{}/{name}", wire.address).parse().unwrap();
    let database = Database::elsewhere(url, tempfile::tempdir().unwrap());
    let mut server = serve(&database);
    let (seen, over) = (Seen::default(), Over::default());
    let mut again = Vec::new();
    std::thread::scope(|scope| {
        let sending = over.when_dropped();
        scope.spawn(|| {
            send_until(server.address, CLIENTS, "cut", &seen, &over, Duration::from_millis(20))
        });
        for (fault, length) in [(Wire::Cut, 3), (Wire::Silent, 10)] {
            let taken = seen.count_taken();
            until("pings", PATIENCE, || seen.count_taken() >= taken + 40);
            wire.set(fault);
            std::thread::sleep(Duration::from_secs(length));
            wire.set(Wire::Whole);
            let taken = seen.count_taken();
            let back = until("pings again", PATIENCE, || seen.count_taken() >= taken + CLIENTS);
            again.push(back.as_millis().to_string());
        }
        drop(sending);
    });
    assert!(server.is_up(), "it ended");
    server.stop();
    let slowest = seen.percentile(100.0);
    assert!(slowest < 10_000.0, "an answer took {slowest:.0} ms");
    let figures = compare(&direct, &seen);
    format!(
        "cut for 3 s, silent for 10 s; {figures}; slowest answer {slowest:.0} ms; pings again {} ms after each",
        again.join(" and ")
    )
}

fn compare(database: &Database, seen: &Seen) -> String {
    seen.had_clear_answers();
    assert_eq!(seen.broken.load(Ordering::SeqCst), 0, "connections ended without an answer");
    let taken = seen.taken.lock().unwrap();
    let held = look_through(database, &taken);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    let put_off = seen.put_off.load(Ordering::SeqCst);
    assert!(put_off > 0, "nobody noticed");
    format!("{} answered, {put_off} put off, **0 lost**, 0 twice", taken.len())
}
