//! Secrets: values that do not print themselves, random tokens, and slow hashes behind a gate.

use std::fmt;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, TryAcquireError};

/// A value that must not appear in logs: its `Debug` says `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a secret value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Spelled out at each use, so that uses can be found.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

/// `N` bytes from the operating system's random source.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    rand::random()
}

/// A random token of 256 bits, as 52 lower-case base32 letters and digits.
pub fn random_token() -> Secret<String> {
    Secret(BASE32_NOPAD.encode(&random_bytes::<32>()).to_lowercase())
}

/// What the database keeps of a random token: its SHA-256. Enough for 256-bit secrets.
pub fn hash_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The instance's secret key, from which keyed hashes for one purpose each are drawn.
#[derive(Clone)]
pub struct SecretKey(Arc<[u8; 32]>);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey([redacted])")
    }
}

impl SecretKey {
    /// The key made of any text of at least 32 bytes; shorter texts are refused.
    pub fn from_text(text: &str) -> Option<Self> {
        (text.trim().len() >= 32)
            .then(|| Self(Arc::new(Sha256::digest(text.trim().as_bytes()).into())))
    }

    /// A key of this process alone.
    pub fn random() -> Self {
        Self(Arc::new(random_bytes()))
    }

    /// HMAC-SHA-256 of `parts`, each with its length, for the named purpose.
    pub fn sign(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        // A 32-byte key is always accepted by HMAC; the empty answer can only fail to compare.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else {
            return [0; 32];
        };
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// HMAC-SHA-256 of `message` with a key of somebody else's, in lower-case hex.
pub fn hmac_hex(key: &Secret<Vec<u8>>, message: &[u8]) -> String {
    // A key of any length is accepted by HMAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose()) else { return String::new() };
    mac.update(message);
    data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes())
}

/// Compares in a time that does not depend on where the two differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Too many passwords are being checked at once: try again in a moment.
#[derive(Debug, thiserror::Error)]
#[error("too many passwords are being checked at the moment")]
pub struct HasherBusy;

/// Argon2id behind a gate: at most two at a time, at most sixteen waiting (`security.md` T21).
///
/// Parameters are OWASP's minimum, `m=19456 KiB, t=2, p=1`: the crate's own default.
#[derive(Clone)]
pub struct Hasher {
    running: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    stand_in: Arc<std::sync::OnceLock<String>>,
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

const HASHES_AT_ONCE: usize = 2;
const HASHES_WAITING: usize = 16;

impl Default for Hasher {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            queue: Arc::new(Semaphore::new(HASHES_AT_ONCE + HASHES_WAITING)),
            stand_in: Arc::default(),
        }
    }
}

impl Hasher {
    /// The PHC string of a password or passphrase.
    pub async fn hash(&self, secret: Secret<String>) -> Result<String, HasherBusy> {
        self.run(move || hash_now(secret.expose())).await
    }

    /// Whether `secret` is what `phc` was made of. `None` stands for an account that does not
    /// exist, and takes as long (`security.md` T25).
    pub async fn verify(
        &self,
        secret: Secret<String>,
        phc: Option<String>,
    ) -> Result<bool, HasherBusy> {
        let stand_in = Arc::clone(&self.stand_in);
        self.run(move || {
            let known = phc.is_some();
            let phc = phc
                .unwrap_or_else(|| stand_in.get_or_init(|| hash_now("nobody's password")).clone());
            verify_now(secret.expose(), &phc) && known
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        let _place = match Arc::clone(&self.queue).try_acquire_owned() {
            Ok(place) => place,
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => return Err(HasherBusy),
        };
        let Ok(turn) = Arc::clone(&self.running).acquire_owned().await else {
            return Err(HasherBusy);
        };
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        // The work does not panic; if the runtime is going away, the caller is too.
        done.await.map_err(|_gone| HasherBusy)
    }
}

/// Hashes on this thread: for the command line, where nothing else waits.
pub fn hash_now(secret: &str) -> String {
    // Hashing fails only for parameters out of range or without a random source: an empty
    // string is no PHC string, so nothing ever verifies against it.
    Argon2::default()
        .hash_password(secret.as_bytes())
        .map(|phc| phc.to_string())
        .unwrap_or_default()
}

fn verify_now(secret: &str, phc: &str) -> bool {
    PasswordHash::new(phc)
        .is_ok_and(|phc| Argon2::default().verify_password(secret.as_bytes(), &phc).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        let secret = Secret::new(String::from("open sesame"));
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(secret.expose(), "open sesame");
    }

    #[test]
    fn keyed_hashes_keep_their_parts_and_purposes_apart() {
        let key = SecretKey::random();
        assert_ne!(key.sign("a", &[b"bc"]), key.sign("ab", &[b"c"]));
        assert_ne!(key.sign("a", &[b"b", b"c"]), key.sign("a", &[b"bc"]));
        assert_eq!(key.sign("a", &[b"b"]), key.sign("a", &[b"b"]));
        assert!(SecretKey::from_text("too short").is_none());
    }

    #[test]
    fn a_message_is_signed_as_rfc_4231_says() {
        let key = Secret::new(b"Jefe".to_vec());
        assert_eq!(
            hmac_hex(&key, b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[tokio::test]
    async fn a_password_verifies_and_an_unknown_account_never_does() {
        let hasher = Hasher::default();
        let phc = hasher.hash(Secret::new("correct horse".into())).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(hasher.verify(Secret::new("correct horse".into()), Some(phc)).await.unwrap());
        let stranger = Secret::new(String::from("nobody's password"));
        assert!(!hasher.verify(stranger, None).await.unwrap());
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_are_turned_away_at_once() {
        let hasher = Hasher::default();
        let _all = Arc::clone(&hasher.queue)
            .try_acquire_many_owned((HASHES_AT_ONCE + HASHES_WAITING) as u32)
            .unwrap();
        assert!(hasher.hash(Secret::new("x".into())).await.is_err());
    }
}
