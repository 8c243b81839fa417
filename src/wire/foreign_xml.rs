//! XML that a stranger sent: made text of, before any reader sees it.

use crate::wire::trackback;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// Why a document is not made text of: UTF-16 or UTF-7, an encoding that browsers refuse too, a
/// charset name of more than [`MAX_LABEL`](trackback::MAX_LABEL) bytes, or a NUL, which is in no
/// XML document and in every one whose UTF-16 was not declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document is in an encoding that is not read here: send it in UTF-8")]
pub struct EncodingRefused;

/// The document as text, without byte order mark and XML declaration.
///
/// The encoding is that of the byte order mark, else of the Content-Type, else of the
/// declaration (RFC 7303 §3), else UTF-8 where the bytes are, else windows-1252. The declaration
/// is left out because it is no longer true.
///
/// # Errors
/// [`EncodingRefused`]; bytes that the encoding does not have become U+FFFD.
pub fn decode<'a>(
    content_type: Option<&[u8]>,
    body: &'a [u8],
) -> Result<Cow<'a, str>, EncodingRefused> {
    if body.starts_with(b"\xFE\xFF") || body.starts_with(b"\xFF\xFE") || body.contains(&0) {
        return Err(EncodingRefused);
    }
    let encoding = encoding_of(content_type, body)?;
    Ok(match encoding.decode_with_bom_removal(body).0 {
        Cow::Borrowed(text) => Cow::Borrowed(without_declaration(text)),
        Cow::Owned(text) => Cow::Owned(without_declaration(&text).to_owned()),
    })
}

fn encoding_of(
    content_type: Option<&[u8]>,
    body: &[u8],
) -> Result<&'static Encoding, EncodingRefused> {
    if body.starts_with(b"\xEF\xBB\xBF") {
        return Ok(UTF_8);
    }
    let labels = [content_type.and_then(trackback::charset_parameter), declared_label(body)];
    for label in labels.into_iter().flatten() {
        let Ok(found) = trackback::encoding_by_label(label) else {
            return Err(EncodingRefused);
        };
        if let Some(encoding) = found {
            return Ok(encoding);
        }
    }
    Ok(if std::str::from_utf8(body).is_ok() { UTF_8 } else { WINDOWS_1252 })
}

/// The value of `encoding` in an XML declaration. White space before the declaration is against
/// XML and what templates produce.
fn declared_label(body: &[u8]) -> Option<&[u8]> {
    let declaration = body.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = declaration.iter().position(|b| *b == b'>')?;
    let declaration = &declaration[..end];
    let name = b"encoding";
    let at = declaration.windows(name.len()).position(|bytes| bytes == name)?;
    let value = declaration[at + name.len()..].trim_ascii_start().strip_prefix(b"=")?;
    let (quote, value) = value.trim_ascii_start().split_first()?;
    let end = value.iter().position(|b| b == quote)?;
    Some(&value[..end])
}

fn without_declaration(text: &str) -> &str {
    let start = text.trim_start();
    match start.strip_prefix("<?xml").filter(|rest| rest.starts_with(char::is_whitespace)) {
        Some(rest) => rest.split_once("?>").map_or(start, |(_, document)| document),
        None => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(content_type: &str, body: &[u8]) -> Option<String> {
        let header = (!content_type.is_empty()).then_some(content_type.as_bytes());
        decode(header, body).ok().map(Cow::into_owned)
    }

    #[test]
    fn a_document_is_read_in_the_encoding_it_was_sent_in() {
        for (header, body, text) in [
            (
                "",
                &b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>caf\xE9</a>"[..],
                "<a>café</a>",
            ),
            ("", b"<?xml version='1.0' encoding = 'koi8-r' ?>\n<a>\xF0</a>", "\n<a>П</a>"),
            ("", b"\xEF\xBB\xBF<?xml version='1.0' encoding='koi8-r'?><a>\xC3\xA9</a>", "<a>é</a>"),
            ("text/xml; charset=koi8-r", b"<a>\xF0</a>", "<a>П</a>"),
            ("text/xml; charset=UTF-8", b"<?xml version='1.0' encoding='koi8-r'?>\xC3\xA9", "é"),
            ("text/xml; charset=nonsense", b"<?xml encoding='big5'?>\xA4\xA4", "中"),
            ("", b"<?xml version='1.0' encoding='nonsense'?><a>\xE9</a>", "<a>é</a>"),
            ("", b"<a>\xE9</a>", "<a>é</a>"),
            ("", b"<a>\xC3\xA9</a>", "<a>é</a>"),
            ("", b"  \n<?xml version='1.0' encoding='euc-jp'?>\xC6\xFC", "日"),
            ("", b"<?xml version='1.0' encoding='utf-8'?>\xE9", "\u{FFFD}"),
            ("", b"<?xml-stylesheet href='x'?><a/>", "<?xml-stylesheet href='x'?><a/>"),
            ("", b"<?xml version='1.0'", "<?xml version='1.0'"),
            ("", b"<?xml encoding", "<?xml encoding"),
            ("", b"", ""),
        ] {
            assert_eq!(read(header, body).as_deref(), Some(text), "{header} {body:?}");
        }
    }

    #[test]
    fn disguises_are_refused() {
        for (header, body) in [
            ("", &b"\xFE\xFF\0<\0a"[..]),
            ("", b"\xFF\xFE<\0a\0"),
            ("", b"<\0a\0>\0"),
            ("", b"<a>\0</a>"),
            ("", b"<?xml version='1.0' encoding='utf-16'?><a/>"),
            ("", b"<?xml version='1.0' encoding='UTF-7'?><a>+ADw-</a>"),
            ("", b"<?xml version='1.0' encoding='iso-2022-kr'?><a/>"),
            ("text/xml; charset=utf-16le", b"<a/>"),
        ] {
            assert_eq!(read(header, body), None, "{header} {body:?}");
        }
        let long = format!("<?xml encoding='{}'?><a/>", "x".repeat(trackback::MAX_LABEL + 1));
        assert_eq!(read("", long.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn reading_never_panics(
            header in proptest::collection::vec(any::<u8>(), 0..30),
            body in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            let _ = decode(Some(&header), &body);
            let _ = decode(None, &[b"<?xml encoding".as_slice(), &body].concat());
        }
    }
}
