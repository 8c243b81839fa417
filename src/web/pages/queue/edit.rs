//! Editing a post's title and excerpt.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::find_ping;
use super::stand::Stand;
use super::talks::TalksPart;
use super::verdict::find;
use crate::actions::moderate::edit::{self, EditDraft, EditError};
use crate::app::App;
use crate::db::pings::Ping;
use crate::model::id::PublicId;
use crate::model::problems::Problems;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, HubScope, Visit};
use crate::web::pages::manage::{DeskFace, DeskTab, HubDesk};
use crate::web::respond;

#[derive(Debug, Template)]
#[template(path = "pages/manage/edit.html")]
struct EditView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    stand: Stand,
    back: String,
    /// The talks it is about.
    talks: TalksPart,
    id: String,
    url: String,
    draft: EditDraft,
    problems: Problems,
    sent: EditDraft,
    is_edited: bool,
    /// Tells the texts that whoever edits has seen from any others.
    seen: String,
    /// What they are, where somebody else was faster.
    overtaken: Option<EditDraft>,
}

/// `GET /manage/{hub}/pings/{id}/edit`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    query: web::Query<Stand>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let ping = read(&app, &scope, &names.1).await?;
    let shown = Shown { draft: texts(&ping), ..Shown::default() };
    page(&app, &scope, &visit, ping, query.into_inner(), shown).await
}

async fn read(app: &App, scope: &HubScope, id: &str) -> Result<Ping, PageError> {
    let (hub, id) = (scope.hub.id, PublicId::parse(id));
    let found = app.db.read(move |c| find_ping(c, hub, id)).await?;
    found.filter(|ping| ping.purged_at.is_none()).ok_or(PageError::NotFound(Missing::Post))
}

/// What a ping is shown as.
fn texts(ping: &Ping) -> EditDraft {
    let (title, excerpt) = (ping.title.clone(), ping.excerpt.clone());
    EditDraft { title, excerpt, seen: String::new() }
}

/// What stands in the form, and above it.
#[derive(Default)]
struct Shown {
    draft: EditDraft,
    problems: Problems,
    is_overtaken: bool,
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    ping: Ping,
    stand: Stand,
    shown: Shown,
) -> Result<HttpResponse, PageError> {
    let tab = if stand.page == "decided" { DeskTab::Decided } else { DeskTab::Queue };
    let sent = ping.sent();
    let (hub, id) = (scope.hub.id, ping.id);
    let talks = app.db.read(move |c| TalksPart::read(c, hub, id)).await?;
    let view = EditView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, tab).await?,
        csrf: visit.csrf.clone(),
        back: stand.path(&scope.hub.slug, &[]),
        stand,
        talks,
        // What comes back with a problem still answers the texts it was opened with: others may
        // have changed them since, and nothing here shows that.
        seen: match shown.problems.is_empty() {
            true => ping.fingerprint(),
            false => shown.draft.seen.clone(),
        },
        overtaken: shown.is_overtaken.then(|| texts(&ping)),
        id: ping.public_id.to_string(),
        url: ping.url,
        draft: shown.draft,
        problems: shown.problems,
        sent: EditDraft { title: sent.title, excerpt: sent.excerpt, seen: String::new() },
        is_edited: ping.edited_at.is_some(),
    };
    let status = match view.problems.is_empty() {
        _ if view.overtaken.is_some() => StatusCode::CONFLICT,
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    respond::private_page(status, &view, None, visit)
}

/// What was typed, and where to go back to.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Form {
    #[serde(flatten)]
    draft: EditDraft,
    #[serde(flatten)]
    stand: Stand,
}

/// `POST /manage/{hub}/pings/{id}/edit`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    visit: Visit,
    form: Checked<Form>,
) -> Result<HttpResponse, PageError> {
    let Form { draft, stand } = form.0;
    let ping = read(&app, &scope, &names.1).await?;
    let shown = match edit::edit(&app, scope.hub.id, ping.id, &draft, scope.account.id).await {
        Ok(()) => return Ok(edited(&scope, &stand, &names.1)),
        Err(EditError::Problems(problems)) => Shown { problems, draft, is_overtaken: false },
        Err(EditError::Overtaken) => Shown { draft, is_overtaken: true, ..Shown::default() },
        Err(EditError::Database(error)) => return Err(error.into()),
    };
    // What is there now: others may have changed it.
    let ping = read(&app, &scope, &names.1).await?;
    page(&app, &scope, &visit, ping, stand, shown).await
}

fn edited(scope: &HubScope, stand: &Stand, id: &str) -> HttpResponse {
    respond::see_other(&stand.path(&scope.hub.slug, &[("edited", id)]))
}

/// `POST /manage/{hub}/pings/{id}/original`
pub async fn restore(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    visit: Visit,
    form: Checked<Form>,
) -> Result<HttpResponse, PageError> {
    let Form { draft, stand } = form.0;
    let ping = find(&app, &scope, &names.1).await?;
    match edit::restore(&app, scope.hub.id, ping, draft.seen, scope.account.id).await {
        Ok(()) | Err(EditError::Problems(_)) => Ok(edited(&scope, &stand, &names.1)),
        Err(EditError::Overtaken) => {
            let ping = read(&app, &scope, &names.1).await?;
            let shown = Shown { draft: texts(&ping), is_overtaken: true, ..Shown::default() };
            page(&app, &scope, &visit, ping, stand, shown).await
        }
        Err(EditError::Database(error)) => Err(error.into()),
    }
}
