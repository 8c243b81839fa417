//! Slugs: the names of hubs and categories in addresses, and the names that are taken.

use unicode_normalization::UnicodeNormalization;

use super::own_name::{ELSEWHERE, IN_PLACE};

/// First path segments that are ours, or kept for later, and never a hub's slug.
///
/// One list for the whole address space (`product.md`, "Addresses"; `decisions.md`).
pub const RESERVED_HUB_SLUGS: &[&str] = &[
    "about",
    "account",
    "admin",
    "api",
    "app",
    "assets",
    "atom",
    "backchannel",
    "badge",
    "blog",
    "card",
    "categories",
    "category",
    "contact",
    "embed",
    "favicon.ico",
    "feed",
    "feeds",
    "health",
    "healthz",
    "help",
    "hub",
    "hubs",
    "imprint",
    "invite",
    "legal",
    "lens",
    "login",
    "logout",
    "m",
    "mail",
    "manage",
    "metrics",
    "new",
    "oembed",
    "operator",
    "opml",
    "p",
    "ping",
    "pings",
    "pricing",
    "privacy",
    "r",
    "readyz",
    "register",
    "report",
    "reset",
    "robots.txt",
    "rss",
    "search",
    "security",
    "series",
    "settings",
    "signin",
    "signout",
    "signup",
    "sitemap.xml",
    "static",
    "status",
    "stats",
    "support",
    "tb",
    "terms",
    "topic",
    "topics",
    "trackback",
    "unsubscribe",
    "verify",
    "wall",
    "webmention",
    "websub",
    "well-known",
    "www",
    "xmlrpc",
];

/// Second path segments that are a hub's own, and never a category's slug. Nor are those that are
/// first ones under a hub's own name: see [`super::own_name`].
pub const RESERVED_CATEGORY_SLUGS: &[&str] = &["-", "atom", "feed.json", "opml", "rss"];

/// The longest slug, in characters (all are ASCII).
pub const MAX_SLUG: usize = 60;

/// A hub's or a category's name in addresses: `a-z`, `0-9` and single inner hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// What is wrong with a slug, in a sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Nothing was typed.
    #[error("Choose a short name for the address, such as “keynotes”.")]
    Empty,
    /// Too long.
    #[error("This is too long for an address: use at most 60 characters.")]
    TooLong,
    /// Other characters.
    #[error("Use small letters a–z, digits, and single hyphens between them.")]
    Characters,
    /// One of ours.
    #[error("This name is kept for a page of this site: choose another.")]
    Reserved,
}

impl Slug {
    /// Reads a hub's slug; capitals are lowered.
    pub fn for_hub(text: &str) -> Result<Self, SlugError> {
        let slug = Self::parse(text)?;
        if RESERVED_HUB_SLUGS.contains(&slug.as_str()) {
            Err(SlugError::Reserved)
        } else {
            Ok(slug)
        }
    }

    /// Reads a category's slug; capitals are lowered.
    pub fn for_category(text: &str) -> Result<Self, SlugError> {
        let slug = Self::parse(text)?;
        let taken = [RESERVED_CATEGORY_SLUGS, IN_PLACE, ELSEWHERE];
        if taken.iter().any(|taken| taken.contains(&slug.as_str())) {
            Err(SlugError::Reserved)
        } else {
            Ok(slug)
        }
    }

    /// Reads the slug of a series of hubs; capitals are lowered.
    pub fn for_series(text: &str) -> Result<Self, SlugError> {
        Self::parse(text)
    }

    fn parse(text: &str) -> Result<Self, SlugError> {
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        if text.len() > MAX_SLUG {
            return Err(SlugError::TooLong);
        }
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let hyphens = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        // "-" alone and names with dots are reserved for us: the message for them is the same.
        if !text.chars().all(letters) || hyphens {
            return Err(SlugError::Characters);
        }
        Ok(Self(text))
    }

    /// A slug made of a title: `Keynotes & Panels` becomes `keynotes-panels`. Titles without
    /// Latin letters give an empty string, and the form asks.
    pub fn suggest(title: &str) -> String {
        let mut slug = String::new();
        for c in title.nfkd() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') && !is_mark(c) {
                slug.push('-');
            }
        }
        slug.truncate(MAX_SLUG);
        slug.trim_end_matches('-').to_owned()
    }

    /// The slug as it stands in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c, '\'' | '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_small_letters_digits_and_single_hyphens() {
        for (text, expected) in [
            ("keynotes", Ok("keynotes")),
            (" SXSW-2003 ", Ok("sxsw-2003")),
            ("7", Ok("7")),
            ("", Err(SlugError::Empty)),
            ("-", Err(SlugError::Characters)),
            ("a--b", Err(SlugError::Characters)),
            ("-a", Err(SlugError::Characters)),
            ("a b", Err(SlugError::Characters)),
            ("a/b", Err(SlugError::Characters)),
            ("ünï", Err(SlugError::Characters)),
            ("feed.json", Err(SlugError::Characters)),
            ("signin", Err(SlugError::Reserved)),
            ("Metrics", Err(SlugError::Reserved)),
        ] {
            let slug = Slug::for_hub(text);
            assert_eq!(slug.as_ref().map(Slug::as_str), expected.as_ref().map(|s| *s), "{text}");
        }
        assert_eq!(Slug::for_hub(&"a".repeat(61)), Err(SlugError::TooLong));
        assert_eq!(Slug::for_category("rss"), Err(SlugError::Reserved));
        assert_eq!(Slug::for_category("embed"), Err(SlugError::Reserved));
        assert!(Slug::for_category("search").is_ok(), "a hub's own pages live under /-/");
    }

    #[test]
    fn a_title_suggests_its_slug() {
        for (title, slug) in [
            ("Keynotes & Panels", "keynotes-panels"),
            ("Café Zürich: l’été", "cafe-zurich-lete"),
            ("  --  ", ""),
            ("日本語", ""),
        ] {
            assert_eq!(Slug::suggest(title), slug);
        }
    }
}
