//! The article of a page's JSON-LD.
//!
//! Read with a visitor that keeps a few strings and passes over the rest: a `Value` of a page
//! made of empty objects would take a hundred times its size.

use super::prose::head;
use super::tag::Tag;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Longest script that is read, in bytes; with related posts and breadcrumbs, real ones have 10.
const MAX_SCRIPT: usize = 128 * 1024;

/// Most bytes of a string that are kept.
const MAX_TEXT: usize = 8 * 1024;

/// Collects scripts, and reads each when it ends.
#[derive(Debug, Default)]
pub(super) struct JsonLd {
    /// The script that is open; `None` in it once it is too long.
    script: Option<Option<String>>,
    /// The first article.
    pub(super) article: Option<Article>,
}

/// What an article says of itself. As CMSs write it, with markup and entities in it at times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Article {
    pub(super) headline: Option<String>,
    pub(super) description: Option<String>,
    pub(super) author: Option<String>,
    pub(super) published: Option<String>,
    pub(super) language: Option<String>,
}

impl JsonLd {
    pub(super) fn start(&mut self, tag: &Tag<'_>) {
        if tag.name == "script"
            && self.article.is_none()
            && tag.attribute("type").is_some_and(|mime| {
                let essence = mime.split(';').next().unwrap_or_default();
                essence.trim().eq_ignore_ascii_case("application/ld+json")
            })
        {
            self.script = Some(Some(String::new()));
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if let Some(script) = &mut self.script {
            *script = script
                .take()
                .filter(|script| script.len() + text.len() <= MAX_SCRIPT)
                .map(|script| script + text);
        }
    }

    pub(super) fn end(&mut self) {
        if let Some(script) = self.script.take().flatten() {
            // A page that gets its JSON wrong has said nothing.
            self.article = serde_json::from_str::<Value>(&script).ok().and_then(|v| v.article);
        }
    }
}

/// What matters of any JSON value.
#[derive(Default)]
struct Value {
    /// A string; the first of a list; the name of an object.
    text: Option<String>,
    /// As the value of `@type`, it says article.
    is_article_type: bool,
    /// The first article in it.
    article: Option<Article>,
}

impl Value {
    fn of_text(text: &str) -> Self {
        // `BlogPosting`, `schema:BlogPosting`, `https://schema.org/BlogPosting`.
        let class = text.rsplit(['/', ':', '#']).next().unwrap_or_default();
        let is_article_type = class.ends_with("Article") || class.ends_with("BlogPosting");
        Self { text: Some(head(text, MAX_TEXT).to_owned()), is_article_type, article: None }
    }

    fn or(self, other: Self) -> Self {
        Self {
            text: self.text.or(other.text),
            is_article_type: self.is_article_type || other.is_article_type,
            article: self.article.or(other.article),
        }
    }
}

/// Recursion is as deep as `serde_json` lets it be: 128 levels.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Value::default();
        let mut article = Article::default();
        let mut is_article = false;
        while let Some(key) = map.next_key::<Value>()? {
            match key.text.as_deref().unwrap_or_default() {
                "@graph" | "mainEntity" | "@included" => {
                    object = object.or(Value { text: None, ..map.next_value()? });
                }
                "@type" => is_article = map.next_value::<Value>()?.is_article_type,
                "name" | "@value" => object.text = map.next_value::<Value>()?.text,
                "headline" => article.headline = map.next_value::<Value>()?.text,
                "description" => article.description = map.next_value::<Value>()?.text,
                "author" => article.author = map.next_value::<Value>()?.text,
                "datePublished" => article.published = map.next_value::<Value>()?.text,
                "inLanguage" => article.language = map.next_value::<Value>()?.text,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if is_article {
            article.headline = article.headline.or_else(|| object.text.clone());
            object.article = Some(article);
        }
        Ok(object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Value::default();
        while let Some(value) = seq.next_element::<Value>()? {
            list = list.or(value);
        }
        Ok(list)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::of_text(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Value, E> {
        Ok(Value::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Value, E> {
        Ok(Value::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Value, E> {
        Ok(Value::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Ok(Value::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(json: &str) -> Option<(String, String, String)> {
        let mut json_ld = JsonLd { script: Some(Some(String::new())), article: None };
        json_ld.text(json);
        json_ld.end();
        json_ld.article.map(|article| {
            let [headline, author, published] =
                [article.headline, article.author, article.published]
                    .map(Option::unwrap_or_default);
            (headline, author, published)
        })
    }

    #[test]
    fn an_article_is_found_wherever_it_is() {
        let expected = Some(("Day one".to_owned(), "Ada".to_owned(), "2026-03-14".to_owned()));
        let post = r#"{"@type": "BlogPosting", "headline": "Day one", "wordCount": 7,
            "author": {"@type": "Person", "name": "Ada", "url": "/"}, "image": null,
            "datePublished": "2026-03-14", "publisher": {"name": "Press"}}"#;
        for json in [
            post.to_owned(),
            format!("[{post}]"),
            format!(r#"[{{"@type": "WebSite", "name": "x"}}, {post}]"#),
            format!(
                r#"{{"@context": "https://schema.org", "@graph": [1, true, {post}, -2, 0.5]}}"#
            ),
            format!(r#"{{"@type": "WebPage", "name": "x", "mainEntity": {post}}}"#),
            post.replace("\"BlogPosting\"", r#"["Thing", "https://schema.org/NewsArticle"]"#),
            post.replace("headline", "name"),
            post.replace(r#"{"@type": "Person", "name": "Ada", "url": "/"}"#, r#""Ada""#),
            post.replace(r#"{"@type": "Person"#, r#"[{"@type": "Person"#)
                .replace("\"/\"}", "\"/\"}]"),
            post.replace("\"Day one\"", r#"{"@value": "Day one", "@language": "en"}"#),
        ] {
            assert_eq!(article(&json), expected, "{json}");
        }
        let nothing = Some(Default::default());
        assert_eq!(article(r#"{"@type": "Article"}"#), nothing);
    }

    #[test]
    fn everything_else_is_none() {
        for json in ["", "null", "[]", "{}", "\"Article\"", r#"{"@type": "WebPage", "name": "x"}"#]
        {
            assert_eq!(article(json), None, "{json}");
        }
        assert_eq!(article(&"[".repeat(MAX_SCRIPT)), None);
        assert_eq!(article(&format!("{{\"@type\": \"Article\"}}{}", " ".repeat(MAX_SCRIPT))), None);
    }
}
