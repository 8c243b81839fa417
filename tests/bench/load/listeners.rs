//! Those who listen to a hub: what each costs in memory, and how soon the last of them is told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::binary::{Server, open_hub, resident};
use crate::product::ping_request;
use crate::table::{Table, verdict};
use crate::visitor::ask;

/// How many listen.
const LISTENERS: usize = 2_000;
/// Posts that are told.
const POSTS: usize = 20;
/// What lies between two posts: those that come together are told together.
const APART: Duration = Duration::from_millis(300);
/// The longest a listener waits for one.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most that one of them may cost, in KiB.
const EACH: f64 = 20.0;

/// Opens real sockets to the real binary.
pub fn measure() -> anyhow::Result<Table> {
    let data = tempfile::tempdir()?;
    open_hub(data.path(), "open")?;
    let server = Server::start(data.path(), &["--rate-limits=off"])?;
    let page = b"GET /sxsw HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for _ in 0..10 {
        ensure!(ask(server.address, page)?.status == 200, "the hub's page");
    }
    let before = resident(server.id())?;
    let mut sockets = open(server.address, LISTENERS)?;
    tell(server.address, &mut sockets, 0)?;
    let listening = resident(server.id())?;
    let mut told = Vec::new();
    for number in 1..=POSTS {
        std::thread::sleep(APART);
        told.push(tell(server.address, &mut sockets, number)?);
    }
    told.sort_unstable();
    let after = resident(server.id())?;
    Ok(table(before, listening, after, &told))
}

fn table(before: f64, listening: f64, after: f64, told: &[Duration]) -> Table {
    let each = (listening.max(after) - before) * 1_024.0 / LISTENERS as f64;
    let ms = |place: usize| told[place].as_secs_f64() * 1_000.0;
    let last = told.len() - 1;
    let mut table = Table::new(&[&format!("{LISTENERS} who listen to one hub"), "", "target", ""]);
    table.row([
        format!("memory before, listening, after {} posts", told.len()),
        format!("{before:.1}, {listening:.1}, {after:.1} MiB"),
    ]);
    let [is, target] = [format!("**{each:.1} KiB**"), format!("{EACH} KiB")];
    table.row(["each".to_owned(), is, target, verdict(each <= EACH)]);
    table.row([
        "from COMMIT to the last of them: p50, slowest".to_owned(),
        format!("{:.0}, {:.0} ms", ms(last / 2), ms(last)),
    ]);
    table
}

/// Opens streams of a hub's posts: so many who listen.
pub fn open(address: SocketAddr, count: usize) -> anyhow::Result<Vec<TcpStream>> {
    (0..count)
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
