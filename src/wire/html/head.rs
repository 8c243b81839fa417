//! What a page says of itself in `<title>`, `<meta>` and `<link>`.

use super::links::resolved;
use super::prose::{self, head};
use super::tag::Tag;
use super::{Feed, FeedKind, language, rels};
use crate::model::ping::{MAX_EXCERPT, MAX_TITLE};
use url::Url;

/// Most feeds of a page that are kept.
const MAX_FEEDS: usize = 20;

/// Most codes that prove whose page it is.
const MAX_PROOFS: usize = 4;

/// Most bytes of `<title>` that are kept, entities not decoded.
const MAX_TITLE_BYTES: usize = 4 * 1024;

/// Longest date, in bytes.
const MAX_DATE: usize = 64;

/// Texts are tidy lines, and not empty; of what is said twice, the first counts.
#[derive(Debug, Default)]
pub(super) struct Head {
    title: Title,
    pub(super) og_title: Option<String>,
    pub(super) og_description: Option<String>,
    pub(super) og_site_name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) author: Option<String>,
    /// Of the post; not read as a date yet.
    pub(super) published: Option<String>,
    /// `itemprop="datePublished"`.
    pub(super) item_published: Option<String>,
    /// The first `<time datetime>`.
    pub(super) first_time: Option<String>,
    html_language: Option<String>,
    meta_language: Option<String>,
    og_locale: Option<String>,
    pub(super) feeds: Vec<Feed>,
    pub(super) proofs: Vec<String>,
    pub(super) canonical: Option<Url>,
    pub(super) gone: bool,
}

/// `<title>`, raw.
#[derive(Debug, Default)]
enum Title {
    #[default]
    NotYet,
    Open(String),
    Read(String),
}

impl Head {
    /// A tag, wherever it stands: templates put these into the body, too.
    pub(super) fn start(&mut self, tag: &Tag<'_>, base: &Url) {
        match tag.name {
            "title" if tag.is_html && matches!(self.title, Title::NotYet) => {
                self.title = Title::Open(String::new());
            }
            "html" => {
                let lang = tag.attribute("lang").or_else(|| tag.attribute("xml:lang"));
                keep(&mut self.html_language, lang.as_deref().and_then(language::tag));
            }
            "meta" => self.meta(tag),
            "link" => self.link(tag, base),
            "time" => {
                keep(&mut self.first_time, date(tag.attribute("datetime")));
                self.item_date(tag, "datetime");
            }
            "abbr" => self.item_date(tag, "title"),
            _ => {}
        }
    }

    fn item_date(&mut self, tag: &Tag<'_>, attribute: &str) {
        if self.item_published.is_none()
            && tag.attribute("itemprop").is_some_and(|p| p.split(' ').any(|p| p == "datePublished"))
        {
            self.item_published = date(tag.attribute(attribute));
        }
    }

    fn meta(&mut self, tag: &Tag<'_>) {
        let Some(content) = tag.attribute("content") else {
            return;
        };
        if let Some(name) = tag.attribute("http-equiv") {
            match head(name.trim(), MAX_DATE).to_ascii_lowercase().as_str() {
                "status" => self.gone |= content.trim_start().starts_with("410"),
                "content-language" => keep(&mut self.meta_language, language::tag(&content)),
                _ => {}
            }
        }
        // Open Graph has `property`, but is written with `name` as often.
        for attribute in ["property", "name"] {
            if let Some(name) = tag.attribute(attribute) {
                self.named(head(name.trim(), MAX_DATE).to_ascii_lowercase().as_str(), &content);
            }
        }
        self.item_date(tag, "content");
    }

    fn named(&mut self, name: &str, content: &str) {
        let line = |max_chars| prose::line(content, max_chars);
        match name {
            "og:title" => keep(&mut self.og_title, line(MAX_TITLE)),
            "og:description" => keep(&mut self.og_description, line(MAX_EXCERPT)),
            "og:site_name" => keep(&mut self.og_site_name, line(MAX_TITLE)),
            "og:locale" => keep(&mut self.og_locale, language::tag(content)),
            "description" => keep(&mut self.description, line(MAX_EXCERPT)),
            "backchannel" => self.proof(content.trim()),
            "author" => keep(&mut self.author, line(MAX_TITLE)),
            "article:published_time" | "date" | "dc.date" | "dcterms.created" | "pubdate" => {
                keep(&mut self.published, date(Some(content.to_owned())));
            }
            _ => {}
        }
    }

    /// A comment cannot write a `<meta>`: whoever can owns the page.
    fn proof(&mut self, content: &str) {
        let is_code = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.proofs.len() < MAX_PROOFS
            && (1..=MAX_DATE).contains(&content.len())
            && content.chars().all(is_code)
        {
            self.proofs.push(content.to_owned());
        }
    }

    fn link(&mut self, tag: &Tag<'_>, base: &Url) {
        let rel: Vec<String> = rels::values(tag).collect();
        let is = |value: &str| rel.iter().any(|v| v == value);
        let Some(url) = tag.attribute("href").and_then(|href| resolved(&href, base)) else {
            return;
        };
        if is("canonical") {
            self.canonical.get_or_insert(url);
        } else if (is("alternate") || is("feed"))
            && let Some(kind) = tag.attribute("type").as_deref().and_then(feed_kind)
            && self.feeds.len() < MAX_FEEDS
            && !self.feeds.iter().any(|feed| feed.url == url)
        {
            let title = tag.attribute("title").and_then(|title| prose::line(&title, MAX_TITLE));
            self.feeds.push(Feed { url, title, kind });
        }
    }

    /// Text of `<title>` or `<textarea>`, entities not decoded.
    pub(super) fn title_text(&mut self, text: &str) {
        if let Title::Open(title) = &mut self.title {
            title.push_str(head(text, MAX_TITLE_BYTES.saturating_sub(title.len())));
        }
    }

    /// Any tag ends the title.
    pub(super) fn end_title(&mut self) {
        if let Title::Open(title) = &mut self.title {
            self.title = Title::Read(std::mem::take(title));
        }
    }

    /// The page's title.
    pub(super) fn title(&self) -> Option<String> {
        match &self.title {
            Title::NotYet => None,
            Title::Open(raw) | Title::Read(raw) => {
                prose::line(&htmlize::unescape(raw.as_str()), MAX_EXCERPT)
            }
        }
    }

    /// The page's language.
    pub(super) fn language(&self) -> Option<String> {
        let said = [&self.html_language, &self.meta_language, &self.og_locale];
        said.into_iter().flatten().next().cloned()
    }
}

/// The first value counts.
fn keep<T>(place: &mut Option<T>, value: Option<T>) {
    if place.is_none() {
        *place = value;
    }
}

fn date(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.trim().is_empty() && value.len() <= MAX_DATE)
}

fn feed_kind(mime: &str) -> Option<FeedKind> {
    let essence = mime.split(';').next().unwrap_or_default().trim();
    match head(essence, 64).to_ascii_lowercase().as_str() {
        "application/rss+xml" => Some(FeedKind::Rss),
        "application/atom+xml" => Some(FeedKind::Atom),
        "application/feed+json" => Some(FeedKind::Json),
        _ => None,
    }
}
