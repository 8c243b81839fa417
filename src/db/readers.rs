//! Who may read: columns of hubs and categories.

use diesel::prelude::*;

use super::schema::{categories, hubs};
use super::{DbError, Tx, hubs as hub_rows, instance, listed};
use crate::clock::Timestamp;
use crate::model::category::Readers;
use crate::model::id::{CategoryId, HubId};

/// Says who may read a hub. `hash` is the PHC string of a new password; `None` keeps the one there
/// is, as long as there has to be one.
pub fn update_hub(
    tx: &mut Tx<'_>,
    hub: HubId,
    readers: Readers,
    hash: Option<String>,
    now: Timestamp,
) -> Result<(), DbError> {
    hub_rows::touch(tx, hub, now)?;
    let old = hub_rows::find(tx.connection, hub)?.ok_or(DbError::NotFound)?.reading_hash;
    diesel::update(hubs::table.find(hub.0))
        .set((
            hubs::readers.eq(readers.as_str()),
            hubs::reading_hash.eq(kept(readers, hash, old)),
            hubs::edited_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    instance::touch(tx)
}

/// Says who may read a category, and takes it in or out of its hub's lists.
pub fn update_category(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    readers: Readers,
    hash: Option<String>,
    now: Timestamp,
) -> Result<(), DbError> {
    super::members::lock(tx, hub)?;
    let old = super::categories::find(tx.connection, hub, category)?.ok_or(DbError::NotFound)?;
    // Nobody else learns when one became locked that was unlisted (`security.md` T39).
    let widest = if old.readers == Readers::Public { old.readers } else { readers };
    hub_rows::touch_for(tx, hub, widest, now)?;
    diesel::update(categories::table)
        .filter(categories::hub_id.eq(hub.0).and(categories::id.eq(category.0)))
        .set((
            categories::readers.eq(readers.as_str()),
            categories::reading_hash.eq(kept(readers, hash, old.reading_hash)),
            categories::changed_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    if (readers == Readers::Public) != (old.readers == Readers::Public) {
        listed::recount(tx, hub)?;
        instance::touch(tx)?;
    }
    Ok(())
}

fn kept(readers: Readers, new: Option<String>, old: Option<String>) -> Option<String> {
    (readers == Readers::Password).then(|| new.or(old)).flatten()
}

/// Moves what the secret addresses of feeds are made of: of a hub, or of a category.
pub fn update_feed_epoch(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: Option<CategoryId>,
    now: Timestamp,
) -> Result<(), DbError> {
    hub_rows::touch_quietly(tx, hub, now)?;
    match category {
        Some(category) => diesel::update(categories::table)
            .filter(categories::hub_id.eq(hub.0).and(categories::id.eq(category.0)))
            .set(categories::feed_epoch.eq(categories::feed_epoch + 1))
            .execute(tx.connection)?,
        None => diesel::update(hubs::table.find(hub.0))
            .set(hubs::feed_epoch.eq(hubs::feed_epoch + 1))
            .execute(tx.connection)?,
    };
    Ok(())
}
