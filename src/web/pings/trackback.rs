//! TrackBack pings: `/tb/{number}[/{passphrase}]`, `/tb?tb_id=&pass=`, `/{hub}/{category}`,
//! `/{hub}/{category}/trackback[/{passphrase}]`.

mod answer;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::actions::receive_ping::{self, Incoming, ReceiveError};
use crate::actions::resolve::{PingAddress, find_gate};
use crate::app::{App, Gate};
use crate::db::DbError;
use crate::db::listed;
use crate::model::ping::{CameBy, LISTED_EXCERPT};
use crate::model::text;
use crate::secret::Secret;
use crate::web::error::PageError;
use crate::web::extract::{client, read_body};
use crate::web::respond;
use crate::wire::trackback::{self, FORWARDED_HEADER, Listing, ListingItem, MAX_BODY, MAX_LISTED};
use answer::{Refusal, answer};

/// How long a ping's body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(9);
/// Senders give up after 3 seconds (`decisions.md`, "Time"). A ping that is stored after this
/// was answered is taken for the same one when it comes again.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_700);

/// The names in a ping address.
#[derive(Debug, serde::Deserialize)]
pub struct Names {
    number: Option<i64>,
    hub: Option<String>,
    category: Option<String>,
    passphrase: Option<String>,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    tb_id: Option<String>,
    pass: Option<String>,
    __mode: Option<String>,
    url: Option<String>,
}

impl Names {
    fn address(self, query: &Query) -> (Option<PingAddress>, Option<String>) {
        let address = match (self.number, self.hub, self.category) {
            (Some(number), _, _) => Some(PingAddress::Number(number)),
            (None, Some(hub), Some(category)) => Some(PingAddress::Slugs(hub, category)),
            _ => query.tb_id.as_deref().and_then(|id| id.parse().ok()).map(PingAddress::Number),
        };
        (address, self.passphrase.or_else(|| query.pass.clone()))
    }
}

/// `POST`: a ping.
pub async fn receive(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<Names>,
    query: Option<web::Query<Query>>,
    payload: web::Payload,
) -> HttpResponse {
    let started = app.clock.monotonic();
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let received = take_in(&app, &request, names.into_inner(), &query, payload).await;
    let took = app.clock.monotonic().saturating_sub(started);
    app.metrics.ping_seconds.record(took.as_secs_f64());
    answer(&app, received)
}

async fn take_in(
    app: &App,
    request: &HttpRequest,
    names: Names,
    query: &Query,
    payload: web::Payload,
) -> Result<receive_ping::Received, Refusal> {
    let (address, passphrase) = names.address(query);
    let address = address.ok_or(Refusal::NoSuchCategory)?;
    let body = tokio::time::timeout(BODY_WITHIN, read_body(payload, MAX_BODY)).await;
    let body = body.unwrap_or(Err(PageError::TimedOut)).map_err(Refusal::Body)?;
    let content_type =
        request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
    let ping = trackback::parse(content_type, &body).map_err(Refusal::Parse)?;
    let gate =
        find_gate(app, address).await.map_err(ReceiveError::Database).map_err(Refusal::Ping)?;
    let gate = gate.ok_or(Refusal::NoSuchCategory)?;
    let incoming = Incoming {
        forwarded: ping.forwarded || request.headers().contains_key(FORWARDED_HEADER),
        title: ping.title,
        excerpt: ping.excerpt,
        blog_name: ping.blog_name,
        passphrase: passphrase.or(ping.passphrase).map(Secret::new),
        ..Incoming::of(ping.url, CameBy::Trackback, client(app, request))
    };
    let received =
        tokio::time::timeout(ANSWER_WITHIN, receive_ping::receive(app, &gate, incoming)).await;
    received.unwrap_or(Err(ReceiveError::Busy)).map_err(|error| Refusal::in_zone(error, &gate))
}

/// `GET`: the old listing with `__mode=rss`, a sentence for those who would ping by GET, and for
/// people in a browser the category's page.
pub async fn show(
    app: web::Data<App>,
    names: web::Path<Names>,
    query: Option<web::Query<Query>>,
) -> HttpResponse {
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let (address, _) = names.into_inner().address(&query);
    match show_gate(&app, address, &query).await {
        Ok(response) => response,
        Err(refusal) => answer(&app, Err(refusal)),
    }
}

async fn show_gate(
    app: &App,
    address: Option<PingAddress>,
    query: &Query,
) -> Result<HttpResponse, Refusal> {
    if query.url.is_some() {
        return Err(Refusal::MustPost);
    }
    let failed = |error| Refusal::Ping(ReceiveError::Database(error));
    let address = address.ok_or(Refusal::NoSuchCategory)?;
    let gate = find_gate(app, address).await.map_err(failed)?.ok_or(Refusal::NoSuchCategory)?;
    if query.__mode.as_deref() == Some("rss") {
        return list(app, gate).await.map_err(failed);
    }
    let page = format!("/{}/{}", gate.hub.slug, gate.category.slug);
    Ok(respond::see_other(&page))
}

/// The listing of TrackBack 1.0 and 1.1: the newest fifteen.
pub async fn list(app: &App, gate: Arc<Gate>) -> Result<HttpResponse, DbError> {
    if gate.hub.suspended_at.is_some() {
        return Ok(answer(app, Err(Refusal::Ping(ReceiveError::Suspended))));
    }
    let (hub, category) = (gate.hub.id, gate.category.id);
    let newest = i64::try_from(MAX_LISTED).unwrap_or(15);
    let posts = app.db.read(move |c| listed::list(c, hub, Some(category), None, newest)).await?;
    let excerpts: Vec<String> =
        posts.iter().map(|post| text::shorten(&post.excerpt, LISTED_EXCERPT)).collect();
    let page = app.addresses.category(&gate.hub.slug, &gate.category.slug);
    let listing = Listing {
        title: &gate.category.title,
        link: &page,
        description: &gate.category.description,
        language: &gate.hub.language,
        items: posts
            .iter()
            .zip(&excerpts)
            .map(|(post, excerpt)| ListingItem {
                title: &post.title,
                link: &post.url,
                description: (!excerpt.is_empty()).then_some(excerpt.as_str()),
            })
            .collect(),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, trackback::CONTENT_TYPE))
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(trackback::listing(&listing)))
}

/// The answer to a ping by GET: those who would send one are told to use POST.
pub fn refuse_get(app: &App) -> HttpResponse {
    answer(app, Err(Refusal::MustPost))
}
