//! Categories: who may ping, and what happens to a ping that was taken in.

use super::named;

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
        /// A blog's first post waits for an organizer. A TrackBack's address proves nothing
        /// about its sender, so until pages are read every ping waits.
        NewBlogWaits = "new-blog-waits",
        /// Every post waits for an organizer.
        AllWait = "all-wait",
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
