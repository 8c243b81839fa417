//! The operator's look at jobs: how many wait, and those that were set aside.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::DeskFace;
use super::sign_in::Nothing;
use crate::actions::operate;
use crate::app::{App, MAX_JOBS};
use crate::db::jobs::{JobKey, JobRow};
use crate::model::id::HubId;
use crate::model::job::JobKind;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Operator, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

#[derive(Debug)]
struct Row {
    path: String,
    what: &'static str,
    subject: i64,
    hub: i64,
    at: String,
    attempts: i64,
    problem: String,
}

impl Row {
    fn of(job: JobRow, zone: &Zone) -> Self {
        let (hub, kind, subject) = (job.hub_id.0, job.kind.as_str(), job.subject_id);
        Self {
            path: format!("/operator/jobs/{hub}/{kind}/{subject}"),
            what: words(job.kind),
            subject,
            hub,
            at: job.failed_at.map(|at| zone.moment_zoned(at)).unwrap_or_default(),
            attempts: job.attempts,
            problem: job.problem.unwrap_or_default(),
        }
    }
}

const fn words(kind: JobKind) -> &'static str {
    match kind {
        JobKind::VerifyPing => "Reading the page of ping",
        JobKind::ReadFeed => "Reading the followed feed",
        JobKind::ReadBlog => "Reading the feed of blog",
        JobKind::Notify => "Telling the members of the hub: news",
        JobKind::SendDigest => "Mailing what is new to account",
        JobKind::ForwardPing => "Passing a post on, forward",
        JobKind::PushFeeds => "Finding whom the hub’s feeds are pushed to:",
        JobKind::AskSubscriber => "Asking whether they want a feed, subscription",
        JobKind::DeliverFeed => "Pushing a feed, subscription",
        JobKind::AnnounceFeed => "Telling another hub of a feed, announcement",
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/jobs.html")]
struct JobsView {
    desk: DeskFace,
    csrf: String,
    waiting: String,
    waiting_word: &'static str,
    is_full: bool,
    next: String,
    rows: Vec<Row>,
}

/// `GET /operator/jobs`
pub async fn show(
    app: web::Data<App>,
    operator: Operator,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let found = operate::read_jobs(&app).await?;
    let utc = Zone::named("UTC");
    let view = JobsView {
        desk: DeskFace::of(&operator.0, &visit),
        csrf: visit.csrf.clone(),
        waiting: number(found.waiting),
        waiting_word: plural(found.waiting, "job waits", "jobs wait"),
        is_full: found.waiting >= MAX_JOBS,
        next: found.next.map(|at| utc.moment_zoned(at)).unwrap_or_default(),
        rows: found.set_aside.into_iter().map(|job| Row::of(job, &utc)).collect(),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `POST /operator/jobs/{hub}/{kind}/{subject}/{verb}`
pub async fn update(
    app: web::Data<App>,
    _operator: Operator,
    names: web::Path<(i64, String, i64, String)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (hub, kind, subject, verb) = names.into_inner();
    let kind = JobKind::parse(&kind).ok_or(PageError::NotFound(Missing::Page))?;
    let key = JobKey { hub: HubId(hub), kind, subject };
    match verb.as_str() {
        "retry" => operate::retry_job(&app, key).await?,
        "forget" => operate::forget_job(&app, key).await?,
        _ => return Err(PageError::NotFound(Missing::Page)),
    }
    Ok(respond::see_other("/operator/jobs"))
}
