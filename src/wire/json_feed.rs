//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use serde::Serialize;

use super::atom::rfc3339;
use super::feed::{Feed, FeedItem};

const VERSION: &str = "https://jsonfeed.org/version/1.1";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<&'a str>,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    language: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    expired: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    external_url: &'a str,
    title: &'a str,
    content_text: &'a str,
    date_published: String,
    date_modified: String,
    authors: [Author<'a>; 1],
    tags: [&'a str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

/// Writes the feed.
///
/// An item's `external_url` is the blogger's post, and `url` our permalink. `expired` says that
/// there will never be more, on each page of it: of a hub that is frozen, and not of one that is
/// closed and may open again.
pub fn to_json(feed: &Feed<'_>) -> String {
    let document = Document {
        version: VERSION,
        title: feed.title,
        home_page_url: feed.page,
        feed_url: feed.address,
        next_url: feed.next,
        description: feed.description,
        icon: feed.icon,
        language: feed.language,
        expired: feed.is_expired,
        hubs: feed.hubs.iter().map(|url| Hub { kind: "WebSub", url }).collect(),
        items: feed.items.iter().map(item).collect(),
    };
    // What holds texts and lists of texts can be written.
    serde_json::to_string(&document).unwrap_or_default()
}

fn item<'a>(post: &FeedItem<'a>) -> Item<'a> {
    Item {
        id: post.id,
        url: post.permalink,
        external_url: post.url,
        title: post.title,
        // One of `content_text` and `content_html` must be there.
        content_text: if post.excerpt.is_empty() { post.title } else { post.excerpt },
        date_published: rfc3339(post.listed_at),
        date_modified: rfc3339(post.changed_at),
        authors: [Author { name: post.blog_name }],
        tags: [post.category],
        language: post.language,
    }
}
