//! A hub's page, and a category's: the posts, newest first, or some of them.

mod filter;
mod rows;

pub use filter::{check_names, path_of as view_path, title, view_of};
pub use rows::{Day, PostRow, Within, days, language_of, rel};

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use filter::{Filtered, SearchField, path_of};

use super::face::{HubFace, Pulse, Tab, add_path, gates, tabs};
use super::feed_links::{FeedLink, feed_address, feed_links, feed_path};
use super::live;
use super::reading::{self, At, Names};
use super::topics::topic_of;
use crate::actions::read_page::{ListPage, list_page};
use crate::actions::resolve::{PingAddress, find_gate};
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError, about};
use crate::limits::{AddressBlock, Limit};
use crate::model::addresses::Addresses;
use crate::model::category::{ListingPolicy, PingPolicy, Readers};
use crate::model::mark::Mark;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::model::view::{After, View};
use crate::pages_cache::Rendered;
use crate::web::assets;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Visit, client};
use crate::web::pings::trackback;
use crate::web::respond;
use crate::web::view::{RdfBlock, Zone, closed_sentence, number, plural};

/// What is particular to a category's page.
#[derive(Debug)]
struct CategoryPart {
    title: String,
    paragraphs: Vec<String>,
    path: String,
    ping: String,
    rdf: RdfBlock,
    rules: Vec<String>,
    /// Since when it takes no posts, or when it will, as a sentence; empty if it does.
    closed: String,
    /// The page of its topic over all hubs, where it takes part in that.
    topic: Option<String>,
}

impl CategoryPart {
    fn of(gate: &Gate, addresses: &Addresses, now: Timestamp) -> Self {
        let (hub, category) = (&gate.hub, &gate.category);
        let page = addresses.category(&hub.slug, &category.slug);
        let ping = addresses.ping(category.number);
        Self {
            rdf: RdfBlock::of(&page, &ping, &format!("{}: {}", hub.title, category.title)),
            title: category.title.clone(),
            paragraphs: category.description.split("\n\n").map(str::to_owned).collect(),
            path: format!("/{}/{}", hub.slug, category.slug),
            ping,
            rules: rules(gate, now),
            closed: closed(gate, now),
            topic: topic_of(gate),
        }
    }
}

/// Since when a category takes no posts, or from when on it will, as a sentence; empty if it does.
pub fn closed(gate: &Gate, now: Timestamp) -> String {
    gate.closed(now).as_ref().map(closed_sentence).unwrap_or_default()
}

/// What a category asks of those who ping it, in sentences.
pub fn rules(gate: &Gate, now: Timestamp) -> Vec<String> {
    if gate.closed(now).is_some() {
        return vec![closed(gate, now)];
    }
    let who = match gate.category.ping_policy {
        PingPolicy::Open if gate.is_secret() => {
            "Whoever may read this may add a post by the form; software needs a personal ping address"
        }
        PingPolicy::Open => "Everybody may add a post",
        PingPolicy::Passphrase => "The posting passphrase is needed to add a post",
        PingPolicy::Closed => return vec!["It takes no posts for now".to_owned()],
    };
    let when = match gate.category.listing_policy {
        ListingPolicy::AtOnce => "Posts are listed at once",
        ListingPolicy::NewBlogWaits => "The organizers look at the first post of a new blog",
        ListingPolicy::AllWait => "The organizers look at each post before it is listed",
    };
    let mut rules = vec![who.to_owned(), when.to_owned()];
    if let Some(at) = gate.category.closes_at {
        rules.push(format!("It closes on {}", Zone::of(&gate.hub).moment_zoned(at)));
    }
    rules
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/list.html")]
struct ListView {
    hub: HubFace,
    /// Where to add a post: the category's own page, or the hub's choice of categories.
    add: String,
    /// What is shown, as feeds.
    feeds: Vec<FeedLink>,
    /// The feed of the whole hub, on a category's page, where its reader may know it.
    hub_rss: Option<String>,
    /// The list of the hub's feeds, where there are several.
    opml: Option<String>,
    /// Whether there is an about page, on a hub's page.
    has_about: bool,
    /// `312 blogs`, on a hub's page; empty where nothing is listed.
    people: String,
    canonical: String,
    /// Where other sites ask how to show it; only of what everybody may read.
    oembed: Option<String>,
    /// What is shown of it elsewhere, beside its title.
    image: String,
    tagline: String,
    paragraphs: Vec<String>,
    link: String,
    webmention: String,
    pingback: String,
    is_event: bool,
    /// Whether its first day is still to come.
    is_ahead: bool,
    /// Whether search engines are asked to leave this category alone.
    is_unlisted: bool,
    category: Option<CategoryPart>,
    has_categories: bool,
    tabs: Vec<Tab>,
    pulse: Option<Pulse>,
    days: Vec<Day>,
    /// Where to search; not where nothing is listed.
    search: Option<SearchField>,
    /// What is shown, where it is not everything.
    filtered: Option<Filtered>,
    /// Whether this is the page of the newest posts.
    is_first: bool,
    /// Where is told what comes after them.
    live: String,
    /// The newest of them.
    after: Mark,
    /// Where older posts are.
    older: Option<String>,
    /// Where the newest of what is shown are.
    newest: String,
}

impl ListView {
    fn of(
        page: ListPage,
        gates: &[Gate],
        asked: &Asked,
        app: &App,
        feed_key: Option<&str>,
    ) -> Self {
        let (addresses, now) = (&app.addresses, app.clock.now());
        let takes_posts = gates.iter().any(|gate| gate.takes_posts(now));
        let zone = Zone::of(&page.hub);
        let (view, is_first) = (&asked.view, asked.after.is_none());
        let pulse = Pulse::of(&page).filter(|_| view.is_everything());
        let hub_path = format!("/{}", page.hub.slug);
        let mut tabs = tabs(&page.hub, &page.categories, page.category.as_ref());
        if let Some(everything) = tabs.first_mut() {
            everything.is_current = everything.is_current && view.is_everything();
        }
        let here = match &page.category {
            Some(category) => format!("{hub_path}/{}", category.slug),
            None => hub_path.clone(),
        };
        let within = Within { path: &here, language: &page.hub.language, view };
        let days = days(&page.posts, &zone, &within, |post| {
            let category = page.categories.iter().find(|c| c.id == post.category_id)?;
            let wanted = page.category.is_none();
            wanted.then(|| (category.title.as_str(), format!("{hub_path}/{}", category.slug)))
        });
        let hub_key = feed_key.filter(|_| page.hub.readers == Readers::Password);
        let paragraphs = page.hub.description.split("\n\n").filter(|p| !p.is_empty());
        Self {
            // The only one that everybody may see: whether there are others is told to nobody.
            add: add_path(&page.hub, gates),
            feeds: feed_links(&here, view, feed_key),
            hub_rss: (page.category.is_some() && shows_hub_feed(&page))
                .then(|| feed_path(&hub_path, hub_key)),
            opml: (tabs.len() > 1 && shows_hub_feed(&page))
                .then(|| feed_address(&hub_path, "opml", [("key", hub_key)])),
            has_about: false,
            people: people(&page),
            search: SearchField::of(&page, &here, view),
            filtered: Filtered::of(&page, &here, asked),
            oembed: (feed_key.is_none() && is_first && view.is_everything())
                .then(|| addresses.oembed(&addresses.path(&here))),
            canonical: addresses.path(&here),
            image: addresses.path(&assets::CARD.path),
            tagline: page.hub.tagline.clone(),
            paragraphs: paragraphs.map(str::to_owned).collect(),
            link: page.hub.link.clone(),
            webmention: addresses.webmention(),
            pingback: addresses.pingback(),
            is_event: page.hub.starts_on.is_some(),
            is_ahead: begins_at(&page.hub).is_some_and(|first| now < first),
            is_unlisted: page.category.as_ref().is_some_and(|c| c.readers != Readers::Public),
            has_categories: tabs.len() > 1,
            tabs,
            pulse,
            days,
            is_first,
            live: live::path(&page.hub, page.category.as_ref()),
            after: live::newest(&page.posts),
            older: page.older.map(|after| asked.older(&here, after)),
            newest: path_of(&here, view),
            hub: HubFace::of(&page.hub).taking_posts(takes_posts),
            category: page.category.map(|category| {
                CategoryPart::of(&Gate { hub: page.hub, category }, addresses, now)
            }),
        }
    }

    /// What the page is about, in a sentence or two.
    fn description(&self) -> String {
        let category = self.category.as_ref().and_then(|category| category.paragraphs.first());
        let said = category.filter(|said| !said.is_empty()).unwrap_or(&self.tagline);
        if !said.is_empty() {
            return text::shorten(said, LISTED_EXCERPT);
        }
        let hub = &self.hub.title;
        match &self.category {
            Some(category) => format!("{}, at {hub}: posts from everyone’s blogs.", category.title),
            None => format!("{hub}: posts from everyone’s blogs."),
        }
    }

    /// Whether nothing is listed: the page then says so, and has its button there.
    const fn is_blank(&self) -> bool {
        self.days.is_empty() && self.is_first && self.filtered.is_none()
    }

    /// Whether a hub's page says what it is about.
    const fn has_about_part(&self) -> bool {
        let is_told = !self.paragraphs.is_empty() || !self.link.is_empty() || self.has_about;
        self.category.is_none() && is_told
    }

    fn is_hidden(&self) -> bool {
        let is_part = !self.is_first || self.filtered.is_some();
        self.hub.is_hidden || self.is_unlisted || self.days.is_empty() || is_part
    }
}

/// When the first day of a hub's event begins; none where it has no days.
fn begins_at(hub: &Hub) -> Option<Timestamp> {
    Zone::of(hub).midnight(hub.starts_on.as_deref()?.parse().ok()?)
}

/// How many blogs took part, on a hub's page; empty where none did.
fn people(page: &ListPage) -> String {
    let count = page.hub.blog_count;
    if page.category.is_some() || page.hub.listed_count == 0 {
        return String::new();
    }
    format!("{} {}", number(count), plural(count, "blog", "blogs"))
}

/// Whether somebody who reads a category's page may be told of the hub's feed: not where the hub's
/// own readers need another password.
fn shows_hub_feed(page: &ListPage) -> bool {
    let own = page.category.as_ref().is_some_and(|category| category.readers == Readers::Password);
    page.hub.readers != Readers::Password || !own
}

/// What of a list is asked for.
#[derive(Debug)]
pub struct Asked {
    /// Which posts.
    view: View,
    /// After which post.
    after: Option<After>,
}

/// The place after which a page begins, by its name behind a `?`.
pub fn after(before: Option<String>) -> Result<Option<After>, PageError> {
    match before {
        Some(text) => Ok(Some(After::parse(&text).ok_or(PageError::NotFound(Missing::Page))?)),
        None => Ok(None),
    }
}

impl Asked {
    fn of(request: &HttpRequest, before: Option<String>) -> Result<Self, PageError> {
        Ok(Self { view: view_of(request)?, after: after(before)? })
    }

    /// Its address.
    fn path(&self, here: &str) -> String {
        self.after.map_or_else(|| path_of(here, &self.view), |after| self.older(here, after))
    }

    /// Where a category's page is without the categories that were named behind its `?`: it shows
    /// its own posts.
    fn elsewhere(&self, path: &str, names: &Names) -> Option<String> {
        let view = self.view.dropping("in").dropping("not");
        if !names.is_of_category() || view == self.view {
            return None;
        }
        Some(Self { view, after: self.after }.path(path))
    }

    /// Why there is nothing to read: where a place was not asked for, its categories are not there.
    fn missing(&self, hub: String, error: DbError) -> PageError {
        match (error, self.after, self.view.categories.as_slice()) {
            (DbError::NotFound, None, [_, ..]) => PageError::NotInHub(hub),
            (error, ..) => error.into(),
        }
    }

    /// Where the posts after this one are.
    fn older(&self, here: &str, after: After) -> String {
        let page = path_of(here, &self.view);
        let and = if self.view.is_everything() { '?' } else { '&' };
        format!("{page}{and}before={after}")
    }
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    before: Option<String>,
    __mode: Option<String>,
    pass: Option<String>,
}

/// `GET /{hub}`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: Option<web::Query<Query>>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let asked = Asked::of(&request, query.before)?;
    show(&app, &request, asked, &Names::hub(&slug), &visit).await
}

/// `GET /{hub}/{category}`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: Option<web::Query<Query>>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let (hub, category) = names.into_inner();
    if trackback::is_a_ping(&request) {
        let address = Some(PingAddress::Slugs(hub, category));
        return Ok(trackback::receive_get(&app, &request, address, query.pass).await);
    }
    if query.__mode.as_deref() == Some("rss") {
        let gate = find_gate(&app, PingAddress::Slugs(hub, category)).await?;
        let gate = gate.filter(|gate| !gate.is_secret());
        let gate = gate.ok_or(PageError::NotFound(Missing::Category))?;
        return Ok(trackback::list(&app, gate).await?);
    }
    let asked = Asked::of(&request, query.before)?;
    show(&app, &request, asked, &Names::category(&hub, &category), &visit).await
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    asked: Asked,
    names: &Names,
    visit: &Visit,
) -> Result<HttpResponse, PageError> {
    if let Some(moved) = asked.elsewhere(request.path(), names) {
        return Ok(respond::moved(&moved));
    }
    let key = match asked.after {
        Some(after) => format!("{}?before={after}", request.path()),
        None => request.path().to_owned(),
    };
    let block = client(app, request);
    if asked.view.is_everything() {
        if let Some(answer) = respond::kept(app, request, &key) {
            return Ok(answer);
        }
    } else {
        app.limits.take(Limit::Search, block)?;
        app.metrics.cache_misses.increment(1);
    }
    let reader = app.clone();
    let read =
        move |connection: &mut DbConnection, at: At| render(&reader, connection, at, &asked, block);
    match reading::answer(app, request, names, key, visit, read).await {
        Err(PageError::NotFound(Missing::Category)) => {
            Err(reading::missing_category(app, names).await?)
        }
        answer => answer,
    }
}

fn render(
    app: &App,
    connection: &mut DbConnection,
    at: At,
    asked: &Asked,
    block: AddressBlock,
) -> Result<Rendered, PageError> {
    let shown = at.hub.public_changed_at;
    let (hub, category) = (at.hub, at.category.map(|category| category.id));
    let has_about = category.is_none() && about::is_there(connection, hub.id)?;
    let here = format!("/{}", hub.slug);
    if category.is_none() {
        let path = |view: &View| {
            let named = Asked { view: view.clone(), after: asked.after };
            named.path(&here)
        };
        check_names(connection, hub.id, &asked.view, path)?;
    }
    let page = list_page(connection, hub, category, &asked.view, asked.after)
        .map_err(|error| asked.missing(here, error))?;
    let may_keep = asked.view.is_everything() && page.begins_at_post;
    if asked.view.is_everything() && !page.begins_at_post {
        // A place that anybody could have made up is a read like a search.
        app.limits.take(Limit::Search, block)?;
    }
    let (now, few) = (app.clock.now(), at.lock.is_some());
    let gates = gates(&page.hub, &page.categories, page.category.as_ref());
    // The event's first day changes the page as a category's edge does.
    let (ahead, begun): (Vec<_>, Vec<_>) =
        begins_at(&page.hub).into_iter().partition(|first| now < *first);
    let fresh_until = gates.iter().filter_map(|gate| gate.next_edge(now)).chain(ahead).min();
    // When a category opened or closed, the page changed, though nobody did anything.
    let edges = gates.iter().filter_map(|gate| gate.last_edge(now)).chain(begun);
    let edge = edges.max().unwrap_or(shown);
    let changed = page.category.as_ref().map_or(shown, |category| category.changed_at);
    let modified_at = shown.max(changed).max(edge);
    let feed_key = at.lock.map(|lock| lock.feed_key(&app.secrets));
    let view = ListView::of(page, &gates, asked, app, feed_key.as_deref());
    let view = ListView { has_about, ..view };
    let accent = Some(&view.hub.accent);
    let page = respond::public_page(app, &view, accent, Some(modified_at))?;
    // Senders look for these by regular expression: nothing is added to them.
    let mut page = page
        .with_header(header::LINK, &format!("<{}>; rel=\"webmention\"", view.webmention))
        .with_header(HeaderName::from_static("x-pingback"), &view.pingback);
    page.fresh_until = fresh_until;
    let page = if may_keep { page } else { page.not_kept() };
    Ok(if few { page.for_few() } else { page })
}
