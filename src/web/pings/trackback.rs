//! TrackBack pings: `/tb/{number}[/{passphrase}]`, `/tb?tb_id=&pass=`, `/{hub}/{category}`,
//! `/{hub}/{category}/trackback[/{passphrase}]`.

pub mod answer;
mod opened;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::actions::receive_ping::{self, Incoming, ReceiveError};
use crate::actions::resolve::{PingAddress, find_gate};
use crate::app::{App, Gate};
use crate::db::DbError;
use crate::db::listed;
use crate::model::ping::{CameBy, CharsetFrom, LISTED_EXCERPT};
use crate::model::sent::Sent;
use crate::model::text;
use crate::secret::Secret;
use crate::web::error::PageError;
use crate::web::extract::{client, read_body};
use crate::wire::trackback::{
    self, Charset, CharsetSource, FORWARDED_HEADER, Listing, ListingItem, MAX_BODY, MAX_LISTED,
};
use answer::{Refusal, answer};
use opened::show_gate;

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
    let body = tokio::time::timeout(BODY_WITHIN, read_body(payload, MAX_BODY)).await;
    let body = body.unwrap_or(Err(PageError::TimedOut)).map_err(Refusal::Body)?;
    let content_type =
        request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
    let ping = trackback::parse(content_type, &body).map_err(Refusal::Parse)?;
    let typed = passphrase.as_deref().or(ping.passphrase.as_deref()).map(str::to_owned);
    in_time(async {
        let gate = gate_for(app, request, address, typed.as_deref()).await?;
        store(app, request, &gate, ping, passphrase).await
    })
    .await
}

/// What finds a category and stores a ping, given up where its sender has given up.
async fn in_time<T>(work: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    let done = tokio::time::timeout(ANSWER_WITHIN, work).await;
    done.unwrap_or(Err(Refusal::Ping(ReceiveError::Busy)))
}

/// The category that is pinged. One that is not there takes as long to say so as one that is not
/// for everybody to know of.
async fn gate_for(
    app: &App,
    request: &HttpRequest,
    address: Option<PingAddress>,
    typed: Option<&str>,
) -> Result<Arc<Gate>, Refusal> {
    let what = format!("{address:?}");
    match gate_of(app, address).await {
        Err(Refusal::NoSuchCategory) => {
            match receive_ping::resemble(app, &what, typed, client(app, request)).await {
                Err(ReceiveError::Busy) => Err(Refusal::Ping(ReceiveError::Busy)),
                Ok(()) | Err(_) => Err(Refusal::NoSuchCategory),
            }
        }
        found => found,
    }
}

async fn gate_of(app: &App, address: Option<PingAddress>) -> Result<Arc<Gate>, Refusal> {
    let address = address.ok_or(Refusal::NoSuchCategory)?;
    let gate = find_gate(app, address).await;
    gate.map_err(ReceiveError::Database).map_err(Refusal::Ping)?.ok_or(Refusal::NoSuchCategory)
}

async fn store(
    app: &App,
    request: &HttpRequest,
    gate: &Arc<Gate>,
    ping: trackback::Ping,
    passphrase: Option<String>,
) -> Result<receive_ping::Received, Refusal> {
    let by_get = *request.method() == Method::GET;
    let incoming = Incoming {
        forwarded: ping.forwarded || request.headers().contains_key(FORWARDED_HEADER),
        title: ping.title,
        excerpt: ping.excerpt,
        blog_name: ping.blog_name,
        passphrase: passphrase.or(ping.passphrase).map(Secret::new),
        read_as: Some(Sent { by_get, ..Sent::of(ping.charset.name, read_from(ping.charset)) }),
        ..Incoming::of(ping.url, CameBy::Trackback, client(app, request))
    };
    receive_ping::receive(app, gate, incoming).await.map_err(|error| {
        if gate.is_secret() && error.reveals_category() {
            Refusal::NoSuchCategory
        } else {
            Refusal::Ping(error)
        }
    })
}

const fn read_from(charset: Charset) -> CharsetFrom {
    match charset.read_from {
        CharsetSource::Field => CharsetFrom::Field,
        CharsetSource::Header => CharsetFrom::Header,
        CharsetSource::Utf8 => CharsetFrom::Utf8,
        CharsetSource::Fallback => CharsetFrom::Fallback,
    }
}

/// `GET`: a ping by GET, the old listing with `__mode=rss`, and for people in a browser the
/// category's page, or its form.
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<Names>,
    query: Option<web::Query<Query>>,
) -> HttpResponse {
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let (address, passphrase) = names.into_inner().address(&query);
    if is_a_ping(&request) {
        return receive_get(&app, &request, address, passphrase).await;
    }
    match show_gate(&app, &request, address, passphrase.as_deref(), &query).await {
        Ok(response) => response,
        Err(refusal) => answer(&app, Err(refusal)),
    }
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
    let page = app.addresses.path(&gate.hub.category_path(&gate.category.slug));
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

/// Whether a GET would ping: it names a post.
pub fn is_a_ping(request: &HttpRequest) -> bool {
    let mut fields = url::form_urlencoded::parse(request.query_string().as_bytes());
    fields.any(|(name, _)| name == "url")
}

/// A ping by GET (TrackBack 1.0), where the category takes them.
pub async fn receive_get(
    app: &App,
    request: &HttpRequest,
    address: Option<PingAddress>,
    passphrase: Option<String>,
) -> HttpResponse {
    let received = in_time(take_in_get(app, request, address, passphrase)).await;
    answer(app, received)
}

async fn take_in_get(
    app: &App,
    request: &HttpRequest,
    address: Option<PingAddress>,
    passphrase: Option<String>,
) -> Result<receive_ping::Received, Refusal> {
    if !is_meant(request) {
        return Err(Refusal::MustPost);
    }
    let ping = trackback::parse_query(request.query_string());
    let typed = ping.as_ref().ok().and_then(|ping| ping.passphrase.as_deref());
    let typed = passphrase.as_deref().or(typed);
    let gate = gate_for(app, request, address, typed).await?;
    if !gate.category.takes_get {
        // Of a category that is not public nobody learns that it is there.
        return Err(if gate.is_secret() { Refusal::NoSuchCategory } else { Refusal::MustPost });
    }
    let ping = ping.map_err(|error| match gate.is_secret() {
        true => Refusal::NoSuchCategory,
        false => Refusal::Parse(error),
    })?;
    let passphrase = passphrase.or_else(|| ping.passphrase.clone());
    store(app, request, &gate, ping, passphrase).await
}

/// Whether somebody means to ping by this GET: not a HEAD, and not a browser that looks ahead,
/// loads a picture or follows somebody else's link. Software of 2002 says nothing of the kind.
fn is_meant(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site").map(header::HeaderValue::as_bytes);
    let from_us_or_typed = matches!(site, None | Some(b"none" | b"same-origin"));
    is_opened(request) && from_us_or_typed
}

/// Whether somebody opens this as a page: not a HEAD, and not a browser that looks ahead or loads a
/// picture.
fn is_opened(request: &HttpRequest) -> bool {
    let says = |name: &str, word: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.contains(word))
    };
    let looks_ahead =
        ["sec-purpose", "purpose", "x-purpose", "x-moz"].into_iter().any(|name| says(name, "pre"));
    let is_page =
        !request.headers().contains_key("sec-fetch-dest") || says("sec-fetch-dest", "document");
    *request.method() == Method::GET && !looks_ahead && is_page
}
