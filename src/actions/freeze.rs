//! Freezing a hub: its end, with everything kept as it is; and taking that back.

use crate::app::App;
use crate::db::hubs::Hub;
use crate::db::{DbError, categories, feeds, frozen, hubs, jobs, log};
use crate::model::freezing::{closing_words, unfreezes_until};
use crate::model::id::{AccountId, HubId};
use crate::model::log::LogKind;

/// Why a hub was not frozen, or that was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum FreezeError {
    /// What was to be said is too long.
    #[error("Say it in 200 characters at most.")]
    TooLong,
    /// It is frozen already.
    #[error("the hub is frozen already")]
    Already,
    /// It is not frozen.
    #[error("the hub is not frozen")]
    NotFrozen,
    /// The time is over in which its organizers can take it back.
    #[error("the hub was frozen more than 30 days ago")]
    TooLate,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What freezing a hub will stop.
#[derive(Debug, Clone, Copy)]
pub struct Stops {
    /// How many posts wait.
    pub waiting: i64,
    /// How many feeds are followed.
    pub feeds: i64,
    /// How many categories are to open or close by themselves.
    pub scheduled: usize,
}

/// Reads what freezing a hub will stop.
pub async fn read_stops(app: &App, hub: HubId) -> Result<Stops, DbError> {
    let now = app.clock.now();
    app.db
        .read(move |c| {
            let later = |at: Option<crate::clock::Timestamp>| at.is_some_and(|at| at > now);
            let all = categories::list(c, hub)?;
            Ok(Stops {
                waiting: hubs::count_waiting(c, hub)?,
                feeds: feeds::count(c, hub)?,
                scheduled: all.iter().filter(|c| later(c.opens_at) || later(c.closes_at)).count(),
            })
        })
        .await
}

/// Freezes a hub with a sentence, as it was typed. `by` is `None` where the command line does it.
pub async fn freeze(
    app: &App,
    hub: HubId,
    typed: &str,
    by: Option<AccountId>,
) -> Result<(), FreezeError> {
    let words = closing_words(typed).ok_or(FreezeError::TooLong)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            if !frozen::freeze(tx, hub, &words, now)? {
                return Err(FreezeError::Already);
            }
            Ok(log::insert(tx, hub, by, LogKind::HubFrozen, "", now)?)
        })
        .await
}

/// Takes freezing a hub back: its organizers can for 30 days, the operator (`by` is `None`) always.
/// What waited waits again, what was to be done is done, and members are told what they had not
/// been told.
pub async fn unfreeze(app: &App, hub: &Hub, by: Option<AccountId>) -> Result<(), FreezeError> {
    let (id, now) = (hub.id, app.clock.now());
    app.db
        .write(move |tx| {
            let hub = hubs::find(tx.reading(), id)?.ok_or(DbError::NotFound)?;
            let frozen_at = hub.frozen_at.ok_or(FreezeError::NotFrozen)?;
            if by.is_some() && now >= unfreezes_until(frozen_at) {
                return Err(FreezeError::TooLate);
            }
            frozen::unfreeze(tx, id, now)?;
            jobs::enqueue_notify(tx, id, now)?;
            Ok(log::insert(tx, id, by, LogKind::HubUnfrozen, "", now)?)
        })
        .await
}
