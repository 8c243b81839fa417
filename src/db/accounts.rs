//! Accounts.

use diesel::prelude::*;

use super::schema::{accounts, hub_members, hubs, invitations, one_use_links};
use super::{DbConnection, DbError, Tx, members};
use crate::clock::Timestamp;
use crate::model::account::Role;
use crate::model::email::Email;
use crate::model::id::{AccountId, HubId};

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

/// The slugs and titles of the hubs that have no other owner than this account.
pub fn list_hubs_owned_alone(
    connection: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<(String, String)>, DbError> {
    let owner = Role::Owner.as_str();
    let owned: Vec<(HubId, String, String)> = hub_members::table
        .inner_join(hubs::table)
        .filter(hub_members::account_id.eq(id.0).and(hub_members::role.eq(owner)))
        .select((hubs::id, hubs::slug, hubs::title))
        .order(hubs::slug)
        .load(connection)?;
    let mut alone = Vec::new();
    for (hub, slug, title) in owned {
        if members::count_owners(connection, hub)? == 1 {
            alone.push((slug, title));
        }
    }
    Ok(alone)
}

/// Deletes an account with its sessions, memberships, links and invitations, and its address
/// wherever somebody invited it: nothing names it any more. What it decided in hubs stays, without
/// saying who.
///
/// Answers the slugs of the hubs it owns alone, and does nothing, where there are any.
pub fn delete(tx: &mut Tx<'_>, id: AccountId) -> Result<Vec<String>, DbError> {
    let owned: Vec<HubId> = hub_members::table
        .filter(hub_members::account_id.eq(id.0))
        .filter(hub_members::role.eq(Role::Owner.as_str()))
        .select(hub_members::hub_id)
        .order(hub_members::hub_id)
        .load(tx.connection)?;
    for hub in owned {
        members::lock(tx, hub)?;
    }
    let alone = list_hubs_owned_alone(tx.connection, id)?;
    if !alone.is_empty() {
        return Ok(alone.into_iter().map(|(slug, _)| slug).collect());
    }
    let key: Option<String> =
        accounts::table.find(id.0).select(accounts::email_key).first(tx.connection).optional()?;
    if let Some(key) = key {
        delete_address(tx, &key)?;
    }
    diesel::delete(accounts::table.find(id.0)).execute(tx.connection)?;
    Ok(Vec::new())
}

/// Deletes the links and invitations that were mailed to an address. They hold it as it was typed.
fn delete_address(tx: &mut Tx<'_>, key: &str) -> Result<(), DbError> {
    let of_address = |rows: Vec<(i64, Option<String>)>| -> Vec<i64> {
        let is_it =
            |email: &Option<String>| email.as_ref().is_some_and(|e| e.to_lowercase() == key);
        rows.into_iter().filter(|(_, email)| is_it(email)).map(|(id, _)| id).collect()
    };
    let links = one_use_links::table
        .filter(one_use_links::email.is_not_null())
        .select((one_use_links::id, one_use_links::email))
        .load(tx.connection)?;
    diesel::delete(one_use_links::table.filter(one_use_links::id.eq_any(of_address(links))))
        .execute(tx.connection)?;
    let invited = invitations::table
        .filter(invitations::email.is_not_null())
        .select((invitations::id, invitations::email))
        .load(tx.connection)?;
    diesel::delete(invitations::table.filter(invitations::id.eq_any(of_address(invited))))
        .execute(tx.connection)?;
    Ok(())
}
