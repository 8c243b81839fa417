//! How many jobs wait: counted by the worker, so that no ping counts them.

use std::sync::atomic::{AtomicI64, Ordering};

/// The most jobs that wait (`security.md` T6): pings that need their page read are refused then,
/// others are taken in without.
pub const MAX_JOBS: i64 = 5_000;

/// The number of jobs that wait, as of the worker's last look.
#[derive(Debug, Default)]
pub struct Backlog(AtomicI64);

impl Backlog {
    /// Keeps a fresh count.
    pub fn set(&self, waiting: i64) {
        self.0.store(waiting, Ordering::Relaxed);
    }

    /// Whether no more are taken.
    pub fn is_full(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= MAX_JOBS
    }
}
