//! Reads the page of a ping: whether it links here, what it is called, whether it is still there.
//!
//! Read, fetch, write: no transaction is open while somebody else's server is waited for. What was
//! found is written together with the end of the job, so that each reading counts once.

mod judge;
mod look;
mod rules;

use std::sync::Arc;

use crate::actions::receive_ping;
use crate::app::{App, Gate};
use crate::db::jobs::{self, Claimed};
use crate::db::pings::{self, Ping};
use crate::db::readings::{self, Reading};
use crate::db::{DbConnection, DbError, categories, frozen, hubs};
use crate::model::category::ListingPolicy;
use crate::model::id::{HubId, PingId};
use crate::model::ping::PingState;
use crate::model::targets::Targets;
use judge::Judge;
use look::Found;

/// A ping whose page is to be read.
#[derive(Debug)]
struct Case {
    ping: Ping,
    gate: Gate,
    reading: Reading,
    targets: Targets,
}

/// Reads the page of the job's ping, and lets the ping be seen, listed, hidden or removed by what
/// stands there.
pub async fn verify(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, ping) = (job.key.hub, PingId(job.key.subject));
    let base = app.addresses.base().clone();
    let case = app.db.read(move |c| Case::read(c, hub, ping, &base)).await?;
    let Some(case) = case else {
        // Deleted, set aside or withdrawn in the meantime: nothing is left to do.
        return app.db.write(move |tx| jobs::finish(tx, &job, None)).await;
    };
    let found = look::look(app, &case).await?;
    app.metrics.fetch(found.outcome());
    let now = app.clock.now();
    if let Found::Later(wait) = found {
        return app.db.write(move |tx| jobs::finish(tx, &job, Some(now.plus(wait)))).await;
    }
    let floods = may_be_listed(&case, &found)
        && receive_ping::floods_the_page(app, &case.gate, &case.ping.url);
    let rules = app.rules_of(hub).await?;
    let (public_id, gate) = (case.ping.public_id, case.gate);
    let hit = app
        .db
        .write(move |tx| {
            if !jobs::is_held(tx, &job)? {
                return Ok(None);
            }
            if frozen::is_frozen(tx.reading(), hub)? {
                // Since the page was asked for: it stays as it is.
                jobs::park(tx, &job)?;
                return Ok(None);
            }
            let ping = pings::find_for_update(tx, hub, ping)?;
            // Not another ping that was given the id of a deleted one.
            let Some(ping) = ping.filter(|ping| ping.public_id == public_id) else {
                jobs::finish(tx, &job, None)?;
                return Ok(None);
            };
            let reading = readings::find(tx.reading(), hub, ping.id)?;
            let reading = reading.unwrap_or_else(|| Reading::unread(ping.id));
            let mut judge = Judge {
                gate,
                ping,
                reading,
                floods,
                rules,
                names_feed: false,
                has_other_feed: false,
                links: None,
                hit: None,
                now,
            };
            let next = judge.judge(tx, found)?;
            judge.write(tx)?;
            jobs::finish(tx, &job, next)?;
            Ok::<_, DbError>(judge.hit)
        })
        .await?;
    if let Some(rule) = hit {
        app.rule_hits.add(rule, now);
    }
    Ok(())
}

/// Whether this reading may list its ping: only then it takes of what may be listed at once.
fn may_be_listed(case: &Case, found: &Found) -> bool {
    matches!(found, Found::Page(_))
        && case.ping.state == PingState::Pending
        && case.gate.category.listing_policy != ListingPolicy::AllWait
}

impl Case {
    /// The case of a ping; `None` where its page need not be read any more.
    fn read(
        connection: &mut DbConnection,
        hub: HubId,
        ping: PingId,
        base: &url::Url,
    ) -> Result<Option<Self>, DbError> {
        let Some(ping) = pings::find(connection, hub, ping)? else { return Ok(None) };
        // What was set aside is read too: its owner may want to prove that it is theirs.
        if ping.purged_at.is_some() {
            return Ok(None);
        }
        let Some(hub) = hubs::find(connection, hub)? else { return Ok(None) };
        let Some(category) = categories::find(connection, hub.id, ping.category_id)? else {
            return Ok(None);
        };
        let targets = categories::targets(connection, base, &category)?;
        let reading = readings::find(connection, hub.id, ping.id)?;
        let reading = reading.unwrap_or_else(|| Reading::unread(ping.id));
        Ok(Some(Self { ping, gate: Gate { hub, category }, reading, targets }))
    }
}
