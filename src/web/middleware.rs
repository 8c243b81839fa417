//! What holds for every request: an id, a time limit, headers, a line in the log, error pages.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};
use askama::Template;

use super::canonical;
use super::error::{Missing, PageError};
use super::extract::is_empty;
use super::held_payload::HeldPayload;
use super::own_name;
use super::respond::{self, HTML, page_csp};
use crate::app::App;
use crate::clock::Timestamp;
use crate::metrics::Door;
use crate::pages_cache::Rendered;
use crate::wire::feed::Format;

/// The longest a request may take, its body included (`security.md`, finding 1).
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Ends a request that takes too long; counts, logs, adds the headers every answer has, and makes
/// the pages of errors.
///
/// All in one: each middleware is one more box, and one more copy of the answer, for each request.
pub async fn around(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let Some(app) = app else { return next.call(request).await.map(|r| r.map_into_boxed_body()) };
    let elsewhere = own_name::meet(&app, &mut request).await;
    let door = door(request.path(), request.method());
    if let Some(mut elsewhere) = elsewhere {
        add_headers(&app, elsewhere.headers_mut());
        app.metrics.request(door, elsewhere.status().as_u16());
        return Ok(request.into_response(elsewhere));
    }
    let now = app.clock.now();
    if let Some(page) = kept(&app, &request, now) {
        app.metrics.cache_hits.increment(1);
        let mut response = respond::rendered(request.request(), &page, now);
        own_name::suit(request.request(), response.headers_mut());
        app.metrics.request(door, response.status().as_u16());
        return Ok(request.into_response(response));
    }
    if let Some(mut moved) = canonical::moved(request.request()) {
        own_name::lead_outward(request.request(), moved.headers_mut());
        add_headers(&app, moved.headers_mut());
        app.metrics.request(door, moved.status().as_u16());
        return Ok(request.into_response(moved));
    }
    let started = app.clock.monotonic();
    let held = HeldPayload::of_unfinished(&mut request);
    let method = request.method().clone();
    // A body that dribbles in, above all, ends here.
    let answered = tokio::time::timeout(TIME_LIMIT, caught(&app, next.call(request))).await;
    let answered = answered.unwrap_or_else(|_elapsed| Err(PageError::TimedOut.into()));
    let mut response = match answered {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => return Err(without_request(&app, error, door, &method, held)),
    };
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        response = with_error_page(&app, response);
    }
    if response.headers().contains_key(header::LOCATION) {
        let asked = response.request().clone();
        own_name::lead_outward(&asked, response.headers_mut());
    }
    // What a 304 says replaces what the client keeps (RFC 9111, 3.2): a page would lose its policy.
    if response.status() != StatusCode::NOT_MODIFIED {
        add_headers(&app, response.headers_mut());
        let asked = response.request().clone();
        own_name::suit(&asked, response.headers_mut());
    }
    app.metrics.request(door, response.status().as_u16());
    log(&app, &response, started);
    Ok(match held {
        Some(held) => response.map_body(|_, body| held.until_answered(body)),
        None => response,
    })
}

/// Makes an error of a panic, which would else end the connection without an answer.
async fn caught<T>(app: &App, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut work = pin!(work);
    poll_fn(|context| {
        // What panicked is dropped, and what it shared is behind locks that forgive.
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))).unwrap_or_else(|_panic| {
            app.metrics.panic("request");
            Poll::Ready(Err(PageError::Panicked.into()))
        })
    })
    .await
}

/// The kept page of a request, if there is one. It is the same for everyone and whole with its
/// headers: it is answered at the door, and nothing is routed.
fn kept(app: &App, request: &ServiceRequest, now: Timestamp) -> Option<Arc<Rendered>> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_old = own_name::is_at_old_address(request.request());
    if !reads || is_old || !request.query_string().is_empty() {
        return None;
    }
    let key = own_name::key(request.request(), request.path());
    app.pages.get(&key).filter(|page| page.is_fresh(now))
}

/// The answer where the request was given up, and with it what it was: a time-out, or a panic.
fn without_request(
    app: &App,
    error: Error,
    door: Door,
    method: &Method,
    held: Option<HeldPayload>,
) -> Error {
    let id = request_id();
    let mut response = error.error_response();
    if let Some(error) = error.as_error::<PageError>() {
        let page = error.page(&id, None, app.clock.now()).render().unwrap_or_default();
        response = response.set_body(BoxBody::new(page));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    add_headers(app, response.headers_mut());
    app.metrics.request(door, response.status().as_u16());
    let status = response.status();
    if status.is_server_error() {
        tracing::error!(%method, %error, request_id = %id, "a request failed");
    } else {
        tracing::info!(%method, status = status.as_u16(), request_id = %id, "given up");
    }
    let response = match held {
        Some(held) => response.map_body(|_, body| held.until_answered(body)),
        None => response,
    };
    InternalError::from_response(error, response).into()
}

/// An id that is in the answer and in the log: enough to find one line among a day's.
fn request_id() -> String {
    crate::model::id::encode(&crate::secret::random_bytes::<10>())
}

/// Gives an empty error answer its page. Answers with a body of their own (XML, text) stay.
fn with_error_page(app: &App, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let request_id = request_id();
    let fallback;
    let error = match response.response().error().and_then(|error| error.as_error()) {
        Some(error) => error,
        None => {
            fallback = match response.status() {
                StatusCode::NOT_FOUND => PageError::NotFound(Missing::Page),
                StatusCode::METHOD_NOT_ALLOWED => PageError::Method,
                StatusCode::PAYLOAD_TOO_LARGE => PageError::TooLarge,
                StatusCode::REQUEST_TIMEOUT => PageError::TimedOut,
                StatusCode::SERVICE_UNAVAILABLE => PageError::Busy,
                _ => PageError::BadRequest("The request could not be understood."),
            };
            &fallback
        }
    };
    if response.status().is_server_error() {
        tracing::error!(%request_id, error = %chain(error), "a request failed");
    }
    let retry_after = error.retry_after();
    let page = error.page(&request_id, again(response.request()), app.clock.now());
    let policy = page_csp(page.hub.as_ref().map(|hub| &hub.accent));
    let page = page.render().unwrap_or_default();
    let is_bare = is_empty(response.response().body().size());
    let mut response = response;
    let headers = response.headers_mut();
    if let Some(wait) = retry_after {
        headers.insert(header::RETRY_AFTER, respond::retry_after(wait));
    }
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    if !is_bare {
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.map_body(|_, _| BoxBody::new(page))
}

/// What was asked for, where a link can ask for it again: here, and by looking.
fn again(request: &HttpRequest) -> Option<String> {
    let path = own_name::asked(request)?;
    let is_here = path.starts_with('/') && !path.starts_with("//");
    (request.method() == Method::GET && is_here).then_some(path)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        source = error.source();
    }
    text
}

/// The headers every answer has, unless it has its own. What may be framed is not refused by the
/// older header.
fn add_headers(app: &App, headers: &mut HeaderMap) {
    let is_framed = respond::may_be_framed(headers);
    for (name, value) in respond::default_headers(app.addresses.is_https()) {
        let is_refusal = is_framed && name == header::X_FRAME_OPTIONS;
        if !is_refusal && !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}

fn door(path: &str, method: &Method) -> Door {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "healthz" | "readyz" | "metrics" => Door::Ops,
        "assets" | "favicon.ico" | "robots.txt" => Door::Asset,
        "manage" | "operator" | "account" | "signin" | "signout" | "signup" | "reset" | "m"
        | "unsubscribe" => Door::Desk,
        "tb" | "webmention" | "websub" | "xmlrpc" => Door::Ping,
        _ if Format::of_path(path).is_some() || path.ends_with("/opml") => Door::Feed,
        _ if *method == Method::POST && !path.ends_with("/add") && !path.ends_with("/report") => {
            Door::Ping
        }
        _ => Door::Page,
    }
}

/// One line a request: reads that went well only at `debug`. The route's pattern stands in it and
/// never the path, which may hold a passphrase or a token (`security.md` T29).
fn log(app: &App, response: &ServiceResponse<BoxBody>, started: Duration) {
    let status = response.status().as_u16();
    let method = response.request().method();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let quiet = reads && status < 500;
    if quiet && !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let took = app.clock.monotonic().saturating_sub(started);
    let pattern = response.request().match_pattern();
    let route = pattern.as_deref().unwrap_or("(no route)");
    let id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    let request_id = id.map_or_else(request_id, str::to_owned);
    let ms = took.as_micros() as f64 / 1_000.0;
    if quiet {
        tracing::debug!(%method, route, status, ms, %request_id, "answered");
    } else {
        tracing::info!(%method, route, status, ms, %request_id, "answered");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App as Actix, HttpResponse, web};
    use clap::Parser;

    use super::*;
    use crate::clock::Clock;
    use crate::config::Config;

    #[derive(Parser)]
    struct Args {
        #[command(flatten)]
        config: Config,
    }

    async fn falls() -> HttpResponse {
        panic!("what was promised")
    }

    #[actix_web::test]
    async fn a_panic_is_answered_counted_and_takes_nothing_with_it() {
        let data = tempfile::tempdir().unwrap();
        let mut config = Args::parse_from(["backchannel"]).config;
        config.database.data = data.path().to_owned();
        let bound = ([127, 0, 0, 1], 1).into();
        let app = Arc::new(App::open(config, Clock::system(), bound).unwrap());
        let site = Actix::new()
            .app_data(web::Data::from(Arc::clone(&app)))
            .wrap(from_fn(around))
            .route("/falls", web::get().to(falls))
            .route("/stands", web::get().to(HttpResponse::Ok));
        let site = init_service(site).await;
        let ask = |path: &str| TestRequest::get().uri(path).to_request();
        let fallen = actix_web::test::try_call_service(&site, ask("/falls")).await.unwrap_err();
        let fallen = fallen.error_response();
        assert_eq!(fallen.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(fallen.headers().contains_key("content-security-policy"));
        let page = actix_web::body::to_bytes(fallen.into_body()).await.unwrap();
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains("Something broke here") && !page.contains("promised"), "{page}");
        let standing = call_service(&site, ask("/stands")).await;
        assert_eq!(standing.status(), StatusCode::OK);
        assert!(read_body(standing).await.is_empty());
        let metrics = app.metrics.render();
        assert!(metrics.contains("panics_total{ended=\"request\"} 1"), "{metrics}");
    }
}
