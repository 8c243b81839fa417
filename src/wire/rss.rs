//! RSS 2.0.

use std::collections::BTreeMap;

use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Item};

use super::xml;
use crate::clock::Timestamp;

/// `Content-Type` of what [`to_xml`] gives.
pub const CONTENT_TYPE: &str = "application/rss+xml; charset=utf-8";

/// The most items in a feed.
pub const MAX_ITEMS: i64 = 50;

/// A feed of listed posts.
#[derive(Debug)]
pub struct Feed<'a> {
    /// Its title, as text.
    pub title: &'a str,
    /// The page it is the feed of.
    pub page: &'a str,
    /// Its own address.
    pub address: &'a str,
    /// The WebSub hubs that push it.
    pub hubs: &'a [String],
    /// What it is about, as text.
    pub description: &'a str,
    /// Language tag of the hub.
    pub language: &'a str,
    /// When anything in it last changed.
    pub changed_at: Timestamp,
    /// The posts, newest first.
    pub items: Vec<FeedItem<'a>>,
}

/// A listed post.
#[derive(Debug)]
pub struct FeedItem<'a> {
    /// Its title, as text.
    pub title: &'a str,
    /// The post itself.
    pub url: &'a str,
    /// Its first words, as text; empty where there are none.
    pub excerpt: &'a str,
    /// Whose blog it is from.
    pub blog_name: &'a str,
    /// The category it is listed in.
    pub category: &'a str,
    /// Its permalink: the guid.
    pub permalink: &'a str,
    /// When it was listed.
    pub listed_at: Timestamp,
}

/// Writes the feed.
///
/// An item's `link` is the blogger's post and its `guid` our permalink. Titles are text, escaped
/// once; a description is HTML by custom, so that text is escaped as HTML first.
pub fn to_xml(feed: &Feed<'_>) -> String {
    let own_link = Link {
        href: feed.address.to_owned(),
        rel: "self".to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Link::default()
    };
    let hubs = feed.hubs.iter().map(|hub| Link {
        href: hub.clone(),
        rel: "hub".to_owned(),
        ..Link::default()
    });
    let date = rfc822(feed.changed_at);
    let channel = Channel {
        title: feed.title.to_owned(),
        link: feed.page.to_owned(),
        description: feed.description.to_owned(),
        language: Some(feed.language.to_owned()),
        last_build_date: Some(date),
        generator: Some("Backchannel".to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        ttl: Some("5".to_owned()),
        atom_ext: Some(AtomExtension { links: std::iter::once(own_link).chain(hubs).collect() }),
        namespaces: BTreeMap::from([
            ("atom".to_owned(), "http://www.w3.org/2005/Atom".to_owned()),
            ("dc".to_owned(), "http://purl.org/dc/elements/1.1/".to_owned()),
        ]),
        items: feed.items.iter().map(item).collect(),
        ..Channel::default()
    };
    // It writes the XML declaration itself.
    channel.to_string()
}

fn item(item: &FeedItem<'_>) -> Item {
    let creator =
        DublinCoreExtension { creators: vec![item.blog_name.to_owned()], ..Default::default() };
    Item {
        title: Some(item.title.to_owned()),
        link: Some(item.url.to_owned()),
        guid: Some(Guid { value: item.permalink.to_owned(), permalink: true }),
        comments: Some(item.permalink.to_owned()),
        pub_date: Some(rfc822(item.listed_at)),
        categories: vec![Category { name: item.category.to_owned(), domain: None }],
        dublin_core_ext: Some(creator),
        extensions: description(item.excerpt),
        ..Item::default()
    }
}

/// An item's `<description>`. The library would write its own field as CDATA, which we never do; an
/// element of an extension is escaped.
fn description(excerpt: &str) -> ExtensionMap {
    if excerpt.is_empty() {
        return ExtensionMap::new();
    }
    let element = Extension {
        name: "description".to_owned(),
        value: Some(xml::content(excerpt)),
        ..Extension::default()
    };
    let named = BTreeMap::from([("description".to_owned(), vec![element])]);
    ExtensionMap::from([(String::new(), named)])
}

/// A date as RSS wants it: RFC 822 with a year of four digits, in UTC.
fn rfc822(at: Timestamp) -> String {
    at.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed<'a>(title: &'a str, excerpt: &'a str) -> String {
        to_xml(&Feed {
            title,
            page: "https://hubs.example/sxsw",
            address: "https://hubs.example/sxsw/rss",
            hubs: &["https://hubs.example/websub".to_owned()],
            description: "What people wrote & sent",
            language: "en",
            changed_at: Timestamp::from_micros(1_047_400_800_000_000),
            items: vec![FeedItem {
                title,
                url: "https://ada.example/post?a=1&b=2",
                excerpt,
                blog_name: "Ada & Co",
                category: "Keynotes",
                permalink: "https://hubs.example/p/abc",
                listed_at: Timestamp::from_micros(1_047_400_800_000_000),
            }],
        })
    }

    #[test]
    fn a_feed_looks_like_this() {
        insta::assert_snapshot!(feed("How <canvas> works", "5 < 6 & \"so\" <b>on</b>"));
    }

    #[test]
    fn what_was_written_is_read_back_whatever_it_was() {
        for text in
            ["]]>", "<![CDATA[x]]>", "a & b < c > d", "日本語", "عربي", "&amp;lt;", "\u{1F600}"]
        {
            let written = feed(text, text);
            assert_eq!(written.matches("<?xml").count(), 1, "{written}");
            assert!(written.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "{written}");
            assert!(!written.contains("<![CDATA["), "{written}");
            let read = Channel::read_from(written.as_bytes()).unwrap();
            let item = &read.items[0];
            assert_eq!(item.title.as_deref(), Some(text));
            let html = item.description.as_deref().unwrap();
            assert_eq!(htmlize::unescape(html), text, "the description is HTML");
            assert_eq!(item.guid.as_ref().unwrap().value, "https://hubs.example/p/abc");
        }
    }
}
