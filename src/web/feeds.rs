//! Feeds of a hub and of a category, in each format, and the list of a hub's feeds.

mod opml;
mod people;
mod render;
mod talks;
mod topics;

pub use talks::show_talk;
pub use topics::show_topic;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::{Missing, PageError};
use super::extract::client;
use super::pages::list::{after, view_of};
use super::pages::reading::{self, AskedFeed, At, Names};
use super::respond::{self, default_headers};
use crate::app::{App, FeedOf, Lock};
use crate::db::{DbConnection, DbError};
use crate::limits::{AddressBlock, Limit};
use crate::model::view::{After, View};
use crate::model::websub::FeedFormat;
use crate::pages_cache::Rendered;
use crate::wire::feed::Format;

/// Feeds are polled: a minute from a cache nearby, ten while a fresh one is fetched.
const CACHE_CONTROL: &str = "public, max-age=60, stale-while-revalidate=600";

/// What stands behind a feed's `?`.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Query {
    /// The key of a feed that is not public.
    key: Option<String>,
    /// The post after which this page begins.
    before: Option<String>,
    /// The whole, as it was asked for.
    #[serde(skip)]
    raw: String,
}

impl Query {
    /// What cannot be read is not there: a feed has no page to say so.
    fn of(request: &HttpRequest) -> Self {
        let raw = request.query_string();
        let query: Self = serde_urlencoded::from_str(raw).unwrap_or_default();
        Self { raw: raw.to_owned(), ..query }
    }

    /// What follows a page in the address that was asked for.
    fn rest(&self, segment: &str) -> String {
        match self.raw.as_str() {
            "" => format!("/{segment}"),
            raw => format!("/{segment}?{raw}"),
        }
    }
}

/// `GET /{hub}/rss`, `/{hub}/atom`, `/{hub}/feed.json`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, Names::hub(&slug)).await
}

/// `GET /{hub}/{category}/rss`, `/{hub}/{category}/atom`, `/{hub}/{category}/feed.json`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, Names::category(&names.0, &names.1)).await
}

/// `GET /{hub}/opml`
pub async fn show_opml(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    show_outlines(&app, &request, &slug, "opml", opml::render).await
}

/// `GET /{hub}/-/people/opml`
pub async fn show_people(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    show_outlines(&app, &request, &slug, "-/people/opml", people::render).await
}

/// Reads a list of feeds and writes it.
type RenderOutlines = fn(&App, &mut DbConnection, &At) -> Result<Rendered, PageError>;

async fn show_outlines(
    app: &web::Data<App>,
    request: &HttpRequest,
    slug: &str,
    segment: &str,
    outlines: RenderOutlines,
) -> Result<HttpResponse, PageError> {
    let query = Query::of(request);
    let asked = AskedFeed {
        names: Names::hub(slug),
        rest: query.rest(segment),
        key: query.key,
        kept_as: request.path().to_owned(),
    };
    let reader = app.clone();
    let render = move |connection: &mut DbConnection, at: At| {
        Ok(finish(&reader, outlines(&reader, connection, &at)?, &at, true))
    };
    answer(app, request, asked, render).await
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: Names,
) -> Result<HttpResponse, PageError> {
    let format = Format::of_path(request.path()).ok_or(PageError::NotFound(Missing::Page))?;
    let query = Query::of(request);
    let rest = query.rest(format.segment());
    let (view, after) = (view_of(request)?, after(query.before)?);
    let block = client(app, request);
    if !view.is_everything() {
        app.limits.take(Limit::Search, block)?;
    }
    let kept_as = match after {
        _ if !view.is_everything() => format!("{}?{}", request.path(), request.query_string()),
        Some(after) => format!("{}?before={after}", request.path()),
        None => request.path().to_owned(),
    };
    let reader = app.clone();
    let part = Part { format, view, after, block };
    let render = move |connection: &mut DbConnection, at: At| {
        let feed = render::render(&reader, connection, &at, &part)?;
        let feed = if part.view.is_everything() { feed } else { feed.not_kept() };
        Ok(finish(&reader, feed, &at, part.view.is_everything()))
    };
    let asked = AskedFeed { names, rest, key: query.key, kept_as };
    answer(app, request, asked, render).await
}

/// A feed for those it is pushed to: the bytes that everybody is served ([`crate::app::RenderFeed`]).
pub fn render_for_subscribers(
    app: &App,
    connection: &mut DbConnection,
    of: FeedOf<'_>,
    format: FeedFormat,
) -> Result<Option<Rendered>, DbError> {
    let format = match format {
        FeedFormat::Rss => Format::Rss,
        FeedFormat::Atom => Format::Atom,
        FeedFormat::Json => Format::Json,
    };
    let (hub, category, view) = match of {
        FeedOf::Hub(hub, category, view) => (hub, category, view),
        FeedOf::Topic(topic) => {
            return topics::render_for_subscribers(app, connection, topic, format);
        }
    };
    if hub.suspended_at.is_some() || Lock::of(hub, category).is_some() {
        return Ok(None);
    }
    let at = At::open(hub.clone(), category.cloned());
    let (is_whole, block) = (view.is_everything(), AddressBlock::EVERYBODY);
    let part = Part { format, view: view.clone(), after: None, block };
    match render::render(app, connection, &at, &part) {
        Ok(feed) => Ok(Some(finish(app, feed, &at, is_whole))),
        // What a view names has another name now, or is gone: that feed has another address, or none.
        Err(PageError::Moved(_) | PageError::Gone(_) | PageError::NotFound(_)) if !is_whole => {
            Ok(None)
        }
        Err(PageError::NotInHub(_)) if !is_whole => Ok(None),
        Err(PageError::Database(error)) => Err(error),
        Err(_) => Err(DbError::Busy),
    }
}

/// Which part of a feed is asked for, and how it is written.
#[derive(Debug, Clone)]
struct Part {
    format: Format,
    /// Which posts.
    view: View,
    /// After which post.
    after: Option<After>,
    /// Who asks.
    block: AddressBlock,
}

async fn answer(
    app: &web::Data<App>,
    request: &HttpRequest,
    asked: AskedFeed,
    render: impl FnOnce(&mut DbConnection, At) -> Result<Rendered, PageError> + Send + 'static,
) -> Result<HttpResponse, PageError> {
    if let Some(answer) = respond::kept(app, request, &asked.kept_as) {
        return Ok(answer);
    }
    reading::answer_feed(app, request, asked, render).await
}

/// The headers that every feed has: for scripts of other sites too, where everybody may read it (it
/// knows nobody then, and no cookie), and indexed no more than its page is.
fn finish(app: &App, feed: Rendered, at: &At, is_whole: bool) -> Rendered {
    let mut feed = feed.with_header(header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    if !is_whole || !at.is_public() {
        feed = feed.with_header(header::HeaderName::from_static("x-robots-tag"), "noindex");
    }
    feed = match at.lock {
        Some(_) => feed.for_few(),
        None => feed.with_header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    };
    feed.with_defaults(default_headers(app.addresses.is_https()))
}
