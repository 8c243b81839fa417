//! RSS of all ages. RSS 1.0 and the many feeds that borrow from it say in Dublin Core what
//! RSS 2.0 has elements for.

use super::draft::{Draft, Markup};
use super::{Feed, FeedError, assembled, dates};
use crate::model::text;
use rss::{Channel, Item};
use url::Url;

pub(super) fn read(xml: &str, address: &Url) -> Result<Feed, FeedError> {
    let Ok(channel) = Channel::read_from(xml.as_bytes()) else {
        return Err(FeedError::Malformed);
    };
    let drafts = channel.items.into_iter().map(draft).collect();
    Ok(assembled(&text::plain(&channel.title), Some(&channel.link), drafts, address))
}

fn draft(item: Item) -> Draft {
    let dublin_core = item.dublin_core_ext.unwrap_or_default();
    let published = item.pub_date.iter().chain(dublin_core.dates()).find_map(|d| dates::parse(d));
    let original = item.extensions.get("feedburner").and_then(|names| names.get("origLink"));
    let original = original.and_then(|links| links.first()?.value.clone());
    let categories = item.categories.into_iter().map(|category| category.name);
    let guid = item.guid.unwrap_or_default();
    let permalink = guid.permalink.then(|| guid.value.clone());
    Draft {
        // FeedBurner's link counts a click and redirects.
        url: original.or(item.link).or(permalink),
        id: Some(guid.value),
        title: item.title.map(Markup::Html),
        summary: item.description.map(Markup::Html),
        content: item.content.map(Markup::Html),
        categories: categories.chain(dublin_core.subjects().iter().cloned()).collect(),
        published,
        author: dublin_core
            .creators()
            .first()
            .or(item.author.as_ref())
            .map(|name| text::plain(name)),
    }
}
