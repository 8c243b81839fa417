//! A hub's page, and a category's: the posts, newest first, or some of them.

mod filter;
mod named;
mod narrow;
mod page;
mod rows;

pub use filter::{check_names, path_of as view_path, title, view_of};
pub use page::{Known, closed, rules, rules_for};
pub use rows::{Day, PostRow, Within, days, language_of, rel};

use std::time::Duration;

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};

use filter::{is_of_form, path_of};
use page::{ListView, begins_at};

use super::face::gates;
use super::reading::{self, At, Names};
use super::{talks, topics};
use crate::actions::read_page::{ListPage, list_page, list_place};
use crate::actions::read_topics::{is_shared, takes_part};
use crate::actions::resolve::{PingAddress, find_gate};
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, about, series};
use crate::limits::{AddressBlock, Limit};
use crate::model::view::{After, View};
use crate::pages_cache::Rendered;
use crate::web::error::{HubWay, LookedFor, Missing, PageError};
use crate::web::extract::{Visit, client};
use crate::web::pings::trackback;
use crate::web::respond;

/// How long it may take until a category’s page knows that others joined its topic.
const TOPIC_PATIENCE: Duration = Duration::from_secs(600);

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

    /// The same; where it names no place, the way to the hub.
    async fn read(
        app: &App,
        request: &HttpRequest,
        before: Option<String>,
        hub: &str,
    ) -> Result<Self, PageError> {
        match Self::of(request, before) {
            Err(PageError::NotFound(Missing::Page)) => {
                Err(reading::missing_page(app, &format!("/{hub}/-")).await?)
            }
            asked => asked,
        }
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
    let asked = Asked::read(&app, &request, query.before, &slug).await?;
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
    let asked = Asked::read(&app, &request, query.before, &hub).await?;
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

/// A hub's page as it is now, for whoever looks at it before others do.
pub fn render_front(
    app: &App,
    connection: &mut DbConnection,
    at: At,
) -> Result<Rendered, PageError> {
    let asked = Asked { view: View::default(), after: None };
    render(app, connection, at, &asked, AddressBlock::EVERYBODY)
}

fn render(
    app: &App,
    connection: &mut DbConnection,
    at: At,
    asked: &Asked,
    block: AddressBlock,
) -> Result<Rendered, PageError> {
    let (hub, category) = (at.hub, at.category.map(|category| category.id));
    let has_about = category.is_none() && about::is_there(connection, hub.id)?;
    if category.is_none() {
        let here = hub.path();
        let path = |view: &View| Asked { view: view.clone(), after: asked.after }.path(&here);
        check_names(connection, hub.id, &asked.view, path)?;
    }
    let way = HubWay::of(&hub);
    let missing = |error| asked.missing(way.clone(), error);
    let from = list_place(connection, hub.id, category, asked.after).map_err(missing)?;
    let may_keep = asked.view.is_everything() && from.is_at_post;
    if asked.view.is_everything() && !from.is_at_post {
        // A place that anybody could have made up is a read like a search.
        app.limits.take(Limit::Search, block)?;
    }
    let page = list_page(connection, hub, category, &asked.view, from).map_err(missing)?;
    let gates = gates(&page.hub, &page.categories, page.category.as_ref());
    let times = Times::of(&page, &gates, app.clock.now());
    let named = named::find(connection, &page, asked)?;
    let topic = match &page.category {
        Some(it) if is_shared(connection, &page.hub, it)? => Some(topics::path_of(&it.slug)),
        _ => None,
    };
    let series = match page.category.is_none() && page.hub.is_public() {
        true => series::find_of(connection, page.hub.id)?,
        false => None,
    };
    let talk = page.category.as_ref().map(|it| talks::of_category(connection, &page.hub, it));
    let talk = talk.transpose()?.flatten();
    let few = at.lock.is_some();
    let feed_key = at.lock.map(|lock| lock.feed_key(&app.secrets));
    let mut view = ListView::of(page, &gates, asked, app, feed_key.as_deref());
    (view.has_about, view.named, view.topic) = (has_about, named, topic);
    (view.series, view.talk) = (series, talk);
    let accent = Some(&view.hub.accent);
    let page = respond::public_page(app, &view, accent, times.modified_at)?;
    // Senders look for these by regular expression: nothing is added to them.
    let mut page = page
        .with_header(header::LINK, &format!("<{}>; rel=\"webmention\"", view.webmention))
        .with_header(HeaderName::from_static("x-pingback"), &view.pingback);
    page.fresh_until = times.fresh_until;
    let page = if may_keep { page } else { page.not_kept() };
    Ok(if few { page.for_few() } else { page })
}

/// From when a list's page is as it is, and until when.
struct Times {
    /// When it last changed; none where that is not known to the second.
    modified_at: Option<Timestamp>,
    /// When it changes next, though nobody does anything.
    fresh_until: Option<Timestamp>,
}

impl Times {
    fn of(page: &ListPage, gates: &[Gate], now: Timestamp) -> Self {
        // The event's first day changes the page as a category's edge does.
        let (ahead, begun): (Vec<_>, Vec<_>) =
            begins_at(&page.hub).into_iter().partition(|first| now < *first);
        let next = gates.iter().filter_map(|gate| gate.next_edge(now)).chain(ahead);
        // When a category opened or closed, the page changed, though nobody did anything.
        let last = gates.iter().filter_map(|gate| gate.last_edge(now)).chain(begun);
        let shown = page.hub.public_changed_at;
        let changed = page.category.as_ref().map_or(shown, |category| category.changed_at);
        let modified_at = last.max().unwrap_or(shown).max(shown).max(changed);
        // Who else takes part in a topic is decided in other hubs, which change nothing in this one.
        let is_of_topic = page.category.as_ref().is_some_and(|it| takes_part(&page.hub, it));
        let look_again = is_of_topic.then(|| now.plus(TOPIC_PATIENCE));
        Self {
            modified_at: (!is_of_topic).then_some(modified_at),
            fresh_until: next.chain(look_again).min(),
        }
    }
}
