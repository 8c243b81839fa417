//! R2: between a ping and its answer the disk was told to keep it. What the kernel was asked for is
//! read from a trace: a power cut cannot be made here.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::client::{Seen, ping};
use super::control::serve_weakly;
use super::world::{On, Server, World, serve_under, until};
use crate::harness::Database;

/// The calls that matter: syncs, and how answers leave.
const CALLS: &str = "fdatasync,fsync,sendto,writev,write,sendmsg";

/// Sends pings one after the other, and counts the syncs that each of them waited for.
pub fn sync_each(world: &World, on: On) -> String {
    let (pings, synced) = count_syncs(world, on, false);
    assert!(synced >= pings, "of {pings} answers only {synced} waited for the disk");
    format!("{pings} pings in turn, {synced} syncs before their answers")
}

/// A server that is told not to sync each commit fails the check above.
pub fn sync_seldom(world: &World, on: On) -> String {
    let (pings, synced) = count_syncs(world, on, true);
    assert!(synced < pings / 2, "{synced} syncs for {pings} pings: this check cannot fail");
    format!("{pings} pings in turn, **{synced} syncs**")
}

fn count_syncs(world: &World, on: On, weakly: bool) -> (usize, usize) {
    let pings = world.of(100, 1_000);
    let database = world.open_hub(on);
    let trace = database.data.path().join("trace");
    let synced = match on {
        On::Sqlite => {
            let mut server =
                if weakly { traced_weakly(&database, &trace) } else { traced(&database, &trace) };
            send(&server, pings);
            server.stop();
            syncs_before_answers(&std::fs::read_to_string(&trace).unwrap())
        }
        // Two processes: the server that answers, and the one that commits. Since the pings come one
        // after the other, each commit is synced by itself, or not at all.
        On::Postgres => {
            let cluster = world.cluster();
            if weakly {
                let name = database.url.to_string();
                let name = name.rsplit('/').next().unwrap();
                cluster.sql(&format!("ALTER DATABASE {name} SET synchronous_commit = off"));
            }
            let trace = PathBuf::from(cluster.path("trace"));
            cluster.stop();
            cluster.start_traced("fdatasync,fsync", &trace);
            let mut server = super::world::serve(&database);
            let before = count_wal_syncs(&trace);
            let put_off = send(&server, pings);
            let after = count_wal_syncs(&trace);
            server.stop();
            cluster.stop();
            cluster.start_again();
            std::fs::remove_file(&trace).unwrap();
            // What was put off may have been committed all the same: that is no success's sync.
            (after - before).saturating_sub(put_off)
        }
    };
    (pings, synced)
}

fn traced(database: &Database, trace: &Path) -> Server {
    let trace = trace.display().to_string();
    let calls = format!("trace={CALLS}");
    serve_under(
        &["strace", "-D", "-f", "-y", "-s", "2000", "-e", &calls, "-o", &trace],
        database,
        &[],
    )
}

fn traced_weakly(database: &Database, trace: &Path) -> Server {
    let trace = trace.display().to_string();
    let calls = format!("trace={CALLS}");
    serve_weakly(&["strace", "-D", "-f", "-y", "-s", "2000", "-e", &calls, "-o", &trace], database)
}

/// Sends until so many were taken in; says how many were put off, as a slow disk does it.
fn send(server: &Server, pings: usize) -> usize {
    let seen = Seen::default();
    for n in 0..pings * 10 {
        if seen.count_taken() == pings {
            break;
        }
        let url = format!("http://blog.example/{n}");
        seen.note(&url, Ok(ping(server.address, &url).unwrap()));
    }
    seen.had_clear_answers();
    assert_eq!(seen.count_taken(), pings, "most were put off");
    // The trace is written a little later than the answer.
    until("the log", Duration::from_secs(5), || !server.log().is_empty());
    seen.put_off.load(Ordering::SeqCst)
}

/// How many successes were preceded by a sync of the journal that came after the answer before, whatever
/// that was.
fn syncs_before_answers(trace: &str) -> usize {
    let (mut is_synced, mut synced) = (false, 0);
    let mut begun: Vec<&str> = Vec::new();
    for line in trace.lines() {
        let pid = line.split_whitespace().next().unwrap_or_default();
        let is_wal = line.contains("fdatasync(") || line.contains("fsync(");
        if is_wal && line.contains("-wal>") {
            if line.contains("<unfinished") {
                begun.push(pid);
            } else {
                is_synced |= line.ends_with("= 0");
            }
        } else if line.contains("sync resumed>") && begun.contains(&pid) {
            begun.retain(|other| *other != pid);
            is_synced |= line.ends_with("= 0");
        } else if line.contains("<error>0</error>") && !line.contains("sync") {
            synced += usize::from(std::mem::take(&mut is_synced));
        } else if line.contains("<error>1</error>") {
            is_synced = false;
        }
    }
    synced
}

fn count_wal_syncs(trace: &Path) -> usize {
    let trace = std::fs::read_to_string(trace).unwrap();
    trace.lines().filter(|line| line.contains("sync(") && line.contains("/pg_wal/")).count()
}
