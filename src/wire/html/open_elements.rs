//! Which elements are open, without building a tree.
//!
//! The rules of the HTML Standard for end tags that are left out and end tags that are too
//! many, as far as they matter for whose text is whose. What is nested deeper than any real
//! page is counted, not kept.

/// Deepest nesting that is followed; browsers stop at twice this.
pub(super) const MAX_DEPTH: usize = 256;

/// The open elements, outermost first, each with a note of the caller's.
#[derive(Debug)]
pub(super) struct OpenElements<T> {
    stack: Vec<Open<T>>,
    /// How many are open beyond [`MAX_DEPTH`].
    too_deep: usize,
    /// How many of the stack are `<p>`: nearly every tag asks whether there is one to close.
    paragraphs: usize,
}

#[derive(Debug)]
struct Open<T> {
    name: Name,
    /// It stops end tags of inline elements.
    is_special: bool,
    /// It stops all end tags but its own and those of tables.
    is_scope: bool,
    note: T,
}

/// A name as a number, so that comparing costs the same for all. Two names that share one
/// (there are 2⁶⁴) would close each other, no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name(u64);

impl Name {
    /// FNV-1a.
    const fn of(name: &str) -> Self {
        let bytes = name.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325;
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        Self(hash)
    }
}

const fn names<const N: usize>(names: [&str; N]) -> [Name; N] {
    let mut hashed = [Name(0); N];
    let mut at = 0;
    while at < N {
        hashed[at] = Name::of(names[at]);
        at += 1;
    }
    hashed
}

const P: Name = Name::of("p");
const TABLE: Name = Name::of("table");

/// Their end tags are left out so often that inline end tags reach across them.
const FORGETTABLE: [Name; 4] = names(["p", "li", "dd", "dt"]);

/// See [`is_block`].
const BLOCKS: [Name; 39] = names([
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "dir", "div",
    "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "hr", "html", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "search", "section",
    "summary", "table", "ul", "tbody",
]);
const LONG_BLOCKS: [Name; 8] =
    names(["blockquote", "fieldset", "figcaption", "td", "tfoot", "th", "thead", "tr"]);

impl<T> OpenElements<T> {
    pub(super) const fn new() -> Self {
        Self { stack: Vec::new(), too_deep: 0, paragraphs: 0 }
    }

    /// An element begins. Its note comes back from [`close_to`](Self::close_to).
    ///
    /// Gives the note back at once where the element is nested too deeply.
    pub(super) fn open(&mut self, name: &str, note: T) -> Option<T> {
        if self.stack.len() == MAX_DEPTH {
            self.too_deep += 1;
            return Some(note);
        }
        let name_hash = Name::of(name);
        self.paragraphs += usize::from(name_hash == P);
        let (is_special, is_scope) = (is_block(name), is_scope(name));
        self.stack.push(Open { name: name_hash, is_special, is_scope, note });
        None
    }

    /// How many stay open when an element of this name begins.
    pub(super) fn kept_at_start(&self, name: &str) -> usize {
        let mut kept = self.stack.len();
        if self.too_deep > 0 {
            return kept;
        }
        let mut closes = |found: Option<usize>| kept = kept.min(found.unwrap_or(kept));
        match name {
            "li" => closes(self.last(&names(["li"]), &names(["ul", "ol"]))),
            "dd" | "dt" => closes(self.last(&names(["dd", "dt"]), &names(["dl"]))),
            "option" | "optgroup" => closes(self.last(&names(["option"]), &[])),
            "td" | "th" => closes(self.last(&names(["td", "th"]), &names(["tr"]))),
            "tr" => closes(self.last(&names(["tr"]), &[])),
            "tbody" | "tfoot" | "thead" => {
                closes(self.last(&names(["tbody", "thead", "tfoot"]), &[]));
            }
            "a" => closes(self.end_of("a")),
            _ => {}
        }
        if self.paragraphs > 0 && closes_paragraph(name) {
            closes(self.end_of("p"));
        }
        kept
    }

    /// The last of `names`, if none of `barriers`, no table and no other scope stands before it.
    fn last(&self, names: &[Name], barriers: &[Name]) -> Option<usize> {
        for (at, open) in self.stack.iter().enumerate().rev() {
            if names.contains(&open.name) {
                return Some(at);
            }
            let is_cell = barriers.is_empty() && open.name != TABLE;
            if barriers.contains(&open.name) || (open.is_scope && !is_cell) {
                return None;
            }
        }
        None
    }

    /// How many stay open when an end tag of this name comes.
    pub(super) fn kept_at_end(&mut self, name: &str) -> usize {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return self.stack.len();
        }
        self.end_of(name).unwrap_or(self.stack.len())
    }

    /// The element that an end tag of this name ends.
    fn end_of(&self, name: &str) -> Option<usize> {
        let wanted = Name::of(name);
        let ends_block = is_block(name);
        let of_table = is_scope(name) || matches!(name, "tr" | "tbody" | "thead" | "tfoot");
        for (at, open) in self.stack.iter().enumerate().rev() {
            if open.name == wanted {
                return Some(at);
            }
            let stops = match (of_table, ends_block) {
                (true, _) => open.name == TABLE,
                (_, true) => open.is_scope,
                _ => open.is_special && !FORGETTABLE.contains(&open.name),
            };
            if stops {
                return None;
            }
        }
        None
    }

    /// Closes the innermost element if more than `kept` are open; called until there is none.
    pub(super) fn close_to(&mut self, kept: usize) -> Option<T> {
        if self.stack.len() <= kept {
            return None;
        }
        let open = self.stack.pop()?;
        self.paragraphs -= usize::from(open.name == P);
        Some(open.note)
    }

    /// The notes of the open elements, innermost first; none where nesting is too deep to tell.
    pub(super) fn notes(&self) -> impl Iterator<Item = &T> {
        let shown = if self.too_deep > 0 { 0 } else { self.stack.len() };
        self.stack[..shown].iter().rev().map(|open| &open.note)
    }

    /// The same, to change.
    pub(super) fn notes_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let shown = if self.too_deep > 0 { 0 } else { self.stack.len() };
        self.stack[..shown].iter_mut().rev().map(|open| &mut open.note)
    }
}

/// Elements that part words, and that an inline end tag does not reach across.
pub(super) fn is_block(name: &str) -> bool {
    let name = Name::of(name);
    BLOCKS.contains(&name) || LONG_BLOCKS.contains(&name)
}

/// HTML, "has an element in scope".
fn is_scope(name: &str) -> bool {
    matches!(name, "table" | "td" | "th" | "caption" | "object" | "marquee" | "applet" | "button")
}

/// Start tags that end an open `<p>` (HTML, "in body").
fn closes_paragraph(name: &str) -> bool {
    is_block(name)
        && !matches!(
            name,
            "body"
                | "caption"
                | "html"
                | "option"
                | "tbody"
                | "td"
                | "tfoot"
                | "th"
                | "thead"
                | "tr"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is open after these tags, which are `name` or `/name`.
    fn open_after(tags: &str) -> String {
        let mut open = OpenElements::new();
        for tag in tags.split(' ') {
            let kept = match tag.strip_prefix('/') {
                Some(name) => open.kept_at_end(name),
                None => open.kept_at_start(tag),
            };
            while open.close_to(kept).is_some() {}
            if !tag.starts_with('/') {
                open.open(tag, tag);
            }
        }
        let mut names: Vec<&str> = open.notes().copied().collect();
        names.reverse();
        names.join(" ")
    }

    #[test]
    fn what_is_left_out_or_too_much_is_put_right() {
        for (tags, open) in [
            ("div p", "div p"),
            ("div p p", "div p"),
            ("div p div", "div div"),
            ("article p /p /p", "article"),
            ("p article p /p /p", "article"),
            ("div p a b /div", ""),
            ("p span b /p", ""),
            ("ul li li", "ul li"),
            ("ul li p ul li li", "ul li ul li"),
            ("ul li div li", "ul li"),
            ("dl dt dd dt", "dl dt"),
            ("table tr td tr td td", "table tr td"),
            ("table tr td table tr td tr", "table tr td table tr"),
            ("table tbody tr td tbody", "table tbody"),
            ("table tr td div /table", ""),
            ("table tr td p b /td", "table tr"),
            ("div table tr td /div", "div table tr td"),
            ("p table tr td /p", "table tr td"),
            ("a b a", "a"),
            ("a div /a", "a div"),
            ("a p /a", ""),
            ("b p /b", ""),
            ("span div /span /div", "span"),
            ("div /span /p /x", "div"),
            ("select option option", "select option"),
        ] {
            assert_eq!(open_after(tags), open, "{tags}");
        }
    }

    #[test]
    fn deeper_than_the_limit_is_counted() {
        let mut open = OpenElements::new();
        for _ in 0..MAX_DEPTH {
            assert_eq!(open.open("div", ()), None);
        }
        assert_eq!(open.notes().count(), MAX_DEPTH);
        assert_eq!(open.open("b", ()), Some(()));
        assert_eq!(open.notes().count(), 0);
        assert_eq!(open.kept_at_end("b"), MAX_DEPTH);
        assert_eq!(open.kept_at_end("div"), MAX_DEPTH - 1);
    }
}
