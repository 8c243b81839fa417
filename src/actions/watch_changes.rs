//! Other processes change the same database: other instances, the command line. What they did is
//! seen here within a second.

use std::collections::HashMap;
use std::time::Duration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbError, instance};
use crate::model::id::HubId;

/// How far back each look reaches: more than clocks of instances differ, and than a transaction
/// takes.
const OVERLAP: Duration = Duration::from_secs(15);

/// What was seen at the last look.
#[derive(Debug, Default)]
pub struct Seen {
    instance: Option<i64>,
    hubs: HashMap<HubId, i64>,
    at: Option<Timestamp>,
}

/// Looks for changes since the last look, and lets go of what they made stale.
pub async fn look(app: &App, seen: &mut Seen) -> Result<(), DbError> {
    let now = app.clock.now();
    let since = seen.at.unwrap_or(now).minus(OVERLAP);
    let (revision, changed) = app
        .db
        .read(move |connection| {
            let revision = instance::find_revision(connection)?;
            Ok::<_, DbError>((revision, instance::list_changed_hubs(connection, since)?))
        })
        .await?;
    let first_look = seen.at.is_none();
    for (hub, revision) in &changed {
        let before = seen.hubs.insert(*hub, *revision);
        if !first_look && before != Some(*revision) {
            app.generations.hub_changed(*hub);
        }
    }
    if seen.instance.replace(revision).is_some_and(|before| before != revision) {
        // A hub may have been opened, renamed or deleted: names must be looked up anew.
        app.generations.all_changed();
    }
    seen.hubs.retain(|hub, _| changed.iter().any(|(this, _)| this == hub));
    seen.at = Some(now);
    Ok(())
}
