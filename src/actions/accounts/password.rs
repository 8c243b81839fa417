//! Changing a password, by a link or by the old one.

use super::AccountError;
use crate::app::App;
use crate::db::accounts::Account;
use crate::db::links::OneUseLink;
use crate::db::{accounts, links, sessions};
use crate::model::account::NewPassword;
use crate::model::id::AccountId;
use crate::model::problems::Problems;
use crate::secret::Secret;

/// Sets the new password a reset link stands for, uses the link up, and ends all sessions.
pub async fn finish_reset(
    app: &App,
    link: &OneUseLink,
    password: &str,
) -> Result<AccountId, AccountError> {
    let id = link.account_id.ok_or(AccountError::LinkGone)?;
    let hash = new_hash(app, id, password).await?;
    let (link, now) = (link.id, app.clock.now());
    app.db
        .write(move |tx| {
            if !links::delete(tx, link)? {
                return Err(AccountError::LinkGone);
            }
            accounts::update_password(tx, id, &hash, now)?;
            sessions::delete_all(tx, id)?;
            Ok(id)
        })
        .await
}

/// Changes a password for one who knows the old one, and ends all sessions.
pub async fn change_password(
    app: &App,
    account: &Account,
    old: Secret<String>,
    new: &str,
) -> Result<(), AccountError> {
    let id = account.id;
    check_password(app, id, old).await?;
    let hash = new_hash(app, id, new).await?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            accounts::update_password(tx, id, &hash, now)?;
            sessions::delete_all(tx, id)?;
            Ok(())
        })
        .await
}

/// Whether this is the password of an account; the tries are counted.
pub(super) async fn check_password(
    app: &App,
    id: AccountId,
    typed: Secret<String>,
) -> Result<(), AccountError> {
    let wrong = |sentence: &str| AccountError::Problems(Problems::one("old_password", sentence));
    let key = app.secrets.sign("change-password", &[&id.0.to_be_bytes()]);
    if app.sign_in_delay(key).await.map_err(AccountError::Database)?.is_some() {
        return Err(wrong("Too many wrong tries. Wait a few minutes, then try again."));
    }
    let found =
        app.db.read(move |c| accounts::find(c, id)).await.map_err(AccountError::Database)?;
    if !app.hasher.verify(typed, found.map(|(_, phc)| phc)).await? {
        app.sign_in_failed(key).await.map_err(AccountError::Database)?;
        return Err(wrong("This is not your present password."));
    }
    app.sign_in_succeeded(key).await.map_err(AccountError::Database)
}

async fn new_hash(app: &App, id: AccountId, typed: &str) -> Result<String, AccountError> {
    let found =
        app.db.read(move |c| accounts::find(c, id)).await.map_err(AccountError::Database)?;
    let (account, _) = found.ok_or(AccountError::LinkGone)?;
    let password = NewPassword::parse(typed, &account.email, &account.name)
        .map_err(|error| AccountError::Problems(Problems::one("password", error)))?;
    Ok(app.hasher.hash(password.into_secret()).await?)
}
