//! A request to our WebSub hub, and what its callback is asked and told: `wire::websub`.

use backchannel::model::websub::{Asked, SECRET_BELOW};
use backchannel::wire::websub::{MAX_BODY, RequestError, denial, parse, question};
use url::Url;

use super::input;

/// The first line is the Content-Type, the rest the body. Limits hold; what a callback is asked
/// comes behind its own query, whatever that is, and to the letter.
pub fn check(data: &[u8]) {
    let (content_type, body) = input::with_header(data);
    let request = match parse(content_type, body) {
        Ok(request) => request,
        Err(error) => {
            assert_eq!(body.len() > MAX_BODY, error == RequestError::TooLarge);
            return;
        }
    };
    assert!(body.len() <= MAX_BODY);
    for address in [&request.topic, &request.callback] {
        assert!(!address.is_empty() && address.trim() == address);
    }
    let secret = request.secret.as_ref().map(|secret| secret.expose().len());
    assert!(secret.is_none_or(|length| (1..SECRET_BELOW).contains(&length)));
    let Ok(callback) = Url::parse(&request.callback) else { return };
    if !callback.has_host() {
        return;
    }
    let (topic, mark) = (request.topic.as_str(), "kiwi +&=");
    let asked = if request.subscribes { Asked::Subscribe } else { Asked::Unsubscribe };
    is_behind(
        &callback,
        &question(&callback, asked, topic, mark, Some(864_000)),
        &[
            ("hub.mode", asked.as_str()),
            ("hub.topic", topic),
            ("hub.challenge", mark),
            ("hub.lease_seconds", "864000"),
        ],
    );
    is_behind(
        &callback,
        &denial(&callback, topic, mark),
        &[("hub.mode", "denied"), ("hub.topic", topic), ("hub.reason", mark)],
    );
}

fn is_behind(callback: &Url, asked: &Url, ours: &[(&str, &str)]) {
    let mut bare = asked.clone();
    bare.set_query(callback.query());
    assert_eq!(bare, *callback, "only its query is another");
    let own = callback.query_pairs().map(|(name, value)| (name.to_string(), value.to_string()));
    let ours = ours.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let expected: Vec<(String, String)> = own.chain(ours).collect();
    let pairs = asked.query_pairs().map(|(name, value)| (name.to_string(), value.to_string()));
    assert_eq!(pairs.collect::<Vec<_>>(), expected);
}
