//! "Did my post arrive?": what became of a post in a category, for whoever knows its address.

use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::{DbError, pings, refusals};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::id::PublicId;
use crate::model::ping::{PingState, RefusalReason};
use crate::model::web_url::{WebUrl, WebUrlError};

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// Nothing with this address came.
    Never,
    /// It came and was not taken in, the last time then.
    Refused(RefusalReason, Timestamp),
    /// It waits, since then. What was set aside reads the same: spammers learn nothing here, and a
    /// verdict on somebody's post is for its receipt.
    Waiting(Timestamp),
    /// It is listed, there, since then.
    Listed(PublicId, Timestamp),
}

/// Why it cannot be said.
#[derive(Debug, thiserror::Error)]
pub enum ArrivedError {
    /// This is no address of a post.
    #[error(transparent)]
    Url(#[from] WebUrlError),
    /// Asked too often.
    #[error("too often")]
    TooOften(TooOften),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What became of the post of this address in a category.
pub async fn ask(
    app: &App,
    gate: &Gate,
    typed: &str,
    from: AddressBlock,
) -> Result<Arrived, ArrivedError> {
    app.limits.take(Limit::Search, from).map_err(ArrivedError::TooOften)?;
    let hash = *WebUrl::parse(typed)?.identity().as_bytes();
    let (hub, category) = (gate.hub.id, gate.category.id);
    app.db
        .read(move |connection| {
            let ping = pings::find_by_url(connection, hub, category, &hash)?;
            let Some(ping) = ping else {
                let refused = refusals::find(connection, hub, category, &hash)?;
                return Ok(refused.map_or(Arrived::Never, |refused| {
                    Arrived::Refused(refused.reason, refused.refused_at)
                }));
            };
            Ok(match (ping.state, ping.listed_at) {
                (PingState::Listed, Some(since)) => Arrived::Listed(ping.public_id, since),
                (
                    PingState::Listed
                    | PingState::Pending
                    | PingState::Spam
                    | PingState::Rejected
                    | PingState::Removed,
                    _,
                ) => Arrived::Waiting(ping.received_at),
            })
        })
        .await
}
