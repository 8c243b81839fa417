//! What was decided, and what is listed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::notice::{Did, Notice};
use super::row::{Around, QueueRow, keys_of, state_words};
use super::stand::Stand;
use super::{Filter, PAGE, crop, find_ping};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::listed::Place;
use crate::db::{DbError, categories, queue, readings, trust, verdicts};
use crate::model::id::{PingId, PublicId};
use crate::model::ping::PingState;
use crate::web::error::PageError;
use crate::web::extract::{HubScope, Visit};
use crate::web::pages::manage::{DeskFace, DeskTab, HubDesk};
use crate::web::respond;
use crate::web::view::Zone;

#[derive(Debug, Template)]
#[template(path = "pages/manage/decided.html")]
struct DecidedView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    stand: Stand,
    filters: Vec<Filter>,
    rows: Vec<QueueRow>,
    next: Option<String>,
    notice: Option<Notice>,
    is_frozen: bool,
}

impl DecidedView {
    /// What is shown, in words.
    fn current(&self) -> &str {
        self.filters.iter().find(|filter| filter.is_current).map_or("", |filter| &filter.title)
    }
}

/// What may stand behind the `?`.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Query {
    #[serde(flatten)]
    stand: Stand,
    #[serde(flatten)]
    did: Did,
}

/// `GET /manage/{hub}/decided`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, now) = (scope.hub.id, app.clock.now());
    let zone = Zone::of(&scope.hub);
    let Query { stand, did } = query.into_inner();
    let stand = Stand { page: "decided".to_owned(), ..stand };
    let state = PingState::parse(&stand.state);
    let before = PublicId::parse(&stand.place);
    let frozen_at = scope.hub.frozen_at;
    let (mut decided, around, notice) = app
        .db
        .read(move |c| {
            let before = find_ping(c, hub, before)?;
            let decided = if state == Some(PingState::Listed) {
                let before = before.and_then(|ping| {
                    ping.listed_at.map(|listed_at| Place { listed_at, id: ping.id })
                });
                queue::list_listed(c, hub, before, PAGE + 1)?
            } else {
                let before: Option<(Timestamp, PingId)> =
                    before.and_then(|ping| ping.decided_at.map(|at| (at, ping.id)));
                queue::list_decided(c, hub, state, before, PAGE + 1)?
            };
            let ids: Vec<PingId> = decided.iter().map(|ping| ping.id).collect();
            let blogs: Vec<&str> = decided.iter().map(|ping| ping.blog_key.as_str()).collect();
            let around = Around {
                categories: categories::list(c, hub)?,
                readings: readings::list(c, hub, &ids)?,
                newest: verdicts::list(c, hub, &ids)?,
                keys: keys_of(c, hub, &decided)?,
                reasons: Vec::new(),
                trust: trust::list_of(c, hub, &blogs)?,
                by_blog: Vec::new(),
                by_sender: Vec::new(),
                zone,
                now,
                frozen_at,
            };
            Ok::<_, DbError>((decided, around, did.read(c, hub, now)?))
        })
        .await?;
    let next = crop(&mut decided).map(|last| stand.after(last).path(&scope.hub.slug, &[]));
    let view = DecidedView {
        filters: filters(&scope.hub.slug, state),
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Decided).await?,
        csrf: visit.csrf.clone(),
        rows: decided.into_iter().map(|ping| QueueRow::of(ping, &around)).collect(),
        next,
        notice,
        stand,
        is_frozen: frozen_at.is_some(),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

fn filters(hub: &str, current: Option<PingState>) -> Vec<Filter> {
    let of = |state: Option<PingState>| {
        let name = state.map(PingState::as_str).unwrap_or_default().to_owned();
        let stand = Stand { page: "decided".to_owned(), state: name, ..Stand::default() };
        Filter {
            title: state
                .map_or_else(|| "All verdicts".to_owned(), |state| capital(state_words(state))),
            path: stand.path(hub, &[]),
            count: 0,
            is_current: state == current,
        }
    };
    let shown = [PingState::Listed, PingState::Rejected, PingState::Spam, PingState::Removed];
    std::iter::once(None).chain(shown.map(Some)).map(of).collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
