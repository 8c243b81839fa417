//! The address of a post, and when two are one: `model::web_url`.

use std::net::IpAddr;

use backchannel::model::web_url::{
    Hosts, MAX_BYTES, WebUrl, WebUrlError, as_typed, is_same_site, registrable_domain_of,
};

/// Two addresses, on a line each (a break within one is for the readers of other targets).
///
/// What is taken can be shown and linked, and is taken again as it is; spellings of one address are
/// one post of one blog; and two posts are one only where they say the same.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (one, other) = text.split_once('\n').unwrap_or((&text, ""));
    let read: Vec<WebUrl> = [one, other].iter().filter_map(|raw| WebUrl::parse(raw).ok()).collect();
    for url in &read {
        can_be_shown(url);
        is_taken_again(url);
        other_spellings_are_the_same(url);
    }
    if let [one, other] = read.as_slice()
        && one.identity() == other.identity()
    {
        assert_eq!(one.normalised(), other.normalised());
        assert_eq!(one.blog_key(), other.blog_key());
        assert_eq!(coarse(one), coarse(other), "two posts are one");
        assert!(is_same_site(one.as_url(), other.as_url()));
    }
    // What is typed is repaired once, and by one of the two.
    if let Ok(typed) = WebUrl::parse(&as_typed(one)) {
        let mut parsed = WebUrl::parse(one).unwrap().as_url().clone();
        assert!(parsed == *typed.as_url() || parsed.set_scheme("https").is_ok());
        assert!(is_same_site(&parsed, typed.as_url()));
    }
}

fn can_be_shown(url: &WebUrl) {
    let shown = url.as_str();
    assert!(shown.len() <= MAX_BYTES && shown.is_ascii());
    assert!(!shown.contains([' ', '"', '<', '>']) && !shown.contains(|c: char| c.is_control()));
    assert!(shown.starts_with("http://") || shown.starts_with("https://"));
    assert!(url.as_url().username().is_empty() && url.as_url().password().is_none());
    let host = url.host();
    assert!(host.contains('.') && host.parse::<IpAddr>().is_err(), "{host}");
    assert!(!host.contains(|c: char| c.is_ascii_uppercase()) && !host.ends_with('.'));
    assert!(host.ends_with(url.registrable_domain()));
    let key = url.blog_key();
    assert!(key.starts_with(host));
    if let Some(domain) = registrable_domain_of(&key) {
        assert_eq!(domain, url.registrable_domain());
    }
}

fn is_taken_again(url: &WebUrl) {
    // A backslash, which a query may have, is not what a careful sender sends.
    if !url.as_str().contains('\\') {
        assert_eq!(WebUrl::parse_as_sent(url.as_str(), Hosts::Public).as_ref(), Ok(url));
    }
    // What looks as if it had been escaped for HTML is repaired, each time it is parsed.
    if !url.as_str().contains("&amp;") {
        assert_eq!(WebUrl::parse(url.as_str()).as_ref(), Ok(url));
        let normalised = url.normalised();
        // `www.` is taken off once.
        if !normalised.starts_with("www.") && !normalised.contains("&amp;") {
            // It may have become longer than an address may be.
            match WebUrl::parse(&format!("http://{normalised}")) {
                Ok(again) => assert_eq!(again.normalised(), normalised, "twice it is another"),
                Err(error) => assert_eq!(error, WebUrlError::TooLong, "{normalised}"),
            }
        }
    }
}

fn other_spellings_are_the_same(url: &WebUrl) {
    let as_sent = url.as_str();
    let (before, fragment) = as_sent.split_once('#').unwrap_or((as_sent, ""));
    let (scheme, rest) = before.split_once("://").unwrap();
    let swapped = if scheme == "http" { "https" } else { "http" };
    let behind = if before.contains('?') { '&' } else { '?' };
    let mut spellings = vec![
        format!("{swapped}://{rest}"),
        format!("{before}#another{fragment}"),
        before.to_owned(),
        format!("{before}{behind}utm_source=x&FBCLID=y"),
        format!("{before}{behind}&&gclid#top"),
    ];
    if !rest.starts_with("www.") {
        spellings.push(format!("{scheme}://www.{rest}"));
    }
    if !before.contains('?') {
        spellings.push(format!("{before}/"));
        spellings.push(format!("{before}?"));
    }
    if let Some((host, path)) = rest.split_once('/') {
        spellings.push(format!("{scheme}://{}/{path}", host.to_ascii_uppercase()));
        spellings.push(format!("{scheme}://{host}/./a/../{path}"));
    }
    for spelling in spellings {
        // Some are too long, or have a name that is.
        let Ok(same) = WebUrl::parse_as_sent(&spelling, Hosts::Public) else { continue };
        assert_eq!(same.normalised(), url.normalised(), "{spelling} and {as_sent}");
        assert_eq!(same.identity(), url.identity());
        assert_eq!(same.blog_key(), url.blog_key(), "{spelling} and {as_sent}");
    }
}

/// What an address says, by a coarser rule than ours: two that are one to us must be one to it.
fn coarse(url: &WebUrl) -> (String, Vec<u8>, Vec<Vec<u8>>) {
    let decoded = |text: &str| -> Vec<u8> {
        let plus = text.replace('+', "%2B");
        let pair = format!("x={plus}").replace('&', "%26");
        // `form_urlencoded` would make text of it: the bytes count.
        percent_decoded(pair.as_bytes())
    };
    let path = decoded(url.as_url().path());
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    let query = url.as_url().query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let pairs = query.map(decoded).filter(|pair| {
        let pair = pair.to_ascii_lowercase();
        let name = pair[2..].split(|byte| *byte == b'=').next().unwrap_or_default();
        !name.starts_with(b"utm_") && name != b"fbclid" && name != b"gclid"
    });
    let port = url.as_url().port().filter(|port| !matches!(port, 80 | 443));
    (format!("{} {port:?}", url.host()), path[..end].to_vec(), pairs.collect())
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let escape = text.get(at + 1..at + 3).filter(|_| text[at] == b'%');
        match escape.and_then(|hex| Some(digit(hex[0])? * 16 + digit(hex[1])?)) {
            Some(byte) => {
                bytes.push(byte);
                at += 3;
            }
            None => {
                bytes.push(text[at]);
                at += 1;
            }
        }
    }
    bytes
}
