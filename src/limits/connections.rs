//! How many connections one address block may hold.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

use super::AddressBlock;
use crate::config::RateLimits;

/// Connections of the whole process (`security.md`, "HTTP server").
pub const MAX_CONNECTIONS: usize = 2_000;

/// What an address block may hold whatever else goes on.
const EACH: usize = 20;

/// Until this many are taken, nobody is refused: a conference shares one address, and a hall that
/// pings at the end of a keynote is not an attack (`decisions.md`, "Conference networks").
const PLENTY: usize = MAX_CONNECTIONS / 2;

/// The connections that are open, by address block.
#[derive(Debug, Clone)]
pub struct Connections {
    /// `None` where nothing is limited.
    open: Option<Arc<Mutex<Open>>>,
    exempt: Arc<[IpNet]>,
    plenty: usize,
    each: usize,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_block: HashMap<AddressBlock, usize>,
}

/// One connection's place: given back when it is dropped.
#[derive(Debug)]
pub struct Place(Mutex<Option<(Arc<Mutex<Open>>, AddressBlock)>>);

impl Place {
    const fn of(counted: Option<(Arc<Mutex<Open>>, AddressBlock)>) -> Self {
        Self(Mutex::new(counted))
    }

    /// Gives it back before the connection is closed: it is counted elsewhere from now on.
    pub fn leave(&self) {
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((shared, block)) = place else { return };
        let mut open = shared.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        match open.by_block.get_mut(&block) {
            Some(held) if *held > 1 => *held -= 1,
            Some(_) | None => {
                open.by_block.remove(&block);
            }
        }
    }
}

impl Connections {
    /// None are open. Those of `exempt` networks (the proxies, which stand for everybody) are not
    /// counted.
    pub fn new(limits: RateLimits, exempt: &[IpNet]) -> Self {
        let open = (limits == RateLimits::On).then(Arc::default);
        Self { open, exempt: exempt.into(), plenty: PLENTY, each: EACH }
    }

    /// The same for other things that are held: until `plenty` are taken nobody is refused, and
    /// then whoever holds `each` already.
    pub fn of(limits: RateLimits, plenty: usize, each: usize) -> Self {
        Self { plenty, each, ..Self::new(limits, &[]) }
    }

    /// A place for one more connection of `address`; `None` where half of all are taken and its
    /// block holds twenty already.
    pub fn enter(&self, address: IpAddr) -> Option<Place> {
        let is_exempt = self.exempt.iter().any(|net| net.contains(&address.to_canonical()));
        if is_exempt { Some(Place::of(None)) } else { self.enter_block(AddressBlock::of(address)) }
    }

    /// The same for an address block.
    pub fn enter_block(&self, block: AddressBlock) -> Option<Place> {
        let Some(shared) = &self.open else { return Some(Place::of(None)) };
        let mut open = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let held = open.by_block.get(&block).copied().unwrap_or_default();
        if open.all >= self.plenty && held >= self.each {
            return None;
        }
        open.all += 1;
        open.by_block.insert(block, held + 1);
        Some(Place::of(Some((Arc::clone(shared), block))))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_leaves_half_of_all_to_the_others_and_others_have_twenty_each() {
        let connections = Connections::new(RateLimits::On, &[]);
        let attacker: Vec<Place> =
            std::iter::from_fn(|| connections.enter(address("192.0.2.1"))).take(1_500).collect();
        assert_eq!(attacker.len(), 1_000);
        let honest: Vec<Place> =
            std::iter::from_fn(|| connections.enter(address("192.0.2.2"))).take(30).collect();
        assert_eq!(honest.len(), 20);
        drop(attacker);
        assert!(connections.enter(address("192.0.2.2")).is_some(), "there is plenty again");
    }

    #[test]
    fn a_subscribers_network_is_one_block_and_what_is_closed_is_forgotten() {
        let connections = Connections::new(RateLimits::On, &[]);
        let places: Vec<Option<Place>> = (0..1_100)
            .map(|i| connections.enter(address(&format!("2001:db8:1:2::{i:x}"))))
            .collect();
        assert_eq!(places.iter().flatten().count(), 1_000);
        drop(places);
        let open = connections.open.as_ref().unwrap().lock().unwrap();
        assert_eq!((open.all, open.by_block.len()), (0, 0));
    }

    #[test]
    fn a_place_is_given_back_once_whether_before_the_connection_ends_or_with_it() {
        let connections = Connections::new(RateLimits::On, &[]);
        let places: Vec<Option<Place>> =
            (0..2).map(|_| connections.enter(address("192.0.2.1"))).collect();
        let count = || connections.open.as_ref().unwrap().lock().unwrap().all;
        places[0].as_ref().unwrap().leave();
        assert_eq!(count(), 1);
        drop(places);
        assert_eq!(count(), 0);
    }

    #[test]
    fn proxies_are_not_counted() {
        let proxy = "10.0.0.0/8".parse().unwrap();
        let connections = Connections::new(RateLimits::On, &[proxy]);
        let places: Vec<Place> =
            (0..3_000).filter_map(|_| connections.enter(address("10.1.2.3"))).collect();
        assert_eq!(places.len(), 3_000);
    }
}
