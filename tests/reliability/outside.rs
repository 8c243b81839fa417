//! R14: nobody answers for names, and the mail server is silent. R16: the clock jumps.

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use backchannel::db::migrations;

use super::client::{Over, Seen, get, ping, send_until};
use super::world::{On, World, look_through, serve_flagged, serve_under, until};
use crate::harness::process::backchannel;
use crate::harness::senders::open_hub_with;
use crate::harness::{Browser, Database};

/// Sends for three seconds.
fn send(server: &super::world::Server, name: &str) -> Seen {
    let (seen, over, begun) = (Seen::default(), Over::default(), Instant::now());
    std::thread::scope(|scope| {
        let sending = over.when_dropped();
        let pause = Duration::from_millis(20);
        scope
            .spawn(|| send_until(server.address, 4, name, &seen, &over, Duration::from_millis(20)));
        until("three seconds", Duration::from_secs(10), || begun.elapsed() > pause * 150);
        drop(sending);
    });
    seen.had_clear_answers();
    assert_eq!(seen.put_off.load(Ordering::SeqCst), 0, "somebody was put off");
    seen
}

/// A hub whose category reads the pages of posts.
fn that_reads_pages(world: &World, on: On) -> Database {
    let database = world.empty(on);
    migrations::run_pending(&database.url).unwrap();
    let policy = ["--ping", "open", "--listing", "all-wait", "--link-back", "counts"];
    open_hub_with(&database, &policy);
    database
}

/// Compares how long pings take with and without the world outside.
pub fn lose_the_world(world: &World, on: On) -> String {
    let alone = {
        let database = that_reads_pages(world, on);
        let server = serve_flagged(&database, &[]);
        send(&server, "alone")
    };
    let database = that_reads_pages(world, on);
    // It takes questions, and connections, and answers none.
    let names = UdpSocket::bind("127.77.0.1:53").unwrap();
    let mail = TcpListener::bind("127.0.0.1:0").unwrap();
    let resolver = database.data.path().join("resolv.conf");
    std::fs::write(&resolver, "nameserver 127.77.0.1\n").unwrap();
    let script = format!("mount --bind {} /etc/resolv.conf && exec \"$@\"", resolver.display());
    let under = ["unshare", "--mount", "sh", "-c", &script, "sh"];
    let smtp = format!("smtp://{}", mail.local_addr().unwrap());
    let mut server = serve_under(&under, &database, &["--smtp-url", &smtp, "--sign-up", "open"]);
    let dead = send(&server, "dead");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let begun = Instant::now();
    runtime.block_on(async {
        let mut somebody = Browser::new(&format!("http://{}", server.address));
        somebody.open("/signup").await;
        somebody.submit("/signup", &[("email", "new@example.org")]).await.says("Check your mail");
    });
    let signed_up = begun.elapsed();
    names.set_nonblocking(true).unwrap();
    assert!(names.recv(&mut [0; 512]).is_ok(), "nobody was asked for a name");
    assert_eq!(get(server.address, "/sxsw/all").unwrap().status, 200);
    let waiting = server.metric("jobs_waiting");
    let (code, stopped) = server.stop();
    assert_eq!(code, 0, "it did not end in order");
    let taken = dead.taken.lock().unwrap();
    let held = look_through(&database, &taken);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    format!(
        "{} pings, none put off: p50 {:.0} ms, p99 {:.0} ms (with the world there {:.0} and {:.0} ms); a sign-up is \
         answered after {:.0} ms; {waiting} pages wait; stops after {:.1} s",
        taken.len(),
        dead.percentile(50.0),
        dead.percentile(99.0),
        alone.percentile(50.0),
        alone.percentile(99.0),
        signed_up.as_secs_f64() * 1_000.0,
        stopped.as_secs_f64()
    )
}

/// Where Debian's `faketime` keeps what it puts before the C library.
pub const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/// Moves the clock of the running program.
pub fn move_the_clock(world: &World, on: On) -> String {
    assert!(Path::new(FAKETIME).exists(), "Debian's package faketime is missing");
    let database = world.open_hub(on);
    let moved = database.data.path().join("moved");
    let say = |by: &str| std::fs::write(&moved, by).unwrap();
    say("+0");
    let mut command = Command::new("env");
    command.args([
        &format!("LD_PRELOAD={FAKETIME}"),
        &format!("FAKETIME_TIMESTAMP_FILE={}", moved.display()),
        "FAKETIME_NO_CACHE=1",
        "DONT_FAKE_MONOTONIC=1",
    ]);
    let program = backchannel(&database);
    command.arg(program.get_program());
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let mut server = super::world::serve_with(command, &database, &["--rate-limits", "on"]);
    let moves = ["+0", "+1h", "-1h", "+36h", "-2d", "+4500d", "+0"];
    let (mut taken, begun) = (Vec::new(), Instant::now());
    for (n, by) in moves.iter().enumerate() {
        say(by);
        let url = format!("http://clock.example/{n}");
        let answer = ping(server.address, &url).unwrap();
        // A stranger may send five at once, and one more in fifteen seconds, by a clock that only goes on.
        let may = n < 5 || begun.elapsed() > Duration::from_secs(15);
        assert!(n >= 5 || answer.is_taken(), "moved by {by}: {}", answer.text);
        assert!(may || !answer.is_taken(), "moved by {by}, the limit is gone");
        if answer.is_taken() {
            taken.push(url);
        }
        for path in ["/", "/sxsw", "/sxsw/all", "/sxsw/rss", "/sxsw/all/atom", "/readyz"] {
            assert_eq!(get(server.address, path).unwrap().status, 200, "{path}, moved by {by}");
        }
        for url in &taken {
            let path = url.trim_start_matches("http://");
            assert!(
                get(server.address, "/sxsw/all").unwrap().text.contains(path),
                "{url} is not listed"
            );
        }
    }
    assert_eq!(server.stop().0, 0, "it did not end in order");
    let held = look_through(&database, &taken);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    format!(
        "moved to {}: pings are taken in and listed, pages and feeds are read, limits go on by a clock that does not jump",
        moves.join(", ")
    )
}
