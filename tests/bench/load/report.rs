//! What was measured: comparisons, and the words around them.

use std::process::Command;
use std::time::Duration;

use backchannel::clock::Clock;

use crate::Options;
use crate::client::Sample;
use crate::table::{Table, verdict};

/// One comparison.
pub struct Row {
    name: String,
    least: Option<f64>,
    p99: Option<Duration>,
    ours: Vec<Sample>,
    bare: Vec<Sample>,
}

impl Row {
    /// Nothing measured yet, and no target.
    pub fn new(name: impl Into<String>) -> Self {
        let (ours, bare) = (Vec::new(), Vec::new());
        Self { name: name.into(), least: None, p99: None, ours, bare }
    }

    /// The ratio of rates is to be at least this.
    pub const fn at_least(mut self, ratio: f64) -> Self {
        self.least = Some(ratio);
        self
    }

    /// One of a hundred answers may take longer than this.
    pub const fn within(mut self, p99: Duration) -> Self {
        self.p99 = Some(p99);
        self
    }

    /// Measures both sides once; each round another goes first.
    pub fn add_round(
        &mut self,
        round: u32,
        ours: impl Fn() -> anyhow::Result<Sample>,
        bare: impl Fn() -> anyhow::Result<Sample>,
    ) -> anyhow::Result<()> {
        if round.is_multiple_of(2) {
            self.ours.push(ours()?);
            self.bare.push(bare()?);
        } else {
            self.bare.push(bare()?);
            self.ours.push(ours()?);
        }
        Ok(())
    }

    /// How many of our answers came, in all rounds.
    pub fn answered(&self) -> u64 {
        self.ours.iter().map(|sample| sample.answered).sum()
    }

    /// Our rate, in the middle of the rounds.
    pub fn rate(&self) -> f64 {
        rate(&self.ours)
    }

    fn ratios(&self) -> Vec<f64> {
        self.ours.iter().zip(&self.bare).map(|(ours, bare)| ours.rate / bare.rate).collect()
    }

    /// The targets, and whether they are met.
    fn judged(&self) -> [String; 2] {
        let ratio = rate(&self.ours) / rate(&self.bare);
        let p99 = middle(&self.ours, |sample| sample.p99);
        let mut targets = Vec::new();
        targets.extend(self.least.map(|least| format!("{least:.2}")));
        targets.extend(self.p99.map(|most| format!("p99 {} ms", most.as_millis())));
        let fast = self.least.is_none_or(|least| ratio >= least);
        let steady = self.p99.is_none_or(|most| p99 <= most.as_secs_f64() * 1_000.0);
        let verdict = if targets.is_empty() { String::new() } else { verdict(fast && steady) };
        [targets.join(", "), verdict]
    }

    fn cells(&self) -> [String; 4] {
        let (ours, bare) = (rate(&self.ours), rate(&self.bare));
        [
            format!("{ours:.0}"),
            format!("{bare:.0}"),
            format!("**{:.2}**", ours / bare),
            spread(&self.ratios()),
        ]
    }
}

/// Comparisons of rates; with latencies where they say something.
pub fn compared(what: &str, control: &str, rows: &[Row], latencies: bool) -> Table {
    let mut heads = vec![what, "backchannel", control, "ratio", "rounds"];
    if latencies {
        heads.extend(["p50, p99 ms", "control's"]);
    }
    heads.extend(["target", ""]);
    let mut table = Table::new(&heads);
    for row in rows {
        let of = [&row.ours, &row.bare].map(|samples| latencies_of(samples));
        let shown = of.into_iter().filter(|_| latencies);
        let cells = std::iter::once(row.name.clone()).chain(row.cells());
        table.row(cells.chain(shown).chain(row.judged()));
    }
    table
}

/// The least and the greatest of the rounds.
pub fn spread(ratios: &[f64]) -> String {
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    format!("{least:.2} to {most:.2}")
}

/// The middle of some values.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// A latency in milliseconds, as the middle of samples.
pub fn middle(samples: &[Sample], of: fn(&Sample) -> Duration) -> f64 {
    median(samples.iter().map(|sample| of(sample).as_secs_f64() * 1_000.0))
}

/// The middle latency and the one that one of a hundred exceeds, in milliseconds.
pub fn latencies_of(samples: &[Sample]) -> String {
    let [p50, p99] = [middle(samples, |sample| sample.p50), middle(samples, |sample| sample.p99)];
    format!("{p50:.2}, {p99:.2}")
}

fn rate(samples: &[Sample]) -> f64 {
    median(samples.iter().map(|sample| sample.rate))
}

/// The machine, the hour and the settings.
pub fn heading(options: &Options) -> String {
    let minute = Clock::system().now().to_jiff().strftime("%Y-%m-%d %H:%M UTC").to_string();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let debug = if cfg!(debug_assertions) { "; a debug build" } else { "" };
    let database = if options.postgres.is_some() { "; flood on PostgreSQL" } else { "" };
    format!(
        "{minute}; {cores} cores, Linux {}; commit {}; {} rounds of {} s{debug}{database}",
        kernel.trim(),
        commit(),
        options.rounds,
        options.seconds,
    )
}

fn commit() -> String {
    let output = Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty", "--exclude=*"])
        .output();
    let commit = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    commit.map_or_else(|| "unknown".to_owned(), |commit| commit.trim().to_owned())
}
