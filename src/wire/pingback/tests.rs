//! Calls of the wild, and anything at all.

mod hostile;

use super::*;
use proptest::prelude::*;

const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
const SOURCE: &str = "https://ada.example/1";
const TARGET: &str = "https://hub.example/rust";

fn read(body: &str) -> Result<Call, CallError> {
    parse(Some(b"text/xml"), body.as_bytes())
}

fn pingback(source: &str) -> Result<Call, CallError> {
    Ok(Call::Pingback { source: source.to_owned(), target: TARGET.to_owned() })
}

/// A call whose parameters are spelt as given, each within `<value>`.
fn call(method: &str, values: &[&str]) -> String {
    let params: String =
        values.iter().map(|value| format!("<param><value>{value}</value></param>")).collect();
    format!("<methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>")
}

/// A pingback whose source is spelt as given.
fn from(source: &str) -> String {
    call("pingback.ping", &[source, TARGET])
}

#[test]
fn pingbacks_of_the_wild_are_read() {
    let typed = |url: &str| format!("<string>{url}</string>");
    for (body, source) in [
        // WordPress (IXR), with its lines and blanks
        (
            format!(
                "<?xml version=\"1.0\"?>\n<methodCall>\n<methodName>pingback.ping</methodName>\n<params>\n\
                 <param><value><string>{SOURCE}</string></value></param>\n\
                 <param><value><string>{TARGET}</string></value></param>\n</params></methodCall>\n"
            ),
            SOURCE,
        ),
        // no declaration, values without a type
        (from(SOURCE), SOURCE),
        (format!("\u{FEFF}{PROLOG}{}", from(SOURCE)), SOURCE),
        (format!("\n  {PROLOG}{}\n\n", from(SOURCE)), SOURCE),
        (from(&format!("\n  {SOURCE}\n ")), SOURCE),
        (from(&format!("\n  <string>\n{SOURCE} </string>\n ")), SOURCE),
        (from(&typed("http://a.example/?p=1&amp;q=2")), "http://a.example/?p=1&q=2"),
        (from(&typed("http://a.example/?p=1&q=2")), "http://a.example/?p=1&q=2"),
        (from(&typed("http://a.example/?p=1&q=2;r=3")), "http://a.example/?p=1&q=2;r=3"),
        (from("http://a.example/?p=1&"), "http://a.example/?p=1&"),
        (from(&typed("http://a.example/?p=1&#38;q=&#x32;")), "http://a.example/?p=1&q=2"),
        (from(&typed("http://a.example/caf&eacute;")), "http://a.example/café"),
        (from("<![CDATA[http://a.example/?p=1&q=<2>]]>"), "http://a.example/?p=1&q=<2>"),
        (from("https://<!-- no -->ada.<?php no ?>example/1"), SOURCE),
        (from(&typed("https://ada<![CDATA[.example]]>/1")), SOURCE),
        (from(&format!("<string type=\"x\" >{SOURCE}</string ><!-- x -->")), SOURCE),
        (from(SOURCE).replace("<methodName>", "<methodName>\n  "), SOURCE),
        (from(SOURCE).replace("<param>", "<param><name>x</name>"), SOURCE),
        (from(SOURCE).replace("<params>", "<extra><param/></extra><params>"), SOURCE),
    ] {
        assert_eq!(read(&body), pingback(source), "{body}");
    }
}

#[test]
fn any_content_type_will_do() {
    let body = from(SOURCE);
    for header in [
        None,
        Some(&b""[..]),
        Some(b"text/xml; charset=utf-8"),
        Some(b"application/xml"),
        // @remy/webmention
        Some(b"application/x-www-form-urlencoded"),
        Some(b"text/plain;charset=UTF-8"),
        Some(b"\xFF"),
    ] {
        assert_eq!(parse(header, body.as_bytes()), pingback(SOURCE), "{header:?}");
    }
}

#[test]
fn a_call_is_read_in_the_encoding_it_declares() {
    let name = |header: Option<&[u8]>, prolog: &str, name: &[u8]| {
        let body = call("weblogUpdates.ping", &["NAME", SOURCE]);
        let (before, after) = body.split_once("NAME").unwrap();
        let body = [prolog.as_bytes(), before.as_bytes(), name, after.as_bytes()].concat();
        match parse(header, &body) {
            Ok(Call::WeblogPing { name, .. }) => name,
            other => panic!("{other:?}"),
        }
    };
    let declared = |label: &str| format!("<?xml version=\"1.0\" encoding=\"{label}\"?>");
    assert_eq!(name(None, &declared("ISO-8859-1"), b"caf\xE9"), "café");
    assert_eq!(name(None, &declared("EUC-JP"), b"\xC6\xFC\xCB\xDC"), "日本");
    assert_eq!(name(None, &declared("no-such"), b"caf\xE9"), "café");
    assert_eq!(name(None, "", b"caf\xC3\xA9"), "café");
    assert_eq!(name(None, "", b"caf\xE9"), "café");
    assert_eq!(name(Some(b"text/xml; charset=koi8-r"), "", b"\xF0"), "П");
}

#[test]
fn weblog_pings_are_read() {
    let (name, url, feed) =
        ("Ada&amp;#039;s <b>blog</b>".to_owned(), SOURCE, "https://ada.example/feed");
    let name = name.replace('<', "&lt;");
    let weblog = Ok(Call::WeblogPing { name: "Ada's blog".to_owned(), url: url.to_owned() });
    let extended = |check: Option<&str>| {
        Ok(Call::ExtendedPing {
            name: "Ada's blog".to_owned(),
            url: url.to_owned(),
            check: check.map(str::to_owned),
            feed: feed.to_owned(),
        })
    };
    for (method, values, expected) in [
        ("weblogUpdates.ping", &[&name[..], url][..], weblog.clone()),
        ("weblogUpdates.ping", &[&name, url, url], weblog.clone()),
        ("weblogUpdates.ping", &[&name, url, url, "<int>3</int>"], weblog),
        // WordPress leaves the page to check out
        ("weblogUpdates.extendedPing", &[&name, url, feed], extended(None)),
        ("weblogUpdates.extendedPing", &[&name, url, url, feed], extended(Some(url))),
        ("weblogUpdates.extendedPing", &[&name, url, url, feed, "a|b"], extended(Some(url))),
        ("weblogUpdates.extendedPing", &[&name, url], Err(CallError::BadParams)),
        ("weblogUpdates.ping", &[&name], Err(CallError::BadParams)),
        ("weblogUpdates.ping", &[&name, ""], Err(CallError::BadParams)),
        ("weblogUpdates.ping", &["<int>1</int>", url], Err(CallError::BadParams)),
        ("weblogUpdates.ping", &[url; 5], Err(CallError::BadParams)),
        ("weblogUpdates.extendedPing", &[url; 6], Err(CallError::BadParams)),
    ] {
        assert_eq!(read(&call(method, values)), expected, "{method} {values:?}");
    }
    let long = call("weblogUpdates.ping", &[&"é".repeat(300), SOURCE]);
    assert!(
        matches!(read(&long), Ok(Call::WeblogPing { name, .. }) if name.chars().count() == 255)
    );
}

#[test]
fn parameters_that_do_not_fit_are_said_not_to() {
    let bad = Err(CallError::BadParams);
    for (body, expected) in [
        (call("pingback.ping", &[]), bad.clone()),
        (call("pingback.ping", &[SOURCE]), bad.clone()),
        (call("pingback.ping", &[SOURCE, TARGET, "x"]), bad.clone()),
        (from(""), bad.clone()),
        (from("<string/>"), bad.clone()),
        (from("<string> </string>"), bad.clone()),
        (from("<int>7</int>"), bad.clone()),
        (from("<array><data><value>x</value></data></array>"), bad.clone()),
        (from("<string>a</string><string>b</string>"), bad.clone()),
        (from("<string>a<b>c</b></string>"), bad.clone()),
        (from("a</value><value>b"), bad.clone()),
        (from("a").replace("<value>a</value>", ""), bad.clone()),
        ("<methodCall><methodName>pingback.ping</methodName></methodCall>".to_owned(), bad),
        (from(&"x".repeat(MAX_URL)), pingback(&"x".repeat(MAX_URL))),
        (from(&"x".repeat(MAX_URL + 1)), Err(CallError::UrlTooLong)),
        (call("system.multicall", &["<array/>"]), Err(CallError::UnknownMethod)),
        (call("pingback.extensions.getPingbacks", &[TARGET]), Err(CallError::UnknownMethod)),
        (call("PINGBACK.PING", &[SOURCE, TARGET]), Err(CallError::UnknownMethod)),
        (call("", &[]), Err(CallError::UnknownMethod)),
    ] {
        assert_eq!(read(&body), expected, "{body:.200}");
    }
}

#[test]
fn a_call_that_is_not_understood_says_what_to_do() {
    let told: Vec<String> = [
        CallError::NotWellFormed,
        CallError::Encoding,
        CallError::NotACall,
        CallError::Doctype,
        CallError::TooLarge,
        CallError::TooDeep,
        CallError::UnknownMethod,
        CallError::BadParams,
        CallError::UrlTooLong,
    ]
    .iter()
    .map(|error| format!("{} {error}", error.code()))
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    -32700 The call is not well-formed XML: send an XML-RPC methodCall.
    -32701 The call is in an encoding that is not read here: send it in UTF-8.
    -32600 That is not an XML-RPC call: send a methodCall with methodName and params.
    -32600 The call has a DOCTYPE: send it without one.
    -32600 The call is larger than 64 KiB: send one ping per call.
    -32600 The call nests its elements deeper than 32 levels: send plain strings.
    -32601 Only pingback.ping, weblogUpdates.ping and weblogUpdates.extendedPing can be called here.
    -32602 The parameters do not fit: send strings, pingback.ping(source, target), weblogUpdates.ping(name, url) or weblogUpdates.extendedPing(name, url, check, feed).
    -32602 An address is longer than 2,048 bytes: send the post's permalink without extra parameters.
    "#);
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<methodCall>",
        "</methodCall>",
        "<methodName>",
        "</methodName>",
        "pingback.ping",
        "<params>",
        "</params>",
        "<param>",
        "</param>",
        "<value>",
        "</value>",
        "<string>",
        "</string>",
        "<int/>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&",
        "&amp;",
        "&#",
        ";",
        "<?",
        "?>",
        "<!DOCTYPE",
        "\u{FEFF}",
        "http://a.example/",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn reading_never_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        text in any::<String>(),
        xml in pieces(),
    ) {
        let _ = parse(None, &bytes);
        let _ = parse(Some(&bytes), text.as_bytes());
        let _ = read(&xml);
        let _ = read(&from(&text));
        let _ = parse(None, &[PROLOG.as_bytes(), from(&xml).as_bytes(), &bytes].concat());
    }

    #[test]
    fn what_is_escaped_is_read_back(url in "https?://[!-~]{1,60}") {
        prop_assert_eq!(read(&from(&crate::wire::xml::content(&url))), pingback(&url));
    }
}
