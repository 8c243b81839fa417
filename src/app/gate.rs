//! A category as a ping meets it, and the passphrases that were right.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::model::category::{PingPolicy, Readers};
use crate::pages_cache::Keepable;
use crate::secret::SecretKey;

/// A category with its hub.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The hub.
    pub hub: Hub,
    /// The category.
    pub category: Category,
}

/// Why a category takes no pings just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Since when, or until when.
    pub at: Timestamp,
    /// Whether it is over, and did not begin yet otherwise.
    pub is_over: bool,
    /// The hub's IANA time zone, in which this is said.
    pub time_zone: String,
    /// What its organizers say about it, where its hub is frozen; else empty.
    pub words: String,
}

impl Gate {
    /// Whether the category takes no pings now: its hub or itself is closed, or it is not its time.
    pub fn closed(&self, now: Timestamp) -> Option<Closed> {
        let of_hub = self.hub.closed_at.or(self.hub.frozen_at);
        let since = of_hub.or(self.category.closed_at);
        let over = since.or(self.category.closes_at.filter(|at| *at <= now));
        let early = self.category.opens_at.filter(|at| *at > now);
        let at = over.or(early)?;
        let time_zone = self.hub.time_zone.clone();
        let words = self.hub.closing_words.clone();
        Some(Closed { at, is_over: over.is_some(), time_zone, words })
    }

    /// Whether it takes posts now.
    pub fn takes_posts(&self, now: Timestamp) -> bool {
        self.closed(now).is_none() && self.category.ping_policy != PingPolicy::Closed
    }

    /// Whether only those who know its reading password may know of it. Whoever cannot show that
    /// they know its posting passphrase is told what is told of a category that is not there
    /// (`security.md` T30).
    pub fn is_secret(&self) -> bool {
        self.hub.readers == Readers::Password || self.category.readers == Readers::Password
    }

    /// When it opens or closes next by itself.
    pub fn next_edge(&self, now: Timestamp) -> Option<Timestamp> {
        let edges = [self.category.opens_at, self.category.closes_at];
        edges.into_iter().flatten().filter(|at| *at > now).min()
    }
}

impl Gate {
    /// When it last opened or closed by itself.
    pub fn last_edge(&self, now: Timestamp) -> Option<Timestamp> {
        let edges = [self.category.opens_at, self.category.closes_at];
        edges.into_iter().flatten().filter(|at| *at <= now).max()
    }
}

impl Keepable for Arc<Gate> {
    fn weight(&self) -> u32 {
        4_096
    }
}

/// Passphrases that were right, so that a ping does not pay for argon2 twice (`security.md` T21).
///
/// Held as keyed hashes under a key of this process. The category's PHC string is part of each,
/// so that a changed passphrase is forgotten by itself. Wrong ones are never kept.
pub struct Proofs {
    key: SecretKey,
    right: moka::sync::Cache<[u8; 32], Timestamp>,
    turns: Vec<Mutex<()>>,
}

/// How many passphrases can be tried side by side: the same one is tried once.
const TURNS: usize = 64;

/// How long after its last use a proof is forgotten. Longer than T21's ten minutes: it bounds
/// nothing but memory, and whoever proved a passphrase must not be caught by a neighbour's wrong
/// tries later in the day (`decisions.md`, "Conference networks").
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// A use within this of the one before is not noted: not every ping writes to the cache.
const NOTED: Duration = Duration::from_secs(600);

impl std::fmt::Debug for Proofs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proofs").finish_non_exhaustive()
    }
}

impl Default for Proofs {
    fn default() -> Self {
        Self {
            key: SecretKey::random(),
            right: moka::sync::Cache::new(10_000),
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
        }
    }
}

impl Proofs {
    fn proof(&self, phc: &str, passphrase: &str) -> [u8; 32] {
        self.key.sign("passphrase", &[phc.as_bytes(), passphrase.as_bytes()])
    }

    /// Whether this passphrase was right for this PHC string before.
    pub fn has(&self, phc: &str, passphrase: &str, now: Timestamp) -> bool {
        let proof = self.proof(phc, passphrase);
        let Some(until) = self.right.get(&proof).filter(|until| now < *until) else {
            return false;
        };
        if until.since(now) + NOTED < KEPT {
            self.right.insert(proof, now.plus(KEPT));
        }
        true
    }

    /// Waits until nobody else is trying this passphrase. When a keynote ends, a hall pings with
    /// the same one at the same moment: one argon2 is enough for all of them.
    pub async fn turn(&self, phc: &str, passphrase: &str) -> MutexGuard<'_, ()> {
        let proof = self.proof(phc, passphrase);
        self.turns[usize::from(proof[0]) % self.turns.len()].lock().await
    }

    /// Remembers that it was right.
    pub fn keep(&self, phc: &str, passphrase: &str, now: Timestamp) {
        self.right.insert(self.proof(phc, passphrase), now.plus(KEPT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_holds_for_its_category_and_a_day_after_its_last_use() {
        let proofs = Proofs::default();
        let morning = Timestamp::from_micros(0);
        proofs.keep("$phc-a", "open-sesame", morning);
        let evening = morning.plus(KEPT / 2);
        assert!(proofs.has("$phc-a", "open-sesame", evening));
        assert!(proofs.has("$phc-a", "open-sesame", evening.plus(KEPT / 2 + KEPT / 4)));
        assert!(!proofs.has("$phc-b", "open-sesame", evening), "another or a changed category");
        assert!(!proofs.has("$phc-a", "open-sesam", evening));
        assert!(!proofs.has("$phc-a", "open-sesame", morning.plus(KEPT * 4)));
    }
}
