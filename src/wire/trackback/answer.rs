//! The answer to a ping: ours to write, and somebody else's to read.

use super::charset;
use crate::model::text;
use crate::wire::xml;
use std::borrow::Cow;

/// The Content-Type of answers and listings.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// How much of an answer is read, in bytes. A page of errors is no answer anyway.
pub const MAX_ANSWER: usize = 64 * 1024;

/// Longest message taken over from an answer, in characters.
const MAX_MESSAGE: usize = 500;

/// What a sender is told.
///
/// Senders read this by regular expression (wire-formats.md, "TrackBack, out"): no
/// attributes, nothing but the digit in `<error>`, the message on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The ping was taken; what becomes of it stands on its receipt.
    Stored,
    /// It was not, for this reason: plain text, escaped here.
    Refused(&'a str),
}

impl Answer<'_> {
    /// The whole document, ending with a line break; `text/xml; charset=utf-8`.
    pub fn to_xml(&self) -> String {
        let (error, message) = match self {
            Answer::Stored => (0, String::new()),
            Answer::Refused(reason) => {
                (1, format!("<message>{}</message>\n", xml::content(reason)))
            }
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <response>\n<error>{error}</error>\n{message}</response>\n"
        )
    }
}

/// What somebody else's server said to our ping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// 0 for a ping that was taken; 1 by the specification otherwise, but any number occurs.
    pub error: u32,
    /// The reason as plain text of at most 500 characters; not escaped, not trusted.
    pub message: Option<String>,
}

/// Why an answer cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No `<error>` with a number: a page, a feed, nothing at all.
    #[error("the answer is not a TrackBack response")]
    NotAnAnswer,
    /// A DOCTYPE, which the format has no use for and attacks on XML readers have.
    #[error("the answer has a DOCTYPE")]
    Doctype,
}

/// Reads an answer, tolerant of everything round the two elements: PHP notices before the
/// declaration, attributes, CDATA, markup in the message, a wrong encoding.
///
/// Of a longer `body` the first [`MAX_ANSWER`] bytes are read.
///
/// # Errors
/// [`AnswerError`]; an answer that reports an error is no error here.
pub fn read_answer(body: &[u8]) -> Result<Answered, AnswerError> {
    let body = &body[..body.len().min(MAX_ANSWER)];
    let document = decoded(body);
    // ASCII lower case keeps all offsets.
    let lower = document.to_ascii_lowercase();
    let error = element(&document, &lower, "error").ok_or(AnswerError::NotAnAnswer)?;
    if lower.contains("<!doctype") || lower.contains("<!entity") {
        return Err(AnswerError::Doctype);
    }
    let Ok(error) = error.trim().parse() else {
        return Err(AnswerError::NotAnAnswer);
    };
    let message = element(&document, &lower, "message")
        .map(|inner| text::plain(&inner.replace("<![CDATA[", "").replace("]]>", "")))
        .map(|plain| text::shorten(&plain, MAX_MESSAGE))
        .filter(|plain| !plain.is_empty());
    Ok(Answered { error, message })
}

/// The document in its declared encoding, in UTF-8 where it declares none that is known.
fn decoded(body: &[u8]) -> Cow<'_, str> {
    let declaration: Vec<u8> = body.iter().copied().take_while(|b| *b != b'>').take(200).collect();
    let declaration = String::from_utf8_lossy(&declaration);
    let label = declaration.split_once("encoding=").map_or("", |(_, rest)| {
        rest.trim_start_matches(['"', '\'']).split(['"', '\'', ' ', '?']).next().unwrap_or_default()
    });
    match charset::by_label(label.as_bytes()) {
        Ok(Some(encoding)) => encoding.decode(body).0,
        _ => String::from_utf8_lossy(body),
    }
}

/// The content of the first element of that name; `lower` is `document` in lower case.
fn element<'a>(document: &'a str, lower: &str, name: &str) -> Option<&'a str> {
    let start = lower
        .match_indices(&format!("<{name}"))
        .map(|(at, open)| at + open.len())
        .find(|after| lower[*after..].starts_with(['>', ' ', '\t', '\r', '\n']))?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find(&format!("</{name}"))?;
    Some(&document[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_stored_ping_is_answered_to_the_byte() {
        assert_eq!(
            Answer::Stored.to_xml(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response>\n<error>0</error>\n</response>\n"
        );
    }

    #[test]
    fn a_refused_ping_is_answered_to_the_byte() {
        let reason = "This category needs its passphrase: add it to the end of the ping address.";
        assert_eq!(
            Answer::Refused(reason).to_xml(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response>\n<error>1</error>\n\
             <message>This category needs its passphrase: add it to the end of the ping address.</message>\n\
             </response>\n"
        );
    }

    #[test]
    fn a_message_stays_on_its_line_and_in_its_element() {
        let xml = Answer::Refused("a\r\nb</message><x> & \u{1}\"c\" ]]>").to_xml();
        assert!(
            xml.contains("\n<message>a  b&lt;/message&gt;&lt;x&gt; &amp; \"c\" ]]&gt;</message>\n")
        );
    }

    #[test]
    fn answers_of_the_wild_are_read() {
        let prolog = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
        let message = |m: &str| Some(m.to_owned());
        for (body, error, said) in [
            (format!("{prolog}\n<response>\n<error>0</error>\n</response>"), 0, None),
            // Movable Type
            (format!("{prolog}\n<response>\n<error>1</error>\n<message>Ping &amp; pong</message>\n</response>"), 1, message("Ping & pong")),
            // Dotclear indents
            (format!("{prolog}\n<response>\n  <error>1</error>\n  <message>No such post.</message>\n</response>"), 1, message("No such post.")),
            // b2evolution counts on
            (format!("{prolog}<response><error>2</error><message>Cannot insert</message></response>"), 2, message("Cannot insert")),
            ("\n\n<b>Notice</b>: x in <b>/a.php</b>\n<response><error> 0 </error></response>".to_owned(), 0, None),
            ("\u{FEFF}<response><ERROR type=\"x\">1</ERROR><message lang=\"en\"><![CDATA[<b>No</b> way]]></message>".to_owned(), 1, message("No way")),
            ("<response><errors>9</errors><error>0</error></response>".to_owned(), 0, None),
            ("<error>1</error><message> </message>".to_owned(), 1, None),
            ("<error>1</error><message>never closed".to_owned(), 1, None),
            ("<error>1</error><message>a\nb\u{202E}</message>".to_owned(), 1, message("a b")),
        ] {
            assert_eq!(read_answer(body.as_bytes()), Ok(Answered { error, message: said }), "{body}");
        }
    }

    #[test]
    fn an_answer_is_read_in_the_encoding_it_declares() {
        let mut body = b"<?xml version=\"1.0\" encoding='iso-8859-1' ?><error>1</error>".to_vec();
        body.extend(b"<message>caf\xE9</message>");
        assert_eq!(read_answer(&body).unwrap().message.as_deref(), Some("café"));
        let mut body = b"<?xml version=\"1.0\" encoding=\"EUC-JP\"?><error>1</error>".to_vec();
        body.extend(b"<message>\xC6\xFC\xCB\xDC</message>");
        assert_eq!(read_answer(&body).unwrap().message.as_deref(), Some("日本"));
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        for body in [
            &b""[..],
            b"<html><body>Not found</body></html>",
            b"<!DOCTYPE html><title>x</title>",
            b"<error></error>",
            b"<error>yes</error>",
            b"<error>-1</error>",
            b"<error>1",
            b"<error",
            b"<error>99999999999999999999</error>",
            b"\xFF\xFE<\0e\0",
        ] {
            assert_eq!(read_answer(body), Err(AnswerError::NotAnAnswer), "{body:?}");
        }
        for body in [
            &b"<!DOCTYPE r [<!ENTITY a \"b\">]><r><error>0</error></r>"[..],
            b"<!doctype html><p><error>1</error>",
        ] {
            assert_eq!(read_answer(body), Err(AnswerError::Doctype));
        }
    }

    #[test]
    fn hostile_repetition_stays_linear() {
        for unit in ["<error", "<error ", "<error>", "<message", "encoding=", "<![CDATA[", "<"] {
            let body = unit.repeat((1 << 20) / unit.len());
            assert!(read_answer(body.as_bytes()).is_err());
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut answer = b"<error>1</error><message>".to_vec();
            answer.extend(&body);
            answer.extend(b"</message>");
            let _ = read_answer(&body);
            let _ = read_answer(&answer);
        }

        #[test]
        fn our_own_refusals_are_read_back(reason in any::<String>()) {
            let xml = Answer::Refused(&reason).to_xml();
            prop_assert_eq!(xml.lines().count(), 5);
            prop_assert_eq!(read_answer(xml.as_bytes()).map(|a| a.error), Ok(1));
        }
    }
}
