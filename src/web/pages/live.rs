//! What is listed in a hub or category, told as it is listed: server-sent events.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::sync::mpsc;

use super::reading::{self, Entered, Names};
use crate::actions::live;
use crate::app::{App, Listener};
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::listed::Listed;
use crate::limits::Place;
use crate::model::mark::Mark;
use crate::secret::random_bytes;
use crate::web::error::PageError;
use crate::web::events;
use crate::web::extract::{Visit, client};
use crate::wire::events::retry;

/// How long one stream lasts: whether its reader may still read is asked when they come back.
const LASTS: Duration = Duration::from_secs(1_800);
/// What is told and not yet taken by a slow connection, in looks: more, and it is closed.
const BACKLOG: usize = 8;

/// Where is told what is listed in a hub or category.
pub fn path(hub: &Hub, category: Option<&Category>) -> String {
    match category {
        Some(category) => format!("{}/live", hub.category_path(&category.slug)),
        None => format!("{}/-/live", hub.path()),
    }
}

/// The first of these posts: what its reader knows of already.
pub fn newest(posts: &[Listed]) -> Mark {
    let newest = posts.first().and_then(|post| Some((post.listed_at?, post.public_id)));
    newest.map_or(Mark::BEGINNING, |(at, id)| Mark { at, id })
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    /// The newest post that stands on the page; a browser that comes back says so in a header.
    after: Option<String>,
}

/// `GET /{hub}/-/live`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    show(app, &request, &Names::hub(&slug), "/-/live", &query, &visit).await
}

/// `GET /{hub}/{category}/live`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let names = Names::category(&names.0, &names.1);
    show(app, &request, &names, "/live", &query, &visit).await
}

async fn show(
    app: web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    rest: &str,
    query: &Query,
    visit: &Visit,
) -> Result<HttpResponse, PageError> {
    let at = match reading::enter(&app, request, names, rest, visit).await? {
        Entered::In(at) => at,
        Entered::Answer(answer) => return Ok(answer),
    };
    let seat = app.live.seat(client(&app, request)).ok_or(PageError::Busy)?;
    // Those who listen have seats of their own, and take no place from those who read.
    if let Some(place) = request.conn_data::<Place>() {
        place.leave();
    }
    let (tell_them, told) = mpsc::channel(BACKLOG);
    // There is room: nothing was told yet.
    let _told = tell_them.try_send(Bytes::from(retry(come_back_after())));
    if *request.method() == Method::GET {
        let listener = Listener {
            category: at.category.map(|category| category.id),
            lock: at.lock,
            after: after(request, query),
            until: app.clock.monotonic() + LASTS,
            events: tell_them,
        };
        live::listen(&app, at.hub.id, listener);
    }
    Ok(events::stream(told, seat))
}

/// The last post they know of: what a browser that comes back says, before what its page said.
fn after(request: &HttpRequest, query: &Query) -> Option<Mark> {
    let said = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
    said.and_then(Mark::parse).or_else(|| query.after.as_deref().and_then(Mark::parse))
}

/// Three to eight seconds, so that those who were sent away together do not come back together.
fn come_back_after() -> Duration {
    let [a, b] = random_bytes();
    Duration::from_millis(3_000 + u64::from(u16::from_be_bytes([a, b])) % 5_000)
}
