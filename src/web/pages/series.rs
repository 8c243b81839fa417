//! Series of hubs: the page of all their years, and the address that leads to the newest.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::card::Card;
use super::feed_links::{FeedLink, feed_links, feed_path};
use super::home::HubRow;
use super::topics::answer;
use crate::actions::series;
use crate::app::App;
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError, categories};
use crate::limits::Limit;
use crate::model::category::Readers;
use crate::model::view::View;
use crate::web::error::{Missing, PageError};
use crate::web::extract::client;
use crate::web::respond;
use crate::web::view::plural;

/// The page of a series.
pub fn path_of(series: &str) -> String {
    format!("/series/{series}")
}

/// Where the newest hub of a series is found.
fn latest_of(series: &str) -> String {
    format!("/series/{series}/latest")
}

#[derive(Debug, Template)]
#[template(path = "pages/series.html")]
struct SeriesView {
    title: String,
    language: String,
    canonical: String,
    card: Card,
    latest: String,
    description: String,
    feeds: Vec<FeedLink>,
    /// The RSS, as a feed reader takes its address.
    feed_address: String,
    hubs: Vec<HubRow>,
    /// Whether none of them has a post.
    is_hidden: bool,
}

impl SeriesView {
    fn read(app: &App, connection: &mut DbConnection, slug: &str) -> Result<Self, PageError> {
        let found = series::read(connection, slug)?;
        let (series, hubs) = found.ok_or(PageError::NotFound(Missing::Series))?;
        let latest = latest_of(&series.slug);
        let count = i64::try_from(hubs.len()).unwrap_or(i64::MAX);
        let word = plural(count, "hub", "hubs");
        Ok(Self {
            description: format!(
                "{}: posts from everyone’s blogs, in {count} {word}.",
                series.title
            ),
            language: hubs.first().map(|hub| hub.language.clone()).unwrap_or_default(),
            title: series.title,
            canonical: app.addresses.path(&path_of(slug)),
            card: Card::ours(&app.addresses),
            feeds: feed_links(&latest, &View::default(), None),
            feed_address: app.addresses.path(&feed_path(&latest, None)),
            is_hidden: hubs.iter().all(|hub| hub.listed_count == 0),
            hubs: hubs.iter().map(HubRow::of).collect(),
            latest,
        })
    }
}

/// `GET /series/{series}`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let slug = name.into_inner();
    let key = path_of(&slug);
    let render = move |app: &App, connection: &mut DbConnection| {
        let view = SeriesView::read(app, connection, &slug)?;
        respond::public_page(app, &view, None, None)
    };
    answer(&app, &request, key, render).await
}

/// `GET /series/{series}/latest`, and what follows it: the same of the newest hub
/// that has posts. A category that
/// it does not have leads to the whole hub.
pub async fn show_latest(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    app.limits.take(Limit::Search, client(&app, &request))?;
    let (slug, rest) = names.into_inner();
    let path = app.db.read(move |c| latest(c, &slug, &rest)).await?;
    Ok(respond::moved_for_now(&path))
}

fn latest(connection: &mut DbConnection, slug: &str, rest: &str) -> Result<String, PageError> {
    let (_, hubs) = series::read(connection, slug)?.ok_or(PageError::NotFound(Missing::Series))?;
    // Next year's is there before anybody wrote about it: until then people go on with this one.
    let begun = hubs.iter().find(|hub| hub.listed_count > 0).or_else(|| hubs.first());
    let hub = begun.ok_or(PageError::NotFound(Missing::Series))?;
    let here = hub.path();
    let mut parts = rest.split('/').filter(|part| !part.is_empty());
    let (first, last) = (parts.next(), parts.next());
    let is_feed = |name: &str| matches!(name, "rss" | "atom" | "feed.json");
    Ok(match (first, last, parts.next()) {
        (None, ..) => here,
        (Some(feed), None, _) if is_feed(feed) || feed == "opml" => format!("{here}/{feed}"),
        (Some(category), None, _) => match has(connection, hub, category)? {
            true => format!("{here}/{category}"),
            false => here,
        },
        (Some(category), Some(feed), None) if is_feed(feed) => {
            match has(connection, hub, category)? {
                true => format!("{here}/{category}/{feed}"),
                false => format!("{here}/{feed}"),
            }
        }
        _ => return Err(PageError::NotFound(Missing::Page)),
    })
}

/// Whether everybody may read a category of this name in a hub.
fn has(connection: &mut DbConnection, hub: &Hub, category: &str) -> Result<bool, DbError> {
    let all = categories::list(connection, hub.id)?;
    Ok(all.iter().any(|one| one.slug == category && one.readers == Readers::Public))
}
