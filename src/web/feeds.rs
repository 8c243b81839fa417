//! RSS of a hub and of a category.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::PageError;
use super::extract::client;
use super::pages::list::{self, view_feed_path, view_of};
use super::pages::reading::{self, At, Names};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbConnection, categories, listed};
use crate::limits::Limit;
use crate::model::category::Readers;
use crate::model::id::CategoryId;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::model::view::View;
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
    let view = view_of(request)?;
    if !view.is_everything() {
        app.limits.take(Limit::Search, client(app, request))?;
    }
    let reader = app.clone();
    let render = move |connection: &mut DbConnection, at: At| {
        let feed = render(&reader, connection, &at, &view)?;
        let feed = if view.is_everything() { feed } else { feed.not_kept() };
        Ok(if at.lock.is_some() { feed.for_few() } else { feed })
    };
    reading::answer_feed(app, request, names, key.as_deref(), render).await
}

fn render(
    app: &App,
    connection: &mut DbConnection,
    at: &At,
    view: &View,
) -> Result<Rendered, PageError> {
    let (hub, category) = (&at.hub, at.category.as_ref());
    let all = categories::list(connection, hub.id)?;
    let id = category.map(|category| category.id);
    let posts = listed::list_view(connection, hub.id, id, view, None, rss::MAX_ITEMS)?;
    let excerpts: Vec<String> =
        posts.iter().map(|post| text::shorten(&post.excerpt, LISTED_EXCERPT)).collect();
    let permalinks: Vec<String> =
        posts.iter().map(|post| app.addresses.permalink(post.public_id)).collect();
    let name_of = |id: CategoryId| {
        all.iter().find(|c| c.id == id).map_or("", |category| category.title.as_str())
    };
    let mut about = About::of(app, at, view);
    if !view.is_everything() {
        about.title = format!("{}: {}", about.title, list::title(view, &all, &posts));
    }
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
    let feed = Feed {
        title: &about.title,
        page: &about.page,
        address: &about.address,
        description: &about.description,
        language: &hub.language,
        changed_at: about.changed_at,
        items: items.collect(),
    };
    let rendered =
        Rendered::new(rss::to_xml(&feed), rss::CONTENT_TYPE, CACHE_CONTROL, Some(about.changed_at));
    let rendered = rendered.with_header(header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    let is_indexed = hub.is_public()
        && category.is_none_or(|c| c.readers == Readers::Public)
        && view.is_everything();
    Ok(if is_indexed {
        rendered
    } else {
        rendered.with_header(header::HeaderName::from_static("x-robots-tag"), "noindex")
    })
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
    fn of(app: &App, at: &At, view: &View) -> Self {
        let hub = &at.hub;
        let key = at.lock.as_ref().map(|lock| lock.feed_key(&app.secrets));
        let address = |page: &str| view_feed_path(page, view, key.as_deref());
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
                    changed_at: hub.public_changed_at,
                }
            }
        }
    }
}

/// RSS wants a description: the first that says something.
fn first_of(texts: [&str; 3]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}
