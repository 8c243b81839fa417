//! JSON Feed 1.0 and 1.1.

mod lenient;

use super::draft::{Draft, Markup};
use super::{Feed, FeedError, assembled, dates};
use crate::model::text;
use lenient::{List, Text};
use serde::Deserialize;
use url::Url;

/// What is read of a feed. Nothing else is kept: a tree of values would take a hundred times the
/// bytes of hostile JSON.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    version: Text,
    title: Text,
    home_page_url: Text,
    items: Option<List<Item>>,
    authors: List<Author>,
    /// Version 1.0.
    author: Option<Author>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    id: Text,
    url: Text,
    title: Text,
    summary: Text,
    content_html: Text,
    content_text: Text,
    date_published: Text,
    date_modified: Text,
    tags: List<Text>,
    authors: List<Author>,
    /// Version 1.0.
    author: Option<Author>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Author {
    name: Text,
}

pub(super) fn read(json: &str, address: &Url) -> Result<Feed, FeedError> {
    // The parser itself refuses more than 128 levels.
    let Ok(feed) = serde_json::from_str::<Document>(json) else {
        return Err(FeedError::Malformed);
    };
    // JSON Feed 1.1, "Top-level": `version` is the one thing that tells it from other JSON.
    let is_feed = feed.version.as_str().is_some_and(|version| version.contains("jsonfeed.org/"));
    let Some(items) = feed.items.filter(|_| is_feed) else {
        return Err(FeedError::NotAFeed);
    };
    let author = name(feed.authors, feed.author);
    let drafts = items.0.into_iter().map(|item| draft(item, author.as_ref())).collect();
    let title = text::tidy(feed.title.as_str().unwrap_or_default());
    Ok(assembled(&title, feed.home_page_url.as_str(), drafts, address))
}

fn draft(item: Item, of_feed: Option<&String>) -> Draft {
    let published = item.date_published.as_str().or(item.date_modified.as_str());
    let html = item.content_html.0.map(Markup::Html);
    let id_as_url = item.id.0.clone().filter(|id| id.starts_with("http"));
    Draft {
        published: published.and_then(dates::parse),
        // Not `external_url`: that is the page that a link blog talks about.
        url: item.url.0.or(id_as_url),
        id: item.id.0,
        title: item.title.0.map(Markup::Text),
        summary: item.summary.0.map(Markup::Text),
        content: html.or(item.content_text.0.map(Markup::Text)),
        categories: item.tags.0.into_iter().filter_map(|tag| tag.0).collect(),
        author: name(item.authors, item.author).or_else(|| of_feed.cloned()),
    }
}

/// The first of `authors` (1.1), else `author` (1.0).
fn name(authors: List<Author>, author: Option<Author>) -> Option<String> {
    authors.0.into_iter().next().or(author)?.name.0
}
