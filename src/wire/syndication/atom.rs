//! Atom 1.0 (RFC 4287).

use super::draft::{Draft, Markup};
use super::{Feed, FeedError, assembled};
use atom_syndication::{Content, FixedDateTime, Link, Person, Text, TextType};
use jiff::Timestamp;
use url::Url;

pub(super) fn read(xml: &str, address: &Url) -> Result<Feed, FeedError> {
    let Ok(feed) = atom_syndication::Feed::read_from(xml.as_bytes()) else {
        return Err(FeedError::Malformed);
    };
    // RFC 4287 §2: relative references are resolved against `xml:base`.
    let base = feed.base.as_deref().and_then(|base| address.join(base).ok());
    let base = base.as_ref().unwrap_or(address);
    let author = author(&feed.authors);
    let drafts = feed.entries.into_iter().map(|entry| draft(entry, author.as_ref())).collect();
    let site = alternate(&feed.links);
    Ok(assembled(&markup(feed.title).plain(), site.as_deref(), drafts, base))
}

fn draft(entry: atom_syndication::Entry, of_feed: Option<&String>) -> Draft {
    let published = entry.published.as_ref().or(Some(&entry.updated)).and_then(timestamp);
    let categories = entry.categories.into_iter();
    Draft {
        id: Some(entry.id),
        url: alternate(&entry.links),
        title: Some(markup(entry.title)),
        summary: entry.summary.map(markup),
        content: entry.content.and_then(content),
        // Either may be the name that the hub knows: label="Rust lang" term="rust-lang".
        categories: categories.flat_map(|c| c.label.into_iter().chain([c.term])).collect(),
        published,
        // RFC 4287 §4.2.1: an entry without an author has the feed's.
        author: author(&entry.authors).or_else(|| of_feed.cloned()),
    }
}

/// The page that a feed or an entry is of; among several the HTML one (RFC 4287 §4.2.7).
fn alternate(links: &[Link]) -> Option<String> {
    let pages = || links.iter().filter(|link| link.rel == "alternate");
    let is_html = |link: &&Link| link.mime_type.as_deref().is_none_or(|kind| kind.contains("html"));
    pages().find(is_html).or_else(|| pages().next()).map(|link| link.href.clone())
}

/// The first who is named: themes write `<name></name>` where the blog's author is meant.
fn author(people: &[Person]) -> Option<String> {
    people.iter().map(|person| person.name.clone()).find(|name| !name.trim().is_empty())
}

fn markup(text: Text) -> Markup {
    match text.r#type {
        TextType::Text => Markup::Text(text.value),
        TextType::Html | TextType::Xhtml => Markup::Html(text.value),
    }
}

/// RFC 4287 §4.1.3: without a type, content is text.
fn content(content: Content) -> Option<Markup> {
    let value = content.value?;
    match content.content_type.as_deref() {
        None | Some("text" | "text/plain") => Some(Markup::Text(value)),
        Some("html" | "xhtml" | "text/html" | "application/xhtml+xml") => Some(Markup::Html(value)),
        Some(_) => None,
    }
}

/// An instant; 1970 is how the library says that `updated` is missing.
fn timestamp(date: &FixedDateTime) -> Option<Timestamp> {
    Timestamp::from_microsecond(date.timestamp_micros()).ok().filter(|t| *t > Timestamp::UNIX_EPOCH)
}
