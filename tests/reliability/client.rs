//! Senders and readers, on plain sockets: each knows how far its request came.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Longer than any answer may take, so that one that hangs shows as such.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Head and body, as they came.
    pub text: String,
    /// From connecting to the last byte.
    pub took: Duration,
}

impl Answer {
    /// Whether a ping was taken in.
    pub fn is_taken(&self) -> bool {
        self.text.contains("<error>0</error>")
    }

    /// Whether a ping was refused in the words of its protocol, with a time to come again.
    pub fn is_put_off(&self) -> bool {
        self.text.contains("<error>1</error>")
            && self.text.to_ascii_lowercase().contains("\r\nretry-after: ")
    }
}

/// Why nothing came back.
#[derive(Debug)]
pub enum Silence {
    /// The connection was refused: nothing was sent.
    Refused,
    /// It ended after the request was on its way.
    Broken,
}

/// Asks and reads to the end of the connection.
pub fn ask(address: SocketAddr, request: &str) -> Result<Answer, Silence> {
    let begun = Instant::now();
    let mut socket = TcpStream::connect(address).map_err(|_refused| Silence::Refused)?;
    let mut text = Vec::new();
    let mut talk = || {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.write_all(request.as_bytes())?;
        socket.read_to_end(&mut text)
    };
    talk().map_err(|_broken| Silence::Broken)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let status = text.get(9..12).and_then(|digits| digits.parse().ok());
    match status {
        Some(status) => Ok(Answer { status, text, took: begun.elapsed() }),
        None => Err(Silence::Broken),
    }
}

/// Reads a page.
pub fn get(address: SocketAddr, path: &str) -> Result<Answer, Silence> {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))
}

/// Pings `/sxsw/all` with a post.
pub fn ping(address: SocketAddr, url: &str) -> Result<Answer, Silence> {
    ask(address, &ping_request(address, url))
}

/// The bytes of such a ping.
pub fn ping_request(address: SocketAddr, url: &str) -> String {
    request(address, "/sxsw/all/trackback", "", &[("url", url), ("title", url)])
}

/// The bytes of a ping to another address, from whom a proxy names.
pub fn ping_as(address: SocketAddr, path: &str, url: &str, from: &str) -> String {
    let header = format!("X-Forwarded-For: {from}\r\n");
    request(address, path, &header, &[("url", url), ("title", url)])
}

/// The bytes of a ping with these fields.
pub fn request(address: SocketAddr, path: &str, header: &str, fields: &[(&str, &str)]) -> String {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{header}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// What many senders saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// Posts that were answered with success.
    pub taken: Mutex<Vec<String>>,
    /// Answers that said to come again.
    pub put_off: AtomicUsize,
    /// Other answers, of which there should be none.
    pub wrong: Mutex<Vec<String>>,
    /// Connections that were refused.
    pub refused: AtomicUsize,
    /// Connections that ended without an answer.
    pub broken: AtomicUsize,
    /// How long answers took.
    pub took: Mutex<Vec<Duration>>,
}

impl Seen {
    /// Notes what became of a ping; whether it was taken in.
    pub fn note(&self, url: &str, came: Result<Answer, Silence>) -> bool {
        match came {
            Ok(answer) => {
                self.took.lock().unwrap().push(answer.took);
                if answer.is_taken() {
                    self.taken.lock().unwrap().push(url.to_owned());
                    return true;
                }
                if answer.is_put_off() {
                    self.put_off.fetch_add(1, Ordering::SeqCst);
                } else {
                    self.wrong.lock().unwrap().push(answer.text);
                }
            }
            Err(Silence::Refused) => drop(self.refused.fetch_add(1, Ordering::SeqCst)),
            Err(Silence::Broken) => drop(self.broken.fetch_add(1, Ordering::SeqCst)),
        }
        false
    }

    /// How many were taken in.
    pub fn count_taken(&self) -> usize {
        self.taken.lock().unwrap().len()
    }

    /// How many were answered, whatever the answer.
    pub fn count_answered(&self) -> usize {
        self.took.lock().unwrap().len()
    }

    /// Fails where somebody read what a sender cannot understand.
    #[track_caller]
    pub fn had_clear_answers(&self) {
        let wrong = self.wrong.lock().unwrap();
        assert!(
            wrong.is_empty(),
            "{} answers were not clear; the first: {}",
            wrong.len(),
            wrong[0]
        );
    }

    /// The latency that so many of a hundred stay within, in milliseconds.
    pub fn percentile(&self, part: f64) -> f64 {
        percentile(&mut self.took.lock().unwrap(), part)
    }
}

/// The latency that so many of a hundred stay within, in milliseconds.
pub fn percentile(took: &mut [Duration], part: f64) -> f64 {
    took.sort_unstable();
    let last = took.len().saturating_sub(1);
    took.get((last as f64 * part / 100.0).round() as usize)
        .map_or(f64::NAN, |took| took.as_secs_f64() * 1_000.0)
}

/// A trial in which nobody was put off.
#[derive(Debug)]
pub struct Trial {
    /// What its senders saw.
    pub seen: Seen,
    /// Posts that were answered with success in it, and in those before.
    pub taken: Vec<String>,
    /// How many were put off in each of those before.
    before: Vec<usize>,
}

impl Trial {
    /// That nobody was put off, in words.
    pub fn nobody(&self) -> String {
        match self.before.as_slice() {
            [] => "none put off".to_owned(),
            before => format!("none put off (in trials before: {before:?})"),
        }
    }
}

/// Makes a trial until nobody is put off in it, five times at most: a machine that others share puts
/// somebody off in some, whatever is tried. Only for what happens in each trial in the same way, as a
/// lock that is held: a race that is lost now and then would pass.
#[track_caller]
pub fn nobody_put_off(mut trial: impl FnMut(usize) -> Seen) -> Trial {
    let (mut taken, mut before) = (Vec::new(), Vec::new());
    for number in 0..5 {
        let seen = trial(number);
        seen.had_clear_answers();
        let [broken, refused, put_off] =
            [&seen.broken, &seen.refused, &seen.put_off].map(|count| count.load(Ordering::SeqCst));
        assert_eq!([broken, refused], [0; 2], "ended without an answer, refused");
        assert!(seen.count_taken() > 0, "nobody was taken in");
        taken.extend(seen.taken.lock().unwrap().iter().cloned());
        if put_off == 0 {
            return Trial { seen, taken, before };
        }
        before.push(put_off);
    }
    panic!("in each of five trials somebody was put off: {before:?}");
}

/// Whether who sends in the background shall stop.
#[derive(Debug, Default)]
pub struct Over(AtomicBool);

/// Says that it is over when it is dropped: by an assertion that fails, too. A scope waits for its
/// threads before it hands a panic on, and would wait for ever.
pub struct Sending<'a>(&'a Over);

impl Over {
    /// Whether it is.
    pub fn is(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// It is over when this goes.
    pub const fn when_dropped(&self) -> Sending<'_> {
        Sending(self)
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::SeqCst);
    }
}

/// Has `clients` send one ping after the other until `over`; names their posts after `round`.
pub fn send_until(
    address: SocketAddr,
    clients: usize,
    round: &str,
    seen: &Seen,
    over: &Over,
    pause: Duration,
) {
    std::thread::scope(|scope| {
        for client in 0..clients {
            scope.spawn(move || {
                for n in 0.. {
                    if over.is() {
                        return;
                    }
                    let url = format!("http://of-{client}-in-{round}.example.net/{n}");
                    if !seen.note(&url, ping(address, &url)) || !pause.is_zero() {
                        // Whoever was put off does not come back at once.
                        std::thread::sleep(pause.max(Duration::from_millis(5)));
                    }
                }
            });
        }
    });
}
