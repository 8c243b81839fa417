//! An entry between its format and ours: what all formats have in common is decided here.

use super::{Entry, MAX_CATEGORIES, MAX_CATEGORY, MAX_CONTENT, MAX_SUMMARY, MAX_TITLE, MAX_URL};
use crate::model::text;
use jiff::Timestamp;
use url::Url;

/// A text as its feed marks it up.
#[derive(Clone, Debug)]
pub(super) enum Markup {
    /// HTML, not trusted.
    Html(String),
    /// Text whose `<` is a `<`.
    Text(String),
}

impl Markup {
    /// One line of plain text.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Html(html) => text::plain(html),
            Self::Text(text) => text::tidy(text),
        }
    }

    /// The HTML, cut at [`MAX_CONTENT`].
    fn into_html(self) -> Option<String> {
        let Self::Html(mut html) = self else {
            return None;
        };
        html.truncate(html.floor_char_boundary(MAX_CONTENT));
        (!html.is_empty()).then_some(html)
    }
}

/// An entry as its feed spells it; absent and empty are the same.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub id: Option<String>,
    /// Possibly relative.
    pub url: Option<String>,
    pub title: Option<Markup>,
    pub summary: Option<Markup>,
    pub content: Option<Markup>,
    /// Possibly with markup and entities.
    pub categories: Vec<String>,
    pub published: Option<Timestamp>,
    /// Plain text.
    pub author: Option<String>,
}

impl Draft {
    /// The entry, or nothing if no address, id or title tells it from others.
    pub(super) fn finish(self, base: &Url) -> Option<Entry> {
        let url = self.url.and_then(|url| absolute(&url, base));
        let title = self.title.map(|title| text::cut(&title.plain(), MAX_TITLE));
        let title = title.filter(|title| !title.is_empty());
        let id = self.id.map(|id| text::tidy(&id)).filter(|id| !id.is_empty());
        let id = id.or_else(|| url.as_ref().map(Url::to_string)).or_else(|| title.clone())?;
        let summary_text = [&self.summary, &self.content]
            .into_iter()
            .flatten()
            .map(|text| text::cut(&text.plain(), MAX_SUMMARY))
            .find(|text| !text.is_empty());
        let content = self.content.or(self.summary);
        Some(Entry {
            id: id[..id.floor_char_boundary(MAX_URL)].to_owned(),
            url,
            title,
            summary_text: summary_text.unwrap_or_default(),
            content_html: content.and_then(Markup::into_html),
            categories: tidy_categories(&self.categories),
            published: self.published,
            author: self.author.and_then(|author| person(&author)),
        })
    }
}

/// `raw` as an http or https address; a relative one is taken from `base`.
pub(super) fn absolute(raw: &str, base: &Url) -> Option<Url> {
    // An empty reference is the base itself (RFC 3986 §5.2.2), which no feed means.
    let raw = Some(raw.trim()).filter(|raw| !raw.is_empty())?;
    let url = base.join(raw).ok()?;
    let fits = url.as_str().len() <= MAX_URL && url.has_host();
    (fits && matches!(url.scheme(), "http" | "https")).then_some(url)
}

/// Each name once.
fn tidy_categories(raw: &[String]) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    for name in raw.iter().take(MAX_CATEGORIES) {
        let name = text::cut(&text::plain(name), MAX_CATEGORY);
        if !name.is_empty() && !categories.contains(&name) {
            categories.push(name);
        }
    }
    categories
}

/// The name in `ada@ada.example (Ada)` and `Ada <ada@ada.example>`: addresses of mail are
/// nobody's business.
fn person(raw: &str) -> Option<String> {
    let name = match (raw.split_once('('), raw.split_once('<')) {
        (Some((mail, name)), _) if mail.contains('@') => name.trim_end().trim_end_matches(')'),
        (_, Some((name, mail))) if mail.contains('@') => name,
        _ => raw,
    };
    let name = text::cut(&text::tidy(name), MAX_TITLE);
    (!name.is_empty() && !name.contains('@')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_beside_an_address_of_mail() {
        for (raw, name) in [
            ("Ada Lovelace", Some("Ada Lovelace")),
            ("ada@ada.example (Ada Lovelace)", Some("Ada Lovelace")),
            ("noreply@blogger.com (Ada（エイダ）)", Some("Ada（エイダ）")),
            ("Ada <ada@ada.example>", Some("Ada")),
            ("Ada (the first)", Some("Ada (the first)")),
            ("Ada <T>", Some("Ada <T>")),
            ("ada@ada.example", None),
            ("ada@ada.example（Ada）", None),
            ("<ada@ada.example>", None),
            ("ada@ada.example ()", None),
            ("", None),
        ] {
            assert_eq!(person(raw).as_deref(), name, "{raw}");
        }
    }

    #[test]
    fn addresses_become_absolute_or_nothing() {
        let base = Url::parse("https://ada.example/blog/feed.xml").unwrap();
        for (raw, url) in [
            ("https://eve.example/1#x", Some("https://eve.example/1#x")),
            (" /1 ", Some("https://ada.example/1")),
            ("1", Some("https://ada.example/blog/1")),
            ("//eve.example/1", Some("https://eve.example/1")),
            ("javascript:alert(1)", None),
            ("tag:ada.example,2026:1", None),
            ("https://", None),
            (" ", None),
        ] {
            assert_eq!(absolute(raw, &base).as_ref().map(Url::as_str), url, "{raw}");
        }
        assert_eq!(absolute(&"x".repeat(MAX_URL), &base), None);
    }

    #[test]
    fn an_entry_needs_something_to_be_known_by() {
        let base = Url::parse("https://ada.example/feed").unwrap();
        let text = |s: &str| Some(Markup::Html(s.to_owned()));
        let finish = |draft: Draft| draft.finish(&base).map(|entry| entry.id);
        assert_eq!(finish(Draft { summary: text("x"), ..Draft::default() }), None);
        assert_eq!(finish(Draft { title: text(" <p>"), ..Draft::default() }), None);
        let by_title = Draft { title: text("<b>T</b>"), ..Draft::default() };
        assert_eq!(finish(by_title).as_deref(), Some("T"));
        let by_url = Draft { url: Some("/1".to_owned()), title: text("T"), ..Draft::default() };
        assert_eq!(finish(by_url).as_deref(), Some("https://ada.example/1"));
    }
}
