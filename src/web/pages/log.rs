//! The log: who did what on a hub's desk.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::queue::state_words;
use crate::app::App;
use crate::db::DbError;
use crate::db::log::{self, Entry, Filter};
use crate::model::id::{AccountId, LogId};
use crate::model::log::{LogGroup, LogKind};
use crate::model::ping::PingState;
use crate::web::error::PageError;
use crate::web::extract::{HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, iso, number, plural};

/// Lines on one page.
const PAGE: i64 = 50;

/// A line of the log.
#[derive(Debug)]
struct LogRow {
    who: String,
    did: String,
    what: String,
    time: String,
    time_iso: String,
}

impl LogRow {
    fn of(entry: Entry, zone: &Zone) -> Self {
        let (did, what) = words(&entry);
        Self {
            did,
            what,
            time: zone.moment(entry.happened_at),
            time_iso: iso(entry.happened_at),
            who: entry.actor.unwrap_or_else(|| {
                match entry.kind {
                    LogKind::KeptAway => "A blogger",
                    _ => "The command line, or a deleted account",
                }
                .to_owned()
            }),
        }
    }
}

/// What was done, and to what.
fn words(entry: &Entry) -> (String, String) {
    let detail = entry.detail.clone();
    let title = match &entry.title {
        Some(title) if title.is_empty() => "a post whose texts were deleted".to_owned(),
        title => title.clone().unwrap_or_default(),
    };
    let (did, what) = match entry.kind {
        LogKind::Verdict => (verdict_words(&detail).to_owned(), title),
        LogKind::Undo => (format!("took a verdict back ({} again):", states(&detail)), title),
        LogKind::Bulk => return (bulk_words(&detail), String::new()),
        LogKind::BulkUndo => {
            let count: i64 = detail.parse().unwrap_or_default();
            let posts = plural(count, "post", "posts");
            let did = format!("took a verdict on {} {posts} back", number(count));
            return (did, String::new());
        }
        LogKind::Edit => ("edited".to_owned(), title),
        LogKind::Original => ("went back to the sender’s words of".to_owned(), title),
        LogKind::Revision if detail == "accept" => ("showed what its page says now:".into(), title),
        LogKind::Revision => ("kept what was listed:".to_owned(), title),
        LogKind::Report => ("dismissed what was reported about".to_owned(), title),
        LogKind::CategoryOpened => ("opened the category".to_owned(), detail),
        LogKind::CategoryChanged => ("changed the category".to_owned(), detail),
        LogKind::CategoryDeleted => ("deleted the category".to_owned(), detail),
        LogKind::HubChanged => ("changed the hub’s settings:".to_owned(), detail),
        LogKind::HubClosed => ("closed the hub".to_owned(), String::new()),
        LogKind::HubReopened => ("opened the hub again".to_owned(), String::new()),
        LogKind::HubFrozen => ("froze the hub".to_owned(), String::new()),
        LogKind::HubUnfrozen => ("took the freezing of the hub back".to_owned(), String::new()),
        LogKind::KeptAway if detail == "again" => {
            ("lets a post come again that was kept away".to_owned(), String::new())
        }
        LogKind::KeptAway => ("had a post removed and kept away".to_owned(), String::new()),
        LogKind::FeedFollowed => ("had a feed followed:".to_owned(), detail),
        LogKind::FeedRemoved => ("had a feed followed no more:".to_owned(), detail),
        LogKind::TakenHome => {
            ("took the hub home: its site and its data".to_owned(), String::new())
        }
        LogKind::Member | LogKind::Blog | LogKind::Rule | LogKind::Key | LogKind::Forwarding => {
            (detail, String::new())
        }
    };
    (did, what)
}

fn states(name: &str) -> &'static str {
    PingState::parse(name).map_or("", state_words)
}

fn verdict_words(state: &str) -> &'static str {
    match PingState::parse(state) {
        Some(PingState::Listed) => "listed",
        Some(PingState::Rejected) => "said “not here” to",
        Some(PingState::Spam) => "set aside as spam",
        Some(PingState::Removed) => "removed",
        Some(PingState::Pending) | None => "decided about",
    }
}

fn bulk_words(detail: &str) -> String {
    let (state, count) = detail.split_once(' ').unwrap_or((detail, ""));
    let count: i64 = count.parse().unwrap_or_default();
    format!("{} {} {} at once", verdict_words(state), number(count), plural(count, "post", "posts"))
}

/// Something to choose from.
#[derive(Debug)]
struct Choice {
    value: String,
    title: String,
    is_chosen: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/log.html")]
struct LogView {
    desk: DeskFace,
    hub: HubDesk,
    rows: Vec<LogRow>,
    people: Vec<Choice>,
    kinds: Vec<Choice>,
    next: Option<String>,
}

impl LogView {
    /// Whether some lines are left out.
    fn is_sifted(&self) -> bool {
        self.people.iter().chain(&self.kinds).any(|choice| choice.is_chosen)
    }
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    who: String,
    kind: String,
    before: String,
}

/// `GET /manage/{hub}/log`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, zone) = (scope.hub.id, Zone::of(&scope.hub));
    let actor = query.who.parse().ok().map(AccountId);
    let group = LogGroup::parse(&query.kind);
    let before = query.before.parse().ok().map(LogId);
    let (mut entries, people) = app
        .db
        .read(move |c| {
            let entries = log::list(c, hub, Filter { actor, group }, before, PAGE + 1)?;
            Ok::<_, DbError>((entries, log::list_people(c, hub)?))
        })
        .await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_more = entries.len() > page;
    entries.truncate(page);
    let last = entries.last().filter(|_| has_more).map(|entry| entry.id.0);
    let view = LogView {
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Log).await?,
        next: last.map(|last| {
            let who = actor.map(|id| id.0.to_string()).unwrap_or_default();
            let kind = group.map(LogGroup::as_str).unwrap_or_default();
            format!("/manage/{}/log?who={who}&kind={kind}&before={last}", scope.hub.slug)
        }),
        rows: entries.into_iter().map(|entry| LogRow::of(entry, &zone)).collect(),
        people: people
            .into_iter()
            .map(|(id, title)| Choice {
                value: id.0.to_string(),
                title,
                is_chosen: actor == Some(id),
            })
            .collect(),
        kinds: LogGroup::ALL.iter().map(|this| choice(*this, group)).collect(),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

fn choice(group: LogGroup, chosen: Option<LogGroup>) -> Choice {
    let title = match group {
        LogGroup::Verdicts => "Verdicts",
        LogGroup::Edits => "Edited texts",
        LogGroup::Settings => "Hub, categories and feeds",
        LogGroup::People => "People, blogs, rules and keys",
    };
    Choice {
        value: group.as_str().to_owned(),
        title: title.to_owned(),
        is_chosen: chosen == Some(group),
    }
}
