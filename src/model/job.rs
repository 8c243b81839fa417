//! What is done after the answer, by the worker.

use super::named;

named! {
    /// What a job does, and what its subject is.
    JobKind {
        /// Reads the page of a ping (the subject), and lets it be seen or not.
        VerifyPing = "verify-ping",
        /// Reads a followed feed (the subject), and takes its new posts in.
        ReadFeed = "read-feed",
        /// Reads the feed of a blog (the subject) that announced a new post.
        ReadBlog = "read-blog",
        /// Finds out whom of its hub (no further subject) news are mailed to, and when.
        Notify = "notify",
        /// Mails a member (the account) of the hub what is new.
        SendDigest = "send-digest",
        /// Passes a listed ping on to an address (both: the subject, a forward).
        ForwardPing = "forward-ping",
        /// Finds out whom of its hub (no further subject) a change of its feeds is pushed to.
        PushFeeds = "push-feeds",
        /// Asks or tells a WebSub subscriber (the subscription) what was asked of us.
        AskSubscriber = "ask-subscriber",
        /// Sends a feed to a WebSub subscriber (the subscription).
        DeliverFeed = "deliver-feed",
        /// Tells another hub that a feed changed (both: the subject, an announcement).
        AnnounceFeed = "announce-feed",
    }
}

impl JobKind {
    /// Whether it is left alone in a hub that is frozen: all that would change it, or tell of it by
    /// mail. Its feeds are still pushed.
    pub const fn rests_when_frozen(self) -> bool {
        match self {
            Self::VerifyPing
            | Self::ReadFeed
            | Self::ReadBlog
            | Self::Notify
            | Self::SendDigest
            | Self::ForwardPing => true,
            Self::PushFeeds | Self::AskSubscriber | Self::DeliverFeed | Self::AnnounceFeed => false,
        }
    }
}

named! {
    /// Who had a feed followed.
    FollowedBy {
        /// An organizer, who vouches for it.
        Organizer = "organizer",
        /// The blogger.
        Blogger = "blogger",
    }
}
