//! For the operator's machines: health, metrics; and what robots may read.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::{Missing, PageError};
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

/// `GET /robots.txt`
pub async fn show_robots() -> HttpResponse {
    text(
        // With `$` and slashes: /manage must not shut out a hub called /management. Receipts are
        // not named here: robots must read them to see that they ask not to be indexed.
        "User-agent: *\nDisallow: /manage$\nDisallow: /manage/\nDisallow: /operator$\n\
         Disallow: /account$\nDisallow: /account/\nDisallow: /signin$\nDisallow: /signin?\n\
         Disallow: /signup$\nDisallow: /signup/\nDisallow: /reset$\nDisallow: /reset/\n\
         Disallow: /tb/\nDisallow: /tb?\n",
    )
}

fn text(body: &'static str) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(body)
}
