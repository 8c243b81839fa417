//! Taking back the verdict that a link in a mail gave, on the page that says that it was given.
//!
//! The link itself is used up: the key stands in that one answer and nowhere else, is good for that
//! one verdict, and for as long as the desk takes it back.

use super::MailedPostView;
use crate::actions::moderate::{self, Undone};
use crate::actions::notify;
use crate::app::{App, PingLink};
use crate::model::id::encode;
use crate::secret::same;
use crate::web::error::{Missing, PageError};
use crate::web::extract::Visit;

/// What takes one verdict back.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct UndoKey {
    /// The verdict.
    pub event: String,
    /// A keyed hash of it and of the link that gave it.
    pub key: String,
}

impl UndoKey {
    /// The key for the verdict that a link gave just now.
    pub fn of(app: &App, token: &str, event: String) -> Self {
        let hash = app.secrets.sign("mailed undo", &[token.as_bytes(), event.as_bytes()]);
        Self { event, key: encode(&hash[..16]) }
    }

    fn is_good(&self, app: &App, token: &str) -> bool {
        let good = Self::of(app, token, self.event.clone());
        same(good.key.as_bytes(), self.key.as_bytes())
    }
}

/// Takes the verdict back, and says so.
pub async fn take_back(
    app: &App,
    token: &str,
    visit: &Visit,
    undo: &UndoKey,
) -> Result<MailedPostView, PageError> {
    let missing = || PageError::NotFound(Missing::MailLink);
    let link = PingLink::parse(token, &app.secrets).filter(|_| undo.is_good(app, token));
    let link = link.ok_or_else(missing)?;
    let event = undo.event.parse().map_err(|_unreadable| missing())?;
    let (hub, ping) = notify::find_used(app, link).await?.ok_or_else(missing)?;
    let view = MailedPostView::of(&hub, token, visit);
    Ok(match moderate::undo(app, hub.id, ping.id, Some(event), link.member).await? {
        Undone::Done => MailedPostView {
            headline: "Taken back",
            sentence: format!("“{}” waits again. The link in the mail is used up: decide anew on the desk.", ping.title),
            ..view
        },
        Undone::Overtaken | Undone::Nothing => view.decided(ping.state),
        Undone::Frozen => return Err(PageError::Frozen),
        Undone::TooLate => MailedPostView {
            headline: "Too late for that",
            sentence: "A verdict can be taken back for 24 hours. Put another one on the post, on the desk under Decided.".to_owned(),
            ..view
        },
    })
}
