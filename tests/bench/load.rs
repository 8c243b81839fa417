//! Load: what backchannel adds to the limit of a bare server, in one run. See `README.md`.
//!
//! It reports and does not assert: it fails where something was answered wrongly (or, in a flood, a
//! proved ping was refused), never because something was slow.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "load/binary.rs"]
mod binary;
#[path = "load/client.rs"]
mod client;
#[path = "load/cold.rs"]
mod cold;
#[path = "load/control.rs"]
mod control;
#[path = "load/crowd.rs"]
mod crowd;
#[path = "load/fill.rs"]
mod fill;
#[path = "load/filled.rs"]
mod filled;
#[path = "load/flood.rs"]
mod flood;
#[path = "load/growth.rs"]
mod growth;
#[path = "load/listeners.rs"]
mod listeners;
#[path = "load/listing.rs"]
mod listing;
#[path = "load/memory.rs"]
mod memory;
#[path = "load/mixed.rs"]
mod mixed;
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
#[path = "load/rows.rs"]
mod rows;
#[path = "load/start.rs"]
mod start;
#[path = "load/table.rs"]
mod table;
#[path = "load/verify.rs"]
mod verify;
#[path = "load/visitor.rs"]
mod visitor;

use std::fs::OpenOptions;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::rows::Rows;
use crate::table::Table;

/// The product's allocator, for both sides.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures what backchannel costs: reads and pings against bare servers, and what has no control
/// against targets.
#[derive(Debug, Clone, Parser)]
#[command(bin_name = "cargo bench --bench load --")]
pub struct Options {
    /// How often the sides alternate.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How long one sample lasts, after a fifth of a second of warming up.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// One round of a second: whether it works, not how fast it is.
    #[arg(long)]
    quick: bool,
    /// What takes long as well: a million posts, and a million pings from 100,000 addresses.
    #[arg(long)]
    long: bool,
    /// So many posts are listed already, beside 10k: 1M, 10M.
    #[arg(long, value_delimiter = ',', value_name = "POSTS")]
    rows: Vec<Rows>,
    /// Only these parts. Without this, all but the flood.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Memory at rest and while pings come from many addresses; the time that a start takes.
    Memory,
    /// Two thousand who listen to a hub.
    Listeners,
    /// Pages and feeds from the cache.
    Reads,
    /// Pages and feeds after a change.
    Cold,
    /// Pings.
    Pings,
    /// Readers while pings arrive.
    Mixed,
    /// Pages that are read for Webmentions.
    Verify,
    /// Ten times as many of each.
    Growth,
    /// Proved pings while strangers flood another category, with rate limits.
    Flood,
}

/// What is listed before anything is measured, unless more is asked for.
const FEW: Rows = Rows(10_000);
const MANY: Rows = Rows(1_000_000);

impl Options {
    fn has(&self, part: Part) -> bool {
        self.only.is_empty() && part != Part::Flood || self.only.contains(&part)
    }

    fn sample(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    /// How many posts are listed already, where that may matter: the fewest first.
    fn sizes(&self) -> Vec<Rows> {
        let mut sizes = vec![FEW];
        sizes.extend(self.long.then_some(MANY));
        sizes.extend(&self.rows);
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The largest of them that targets are about.
    fn most(&self) -> Rows {
        self.sizes().into_iter().rfind(|size| *size <= MANY).unwrap_or(FEW)
    }
}

impl Part {
    fn measure(self, options: &Options) -> anyhow::Result<Vec<Table>> {
        Ok(match self {
            Self::Memory => {
                vec![memory::measure()?, crowd::measure(options)?, start::measure(options)?]
            }
            Self::Listeners => vec![listeners::measure()?],
            Self::Reads => reads::measure(options)?,
            Self::Cold => cold::measure(options)?,
            Self::Pings => {
                let mut tables = pings::measure(options)?;
                tables.push(listing::measure(options)?);
                tables
            }
            Self::Mixed => vec![mixed::measure(options)?],
            Self::Verify => vec![verify::measure(options)?],
            Self::Growth => vec![growth::measure(options)?],
            Self::Flood => {
                let phases = flood::measure(options)?;
                println!("{phases}");
                phases.check()?;
                Vec::new()
            }
        })
    }
}

fn main() -> anyhow::Result<()> {
    let mut options = Options::parse();
    if options.quick {
        (options.rounds, options.seconds) = (1, 1.0);
    }
    log_as_the_server_does()?;
    println!("\n{}", report::heading(&options));
    for part in Part::value_variants() {
        if options.has(*part) {
            // Printed as soon as it is there: what fails later takes nothing with it.
            for table in part.measure(&options).with_context(|| format!("{part:?}"))? {
                println!("\n{table}");
            }
        }
    }
    Ok(())
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
