//! Signing in and out.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::sessions::{NewSession, OpenSession, Session};
use crate::db::{DbError, accounts, sessions};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::browser::Browser;
use crate::model::email::Email;
use crate::model::id::AccountId;
use crate::secret::{HasherBusy, Secret, hash_token, random_token};

/// How long a session lasts: a working day.
pub const LASTS: Duration = Duration::from_secs(8 * 3_600);
/// How long a remembered session lasts.
pub const REMEMBERED_LASTS: Duration = Duration::from_secs(30 * 24 * 3_600);
/// A remembered session that is not used for this long ends.
pub const REMEMBERED_IDLE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Use is noted once an hour: not each page writes.
const SEEN_EVERY: Duration = Duration::from_secs(3_600);

/// A session that was just begun.
#[derive(Debug)]
pub struct SignedIn {
    /// The token for the cookie.
    pub token: Secret<String>,
    /// Whether it is to be remembered when the browser closes.
    pub remembered: bool,
    /// Whose it is.
    pub account: AccountId,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address and password do not go together, or the account is suspended: nobody is told
    /// which.
    #[error("address and password do not go together")]
    WrongPair,
    /// Too many tries from this address.
    #[error("too often")]
    TooOften(TooOften),
    /// Too many wrong passwords of this account.
    #[error("too many wrong passwords")]
    Delayed(Duration),
    /// Try again in a moment.
    #[error("too many passwords are being checked")]
    Busy(#[from] HasherBusy),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Who wants to sign in, from where.
#[derive(Debug)]
pub struct Attempt {
    /// The address as typed.
    pub email: String,
    /// The password.
    pub password: Secret<String>,
    /// Whether to be remembered.
    pub remember: bool,
    /// Where it comes from.
    pub from: AddressBlock,
    /// A token of a device that signed in to this account before.
    pub device: Option<String>,
    /// What the browser is.
    pub browser: Browser,
}

/// Signs somebody in.
pub async fn sign_in(app: &App, attempt: Attempt) -> Result<SignedIn, SignInError> {
    app.take_shared(Limit::SignIn, attempt.from).await?.map_err(SignInError::TooOften)?;
    let key = backoff_key(app, &attempt);
    if let Some(delay) = app.sign_in_delay(key).await? {
        app.metrics.limited("sign-in-delay");
        return Err(SignInError::Delayed(delay));
    }
    let found = match Email::parse(&attempt.email) {
        Ok(email) => app.db.read(move |c| accounts::find_by_email(c, &email)).await?,
        Err(_) => None,
    };
    let (account, phc) = found.unzip();
    let right = app.hasher.verify(attempt.password, phc).await?;
    let account = account.filter(|account| right && account.suspended_at.is_none());
    let Some(account) = account else {
        app.sign_in_failed(key).await?;
        return Err(SignInError::WrongPair);
    };
    app.sign_in_succeeded(key).await?;
    Ok(begin_session(app, account.id, attempt.browser, attempt.remember).await?)
}

/// Begins a session for somebody who has just shown who they are.
pub async fn begin_session(
    app: &App,
    account: AccountId,
    browser: Browser,
    remembered: bool,
) -> Result<SignedIn, DbError> {
    let token = random_token();
    let now = app.clock.now();
    let new = NewSession {
        account,
        token_hash: hash_token(token.expose()),
        remembered,
        browser: browser.words(),
        expires_at: now.plus(if remembered { REMEMBERED_LASTS } else { LASTS }),
    };
    app.db.write(move |tx| sessions::insert(tx, &new, now)).await?;
    Ok(SignedIn { token, remembered, account })
}

/// Failures are counted for the address typed, whether or not there is such an account; a device
/// that signed in to it before is counted apart, so that strangers cannot lock its owner out.
fn backoff_key(app: &App, attempt: &Attempt) -> [u8; 32] {
    let email = attempt.email.trim().to_lowercase();
    let device = attempt.device.as_deref().filter(|token| is_device_of(app, token, &email));
    let mut hash = Sha256::new();
    hash.update(email.as_bytes());
    hash.update([0]);
    hash.update(device.unwrap_or_default().as_bytes());
    hash.finalize().into()
}

/// A token for a device that signed in: a nonce, and a keyed hash of it with the address.
pub fn device_token(app: &App, email: &str) -> String {
    let nonce = crate::model::id::encode(&crate::secret::random_bytes::<16>());
    let mac = device_mac(app, &nonce, &email.trim().to_lowercase());
    format!("{nonce}.{mac}")
}

fn is_device_of(app: &App, token: &str, email: &str) -> bool {
    token.split_once('.').is_some_and(|(nonce, mac)| {
        crate::secret::same(mac.as_bytes(), device_mac(app, nonce, email).as_bytes())
    })
}

fn device_mac(app: &App, nonce: &str, email: &str) -> String {
    let mac = app.secrets.sign("device", &[nonce.as_bytes(), email.as_bytes()]);
    crate::model::id::encode(&mac[..16])
}

/// The session of a cookie's token, while it lasts.
pub async fn find_session(app: &App, token: &str) -> Result<Option<Session>, DbError> {
    let (hash, now) = (hash_token(token), app.clock.now());
    let session = app.db.read(move |c| sessions::find(c, &hash, now)).await?;
    let Some(session) = session else { return Ok(None) };
    if is_idle(session.remembered, session.last_seen_at, now) {
        return Ok(None);
    }
    if now.since(session.last_seen_at) > SEEN_EVERY {
        note_use(app, session.id, now).await;
    }
    Ok(Some(session))
}

/// A page is not refused because its visit could not be noted.
async fn note_use(app: &App, session: i64, now: Timestamp) {
    let noted = app.db.write(move |tx| sessions::update_seen(tx, session, now)).await;
    if let Err::<(), DbError>(error) = noted {
        tracing::warn!(%error, "the use of a session was not noted");
    }
}

/// Ends a session.
pub async fn sign_out(app: &App, token: &str) -> Result<(), DbError> {
    let hash = hash_token(token);
    app.db.write(move |tx| sessions::delete(tx, &hash)).await
}

/// Ends every session of an account.
pub async fn sign_out_everywhere(app: &App, account: AccountId) -> Result<usize, DbError> {
    app.db.write(move |tx| sessions::delete_all(tx, account)).await
}

/// The open sessions of an account, the last one used first.
pub async fn list_sessions(app: &App, account: AccountId) -> Result<Vec<OpenSession>, DbError> {
    let now = app.clock.now();
    let mut open = app.db.read(move |c| sessions::list(c, account, now)).await?;
    open.retain(|session| !is_idle(session.remembered, session.last_seen_at, now));
    Ok(open)
}

/// Ends one session of an account; `NotFound` where it has no such session.
pub async fn end_session(app: &App, account: AccountId, session: i64) -> Result<(), DbError> {
    app.db
        .write(move |tx| match sessions::delete_one(tx, account, session)? {
            true => Ok(()),
            false => Err(DbError::NotFound),
        })
        .await
}

fn is_idle(remembered: bool, last_seen_at: Timestamp, now: Timestamp) -> bool {
    remembered && now.since(last_seen_at) > REMEMBERED_IDLE
}
