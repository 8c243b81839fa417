//! Invitations: into a hub as organizer or moderator, and to the instance.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::db::accounts::Account;
use crate::db::hubs::{self, Hub};
use crate::db::invitations::{Invitation, NewInvitation};
use crate::db::{DbError, invitations, log, members};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::mail::messages::{InvitationMail, no_link};
use crate::model::account::Role;
use crate::model::email::Email;
use crate::model::id::{AccountId, HubId, InvitationId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;
use crate::secret::{hash_token, random_token};

/// How long an invitation works.
pub const LASTS: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The most open invitations into one hub, and to the instance.
pub const MAX_OPEN: i64 = 100;

/// Why nobody was invited, or an invitation not taken.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// Too often.
    #[error("too often")]
    TooOften(TooOften),
    /// It was taken, taken back, or is too old.
    #[error("this invitation does not work any more")]
    Gone,
    /// Whoever wants to take it is a member.
    #[error("a member already")]
    AlreadyMember,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// How an invitation goes to whoever is invited.
#[derive(Debug)]
pub enum Made {
    /// By this link, which is not shown again.
    Link(String),
    /// By mail.
    Mailed,
    /// By this link: the mail could not be sent.
    NotMailed(String),
}

/// Makes an invitation: into a hub, or, for operators, to the instance. With an address its link is
/// mailed there; without one it is the answer.
pub async fn invite(
    app: &Arc<App>,
    by: &Account,
    place: Option<(&Hub, Role)>,
    typed: &str,
) -> Result<Made, InviteError> {
    let email = match typed.trim() {
        "" => None,
        typed => Some(checked(typed)?),
    };
    if let Some((hub, _)) = place {
        let limit = Limit::Invite(hub.id);
        app.limits.take(limit, AddressBlock::EVERYBODY).map_err(InviteError::TooOften)?;
    }
    if let Some(email) = &email {
        if place.is_some_and(|(hub, _)| hub.approved_at.is_none()) {
            let sentence = "The operator has not approved this hub yet: until then, leave this empty and pass the link on.";
            return Err(InviteError::Problems(Problems::one("email", sentence)));
        }
        take_mail(app, by.id, email)?;
    }
    let token = random_token();
    let now = app.clock.now();
    let new = NewInvitation {
        place: place.map(|(hub, role)| (hub.id, role)),
        token_hash: hash_token(token.expose()),
        email: email.as_ref().map(|email| email.as_str().to_owned()),
        invited_by: by.id,
        expires_at: now.plus(LASTS),
    };
    let author = by.id;
    app.db
        .write(move |tx| {
            insert(tx, &new, author, now)?;
            if let Some((hub, role)) = new.place {
                let detail = format!("invited somebody as {}", role.as_str());
                log::insert(tx, hub, Some(author), LogKind::Member, &detail, now)?;
            }
            Ok::<_, InviteError>(())
        })
        .await?;
    let link = app.addresses.path(&format!("/invite/{}", token.expose()));
    let Some(email) = email else { return Ok(Made::Link(link)) };
    let mail = InvitationMail {
        link: link.clone(),
        site: app.addresses.host(),
        by: no_link(&by.name),
        hub: place.map(|(hub, _)| no_link(&hub.title)).unwrap_or_default(),
        role: place.map_or("", |(_, role)| role.as_str()),
    };
    // Its link is kept nowhere: whoever invites waits, and has it where the mail does not leave.
    match app.mail.send(email.as_str(), &mail).await {
        Ok(()) => {
            app.metrics.mail("sent");
            Ok(Made::Mailed)
        }
        Err(error) => {
            app.metrics.mail("failed");
            tracing::error!(%error, "an invitation was not mailed");
            Ok(Made::NotMailed(link))
        }
    }
}

fn checked(typed: &str) -> Result<Email, InviteError> {
    Email::parse(typed).map_err(|error| InviteError::Problems(Problems::one("email", error)))
}

/// Mail to strangers is counted for whoever sends it and for whoever gets it (`security.md` T33),
/// apart from the mail people ask for themselves.
fn take_mail(app: &App, by: AccountId, email: &Email) -> Result<(), InviteError> {
    app.limits
        .take(Limit::InviteMail(by), AddressBlock::EVERYBODY)
        .map_err(InviteError::TooOften)?;
    let hash = |what| app.secrets.sign(what, &[email.key().as_bytes()]);
    if app.limits.take_mail_to(hash("invite"), hash("mail-day")) {
        return Ok(());
    }
    let sentence =
        "This address was mailed a few minutes ago, or often today. Wait a little, or make a link.";
    Err(InviteError::Problems(Problems::one("email", sentence)))
}

fn insert(
    tx: &mut crate::db::Tx<'_>,
    new: &NewInvitation,
    by: AccountId,
    now: crate::clock::Timestamp,
) -> Result<(), InviteError> {
    let hub = new.place.map(|(hub, _)| hub);
    if let Some(hub) = hub {
        // Whoever was removed meanwhile invites nobody: their invitations went with them.
        members::lock(tx, hub)?;
        if members::find_role(tx.reading(), hub, by)?.is_none_or(|role| role == Role::Moderator) {
            return Err(InviteError::Gone);
        }
    }
    if invitations::count(tx.reading(), hub, now)? >= MAX_OPEN {
        let sentence = "There are a hundred open invitations: take some back first.";
        return Err(InviteError::Problems(Problems::one("email", sentence)));
    }
    if let (Some(hub), Some(email)) = (hub, &new.email) {
        let wanted = email.to_lowercase();
        let all = members::list(tx.reading(), hub)?;
        if all.iter().any(|member| member.email.to_lowercase() == wanted) {
            let sentence = "Whoever has this address is a member already.";
            return Err(InviteError::Problems(Problems::one("email", sentence)));
        }
    }
    Ok(invitations::insert(tx, new, now)?)
}

/// An invitation as whoever has its link sees it.
#[derive(Debug)]
pub struct Offer {
    /// The invitation.
    pub invitation: Invitation,
    /// The hub it leads into.
    pub hub: Option<Hub>,
    /// Who invites.
    pub by: String,
}

/// The invitation of this token, while it works.
pub async fn find(app: &App, token: &str) -> Result<Option<Offer>, DbError> {
    let (hash, now) = (hash_token(token), app.clock.now());
    app.db
        .read(move |c| {
            let Some((invitation, by)) = invitations::find(c, &hash, now)? else { return Ok(None) };
            let hub = match invitation.hub_id {
                Some(hub) => hubs::find(c, hub)?,
                None => None,
            };
            Ok(Some(Offer { invitation, hub, by }))
        })
        .await
}

/// The hub that an open invitation leads into; none where it is to the instance, or works no more.
pub async fn find_hub(app: &App, id: Option<InvitationId>) -> Result<Option<Hub>, DbError> {
    let (Some(id), now) = (id, app.clock.now()) else { return Ok(None) };
    app.db
        .read(move |c| {
            let found = invitations::find_by_id(c, id, now)?;
            match found.and_then(|invitation| invitation.hub_id) {
                Some(hub) => hubs::find(c, hub),
                None => Ok(None),
            }
        })
        .await
}

/// Takes an invitation into a hub for somebody who has an account. One that was mailed works for
/// whoever has its link, as the others do.
pub async fn accept(
    app: &App,
    invitation: &Invitation,
    account: AccountId,
) -> Result<(), InviteError> {
    let (Some(hub), Some(role)) = (invitation.hub_id, invitation.role) else {
        return Err(InviteError::AlreadyMember);
    };
    let (id, now) = (invitation.id, app.clock.now());
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            if members::find_role(tx.reading(), hub, account)?.is_some() {
                return Err(InviteError::AlreadyMember);
            }
            if !invitations::take(tx, id)? {
                return Err(InviteError::Gone);
            }
            members::insert(tx, hub, account, role, now)?;
            let detail = format!("joined as {}", role.as_str());
            Ok(log::insert(tx, hub, Some(account), LogKind::Member, &detail, now)?)
        })
        .await
}

/// Takes an invitation back; `NotFound` where the place has no such invitation.
pub async fn revoke(
    app: &App,
    place: Option<HubId>,
    id: InvitationId,
    by: AccountId,
) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            if !invitations::delete(tx, place, id)? {
                return Err(DbError::NotFound);
            }
            match place {
                Some(hub) => {
                    let detail = "took an invitation back";
                    log::insert(tx, hub, Some(by), LogKind::Member, detail, now)
                }
                None => Ok(()),
            }
        })
        .await
}
