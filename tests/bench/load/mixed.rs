//! Readers while writers write: both at a steady pace.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;

use crate::Options;
use crate::client::{Head, Sample, Task, place, run};
use crate::filled::{Filling, HUB, HUB_ID};
use crate::product::{Product, STORED, ping_body, ping_request};
use crate::report::{latencies_of, median, middle, spread};
use crate::table::{Table, verdict};
use crate::visitor::get;

const READS_A_SECOND: f64 = 500.0;
const READERS: usize = 8;
const PINGS_A_SECOND: f64 = 1_000.0;
const SENDERS: usize = 16;
/// Categories that pings wait in: each takes 5,000.
const CATEGORIES: u64 = 24;
/// How much longer the slowest reads may take.
const TARGET: f64 = 2.0;

/// Readers of one hub's page, in gzip.
struct Readers {
    request: Vec<u8>,
}

impl Task for Readers {
    fn write(&self, _number: u64, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.request);
    }

    fn accepts(&self, answer: &Head, _body: &[u8]) -> bool {
        answer.status == 200 && answer.body > 0
    }

    fn due(&self, number: u64) -> Option<Duration> {
        Some(Duration::from_secs_f64(place(number, READERS) as f64 / READS_A_SECOND))
    }

    fn answers_vary(&self) -> bool {
        true
    }
}

/// Pings at a steady pace; those of one sample are none of another's.
struct Senders {
    paths: Vec<String>,
    sample: u64,
}

impl Task for Senders {
    fn write(&self, number: u64, into: &mut Vec<u8>) {
        let place = place(number, SENDERS);
        let path = &self.paths[(place % self.paths.len() as u64) as usize];
        into.extend_from_slice(&ping_request(path, &ping_body((self.sample << 40) + place)));
    }

    fn accepts(&self, answer: &Head, body: &[u8]) -> bool {
        answer.status == 200 && body == STORED.as_bytes()
    }

    fn due(&self, number: u64) -> Option<Duration> {
        Some(Duration::from_secs_f64(place(number, SENDERS) as f64 / PINGS_A_SECOND))
    }
}

/// What happens while readers read.
struct Phase {
    name: &'static str,
    paths: Vec<String>,
    alone: Vec<Sample>,
    readers: Vec<Sample>,
    senders: Vec<Sample>,
}

impl Phase {
    const fn new(name: &'static str, paths: Vec<String>) -> Self {
        Self { name, paths, alone: Vec::new(), readers: Vec::new(), senders: Vec::new() }
    }

    /// Measures readers alone, and while pings arrive.
    fn round(&mut self, product: &Product, sample: u64, options: &Options) -> anyhow::Result<()> {
        let request = get(&format!("/{HUB}"), "Accept-Encoding: gzip\r\n");
        let readers = Arc::new(Readers { request });
        let (address, length) = (product.address, options.sample());
        self.alone.push(run(address, READERS, length, &readers)?);
        let senders = Arc::new(Senders { paths: self.paths.clone(), sample });
        std::thread::scope(|scope| {
            let sending = scope.spawn(|| run(address, SENDERS, length, &senders));
            self.readers.push(run(address, READERS, length, &readers)?);
            self.senders.push(sending.join().map_err(|_panic| anyhow!("a sender panicked"))??);
            Ok(())
        })
    }

    fn cells(&self) -> Vec<String> {
        let p99 = |sample: &Sample| sample.p99.as_secs_f64();
        let pairs = self.readers.iter().zip(&self.alone);
        let ratios: Vec<f64> = pairs.map(|(with, alone)| p99(with) / p99(alone)).collect();
        let slowest = |samples: &[Sample]| middle(samples, |sample| sample.p99);
        let ratio = slowest(&self.readers) / slowest(&self.alone);
        vec![
            self.name.to_owned(),
            latencies_of(&self.alone),
            latencies_of(&self.readers),
            format!("**{ratio:.2}**"),
            spread(&ratios),
            format!("{:.0}", median(self.senders.iter().map(|sample| sample.rate))),
            format!("at most {TARGET:.1}"),
            verdict(ratio <= TARGET),
        ]
    }
}

/// Pings that change nothing which is read, and pings each of which makes the page another.
pub fn measure(options: &Options) -> anyhow::Result<Table> {
    let product = Product::start_filled(Filling::of(options.most().0))?;
    let waiting = |n: u64| {
        let slug = format!("waiting-{n}");
        let path = product.open_category(HUB_ID, &slug, "passphrase", "all-wait", "off")?;
        // The first ping pays for argon2.
        product.ping(&path, &ping_body(u64::MAX - n))?;
        Ok(path)
    };
    let waiting = (0..CATEGORIES).map(waiting).collect::<anyhow::Result<_>>()?;
    let other = product.open_hub("etech")?;
    let elsewhere = product.open_category(other, "keynotes", "open", "at-once", "off")?;
    let here = product.open_category(HUB_ID, "halls", "open", "at-once", "off")?;
    let mut phases = [
        Phase::new("pings of the hub that is read, all wait", waiting),
        Phase::new("pings of another hub, listed at once", vec![elsewhere]),
        Phase::new("pings of the hub that is read, listed at once", vec![here]),
    ];
    let mut sample = 0;
    for round in 1..=options.rounds {
        for phase in &mut phases {
            eprintln!("round {round} of {}: readers, and {}", options.rounds, phase.name);
            sample += 1;
            phase.round(&product, sample, options)?;
        }
    }
    product.stop()?;
    let mut table = Table::new(&[
        "500 reads/s while 1,000 pings/s arrive",
        "alone: p50, p99 ms",
        "with pings",
        "ratio of p99",
        "rounds",
        "pings/s",
        "target",
        "",
    ]);
    phases.iter().for_each(|phase| table.row(phase.cells()));
    Ok(table)
}
