//! The operator's desk.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, short_standing};
use super::reports::ReportRow;
use super::sign_in::Nothing;
use crate::actions::hubs::switch;
use crate::actions::moderate;
use crate::actions::operate::{self, Desk, Pages};
use crate::actions::resolve::{Found, find_hub};
use crate::app::App;
use crate::db::hubs::Switch;
use crate::db::{DbError, archive, reports};
use crate::model::id::{AccountId, ReportId};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Operator, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

#[derive(Debug)]
struct HubRow {
    title: String,
    slug: String,
    owners: String,
    opened: String,
    posts: String,
    posts_word: &'static str,
    standing: &'static str,
    is_approved: bool,
    is_suspended: bool,
}

#[derive(Debug)]
struct AccountRow {
    id: i64,
    name: String,
    email: String,
    since: String,
    is_operator: bool,
    is_suspended: bool,
    is_self: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/operator.html")]
struct OperatorView {
    desk: DeskFace,
    csrf: String,
    hubs: Vec<HubRow>,
    more_hubs: Option<String>,
    accounts: Vec<AccountRow>,
    more_accounts: Option<String>,
    reports: Vec<ReportRow>,
    more_reports: Option<String>,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    hubs: u16,
    accounts: u16,
    reports: u16,
}

/// `GET /operator`
pub async fn show(
    app: web::Data<App>,
    operator: Operator,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let pages = Pages {
        hubs: i64::from(query.hubs),
        accounts: i64::from(query.accounts),
        reports: i64::from(query.reports),
    };
    let desk = operate::read(&app, pages).await?;
    let view = OperatorView::of(desk, &operator, &query, &visit);
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

impl OperatorView {
    fn of(desk: Desk, operator: &Operator, query: &Query, visit: &Visit) -> Self {
        let utc = Zone::named("UTC");
        let hubs = desk.hubs.into_iter().map(|owned| HubRow {
            standing: short_standing(&owned.hub),
            owners: owned.owners.join(", "),
            opened: utc.moment_zoned(owned.hub.created_at),
            posts: number(owned.hub.listed_count),
            posts_word: plural(owned.hub.listed_count, "post", "posts"),
            is_approved: owned.hub.approved_at.is_some(),
            is_suspended: owned.hub.suspended_at.is_some(),
            title: owned.hub.title,
            slug: owned.hub.slug,
        });
        let accounts = desk.accounts.into_iter().map(|account| AccountRow {
            id: account.id.0,
            since: utc.moment_zoned(account.created_at),
            is_operator: account.is_operator,
            is_suspended: account.suspended_at.is_some(),
            is_self: account.id == operator.0.id,
            name: account.name,
            email: account.email,
        });
        Self {
            desk: DeskFace::of(&operator.0, visit),
            csrf: visit.csrf.clone(),
            hubs: hubs.collect(),
            more_hubs: desk.more_hubs.then(|| format!("/operator?hubs={}", query.hubs + 1)),
            accounts: accounts.collect(),
            more_accounts: desk
                .more_accounts
                .then(|| format!("/operator?accounts={}", query.accounts + 1)),
            more_reports: desk
                .more_reports
                .then(|| format!("/operator?reports={}", query.reports + 1)),
            reports: desk.reports.into_iter().map(|report| ReportRow::of(report, &utc)).collect(),
        }
    }
}

/// `POST /operator/hubs/{hub}/{verb}`
pub async fn update_hub(
    app: web::Data<App>,
    _operator: Operator,
    names: web::Path<(String, String)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (slug, verb) = names.into_inner();
    let (which, on) = match verb.as_str() {
        "approve" => (Switch::Approved, true),
        "unapprove" => (Switch::Approved, false),
        "suspend" => (Switch::Suspended, true),
        "restore" => (Switch::Suspended, false),
        _ => return Err(PageError::NotFound(Missing::Page)),
    };
    let found = app.db.read(move |c| find_hub(c, &slug)).await?;
    let (Found::Here(hub) | Found::Moved(hub)) = found else {
        return Err(PageError::NotFound(Missing::Hub));
    };
    let id = hub.id;
    let half = app.db.read(move |c| archive::find_restoration(c, id)).await?;
    if (which, on) == (Switch::Suspended, false) && half == Some(None) {
        return Err(PageError::BadRequest(
            "This hub is being brought here, and is not whole yet. If that broke off, import its file once more: it goes on where it was.",
        ));
    }
    switch(&app, id, which, on).await?;
    Ok(respond::see_other("/operator"))
}

/// `POST /operator/accounts/{account}/{verb}`
pub async fn update_account(
    app: web::Data<App>,
    operator: Operator,
    names: web::Path<(i64, String)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (account, verb) = names.into_inner();
    let suspended = match verb.as_str() {
        "suspend" => true,
        "restore" => false,
        _ => return Err(PageError::NotFound(Missing::Page)),
    };
    operate::suspend_account(&app, operator.0.id, AccountId(account), suspended).await?;
    Ok(respond::see_other("/operator"))
}

/// `POST /operator/reports/{hub}/{report}/dismiss`
pub async fn dismiss_report(
    app: web::Data<App>,
    operator: Operator,
    names: web::Path<(String, i64)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (slug, report) = names.into_inner();
    let found = app
        .db
        .read(move |c| match find_hub(c, &slug)? {
            Found::Here(hub) | Found::Moved(hub) => {
                let ping = reports::find_ping(c, hub.id, ReportId(report))?;
                Ok::<_, DbError>(ping.map(|ping| (hub.id, ping)))
            }
            Found::Gone | Found::Unknown => Ok(None),
        })
        .await?;
    let (hub, ping) = found.ok_or(PageError::NotFound(Missing::Page))?;
    moderate::dismiss_reports(&app, hub, ping, operator.0.id).await?;
    Ok(respond::see_other("/operator"))
}
