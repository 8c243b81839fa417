//! Next year: a hub is begun again, and stands in a series with those before it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::series::path_of;
use super::sign_in::Nothing;
use crate::actions::hubs::{BeginError, HubError, NextDraft, Secrets, begin_again};
use crate::actions::series::{self as series_of, SeriesError};
use crate::app::App;
use crate::db::series::Series;
use crate::db::{DbError, categories, series};
use crate::model::problems::Problems;
use crate::web::error::PageError;
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;

#[derive(Debug, Template)]
#[template(path = "pages/manage/next_year.html")]
struct NextYearView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    host: String,
    draft: NextDraft,
    secrets: Secrets,
    /// The series the hub is in.
    series: Option<Series>,
    /// Where it stands.
    series_path: String,
    /// What its title was typed as, or is.
    series_title: String,
    /// Those it could be in.
    others: Vec<Series>,
    problems: Problems,
    notice: &'static str,
}

/// What was typed, and what was wrong with it.
#[derive(Default)]
struct Typed {
    draft: Option<NextDraft>,
    series_title: Option<String>,
    problems: Problems,
    notice: &'static str,
}

/// `GET /manage/{hub}/next`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = match query.done.as_str() {
        "named" => "Saved: the series is called so.",
        "joined" => "The hub is in the series.",
        "left" => "The hub is in no series any more.",
        _ => "",
    };
    page(&app, &scope, &visit, Typed { notice, ..Typed::default() }).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let (hub, account) = (scope.hub.id, scope.account.id);
    let (all, series, others) = app
        .db
        .read(move |c| {
            let others = series::list_joinable(c, hub, account)?;
            Ok::<_, DbError>((categories::list(c, hub)?, series::find_of(c, hub)?, others))
        })
        .await?;
    let title = series.as_ref().map(|series| series.title.clone());
    let view = NextYearView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Settings).await?,
        csrf: visit.csrf.clone(),
        host: app.addresses.host(),
        draft: typed.draft.unwrap_or_else(|| NextDraft::after(&scope.hub)),
        secrets: Secrets::of(&scope.hub, &all),
        series_path: series.as_ref().map(|s| path_of(&s.slug)).unwrap_or_default(),
        series_title: typed.series_title.or(title).unwrap_or_default(),
        series,
        others,
        problems: typed.problems,
        notice: typed.notice,
    };
    respond::form_page(&view.problems, &view, visit)
}

/// `POST /manage/{hub}/next`
pub async fn create(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<NextDraft>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    match begin_again(&app, &scope.hub, &form.0, &scope.account).await {
        Ok(slug) => {
            let path = format!("/manage/{}/categories?done=begun", slug.as_str());
            Ok(respond::see_other(&path))
        }
        Err(BeginError::Hub(HubError::Problems(problems))) => {
            let typed = Typed { draft: Some(form.0), problems, ..Typed::default() };
            page(&app, &scope, &visit, typed).await
        }
        Err(BeginError::Hub(HubError::Database(error))) => Err(error.into()),
        Err(BeginError::Busy(error)) => Err(error.into()),
    }
}

/// What a series is called.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct NameForm {
    series: String,
}

/// `POST /manage/{hub}/series`
pub async fn name_series(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<NameForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let series_title = form.0.series;
    match series_of::name(&app, scope.hub.id, &series_title, scope.account.id).await {
        Ok(()) => Ok(back(&scope, "named")),
        Err(error) => refused(&app, &scope, &visit, Some(series_title), error).await,
    }
}

/// The page again, with what was wrong about the series.
async fn refused(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    series_title: Option<String>,
    error: SeriesError,
) -> Result<HttpResponse, PageError> {
    match error {
        SeriesError::Problems(problems) => {
            let problems = Problems::one("series_title", problems.first());
            let typed = Typed { series_title, problems, ..Typed::default() };
            page(app, scope, visit, typed).await
        }
        SeriesError::Database(error) => Err(error.into()),
    }
}

/// Which series.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct JoinForm {
    slug: String,
}

/// `POST /manage/{hub}/series/join`
pub async fn join_series(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<JoinForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    match series_of::join(&app, scope.hub.id, &form.0.slug, scope.account.id).await {
        Ok(()) => Ok(back(&scope, "joined")),
        Err(error) => refused(&app, &scope, &visit, None, error).await,
    }
}

/// `POST /manage/{hub}/series/leave`
pub async fn leave_series(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    series_of::leave(&app, scope.hub.id, scope.account.id).await?;
    Ok(back(&scope, "left"))
}

fn back(scope: &HubScope, done: &str) -> HttpResponse {
    respond::see_other(&format!("/manage/{}/next?done={done}#the-series", scope.hub.slug))
}
