//! `GET /badge/{hub}.svg` and `/badge/{hub}/{category}.svg`: "Listed at …", for bloggers' own pages.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::{Missing, PageError};
use super::pages::embed::badge_of;
use super::pages::reading::{At, ForAnybody, Names, read_for_anybody};
use super::respond::{self, default_headers};
use super::view::style_source;
use crate::app::App;
use crate::db::DbConnection;
use crate::model::colour::Accent;
use crate::model::theme::Theme;
use crate::pages_cache::Rendered;
use crate::wire::badge::{CONTENT_TYPE, style};

/// Badges stand on pages that are read often, and change seldom.
const AN_HOUR: &str = "public, max-age=3600";

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    theme: String,
}

/// What cannot be read asks for nothing: a badge is a picture, and no place for an error.
fn theme_of(query: Option<web::Query<Query>>) -> Theme {
    query.map_or(Theme::System, |query| Theme::named(&query.theme))
}

/// `GET /badge/{hub}.svg`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, &Names::hub(&slug), theme_of(query), Missing::Hub).await
}

/// `GET /badge/{hub}/{category}.svg`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    let names = Names::category(&names.0, &names.1);
    show(&app, &request, &names, theme_of(query), Missing::Category).await
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    theme: Theme,
    missing: Missing,
) -> Result<HttpResponse, PageError> {
    let query = match theme {
        Theme::System => String::new(),
        Theme::Light | Theme::Dark => format!("?theme={}", theme.as_str()),
    };
    let key = format!("{}{query}", request.path());
    let now = app.clock.now();
    if let Some(answer) = respond::kept(app, request, &key) {
        return Ok(answer);
    }
    let is_https = app.addresses.is_https();
    let read = move |_: &mut DbConnection, at: At| Ok(render(&at, theme, is_https));
    match read_for_anybody(app, request, names, key, read).await? {
        ForAnybody::Here(badge) => Ok(respond::rendered(request, &badge, now)),
        // A picture can ask for no password: it is not there, and its page shows the words.
        ForAnybody::Locked => Err(PageError::NotFound(missing)),
        ForAnybody::Moved(path) => Ok(respond::moved(&format!("/badge{path}.svg{query}"))),
    }
}

fn render(at: &At, theme: Theme, is_https: bool) -> Rendered {
    let accent = Accent::parse(&at.hub.accent).unwrap_or(Accent::DEFAULT);
    let svg = badge_of(&at.hub, at.category.as_ref()).to_svg(accent, theme);
    let style = style_source(&style(accent, theme));
    let policy = format!("default-src 'none'; style-src {style}; frame-ancestors 'none'; sandbox");
    Rendered::new(svg, CONTENT_TYPE, AN_HOUR, None)
        .with_header(header::CONTENT_SECURITY_POLICY, &policy)
        .with_header(header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin")
        .with_header(HeaderName::from_static("x-robots-tag"), "noindex")
        .with_defaults(default_headers(is_https))
}
