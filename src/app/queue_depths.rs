//! How many pings wait in each category: counted at most once a second, so that a ping does not
//! count its whole queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::model::id::CategoryId;

/// Counts of waiting pings, about a second old, plus what came since.
#[derive(Debug)]
pub struct QueueDepths {
    counted: moka::sync::Cache<CategoryId, Arc<Counted>>,
}

#[derive(Debug)]
struct Counted {
    waiting: AtomicI64,
    /// Microseconds: from then on somebody counts again.
    until: AtomicI64,
    /// How long the others go by it meanwhile.
    usable_until: Timestamp,
}

const FRESH: Duration = Duration::from_secs(1);
const USABLE: Duration = Duration::from_secs(5);

impl Default for QueueDepths {
    fn default() -> Self {
        Self { counted: moka::sync::Cache::new(10_000) }
    }
}

impl QueueDepths {
    /// How many wait, if that was counted less than a second ago. One of those who ask later is
    /// told to count; the others, who may be a flood, go by the old count while it does.
    pub fn get(&self, category: CategoryId, now: Timestamp) -> Option<i64> {
        let counted = self.counted.get(&category)?;
        let until = counted.until.load(Ordering::Relaxed);
        let is_theirs = || {
            let next = now.plus(FRESH).micros();
            let turn = &counted.until;
            turn.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        };
        let is_over = now.micros() >= until && (now >= counted.usable_until || is_theirs());
        (!is_over).then(|| counted.waiting.load(Ordering::Relaxed))
    }

    /// Keeps a fresh count.
    pub fn set(&self, category: CategoryId, waiting: i64, now: Timestamp) {
        let counted = Counted {
            waiting: AtomicI64::new(waiting),
            until: AtomicI64::new(now.plus(FRESH).micros()),
            usable_until: now.plus(USABLE),
        };
        self.counted.insert(category, Arc::new(counted));
    }

    /// One more waits.
    pub fn add_one(&self, category: CategoryId) {
        if let Some(counted) = self.counted.get(&category) {
            counted.waiting.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_counts_again_and_the_others_go_by_the_old_count_for_a_while() {
        let (depths, category) = (QueueDepths::default(), CategoryId(1));
        let start = Timestamp::from_micros(0);
        let after = |seconds| start.plus(Duration::from_secs(seconds));
        assert_eq!(depths.get(category, start), None);
        depths.set(category, 7, start);
        depths.add_one(category);
        assert_eq!(depths.get(category, start), Some(8));
        assert_eq!(depths.get(category, after(1)), None, "the first counts");
        assert_eq!(depths.get(category, after(1)), Some(8), "the next does not");
        assert_eq!(depths.get(category, after(2)), None, "nothing came of it: another counts");
        assert_eq!(depths.get(category, after(60)), None, "old counts are of no use");
        assert_eq!(depths.get(category, after(60)), None);
    }
}
