//! The block in a page by which TrackBack clients find its ping address
//! (TrackBack 1.2, "Auto-Discovery of TrackBack Ping URLs").

use crate::wire::xml;

/// The RDF comment for a page: where it is, what it is called and where to ping it.
///
/// `page` and `ping` are absolute addresses. The result is one well-formed HTML comment
/// whatever the title is: no value contains `--`. It begins with `<!--` and ends with
/// `-->`, without a final line break.
pub fn rdf_block(page: &str, ping: &str, title: &str) -> String {
    let page = address(page);
    let ping = address(ping);
    let title = single_hyphens(&xml::attribute(title));
    format!(
        r#"<!--
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns:dc="http://purl.org/dc/elements/1.1/"
         xmlns:trackback="http://madskills.com/public/xml/rss/module/trackback/">
<rdf:Description
    rdf:about="{page}"
    dc:identifier="{page}"
    dc:title="{title}"
    trackback:ping="{ping}" />
</rdf:RDF>
-->"#
    )
}

/// An address as an attribute, without `--`.
///
/// In a title a run of hyphens becomes one; an address would then be another one (think of
/// the host `xn--caf-dma.example`), so there the second of two hyphens is written as a
/// character reference.
fn address(url: &str) -> String {
    xml::attribute(url).replace("--", "-&#45;")
}

/// An escaped value with every run of hyphens made one.
///
/// Escaped first: what escaping drops may stand between two hyphens.
fn single_hyphens(escaped: &str) -> String {
    let mut single = String::with_capacity(escaped.len());
    for c in escaped.chars() {
        if c != '-' || !single.ends_with('-') {
            single.push(c);
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = "https://hub.example.org/conf/rust";
    const PING: &str = "https://hub.example.org/tb/81723/kiwi-7";

    #[test]
    fn the_block_is_byte_exact() {
        assert_eq!(
            rdf_block(PAGE, PING, "Rust & \"friends\""),
            "<!--\n\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n\
             \x20        xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n\
             \x20        xmlns:trackback=\"http://madskills.com/public/xml/rss/module/trackback/\">\n\
             <rdf:Description\n\
             \x20   rdf:about=\"https://hub.example.org/conf/rust\"\n\
             \x20   dc:identifier=\"https://hub.example.org/conf/rust\"\n\
             \x20   dc:title=\"Rust &amp; &quot;friends&quot;\"\n\
             \x20   trackback:ping=\"https://hub.example.org/tb/81723/kiwi-7\" />\n\
             </rdf:RDF>\n\
             -->"
        );
    }

    #[test]
    fn an_address_with_two_hyphens_stays_the_same_address() {
        let page = "https://xn--caf-dma.example/a---b?x=1&y=2";
        let block = rdf_block(page, PING, "x");
        let written = block.split("rdf:about=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(!written.contains("--"));
        assert_eq!(htmlize::unescape_attribute(written), page);
    }

    /// What an HTML parser and an XML parser both need of a comment.
    fn assert_one_comment(block: &str) {
        let inside = block.strip_prefix("<!--\n").unwrap().strip_suffix("\n-->").unwrap();
        assert!(!inside.contains("--"), "{inside}");
        // Every value is closed by the quote that was written for it.
        assert_eq!(inside.matches('"').count(), 14);
        assert_eq!(inside.matches('<').count(), 3);
        assert_eq!(inside.matches('>').count(), 3);
        assert_eq!(inside.lines().count(), 9);
    }

    #[test]
    fn no_title_ends_the_comment() {
        for title in [
            "-->",
            "--!>",
            "--",
            "---",
            "----->",
            "<!--",
            "<!-->",
            "]]>",
            "->",
            ">",
            "-",
            "--\u{0}-",
            "-\0->",
            "-\u{1}-\u{1}>",
            "-\r->",
            "a--b",
            "\" />\n-->",
            "</rdf:RDF>-->",
            "-&#45;>",
            "<script>alert(1)</script>",
            "\u{2014}\u{2014}>",
            "\u{FFFE}-\u{FFFE}->",
        ] {
            assert_one_comment(&rdf_block(PAGE, PING, title));
        }
    }

    proptest! {
        #[test]
        fn whatever_the_values_are_it_is_one_comment(
            page in "[-<>!\"&'\\[\\]a\u{0}\u{FFFE}\n ]{0,24}",
            ping in any::<String>(),
            title in "[-<>!\"&'\\[\\]a\u{0}\u{1}\u{85}\u{FFFE}\u{FFFF}\n\r ]{0,24}",
        ) {
            assert_one_comment(&rdf_block(&page, &ping, &title));
        }
    }
}
