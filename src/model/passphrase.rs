//! Posting passphrases: what stands on a slide, and at the end of a ping address.

use crate::secret::Secret;

/// A category's passphrase: 6 to 64 of letters, digits, `-._~`; case does not count.
///
/// All of these stand in an address as they are, so that a passphrase can be typed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passphrase(Secret<String>);

/// What is wrong with a passphrase, in a sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Fewer than six characters.
    #[error("Use at least 6 characters: two words are easy to say from a stage.")]
    TooShort,
    /// More than 64 characters.
    #[error("Use at most 64 characters.")]
    TooLong,
    /// Characters that cannot stand in an address.
    #[error(
        "Use letters a–z, digits, hyphens, dots, underscores and tildes only: it becomes part of an address."
    )]
    Characters,
}

impl Passphrase {
    /// Reads a passphrase: blanks become hyphens, capitals are lowered.
    pub fn parse(text: &str) -> Result<Self, PassphraseError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join("-").to_ascii_lowercase();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if !text.chars().all(allowed) {
            return Err(PassphraseError::Characters);
        }
        match text.len() {
            0..6 => Err(PassphraseError::TooShort),
            6..=64 => Ok(Self(Secret::new(text))),
            _ => Err(PassphraseError::TooLong),
        }
    }

    /// The passphrase itself, as it stands in a ping address.
    pub const fn secret(&self) -> &Secret<String> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passphrases_are_forgiving_about_case_and_blanks_only() {
        let typed = Passphrase::parse("  Violet  Crown ").unwrap();
        assert_eq!(typed.secret().expose(), "violet-crown");
        assert_eq!(typed, Passphrase::parse("VIOLET-CROWN").unwrap());
        for (text, error) in [
            ("", PassphraseError::TooShort),
            ("12345", PassphraseError::TooShort),
            ("open/sesame", PassphraseError::Characters),
            ("sésame-ouvre", PassphraseError::Characters),
            ("question?mark", PassphraseError::Characters),
        ] {
            assert_eq!(Passphrase::parse(text), Err(error), "{text}");
        }
        assert_eq!(Passphrase::parse(&"x".repeat(65)), Err(PassphraseError::TooLong));
    }
}
