//! Class names that mean something.

use super::is_classic;
use crate::wire::html::prose::head;
use crate::wire::html::tag::Tag;

/// Most bytes of a `class`, and most names in it, that are looked at.
const MAX_CLASS: usize = 4 * 1024;
const MAX_NAMES: usize = 64;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::wire::html) enum Kind {
    /// `h-entry`: a post.
    Entry,
    /// `h-card`: somebody.
    Card,
    /// `h-feed`: a list of posts.
    Feed,
    /// `h-cite`: somebody else's post.
    Cite,
    /// Anything else, whose properties are not those of the item round it.
    Other,
}

/// Which class names are properties in an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wire::html) enum Vocabulary {
    /// `p-name`
    Modern,
    /// `entry-title`
    Classic,
    /// A root that has both, as themes do that were brought up to date halfway.
    Both,
}

/// How a property is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wire::html) enum Prefix {
    /// `p-`
    Text,
    /// `u-`
    Url,
    /// `dt-`
    Date,
    /// `e-`
    Embedded,
}

/// The properties that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wire::html) enum Property {
    Name,
    Summary,
    Content,
    Author,
    Url,
    Published,
    /// Only that there is one matters.
    Other,
}

/// What the classes of an element mean.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Classes {
    pub(super) root: Option<(Kind, Vocabulary)>,
    /// Properties of the item round it.
    pub(super) properties: Vec<(Prefix, Property)>,
    pub(super) is_value: bool,
    pub(super) is_value_title: bool,
}

impl Classes {
    /// The classes of a tag in an item, if it is in one.
    pub(super) fn of(tag: &Tag<'_>, context: Option<(Kind, Vocabulary)>) -> Self {
        let mut classes = Self::default();
        if let Some(class) = tag.attribute("class") {
            classes.read(&class, context);
        }
        // The permalink of an hentry is `rel="bookmark"`.
        if let Some((Kind::Entry, vocabulary)) = context
            && is_classic(vocabulary)
            && tag.name == "a"
            && tag.attribute("rel").is_some_and(|rel| rel.split(' ').any(|rel| rel == "bookmark"))
        {
            classes.add(Prefix::Url, Property::Url);
        }
        classes
    }

    fn read(&mut self, class: &str, context: Option<(Kind, Vocabulary)>) {
        let (mut modern, mut classic) = (None, None);
        let names = head(class, MAX_CLASS).split_ascii_whitespace();
        for name in names.take(MAX_NAMES) {
            match name {
                "value" => self.is_value = true,
                "value-title" => self.is_value_title = true,
                "hentry" => classic = first(classic, Kind::Entry),
                "vcard" => classic = first(classic, Kind::Card),
                "hfeed" => classic = first(classic, Kind::Feed),
                _ => {}
            }
            if let Some(kind) = name.strip_prefix("h-").and_then(root) {
                modern = first(modern, kind);
            }
            match context {
                Some((_, Vocabulary::Modern)) => self.modern(name),
                Some((kind, Vocabulary::Classic)) => self.classic(kind, name),
                Some((kind, Vocabulary::Both)) => {
                    self.modern(name);
                    self.classic(kind, name);
                }
                None => {}
            }
        }
        self.root = match (modern, classic) {
            (Some(kind), Some(_)) => Some((kind, Vocabulary::Both)),
            (Some(kind), None) => Some((kind, Vocabulary::Modern)),
            (None, Some(kind)) => Some((kind, Vocabulary::Classic)),
            (None, None) => None,
        };
    }

    fn modern(&mut self, class: &str) {
        let Some((prefix, name)) = class.split_once('-') else {
            return;
        };
        let prefix = match prefix {
            "p" => Prefix::Text,
            "u" => Prefix::Url,
            "dt" => Prefix::Date,
            "e" => Prefix::Embedded,
            _ => return,
        };
        if is_name(name) {
            self.add(prefix, property(name));
        }
    }

    /// The names of hAtom and hCard.
    fn classic(&mut self, kind: Kind, class: &str) {
        match (kind, class) {
            (Kind::Entry, "entry-title") => self.add(Prefix::Text, Property::Name),
            (Kind::Entry, "entry-summary") => self.add(Prefix::Text, Property::Summary),
            (Kind::Entry, "entry-content") => self.add(Prefix::Embedded, Property::Content),
            (Kind::Entry, "published") => self.add(Prefix::Date, Property::Published),
            (Kind::Entry | Kind::Feed, "author") => self.add(Prefix::Text, Property::Author),
            (Kind::Card, "fn") => self.add(Prefix::Text, Property::Name),
            (Kind::Card, "url") => self.add(Prefix::Url, Property::Url),
            _ => {}
        }
    }

    fn add(&mut self, prefix: Prefix, property: Property) {
        if property == Property::Other || !self.properties.iter().any(|(_, p)| *p == property) {
            self.properties.push((prefix, property));
        }
    }
}

fn first(found: Option<Kind>, kind: Kind) -> Option<Kind> {
    Some(found.map_or(kind, |found| found.min(kind)))
}

/// The root classes there are. Not any `h-…`: `h-full` and its like set a height in the class
/// names of a popular style sheet.
fn root(name: &str) -> Option<Kind> {
    match name {
        "entry" => Some(Kind::Entry),
        "card" => Some(Kind::Card),
        "feed" => Some(Kind::Feed),
        "cite" => Some(Kind::Cite),
        "adr" | "app" | "event" | "geo" | "item" | "listing" | "measure" | "news" | "org"
        | "product" | "recipe" | "resume" | "review" | "review-aggregate" => Some(Kind::Other),
        _ if name.starts_with("x-") && is_name(name) => Some(Kind::Other),
        _ => None,
    }
}

/// `[a-z]`, with a vendor's prefix or not; `p-4` is a padding.
fn is_name(name: &str) -> bool {
    let last = name.rsplit('-').next().unwrap_or_default();
    !last.is_empty()
        && last.bytes().all(|b| b.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn property(name: &str) -> Property {
    match name {
        "name" => Property::Name,
        "summary" => Property::Summary,
        "content" => Property::Content,
        "author" => Property::Author,
        "url" => Property::Url,
        "published" => Property::Published,
        _ => Property::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(class: &str, context: Option<(Kind, Vocabulary)>) -> Classes {
        let mut classes = Classes::default();
        classes.read(class, context);
        classes
    }

    #[test]
    fn roots_are_known_names_only() {
        for (class, root) in [
            ("post h-entry", Some((Kind::Entry, Vocabulary::Modern))),
            ("hentry h-entry", Some((Kind::Entry, Vocabulary::Both))),
            ("post-1 hentry", Some((Kind::Entry, Vocabulary::Classic))),
            ("h-org h-card", Some((Kind::Card, Vocabulary::Modern))),
            ("h-x-app", Some((Kind::Other, Vocabulary::Modern))),
            ("h-full h-100 h-px h-", None),
            ("hentrylike", None),
        ] {
            assert_eq!(read(class, None).root, root, "{class}");
        }
    }

    #[test]
    fn properties_are_those_of_the_vocabulary() {
        let both = "p-name entry-title p-4 p-md-3 u-url";
        let modern = read(both, Some((Kind::Entry, Vocabulary::Modern))).properties;
        assert_eq!(modern, [(Prefix::Text, Property::Name), (Prefix::Url, Property::Url)]);
        let classic = read(both, Some((Kind::Entry, Vocabulary::Classic))).properties;
        assert_eq!(classic, [(Prefix::Text, Property::Name)]);
        assert_eq!(read(both, Some((Kind::Entry, Vocabulary::Both))).properties, modern);
        assert_eq!(read(both, None).properties, []);
    }
}
