//! Where the feeds of a page are.

use crate::model::view::{After, View};
use crate::wire::feed::Format;

/// A feed of a page, in one format.
#[derive(Debug, Clone)]
pub struct FeedLink {
    /// `RSS`.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Where it is.
    pub path: String,
}

/// The feeds of a view of a page in each format, with their key where they need one.
pub fn feed_links(page: &str, view: &View, key: Option<&str>) -> Vec<FeedLink> {
    let link = |format: Format| FeedLink {
        name: format.name(),
        media_type: format.media_type(),
        path: view_feed(page, format, view, None, key),
    };
    Format::ALL.map(link).into()
}

/// The address of a view's feed, after a post, and with its key where it needs one.
pub fn view_feed(
    page: &str,
    format: Format,
    view: &View,
    after: Option<After>,
    key: Option<&str>,
) -> String {
    let after = after.map(|after| after.to_string());
    let (query, segment) = (view.to_query(), format.segment());
    let mut address = format!("{page}/{segment}");
    let rest = [("before", after.as_deref()), ("key", key)];
    let rest = rest.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    let parts = std::iter::once(query).filter(|query| !query.is_empty()).chain(rest);
    for (nth, part) in parts.enumerate() {
        address.push(if nth == 0 { '?' } else { '&' });
        address.push_str(&part);
    }
    address
}

/// The address of a page's RSS, with its key where it needs one.
pub fn feed_path(page: &str, key: Option<&str>) -> String {
    feed_address(page, Format::Rss.segment(), [("key", key)])
}

/// The address of what `segment` names under a page, with what is there of `query`: ids and keys,
/// which stand in an address as they are.
pub fn feed_address<'a>(
    page: &str,
    segment: &str,
    query: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> String {
    let mut address = format!("{page}/{segment}");
    let there = query.into_iter().filter_map(|(name, value)| Some((name, value?)));
    for (nth, (name, value)) in there.enumerate() {
        let mark = if nth == 0 { '?' } else { '&' };
        address.push_str(&format!("{mark}{name}={value}"));
    }
    address
}

/// Whether a feed is on a post's own site. Nobody looked at what a page names beside its texts: a feed elsewhere is not passed on.
pub fn is_of_same_site(feed: &str, post: &str) -> bool {
    let host = |address: &str| url::Url::parse(address).ok()?.host_str().map(str::to_owned);
    host(feed).is_some_and(|feed| Some(feed) == host(post))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_what_is_there_behind_its_mark() {
        for (before, key, expected) in [
            (None, None, "/sxsw/atom"),
            (Some("a"), None, "/sxsw/atom?before=a"),
            (None, Some("k"), "/sxsw/atom?key=k"),
            (Some("a"), Some("k"), "/sxsw/atom?before=a&key=k"),
        ] {
            let query = [("before", before), ("key", key)];
            assert_eq!(feed_address("/sxsw", "atom", query), expected);
        }
    }
}
