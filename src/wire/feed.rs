//! Feeds of listed posts: what all formats say of them.

use super::{atom, json_feed, rss};
use crate::clock::Timestamp;

/// The most posts in a feed; older ones are on its next page (RFC 5005, 3).
pub const MAX_ITEMS: i64 = 50;
/// The same of the whole feed of a hub or category that is closed: what is fetched once more and never again may be long, and
/// where it is all there is, it can say so (RFC 5005, 2).
pub const MAX_LAST_ITEMS: i64 = 500;

/// A format a feed can be had in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// All there are, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Atom => "Atom",
            Self::Json => "JSON",
        }
    }

    /// The last segment of its address.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "feed.json",
        }
    }

    /// The format a path asks for by its last segment.
    pub fn of_path(path: &str) -> Option<Self> {
        let last = path.rsplit('/').next()?;
        Self::ALL.into_iter().find(|format| format.segment() == last)
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// `Content-Type` of what [`Format::write`] gives. JSON is UTF-8 without saying so
    /// (RFC 8259, 8.1).
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json",
        }
    }

    /// Writes a feed. Whatever its texts hold, the document is well-formed.
    pub fn write(self, feed: &Feed<'_>) -> String {
        match self {
            Self::Rss => rss::to_xml(feed),
            Self::Atom => atom::to_xml(feed),
            Self::Json => json_feed::to_json(feed),
        }
    }
}

/// A feed of listed posts, or one page of it.
#[derive(Debug)]
pub struct Feed<'a> {
    /// What it is called for good: a [`tag`], or its page where that never has another address.
    pub id: &'a str,
    /// Its title, as text.
    pub title: &'a str,
    /// The page it is the feed of.
    pub page: &'a str,
    /// Its own address.
    pub address: &'a str,
    /// Where its first page is, if this is another.
    pub first: Option<&'a str>,
    /// Where its older posts are, if there are any.
    pub next: Option<&'a str>,
    /// The WebSub hubs that push it.
    pub hubs: &'a [String],
    /// What it is about, as text.
    pub description: &'a str,
    /// A picture of what it is the feed of, by its address.
    pub icon: Option<&'a str>,
    /// Language tag of what says none of its own.
    pub language: &'a str,
    /// When anything in it last changed.
    pub changed_at: Timestamp,
    /// Whether nothing is to come for now: its hub is closed.
    pub is_finished: bool,
    /// Whether nothing is to come ever again: its hub is frozen.
    pub is_expired: bool,
    /// The posts, newest first.
    pub items: Vec<FeedItem<'a>>,
}

impl<'a> Feed<'a> {
    /// Whether this document holds all there will ever be (RFC 5005, 2): one page of several never
    /// does.
    pub const fn is_complete(&self) -> bool {
        self.is_finished && self.first.is_none() && self.next.is_none()
    }

    /// Its links to itself, in this format, and to its other pages: `rel`, and address.
    pub fn links(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        let others = [("first", self.first), ("next", self.next)];
        let others = others.into_iter().filter_map(|(rel, address)| Some((rel, address?)));
        std::iter::once(("self", self.address)).chain(others)
    }

    /// Its `Link` header: where it is subscribed to, and under which name (WebSub 4, RFC 8288).
    pub fn link_header(&self) -> String {
        let hubs: String = self.hubs.iter().map(|hub| format!("<{hub}>; rel=\"hub\", ")).collect();
        format!("{hubs}<{}>; rel=\"self\"", self.address)
    }
}

/// A listed post.
#[derive(Debug)]
pub struct FeedItem<'a> {
    /// What it is called for good: a [`tag`].
    pub id: &'a str,
    /// Its title, as text.
    pub title: &'a str,
    /// The post itself.
    pub url: &'a str,
    /// Its first words, as text; empty where there are none.
    pub excerpt: &'a str,
    /// Whose blog it is from: whom we name as its author.
    pub blog_name: &'a str,
    /// The blog's own feed, where it is known.
    pub source: Option<&'a str>,
    /// The category it is listed in.
    pub category: &'a str,
    /// The language tag of its page, where it is not the feed's.
    pub language: Option<&'a str>,
    /// Its permalink.
    pub permalink: &'a str,
    /// When it was listed.
    pub listed_at: Timestamp,
    /// When what is shown of it last changed: no earlier than it was listed.
    pub changed_at: Timestamp,
}

/// A name for good (RFC 4151): the host, a day on which the thing was there already, and what it is
/// called there. Nothing in it is a slug, which may change.
pub fn tag(host: &str, since: Timestamp, what: &str) -> String {
    format!("tag:{host},{}:{what}", since.to_jiff().strftime("%Y-%m-%d"))
}

#[cfg(test)]
mod tests;
