//! What readers reported, for a hub's organizers.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::queue::notice::{Did, Notice};
use super::queue::stand::Stand;
use super::queue::state_words;
use super::sign_in::Nothing;
use crate::actions::moderate;
use crate::app::App;
use crate::db::reports::{self, OpenReport};
use crate::db::{DbError, pings};
use crate::model::blog::barred_with;
use crate::model::id::ReportId;
use crate::model::ping::{PingState, ReportReason};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, HubScope, Visit};
use crate::web::respond;
use crate::web::view::Zone;

/// A report on the desk.
#[derive(Debug)]
pub struct ReportRow {
    /// Its id, for the button.
    pub id: i64,
    /// Why.
    pub reason: &'static str,
    /// In the reader's words.
    pub note: String,
    /// When.
    pub at: String,
    /// The ping's id, for the verdict.
    pub ping: String,
    /// The post's title.
    pub title: String,
    /// The blog's name.
    pub blog_name: String,
    /// What taking it for spam bars, in words.
    pub bars: String,
    /// What state the ping is in.
    pub state: &'static str,
    /// Whether it is still listed.
    pub is_listed: bool,
    /// The hub.
    pub hub: String,
    /// The hub's page.
    pub hub_path: String,
}

impl ReportRow {
    /// A report, with times in `zone`.
    pub fn of(report: OpenReport, zone: &Zone) -> Self {
        Self {
            id: report.id.0,
            reason: reason_words(report.reason),
            note: report.note,
            at: zone.moment_zoned(report.created_at),
            ping: report.public_id.to_string(),
            title: report.title,
            bars: barred_with(&report.blog_key),
            blog_name: report.blog_name,
            state: state_words(report.state),
            is_listed: report.state == PingState::Listed,
            hub: report.hub_title,
            hub_path: format!("/{}", report.hub_slug),
        }
    }
}

const fn reason_words(reason: ReportReason) -> &'static str {
    match reason {
        ReportReason::Spam => "It is advertising",
        ReportReason::Abuse => "It harms somebody",
        ReportReason::NotMine => "Its author did not send it",
        ReportReason::Other => "Something else",
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/reports.html")]
struct ReportsView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    stand: Stand,
    notice: Option<Notice>,
    rows: Vec<ReportRow>,
}

/// `GET /manage/{hub}/reports`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    did: web::Query<Did>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, zone, now) = (scope.hub.id, Zone::of(&scope.hub), app.clock.now());
    let (open, notice) = app
        .db
        .read(move |c| {
            let open = reports::list_open(c, Some(hub), 0, 100)?;
            Ok::<_, DbError>((open, did.read(c, hub, now)?))
        })
        .await?;
    let view = ReportsView {
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Reports).await?,
        csrf: visit.csrf.clone(),
        stand: Stand { page: "reports".to_owned(), ..Stand::default() },
        notice,
        rows: open.into_iter().map(|report| ReportRow::of(report, &zone)).collect(),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `POST /manage/{hub}/reports/{report}/dismiss`
pub async fn dismiss(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (hub, report) = (scope.hub.id, ReportId(names.1));
    let found = app
        .db
        .read(move |c| match reports::find_ping(c, hub, report)? {
            Some(ping) => pings::find(c, hub, ping),
            None => Ok(None),
        })
        .await?;
    let ping = found.ok_or(PageError::NotFound(Missing::Page))?;
    moderate::dismiss_reports(&app, hub, ping.id, scope.account.id).await?;
    let done = format!("/manage/{}/reports?dismissed={}", scope.hub.slug, ping.public_id);
    Ok(respond::see_other(&done))
}
