//! Sessions: signed-in browsers.

use diesel::prelude::*;

use super::accounts::Account;
use super::schema::{accounts, sessions};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::AccountId;

/// A session, and whose it is.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its row.
    pub id: i64,
    /// Whose it is.
    pub account: Account,
    /// Whether it was to be remembered.
    pub remembered: bool,
    /// When it was last used, to the hour.
    pub last_seen_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
}

/// What a session is made of.
#[derive(Debug)]
pub struct NewSession {
    /// Whose it is.
    pub account: AccountId,
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// Whether it was to be remembered.
    pub remembered: bool,
    /// In what words its browser is shown.
    pub browser: String,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
}

/// An open session, as its owner sees it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct OpenSession {
    /// Its row.
    pub id: i64,
    /// In what words its browser is shown; empty where it was not noted.
    pub browser: String,
    /// Whether it was to be remembered.
    pub remembered: bool,
    /// Since when it is open.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_seen_at: Timestamp,
}

/// Adds a session.
pub fn insert(tx: &mut Tx<'_>, new: &NewSession, now: Timestamp) -> Result<(), DbError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::account_id.eq(new.account.0),
            sessions::token_hash.eq(&new.token_hash),
            sessions::remembered.eq(new.remembered),
            sessions::created_at.eq(now.micros()),
            sessions::last_seen_at.eq(now.micros()),
            sessions::expires_at.eq(new.expires_at.micros()),
            sessions::browser.eq(&new.browser),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The session of this token that has not expired, of an account that is not suspended.
pub fn find(
    connection: &mut DbConnection,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<Session>, DbError> {
    let row: Option<(i64, bool, Timestamp, Timestamp, Account)> = sessions::table
        .inner_join(accounts::table)
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::expires_at.gt(now.micros()))
        .filter(accounts::suspended_at.is_null())
        .select((
            sessions::id,
            sessions::remembered,
            sessions::last_seen_at,
            sessions::expires_at,
            Account::as_select(),
        ))
        .first(connection)
        .optional()?;
    Ok(row.map(|(id, remembered, last_seen_at, expires_at, account)| Session {
        id,
        account,
        remembered,
        last_seen_at,
        expires_at,
    }))
}

/// Notes that a session was used.
pub fn update_seen(tx: &mut Tx<'_>, id: i64, now: Timestamp) -> Result<(), DbError> {
    diesel::update(sessions::table.find(id))
        .set(sessions::last_seen_at.eq(now.micros()))
        .execute(tx.connection)?;
    Ok(())
}

/// Ends the session of this token.
pub fn delete(tx: &mut Tx<'_>, token_hash: &[u8]) -> Result<(), DbError> {
    diesel::delete(sessions::table.filter(sessions::token_hash.eq(token_hash)))
        .execute(tx.connection)?;
    Ok(())
}

/// Ends every session of an account, and says how many.
pub fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<usize, DbError> {
    Ok(diesel::delete(sessions::table.filter(sessions::account_id.eq(account.0)))
        .execute(tx.connection)?)
}

/// Ends one session of an account; `false` where it has no such session.
pub fn delete_one(tx: &mut Tx<'_>, account: AccountId, id: i64) -> Result<bool, DbError> {
    let session = sessions::table.find(id).filter(sessions::account_id.eq(account.0));
    Ok(diesel::delete(session).execute(tx.connection)? == 1)
}

/// The sessions of an account that have not expired, the last one used first.
pub fn list(
    connection: &mut DbConnection,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<OpenSession>, DbError> {
    Ok(sessions::table
        .filter(sessions::account_id.eq(account.0))
        .filter(sessions::expires_at.gt(now.micros()))
        .select(OpenSession::as_select())
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .load(connection)?)
}
