//! A request to a WebSub hub as its sender put it (W3C WebSub 5.1), and what a callback is asked
//! and told (5.2, 5.3).

use url::Url;

use super::webmention::is_other_format;
use crate::model::websub::{Asked, SECRET_BELOW};
use crate::secret::Secret;

/// Largest body of a request, in bytes.
pub const MAX_BODY: usize = 16 * 1024;
/// Most fields of a request, known and unknown ones together.
const MAX_PAIRS: usize = 40;

/// A request to begin or end a subscription.
#[derive(Debug, Clone)]
pub struct SubscriptionRequest {
    /// Whether to begin it.
    pub subscribes: bool,
    /// The feed.
    pub topic: String,
    /// Where it is to be sent to.
    pub callback: String,
    /// For how many seconds, where that was said.
    pub lease: Option<u64>,
    /// What is to sign it.
    pub secret: Option<Secret<Vec<u8>>>,
}

/// Why a request is refused, as plain text for its sender; status 400, 413 for
/// [`RequestError::TooLarge`] and 415 for [`RequestError::NotAForm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// More than [`MAX_BODY`].
    #[error("The request is larger than 16 KiB: send only the hub fields.")]
    TooLarge,
    /// More fields than anybody needs.
    #[error("The request has more than 40 fields: send only the hub fields.")]
    TooManyPairs,
    /// JSON, XML or `multipart/form-data`.
    #[error("Send the request as application/x-www-form-urlencoded.")]
    NotAForm,
    /// `publish`: our feeds push themselves.
    #[error("Nothing is published here: the feeds of this site push themselves.")]
    Publish,
    /// Another mode, or none.
    #[error("hub.mode must be subscribe or unsubscribe.")]
    Mode,
    /// No topic.
    #[error("hub.topic is missing: send the address of the feed.")]
    NoTopic,
    /// No callback.
    #[error("hub.callback is missing: send the address that the feed is to be sent to.")]
    NoCallback,
    /// No number.
    #[error("hub.lease_seconds must be a number of seconds.")]
    Lease,
    /// Of [`SECRET_BELOW`] bytes, or more.
    #[error("hub.secret must be shorter than 200 bytes.")]
    Secret,
}

/// Reads the body of a request.
///
/// Of a repeated field the first counts, and unknown ones are passed over (5.1: "Hubs MUST ignore
/// additional request parameters they do not understand").
///
/// # Errors
/// [`RequestError`], the first that applies.
pub fn parse(
    content_type: Option<&[u8]>,
    body: &[u8],
) -> Result<SubscriptionRequest, RequestError> {
    if body.len() > MAX_BODY {
        return Err(RequestError::TooLarge);
    }
    if content_type.is_some_and(is_other_format) {
        return Err(RequestError::NotAForm);
    }
    let pairs: Vec<_> = url::form_urlencoded::parse(body).take(MAX_PAIRS + 1).collect();
    if pairs.len() > MAX_PAIRS {
        return Err(RequestError::TooManyPairs);
    }
    let field = |name: &str| {
        let found = pairs.iter().find(|(this, _)| this == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    let subscribes = match field("hub.mode") {
        Some("subscribe") => true,
        Some("unsubscribe") => false,
        Some("publish") => return Err(RequestError::Publish),
        _ => return Err(RequestError::Mode),
    };
    let topic = field("hub.topic").ok_or(RequestError::NoTopic)?.to_owned();
    let callback = field("hub.callback").ok_or(RequestError::NoCallback)?.to_owned();
    let lease = match field("hub.lease_seconds").map(str::parse) {
        None => None,
        Some(Ok(seconds)) => Some(seconds),
        Some(Err(_no_number)) => return Err(RequestError::Lease),
    };
    // Blanks count in a secret.
    let secret = pairs.iter().find(|(name, value)| name == "hub.secret" && !value.is_empty());
    let secret = secret.map(|(_, value)| value.as_bytes().to_vec());
    if secret.as_ref().is_some_and(|secret| secret.len() >= SECRET_BELOW) {
        return Err(RequestError::Secret);
    }
    Ok(SubscriptionRequest { subscribes, topic, callback, lease, secret: secret.map(Secret::new) })
}

/// The address that asks a callback whether it asked for this. What stands behind its own `?` stays
/// (5.3.1). A `lease` only where a subscription is to begin.
pub fn question(
    callback: &Url,
    asked: Asked,
    topic: &str,
    challenge: &str,
    lease: Option<i64>,
) -> Url {
    let mut url = callback.clone();
    let mut query = url.query_pairs_mut();
    query.append_pair("hub.mode", asked.as_str()).append_pair("hub.topic", topic);
    query.append_pair("hub.challenge", challenge);
    if let Some(lease) = lease {
        query.append_pair("hub.lease_seconds", &lease.to_string());
    }
    drop(query);
    url
}

/// The address that tells a callback that a subscription is over, or never was (5.2).
pub fn denial(callback: &Url, topic: &str, reason: &str) -> Url {
    let mut url = callback.clone();
    url.query_pairs_mut()
        .append_pair("hub.mode", Asked::Denied.as_str())
        .append_pair("hub.topic", topic)
        .append_pair("hub.reason", reason);
    url
}

/// The form that tells another hub that feeds changed: `hub.url` stands there once for each
/// (`PubSubHubbub` 0.4, 7.1).
pub fn announcement(topics: &[String]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "publish")
        .extend_pairs(topics.iter().map(|topic| ("hub.url", topic)))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Option<&[u8]> = Some(b"application/x-www-form-urlencoded");

    #[test]
    fn a_request_is_read() {
        let body = b"hub.mode=subscribe&hub.topic=https%3A%2F%2Fhubs.example%2Fsxsw%2Frss&\
            hub.callback=https%3A%2F%2Freader.example%2Fcb%3Fid%3D1&hub.lease_seconds=3600&\
            hub.secret=two+words&hub.foo=bar&foo=bar&hub.mode=unsubscribe";
        let read = parse(FORM, body).unwrap();
        assert!(read.subscribes);
        assert_eq!(read.topic, "https://hubs.example/sxsw/rss");
        assert_eq!(read.callback, "https://reader.example/cb?id=1");
        assert_eq!(read.lease, Some(3_600));
        assert_eq!(read.secret.unwrap().expose(), b"two words");
    }

    #[test]
    fn what_is_no_request_is_refused_with_a_reason() {
        let start = "hub.mode=subscribe&hub.topic=t&hub.callback=c";
        let long = format!("{start}&hub.secret={}", "s".repeat(200));
        let many = format!("{start}{}", "&a=b".repeat(40));
        for (body, error) in [
            ("", RequestError::Mode),
            ("hub.mode=Subscribe", RequestError::Mode),
            ("hub.mode=publish&hub.url=x", RequestError::Publish),
            ("hub.mode=subscribe", RequestError::NoTopic),
            ("hub.mode=subscribe&hub.topic=t", RequestError::NoCallback),
            (&format!("{start}&hub.lease_seconds=-1"), RequestError::Lease),
            (&format!("{start}&hub.lease_seconds=soon"), RequestError::Lease),
            (&long, RequestError::Secret),
            (&many, RequestError::TooManyPairs),
            (&"x".repeat(MAX_BODY + 1), RequestError::TooLarge),
        ] {
            assert_eq!(parse(FORM, body.as_bytes()).unwrap_err(), error, "{body:.60}");
        }
        let just = format!("{start}&hub.secret={}", "s".repeat(199));
        assert!(parse(FORM, just.as_bytes()).is_ok());
        let json = parse(Some(b"application/json"), b"{}");
        assert_eq!(json.unwrap_err(), RequestError::NotAForm);
    }

    #[test]
    fn a_question_keeps_what_stands_behind_the_callbacks_own_question_mark() {
        let callback = Url::parse("https://reader.example/cb?id=a%20b&x").unwrap();
        let url = question(&callback, Asked::Subscribe, "https://h.example/a/rss", "abc", Some(60));
        assert_eq!(
            url.as_str(),
            "https://reader.example/cb?id=a%20b&x&hub.mode=subscribe&\
             hub.topic=https%3A%2F%2Fh.example%2Fa%2Frss&hub.challenge=abc&hub.lease_seconds=60"
        );
        let url = question(&callback, Asked::Unsubscribe, "t", "abc", None);
        assert!(!url.as_str().contains("lease"), "{url}");
    }
}
