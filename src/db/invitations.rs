//! Open invitations: into a hub, in a role, or to the instance.
//!
//! Where a function takes a place, `None` stands for the instance, which is the operator's.

use diesel::dsl::AsExprOf;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::schema::{accounts, invitations};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::account::Role;
use crate::model::id::{AccountId, HubId, InvitationId};

/// An invitation of this hub, or to the instance.
#[diesel::dsl::auto_type(no_type_alias)]
fn into_place(hub: Option<i64>, is_site: bool) -> _ {
    let is_site: AsExprOf<bool, Bool> = is_site.into_sql::<Bool>();
    invitations::hub_id.eq(hub).or(invitations::hub_id.is_null().and(is_site))
}

/// An open invitation.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    /// Its row.
    pub id: InvitationId,
    /// The hub it leads into; none: it is to the instance.
    pub hub_id: Option<HubId>,
    /// What the invited may do there.
    pub role: Option<Role>,
    /// Where its link was mailed to.
    pub email: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What an invitation is made of.
#[derive(Debug)]
pub struct NewInvitation {
    /// The hub it leads into, and the role there.
    pub place: Option<(HubId, Role)>,
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// Where its link is mailed to.
    pub email: Option<String>,
    /// Who invites.
    pub invited_by: AccountId,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Adds an invitation.
pub fn insert(tx: &mut Tx<'_>, new: &NewInvitation, now: Timestamp) -> Result<(), DbError> {
    diesel::insert_into(invitations::table)
        .values((
            invitations::hub_id.eq(new.place.map(|(hub, _)| hub.0)),
            invitations::role.eq(new.place.map(|(_, role)| role.as_str())),
            invitations::token_hash.eq(&new.token_hash),
            invitations::email.eq(&new.email),
            invitations::invited_by.eq(new.invited_by.0),
            invitations::created_at.eq(now.micros()),
            invitations::expires_at.eq(new.expires_at.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The open invitations into a place with the names of those who invite, the oldest first.
pub fn list(
    connection: &mut DbConnection,
    place: Option<HubId>,
    now: Timestamp,
) -> Result<Vec<(Invitation, String)>, DbError> {
    Ok(invitations::table
        .inner_join(accounts::table)
        .filter(into_place(place.map(|hub| hub.0), place.is_none()))
        .filter(invitations::expires_at.gt(now.micros()))
        .select((Invitation::as_select(), accounts::name))
        .order(invitations::id)
        .load(connection)?)
}

/// How many invitations into a place are open.
pub fn count(
    connection: &mut DbConnection,
    place: Option<HubId>,
    now: Timestamp,
) -> Result<i64, DbError> {
    Ok(invitations::table
        .filter(into_place(place.map(|hub| hub.0), place.is_none()))
        .filter(invitations::expires_at.gt(now.micros()))
        .count()
        .get_result(connection)?)
}

/// The invitation of this token and the name of who invites, while it works: what somebody
/// suspended offers, nobody takes.
pub fn find(
    connection: &mut DbConnection,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<(Invitation, String)>, DbError> {
    Ok(invitations::table
        .inner_join(accounts::table)
        .filter(invitations::token_hash.eq(token_hash))
        .filter(invitations::expires_at.gt(now.micros()))
        .filter(accounts::suspended_at.is_null())
        .select((Invitation::as_select(), accounts::name))
        .first(connection)
        .optional()?)
}

/// The invitation a sign-up answers, while it works.
pub fn find_by_id(
    connection: &mut DbConnection,
    id: InvitationId,
    now: Timestamp,
) -> Result<Option<Invitation>, DbError> {
    Ok(invitations::table
        .inner_join(accounts::table)
        .filter(invitations::id.eq(id.0).and(invitations::expires_at.gt(now.micros())))
        .filter(accounts::suspended_at.is_null())
        .select(Invitation::as_select())
        .first(connection)
        .optional()?)
}

/// Takes an invitation back; `false` where the place has no such invitation.
pub fn delete(tx: &mut Tx<'_>, place: Option<HubId>, id: InvitationId) -> Result<bool, DbError> {
    let invitation =
        invitations::table.find(id.0).filter(into_place(place.map(|hub| hub.0), place.is_none()));
    Ok(diesel::delete(invitation).execute(tx.connection)? == 1)
}

/// Uses an invitation up; `false` where somebody was faster.
pub fn take(tx: &mut Tx<'_>, id: InvitationId) -> Result<bool, DbError> {
    Ok(diesel::delete(invitations::table.find(id.0)).execute(tx.connection)? == 1)
}

/// Takes back what somebody offers in a hub.
pub fn delete_of_member(tx: &mut Tx<'_>, hub: HubId, account: AccountId) -> Result<(), DbError> {
    diesel::delete(invitations::table.filter(invitations::hub_id.eq(hub.0)))
        .filter(invitations::invited_by.eq(account.0))
        .execute(tx.connection)?;
    Ok(())
}
