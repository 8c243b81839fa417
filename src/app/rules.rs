//! What holds in a hub, as a ping meets it: from memory, until something in the hub changes.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::App;
use crate::clock::Timestamp;
use crate::db::{DbError, kept_away, rules, trust};
use crate::limits::AddressBlock;
use crate::model::id::{HubId, RuleId};
use crate::model::rule::Rules;
use crate::pages_cache::{Keepable, Subject};

/// A hub's rules, with those for all hubs, and whether it bars any blog.
#[derive(Debug)]
pub struct HubRules {
    /// The rules.
    pub rules: Rules,
    /// Whether a blog's standing has to be looked at before its ping is taken in.
    pub bars_blogs: bool,
    /// The posts that whoever writes them keeps away: [`App::kept_away_hash`] of each.
    pub kept_away: HashSet<[u8; 32]>,
}

impl Keepable for Arc<HubRules> {
    fn weight(&self) -> u32 {
        u32::try_from(self.rules.weight() + 64 * self.kept_away.len() + 128).unwrap_or(u32::MAX)
    }
}

/// How often each rule decided, since it was last written down.
///
/// A flood that is refused costs no write: upkeep adds these to the rules each minute. What a
/// killed process had not written is lost; it is a count for people, nothing depends on it.
#[derive(Debug, Default)]
pub struct RuleHits(Mutex<HashMap<RuleId, (i64, Timestamp)>>);

impl RuleHits {
    /// One more.
    pub fn add(&self, rule: RuleId, now: Timestamp) {
        let mut hits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, last) = hits.entry(rule).or_insert((0, now));
        (*count, *last) = (*count + 1, now);
    }

    /// What is counted, and nothing is left.
    pub fn take(&self) -> Vec<(RuleId, i64, Timestamp)> {
        let mut hits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hits.drain().map(|(rule, (count, last))| (rule, count, last)).collect()
    }
}

impl App {
    /// What holds in a hub.
    pub async fn rules_of(&self, hub: HubId) -> Result<Arc<HubRules>, DbError> {
        let key = hub.0.to_string();
        if let Some(kept) = self.rules.get(&key) {
            return Ok(kept);
        }
        let subject = Subject::Settings(hub);
        let (generation, now) = (self.generations.of(subject), self.clock.now());
        let found = self.db.read(move |c| {
            let rules = rules::list_in_force(c, hub, now)?;
            let kept_away = kept_away::list(c, hub)?;
            Ok::<_, DbError>(HubRules { rules, bars_blogs: trust::bars_any(c, hub)?, kept_away })
        });
        let found = Arc::new(found.await?);
        self.rules.keep(key, subject, generation, Arc::clone(&found));
        Ok(found)
    }

    /// The keyed hash of a post that is kept away from a hub, by the post's identity: another one in
    /// each hub, so that it tells nothing about others.
    pub fn kept_away_hash(&self, hub: HubId, identity: &[u8]) -> [u8; 32] {
        self.secrets.sign("kept away", &[&hub.0.to_be_bytes(), identity])
    }

    /// The keyed hash of a sender's address block, the same for a month at most (`security.md`,
    /// "IP privacy").
    pub fn sender_hash(&self, sender: AddressBlock, at: Timestamp) -> Vec<u8> {
        const MONTH: i64 = 30 * 86_400;
        let epoch = at.seconds() / MONTH;
        let hash = self.secrets.sign("sender", &[&epoch.to_be_bytes(), sender.as_bytes()]);
        hash[..16].to_vec()
    }
}
