//! A blog's feed, read: `wire::syndication`.

use std::collections::HashSet;

use backchannel::wire::syndication::{
    FeedError, MAX_BODY, MAX_CATEGORIES, MAX_CATEGORY, MAX_CONTENT, MAX_ENTRIES, MAX_SUMMARY,
    MAX_TITLE, MAX_URL, links_to, matches_category, read,
};
use url::Url;

use super::{input, line};

/// The first line is the Content-Type, the rest the feed. Limits hold, texts are tidy, addresses are
/// of the web, and the newest come first.
pub fn check(data: &[u8]) {
    let (content_type, body) = input::with_header(data);
    let address = Url::parse("https://ada.example/blog/feed.xml").unwrap();
    let read = read(content_type, body, &address);
    assert_eq!(body.len() > MAX_BODY, read == Err(FeedError::TooLarge));
    let Ok(feed) = read else { return };
    line::is_tidy(&feed.title, MAX_TITLE);
    assert!(feed.entries.len() <= MAX_ENTRIES);
    let is_web = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= MAX_URL
    };
    assert!(feed.site.as_ref().is_none_or(is_web));
    for entry in &feed.entries {
        assert!(!entry.id.is_empty() && entry.id.len() <= MAX_URL);
        assert!(entry.url.as_ref().is_none_or(is_web));
        assert_ne!(entry.title.as_deref(), Some(""));
        line::is_tidy(entry.title.as_deref().unwrap_or_default(), MAX_TITLE);
        line::is_tidy(&entry.summary_text, MAX_SUMMARY);
        line::is_tidy(entry.author.as_deref().unwrap_or_default(), MAX_TITLE);
        assert!(!entry.author.as_deref().unwrap_or_default().contains('@'), "an address of mail");
        assert!(entry.content_html.as_ref().is_none_or(|html| html.len() <= MAX_CONTENT));
        let names: HashSet<&String> = entry.categories.iter().collect();
        assert!(names.len() == entry.categories.len() && names.len() <= MAX_CATEGORIES);
        for name in names {
            assert_ne!(name, "");
            line::is_tidy(name, MAX_CATEGORY);
            // Signs alone are nothing to compare.
            let has_letters = name.contains(char::is_alphanumeric);
            assert!(!has_letters || matches_category(entry, name), "its own: {name:?}");
        }
        links_to(entry, &|url| url.host_str() == Some("hubs.example"));
    }
    if feed.entries.iter().all(|entry| entry.published.is_some()) {
        assert!(feed.entries.is_sorted_by(|one, next| one.published >= next.published));
    }
}
