//! Calls of enemies.

use super::*;

/// security.md T13, and what else breaks readers of XML. Each ends at once, in an error or in
/// the right value, and none makes us look anything up.
#[test]
fn hostile_bodies_end_in_an_error_or_the_right_value() {
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let doctype = |subset: &str, source: &str| {
        format!("<?xml version=\"1.0\"?><!DOCTYPE m {subset}>{}", from(source))
    };
    let attributes = |n| (0..n).map(|n| format!(" a{n}=''")).collect::<String>();
    let nested = |n: usize| from(&format!("{}x{}", "<a>".repeat(n), "</a>".repeat(n)));
    let utf_16: Vec<u8> = from(SOURCE).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (not_xml, not_a_call) = (Err(CallError::NotWellFormed), Err(CallError::NotACall));
    let (doctype_error, encoding) = (Err(CallError::Doctype), Err(CallError::Encoding));
    let (too_deep, bad_params) = (Err(CallError::TooDeep), Err(CallError::BadParams));
    for (what, body, expected) in [
        (
            "billion laughs",
            doctype(&format!("[<!ENTITY l0 \"l\">{laughs}]"), "&l9;").into(),
            doctype_error.clone(),
        ),
        ("laughs without a DOCTYPE", from("http://&l9;&l9;").into(), pingback("http://&l9;&l9;")),
        (
            "XXE file",
            doctype("[<!ENTITY x SYSTEM \"file:///etc/passwd\">]", "&x;").into(),
            doctype_error.clone(),
        ),
        (
            "XXE http",
            doctype("[<!ENTITY x SYSTEM \"http://127.0.0.1/\">]", "&x;").into(),
            doctype_error.clone(),
        ),
        (
            "parameter entity",
            doctype("[<!ENTITY % x SYSTEM \"http://127.0.0.1/\"> %x;]", "x").into(),
            doctype_error.clone(),
        ),
        (
            "external subset",
            doctype("SYSTEM \"http://127.0.0.1/x.dtd\"", SOURCE).into(),
            doctype_error.clone(),
        ),
        (
            "DOCTYPE in lower case",
            doctype("", SOURCE).replace("DOCTYPE", "doctype").into(),
            doctype_error.clone(),
        ),
        ("DOCTYPE never closed", b"<!DOCTYPE m [<!ENTITY a \"".to_vec(), not_xml.clone()),
        (
            "DOCTYPE in the root",
            format!("<methodCall><!DOCTYPE m>{}", from("x")).into(),
            doctype_error,
        ),
        (
            "5,000 attributes",
            from(SOURCE).replace("<params>", &format!("<params{}>", attributes(5_000))).into(),
            pingback(SOURCE),
        ),
        (
            "one attribute 9,000 times",
            from(SOURCE).replace("<params>", &format!("<params{}>", " a=''".repeat(9_000))).into(),
            pingback(SOURCE),
        ),
        ("28 levels", nested(MAX_DEPTH - 4).into(), bad_params.clone()),
        ("29 levels", nested(MAX_DEPTH - 3).into(), too_deep.clone()),
        ("9,000 levels", nested(9_000).into(), too_deep.clone()),
        ("20,000 levels never closed", "<a>".repeat(20_000).into(), not_a_call.clone()),
        ("100,000 levels", nested(100_000).into(), Err(CallError::TooLarge)),
        ("9,000 levels, empty", from("x").replace("x", &"<a>".repeat(9_000)).into(), too_deep),
        ("UTF-16 with its mark", [b"\xFF\xFE", &utf_16[..]].concat(), encoding.clone()),
        ("UTF-16 without", utf_16, encoding.clone()),
        (
            "UTF-16 declared",
            format!("<?xml version='1.0' encoding='UTF-16'?>{}", from(SOURCE)).into(),
            encoding.clone(),
        ),
        (
            "UTF-7 declared",
            format!("<?xml version='1.0' encoding='utf-7'?>{}", from(SOURCE)).into(),
            encoding.clone(),
        ),
        ("NULs", from("https://ada.example\0/1").into(), encoding.clone()),
        ("only NULs", vec![0; 60_000], encoding),
        ("a NUL as a reference", from("https://ada.example&#0;/1").into(), not_xml.clone()),
        ("a control as a reference", from("https://ada.example&#x1b;/1").into(), not_xml.clone()),
        ("a surrogate as a reference", from("&#xD800;").into(), not_xml.clone()),
        ("a huge reference", from("&#99999999999999999999;").into(), not_xml.clone()),
        ("a reference never ended", from(&"&".repeat(20_000)).into(), Err(CallError::UrlTooLong)),
        (
            "byte order mark twice",
            format!("\u{FEFF}\u{FEFF}{}", from(SOURCE)).into(),
            pingback(SOURCE),
        ),
        (
            "broken UTF-8",
            [b"\xEF\xBB\xBF", from("caf\u{e9}").as_bytes()].concat(),
            pingback("café"),
        ),
        ("no end tag", from(SOURCE).replace("</methodCall>", "").into(), not_xml.clone()),
        ("cut in a tag", from(SOURCE)[..60].into(), not_xml.clone()),
        ("end tags crossed", from("<string>x</value></string>").into(), not_xml.clone()),
        ("end tag first", b"</methodCall>".to_vec(), not_xml.clone()),
        ("two roots", from(SOURCE).repeat(2).into(), not_xml.clone()),
        ("text after the root", format!("{}x", from(SOURCE)).into(), not_xml.clone()),
        (
            "text before the root",
            format!("<b>Notice</b>: x {}", from(SOURCE)).into(),
            not_a_call.clone(),
        ),
        (
            "two params",
            from(SOURCE).replace("</methodCall>", "<params/></methodCall>").into(),
            not_a_call.clone(),
        ),
        (
            "two names",
            from(SOURCE).replace("<params>", "<methodName>x</methodName><params>").into(),
            not_a_call.clone(),
        ),
        ("no name", from(SOURCE).replace("methodName", "name").into(), not_a_call.clone()),
        (
            "a name in the wrong place",
            from(SOURCE)
                .replace(
                    "<methodName>pingback.ping</methodName><params>",
                    "<params><methodName>pingback.ping</methodName>",
                )
                .into(),
            not_a_call.clone(),
        ),
        (
            "9,000 parameters",
            from(SOURCE)
                .replace("<params>", &format!("<params>{}", "<param/>".repeat(7_000)))
                .into(),
            bad_params,
        ),
        (
            "a comment with markup",
            from(&format!("<!-- </value> <![CDATA[ -->{SOURCE}")).into(),
            pingback(SOURCE),
        ),
        ("a comment never closed", from("<!-- ").into(), not_xml.clone()),
        ("CDATA never closed", from("<![CDATA[").into(), not_xml.clone()),
        (
            "a processing instruction",
            format!("<?xml-stylesheet href=\"http://127.0.0.1/\"?>{}", from(SOURCE)).into(),
            pingback(SOURCE),
        ),
        (
            "XInclude",
            from("<xi:include href=\"file:///etc/passwd\" parse=\"text\"/>").into(),
            Err(CallError::BadParams),
        ),
        ("a form", b"source=https://ada.example/1&target=x".to_vec(), not_xml.clone()),
        ("a page", b"<html><body>x</body></html>".to_vec(), not_a_call.clone()),
        ("an answer", Answer::Taken("x").to_xml().into(), not_a_call),
        ("JSON", b"{\"methodName\":\"pingback.ping\"}".to_vec(), not_xml.clone()),
        ("nothing", Vec::new(), not_xml.clone()),
        ("blanks", vec![b' '; MAX_BODY], not_xml),
        ("one byte too many", vec![b' '; MAX_BODY + 1], Err(CallError::TooLarge)),
    ] {
        assert_eq!(parse(None, &body), expected, "{what}");
    }
}
