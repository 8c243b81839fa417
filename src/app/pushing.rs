//! What jobs need to push feeds.

use super::App;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError};
use crate::model::view::View;
use crate::model::websub::FeedFormat;
use crate::pages_cache::Rendered;

/// Renders a feed of a hub or category, or of a view of it, to the byte as everybody is served it;
/// `None` where it is not served to everybody, or not in this format.
pub type RenderFeed = fn(
    &App,
    &mut DbConnection,
    &Hub,
    Option<&Category>,
    &View,
    FeedFormat,
) -> Result<Option<Rendered>, DbError>;

impl App {
    /// The WebSub hubs that feeds name: our own first, then those the operator named.
    pub fn websub_hubs(&self) -> Vec<String> {
        let others = self.config.websub.websub_hubs.iter().map(|url| url.as_str().to_owned());
        std::iter::once(self.addresses.websub()).chain(others).collect()
    }

    /// As [`RenderFeed`] says; `Closed` where no server was put round this instance.
    pub fn render_feed(
        &self,
        connection: &mut DbConnection,
        hub: &Hub,
        category: Option<&Category>,
        view: &View,
        format: FeedFormat,
    ) -> Result<Option<Rendered>, DbError> {
        let render = self.feeds.get().ok_or(DbError::Closed)?;
        render(self, connection, hub, category, view, format)
    }
}
