//! What it costs to have ten times as many hubs, categories, posts or listeners.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::Options;
use crate::filled::{Filling, HUB, PING};
use crate::listeners;
use crate::product::{Product, STORED, ping_body, ping_request};
use crate::report::{median, spread};
use crate::table::Table;
use crate::visitor::{Visitor, get};

/// How much there is before anything grows.
const BASE: Filling = Filling { hubs: 10, categories: 4, posts: 10_000 };
const LISTENERS: usize = 40;
/// Pings, and first reads after them, in each round.
const CHANGES: usize = 40;
/// What is timed.
const TIMED: [&str; 3] = ["ping", "page, first read", "home page, first read"];

/// An instance of one size.
struct Side {
    name: &'static str,
    product: Product,
    /// They hear of every ping; the kernel keeps it for them.
    _listeners: Vec<std::net::TcpStream>,
    changes: u64,
    /// The middle of each round, in milliseconds, of all that is timed.
    middles: [Vec<f64>; TIMED.len()],
}

impl Side {
    fn open(name: &'static str, filling: Filling, count: usize) -> anyhow::Result<Self> {
        let product = Product::start_filled(filling)?;
        let listeners = listeners::open(product.address, count)?;
        let middles = Default::default();
        Ok(Self { name, product, _listeners: listeners, changes: 0, middles })
    }

    fn round(&mut self) -> anyhow::Result<()> {
        // Anew: while others have their turn, a connection is given up.
        let mut visitor = Visitor::connect(self.product.address)?;
        let [page, home] =
            [format!("/{HUB}"), "/".to_owned()].map(|path| get(&path, "Accept-Encoding: gzip\r\n"));
        let mut times: [Vec<Duration>; TIMED.len()] = Default::default();
        for _ in 0..CHANGES {
            self.changes += 1;
            let ping = ping_request(PING, &ping_body(self.changes << 32));
            for (request, times) in [&ping, &page, &home].into_iter().zip(&mut times) {
                let begun = Instant::now();
                let answer = visitor.ask(request)?;
                times.push(begun.elapsed());
                ensure!(answer.status == 200, "{answer:?}");
                ensure!(request != &ping || answer.text() == STORED, "{}", answer.text());
            }
        }
        for (mut times, middles) in times.into_iter().zip(&mut self.middles) {
            times.sort_unstable();
            middles.push(times[times.len() / 2].as_secs_f64() * 1_000.0);
        }
        Ok(())
    }
}

/// Each size in turn in each round.
pub fn measure(options: &Options) -> anyhow::Result<Table> {
    let mut sides = [
        ("10 hubs, 4 categories, 10k posts, 40 listeners", BASE, LISTENERS),
        ("100 hubs", Filling { hubs: 10 * BASE.hubs, ..BASE }, LISTENERS),
        ("40 categories", Filling { categories: 10 * BASE.categories, ..BASE }, LISTENERS),
        ("100k posts", Filling { posts: 10 * BASE.posts, ..BASE }, LISTENERS),
        ("400 listeners", BASE, 10 * LISTENERS),
    ]
    .into_iter()
    .map(|(name, filling, count)| Side::open(name, filling, count))
    .collect::<anyhow::Result<Vec<_>>>()?;
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}: growth", options.rounds);
        sides.iter_mut().try_for_each(Side::round)?;
    }
    let mut heads = vec!["p50 in ms, and the ratio to the first line".to_owned()];
    heads.extend(TIMED.iter().flat_map(|timed| [(*timed).to_owned(), "ratio, rounds".to_owned()]));
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    for side in &sides {
        let mut cells = vec![side.name.to_owned()];
        for (mine, base) in side.middles.iter().zip(&sides[0].middles) {
            let ratios: Vec<f64> = mine.iter().zip(base).map(|(mine, base)| mine / base).collect();
            cells.push(format!("{:.2}", median(mine.iter().copied())));
            let ratio = median(ratios.iter().copied());
            cells.push(format!("**{ratio:.2}**, {}", spread(&ratios)));
        }
        table.row(cells);
    }
    for side in sides {
        side.product.stop()?;
    }
    Ok(table)
}
