//! Work that outlives its request, and that a stopping server waits for.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;

/// Counts what is still going on.
#[derive(Debug)]
pub struct Background {
    running: watch::Sender<usize>,
}

impl Default for Background {
    fn default() -> Self {
        Self { running: watch::Sender::new(0) }
    }
}

impl Background {
    /// Starts work on the current runtime.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let running = self.running.clone();
        running.send_modify(|count| *count += 1);
        tokio::spawn(async move {
            let _done = Done(running);
            work.await;
        });
    }

    /// Waits until nothing is going on, at most `patience`; `false` if something still is.
    pub async fn drain(&self, patience: Duration) -> bool {
        let mut running = self.running.subscribe();
        let idle = running.wait_for(|count| *count == 0);
        matches!(tokio::time::timeout(patience, idle).await, Ok(Ok(_)))
    }
}

/// Counts down also when the work panics.
struct Done(watch::Sender<usize>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
