//! The answer to `?__mode=rss`: a category's pings, for clients of TrackBack 1.0 and 1.1.

use crate::wire::xml;

/// Most items of a listing.
pub const MAX_LISTED: usize = 15;

/// A category and what is listed in it. All values are plain text, escaped here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<'a> {
    /// What the category is called.
    pub title: &'a str,
    /// Its page.
    pub link: &'a str,
    /// What it is about.
    pub description: &'a str,
    /// Its language, as a BCP 47 tag: `en`.
    pub language: &'a str,
    /// The pings, newest first; after the fifteenth none is written.
    pub items: Vec<ListingItem<'a>>,
}

/// One listed ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingItem<'a> {
    /// The post's title.
    pub title: &'a str,
    /// The post's address.
    pub link: &'a str,
    /// Its excerpt; without one no `<description>` is written.
    pub description: Option<&'a str>,
}

/// Writes a listing (TrackBack 1.1, "Retrieving TrackBack Pings"), ending with a line break;
/// `text/xml; charset=utf-8`.
pub fn listing(channel: &Listing) -> String {
    let mut document = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response>\n<error>0</error>\n\
         <rss version=\"0.91\"><channel>\n",
    );
    let mut write = |name: &str, value: &str| {
        document.push_str(&format!("<{name}>{}</{name}>\n", xml::content(value)));
    };
    write("title", channel.title);
    write("link", channel.link);
    write("description", channel.description);
    write("language", channel.language);
    for item in channel.items.iter().take(MAX_LISTED) {
        document.push_str(&element_of(item));
    }
    document.push_str("</channel></rss>\n</response>\n");
    document
}

fn element_of(item: &ListingItem) -> String {
    let description = match item.description.unwrap_or_default() {
        "" => String::new(),
        excerpt => format!("<description>{}</description>\n", xml::content(excerpt)),
    };
    let title = xml::content(item.title);
    let link = xml::content(item.link);
    format!("<item>\n<title>{title}</title>\n<link>{link}</link>\n{description}</item>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item<'a>(title: &'a str, description: Option<&'a str>) -> ListingItem<'a> {
        ListingItem { title, link: "http://ada.example/p?a=1&b=2", description }
    }

    fn channel(items: Vec<ListingItem<'static>>) -> Listing<'static> {
        Listing {
            title: "Rust & more",
            link: "https://hub.example.org/conf/rust",
            description: "Posts <about> Rust",
            language: "en",
            items,
        }
    }

    #[test]
    fn a_listing_is_byte_exact() {
        let items = vec![
            item("T & <t>", Some("EXCERPT")),
            item("No excerpt", None),
            item("Empty", Some("")),
        ];
        assert_eq!(
            listing(&channel(items)),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<response>
<error>0</error>
<rss version=\"0.91\"><channel>
<title>Rust &amp; more</title>
<link>https://hub.example.org/conf/rust</link>
<description>Posts &lt;about&gt; Rust</description>
<language>en</language>
<item>
<title>T &amp; &lt;t&gt;</title>
<link>http://ada.example/p?a=1&amp;b=2</link>
<description>EXCERPT</description>
</item>
<item>
<title>No excerpt</title>
<link>http://ada.example/p?a=1&amp;b=2</link>
</item>
<item>
<title>Empty</title>
<link>http://ada.example/p?a=1&amp;b=2</link>
</item>
</channel></rss>
</response>
"
        );
    }

    #[test]
    fn a_listing_ends_after_fifteen() {
        let document = listing(&channel(vec![item("x", None); 40]));
        assert_eq!(document.matches("<item>").count(), 15);
    }

    #[test]
    fn an_empty_listing_is_a_listing() {
        let document = listing(&channel(Vec::new()));
        assert!(document.ends_with("<language>en</language>\n</channel></rss>\n</response>\n"));
    }
}
