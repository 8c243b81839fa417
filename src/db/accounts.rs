//! Accounts.

use diesel::prelude::*;

use super::schema::{accounts, hub_members, hubs};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::account::Role;
use crate::model::email::Email;
use crate::model::id::AccountId;

/// An account, without its password.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The address as it was typed.
    pub email: String,
    /// What the person wants to be called.
    pub name: String,
    /// Whether this is an operator of the instance.
    pub is_operator: bool,
    /// Since when it may not sign in.
    pub suspended_at: Option<Timestamp>,
    /// Since when there is such an account.
    pub created_at: Timestamp,
}

/// What an account is made of.
#[derive(Debug)]
pub struct NewAccount {
    /// Its address.
    pub email: Email,
    /// What the person wants to be called.
    pub name: String,
    /// The PHC string of its password.
    pub password_hash: String,
    /// Whether it is an operator's.
    pub is_operator: bool,
}

/// Adds an account; `Taken` where the address has one.
pub fn insert(tx: &mut Tx<'_>, new: &NewAccount, now: Timestamp) -> Result<AccountId, DbError> {
    let id = diesel::insert_into(accounts::table)
        .values((
            accounts::email.eq(new.email.as_str()),
            accounts::email_key.eq(new.email.key()),
            accounts::name.eq(&new.name),
            accounts::password_hash.eq(&new.password_hash),
            accounts::is_operator.eq(new.is_operator),
            accounts::created_at.eq(now.micros()),
            accounts::changed_at.eq(now.micros()),
        ))
        .returning(accounts::id)
        .get_result(tx.connection)?;
    Ok(AccountId(id))
}

/// The account of this address, with the PHC string of its password.
pub fn find_by_email(
    connection: &mut DbConnection,
    email: &Email,
) -> Result<Option<(Account, String)>, DbError> {
    Ok(accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .select((Account::as_select(), accounts::password_hash))
        .first(connection)
        .optional()?)
}

/// The account of this id, with the PHC string of its password.
pub fn find(
    connection: &mut DbConnection,
    id: AccountId,
) -> Result<Option<(Account, String)>, DbError> {
    Ok(accounts::table
        .find(id.0)
        .select((Account::as_select(), accounts::password_hash))
        .first(connection)
        .optional()?)
}

/// All accounts, oldest first, at most `limit` after the first `skip`.
pub fn list(connection: &mut DbConnection, skip: i64, limit: i64) -> Result<Vec<Account>, DbError> {
    Ok(accounts::table
        .select(Account::as_select())
        .order(accounts::id)
        .offset(skip)
        .limit(limit)
        .load(connection)?)
}

/// How many accounts there are.
pub fn count(connection: &mut DbConnection) -> Result<i64, DbError> {
    Ok(accounts::table.count().get_result(connection)?)
}

/// How many operators there are.
pub fn count_operators(connection: &mut DbConnection) -> Result<i64, DbError> {
    Ok(accounts::table.filter(accounts::is_operator.eq(true)).count().get_result(connection)?)
}

/// Sets a new password's PHC string.
pub fn update_password(
    tx: &mut Tx<'_>,
    id: AccountId,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(accounts::table.find(id.0))
        .set((accounts::password_hash.eq(password_hash), accounts::changed_at.eq(now.micros())))
        .execute(tx.connection)?;
    Ok(())
}

/// Changes what the person wants to be called.
pub fn update_name(
    tx: &mut Tx<'_>,
    id: AccountId,
    name: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(accounts::table.find(id.0))
        .set((accounts::name.eq(name), accounts::changed_at.eq(now.micros())))
        .execute(tx.connection)?;
    Ok(())
}

/// Suspends an account, or lets it in again.
pub fn update_suspended(
    tx: &mut Tx<'_>,
    id: AccountId,
    suspended: bool,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(accounts::table.find(id.0))
        .set((
            accounts::suspended_at.eq(suspended.then_some(now.micros())),
            accounts::changed_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The slugs of the hubs that have no other owner than this account.
pub fn list_hubs_owned_alone(
    connection: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<String>, DbError> {
    let owner = Role::Owner.as_str();
    let owned: Vec<(i64, String)> = hub_members::table
        .inner_join(hubs::table)
        .filter(hub_members::account_id.eq(id.0).and(hub_members::role.eq(owner)))
        .select((hubs::id, hubs::slug))
        .order(hubs::slug)
        .load(connection)?;
    let mut alone = Vec::new();
    for (hub, slug) in owned {
        let others: i64 = hub_members::table
            .filter(hub_members::hub_id.eq(hub).and(hub_members::role.eq(owner)))
            .filter(hub_members::account_id.ne(id.0))
            .count()
            .get_result(connection)?;
        if others == 0 {
            alone.push(slug);
        }
    }
    Ok(alone)
}

/// Deletes an account with its sessions, links and memberships.
pub fn delete(tx: &mut Tx<'_>, id: AccountId) -> Result<(), DbError> {
    diesel::delete(accounts::table.find(id.0)).execute(tx.connection)?;
    Ok(())
}
