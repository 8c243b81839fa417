//! Series: which hubs follow each other, and what all of them together are called.

use crate::app::App;
use crate::db::hubs::Hub;
use crate::db::series::Series;
use crate::db::{DbConnection, DbError, log, members, series};
use crate::model::hub::line;
use crate::model::id::{AccountId, HubId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;
use crate::model::series::{MAX_TITLE, TAKEN, slug_of};

/// The most hubs that a series' page shows.
const MAX_HUBS: i64 = 100;

const NOT_YOURS: &str = "Choose a series that another hub of yours is in.";

/// Why a series was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// The database failed.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for SeriesError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Problems(Problems::one("series", TAKEN)),
            error => Self::Database(error),
        }
    }
}

/// The hubs of a series that everybody may see, the newest first. None where there is no such
/// series, or nothing of it to see.
pub fn read(
    connection: &mut DbConnection,
    slug: &str,
) -> Result<Option<(Series, Vec<Hub>)>, DbError> {
    let Some(found) = series::find(connection, slug)? else { return Ok(None) };
    let hubs = series::list_public(connection, found.id, MAX_HUBS)?;
    Ok((!hubs.is_empty()).then_some((found, hubs)))
}

/// Says what the series of a hub is called: makes one where it is in none.
pub async fn name(app: &App, hub: HubId, title: &str, by: AccountId) -> Result<(), SeriesError> {
    let title = line(title, MAX_TITLE);
    let slug = slug_of(&title).map_err(|e| SeriesError::Problems(Problems::one("series", e)))?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            match series::find_of(tx.reading(), hub)? {
                Some(there) => series::update(tx, there.id, &title, now)?,
                None => {
                    let made = series::open(tx, hub, &slug, &title, now)?;
                    series::insert_hub(tx, hub, made, now)?;
                }
            }
            log::insert(tx, hub, Some(by), LogKind::HubChanged, "series", now)
        })
        .await
        .map_err(SeriesError::from)
}

/// Puts a hub into a series of which this person organizes another hub.
pub async fn join(app: &App, hub: HubId, slug: &str, by: AccountId) -> Result<(), SeriesError> {
    let (slug, now) = (slug.to_owned(), app.clock.now());
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            let may = series::list_joinable(tx.reading(), hub, by)?;
            let Some(into) = may.into_iter().find(|one| one.slug == slug) else {
                return Err(SeriesError::Problems(Problems::one("series", NOT_YOURS)));
            };
            series::insert_hub(tx, hub, into.id, now)?;
            Ok(log::insert(tx, hub, Some(by), LogKind::HubChanged, "series", now)?)
        })
        .await
}

/// Takes a hub out of its series.
pub async fn leave(app: &App, hub: HubId, by: AccountId) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            if series::find_of(tx.reading(), hub)?.is_none() {
                return Ok(());
            }
            series::delete_hub(tx, hub, now)?;
            log::insert(tx, hub, Some(by), LogKind::HubChanged, "series", now)
        })
        .await
}
