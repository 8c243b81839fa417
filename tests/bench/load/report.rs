//! What was measured, as a table.

use std::fmt;
use std::process::Command;
use std::time::Duration;

use backchannel::clock::Clock;

use crate::Options;
use crate::client::Sample;
use crate::flood::Phases;
use crate::listeners::Listeners;

/// One comparison.
pub struct Row {
    name: &'static str,
    target: Option<f64>,
    ours: Vec<Sample>,
    bare: Vec<Sample>,
}

impl Row {
    /// Nothing measured yet.
    pub const fn new(name: &'static str, target: Option<f64>) -> Self {
        Self { name, target, ours: Vec::new(), bare: Vec::new() }
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

    fn ratios(&self) -> Vec<f64> {
        self.ours.iter().zip(&self.bare).map(|(ours, bare)| ours.rate / bare.rate).collect()
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// Everything that was measured in one run.
pub struct Report {
    heading: String,
    /// Pages and feeds.
    pub reads: Vec<Row>,
    /// Pings.
    pub pings: Vec<Row>,
    /// Memory at some moments, in MiB.
    pub memory: Vec<(&'static str, f64)>,
    /// What a flood did to others.
    pub flood: Option<Phases>,
    /// Those who listen.
    pub listeners: Option<Listeners>,
}

impl Report {
    /// An empty report of this machine at this hour.
    pub fn new(options: &Options) -> Self {
        let minute = Clock::system().now().to_jiff().strftime("%Y-%m-%d %H:%M UTC").to_string();
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get);
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let bare = if options.same_headers { "; bare reads with our headers" } else { "" };
        let database = if options.postgres.is_some() { "; flood on PostgreSQL" } else { "" };
        let heading = format!(
            "{minute}; {cores} cores, Linux {}; commit {}; {} rounds of {} s{bare}{database}",
            kernel.trim(),
            commit(),
            options.rounds,
            options.seconds,
        );
        let (reads, pings, memory) = (Vec::new(), Vec::new(), Vec::new());
        Self { heading, reads, pings, memory, flood: None, listeners: None }
    }
}

fn commit() -> String {
    let output = Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty", "--exclude=*"])
        .output();
    let commit = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    commit.map_or_else(|| "unknown".to_owned(), |commit| commit.trim().to_owned())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.heading)?;
        if !self.reads.is_empty() {
            writeln!(
                f,
                "\n| reads/s, 64 connections | backchannel | bare handler | ratio | rounds | target |"
            )?;
            writeln!(f, "|---|---|---|---|---|---|")?;
            for row in &self.reads {
                writeln!(f, "{} |", compared(row))?;
            }
        }
        if !self.pings.is_empty() {
            writeln!(
                f,
                "\n| pings/s | backchannel | bare insert | ratio | rounds | target | p50, p99 | bare p50, p99 |"
            )?;
            writeln!(f, "|---|---|---|---|---|---|---|---|")?;
            for row in &self.pings {
                let (ours, bare) = (latencies(&row.ours), latencies(&row.bare));
                writeln!(f, "{} | {ours} | {bare} |", compared(row))?;
            }
        }
        if !self.memory.is_empty() {
            writeln!(f, "\n| memory at rest, target 40 MiB | MiB |\n|---|---|")?;
            for (moment, mib) in &self.memory {
                writeln!(f, "| {moment} | {mib:.1} |")?;
            }
        }
        self.flood.as_ref().map_or(Ok(()), |flood| flood.fmt(f))?;
        self.listeners.as_ref().map_or(Ok(()), |listeners| write_listeners(f, listeners))
    }
}

fn write_listeners(f: &mut fmt::Formatter<'_>, of: &Listeners) -> fmt::Result {
    let ms =
        |part: f64| of.told[((of.told.len() - 1) as f64 * part) as usize].as_secs_f64() * 1_000.0;
    writeln!(f, "\n| {} who listen to one hub | |\n|---|---|", Listeners::COUNT)?;
    writeln!(
        f,
        "| memory before, listening, after {} posts | {:.1}, {:.1}, {:.1} MiB |",
        of.told.len(),
        of.before,
        of.listening,
        of.after
    )?;
    writeln!(f, "| each, target 20 KiB | **{:.1} KiB** |", of.each())?;
    writeln!(
        f,
        "| from COMMIT to the last of them: p50, slowest | {:.0}, {:.0} ms |",
        ms(0.5),
        ms(1.0)
    )
}

fn compared(row: &Row) -> String {
    let (ours, bare) = (rate(&row.ours), rate(&row.bare));
    let ratios = row.ratios();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    let target = row.target.map(|target| format!("{target:.2}")).unwrap_or_default();
    format!(
        "| {} | {ours:.0} | {bare:.0} | **{:.2}** | {least:.2} to {most:.2} | {target}",
        row.name,
        ours / bare
    )
}

fn rate(samples: &[Sample]) -> f64 {
    median(samples.iter().map(|sample| sample.rate))
}

fn latencies(samples: &[Sample]) -> String {
    let middle = |of: fn(&Sample) -> Duration| {
        median(samples.iter().map(|sample| of(sample).as_secs_f64() * 1_000.0))
    };
    format!("{:.2}, {:.2} ms", middle(|sample| sample.p50), middle(|sample| sample.p99))
}
