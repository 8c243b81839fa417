//! Which one encoding a page is written in, in the order of the HTML Standard.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Longest encoding label that is looked up, in bytes; the longest real one has 19.
const MAX_LABEL: usize = 40;

/// How far into the page a `<meta charset>` counts (HTML, "prescan a byte stream").
const PRESCAN: usize = 1024;

/// The page as text, without a byte order mark; what makes no sense becomes U+FFFD.
///
/// Byte order mark, header, `<meta>`, then UTF-8 if the bytes are, else windows-1252.
pub(super) fn decode<'a>(body: &'a [u8], header: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        return encoding.decode_without_bom_handling(&body[length..]).0;
    }
    let encoding = header
        .and_then(|label| by_label(label.as_bytes()))
        .or_else(|| declared(body))
        .unwrap_or_else(|| guessed(body));
    encoding.decode_without_bom_handling(body).0
}

/// UTF-7 has no label in the Encoding Standard; what it maps to `replacement` is passed over,
/// since it would leave one U+FFFD of the whole page.
fn by_label(label: &[u8]) -> Option<&'static Encoding> {
    (label.len() <= MAX_LABEL)
        .then(|| Encoding::for_label(label))
        .flatten()
        .filter(|found| *found != REPLACEMENT)
}

/// What a `<meta>` declares.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let mut rest = &body[..body.len().min(PRESCAN)];
    while let Some(at) = rest.iter().position(|b| *b == b'<') {
        rest = &rest[at..];
        let end = match rest.starts_with(b"<!--") {
            true => find(rest, b"-->").map_or(rest.len(), |at| at + 3),
            false => rest.iter().position(|b| *b == b'>').map_or(rest.len(), |at| at + 1),
        };
        let (tag, after) = rest.split_at(end);
        let is_meta = tag.get(1..5).is_some_and(|name| name.eq_ignore_ascii_case(b"meta"));
        if is_meta && let Some(found) = label_in(tag).and_then(by_label) {
            // The page could not have been read so far if it were (HTML, "prescan", step 2).
            return Some(if [UTF_16BE, UTF_16LE].contains(&found) { UTF_8 } else { found });
        }
        rest = after;
    }
    None
}

/// What follows `charset=`, in `<meta charset>` as in `<meta http-equiv content>`.
fn label_in(tag: &[u8]) -> Option<&[u8]> {
    let lower = tag.to_ascii_lowercase();
    let after = find(&lower, b"charset")? + b"charset".len();
    let value = tag[after..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let ends = |b: &u8| matches!(b, b'"' | b'\'' | b';' | b'>' | b'/') || b.is_ascii_whitespace();
    Some(&value[..value.iter().position(ends).unwrap_or(value.len())])
}

/// A character that the limit of the body cut in half is forgiven, where others are whole.
fn guessed(body: &[u8]) -> &'static Encoding {
    match std::str::from_utf8(body) {
        Ok(_) => UTF_8,
        Err(error) if error.error_len().is_none() && !body[..error.valid_up_to()].is_ascii() => {
            UTF_8
        }
        Err(_) => WINDOWS_1252,
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_mark_header_meta_bytes() {
        for (body, header, text) in [
            (&b"\xEF\xBB\xBFcaf\xC3\xA9"[..], Some("iso-8859-1"), "café"),
            (b"\xFF\xFEa\0", Some("utf-8"), "a"),
            (b"caf\xE9<meta charset=utf-8>", Some("ISO-8859-1"), "café<meta charset=utf-8>"),
            (b"<meta charset=iso-8859-1>caf\xE9", None, "<meta charset=iso-8859-1>café"),
            (b"<META Charset = 'KOI8-R'>\xF0", None, "<META Charset = 'KOI8-R'>П"),
            (b"<meta content='text/html; charset=koi8-r'/>\xF0", Some("no-such"), "П"),
            (b"<!-- <meta charset=koi8-r> -->\xE9", None, "é"),
            (b"<meta charset=utf-16>\xC3\xA9", None, "é"),
            (b"<meta charset=iso-2022-kr>caf\xC3\xA9", None, "café"),
            (b"caf\xC3\xA9", None, "café"),
            (b"caf\xC3\xA9 \xC3", None, "café \u{FFFD}"),
            (b"\x93caf\xE9\x94", None, "“café”"),
            (b"+ADw-script+AD4-", Some("utf-7"), "+ADw-script+AD4-"),
            (b"<meta charset", None, "<meta charset"),
            (b"<meta charset=", None, "<meta charset="),
            (b"", None, ""),
        ] {
            let decoded = decode(body, header);
            assert!(decoded.ends_with(text), "{decoded} for {text}");
        }
    }

    #[test]
    fn a_declaration_beyond_the_first_kilobyte_is_too_late() {
        let mut body = vec![b' '; PRESCAN];
        body.extend_from_slice(b"<meta charset=koi8-r>\xF0");
        assert!(decode(&body, None).ends_with('ð'));
        assert!(decode(b"x", Some(&"x".repeat(200_000))).ends_with('x'));
    }
}
