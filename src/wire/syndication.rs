//! A blog's feed, read: RSS 0.91 to 2.0, RSS 1.0 (RDF), Atom and JSON Feed become one [`Feed`].
//!
//! The body comes from a stranger's server, so XML is judged in one linear pass before a
//! library that builds values from it sees it (security.md, finding 3).

mod atom;
mod dates;
mod draft;
mod guard;
mod json;
mod matching;
mod rss;
#[cfg(test)]
mod tests;

pub use guard::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_ITEMS};
pub use matching::{links_to, matches_category};

use crate::model::text;
use crate::wire::foreign_xml;
use draft::Draft;
use jiff::Timestamp;
use url::Url;

/// Largest body of a feed, in bytes (security.md T4).
pub const MAX_BODY: usize = 512 * 1024;

/// Most entries that are taken from a feed: the newest.
pub const MAX_ENTRIES: usize = 50;

/// Longest title and name of an author, in characters.
pub const MAX_TITLE: usize = 255;

/// Longest summary, in characters.
pub const MAX_SUMMARY: usize = 1_000;

/// Longest content that is kept for finding links, in bytes.
pub const MAX_CONTENT: usize = 128 * 1024;

/// Most categories of an entry.
pub const MAX_CATEGORIES: usize = 50;

/// Longest name of a category, in characters.
pub const MAX_CATEGORY: usize = 100;

/// Longest id and longest address, in bytes.
pub const MAX_URL: usize = 2_048;

/// What a feed says about a blog and its posts. All texts are plain, tidy and not escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// What the blog is called; empty if the feed does not say.
    pub title: String,
    /// The blog's page.
    pub site: Option<Url>,
    /// The newest entries, at most [`MAX_ENTRIES`]; newest first where all have a date, else in
    /// the feed's order.
    pub entries: Vec<Entry>,
}

/// One post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// By what the feed knows the post, else its address, else its title; opaque, not empty.
    pub id: String,
    /// The post's http or https address, absolute.
    pub url: Option<Url>,
    /// Its title, at most [`MAX_TITLE`] characters.
    pub title: Option<String>,
    /// Its summary, else the beginning of its content: at most [`MAX_SUMMARY`] characters.
    pub summary_text: String,
    /// Its content as HTML, at most [`MAX_CONTENT`] bytes. Never to be shown, only to be searched
    /// by [`links_to`]: nothing has been taken out of it.
    pub content_html: Option<String>,
    /// Its categories and tags, as it spells them.
    pub categories: Vec<String>,
    /// When it was published, as the feed claims: it may be in the future.
    pub published: Option<Timestamp>,
    /// Who wrote it; an address of mail alone counts as nobody.
    pub author: Option<String>,
}

/// Why a body is not read as a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// More than [`MAX_BODY`].
    #[error("the feed is larger than 512 KiB")]
    TooLarge,
    /// UTF-16, UTF-7, NULs, or an encoding that browsers refuse too.
    #[error("the feed is in an encoding that is not read here: publish it in UTF-8")]
    Encoding,
    /// A DOCTYPE with declarations of its own. One that only names the format is history (RSS
    /// 0.91 asked for it) and harmless.
    #[error("the feed declares entities in its DOCTYPE")]
    Doctype,
    /// More than [`MAX_DEPTH`], [`MAX_ATTRIBUTES`], [`MAX_ELEMENTS`] or [`MAX_ITEMS`].
    #[error("the feed nests its elements too deep, or has too many of them")]
    TooComplex,
    /// Cut off, or not well-formed.
    #[error("the feed is not well-formed")]
    Malformed,
    /// A page, or something else that is no feed.
    #[error("that is not a feed")]
    NotAFeed,
}

/// Reads a feed that was fetched from `address`, against which relative addresses are resolved.
///
/// # Errors
/// [`FeedError`]; an entry without id, address and title is passed over.
pub fn read(content_type: Option<&[u8]>, body: &[u8], address: &Url) -> Result<Feed, FeedError> {
    if body.len() > MAX_BODY {
        return Err(FeedError::TooLarge);
    }
    let Ok(document) = foreign_xml::decode(content_type, body) else {
        return Err(FeedError::Encoding);
    };
    if document.trim_start().starts_with('{') {
        return json::read(document.trim_start(), address);
    }
    match guard::check(&document)? {
        guard::Root::Rss => rss::read(&document, address),
        guard::Root::Atom => atom::read(&document, address),
    }
}

/// A feed of its parts: the newest drafts become entries.
fn assembled(title: &str, site: Option<&str>, drafts: Vec<Draft>, base: &Url) -> Feed {
    let entries = drafts.into_iter().filter_map(|draft| draft.finish(base));
    let mut entries: Vec<Entry> = entries.collect();
    // The order of a feed whose dates are missing or broken is its author's word.
    if entries.iter().all(|entry| entry.published.is_some()) {
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.published));
    }
    entries.truncate(MAX_ENTRIES);
    Feed {
        title: text::cut(title, MAX_TITLE),
        site: site.and_then(|site| draft::absolute(site, base)),
        entries,
    }
}
