//! The load generator: keep-alive connections, one request at a time on each.
//!
//! It is as light as it can be made, because it runs on the servers' own cores: whatever it spends
//! is spent for both sides alike, and draws their ratio towards 1.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail, ensure};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

/// Not counted: connections open, caches fill.
const WARM_UP: Duration = Duration::from_millis(200);
/// How long a task with an end may take.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Threads that make load.
const THREADS: usize = 2;
/// The largest answer that is taken.
pub const BUFFER: usize = 128 * 1024;

/// What is asked, and what the answer must be.
pub trait Task: Send + Sync + 'static {
    /// Writes the request; no two of one sample have the same number.
    fn write(&self, number: u64, into: &mut Vec<u8>);
    /// Whether this is the answer that was expected.
    fn accepts(&self, answer: &Head, body: &[u8]) -> bool;

    /// How long after the beginning this request is due; `None`: once the one before is answered.
    fn due(&self, _number: u64) -> Option<Duration> {
        None
    }

    /// Whether answers differ in length, so that nothing can be guessed of the next.
    fn answers_vary(&self) -> bool {
        false
    }

    /// Whether this and all later requests of its connection are left out.
    fn is_over(&self, _number: u64) -> bool {
        false
    }
}

/// The parts of an answer's head that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// Bytes before the body.
    pub length: usize,
    /// Bytes of the body.
    pub body: usize,
}

/// What was measured in one sample.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Requests a second.
    pub rate: f64,
    /// Requests that were answered, those of the warm-up too.
    pub answered: u64,
    /// The middle latency.
    pub p50: Duration,
    /// The latency that one of a hundred exceeds.
    pub p99: Duration,
}

/// Keeps `connections` busy for `length`. Fails with the first wrong answer.
pub fn run<T: Task>(
    address: SocketAddr,
    connections: usize,
    length: Duration,
    task: &Arc<T>,
) -> anyhow::Result<Sample> {
    let from = Instant::now() + WARM_UP;
    let mut all = run_between(address, connections, from, from + length, task)?;
    ensure!(!all.latencies.is_empty(), "nothing was answered in {length:?}");
    all.latencies.sort_unstable();
    let at = |part: f64| all.latencies[((all.latencies.len() - 1) as f64 * part) as usize];
    Ok(Sample {
        rate: all.latencies.len() as f64 / length.as_secs_f64(),
        answered: all.answered,
        p50: at(0.50),
        p99: at(0.99),
    })
}

/// Sends all that a task has, until it is over; how many were answered.
pub fn run_all<T: Task>(
    address: SocketAddr,
    connections: usize,
    task: &Arc<T>,
) -> anyhow::Result<u64> {
    let now = Instant::now();
    Ok(run_between(address, connections, now, now + LONGEST, task)?.answered)
}

fn run_between<T: Task>(
    address: SocketAddr,
    connections: usize,
    from: Instant,
    until: Instant,
    task: &Arc<T>,
) -> anyhow::Result<Done> {
    let threads = THREADS.min(connections);
    let running: Vec<_> = (0..threads)
        .map(|thread| {
            let (task, mine) = (Arc::clone(task), (thread..connections).step_by(threads));
            std::thread::spawn(move || run_thread(address, mine, from, until, &task))
        })
        .collect();
    let mut all = Done::default();
    for thread in running {
        all.add(thread.join().map_err(|_panic| anyhow!("a client panicked"))??);
    }
    Ok(all)
}

/// The place of a request among those of all connections of a task.
pub const fn place(number: u64, connections: usize) -> u64 {
    (number & u32::MAX as u64) * connections as u64 + (number >> 32)
}

#[derive(Default)]
struct Done {
    answered: u64,
    latencies: Vec<Duration>,
}

impl Done {
    fn add(&mut self, more: Self) {
        self.answered += more.answered;
        self.latencies.extend(more.latencies);
    }
}

fn run_thread<T: Task>(
    address: SocketAddr,
    connections: impl Iterator<Item = usize>,
    from: Instant,
    until: Instant,
    task: &Arc<T>,
) -> anyhow::Result<Done> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let running: Vec<_> = connections
            .map(|connection| {
                let task = Arc::clone(task);
                tokio::spawn(async move {
                    let stream = TcpStream::connect(address).await?;
                    stream.set_nodelay(true)?;
                    let mut connection = Connection::new(connection, stream);
                    connection.run(from, until, &*task).await
                })
            })
            .collect();
        let mut all = Done::default();
        for connection in running {
            all.add(connection.await??);
        }
        Ok(all)
    })
}

/// Sleeps until a request is due. Its latency counts from the moment that is returned: that at which
/// it was due, where the answer before came too late for it.
async fn wait_for(due: Instant) -> Instant {
    if due <= Instant::now() {
        return due;
    }
    tokio::time::sleep_until(due.into()).await;
    Instant::now()
}

struct Connection {
    stream: TcpStream,
    number: u64,
    request: Vec<u8>,
    buffer: Vec<u8>,
    /// The head of the answer before: the next one mostly has the same shape.
    last: Option<Head>,
}

impl Connection {
    fn new(number: usize, stream: TcpStream) -> Self {
        Self {
            stream,
            number: (number as u64) << 32,
            request: Vec::new(),
            buffer: vec![0; BUFFER],
            last: None,
        }
    }

    async fn run(
        &mut self,
        from: Instant,
        until: Instant,
        task: &impl Task,
    ) -> anyhow::Result<Done> {
        let mut done = Done::default();
        let begun = Instant::now();
        let mut sent = begun;
        loop {
            if let Some(due) = task.due(self.number) {
                sent = wait_for(begun + due).await;
            }
            if sent >= until || task.is_over(self.number) {
                return Ok(done);
            }
            self.request.clear();
            task.write(self.number, &mut self.request);
            self.number += 1;
            self.send().await?;
            if task.answers_vary() {
                self.last = None;
            }
            let head = self.receive().await?;
            let body = &self.buffer[head.length..head.length + head.body];
            if !task.accepts(&head, body) {
                let answer = &self.buffer[..head.length + head.body.min(1_000)];
                bail!("a wrong answer:\n{}", String::from_utf8_lossy(answer));
            }
            let now = Instant::now();
            done.answered += 1;
            if now >= from && now < until {
                done.latencies.push(now - sent);
            }
            sent = now;
        }
    }

    async fn send(&mut self) -> anyhow::Result<()> {
        let mut sent = 0;
        while sent < self.request.len() {
            match self.stream.try_write(&self.request[sent..]) {
                Ok(more) => sent += more,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    self.stream.writable().await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads one whole answer to the beginning of the buffer.
    async fn receive(&mut self) -> anyhow::Result<Head> {
        let mut filled = 0;
        let mut head = None;
        loop {
            // `poll_read` knows that a read which did not fill the buffer took all there was;
            // `try_read` would ask the kernel once more.
            let mut space = ReadBuf::new(&mut self.buffer[filled..]);
            poll_fn(|context| Pin::new(&mut self.stream).poll_read(context, &mut space)).await?;
            let more = space.filled().len();
            ensure!(more > 0, "the server closed the connection");
            filled += more;
            if head.is_none() {
                head = self.head(filled)?;
            }
            if let Some(head) = head
                && filled >= head.length + head.body
            {
                ensure!(filled == head.length + head.body, "more came than was asked for");
                self.last = Some(head);
                return Ok(head);
            }
            ensure!(filled < self.buffer.len(), "an answer is larger than {BUFFER} bytes");
        }
    }

    fn head(&self, filled: usize) -> anyhow::Result<Option<Head>> {
        let bytes = &self.buffer[..filled];
        match self.last {
            // Pings differ in the numbers of their receipts and never in length.
            Some(last) if looks_like(bytes, last) => Ok(Some(last)),
            _ => read_head(bytes),
        }
    }
}

/// Whether an answer has the head of the one before, as far as a glance tells. A wrong guess is
/// noticed: its bytes do not add up.
fn looks_like(bytes: &[u8], last: Head) -> bool {
    bytes.len() >= last.length
        && bytes[..last.length].ends_with(b"\r\n\r\n")
        && last.status == read_status(bytes)
}

fn read_status(bytes: &[u8]) -> u16 {
    let digits = bytes.get(9..12).unwrap_or_default();
    digits.iter().fold(0, |number, digit| number * 10 + u16::from(digit.wrapping_sub(b'0')))
}

/// The head of an answer, once it is there.
pub fn read_head(bytes: &[u8]) -> anyhow::Result<Option<Head>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let status = read_status(bytes);
    let body = match header(&bytes[..end], "content-length") {
        _ if status == 304 => 0,
        Some(length) => length.parse().context("Content-Length")?,
        None => bail!("an answer without Content-Length: {}", String::from_utf8_lossy(bytes)),
    };
    Ok(Some(Head { status, length: end + 4, body }))
}

fn header(head: &[u8], name: &str) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let mut pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let found = pairs.find(|(this, _)| this.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned())
}
