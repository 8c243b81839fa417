//! The feed of a talk: what was written about it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::render::{Entry, host, icon};
use super::{CACHE_CONTROL, Query, answer, finish};
use crate::app::App;
use crate::db::{DbConnection, categories, listed};
use crate::model::view::View;
use crate::pages_cache::Rendered;
use crate::web::error::{Missing, PageError};
use crate::web::pages::feed_links::view_feed;
use crate::web::pages::reading::{AskedFeed, At, Names};
use crate::web::pages::talks::{find, talk_path};
use crate::wire::feed::{Feed, Format, MAX_ITEMS, MAX_LAST_ITEMS, tag};

/// `GET /{hub}/-/talks/{talk}/rss`, `…/atom`, `…/feed.json`
///
/// A schedule's own pages write the talk's name as the schedule has it: capitals do not count, and
/// nothing is redirected.
pub async fn show_talk(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let format = Format::of_path(request.path()).ok_or(PageError::NotFound(Missing::Page))?;
    let query = Query::of(&request);
    let (hub, talk) = names.into_inner();
    let talk = talk.to_lowercase();
    let asked = AskedFeed {
        names: Names::hub(&hub),
        rest: query.rest(&format!("-/talks/{talk}/{}", format.segment())),
        key: query.key,
        kept_as: request.path().to_lowercase(),
    };
    let reader = app.clone();
    let render = move |connection: &mut DbConnection, at: At| {
        let (feed, is_whole) = render(&reader, connection, &at, &talk, format)?;
        Ok(finish(&reader, feed, &at, is_whole))
    };
    answer(&app, &request, asked, render).await
}

/// The newest posts about a talk, and whether search engines may have them.
fn render(
    app: &App,
    connection: &mut DbConnection,
    at: &At,
    name: &str,
    format: Format,
) -> Result<(Rendered, bool), PageError> {
    let hub = &at.hub;
    let (talk, gate) = find(connection, at, name)?;
    // Of what is over a feed is the whole, if that is possible at all (RFC 5005, 2).
    let most = if hub.closed_at.is_some() { MAX_LAST_ITEMS } else { MAX_ITEMS };
    let mut posts = listed::list_about(connection, hub.id, talk.id, None, most + 1)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let is_all = posts.len() <= most;
    posts.truncate(most);
    let categories = categories::list(connection, hub.id)?;
    let entries = Entry::list(app, connection, hub, &categories, posts)?;
    let key = at.lock.as_ref().map(|lock| lock.feed_key(&app.secrets));
    let page = app.addresses.path(&talk_path(&hub.path(), &talk.slug));
    let icon = icon(app, hub).filter(|_| key.is_none());
    let changed = entries.iter().map(|entry| entry.changed_at);
    let feed = Feed {
        id: &tag(host(app), hub.created_at, &format!("talk/{}/{}", hub.id.0, talk.id.0)),
        title: &format!("{}: {}", hub.title, talk.title),
        page: &page,
        address: &view_feed(&page, format, &View::default(), None, key.as_deref()),
        first: None,
        next: None,
        // It is not pushed: what changes in it is known by its posts.
        hubs: &[],
        description: &format!("What was written about “{}”.", talk.title),
        language: &hub.language,
        changed_at: changed.max().unwrap_or(gate.category.created_at).max(gate.category.created_at),
        is_finished: hub.closed_at.is_some() && is_all,
        is_expired: hub.frozen_at.is_some(),
        icon: icon.as_deref(),
        items: entries.iter().map(|entry| entry.item(&hub.language)).collect(),
    };
    // What the talk itself is called has no date here: the tag alone is asked about.
    let rendered = Rendered::new(format.write(&feed), format.content_type(), CACHE_CONTROL, None);
    let rendered = rendered.with_header(header::LINK, &feed.link_header());
    Ok((rendered, !entries.is_empty()))
}
