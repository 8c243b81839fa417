//! The programme: sessions of a schedule become talks of a hub, looked at before it is done.

mod apply;
mod fetch;
mod plan;

pub use apply::{Imported, apply};
pub use fetch::{FetchProblem, fetch};
pub use plan::{Plan, Planned};

use jiff::tz::TimeZone;

use crate::app::App;
use crate::db::hubs::Hub;
use crate::db::talks::{self, Programme, Talk};
use crate::db::{DbConnection, DbError, categories, hubs, log, members};
use crate::model::hub::MAX_CATEGORIES;
use crate::model::id::{AccountId, HubId, TalkId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;
use crate::model::talk::{Arrangement, Session};
use crate::model::web_url::Hosts;
use crate::wire::schedule::{self, ScheduleError};

/// How a schedule is to be imported, as somebody chose it.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Where it was read; empty for a file.
    pub address: String,
    /// Where the talks go.
    pub arrangement: Arrangement,
    /// The name of the category that they all go into.
    pub category: String,
}

/// Why a schedule was not taken or imported.
#[derive(Debug, thiserror::Error)]
pub enum ProgrammeError {
    /// Something was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// Too much is going on.
    #[error("too many passwords are being checked")]
    Busy(#[from] crate::secret::HasherBusy),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl ProgrammeError {
    fn of(field: &'static str, sentence: impl ToString) -> Self {
        Self::Problems(Problems::one(field, sentence))
    }
}

fn refuse_frozen(hub: &Hub) -> Result<(), ProgrammeError> {
    let sentence = "This hub is frozen: its programme stays as it is.";
    if hub.frozen_at.is_some() { Err(ProgrammeError::of("file", sentence)) } else { Ok(()) }
}

/// Keeps a schedule, so that whoever chose it can look at what it would change.
pub async fn prepare(
    app: &App,
    hub: &Hub,
    choice: Choice,
    file: Vec<u8>,
) -> Result<(), ProgrammeError> {
    refuse_frozen(hub)?;
    let (file, sessions) = parse(app, hub, file).await?;
    sessions.map_err(|problem| ProgrammeError::of("file", problem))?;
    let (hub, now) = (hub.id, app.clock.now());
    app.db
        .write(move |tx| {
            if choice.arrangement == Arrangement::One
                && !categories::list(tx.reading(), hub)?.iter().any(|it| it.slug == choice.category)
            {
                let sentence = "Choose the category that all talks go into.";
                return Err(ProgrammeError::of("category", sentence));
            }
            let how = (choice.address.as_str(), choice.arrangement, choice.category.as_str());
            Ok(talks::set_draft(tx, hub, how, &file, now)?)
        })
        .await
}

/// What a schedule would change, which is not kept.
pub async fn look(
    app: &App,
    hub: &Hub,
    choice: Choice,
    file: Vec<u8>,
) -> Result<Plan, ProgrammeError> {
    refuse_frozen(hub)?;
    let (_, sessions) = parse(app, hub, file).await?;
    let sessions = sessions.map_err(|problem| ProgrammeError::of("file", problem))?;
    let (hub, hosts) = (hub.id, app.hosts());
    app.db
        .read(move |c| {
            let known = talks::find_programme(c, hub)?;
            let programme = Programme {
                address: choice.address,
                arrangement: choice.arrangement,
                category: choice.category,
                draft: None,
                imported_at: known.and_then(|known| known.imported_at),
            };
            plan(c, hub, &programme, &sessions, hosts)?.map_err(ProgrammeError::Problems)
        })
        .await
}

/// Takes a hub's whole programme away, or one talk of it that its schedule has no more. Posts stay
/// where they are, in their categories; says how many talks went.
pub async fn remove(
    app: &App,
    hub: HubId,
    gone: Option<String>,
    by: AccountId,
) -> Result<usize, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            // The hub's row first, as whoever imports does.
            members::lock(tx, hub)?;
            let all = talks::list_all(tx.reading(), hub)?;
            let is_meant = |talk: &&Talk| match &gone {
                Some(slug) => talk.slug == *slug && talk.gone_at.is_some(),
                None => true,
            };
            let away: Vec<TalkId> = all.iter().filter(is_meant).map(|talk| talk.id).collect();
            if gone.is_none() {
                talks::delete_programme(tx, hub)?;
            }
            if away.is_empty() {
                return Ok(0);
            }
            away.iter().try_for_each(|talk| talks::delete(tx, hub, *talk))?;
            talks::count_anew(tx, hub)?;
            hubs::touch(tx, hub, now)?;
            let detail = match away.len() {
                1 => "programme (1 talk removed)".to_owned(),
                n => format!("programme ({n} talks removed)"),
            };
            log::insert(tx, hub, Some(by), LogKind::HubChanged, &detail, now)?;
            Ok(away.len())
        })
        .await
}

/// Throws away a schedule that was not imported.
pub async fn discard(app: &App, hub: HubId) -> Result<(), DbError> {
    app.db.write(move |tx| talks::delete_draft(tx, hub)).await
}

/// What a schedule that is kept would change.
#[derive(Debug)]
pub struct Preview {
    /// What is known of the programme.
    pub programme: Programme,
    /// What would be done, where a schedule is kept and can be.
    pub plan: Option<Result<Plan, Problems>>,
}

/// Reads what is known of a hub's programme, and what the schedule that is kept would change.
pub async fn find(app: &App, hub: &Hub) -> Result<Option<Preview>, DbError> {
    let (id, hosts) = (hub.id, app.hosts());
    let Some(mut programme) = app.db.read(move |c| talks::find_programme(c, id)).await? else {
        return Ok(None);
    };
    let Some(file) = programme.draft.take() else {
        return Ok(Some(Preview { programme, plan: None }));
    };
    let (file, sessions) = parse(app, hub, file).await?;
    programme.draft = Some(file);
    app.db
        .read(move |c| {
            let plan = match sessions {
                Ok(sessions) => plan(c, id, &programme, &sessions, hosts)?,
                Err(problem) => Err(Problems::one("file", problem)),
            };
            Ok(Some(Preview { programme, plan: Some(plan) }))
        })
        .await
}

fn plan(
    connection: &mut DbConnection,
    hub: HubId,
    programme: &Programme,
    sessions: &[Session],
    hosts: Hosts,
) -> Result<Result<Plan, Problems>, DbError> {
    let talks: Vec<Talk> = talks::list_all(connection, hub)?;
    let all = categories::list(connection, hub)?;
    if programme.arrangement == Arrangement::One
        && !all.iter().any(|category| category.slug == programme.category)
    {
        let sentence =
            "The category that all talks were to go into is not there any more: choose again.";
        return Ok(Err(Problems::one("category", sentence)));
    }
    let plan = Plan::of(sessions, &talks, &all, programme, hosts);
    let most = usize::try_from(MAX_CATEGORIES).unwrap_or(usize::MAX);
    if all.len() + plan.categories.len() > most {
        let (made, there) = (plan.categories.len(), all.len());
        let sentence = match programme.arrangement {
            Arrangement::Categories => format!(
                "This would make {made} categories beside the {there} that there are, and a hub has at most {MAX_CATEGORIES}. Import the sessions as talks within categories."
            ),
            Arrangement::Tracks | Arrangement::One => format!(
                "The schedule has {made} tracks that are no category yet, and a hub has at most {MAX_CATEGORIES} categories. Put all talks into one category."
            ),
        };
        return Ok(Err(Problems::one("arrangement", sentence)));
    }
    Ok(Ok(plan))
}

/// Reads a schedule: one at a time, and not on a thread that answers. Five megabytes take a moment,
/// and a hundred of memory.
async fn parse(
    app: &App,
    hub: &Hub,
    file: Vec<u8>,
) -> Result<(Vec<u8>, Result<Vec<Session>, ScheduleError>), DbError> {
    let zone = zone_of(hub);
    let _turn = app.unpacking.acquire().await.map_err(|_closed| DbError::Closed)?;
    let reading = tokio::task::spawn_blocking(move || {
        let sessions = schedule::read(&file, &zone);
        (file, sessions)
    });
    reading.await.map_err(|_panicked| DbError::Panicked)
}

fn zone_of(hub: &Hub) -> TimeZone {
    TimeZone::get(&hub.time_zone).unwrap_or(TimeZone::UTC)
}
