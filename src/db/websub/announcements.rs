//! What other hubs, which the operator named, were told of.

use diesel::prelude::*;

use crate::clock::Timestamp;
use crate::db::jobs::{self, JobKey};
use crate::db::schema::websub_announcements;
use crate::db::{DbConnection, DbError, Tx};
use crate::model::id::{AnnouncementId, CategoryId, HubId};
use crate::model::job::JobKind;

/// Another hub, and what it was told of one feed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = websub_announcements)]
pub struct Announcement {
    /// Its row.
    pub id: AnnouncementId,
    /// Whose feed; none for the hub's own.
    pub category_id: Option<CategoryId>,
    /// The other hub's address.
    pub endpoint: String,
    /// What the feed said when it was told last, as a hash.
    pub told_print: Option<Vec<u8>>,
    /// How often telling it failed in a row.
    pub tries: i64,
}

fn of(hub: HubId, id: AnnouncementId) -> Of {
    websub_announcements::table
        .filter(websub_announcements::hub_id.eq(hub.0))
        .filter(websub_announcements::id.eq(id.0))
}

type Of = diesel::dsl::Filter<
    diesel::dsl::Filter<
        websub_announcements::table,
        diesel::dsl::Eq<websub_announcements::hub_id, i64>,
    >,
    diesel::dsl::Eq<websub_announcements::id, i64>,
>;

/// An announcement.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    id: AnnouncementId,
) -> Result<Option<Announcement>, DbError> {
    Ok(of(hub, id).select(Announcement::as_select()).first(connection).optional()?)
}

/// All announcements of a hub.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<Vec<Announcement>, DbError> {
    Ok(websub_announcements::table
        .filter(websub_announcements::hub_id.eq(hub.0))
        .select(Announcement::as_select())
        .order(websub_announcements::id)
        .load(connection)?)
}

/// Adds an announcement of which nothing was told yet. Only the one job of its hub does, so that
/// there are no two.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: Option<CategoryId>,
    endpoint: &str,
) -> Result<AnnouncementId, DbError> {
    Ok(diesel::insert_into(websub_announcements::table)
        .values((
            websub_announcements::hub_id.eq(hub.0),
            websub_announcements::category_id.eq(category.map(|id| id.0)),
            websub_announcements::endpoint.eq(endpoint),
        ))
        .returning(websub_announcements::id)
        .get_result(tx.connection)?)
}

/// Has the other hub told.
pub fn enqueue(
    tx: &mut Tx<'_>,
    hub: HubId,
    id: AnnouncementId,
    now: Timestamp,
) -> Result<(), DbError> {
    let key = JobKey { hub, kind: JobKind::AnnounceFeed, subject: id.0 };
    jobs::enqueue_unless_waiting(tx, key, now)
}

/// Notes how telling it went: what it knows now, and how often it failed.
pub fn update(tx: &mut Tx<'_>, hub: HubId, told: &Announcement) -> Result<(), DbError> {
    diesel::update(of(hub, told.id))
        .set((
            websub_announcements::told_print.eq(&told.told_print),
            websub_announcements::tries.eq(told.tries),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets it: the operator names that hub no more, or the feed is not public.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, id: AnnouncementId) -> Result<(), DbError> {
    diesel::delete(of(hub, id)).execute(tx.connection)?;
    Ok(())
}
