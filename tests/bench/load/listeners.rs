//! Those who listen to a hub: what each costs in memory, and how soon the last of them is told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::client::ask;
use crate::memory::{Server, resident};
use crate::product::ping_request;

/// How many listen.
const LISTENERS: usize = 2_000;
/// Posts that are told.
const POSTS: usize = 20;
/// What lies between two posts: those that come together are told together.
const APART: Duration = Duration::from_millis(300);
/// The longest a listener waits for one.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was measured.
pub struct Listeners {
    /// Resident memory of the server before anybody listened, in MiB.
    pub before: f64,
    /// With all of them, each told once.
    pub listening: f64,
    /// After all the posts.
    pub after: f64,
    /// From the answer to a ping, which is sent after COMMIT, to the last listener; in order.
    pub told: Vec<Duration>,
}

impl Listeners {
    /// How many listened.
    pub const COUNT: usize = LISTENERS;

    /// What one costs, in KiB.
    pub fn each(&self) -> f64 {
        (self.listening.max(self.after) - self.before) * 1_024.0 / LISTENERS as f64
    }
}

/// Opens real sockets to the real binary.
pub fn measure() -> anyhow::Result<Listeners> {
    let data = tempfile::tempdir()?;
    std::fs::write(data.path().join("password"), "four or five ordinary words\n")?;
    let password = data.path().join("password").display().to_string();
    let database = format!("sqlite://{}/backchannel.db", data.path().display());
    for args in [
        &["account", "add", "ada@example.org", "--password-file", &password][..],
        &["hub", "add", "sxsw", "--title", "SXSW 2003", "--owner", "ada@example.org"],
        &[
            "category",
            "add",
            "sxsw/keynotes",
            "--title",
            "Keynotes",
            "--ping",
            "open",
            "--listing",
            "at-once",
        ],
    ] {
        let done = Command::new(env!("CARGO_BIN_EXE_backchannel"))
            .args(args)
            .env("DATA", data.path())
            .env("DATABASE_URL", &database)
            .output()?;
        ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let server = Server::start(data.path(), &["--rate-limits=off"])?;
    let page = b"GET /sxsw HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for _ in 0..10 {
        ensure!(ask(server.address, page)?.status == 200, "the hub's page");
    }
    let before = resident(server.id())?;
    let mut sockets = open(server.address)?;
    tell(server.address, &mut sockets, 0)?;
    let listening = resident(server.id())?;
    let mut told = Vec::new();
    for number in 1..=POSTS {
        std::thread::sleep(APART);
        told.push(tell(server.address, &mut sockets, number)?);
    }
    told.sort_unstable();
    let found = Listeners { before, listening, after: resident(server.id())?, told };
    anyhow::ensure!(found.each() < 20.0, "each listener costs {:.1} KiB: 20 at most", found.each());
    Ok(found)
}

fn open(address: SocketAddr) -> anyhow::Result<Vec<TcpStream>> {
    (0..LISTENERS)
        .map(|number| {
            let mut socket = TcpStream::connect(address)?;
            socket.set_read_timeout(Some(PATIENCE))?;
            socket.write_all(
                b"GET /sxsw/-/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\
                  User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0\r\n\
                  Accept-Language: en\r\nCache-Control: no-cache\r\n\r\n",
            )?;
            let begun = read_until(&mut socket, "retry: ")?;
            ensure!(begun.starts_with("HTTP/1.1 200"), "listener {number}: {begun}");
            Ok(socket)
        })
        .collect()
}

/// Lists a post, and waits until every listener was told of it.
fn tell(address: SocketAddr, sockets: &mut [TcpStream], number: usize) -> anyhow::Result<Duration> {
    let url = format!("url=http%3A%2F%2Fblog-{number}.example%2F{number}&title=Post+{number}.");
    let answer = ask(address, &ping_request("/sxsw/keynotes", &url))?;
    ensure!(answer.text().contains("<error>0</error>"), "{answer:?}");
    let committed = Instant::now();
    let title = format!("Post {number}.");
    for socket in sockets {
        read_until(socket, &title)?;
    }
    Ok(committed.elapsed())
}

/// Reads until something was said.
fn read_until(socket: &mut TcpStream, words: &str) -> anyhow::Result<String> {
    let (mut all, mut part) = (String::new(), [0; 4_096]);
    while !all.contains(words) {
        let read = socket.read(&mut part).with_context(|| format!("no {words:?} in {all:?}"))?;
        ensure!(read > 0, "the stream ended: {all}");
        all.push_str(&String::from_utf8_lossy(&part[..read]));
    }
    Ok(all)
}
