//! Takes markup off, once, in one pass.

/// Tags that part words: each becomes a blank. `<p>one</p><p>two` is `one two`.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Further tags that occur in posts: with [`BLOCKS`], what a cut-off tag may be called.
const INLINES: &[&str] = &[
    "a", "abbr", "acronym", "audio", "b", "big", "cite", "code", "del", "em", "embed", "font", "i",
    "iframe", "img", "input", "ins", "kbd", "link", "mark", "meta", "object", "param", "q", "s",
    "script", "small", "source", "span", "strike", "strong", "style", "sub", "sup", "svg",
    "textarea", "tt", "u", "video",
];

/// Elements whose content is no text.
const RAW: &[&str] = &["script", "style"];

/// `html` without tags, comments, and the contents of `<script>` and `<style>`.
///
/// A `<` opens a tag only before a letter, `/`, `!` or `?`, so `5 < 6` and `i <3 you` stay.
/// A `<script>` that is never closed loses its tag only: it is more often a post about
/// markup than a script.
pub(super) fn strip(html: &str) -> String {
    let mut scanner = Scanner {
        html,
        at: 0,
        text: String::with_capacity(html.len()),
        heeds_quotes: true,
        no_more_ends: false,
        unclosed: Vec::new(),
    };
    while let Some(step) = html[scanner.at..].find('<') {
        scanner.keep(step);
        scanner.markup();
    }
    scanner.keep(html.len() - scanner.at);
    scanner.text
}

/// The three last fields remember failed searches, which else would be repeated at every
/// `<` and make the whole quadratic.
struct Scanner<'a> {
    html: &'a str,
    /// Byte offset of what is read next.
    at: usize,
    text: String,
    /// Off once a quoted value was found never to end.
    heeds_quotes: bool,
    /// No `>` follows.
    no_more_ends: bool,
    /// Raw elements of which no closing tag follows.
    unclosed: Vec<&'static str>,
}

impl Scanner<'_> {
    /// Takes the next `bytes` over as text.
    fn keep(&mut self, bytes: usize) {
        let end = self.at + bytes;
        self.text.push_str(&self.html[self.at..end]);
        self.at = end;
    }

    /// Reads past the `<` at `at` and what belongs to it.
    fn markup(&mut self) {
        let rest = &self.html[self.at + 1..];
        if rest.starts_with("!--") {
            return self.comment();
        }
        match rest.bytes().next() {
            Some(b'/' | b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z') => self.tag(),
            _ => self.keep(1),
        }
    }

    /// Ends as a browser ends it (HTML, "comment end state"); never closed, it takes the rest.
    fn comment(&mut self) {
        let body = self.at + "<!--".len();
        for abrupt in [">", "->"] {
            if self.html[body..].starts_with(abrupt) {
                self.at = body + abrupt.len();
                return;
            }
        }
        let mut from = body;
        while let Some(step) = self.html[from..].find("--") {
            let after = from + step + 2;
            for close in [">", "!>"] {
                if self.html[after..].starts_with(close) {
                    self.at = after + close.len();
                    return;
                }
            }
            from += step + 1;
        }
        self.at = self.html.len();
    }

    fn tag(&mut self) {
        let Some(end) = self.tag_end() else {
            match is_cut_off(&self.html[self.at + 1..]) {
                true => self.at = self.html.len(),
                false => self.keep(1),
            }
            return;
        };
        let inside = &self.html[self.at + 1..end];
        self.at = end + 1;
        if named(BLOCKS, inside.trim_start_matches('/')).is_some() {
            self.text.push(' ');
        }
        if let Some(name) = named(RAW, inside) {
            self.skip_raw(name);
        }
    }

    /// Offset of the `>` that ends the tag at `at`.
    fn tag_end(&mut self) -> Option<usize> {
        if self.no_more_ends {
            return None;
        }
        if self.heeds_quotes {
            let found = quoted_tag_end(self.html.as_bytes(), self.at);
            if found.is_some() {
                return found;
            }
            self.heeds_quotes = false;
        }
        let found = self.html[self.at..].find('>').map(|step| self.at + step);
        self.no_more_ends = found.is_none();
        found
    }

    /// Moves to the closing tag of a raw element, if there is one.
    fn skip_raw(&mut self, name: &'static str) {
        if self.unclosed.contains(&name) {
            return;
        }
        let mut from = self.at;
        while let Some(step) = self.html[from..].find("</") {
            let start = from + step;
            if named(&[name], &self.html[start + 2..]).is_some() {
                self.at = start;
                return;
            }
            from = start + 2;
        }
        self.unclosed.push(name);
    }
}

/// The `>` that ends the tag at `from`, not counting those in quoted attribute values.
fn quoted_tag_end(html: &[u8], from: usize) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (offset, &byte) in html.iter().enumerate().skip(from) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return Some(offset),
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            (None, _) => {}
        }
        after_equals = byte == b'=' || (after_equals && byte.is_ascii_whitespace());
    }
    None
}

/// Which of `names` the tag text begins with, as a whole word, in either case.
fn named(names: &[&'static str], tag: &str) -> Option<&'static str> {
    let (name, _) = tag.split_at(name_len(tag));
    names.iter().copied().find(|n| n.eq_ignore_ascii_case(name))
}

fn name_len(tag: &str) -> usize {
    tag.bytes().take_while(u8::is_ascii_alphanumeric).count()
}

/// Whether a tag without `>` is one that a sender cut off (`<a href="http://exam`), and not
/// a lesser-than sign (`a <b and so on`).
fn is_cut_off(rest: &str) -> bool {
    let tag = rest.trim_start_matches('/');
    let (name, after) = tag.split_at(name_len(tag));
    if name.is_empty() {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let mut known = BLOCKS.iter().chain(INLINES);
    if after.is_empty() {
        return known.any(|k| k.starts_with(&name));
    }
    // Looking no further than the next `<` keeps the sum of these looks linear.
    let is_last = !after.contains('<');
    let mut words = after.split_whitespace();
    is_last
        && known.any(|k| *k == name)
        && words.next().is_none_or(|w| w.contains('=') || words.next().is_none())
}
