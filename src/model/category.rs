//! Categories: who may ping, and what happens to a ping that was taken in.

use super::named;
use crate::secret::Secret;

named! {
    /// Who may ping a category.
    PingPolicy {
        /// Anybody.
        Open = "open",
        /// Whoever knows the passphrase.
        Passphrase = "passphrase",
        /// Nobody, for now.
        Closed = "closed",
    }
}

named! {
    /// When a ping that was taken in is listed.
    ListingPolicy {
        /// Without anybody looking.
        AtOnce = "at-once",
        /// A blog's first post waits for an organizer. A TrackBack's address proves nothing about
        /// its sender: it waits until the page was read and its title matches.
        NewBlogWaits = "new-blog-waits",
        /// Every post waits for an organizer.
        AllWait = "all-wait",
    }
}

named! {
    /// What becomes of a Webmention or Pingback without the passphrase: today's WordPress has no
    /// place to put one.
    UnprovedPolicy {
        /// It is verified, and waits for an organizer.
        Wait = "wait",
        /// It is refused.
        Refuse = "refuse",
    }
}

named! {
    /// What a link from the post to the category means for TrackBack pings. Honest category pings
    /// often do not link to the hub.
    LinkBack {
        /// Nothing.
        Off = "off",
        /// Moderators see whether the page links here.
        Counts = "counts",
        /// Without the link nobody sees the ping.
        Required = "required",
    }
}

named! {
    /// Who may read a hub or a category.
    Readers {
        /// Everybody; it stands in lists.
        Public = "public",
        /// Whoever has its address: it stands in no list, and search engines are asked to leave it
        /// alone.
        Unlisted = "unlisted",
        /// Whoever knows its reading password. Nothing of it is shown anywhere else.
        Password = "password",
    }
}

impl ListingPolicy {
    /// Whether a ping may be listed without anybody looking at it.
    ///
    /// With [`ListingPolicy::NewBlogWaits`] that takes proof that a blog sent the ping
    /// (`product.md`, rule 3), which a TrackBack alone never gives.
    pub const fn lists_at_once(self) -> bool {
        matches!(self, Self::AtOnce)
    }
}
/// A reading password as somebody chose it: 8 to 128 characters, without blanks at its ends.
#[derive(Debug, Clone)]
pub struct ReadingPassword(Secret<String>);

/// What is wrong with a reading password, in a sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadingPasswordError {
    /// Nothing was typed.
    #[error("Choose a reading password.")]
    Empty,
    /// Fewer than eight characters.
    #[error("Use at least 8 characters.")]
    TooShort,
    /// More than 128 characters.
    #[error("Use at most 128 characters.")]
    TooLong,
}

impl ReadingPassword {
    /// Reads one as it was typed.
    pub fn parse(typed: &str) -> Result<Self, ReadingPasswordError> {
        let typed = typed.trim();
        match typed.chars().count() {
            0 => Err(ReadingPasswordError::Empty),
            1..8 => Err(ReadingPasswordError::TooShort),
            8..=128 => Ok(Self(Secret::new(typed.to_owned()))),
            _ => Err(ReadingPasswordError::TooLong),
        }
    }

    /// The password itself, to be hashed.
    pub fn into_secret(self) -> Secret<String> {
        self.0
    }
}
