//! For the operator's machines: health, metrics; and what robots may read.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::{Missing, PageError};
use super::own_name;
use crate::app::App;
use crate::db::health;
use crate::secret::same;

/// `GET /healthz`: the process answers.
pub async fn show_health() -> HttpResponse {
    text("ok\n")
}

/// `GET /readyz`: the database answers, and takes writes.
pub async fn show_ready(app: web::Data<App>) -> HttpResponse {
    match app.db.write(|tx| health::check(tx.reading())).await {
        Ok(()) => text("ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable()
                .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
                .body("the database does not answer\n")
        }
    }
}

/// `GET /metrics`: for this machine, and for holders of the token.
pub async fn show_metrics(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let by_token = app
        .config
        .http
        .metrics_token
        .as_ref()
        .is_some_and(|token| same(token.expose().as_bytes(), sent.as_bytes()));
    // A proxy on this machine forwards strangers: what it forwards is not from here.
    let forwarded = request.headers().contains_key("x-forwarded-for")
        || request.headers().contains_key(header::FORWARDED);
    let from_here = request.peer_addr().is_some_and(|peer| peer.ip().is_loopback()) && !forwarded;
    if !by_token && !from_here {
        return Err(PageError::NotFound(Missing::Page));
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(app.metrics.render()))
}

/// What robots may not read. With `$` and slashes: /manage must not shut out a hub called
/// /management. Receipts are not named here: robots must read them to see that they ask not to be
/// indexed. Streams never end, and searches are made for each who asks.
const CLOSED_TO_ROBOTS: &[&str] = &[
    "/manage$",
    "/manage/",
    "/operator$",
    "/operator/",
    "/account$",
    "/account/",
    "/signin$",
    "/signin?",
    "/signup$",
    "/signup/",
    "/reset$",
    "/reset/",
    "/invite/",
    "/m/",
    "/unsubscribe/",
    "/tb/",
    "/tb?",
    "/*/*/live$",
    "/*/*/live?",
    "/*?q=",
    "/*&q=",
];

/// The same under a hub's own name.
const CLOSED_UNDER_A_NAME: &[&str] = &["/tb/", "/tb?", "/*/live$", "/*/live?", "/*?q=", "/*&q="];

/// `GET /robots.txt`
pub async fn show_robots(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let home = own_name::home(&request);
    let closed = if home.is_some() { CLOSED_UNDER_A_NAME } else { CLOSED_TO_ROBOTS };
    let mut robots = String::from("User-agent: *\n");
    for path in closed {
        robots.push_str(&format!("Disallow: {path}\n"));
    }
    let sitemap = app.addresses.under(home.as_deref().unwrap_or_default()).path("/sitemap.xml");
    robots.push_str(&format!("\nSitemap: {sitemap}\n"));
    text(robots)
}

/// What a proxy asks before it gets a certificate for a name.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Wanted {
    domain: String,
}

/// `GET /-/ask?domain=…`: whether a name is this site's, or a hub's that proved it. From memory: a
/// flood of handshakes asks no database.
pub async fn ask_for_certificate(
    app: web::Data<App>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, PageError> {
    let name = wanted.domain.trim_end_matches('.').to_ascii_lowercase();
    let names = app.names().await;
    let is_hubs = names.of_host(&name).is_some_and(|named| !named.is_suspended);
    if is_hubs || app.addresses.base().host_str() == Some(&name) {
        Ok(text("yes\n"))
    } else {
        Err(PageError::NotFound(Missing::Page))
    }
}

fn text(body: impl Into<String>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(body.into())
}
