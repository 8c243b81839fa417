//! How long the real binary takes from its start to its first answer.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::Options;
use crate::binary::Server;
use crate::filled::{Filling, HUB};
use crate::report::{median, spread};
use crate::table::{Table, verdict};
use crate::visitor::{ask, get};

/// With up to a million posts.
const TARGET: Duration = Duration::from_millis(300);

/// Each size in turn. The file was just written: it is in the kernel's memory.
pub fn measure(options: &Options) -> anyhow::Result<Table> {
    let mut table =
        Table::new(&["from start to first answer", "listed", "ms", "rounds", "target", ""]);
    for size in options.sizes() {
        let data = Filling::of(size.0).copy()?;
        // The very first start makes its secret key.
        first_page(data.path())?;
        let mut times = Vec::new();
        for round in 1..=options.rounds {
            eprintln!("round {round} of {}: start with {size}", options.rounds);
            times.push(first_page(data.path())?.as_secs_f64() * 1_000.0);
        }
        let middle = median(times.iter().copied());
        let target = TARGET.as_secs_f64() * 1_000.0;
        table.row([
            format!("/{HUB}, killed before"),
            size.to_string(),
            format!("**{middle:.0}**"),
            spread(&times),
            format!("{target:.0} ms"),
            verdict(middle <= target),
        ]);
    }
    Ok(table)
}

fn first_page(data: &std::path::Path) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let server = Server::start(data, &[])?;
    let page = ask(server.address, &get(&format!("/{HUB}"), ""))?;
    let took = begun.elapsed();
    ensure!(page.status == 200, "{page:?}");
    Ok(took)
}
