//! Deleting one's account.

use super::AccountError;
use super::password::check_password;
use crate::app::App;
use crate::db::accounts::Account;
use crate::db::{DbError, accounts, instance};
use crate::model::id::AccountId;
use crate::model::problems::Problems;
use crate::secret::Secret;

/// What stands in the way of deleting an account.
#[derive(Debug)]
pub struct Owned {
    /// The hubs that have no other owner: slug and title.
    pub hubs: Vec<(String, String)>,
    /// Whether nobody else is operator.
    pub is_only_operator: bool,
}

impl Owned {
    /// Whether nothing stands in the way.
    pub const fn is_nothing(&self) -> bool {
        self.hubs.is_empty() && !self.is_only_operator
    }
}

/// Reads what stands in the way of deleting this account.
pub async fn list_owned(app: &App, account: &Account) -> Result<Owned, DbError> {
    let (id, is_operator) = (account.id, account.is_operator);
    app.db
        .read(move |c| {
            Ok(Owned {
                hubs: accounts::list_hubs_owned_alone(c, id)?,
                is_only_operator: is_operator && accounts::count_operators(c)? == 1,
            })
        })
        .await
}

/// Deletes an account for one who knows its password and typed its address. Every session ends.
/// The only owner of a hub hands it over or deletes it first; the only operator stays.
pub async fn delete(
    app: &App,
    account: &Account,
    password: Secret<String>,
    typed: &str,
) -> Result<(), AccountError> {
    if typed.trim().to_lowercase() != account.email.to_lowercase() {
        let sentence = format!("Type {} to delete this account.", account.email);
        return Err(AccountError::Problems(Problems::one("confirm", sentence)));
    }
    check_password(app, account.id, password).await?;
    let (id, is_operator): (AccountId, bool) = (account.id, account.is_operator);
    let alone = app
        .db
        .write(move |tx| {
            // Two that go at the same moment wait for each other here.
            instance::touch(tx)?;
            if is_operator && accounts::count_operators(tx.reading())? == 1 {
                let sentence =
                    "You are the only operator of this site: it needs another one first.";
                return Err(AccountError::Problems(Problems::one("confirm", sentence)));
            }
            Ok(accounts::delete(tx, id)?)
        })
        .await?;
    if alone.is_empty() {
        return Ok(());
    }
    let sentence = format!("You are the only owner of {}.", alone.join(", "));
    Err(AccountError::Problems(Problems::one("confirm", sentence)))
}
