//! R13: pages and rows that are made to stop whoever does the jobs. The others are done meanwhile.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use backchannel::db::migrations;

use super::client::{get, percentile, ping};
use super::world::{On, Server, Sql, World, free_port, look_through, serve_flagged, until};
use crate::harness::senders::open_hub_with;
use crate::harness::{Answer, Blog, Database, post};

/// Longer than a page may take to be read, with the look for what is due.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that reads each page, and a blog that is honest beside others.
struct Poisoned {
    database: Database,
    address: SocketAddr,
    server: Server,
    blog: Blog,
    /// Pings that were taken in.
    taken: Vec<String>,
    /// From an honest ping to its place on the page.
    listed: Vec<Duration>,
}

impl Poisoned {
    fn begin(world: &World, on: On) -> Self {
        let database = world.empty(on);
        migrations::run_pending(&database.url).unwrap();
        let policy = ["--ping", "open", "--listing", "at-once", "--link-back", "required"];
        open_hub_with(&database, &policy);
        let address = ([127, 0, 0, 1], free_port()).into();
        let server = serve(&database, address);
        let (taken, listed) = (Vec::new(), Vec::new());
        Self { database, address, server, blog: Blog::start(), taken, listed }
    }

    fn take(&mut self, url: String) {
        let answer = ping(self.address, &url).unwrap();
        assert!(answer.is_taken(), "{}", answer.text);
        self.taken.push(url);
    }

    /// A post that links to the category, and is listed once that was seen.
    fn send_honest(&mut self, path: &str) -> String {
        let link = format!("http://{}/sxsw/all", self.address);
        let url = self.blog.publish(path, Answer::html(post(path, &link)));
        let begun = Instant::now();
        self.take(url.clone());
        until("an honest post on the page", PATIENCE, || {
            get(self.address, "/sxsw/all").unwrap().text.contains(&url)
        });
        self.listed.push(begun.elapsed());
        url
    }
}

fn serve(database: &Database, address: SocketAddr) -> Server {
    serve_flagged(database, &["--unsafe-dial-loopback", "--listen", &address.to_string()])
}

/// What parsers have ended by: depth, breadth, what is never closed.
fn pages() -> [String; 6] {
    [
        "<div>".repeat(150_000),
        format!("<p {}>", "a=1 ".repeat(150_000)),
        "<a href=".repeat(80_000),
        format!("<!--{}", "-".repeat(700_000)),
        "<table><tr><td>".repeat(50_000),
        format!("<svg><style>{}", "&lt;".repeat(150_000)),
    ]
}

/// Serves poison among honest pages.
pub fn poison_it(world: &World, on: On) -> String {
    let mut all = Poisoned::begin(world, on);
    // Those who let us in and say nothing.
    let silent: Vec<TcpListener> =
        (0..4).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    for silent in &silent {
        all.take(format!("http://{}/", silent.local_addr().unwrap()));
    }
    let rounds = world.of(2, 20);
    for round in 0..rounds {
        for (n, page) in pages().into_iter().enumerate() {
            let url = all.blog.publish(&format!("/poison/{round}/{n}"), Answer::html(page));
            all.take(url);
            all.send_honest(&format!("/honest/{round}/{n}"));
        }
    }

    let mut sql = Sql::to(&all.database);
    // What takes the process down each time it is begun is given up the fourth time.
    let deadly = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", deadly.local_addr().unwrap());
    all.take(url.clone());
    let job = format!("subject_id = (SELECT id FROM pings WHERE url = '{url}')");
    for _ in 0..3 {
        until("its claim", PATIENCE, || {
            sql.count(&format!("jobs WHERE leased_until > 0 AND {job}")) == 1
        });
        all.server.kill();
        // Forty-five seconds pass.
        sql.tell("UPDATE jobs SET leased_until = 0 WHERE leased_until IS NOT NULL");
        all.server = serve(&all.database, all.address);
    }
    until("its end", PATIENCE, || sql.count(&format!("jobs WHERE failed_at > 0 AND {job}")) == 1);
    let of_deadly = why(&mut sql, &job);
    assert!(of_deadly.contains("ended three times"), "{of_deadly}");
    all.send_honest("/honest/after-kills");

    // A row that no statement of ours can have written.
    let url = all.send_honest("/broken");
    let job = format!("subject_id = (SELECT id FROM pings WHERE url = '{url}')");
    let set_id = |to: &str| {
        let bytes = match on {
            On::Sqlite => format!("x'{to}'"),
            On::Postgres => format!("'\\x{to}'"),
        };
        Sql::to(&all.database)
            .tell(&format!("UPDATE pings SET public_id = {bytes} WHERE url = '{url}'"));
    };
    set_id("00");
    for attempt in 1..=3 {
        // A minute passes, and ten.
        sql.tell(&format!("UPDATE jobs SET run_at = 0 WHERE {job}"));
        let failed = format!("jobs WHERE attempts = {attempt} AND leased_until IS NULL AND {job}");
        until("its failure", PATIENCE, || sql.count(&failed) == 1);
    }
    let of_broken = why(&mut sql, &job);
    assert!(of_broken.contains("public_id"), "{of_broken}");
    set_id("0192f0c0ffee70008000000000000001");
    all.send_honest("/honest/after-failures");

    let aside = all.server.metric("jobs_total{kind=\"verify-ping\",outcome=\"set-aside\"}");
    assert!((aside - 1.0).abs() < f64::EPSILON, "{aside} were set aside");
    assert!(all.server.log().contains("a job failed"), "{}", all.server.log());
    assert!(all.server.metric("panics_total") < f64::EPSILON, "something panicked");
    assert!(all.server.is_up(), "it ended");
    assert_eq!(all.server.stop().0, 0, "it did not end in order");
    let held = look_through(&all.database, &all.taken);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    let honest = all.listed.len();
    format!(
        "{} pages that parsers end by, {} silent ones, one under which the process is killed three times, a row that \
         cannot be read: the last two set aside with their reasons, {honest} honest posts listed meanwhile after \
         {:.0} ms (slowest {:.0}); no panic, **0 lost**",
        rounds * pages().len(),
        silent.len(),
        percentile(&mut all.listed, 50.0),
        percentile(&mut all.listed, 100.0),
    )
}

/// Why a job was set aside.
fn why(sql: &mut Sql, job: &str) -> String {
    sql.lines(&format!("SELECT problem AS line FROM jobs WHERE failed_at > 0 AND {job}")).remove(0)
}
