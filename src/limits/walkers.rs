//! Strangers who walk through the /64s of one /48, as whoever has one can: they are one, then
//! (`security.md` T35).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::AddressBlock;

/// So many different /64s of one /48 within [`WITHIN`] are taken for one sender.
const MANY: usize = 8;
/// How long a /64 counts.
const WITHIN: Duration = Duration::from_secs(3_600);
/// The most /48s that are watched: 100 bytes each, and a /64's limits hold without it.
const MAX_WATCHED: usize = 50_000;

type Site = [u8; 6];
/// A /64's own bytes, and when it was seen last.
type Seen = ([u8; 2], Duration);

/// The /64s that each /48 came from lately.
#[derive(Debug, Default)]
pub(super) struct Walkers(Mutex<HashMap<Site, Vec<Seen>>>);

impl Walkers {
    /// The block that a stranger's allowance is counted by: the /48, once it was seen in eight
    /// /64s within an hour, else the block itself.
    pub(super) fn key_of(&self, block: AddressBlock, now: Duration) -> AddressBlock {
        let IpAddr::V6(address) = block.address() else { return block };
        let [a, b, c, d, e, f, subnet @ ..] = address.octets();
        let (site, subnet) = ([a, b, c, d, e, f], [subnet[0], subnet[1]]);
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.len() >= MAX_WATCHED && !watched.contains_key(&site) {
            return block;
        }
        let seen = watched.entry(site).or_default();
        seen.retain(|(_, at)| now.saturating_sub(*at) < WITHIN);
        seen.retain(|(this, _)| *this != subnet);
        // Eight are enough to know: the one that was not seen for longest makes place.
        if seen.len() >= MANY {
            seen.remove(0);
        }
        seen.push((subnet, now));
        if seen.len() < MANY {
            return block;
        }
        let mut whole = [0; 16];
        whole[..6].copy_from_slice(&site);
        AddressBlock(whole)
    }

    /// Forgets whoever was not seen for an hour.
    pub(super) fn sweep(&self, now: Duration) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|_, seen| seen.iter().any(|(_, at)| now.saturating_sub(*at) < WITHIN));
        watched.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> AddressBlock {
        AddressBlock::of(text.parse().unwrap())
    }

    #[test]
    fn the_eighth_net_of_a_site_in_an_hour_makes_them_one() {
        let (walkers, now) = (Walkers::default(), Duration::ZERO);
        for n in 0..7 {
            let this = block(&format!("2001:db8:1:{n:x}::1"));
            assert_eq!(walkers.key_of(this, now), this);
            assert_eq!(walkers.key_of(this, now), this, "the same twice is one");
        }
        let all = walkers.key_of(block("2001:db8:1:7::1"), now);
        assert_eq!(all.address().to_string(), "2001:db8:1::");
        assert_eq!(walkers.key_of(block("2001:db8:1:0::1"), now), all);
        assert_eq!(walkers.key_of(block("2001:db8:1:ffff::1"), now), all);
        assert_eq!(walkers.key_of(block("2001:db8:2:7::1"), now), block("2001:db8:2:7::"));
        assert_eq!(walkers.key_of(block("192.0.2.1"), now), block("192.0.2.1"));
        let later = block("2001:db8:1:1::1");
        assert_eq!(walkers.key_of(later, WITHIN * 2), later, "an hour later they are many again");
    }

    #[test]
    fn ten_thousand_addresses_of_one_net_are_one_key() {
        let walkers = Walkers::default();
        let keys: std::collections::HashSet<_> = (0..10_000)
            .map(|n| walkers.key_of(block(&format!("2001:db8:1:2::{n:x}")), Duration::ZERO))
            .collect();
        assert_eq!(keys.len(), 1);
        walkers.sweep(WITHIN);
        assert!(walkers.0.lock().unwrap().is_empty());
    }
}
