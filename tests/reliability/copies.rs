//! R9: the database is copied while pings come in, and the copy is brought back.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use backchannel::config::DatabaseUrl;

use super::client::{Over, Seen, nobody_put_off, send_until};
use super::world::{On, World, done, find_program, look_through, serve, until};
use crate::harness::Database;
use crate::harness::process::{ok, run};

const PATIENCE: Duration = Duration::from_secs(600);

/// Copies, as README says.
fn back_up(database: &Database, file: &str) {
    if let DatabaseUrl::Postgres(url) = &database.url {
        let program = find_program("pg_dump").unwrap();
        done(Command::new(program).args([
            "--format=custom",
            "--file",
            file,
            "--dbname",
            url.expose(),
        ]));
    }
    ok(&run(database, &["backup", file]));
}

fn bring_back(database: &Database, file: &str) {
    match &database.url {
        DatabaseUrl::Postgres(url) => {
            let program = find_program("pg_restore").unwrap();
            let flags = ["--exit-on-error", "--no-owner", "--dbname", url.expose(), file];
            done(Command::new(program).args(flags));
        }
        DatabaseUrl::Sqlite(_) => drop(ok(&run(database, &["restore", file]))),
    }
}

/// Compares how long pings take alone and while the database is copied.
pub fn copy_under_load(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let mut server = serve(&database);
    let rows = world.of(1_000, 50_000);
    let send = |name: &str, clients, enough: &dyn Fn(&Seen) -> bool| {
        let (seen, over) = (Seen::default(), Over::default());
        std::thread::scope(|scope| {
            let sending = over.when_dropped();
            scope.spawn(|| send_until(server.address, clients, name, &seen, &over, Duration::ZERO));
            until("the pings", PATIENCE, || enough(&seen));
            drop(sending);
        });
        seen
    };
    let filling = send("before", 8, &|seen| seen.count_taken() >= rows);
    filling.had_clear_answers();
    let mut answered = filling.taken.into_inner().unwrap();
    let alone = nobody_put_off(|trial| {
        let begun = Instant::now();
        send(&format!("alone-{trial}"), 4, &|_| begun.elapsed() > Duration::from_secs(2))
    });
    answered.extend(alone.taken.iter().cloned());
    let (mut file, mut took, mut in_copy) = (String::new(), Duration::ZERO, 0);
    let meanwhile = nobody_put_off(|trial| {
        in_copy = answered.len();
        file = database.data.path().join(format!("copy-{trial}")).display().to_string();
        let (copied, begun) = (AtomicBool::new(false), Instant::now());
        let seen = std::thread::scope(|scope| {
            scope.spawn(|| {
                back_up(&database, &file);
                copied.store(true, Ordering::SeqCst);
            });
            let enough = |seen: &Seen| copied.load(Ordering::SeqCst) && seen.count_taken() > 20;
            send(&format!("meanwhile-{trial}"), 4, &enough)
        });
        took = begun.elapsed();
        answered.extend(seen.taken.lock().unwrap().iter().cloned());
        seen
    });
    server.stop();
    let held = look_through(&database, &answered);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");

    let there = world.empty(on);
    let begun = Instant::now();
    bring_back(&there, &file);
    let back = begun.elapsed();
    let held = look_through(&there, &answered[..in_copy]);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    format!(
        "{} pings, copied and looked through in {:.1} s: {}, p99 {:.0} ms (alone {:.0} ms); \
         the copy has all {} that were answered before it, and was back in {:.1} s",
        in_copy,
        took.as_secs_f64(),
        meanwhile.nobody(),
        meanwhile.seen.percentile(99.0),
        alone.seen.percentile(99.0),
        in_copy,
        back.as_secs_f64()
    )
}
