//! How many pings wait in each category: counted at most once a second, so that a ping does not
//! count its whole queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::model::id::CategoryId;

/// Counts of waiting pings, a second old at most, plus what came since.
#[derive(Debug)]
pub struct QueueDepths {
    counted: moka::sync::Cache<CategoryId, Counted>,
}

#[derive(Debug, Clone)]
struct Counted {
    waiting: Arc<AtomicI64>,
    until: Timestamp,
}

const FRESH: Duration = Duration::from_secs(1);

impl Default for QueueDepths {
    fn default() -> Self {
        Self { counted: moka::sync::Cache::new(10_000) }
    }
}

impl QueueDepths {
    /// How many wait, if that was counted less than a second ago.
    pub fn get(&self, category: CategoryId, now: Timestamp) -> Option<i64> {
        let counted = self.counted.get(&category)?;
        (now < counted.until).then(|| counted.waiting.load(Ordering::Relaxed))
    }

    /// Keeps a fresh count.
    pub fn set(&self, category: CategoryId, waiting: i64, now: Timestamp) {
        let counted =
            Counted { waiting: Arc::new(AtomicI64::new(waiting)), until: now.plus(FRESH) };
        self.counted.insert(category, counted);
    }

    /// One more waits.
    pub fn add_one(&self, category: CategoryId) {
        if let Some(counted) = self.counted.get(&category) {
            counted.waiting.fetch_add(1, Ordering::Relaxed);
        }
    }
}
