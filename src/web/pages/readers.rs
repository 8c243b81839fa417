//! The desk's page on who may read the hub and its categories.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::feed_links::feed_path;
use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::readers::{self, ReadersDraft, ReadersError};
use crate::app::{App, Lock};
use crate::db::categories::{self, Category};
use crate::model::category::Readers;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, HubScope, Visit};
use crate::web::respond;

/// The hub, or one of its categories.
#[derive(Debug)]
struct Part {
    title: String,
    /// What its fields and headings are called by: `-` for the hub.
    name: String,
    action: String,
    readers: &'static str,
    has_password: bool,
    /// The address of its feed, where it is secret.
    feed: String,
    /// What was wrong with what was typed for it.
    problem: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/readers.html")]
struct ReadersView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    notice: &'static str,
    parts: Vec<Part>,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    done: String,
}

/// `GET /manage/{hub}/readers`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = match query.done.as_str() {
        "saved" => "Saved. It holds from now on.",
        "feed" => "The feeds have another address. The one before does not work any more.",
        _ => "",
    };
    page(&app, &scope, &visit, notice, None).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    notice: &'static str,
    problem: Option<(&str, String)>,
) -> Result<HttpResponse, PageError> {
    let id = scope.hub.id;
    let all = app.db.read(move |c| categories::list(c, id)).await?;
    let parts = std::iter::once(None).chain(all.iter().map(Some));
    let mut parts: Vec<Part> = parts.map(|category| part(app, scope, category)).collect();
    let status = match problem {
        None => StatusCode::OK,
        Some((name, sentence)) => {
            if let Some(part) = parts.iter_mut().find(|part| part.name == name) {
                part.problem = sentence;
            }
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    let view = ReadersView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Settings).await?,
        csrf: visit.csrf.clone(),
        notice,
        parts,
    };
    respond::private_page(status, &view, None, visit)
}

fn part(app: &App, scope: &HubScope, category: Option<&Category>) -> Part {
    let hub = &scope.hub;
    let (name, title, readers, hash, page) = match category {
        Some(category) => (
            category.slug.clone(),
            category.title.clone(),
            category.readers,
            &category.reading_hash,
            app.addresses.category(&hub.slug, &category.slug),
        ),
        None => (
            "-".to_owned(),
            hub.title.clone(),
            hub.readers,
            &hub.reading_hash,
            app.addresses.hub(&hub.slug),
        ),
    };
    let lock = Lock::of(hub, category).filter(|_| readers == Readers::Password);
    Part {
        action: format!("/manage/{}/readers/{name}", hub.slug),
        readers: readers.as_str(),
        has_password: hash.is_some(),
        feed: lock
            .map_or_else(String::new, |lock| feed_path(&page, Some(&lock.feed_key(&app.secrets)))),
        problem: String::new(),
        title,
        name,
    }
}

/// The category of this slug; none for the hub itself.
async fn find(app: &App, scope: &HubScope, name: &str) -> Result<Option<Category>, PageError> {
    if name == "-" {
        return Ok(None);
    }
    let hub = scope.hub.id;
    let mut all = app.db.read(move |c| categories::list(c, hub)).await?;
    let at = all.iter().position(|category| category.slug == name);
    at.map(|at| Some(all.swap_remove(at))).ok_or(PageError::NotFound(Missing::Category))
}

/// `POST /manage/{hub}/readers/{name}`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    visit: Visit,
    form: Checked<ReadersDraft>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let category = find(&app, &scope, &names.1).await?;
    match readers::edit(&app, &scope.hub, category.as_ref(), &form.0, scope.account.id).await {
        Ok(()) => Ok(respond::see_other(&format!("/manage/{}/readers?done=saved", scope.hub.slug))),
        Err(ReadersError::Problems(problems)) => {
            let problem = Some((names.1.as_str(), problems.first().to_owned()));
            page(&app, &scope, &visit, "", problem).await
        }
        Err(ReadersError::Busy(busy)) => Err(busy.into()),
        Err(ReadersError::Database(error)) => Err(error.into()),
    }
}

/// `POST /manage/{hub}/readers/{name}/feed`
pub async fn renew_feed(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let category = find(&app, &scope, &names.1).await?;
    readers::renew_feed(&app, &scope.hub, category.as_ref(), scope.account.id).await?;
    Ok(respond::see_other(&format!("/manage/{}/readers?done=feed", scope.hub.slug)))
}
