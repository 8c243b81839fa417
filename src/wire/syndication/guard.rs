//! A look at a feed's XML before a library reads it.
//!
//! The libraries recurse into extension elements and copy namespace tables, so nesting, tags
//! and attributes are counted first, in one pass whose time is linear and whose memory is the
//! names of the open elements.

use super::FeedError;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deepest nesting of elements. Posts written as XHTML in Atom reach about 30.
pub const MAX_DEPTH: usize = 64;

/// Most attributes of a tag; the namespaces of a large podcast feed are about 20.
pub const MAX_ATTRIBUTES: usize = 40;

/// Most elements in a feed: each may become a value of several hundred bytes, and copy the
/// namespaces in scope. A hundred posts in CDATA have about 2,000.
pub const MAX_ELEMENTS: usize = 20_000;

/// Most items or entries that are looked through for the newest. Whole archives in one feed have
/// several hundred; an item takes a kilobyte before anything is in it.
pub const MAX_ITEMS: usize = 2_000;

/// What a feed's outermost element says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// `rss`, or `rdf:RDF` of RSS 1.0.
    Rss,
    /// `feed`.
    Atom,
}

/// Judges a document; what passes is well-formed as far as tags go.
pub(super) fn check(xml: &str) -> Result<Root, FeedError> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut root = None;
    let mut depth = 0;
    let (mut elements, mut items) = (0, 0);
    loop {
        let Ok(event) = reader.read_event() else {
            // A page is not well-formed either, and is to be called a page.
            return Err(root.map_or(FeedError::NotAFeed, |_| FeedError::Malformed));
        };
        match event {
            Event::Start(element) => {
                depth += 1;
                elements += 1;
                items += usize::from(matches!(element.name().as_ref(), "item" | "entry"));
                if root.is_none() {
                    root = Some(kind(&element)?);
                }
                if depth > MAX_DEPTH
                    || elements > MAX_ELEMENTS
                    || items > MAX_ITEMS
                    || has_too_many(&element)
                {
                    return Err(FeedError::TooComplex);
                }
            }
            Event::End(_) => depth -= 1,
            Event::DocType(doctype) if doctype.contains('[') => return Err(FeedError::Doctype),
            Event::Eof if depth > 0 => return Err(FeedError::Malformed),
            Event::Eof => return root.ok_or(FeedError::NotAFeed),
            _ => {}
        }
    }
}

fn kind(root: &BytesStart) -> Result<Root, FeedError> {
    match root.name().as_ref() {
        "rss" | "rdf:RDF" => Ok(Root::Rss),
        "feed" => Ok(Root::Atom),
        _ => Err(FeedError::NotAFeed),
    }
}

/// Whether a tag has too many attributes, counted and not compared: with its checks the iterator
/// looks through all attributes before each.
fn has_too_many(element: &BytesStart) -> bool {
    element.attributes().with_checks(false).nth(MAX_ATTRIBUTES).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_pass_and_bombs_do_not() {
        let attributes = |n| format!("<rss{}></rss>", " a=''".repeat(n));
        let items = |n| format!("<rss>{}</rss>", "<item/>".repeat(n));
        let nested = |n| format!("{}{}", "<rss>".repeat(n), "</rss>".repeat(n));
        for (xml, expected) in [
            ("<rss></rss>", Ok(Root::Rss)),
            (" <!-- x --><?x y?><feed/> ", Ok(Root::Atom)),
            ("<rdf:RDF xmlns:rdf='x'></rdf:RDF>", Ok(Root::Rss)),
            (
                "<!DOCTYPE rss PUBLIC \"-//Netscape\" \"http://x/rss-0.91.dtd\"><rss/>",
                Ok(Root::Rss),
            ),
            ("<!DOCTYPE rss [<!ENTITY a \"b\">]><rss/>", Err(FeedError::Doctype)),
            ("<!doctype rss SYSTEM 'x' [ %p; ]><rss/>", Err(FeedError::Doctype)),
            ("<!DOCTYPE html><html><p><br></html>", Err(FeedError::NotAFeed)),
            ("<opml/>", Err(FeedError::NotAFeed)),
            ("", Err(FeedError::NotAFeed)),
            ("text", Err(FeedError::NotAFeed)),
            ("<rss>", Err(FeedError::Malformed)),
            ("<rss><a></rss></a>", Err(FeedError::Malformed)),
            ("<rss></rss></rss>", Err(FeedError::Malformed)),
            (&attributes(MAX_ATTRIBUTES), Ok(Root::Rss)),
            (&attributes(MAX_ATTRIBUTES + 1), Err(FeedError::TooComplex)),
            (&items(MAX_ITEMS), Ok(Root::Rss)),
            (&items(MAX_ITEMS + 1), Err(FeedError::TooComplex)),
            (&nested(MAX_DEPTH), Ok(Root::Rss)),
            (&nested(MAX_DEPTH + 1), Err(FeedError::TooComplex)),
            (&format!("<rss>{}</rss>", "<a/>".repeat(MAX_ELEMENTS - 1)), Ok(Root::Rss)),
            (&format!("<rss>{}</rss>", "<a/>".repeat(MAX_ELEMENTS)), Err(FeedError::TooComplex)),
        ] {
            assert_eq!(check(xml), expected, "{xml:.80}");
        }
    }
}
