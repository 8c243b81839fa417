//! How a ping came: what its sender put into each field, for the receipt.

use super::ping::CharsetFrom;
use super::text;

/// The most that is kept of a field as it came, in characters: enough to see what was cut.
const MAX_FIELD: usize = 2_000;

/// The fields of a ping as they came: decoded, and neither cleaned nor cut to what is stored.
///
/// Whatever stands here was written by a stranger, and may hold markup, control characters and
/// line breaks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sent {
    /// Whether it came by GET.
    #[serde(default)]
    pub by_get: bool,
    /// The charset all fields were read in, by its name in the Encoding Standard.
    pub charset: String,
    /// Where that was read: the name of a [`CharsetFrom`].
    pub charset_from: String,
    /// Field `url`; none where it did not come.
    pub url: Option<String>,
    /// Field `title`.
    pub title: Option<String>,
    /// Field `excerpt`.
    pub excerpt: Option<String>,
    /// Field `blog_name`.
    pub blog_name: Option<String>,
}

impl Sent {
    /// A ping in this charset, without any field.
    pub fn of(charset: &str, from: CharsetFrom) -> Self {
        Self {
            by_get: false,
            charset: charset.to_owned(),
            charset_from: from.as_str().to_owned(),
            url: None,
            title: None,
            excerpt: None,
            blog_name: None,
        }
    }

    /// Where the charset was read.
    pub fn charset_from(&self) -> CharsetFrom {
        CharsetFrom::parse(&self.charset_from).unwrap_or(CharsetFrom::Utf8)
    }

    /// A ping that came again: a field that did not come this time stays as it came before.
    #[must_use]
    pub fn after(self, before: Self) -> Self {
        Self {
            title: self.title.or(before.title),
            excerpt: self.excerpt.or(before.excerpt),
            blog_name: self.blog_name.or(before.blog_name),
            ..self
        }
    }

    /// As it is kept. PostgreSQL takes no NUL, and JSON writes it as an escape.
    pub fn to_json(&self) -> Option<String> {
        let cut = |field: &Option<String>| field.as_ref().map(|text| text::cut(text, MAX_FIELD));
        let kept = Self {
            url: cut(&self.url),
            title: cut(&self.title),
            excerpt: cut(&self.excerpt),
            blog_name: cut(&self.blog_name),
            ..self.clone()
        };
        serde_json::to_string(&kept).ok()
    }

    /// As it was kept.
    pub fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back_cut_and_without_a_raw_nul() {
        let long = "é".repeat(5_000);
        let sent = Sent {
            title: Some("a\0b <b>".to_owned()),
            excerpt: Some(long),
            ..Sent::of("windows-1252", CharsetFrom::Fallback)
        };
        let json = sent.to_json().unwrap();
        assert!(!json.contains('\0'));
        let kept = Sent::from_json(&json).unwrap();
        assert_eq!(kept.title.as_deref(), Some("a\0b <b>"));
        assert_eq!(kept.excerpt.as_deref().map(|text| text.chars().count()), Some(MAX_FIELD));
        assert_eq!(kept.charset_from(), CharsetFrom::Fallback);
        assert_eq!(Sent::from_json("{"), None);
    }

    #[test]
    fn what_does_not_come_again_stays_as_it_came() {
        let with = |title: &str, excerpt: Option<&str>| Sent {
            title: Some(title.to_owned()),
            excerpt: excerpt.map(str::to_owned),
            ..Sent::of("UTF-8", CharsetFrom::Utf8)
        };
        let again = with("Typo", None).after(with("Tpyo", Some("words")));
        assert_eq!(again, with("Typo", Some("words")));
    }
}
