//! Writing a hub's about page.

use crate::app::App;
use crate::db::{DbError, about, log};
use crate::model::hub::{MAX_ABOUT, lines};
use crate::model::id::{AccountId, HubId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;

/// An about page as it is kept, from what was typed.
///
/// # Errors
/// What is wrong with it: nothing of it is cut off.
pub fn check(typed: &str) -> Result<String, Problems> {
    let markdown = lines(typed);
    match markdown.chars().count() {
        0..=MAX_ABOUT => Ok(markdown),
        count => Err(Problems::one(
            "about",
            format!("This has {count} characters. At most {MAX_ABOUT} fit: shorten it."),
        )),
    }
}

/// Sets a hub's about page to a text of [`check`]; an empty one takes it away.
pub async fn save(app: &App, hub: HubId, markdown: String, by: AccountId) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let before = about::find(tx.reading(), hub)?.map(|about| about.markdown);
            if before.unwrap_or_default() == markdown {
                return Ok(());
            }
            about::update(tx, hub, &markdown, now)?;
            log::insert(tx, hub, Some(by), LogKind::HubChanged, "about page", now)
        })
        .await
}
