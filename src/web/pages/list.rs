//! A hub's page, and a category's: the posts, newest first.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::face::{HubFace, Pulse, Tab, tabs};
use crate::actions::read_page::{ListPage, list_page};
use crate::actions::resolve::{Found, PingAddress, find_category, find_gate, find_hub};
use crate::app::{App, Gate};
use crate::db::DbConnection;
use crate::db::hubs::Hub;
use crate::db::listed::Listed;
use crate::model::addresses::Addresses;
use crate::model::category::{ListingPolicy, PingPolicy};
use crate::model::id::{CategoryId, PublicId};
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::pages_cache::{Rendered, Subject};
use crate::web::error::{Missing, PageError};
use crate::web::pings::trackback;
use crate::web::respond;
use crate::web::view::{Avatar, RdfBlock, Zone, iso};

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
    rules: Vec<&'static str>,
    closed_since: String,
}

impl CategoryPart {
    fn of(gate: &Gate, addresses: &Addresses) -> Self {
        let (hub, category) = (&gate.hub, &gate.category);
        let page = addresses.category(&hub.slug, &category.slug);
        let ping = addresses.ping(category.number);
        Self {
            rdf: RdfBlock::of(&page, &ping, &format!("{}: {}", hub.title, category.title)),
            title: category.title.clone(),
            paragraphs: category.description.split("\n\n").map(str::to_owned).collect(),
            path: format!("/{}/{}", hub.slug, category.slug),
            ping,
            rules: rules(gate),
            closed_since: closed_since(gate),
        }
    }
}

/// Since when a category takes no posts, in words; empty if it does.
pub fn closed_since(gate: &Gate) -> String {
    let since = gate.hub.closed_at.or(gate.category.closed_at);
    since.map(|since| Zone::of(&gate.hub).moment_zoned(since)).unwrap_or_default()
}

/// What a category asks of those who ping it, in sentences.
pub fn rules(gate: &Gate) -> Vec<&'static str> {
    if gate.hub.closed_at.is_some() {
        return vec!["The hub is closed: it takes no more posts"];
    }
    let who = match gate.category.ping_policy {
        PingPolicy::Open => "Everybody may add a post",
        PingPolicy::Passphrase => "The posting passphrase is needed to add a post",
        PingPolicy::Closed => return vec!["It takes no posts for now"],
    };
    let when = match gate.category.listing_policy {
        ListingPolicy::AtOnce => "Posts are listed at once",
        ListingPolicy::NewBlogWaits => "The organizers look at the first post of a new blog",
        ListingPolicy::AllWait => "The organizers look at each post before it is listed",
    };
    vec![who, when]
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/list.html")]
struct ListView {
    hub: HubFace,
    /// Where to add a post: the category's own page, or the hub's choice of categories.
    add: String,
    rss: String,
    canonical: String,
    tagline: String,
    paragraphs: Vec<String>,
    link: String,
    webmention: String,
    pingback: String,
    is_event: bool,
    category: Option<CategoryPart>,
    has_categories: bool,
    tabs: Vec<Tab>,
    pulse: Option<Pulse>,
    days: Vec<Day>,
    /// Whether this is the page of the newest posts.
    is_first: bool,
    /// Where older posts are.
    older: Option<String>,
}

impl ListView {
    fn of(page: ListPage, is_first: bool, addresses: &Addresses) -> Self {
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
            (None, [only]) => format!("{hub_path}/{}/add", only.slug),
            (None, _) => format!("{hub_path}/-/add"),
        };
        let paragraphs = page.hub.description.split("\n\n").filter(|p| !p.is_empty());
        Self {
            add,
            rss: format!("{here}/rss"),
            canonical: addresses.path(&here),
            tagline: page.hub.tagline.clone(),
            paragraphs: paragraphs.map(str::to_owned).collect(),
            link: page.hub.link.clone(),
            webmention: addresses.webmention(),
            pingback: addresses.pingback(),
            is_event: page.hub.starts_on.is_some(),
            has_categories: !page.categories.is_empty(),
            tabs,
            pulse,
            days,
            is_first,
            older: page.older.map(|id| format!("{here}?before={id}")),
            hub: HubFace::of(&page.hub),
            category: page
                .category
                .map(|category| CategoryPart::of(&Gate { hub: page.hub, category }, addresses)),
        }
    }

    fn is_hidden(&self) -> bool {
        self.hub.is_hidden || self.days.is_empty() || !self.is_first
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
) -> Result<HttpResponse, PageError> {
    let before = place(query.map(web::Query::into_inner).unwrap_or_default().before)?;
    let slug = slug.into_inner();
    show(&app, &request, before, move |connection| {
        Ok(match find_hub(connection, &slug)? {
            Found::Here(hub) => At::Here(Box::new(hub), None),
            Found::Moved(hub) => At::Moved(format!("/{}", hub.slug)),
            Found::Gone => return Err(PageError::Gone(Missing::Hub)),
            Found::Unknown => return Err(PageError::NotFound(Missing::Hub)),
        })
    })
    .await
}

/// `GET /{hub}/{category}`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let (hub, category) = names.into_inner();
    if trackback::is_a_ping(&request) {
        let address = Some(PingAddress::Slugs(hub, category));
        return Ok(trackback::receive_get(&app, &request, address, query.pass).await);
    }
    if query.__mode.as_deref() == Some("rss") {
        let gate = find_gate(&app, PingAddress::Slugs(hub, category)).await?;
        let gate = gate.ok_or(PageError::NotFound(Missing::Category))?;
        return Ok(trackback::list(&app, gate).await?);
    }
    let before = place(query.before)?;
    show(&app, &request, before, move |connection| {
        Ok(match find_category(connection, &hub, &category)? {
            Found::Here(Gate { hub, category }) => At::Here(Box::new(hub), Some(category.id)),
            Found::Moved(gate) => At::Moved(format!("/{}/{}", gate.hub.slug, gate.category.slug)),
            Found::Gone => return Err(PageError::Gone(Missing::Category)),
            Found::Unknown => return Err(PageError::NotFound(Missing::Category)),
        })
    })
    .await
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

/// Where a list page's names led.
enum At {
    Here(Box<Hub>, Option<CategoryId>),
    Moved(String),
}

enum Shown {
    Page(Arc<Rendered>),
    Moved(String),
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    before: Option<PublicId>,
    find: impl FnOnce(&mut DbConnection) -> Result<At, PageError> + Send + 'static,
) -> Result<HttpResponse, PageError> {
    let key = match before {
        Some(id) => format!("{}?before={id}", request.path()),
        None => request.path().to_owned(),
    };
    if let Some(page) = app.pages.get(&key) {
        app.metrics.cache_hits.increment(1);
        return Ok(respond::rendered(request, &page, app.clock.now()));
    }
    app.metrics.cache_misses.increment(1);
    let reader = app.clone();
    let shown = app
        .db
        .read(move |connection| {
            let (hub, category) = match find(connection)? {
                At::Here(hub, category) => (hub, category),
                At::Moved(path) => return Ok(Shown::Moved(path)),
            };
            let subject = Subject::Hub(hub.id);
            let generation = reader.generations.of(subject);
            // The hub again: it may have changed before the generation was asked for.
            let hub = crate::db::hubs::find(connection, hub.id)?;
            let hub = hub.ok_or(PageError::Gone(Missing::Hub))?;
            if hub.suspended_at.is_some() {
                return Err(PageError::Suspended);
            }
            let modified_at = hub.changed_at;
            let page = list_page(connection, hub, category, before)?;
            let view = ListView::of(page, before.is_none(), &reader.addresses);
            let page =
                respond::public_page(&reader, &view, Some(&view.hub.accent), Some(modified_at))?;
            // Senders look for these by regular expression: nothing is added to them.
            let page = page
                .with_header(header::LINK, &format!("<{}>; rel=\"webmention\"", view.webmention))
                .with_header(HeaderName::from_static("x-pingback"), &view.pingback);
            let page = Arc::new(page);
            reader.pages.keep(key, subject, generation, Arc::clone(&page));
            Ok(Shown::Page(page))
        })
        .await?;
    Ok(match shown {
        Shown::Page(page) => respond::rendered(request, &page, app.clock.now()),
        Shown::Moved(path) => respond::moved(&path),
    })
}
