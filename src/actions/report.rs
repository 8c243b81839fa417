//! "Report": a reader tells organizer and operator about a listed post.

use crate::app::App;
use crate::db::{DbError, pings, reports};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::hub::line;
use crate::model::id::PublicId;
use crate::model::ping::ReportReason;

/// The longest note, in characters.
pub const MAX_NOTE: usize = 1_000;
/// Open reports kept about one post: more tell nobody more.
const MAX_OPEN: i64 = 20;

/// Why a report was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Reported too often from there.
    #[error("too often")]
    TooOften(TooOften),
    /// There is no such listed post.
    #[error("there is no such listed post")]
    NotListed,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Takes a report about a listed ping.
pub async fn report(
    app: &App,
    ping: PublicId,
    reason: ReportReason,
    note: &str,
    from: AddressBlock,
) -> Result<(), ReportError> {
    app.limits.take(Limit::Report, from).map_err(ReportError::TooOften)?;
    let note = line(note, MAX_NOTE);
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let found = pings::find_public(tx.reading(), ping)?;
            let (hub, id) = found.ok_or(ReportError::NotListed)?;
            let ping = pings::find(tx.reading(), hub, id)?.ok_or(ReportError::NotListed)?;
            if !ping.is_public() {
                return Err(ReportError::NotListed);
            }
            if reports::count_open_of(tx.reading(), hub, id)? < MAX_OPEN {
                reports::insert(tx, hub, id, reason, &note, now)?;
            }
            Ok(())
        })
        .await
}
