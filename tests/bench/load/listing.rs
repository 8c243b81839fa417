//! Pings that are listed at once: into a category that lists much already, and into an empty one.

use std::sync::Arc;

use anyhow::ensure;

use crate::Options;
use crate::client::{Sample, run};
use crate::filled::{Filling, PING};
use crate::pings::Pings;
use crate::product::Product;
use crate::report::{Row, compared};
use crate::table::Table;

const CONNECTIONS: usize = 16;
/// They may cost 1.3 times as much (`performance.md`).
const TARGET: f64 = 1.0 / 1.3;

/// Each size in turn.
pub fn measure(options: &Options) -> anyhow::Result<Table> {
    let mut rows = Vec::new();
    for size in options.sizes() {
        let full = Product::start_filled(Filling::of(size.0))?;
        let mut stored = size.0;
        let mut row = Row::new(format!("{size} listed")).at_least(TARGET);
        for round in 0..options.rounds {
            eprintln!("round {} of {}: pings, {size} listed", round + 1, options.rounds);
            let task = Arc::new(Pings::new(vec![PING.to_owned()], round + 1));
            let sample = || run(full.address, CONNECTIONS, options.sample(), &task);
            row.add_round(round, sample, || sample_empty(options))?;
        }
        stored += row.answered();
        let found = full.stop()?;
        ensure!(found == stored, "{stored} pings were answered, {found} are stored");
        rows.push(row);
    }
    Ok(compared("pings/s, listed at once, 16 connections", "empty category", &rows, true))
}

fn sample_empty(options: &Options) -> anyhow::Result<Sample> {
    let product = Product::start()?;
    let hub = product.open_hub("sxsw")?;
    product.open_category(hub, "keynotes", "open", "at-once", "off")?;
    let task = Arc::new(Pings::new(vec![PING.to_owned()], 0));
    let sample = run(product.address, CONNECTIONS, options.sample(), &task)?;
    let stored = product.stop()?;
    ensure!(stored == sample.answered, "{} answered, {stored} stored", sample.answered);
    Ok(sample)
}
