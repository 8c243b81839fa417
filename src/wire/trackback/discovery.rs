//! Where to ping somebody else's page (TrackBack 1.2, "Auto-Discovery of TrackBack Ping URLs").
//!
//! A page has the block of RDF, most often in a comment, once for each post that it shows; or a
//! link with `rel="trackback"`, which is the page's own. Everything here is linear in its length.

use crate::wire::html;
use lol_html::{HtmlRewriter, element};
use memchr::memmem;
use std::cell::RefCell;
use url::Url;

/// Most of a page that is read, in bytes.
const MAX_PAGE: usize = 512 * 1024;

/// Most blocks that are read of it: an archive has one for each post.
const MAX_BLOCKS: usize = 1_000;

/// Longest start tag of a block, in bytes. A title may stand in it.
const MAX_TAG: usize = 4 * 1024;

/// The start of a block. (XML's prefixes could be any; no software wrote others.)
const BLOCK: &str = "<rdf:Description";

/// The ping address of a page, which was read at `page_url`; `link_headers` are its `Link` headers.
///
/// In this order: a block of RDF whose identifier is the page, then one whose identifier is the
/// page without its fragment; `<link rel="trackback">`; `<a rel="trackback">`; the `Link` header.
/// http and https only.
pub fn discover(page: &str, page_url: &Url, link_headers: &[String]) -> Option<Url> {
    let mut end = page.len().min(MAX_PAGE);
    while !page.is_char_boundary(end) {
        end -= 1;
    }
    let page = &page[..end];
    in_rdf(page, page_url)
        .or_else(|| in_links(page, page_url))
        .or_else(|| in_headers(page_url, link_headers))
}

/// How well a block's identifier names the page; the larger the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    /// But for `http` or `https`, and a slash at the end.
    Nearly,
    /// But for the page's fragment.
    WithoutFragment,
    /// To the byte.
    Exact,
}

fn in_rdf(page: &str, page_url: &Url) -> Option<Url> {
    let mut best: Option<(Match, Url)> = None;
    let starts = memmem::find_iter(page.as_bytes(), BLOCK).take(MAX_BLOCKS);
    for start in starts {
        let block = Block::read(&page[start + BLOCK.len()..]);
        // TrackBack 1.0 had no attribute for it: `rdf:about` was the ping address.
        let Some(ping) = block.ping.or(block.about) else { continue };
        let Some(named) = block.identifier.or(block.about) else { continue };
        let Some(matched) = matches(&unescaped(named), page_url) else { continue };
        let Some(ping) = web_address(&unescaped(ping), page_url) else { continue };
        if best.as_ref().is_none_or(|(before, _)| matched > *before) {
            best = Some((matched, ping));
        }
    }
    best.map(|(_, ping)| ping)
}

fn matches(identifier: &str, page: &Url) -> Option<Match> {
    let identifier = page.join(identifier.trim()).ok()?;
    let mut bare = page.clone();
    bare.set_fragment(None);
    let near = |url: &Url| {
        let address = url.as_str();
        let address = address.split_once("://").map_or(address, |(_, rest)| rest);
        address.trim_end_matches('/').to_owned()
    };
    if identifier == *page {
        Some(Match::Exact)
    } else if identifier == bare {
        Some(Match::WithoutFragment)
    } else if near(&identifier) == near(&bare) {
        Some(Match::Nearly)
    } else {
        None
    }
}

/// The attributes of a block that matter, still escaped.
#[derive(Default)]
struct Block<'a> {
    about: Option<&'a str>,
    identifier: Option<&'a str>,
    ping: Option<&'a str>,
}

impl<'a> Block<'a> {
    /// Reads a start tag from behind its name, up to its `>` or whatever makes no sense.
    fn read(tag: &'a str) -> Self {
        let mut block = Self::default();
        let mut end = tag.len().min(MAX_TAG);
        while !tag.is_char_boundary(end) {
            end -= 1;
        }
        let mut rest = &tag[..end];
        while let Some((name, value, after)) = attribute(rest) {
            let field = match name {
                "rdf:about" | "about" => &mut block.about,
                "dc:identifier" => &mut block.identifier,
                "trackback:ping" => &mut block.ping,
                _ => {
                    rest = after;
                    continue;
                }
            };
            field.get_or_insert(value);
            rest = after;
        }
        block
    }
}

/// The first attribute of a start tag: its name, its value, and what follows.
fn attribute(tag: &str) -> Option<(&str, &str, &str)> {
    let tag = tag.trim_start();
    let (name, rest) = tag.split_once('=')?;
    let name = name.trim_end();
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "<>/\"'".contains(c)) {
        return None;
    }
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = rest[1..].split_once(quote)?;
    Some((name, value, after))
}

fn unescaped(value: &str) -> String {
    htmlize::unescape_attribute(value).into_owned()
}

fn web_address(address: &str, base: &Url) -> Option<Url> {
    let url = base.join(address.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The page's own links: `<link>` before `<a>`, wherever they stand.
fn in_links(page: &str, page_url: &Url) -> Option<Url> {
    memmem::find(page.as_bytes(), b"rackback")
        .or_else(|| memmem::find(page.as_bytes(), b"RACKBACK"))?;
    let base = html::base_of(page, page_url);
    let found: RefCell<[Option<Url>; 2]> = RefCell::default();
    let handler = element!("link[rel][href], a[rel][href]", |element| {
        let slot = usize::from(element.tag_name() == "a");
        let rel = element.get_attribute("rel").unwrap_or_default();
        if found.borrow()[slot].is_none() && is_trackback(&rel) {
            let href = element.get_attribute("href").as_deref().and_then(html::decoded_attribute);
            found.borrow_mut()[slot] = href.and_then(|href| web_address(&href, &base));
        }
        Ok(())
    });
    let settings = html::rewriter_settings().append_element_content_handler(handler);
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    // What fails is a page beyond reading; what was found before counts.
    let _ = rewriter.write(page.as_bytes());
    drop(rewriter);
    let [link, anchor] = found.into_inner();
    link.or(anchor)
}

fn is_trackback(rel: &str) -> bool {
    rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("trackback"))
}

/// `Link: <address>; rel="trackback"` (RFC 8288). One header may hold several links.
fn in_headers(page_url: &Url, headers: &[String]) -> Option<Url> {
    headers.iter().find_map(|header| {
        let mut rest = header.as_str();
        while let Some((_, link)) = rest.split_once('<') {
            let (address, after) = link.split_once('>')?;
            let end = end_of_parameters(after);
            let (parameters, next) = after.split_at(end);
            if rel_of(parameters).is_some_and(is_trackback) {
                return web_address(address, page_url);
            }
            rest = next;
        }
        None
    })
}

/// Where the parameters of a link end: at a comma outside quotes.
fn end_of_parameters(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn rel_of(parameters: &str) -> Option<&str> {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("rel"))
        .map(|(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(page: &str, at: &str, headers: &[&str]) -> Option<String> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        discover(page, &Url::parse(at).unwrap(), &headers).map(String::from)
    }

    /// A block as Movable Type 3 writes it.
    fn block(identifier: &str, ping: &str) -> String {
        format!(
            "<!--\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n         \
             xmlns:trackback=\"http://madskills.com/public/xml/rss/module/trackback/\"\n         \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<rdf:Description\n    \
             rdf:about=\"{identifier}\"\n    trackback:ping=\"{ping}\"\n    \
             dc:title=\"5 > 4\"\n    dc:identifier=\"{identifier}\"\n    dc:subject=\"\"\n    \
             dc:description=\"One &quot;two&quot; three\"\n    dc:creator=\"ada\"\n    \
             dc:date=\"2003-03-11T14:00:00-06:00\" />\n</rdf:RDF>\n-->\n"
        )
    }

    #[test]
    fn the_ping_address_of_well_known_software_is_found() {
        let ours = crate::wire::discovery::rdf_block(
            "https://hub.example/sxsw/key-notes",
            "https://hub.example/tb/7",
            "Key--notes",
        );
        #[rustfmt::skip]
        let rows = [
            ("Movable Type 3", "http://mt.example/archives/000042.html",
                block("http://mt.example/archives/000042.html", "http://mt.example/mt/mt-tb.cgi/17"),
                "http://mt.example/mt/mt-tb.cgi/17"),
            ("Movable Type 2.2 (TrackBack 1.0)", "http://mt.example/archives/000005.html",
                "<!--<rdf:RDF><rdf:Description rdf:about=\"http://mt.example/mt-tb.cgi?tb_id=5\" dc:title=\"x\" dc:identifier=\"http://mt.example/archives/000005.html\" /></rdf:RDF>-->".to_owned(),
                "http://mt.example/mt-tb.cgi?tb_id=5"),
            ("WordPress 2", "http://wp.example/?p=12",
                "<!-- <rdf:RDF xmlns:rdf=\"x\"><rdf:Description rdf:about=\"http://wp.example/?p=12\" dc:identifier=\"http://wp.example/?p=12\" dc:title=\"It&#8217;s\" trackback:ping=\"http://wp.example/wp-trackback.php?p=12&amp;x=1\" /></rdf:RDF> -->".to_owned(),
                "http://wp.example/wp-trackback.php?p=12&x=1"),
            ("Serendipity", "http://s9y.example/archives/7-Gruesse.html",
                "<link rel=\"trackback\" type=\"application/x-www-form-urlencoded\" href=\"/comment.php?type=trackback&amp;entry_id=7\">".to_owned(),
                "http://s9y.example/comment.php?type=trackback&entry_id=7"),
            ("b2evolution", "http://b2.example/index.php/deja-vu",
                "<p>Trackback address: <a href='htsrv/trackback.php/9' rel=\"nofollow trackback\">this</a>".to_owned(),
                "http://b2.example/index.php/htsrv/trackback.php/9"),
            ("this software", "https://hub.example/sxsw/key-notes", ours, "https://hub.example/tb/7"),
        ];
        for (software, at, page, expected) in rows {
            assert_eq!(found(&page, at, &[]).as_deref(), Some(expected), "{software}");
        }
    }

    #[test]
    fn on_an_archive_the_block_of_the_page_counts() {
        let archive = block("http://a.example/x#1", "http://a.example/tb/1")
            + &block("http://a.example/x#2", "http://a.example/tb/2")
            + &block("http://a.example/x", "http://a.example/tb/whole");
        for (at, expected) in [
            ("http://a.example/x#2", Some("http://a.example/tb/2")),
            ("http://a.example/x#3", Some("http://a.example/tb/whole")),
            ("http://a.example/x", Some("http://a.example/tb/whole")),
            ("https://a.example/x/", Some("http://a.example/tb/whole")),
            ("http://a.example/y", None),
        ] {
            assert_eq!(found(&archive, at, &[]).as_deref(), expected, "{at}");
        }
    }

    #[test]
    fn links_come_in_their_order_and_headers_last() {
        let at = "http://a.example/x";
        let link = "<link rel='Trackback' href='/link'>";
        let anchor = "<a rel=trackback href=/a>tb</a>";
        let header = "<https://b.example/p>; rel=pingback, </header?a,b>; title=\"a, b\"; rel=\"x trackback\"";
        for (page, headers, expected) in [
            (format!("{anchor}{link}"), vec![header], Some("http://a.example/link")),
            (anchor.to_owned(), vec![header], Some("http://a.example/a")),
            (format!("<!-- {link} -->"), vec![header], Some("http://a.example/header?a,b")),
            (format!("<base href=http://c.example/>{link}"), vec![], Some("http://c.example/link")),
            (format!("{}{link}", block(at, "/tb/1")), vec![], Some("http://a.example/tb/1")),
            (
                format!("{}{link}", block("http://other.example/", "/tb/1")),
                vec![],
                Some("http://a.example/link"),
            ),
            ("<a rel=trackback href='javascript:x'>".to_owned(), vec![], None),
            (block(at, "ftp://a.example/tb"), vec![], None),
            ("<rdf:Description rdf:about=http://a.example/x>".to_owned(), vec!["<x"], None),
            (String::new(), vec!["<x>; rel=webmention", ""], None),
        ] {
            assert_eq!(found(&page, at, &headers).as_deref(), expected, "{page}");
        }
    }

    #[test]
    fn hostile_repetition_stays_linear() {
        for unit in [
            "<rdf:Description",
            "<rdf:Description a='",
            "<rdf:Description a=\"b\" ",
            "<a rel=trackback href=",
            "<link rel=trackback",
            "<rdf:Description trackback:ping=\"x\" dc:identifier=\"x\">",
        ] {
            let page = unit.repeat((1 << 20) / unit.len());
            found(&page, "http://a.example/", &[]);
        }
        let header = "<a>;rel=".repeat(100_000);
        assert_eq!(found("", "http://a.example/", &[&header]), None);
    }

    proptest! {
        #[test]
        fn discovery_never_panics(page in "(<rdf:Description |rdf:about=|trackback:ping=|[\"'<> =é]|<link rel=trackback href=|a){0,30}", header in ".{0,40}") {
            found(&page, "http://a.example/é#x", &[&header]);
        }
    }
}
