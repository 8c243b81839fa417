//! How a ping was understood: each field as it came and as it is stored, and its charset.

use crate::actions::receipt::ReceiptOf;
use crate::app::ReceiptKind;
use crate::db::readings::Reading;
use crate::model::ping::CharsetFrom;
use crate::model::sent::Sent;
use crate::model::text;

/// One field of a ping.
#[derive(Debug)]
pub struct Field {
    /// What the form calls it.
    pub name: &'static str,
    /// The field of the protocol.
    pub code: &'static str,
    /// What is stored.
    pub stored: String,
    /// What came, where that is something else.
    pub came: Option<String>,
    /// Where what is stored is from, if it did not come; empty if it did.
    pub made: &'static str,
}

/// How a ping was understood.
#[derive(Debug)]
pub struct Understood {
    /// How it came, and in which charset it was read, as a sentence.
    pub charset: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// The sent fields of a ping, for whoever sent it; none once they are deleted.
fn sent(found: &ReceiptOf) -> Option<&Sent> {
    found.sent.as_ref().filter(|_| found.receipt.kind == ReceiptKind::First)
}

/// How a ping was understood, in words.
pub fn understood(found: &ReceiptOf) -> Option<Understood> {
    let sent = sent(found)?;
    Some(Understood { charset: charset_words(sent), fields: fields(found, sent) })
}

/// The same for programs.
pub fn understood_json(found: &ReceiptOf) -> Option<serde_json::Value> {
    let sent = sent(found)?;
    let ping = &found.ping;
    let field =
        |came: &Option<String>, stored: &str| serde_json::json!({ "came": came, "stored": stored });
    Some(serde_json::json!({
        "method": method(sent),
        "charset": sent.charset,
        "charset_from": sent.charset_from,
        "url": field(&sent.url, &ping.url),
        "title": field(&sent.title, &ping.title),
        "excerpt": field(&sent.excerpt, &ping.excerpt),
        "blog_name": field(&sent.blog_name, &ping.blog_name),
    }))
}

const fn method(sent: &Sent) -> &'static str {
    if sent.by_get { "GET" } else { "POST" }
}

fn charset_words(sent: &Sent) -> String {
    let (charset, method) = (&sent.charset, method(sent));
    match sent.charset_from() {
        CharsetFrom::Field => {
            format!("It came by {method} and was read as {charset}: its field “charset” says so.")
        }
        CharsetFrom::Header => {
            format!(
                "It came by {method} and was read as {charset}: its header Content-Type says so."
            )
        }
        CharsetFrom::Utf8 => format!(
            "It came by {method} and was read as {charset}: it names no charset, and its bytes are UTF-8."
        ),
        CharsetFrom::Fallback => format!(
            "It came by {method} and was read as {charset}: it names no charset, and its bytes are not UTF-8. If letters are wrong, let your tool name its charset."
        ),
        CharsetFrom::Form => "You typed it into the form here.".to_owned(),
    }
}

/// A stranger's text, in which nothing hides: what would be dropped has its number instead.
fn visible(came: &str) -> String {
    let mut text = String::with_capacity(came.len());
    for c in came.chars() {
        if text::is_dropped(c) {
            text.push_str(&format!("[U+{:04X}]", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    text
}

/// Where a field is from that did not come with the last ping.
fn made(found: &ReceiptOf, code: &str, stored: &str) -> &'static str {
    let ping = &found.ping;
    let sent = ping.sent();
    let of_page =
        |of: fn(&Reading) -> &String| found.reading.as_ref().is_some_and(|r| of(r) == stored);
    let (is_edited, is_of_page, is_made_up) = match code {
        "title" => (
            stored != sent.title,
            of_page(|reading| &reading.title),
            stored == text::first_words(&sent.excerpt, 5) || ping.url.starts_with(stored),
        ),
        "excerpt" => (stored != sent.excerpt, of_page(|reading| &reading.excerpt), false),
        "blog_name" => (
            stored != sent.blog_name,
            of_page(|reading| &reading.blog_name),
            // The site's name stands in for it.
            ping.url.contains(stored),
        ),
        _ => (false, false, true),
    };
    match (is_edited, is_made_up, is_of_page) {
        (true, _, _) => "written by the organizers",
        (_, true, _) => "did not come: made from the rest",
        (_, _, true) => "did not come: taken from your page",
        (false, false, false) => "kept from your first ping",
    }
}

fn fields(found: &ReceiptOf, sent: &Sent) -> Vec<Field> {
    let ping = &found.ping;
    let field = |name, code, came: &Option<String>, stored: &str| {
        let came = came.clone().filter(|came| !came.is_empty());
        Field {
            name,
            code,
            stored: stored.to_owned(),
            made: if came.is_none() && !stored.is_empty() { made(found, code, stored) } else { "" },
            came: came.filter(|came| came != stored).map(|came| visible(&came)),
        }
    };
    vec![
        field("Address", "url", &sent.url, &ping.url),
        field("Title", "title", &sent.title, &ping.title),
        field("First words", "excerpt", &sent.excerpt, &ping.excerpt),
        field("Blog", "blog_name", &sent.blog_name, &ping.blog_name),
    ]
}
