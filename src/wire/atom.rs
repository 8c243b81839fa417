//! Atom 1.0 (RFC 4287).

use super::feed::{Feed, FeedItem, Format};
use super::xml;
use crate::clock::Timestamp;

/// Writes the feed.
///
/// An entry's `alternate` is the blogger's post, and `via` is our permalink: where it was found.
pub fn to_xml(feed: &Feed<'_>) -> String {
    let language = xml::attribute(feed.language);
    let mut atom = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" \
         xmlns:fh=\"http://purl.org/syndication/history/1.0\" xml:lang=\"{language}\">\n"
    );
    atom.push_str(&xml::element("id", feed.id));
    atom.push_str(&xml::element("title", feed.title));
    atom.push_str(&xml::element("subtitle", feed.description));
    atom.push_str(&xml::element("updated", &rfc3339(feed.changed_at)));
    atom.push_str(&xml::element("generator", "Backchannel"));
    if let Some(icon) = feed.icon {
        atom.push_str(&xml::element("icon", icon));
    }
    atom.push_str(&link("alternate", Some("text/html"), feed.page));
    for (rel, address) in feed.links() {
        atom.push_str(&link(rel, Some(Format::Atom.media_type()), address));
    }
    for hub in feed.hubs {
        atom.push_str(&link("hub", None, hub));
    }
    if feed.is_complete() {
        atom.push_str("<fh:complete/>\n");
    }
    for post in &feed.items {
        atom.push_str(&entry(post));
    }
    atom.push_str("</feed>\n");
    atom
}

fn entry(post: &FeedItem<'_>) -> String {
    let mut entry = match post.language {
        Some(language) => format!("<entry xml:lang=\"{}\">\n", xml::attribute(language)),
        None => String::from("<entry>\n"),
    };
    entry.push_str(&xml::element("id", post.id));
    entry.push_str(&xml::element("title", post.title));
    entry.push_str(&link("alternate", None, post.url));
    entry.push_str(&link("via", Some("text/html"), post.permalink));
    entry.push_str(&xml::element("published", &rfc3339(post.listed_at)));
    entry.push_str(&xml::element("updated", &rfc3339(post.changed_at)));
    // §4.1.2: each entry has an author, because the feed has none.
    let author = xml::content(post.blog_name);
    entry.push_str(&format!("<author><name>{author}</name></author>\n"));
    entry.push_str(&format!("<category term=\"{}\"/>\n", xml::attribute(post.category)));
    if let Some(source) = post.source {
        entry.push_str(&link("related", None, source));
    }
    if !post.excerpt.is_empty() {
        entry.push_str(&xml::element("summary", post.excerpt));
    }
    entry.push_str("</entry>\n");
    entry
}

fn link(rel: &str, kind: Option<&str>, address: &str) -> String {
    let kind = kind.map_or_else(String::new, |kind| format!(" type=\"{kind}\""));
    format!("<link rel=\"{rel}\"{kind} href=\"{}\"/>\n", xml::attribute(address))
}

/// A date as Atom and JSON Feed want it: RFC 3339 in UTC, to the second.
pub(super) fn rfc3339(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
