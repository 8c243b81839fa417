//! What others answer to our pings, and where they say that they are to be pinged:
//! `wire::trackback`, and the block of `wire::discovery`.

use backchannel::model::text;
use backchannel::wire::discovery::rdf_block;
use backchannel::wire::trackback::{Answer, MAX_ANSWER, discover, read_answer};
use url::Url;

use super::{foreign, input, line};

/// The most of a message that is kept.
const MAX_MESSAGE: usize = 500;

const PAGE: &str = "https://xn--caf-dma.example/sxsw/key--notes?a=1&b=2";
const PING: &str = "https://xn--caf-dma.example/tb/7/kiwi--7";

/// The first line is a `Link` header; the rest is an answer, a page, and the text of a refusal.
pub fn check(data: &[u8]) {
    let (link, body) = input::with_header(data);
    let body_text = String::from_utf8_lossy(body);
    if let Ok(answer) = read_answer(data) {
        assert_ne!(answer.message.as_deref(), Some(""));
        line::is_tidy(answer.message.as_deref().unwrap_or_default(), MAX_MESSAGE);
    }
    our_refusal_is_read(&body_text);
    let links: Vec<String> =
        link.iter().map(|link| String::from_utf8_lossy(link).into_owned()).collect();
    leads_to_the_web(&body_text, &links);
    our_block_is_found(&body_text, &links);
}

/// By us, and by any reader of XML; on one line, as some read it.
fn our_refusal_is_read(reason: &str) {
    let xml = Answer::Refused(reason).to_xml();
    assert_eq!(xml.lines().count(), 5);
    let elements = foreign::elements(&xml);
    assert_eq!(foreign::texts_of(&elements, "error"), ["1"]);
    assert_eq!(foreign::texts_of(&elements, "message"), [foreign::held(reason)]);
    if xml.len() <= MAX_ANSWER {
        let answer = read_answer(xml.as_bytes()).unwrap();
        let message = text::shorten(&text::tidy(&foreign::held(reason)), MAX_MESSAGE);
        assert_eq!((answer.error, answer.message.unwrap_or_default()), (1, message));
    }
}

fn leads_to_the_web(page: &str, links: &[String]) {
    if let Some(ping) = discover(page, &Url::parse(PAGE).unwrap(), links) {
        assert!(matches!(ping.scheme(), "http" | "https") && ping.has_host(), "{ping}");
    }
}

/// Whatever else the page says behind it, and whatever the category is called.
fn our_block_is_found(text: &str, links: &[String]) {
    let title: String = text.chars().take(255).collect();
    let block = rdf_block(PAGE, PING, &title);
    let inside = block.strip_prefix("<!--").and_then(|block| block.strip_suffix("-->")).unwrap();
    assert!(!inside.contains("--") && !inside.starts_with('>') && !inside.starts_with("->"));
    let found = discover(&format!("{block}{text}"), &Url::parse(PAGE).unwrap(), links);
    assert_eq!(found.map(String::from).as_deref(), Some(PING));
}
