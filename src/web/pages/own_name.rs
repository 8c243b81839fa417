//! A hub's own name: typed, proved, used, given up.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::own_name::{self as actions, NameError};
use crate::app::App;
use crate::model::own_name::OwnName;
use crate::web::error::PageError;
use crate::web::extract::{Checked, Done, HubScope, Visit, client};
use crate::web::respond;
use crate::web::view::Zone;

/// A name that the hub asked for.
#[derive(Debug)]
struct NameRow {
    host: String,
    /// Where pages under it are.
    home: String,
    /// Since when it is proved; empty where it is not.
    proved: String,
    /// Whether it is in use.
    is_used: bool,
    /// Whether another hub has it.
    is_of_other: bool,
    /// Whether it is all that somebody registered: it cannot be an alias in the DNS.
    is_registered: bool,
    record: String,
    file: String,
    token: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/own_name.html")]
struct NameView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    /// Where the hub is without a name of its own.
    plain: String,
    /// The name of this site.
    site: String,
    typed: String,
    wrong: String,
    /// What a check found, or why something was not done.
    problem: Vec<String>,
    notice: &'static str,
    rows: Vec<NameRow>,
}

impl NameView {
    fn used(&self) -> Option<&NameRow> {
        self.rows.iter().find(|row| row.is_used)
    }

    fn unused(&self) -> impl Iterator<Item = &NameRow> {
        self.rows.iter().filter(|row| !row.is_used)
    }
}

/// What the page says above its forms.
#[derive(Debug, Default)]
struct Said {
    typed: String,
    wrong: String,
    problem: Vec<String>,
    notice: &'static str,
}

/// `GET /manage/{hub}/name`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = match query.done.as_str() {
        "asked" => "Noted. Show now that the name is yours.",
        "proved" => "The name is yours. Nothing has changed for readers yet.",
        "used" => "The hub is under its own name: pages and feeds at the old address lead there.",
        "stopped" => "The hub is back at this site’s address.",
        "forgotten" => "The name is forgotten.",
        _ => "",
    };
    page(&app, &scope, &visit, Said { notice, ..Said::default() }).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    said: Said,
) -> Result<HttpResponse, PageError> {
    let (hub, zone) = (scope.hub.id, Zone::of(&scope.hub));
    let used = actions::used_by(&scope.hub);
    let names = app.db.read(move |c| actions::list(c, hub)).await?;
    let row = |(row, is_of_other): (crate::db::own_names::NameRow, bool)| {
        let name = OwnName::of_home(&format!("http://{}", row.host))?;
        Some(NameRow {
            home: name.home(&app.addresses),
            proved: row.proved_at.map(|at| zone.moment(at)).unwrap_or_default(),
            is_used: used.as_ref() == Some(&name),
            is_of_other,
            is_registered: name.is_registered(),
            record: name.record(),
            file: name.file(),
            token: actions::token(app, hub, &name),
            host: row.host,
        })
    };
    let view = NameView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Settings).await?,
        csrf: visit.csrf.clone(),
        plain: app.addresses.path(&format!("/{}", scope.hub.slug)),
        // Records know no ports.
        site: app.addresses.base().host_str().unwrap_or_default().to_owned(),
        rows: names.into_iter().filter_map(row).collect(),
        typed: said.typed,
        wrong: said.wrong,
        problem: said.problem,
        notice: said.notice,
    };
    let is_fine = view.problem.is_empty() && view.wrong.is_empty();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    respond::private_page(status, &view, None, visit)
}

fn done(scope: &HubScope, what: &str) -> HttpResponse {
    respond::see_other(&format!("/manage/{}/name?done={what}", scope.hub.slug))
}

/// A name, in a form.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct NameForm {
    host: String,
}

impl NameForm {
    fn name(&self, app: &App) -> Result<OwnName, NameError> {
        Ok(OwnName::parse(&self.host, app.addresses.base())?)
    }
}

/// `POST /manage/{hub}/name`
pub async fn ask(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<NameForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let typed = form.0.host;
    match actions::ask(&app, scope.hub.id, &typed).await {
        Ok(_) => Ok(done(&scope, "asked")),
        Err(NameError::Database(error)) => Err(error.into()),
        Err(error) => {
            let said = Said { typed, wrong: error.to_string(), ..Said::default() };
            page(&app, &scope, &visit, said).await
        }
    }
}

/// What was wrong, on the page it was wrong on.
async fn refused(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    error: NameError,
) -> Result<HttpResponse, PageError> {
    let problem = match error {
        NameError::NoProof { record, file } => {
            let first = "It is not shown yet that the name is yours. One of the two is enough.";
            vec![first.to_owned(), record, file]
        }
        NameError::TooOften(too_often) => return Err(too_often.into()),
        NameError::Database(error) => return Err(error.into()),
        error => vec![error.to_string()],
    };
    page(app, scope, visit, Said { problem, ..Said::default() }).await
}

/// `POST /manage/{hub}/name/check`
pub async fn check(
    app: web::Data<App>,
    request: HttpRequest,
    scope: HubScope,
    visit: Visit,
    form: Checked<NameForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let checked = match form.0.name(&app) {
        Ok(name) => {
            let from = client(&app, &request);
            actions::check(&app, scope.hub.id, &name, scope.account.id, from).await
        }
        Err(error) => Err(error),
    };
    match checked {
        Ok(_) => Ok(done(&scope, "proved")),
        Err(error) => refused(&app, &scope, &visit, error).await,
    }
}

/// `POST /manage/{hub}/name/use`
pub async fn begin(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<NameForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let begun = match form.0.name(&app) {
        Ok(name) => actions::begin(&app, scope.hub.id, &name, Some(scope.account.id)).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(()) => Ok(done(&scope, "used")),
        Err(error) => refused(&app, &scope, &visit, error).await,
    }
}

/// `POST /manage/{hub}/name/stop`
pub async fn stop(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    actions::stop(&app, scope.hub.id, Some(scope.account.id)).await?;
    Ok(done(&scope, "stopped"))
}

/// `POST /manage/{hub}/name/forget`
pub async fn forget(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<NameForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let forgotten = match form.0.name(&app) {
        Ok(name) => actions::forget(&app, scope.hub.id, &name, scope.account.id).await,
        Err(error) => Err(error),
    };
    match forgotten {
        Ok(()) => Ok(done(&scope, "forgotten")),
        Err(error) => refused(&app, &scope, &visit, error).await,
    }
}
