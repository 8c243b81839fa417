//! What is kept for a time only is deleted when its time is over.

use crate::app::App;
use crate::db::{DbError, prune};

/// Deletes what has had its time, in batches, so that pings need not wait for it.
pub async fn run(app: &App) -> Result<(), DbError> {
    loop {
        let now = app.clock.now();
        if !app.db.write(move |tx| prune::run(tx, now)).await? {
            return Ok(());
        }
    }
}
