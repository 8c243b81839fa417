//! Ping keys: further passphrases of a hub, random, each with a name (`decisions.md`,
//! "Passphrases"). On pages: "personal ping address".

use super::id::unambiguous;
use crate::secret::{Secret, hash_token, random_bytes};

/// Letters and digits of a key: 130 random bits.
pub const LENGTH: usize = 27;

/// A key, as it stands at the end of a ping address.
#[derive(Debug, Clone)]
pub struct PingKey(Secret<String>);

impl PingKey {
    /// A key nobody has yet.
    pub fn random() -> Self {
        let mut letters = unambiguous(&random_bytes::<17>());
        letters.truncate(LENGTH);
        Self(Secret::new(letters))
    }

    /// Reads what may be a key; `None` for what can only be a passphrase. Case does not count.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .then(|| Self(Secret::new(text.to_ascii_lowercase())))
    }

    /// The key itself: shown once.
    pub const fn secret(&self) -> &Secret<String> {
        &self.0
    }

    /// What is stored of it. Enough for 130 random bits (`security.md` T21).
    pub fn hash(&self) -> Vec<u8> {
        hash_token(self.0.expose())
    }

    /// Its last four letters, by which people tell their keys apart.
    pub fn ending(&self) -> String {
        self.0.expose().chars().skip(LENGTH - 4).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_in_any_case_and_no_two_are_alike() {
        let key = PingKey::random();
        assert_eq!(key.secret().expose().len(), LENGTH);
        let typed = format!(" {} ", key.secret().expose().to_uppercase());
        assert_eq!(PingKey::parse(&typed).unwrap().hash(), key.hash());
        assert_ne!(PingKey::random().hash(), key.hash());
        assert!(key.secret().expose().ends_with(&key.ending()));
        for no_key in
            ["", "violet-crown", "abcdefghijklmnopqrstuvwxyz", "abcdefghijklm-opqrstuvwxyz1"]
        {
            assert!(PingKey::parse(no_key).is_none(), "{no_key}");
        }
    }
}
