//! What members of a hub are told by mail.

use super::named;

named! {
    /// Whether a member is told what waits.
    WaitingMail {
        /// Never.
        Off = "off",
        /// The first post at once, those that follow in digests.
        Digest = "digest",
    }
}

named! {
    /// Whether a member is told what was listed.
    ListedMail {
        /// Never.
        Off = "off",
        /// At once, as far as mail may be sent that often.
        Each = "each",
        /// Once a day, in the morning.
        Daily = "daily",
    }
}

/// What a member chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailChoice {
    /// Posts that wait.
    pub waiting: WaitingMail,
    /// Posts that were listed.
    pub listed: ListedMail,
}

impl Default for MailChoice {
    /// A queue that nobody hears of is not looked at: for owners, organizers and moderators alike.
    fn default() -> Self {
        Self { waiting: WaitingMail::Digest, listed: ListedMail::Off }
    }
}

/// What a mail is about: what its "unsubscribe" turns off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailKind {
    /// Posts that wait.
    Waiting,
    /// Posts that were listed.
    Listed,
    /// Both.
    Both,
}

impl MailKind {
    /// Its byte in an address.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Waiting => 1,
            Self::Listed => 2,
            Self::Both => 3,
        }
    }

    /// The kind of this byte.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Waiting),
            2 => Some(Self::Listed),
            3 => Some(Self::Both),
            _ => None,
        }
    }

    /// What is left of a choice without mails of this kind.
    pub const fn taken_from(self, choice: MailChoice) -> MailChoice {
        match self {
            Self::Waiting => MailChoice { waiting: WaitingMail::Off, ..choice },
            Self::Listed => MailChoice { listed: ListedMail::Off, ..choice },
            Self::Both => MailChoice { waiting: WaitingMail::Off, listed: ListedMail::Off },
        }
    }
}

/// After so many mails that came back, no more are sent (`security.md` T33).
pub const MAX_BOUNCES: i64 = 3;
