//! A hub's page, and a category's: the posts, newest first, or some of them.

mod filter;
mod narrow;
mod page;
mod rows;

pub use filter::{check_names, path_of as view_path, title, view_of};
pub use page::{Known, closed, rules, rules_for};
pub use rows::{Day, PostRow, Within, days, language_of, rel};

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};

use filter::{is_of_form, path_of};
use page::{ListView, begins_at};

use super::face::gates;
use super::reading::{self, At, Names};
use crate::actions::read_page::list_page;
use crate::actions::resolve::{PingAddress, find_gate};
use crate::app::App;
use crate::db::{DbConnection, DbError, about};
use crate::limits::{AddressBlock, Limit};
use crate::model::view::{After, View};
use crate::pages_cache::Rendered;
use crate::web::error::{HubWay, LookedFor, Missing, PageError};
use crate::web::extract::{Visit, client};
use crate::web::pings::trackback;
use crate::web::respond;

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

    /// Why there is nothing to read in a hub: the post that the page begins after, or all of the
    /// categories that it names, are not there.
    fn missing(&self, hub: HubWay, error: DbError) -> PageError {
        let names = || self.view.categories.iter().map(|slug| slug.as_str().to_owned()).collect();
        match (error, self.after, self.view.categories.as_slice()) {
            (DbError::NotFound, None, [_, ..]) => hub.has_no(LookedFor::Categories(names())),
            (DbError::NotFound, Some(_), _) => hub.has_no(LookedFor::Place),
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
    let may_lead_on = request.path().is_ascii() && !request.path().contains('\\');
    if may_lead_on && is_of_form(request.query_string()) {
        return Ok(respond::see_other(&asked.path(request.path())));
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
    reading::answer(app, request, names, key, visit, read).await
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
    let way = HubWay::of(&hub);
    let page = list_page(connection, hub, category, &asked.view, asked.after)
        .map_err(|error| asked.missing(way, error))?;
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
    let mut view = ListView::of(page, &gates, asked, app, feed_key.as_deref());
    view.has_about = has_about;
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
