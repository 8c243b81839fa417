//! Whose changes are pushed at all.

use diesel::prelude::*;

use crate::clock::Timestamp;
use crate::db::schema::{hubs, websub_subscriptions};
use crate::db::{DbConnection, DbError, Tx};
use crate::model::id::{CategoryId, HubId};

/// Whose feeds of a hub are pushed to anybody; none stands for the hub's own.
pub fn list_pushed(
    connection: &mut DbConnection,
    hub: HubId,
    now: Timestamp,
) -> Result<Vec<Option<CategoryId>>, DbError> {
    Ok(websub_subscriptions::table
        .filter(websub_subscriptions::hub_id.eq(hub.0))
        .filter(websub_subscriptions::across.is_null())
        .filter(websub_subscriptions::expires_at.gt(now.micros()))
        .select(websub_subscriptions::category_id)
        .distinct()
        .order(websub_subscriptions::category_id)
        .load(connection)?)
}

/// Says whether a change of a hub is to be pushed to anybody.
pub fn update_pushed(tx: &mut Tx<'_>, hub: HubId, pushed: bool) -> Result<(), DbError> {
    diesel::update(hubs::table.find(hub.0)).set(hubs::pushed.eq(pushed)).execute(tx.connection)?;
    Ok(())
}

/// Says that a change of any hub is to be pushed: the operator named another hub to be told.
pub fn update_all_pushed(tx: &mut Tx<'_>) -> Result<(), DbError> {
    diesel::update(hubs::table.filter(hubs::pushed.eq(false)))
        .set(hubs::pushed.eq(true))
        .execute(tx.connection)?;
    Ok(())
}
