//! Load: what backchannel adds to the limit of a bare server, in one run. See `README.md`.
//!
//! It reports and does not assert: it fails where something was answered wrongly (or, in a flood, a
//! proved ping was refused), never because something was slow.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "load/client.rs"]
mod client;
#[path = "load/control.rs"]
mod control;
#[path = "load/flood.rs"]
mod flood;
#[path = "load/listeners.rs"]
mod listeners;
#[path = "load/memory.rs"]
mod memory;
#[path = "load/pings.rs"]
mod pings;
#[path = "load/postgres.rs"]
mod postgres;
#[path = "load/product.rs"]
mod product;
#[path = "load/reads.rs"]
mod reads;
#[path = "load/report.rs"]
mod report;

use std::fs::OpenOptions;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The product's allocator, for both sides.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures reads and pings against bare servers, and memory at rest.
#[derive(Debug, Clone, Parser)]
#[command(bin_name = "cargo bench --bench load --")]
pub struct Options {
    /// How often the sides alternate.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How long one sample lasts, after a fifth of a second of warming up.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// One round of half a second: whether it works, not how fast it is.
    #[arg(long)]
    quick: bool,
    /// Only these parts. Without this, all but the flood.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Lets the bare server of reads send every header that backchannel sends: what is then
    /// missing is our work, and what came back is the headers'.
    #[arg(long)]
    same_headers: bool,
    /// Runs the flood on this PostgreSQL server, on which databases may be made.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Connections that flood: each sends the next ping when the one before is answered.
    #[arg(long, default_value_t = 8)]
    flooders: usize,
    /// What `cargo bench` says to each benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Pages and feeds.
    Reads,
    /// Pings.
    Pings,
    /// Memory at rest.
    Memory,
    /// Proved pings while strangers flood another category, with rate limits.
    Flood,
    /// Two thousand who listen to a hub.
    Listeners,
}

impl Options {
    fn has(&self, part: Part) -> bool {
        self.only.is_empty() && part != Part::Flood || self.only.contains(&part)
    }

    fn sample(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

fn main() -> anyhow::Result<()> {
    let mut options = Options::parse();
    if options.quick {
        (options.rounds, options.seconds) = (1, 0.5);
    }
    log_as_the_server_does()?;
    let mut report = report::Report::new(&options);
    if options.has(Part::Memory) {
        report.memory = memory::measure().context("memory")?;
    }
    if options.has(Part::Listeners) {
        report.listeners = Some(listeners::measure().context("listeners")?);
    }
    if options.has(Part::Reads) {
        report.reads = reads::measure(&options).context("reads")?;
    }
    if options.has(Part::Pings) {
        report.pings = pings::measure(&options).context("pings")?;
    }
    if options.has(Part::Flood) {
        report.flood = Some(flood::measure(&options).context("flood")?);
    }
    println!("{report}");
    report.flood.as_ref().map_or(Ok(()), flood::Phases::check)
}

/// The log costs something for each ping: it is written as the server writes it, to nowhere.
fn log_as_the_server_does() -> anyhow::Result<()> {
    let nowhere = OpenOptions::new().write(true).open("/dev/null")?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(Arc::new(nowhere))
        .with_target(false)
        .with_ansi(false);
    tracing_subscriber::registry().with(EnvFilter::new("info")).with(lines).try_init()?;
    Ok(())
}
