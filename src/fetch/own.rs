//! What is the hub's own, so that nobody makes it ask itself.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use url::{Host, Url};

use super::Resolver;

/// How long the addresses of the hub's own name are remembered.
const REMEMBERED: Duration = Duration::from_secs(300);

/// The hub's own name and addresses ("self connection").
///
/// Refused are: the name of the public address; the addresses that this name has; the addresses
/// of this machine's interfaces; and, where loopback may be dialled at all, the port that the
/// hub listens on. A firewall may trust these more than it trusts strangers.
#[derive(Debug)]
pub struct Own {
    name: Option<String>,
    /// The hubs' own names.
    names: RwLock<Option<HashSet<String>>>,
    /// Addresses that are refused on their port, loopback ones alone.
    ports: Vec<u16>,
    /// Addresses that are refused on all ports.
    addresses: Vec<IpAddr>,
    by_name: ByName,
    /// Whether this machine tells its own addresses from others.
    knows_itself: bool,
}

/// The addresses that the hub's own name has.
#[derive(Debug)]
enum ByName {
    /// Refused; those that were found, and when.
    Refused(Mutex<Option<(Duration, Vec<IpAddr>)>>),
    /// Other people's blogs have them as well.
    Shared,
}

impl Own {
    /// A hub of this public address that listens there.
    pub fn new(public_url: &Url, listening: SocketAddr) -> Self {
        let mut own = Self::nobody();
        own.add(listening);
        let port = public_url.port_or_known_default().unwrap_or_default();
        match public_url.host() {
            Some(Host::Domain(name)) => own.name = Some(bare(name).to_ascii_lowercase()),
            Some(Host::Ipv4(ip)) => own.add((ip, port).into()),
            Some(Host::Ipv6(ip)) => own.add((ip, port).into()),
            None => (),
        }
        own.knows_itself = !is_here(Ipv4Addr::new(192, 0, 2, 1).into());
        own
    }

    /// No hub: the command line.
    pub const fn nobody() -> Self {
        Self {
            name: None,
            names: RwLock::new(None),
            ports: Vec::new(),
            addresses: Vec::new(),
            by_name: ByName::Refused(Mutex::new(None)),
            knows_itself: false,
        }
    }

    /// The addresses of the public name are a content network's, which stands before other
    /// people's blogs as well: they are not refused. The name is, and so is this machine.
    #[must_use]
    pub fn behind_shared_addresses(self) -> Self {
        Self { by_name: ByName::Shared, ..self }
    }

    fn add(&mut self, address: SocketAddr) {
        self.ports.push(address.port());
        let ip = address.ip().to_canonical();
        if !ip.is_unspecified() && !ip.is_loopback() {
            self.addresses.push(ip);
        }
    }

    /// Whether this is the hub's own name, or that of a hub with one of its own.
    pub(super) fn is_name(&self, name: &str) -> bool {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        let is_a_hubs = names.as_ref().is_some_and(|names| names.contains(bare(name)));
        self.name.as_deref() == Some(bare(name)) || is_a_hubs
    }

    /// These are the hubs' own names from now on.
    pub(super) fn set_names(&self, names: HashSet<String>) {
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = Some(names);
    }

    /// Whether this is an address of the hub's own; `by_name` as [`Own::addresses`] found them.
    pub(super) fn is_address(&self, address: SocketAddr, by_name: &[IpAddr]) -> bool {
        let ip = address.ip().to_canonical();
        if ip.is_loopback() {
            return self.ports.contains(&address.port());
        }
        self.addresses.contains(&ip) || by_name.contains(&ip) || self.knows_itself && is_here(ip)
    }

    /// The addresses that the hub's own name has, asked for again every few minutes. A name that
    /// is not found keeps those it had.
    pub(super) async fn addresses(&self, resolver: &Resolver, now: Duration) -> Vec<IpAddr> {
        let (ByName::Refused(found), Some(name)) = (&self.by_name, &self.name) else {
            return Vec::new();
        };
        let last = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let before = match last {
            Some((at, addresses)) if now.saturating_sub(at) < REMEMBERED => return addresses,
            Some((_, addresses)) => addresses,
            None => Vec::new(),
        };
        let answer = resolver.absolute(name, 443).await.unwrap_or_default();
        let addresses = match answer.is_empty() {
            true => before,
            false => answer.iter().map(|address| address.ip().to_canonical()).collect(),
        };
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, addresses.clone()));
        addresses
    }
}

fn bare(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Whether an interface of this machine has this address: only then can a socket be bound to it.
/// Nothing is sent.
fn is_here(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(public_url: &str, listening: &str) -> Own {
        Own::new(&Url::parse(public_url).unwrap(), listening.parse().unwrap())
    }

    fn is_own(own: &Own, address: &str) -> bool {
        own.is_address(address.parse().unwrap(), &[])
    }

    #[test]
    fn the_public_name_is_the_hubs_own_and_other_names_are_not() {
        let own = own("https://Hub.Example.org", "0.0.0.0:8080");
        assert!(own.is_name("hub.example.org") && own.is_name("hub.example.org."));
        assert!(!own.is_name("example.org") && !own.is_name("ahub.example.org"));
    }

    #[test]
    fn on_loopback_only_the_hubs_own_ports_are_its_own() {
        let own = own("http://127.0.0.1:8080", "0.0.0.0:8081");
        for address in ["127.0.0.1:8080", "127.0.0.1:8081", "[::1]:8081", "[::ffff:127.0.0.1]:8080"]
        {
            assert!(is_own(&own, address), "{address}");
        }
        assert!(!is_own(&own, "127.0.0.1:8082"));
    }

    #[test]
    fn this_machine_is_known_by_what_can_be_bound() {
        assert!(is_here(Ipv4Addr::LOCALHOST.into()));
        let own = own("http://203.0.113.9", "198.51.100.7:80");
        assert!(is_own(&own, "203.0.113.9:443") && is_own(&own, "198.51.100.7:443"));
        assert!(!is_own(&own, "192.0.2.1:80"));
    }
}
