//! Memory of the real binary while many pings come from many addresses, with its limits on.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::ensure;

use crate::Options;
use crate::binary::{Server, open_hub, resident};
use crate::client::{Head, Task, place, run_all};
use crate::control::count_rows;
use crate::filled::PING;
use crate::product::{PASSPHRASE, STORED, ping_body, ping_request_from};
use crate::table::{Table, verdict};

const CONNECTIONS: usize = 16;
/// An address has sixty proved pings at once.
const PINGS_OF_AN_ADDRESS: u64 = 10;
/// How often memory is looked at.
const LOOKS: u64 = 20;
/// What it may take, in MiB, and by which part it may grow over the last half.
const MOST: f64 = 150.0;
const FLAT: f64 = 0.05;

/// Pings from one address after the other, every one of another post. The second half meets no
/// address that the first did not.
struct Crowd {
    path: String,
    first: u64,
    count: u64,
    addresses: u32,
}

impl Task for Crowd {
    fn write(&self, number: u64, into: &mut Vec<u8>) {
        let place = self.first + place(number, CONNECTIONS);
        let address = u32::try_from(place % u64::from(self.addresses)).unwrap_or_default();
        let from = Ipv4Addr::from_bits(Ipv4Addr::new(11, 0, 0, 0).to_bits() + address);
        into.extend_from_slice(&ping_request_from(from, &self.path, &ping_body(place)));
    }

    fn accepts(&self, answer: &Head, body: &[u8]) -> bool {
        answer.status == 200 && body == STORED.as_bytes()
    }

    fn is_over(&self, number: u64) -> bool {
        place(number, CONNECTIONS) >= self.count
    }
}

/// Twenty thousand pings; a million with `--long`.
pub fn measure(options: &Options) -> anyhow::Result<Table> {
    let pings: u64 = match (options.long, options.quick) {
        (true, _) => 1_000_000,
        (false, true) => 2_000,
        (false, false) => 20_000,
    };
    let addresses = u32::try_from(pings / PINGS_OF_AN_ADDRESS)?;
    let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    open_hub(data.path(), "passphrase")?;
    let server = Server::start(data.path(), &["--trusted-proxies=127.0.0.1/32"])?;
    let count = pings / LOOKS;
    let mut seen = Vec::new();
    for look in 0..LOOKS {
        eprintln!("{} of {pings} pings from {addresses} addresses", look * count);
        let (path, first) = (format!("{PING}/trackback/{PASSPHRASE}"), look * count);
        let crowd = Arc::new(Crowd { path, first, count, addresses });
        let answered = run_all(server.address, CONNECTIONS, &crowd)?;
        ensure!(answered == count, "{answered} of {count} pings were taken in");
        seen.push(resident(server.id())?);
    }
    drop(server);
    let stored = count_rows(&data.path().join("backchannel.db"), "pings")?;
    ensure!(stored == pings, "{stored} of {pings} pings are stored");
    Ok(table(&seen, pings, addresses, options.long))
}

fn table(seen: &[f64], pings: u64, addresses: u32, judged: bool) -> Table {
    let (half, last) = (seen.len() / 2, seen.len() - 1);
    let most = seen.iter().copied().fold(0.0, f64::max);
    let grown = slope(&seen[half..]) * (last - half) as f64;
    let part = grown / seen[last];
    let head = format!("{pings} pings from {addresses} addresses, limits on");
    let mut table = Table::new(&[&head, "MiB", "target", ""]);
    let judge =
        |target: String, met| if judged { [target, verdict(met)] } else { Default::default() };
    let at = |what: &str, is: String, judged: [String; 2]| {
        [what.to_owned(), is].into_iter().chain(judged)
    };
    table.row(at(
        "after a twentieth, after half, at the end",
        format!("{:.1}, {:.1}, {:.1}", seen[0], seen[half - 1], seen[last]),
        Default::default(),
    ));
    let is = format!("**{most:.1}**");
    table.row(at("the most", is, judge(format!("{MOST}"), most <= MOST)));
    table.row(at(
        "growth over the last half, by its slope",
        format!("{grown:.1} ({:.1} %)", part * 100.0),
        judge(format!("at most {:.0} %", FLAT * 100.0), part <= FLAT),
    ));
    table
}

/// What is added from one value to the next, by the line that lies nearest to all.
fn slope(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let middle_x = (n - 1.0) / 2.0;
    let middle_y = values.iter().sum::<f64>() / n;
    let (mut up, mut down) = (0.0, 0.0);
    for (x, y) in values.iter().enumerate() {
        let x = x as f64 - middle_x;
        up += x * (y - middle_y);
        down += x * x;
    }
    up / down
}
