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

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::app::{FeedOf, Lock};
use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::listed::{Listed, PostsOf};
use crate::db::websub::Subscription;
use crate::db::{DbConnection, DbError, categories, hubs, listed, topics};
use crate::model::category::Readers;
use crate::model::id::{CategoryId, HubId};
use crate::model::slug::Slug;
use crate::model::view::View;
use crate::wire::feed::{MAX_ITEMS, MAX_LAST_ITEMS};

/// The most hubs of a topic that are looked at for what they are called: more are not named.
const HUBS: i64 = 100;

/// Whose feeds are asked for.
#[derive(Debug, Clone)]
enum Whose {
    /// A hub's own, or a category's, with those posts that a view shows.
    Hub(HubId, Option<CategoryId>, View),
    /// Those of a topic over hubs.
    Topic(Slug),
}

/// A hub or category with feeds, as everybody may read them.
struct OfHub {
    hub: Hub,
    category: Option<Category>,
    /// Which of its posts.
    view: View,
}

/// Feeds that everybody may read.
enum Source {
    /// Those of a hub or category.
    Hub(Box<OfHub>),
    /// Those of a topic over hubs.
    Topic(Slug),
}

/// Whether there are such feeds.
enum Feeds<S = Source> {
    /// Everybody may read them.
    Open(Box<S>),
    /// Not now: the hub is suspended.
    Suspended,
    /// Not any more, or not without a password.
    Closed,
}

impl Whose {
    /// Those that somebody subscribed to, at a hub.
    fn subscribed(hub: HubId, subscription: &Subscription) -> Self {
        match subscription.across.as_deref().map(Slug::for_category) {
            Some(Ok(topic)) => Self::Topic(topic),
            _ => Self::Hub(hub, subscription.category_id, subscription.view()),
        }
    }
}

/// Finds feeds.
fn find(connection: &mut DbConnection, whose: &Whose) -> Result<Feeds, DbError> {
    Ok(match whose {
        Whose::Hub(hub, category, view) => {
            match find_of_hub(connection, *hub, *category, view.clone())? {
                Feeds::Open(source) => Feeds::Open(Box::new(Source::Hub(source))),
                Feeds::Suspended => Feeds::Suspended,
                Feeds::Closed => Feeds::Closed,
            }
        }
        Whose::Topic(topic) if topics::list_categories(connection, topic, 1)?.is_empty() => {
            Feeds::Closed
        }
        Whose::Topic(topic) => Feeds::Open(Box::new(Source::Topic(topic.clone()))),
    })
}

/// The feeds of a category of a hub, or the hub's own, with those posts that a view shows.
fn find_of_hub(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    view: View,
) -> Result<Feeds<OfHub>, DbError> {
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
    Ok(Feeds::Open(Box::new(OfHub { hub, category, view })))
}

impl Source {
    /// What renders them.
    const fn feed(&self) -> FeedOf<'_> {
        match self {
            Self::Hub(source) => source.feed(),
            Self::Topic(topic) => FeedOf::Topic(topic),
        }
    }

    /// A hash of what its feeds say, whatever their format.
    fn print(&self, connection: &mut DbConnection) -> Result<Vec<u8>, DbError> {
        match self {
            Self::Hub(source) => source.print(connection),
            Self::Topic(topic) => print_of_topic(connection, topic),
        }
    }
}

/// A hash of texts, each apart from the next.
#[derive(Default)]
struct Print(Sha256);

impl Print {
    fn add(&mut self, texts: &[&str]) {
        for text in texts {
            self.0.update((text.len() as u64).to_be_bytes());
            self.0.update(text);
        }
    }

    /// What a feed says of some posts of a hub, each in a category of this title.
    fn add_posts<'a>(&mut self, posts: &[Listed], title: impl Fn(&Listed) -> &'a str) {
        for post in posts {
            let listed_at = post.listed_at.map_or(0, Timestamp::micros).to_string();
            let language = post.language.as_deref().unwrap_or_default();
            let source = post.feed_url.as_deref().unwrap_or_default();
            self.add(&[&post.public_id.to_string(), title(post), &listed_at, language, source]);
            self.add(&[&post.url, &post.title, &post.excerpt, &post.blog_name]);
        }
    }

    fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

/// A hash of what the feeds of a topic say: of its hubs, and of the posts.
fn print_of_topic(connection: &mut DbConnection, topic: &Slug) -> Result<Vec<u8>, DbError> {
    let mut print = Print::default();
    let mut names = topics::list_categories(connection, topic, HUBS)?;
    // They come by their newest posts, which the feed does not say.
    names.sort_by_key(|(_, category)| category.id);
    for (hub, category) in &names {
        print.add(&[&hub.path(), &hub.title, &hub.language, &category.title]);
    }
    let mut by_hub: BTreeMap<i64, Vec<Listed>> = BTreeMap::new();
    for (hub, post) in topics::list_posts(connection, topic, None, MAX_ITEMS)? {
        by_hub.entry(hub.0).or_default().push(post);
    }
    // When each was listed is part of it, so that their order among hubs is.
    for posts in by_hub.values() {
        print.add_posts(posts, |_| "");
    }
    Ok(print.finish())
}

impl OfHub {
    /// Whether it may be told to those who did not ask for it: other hubs.
    fn is_public(&self) -> bool {
        let category = self.category.as_ref();
        self.hub.is_public() && category.is_none_or(|c| c.readers == Readers::Public)
    }

    /// What renders them.
    const fn feed(&self) -> FeedOf<'_> {
        FeedOf::Hub(&self.hub, self.category.as_ref(), &self.view)
    }

    /// A hash of what its feeds say, whatever their format. Not of when they changed: much that
    /// moves a hub's date is in no feed.
    fn print(&self, connection: &mut DbConnection) -> Result<Vec<u8>, DbError> {
        let (hub, category) = (&self.hub, self.category.as_ref());
        let (of, view) = (category.map(|c| c.id), &self.view);
        // As many as the feed has.
        let is_last = hub.closed_at.is_some() && view.is_everything();
        let most = if is_last { MAX_LAST_ITEMS } else { MAX_ITEMS };
        let all = categories::list(connection, hub.id)?;
        let posts_of = PostsOf::among(hub.id, &all, of);
        let (posts, there) = match listed::list_view(connection, &posts_of, view, None, most) {
            // What it names is not there any more, or not by that name.
            Err(DbError::NotFound) => (Vec::new(), "gone"),
            posts => (posts?, ""),
        };
        let title = |id| all.iter().find(|c| c.id == id).map_or("", |c| c.title.as_str());
        let mut print = Print::default();
        print.add(&[
            there,
            &view.to_query(),
            &hub.path(),
            &hub.title,
            &hub.tagline,
            &hub.description,
            &hub.language,
        ]);
        // Once it is closed or frozen, its feeds say that nothing more will come.
        print.add(&[match (hub.frozen_at, hub.closed_at) {
            (Some(_), _) => "frozen",
            (None, Some(_)) => "closed",
            (None, None) => "open",
        }]);
        if let Some(category) = category {
            print.add(&[&category.slug, &category.title, &category.description]);
        }
        print.add_posts(&posts, |post| title(post.category_id));
        Ok(print.finish())
    }
}
