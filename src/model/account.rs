//! Accounts: roles, and what makes a password acceptable.

use super::named;
use crate::secret::Secret;

named! {
    /// What a member may do in a hub.
    Role {
        /// May do everything, and hand the hub over.
        Owner = "owner",
        /// May change the hub and its categories.
        Organizer = "organizer",
        /// May look at the queue.
        Moderator = "moderator",
    }
}

named! {
    /// What a one-use link is for.
    LinkPurpose {
        /// Makes the operator's account, on an empty database.
        SetUp = "set_up",
        /// Finishes a sign-up.
        SignUp = "sign_up",
        /// Sets a new password.
        Reset = "reset",
    }
}

/// The shortest password, in characters (NIST SP 800-63B-4: 15 where it is the only factor).
pub const MIN_PASSWORD: usize = 15;
/// The longest password, in characters.
pub const MAX_PASSWORD: usize = 128;

/// The commonest long passwords and the sequences they are made of, letters and digits only.
const COMMON: &[&str] = &[
    "passwordpassword",
    "password123456",
    "password1234567",
    "password12345678",
    "passwordpassword1",
    "iloveyouiloveyou",
    "letmeinletmein",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6y7u8i",
    "1qaz2wsx3edc4rfv",
    "administrator1",
    "administrator123",
    "changemechangeme",
    "welcomewelcome",
    "trustno1trustno1",
    "correcthorsebatterystaple",
    "thisisapassword",
    "thisismypassword",
    "mypasswordispassword",
    "backchannelbackchannel",
    "trackbacktrackback",
    "footballfootball",
    "baseballbaseball",
    "sunshinesunshine",
    "princessprincess",
    "dragondragondragon",
    "monkeymonkeymonkey",
];
const SEQUENCES: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "012345678901234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "098765432109876543210987654321",
];

/// A password that was checked against the rules, not against an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassword(Secret<String>);

/// What is wrong with a new password, in a sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 15 characters.
    #[error("Use at least 15 characters: four or five ordinary words do well.")]
    TooShort,
    /// More than 128 characters.
    #[error("Use at most 128 characters.")]
    TooLong,
    /// The e-mail address or the name.
    #[error("Do not use your name or address: anybody would try them first.")]
    Personal,
    /// One of the commonest, a repetition, or a sequence.
    #[error("This is one of the first that anybody would try: choose other words.")]
    Common,
}

impl NewPassword {
    /// Checks a new password of the account with this address and name (`decisions.md`, "Start").
    pub fn parse(text: &str, email: &str, name: &str) -> Result<Self, PasswordError> {
        let length = text.chars().count();
        if length < MIN_PASSWORD {
            return Err(PasswordError::TooShort);
        }
        if length > MAX_PASSWORD {
            return Err(PasswordError::TooLong);
        }
        let letters = folded(text);
        let personal = [folded(email), folded(name), folded(&format!("{name}{email}"))];
        if personal.contains(&letters) {
            return Err(PasswordError::Personal);
        }
        if COMMON.contains(&letters.as_str()) || is_repetition(text) || is_sequence(&letters) {
            return Err(PasswordError::Common);
        }
        Ok(Self(Secret::new(text.to_owned())))
    }

    /// The password, to be hashed.
    pub fn into_secret(self) -> Secret<String> {
        self.0
    }
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Made of one piece of at most four characters, over and over.
fn is_repetition(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|period| chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b))
}

fn is_sequence(letters: &str) -> bool {
    letters.is_empty() || SEQUENCES.iter().any(|sequence| sequence.contains(letters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_judged_by_length_and_by_being_guessable() {
        let judge = |text: &str| {
            NewPassword::parse(text, "ada@example.org", "Ada Lovelace, Countess").map(|_| ())
        };
        for (text, expected) in [
            ("violet crown taco bells", Ok(())),
            ("日本語の十五文字以上の合言葉です", Ok(())),
            ("short", Err(PasswordError::TooShort)),
            ("ada@example.org", Err(PasswordError::Personal)),
            ("ADA LOVELACE COUNTESS", Err(PasswordError::Personal)),
            ("password-password", Err(PasswordError::Common)),
            ("aaaaaaaaaaaaaaaaaaa", Err(PasswordError::Common)),
            ("abababababababab", Err(PasswordError::Common)),
            ("1234567890123456", Err(PasswordError::Common)),
            ("!!!!!!!!?????????", Err(PasswordError::Common)),
            ("Correct Horse Battery Staple", Err(PasswordError::Common)),
        ] {
            assert_eq!(judge(text), expected, "{text}");
        }
        assert_eq!(judge(&"long ".repeat(30)), Err(PasswordError::TooLong));
    }
}
