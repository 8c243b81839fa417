//! Sitemaps (sitemaps.org, protocol 0.9): addresses for search engines, and lists of such lists.

use super::xml;
use crate::clock::Timestamp;

/// `Content-Type` of what is written here.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";

/// An address in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The address, absolute.
    pub address: String,
    /// When what stands there last changed, where that is known.
    pub changed_at: Option<Timestamp>,
}

/// Writes a list of addresses, in the order they are given: at most 50,000.
pub fn to_xml(entries: &[Entry]) -> String {
    write("urlset", "url", entries)
}

/// Writes a list of such lists.
pub fn index_to_xml(entries: &[Entry]) -> String {
    write("sitemapindex", "sitemap", entries)
}

fn write(all: &str, one: &str, entries: &[Entry]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    text.push_str(&format!("<{all} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"));
    for entry in entries {
        let changed = entry.changed_at.map(|at| {
            format!("<lastmod>{}</lastmod>", at.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ"))
        });
        let (address, changed) = (xml::content(&entry.address), changed.unwrap_or_default());
        text.push_str(&format!("<{one}><loc>{address}</loc>{changed}</{one}>\n"));
    }
    text.push_str(&format!("</{all}>\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_looks_like_this() {
        let entries = [
            Entry { address: "https://hubs.example/a?b=1&c=2".into(), changed_at: None },
            Entry {
                address: "https://hubs.example/sxsw".into(),
                changed_at: Some(Timestamp::from_micros(1_047_422_400_000_000)),
            },
        ];
        assert_eq!(
            to_xml(&entries),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\
             <url><loc>https://hubs.example/a?b=1&amp;c=2</loc></url>\n\
             <url><loc>https://hubs.example/sxsw</loc><lastmod>2003-03-11T22:40:00Z</lastmod></url>\n\
             </urlset>\n"
        );
        assert!(index_to_xml(&entries).contains("<sitemap><loc>https://hubs.example/sxsw</loc>"));
    }
}
