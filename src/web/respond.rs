//! Answers: pages for everyone from the cache, pages for one person, redirects.

mod frames;

pub use frames::{framed_error, framed_page, framed_refusal, framing_page, may_be_framed};

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::error::PageError;
use super::extract::Visit;
use super::view::AccentCss;
use super::{own_name, pieces};
use crate::app::App;
use crate::clock::Timestamp;
use crate::model::problems::Problems;
use crate::pages_cache::Rendered;

/// `Content-Type` of pages.
pub const HTML: &str = "text/html; charset=utf-8";
/// After how many seconds no change is under way any more: no request takes longer.
const SETTLED: i64 = 10;
/// Public pages are asked about each time, and answered with 304.
pub const REVALIDATE: &str = "public, no-cache";

/// The policy of what is no page: nothing may be loaded, run or framed.
const BARE_CSP: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// The policy of pages: nothing from elsewhere, no inline code, one style block by its hash.
pub fn page_csp(accent: Option<&AccentCss>) -> String {
    let accent = accent.map(AccentCss::csp_source).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; \
         font-src 'none'; style-src 'self' {accent}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// Renders a template into a public page, to be kept. `modified_at` where everything on it has one
/// date.
pub fn public_page(
    app: &App,
    template: &impl Template,
    accent: Option<&AccentCss>,
    modified_at: Option<Timestamp>,
) -> Result<Rendered, PageError> {
    let body = template.render().map_err(PageError::Template)?;
    let page = Rendered::new(body, HTML, REVALIDATE, modified_at);
    let page = page.with_header(header::CONTENT_SECURITY_POLICY, &page_csp(accent));
    Ok(page.with_defaults(default_headers(app.addresses.is_https())))
}

/// The headers every answer has, unless it has its own (`security.md`, "Headers").
pub fn default_headers(is_https: bool) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    const DEFAULTS: [(HeaderName, HeaderValue); 7] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("geolocation=(), camera=(), microphone=()"),
        ),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(BARE_CSP)),
    ];
    let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
    let strict = is_https.then_some((header::STRICT_TRANSPORT_SECURITY, two_years));
    DEFAULTS.into_iter().chain(strict)
}

/// The page of a form, for one person: 422 where something typed was not accepted.
pub fn form_page(
    problems: &Problems,
    template: &impl Template,
    visit: &Visit,
) -> Result<HttpResponse, PageError> {
    let accepted = problems.is_empty();
    let status = if accepted { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    private_page(status, template, None, visit)
}

/// A page for one person: never kept, and its address goes to nobody else.
pub fn private_page(
    status: StatusCode,
    template: &impl Template,
    accent: Option<&AccentCss>,
    visit: &Visit,
) -> Result<HttpResponse, PageError> {
    let body = template.render().map_err(PageError::Template)?;
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, HTML))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // With `no-referrer`, browsers would send `Origin: null` with the page's forms.
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .insert_header((header::CONTENT_SECURITY_POLICY, page_csp(accent)));
    if let Some(cookie) = &visit.new_cookie {
        response.cookie(cookie.clone());
    }
    Ok(response.body(body))
}

/// `Retry-After`, in whole seconds and none too few: who comes back then is let in.
pub fn retry_after(wait: Duration) -> HeaderValue {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    HeaderValue::from(seconds.max(1))
}

/// After a form: go and GET that page.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// The page stands under another name for good.
pub fn moved(path: &str) -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .finish()
}

/// The page stands there for now: next time, it is asked for here again.
pub fn moved_for_now(path: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .finish()
}

/// The same for whoever may read what stands there: nobody else learns its name.
pub fn moved_for_few(path: &str) -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .finish()
}

/// What is kept under `key`, as an answer; counted, whether it is there or not.
pub fn kept(app: &App, request: &HttpRequest, key: &str) -> Option<HttpResponse> {
    let now = app.clock.now();
    let is_here = |_: &Arc<Rendered>| !own_name::is_at_old_address(request);
    let Some(page) = app.pages.get(key).filter(|page| page.is_fresh(now)).filter(is_here) else {
        app.metrics.cache_misses.increment(1);
        return None;
    };
    app.metrics.cache_hits.increment(1);
    Some(rendered(request, &page, now))
}

/// A kept page or feed: 304 where the client has it, else in the encoding it takes.
///
/// A date has whole seconds, and a change is dated before it is committed: what is dated now may
/// yet be followed by a change of the same second, or of one before. So the date is left out until
/// every change of its second has been committed or given up (RFC 9110, 8.8.2.2).
pub fn rendered(request: &HttpRequest, page: &Rendered, now: Timestamp) -> HttpResponse {
    let in_gzip = !page.is_dense && takes_gzip(request.headers());
    let modified = page.modified.as_ref().filter(|(at, _)| now.seconds() > at.seconds() + SETTLED);
    let date = modified.map(|(at, _)| at.seconds());
    let etag = &page.etags[usize::from(in_gzip)];
    let not_modified = is_not_modified(request, etag, date);
    let status = if not_modified { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = HttpResponse::new(status);
    let headers = response.headers_mut();
    if not_modified {
        headers.insert(header::CACHE_CONTROL, page.cache_control.clone());
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    } else {
        *headers = page.headers.clone();
    }
    headers.insert(header::ETAG, etag.clone());
    if let Some((_, last_modified)) = modified {
        headers.insert(header::LAST_MODIFIED, last_modified.clone());
    }
    if not_modified {
        return response;
    }
    if !in_gzip {
        return response.set_body(pieces::body(page.identity.clone()));
    }
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response.set_body(pieces::body(page.gzip()))
}

/// RFC 9110, 13.2.2: `If-None-Match` decides where it is there; else `If-Modified-Since`.
fn is_not_modified(request: &HttpRequest, etag: &HeaderValue, date: Option<i64>) -> bool {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return false;
    }
    let headers = request.headers();
    let mut tags = headers.get_all(header::IF_NONE_MATCH).peekable();
    if tags.peek().is_some() {
        return tags
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|tag| matches_etag(tag.trim(), etag.to_str().unwrap_or_default()));
    }
    let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    match (since.and_then(parse_http_date), date) {
        (Some(since), Some(date)) => date <= since,
        _ => false,
    }
}

/// The weak comparison (RFC 9110, 8.8.3.2), with the tag of the encoding that would be sent: a 304
/// for another would leave its cache with nothing to serve.
fn matches_etag(tag: &str, etag: &str) -> bool {
    tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
}

fn parse_http_date(text: &str) -> Option<i64> {
    let date: header::HttpDate = text.parse().ok()?;
    let since = std::time::SystemTime::from(date).duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// Whether a client takes gzip: not where it is refused by `q=0`.
///
/// There is no Brotli: at a quality that the first who comes after a change can wait for, it takes as long
/// as gzip, and saves 4 % of a page of fifty posts (10.4 instead of 10.8 KB).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let Some(accepted) = headers.get(header::ACCEPT_ENCODING) else { return false };
    accepted.to_str().unwrap_or_default().split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_it = parts.next().is_some_and(|this| this.eq_ignore_ascii_case("gzip"));
        let is_refused = parts.any(|part| {
            let quality = part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            quality.is_some_and(|quality| quality <= 0.0)
        });
        is_it && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn page() -> Rendered {
        Rendered::new("posts ".repeat(100), HTML, REVALIDATE, Some(at(1_000_000_000)))
    }

    #[test]
    fn each_validator_is_honoured_alone_and_the_tag_wins() {
        let page = page();
        let later = at(1_000_000_100);
        let tag = format!("\"{}\"", page.etag);
        let same = "Sun, 09 Sep 2001 01:46:40 GMT";
        let before = "Sun, 09 Sep 2001 01:46:39 GMT";
        for (headers, expected) in [
            (vec![], 200),
            (vec![("If-None-Match", tag.as_str())], 304),
            (vec![("If-None-Match", &format!("W/{tag}"))], 304),
            (vec![("If-None-Match", &format!("\"x\", W/{tag}"))], 304),
            (vec![("If-None-Match", &format!("\"{}-gz\"", page.etag))], 200),
            (
                vec![
                    ("Accept-Encoding", "gzip"),
                    ("If-None-Match", &format!("\"{}-gz\"", page.etag)),
                ],
                304,
            ),
            (vec![("Accept-Encoding", "gzip"), ("If-None-Match", &tag)], 200),
            (vec![("If-None-Match", "*")], 304),
            (vec![("If-None-Match", "\"other\"")], 200),
            (vec![("If-Modified-Since", same)], 304),
            (vec![("If-Modified-Since", before)], 200),
            (vec![("If-Modified-Since", "yesterday")], 200),
            (vec![("If-None-Match", "\"other\""), ("If-Modified-Since", same)], 200),
            (vec![("If-None-Match", &tag), ("If-Modified-Since", before)], 304),
        ] {
            let mut request = TestRequest::get();
            for header in &headers {
                request = request.insert_header((header.0, header.1));
            }
            let response = rendered(&request.to_http_request(), &page, later);
            assert_eq!(response.status().as_u16(), expected, "{headers:?}");
            assert!(response.headers().contains_key("etag"), "a 304 repeats it too");
            assert!(response.headers().contains_key("cache-control"));
        }
    }

    #[test]
    fn the_date_is_left_out_until_no_other_change_of_its_second_can_follow() {
        let request = TestRequest::get()
            .insert_header(("If-Modified-Since", "Sun, 09 Sep 2001 01:46:40 GMT"))
            .to_http_request();
        for (later, status) in [(0, 200), (1, 200), (SETTLED, 200), (SETTLED + 1, 304)] {
            let response = rendered(&request, &page(), at(1_000_000_000 + later));
            assert_eq!(response.status(), status, "{later}");
            assert_eq!(response.headers().contains_key("last-modified"), status == 304);
        }
    }

    #[test]
    fn a_client_gets_an_encoding_it_takes() {
        for (accepted, expected) in [
            ("gzip, deflate, br", Some("gzip")),
            ("br, GZIP;q=0.5", Some("gzip")),
            ("gzip;q=0, *", None),
            ("br", None),
            ("identity", None),
            ("*", None),
        ] {
            let request =
                TestRequest::get().insert_header(("Accept-Encoding", accepted)).to_http_request();
            let response = rendered(&request, &page(), at(1_000_000_100));
            let got = response.headers().get("content-encoding").map(|v| v.to_str().unwrap());
            assert_eq!(got, expected, "{accepted}");
            assert_eq!(response.headers().get("vary").unwrap(), "Accept-Encoding");
        }
    }
}
