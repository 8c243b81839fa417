//! Freezing a hub, and taking that back.

use diesel::prelude::*;

use super::schema::hubs;
use super::{DbConnection, DbError, Tx, instance, jobs, members};
use crate::clock::Timestamp;
use crate::model::id::HubId;

/// Whether a hub is kept as it is.
pub fn is_frozen(connection: &mut DbConnection, hub: HubId) -> Result<bool, DbError> {
    let at: Option<Option<i64>> =
        hubs::table.find(hub.0).select(hubs::frozen_at).first(connection).optional()?;
    Ok(at.flatten().is_some())
}

/// Freezes a hub, and closes it where it is open. Says whether it was not frozen before.
pub fn freeze(tx: &mut Tx<'_>, hub: HubId, words: &str, now: Timestamp) -> Result<bool, DbError> {
    members::lock(tx, hub)?;
    let frozen = diesel::update(hubs::table.find(hub.0).filter(hubs::frozen_at.is_null()))
        .set((
            hubs::frozen_at.eq(now.micros()),
            hubs::closing_words.eq(words),
            // Its feeds say so.
            hubs::edited_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    if frozen == 0 {
        return Ok(false);
    }
    diesel::update(hubs::table.find(hub.0).filter(hubs::closed_at.is_null()))
        .set(hubs::closed_at.eq(now.micros()))
        .execute(tx.connection)?;
    super::hubs::touch(tx, hub, now)?;
    instance::touch(tx)?;
    Ok(true)
}

/// Takes freezing back: a hub that was closed before stays closed, and what was to be done is due
/// again. Nothing happens where it is not frozen.
pub fn unfreeze(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    members::lock(tx, hub)?;
    let closed_by_it = hubs::table.find(hub.0).filter(hubs::closed_at.eq(hubs::frozen_at));
    diesel::update(closed_by_it).set(hubs::closed_at.eq(None::<i64>)).execute(tx.connection)?;
    let frozen = hubs::table.find(hub.0).filter(hubs::frozen_at.is_not_null());
    let unfrozen = diesel::update(frozen)
        .set((
            hubs::frozen_at.eq(None::<i64>),
            hubs::closing_words.eq(""),
            hubs::edited_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    if unfrozen == 0 {
        return Ok(());
    }
    jobs::unpark_all(tx, hub)?;
    super::hubs::touch(tx, hub, now)?;
    instance::touch(tx)
}
