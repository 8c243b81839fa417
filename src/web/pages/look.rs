//! How a hub looks: its pictures, colour, links and words, prepared and made public.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::face::HubFace;
use super::list;
use super::manage::{DeskFace, DeskTab, HubDesk};
use super::reading::{self, At, Entered, Names};
use super::sign_in::Nothing;
use crate::actions::dress::{self, DressError, FaceTyped, NewPicture};
use crate::app::App;
use crate::db::faces;
use crate::db::hubs::Hub;
use crate::model::face::{Links, MAX_WORDS, Picture, PictureFormat};
use crate::model::problems::Problems;
use crate::pages_cache::Rendered;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Done, HubScope, Uploaded, Visit};
use crate::web::respond;
use crate::wire::picture::MAX_BYTES;

/// The largest form: two pictures, and the rest.
const MAX_FORM: usize = 2 * MAX_BYTES + 64 * 1024;
/// Pictures never change under their name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A picture on a page.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its address.
    pub path: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What it shows; empty for an ornament.
    pub alt: String,
}

impl Shown {
    /// A picture of a hub.
    pub fn of(hub: &Hub, picture: &Picture) -> Self {
        Self {
            path: picture_path(hub, picture),
            width: picture.width,
            height: picture.height,
            alt: picture.alt.clone(),
        }
    }
}

/// Where a picture of a hub is.
pub fn picture_path(hub: &Hub, picture: &Picture) -> String {
    format!("/{}/-/picture/{}", hub.slug, picture.name)
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/look.html")]
struct LookView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    typed: FaceTyped,
    logo: Option<Shown>,
    banner: Option<Shown>,
    /// Whether something is prepared that is not public.
    is_prepared: bool,
    problems: Problems,
    notice: &'static str,
}

impl LookView {
    /// What a field is called.
    fn label(field: &str) -> &'static str {
        match field {
            "logo" => "Logo",
            "banner" => "Banner",
            "programme" => "Programme",
            "tickets" => "Tickets",
            "conduct" => "Code of conduct",
            "imprint" => "Imprint",
            _ => "Accent colour",
        }
    }

    /// How many characters the words over the form may have.
    const fn most_words(&self) -> usize {
        MAX_WORDS
    }
}

/// `GET /manage/{hub}/look`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = match query.done.as_str() {
        "kept" => "Kept, and not public yet: look at it, then make it public.",
        "public" => "It is public: the hub’s pages show it already.",
        "discarded" => "Thrown away: the hub looks as before.",
        _ => "",
    };
    page(&app, &scope, &visit, None, Problems::default(), notice).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    typed: Option<FaceTyped>,
    problems: Problems,
    notice: &'static str,
) -> Result<HttpResponse, PageError> {
    let hub = scope.hub.clone();
    let (draft, is_prepared) = app.db.read(move |c| dress::find(c, &hub)).await?;
    let shown = |picture: &Option<Picture>| picture.as_ref().map(|p| Shown::of(&scope.hub, p));
    let view = LookView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Look).await?,
        csrf: visit.csrf.clone(),
        logo: shown(&draft.face.logo),
        banner: shown(&draft.face.banner),
        typed: typed.unwrap_or_else(|| FaceTyped::of(&draft)),
        is_prepared,
        problems,
        notice,
    };
    respond::form_page(&view.problems, &view, visit)
}

/// `POST /manage/{hub}/look`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Uploaded<MAX_FORM>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let typed = FaceTyped {
        accent: form.text("accent"),
        banner_alt: form.text("banner_alt"),
        add_words: form.text("add_words"),
        links: Links {
            programme: form.text("programme"),
            tickets: form.text("tickets"),
            conduct: form.text("conduct"),
            imprint: form.text("imprint"),
        },
    };
    let picture = |name: &str| match form.file(name) {
        Some(bytes) => NewPicture::File(bytes),
        None if !form.text(&format!("no_{name}")).is_empty() => NewPicture::None,
        None => NewPicture::AsBefore,
    };
    match dress::prepare(&app, scope.hub.id, &typed, picture("logo"), picture("banner")).await {
        Ok(()) => Ok(respond::see_other(&format!("/manage/{}/look?done=kept", scope.hub.slug))),
        Err(DressError::Problems(problems)) => {
            page(&app, &scope, &visit, Some(typed.with_readable_accent()), problems, "").await
        }
        Err(DressError::Database(error)) => Err(error.into()),
    }
}

/// `GET /manage/{hub}/look/preview`: the hub's page as it would be.
pub async fn preview(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let (reader, mut hub) = (app.clone(), scope.hub.clone());
    let (bar, page) = app
        .db
        .read(move |connection| {
            let (draft, _) = dress::find(connection, &hub)?;
            let desk = format!("/manage/{}/look", hub.slug);
            (hub.face, hub.accent) = (draft.face, draft.accent);
            let add_words = HubFace::of(&hub).add_words;
            let bar = PreviewBar { desk, add_words, language: hub.language.clone() };
            Ok::<_, PageError>((bar, list::render_front(&reader, connection, At::open(hub, None))?))
        })
        .await?;
    Ok(private(&page, &bar.render().map_err(PageError::Template)?, &visit))
}

/// What stands over the hub's page while it is looked at.
#[derive(Debug, Template)]
#[template(path = "partials/preview_bar.html")]
struct PreviewBar {
    desk: String,
    add_words: Vec<String>,
    language: String,
}

/// A public page, for one person, under a bar that says what it is.
fn private(page: &Rendered, bar: &str, visit: &Visit) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for name in [header::CONTENT_TYPE, header::CONTENT_SECURITY_POLICY] {
        if let Some(value) = page.headers.get(&name) {
            response.insert_header((name, value.clone()));
        }
    }
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header(("X-Robots-Tag", "noindex"));
    if let Some(cookie) = &visit.new_cookie {
        response.cookie(cookie.clone());
    }
    let html = String::from_utf8_lossy(&page.identity);
    response.body(html.replacen("<div class=\"wrap\">", &format!("<div class=\"wrap\">{bar}"), 1))
}

/// `POST /manage/{hub}/look/publish`
pub async fn publish(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    dress::publish(&app, scope.hub.id, scope.account.id).await?;
    Ok(respond::see_other(&format!("/manage/{}/look?done=public", scope.hub.slug)))
}

/// `POST /manage/{hub}/look/discard`
pub async fn discard(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    dress::discard(&app, scope.hub.id).await?;
    Ok(respond::see_other(&format!("/manage/{}/look?done=discarded", scope.hub.slug)))
}

/// `GET /{hub}/-/picture/{name}`
pub async fn show_picture(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, name) = names.into_inner();
    let format = name.rsplit_once('.').and_then(|(_, ending)| PictureFormat::parse(ending));
    let format = format.ok_or(PageError::NotFound(Missing::Page))?;
    let rest = format!("/-/picture/{name}");
    let at = match reading::enter(&app, &request, &Names::hub(&hub), &rest, &visit).await? {
        Entered::In(at) => at,
        // What stands in feeds and on other sites goes on being there when the hub is renamed.
        Entered::Answer(moved) if moved.status() == StatusCode::MOVED_PERMANENTLY => {
            return Ok(moved);
        }
        // A picture asks nobody for a password.
        Entered::Answer(_) => return Err(PageError::NotFound(Missing::Page)),
    };
    let id = at.hub.id;
    let bytes = app.db.read(move |c| faces::find_picture(c, id, &name)).await?;
    let bytes = bytes.ok_or(PageError::NotFound(Missing::Page))?;
    let picture = Rendered::new(bytes, format.media_type(), FOR_EVER, None).dense();
    let picture = if at.lock.is_some() { picture.for_few() } else { picture };
    Ok(respond::rendered(&request, &picture, app.clock.now()))
}
