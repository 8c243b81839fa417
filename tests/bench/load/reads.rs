//! Pages and feeds from the cache, against a handler that has the bytes already.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use anyhow::{Context, ensure};

use crate::Options;
use crate::client::{Head, Task, run};
use crate::control::{self, Control, Fixture};
use crate::product::{Product, ping_body};
use crate::report::{Row, compared};
use crate::table::Table;
use crate::visitor::{Answer, ask, get};

const CONNECTIONS: usize = 64;
const POSTS: u64 = 200;
const TARGET: f64 = 0.85;

/// A request, and the answer that both sides give to it.
struct Case {
    name: &'static str,
    task: Arc<Read>,
    /// One that sends the body and what it needs, and one that sends the same answer byte for byte.
    controls: [Control; 2],
}

/// The same request each time.
struct Read {
    request: Vec<u8>,
    status: u16,
    length: usize,
}

impl Task for Read {
    fn write(&self, _number: u64, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.request);
    }

    fn accepts(&self, answer: &Head, _body: &[u8]) -> bool {
        answer.status == self.status && answer.body == self.length
    }
}

/// Measures all cases.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Table>> {
    let product = Product::start()?;
    let hub = product.open_hub("sxsw")?;
    let ping = product.open_category(hub, "keynotes", "open", "at-once", "off")?;
    for number in 0..POSTS {
        product.ping(&ping, &ping_body(number))?;
    }
    let gzip = || "Accept-Encoding: gzip\r\n".to_owned();
    let known = |path| {
        let tag = ask(product.address, &get(path, ""))?.header("etag")?.to_owned();
        anyhow::Ok(format!("If-None-Match: {tag}\r\n"))
    };
    let cases = [
        ("page", "/sxsw", String::new()),
        ("page, gzip", "/sxsw", gzip()),
        ("page, 304", "/sxsw", known("/sxsw")?),
        ("feed", "/sxsw/rss", String::new()),
        ("feed, gzip", "/sxsw/rss", gzip()),
        ("feed, 304", "/sxsw/rss", known("/sxsw/rss")?),
    ];
    let cases = cases.map(|(name, path, headers)| {
        let case = Case::new(name, get(path, &headers), product.address);
        case.with_context(|| name.to_owned())
    });
    let cases = cases.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let rows = || cases.iter().map(|case| Row::new(case.name).at_least(TARGET)).collect();
    let mut tables: [Vec<Row>; 2] = [rows(), rows()];
    for round in 0..options.rounds {
        for (number, case) in cases.iter().enumerate() {
            eprintln!("round {} of {}: {}", round + 1, options.rounds, case.name);
            let sample = |address| run(address, CONNECTIONS, options.sample(), &case.task);
            for (rows, control) in tables.iter_mut().zip(&case.controls) {
                let row = &mut rows[number];
                row.add_round(round, || sample(product.address), || sample(control.address))?;
            }
        }
    }
    for control in cases.into_iter().flat_map(|case| case.controls) {
        control.stop()?;
    }
    product.stop()?;
    let [bare, same] = tables;
    Ok(vec![
        compared("reads/s, 64 connections", "bare handler", &bare, false),
        compared("the same", "bare handler, all of our headers", &same, false),
    ])
}

impl Case {
    fn new(name: &'static str, request: Vec<u8>, product: SocketAddr) -> anyhow::Result<Self> {
        let answer = ask(product, &request)?;
        let status = if name.ends_with("304") { 304 } else { 200 };
        ensure!(answer.status == status, "{name}: {answer:?}");
        let controls = [false, true].map(|all| control::read(fixture(&answer, all)?));
        let [bare, same] = controls;
        let controls = [bare?, same?];
        for control in &controls {
            let same = ask(control.address, &request)?;
            ensure!((same.status, &same.body) == (status, &answer.body), "the control differs");
        }
        let task = Arc::new(Read { request, status, length: answer.body.len() });
        eprintln!("{name}: {} bytes, {} headers", answer.body.len(), answer.headers.len());
        Ok(Self { name, task, controls })
    }
}

/// What a bare handler needs to send the same body; with `all`, all else that was sent too.
fn fixture(answer: &Answer, all: bool) -> anyhow::Result<Fixture> {
    const BARE: [&str; 3] = ["content-type", "content-encoding", "etag"];
    const BY_THE_SERVER: [&str; 3] = ["date", "content-length", "connection"];
    let mut headers = Vec::new();
    for (name, value) in &answer.headers {
        let name: HeaderName = name.parse()?;
        let bare = match name.as_str() {
            "etag" => answer.status == 304,
            name => BARE.contains(&name),
        };
        if bare || all && !BY_THE_SERVER.contains(&name.as_str()) {
            headers.push((name, HeaderValue::from_str(value)?));
        }
    }
    Ok(Fixture {
        status: StatusCode::from_u16(answer.status)?,
        headers,
        body: answer.body.clone().into(),
    })
}
