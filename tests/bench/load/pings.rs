//! Pings with everything they entail, against a bare durable insert.

use std::sync::Arc;

use anyhow::ensure;

use crate::Options;
use crate::client::{Head, Sample, Task, run};
use crate::control::Inserts;
use crate::product::{Product, STORED, ping_body, ping_request};
use crate::report::Row;

/// A category takes 5,000 waiting pings: these take what is sent in one sample.
const CATEGORIES: u64 = 24;
const TARGET: f64 = 0.5;

/// Another ping each time, to each category in turn.
struct Pings {
    paths: Vec<String>,
}

impl Task for Pings {
    fn write(&self, number: u64, into: &mut Vec<u8>) {
        // Connections count from multiples of 2³²: so each has a category of its own to begin with.
        let path = &self.paths[((number + (number >> 32)) % self.paths.len() as u64) as usize];
        into.extend_from_slice(&ping_request(path, &ping_body(number)));
    }

    fn accepts(&self, answer: &Head, body: &[u8]) -> bool {
        answer.status == 200 && body == STORED.as_bytes()
    }
}

/// Measures at 1, 16 and 64 connections. Each sample has a database of its own.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let cases = [
        ("1 connection", 1, "off"),
        ("16 connections", 16, "off"),
        ("64 connections", 64, "off"),
        ("16 connections, pages are read", 16, "counts"),
    ];
    for (name, connections, link_back) in cases {
        let target = (connections == 16 && link_back == "off").then_some(TARGET);
        let mut row = Row::new(name, target);
        for round in 0..options.rounds {
            eprintln!("round {} of {}: pings, {name}", round + 1, options.rounds);
            row.add_round(
                round,
                || sample_product(connections, link_back, options),
                || sample_control(connections, options),
            )?;
        }
        rows.push(row);
    }
    Ok(rows)
}

fn sample_product(
    connections: usize,
    link_back: &str,
    options: &Options,
) -> anyhow::Result<Sample> {
    let product = Product::start()?;
    let hub = product.open_hub("sxsw")?;
    let paths = (0..CATEGORIES).map(|n| {
        let path = product.open_category(
            hub,
            &format!("room-{n}"),
            "passphrase",
            "all-wait",
            link_back,
        )?;
        // The first ping pays for argon2; a conference sends more than one.
        product.ping(&path, &ping_body(u64::MAX - n))?;
        Ok(path)
    });
    let paths = paths.collect::<anyhow::Result<_>>()?;
    let sample = run(product.address, connections, options.sample(), &Arc::new(Pings { paths }))?;
    let stored = product.stop()?;
    let answered = sample.answered + CATEGORIES;
    ensure!(stored == answered, "{answered} pings were answered, {stored} are stored");
    Ok(sample)
}

fn sample_control(connections: usize, options: &Options) -> anyhow::Result<Sample> {
    let control = Inserts::start()?;
    let paths = (1..=CATEGORIES).map(|n| format!("/tb/{n}/{}", crate::product::PASSPHRASE));
    let task = Arc::new(Pings { paths: paths.collect() });
    let sample = run(control.server.address, connections, options.sample(), &task)?;
    let stored = control.stop()?;
    ensure!(stored == sample.answered, "{} answered, {stored} stored", sample.answered);
    Ok(sample)
}
