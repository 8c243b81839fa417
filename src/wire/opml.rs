//! OPML 2.0: a list of feeds to subscribe to at once.

use super::xml;

/// `Content-Type` of what [`to_xml`] gives. Browsers show XML and readers take it. `text/x-opml`,
/// which is registered nowhere, browsers save without a look, and some readers do not know.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";

/// A feed in the list.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'a> {
    /// Its title, as text.
    pub text: &'a str,
    /// The feed's address, absolute.
    pub xml_url: &'a str,
    /// The page it is the feed of, absolute; empty where none is known.
    pub html_url: &'a str,
}

/// Writes a list of feeds under a title, in the order they are given.
///
/// Readers take the name from `text` or from `title`, so that each outline has both. `type="rss"`
/// stands for feeds of any format (OPML 2.0, "Subscription lists").
pub fn to_xml<'a>(title: &str, outlines: impl IntoIterator<Item = Outline<'a>>) -> String {
    let mut opml =
        String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n");
    opml.push_str(&format!("<head>\n<title>{}</title>\n", xml::content(title)));
    opml.push_str("<docs>http://opml.org/spec2.opml</docs>\n</head>\n<body>\n");
    for outline in outlines {
        opml.push_str(&element(outline));
    }
    opml.push_str("</body>\n</opml>\n");
    opml
}

fn element(outline: Outline<'_>) -> String {
    let text = xml::attribute(outline.text);
    let xml_url = xml::attribute(outline.xml_url);
    let html_url = match outline.html_url {
        "" => String::new(),
        page => format!(" htmlUrl=\"{}\"", xml::attribute(page)),
    };
    format!(
        "<outline type=\"rss\" text=\"{text}\" title=\"{text}\" xmlUrl=\"{xml_url}\"{html_url}/>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_looks_like_this() {
        let outlines = [
            Outline {
                text: "Ada & \"Co\"",
                xml_url: "https://ada.example/feed?a=1&b=2",
                html_url: "https://ada.example/",
            },
            Outline { text: "<b>", xml_url: "https://b.example/rss", html_url: "" },
        ];
        let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n\
            <head>\n<title>SXSW &amp; more</title>\n<docs>http://opml.org/spec2.opml</docs>\n</head>\n<body>\n\
            <outline type=\"rss\" text=\"Ada &amp; &quot;Co&quot;\" title=\"Ada &amp; &quot;Co&quot;\" \
            xmlUrl=\"https://ada.example/feed?a=1&amp;b=2\" htmlUrl=\"https://ada.example/\"/>\n\
            <outline type=\"rss\" text=\"&lt;b&gt;\" title=\"&lt;b&gt;\" xmlUrl=\"https://b.example/rss\"/>\n\
            </body>\n</opml>\n";
        assert_eq!(to_xml("SXSW & more", outlines), expected);
    }
}
