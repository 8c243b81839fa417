//! A webmention as its sender put it: `wire::webmention`.

use backchannel::wire::webmention::{MAX_BODY, MAX_PAIRS, MAX_URL, MentionError, parse};
use url::Url;

use super::input;

/// The first line is the Content-Type, the rest the body. Limits hold; what is taken is what was
/// sent, two different pages of the web.
pub fn check(data: &[u8]) {
    let (content_type, body) = input::with_header(data);
    let read = parse(content_type, body);
    assert_eq!(body.len() > MAX_BODY, read == Err(MentionError::TooLarge));
    let pairs = || url::form_urlencoded::parse(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body));
    let Ok(mention) = read else { return };
    assert!(pairs().count() <= MAX_PAIRS);
    let sent = |name: &str| {
        let first = pairs().find(|(this, _)| this == name);
        first.map(|(_, value)| value.trim().to_owned())
    };
    assert_eq!(Some(&mention.source), sent("source").as_ref());
    assert_eq!(Some(&mention.target), sent("target").as_ref());
    assert!(mention.vouch.is_none() || mention.vouch == sent("vouch"));
    let page = |address: &str| {
        assert!(address.len() <= MAX_URL && !address.contains('\u{FFFD}'));
        let mut url = Url::parse(address).unwrap();
        assert!(matches!(url.scheme(), "http" | "https") && url.has_host());
        url.set_fragment(None);
        url
    };
    assert_ne!(page(&mention.source), page(&mention.target));
    mention.vouch.iter().for_each(|vouch| drop(page(vouch)));
    // What is kept is what would be sent on: it is read as the same.
    let again = [("source", &mention.source), ("target", &mention.target)];
    let again = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(again).finish();
    let again = parse(None, again.as_bytes()).unwrap();
    assert_eq!((again.source, again.target), (mention.source, mention.target));
}
