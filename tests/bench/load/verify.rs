//! How many pages are verified: Webmentions whose pages a bare server on this machine has.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use anyhow::ensure;

use crate::Options;
use crate::client::{Head, Task, place, run_all};
use crate::control::{self, Fixture};
use crate::product::Product;
use crate::report::median;
use crate::table::Table;

/// Webmentions of one sample: fewer than jobs may wait.
const MENTIONS: u64 = 2_000;
/// A category takes 1,000 of strangers that wait.
const CATEGORIES: u64 = 8;
const SENDERS: usize = 4;
/// The longest that all of them may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// A post as WordPress writes it, in which the links to our pages take this one's place.
const POST: &str = include_str!("../../fixtures/pages/wordpress-twenty-twenty-five.html");
const LINK: &str = "https://hub.example/sxsw/keynotes";

/// Each post mentions one of the pages that it links to.
struct Mentions {
    posts: String,
    targets: Vec<String>,
}

impl Task for Mentions {
    fn write(&self, number: u64, into: &mut Vec<u8>) {
        let place = place(number, SENDERS);
        let target = &self.targets[(place % CATEGORIES) as usize];
        let body = format!("source={}/post-{place}&target={target}", self.posts);
        let request = format!(
            "POST /webmention HTTP/1.1\r\nHost: hubs.example.org\r\nUser-Agent: load\r\n\
             X-Forwarded-For: 198.51.100.7\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        into.extend_from_slice(request.as_bytes());
    }

    fn accepts(&self, answer: &Head, _body: &[u8]) -> bool {
        answer.status == 201
    }

    fn answers_vary(&self) -> bool {
        true
    }

    fn is_over(&self, number: u64) -> bool {
        place(number, SENDERS) >= MENTIONS
    }
}

/// From the first Webmention to the last that is listed.
pub fn measure(options: &Options) -> anyhow::Result<Table> {
    let mut rates = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}: verification", options.rounds);
        rates.push(MENTIONS as f64 / sample()?.as_secs_f64());
    }
    let least = rates.iter().copied().fold(f64::INFINITY, f64::min);
    let most = rates.iter().copied().fold(0.0, f64::max);
    let head = format!("{MENTIONS} Webmentions, taken in, read and listed");
    let mut table = Table::new(&[&head, "jobs/s", "rounds"]);
    table.row([
        format!("each of a page of {} bytes", POST.len()),
        format!("**{:.0}**", median(rates.into_iter())),
        format!("{least:.0} to {most:.0}"),
    ]);
    Ok(table)
}

fn sample() -> anyhow::Result<Duration> {
    let product = Product::start_reading_here()?;
    let hub = product.open_hub("sxsw")?;
    let mut targets = Vec::new();
    for n in 0..CATEGORIES {
        product.open_category(hub, &format!("room-{n}"), "open", "at-once", "off")?;
        targets.push(format!("http://{}/sxsw/room-{n}", product.address));
    }
    let posts = control::read(Fixture {
        status: StatusCode::OK,
        headers: vec![(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))],
        body: post(&targets).into(),
    })?;
    let mentions = Mentions { posts: format!("http://{}", posts.address), targets };
    let begun = Instant::now();
    let answered = run_all(product.address, SENDERS, &Arc::new(mentions))?;
    ensure!(answered == MENTIONS, "{answered} Webmentions were taken in");
    let mut listed = 0;
    while listed < MENTIONS {
        std::thread::sleep(Duration::from_millis(5));
        listed = product.count_listed(hub)?;
        let waited = begun.elapsed();
        ensure!(waited < PATIENCE, "{listed} of {MENTIONS} are listed after {waited:?}");
    }
    let took = begun.elapsed();
    posts.stop()?;
    product.stop()?;
    Ok(took)
}

fn post(targets: &[String]) -> String {
    let mut links = String::new();
    for target in targets {
        // Writing into a text does not fail.
        let _written = write!(links, "{target}\">Here</a> <a href=\"");
    }
    POST.replace(LINK, &format!("{links}{LINK}"))
}
