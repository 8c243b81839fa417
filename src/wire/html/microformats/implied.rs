//! Names and addresses that an item has without saying so.

use crate::wire::html::links::resolved;
use crate::wire::html::prose::head;
use crate::wire::html::tag::Tag;
use url::Url;

/// Longest name, in bytes.
const MAX_NAME: usize = 1024;

/// What an item's element, its children and theirs have to offer (microformats2 parsing,
/// "parsing for implied properties").
#[derive(Debug, Default)]
pub(super) struct Implied {
    own_name: Option<String>,
    own_url: Option<String>,
    /// Children, and children of the only child.
    levels: [Level; 2],
}

#[derive(Debug, Default)]
struct Level {
    elements: usize,
    /// The first of them is an item itself.
    is_item: bool,
    /// Of the first.
    name: Option<String>,
    anchor: OnlyOne,
    area: OnlyOne,
}

/// The address of the only element of its kind.
#[derive(Debug, Default)]
struct OnlyOne {
    count: usize,
    url: Option<String>,
}

impl Implied {
    /// The item's own tag.
    pub(super) fn root(&mut self, tag: &Tag<'_>, base: &Url) {
        self.own_name = name_of(tag);
        self.own_url = url_of(tag, base);
    }

    /// A child (level 0), or a child of a child (level 1).
    pub(super) fn child(&mut self, level: usize, tag: &Tag<'_>, base: &Url, is_item: bool) {
        let is_of_only_child = self.levels[0].elements == 1 && !self.levels[0].is_item;
        if level == 0 || is_of_only_child {
            self.levels[level].add(tag, base, is_item);
        }
    }

    /// The implied name, unless it is the text.
    pub(super) fn name(&self) -> Option<&str> {
        let [children, grandchildren] = &self.levels;
        self.own_name
            .as_deref()
            .or_else(|| children.only_name())
            .or_else(|| children.is_only_one().then(|| grandchildren.only_name()).flatten())
    }

    /// The implied address.
    pub(super) fn url(&self) -> Option<&str> {
        let [children, grandchildren] = &self.levels;
        self.own_url
            .as_deref()
            .or_else(|| children.url())
            .or_else(|| children.is_only_one().then(|| grandchildren.url()).flatten())
    }
}

impl Level {
    fn add(&mut self, tag: &Tag<'_>, base: &Url, is_item: bool) {
        self.elements += 1;
        if self.elements == 1 {
            self.is_item = is_item;
            self.name = name_of(tag).filter(|_| !is_item);
        }
        let only_one = match tag.name {
            "a" => &mut self.anchor,
            "area" => &mut self.area,
            _ => return,
        };
        only_one.count += 1;
        if only_one.count == 1 && !is_item {
            only_one.url = url_of(tag, base);
        }
    }

    const fn is_only_one(&self) -> bool {
        self.elements == 1 && !self.is_item
    }

    fn only_name(&self) -> Option<&str> {
        self.is_only_one().then_some(self.name.as_deref()).flatten()
    }

    fn url(&self) -> Option<&str> {
        [&self.anchor, &self.area]
            .into_iter()
            .filter(|only_one| only_one.count == 1)
            .find_map(|only_one| only_one.url.as_deref())
    }
}

fn name_of(tag: &Tag<'_>) -> Option<String> {
    let name = match tag.name {
        "img" | "area" => tag.attribute("alt"),
        "abbr" => tag.attribute("title"),
        _ => None,
    };
    name.map(|name| head(&name, MAX_NAME).to_owned())
}

fn url_of(tag: &Tag<'_>, base: &Url) -> Option<String> {
    let href = matches!(tag.name, "a" | "area").then(|| tag.attribute("href")).flatten()?;
    resolved(&href, base).map(String::from)
}
