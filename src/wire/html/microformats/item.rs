//! An item and its properties.

use super::class::{Kind, Prefix, Property, Vocabulary};
use super::implied::Implied;
use super::{Microformats, is_classic};
use crate::wire::html::prose::{Prose, Span, line};

/// Most values of one item that are kept. All of them may have the same text, nested.
const MAX_VALUES: usize = 16;

/// Something a page describes.
#[derive(Debug)]
pub(in crate::wire::html) struct Item {
    pub(in crate::wire::html) kind: Kind,
    pub(super) vocabulary: Vocabulary,
    /// The item it is in.
    pub(in crate::wire::html) parent: Option<usize>,
    /// It is the value of a property there, and not just inside.
    pub(in crate::wire::html) is_property: bool,
    /// Its text.
    pub(in crate::wire::html) span: Span,
    properties: Vec<(Property, Value)>,
    pub(super) implied: Implied,
    /// It has an item in it.
    pub(super) has_nested: bool,
    /// It has any property in `p-` or `e-`.
    has_text: bool,
    /// It has any property in `u-`.
    has_url: bool,
}

/// The value of a property.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// The text of its element.
    Span(Span),
    /// Put together from several elements (value class pattern).
    Parts(Vec<Part>),
    /// From an attribute; of `u-`, an absolute address.
    Text(String),
    /// Another item.
    Item(usize),
}

/// A part of a value.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// The text of its element.
    Span(Span),
    /// From an attribute.
    Text(String),
}

impl Value {
    /// The value as it stands in the page; of an item, nothing.
    pub(super) fn raw(&self, prose: &Prose) -> String {
        match self {
            Self::Span(span) => prose.raw(*span).to_owned(),
            Self::Text(text) => text.clone(),
            Self::Item(_) => String::new(),
            Self::Parts(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Span(span) => prose.raw(*span).trim(),
                    Part::Text(text) => text.trim(),
                })
                .collect(),
        }
    }
}

impl Item {
    pub(super) fn new(
        kind: Kind,
        vocabulary: Vocabulary,
        parent: Option<usize>,
        is_property: bool,
        here: usize,
    ) -> Self {
        Self {
            kind,
            vocabulary,
            parent,
            is_property,
            span: Span { start: here, end: here },
            properties: Vec::new(),
            implied: Implied::default(),
            has_nested: false,
            has_text: false,
            has_url: false,
        }
    }

    /// It has a property that is read so.
    pub(super) fn note_prefix(&mut self, prefix: Prefix) {
        self.has_text |= matches!(prefix, Prefix::Text | Prefix::Embedded);
        self.has_url |= prefix == Prefix::Url;
    }

    pub(super) fn add(&mut self, property: Property, value: Value) {
        if property != Property::Other && self.properties.len() < MAX_VALUES {
            self.properties.push((property, value));
        }
    }
}

impl Microformats {
    /// The texts of a property that an item names itself, as tidy lines.
    pub(in crate::wire::html) fn texts(
        &self,
        item: usize,
        property: Property,
        prose: &Prose,
        max_chars: usize,
    ) -> impl Iterator<Item = String> {
        self.values(item, property).filter_map(move |value| match value {
            Value::Item(nested) => self
                .name(*nested, prose, max_chars)
                .or_else(|| prose.line(self.items[*nested].span, max_chars)),
            _ => line(&value.raw(prose), max_chars),
        })
    }

    /// The addresses of an item, as it names them itself or implies one.
    pub(in crate::wire::html) fn urls(&self, item: usize) -> Vec<String> {
        let mut urls: Vec<String> = self
            .values(item, Property::Url)
            .filter_map(|value| match value {
                Value::Text(url) => Some(url.clone()),
                Value::Item(_) | Value::Span(_) | Value::Parts(_) => None,
            })
            .collect();
        let item = &self.items[item];
        if urls.is_empty() && !item.has_url && item.may_imply() {
            urls.extend(item.implied.url().map(str::to_owned));
        }
        urls
    }

    /// The name of an item, implied or not. That it is named after an item within it is not
    /// asked: they may be nested as deep as elements.
    pub(in crate::wire::html) fn name(
        &self,
        item: usize,
        prose: &Prose,
        max_chars: usize,
    ) -> Option<String> {
        let explicit =
            self.values(item, Property::Name).find_map(|value| line(&value.raw(prose), max_chars));
        let item = &self.items[item];
        if explicit.is_some() || item.has_text || !item.may_imply() {
            return explicit;
        }
        match item.implied.name() {
            Some(name) => line(name, max_chars),
            None => prose.line(item.span, max_chars),
        }
    }

    fn values(&self, item: usize, property: Property) -> impl Iterator<Item = &Value> {
        let properties = &self.items[item].properties;
        properties.iter().filter(move |(p, _)| *p == property).map(|(_, value)| value)
    }
}

impl Item {
    fn may_imply(&self) -> bool {
        !self.has_nested && !is_classic(self.vocabulary)
    }
}
