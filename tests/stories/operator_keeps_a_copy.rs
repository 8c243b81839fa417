//! An operator copies the database while it is used, and brings the copy back.

use std::cell::Cell;
use std::process::Command;
use std::sync::Arc;

use backchannel::config::DatabaseUrl;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::harness::Database;
use crate::harness::process::{databases, ok, run, serve};
use crate::harness::senders::{Sender, are_all_there, holds, open_hub};

/// Sends one ping after the other until it is told to stop: how many were taken in, and were not.
async fn ping_until(base: &str, number: usize, stop: &Cell<bool>) -> (usize, usize) {
    let (mut taken, mut refused, sender) = (0, 0, Sender::to(base));
    while !stop.get() {
        match sender.ping(&format!("http://blog{number}.example/{taken}")).await {
            Some(true) => taken += 1,
            _ => refused += 1,
        }
    }
    (taken, refused)
}

/// Runs a program of PostgreSQL's.
fn postgres(program: &str, args: &[&str]) {
    let done = Command::new(program).args(args).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn postgres_url(database: &Database) -> Option<&str> {
    match &database.url {
        DatabaseUrl::Postgres(url) => Some(url.expose()),
        DatabaseUrl::Sqlite(_) => None,
    }
}

/// Copies a database as its operator does.
fn back_up(database: &Database, file: &str) -> String {
    if let Some(url) = postgres_url(database) {
        let told = run(database, &["backup", file]);
        let told = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(told.contains(&format!("pg_dump --format=custom --file={file}")), "{told}");
        postgres("pg_dump", &["--format=custom", &format!("--file={file}"), "--dbname", url]);
    }
    ok(&run(database, &["backup", file]))
}

/// Brings it to another database.
fn bring_back(database: &Database, file: &str) {
    match postgres_url(database) {
        Some(url) => {
            let told = run(database, &["restore", file]);
            assert!(String::from_utf8_lossy(&told.stderr).contains("pg_restore --exit-on-error"));
            // An empty database, as it says.
            let empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
            postgres("psql", &["--quiet", "--command", empty, "--dbname", url]);
            postgres("pg_restore", &["--exit-on-error", "--no-owner", "--dbname", url, file]);
        }
        None => drop(ok(&run(database, &["restore", file, "--replace"]))),
    }
}

#[tokio::test]
async fn a_copy_made_under_load_has_all_that_was_taken_in_before_it() {
    for (here, there) in databases().into_iter().zip(databases()) {
        open_hub(&here);
        let mut server = serve(&here, &["--rate-limits", "off"], 1);
        let base = server.base.clone();
        let before: Vec<String> = (0..20).map(|n| format!("http://before.example/{n}")).collect();
        for url in &before {
            assert_eq!(Sender::to(&base).ping(url).await, Some(true));
        }
        let (here, stop) = (Arc::new(here), Cell::new(false));
        let file = here.data.path().join("copy").display().to_string();
        let copying = async {
            let (of, to) = (Arc::clone(&here), file.clone());
            let said = tokio::task::spawn_blocking(move || back_up(&of, &to)).await.unwrap();
            stop.set(true);
            said
        };
        let (said, first, second) =
            tokio::join!(copying, ping_until(&base, 1, &stop), ping_until(&base, 2, &stop));
        assert!(said.contains("bytes, whole: "), "{said}");
        assert_eq!(first.1 + second.1, 0, "nobody was refused meanwhile");
        assert!(first.0 > 0 && second.0 > 0, "there was a load");
        assert_eq!(server.signal("-TERM"), 0);
        let all = 20 + first.0 + second.0;
        assert!(holds(&here).contains(&format!(", pings {all} (listed {all}), accounts 1")));

        bring_back(&there, &file);
        assert!(holds(&there).contains("hubs 1, categories 1, "));
        let server = serve(&there, &["--rate-limits", "off"], 1);
        are_all_there(&there, &server.base, &before).await;
    }
}

#[tokio::test]
async fn what_is_no_whole_copy_is_refused_and_nothing_is_changed() {
    for database in databases() {
        open_hub(&database);
        let path = |name: &str| database.data.path().join(name).display().to_string();
        let file = path("copy");
        back_up(&database, &file);
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(path("cut"), &whole[..whole.len() - 5_000]).unwrap();
        std::fs::write(path("letter"), "Dear organizers,").unwrap();
        let before = holds(&database);
        if postgres_url(&database).is_some() {
            for name in ["cut", "letter"] {
                let refused = run(&database, &["backup", &path(name)]);
                let said = String::from_utf8_lossy(&refused.stderr).into_owned();
                assert!(!refused.status.success() && said.contains("is not whole"), "{said}");
            }
            continue;
        }
        let again = run(&database, &["backup", &file]);
        let said = String::from_utf8_lossy(&again.stderr).into_owned();
        assert!(!again.status.success() && said.contains("choose another name"), "{said}");
        assert_eq!(std::fs::read(&file).unwrap(), whole, "a copy is not written over");
        for name in ["cut", "letter", "nothing"] {
            let refused = run(&database, &["restore", &path(name), "--replace"]);
            assert_eq!(refused.status.code(), Some(1), "{name}");
        }
        let asked = run(&database, &["restore", &file]);
        assert!(String::from_utf8_lossy(&asked.stderr).contains("with --replace"));
        let mut server = serve(&database, &[], 1);
        assert_eq!(Sender::to(&server.base).ping("http://after.example/").await, Some(true));
        let busy = run(&database, &["restore", &file, "--replace"]);
        assert!(String::from_utf8_lossy(&busy.stderr).contains("stop the server first"));
        are_all_there(&database, &server.base, &["http://after.example/".to_owned()]).await;
        assert_eq!(server.signal("-TERM"), 0);
        assert_ne!(holds(&database), before);
        let done = ok(&run(&database, &["restore", &file, "--replace"]));
        assert!(done.contains("What was there is now"), "{done}");
        assert_eq!(holds(&database), before, "it is as it was");
        let former = done.lines().next().unwrap().rsplit(' ').next().unwrap();
        let former = former.trim_end_matches('.');
        ok(&run(&database, &["restore", former, "--replace"]));
        assert_ne!(holds(&database), before, "and can be taken back");
        // Where the file is gone, its journal is not written into what comes.
        let gone = path("backchannel.db");
        let mut reader = SqliteConnection::establish(&gone).unwrap();
        // Or the server's first look would empty it.
        reader.batch_execute("BEGIN; SELECT count(*) FROM pings").unwrap();
        let server = serve(&database, &[], 1);
        assert_eq!(Sender::to(&server.base).ping("http://last.example/").await, Some(true));
        drop(server);
        assert!(std::fs::metadata(format!("{gone}-wal")).unwrap().len() > 0, "it was killed");
        std::fs::remove_file(&gone).unwrap();
        drop(reader);
        ok(&run(&database, &["restore", &file]));
        assert_eq!(holds(&database), before);
    }
}
