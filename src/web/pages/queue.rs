//! The queue: what waits, and why.

pub mod decided;
pub mod edit;
pub mod notice;
mod row;
pub mod stand;
pub mod talks;
pub mod verdict;

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::freeze::FrozenPart;
use super::manage::{DeskFace, DeskTab, HubDesk};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::categories::{self, Category};
use crate::db::pings::{self, Ping};
use crate::db::readings::Reading;
use crate::db::{DbConnection, DbError, bulk, queue, readings, trust};
use crate::model::id::{CategoryId, HubId, PingId, PublicId};
use crate::model::ping::{PingState, WaitReason};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, plural};
use notice::{Did, Notice};
use row::{Around, QueueRow, Revised};
use stand::Stand;

pub use row::{bars, state_words, trusts};

/// Pings on one page of the desk.
const PAGE: i64 = 30;

/// A filter of the desk: a category, a reason, a state.
#[derive(Debug)]
struct Filter {
    title: String,
    path: String,
    count: i64,
    is_current: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/queue.html")]
struct QueueView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    here: String,
    stand: Stand,
    posts_word: &'static str,
    categories: Vec<Filter>,
    reasons: Vec<Filter>,
    /// What is shown, where it is not all.
    shown: String,
    rows: Vec<QueueRow>,
    first: String,
    next: Option<String>,
    notice: Option<Notice>,
    today: Vec<(String, &'static str)>,
    has_categories: bool,
    is_untouched: bool,
    revised: Vec<Revised>,
}

impl QueueView {
    /// Whether anything can be left out of the list.
    const fn can_be_sifted(&self) -> bool {
        self.categories.len() > 2 || !self.reasons.is_empty()
    }

    /// Whether the post of this id is among those that are shown.
    fn is_on_page(&self, id: &str) -> bool {
        self.rows.iter().any(|row| row.id == id)
    }
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Query {
    #[serde(flatten)]
    stand: Stand,
    #[serde(flatten)]
    did: Did,
}

/// What the queue shows, read at one time.
struct Shown {
    around: Around,
    counts: Vec<(CategoryId, i64)>,
    reasons: Vec<(WaitReason, i64)>,
    waiting: Vec<Ping>,
    notice: Option<Notice>,
    today: Vec<(PingState, i64)>,
    revised: Vec<(Ping, Reading)>,
    /// Whether nothing has ever come.
    is_untouched: bool,
}

/// `GET /manage/{hub}`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, zone, now) = (scope.hub.id, Zone::of(&scope.hub), app.clock.now());
    if scope.hub.frozen_at.is_some() {
        return frozen(&app, &scope, &visit).await;
    }
    let query = query.into_inner();
    let stand = query.stand.clone();
    let welcome = query.did.welcome(&scope);
    let Shown { around, counts, reasons, mut waiting, notice, today, revised, is_untouched } =
        app.db.read(move |c| read(c, hub, &query, zone, now)).await?;
    let slug = &scope.hub.slug;
    let next = crop(&mut waiting).map(|last| stand.after(last).path(slug, &[]));
    let desk = HubDesk::read(&app, &scope, DeskTab::Queue).await?;
    let all = &around.categories;
    let view = QueueView {
        posts_word: plural(desk.waiting, "post", "posts"),
        categories: category_filters(all, &counts, slug, &stand, desk.waiting),
        reasons: reason_filters(&reasons, slug, &stand),
        shown: shown_words(all, &stand),
        has_categories: !all.is_empty(),
        rows: rows(waiting, &around),
        revised: revised
            .into_iter()
            .map(|(ping, reading)| Revised::of(ping, reading, &around.zone))
            .collect(),
        first: stand.first().path(slug, &[]),
        next,
        notice: notice.or(welcome),
        is_untouched,
        today: today_counts(&today),
        desk: DeskFace::of(&scope.account, &visit),
        hub: desk,
        csrf: visit.csrf.clone(),
        here: format!("/manage/{slug}"),
        stand,
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/frozen.html")]
struct FrozenView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    frozen: FrozenPart,
}

/// What stands in the place of the queue of a hub that is frozen.
async fn frozen(app: &App, scope: &HubScope, visit: &Visit) -> Result<HttpResponse, PageError> {
    let hub = scope.hub.id;
    let waiting = app.db.read(move |c| crate::db::hubs::count_waiting(c, hub)).await?;
    let part = FrozenPart::of(&scope.hub, waiting, app.clock.now());
    let frozen = part.ok_or(PageError::NotFound(Missing::Hub))?;
    let mut hub = HubDesk::read(app, scope, DeskTab::Queue).await?;
    hub.standing.clear();
    let desk = DeskFace::of(&scope.account, visit);
    let view = FrozenView { desk, hub, csrf: visit.csrf.clone(), frozen };
    respond::private_page(StatusCode::OK, &view, None, visit)
}

/// The posts of a page. What all posts of a blog or a sender have in common is offered once; of a
/// sender not beside a post of whose blog as many wait, which are most likely the same.
fn rows(waiting: Vec<Ping>, around: &Around) -> Vec<QueueRow> {
    let (mut blogs, mut senders) = (BTreeSet::new(), BTreeSet::new());
    let row = |ping: Ping| {
        let sender = ping.sender_hash.clone();
        let mut row = QueueRow::of(ping, around);
        let offers_sender = row.of_sender != row.of_blog && senders.insert(sender);
        row.of_sender *= i64::from(offers_sender);
        row.of_blog *= i64::from(blogs.insert(row.blog_key.clone()));
        row
    };
    waiting.into_iter().map(row).collect()
}

fn read(
    c: &mut DbConnection,
    hub: HubId,
    query: &Query,
    zone: Zone,
    now: Timestamp,
) -> Result<Shown, DbError> {
    let stand = &query.stand;
    let all = categories::list(c, hub)?;
    let filter = stand.filter(&all);
    let after = find_ping(c, hub, PublicId::parse(&stand.place))?;
    let after = after.map(|ping| (ping.received_at, ping.id));
    let waiting = queue::list_waiting(c, hub, filter, after, PAGE + 1)?;
    let ids: Vec<PingId> = waiting.iter().map(|ping| ping.id).collect();
    let keys: Vec<&str> = waiting.iter().map(|ping| ping.blog_key.as_str()).collect();
    let senders: Vec<&[u8]> = waiting
        .iter()
        .map(|ping| ping.sender_hash.as_slice())
        .filter(|hash| !hash.is_empty())
        .collect();
    let mut revised = Vec::new();
    for reading in readings::list_revised(c, hub, PAGE)? {
        let ping = pings::find(c, hub, reading.ping_id)?;
        let ping = ping.filter(|ping| ping.state == PingState::Listed);
        revised.extend(ping.map(|ping| (ping, reading)));
    }
    let day = std::time::Duration::from_secs(86_400);
    Ok(Shown {
        counts: queue::count_waiting(c, hub)?,
        reasons: queue::count_reasons(c, hub, filter.category)?,
        is_untouched: !queue::has_any(c, hub)?,
        notice: query.did.read(c, hub, now)?,
        today: queue::count_decided_since(c, hub, now.minus(day))?,
        revised,
        around: Around {
            readings: readings::list(c, hub, &ids)?,
            reasons: queue::list_reasons(c, hub, &ids)?,
            trust: trust::list_of(c, hub, &keys)?,
            by_blog: bulk::count_by_blog(c, hub, &keys)?,
            by_sender: bulk::count_by_sender(c, hub, &senders)?,
            newest: Vec::new(),
            keys: row::keys_of(c, hub, &waiting)?,
            categories: all,
            zone,
            now,
            frozen_at: None,
        },
        waiting,
    })
}

/// The ping of this public id, if it is this hub's.
pub(super) fn find_ping(
    connection: &mut DbConnection,
    hub: HubId,
    id: Option<PublicId>,
) -> Result<Option<Ping>, DbError> {
    let Some(id) = id else { return Ok(None) };
    match pings::find_public(connection, id)? {
        Some((of, ping)) if of == hub => pings::find(connection, hub, ping),
        _ => Ok(None),
    }
}

/// Cuts a page that was read one row too long, and names the last row that is shown.
fn crop(pings: &mut Vec<Ping>) -> Option<PublicId> {
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    if pings.len() <= page {
        return None;
    }
    pings.truncate(page);
    pings.last().map(|ping| ping.public_id)
}

fn category_filters(
    all: &[Category],
    counts: &[(CategoryId, i64)],
    hub: &str,
    stand: &Stand,
    waiting: i64,
) -> Vec<Filter> {
    let of = |slug: &str| Stand { category: slug.to_owned(), ..stand.first() };
    let everything = Filter {
        title: "All categories".to_owned(),
        path: of("").path(hub, &[]),
        count: waiting,
        is_current: !all.iter().any(|category| category.slug == stand.category),
    };
    let each = all.iter().map(|category| Filter {
        title: category.title.clone(),
        path: of(&category.slug).path(hub, &[]),
        count: counts.iter().find(|(id, _)| *id == category.id).map_or(0, |(_, count)| *count),
        is_current: category.slug == stand.category,
    });
    std::iter::once(everything).chain(each).collect()
}

fn reason_filters(counts: &[(WaitReason, i64)], hub: &str, stand: &Stand) -> Vec<Filter> {
    let of = |(reason, count): &(WaitReason, i64)| Filter {
        title: reason.as_words().to_owned(),
        path: Stand { reason: reason.as_str().to_owned(), ..stand.first() }.path(hub, &[]),
        count: *count,
        is_current: stand.reason == reason.as_str(),
    };
    counts.iter().map(of).collect()
}

/// What is shown, where a filter leaves something out.
fn shown_words(all: &[Category], stand: &Stand) -> String {
    let category = all.iter().find(|category| category.slug == stand.category);
    let reason = WaitReason::parse(&stand.reason).map(WaitReason::as_words);
    let parts = category.map(|category| category.title.as_str()).into_iter().chain(reason);
    parts.collect::<Vec<_>>().join(" · ")
}

fn today_counts(counts: &[(PingState, i64)]) -> Vec<(String, &'static str)> {
    let of = |state| counts.iter().find(|(this, _)| *this == state).map_or(0, |(_, n)| *n);
    vec![
        (of(PingState::Listed).to_string(), "listed"),
        (of(PingState::Rejected).to_string(), "not here"),
        (of(PingState::Spam).to_string(), "spam"),
    ]
}
