//! Members of a hub: their roles, leaving, and handing the hub over.

use crate::app::App;
use crate::db::hubs::Hub;
use crate::db::{DbError, Tx, invitations, log, members};
use crate::model::account::Role;
use crate::model::id::{AccountId, HubId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// A hub has an owner.
    #[error("the last owner of a hub cannot leave it")]
    LastOwner,
    /// The database failed; `NotFound` where there is no such member, or it is not for this one to
    /// change.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Makes a member organizer or moderator. Owners and organizers may, but nobody changes an owner.
pub async fn change_role(
    app: &App,
    hub: HubId,
    by: AccountId,
    member: AccountId,
    role: Role,
) -> Result<(), MemberError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            check(tx, hub, by, member)?;
            if role == Role::Owner {
                return Err(DbError::NotFound.into());
            }
            members::update_role(tx, hub, member, role)?;
            if role == Role::Moderator {
                invitations::delete_of_member(tx, hub, member)?;
            }
            // No name: it would outlive its account.
            let detail = format!("gave a member another role: {}", role.as_str());
            Ok(log::insert(tx, hub, Some(by), LogKind::Member, &detail, now)?)
        })
        .await
}

/// Ends somebody's membership, and takes back whom they invited. Owners and organizers may, but
/// nobody removes an owner.
pub async fn remove(
    app: &App,
    hub: HubId,
    by: AccountId,
    member: AccountId,
) -> Result<(), MemberError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            check(tx, hub, by, member)?;
            end(tx, hub, member)?;
            Ok(log::insert(tx, hub, Some(by), LogKind::Member, "removed a member", now)?)
        })
        .await
}

/// Ends one's own membership. The last owner hands the hub over first.
pub async fn leave(app: &App, hub: HubId, member: AccountId) -> Result<(), MemberError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            let role = members::find_role(tx.reading(), hub, member)?.ok_or(DbError::NotFound)?;
            if role == Role::Owner && members::count_owners(tx.reading(), hub)? == 1 {
                return Err(MemberError::LastOwner);
            }
            end(tx, hub, member)?;
            Ok(log::insert(tx, hub, Some(member), LogKind::Member, "left the hub", now)?)
        })
        .await
}

/// Makes another member the owner; who was it becomes an organizer. The hub's name is typed in, as
/// for deleting it: only the new owner can give it back.
pub async fn hand_over(
    app: &App,
    hub: &Hub,
    owner: AccountId,
    to: AccountId,
    typed: &str,
) -> Result<(), MemberError> {
    if typed.trim() != hub.slug {
        let sentence = format!("Type {} to hand this hub over.", hub.slug);
        return Err(MemberError::Problems(Problems::one("confirm", sentence)));
    }
    let (hub, at) = (hub.id, app.clock.now());
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            let now = members::find_role(tx.reading(), hub, owner)?;
            let then = members::find_role(tx.reading(), hub, to)?;
            match (now, then) {
                (Some(Role::Owner), Some(Role::Organizer | Role::Moderator)) => {
                    members::update_role(tx, hub, to, Role::Owner)?;
                    members::update_role(tx, hub, owner, Role::Organizer)?;
                    let detail = "handed the hub over";
                    Ok(log::insert(tx, hub, Some(owner), LogKind::Member, detail, at)?)
                }
                (Some(Role::Owner | Role::Organizer | Role::Moderator) | None, _) => {
                    Err(DbError::NotFound.into())
                }
            }
        })
        .await
}

/// Whether `by` may change this member, as both stand when nobody else changes them.
fn check(tx: &mut Tx<'_>, hub: HubId, by: AccountId, member: AccountId) -> Result<(), MemberError> {
    members::lock(tx, hub)?;
    let changer = members::find_role(tx.reading(), hub, by)?;
    let changed = members::find_role(tx.reading(), hub, member)?;
    match (changer, changed) {
        (Some(Role::Owner | Role::Organizer), Some(Role::Organizer | Role::Moderator)) => Ok(()),
        (Some(Role::Owner | Role::Organizer | Role::Moderator) | None, _) => {
            Err(DbError::NotFound.into())
        }
    }
}

fn end(tx: &mut Tx<'_>, hub: HubId, member: AccountId) -> Result<(), MemberError> {
    members::delete(tx, hub, member)?;
    Ok(invitations::delete_of_member(tx, hub, member)?)
}
