//! What is asked, and with which headers.

use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    USER_AGENT,
};
use hyper::{Method, Request};
use url::{Position, Url};

use super::{FetchError, Refusal};
use crate::model::id::PublicId;

/// Who asks.
pub(super) const PRODUCT: &str = concat!("Backchannel/", env!("CARGO_PKG_VERSION"));

/// What will do as an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// HTML, XHTML, plain text, JSON.
    Pages,
    /// XML of all kinds, JSON; and HTML, which may say where the feed is.
    Feeds,
    /// An event's schedule: JSON, XML, iCalendar, CSV.
    Schedules,
}

impl Accept {
    const fn header(self) -> &'static str {
        match self {
            Self::Pages => {
                // wire-formats.md, "Webmention, in".
                "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5, application/json;q=0.4"
            }
            Self::Feeds => {
                "application/rss+xml, application/atom+xml, application/feed+json, \
                 application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, \
                 text/html;q=0.2"
            }
            Self::Schedules => {
                "application/json, application/xml, text/xml, text/calendar, text/csv, text/plain;q=0.5"
            }
        }
    }

    /// Whether an answer of this content type, in lower case and without parameters, will do.
    pub(super) fn takes(self, content_type: &str) -> bool {
        let application = content_type.strip_prefix("application/");
        let is = |format: &str| {
            application == Some(format)
                || application
                    .is_some_and(|t| t.strip_suffix(format).is_some_and(|kind| kind.ends_with('+')))
        };
        match (self, content_type) {
            (Self::Pages, "text/html" | "application/xhtml+xml" | "text/plain") => true,
            (Self::Feeds, "text/xml" | "text/html") => true,
            // What is served as plain text or as anything at all says itself what it is.
            (Self::Schedules, "text/xml" | "text/calendar" | "text/csv" | "text/plain") => true,
            (Self::Schedules, _) if is("octet-stream") => true,
            (Self::Feeds | Self::Schedules, _) if is("xml") => true,
            _ => is("json"),
        }
    }
}

/// One address to read.
#[derive(Debug, Clone, Copy)]
pub struct Get<'a> {
    /// The address.
    pub url: &'a Url,
    /// What will do as an answer.
    pub accept: Accept,
    /// The ping that asked for it: named to the read server, so that its owner can ask who.
    pub ping: Option<PublicId>,
    /// The [`Headers::etag`](super::Headers::etag) of the copy at hand: an unchanged page is then answered with 304.
    pub etag: Option<&'a str>,
    /// The [`Headers::last_modified`](super::Headers::last_modified) of the copy at hand, likewise.
    pub last_modified: Option<&'a str>,
}

impl<'a> Get<'a> {
    /// Reads a page, whatever is at hand.
    pub const fn page(url: &'a Url) -> Self {
        Self { url, accept: Accept::Pages, ping: None, etag: None, last_modified: None }
    }

    /// Reads a schedule, whatever is at hand.
    pub const fn schedule(url: &'a Url) -> Self {
        Self { url, accept: Accept::Schedules, ping: None, etag: None, last_modified: None }
    }

    /// Reads a feed, whatever is at hand.
    pub const fn feed(url: &'a Url) -> Self {
        Self { url, accept: Accept::Feeds, ping: None, etag: None, last_modified: None }
    }
}

/// A request for an address that was checked, with what every request has.
pub(super) fn request(
    method: Method,
    url: &Url,
    body: String,
) -> Result<Request<String>, FetchError> {
    let host = &url[Position::BeforeHost..Position::AfterPort];
    Request::builder()
        .method(method)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, host)
        .header(USER_AGENT, PRODUCT)
        .header(CONNECTION, "close")
        .header(ACCEPT_ENCODING, "identity")
        .body(body)
        .map_err(|_unsendable| Refusal::Unsendable.into())
}

/// The request for a page or feed.
pub(super) fn get(
    url: &Url,
    asked: &Get<'_>,
    user_agent: HeaderValue,
) -> Result<Request<String>, FetchError> {
    let mut http = request(Method::GET, url, String::new())?;
    let headers = http.headers_mut();
    headers.insert(USER_AGENT, user_agent);
    headers.insert(ACCEPT, HeaderValue::from_static(asked.accept.header()));
    for (name, value) in [(IF_NONE_MATCH, asked.etag), (IF_MODIFIED_SINCE, asked.last_modified)] {
        // What cannot be sent never came from a server: it is asked for anew.
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(http)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_will_do_as_a_page_and_as_a_feed() {
        for (content_type, page, feed) in [
            ("text/html", true, true),
            ("application/xhtml+xml", true, true),
            ("text/plain", true, false),
            ("application/json", true, true),
            ("application/feed+json", true, true),
            ("text/xml", false, true),
            ("application/xml", false, true),
            ("application/rss+xml", false, true),
            ("application/atom+xml", false, true),
            ("application/pdf", false, false),
            ("application/notjson", false, false),
            ("image/png", false, false),
            ("image/svg+xml", false, false),
            ("video/mp4", false, false),
            ("application/octet-stream", false, false),
        ] {
            assert_eq!(Accept::Pages.takes(content_type), page, "{content_type}");
            assert_eq!(Accept::Feeds.takes(content_type), feed, "{content_type}");
        }
    }
}
