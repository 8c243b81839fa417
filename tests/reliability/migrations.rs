//! R8: bringing the tables up to date is broken off, and begun twice at once.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::world::{On, Sql, World};
use crate::harness::Database;
use crate::harness::process::{backchannel, ok, run};

/// All tables, columns and indexes, as text.
fn shape(database: &Database, on: On) -> Vec<String> {
    Sql::to(database).lines(match on {
        On::Sqlite => {
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master \
             WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
        On::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line \
             FROM information_schema.columns WHERE table_schema = 'public' UNION ALL \
             SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL \
             SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) \
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1"
        }
    })
}

/// Kills it at different moments until it has come to its end all the same.
pub fn break_off(world: &World, on: On) -> String {
    let whole = world.empty(on);
    let begun = Instant::now();
    ok(&run(&whole, &["migrate"]));
    let took = begun.elapsed();
    let wanted = shape(&whole, on);

    let kills = world.of(8, 60);
    let mut unfinished = 0;
    for kill in 1..=kills {
        let database = world.empty(on);
        let mut child = backchannel(&database)
            .arg("migrate")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(took.mul_f64(f64::from(kill) / f64::from(kills + 1)));
        unfinished += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        // Two at once then bring it to its end: each step is done once.
        let both = [(); 2].map(|()| {
            backchannel(&database)
                .arg("migrate")
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        });
        for child in both {
            ok(&child.wait_with_output().unwrap());
        }
        assert!(
            shape(&database, on) == wanted,
            "killed at {kill} of {kills}, the tables are others"
        );
    }
    assert!(unfinished > 0, "it was never broken off");
    let took = Duration::from_millis(u64::try_from(took.as_millis()).unwrap());
    format!(
        "{kills} kills within the {took:?} it takes ({unfinished} before its end), each then finished by \
         two at once: {} tables, columns and keys as if nothing had been",
        wanted.len()
    )
}
