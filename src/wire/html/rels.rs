//! Links that say how they are meant: `rel="author"`, `rel="me"`.

use super::links::resolved;
use super::prose::Span;
use super::tag::{Tag, tokens};
use url::Url;

/// Most links with `rel` that are kept.
const MAX_RELS: usize = 200;

/// Most values of one `rel`.
const MAX_VALUES: usize = 16;

/// The links of a page that have a `rel`.
#[derive(Debug, Default)]
pub(super) struct Rels(pub(super) Vec<Rel>);

#[derive(Debug)]
pub(super) struct Rel {
    pub(super) url: Url,
    pub(super) values: Vec<String>,
    pub(super) text: Span,
}

impl Rels {
    /// A tag; gives its number if it is such a link.
    pub(super) fn start(&mut self, tag: &Tag<'_>, base: &Url) -> Option<usize> {
        if !matches!(tag.name, "a" | "area" | "link") || self.0.len() == MAX_RELS {
            return None;
        }
        let values: Vec<String> = values(tag).collect();
        if values.is_empty() {
            return None;
        }
        let url = resolved(&tag.attribute("href")?, base)?;
        self.0.push(Rel { url, values, text: Span::default() });
        Some(self.0.len() - 1)
    }

    /// The link's element ends.
    pub(super) fn text_ended(&mut self, number: usize, span: Span) {
        if let Some(rel) = self.0.get_mut(number) {
            rel.text = span;
        }
    }

    /// The links that are meant so.
    pub(super) fn of<'a>(&'a self, value: &'a str) -> impl Iterator<Item = &'a Rel> {
        self.0.iter().filter(move |rel| rel.values.iter().any(|v| v == value))
    }
}

/// The values of a tag's `rel`.
pub(super) fn values(tag: &Tag<'_>) -> impl Iterator<Item = String> {
    let rel = tag.attribute("rel").unwrap_or_default();
    tokens(&rel, MAX_VALUES).collect::<Vec<_>>().into_iter()
}
