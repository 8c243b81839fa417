//! Pings with everything they entail, against a bare durable insert.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::Options;
use crate::client::{Head, Sample, Task, run};
use crate::control::Inserts;
use crate::product::{PASSPHRASE, Product, STORED, ping_body, ping_request};
use crate::report::{Row, compared};
use crate::table::{Table, verdict};

/// A category takes 5,000 waiting pings: these take what is sent in one sample.
const CATEGORIES: u64 = 24;
/// Posts that are sent again and again.
const KNOWN: u64 = 500;
const TARGET: f64 = 0.5;
const P99: Duration = Duration::from_millis(25);
/// Many connections store no less than some.
const MORE_WITH_MORE: f64 = 1.0;

/// What senders show, and what becomes of their pings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// The passphrase; all wait.
    Passphrase,
    /// The same, and their pages are to be read.
    PagesAreRead,
    /// A ping key; all wait.
    Key,
    /// The passphrase, and the post is there already.
    Again,
    /// Nothing: the category is open, and lists at once.
    Open,
}

/// To each category in turn.
pub struct Pings {
    paths: Vec<String>,
    /// How many posts there are; without this, every one is new.
    posts: Option<u64>,
    /// The number of the first, where a database sees more than one sample.
    first: u64,
}

impl Pings {
    /// Another post each time; those of the second sample are no posts of the first.
    pub const fn new(paths: Vec<String>, sample: u32) -> Self {
        Self { paths, posts: None, first: (sample as u64) << 48 }
    }

    fn of(&self, number: u64) -> (&str, String) {
        // Connections count from multiples of 2³²: so each has a category of its own to begin with.
        let place = number + (number >> 32);
        let (place, number) = match self.posts {
            Some(posts) => (place % posts, place % posts),
            None => (place, self.first + number),
        };
        (&self.paths[(place % self.paths.len() as u64) as usize], ping_body(number))
    }
}

impl Task for Pings {
    fn write(&self, number: u64, into: &mut Vec<u8>) {
        let (path, body) = self.of(number);
        into.extend_from_slice(&ping_request(path, &body));
    }

    fn accepts(&self, answer: &Head, body: &[u8]) -> bool {
        answer.status == 200 && body == STORED.as_bytes()
    }
}

/// Each way to ping, at 16 connections and some at others. Each sample has a database of its own.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Table>> {
    let cases = [
        ("1 connection", 1, How::Passphrase),
        ("16 connections", 16, How::Passphrase),
        ("64 connections", 64, How::Passphrase),
        ("16, by key", 16, How::Key),
        ("16, posts that are there already", 16, How::Again),
        ("16, open, listed at once", 16, How::Open),
        ("16, pages are read", 16, How::PagesAreRead),
    ];
    let mut rows = Vec::new();
    for (name, connections, how) in cases {
        let mut row = match (connections, how) {
            (16, How::PagesAreRead) | (1 | 64, _) => Row::new(name),
            _ => Row::new(name).at_least(TARGET).within(P99),
        };
        for round in 0..options.rounds {
            eprintln!("round {} of {}: pings, {name}", round + 1, options.rounds);
            row.add_round(
                round,
                || sample_product(connections, how, options),
                || sample_control(connections, options),
            )?;
        }
        rows.push(row);
    }
    let more = rows[2].rate() / rows[1].rate();
    let mut table = Table::new(&["pings/s", "ratio", "target", ""]);
    let target = format!("{MORE_WITH_MORE:.2}");
    let cells = ["64 connections against 16".to_owned(), format!("**{more:.2}**"), target];
    table.row(cells.into_iter().chain([verdict(more >= MORE_WITH_MORE)]));
    Ok(vec![compared("pings/s", "bare insert", &rows, true), table])
}

fn sample_product(connections: usize, how: How, options: &Options) -> anyhow::Result<Sample> {
    let product = Product::start()?;
    let hub = product.open_hub("sxsw")?;
    let (ping, listing) = match how {
        How::Open => ("open", "at-once"),
        _ => ("passphrase", "all-wait"),
    };
    let link_back = if how == How::PagesAreRead { "counts" } else { "off" };
    let paths = (0..CATEGORIES).map(|n| {
        let path = product.open_category(hub, &format!("room-{n}"), ping, listing, link_back)?;
        // The first ping pays for argon2; a conference sends more than one.
        product.ping(&path, &ping_body(u64::MAX - n))?;
        Ok(path)
    });
    let mut paths = paths.collect::<anyhow::Result<Vec<_>>>()?;
    let mut before = CATEGORIES;
    if how == How::Key {
        // The last of them is one whose posts wait.
        let key = product.make_keys(hub, 2)?.pop().context("a ping key")?;
        paths.iter_mut().for_each(|path| *path = path.replace(PASSPHRASE, &key));
    }
    let mut pings = Pings::new(paths, 0);
    if how == How::Again {
        pings.posts = Some(KNOWN);
        for number in 0..KNOWN {
            let (path, body) = pings.of(number);
            product.ping(path, &body)?;
        }
        before += KNOWN;
    }
    let sample = run(product.address, connections, options.sample(), &Arc::new(pings))?;
    let stored = product.stop()?;
    let new = if how == How::Again { 0 } else { sample.answered };
    ensure!(stored == before + new, "{} pings were answered, {stored} are stored", before + new);
    Ok(sample)
}

fn sample_control(connections: usize, options: &Options) -> anyhow::Result<Sample> {
    let control = Inserts::start()?;
    let paths = (1..=CATEGORIES).map(|n| format!("/tb/{n}/{PASSPHRASE}"));
    let task = Arc::new(Pings::new(paths.collect(), 0));
    let sample = run(control.server.address, connections, options.sample(), &task)?;
    let stored = control.stop()?;
    ensure!(stored == sample.answered, "{} answered, {stored} stored", sample.answered);
    Ok(sample)
}
