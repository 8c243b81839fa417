//! R11: many posts from many addresses to many categories, with the limits on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use backchannel::config::DatabaseUrl;

use super::client::{Over, Seen, ask, get, percentile, ping_as};
use super::world::{On, Sql, World, look_through, serve_flagged};
use crate::harness::process::{ok, run, secret_file};
use crate::harness::{Database, PASSWORD};

/// What a hub has at most.
const CATEGORIES_OF_A_HUB: usize = 50;
const PASSPHRASE: &str = "drei alte Gitarren";
/// What the program may take, in MiB, and by how much of it it may grow over the last half.
const MOST: u64 = 150;
const FLAT: f64 = 0.05;

/// Hubs with categories that list at once whoever knows the passphrase.
fn open_hubs(database: &Database, categories: usize) -> Vec<String> {
    let password = secret_file(database, "password", PASSWORD);
    let passphrase = secret_file(database, "passphrase", PASSPHRASE);
    ok(&run(database, &["account", "add", "ada@example.org", "--password-file", &password]));
    let mut paths = Vec::new();
    for n in 0..categories {
        let hub = format!("hub-{}", n / CATEGORIES_OF_A_HUB);
        if n % CATEGORIES_OF_A_HUB == 0 {
            ok(&run(
                database,
                &["hub", "add", &hub, "--title", &hub, "--owner", "ada@example.org"],
            ));
        }
        let path = format!("{hub}/topic-{n}");
        let lists = ["--ping", "passphrase", "--listing", "at-once", "--link-back", "off"];
        let add = ["category", "add", &path, "--title", &path, "--passphrase-file", &passphrase];
        ok(&run(database, &[&add[..], &lists].concat()));
        paths.push(format!("/{path}"));
    }
    paths
}

/// Lets them all in, and looks at the memory as they come.
pub fn let_a_crowd_in(world: &World, on: On) -> String {
    let pings = world.of(3_000, 1_000_000);
    let (addresses, categories) = (pings / 10, world.of(20, 1_000));
    let database = world.empty(on);
    backchannel::db::migrations::run_pending(&database.url).unwrap();
    let paths = open_hubs(&database, categories);
    let flags = ["--trusted-proxies", "127.0.0.1", "--rate-limits", "on"];
    let server = serve_flagged(&database, &flags);
    let (seen, over) = (Seen::default(), Over::default());
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (mut read, mut memory) = (Vec::new(), vec![server.memory() / 1_024]);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let sending = over.when_dropped();
        for _ in 0..8 {
            scope.spawn(|| {
                while !over.is() {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    if n >= pings {
                        return;
                    }
                    let from = n % addresses;
                    let from = format!("11.{}.{}.{}", from >> 16, from >> 8 & 255, from & 255);
                    let path = format!("{}/trackback/{PASSPHRASE}", paths[n % categories]);
                    let url = format!("http://blog-{}.example.net/{n}", n % addresses);
                    let ping = ping_as(server.address, &path.replace(' ', "%20"), &url, &from);
                    // Whom a slow machine puts off comes again, as it is told to; whom a limit does, not.
                    for _ in 0..100 {
                        let came = ask(server.address, &ping);
                        let is_busy =
                            came.as_ref().is_ok_and(|answer| answer.text.contains("is busy"));
                        if seen.note(&url, came) || !is_busy || over.is() {
                            break;
                        }
                        std::thread::sleep(Duration::from_millis(50));
                    }
                    done.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for look in 0.. {
            if done.load(Ordering::SeqCst) >= pings * memory.len() / 10 {
                memory.push(server.memory() / 1_024);
            }
            if memory.len() > 10 {
                break;
            }
            assert!(seen.broken.load(Ordering::SeqCst) == 0, "a ping had no answer");
            seen.had_clear_answers();
            let path = &paths[look % categories];
            for path in [path.clone(), format!("{path}/rss")] {
                let page = get(server.address, &path).unwrap();
                assert_eq!(page.status, 200, "{path}");
                read.push(page.took);
            }
        }
        drop(sending);
    });
    let took = begun.elapsed();
    let held = look_through(&database, &seen.taken.lock().unwrap());
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    assert_eq!(held.there, pings, "some are missing");
    // In the first tenth each passphrase is hashed once, some of them at the same time.
    assert!(memory[2..].iter().all(|took| *took <= MOST), "it took {memory:?} MiB");
    let grown = memory[10].saturating_sub(memory[5]);
    // The short form is over before what is kept in memory is full.
    let is_flat = grown as f64 <= memory[10] as f64 * FLAT;
    assert!(is_flat || !world.is_long, "it goes on growing: {memory:?} MiB");
    format!(
        "{pings} pings from {addresses} addresses to {categories} categories in {:.0} s, {} put off and come again: {} MiB before, {} after a tenth, \
         {} after half, {} at the end; pings p99 {:.0} ms, pages and feeds meanwhile p99 {:.0} ms; database {} MiB",
        took.as_secs_f64(),
        seen.put_off.load(Ordering::SeqCst),
        memory[0],
        memory[1],
        memory[5],
        memory[10],
        seen.percentile(99.0),
        percentile(&mut read, 99.0),
        size_of(&database) >> 20
    )
}

/// How large a database is, with its journal, in bytes.
fn size_of(database: &Database) -> u64 {
    match &database.url {
        DatabaseUrl::Sqlite(path) => ["", "-wal"]
            .iter()
            .filter_map(|end| std::fs::metadata(format!("{}{end}", path.display())).ok())
            .map(|file| file.len())
            .sum(),
        DatabaseUrl::Postgres(_) => {
            let size = "SELECT CAST(pg_database_size(current_database()) AS text) AS line";
            Sql::to(database).lines(size)[0].parse().unwrap()
        }
    }
}
