//! A flood at one category: whether those notice it who have every right to ping elsewhere
//! (`security.md` T31). Rate limits are on, and senders come from many addresses through a proxy.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};

use crate::Options;
use crate::client::{Head, Sample, Task, place, run};
use crate::product::{PASSPHRASE, Product, STORED, ping_body, ping_request_from};

/// Proved pings a second in each lane, on this many connections.
const PROVED_A_SECOND: u32 = 20;
const PROVED_CONNECTIONS: usize = 2;
/// Addresses that passphrases come from: an address has 60 pings at once and 600 an hour in a
/// category.
const SENDERS: u64 = 200;
/// Ping keys, each of which has 600 pings.
const KEYS: usize = 20;
/// Times the other hub's page is read in a second.
const READS_A_SECOND: u32 = 50;
/// The address that all pings of one of the flood's connections come from; those of the others come
/// each from another. Ping keys come from it too: what counts is the key.
const LOUD: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 66);

/// Pings of those who have a right to ping, of one kind.
struct Lane {
    name: &'static str,
    /// Where they go, by turns.
    addresses: Vec<String>,
    from: fn(u64) -> Ipv4Addr,
}

fn from_hall(place: u64) -> Ipv4Addr {
    Ipv4Addr::new(203, 0, 113, u8::try_from(place % SENDERS).unwrap_or(u8::MAX))
}

/// Two hubs: the first with a category that is flooded and one that is not.
struct Arena {
    product: Product,
    open: String,
    lanes: Vec<Lane>,
}

/// Pings sent before anything is measured.
const FIRST_PINGS: u64 = 2;

impl Arena {
    fn open(options: &Options) -> anyhow::Result<Self> {
        let product = Product::start_limited(options.postgres.as_deref())?;
        let (hub, other) = (product.open_hub("sxsw")?, product.open_hub("etech")?);
        let open = product.open_category(hub, "open", "open", "all-wait", "off")?;
        let same_hub = product.open_category(hub, "pass", "passphrase", "at-once", "off")?;
        let other_hub = product.open_category(other, "other", "passphrase", "at-once", "off")?;
        // The first ping pays for argon2; a conference sends more than one.
        product.ping(&same_hub, &ping_body(u64::MAX))?;
        product.ping(&other_hub, &ping_body(u64::MAX))?;
        let keys = product.make_keys(hub, KEYS)?;
        let calm = same_hub.strip_suffix(PASSPHRASE).context("a ping address")?;
        let into_flood = keys.iter().map(|key| format!("{open}/{key}")).collect();
        let beside_it = keys.iter().map(|key| format!("{calm}{key}")).collect();
        let lanes = vec![
            Lane { name: "keys, flooded category", addresses: into_flood, from: |_| LOUD },
            Lane { name: "keys, another category", addresses: beside_it, from: |_| LOUD },
            Lane { name: "passphrase, same hub", addresses: vec![same_hub], from: from_hall },
            Lane { name: "passphrase, other hub", addresses: vec![other_hub], from: from_hall },
        ];
        Ok(Self { product, open, lanes })
    }
}

/// What a lane sends in one phase, at a steady pace.
struct Proved {
    addresses: Vec<String>,
    from: fn(u64) -> Ipv4Addr,
    /// No two of one database are alike, nor like one of the flood's connections.
    posts: u64,
    sent: AtomicU64,
    accepted: AtomicU64,
}

impl Proved {
    fn new(lane: &Lane, posts: u64) -> Arc<Self> {
        let (sent, accepted) = (AtomicU64::new(0), AtomicU64::new(0));
        let (addresses, from) = (lane.addresses.clone(), lane.from);
        Arc::new(Self { addresses, from, posts, sent, accepted })
    }

    const fn place(number: u64) -> u64 {
        place(number, PROVED_CONNECTIONS)
    }
}

impl Task for Proved {
    fn write(&self, number: u64, into: &mut Vec<u8>) {
        let place = Self::place(number);
        let address = &self.addresses[place as usize % self.addresses.len()];
        let body = ping_body((self.posts << 32) + place);
        into.extend_from_slice(&ping_request_from((self.from)(place), address, &body));
    }

    fn accepts(&self, answer: &Head, body: &[u8]) -> bool {
        self.sent.fetch_add(1, Ordering::Relaxed);
        if answer.status == 200 && body == STORED.as_bytes() {
            self.accepted.fetch_add(1, Ordering::Relaxed);
        } else {
            eprintln!("refused, {}: {}", answer.status, String::from_utf8_lossy(body));
        }
        true
    }

    fn due(&self, number: u64) -> Option<Duration> {
        Some(Duration::from_secs_f64(Self::place(number) as f64 / f64::from(PROVED_A_SECOND)))
    }

    fn answers_vary(&self) -> bool {
        true
    }
}

/// A reader of the other hub's page.
struct Reader;

impl Task for Reader {
    fn write(&self, _number: u64, into: &mut Vec<u8>) {
        into.extend_from_slice(
            b"GET /etech HTTP/1.1\r\nHost: hubs.example.org\r\nUser-Agent: load\r\n\
              X-Forwarded-For: 198.51.100.8\r\nAccept: */*\r\n\r\n",
        );
    }

    fn accepts(&self, answer: &Head, _body: &[u8]) -> bool {
        answer.status == 200 && answer.body > 0
    }

    fn due(&self, number: u64) -> Option<Duration> {
        Some(Duration::from_secs_f64(number as f64 / f64::from(READS_A_SECOND)))
    }

    fn answers_vary(&self) -> bool {
        true
    }
}

/// Strangers' pings, every one of another post, and how they were answered.
struct Flood {
    path: String,
    stored: AtomicU64,
    limited: AtomicU64,
    full: AtomicU64,
    busy: AtomicU64,
}

impl Flood {
    fn new(path: &str) -> Arc<Self> {
        let [stored, limited, full, busy] = [const { AtomicU64::new(0) }; 4];
        Arc::new(Self { path: path.to_owned(), stored, limited, full, busy })
    }
}

impl Task for Flood {
    fn write(&self, number: u64, into: &mut Vec<u8>) {
        let from = match number >> 32 {
            0 => LOUD,
            _ => Ipv4Addr::from(rand::random::<[u8; 4]>()),
        };
        into.extend_from_slice(&ping_request_from(from, &self.path, &ping_body(number)));
    }

    fn accepts(&self, answer: &Head, body: &[u8]) -> bool {
        let says = |words: &str| body.windows(words.len()).any(|part| part == words.as_bytes());
        let count = match answer.status {
            200 if body == STORED.as_bytes() => &self.stored,
            200 if says("Too many posts are waiting") => &self.full,
            200 if says("The hub is busy") => &self.busy,
            429 => &self.limited,
            _ => return false,
        };
        count.fetch_add(1, Ordering::Relaxed);
        true
    }

    fn answers_vary(&self) -> bool {
        true
    }
}

/// What became of the pings of one lane in one phase.
struct Sent {
    sent: u64,
    accepted: u64,
    sample: Sample,
}

impl Sent {
    fn of(task: &Proved, sample: Sample) -> Self {
        let [sent, accepted] =
            [&task.sent, &task.accepted].map(|count| count.load(Ordering::Relaxed));
        Self { sent, accepted, sample }
    }
}

/// How a flood was answered.
struct Flooded {
    rate: f64,
    stored: u64,
    limited: u64,
    full: u64,
    busy: u64,
}

struct Phase {
    /// One for each lane.
    lanes: Vec<Sent>,
    reader: Sample,
    /// `None` where the others were alone.
    flood: Option<Flooded>,
}

/// All phases of a run.
pub struct Phases {
    names: Vec<&'static str>,
    phases: Vec<Phase>,
}

/// Measures alone and flooded in turn; each round has a fresh database.
pub fn measure(options: &Options) -> anyhow::Result<Phases> {
    let mut all = Phases { names: Vec::new(), phases: Vec::new() };
    for round in 1..=options.rounds {
        let arena = Arena::open(options)?;
        all.names = arena.lanes.iter().map(|lane| lane.name).collect();
        let mut acknowledged = FIRST_PINGS;
        let mut unsure = 0;
        for flooded in [false, true] {
            let what = if flooded { "flooded" } else { "alone" };
            eprintln!("round {round} of {}: {what}", options.rounds);
            let phase = arena.phase(flooded, options)?;
            acknowledged += phase.lanes.iter().map(|lane| lane.accepted).sum::<u64>();
            // Whoever was refused because the hub was busy may be stored all the same.
            unsure += phase.lanes.iter().map(|lane| lane.sent - lane.accepted).sum::<u64>();
            if let Some(flood) = &phase.flood {
                acknowledged += flood.stored;
                unsure += flood.busy;
            }
            all.phases.push(phase);
        }
        let stored = arena.product.stop()?;
        ensure!(
            (acknowledged..=acknowledged + unsure).contains(&stored),
            "{acknowledged} pings were acknowledged, {stored} are stored"
        );
    }
    Ok(all)
}

impl Arena {
    /// Keeps everybody busy for `length`.
    fn phase(&self, flooded: bool, options: &Options) -> anyhow::Result<Phase> {
        let length = options.sample();
        let address = self.product.address;
        let flood = Flood::new(&self.open);
        let first = if flooded { 2 << 16 } else { 1 << 16 };
        let tasks: Vec<_> =
            self.lanes.iter().zip(first..).map(|(lane, posts)| Proved::new(lane, posts)).collect();
        std::thread::scope(|scope| {
            let flooding =
                flooded.then(|| scope.spawn(|| run(address, options.flooders, length, &flood)));
            let running: Vec<_> = tasks
                .iter()
                .map(|task| scope.spawn(|| run(address, PROVED_CONNECTIONS, length, task)))
                .collect();
            let reader = run(address, 1, length, &Arc::new(Reader))?;
            let mut lanes = Vec::new();
            for (task, running) in tasks.iter().zip(running) {
                lanes.push(Sent::of(task, joined(running)?));
            }
            let flooding = flooding.map(joined).transpose()?;
            let flood = flooding.map(|sample| flood.answered(&sample));
            Ok(Phase { lanes, reader, flood })
        })
    }
}

fn joined(running: ScopedJoinHandle<'_, anyhow::Result<Sample>>) -> anyhow::Result<Sample> {
    running.join().map_err(|_panic| anyhow!("a client panicked"))?
}

impl Flood {
    fn answered(&self, sample: &Sample) -> Flooded {
        let [stored, limited, full, busy] = [&self.stored, &self.limited, &self.full, &self.busy]
            .map(|count| count.load(Ordering::Relaxed));
        Flooded { rate: sample.rate, stored, limited, full, busy }
    }
}

impl Phases {
    /// Fails where a ping was refused whose sender had every right to it.
    pub fn check(&self) -> anyhow::Result<()> {
        let lanes = self.phases.iter().flat_map(|phase| &phase.lanes);
        let refused: u64 = lanes.map(|lane| lane.sent - lane.accepted).sum();
        ensure!(refused == 0, "{refused} proved pings were not accepted");
        Ok(())
    }

    /// What was measured alone, or flooded, in all rounds.
    fn of(&self, flooded: bool) -> impl Iterator<Item = &Phase> {
        self.phases.iter().filter(move |phase| phase.flood.is_some() == flooded)
    }
}

impl fmt::Display for Phases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nLatencies: the middle of the rounds, and the least and the greatest.\n\n\
             | {PROVED_A_SECOND} a second each | | sent | accepted | p50, ms | p99, ms |\n\
             |---|---|---|---|---|---|"
        )?;
        for (place, name) in self.names.iter().enumerate() {
            for (flooded, what) in [(false, "alone"), (true, "flooded")] {
                let lanes: Vec<_> = self.of(flooded).map(|phase| &phase.lanes[place]).collect();
                let sent: u64 = lanes.iter().map(|lane| lane.sent).sum();
                let accepted: u64 = lanes.iter().map(|lane| lane.accepted).sum();
                let percent = accepted as f64 * 100.0 / sent as f64;
                let latencies = latencies(lanes.iter().map(|lane| &lane.sample));
                writeln!(f, "| {name} | {what} | {sent} | {percent:.2} % | {latencies} |")?;
            }
        }
        for (flooded, what) in [(false, "alone"), (true, "flooded")] {
            let read: u64 = self.of(flooded).map(|phase| phase.reader.answered).sum();
            let latencies = latencies(self.of(flooded).map(|phase| &phase.reader));
            writeln!(
                f,
                "| other hub's page, {READS_A_SECOND} a second | {what} | {read} | | {latencies} |"
            )?;
        }
        writeln!(
            f,
            "\n| flood, round | pings/s | stored | queue full | 429 | busy |\n|---|---|---|---|---|---|"
        )?;
        for (flood, round) in self.phases.iter().filter_map(|p| p.flood.as_ref()).zip(1..) {
            let Flooded { rate, stored, limited, full, busy } = flood;
            writeln!(f, "| {round} | {rate:.0} | {stored} | {full} | {limited} | {busy} |")?;
        }
        Ok(())
    }
}

fn latencies<'a>(samples: impl Iterator<Item = &'a Sample>) -> String {
    let (mut p50, mut p99): (Vec<_>, Vec<_>) =
        samples.map(|sample| (sample.p50, sample.p99)).unzip();
    let [p50, p99] = [&mut p50, &mut p99].map(|latencies| {
        latencies.sort_unstable();
        let at = |place: usize| latencies[place].as_secs_f64() * 1_000.0;
        let last = latencies.len() - 1;
        format!("{:.1} ({:.1} to {:.1})", at(last / 2), at(0), at(last))
    });
    format!("{p50} | {p99}")
}
