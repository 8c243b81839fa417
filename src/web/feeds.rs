//! RSS of a hub and of a category.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::PageError;
use super::pages::list::feed_path;
use super::pages::reading::{self, At, Names};
use crate::app::{App, Lock};
use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError, categories, listed};
use crate::model::category::Readers;
use crate::model::id::CategoryId;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::model::websub::FeedFormat;
use crate::pages_cache::Rendered;
use crate::wire::rss::{self, Feed, FeedItem};

/// Feeds are polled: a minute from a cache nearby, ten while a fresh one is fetched.
const CACHE_CONTROL: &str = "public, max-age=60, stale-while-revalidate=600";

/// What may stand behind a `?`: the key of a feed that is not public.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    key: Option<String>,
}

/// `GET /{hub}/rss`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, &Names::hub(&slug), query).await
}

/// `GET /{hub}/{category}/rss`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, &Names::category(&names.0, &names.1), query).await
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    app.metrics.cache_misses.increment(1);
    let key = query.and_then(|query| query.into_inner().key);
    let reader = app.clone();
    let render = move |connection: &mut DbConnection, at: At| {
        let feed = render(&reader, connection, &at)?;
        Ok(if at.lock.is_some() { feed.for_few() } else { feed })
    };
    reading::answer_feed(app, request, names, key.as_deref(), render).await
}

/// A feed for those it is pushed to: the bytes that everybody is served ([`crate::app::RenderFeed`]).
pub fn render_for_subscribers(
    app: &App,
    connection: &mut DbConnection,
    hub: &Hub,
    category: Option<&Category>,
    format: FeedFormat,
) -> Result<Option<Rendered>, DbError> {
    let is_served = format == FeedFormat::Rss;
    if !is_served || hub.suspended_at.is_some() || Lock::of(hub, category).is_some() {
        return Ok(None);
    }
    let at = At::open(hub.clone(), category.cloned());
    match render(app, connection, &at) {
        Ok(feed) => Ok(Some(feed)),
        Err(PageError::Database(error)) => Err(error),
        Err(_) => Err(DbError::Busy),
    }
}

fn render(app: &App, connection: &mut DbConnection, at: &At) -> Result<Rendered, PageError> {
    let (hub, category) = (&at.hub, at.category.as_ref());
    let all = categories::list(connection, hub.id)?;
    let id = category.map(|category| category.id);
    let posts = listed::list(connection, hub.id, id, None, rss::MAX_ITEMS)?;
    let excerpts: Vec<String> =
        posts.iter().map(|post| text::shorten(&post.excerpt, LISTED_EXCERPT)).collect();
    let permalinks: Vec<String> =
        posts.iter().map(|post| app.addresses.permalink(post.public_id)).collect();
    let name_of = |id: CategoryId| {
        all.iter().find(|c| c.id == id).map_or("", |category| category.title.as_str())
    };
    let about = About::of(app, at);
    let items =
        posts.iter().zip(&excerpts).zip(&permalinks).filter_map(|((post, excerpt), permalink)| {
            Some(FeedItem {
                title: &post.title,
                url: &post.url,
                excerpt,
                blog_name: &post.blog_name,
                category: name_of(post.category_id),
                permalink,
                listed_at: post.listed_at?,
            })
        });
    // A feed with a key is for one reader: nobody subscribes to it.
    let hubs = if at.lock.is_none() { app.websub_hubs() } else { Vec::new() };
    let feed = Feed {
        title: &about.title,
        page: &about.page,
        address: &about.address,
        hubs: &hubs,
        description: &about.description,
        language: &hub.language,
        changed_at: about.changed_at,
        items: items.collect(),
    };
    let rendered =
        Rendered::new(rss::to_xml(&feed), rss::CONTENT_TYPE, CACHE_CONTROL, Some(about.changed_at));
    let rendered = rendered.with_header(header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    let rendered = rendered.with_header(header::LINK, &links(&hubs, &about.address));
    let is_indexed = hub.is_public() && category.is_none_or(|c| c.readers == Readers::Public);
    Ok(if is_indexed {
        rendered
    } else {
        rendered.with_header(header::HeaderName::from_static("x-robots-tag"), "noindex")
    })
}

/// A feed's `Link` header: where it is subscribed to, our own hub first, and under which name
/// (WebSub 4).
fn links(hubs: &[String], address: &str) -> String {
    let hubs = hubs.iter().map(|hub| format!("<{hub}>; rel=\"hub\", "));
    format!("{}<{address}>; rel=\"self\"", hubs.collect::<String>())
}

/// What a feed says of itself.
struct About {
    title: String,
    page: String,
    address: String,
    description: String,
    changed_at: Timestamp,
}

impl About {
    fn of(app: &App, at: &At) -> Self {
        let hub = &at.hub;
        let key = at.lock.as_ref().map(|lock| lock.feed_key(&app.secrets));
        let address = |page: &str| feed_path(page, key.as_deref());
        match &at.category {
            Some(category) => {
                let page = app.addresses.category(&hub.slug, &category.slug);
                Self {
                    title: format!("{}: {}", hub.title, category.title),
                    address: address(&page),
                    page,
                    description: first_of([&category.description, &hub.tagline, &category.title]),
                    changed_at: category.changed_at.max(hub.edited_at),
                }
            }
            None => {
                let page = app.addresses.hub(&hub.slug);
                Self {
                    title: hub.title.clone(),
                    address: address(&page),
                    page,
                    description: first_of([&hub.tagline, &hub.description, &hub.title]),
                    changed_at: hub.changed_at,
                }
            }
        }
    }
}

/// RSS wants a description: the first that says something.
fn first_of(texts: [&str; 3]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}
