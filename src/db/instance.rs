//! What belongs to the whole instance: the revision that moves with the list of hubs.

use diesel::prelude::*;

use super::prepared::Prepare;
use super::schema::{hubs, instance_state};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::HubId;

/// Notes that the list of hubs changed.
pub fn touch(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let revision = diesel::update(instance_state::table.find("revision"))
        .set(instance_state::number.eq(instance_state::number + 1))
        .returning(instance_state::number)
        .prepared()
        .get_result(tx.connection)?;
    tx.touch_instance(revision);
    Ok(())
}

/// The instance's revision.
pub fn find_revision(connection: &mut DbConnection) -> Result<i64, DbError> {
    Ok(instance_state::table.find("revision").select(instance_state::number).first(connection)?)
}

/// Hubs that changed after `since`, with their revisions.
pub fn list_changed_hubs(
    connection: &mut DbConnection,
    since: Timestamp,
) -> Result<Vec<(HubId, i64)>, DbError> {
    Ok(hubs::table
        .filter(hubs::changed_at.gt(since.micros()))
        .select((hubs::id, hubs::revision))
        .load(connection)?)
}
