//! The first read after a change: it is rendered and compressed, and shows the change.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::Options;
use crate::control::{self, Control};
use crate::filled::{Filling, PING};
use crate::product::{Product, ping_body};
use crate::report::{median, spread};
use crate::rows::Rows;
use crate::table::{Table, verdict};
use crate::visitor::{Visitor, ask, get};

/// What is read, in gzip: a page and a feed of fifty posts.
const CASES: [(&str, &str); 2] = [("page", "/sxsw"), ("feed", "/sxsw/rss")];
/// Changes, and reads after them, of each case in each round.
const CHANGES: usize = 40;
/// The middle of the first reads may take as long as this, where up to a million are listed.
const P50: Duration = Duration::from_micros(1_500);
const JUDGED_UP_TO: Rows = Rows(1_000_000);
/// What the middle may grow by from the smallest table to the largest.
const GROWTH: f64 = 1.2;

/// An instance in which so many posts are listed.
struct Side {
    rows: Rows,
    product: Product,
    /// The least that each case takes.
    controls: [Control; CASES.len()],
    changes: u64,
    /// The first reads of each case, in each round; what the control took in between; and the reads
    /// right after the first.
    cold: [Vec<Vec<Duration>>; CASES.len()],
    least: [Vec<Vec<Duration>>; CASES.len()],
    hot: [Vec<Duration>; CASES.len()],
}

impl Side {
    fn open(rows: Rows) -> anyhow::Result<Self> {
        let product = Product::start_filled(Filling::of(rows.0))?;
        let control = |(_, path)| {
            let answer = ask(product.address, &get(path, ""))?;
            control::compress_anew(&product.file(), answer.text())
        };
        let [page, feed] = CASES.map(control);
        let controls = [page?, feed?];
        let (cold, least, hot) = Default::default();
        Ok(Self { rows, product, controls, changes: 0, cold, least, hot })
    }

    fn round(&mut self, case: usize) -> anyhow::Result<()> {
        let request = get(CASES[case].1, "Accept-Encoding: gzip, deflate, br\r\n");
        // Anew: while others have their turn, a connection is given up.
        let mut visitor = Visitor::connect(self.product.address)?;
        let mut of_control = Visitor::connect(self.controls[case].address)?;
        let (mut cold, mut least) = (Vec::new(), Vec::new());
        for _ in 0..CHANGES {
            self.changes += 1;
            let title = format!("Change number {} of this hub", self.changes);
            let body = ping_body(self.changes << 32);
            let (_, rest) = body.split_once('&').unwrap_or_default();
            // Answered after COMMIT: whoever reads now finds it.
            self.product.ping(PING, &format!("title={}&{rest}", title.replace(' ', "+")))?;
            cold.push(read(&mut visitor, &request, &title)?);
            self.hot[case].push(read(&mut visitor, &request, &title)?);
            least.push(read(&mut of_control, &request, "</")?);
        }
        self.cold[case].push(cold);
        self.least[case].push(least);
        Ok(())
    }

    /// The middle of each round, in milliseconds.
    fn p50s(&self, case: usize) -> Vec<f64> {
        middles(&self.cold[case])
    }

    /// How many times the control's middle ours is, in each round.
    fn ratios(&self, case: usize) -> Vec<f64> {
        let least = middles(&self.least[case]);
        self.p50s(case).iter().zip(least).map(|(ours, least)| ours / least).collect()
    }
}

/// Only the reading is timed; then it is looked whether the change is in it.
fn read(visitor: &mut Visitor, request: &[u8], title: &str) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let answer = visitor.ask(request)?;
    let took = begun.elapsed();
    ensure!(answer.status == 200, "{answer:?}");
    ensure!(answer.header("content-encoding")? == "gzip", "{answer:?}");
    let text = answer.text();
    ensure!(text.contains(title), "{title:?} is not to be seen in the next read:\n{text}");
    Ok(took)
}

fn middles(rounds: &[Vec<Duration>]) -> Vec<f64> {
    rounds.iter().map(|round| median(round.iter().map(|time| milliseconds(*time)))).collect()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Each size is read in turn in each round.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Table>> {
    let sides = options.sizes().into_iter().map(Side::open);
    let mut sides = sides.collect::<anyhow::Result<Vec<_>>>()?;
    for round in 0..options.rounds {
        for (case, (name, _)) in CASES.iter().enumerate() {
            eprintln!("round {} of {}: first reads, {name}", round + 1, options.rounds);
            for side in &mut sides {
                side.round(case)?;
            }
        }
    }
    let mut tables = vec![times(&sides)];
    if let [smallest, larger @ ..] = &sides[..]
        && !larger.is_empty()
    {
        tables.push(growth(smallest, larger));
    }
    for side in sides {
        side.controls.into_iter().try_for_each(Control::stop)?;
        let stored = side.product.stop()?;
        ensure!(stored == side.rows.0 + side.changes, "{stored} pings are stored");
    }
    Ok(tables)
}

fn times(sides: &[Side]) -> Table {
    let head = "first read after a change, 50 posts";
    let mut table = Table::new(&[
        head,
        "listed",
        "p50, p99 ms",
        "rounds' p50",
        "second read",
        "the least",
        "ratio, rounds",
        "target",
        "",
    ]);
    for (case, (name, _)) in CASES.iter().enumerate() {
        for side in sides {
            let mut all: Vec<_> = side.cold[case].concat();
            all.sort_unstable();
            let p50 = all[all.len() / 2];
            let p99 = all[(all.len() - 1) * 99 / 100];
            let hot = median(side.hot[case].iter().map(|time| milliseconds(*time)));
            let least = median(side.least[case].concat().into_iter().map(milliseconds));
            let ratio = median(side.ratios(case).into_iter());
            let judged = side.rows <= JUDGED_UP_TO;
            let judged =
                judged.then(|| [format!("p50 {:.1} ms", milliseconds(P50)), verdict(p50 <= P50)]);
            let cells = [
                (*name).to_owned(),
                side.rows.to_string(),
                format!("**{:.2}**, {:.2}", milliseconds(p50), milliseconds(p99)),
                spread(&side.p50s(case)),
                format!("{hot:.2} ms"),
                format!("{least:.2} ms"),
                format!("**{ratio:.2}**, {}", spread(&side.ratios(case))),
            ];
            table.row(cells.into_iter().chain(judged.into_iter().flatten()));
        }
    }
    table
}

fn growth(smallest: &Side, larger: &[Side]) -> Table {
    let mut table = Table::new(&["first read, p50", "against", "ratio", "rounds", "target", ""]);
    for (case, (name, _)) in CASES.iter().enumerate() {
        for side in larger {
            let (small, large) = (smallest.p50s(case), side.p50s(case));
            let ratios: Vec<f64> = large.iter().zip(&small).map(|(l, s)| l / s).collect();
            let ratio = median(large.iter().copied()) / median(small.iter().copied());
            table.row([
                format!("{name}, {} listed", side.rows),
                smallest.rows.to_string(),
                format!("**{ratio:.2}**"),
                spread(&ratios),
                format!("at most {GROWTH:.1}"),
                verdict(ratio <= GROWTH),
            ]);
        }
    }
    table
}
