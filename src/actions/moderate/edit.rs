//! Editing a ping's title and excerpt. The sender's own are kept.

use super::change::find_for_decision;
use crate::app::App;
use crate::db::log::Line;
use crate::db::{DbError, edits, log};
use crate::model::hub::line;
use crate::model::id::{AccountId, HubId, PingId};
use crate::model::log::LogKind;
use crate::model::ping::{MAX_EXCERPT, MAX_TITLE};
use crate::model::problems::Problems;

/// A title and an excerpt, as somebody typed them.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct EditDraft {
    /// The title to show.
    pub title: String,
    /// The first words to show.
    pub excerpt: String,
    /// [`Ping::fingerprint`] of the texts that the form showed; empty where nobody says.
    ///
    /// [`Ping::fingerprint`]: crate::db::pings::Ping::fingerprint
    pub seen: String,
}

/// Why texts were not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// Somebody changed the texts since they were shown: nothing was changed.
    #[error("changed by somebody else")]
    Overtaken,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Shows these texts in place of the sender's. Those of the sender typed in again end the edit.
pub async fn edit(
    app: &App,
    hub: HubId,
    ping: PingId,
    draft: &EditDraft,
    by: AccountId,
) -> Result<(), EditError> {
    let (title, excerpt) = (line(&draft.title, MAX_TITLE), line(&draft.excerpt, MAX_EXCERPT));
    if title.is_empty() {
        let sentence = "Give the post a title.";
        return Err(EditError::Problems(Problems::one("title", sentence)));
    }
    change(app, hub, ping, Change { texts: Some((title, excerpt)), seen: draft.seen.clone() }, by)
        .await
}

/// Shows the sender's own texts again, in place of those that were `seen`.
pub async fn restore(
    app: &App,
    hub: HubId,
    ping: PingId,
    seen: String,
    by: AccountId,
) -> Result<(), EditError> {
    change(app, hub, ping, Change { texts: None, seen }, by).await
}

/// Texts in place of the sender's, or those again; and which the form showed.
struct Change {
    texts: Option<(String, String)>,
    seen: String,
}

async fn change(
    app: &App,
    hub: HubId,
    ping: PingId,
    change: Change,
    by: AccountId,
) -> Result<(), EditError> {
    let (now, Change { texts, seen }) = (app.clock.now(), change);
    app.db
        .write(move |tx| {
            let ping = find_for_decision(tx, hub, ping)?;
            let sent = ping.sent();
            let edited = texts.as_ref().map(|(title, excerpt)| (title.as_str(), excerpt.as_str()));
            let edited = edited.filter(|texts| *texts != (&sent.title, &sent.excerpt));
            let shown = ping.edited_at.map(|_| (ping.title.as_str(), ping.excerpt.as_str()));
            if edited == shown {
                return Ok(());
            }
            if !seen.is_empty() && seen != ping.fingerprint() {
                return Err(EditError::Overtaken);
            }
            edits::update(tx, &ping, edited, Some(by), now)?;
            let kind = if edited.is_some() { LogKind::Edit } else { LogKind::Original };
            let line = Line { actor: Some(by), kind, detail: "", ping: Some(ping.id) };
            Ok(log::insert_line(tx, hub, &line, now)?)
        })
        .await
}
