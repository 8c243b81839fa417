//! A hub's page, and a category's: the posts, newest first.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::face::{HubFace, Pulse, Tab, tabs};
use super::live;
use super::reading::{self, At, Names};
use crate::actions::read_page::{ListPage, list_page};
use crate::actions::resolve::{PingAddress, find_gate};
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::db::listed::Listed;
use crate::model::addresses::Addresses;
use crate::model::category::{ListingPolicy, PingPolicy, Readers};
use crate::model::id::PublicId;
use crate::model::mark::Mark;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::web::error::{Missing, PageError};
use crate::web::extract::Visit;
use crate::web::pings::trackback;
use crate::web::respond;
use crate::web::view::{Avatar, RdfBlock, Zone, closed_sentence, iso};

/// A post in a list.
#[derive(Debug)]
pub struct PostRow {
    /// The post.
    pub url: String,
    /// `ugc`, and `nofollow` until a moderator approved the blog.
    pub rel: &'static str,
    /// Its title.
    pub title: String,
    /// Its first words, shortened; may be empty.
    pub excerpt: String,
    /// Whose blog it is from.
    pub blog_name: String,
    /// A letter instead of a picture.
    pub avatar: Avatar,
    /// `16:40`.
    pub time: String,
    /// The same for machines.
    pub time_iso: String,
    /// Its permalink.
    pub permalink: String,
    /// The category's title, where the list holds several.
    pub category: String,
    /// The category's page.
    pub category_path: String,
}

/// The posts of one day.
#[derive(Debug)]
pub struct Day {
    /// `Tuesday 11 March 2003`.
    pub heading: String,
    /// Its posts.
    pub posts: Vec<PostRow>,
}

/// `rel` of a link to a listed post (`product.md`, rule 4).
pub const fn rel(blog_is_approved: bool) -> &'static str {
    if blog_is_approved { "ugc" } else { "ugc nofollow" }
}

/// Posts as rows under their days, in the hub's time zone. `category` names a post's category.
pub fn days<'a>(
    posts: &[Listed],
    zone: &Zone,
    category: impl Fn(&Listed) -> Option<(&'a str, String)>,
) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for post in posts {
        let Some(listed_at) = post.listed_at else { continue };
        let (category, category_path) =
            category(post).map_or_else(Default::default, |(title, path)| (title.to_owned(), path));
        let row = PostRow {
            url: post.url.clone(),
            rel: rel(post.blog_approved_at.is_some()),
            title: post.title.clone(),
            excerpt: text::shorten(&post.excerpt, LISTED_EXCERPT),
            blog_name: post.blog_name.clone(),
            avatar: Avatar::of(&post.blog_name),
            time: zone.time(listed_at),
            time_iso: iso(listed_at),
            permalink: format!("/p/{}", post.public_id),
            category,
            category_path,
        };
        let heading = zone.day(listed_at);
        match days.last_mut() {
            Some(day) if day.heading == heading => day.posts.push(row),
            _ => days.push(Day { heading, posts: vec![row] }),
        }
    }
    days
}

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
    rss: String,
    /// The feed of the whole hub, where its reader may know it.
    hub_rss: Option<String>,
    canonical: String,
    tagline: String,
    paragraphs: Vec<String>,
    link: String,
    webmention: String,
    pingback: String,
    is_event: bool,
    /// Whether search engines are asked to leave this category alone.
    is_unlisted: bool,
    category: Option<CategoryPart>,
    has_categories: bool,
    tabs: Vec<Tab>,
    pulse: Option<Pulse>,
    days: Vec<Day>,
    /// Whether this is the page of the newest posts.
    is_first: bool,
    /// Where is told what comes after them.
    live: String,
    /// The newest of them.
    after: Mark,
    /// Where older posts are.
    older: Option<String>,
}

impl ListView {
    fn of(page: ListPage, is_first: bool, app: &App, feed_key: Option<&str>) -> Self {
        let (addresses, now) = (&app.addresses, app.clock.now());
        let zone = Zone::of(&page.hub);
        let pulse = Pulse::of(&page);
        let hub_path = format!("/{}", page.hub.slug);
        let tabs = tabs(&page.hub, &page.categories, page.category.as_ref());
        let days = days(&page.posts, &zone, |post| {
            let category = page.categories.iter().find(|c| c.id == post.category_id)?;
            let wanted = page.category.is_none();
            wanted.then(|| (category.title.as_str(), format!("{hub_path}/{}", category.slug)))
        });
        let here = match &page.category {
            Some(category) => format!("{hub_path}/{}", category.slug),
            None => hub_path.clone(),
        };
        let add = match (&page.category, page.categories.as_slice()) {
            (Some(_), _) => format!("{here}/add"),
            (None, [only]) if only.readers == Readers::Public => {
                format!("{hub_path}/{}/add", only.slug)
            }
            (None, _) => format!("{hub_path}/-/add"),
        };
        let paragraphs = page.hub.description.split("\n\n").filter(|p| !p.is_empty());
        Self {
            add,
            rss: feed_path(&here, feed_key),
            hub_rss: (page.category.is_none() || shows_hub_feed(&page)).then(|| {
                feed_path(&hub_path, feed_key.filter(|_| page.hub.readers == Readers::Password))
            }),
            canonical: addresses.path(&here),
            tagline: page.hub.tagline.clone(),
            paragraphs: paragraphs.map(str::to_owned).collect(),
            link: page.hub.link.clone(),
            webmention: addresses.webmention(),
            pingback: addresses.pingback(),
            is_event: page.hub.starts_on.is_some(),
            is_unlisted: page.category.as_ref().is_some_and(|c| c.readers != Readers::Public),
            has_categories: tabs.len() > 1,
            tabs,
            pulse,
            days,
            is_first,
            live: live::path(&page.hub, page.category.as_ref()),
            after: live::newest(&page.posts),
            older: page.older.map(|id| format!("{here}?before={id}")),
            hub: HubFace::of(&page.hub),
            category: page.category.map(|category| {
                CategoryPart::of(&Gate { hub: page.hub, category }, addresses, now)
            }),
        }
    }

    fn is_hidden(&self) -> bool {
        self.hub.is_hidden || self.is_unlisted || self.days.is_empty() || !self.is_first
    }
}

/// Whether somebody who reads a category's page may be told of the hub's feed: not where the hub's
/// own readers need another password.
fn shows_hub_feed(page: &ListPage) -> bool {
    let own = page.category.as_ref().is_some_and(|category| category.readers == Readers::Password);
    page.hub.readers != Readers::Password || !own
}

/// The address of a feed, with its key where it needs one.
pub fn feed_path(page: &str, key: Option<&str>) -> String {
    key.map_or_else(|| format!("{page}/rss"), |key| format!("{page}/rss?key={key}"))
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
    let before = place(query.map(web::Query::into_inner).unwrap_or_default().before)?;
    show(&app, &request, before, &Names::hub(&slug), &visit).await
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
    let before = place(query.before)?;
    show(&app, &request, before, &Names::category(&hub, &category), &visit).await
}

fn place(before: Option<String>) -> Result<Option<PublicId>, PageError> {
    match before {
        None => Ok(None),
        Some(text) => match PublicId::parse(&text) {
            Some(id) => Ok(Some(id)),
            None => Err(PageError::NotFound(Missing::Page)),
        },
    }
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    before: Option<PublicId>,
    names: &Names,
    visit: &Visit,
) -> Result<HttpResponse, PageError> {
    let key = match before {
        Some(id) => format!("{}?before={id}", request.path()),
        None => request.path().to_owned(),
    };
    let kept = app.pages.get(&key).filter(|page| page.is_fresh(app.clock.now()));
    if let Some(page) = kept {
        app.metrics.cache_hits.increment(1);
        return Ok(respond::rendered(request, &page, app.clock.now()));
    }
    app.metrics.cache_misses.increment(1);
    let reader = app.clone();
    let read = move |connection: &mut DbConnection, at: At| {
        let modified_at = at.hub.changed_at;
        let (hub, category) = (at.hub, at.category.map(|category| category.id));
        let page = list_page(connection, hub, category, before)?;
        let (now, few) = (reader.clock.now(), at.lock.is_some());
        let fresh_until = page.category.as_ref().and_then(|category| {
            Gate { hub: page.hub.clone(), category: category.clone() }.next_edge(now)
        });
        let feed_key = at.lock.map(|lock| lock.feed_key(&reader.secrets));
        let view = ListView::of(page, before.is_none(), &reader, feed_key.as_deref());
        let accent = Some(&view.hub.accent);
        let page = respond::public_page(&reader, &view, accent, Some(modified_at))?;
        // Senders look for these by regular expression: nothing is added to them.
        let mut page = page
            .with_header(header::LINK, &format!("<{}>; rel=\"webmention\"", view.webmention))
            .with_header(HeaderName::from_static("x-pingback"), &view.pingback);
        page.fresh_until = fresh_until;
        Ok(if few { page.for_few() } else { page })
    };
    reading::answer(app, request, names, key, visit, read).await
}
