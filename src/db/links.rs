//! One-use links: set-up, sign-up, forgotten password.

use diesel::prelude::*;

use super::schema::one_use_links;
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::account::LinkPurpose;
use crate::model::id::{AccountId, InvitationId};

/// A one-use link that still works.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = one_use_links)]
pub struct OneUseLink {
    /// Its row.
    pub id: i64,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose password it sets.
    pub account_id: Option<AccountId>,
    /// The address that signs up.
    pub email: Option<String>,
    /// The invitation it answers.
    pub invitation_id: Option<InvitationId>,
}

/// What a link is made of.
#[derive(Debug)]
pub struct NewLink<'a> {
    /// The hash of its token.
    pub token_hash: &'a [u8],
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose password it sets.
    pub account: Option<AccountId>,
    /// The address that signs up.
    pub email: Option<&'a str>,
    /// The invitation it answers.
    pub invitation: Option<InvitationId>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Adds a link. An older one for the same purpose and the same account or address stops working.
pub fn insert(tx: &mut Tx<'_>, new: &NewLink<'_>, now: Timestamp) -> Result<(), DbError> {
    let older = one_use_links::table.filter(one_use_links::purpose.eq(new.purpose.as_str()));
    match (new.account, new.email) {
        (Some(account), _) => diesel::delete(older.filter(one_use_links::account_id.eq(account.0)))
            .execute(tx.connection)?,
        (None, Some(email)) => {
            diesel::delete(older.filter(one_use_links::email.eq(email))).execute(tx.connection)?
        }
        (None, None) => diesel::delete(older).execute(tx.connection)?,
    };
    diesel::insert_into(one_use_links::table)
        .values((
            one_use_links::token_hash.eq(new.token_hash),
            one_use_links::purpose.eq(new.purpose.as_str()),
            one_use_links::account_id.eq(new.account.map(|id| id.0)),
            one_use_links::email.eq(new.email),
            one_use_links::invitation_id.eq(new.invitation.map(|id| id.0)),
            one_use_links::created_at.eq(now.micros()),
            one_use_links::expires_at.eq(new.expires_at.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The link of this token, while it works.
pub fn find(
    connection: &mut DbConnection,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<OneUseLink>, DbError> {
    Ok(one_use_links::table
        .filter(one_use_links::token_hash.eq(token_hash))
        .filter(one_use_links::expires_at.gt(now.micros()))
        .select(OneUseLink::as_select())
        .first(connection)
        .optional()?)
}

/// Ends every link of a purpose.
pub fn delete_all(tx: &mut Tx<'_>, purpose: LinkPurpose) -> Result<(), DbError> {
    diesel::delete(one_use_links::table.filter(one_use_links::purpose.eq(purpose.as_str())))
        .execute(tx.connection)?;
    Ok(())
}

/// Uses a link up; `false` where somebody was faster.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<bool, DbError> {
    Ok(diesel::delete(one_use_links::table.find(id)).execute(tx.connection)? == 1)
}
