//! Which entries of a feed a hub wants.

use super::Entry;
use lol_html::{HtmlRewriter, MemorySettings, Settings, element};
use std::cell::Cell;
use unicode_normalization::UnicodeNormalization;
use url::Url;

/// How much memory a scan for links may take, in bytes (security.md T5).
const MAX_MEMORY: usize = 4 * 1024 * 1024;

/// Most links that are looked at in one entry (security.md T5).
const MAX_LINKS: usize = 5_000;

/// Whether one of the entry's categories is `name`.
///
/// Case, diacritics and a leading `#` do not count, and blanks, hyphens and underscores are the
/// same: `#rust-lang` is `Rust Lang`. Apart from that the whole name must match.
pub fn matches_category(entry: &Entry, name: &str) -> bool {
    let name = folded(name);
    !name.is_empty() && entry.categories.iter().any(|category| folded(category) == name)
}

/// A name without what does not count.
///
/// Only the diacritics of Latin, Greek and Cyrillic are dropped: the combining marks of other
/// scripts are vowels, and without them half the words are alike.
fn folded(name: &str) -> String {
    let name = name.trim().trim_start_matches(['#', '＃']);
    let letters: String = name
        .nfkd()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36F}'))
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '-' | '_' | '‐') { ' ' } else { c })
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a link in the entry's content goes to what `is_target` accepts.
///
/// Links are resolved against the entry's own address; without one, only absolute links count.
/// The scan is linear and bounded in memory: beyond 5,000 links, or where the content is built
/// to exhaust the scanner, it ends with what was found before.
pub fn links_to(entry: &Entry, is_target: &dyn Fn(&Url) -> bool) -> bool {
    let Some(html) = entry.content_html.as_deref() else {
        return false;
    };
    let is_found = Cell::new(false);
    let mut links = 0;
    let look = element!("a[href]", |link| {
        links += 1;
        let href = link.get_attribute("href").unwrap_or_default();
        is_found.set(resolved(&href, entry.url.as_ref()).is_some_and(|url| is_target(&url)));
        // An error is how a scan is ended.
        if is_found.get() || links >= MAX_LINKS { Err("enough".into()) } else { Ok(()) }
    });
    let memory = MemorySettings::new().with_max_allowed_memory_usage(MAX_MEMORY);
    let settings = Settings::new()
        .append_element_content_handler(look)
        .with_memory_settings(memory)
        // Markup that a browser could read in two ways is to be read in one, not refused.
        .with_strict(false);
    let mut scanner = HtmlRewriter::new(settings, |_: &[u8]| ());
    // Both fail where the scan was ended: nothing is left to do.
    if scanner.write(html.as_bytes()).is_ok() {
        let _ = scanner.end();
    }
    is_found.get()
}

fn resolved(href: &str, base: Option<&Url>) -> Option<Url> {
    let href = htmlize::unescape_attribute(href.trim());
    match base {
        Some(base) => base.join(&href).ok(),
        None => Url::parse(&href).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(url: Option<&str>, html: &str, categories: &[&str]) -> Entry {
        Entry {
            id: "1".to_owned(),
            url: url.map(|url| Url::parse(url).unwrap()),
            title: None,
            summary_text: String::new(),
            content_html: Some(html.to_owned()),
            categories: categories.iter().map(|&name| name.to_owned()).collect(),
            published: None,
            author: None,
        }
    }

    #[test]
    fn a_category_is_known_however_it_is_spelt() {
        for (category, name, expected) in [
            ("Rust", "rust", true),
            ("#Rust", "rust", true),
            ("rust", "#rust", true),
            ("Rust Lang", "rust-lang", true),
            ("rust_lang", "Rust  Lang ", true),
            ("Café", "cafe\u{301}", true),
            ("cafe", "CAFÉ", true),
            ("Ｒｕｓｔ", "rust", true),
            ("ΟΔΟΣ", "οδοσ", true),
            ("Ёлка", "елка", true),
            ("日本語", "日本語", true),
            ("ガ", "カ", false),
            ("कि", "का", false),
            ("rust", "rusty", false),
            ("Rust, async", "rust", false),
            ("rustlang", "rust-lang", false),
            ("C++", "c", false),
            ("", "", false),
            ("#", "-", false),
        ] {
            let entry = entry(None, "", &["other", category]);
            assert_eq!(matches_category(&entry, name), expected, "{category:?} and {name:?}");
        }
    }

    #[test]
    fn links_are_found_in_content() {
        let target = |url: &Url| url.as_str() == "https://hub.example/rust?a=1&b=2";
        let post = Some("https://ada.example/2026/1");
        for (base, html, expected) in [
            (post, "<p><a class=x href='https://hub.example/rust?a=1&b=2'>x</a>", true),
            (post, "<A HREF=https://hub.example/rust?a=1&amp;b=2>x</A>", true),
            (post, "<a href=\" //hub.example/rust?a=1&#38;b=2 \">", true),
            (
                post,
                "<ul><li><a href='/'>a</a><li><a href='https://hub.example/rust?a=1&b=2'>",
                true,
            ),
            (Some("https://hub.example/x"), "<a href='rust?a=1&b=2'>", true),
            (None, "<a href='https://hub.example/rust?a=1&b=2'>", true),
            (None, "<a href='/rust?a=1&b=2'>", false),
            (post, "https://hub.example/rust?a=1&b=2", false),
            (post, "<!-- <a href='https://hub.example/rust?a=1&b=2'> -->", false),
            (post, "<img src='https://hub.example/rust?a=1&b=2'>", false),
            (post, "<script><a href='https://hub.example/rust?a=1&b=2'></script>", false),
            (post, "<a href>", false),
            (post, "<a href='javascript:x'><a href='https://[x'><a", false),
            (post, "", false),
        ] {
            assert_eq!(links_to(&entry(base, html, &[]), &target), expected, "{html}");
        }
        let mut none = entry(post, "", &[]);
        none.content_html = None;
        assert!(!links_to(&none, &target));
    }

    #[test]
    fn a_scan_ends() {
        let target = |url: &Url| url.path() == "/t";
        let last = "<a href='https://hub.example/t'>";
        let many = |n| format!("{}{last}", "<a href='/x'>".repeat(n));
        assert!(links_to(&entry(Some("https://ada.example/"), &many(MAX_LINKS - 1), &[]), &target));
        assert!(!links_to(&entry(Some("https://ada.example/"), &many(MAX_LINKS), &[]), &target));
        for unit in ["<div>", "<a href='x", "<!--", "<a href=x ", "<ul><li>", "<svg><math>", "</"] {
            let html = unit.repeat(128 * 1024 / unit.len());
            links_to(&entry(None, &html, &[]), &target);
        }
    }
}
