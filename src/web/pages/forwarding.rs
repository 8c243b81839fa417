//! The addresses that a category passes its posts on to.

use actix_web::{HttpResponse, web};
use askama::Template;
use url::Url;

use super::categories::find;
use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::forward::{self, ForwardError};
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::DbError;
use crate::db::categories::Category;
use crate::db::forwarding::{self, Forward, ForwardAddress};
use crate::db::jobs;
use crate::model::forward::{ForwardOutcome, shown};
use crate::model::id::ForwardAddressId;
use crate::model::problems::Problems;
use crate::model::web_url::{ONLY_WEB, WebUrlError, as_typed};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

/// How many results are shown.
const SHOWN: i64 = 50;

/// An address in the list.
#[derive(Debug)]
struct AddressRow {
    id: i64,
    /// Its host and first part.
    shown: String,
    since: String,
    counts: String,
    problem: String,
}

/// A post that was passed on, or is to be.
#[derive(Debug)]
struct ResultRow {
    title: String,
    shown: String,
    class: &'static str,
    outcome: &'static str,
    at: String,
    next: String,
    said: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/forwarding.html")]
struct ForwardingView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    category: String,
    category_path: String,
    here: String,
    rows: Vec<AddressRow>,
    results: Vec<ResultRow>,
    url: String,
    problems: Problems,
    notice: &'static str,
    /// Whether readers need a password, so that nothing is passed on.
    is_secret: bool,
}

/// An address to pass posts on to, as it was typed.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ForwardingForm {
    url: String,
}

/// `GET /manage/{hub}/categories/{category}/forwarding`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let category = find(&app, &scope, &names.1).await?;
    let notice = match query.done.as_str() {
        "added" => "Added. What is listed from now on is passed on there.",
        "removed" => "Removed. Nothing is passed on there any more.",
        _ => "",
    };
    page(&app, &scope, &visit, &category, Problem::none(), notice).await
}

/// What was typed, and what is wrong with it.
struct Problem {
    url: String,
    problems: Problems,
}

impl Problem {
    fn none() -> Self {
        Self { url: String::new(), problems: Problems::default() }
    }
}

/// An address with what came of it.
struct Found {
    address: ForwardAddress,
    counts: Vec<(ForwardOutcome, i64)>,
    problem: Option<(Option<Timestamp>, String)>,
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    category: &Category,
    problem: Problem,
    notice: &'static str,
) -> Result<HttpResponse, PageError> {
    let (hub, id) = (scope.hub.id, category.id);
    let (found, last) = app
        .db
        .read(move |c| {
            let mut found = Vec::new();
            for address in forwarding::list_addresses(c, hub, id)? {
                let counts = forwarding::count_outcomes(c, hub, address.id)?;
                let problem = forwarding::find_last_problem(c, hub, address.id)?;
                found.push(Found { address, counts, problem });
            }
            let mut last = Vec::new();
            for (forward, title) in forwarding::list_last(c, hub, id, SHOWN)? {
                let next = jobs::find_run_at(c, forwarding::job(hub, forward.id))?;
                last.push((forward, title, next));
            }
            Ok::<_, DbError>((found, last))
        })
        .await?;
    let zone = Zone::of(&scope.hub);
    let slug = &scope.hub.slug;
    let of = |(forward, title, next)| ResultRow::of(forward, title, next, &found, &zone);
    let view = ForwardingView {
        desk: DeskFace::of(&scope.account, visit),
        csrf: visit.csrf.clone(),
        category: category.title.clone(),
        category_path: format!("/manage/{slug}/categories/{}", category.slug),
        here: format!("/manage/{slug}/categories/{}/forwarding", category.slug),
        results: last.into_iter().map(of).collect(),
        rows: found.iter().map(|found| AddressRow::of(found, &zone)).collect(),
        hub: HubDesk::read(app, scope, DeskTab::Categories).await?,
        url: problem.url,
        problems: problem.problems,
        notice,
        is_secret: Gate { hub: scope.hub.clone(), category: category.clone() }.is_secret(),
    };
    respond::form_page(&view.problems, &view, visit)
}

/// An address without its secrets.
fn shown_of(address: &ForwardAddress) -> String {
    Url::parse(address.url.expose()).map(|url| shown(&url)).unwrap_or_default()
}

impl AddressRow {
    fn of(found: &Found, zone: &Zone) -> Self {
        let count = |wanted: ForwardOutcome| {
            found.counts.iter().find(|(outcome, _)| *outcome == wanted).map_or(0, |(_, n)| *n)
        };
        let taken = count(ForwardOutcome::Taken);
        let mut counts = format!("{} {} passed on", number(taken), plural(taken, "post", "posts"));
        for (outcome, words) in [
            (ForwardOutcome::Waiting, "on the way"),
            (ForwardOutcome::Refused, "refused there"),
            (ForwardOutcome::Failed, "not sent"),
        ] {
            match count(outcome) {
                0 => {}
                n => counts += &format!(" · {} {words}", number(n)),
            }
        }
        let problem = found.problem.as_ref().map(|(at, said)| match at {
            Some(at) => format!("{}: {said}", zone.moment(*at)),
            None => said.clone(),
        });
        Self {
            id: found.address.id.0,
            shown: shown_of(&found.address),
            since: zone.moment(found.address.created_at),
            counts,
            problem: problem.unwrap_or_default(),
        }
    }
}

impl ResultRow {
    fn of(
        forward: Forward,
        title: String,
        next: Option<Timestamp>,
        found: &[Found],
        zone: &Zone,
    ) -> Self {
        let address = found.iter().find(|found| found.address.id == forward.address_id);
        let (class, outcome) = match forward.outcome {
            ForwardOutcome::Waiting if forward.tries == 0 => ("", "is sent in a moment"),
            ForwardOutcome::Waiting => ("", "is sent again"),
            ForwardOutcome::Taken => ("plus", "taken in there"),
            ForwardOutcome::Refused => ("minus", "refused there"),
            ForwardOutcome::Failed => ("minus", "not sent"),
        };
        let is_again = forward.outcome == ForwardOutcome::Waiting && forward.tries > 0;
        let next = next.filter(|_| is_again).map(|at| zone.moment(at));
        Self {
            title,
            shown: address.map(|found| shown_of(&found.address)).unwrap_or_default(),
            class,
            outcome,
            at: forward.tried_at.map(|at| zone.moment(at)).unwrap_or_default(),
            next: next.unwrap_or_default(),
            said: forward.said,
        }
    }
}

/// `POST /manage/{hub}/categories/{category}/forwarding`
pub async fn create(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    visit: Visit,
    form: Checked<ForwardingForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let category = find(&app, &scope, &names.1).await?;
    let gate = Gate { hub: scope.hub.clone(), category: category.clone() };
    let problem = match forward::add(&app, &gate, &as_typed(&form.0.url), scope.account.id).await {
        Ok(()) => return Ok(back(&scope, &category, "added")),
        Err(ForwardError::Url(WebUrlError::NotHttp)) => ONLY_WEB.to_owned(),
        Err(ForwardError::Database(error)) => return Err(error.into()),
        Err(error) => error.to_string(),
    };
    let problem = Problem { url: form.0.url, problems: Problems::one("url", problem) };
    page(&app, &scope, &visit, &category, problem, "").await
}

/// `POST /manage/{hub}/categories/{category}/forwarding/{address}/remove`
pub async fn delete(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String, i64)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let category = find(&app, &scope, &names.1).await?;
    let address = ForwardAddressId(names.2);
    if !forward::remove(&app, scope.hub.id, category.id, address, scope.account.id).await? {
        return Err(PageError::NotFound(Missing::Page));
    }
    Ok(back(&scope, &category, "removed"))
}

fn back(scope: &HubScope, category: &Category, done: &str) -> HttpResponse {
    let (hub, category) = (&scope.hub.slug, &category.slug);
    respond::see_other(&format!("/manage/{hub}/categories/{category}/forwarding?done={done}"))
}
