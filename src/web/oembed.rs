//! `GET /oembed`: what other sites may show of one of our pages (oEmbed 1.0, oembed.com).

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use url::Url;

use super::error::PageError;
use super::extract::client;
use super::pages::embed::{HEIGHT, WIDTH, badge_name, beside_path, frame_code};
use super::pages::reading::{Names, find_for_anybody};
use crate::actions::read_page::permalink_page;
use crate::app::App;
use crate::db::DbError;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::limits::Limit;
use crate::model::addresses::Addresses;
use crate::model::id::PublicId;
use crate::model::slug::Slug;
use crate::wire::oembed::{CACHE_AGE, JSON, OEmbed, XML};

/// The least width and height of a frame, in CSS pixels: in a smaller one nothing can be read.
const LEAST: u32 = 120;

/// What is asked: strings, since whoever asks may ask anything.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    url: String,
    format: String,
    maxwidth: String,
    maxheight: String,
}

/// What an address of ours is about.
#[derive(Debug)]
enum Subject {
    List(Names),
    Post(PublicId),
}

impl Subject {
    /// Reads an address; `None` where nothing of ours can be there. Either scheme is taken, as
    /// everywhere.
    fn of(url: &Url, addresses: &Addresses) -> Option<Self> {
        let base = addresses.base();
        let is_ours = matches!(url.scheme(), "http" | "https")
            && (url.host_str(), url.port()) == (base.host_str(), base.port());
        let path = url.path().trim_end_matches('/').strip_prefix('/').filter(|_| is_ours)?;
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["p", id] => PublicId::parse(id).map(Self::Post),
            [hub] => Some(Self::List(Names::hub(Slug::for_hub(hub).ok()?.as_str()))),
            [hub, category] => {
                let (hub, category) =
                    (Slug::for_hub(hub).ok()?, Slug::for_category(category).ok()?);
                Some(Self::List(Names::category(hub.as_str(), category.as_str())))
            }
            _ => None,
        }
    }
}

/// `GET /oembed`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    app.limits.take(Limit::Search, client(&app, &request))?;
    let is_xml = match query.format.as_str() {
        "" | "json" => false,
        "xml" => true,
        _ => return Ok(refused(StatusCode::NOT_IMPLEMENTED, "The formats are json and xml.")),
    };
    if query.url.is_empty() {
        return Ok(refused(StatusCode::BAD_REQUEST, "Say which address: /oembed?url=…"));
    }
    let asked = Url::parse(query.url.trim()).ok().map(|url| app.inward(&url));
    let answer = match asked.and_then(|url| Subject::of(&url, &app.addresses)) {
        None => None,
        Some(Subject::Post(id)) => about_post(&app, id).await?,
        Some(Subject::List(names)) => match find_for_anybody(&app, &names).await {
            Ok(Some(at)) => Some(about_list(&app, &at.hub, at.category.as_ref(), &query)),
            Ok(None) => return Ok(private()),
            Err(PageError::NotFound(_) | PageError::Gone(_) | PageError::Suspended) => None,
            Err(error) => return Err(error),
        },
    };
    let Some(answer) = answer else {
        return Ok(refused(StatusCode::NOT_FOUND, "Nothing of ours is at that address."));
    };
    let home = app.addresses.home();
    let (kind, body) =
        if is_xml { (XML, answer.to_xml(home)) } else { (JSON, answer.to_json(home)) };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={CACHE_AGE}")))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(body))
}

fn about_list(app: &App, hub: &Hub, category: Option<&Category>, query: &Query) -> OEmbed {
    let at_most = |asked: &str, ours: u32| asked.parse().map_or(ours, |most: u32| most.min(ours));
    let (width, height) = (at_most(&query.maxwidth, WIDTH), at_most(&query.maxheight, HEIGHT));
    let title = badge_name(hub, category);
    if width.min(height) < LEAST {
        return OEmbed::Link { title, author: hub.title.clone() };
    }
    let says = format!("Newest posts: {title}");
    let src = app.addresses.under(hub.root()).path(&beside_path("/embed", hub, category));
    OEmbed::Rich { html: frame_code(&src, &says, width, height), title, width, height }
}

/// A post belongs to its author: other sites are told whose it is, and link to it.
async fn about_post(app: &App, id: PublicId) -> Result<Option<OEmbed>, DbError> {
    let page = app.db.read(move |connection| permalink_page(connection, id)).await?;
    let shown = page.filter(|it| !it.gate.is_secret() && it.gate.hub.suspended_at.is_none());
    Ok(shown.map(|it| OEmbed::Link { title: it.ping.title, author: it.ping.blog_name }))
}

fn refused(status: StatusCode, sentence: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(format!("{sentence}\n"))
}

/// What is not public answers 401 (oEmbed 2.3.6), which names what would open it (RFC 9110,
/// 15.5.2): a password on its page, and nothing that software could send.
fn private() -> HttpResponse {
    let sentence = "This is not public. Link to it: its page asks for a reading password.";
    let mut answer = refused(StatusCode::UNAUTHORIZED, sentence);
    let way = header::HeaderValue::from_static("ReadingPassword");
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, way);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_known() {
        let addresses = Addresses::new("https://hubs.example".parse().unwrap());
        for (address, is_known) in [
            ("https://hubs.example/sxsw", true),
            ("http://HUBS.example/sxsw/keynotes/?before=x#y", true),
            ("https://hubs.example/", false),
            ("https://hubs.example", false),
            ("https://hubs.example/manage", false),
            ("https://hubs.example/sxsw/rss", false),
            ("https://hubs.example/sxsw/-/people", false),
            ("https://hubs.example/p/none", false),
            ("https://hubs.example:8080/sxsw", false),
            ("https://hubs.example.evil.example/sxsw", false),
            ("ftp://hubs.example/sxsw", false),
            ("/sxsw", false),
            ("", false),
        ] {
            let subject = Url::parse(address).ok().and_then(|url| Subject::of(&url, &addresses));
            assert_eq!(subject.is_some(), is_known, "{address}");
        }
    }
}
