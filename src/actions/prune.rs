//! What is kept for a time only is deleted when its time is over.

use crate::app::App;
use crate::db::{DbError, prune, vacuum};

/// Deletes what has had its time, in batches, so that pings need not wait for it.
pub async fn run(app: &App) -> Result<(), DbError> {
    loop {
        let now = app.clock.now();
        if !app.db.write(move |tx| prune::run(tx, now)).await? {
            return Ok(());
        }
    }
}

/// Empties SQLite's journal, which holds what was deleted since it was written back the last time.
/// Says whether it could: somebody may be reading.
pub async fn empty_journal(app: &App) -> Result<bool, DbError> {
    let url = app.config.database.url();
    let emptied = tokio::task::spawn_blocking(move || vacuum::empty_journal(&url)).await;
    emptied.unwrap_or(Err(DbError::Panicked))
}
