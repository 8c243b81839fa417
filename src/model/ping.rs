//! Pings: their states, where they came from, and the limits of what they bring.

use super::named;

/// The longest title or blog name that is kept, in characters.
pub const MAX_TITLE: usize = 255;
/// The longest excerpt that is kept, in characters.
pub const MAX_EXCERPT: usize = 1_000;
/// The longest excerpt on pages and in feeds, in characters with its `…`.
pub const LISTED_EXCERPT: usize = 253;

named! {
    /// The state of a ping.
    PingState {
        /// Waits for an organizer.
        Pending = "pending",
        /// On the hub's pages and in its feeds.
        Listed = "listed",
        /// Set aside as spam.
        Spam = "spam",
        /// Not for this category, said an organizer.
        Rejected = "rejected",
        /// Withdrawn, or gone.
        Removed = "removed",
    }
}

named! {
    /// What became of a ping so far, as the desk counts it.
    Outcome {
        /// Everybody may see it who may read its category.
        Listed = "listed",
        /// Waits for an organizer.
        Waiting = "pending",
        /// Not for this category, said an organizer.
        NotHere = "rejected",
        /// Set aside as spam.
        Spam = "spam",
        /// Withdrawn, gone, or taken off.
        Removed = "removed",
        /// Listed, but not shown while its page cannot be read.
        Hidden = "hidden",
        /// Its page was not read yet, or does not link here.
        Unverified = "unverified",
    }
}

named! {
    /// The way a ping came in.
    CameBy {
        /// A TrackBack ping.
        Trackback = "trackback",
        /// The form on the add page.
        Form = "form",
        /// A Webmention.
        Webmention = "webmention",
        /// A Pingback.
        Pingback = "pingback",
        /// A feed that is followed, or that its blog announced.
        Feed = "feed",
    }
}

impl CameBy {
    /// Whether it only claims that a page links here: nothing is shown to anybody before the page
    /// was read and the link found (Webmention 3.2.2, Pingback 1.0 section 3).
    pub const fn is_a_claim(self) -> bool {
        matches!(self, Self::Webmention | Self::Pingback)
    }
}

named! {
    /// What came of reading a ping's page, the last time.
    ReadingOutcome {
        /// It was not read yet.
        Unread = "unread",
        /// It was read, and links here.
        Linked = "linked",
        /// It was read, and does not link here.
        Unlinked = "unlinked",
        /// It could not be read.
        Failed = "failed",
        /// It says that it is gone.
        Gone = "gone",
    }
}

named! {
    /// Why a ping waits that would have been listed at once.
    HeldFor {
        /// So much was listed at once that more waits.
        Flood = "flood",
        /// A rule of the hub or the site wants it looked at.
        Rule = "rule",
    }
}

named! {
    /// Why somebody has to look at a waiting ping. Which of them hold is decided in `db/queue.rs`.
    WaitReason {
        /// No moderator has approved of its blog yet.
        NewBlog = "new-blog",
        /// Its sender did not know the passphrase.
        NoPassphrase = "no-passphrase",
        /// Its page has another title.
        OtherTitle = "other-title",
        /// Its page does not link here.
        NoLink = "no-link",
        /// A trusted blog's page was not read yet, which would list it.
        Unread = "unread",
        /// Its page could not be read.
        Unreadable = "unreadable",
        /// A rule of the hub or the site wants it looked at.
        Rule = "rule",
        /// So much was listed at once that more waits.
        Flood = "flood",
        /// Every post of its category waits.
        AllWait = "all-wait",
    }
}

impl WaitReason {
    /// Why a post waits, in a word or two: on the desk, and in mails to members.
    pub const fn as_words(self) -> &'static str {
        match self {
            Self::NewBlog => "not a trusted blog yet",
            Self::NoPassphrase => "without the passphrase",
            Self::OtherTitle => "its page has another title",
            Self::NoLink => "its page does not link here",
            Self::Unread => "its page was not read yet",
            Self::Unreadable => "its page could not be read",
            Self::Rule => "a rule wants it looked at",
            Self::Flood => "part of a flood of posts",
            Self::AllWait => "every post waits here",
        }
    }
}

named! {
    /// Why a ping was not taken in: what "Did my post arrive?" can tell.
    RefusalReason {
        /// The category wants its passphrase, and none came.
        NoPassphrase = "no-passphrase",
        /// Another passphrase came.
        WrongPassphrase = "wrong-passphrase",
        /// The category or the hub is closed.
        Closed = "closed",
        /// Too many posts are waiting.
        Full = "full",
        /// The category takes no Webmention or Pingback without its passphrase.
        Unproved = "unproved",
    }
}

named! {
    /// What a ping changed of a post that was here already.
    Resent {
        /// Its texts are those of this ping now.
        Corrected = "corrected",
        /// Its page is read once more, and may say something else.
        ReadAgain = "read-again",
        /// Nothing.
        Kept = "kept",
    }
}

named! {
    /// What a reader reports a listed post for.
    ReportReason {
        /// Advertising.
        Spam = "spam",
        /// Harm to somebody.
        Abuse = "abuse",
        /// The author did not send it.
        NotMine = "not-mine",
        /// Anything else.
        Other = "other",
    }
}

named! {
    /// Where it was read in which charset a ping was written.
    CharsetFrom {
        /// The form field `charset`.
        Field = "field",
        /// The header `Content-Type`.
        Header = "header",
        /// Nothing was declared, and the bytes are UTF-8.
        Utf8 = "utf-8",
        /// Nothing was declared, and they are not: windows-1252.
        Fallback = "fallback",
        /// Our own form, which is always UTF-8.
        Form = "form",
    }
}
/// How long a verdict can be taken back.
pub const UNDO_FOR: std::time::Duration = std::time::Duration::from_secs(86_400);

/// An organizer's verdict on a ping (`product.md`, rule 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// List it.
    List,
    /// Not here: off topic. Neither bars nor teaches.
    NotHere,
    /// Spam.
    Spam,
    /// Take a listed one off the lists: it was right once, and is not any more.
    Remove,
}

impl Verdict {
    /// Reads the value of a verdict button.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "list" => Some(Self::List),
            "not-here" => Some(Self::NotHere),
            "spam" => Some(Self::Spam),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }

    /// The state a ping is in after this verdict.
    pub const fn state(self) -> PingState {
        match self {
            Self::List => PingState::Listed,
            Self::NotHere => PingState::Rejected,
            Self::Spam => PingState::Spam,
            Self::Remove => PingState::Removed,
        }
    }
}
