//! What jobs need to push feeds.

use super::App;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError};
use crate::model::slug::Slug;
use crate::model::view::View;
use crate::model::websub::FeedFormat;
use crate::pages_cache::Rendered;

/// Which feed is rendered.
#[derive(Debug, Clone, Copy)]
pub enum FeedOf<'a> {
    /// A hub's, or that of one of its categories, or of a view of either.
    Hub(&'a Hub, Option<&'a Category>, &'a View),
    /// That of a topic over hubs.
    Topic(&'a Slug),
}

/// Renders a feed to the byte as everybody is served it; `None` where it is not served to
/// everybody, or not in this format.
pub type RenderFeed =
    fn(&App, &mut DbConnection, FeedOf<'_>, FeedFormat) -> Result<Option<Rendered>, DbError>;

impl App {
    /// The WebSub hubs that feeds name: our `own` first, then those the operator named.
    pub fn websub_hubs(&self, own: String) -> Vec<String> {
        let others = self.config.websub.websub_hubs.iter().map(|url| url.as_str().to_owned());
        std::iter::once(own).chain(others).collect()
    }

    /// As [`RenderFeed`] says; `Closed` where no server was put round this instance.
    pub fn render_feed(
        &self,
        connection: &mut DbConnection,
        of: FeedOf<'_>,
        format: FeedFormat,
    ) -> Result<Option<Rendered>, DbError> {
        let render = self.feeds.get().ok_or(DbError::Closed)?;
        render(self, connection, of, format)
    }
}
