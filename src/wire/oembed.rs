//! oEmbed 1.0 (oembed.com): what other sites show of one of our pages, as JSON or XML.

use super::xml;

/// `Content-Type` of the answer as JSON.
pub const JSON: &str = "application/json";
/// `Content-Type` of the answer as XML.
pub const XML: &str = "text/xml; charset=utf-8";
/// How long an answer may be kept, in seconds.
pub const CACHE_AGE: u32 = 3_600;
/// Who provides it.
const PROVIDER: &str = "Backchannel";

/// The answer to a question about an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OEmbed {
    /// HTML that shows it, with its size in CSS pixels (2.3.4.4).
    Rich {
        /// What it is called.
        title: String,
        /// A frame.
        html: String,
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// A link about which there is more to say than its address (2.3.4.3).
    Link {
        /// What it is called.
        title: String,
        /// Who wrote it.
        author: String,
    },
}

impl OEmbed {
    /// Names and values, in order. `home` is the provider's address.
    fn fields(&self, home: &str) -> Vec<(&'static str, serde_json::Value)> {
        let (kind, title) = match self {
            Self::Rich { title, .. } => ("rich", title),
            Self::Link { title, .. } => ("link", title),
        };
        let mut fields = vec![
            ("version", "1.0".into()),
            ("type", kind.into()),
            ("title", title.as_str().into()),
            ("provider_name", PROVIDER.into()),
            ("provider_url", home.into()),
            ("cache_age", CACHE_AGE.into()),
        ];
        match self {
            Self::Rich { html, width, height, .. } => fields.extend([
                ("width", (*width).into()),
                ("height", (*height).into()),
                ("html", html.as_str().into()),
            ]),
            Self::Link { author, .. } => fields.push(("author_name", author.as_str().into())),
        }
        fields
    }

    /// As JSON (2.3.4, `application/json`).
    pub fn to_json(&self, home: &str) -> String {
        let fields = self.fields(home).into_iter().map(|(name, value)| (name.to_owned(), value));
        serde_json::Value::Object(fields.collect()).to_string()
    }

    /// As XML (2.3.4, `text/xml`).
    pub fn to_xml(&self, home: &str) -> String {
        let mut text =
            "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<oembed>\n".to_owned();
        for (name, value) in self.fields(home) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.push_str(&xml::element(name, &value));
        }
        text.push_str("</oembed>\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_say_the_same_and_nothing_breaks_out_of_them() {
        let rich = OEmbed::Rich {
            title: "Posts & <b>\"quotes\"</b>".to_owned(),
            html: "<iframe title=\"&lt;\"></iframe>".to_owned(),
            width: 600,
            height: 520,
        };
        let json: serde_json::Value =
            serde_json::from_str(&rich.to_json("https://hub.example")).unwrap();
        assert_eq!(json["type"], "rich");
        assert_eq!(json["width"], 600);
        assert_eq!(json["title"], "Posts & <b>\"quotes\"</b>");
        let xml = rich.to_xml("https://hub.example");
        assert!(xml.contains("<title>Posts &amp; &lt;b&gt;\"quotes\"&lt;/b&gt;</title>"), "{xml}");
        assert!(
            xml.contains("<html>&lt;iframe title=\"&amp;lt;\"&gt;&lt;/iframe&gt;</html>"),
            "{xml}"
        );
        assert!(xml.contains("<width>600</width>"), "{xml}");
    }
}
