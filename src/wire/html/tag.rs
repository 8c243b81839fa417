//! A start tag.

use super::prose;
use lol_html::html_content::Element;

/// Longest attribute value that is read, in bytes. Longer ones hold pictures, not words.
const MAX_VALUE: usize = 16 * 1024;

/// What the parts of the reader are told of a start tag.
pub(super) struct Tag<'a> {
    /// The element's name, in lower case.
    pub(super) name: &'a str,
    /// Whether it is HTML, and not a drawing or a formula.
    pub(super) is_html: bool,
    /// Whether it is a drawing or part of one.
    pub(super) is_svg: bool,
    /// Whether an end tag is to be expected.
    pub(super) has_content: bool,
    /// Finds the raw value of an attribute. One at a time, since a list of all attributes of a
    /// tag that has a hundred thousand would take more memory than the page.
    attribute: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Tag<'a> {
    /// Calls `then` with what there is to know of `element`.
    pub(super) fn with<T>(element: &Element<'_, '_>, then: impl FnOnce(&Tag<'_>) -> T) -> T {
        then(&Tag {
            name: &element.tag_name(),
            is_svg: element.namespace_uri() == "http://www.w3.org/2000/svg",
            is_html: element.namespace_uri() == "http://www.w3.org/1999/xhtml",
            has_content: element.can_have_content(),
            attribute: &|name| element.get_attribute(name),
        })
    }

    /// The value of an attribute, entities decoded.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        (self.attribute)(name).as_deref().and_then(decoded)
    }
}

/// An attribute's value with its entities decoded; nothing where it is too long to be words.
pub(in crate::wire) fn decoded(value: &str) -> Option<String> {
    (value.len() <= MAX_VALUE).then(|| htmlize::unescape_attribute(value).into_owned())
}

/// The words of an attribute that is a list of them, in lower case.
pub(super) fn tokens(value: &str, most: usize) -> impl Iterator<Item = String> + '_ {
    value
        .split_ascii_whitespace()
        .take(most)
        .map(|token| prose::head(token, 64).to_ascii_lowercase())
}
