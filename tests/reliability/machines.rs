//! R12: three instances on one PostgreSQL, behind nginx.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::client::{Over, Seen, get, percentile, ping, send_until};
use super::world::{
    On, Server, Sql, World, find_program, free_port, look_through, serve_flagged, until,
};
use crate::harness::{Answer, Blog, Browser, Database, PASSWORD, Page, post};

const PATIENCE: Duration = Duration::from_secs(60);

/// Three instances, and the proxy before them.
struct Machines {
    database: Database,
    servers: Vec<Server>,
    addresses: Vec<SocketAddr>,
    front: SocketAddr,
    flags: Vec<&'static str>,
    proxy: Child,
}

impl Machines {
    /// Starts all three at once on tables that are not there yet, unless somebody made them.
    fn start(database: Database, flags: &[&'static str]) -> Self {
        let addresses: Vec<SocketAddr> =
            (0..3).map(|_| ([127, 0, 0, 1], free_port()).into()).collect();
        let front: SocketAddr = ([127, 0, 0, 1], free_port()).into();
        let proxy = start_nginx(&database, front, &addresses);
        let mut machines =
            Self { database, servers: Vec::new(), addresses, front, flags: flags.to_vec(), proxy };
        let starting = &machines;
        machines.servers = std::thread::scope(|scope| {
            let started: Vec<_> =
                (0..3).map(|number| scope.spawn(move || starting.serve(number))).collect();
            started.into_iter().map(|server| server.join().unwrap()).collect()
        });
        machines
    }

    fn serve(&self, number: usize) -> Server {
        let (listen, public) = (self.addresses[number].to_string(), self.public());
        let mut flags = vec!["--listen", &listen, "--public-url", &public];
        flags.extend(["--trusted-proxies", "127.0.0.1"]);
        flags.extend(&self.flags);
        serve_flagged(&self.database, &flags)
    }

    fn public(&self) -> String {
        format!("http://{}", self.front)
    }

    /// Somebody's browser that the proxy leads to this instance.
    fn browser(&self, number: usize) -> Browser {
        Browser::at(&format!("http://{}", self.addresses[number]), &self.public())
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        // Its workers end with it when it is asked, and not when it is killed.
        let _ended = Command::new("kill").arg(self.proxy.id().to_string()).status();
        let _reaped = self.proxy.wait();
    }
}

/// As `src/OPERATING.md` has it.
fn start_nginx(database: &Database, front: SocketAddr, behind: &[SocketAddr]) -> Child {
    let directory: PathBuf = database.data.path().join("nginx");
    std::fs::create_dir(&directory).unwrap();
    let servers: String =
        behind.iter().map(|server| format!("server {server} max_fails=0;\n")).collect();
    let place = directory.display();
    let config = format!(
        "daemon off; pid {place}/pid; error_log {place}/errors; worker_processes 1;\n\
         events {{ worker_connections 1000; }}\n\
         http {{ access_log off; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;\n\
         fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n\
         upstream backchannel {{ {servers} }}\n\
         server {{ listen {front}; location / {{ proxy_pass http://backchannel; proxy_http_version 1.1;\n\
         proxy_set_header Connection \"\"; proxy_set_header Host $http_host;\n\
         proxy_set_header X-Forwarded-For $remote_addr;\n\
         proxy_connect_timeout 2s; proxy_buffering on; }} }} }}\n"
    );
    std::fs::write(directory.join("conf"), config).unwrap();
    let mut command = Command::new(find_program("nginx").unwrap());
    let child = command
        .arg("-p")
        .arg(&directory)
        .arg("-c")
        .arg(directory.join("conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("nginx", PATIENCE, || TcpStream::connect(front).is_ok());
    child
}

/// Sends a ping as senders do: again, where it was put off.
fn ping_until_taken(to: SocketAddr, url: &str) {
    until("a place for the ping", PATIENCE, || {
        let answer = ping(to, url).unwrap();
        assert!(answer.is_taken() || answer.is_put_off(), "{}", answer.text);
        answer.is_taken()
    });
}

/// What one of them is told, the others know.
pub fn know_of_each_other(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let machines = Machines::start(database, &[]);
    let (a, b) = (machines.addresses[0], machines.addresses[1]);

    // A post on the other instance's page.
    let rounds = world.of(40, 400);
    let mut shown = Vec::new();
    for n in 0..rounds {
        let url = format!("http://blog.example/shown/{n}");
        assert!(get(b, "/sxsw/all").unwrap().status == 200);
        let begun = Instant::now();
        assert!(ping(a, &url).unwrap().is_taken());
        until("the post on the other's page", PATIENCE, || {
            get(b, "/sxsw/all").unwrap().text.contains(&url)
        });
        shown.push(begun.elapsed());
    }

    // The same, for whoever listens there.
    let mut listener = TcpStream::connect(b).unwrap();
    listener.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(listener, "GET /sxsw/-/live HTTP/1.1\r\nHost: {b}\r\nAccept: text/event-stream\r\n\r\n")
        .unwrap();
    let mut lines = BufReader::new(listener).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains(" 200 "), "nobody may listen");
    let mut told = Vec::new();
    for n in 0..rounds {
        let url = format!("http://blog.example/told/{n}");
        let begun = Instant::now();
        assert!(ping(a, &url).unwrap().is_taken());
        let path = format!("/told/{n}");
        assert!(lines.by_ref().any(|line| line.contains(&path)));
        told.push(begun.elapsed());
    }

    // Senders who try again elsewhere.
    let pairs = world.of(300, 5_000);
    let numbers = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let n = numbers.fetch_add(1, Ordering::SeqCst);
                    if n >= pairs {
                        return;
                    }
                    let url = &format!("http://twice.example/{n}");
                    std::thread::scope(|pair| {
                        for to in [a, b] {
                            pair.spawn(move || ping_until_taken(to, url));
                        }
                    });
                }
            });
        }
    });
    let twice = Sql::to(&machines.database).count("pings WHERE url LIKE 'http://twice.example/%'");
    assert_eq!(usize::try_from(twice).unwrap(), pairs, "{pairs} pairs were raced");
    let held = look_through(&machines.database, &[]);
    assert!(held.doubled.is_empty(), "{held:?}");

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut at_a = machines.browser(0);
        at_a.open("/signin").await;
        let signed_in = [("email", "ada@example.org"), ("password", PASSWORD)];
        at_a.submit("/signin", &signed_in).await.redirects_to("/manage");
        let mut at_b = machines.browser(1);
        at_b.cookies.clone_from(&at_a.cookies);
        at_b.open("/manage").await.has_status(200);
        at_a.open("/manage").await.has_status(200);
        at_a.submit("/signout", &[]).await.has_status(303);
        let after = at_b.open("/manage").await;
        assert_eq!(after.status, 303, "signed out at one, and not at the other");
    });
    format!(
        "a post is on the other's page after {:.0} ms (p99 {:.0}), told to who listens there after {:.0} ms \
         (p99 {:.0}); {pairs} pairs raced at two: {pairs} rows; signed out at one is signed out at all",
        percentile(&mut shown, 50.0),
        percentile(&mut shown, 99.0),
        percentile(&mut told, 50.0),
        percentile(&mut told, 99.0),
    )
}

/// Whoever guesses at three instances has what one of them gives.
pub fn guess_everywhere(world: &World, on: On) -> String {
    let machines = Machines::start(world.open_hub(on), &["--rate-limits", "on"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let guesses = 45;
    let (mut tried, mut refused) = (0_u64, 0);
    let begun = Instant::now();
    runtime.block_on(async {
        let mut browsers = [0, 1, 2].map(|number| machines.browser(number));
        for n in 0..guesses {
            let email = format!("guess{n}@example.org");
            let answer = sign_in(&mut browsers[n % 3], "198.51.100.7", &email).await;
            if answer.body.contains("Too many tries from here") {
                refused += 1;
            } else {
                tried += 1;
            }
        }
    });
    // Ten at once, and one comes back in six seconds.
    let may = 11 + begun.elapsed().as_secs() / 6;
    assert!((10..=may).contains(&tried), "{tried} of {guesses} guesses were let through");
    // One account, from everywhere: after five wrong passwords there is a delay, at each of them.
    let delayed_after = runtime.block_on(async {
        for n in 0..30 {
            let from = format!("203.0.113.{n}");
            let answer = sign_in(&mut machines.browser(n % 3), &from, "known@example.org").await;
            if answer.body.contains("Too many wrong passwords") {
                return n;
            }
        }
        30
    });
    // The first delays are a second and two: a slow machine is through before they are noticed.
    assert!(
        (5..=9).contains(&delayed_after),
        "{delayed_after} wrong passwords of one account were let through"
    );
    format!(
        "{guesses} sign-ins at three instances from one address: {tried} tried, {refused} refused (one alone gives \
         10, and one more each 6 s); after {delayed_after} wrong passwords of one account a delay at all of them"
    )
}

/// Tries a wrong password.
async fn sign_in(browser: &mut Browser, from: &str, email: &str) -> Page {
    browser.headers.retain(|(name, _)| *name != "x-forwarded-for");
    browser.headers.push(("x-forwarded-for", from.to_owned()));
    browser.open("/signin").await;
    browser.submit("/signin", &[("email", email), ("password", "not the password at all")]).await
}

/// Each job is done once.
pub fn share_jobs(world: &World, on: On) -> String {
    let machines = Machines::start(world.open_hub(on), &["--unsafe-dial-loopback"]);
    let blog = Blog::start();
    let pages = world.of(200, 2_000);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let target = format!("{}/sxsw/all", machines.public());
    let begun = Instant::now();
    runtime.block_on(async {
        for n in 0..pages {
            let source =
                blog.publish(&format!("/{n}"), Answer::html(post(&format!("Post {n}"), &target)));
            let fields = [("source".to_owned(), source), ("target".to_owned(), target.clone())];
            let sent = machines.browser(n % 3).post_from("/webmention", &fields, &[]).await;
            assert_eq!(sent.status, 201, "{}; {}", sent.body, machines.servers[n % 3].log());
        }
    });
    let judged = "ping_events WHERE kind = 'verified'";
    let mut sql = Sql::to(&machines.database);
    let all = i64::try_from(pages).unwrap();
    until("the last page", Duration::from_secs(600), || sql.count(judged) >= all);
    until("the end of the jobs", PATIENCE, || sql.count("jobs WHERE attempts > 0") == 0);
    assert_eq!(sql.count(judged), all, "judged once each");
    assert_eq!(sql.count("pings WHERE state = 'listed'"), all);
    let read = blog.asked();
    let once: HashSet<&str> = read.iter().map(|asked| asked.path.as_str()).collect();
    assert_eq!(once.len(), pages, "each page is read");
    let each: Vec<String> = machines
        .servers
        .iter()
        .map(|server| {
            server.metric("jobs_total{kind=\"verify-ping\",outcome=\"done\"}").to_string()
        })
        .collect();
    let idle = each.iter().position(|done| done == "0");
    if let Some(idle) = idle {
        let metrics = get(machines.addresses[idle], "/metrics").unwrap().text;
        panic!("one of them did nothing: {each:?}; {metrics}");
    }
    format!(
        "{pages} pages, each judged once ({} readings), in {:.1} s; by each instance: {}",
        read.len(),
        begun.elapsed().as_secs_f64(),
        each.join(", ")
    )
}

/// One after the other is stopped and started again, while pings and pages go on.
pub fn restart_in_turn(world: &World, on: On) -> String {
    let mut machines = Machines::start(world.open_hub(on), &[]);
    let (seen, over) = (Seen::default(), Over::default());
    let (pages, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let front = machines.front;
    let restarts = world.of(6, 30);
    std::thread::scope(|scope| {
        let sending = over.when_dropped();
        scope.spawn(|| send_until(front, 8, "rolling", &seen, &over, Duration::from_millis(2)));
        scope.spawn(|| {
            while !over.is() {
                pages.fetch_add(1, Ordering::SeqCst);
                if !get(front, "/sxsw/all").is_ok_and(|page| page.status == 200) {
                    failed.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        for restart in 0..restarts {
            let number = restart % 3;
            let taken = seen.count_taken();
            until("pings", PATIENCE, || seen.count_taken() >= taken + 50);
            assert_eq!(machines.servers[number].stop().0, 0);
            let again = machines.serve(number);
            machines.servers[number] = again;
        }
        drop(sending);
    });
    seen.had_clear_answers();
    let (broken, refused) = (&seen.broken, &seen.refused);
    let lost = [broken, refused, &seen.put_off, &failed].map(|count| count.load(Ordering::SeqCst));
    assert_eq!(lost, [0; 4], "ended without an answer, refused, put off, pages that failed");
    let taken = seen.taken.lock().unwrap();
    let held = look_through(&machines.database, &taken);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    format!(
        "{restarts} restarts, one after the other; {} pings and {} pages through nginx, **0 failed**; slowest ping {:.0} ms",
        taken.len(),
        pages.load(Ordering::SeqCst),
        seen.percentile(100.0)
    )
}
