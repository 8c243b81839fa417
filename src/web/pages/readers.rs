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
    /// Where its feed gets another address.
    renewal: String,
    /// Whose feed that is, in words.
    of: String,
    readers: &'static str,
    has_password: bool,
    /// The address of its feed, where it is secret.
    feed: String,
    /// What was wrong with what was typed for it.
    problem: String,
    /// The password that was not accepted.
    password: String,
    /// What was just done to it.
    notice: &'static str,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/readers.html")]
struct ReadersView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    parts: Vec<Part>,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    done: String,
    /// The name of the part it was done to.
    of: String,
}

/// What the page says about one of its parts.
#[derive(Debug)]
enum Told<'a> {
    /// What was done.
    Done(&'static str),
    /// What was not accepted, and why.
    Problem(&'a ReadersDraft, String),
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
    page(&app, &scope, &visit, &query.of, Told::Done(notice)).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    of: &str,
    told: Told<'_>,
) -> Result<HttpResponse, PageError> {
    let id = scope.hub.id;
    let all = app.db.read(move |c| categories::list(c, id)).await?;
    let parts = std::iter::once(None).chain(all.iter().map(Some));
    let mut parts: Vec<Part> = parts.map(|category| part(app, scope, category)).collect();
    let status = match &told {
        Told::Done(_) => StatusCode::OK,
        Told::Problem(..) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if let Some(part) = parts.iter_mut().find(|part| part.name == of) {
        part.tell(told);
    }
    let view = ReadersView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Settings).await?,
        csrf: visit.csrf.clone(),
        parts,
    };
    respond::private_page(status, &view, None, visit)
}

impl ReadersView {
    /// What was not accepted, if anything was not.
    fn refused(&self) -> Option<&Part> {
        self.parts.iter().find(|part| !part.problem.is_empty())
    }
}

impl Part {
    fn tell(&mut self, told: Told<'_>) {
        match told {
            Told::Done(notice) => self.notice = notice,
            Told::Problem(draft, sentence) => {
                if let Some(readers) = Readers::parse(&draft.readers) {
                    self.readers = readers.as_str();
                }
                self.password.clone_from(&draft.password);
                self.problem = sentence;
            }
        }
    }
}

fn part(app: &App, scope: &HubScope, category: Option<&Category>) -> Part {
    let hub = &scope.hub;
    let (name, title, readers, hash, page) = match category {
        Some(category) => (
            category.slug.clone(),
            category.title.clone(),
            category.readers,
            &category.reading_hash,
            app.addresses.path(&hub.category_path(&category.slug)),
        ),
        None => (
            "-".to_owned(),
            hub.title.clone(),
            hub.readers,
            &hub.reading_hash,
            app.addresses.path(&hub.path()),
        ),
    };
    let lock = Lock::of(hub, category).filter(|_| readers == Readers::Password);
    Part {
        renewal: format!("/manage/{}/readers/{name}/feed", hub.slug),
        of: match category {
            Some(category) => format!("for {}", category.title),
            None => "for the whole hub".to_owned(),
        },
        action: format!("/manage/{}/readers/{name}", hub.slug),
        readers: readers.as_str(),
        has_password: hash.is_some(),
        feed: lock
            .map_or_else(String::new, |lock| feed_path(&page, Some(&lock.feed_key(&app.secrets)))),
        problem: String::new(),
        password: String::new(),
        notice: "",
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
        Ok(()) => Ok(done(&scope, "saved", &names.1)),
        Err(ReadersError::Problems(problems)) => {
            let told = Told::Problem(&form.0, problems.first().to_owned());
            page(&app, &scope, &visit, &names.1, told).await
        }
        Err(ReadersError::Busy(busy)) => Err(busy.into()),
        Err(ReadersError::Database(error)) => Err(error.into()),
    }
}

/// Back to the part of the page where something was done.
fn done(scope: &HubScope, what: &str, of: &str) -> HttpResponse {
    let slug = &scope.hub.slug;
    respond::see_other(&format!("/manage/{slug}/readers?done={what}&of={of}#of-{of}"))
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
    Ok(done(&scope, "feed", &names.1))
}
