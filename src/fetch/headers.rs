//! What an answer says of itself.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    LAST_MODIFIED, LINK, LOCATION, RETRY_AFTER, TRANSFER_ENCODING,
};
use hyper::http::response::Parts;

use super::{Accept, FetchError};
use crate::clock::Timestamp;

/// The longest name of a charset (`security.md` T14), entity tag and date, in bytes, and the
/// most `Link` headers: what is longer is nothing that a page needs.
const MAX_CHARSET: usize = 40;
const MAX_ETAG: usize = 512;
const MAX_DATE: usize = 64;
const MAX_LINKS: usize = 20;
/// The longest time that a server is taken at its word.
const MAX_WAIT: Duration = Duration::from_secs(30 * 86_400);

/// What an answer says of itself, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// The content type in lower case, without parameters.
    pub content_type: Option<String>,
    /// Its `charset`, in lower case, up to 40 bytes. Whether there is such a one is not said.
    pub charset: Option<String>,
    /// `ETag`, as it was, quotes and all: for [`Get::etag`](super::Get::etag).
    pub etag: Option<String>,
    /// `Last-Modified`, as it was: for [`Get::last_modified`](super::Get::last_modified).
    pub last_modified: Option<String>,
    /// How long this is good for: `max-age` of `Cache-Control`, up to 30 days.
    pub max_age: Option<Duration>,
    /// When to ask again, of a server that is busy or away: `Retry-After`, up to 30 days.
    pub retry_after: Option<Duration>,
    /// The `Link` headers, each as it was; one may hold several links.
    pub links: Vec<String>,
}

impl Headers {
    /// Reads the headers of an answer that came at `now`.
    pub(super) fn of(head: &Parts, now: Timestamp) -> Self {
        let text = |name: HeaderName, most: usize| {
            let text = head.headers.get(name)?.to_str().ok()?;
            (text.len() <= most).then(|| text.to_owned())
        };
        let (content_type, charset) = content_type(&head.headers).unzip();
        let links = head.headers.get_all(LINK).iter().take(MAX_LINKS);
        Self {
            content_type,
            charset: charset.flatten(),
            etag: text(ETAG, MAX_ETAG),
            last_modified: text(LAST_MODIFIED, MAX_DATE),
            max_age: max_age(&head.headers),
            retry_after: retry_after(&head.headers, now),
            links: links.filter_map(|link| link.to_str().ok().map(str::to_owned)).collect(),
        }
    }
}

/// Where an answer leads, if it is a redirect, and whether that is for good.
pub(super) fn redirect(head: &Parts) -> Option<(&HeaderValue, bool)> {
    let for_good = match head.status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT => true,
        StatusCode::FOUND | StatusCode::SEE_OTHER | StatusCode::TEMPORARY_REDIRECT => false,
        _ => return None,
    };
    Some((head.headers.get(LOCATION)?, for_good))
}

/// Refuses a body that is compressed, or of a type that was not asked for.
pub(super) fn check_readable(head: &Parts, accept: Accept) -> Result<(), FetchError> {
    let is_only = |name: HeaderName, plain: &str| {
        head.headers.get_all(name).iter().all(|coding| {
            coding.to_str().is_ok_and(|coding| coding.trim().eq_ignore_ascii_case(plain))
        })
    };
    if !is_only(CONTENT_ENCODING, "identity") || !is_only(TRANSFER_ENCODING, "chunked") {
        return Err(FetchError::Encoded);
    }
    match content_type(&head.headers) {
        Some((content_type, _)) if accept.takes(&content_type) => Ok(()),
        Some((content_type, _)) => {
            Err(FetchError::NotAPage(content_type.chars().take(100).collect()))
        }
        None => Err(FetchError::NotAPage("missing".to_owned())),
    }
}

/// The content type and its charset (RFC 9110 §8.3).
fn content_type(headers: &HeaderMap) -> Option<(String, Option<String>)> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let content_type = parts.next().filter(|t| !t.is_empty())?.to_owned();
    let charset = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim() == "charset")
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned());
    Some((content_type, charset.filter(|c| (1..=MAX_CHARSET).contains(&c.len()))))
}

/// RFC 9111 §5.2.2.1.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|directive| directive.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("max-age"))
        .and_then(|(_, seconds)| wait(seconds.trim().trim_matches('"')))
}

/// Seconds, or a date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    wait(text).or_else(|| {
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Timestamp::from_micros(date.as_microsecond()).since(now).min(MAX_WAIT))
    })
}

/// Digits as seconds: as many as one likes, as that means "long".
fn wait(seconds: &str) -> Option<Duration> {
    if seconds.is_empty() || !seconds.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(seconds.parse().map_or(MAX_WAIT, Duration::from_secs).min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(HeaderName, &str)]) -> Parts {
        let mut response = hyper::Response::new(());
        for (name, value) in headers {
            response.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        }
        response.into_parts().0
    }

    fn read(headers: &[(HeaderName, &str)]) -> Headers {
        let now = Timestamp::from_micros(784_111_777_000_000); // Sun, 06 Nov 1994 08:49:37 GMT
        Headers::of(&head(headers), now)
    }

    #[test]
    fn the_content_type_and_its_charset() {
        for (header, content_type, charset) in [
            ("text/html", Some("text/html"), None),
            ("Text/HTML; Charset=UTF-8", Some("text/html"), Some("utf-8")),
            ("text/html;charset=\"Shift_JIS\"", Some("text/html"), Some("shift_jis")),
            ("text/html; x=y; charset = 'EUC-JP'", Some("text/html"), Some("euc-jp")),
            ("text/html; charset=", Some("text/html"), None),
            ("text/html; charset", Some("text/html"), None),
            ("", None, None),
            ("; charset=utf-8", None, None),
        ] {
            let headers = read(&[(CONTENT_TYPE, header)]);
            assert_eq!(headers.content_type.as_deref(), content_type, "{header}");
            assert_eq!(headers.charset.as_deref(), charset, "{header}");
        }
        let long = format!("text/html; charset={}", "x".repeat(41));
        assert_eq!(read(&[(CONTENT_TYPE, &long)]).charset, None);
    }

    #[test]
    fn times() {
        let seconds = |text, name| {
            let headers = read(&[(name, text)]);
            headers.max_age.or(headers.retry_after).map(|wait| wait.as_secs())
        };
        for (text, expected) in [
            ("max-age=60", Some(60)),
            ("public, Max-Age = \"600\", s-maxage=1", Some(600)),
            ("max-age=99999999999999999999999", Some(30 * 86_400)),
            ("max-age=-1", None),
            ("no-store", None),
        ] {
            assert_eq!(seconds(text, CACHE_CONTROL), expected, "{text}");
        }
        for (text, expected) in [
            ("120", Some(120)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Tue, 31 Dec 2999 23:59:59 GMT", Some(30 * 86_400)),
            ("soon", None),
        ] {
            assert_eq!(seconds(text, RETRY_AFTER), expected, "{text}");
        }
    }

    #[test]
    fn what_is_compressed_in_any_way_is_refused() {
        for (name, value, readable) in [
            (CONTENT_ENCODING, "identity", true),
            (CONTENT_ENCODING, "gzip", false),
            (CONTENT_ENCODING, "identity, br", false),
            (TRANSFER_ENCODING, "chunked", true),
            (TRANSFER_ENCODING, "gzip, chunked", false),
        ] {
            let head = head(&[(CONTENT_TYPE, "text/html"), (name, value)]);
            assert_eq!(check_readable(&head, Accept::Pages).is_ok(), readable, "{value}");
        }
        let without = check_readable(&head(&[]), Accept::Pages);
        assert!(matches!(without, Err(FetchError::NotAPage(_))));
    }

    #[test]
    fn what_is_too_long_to_be_given_back_is_left_out() {
        let headers =
            read(&[(ETAG, &"x".repeat(513)), (LAST_MODIFIED, &"x".repeat(65)), (LINK, "<a>")]);
        assert_eq!(headers, Headers { links: vec!["<a>".to_owned()], ..Headers::default() });
        assert_eq!(read(&vec![(LINK, "<a>"); 30]).links.len(), 20);
    }
}
