//! Hubs under names of their own: which hub a request's Host means, and where old addresses lead.
//!
//! A path under a hub's own name stands for one of this site's (`/keynotes` for `/sxsw/keynotes`),
//! and is routed, kept and answered as that one. Nothing is made of a Host that is no hub's name.

use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::uri::PathAndQuery;
use actix_web::http::{Method, Uri};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::extract::CookieNames;
use super::pings::trackback;
use super::respond;
use crate::app::{App, Named, Names};
use crate::model::own_name::{ELSEWHERE, inward};

/// A request under a hub's own name.
#[derive(Debug, Clone)]
struct Under {
    named: Arc<Named>,
    /// What was asked for, as it was asked for.
    asked: Arc<str>,
    /// Whether its path stands for another one.
    is_inside: bool,
}

/// A request for a page of a hub that has a name of its own, at this site's address.
#[derive(Debug, Clone, Copy)]
struct AtOldAddress;

/// What the outermost door makes of a request's Host: an answer, where its page is elsewhere. Else
/// the request stands for a path of this site from here on.
pub async fn meet(app: &App, request: &mut ServiceRequest) -> Option<HttpResponse> {
    let names = app.names().await;
    if names.is_empty() {
        return None;
    }
    let named = host(request.request()).and_then(|host| names.of_host(&host).cloned());
    // A name that is not in use tells nobody what is locked.
    match named.filter(|named| named.used.is_some() || !named.is_locked) {
        Some(named) => go_inside(app, request, named),
        None => go_out(app, request, &names),
    }
}

/// The name that was asked, without a port. `X-Forwarded-Host` is not believed: proxies hand on what
/// strangers wrote there, and would keep the page of one name for another.
fn host(request: &HttpRequest) -> Option<String> {
    let sent = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let asked = sent.or_else(|| request.uri().host())?;
    let name = asked.rsplit_once(':').map_or(asked, |(name, _port)| name);
    Some(name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase())
}

fn first_segment(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// Under a hub's own name.
fn go_inside(app: &App, request: &mut ServiceRequest, named: Arc<Named>) -> Option<HttpResponse> {
    let asked: Arc<str> = request.uri().path_and_query().map_or("/", PathAndQuery::as_str).into();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let first = first_segment(request.path());
    if reads && ELSEWHERE.contains(&first) {
        let path = if first == "hubs" { "/" } else { &*asked };
        return Some(respond::moved(&app.addresses.path(path)));
    }
    let inside = path_inside(&named.slug, request.path());
    if reads && !named.is_used() && inside != request.path() {
        // It is proved, and not in use yet, or not any more.
        let page = inside.strip_prefix(&format!("/{}", named.slug)).unwrap_or_default();
        let home =
            named.used.clone().unwrap_or_else(|| app.addresses.path(&format!("/{}", named.slug)));
        let query = asked.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        return Some(respond::see_other(&format!("{home}{page}{query}")));
    }
    let is_inside = inside != request.path();
    if is_inside && !stand_for(request, &inside) {
        return None;
    }
    request.extensions_mut().insert(Under { named, asked, is_inside });
    None
}

/// The path of this site that one under a hub's own name stands for. The hub's pictures, frames and
/// badges are at the same path under every name, so that receipts show them, too; those of other
/// hubs are not there.
fn path_inside(slug: &str, path: &str) -> String {
    let of_hub = |path: &str| {
        let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(slug));
        rest.map(str::to_owned)
    };
    let is_picture = |path| of_hub(path).is_some_and(|rest| rest.starts_with("/-/picture/"));
    let beside = ["/embed", "/badge"].iter().find_map(|place| path.strip_prefix(place));
    let is_beside = |rest| {
        of_hub(rest).is_some_and(|rest| matches!(&*rest, "" | ".svg") || rest.starts_with('/'))
    };
    match beside {
        Some(rest) if is_beside(rest) => path.to_owned(),
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/{slug}{path}"),
        _ if is_picture(path) => path.to_owned(),
        _ => inward(slug, path),
    }
}

/// Has a request stand for another path of this site, with what stood behind its `?`.
fn stand_for(request: &mut ServiceRequest, path: &str) -> bool {
    let text = match request.query_string() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(text).ok();
    let Ok(uri) = Uri::from_parts(parts) else { return false };
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
    true
}

/// At this site's address: pages and feeds of a hub with a name of its own are there. Pings are
/// taken in place.
fn go_out(app: &App, request: &ServiceRequest, names: &Names) -> Option<HttpResponse> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let slug = first_segment(request.path());
    let named = names.of_slug(slug).filter(|named| reads && !named.is_suspended)?;
    let is_listing = request.query_string().contains("__mode=");
    let rest = request.path().strip_prefix('/')?.strip_prefix(slug)?;
    if is_listing || rest.starts_with("/-/picture/") || trackback::is_a_ping(request.request()) {
        return None;
    }
    // Whoever may read what is locked is led on once that is known; nobody else learns where to.
    let may_be_member = request.cookie(CookieNames::of(app).session).is_some();
    if named.is_locked || may_be_member {
        request.extensions_mut().insert(AtOldAddress);
        return None;
    }
    let asked = request.uri().path_and_query()?.as_str();
    let rest = asked.strip_prefix('/')?.strip_prefix(slug)?;
    let there = asked.is_ascii().then(|| format!("{}{rest}", named.home))?;
    // A ping address may hold a passphrase, and is kept nowhere.
    let is_address = rest.contains("/trackback");
    Some(if is_address { respond::moved_for_few(&there) } else { respond::moved(&there) })
}

/// Whether this is a page of a hub with a name of its own, at this site's address.
pub fn is_at_old_address(request: &HttpRequest) -> bool {
    request.extensions().get::<AtOldAddress>().is_some()
}

/// A request of ours, by which a hub is taken home: under no name, and content with that.
#[derive(Debug, Clone, Copy)]
pub struct FromInside;

/// Whether a request is one.
pub fn is_inside(request: &HttpRequest) -> bool {
    request.extensions().contains::<FromInside>()
}

/// Under which name of a hub a request came: its home; none at this site's address.
pub fn home(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<Under>().map(|under| under.named.home.clone())
}

/// Where a path of this site is, seen from where the request came.
pub fn outward(request: &HttpRequest, path: &str) -> String {
    let extensions = request.extensions();
    let inside = extensions.get::<Under>().filter(|under| under.is_inside);
    let rest = inside.and_then(|under| {
        let rest = path.strip_prefix('/')?.strip_prefix(&under.named.slug)?;
        (rest.is_empty() || rest.starts_with(['/', '?', '#'])).then_some(rest)
    });
    match rest {
        // Two slashes at the front would lead to another site.
        Some(rest) if rest.starts_with("//") => path.to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        Some(rest) => format!("/{rest}"),
        None => path.to_owned(),
    }
}

/// Has an answer lead to where its page is, seen from where the request came.
pub fn lead_outward(request: &HttpRequest, headers: &mut HeaderMap) {
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let Some(location) = location.filter(|location| location.starts_with('/')) else { return };
    let outside = outward(request, location);
    if outside != location
        && let Ok(value) = HeaderValue::from_str(&outside)
    {
        headers.insert(header::LOCATION, value);
    }
}

/// Makes the headers of an answer those of a hub's own name: whoever owns the domain decides about
/// what is below it, and about the years to come.
pub fn suit(request: &HttpRequest, headers: &mut HeaderMap) {
    const THIRTY_DAYS: HeaderValue = HeaderValue::from_static("max-age=2592000");
    if headers.contains_key(header::STRICT_TRANSPORT_SECURITY) && home(request).is_some() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, THIRTY_DAYS);
    }
}

/// What was asked for, as it was asked for.
pub fn asked(request: &HttpRequest) -> Option<String> {
    match request.extensions().get::<Under>() {
        Some(under) => Some(under.asked.to_string()),
        None => Some(request.uri().path_and_query()?.as_str().to_owned()),
    }
}

/// The key of a kept page whose path is the same under every name.
pub fn key(request: &HttpRequest, path: &str) -> String {
    match request.extensions().get::<Under>() {
        Some(under) if !under.is_inside => format!("{}{path}", under.named.home),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::path_inside;

    #[test]
    fn what_stands_beside_a_hub_is_at_the_same_path_under_every_name() {
        for (path, inside) in [
            ("/sxsw/-/picture/a.png", "/sxsw/-/picture/a.png"),
            ("/-/picture/a.png", "/sxsw/-/picture/a.png"),
            ("/sxsw/-/wall", "/sxsw/sxsw/-/wall"),
            ("/embed/sxsw", "/embed/sxsw"),
            ("/embed/sxsw/keynotes", "/embed/sxsw/keynotes"),
            ("/badge/sxsw.svg", "/badge/sxsw.svg"),
            ("/badge/sxsw/keynotes.svg", "/badge/sxsw/keynotes.svg"),
            ("/badge/rival.svg", "/sxsw/badge/rival.svg"),
            ("/embed/sxsw-2004", "/sxsw/embed/sxsw-2004"),
            ("/embed", "/sxsw/embed"),
            ("/embedded", "/sxsw/embedded"),
            ("/p/abc", "/p/abc"),
        ] {
            assert_eq!(path_inside("sxsw", path), inside, "{path}");
        }
    }
}
