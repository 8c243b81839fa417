//! Accounts: opening them, and their passwords.

mod delete;
mod password;

pub use delete::{Owned, delete, list_owned};
pub use password::{change_password, finish_reset};

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::accounts::NewAccount;
use crate::db::invitations::Invitation;
use crate::db::links::{NewLink, OneUseLink};
use crate::db::{DbError, Tx, accounts, instance, invitations, links, log, members};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::mail::messages::{AlreadyHereMail, ResetMail, SignUpMail};
use crate::model::account::{LinkPurpose, NewPassword};
use crate::model::email::Email;
use crate::model::hub::line;
use crate::model::id::{AccountId, InvitationId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;
use crate::secret::{HasherBusy, hash_token, random_token};

/// The longest name of a person, in characters.
pub const MAX_NAME: usize = 80;

/// How long links work.
/// How long a link for a new password works.
pub const RESET_LASTS: Duration = Duration::from_secs(3_600);
/// How long a link works that confirms an address.
pub const SIGN_UP_LASTS: Duration = Duration::from_secs(24 * 3_600);
const SET_UP_LASTS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Why an account was not opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// The link was used, replaced or is too old.
    #[error("this link does not work any more")]
    LinkGone,
    /// Too often.
    #[error("too often")]
    TooOften(TooOften),
    /// Try again in a moment.
    #[error("too many passwords are being checked")]
    Busy(#[from] HasherBusy),
    /// The database failed.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for AccountError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Problems(Problems::one(
                "email",
                "There is an account with this address already: sign in instead.",
            )),
            error => Self::Database(error),
        }
    }
}

/// The link that makes the operator's account, while there is none: printed at each start until
/// it was used.
pub async fn set_up_link(app: &App) -> Result<Option<String>, DbError> {
    let token = random_token();
    let hash = hash_token(token.expose());
    let now = app.clock.now();
    let needed = app
        .db
        .write(move |tx| {
            if accounts::count_operators(tx.reading())? > 0 {
                return Ok(false);
            }
            let link = NewLink {
                token_hash: &hash,
                purpose: LinkPurpose::SetUp,
                account: None,
                email: None,
                invitation: None,
                expires_at: now.plus(SET_UP_LASTS),
            };
            links::insert(tx, &link, now)?;
            Ok::<_, DbError>(true)
        })
        .await?;
    Ok(needed.then(|| app.addresses.path(&format!("/signup/{}", token.expose()))))
}

/// Starts a sign-up: whatever the address, the answer is "check your mail" (`security.md` T25).
pub fn start_sign_up(app: &Arc<App>, typed: &str, from: AddressBlock) -> Result<(), AccountError> {
    let email = checked_email(typed)?;
    app.limits.take(Limit::SignUp, from).map_err(AccountError::TooOften)?;
    mail_later(app, email, |app, email| async move { send_sign_up(&app, email, None).await });
    Ok(())
}

/// An invitation, for whoever opens an account by it.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Its row.
    pub id: InvitationId,
    /// The path of its page.
    pub path: String,
}

/// The same for somebody who was invited by a link: their address is confirmed first. Whoever has
/// an account is led back to the invitation.
pub fn start_invited_sign_up(
    app: &Arc<App>,
    invitation: Invited,
    typed: &str,
    from: AddressBlock,
) -> Result<(), AccountError> {
    let email = checked_email(typed)?;
    app.limits.take(Limit::SignUp, from).map_err(AccountError::TooOften)?;
    mail_later(app, email, move |app, email| async move {
        send_sign_up(&app, email, Some(invitation)).await
    });
    Ok(())
}

/// Starts setting a forgotten password: whatever the address, the answer is "check your mail".
pub fn start_reset(app: &Arc<App>, typed: &str, from: AddressBlock) -> Result<(), AccountError> {
    let email = checked_email(typed)?;
    app.limits.take(Limit::ResetMail, from).map_err(AccountError::TooOften)?;
    mail_later(app, email, |app, email| async move { send_reset(&app, email).await });
    Ok(())
}

fn checked_email(typed: &str) -> Result<Email, AccountError> {
    Email::parse(typed).map_err(|error| AccountError::Problems(Problems::one("email", error)))
}

/// Looks the address up and writes the mail after the answer, so that the time of the answer
/// says nothing.
fn mail_later<F>(app: &Arc<App>, email: Email, send: impl FnOnce(Arc<App>, Email) -> F)
where
    F: Future<Output = Result<(), DbError>> + Send + 'static,
{
    let hash = |what| app.secrets.sign(what, &[email.key().as_bytes()]);
    if !app.limits.take_mail_to(hash("mail"), hash("mail-day")) {
        app.metrics.limited("mail-to");
        return;
    }
    let sending = send(Arc::clone(app), email);
    app.background.spawn(async move {
        if let Err(error) = sending.await {
            tracing::error!(%error, "a one-use link was not made");
        }
    });
}

async fn send_sign_up(
    app: &Arc<App>,
    email: Email,
    invitation: Option<Invited>,
) -> Result<(), DbError> {
    let (site, now) = (app.addresses.host(), app.clock.now());
    let asked = email.clone();
    if app.db.read(move |c| accounts::find_by_email(c, &asked)).await?.is_some() {
        let back = invitation.map(|invited| invited.path);
        let next = back.as_ref().map(|back| format!("?next={back}")).unwrap_or_default();
        let mail = AlreadyHereMail {
            sign_in: &app.addresses.path(&format!("/signin{next}")),
            reset: &app.addresses.path("/reset"),
            invitation: back.map(|back| app.addresses.path(&back)),
            site: &site,
        };
        return send(app, &email, &mail).await;
    }
    let invitation = invitation.map(|invited| invited.id);
    let token = random_token();
    let (hash, to) = (hash_token(token.expose()), email.clone());
    app.db
        .write(move |tx| {
            let link = NewLink {
                token_hash: &hash,
                purpose: LinkPurpose::SignUp,
                account: None,
                email: Some(to.as_str()),
                invitation,
                expires_at: now.plus(SIGN_UP_LASTS),
            };
            links::insert(tx, &link, now)
        })
        .await?;
    let link = app.addresses.path(&format!("/signup/{}", token.expose()));
    send(app, &email, &SignUpMail { link: &link, site: &site }).await
}

async fn send_reset(app: &Arc<App>, email: Email) -> Result<(), DbError> {
    let asked = email.clone();
    let found = app.db.read(move |c| accounts::find_by_email(c, &asked)).await?;
    let Some((account, _)) = found else { return Ok(()) };
    let link = reset_link(app, account.id).await?;
    let site = app.addresses.host();
    send(app, &email, &ResetMail { link: &link, site: &site }).await
}

async fn send(
    app: &Arc<App>,
    to: &Email,
    message: &impl crate::mail::Message,
) -> Result<(), DbError> {
    let sent = app.mail.send(to.as_str(), message).await;
    app.metrics.mail(if sent.is_ok() { "sent" } else { "failed" });
    if let Err(error) = sent {
        tracing::error!(%error, "a mail was not sent");
    }
    Ok(())
}

/// A one-use link that sets a new password of an account.
pub async fn reset_link(app: &App, account: AccountId) -> Result<String, DbError> {
    let token = random_token();
    let hash = hash_token(token.expose());
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let link = NewLink {
                token_hash: &hash,
                purpose: LinkPurpose::Reset,
                account: Some(account),
                email: None,
                invitation: None,
                expires_at: now.plus(RESET_LASTS),
            };
            links::insert(tx, &link, now)
        })
        .await?;
    Ok(app.addresses.path(&format!("/reset/{}", token.expose())))
}

/// A link of one of these purposes, while it works.
pub async fn find_link(
    app: &App,
    token: &str,
    purposes: &'static [LinkPurpose],
) -> Result<Option<OneUseLink>, DbError> {
    let (hash, now) = (hash_token(token), app.clock.now());
    let link = app.db.read(move |c| links::find(c, &hash, now)).await?;
    Ok(link.filter(|link| purposes.contains(&link.purpose)))
}

/// What somebody typed to open an account.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AccountDraft {
    /// The address; fixed where a link was mailed to it.
    pub email: String,
    /// What they want to be called.
    pub name: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for AccountDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountDraft").finish_non_exhaustive()
    }
}

impl AccountDraft {
    fn check(&self) -> Result<(Email, String, NewPassword), Problems> {
        let mut problems = Problems::default();
        let email = problems.take("email", Email::parse(&self.email));
        let name = line(&self.name, MAX_NAME);
        if name.is_empty() {
            problems.add("name", "Say what you want to be called.");
        }
        let password =
            problems.take("password", NewPassword::parse(&self.password, &self.email, &name));
        match (email, password, problems.is_empty()) {
            (Some(email), Some(password), true) => Ok((email, name, password)),
            _ => Err(problems),
        }
    }
}

/// Opens the account a set-up or sign-up link stands for, and uses the link up.
pub async fn finish_sign_up(
    app: &App,
    link: &OneUseLink,
    mut draft: AccountDraft,
) -> Result<AccountId, AccountError> {
    if let Some(email) = &link.email {
        draft.email.clone_from(email);
    }
    let is_operator = link.purpose == LinkPurpose::SetUp;
    let by = OpenedBy { link: Some(link.id), invitation: link.invitation_id };
    insert(app, &draft, is_operator, by).await
}

/// Opens the account of somebody who was invited, and takes the invitation: where its link was
/// mailed, for the address it was mailed to.
pub async fn finish_invited(
    app: &App,
    invitation: &Invitation,
    mut draft: AccountDraft,
    from: AddressBlock,
) -> Result<AccountId, AccountError> {
    app.limits.take(Limit::SignUp, from).map_err(AccountError::TooOften)?;
    if let Some(email) = &invitation.email {
        draft.email.clone_from(email);
    }
    let by = OpenedBy { link: None, invitation: Some(invitation.id) };
    insert(app, &draft, false, by).await
}

/// What is used up by opening an account.
#[derive(Debug, Clone, Copy, Default)]
struct OpenedBy {
    link: Option<i64>,
    invitation: Option<InvitationId>,
}

/// The set-up link makes the first operator, and no other; any operator ends all set-up links. Two
/// instances that start together print one each.
fn check_set_up(tx: &mut Tx<'_>, by_link: bool) -> Result<(), AccountError> {
    // The instance's row is the lock on PostgreSQL.
    instance::touch(tx)?;
    if by_link && accounts::count_operators(tx.reading())? > 0 {
        return Err(AccountError::LinkGone);
    }
    Ok(links::delete_all(tx, LinkPurpose::SetUp)?)
}

/// Opens an account, for the command line.
pub async fn add(
    app: &App,
    draft: &AccountDraft,
    is_operator: bool,
) -> Result<AccountId, AccountError> {
    insert(app, draft, is_operator, OpenedBy::default()).await
}

async fn insert(
    app: &App,
    draft: &AccountDraft,
    is_operator: bool,
    by: OpenedBy,
) -> Result<AccountId, AccountError> {
    let (email, name, password) = draft.check().map_err(AccountError::Problems)?;
    let password_hash = app.hasher.hash(password.into_secret()).await?;
    let new = NewAccount { email, name, password_hash, is_operator };
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            if let Some(link) = by.link
                && !links::delete(tx, link)?
            {
                return Err(AccountError::LinkGone);
            }
            if new.is_operator {
                check_set_up(tx, by.link.is_some())?;
            }
            let account = accounts::insert(tx, &new, now)?;
            if let Some(invitation) = by.invitation {
                join(tx, invitation, account, now)?;
            }
            Ok(account)
        })
        .await
}

/// Takes an invitation for an account that was just opened.
fn join(
    tx: &mut Tx<'_>,
    invitation: InvitationId,
    account: AccountId,
    now: Timestamp,
) -> Result<(), AccountError> {
    let found = invitations::find_by_id(tx.reading(), invitation, now)?;
    let found = found.ok_or(AccountError::LinkGone)?;
    if !invitations::take(tx, invitation)? {
        return Err(AccountError::LinkGone);
    }
    if let (Some(hub), Some(role)) = (found.hub_id, found.role) {
        members::insert(tx, hub, account, role, now)?;
        let detail = format!("joined as {}", role.as_str());
        log::insert(tx, hub, Some(account), LogKind::Member, &detail, now)?;
    }
    Ok(())
}

/// Changes what somebody wants to be called.
pub async fn rename(app: &App, id: AccountId, typed: &str) -> Result<(), AccountError> {
    let name = line(typed, MAX_NAME);
    if name.is_empty() {
        let sentence = "Say what you want to be called.";
        return Err(AccountError::Problems(Problems::one("name", sentence)));
    }
    let now = app.clock.now();
    app.db.write(move |tx| Ok(accounts::update_name(tx, id, &name, now)?)).await
}
