//! The queue: what waits, the verdicts, and undoing them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::post::came_by_words;
use super::sign_in::Nothing;
use crate::actions::moderate::{self, Decided};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::categories::{self, Category};
use crate::db::listed::Place;
use crate::db::pings::{self, Ping};
use crate::db::readings::Reading;
use crate::db::{DbError, queue, readings};
use crate::model::id::{PingId, PublicId};
use crate::model::ping::{CameBy, PingState, ReadingOutcome, Verdict};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Avatar, Zone, iso, plural};

/// Pings on one page of the queue.
const PAGE: i64 = 30;

/// Something a moderator should know about a ping.
#[derive(Debug)]
struct Chip {
    class: &'static str,
    text: String,
}

/// A ping in the queue.
#[derive(Debug)]
struct QueueRow {
    id: String,
    url: String,
    title: String,
    excerpt: String,
    blog_name: String,
    host: String,
    avatar: Avatar,
    time: String,
    time_iso: String,
    category: String,
    came_by: &'static str,
    chips: Vec<Chip>,
    state: &'static str,
    seen: &'static str,
    is_listed: bool,
    is_spam: bool,
    is_rejected: bool,
    is_purged: bool,
}

impl QueueRow {
    fn of(ping: Ping, categories: &[Category], readings: &[Reading], zone: &Zone) -> Self {
        let category = categories.iter().find(|category| category.id == ping.category_id);
        let host = url::Url::parse(&ping.url).ok().and_then(|u| u.host_str().map(str::to_owned));
        Self {
            id: ping.public_id.to_string(),
            chips: chips(&ping, readings.iter().find(|reading| reading.ping_id == ping.id)),
            host: host.unwrap_or_default(),
            avatar: Avatar::of(&ping.blog_name),
            time: zone.moment(ping.received_at),
            time_iso: iso(ping.received_at),
            category: category.map(|category| category.title.clone()).unwrap_or_default(),
            came_by: came_by_words(ping.came_by),
            state: state_words(ping.state),
            seen: ping.state.as_str(),
            is_listed: ping.state == PingState::Listed,
            is_spam: ping.state == PingState::Spam,
            is_rejected: ping.state == PingState::Rejected,
            is_purged: ping.purged_at.is_some(),
            url: ping.url,
            title: ping.title,
            excerpt: ping.excerpt,
            blog_name: ping.blog_name,
        }
    }
}

fn chips(ping: &Ping, reading: Option<&Reading>) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut chip = |class, text: String| chips.push(Chip { class, text });
    match (ping.proved, ping.came_by) {
        (true, _) => chip("plus", "with the passphrase".to_owned()),
        (false, CameBy::Trackback) => chip("", "nothing shows who sent it".to_owned()),
        (false, CameBy::Form | CameBy::Webmention | CameBy::Pingback | CameBy::Feed) => {}
    }
    if ping.forwarded {
        chip("", "passed on by another site".to_owned());
    }
    if let Some(reading) = reading {
        for (class, text) in page_chips(ping, reading) {
            chip(class, text);
        }
    }
    let links = ping.excerpt.matches("http://").count() + ping.excerpt.matches("https://").count();
    if links >= 2 {
        chip("minus", format!("{links} links in the excerpt"));
    }
    if ping.title == ping.blog_name {
        chip("minus", "title and blog name are the same".to_owned());
    }
    chips
}

/// What the reading of its page says about a ping.
fn page_chips(ping: &Ping, reading: &Reading) -> Vec<(&'static str, String)> {
    let mut chips = Vec::new();
    match reading.outcome {
        ReadingOutcome::Unread => {}
        ReadingOutcome::Linked => chips.push(("plus", "its page links here".to_owned())),
        ReadingOutcome::Unlinked => chips.push(("", "its page does not link here".to_owned())),
        ReadingOutcome::Failed => chips.push(("minus", "its page could not be read".to_owned())),
        ReadingOutcome::Gone => chips.push(("minus", "its page is gone".to_owned())),
    }
    let was_read = matches!(reading.outcome, ReadingOutcome::Linked | ReadingOutcome::Unlinked);
    if was_read && !ping.came_by.is_a_claim() && ping.came_by != CameBy::Feed {
        chips.push(match reading.title_matches {
            true => ("plus", "the title is its page’s".to_owned()),
            false => ("minus", "its page has another title".to_owned()),
        });
    }
    if reading.vouched {
        chips.push(("plus", "a trusted blog vouches for it".to_owned()));
    }
    if ping.hidden_at.is_some() {
        chips.push(("minus", "not shown: its page cannot be read".to_owned()));
    }
    chips
}

/// A listed ping whose page says something else now.
#[derive(Debug)]
struct Revised {
    id: String,
    url: String,
    title: String,
    new_title: String,
    excerpt: String,
    new_excerpt: String,
    blog_name: String,
    since: String,
}

impl Revised {
    fn of(ping: Ping, reading: Reading, zone: &Zone) -> Self {
        Self {
            id: ping.public_id.to_string(),
            since: reading.revision_at.map(|at| zone.moment(at)).unwrap_or_default(),
            url: ping.url,
            title: ping.title,
            new_title: reading.title,
            excerpt: ping.excerpt,
            new_excerpt: reading.excerpt,
            blog_name: ping.blog_name,
        }
    }
}

/// What a state is called on the desk.
pub const fn state_words(state: PingState) -> &'static str {
    match state {
        PingState::Pending => "waiting",
        PingState::Listed => "listed",
        PingState::Spam => "spam",
        PingState::Rejected => "not here",
        PingState::Removed => "removed",
    }
}

/// What was just done, and can be undone.
#[derive(Debug)]
struct Done {
    id: String,
    title: String,
    state: &'static str,
    /// Whether somebody else was faster, and nothing was done.
    is_stale: bool,
}

/// A tab of the queue: all categories, or one.
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
    category: String,
    posts_word: &'static str,
    filters: Vec<Filter>,
    rows: Vec<QueueRow>,
    next: Option<String>,
    done: Option<Done>,
    today: Vec<(String, &'static str)>,
    has_categories: bool,
    revised: Vec<Revised>,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    category: String,
    after: String,
    done: String,
    stale: String,
}

/// `GET /manage/{hub}`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let hub = scope.hub.id;
    let zone = Zone::of(&scope.hub);
    let now = app.clock.now();
    let query = query.into_inner();
    let (wanted, after) = (query.category.clone(), PublicId::parse(&query.after));
    let stale = PublicId::parse(&query.stale);
    let is_stale = stale.is_some();
    let done = stale.or_else(|| PublicId::parse(&query.done));
    let (all, counts, mut waiting, done, today, readings, revised) = app
        .db
        .read(move |c| {
            let all = categories::list(c, hub)?;
            let category = all.iter().find(|category| category.slug == wanted).map(|c| c.id);
            let after = place(c, hub, after)?.map(|ping| (ping.received_at, ping.id));
            let waiting = queue::list_waiting(c, hub, category, after, PAGE + 1)?;
            let done = place(c, hub, done)?;
            let day = std::time::Duration::from_secs(86_400);
            let today = queue::count_decided_since(c, hub, now.minus(day))?;
            let ids: Vec<PingId> = waiting.iter().map(|ping| ping.id).collect();
            let readings = readings::list(c, hub, &ids)?;
            let mut revised = Vec::new();
            for reading in readings::list_revised(c, hub, PAGE)? {
                revised.extend(pings::find(c, hub, reading.ping_id)?.map(|ping| (ping, reading)));
            }
            let counts = queue::count_waiting(c, hub)?;
            Ok::<_, DbError>((all, counts, waiting, done, today, readings, revised))
        })
        .await?;
    let here = format!("/manage/{}", scope.hub.slug);
    let next = crop(&mut waiting).map(|id| page_path(&here, &query.category, "after", id));
    let desk = HubDesk::read(&app, &scope, DeskTab::Queue).await?;
    let view = QueueView {
        posts_word: plural(desk.waiting, "post", "posts"),
        filters: filters(&all, &counts, &here, &query.category, desk.waiting),
        rows: waiting.into_iter().map(|ping| QueueRow::of(ping, &all, &readings, &zone)).collect(),
        revised: revised
            .into_iter()
            .filter(|(ping, _)| ping.state == PingState::Listed)
            .map(|(ping, reading)| Revised::of(ping, reading, &zone))
            .collect(),
        next,
        done: done.map(|ping| Done {
            id: ping.public_id.to_string(),
            state: state_words(ping.state),
            title: ping.title,
            is_stale,
        }),
        today: today_counts(&today),
        has_categories: !all.is_empty(),
        desk: DeskFace::of(&scope.account, &visit),
        hub: desk,
        csrf: visit.csrf.clone(),
        here,
        category: query.category,
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

fn place(
    connection: &mut crate::db::DbConnection,
    hub: crate::model::id::HubId,
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

fn page_path(here: &str, filter: &str, name: &str, id: PublicId) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !filter.is_empty() && filter.chars().all(kept) {
        let key = if name == "before" { "state" } else { "category" };
        format!("{here}?{key}={filter}&{name}={id}")
    } else {
        format!("{here}?{name}={id}")
    }
}

fn filters(
    all: &[Category],
    counts: &[(crate::model::id::CategoryId, i64)],
    here: &str,
    current: &str,
    waiting: i64,
) -> Vec<Filter> {
    let everything = Filter {
        title: "All categories".to_owned(),
        path: here.to_owned(),
        count: waiting,
        is_current: !all.iter().any(|category| category.slug == current),
    };
    let of = |category: &Category| Filter {
        title: category.title.clone(),
        path: format!("{here}?category={}", category.slug),
        count: counts.iter().find(|(id, _)| *id == category.id).map_or(0, |(_, count)| *count),
        is_current: category.slug == current,
    };
    std::iter::once(everything).chain(all.iter().map(of)).collect()
}

fn today_counts(counts: &[(PingState, i64)]) -> Vec<(String, &'static str)> {
    let of = |state| counts.iter().find(|(this, _)| *this == state).map_or(0, |(_, n)| *n);
    vec![
        (of(PingState::Listed).to_string(), "listed"),
        (of(PingState::Rejected).to_string(), "not here"),
        (of(PingState::Spam).to_string(), "spam"),
    ]
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/decided.html")]
struct DecidedView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    filters: Vec<Filter>,
    rows: Vec<QueueRow>,
    next: Option<String>,
    state: String,
}

/// `GET /manage/{hub}/decided`
pub async fn show_decided(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<DecidedQuery>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let hub = scope.hub.id;
    let zone = Zone::of(&scope.hub);
    let query = query.into_inner();
    let state = PingState::parse(&query.state);
    let before = PublicId::parse(&query.before);
    let (all, mut decided, readings) = app
        .db
        .read(move |c| {
            let before = place(c, hub, before)?;
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
            Ok::<_, DbError>((categories::list(c, hub)?, decided, readings::list(c, hub, &ids)?))
        })
        .await?;
    let here = format!("/manage/{}/decided", scope.hub.slug);
    let filter = state.map(PingState::as_str).unwrap_or_default();
    let next = crop(&mut decided).map(|id| page_path(&here, filter, "before", id));
    let shown = [PingState::Listed, PingState::Rejected, PingState::Spam, PingState::Removed];
    let all_filter = Filter {
        title: "All".to_owned(),
        path: here.clone(),
        count: 0,
        is_current: state.is_none(),
    };
    let filters = shown.iter().map(|this| Filter {
        title: capital(state_words(*this)),
        path: format!("{here}?state={}", this.as_str()),
        count: 0,
        is_current: state == Some(*this),
    });
    let view = DecidedView {
        filters: std::iter::once(all_filter).chain(filters).collect(),
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Decided).await?,
        csrf: visit.csrf.clone(),
        rows: decided.into_iter().map(|ping| QueueRow::of(ping, &all, &readings, &zone)).collect(),
        next,
        state: filter.to_owned(),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// What may stand behind the `?` of the decided posts.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct DecidedQuery {
    state: String,
    before: String,
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

async fn find(app: &App, scope: &HubScope, id: &str) -> Result<PingId, PageError> {
    let (hub, id) = (scope.hub.id, PublicId::parse(id));
    let found = app.db.read(move |c| place(c, hub, id)).await?;
    Ok(found.ok_or(PageError::NotFound(Missing::Post))?.id)
}

/// A verdict, and where to go back to.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct VerdictForm {
    verdict: String,
    category: String,
    /// The state the ping was in when the page was loaded.
    seen: String,
}

/// `POST /manage/{hub}/pings/{id}/verdict`
pub async fn decide(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    form: Checked<VerdictForm>,
) -> Result<HttpResponse, PageError> {
    let verdict = Verdict::parse(&form.0.verdict)
        .ok_or(PageError::BadRequest("Choose List, Not here or Spam."))?;
    let ping = find(&app, &scope, &names.1).await?;
    let (hub, seen) = (scope.hub.id, PingState::parse(&form.0.seen));
    let here = format!("/manage/{}", scope.hub.slug);
    let (name, ping) =
        match moderate::decide(&app, hub, ping, seen, verdict, scope.account.id).await? {
            Decided::Done(ping) => ("done", ping),
            Decided::Stale(ping) => ("stale", ping),
        };
    Ok(respond::see_other(&page_path(&here, &form.0.category, name, ping.public_id)))
}

/// `POST /manage/{hub}/pings/{id}/undo`
pub async fn undo(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    let ping = find(&app, &scope, &names.1).await?;
    match moderate::undo(&app, scope.hub.id, ping, scope.account.id).await {
        // Twice undone, or nothing to undo: the queue shows how things stand.
        Ok(_) | Err(DbError::NotFound) => {
            Ok(respond::see_other(&format!("/manage/{}", scope.hub.slug)))
        }
        Err(error) => Err(error.into()),
    }
}

/// What to do with a page that says something else now.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct RevisionForm {
    choice: String,
}

/// `POST /manage/{hub}/pings/{id}/revision`
pub async fn decide_revision(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    form: Checked<RevisionForm>,
) -> Result<HttpResponse, PageError> {
    let accept = match form.0.choice.as_str() {
        "accept" => true,
        "keep" => false,
        _ => return Err(PageError::BadRequest("Choose what is to be shown.")),
    };
    let ping = find(&app, &scope, &names.1).await?;
    moderate::decide_revision(&app, scope.hub.id, ping, accept).await?;
    Ok(respond::see_other(&format!("/manage/{}", scope.hub.slug)))
}
