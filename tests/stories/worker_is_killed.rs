//! The server is killed in the middle of its work: each page is judged once all the same.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::harness::process::{backchannel, databases, ok, run, secret_file, serve};
use crate::harness::{Answer, Blog, Browser, Database, PASSWORD, post};

/// Pages to be read.
const PAGES: usize = 1_000;
/// The longest a restarted server may take: leases of a killed PostgreSQL instance last 20 s.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(database: &Database, sql: &str) -> i64 {
    let sql = format!("SELECT count(*) AS count FROM {sql}");
    let found: Count = match &database.url {
        backchannel::config::DatabaseUrl::Sqlite(path) => {
            let mut file =
                diesel::SqliteConnection::establish(&path.display().to_string()).unwrap();
            diesel::sql_query(sql).get_result(&mut file).unwrap()
        }
        backchannel::config::DatabaseUrl::Postgres(url) => {
            let mut server = diesel::PgConnection::establish(url.expose()).unwrap();
            diesel::sql_query(sql).get_result(&mut server).unwrap()
        }
    };
    found.count
}

/// Asks until `done`, as a person who reloads a page would.
async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let asking = async {
        let mut often = tokio::time::interval(Duration::from_millis(50));
        while !done() {
            often.tick().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, asking).await.is_ok(), "{what} does not come");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_pages_are_each_judged_once_though_the_server_is_killed_among_them() {
    for database in databases() {
        judge_a_thousand(&database).await;
    }
}

async fn judge_a_thousand(database: &Database) {
    let password = secret_file(database, "password", PASSWORD);
    ok(&run(database, &["account", "add", "ada@example.org", "--password-file", &password]));
    ok(&run(database, &["hub", "add", "sxsw", "--title", "SXSW", "--owner", "ada@example.org"]));
    let open = ["category", "add", "sxsw/keynotes", "--title", "Keynotes", "--ping", "open"];
    ok(&backchannel(database).args(open).args(["--listing", "at-once"]).output().unwrap());

    let flags =
        ["--unsafe-dial-loopback", "--rate-limits", "off", "--public-url", "http://hub.example"];
    let target = "http://hub.example/sxsw/keynotes";
    let blog = Blog::start();
    let mut server = serve(database, &flags, 1);
    until("the line that says where it listens", || listening(database).is_some()).await;
    let listens_at = listening(database).unwrap();
    for i in 0..PAGES {
        let path = format!("/{i}");
        let source = blog.publish(&path, Answer::html(post(&format!("Post {i}"), target)));
        let fields = [("source".to_owned(), source), ("target".to_owned(), target.to_owned())];
        let sent = Browser::new(&listens_at).post_from("/webmention", &fields, &[]).await;
        sent.has_status(201);
    }
    // It has read some of them, and is reading others.
    until("the first reading", || blog.asked().len() > PAGES / 10).await;
    assert_eq!(server.signal("-KILL"), -1);
    let judged = count(database, "ping_events WHERE kind = 'verified'");
    let left = count(database, "jobs");
    assert!(left > 0, "it was killed too late: {judged} of {PAGES} were judged");

    let mut server = serve(database, &flags, 1);
    until("the last reading", || count(database, "ping_events WHERE kind = 'verified'") >= 1_000)
        .await;
    until("the end of the jobs", || count(database, "jobs WHERE attempts > 0") == 0).await;
    assert_eq!(server.signal("-TERM"), 0);
    let all = i64::try_from(PAGES).unwrap();
    assert_eq!(count(database, "ping_events WHERE kind = 'verified'"), all, "judged once each");
    assert_eq!(count(database, "pings WHERE state = 'listed'"), all);
    assert_eq!(count(database, "hubs WHERE listed_count = 1000"), 1);
    // A page that was being read when the server was killed is read once more, and no other.
    let read = blog.asked().len();
    assert!((PAGES..=PAGES + 8).contains(&read), "{read} readings");
}

/// Where the server listens: with a public address its first line names that one.
fn listening(database: &Database) -> Option<String> {
    let log = std::fs::read_to_string(database.data.path().join("log")).unwrap();
    let (_, after) = log.split_once("listening=")?;
    let (address, _) = after.split_once(char::is_whitespace)?;
    Some(format!("http://{address}"))
}
