//! How a blog stands in a hub, decided by a person.

use crate::app::App;
use crate::db::trust::KnownBlog;
use crate::db::{DbError, log, trust};
use crate::model::blog::Trust;
use crate::model::id::{AccountId, BlogId, HubId};
use crate::model::log::LogKind;

/// Lets a blog of a hub stand so from now on; how it stood. What came from it before stays where
/// it is.
pub async fn update(
    app: &App,
    hub: HubId,
    blog: BlogId,
    to: Trust,
    by: AccountId,
) -> Result<KnownBlog, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let blog = trust::find_blog(tx.reading(), hub, blog)?.ok_or(DbError::NotFound)?;
            trust::update(tx, hub, &blog.key, to, now)?;
            trust::update_by_hand(tx, hub, &blog.key, true)?;
            let did = match to {
                Trust::Trusted => "trusted",
                Trust::Barred => "barred",
                Trust::New => "forgot how it stood:",
            };
            let detail = format!("{did} {}", blog.key);
            log::insert(tx, hub, Some(by), LogKind::Blog, &detail, now)?;
            Ok(blog)
        })
        .await
}
