//! Drives `lol_html` over a page.

use super::reader::Reader;
use super::source::CutShort;
use super::tag::Tag;
use lol_html::errors::RewritingError;
use lol_html::html_content::{Comment, Doctype, Element, TextChunk, TextType};
use lol_html::{
    DocumentContentHandlers, ElementContentHandlers, HandlerResult, HtmlRewriter, MemorySettings,
    Selector, Settings,
};
use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

/// What `lol_html` may take for its stack and the attributes of a tag: 8,192 open elements, or
/// 16,384 attributes. Both grow by doubling, and hold the old half meanwhile; with that, a copy
/// of the page in UTF-8 and its text, reading stays under 4 MiB (security.md T5).
const MAX_MEMORY: usize = 3 * 1024 * 1024 / 2;

/// Text is handed on in pieces of about this many bytes.
const PIECE: usize = 16 * 1024;

/// Longest named character reference, with `&` and `;`, and some.
const MAX_ENTITY: usize = 40;

/// Reports a page to `reader`, tag by tag; gives the reason where it ends early.
pub(super) fn walk(html: &str, reader: &mut Reader<'_>) -> Option<CutShort> {
    let walker = RefCell::new(Walker { html, reader, seen: 0, text: String::new() });
    let written = match "*".parse::<Selector>() {
        Ok(every) => write(html, &walker, &every),
        // Cannot happen, and `unwrap` is not for pages of strangers.
        Err(_) => return Some(CutShort::Markup),
    };
    let mut walker = walker.into_inner();
    walker.catch_up(&(html.len()..html.len()));
    walker.reader.finish();
    match written {
        Ok(()) => None,
        Err(RewritingError::ContentHandlerError(_)) => Some(CutShort::Links),
        Err(_) => Some(CutShort::Markup),
    }
}

fn write(
    html: &str,
    walker: &RefCell<Walker<'_, '_, '_>>,
    every: &Selector,
) -> Result<(), RewritingError> {
    let elements = ElementContentHandlers::default()
        .element(|element: &mut Element<'_, '_>| walker.borrow_mut().element(element));
    let others = DocumentContentHandlers::default()
        .doctype(|doctype: &mut Doctype<'_>| {
            walker.borrow_mut().catch_up(&doctype.source_location().bytes());
            Ok(())
        })
        .comments(|comment: &mut Comment<'_>| {
            walker.borrow_mut().comment(comment);
            Ok(())
        })
        .text(|chunk: &mut TextChunk<'_>| {
            walker.borrow_mut().chunk(chunk);
            Ok(())
        });
    let settings = settings()
        .append_element_content_handler((Cow::Borrowed(every), elements))
        .append_document_content_handler(others);
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    rewriter.write(html.as_bytes())?;
    rewriter.end()
}

/// A limit for the memory, and none for markup that a browser would have to guess at.
pub(in crate::wire) fn settings<'handlers, 'selectors>() -> Settings<'handlers, 'selectors> {
    Settings::new()
        .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MAX_MEMORY))
        .with_strict(false)
}

/// What goes between `lol_html` and the reader.
struct Walker<'w, 'r, 'q> {
    html: &'w str,
    reader: &'r mut Reader<'q>,
    /// Up to where the page has been reported.
    seen: usize,
    /// Text that is not decoded yet, since an entity may be cut in two.
    text: String,
}

impl Walker<'_, '_, '_> {
    /// Reports what lies between the last token and the next: end tags, since everything else
    /// has a handler. `lol_html` itself reports only those that end an element on its stack,
    /// which knows no left-out end tags, and needs a closure for each element.
    fn catch_up(&mut self, next: &Range<usize>) {
        if next.start > self.seen {
            let gap = self.html.get(self.seen..next.start).unwrap_or_default();
            if gap.contains("</") {
                self.flush();
                for name in end_tags(gap) {
                    self.reader.end(&name);
                }
            }
        }
        self.seen = self.seen.max(next.end);
    }

    fn element(&mut self, element: &Element<'_, '_>) -> HandlerResult {
        self.catch_up(&element.source_location().bytes());
        self.flush();
        match Tag::with(element, |tag| self.reader.start(tag)) {
            true => Ok(()),
            false => Err("too many links".into()),
        }
    }

    /// Ends the text before it, and so an entity that the text after it would complete.
    fn comment(&mut self, comment: &Comment<'_>) {
        self.catch_up(&comment.source_location().bytes());
        self.flush();
    }

    fn chunk(&mut self, chunk: &TextChunk<'_>) {
        self.catch_up(&chunk.source_location().bytes());
        match chunk.text_type() {
            TextType::Data => self.text(chunk.as_str()),
            TextType::CDataSection => {
                self.flush();
                self.reader.text(chunk.as_str());
            }
            TextType::RCData => self.reader.title_text(chunk.as_str()),
            TextType::ScriptData => self.reader.script_text(chunk.as_str()),
            TextType::RawText | TextType::PlainText => {}
        }
    }

    fn text(&mut self, mut text: &str) {
        while !text.is_empty() {
            let (piece, rest) = text.split_at(text.floor_char_boundary(PIECE));
            self.text.push_str(piece);
            text = rest;
            if self.text.len() >= PIECE {
                let tail = self.text.ceil_char_boundary(self.text.len() - MAX_ENTITY);
                let whole = self.text[tail..].find('&').map_or(self.text.len(), |at| tail + at);
                self.decode(whole);
            }
        }
    }

    fn flush(&mut self) {
        self.decode(self.text.len());
    }

    /// Hands the first `bytes` of the waiting text on.
    fn decode(&mut self, bytes: usize) {
        if bytes > 0 {
            self.reader.text(&htmlize::unescape(&self.text[..bytes]));
            self.text.drain(..bytes);
        }
    }
}

/// The names of the end tags in `gap`, which holds nothing else.
fn end_tags(gap: &str) -> impl Iterator<Item = String> {
    gap.split("</").skip(1).filter_map(|tag| {
        let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
        let name = &tag[..end.unwrap_or(tag.len())];
        name.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| name.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_tags_are_found_by_name() {
        let names: Vec<String> = end_tags("</p></DIV\n></a/></ b></h1 x=1>").collect();
        assert_eq!(names, ["p", "div", "a", "h1"]);
    }
}
