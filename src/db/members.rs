//! Who may do what in a hub.

use diesel::prelude::*;

use super::hubs::Hub;
use super::schema::{hub_members, hubs};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::account::Role;
use crate::model::id::{AccountId, HubId};

/// Makes an account a member.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    account: AccountId,
    role: Role,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(hub_members::table)
        .values((
            hub_members::hub_id.eq(hub.0),
            hub_members::account_id.eq(account.0),
            hub_members::role.eq(role.as_str()),
            hub_members::created_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    // Gates know whether anybody of the hub wants mail: they are read anew.
    super::hubs::touch(tx, hub, now)
}

/// What an account may do in a hub.
pub fn find_role(
    connection: &mut DbConnection,
    hub: HubId,
    account: AccountId,
) -> Result<Option<Role>, DbError> {
    Ok(hub_members::table
        .find((hub.0, account.0))
        .select(hub_members::role)
        .first(connection)
        .optional()?)
}

/// The hubs of an account, by title.
pub fn list_hubs(
    connection: &mut DbConnection,
    account: AccountId,
) -> Result<Vec<(Hub, Role)>, DbError> {
    Ok(hub_members::table
        .inner_join(hubs::table)
        .filter(hub_members::account_id.eq(account.0))
        .select((Hub::as_select(), hub_members::role))
        .order((hubs::title, hubs::id))
        .load(connection)?)
}

/// The owners' addresses of a hub.
pub fn list_owner_emails(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<Vec<String>, DbError> {
    use super::schema::accounts;
    Ok(hub_members::table
        .inner_join(accounts::table)
        .filter(hub_members::hub_id.eq(hub.0).and(hub_members::role.eq(Role::Owner.as_str())))
        .select(accounts::email)
        .order(accounts::email)
        .load(connection)?)
}
