//! A TrackBack ping as a form: `wire::trackback`, in and out.

use backchannel::model::ping::{MAX_EXCERPT, MAX_TITLE};
use backchannel::model::text;
use backchannel::wire::trackback::{
    CharsetSource, FORM_TYPE, FORWARDED_FIELD, MAX_BODY, MAX_PAIRS, OutgoingPing, ParseError, Ping,
    encode, parse,
};

use super::{input, line};

/// The first line is the Content-Type, the rest the body. Limits hold and nothing else is refused;
/// one known charset is chosen; what is UTF-8 is read as the URL Standard reads it; what we send we
/// read.
pub fn check(data: &[u8]) {
    let (content_type, body) = input::with_header(data);
    let read = parse(content_type, body);
    let pairs = |body: &[u8]| {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).count()
    };
    let is_multipart = content_type.is_some_and(|header| {
        header.trim_ascii_start().to_ascii_lowercase().starts_with(b"multipart/")
    });
    match &read {
        Err(ParseError::TooLarge) => assert!(body.len() > MAX_BODY),
        Err(ParseError::Multipart) => assert!(is_multipart),
        Err(ParseError::TooManyPairs) => assert!(pairs(body) > MAX_PAIRS),
        Err(ParseError::CharsetTooLong | ParseError::CharsetRefused) => {}
        Ok(ping) => {
            assert!(body.len() <= MAX_BODY && pairs(body) <= MAX_PAIRS && !is_multipart);
            says_what_was_sent(ping, body);
            is_sent_on(ping);
        }
    }
}

fn fields(ping: &Ping) -> [(&'static str, Option<&String>); 5] {
    [
        ("url", ping.url.as_ref()),
        ("title", ping.title.as_ref()),
        ("excerpt", ping.excerpt.as_ref()),
        ("blog_name", ping.blog_name.as_ref()),
        ("pass", ping.passphrase.as_ref()),
    ]
}

fn says_what_was_sent(ping: &Ping, body: &[u8]) {
    let name = ping.charset.name;
    assert!(!["replacement", "UTF-16LE", "UTF-16BE", "UTF-7"].contains(&name), "{name}");
    match ping.charset.read_from {
        CharsetSource::Utf8 => assert_eq!(name, "UTF-8"),
        CharsetSource::Fallback => assert_eq!(name, "windows-1252"),
        CharsetSource::Field | CharsetSource::Header => {}
    }
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    for (name, value) in fields(ping) {
        assert!(value.is_none_or(|value| !value.is_empty() && !value.ends_with('\u{FFFD}')));
        if ping.charset.name == "UTF-8" {
            let mut sent = url::form_urlencoded::parse(body).filter(|(this, _)| this == name);
            let sent = sent.next().map(|(_, value)| value).unwrap_or_default();
            let sent = sent.strip_prefix('\u{FEFF}').unwrap_or(&sent);
            let sent = sent.trim_end_matches('\u{FFFD}');
            assert_eq!(value.map_or("", String::as_str), sent, "{name}");
        }
    }
    let clean = |value: &Option<String>, most| {
        let plain = text::plain(value.as_deref().unwrap_or_default());
        line::is_tidy(&text::cut(&plain, most), most);
    };
    clean(&ping.title, MAX_TITLE);
    clean(&ping.blog_name, MAX_TITLE);
    clean(&ping.excerpt, MAX_EXCERPT);
}

/// What is passed on is the same ping.
fn is_sent_on(ping: &Ping) {
    let sent = OutgoingPing {
        url: ping.url.as_deref().unwrap_or_default(),
        title: ping.title.as_deref().unwrap_or_default(),
        excerpt: ping.excerpt.as_deref().unwrap_or_default(),
        blog_name: ping.blog_name.as_deref().unwrap_or_default(),
        forwarded: ping.forwarded,
    };
    let body = encode(&sent);
    if body.len() > MAX_BODY {
        return;
    }
    let back = parse(Some(FORM_TYPE.as_bytes()), body.as_bytes()).unwrap();
    assert_eq!(back.charset.name, "UTF-8");
    assert_eq!(back.forwarded, ping.forwarded, "{FORWARDED_FIELD}");
    for ((name, value), (_, before)) in fields(&back).into_iter().zip(fields(ping)) {
        // A byte order mark is taken off each time.
        let before = before.map(|text| text.strip_prefix('\u{FEFF}').unwrap_or(text));
        let before = before.filter(|text| !text.is_empty() && name != "pass");
        assert_eq!(value.map(String::as_str), before, "{name}");
    }
}
