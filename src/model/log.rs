//! What is noted in a hub's log.

use super::named;

named! {
    /// What somebody did on a hub's desk. What it was done to is the line's detail, or its ping.
    LogKind {
        /// A verdict; the detail is the state after it.
        Verdict = "verdict",
        /// A verdict was taken back; the detail is the state after it.
        Undo = "undo",
        /// One verdict on many posts; the detail is the state, the number, and of what.
        Bulk = "bulk",
        /// A verdict on many posts was taken back; the detail is the number.
        BulkUndo = "bulk-undo",
        /// Title or excerpt were edited.
        Edit = "edit",
        /// An edit was taken back: the sender's texts are shown again.
        Original = "original",
        /// A change of a listed page was shown, or not; the detail is `accept` or `keep`.
        Revision = "revision",
        /// What readers reported about a post was dismissed.
        Report = "report",
        /// A category was opened; the detail is its title.
        CategoryOpened = "category-opened",
        /// A category was changed; the detail is its title.
        CategoryChanged = "category-changed",
        /// A category was deleted; the detail is its title.
        CategoryDeleted = "category-deleted",
        /// The hub's settings were changed; the detail says which.
        HubChanged = "hub-changed",
        /// The hub was closed.
        HubClosed = "hub-closed",
        /// The hub was opened again.
        HubReopened = "hub-reopened",
        /// The hub was frozen.
        HubFrozen = "hub-frozen",
        /// That was taken back.
        HubUnfrozen = "hub-unfrozen",
        /// Whoever wrote a post had it removed and kept away, or lets it come again; the detail is
        /// `away` or `again`. Which post it was is not noted.
        KeptAway = "kept-away",
        /// A feed is followed; the detail is its address.
        FeedFollowed = "feed-followed",
        /// A feed is followed no more; the detail is its address.
        FeedRemoved = "feed-removed",
        /// Something about the hub's members; the detail says it in words, such as
        /// `invited Grace as moderator`.
        Member = "member",
        /// Something about a blog's standing, in words.
        Blog = "blog",
        /// Something about rules and bans, in words.
        Rule = "rule",
        /// Something about ping keys and passphrases, in words.
        Key = "key",
        /// Something about forwarding, in words.
        Forwarding = "forwarding",
        /// The whole hub was downloaded.
        TakenHome = "taken-home",
    }
}

named! {
    /// The kinds of the log, as its page filters them.
    LogGroup {
        /// Verdicts and their undoing.
        Verdicts = "verdicts",
        /// Edited texts.
        Edits = "edits",
        /// Categories, feeds, forwarding and the hub itself.
        Settings = "settings",
        /// Members, blogs, rules and keys.
        People = "people",
    }
}

impl LogGroup {
    /// The kinds of this group.
    pub const fn kinds(self) -> &'static [LogKind] {
        use LogKind as Kind;
        match self {
            Self::Verdicts => &[
                Kind::Verdict,
                Kind::Undo,
                Kind::Bulk,
                Kind::BulkUndo,
                Kind::Revision,
                Kind::Report,
            ],
            Self::Edits => &[Kind::Edit, Kind::Original],
            Self::Settings => &[
                Kind::CategoryOpened,
                Kind::CategoryChanged,
                Kind::CategoryDeleted,
                Kind::HubChanged,
                Kind::HubClosed,
                Kind::HubReopened,
                Kind::HubFrozen,
                Kind::HubUnfrozen,
                Kind::FeedFollowed,
                Kind::FeedRemoved,
                Kind::Forwarding,
                Kind::TakenHome,
            ],
            Self::People => &[Kind::Member, Kind::Blog, Kind::Rule, Kind::Key, Kind::KeptAway],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_in_one_group() {
        for kind in LogKind::ALL {
            let groups = LogGroup::ALL.iter().filter(|group| group.kinds().contains(kind));
            assert_eq!(groups.count(), 1, "{kind:?}");
        }
    }
}
