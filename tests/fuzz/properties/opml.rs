//! Lists that we write, read again by another hand: `wire::opml`, and beside it the sitemap, the
//! listing of TrackBack 1.0, oEmbed and the live events.
//!
//! There is no OPML and no FOAF that we read: blogs are found by their feeds.

use backchannel::wire::events::{self, Post};
use backchannel::wire::oembed::OEmbed;
use backchannel::wire::opml::{self, Outline};
use backchannel::wire::sitemap::{self, Entry};
use backchannel::wire::trackback::{Listing, ListingItem, MAX_LISTED, listing};

use super::{foreign, input};

/// Texts (see `input::texts`): a title, then three for each outline. All that goes in comes out.
pub fn check(data: &[u8]) {
    let texts = input::texts(data);
    let (title, rest) = texts.split_first().unwrap();
    let outlines: Vec<[&str; 3]> = rest
        .chunks(3)
        .map(|chunk| [0, 1, 2].map(|at| chunk.get(at).map_or("", String::as_str)))
        .collect();
    opml(title, &outlines);
    sitemap(&texts);
    listed(title, &outlines);
    embedded(title, rest.first().map_or("", String::as_str));
}

fn opml(title: &str, outlines: &[[&str; 3]]) {
    let lines =
        outlines.iter().map(|&[text, xml_url, html_url]| Outline { text, xml_url, html_url });
    let elements = foreign::elements(&opml::to_xml(title, lines));
    assert_eq!(foreign::texts_of(&elements, "title"), [foreign::held(title)]);
    let read: Vec<_> = elements.iter().filter(|element| element.name == "outline").collect();
    assert_eq!(read.len(), outlines.len());
    for (outline, [text, xml_url, html_url]) in read.into_iter().zip(outlines) {
        assert_eq!(outline.attribute("type"), Some("rss"));
        for name in ["text", "title"] {
            assert_eq!(outline.attribute(name), Some(foreign::held(text).as_str()));
        }
        assert_eq!(outline.attribute("xmlUrl"), Some(foreign::held(xml_url).as_str()));
        let page = Some(foreign::held(html_url)).filter(|_| !html_url.is_empty());
        assert_eq!(outline.attribute("htmlUrl"), page.as_deref());
    }
}

fn sitemap(addresses: &[String]) {
    let entry = |address: &String| Entry { address: address.clone(), changed_at: None };
    let entries: Vec<Entry> = addresses.iter().map(entry).collect();
    for xml in [sitemap::to_xml(&entries), sitemap::index_to_xml(&entries)] {
        let held: Vec<String> = addresses.iter().map(|text| foreign::held(text)).collect();
        assert_eq!(foreign::texts_of(&foreign::elements(&xml), "loc"), held);
    }
}

fn listed(title: &str, outlines: &[[&str; 3]]) {
    let items: Vec<ListingItem<'_>> = outlines
        .iter()
        .map(|&[title, link, description]| ListingItem {
            title,
            link,
            description: Some(description),
        })
        .collect();
    let link = "https://hubs.example/sxsw";
    let xml = listing(&Listing { title, link, description: title, language: "en", items });
    let elements = foreign::elements(&xml);
    let titles = outlines.iter().take(MAX_LISTED).map(|[title, ..]| foreign::held(title));
    // Items end before their channel does, and the channel's own title before them.
    let expected: Vec<String> = std::iter::once(foreign::held(title)).chain(titles).collect();
    assert_eq!(foreign::texts_of(&elements, "title"), expected);
}

fn embedded(title: &str, author: &str) {
    let link = OEmbed::Link { title: title.to_owned(), author: author.to_owned() };
    let elements = foreign::elements(&link.to_xml("https://hubs.example"));
    assert_eq!(foreign::texts_of(&elements, "title"), [foreign::held(title)]);
    assert_eq!(foreign::texts_of(&elements, "author_name"), [foreign::held(author)]);
    let json: serde_json::Value =
        serde_json::from_str(&link.to_json("https://hubs.example")).unwrap();
    assert_eq!((json["title"].as_str(), json["author_name"].as_str()), (Some(title), Some(author)));

    let post = Post {
        id: "abc".to_owned(),
        title,
        url: author,
        blog: author,
        listed: "2003-03-11T14:00:00Z".to_owned(),
        category: title,
    };
    // One event, of one line of data, whatever a title holds (HTML, 9.2.6).
    let event = events::post("7-x", &post);
    let data = event.strip_prefix("id: 7-x\ndata: ").and_then(|rest| rest.strip_suffix("\n\n"));
    let data = data.unwrap();
    assert!(!data.contains(['\n', '\r']), "{event:?}");
    let json: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!((json["title"].as_str(), json["blog"].as_str()), (Some(title), Some(author)));
}
