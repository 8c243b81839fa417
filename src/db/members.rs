//! Who may do what in a hub.

use diesel::prelude::*;

use super::hubs::Hub;
use super::schema::{accounts, hub_members, hubs};
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
    super::hubs::touch_quietly(tx, hub, now)
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
    Ok(hub_members::table
        .inner_join(accounts::table)
        .filter(hub_members::hub_id.eq(hub.0).and(hub_members::role.eq(Role::Owner.as_str())))
        .select(accounts::email)
        .order(accounts::email)
        .load(connection)?)
}

/// A member of a hub, as the others see them.
#[derive(Debug, Clone, Queryable)]
pub struct Member {
    /// Who it is.
    pub account: AccountId,
    /// What they want to be called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub since: Timestamp,
}

/// The members of a hub: owners, organizers, moderators.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<Vec<Member>, DbError> {
    Ok(hub_members::table
        .inner_join(accounts::table)
        .filter(hub_members::hub_id.eq(hub.0))
        .select((
            hub_members::account_id,
            accounts::name,
            accounts::email,
            hub_members::role,
            hub_members::created_at,
        ))
        // The names of the roles happen to sort from moderator to owner.
        .order((hub_members::role.desc(), hub_members::account_id))
        .load(connection)?)
}

/// How many owners a hub has.
pub fn count_owners(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    Ok(hub_members::table
        .filter(hub_members::hub_id.eq(hub.0).and(hub_members::role.eq(Role::Owner.as_str())))
        .count()
        .get_result(connection)?)
}

/// Nobody else who locks this hub goes on before this transaction ends: so that a hub is never left
/// without an owner by two who leave at once.
///
/// Rows that refer to the hub may come meanwhile, as those of a ping or of the log. A stronger lock
/// would wait for them; and two transactions, each with such a row of its own, for each other.
pub fn lock(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    if let DbConnection::Postgres(connection) = tx.connection {
        // SQLite has one writer; PostgreSQL locks the hub's row.
        diesel::sql_query("SELECT 1 FROM hubs WHERE id = $1 FOR NO KEY UPDATE")
            .bind::<diesel::sql_types::BigInt, _>(hub.0)
            .execute(connection)?;
    }
    Ok(())
}

/// Changes what a member may do.
pub fn update_role(
    tx: &mut Tx<'_>,
    hub: HubId,
    account: AccountId,
    role: Role,
) -> Result<(), DbError> {
    diesel::update(hub_members::table.find((hub.0, account.0)))
        .set(hub_members::role.eq(role.as_str()))
        .execute(tx.connection)?;
    Ok(())
}

/// Ends a membership.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, account: AccountId) -> Result<(), DbError> {
    diesel::delete(hub_members::table.find((hub.0, account.0))).execute(tx.connection)?;
    Ok(())
}
