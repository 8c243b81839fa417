//! Requests of the wild, refusals, and anything at all.

use super::*;
use proptest::prelude::*;

const FORM: &[u8] = b"application/x-www-form-urlencoded";

fn read(body: &str) -> Result<Mention, MentionError> {
    parse(Some(FORM), body.as_bytes())
}

fn mention(source: &str, target: &str, vouch: Option<&str>) -> Result<Mention, MentionError> {
    let vouch = vouch.map(str::to_owned);
    Ok(Mention { source: source.to_owned(), target: target.to_owned(), vouch })
}

#[test]
fn what_senders_send_is_read() {
    let (ada, hub) = ("https://ada.example/1", "https://hub.example/rust");
    for (body, expected) in [
        (
            "source=https%3A%2F%2Fada.example%2F1&target=https%3A%2F%2Fhub.example%2Frust",
            mention(ada, hub, None),
        ),
        ("source=https://ada.example/1&target=https://hub.example/rust", mention(ada, hub, None)),
        (
            "target=https://hub.example/rust&source=+https://ada.example/1%0D%0A",
            mention(ada, hub, None),
        ),
        (
            "source=https://ada.example/1&target=https://hub.example/rust&vouch=https://eve.example/&x=y",
            mention(ada, hub, Some("https://eve.example/")),
        ),
        (
            "source=https://ada.example/1&target=https://hub.example/rust&vouch=eve",
            mention(ada, hub, None),
        ),
        (
            "source=https://ada.example/1&target=https://hub.example/rust&source=x&target=y",
            mention(ada, hub, None),
        ),
        (
            "&&\u{FEFF}a=1&source=https://ada.example/1&target=https://hub.example/rust%23p&",
            mention(ada, "https://hub.example/rust#p", None),
        ),
        (
            "\u{FEFF}source=http://ada.example/?p=1%26q=2&target=http://ada.example/?p=1",
            mention("http://ada.example/?p=1&q=2", "http://ada.example/?p=1", None),
        ),
    ] {
        assert_eq!(read(body), expected, "{body}");
    }
}

#[test]
fn the_content_type_matters_only_where_it_names_another_format() {
    let body = b"source=https://ada.example/1&target=https://hub.example/rust";
    for header in [None, Some(&b""[..]), Some(b"text/plain"), Some(FORM), Some(b"x; charset=y")] {
        assert!(parse(header, body).is_ok(), "{header:?}");
    }
    for header in
        ["multipart/form-data; boundary=x", "Application/JSON", "application/ld+json;x", "text/xml"]
    {
        assert_eq!(parse(Some(header.as_bytes()), body), Err(MentionError::NotAForm), "{header}");
    }
}

/// W3C Webmention §3.2.1 and §3.2.3, side by side as their senders read them.
#[test]
fn a_refusal_says_what_to_do() {
    let target = "&target=https://hub.example/rust";
    let source = "source=https://ada.example/1";
    let long = format!("https://ada.example/{}", "x".repeat(MAX_URL));
    let bodies = [
        String::new(),
        "source=&target=".to_owned(),
        "{\"source\":\"https://ada.example/1\"}".to_owned(),
        source.to_owned(),
        format!("{source}&target=+"),
        format!("source=mailto:ada@ada.example{target}"),
        format!("source=ada.example/1{target}"),
        format!("source=/1{target}"),
        format!("source=https://{target}"),
        format!("source=https://ada.example/caf%E9{target}"),
        format!("{source}&target=javascript:alert(1)"),
        format!("source={long}{target}"),
        format!("{source}&target={long}"),
        format!("source=https://hub.example/rust%23a{target}%23b"),
        format!("source=HTTPS://Hub.Example:443/rust{target}"),
        format!("{}{source}{target}", "a=1&".repeat(MAX_PAIRS - 1)),
        format!("{source}{target}&a={}", "x".repeat(MAX_BODY)),
    ];
    let told: Vec<String> = bodies
        .iter()
        .map(|body| match read(body) {
            Ok(mention) => panic!("{mention:?}"),
            Err(error) => format!("{:.60}: {error}", body),
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    : The source is missing: send the address of your post in the source field.
    source=&target=: The source is missing: send the address of your post in the source field.
    {"source":"https://ada.example/1"}: The source is missing: send the address of your post in the source field.
    source=https://ada.example/1: The target is missing: send the address your post links to in the target field.
    source=https://ada.example/1&target=+: The target is missing: send the address your post links to in the target field.
    source=mailto:ada@ada.example&target=https://hub.example/rus: The source is not a web address: send the full address of your post, beginning with https:// or http://.
    source=ada.example/1&target=https://hub.example/rust: The source is not a web address: send the full address of your post, beginning with https:// or http://.
    source=/1&target=https://hub.example/rust: The source is not a web address: send the full address of your post, beginning with https:// or http://.
    source=https://&target=https://hub.example/rust: The source is not a web address: send the full address of your post, beginning with https:// or http://.
    source=https://ada.example/caf%E9&target=https://hub.example: The source is not a web address: send the full address of your post, beginning with https:// or http://.
    source=https://ada.example/1&target=javascript:alert(1): The target is not a web address: send the full address your post links to, beginning with https:// or http://.
    source=https://ada.example/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: The source is longer than 2,048 bytes: send the post's permalink without extra parameters.
    source=https://ada.example/1&target=https://ada.example/xxxx: The target is longer than 2,048 bytes: send the address of one of our pages.
    source=https://hub.example/rust%23a&target=https://hub.examp: Source and target are the same page: send your own post as the source.
    source=HTTPS://Hub.Example:443/rust&target=https://hub.examp: Source and target are the same page: send your own post as the source.
    a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&: The webmention has more than 20 fields: send only source and target.
    source=https://ada.example/1&target=https://hub.example/rust: The webmention is larger than 32 KiB: send only source and target.
    "#);
}

#[test]
fn limits_hold_to_the_byte() {
    let pairs = "source=https://ada.example/&target=https://hub.example/";
    assert!(read(&format!("{}{pairs}", "a=1&".repeat(MAX_PAIRS - 2))).is_ok());
    let full = format!("{pairs}&a={}", "x".repeat(MAX_BODY - pairs.len() - 3));
    assert!(read(&full).is_ok());
    assert_eq!(read(&format!("{full}x")), Err(MentionError::TooLarge));
    let longest = format!("https://ada.example/{}", "x".repeat(MAX_URL - 20));
    assert!(read(&format!("source={longest}&target=https://hub.example/")).is_ok());
    assert_eq!(
        read(&format!("source={longest}x&target=https://hub.example/")),
        Err(MentionError::SourceTooLong)
    );
}

proptest! {
    #[test]
    fn reading_never_panics(
        header in proptest::collection::vec(any::<u8>(), 0..40),
        noise in proptest::collection::vec(any::<u8>(), 0..300),
        form in "(source|target|vouch|x)=(https?%3A//)?[a-z0-9%+&=;#:/\u{e9}-]{0,60}",
    ) {
        let _ = parse(Some(&header), &noise);
        let _ = parse(None, &[form.as_bytes(), &noise].concat());
    }

    #[test]
    fn what_is_read_was_sent(source in "https?://[a-z]{1,9}\\.example/\\PC{0,30}", target in "https?://[a-z]{1,9}\\.test/\\PC{0,30}") {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("source", &source).append_pair("target", &target);
        if let Ok(mention) = parse(None, form.finish().as_bytes()) {
            prop_assert_eq!(mention.source, source.trim());
            prop_assert_eq!(mention.target, target.trim());
        }
    }
}
