//! What organizers write: `wire::markdown`.

use backchannel::wire::markdown::{Element, MAX_DEPTH, Part, first_paragraph, parts};
use url::Url;

/// A text. What is opened is closed, in its order; nothing nests deeper than it may; links lead to
/// the web or to a mailbox.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parts = parts(&text);
    let mut open: Vec<Element> = Vec::new();
    for part in &parts {
        match part {
            Part::Open(element) => open.push(*element),
            Part::OpenNumbers(_) => open.push(Element::Numbers),
            Part::OpenLink(address) => {
                assert!(!open.contains(&Element::Link), "a link in a link");
                leads_out(address);
                open.push(Element::Link);
            }
            Part::Close(element) => assert_eq!(open.pop(), Some(*element)),
            Part::Text(text) => assert_ne!(text, ""),
            Part::Break | Part::Rule => {}
        }
        let depth = |kinds: &[Element]| open.iter().filter(|this| kinds.contains(this)).count();
        assert!(depth(&[Element::Quote, Element::List, Element::Numbers]) <= MAX_DEPTH);
        assert!(depth(&[Element::Emphasis, Element::Strong]) <= MAX_DEPTH);
        assert!(open.iter().all(|element| {
            !matches!(element, Element::Heading(level) if !(2..=7).contains(level))
        }));
    }
    assert_eq!(open, []);
    let first = first_paragraph(&parts);
    assert!(first.is_empty() || parts.contains(&Part::Open(Element::Paragraph)));
}

fn leads_out(address: &str) {
    let url = Url::parse(address).unwrap();
    match url.scheme() {
        // A host may have a quote in it, says the URL Standard: templates escape what they print.
        "http" | "https" => assert!(url.has_host() && url.username().is_empty(), "{address}"),
        "mailto" => assert!(url.query().is_none() && address.contains('@'), "{address}"),
        other => panic!("{other}: {address}"),
    }
}
