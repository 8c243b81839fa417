//! What we write, as others read it: by readers that know nothing of ours.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// An element of an XML document.
#[derive(Debug)]
pub struct Element {
    /// As it is written, with its prefix.
    pub name: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
    /// What stands in it, without what stands in elements in it.
    pub text: String,
}

impl Element {
    fn new(start: &BytesStart) -> Self {
        let attributes = start.attributes().map(|attribute| {
            // An error is a name that comes twice.
            let attribute = attribute.unwrap();
            assert!(!attribute.value.contains('<'), "{:?}", attribute.value);
            (attribute.key.as_ref().to_owned(), unescaped(&attribute.value))
        });
        let name = start.name().as_ref().to_owned();
        Self { name, attributes: attributes.collect(), text: String::new() }
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(this, _)| this == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The five entities that XML has.
fn unescaped(value: &str) -> String {
    let mut parts = value.split('&');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap_or_else(|| panic!("a bare & in {value:?}"));
        let character = match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" | "#39" => '\'',
            other => panic!("&{other}; in {value:?}"),
        };
        text.push(character);
        text.push_str(rest);
    }
    text
}

/// The elements of a document, in the order in which they end. Fails where it is not well-formed,
/// or has CDATA, comments or anything else that we do not write.
pub fn elements(xml: &str) -> Vec<Element> {
    let is_allowed = |c: char| {
        matches!(c, '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
            && (c == '\n' || !c.is_control())
    };
    assert!(xml.chars().all(is_allowed), "a character that XML has not, or should not have");
    let mut reader = Reader::from_str(xml);
    let (mut ended, mut open): (Vec<Element>, Vec<Element>) = (Vec::new(), Vec::new());
    loop {
        // The reader itself sees to it that ends have their starts.
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push(Element::new(&start)),
            Event::Empty(start) => ended.push(Element::new(&start)),
            Event::End(_) => ended.extend(open.pop()),
            Event::Text(text) => {
                let text = text.xml10_content();
                assert!(!text.contains("]]>"));
                match open.last_mut() {
                    Some(element) => element.text.push_str(&text),
                    None => assert_eq!(text.trim(), "", "text outside of the document"),
                }
            }
            Event::GeneralRef(reference) => {
                let character = resolve_predefined_entity(reference.as_ref()).unwrap();
                open.last_mut().unwrap().text.push_str(character);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty(), "cut off");
    ended
}

/// The texts of all elements of a name.
pub fn texts_of<'a>(elements: &'a [Element], name: &str) -> Vec<&'a str> {
    let named = elements.iter().filter(|element| element.name == name);
    named.map(|element| element.text.as_str()).collect()
}

/// What XML can hold of a text, on one line.
pub fn held(text: &str) -> String {
    let is_break = |c| matches!(c, '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    text.chars()
        .map(|c| if is_break(c) { ' ' } else { c })
        .filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .collect()
}

/// A text as the content of an element, by another hand than ours.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
