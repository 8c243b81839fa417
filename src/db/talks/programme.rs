//! Where a hub's programme is imported from, and what is prepared.

use diesel::prelude::*;

use crate::clock::Timestamp;
use crate::db::connection::on_backend;
use crate::db::schema::programmes;
use crate::db::{DbConnection, DbError, Tx};
use crate::model::id::HubId;
use crate::model::talk::Arrangement;

/// What is known of a hub's programme.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = programmes)]
pub struct Programme {
    /// Where its schedule is read; empty where it was a file.
    pub address: String,
    /// Where the talks go.
    pub arrangement: Arrangement,
    /// The name of the category that all of them go into, where that is one.
    pub category: String,
    /// A schedule that is not imported yet.
    pub draft: Option<Vec<u8>>,
    /// When one was imported last.
    pub imported_at: Option<Timestamp>,
}

/// What is known of a hub's programme, where anything is.
pub fn find(connection: &mut DbConnection, hub: HubId) -> Result<Option<Programme>, DbError> {
    Ok(programmes::table.find(hub.0).select(Programme::as_select()).first(connection).optional()?)
}

/// Keeps a schedule to look at, and how it is to be imported.
pub fn set_draft(
    tx: &mut Tx<'_>,
    hub: HubId,
    (address, arrangement, category): (&str, Arrangement, &str),
    file: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    let values = (
        programmes::address.eq(address),
        programmes::arrangement.eq(arrangement.as_str()),
        programmes::category.eq(category),
        programmes::draft.eq(Some(file)),
        programmes::drafted_at.eq(Some(now.micros())),
    );
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(programmes::table)
            .values((programmes::hub_id.eq(hub.0), values))
            .on_conflict(programmes::hub_id)
            .do_update()
            .set(values)
            .execute(connection)?
    });
    Ok(())
}

/// Throws away the schedule that was to be looked at.
pub fn delete_draft(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    diesel::update(programmes::table.find(hub.0))
        .set((programmes::draft.eq(None::<Vec<u8>>), programmes::drafted_at.eq(None::<i64>)))
        .execute(tx.connection)?;
    Ok(())
}

/// Forgets where the talks come from.
pub fn delete(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    diesel::delete(programmes::table.find(hub.0)).execute(tx.connection)?;
    Ok(())
}

/// Notes that what was looked at is imported.
pub fn set_imported(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    delete_draft(tx, hub)?;
    diesel::update(programmes::table.find(hub.0))
        .set(programmes::imported_at.eq(now.micros()))
        .execute(tx.connection)?;
    Ok(())
}

/// Throws away schedules that nobody looked at since then.
pub fn delete_drafts(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), DbError> {
    diesel::update(programmes::table.filter(programmes::drafted_at.lt(before.micros())))
        .set((programmes::draft.eq(None::<Vec<u8>>), programmes::drafted_at.eq(None::<i64>)))
        .execute(tx.connection)?;
    Ok(())
}
