//! From listed posts to a feed.

use std::collections::HashMap;

use actix_web::http::header;

use super::{CACHE_CONTROL, Part};
use crate::actions::read_page::{From, list_place};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::listed::{self, Listed, PostsOf};
use crate::db::{DbConnection, DbError, categories, post_changes};
use crate::limits::Limit;
use crate::model::category::Readers;
use crate::model::id::PingId;
use crate::model::language::Language;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::slug::Slug;
use crate::model::text;
use crate::model::view::{After, View};
use crate::model::websub::MAX_TOPIC;
use crate::pages_cache::Rendered;
use crate::web::error::PageError;
use crate::web::pages::feed_links::{is_of_same_site, view_feed};
use crate::web::pages::list::{check_names, title, view_path};
use crate::web::pages::look::picture_path;
use crate::web::pages::reading::At;
use crate::wire::feed::{Feed, FeedItem, MAX_ITEMS, MAX_LAST_ITEMS, tag};

/// Renders a part of the feed of a hub or category. `NotFound` where the post before which it
/// begins is not listed any more.
pub fn render(
    app: &App,
    connection: &mut DbConnection,
    at: &At,
    part: &Part,
) -> Result<Rendered, PageError> {
    let hub = &at.hub;
    let category = at.category.as_ref().map(|category| category.id);
    let From { before, is_at_post } = list_place(connection, hub.id, category, part.after)?;
    if part.view.is_everything() && !is_at_post {
        // A place that anybody could have made up is a read like a search.
        app.limits.take(Limit::Search, part.block)?;
    }
    let view = &part.view;
    let all = categories::list(connection, hub.id)?;
    check_view(app, connection, at, part)?;
    let is_last = hub.closed_at.is_some() && part.after.is_none() && part.view.is_everything();
    let most = if is_last { MAX_LAST_ITEMS } else { MAX_ITEMS };
    let posts_of = PostsOf::among(hub.id, &all, category);
    let mut posts = listed::list_view(connection, &posts_of, view, before, most + 1)?;
    let page = usize::try_from(most).unwrap_or(usize::MAX);
    let has_older = posts.len() > page;
    posts.truncate(page);
    let mut about = About::of(app, at, part, &all, posts.last().filter(|_| has_older));
    if !view.is_everything() {
        about.title = format!("{}: {}", about.title, title(view, &all, &posts));
    }
    let items = Entry::list(app, connection, &at.hub, &all, posts)?;
    let hubs = hubs(app, at, part, &about.address);
    let items = items.iter().map(|entry| entry.item(&at.hub.language)).collect();
    let feed = Feed { hubs: &hubs, ..about.feed(at, items) };
    let format = part.format;
    let text = format.write(&feed);
    let rendered =
        Rendered::new(text, format.content_type(), CACHE_CONTROL, Some(about.changed_at));
    let rendered = rendered.with_header(header::LINK, &feed.link_header());
    Ok(if is_at_post { rendered } else { rendered.not_kept() })
}

/// Sees to it that a view of a hub has its address of today.
fn check_view(
    app: &App,
    connection: &mut DbConnection,
    at: &At,
    part: &Part,
) -> Result<(), PageError> {
    if at.category.is_some() {
        return Ok(());
    }
    let key = at.lock.as_ref().map(|lock| lock.feed_key(&app.secrets));
    let page = at.hub.path();
    check_names(connection, at.hub.id, &part.view, |view| {
        view_feed(&page, part.format, view, part.after, key.as_deref())
    })
}

/// The WebSub hubs that a feed names.
fn hubs(app: &App, at: &At, part: &Part, address: &str) -> Vec<String> {
    // A feed with a key is for one reader: nobody subscribes to it.
    let is_pushed = at.lock.is_none() && part.after.is_none() && address.len() <= MAX_TOPIC;
    let own = app.addresses.under(at.hub.root()).websub();
    let is_known = at.is_public() && part.view.is_everything();
    match (is_pushed, is_known) {
        (false, _) => Vec::new(),
        // Other hubs are told of what is public, and of nothing else: of no view either, which is
        // found by whoever made it.
        (true, false) => vec![own],
        (true, true) => app.websub_hubs(own),
    }
}

/// What a feed says of itself.
struct About {
    id: String,
    title: String,
    page: String,
    address: String,
    first: Option<String>,
    next: Option<String>,
    description: String,
    icon: Option<String>,
    changed_at: Timestamp,
}

impl About {
    fn of(
        app: &App,
        at: &At,
        part: &Part,
        categories: &[Category],
        older_than: Option<&Listed>,
    ) -> Self {
        let hub = &at.hub;
        let key = at.lock.as_ref().map(|lock| lock.feed_key(&app.secrets));
        let (page, what, title, texts, changed_at) = match &at.category {
            Some(category) => (
                app.addresses.path(&hub.category_path(&category.slug)),
                format!("category/{}", category.number),
                format!("{}: {}", hub.title, category.title),
                [&category.description, &hub.tagline, &category.title],
                category.changed_at.max(hub.edited_at),
            ),
            None => (
                app.addresses.path(&hub.path()),
                format!("hub/{}", hub.id.0),
                hub.title.clone(),
                [&hub.tagline, &hub.description, &hub.title],
                hub.public_changed_at,
            ),
        };
        let address =
            |after: Option<After>| view_feed(&page, part.format, &part.view, after, key.as_deref());
        Self {
            id: tag(host(app), hub.created_at, &(what + &view_id(&part.view, categories))),
            title,
            address: address(part.after),
            first: part.after.map(|_| address(None)),
            next: older_than.map(|last| address(Some(last.after()))),
            description: first_of(texts),
            // Who reads with a key has no cookie, and would not see it.
            icon: icon(app, hub).filter(|_| key.is_none()),
            page: view_path(&page, &part.view),
            changed_at,
        }
    }

    fn feed<'a>(&'a self, at: &'a At, items: Vec<FeedItem<'a>>) -> Feed<'a> {
        Feed {
            id: &self.id,
            title: &self.title,
            page: &self.page,
            address: &self.address,
            first: self.first.as_deref(),
            next: self.next.as_deref(),
            hubs: &[],
            description: &self.description,
            icon: self.icon.as_deref(),
            language: &at.hub.language,
            changed_at: self.changed_at,
            is_finished: at.hub.closed_at.is_some(),
            is_expired: at.hub.frozen_at.is_some(),
            items,
        }
    }
}

/// The hub's logo, where it has one.
pub(super) fn icon(app: &App, hub: &Hub) -> Option<String> {
    let logo = hub.face.logo.as_ref()?;
    Some(app.addresses.under(hub.root()).path(&picture_path(hub, logo)))
}

/// What a view is called for good, behind what it is a view of: as its address, but with the numbers
/// of public categories, which keep them when they get other names.
fn view_id(view: &View, categories: &[Category]) -> String {
    if view.is_everything() {
        return String::new();
    }
    let number = |slug: &Slug| {
        let mut public = categories.iter().filter(|c| c.readers == Readers::Public);
        let found = public.find(|category| category.slug == slug.as_str());
        found.map_or_else(|| slug.as_str().to_owned(), |category| category.number.to_string())
    };
    let mut id = format!("?{}", view.dropping("in").dropping("not").to_query());
    for (field, slugs) in [("in", &view.categories), ("not", &view.without)] {
        if !slugs.is_empty() {
            let mut numbers: Vec<String> = slugs.iter().map(number).collect();
            numbers.sort_unstable();
            let and = if id.ends_with('?') { "" } else { "&" };
            id.push_str(&format!("{and}{field}={}", numbers.join(",")));
        }
    }
    id
}

/// The name in ids, which stay as they are when a hub gets a name of its own: readers would take
/// each post for a new one.
pub(super) fn host(app: &App) -> &str {
    app.addresses.base().host_str().unwrap_or_default()
}

/// A feed wants a description: the first that says something.
fn first_of(texts: [&String; 3]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default()
}

/// A post, with all that its item shows.
pub(super) struct Entry {
    id: String,
    pub post: Listed,
    excerpt: String,
    source: Option<String>,
    pub category: String,
    permalink: String,
    language: Option<Language>,
    listed_at: Timestamp,
    pub changed_at: Timestamp,
}

impl Entry {
    /// The posts of one hub, which has these categories, in the order they are given.
    pub fn list(
        app: &App,
        connection: &mut DbConnection,
        hub: &Hub,
        categories: &[Category],
        posts: Vec<Listed>,
    ) -> Result<Vec<Self>, DbError> {
        let ids: Vec<PingId> = posts.iter().map(|post| post.id).collect();
        let changes: HashMap<_, _> =
            post_changes::list(connection, hub.id, &ids)?.into_iter().collect();
        let title = |id| categories.iter().find(|it| it.id == id).map(|it| it.title.clone());
        let addresses = app.addresses.under(hub.root());
        let entry = |post: Listed| {
            let listed_at = post.listed_at?;
            let changed_at = changes.get(&post.id).copied().unwrap_or(listed_at);
            Some(Self {
                id: tag(host(app), hub.created_at, &format!("p/{}", post.public_id)),
                excerpt: text::shorten(&post.excerpt, LISTED_EXCERPT),
                source: post.feed_url.clone().filter(|feed| is_of_same_site(feed, &post.url)),
                category: title(post.category_id).unwrap_or_default(),
                permalink: addresses.permalink(post.public_id),
                language: post.language.as_deref().and_then(Language::parse),
                listed_at,
                changed_at: changed_at.max(listed_at),
                post,
            })
        };
        Ok(posts.into_iter().filter_map(entry).collect())
    }

    /// What a feed in this language says of it: its own, where that is another.
    pub fn item(&self, of_feed: &str) -> FeedItem<'_> {
        let of_feed = Language::parse(of_feed);
        let language = self.language.as_ref().filter(|own| of_feed.as_ref() != Some(own));
        FeedItem {
            id: &self.id,
            title: &self.post.title,
            url: &self.post.url,
            excerpt: &self.excerpt,
            blog_name: &self.post.blog_name,
            source: self.source.as_deref(),
            category: &self.category,
            permalink: &self.permalink,
            language: language.map(Language::as_str),
            listed_at: self.listed_at,
            changed_at: self.changed_at,
        }
    }
}
