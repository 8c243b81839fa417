//! A hub's about page, and writing it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::card::Card;
use super::face::{Adding, HubFace};
use super::list::rel;
use super::manage::{DeskFace, DeskTab, HubDesk};
use super::reading::{self, At, Names};
use crate::actions::about::{check, save};
use crate::app::App;
use crate::db::DbConnection;
use crate::db::about::{self, AboutPage};
use crate::db::hubs::Hub;
use crate::model::hub::MAX_ABOUT;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::problems::Problems;
use crate::model::text;
use crate::pages_cache::Rendered;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, iso, number};
use crate::wire::markdown::{Part, first_paragraph, parts};

/// The largest form, in bytes: each character may be four bytes, each written as three.
const MAX_FORM: usize = MAX_ABOUT * 12 + 1_024;

/// A text, and what its links are to search engines.
#[derive(Debug)]
struct Prose {
    parts: Vec<Part>,
    /// `ugc`, and `nofollow` until the operator approved the hub.
    rel: &'static str,
}

impl Prose {
    fn of(hub: &Hub, markdown: &str) -> Self {
        Self { parts: parts(markdown), rel: rel(hub.approved_at.is_some()) }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/about.html")]
struct AboutView {
    hub: HubFace,
    add: String,
    canonical: String,
    card: Card,
    description: String,
    prose: Prose,
    changed: String,
    changed_iso: String,
}

impl AboutView {
    fn of(app: &App, at: &At, page: &AboutPage, adding: &Adding) -> Self {
        let hub_path = at.hub.path();
        let prose = Prose::of(&at.hub, &page.markdown);
        let mut description = text::tidy(&first_paragraph(&prose.parts));
        if description.is_empty() {
            // It begins with no paragraph: a list, say.
            let parts = [format!("About {}.", at.hub.title), at.hub.tagline.clone()];
            description = text::tidy(&parts.join(" "));
        }
        Self {
            add: adding.path.clone(),
            canonical: app.addresses.path(&format!("{hub_path}/-/about")),
            card: Card::of(&app.addresses, &at.hub),
            description: text::shorten(&description, LISTED_EXCERPT),
            prose,
            changed: Zone::of(&at.hub).date(page.changed_at),
            changed_iso: iso(page.changed_at),
            hub: HubFace::of(&at.hub).taking_posts(adding.takes_posts),
        }
    }
}

impl AboutView {
    /// What it is about, for those who show links.
    fn title(&self) -> String {
        format!("About {}", self.hub.title)
    }
}

/// `GET /{hub}/-/about`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let key = request.path().to_owned();
    if let Some(answer) = respond::kept(&app, &request, &key) {
        return Ok(answer);
    }
    let reader = app.clone();
    let read = move |connection: &mut DbConnection, at: At| render(&reader, connection, &at);
    let names = Names::hub(&slug).with("/-/about");
    reading::answer(&app, &request, &names, key, &visit, read).await
}

fn render(app: &App, connection: &mut DbConnection, at: &At) -> Result<Rendered, PageError> {
    let page = about::find(connection, at.hub.id)?.ok_or(PageError::NotFound(Missing::Page))?;
    let adding = Adding::read(connection, &at.hub, app.clock.now())?;
    let view = AboutView::of(app, at, &page, &adding);
    // The hub's own texts have another date.
    let modified_at = adding.changed_since(at.hub.public_changed_at.max(page.changed_at));
    let page = respond::public_page(app, &view, Some(&view.hub.accent), Some(modified_at))?;
    let page = adding.keep(page);
    Ok(if at.lock.is_some() { page.for_few() } else { page })
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/about.html")]
struct EditView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    about: String,
    most: String,
    problems: Problems,
    is_saved: bool,
    preview: Option<Prose>,
}

/// An about page as it was typed.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct AboutForm {
    about: String,
    /// There where it is only to be looked at.
    preview: Option<String>,
}

/// `GET /manage/{hub}/about`
pub async fn edit(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let hub = scope.hub.id;
    let page = app.db.read(move |connection| about::find(connection, hub)).await?;
    let view = EditView {
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Settings).await?,
        csrf: visit.csrf.clone(),
        about: page.map(|page| page.markdown).unwrap_or_default(),
        most: number(i64::try_from(MAX_ABOUT).unwrap_or(i64::MAX)),
        problems: Problems::default(),
        is_saved: query.done == "saved",
        preview: None,
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `POST /manage/{hub}/about`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<AboutForm, MAX_FORM>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let AboutForm { about, preview } = form.0;
    let (status, problems, preview) = match (check(&about), preview) {
        (Ok(markdown), None) => {
            save(&app, scope.hub.id, markdown, scope.account.id).await?;
            let done = format!("/manage/{}/about?done=saved", scope.hub.slug);
            return Ok(respond::see_other(&done));
        }
        (Ok(markdown), Some(_)) => {
            let preview = Some(Prose::of(&scope.hub, &markdown));
            (StatusCode::OK, Problems::default(), preview)
        }
        (Err(problems), _) => (StatusCode::UNPROCESSABLE_ENTITY, problems, None),
    };
    let view = EditView {
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Settings).await?,
        csrf: visit.csrf.clone(),
        most: number(i64::try_from(MAX_ABOUT).unwrap_or(i64::MAX)),
        is_saved: false,
        about,
        problems,
        preview,
    };
    respond::private_page(status, &view, None, &visit)
}
