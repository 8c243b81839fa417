//! Editing a post's title and excerpt.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::find_ping;
use super::stand::Stand;
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
    id: String,
    url: String,
    draft: EditDraft,
    problems: Problems,
    sent: EditDraft,
    is_edited: bool,
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
    let draft = EditDraft { title: ping.title.clone(), excerpt: ping.excerpt.clone() };
    page(&app, &scope, &visit, ping, Form { draft, stand: query.into_inner() }, Problems::default())
        .await
}

async fn read(app: &App, scope: &HubScope, id: &str) -> Result<Ping, PageError> {
    let (hub, id) = (scope.hub.id, PublicId::parse(id));
    let found = app.db.read(move |c| find_ping(c, hub, id)).await?;
    found.filter(|ping| ping.purged_at.is_none()).ok_or(PageError::NotFound(Missing::Post))
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    ping: Ping,
    form: Form,
    problems: Problems,
) -> Result<HttpResponse, PageError> {
    let tab = if form.stand.page == "decided" { DeskTab::Decided } else { DeskTab::Queue };
    let sent = ping.sent();
    let view = EditView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, tab).await?,
        csrf: visit.csrf.clone(),
        back: form.stand.path(&scope.hub.slug, &[]),
        stand: form.stand,
        id: ping.public_id.to_string(),
        url: ping.url,
        draft: form.draft,
        problems,
        sent: EditDraft { title: sent.title, excerpt: sent.excerpt },
        is_edited: ping.edited_at.is_some(),
    };
    let status =
        if view.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
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
    let form = form.0;
    let ping = read(&app, &scope, &names.1).await?;
    match edit::edit(&app, scope.hub.id, ping.id, &form.draft, scope.account.id).await {
        Ok(()) => {
            let did = [("edited", names.1.as_str())];
            Ok(respond::see_other(&form.stand.path(&scope.hub.slug, &did)))
        }
        Err(EditError::Problems(problems)) => {
            page(&app, &scope, &visit, ping, form, problems).await
        }
        Err(EditError::Database(error)) => Err(error.into()),
    }
}

/// `POST /manage/{hub}/pings/{id}/original`
pub async fn restore(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    form: Checked<Stand>,
) -> Result<HttpResponse, PageError> {
    let ping = find(&app, &scope, &names.1).await?;
    edit::restore(&app, scope.hub.id, ping, scope.account.id).await?;
    let did = [("edited", names.1.as_str())];
    Ok(respond::see_other(&form.0.path(&scope.hub.slug, &did)))
}
