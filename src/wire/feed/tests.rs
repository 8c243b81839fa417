//! What is written is read back, by other hands, whatever it was.

use proptest::prelude::*;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::*;

const THEN: Timestamp = Timestamp::from_micros(1_047_400_800_000_000);
const LATER: Timestamp = Timestamp::from_micros(1_047_487_200_000_000);

fn item<'a>(title: &'a str, excerpt: &'a str) -> FeedItem<'a> {
    FeedItem {
        id: "tag:hubs.example,2003-03-11:p/abc",
        title,
        url: "https://ada.example/post?a=1&b=2",
        excerpt,
        blog_name: "Ada & Co",
        source: Some("https://ada.example/feed?a=1&b=2"),
        category: "Keynotes",
        language: None,
        permalink: "https://hubs.example/p/abc",
        listed_at: THEN,
        changed_at: LATER,
    }
}

fn feed<'a>(items: Vec<FeedItem<'a>>) -> Feed<'a> {
    Feed {
        id: "tag:hubs.example,2003-03-11:hub/7",
        title: "SXSW <2003>",
        page: "https://hubs.example/sxsw",
        address: "https://hubs.example/sxsw/feed?before=b&key=k",
        first: Some("https://hubs.example/sxsw/feed?key=k"),
        next: Some("https://hubs.example/sxsw/feed?before=c&key=k"),
        hubs: &[],
        description: "What people wrote & sent",
        icon: Some("https://hubs.example/sxsw/-/picture/abc.png"),
        language: "en",
        changed_at: LATER,
        is_finished: false,
        is_expired: false,
        items,
    }
}

#[test]
fn the_formats_look_like_this() {
    let hubs = ["https://hubs.example/websub".to_owned()];
    let elsewhere = FeedItem { language: Some("pt-br"), ..item("x", "") };
    let items = vec![item("How <canvas> works", "5 < 6 & \"so\" <b>on</b>"), elsewhere];
    let feed = Feed { hubs: &hubs, ..feed(items) };
    for format in Format::ALL {
        insta::assert_snapshot!(format.segment(), format.write(&feed));
    }
}

#[test]
fn only_one_whole_document_of_a_frozen_hub_is_complete() {
    // JSON Feed says that it is over of a hub that is frozen, on each page.
    let all = |first, next, is_finished| {
        let feed = Feed { first, next, is_finished, is_expired: is_finished, ..feed(Vec::new()) };
        let marks = ["<fh:complete/>", "<fh:complete/>", "\"expired\":true"];
        let written = Format::ALL.map(|format| format.write(&feed));
        let mut said = written.iter().zip(marks).map(|(text, mark)| text.contains(mark));
        [said.next(), said.next(), said.next()].map(Option::unwrap)
    };
    let page = Some("https://hubs.example/sxsw/x");
    assert_eq!(all(None, None, true), [true, true, true]);
    assert_eq!(all(None, None, false), [false, false, false]);
    let closed = Feed { is_finished: true, first: None, next: None, ..feed(Vec::new()) };
    assert!(Format::Atom.write(&closed).contains("<fh:complete/>"));
    assert!(!Format::Json.write(&closed).contains("expired"), "it may open again");
    assert_eq!(all(None, page, true), [false, false, true], "there is more than this");
    assert_eq!(all(page, None, true), [false, false, true]);
}

#[test]
fn a_format_is_known_by_the_end_of_its_path() {
    for format in Format::ALL {
        assert_eq!(Format::of_path(&format!("/sxsw/{}", format.segment())), Some(format));
    }
    assert_eq!(Format::of_path("/sxsw/keynotes"), None);
}

/// The texts of all elements of a name, by a reader that knows no feeds. Fails where the document
/// is not well-formed, or holds CDATA.
fn texts(xml: &str, name: &str) -> Vec<String> {
    assert!(
        !xml.chars().any(|c| c.is_control() && c != '\n' || matches!(c, '\u{FFFE}' | '\u{FFFF}'))
    );
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut texts, mut open, mut depth) = (Vec::new(), None::<String>, 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => {
                depth += 1;
                element.attributes().for_each(|attribute| drop(attribute.unwrap()));
                if element.name().as_ref() == name {
                    open = Some(String::new());
                }
            }
            Event::End(_) => {
                depth -= 1;
                texts.extend(open.take());
            }
            Event::Text(text) => {
                if let Some(open) = &mut open {
                    open.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let character = resolve_predefined_entity(reference.as_ref()).unwrap();
                if let Some(open) = &mut open {
                    open.push_str(character);
                }
            }
            Event::Empty(element) => {
                element.attributes().for_each(|attribute| drop(attribute.unwrap()));
            }
            Event::Eof => break,
            Event::Decl(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(depth, 0);
    texts
}

/// What XML can hold of a text, on one line.
fn held(text: &str) -> String {
    let blank = |c| matches!(c, '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    text.chars()
        .map(|c| if blank(c) { ' ' } else { c })
        .filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .collect()
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        2 => "[a-z ]{1,8}",
        3 => prop::sample::select(vec![
            "]]>", "<![CDATA[", "<!--", "-->", "&", "&amp;", "&#0;", "<?xml ?>", "</title>", "\"", "'", "\0",
            "\u{1}", "\u{85}", "\u{FFFE}", "\u{FFFF}", "\u{202E}", "\r\n", "\u{2028}", "\u{1F469}\u{200D}\u{1F469}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// A ping's title, first words, blog, category and address.
type Texts = (String, String, String, String, String);

fn pings() -> impl Strategy<Value = Vec<Texts>> {
    prop::collection::vec((text(), text(), text(), text(), text()), 50)
}

fn items(pings: &[Texts]) -> Vec<FeedItem<'_>> {
    let item = |(title, excerpt, blog_name, category, url)| FeedItem {
        blog_name,
        category,
        url,
        source: Some(url),
        ..item(title, excerpt)
    };
    pings
        .iter()
        .map(|(a, b, c, d, e)| item((a.as_str(), b.as_str(), c.as_str(), d.as_str(), e.as_str())))
        .collect()
}

proptest! {
    // 200 feeds of 50: ten thousand pings.
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_ping_breaks_a_feed(pings in pings()) {
        // A picture has a title, too.
        let feed = Feed { icon: None, ..feed(items(&pings)) };
        let of = |text: fn(&Texts) -> &String| pings.iter().map(move |ping| held(text(ping)));

        let written = Format::Rss.write(&feed);
        let titles = texts(&written, "title");
        prop_assert_eq!(&titles[1..], &of(|p| &p.0).collect::<Vec<_>>()[..]);
        prop_assert_eq!(texts(&written, "dc:creator"), of(|p| &p.2).collect::<Vec<_>>());
        let read = ::rss::Channel::read_from(written.as_bytes()).unwrap();
        prop_assert_eq!(read.items.len(), 50);
        // It takes blanks off the ends.
        let trimmed = |text: &str| held(text).trim().to_owned();
        for (item, ping) in read.items.iter().zip(&pings) {
            prop_assert_eq!(item.title().unwrap_or_default(), trimmed(&ping.0));
            let html = item.description().unwrap_or_default();
            let html = htmlize::unescape(html);
            prop_assert_eq!(html.trim(), trimmed(&ping.1), "it is HTML");
            prop_assert_eq!(&item.categories[0].name, &trimmed(&ping.3));
            prop_assert_eq!(&item.guid().unwrap().value, "https://hubs.example/p/abc");
        }

        let written = Format::Atom.write(&feed);
        let titles = texts(&written, "title");
        prop_assert_eq!(&titles[1..], &of(|p| &p.0).collect::<Vec<_>>()[..]);
        let read = atom_syndication::Feed::read_from(written.as_bytes()).unwrap();
        prop_assert_eq!(read.entries.len(), 50);
        for (entry, ping) in read.entries.iter().zip(&pings) {
            prop_assert_eq!(&entry.title.value, &held(&ping.0));
            let summary = entry.summary.as_ref().map_or("", |summary| summary.value.as_str());
            prop_assert_eq!(summary, held(&ping.1));
            prop_assert_eq!(&entry.authors[0].name, &held(&ping.2));
            prop_assert_eq!(&entry.categories[0].term, &held(&ping.3));
            prop_assert_eq!(&entry.links[0].href, &held(&ping.4));
        }

        let read: serde_json::Value = serde_json::from_str(&Format::Json.write(&feed)).unwrap();
        for (item, ping) in read["items"].as_array().unwrap().iter().zip(&pings) {
            prop_assert_eq!(item["title"].as_str(), Some(ping.0.as_str()));
            let said = if ping.1.is_empty() { &ping.0 } else { &ping.1 };
            prop_assert_eq!(item["content_text"].as_str(), Some(said.as_str()));
            prop_assert_eq!(item["authors"][0]["name"].as_str(), Some(ping.2.as_str()));
            prop_assert_eq!(item["external_url"].as_str(), Some(ping.4.as_str()));
        }
    }
}
