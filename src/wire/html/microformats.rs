//! Microformats: the h-entry, h-card and h-feed of a page, as far as we ask for them.
//!
//! Follows the microformats2 parsing specification over a stream of tags. Texts are spans of
//! [`Prose`], so properties may nest without being copied. Older class names (`hentry`,
//! `entry-title`, `vcard`, `fn`) are read in roots that have them.

mod class;
mod implied;
mod item;

pub(super) use class::{Kind, Property};
pub(super) use item::Item;

use super::links::resolved;
use super::open_elements::OpenElements;
use super::prose::{Prose, Span, head};
use super::reader::Note;
use super::tag::Tag;
use class::{Classes, Prefix, Vocabulary};
use item::{Part, Value};
use url::Url;

/// Most items of a page that are kept.
const MAX_ITEMS: usize = 300;

/// Most parts of a value that is put together from several elements.
const MAX_PARTS: usize = 16;

/// Longest value that is taken from an attribute, in bytes.
const MAX_VALUE: usize = 4 * 1024;

/// The items of a page, in its order.
#[derive(Debug, Default)]
pub(super) struct Microformats {
    pub(super) items: Vec<Item>,
    /// Those whose elements are open, outermost first.
    open: Vec<usize>,
}

/// What an element is, as far as microformats are concerned.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The item that it is the root of.
    item: Option<usize>,
    /// The properties that its text is the value of.
    properties: Vec<OpenProperty>,
    /// What its value is put together from, instead of its text.
    parts: Vec<Part>,
    /// Its text is part of the value of an element round it.
    is_part: bool,
}

/// A property whose value is not known before its element ends.
#[derive(Clone, Copy, Debug)]
struct OpenProperty {
    item: usize,
    prefix: Prefix,
    property: Property,
}

impl Microformats {
    /// A tag; `here` is where its text begins.
    pub(super) fn start(
        &mut self,
        tag: &Tag<'_>,
        base: &Url,
        here: usize,
        open: &mut OpenElements<Note>,
    ) -> Marks {
        let mut marks = Marks::default();
        if self.items.len() == MAX_ITEMS {
            return marks;
        }
        let context = self.open.last().copied();
        let vocabulary = context.map(|item| (self.items[item].kind, self.items[item].vocabulary));
        let classes = Classes::of(tag, vocabulary);
        self.child(tag, base, classes.root.is_some(), open);
        if classes.is_value || classes.is_value_title {
            marks.is_part = !add_part(tag, classes.is_value_title, open);
        }
        if let Some((kind, vocabulary)) = classes.root {
            let is_property = !classes.properties.is_empty();
            marks.item =
                Some(self.open_item(Item::new(kind, vocabulary, context, is_property, here)));
        }
        if let Some(context) = context {
            self.items[context].has_nested |= marks.item.is_some();
            for (prefix, property) in classes.properties {
                self.property(
                    OpenProperty { item: context, prefix, property },
                    tag,
                    base,
                    &mut marks,
                );
            }
        }
        if let Some(item) = marks.item {
            self.items[item].implied.root(tag, base);
        }
        marks
    }

    /// A property begins whose element is `tag`.
    fn property(&mut self, of: OpenProperty, tag: &Tag<'_>, base: &Url, marks: &mut Marks) {
        self.items[of.item].note_prefix(of.prefix);
        let value = match marks.item {
            Some(nested) => Some(Value::Item(nested)),
            None => attribute_value(tag, of.prefix, base).map(Value::Text),
        };
        match value {
            Some(value) => self.items[of.item].add(of.property, value),
            None => marks.properties.push(of),
        }
    }

    fn open_item(&mut self, item: Item) -> usize {
        self.items.push(item);
        self.open.push(self.items.len() - 1);
        self.items.len() - 1
    }

    /// Tells the items of the two elements round a tag that they have a child.
    fn child(&mut self, tag: &Tag<'_>, base: &Url, is_item: bool, open: &OpenElements<Note>) {
        for (level, note) in open.notes().take(2).enumerate() {
            if let Some(item) = note.microformats.item {
                self.items[item].implied.child(level, tag, base, is_item);
            }
        }
    }

    /// An element ends.
    pub(super) fn end(
        &mut self,
        marks: Marks,
        span: Span,
        prose: &Prose,
        base: &Url,
        open: &mut OpenElements<Note>,
    ) {
        if let Some(item) = marks.item {
            self.items[item].span = span;
            self.open.pop();
        }
        if marks.is_part
            && let Some(owner) = owner(open)
            && owner.parts.len() < MAX_PARTS
        {
            owner.parts.push(Part::Span(span));
        }
        for OpenProperty { item, prefix, property } in marks.properties {
            let value = match marks.parts.is_empty() {
                true => Value::Span(span),
                false => Value::Parts(marks.parts.clone()),
            };
            let value = match prefix {
                Prefix::Url => resolved(&value.raw(prose), base).map(|url| Value::Text(url.into())),
                _ => Some(value),
            };
            if let Some(value) = value {
                self.items[item].add(property, value);
            }
        }
    }
}

/// The element that a `class="value"` is a part of: the nearest one that is a property, with no
/// item between them.
fn owner(open: &mut OpenElements<Note>) -> Option<&mut Marks> {
    open.notes_mut()
        .map(|note| &mut note.microformats)
        .find(|marks| marks.item.is_some() || !marks.properties.is_empty())
        .filter(|marks| marks.item.is_none())
}

/// Adds the value of a `class="value"` to its owner, where it stands in an attribute.
fn add_part(tag: &Tag<'_>, is_title: bool, open: &mut OpenElements<Note>) -> bool {
    let value = match tag.name {
        _ if is_title => tag.attribute("title"),
        "img" | "area" => tag.attribute("alt"),
        "data" => tag.attribute("value"),
        "abbr" => tag.attribute("title"),
        "time" | "ins" | "del" => tag.attribute("datetime"),
        _ => None,
    };
    let Some(value) = value else {
        return false;
    };
    if let Some(owner) = owner(open)
        && owner.parts.len() < MAX_PARTS
    {
        owner.parts.push(Part::Text(head(&value, MAX_VALUE).to_owned()));
    }
    true
}

/// The value of a property that stands in an attribute (microformats2 parsing, "parsing a `p-`
/// property" and the next three).
fn attribute_value(tag: &Tag<'_>, prefix: Prefix, base: &Url) -> Option<String> {
    let name = match (prefix, tag.name) {
        (Prefix::Url, "a" | "area" | "link") => "href",
        (Prefix::Url, "img" | "audio" | "source" | "iframe") => "src",
        (Prefix::Url, "video") => {
            return address(tag, "src", base).or(address(tag, "poster", base));
        }
        (Prefix::Url, "object") => "data",
        (Prefix::Text, "img" | "area") => "alt",
        (Prefix::Date, "time" | "ins" | "del") => "datetime",
        (Prefix::Embedded, _) => return None,
        (_, "abbr") => "title",
        (Prefix::Text, "link") => "title",
        (_, "data" | "input") => "value",
        _ => return None,
    };
    match prefix {
        Prefix::Url => address(tag, name, base),
        _ => tag.attribute(name).map(|value| head(&value, MAX_VALUE).to_owned()),
    }
}

fn address(tag: &Tag<'_>, attribute: &str, base: &Url) -> Option<String> {
    resolved(&tag.attribute(attribute)?, base).map(String::from)
}

/// Whether `vocabulary` has the class names of old.
const fn is_classic(vocabulary: Vocabulary) -> bool {
    matches!(vocabulary, Vocabulary::Classic | Vocabulary::Both)
}
