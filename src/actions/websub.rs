//! WebSub: this site is the hub of its own feeds, and of no others (W3C WebSub).
//!
//! Whoever asks for a feed to be pushed ([`receive`]) is asked back at the callback ([`ask`]). A
//! change of a hub has [`push`] find those who do not have it yet, if anybody subscribed at all
//! (`hubs.pushed`); each is a job of its own ([`deliver`]), and so is each other hub that is told
//! ([`announce`]).

mod announce;
mod ask;
mod deliver;
mod push;
mod subscribe;

pub use announce::{announce, announce_all};
pub use ask::ask;
pub use deliver::deliver;
pub use push::push;
pub use subscribe::{Asking, SubscribeError, receive};

use sha2::{Digest, Sha256};

use crate::app::{App, Lock};
use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError, categories, hubs, listed};
use crate::model::category::Readers;
use crate::model::id::{CategoryId, HubId};
use crate::model::view::View;
use crate::model::websub::FeedFormat;
use crate::pages_cache::Rendered;

/// As many posts as a feed has.
const POSTS: i64 = crate::wire::feed::MAX_ITEMS;

/// A hub or category with feeds, as everybody may read them.
struct Source {
    hub: Hub,
    category: Option<Category>,
    /// Which of its posts.
    view: View,
}

/// Whether there are such feeds.
enum Feeds {
    /// Everybody may read them.
    Open(Box<Source>),
    /// Not now: the hub is suspended.
    Suspended,
    /// Not any more, or not without a password.
    Closed,
}

/// The feeds of a category of a hub, or the hub's own, with those posts that a view shows.
fn find(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    view: View,
) -> Result<Feeds, DbError> {
    let Some(hub) = hubs::find(connection, hub)? else { return Ok(Feeds::Closed) };
    let category = match category {
        Some(id) => match categories::find(connection, hub.id, id)? {
            Some(category) => Some(category),
            None => return Ok(Feeds::Closed),
        },
        None => None,
    };
    if Lock::of(&hub, category.as_ref()).is_some() {
        return Ok(Feeds::Closed);
    }
    if hub.suspended_at.is_some() {
        return Ok(Feeds::Suspended);
    }
    Ok(Feeds::Open(Box::new(Source { hub, category, view })))
}

impl Source {
    /// Whether it may be told to those who did not ask for it: other hubs.
    fn is_public(&self) -> bool {
        let category = self.category.as_ref();
        self.hub.is_public() && category.is_none_or(|c| c.readers == Readers::Public)
    }

    /// A feed as everybody is served it.
    fn render(
        &self,
        app: &App,
        connection: &mut DbConnection,
        format: FeedFormat,
    ) -> Result<Option<Rendered>, DbError> {
        app.render_feed(connection, &self.hub, self.category.as_ref(), &self.view, format)
    }

    /// A hash of what its feeds say, whatever their format. Not of when they changed: much that
    /// moves a hub's date is in no feed.
    fn print(&self, connection: &mut DbConnection) -> Result<Vec<u8>, DbError> {
        let (hub, category) = (&self.hub, self.category.as_ref());
        let (of, view) = (category.map(|c| c.id), &self.view);
        let (posts, there) = match listed::list_view(connection, hub.id, of, view, None, POSTS) {
            // What it names is not there any more, or not by that name.
            Err(DbError::NotFound) => (Vec::new(), "gone"),
            posts => (posts?, ""),
        };
        let titles = categories::list(connection, hub.id)?;
        let title = |id| titles.iter().find(|c| c.id == id).map_or("", |c| c.title.as_str());
        let mut hash = Sha256::new();
        let mut add = |texts: &[&str]| {
            for text in texts {
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
        };
        add(&[
            there,
            &view.to_query(),
            &hub.slug,
            &hub.title,
            &hub.tagline,
            &hub.description,
            &hub.language,
        ]);
        // Once it is closed, its feeds say that nothing more will come.
        add(&[if hub.closed_at.is_some() { "closed" } else { "open" }]);
        if let Some(category) = category {
            add(&[&category.slug, &category.title, &category.description]);
        }
        for post in &posts {
            let listed_at = post.listed_at.map_or(0, Timestamp::micros).to_string();
            add(&[&post.public_id.to_string(), title(post.category_id), &listed_at]);
            add(&[&post.url, &post.title, &post.excerpt, &post.blog_name]);
        }
        Ok(hash.finalize().to_vec())
    }
}
