//! Strangers' addresses against real sockets.

mod addresses;
mod hostile;
mod polite;
mod rebinding;
mod redirects;
mod secure;
mod servers;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;

use super::dial::{Dialer, Wire};
use super::*;
use crate::clock::Timestamp;

/// An address of the public internet, which no test dials.
const PUBLIC: &str = "93.184.216.34:0";

type Dialled = Arc<Mutex<Vec<SocketAddr>>>;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Nobody is asked for a name.
fn no_names() -> Resolver {
    Resolver::scripted(|name| panic!("{name} was asked for"))
}

/// Budgets that are not in the way, and time as ever: tests of answers do not depend on how busy
/// this machine is, and those of patience shorten one of the times.
fn generous() -> Limits {
    Limits {
        domain_gap: Duration::ZERO,
        domain_hour: 1_000_000,
        hour: 1_000_000,
        ..Limits::default()
    }
}

/// Long enough to notice, short enough to wait for.
const SHORT: Duration = Duration::from_millis(100);

fn setup(dial: Dial, resolver: Resolver) -> Setup {
    Setup { dial, own: Own::nobody(), resolver, limits: generous() }
}

fn clock() -> Clock {
    Clock::fixed(Timestamp::from_micros(1_700_000_000_000_000))
}

fn fetcher(setup: Setup) -> Fetcher {
    Fetcher::new(setup, url("https://hub.example.org/help/fetching"), &clock()).unwrap()
}

/// A fetcher whose servers are on this machine, and are named by their addresses.
fn on_loopback() -> Fetcher {
    fetcher(setup(Dial::UnsafeLoopback, no_names()))
}

/// The same, less patient.
fn within(limits: Limits) -> Fetcher {
    fetcher(Setup { limits, ..setup(Dial::UnsafeLoopback, no_names()) })
}

/// A fetcher that writes down whom it dials, and reaches `instead`, if anybody.
fn recorded(setup: Setup, instead: Option<SocketAddr>) -> (Fetcher, Dialled) {
    let dialled = Dialled::default();
    let mut dialer = Dialer::new(setup, &clock()).unwrap();
    dialer.wire = Wire::Recorder(Arc::clone(&dialled), instead);
    (dialling(dialer), dialled)
}

fn dialling(dialer: Dialer) -> Fetcher {
    let budgets = Budgets::new(&dialer.setup.limits, &dialer.clock);
    let about = url("https://hub.example.org/help/fetching");
    let asks = Budgets::new(&dialer.setup.limits, &dialer.clock);
    let pushes = Budgets::new(&dialer.setup.limits.for_subscribers(), &dialer.clock);
    Fetcher(Arc::new(Inner { dialer, budgets, asks, pushes, about: Some(about) }))
}

fn taken(dialled: &Dialled) -> Vec<SocketAddr> {
    std::mem::take(&mut *dialled.lock().unwrap())
}
