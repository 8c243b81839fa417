//! Other processes change the same database: other instances, the command line. What they did is
//! seen here within a second.

use std::time::Duration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbError, instance};

/// How far back each look reaches: more than clocks of instances differ, and than a transaction
/// takes.
const OVERLAP: Duration = Duration::from_secs(15);

/// Looks for changes since the last look, and lets go of what they made stale. Answers when it
/// looked.
pub async fn look(app: &App, last: Option<Timestamp>) -> Result<Timestamp, DbError> {
    let now = app.clock.now();
    let since = last.unwrap_or(now).minus(OVERLAP);
    let (revision, changed) = app
        .db
        .read(move |connection| {
            let revision = instance::find_revision(connection)?;
            Ok::<_, DbError>((revision, instance::list_changed_hubs(connection, since)?))
        })
        .await?;
    for (hub, revision) in changed {
        app.generations.hub_seen(hub, revision);
    }
    app.generations.list_seen(revision);
    // For jobs: requests ask for themselves.
    app.names().await;
    Ok(now)
}
