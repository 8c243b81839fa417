//! RSS 2.0.

use super::feed::{Feed, FeedItem, Format};
use super::xml;
use crate::clock::Timestamp;

/// The vocabularies beside RSS's own: links to itself, authors' names, RFC 5005.
const NAMESPACES: &str = "xmlns:atom=\"http://www.w3.org/2005/Atom\" \
    xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
    xmlns:fh=\"http://purl.org/syndication/history/1.0\"";

/// Writes the feed.
///
/// An item's `link` is the blogger's post and its `guid` our permalink. Titles are text, escaped
/// once; a description is HTML by custom, so that text is escaped as HTML first.
pub fn to_xml(feed: &Feed<'_>) -> String {
    let mut rss = head(feed);
    for post in &feed.items {
        rss.push_str(&item(post));
    }
    rss.push_str(END);
    rss
}

/// What stands behind the last item.
pub const END: &str = "</channel>\n</rss>\n";

/// What stands before the first item: for a feed that is written in parts, [`item`]s and [`END`]
/// follow.
pub fn head(feed: &Feed<'_>) -> String {
    let mut rss = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" {NAMESPACES}>\n<channel>\n"
    );
    for (name, text) in [
        ("title", feed.title),
        ("link", feed.page),
        ("description", feed.description),
        ("language", feed.language),
        ("lastBuildDate", &rfc822(feed.changed_at)),
        ("generator", "Backchannel"),
        ("docs", "https://www.rssboard.org/rss-specification"),
        ("ttl", "5"),
    ] {
        rss.push_str(&xml::element(name, text));
    }
    if let Some(icon) = feed.icon {
        // The picture's title and link are those of the channel (RSS 2.0, image).
        let parts = [("url", icon), ("title", feed.title), ("link", feed.page)];
        let parts: String = parts.iter().map(|(name, text)| xml::element(name, text)).collect();
        rss.push_str(&format!("<image>\n{parts}</image>\n"));
    }
    for (rel, address) in feed.links() {
        let (kind, address) = (Format::Rss.media_type(), xml::attribute(address));
        rss.push_str(&format!("<atom:link rel=\"{rel}\" type=\"{kind}\" href=\"{address}\"/>\n"));
    }
    for hub in feed.hubs {
        rss.push_str(&format!("<atom:link rel=\"hub\" href=\"{}\"/>\n", xml::attribute(hub)));
    }
    if feed.is_complete() {
        rss.push_str("<fh:complete/>\n");
    }
    rss
}

/// An item.
pub fn item(post: &FeedItem<'_>) -> String {
    let mut item = String::from("<item>\n");
    item.push_str(&xml::element("title", post.title));
    item.push_str(&xml::element("link", post.url));
    let permalink = xml::content(post.permalink);
    item.push_str(&format!("<guid isPermaLink=\"true\">{permalink}</guid>\n"));
    item.push_str(&xml::element("comments", post.permalink));
    item.push_str(&xml::element("pubDate", &rfc822(post.listed_at)));
    item.push_str(&xml::element("dc:creator", post.blog_name));
    item.push_str(&xml::element("category", post.category));
    if let Some(source) = post.source {
        let (url, name) = (xml::attribute(source), xml::content(post.blog_name));
        item.push_str(&format!("<source url=\"{url}\">{name}</source>\n"));
    }
    if !post.excerpt.is_empty() {
        item.push_str(&xml::element("description", &xml::content(post.excerpt)));
    }
    item.push_str("</item>\n");
    item
}

/// A date as RSS wants it: RFC 822 with a year of four digits, in UTC.
fn rfc822(at: Timestamp) -> String {
    at.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
