//! Taking a hub home: what is in it, the download, and how far it is.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use askama::Template;
use futures_core::Stream;
use tokio::sync::mpsc::Receiver;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::take_home::{self, Piece, TakeHomeError};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::exports::{self, Export};
use crate::model::category::Readers;
use crate::web::error::PageError;
use crate::web::extract::{Checked, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number};

/// How many downloads the page names.
const SHOWN: i64 = 5;

#[derive(Debug, Template)]
#[template(path = "pages/manage/take_home.html")]
struct TakeHomeView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    slug: String,
    /// `about 2 MB`.
    size: String,
    is_locked: bool,
    running: Option<Running>,
    /// Downloads that ended, the newest first: when, and how.
    ended: Vec<(String, String)>,
    problem: String,
}

/// How far a download is.
#[derive(Debug)]
struct Running {
    done: i64,
    total: i64,
    /// `1,204 of about 3,000 files and posts, 3 MB`.
    says: String,
}

impl Running {
    fn of(export: &Export) -> Self {
        let (done, total) = (export.done, export.total);
        let says = format!(
            "{} of about {} files and posts, {}",
            number(done),
            number(total),
            megabytes(export.bytes)
        );
        Self { done, total, says }
    }
}

/// `3 MB`.
fn megabytes(bytes: i64) -> String {
    match bytes {
        0..50_000 => "less than 0.1 MB".to_owned(),
        ..10_000_000 => {
            format!("{}.{} MB", (bytes + 50_000) / 1_000_000, (bytes + 50_000) / 100_000 % 10)
        }
        bytes => format!("{} MB", number((bytes + 500_000) / 1_000_000)),
    }
}

/// How a download ended, or did not.
fn ended(export: &Export, zone: &Zone, now: Timestamp) -> Option<(String, String)> {
    if export.is_running(now) {
        return None;
    }
    let by = export.taken_by.as_deref().map(|name| format!(", by {name}")).unwrap_or_default();
    let how = match (export.is_whole(), export.failed.as_str()) {
        (true, _) => format!("{}{by}", megabytes(export.bytes)),
        (false, "") => format!("It broke off{by}."),
        (false, failed) => format!("{failed}{by}"),
    };
    Some((zone.moment(export.started_at), how))
}

/// `GET /manage/{hub}/take-home`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    page(&app, &scope, &visit, StatusCode::OK, String::new()).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    status: StatusCode,
    problem: String,
) -> Result<HttpResponse, PageError> {
    let (id, now, zone) = (scope.hub.id, app.clock.now(), Zone::of(&scope.hub));
    let size = take_home::size(app, &scope.hub).await?;
    let all = app.db.read(move |c| exports::list(c, id, SHOWN)).await?;
    let running = all.iter().find(|export| export.is_running(now));
    let view = TakeHomeView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::TakeHome).await?,
        csrf: visit.csrf.clone(),
        slug: scope.hub.slug.clone(),
        size: megabytes(size.bytes),
        is_locked: scope.hub.readers == Readers::Password,
        running: running.map(Running::of),
        ended: all.iter().filter_map(|export| ended(export, &zone, now)).collect(),
        problem,
    };
    respond::private_page(status, &view, None, visit)
}

/// `POST /manage/{hub}/take-home`: the archive itself, while it is made.
pub async fn create(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let by = Some(scope.account.id);
    match take_home::begin(&app, &scope.hub, by).await {
        Ok(pieces) => Ok(download(&scope.hub.slug, pieces)),
        Err(TakeHomeError::Database(error)) => Err(error.into()),
        Err(error) => {
            let problem = match error {
                TakeHomeError::Busy => error.to_string(),
                _ => "It could not be started: try again in a while.".to_owned(),
            };
            page(&app, &scope, &visit, StatusCode::SERVICE_UNAVAILABLE, problem).await
        }
    }
}

fn download(slug: &str, pieces: Receiver<Piece>) -> HttpResponse {
    let saved = format!("attachment; filename=\"{slug}.zip\"");
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((header::CONTENT_DISPOSITION, saved))
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        // A proxy would gather it first, and whoever waits would see nothing move.
        .insert_header(("X-Accel-Buffering", "no"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .streaming(Pieces(pieces))
}

/// The pieces, as a stream: it breaks off where they do.
struct Pieces(Receiver<Piece>);

impl Stream for Pieces {
    type Item = Result<Bytes, TakeHomeError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Bytes::from)))
    }
}

impl actix_web::ResponseError for TakeHomeError {}

/// `GET /manage/{hub}/take-home/progress`: how far it is, for the page's script.
pub async fn show_progress(
    app: web::Data<App>,
    scope: HubScope,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let (id, now) = (scope.hub.id, app.clock.now());
    let all = app.db.read(move |c| exports::list(c, id, SHOWN)).await?;
    let running = all.iter().find(|export| export.is_running(now)).map(Running::of);
    let last = all.first().filter(|export| export.is_whole()).map(|export| megabytes(export.bytes));
    let told = serde_json::json!({
        "running": running.is_some(),
        "says": running.as_ref().map(|running| running.says.as_str()),
        "done": running.as_ref().map(|running| running.done),
        "total": running.as_ref().map(|running| running.total),
        "whole": last,
    });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(told))
}

#[cfg(test)]
mod tests {
    use super::megabytes;

    #[test]
    fn sizes_are_said_in_megabytes() {
        for (bytes, says) in [
            (0, "less than 0.1 MB"),
            (50_000, "0.1 MB"),
            (1_949_999, "1.9 MB"),
            (1_950_000, "2.0 MB"),
            (9_999_999, "10.0 MB"),
            (10_000_000, "10 MB"),
            (1_234_567_890, "1,235 MB"),
        ] {
            assert_eq!(megabytes(bytes), says);
        }
    }
}
