//! Which one encoding a ping was written in.

use super::ParseError;
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Longest encoding label that is looked up, in bytes; the longest real one has 19.
pub const MAX_LABEL: usize = 40;

/// The encoding a ping was read with, for its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset {
    /// The name in the Encoding Standard: `ISO-8859-1` is read as `windows-1252`.
    pub name: &'static str,
    /// How it was decided.
    pub read_from: CharsetSource,
}

/// How an encoding was decided, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharsetSource {
    /// The form field `charset` (Movable Type, WordPress receivers).
    Field,
    /// `charset` in the Content-Type header.
    Header,
    /// Nothing was declared and the bytes are UTF-8.
    Utf8,
    /// Nothing was declared and they are not: windows-1252.
    Fallback,
}

/// Picks the encoding of all fields: the form's word, then the header's, then a look at the
/// `values`.
///
/// A label nobody knows is skipped, not refused: a misspelt charset should not lose a ping.
pub(super) fn choose(
    field: Option<&[u8]>,
    content_type: Option<&[u8]>,
    values: &[&[u8]],
) -> Result<(&'static Encoding, CharsetSource), ParseError> {
    if let Some(found) = field.map(by_label).transpose()?.flatten() {
        return Ok((found, CharsetSource::Field));
    }
    if let Some(found) = content_type.and_then(parameter).map(by_label).transpose()?.flatten() {
        return Ok((found, CharsetSource::Header));
    }
    Ok(match are_utf8(values) {
        true => (UTF_8, CharsetSource::Utf8),
        false => (WINDOWS_1252, CharsetSource::Fallback),
    })
}

/// The encoding of a label, none if it is empty or unknown.
///
/// UTF-16 and what the Encoding Standard maps to `replacement` would let markup hide from
/// whoever looks at the bytes; UTF-7 is named because it does the same and is no label of
/// the standard (security.md T14).
pub(in crate::wire) fn by_label(label: &[u8]) -> Result<Option<&'static Encoding>, ParseError> {
    let label = label.trim_ascii();
    if label.len() > MAX_LABEL {
        return Err(ParseError::CharsetTooLong);
    }
    let lower = label.to_ascii_lowercase();
    if lower.ends_with(b"utf-7") || lower.ends_with(b"utf7") {
        return Err(ParseError::CharsetRefused);
    }
    match Encoding::for_label(&lower) {
        Some(found) if [REPLACEMENT, UTF_16BE, UTF_16LE].contains(&found) => {
            Err(ParseError::CharsetRefused)
        }
        found => Ok(found),
    }
}

/// The `charset` parameter of a Content-Type, with or without a blank before it, quoted or
/// not.
pub(in crate::wire) fn parameter(content_type: &[u8]) -> Option<&[u8]> {
    content_type.split(|b| *b == b';').skip(1).find_map(|part| {
        let equals = part.iter().position(|b| *b == b'=')?;
        let (name, value) = part.split_at(equals);
        let value = value[1..].trim_ascii();
        let quotes = |b: &u8| matches!(b, b'"' | b'\'');
        let start = value.iter().take_while(|b| quotes(b)).count();
        let end = value.iter().rev().take_while(|b| quotes(b)).count();
        name.trim_ascii()
            .eq_ignore_ascii_case(b"charset")
            .then(|| value.get(start..value.len() - end).unwrap_or_default())
    })
}

/// Whether all values are UTF-8, or were until the sender cut them off.
///
/// Senders of that time cut by bytes, and half a character at the end of an excerpt (before
/// a `...`, often) must not turn the whole ping into windows-1252. So one broken place in a
/// value is forgiven where other characters beyond ASCII are whole: in Latin-1, where
/// `caf%E9` is such a broken place, there are practically never any.
fn are_utf8(values: &[&[u8]]) -> bool {
    let mut broken = false;
    let mut whole = false;
    for value in values {
        let mut breaks = 0;
        for chunk in value.utf8_chunks() {
            whole |= !chunk.valid().is_ascii();
            breaks += usize::from(!chunk.invalid().is_empty());
        }
        if breaks > 1 {
            return false;
        }
        broken |= breaks == 1;
    }
    !broken || whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_parameter_is_found_however_it_is_written() {
        for (header, value) in [
            ("application/x-www-form-urlencoded; charset=utf-8", Some("utf-8")),
            ("application/x-www-form-urlencoded;charset=utf-8", Some("utf-8")),
            ("application/x-www-form-urlencoded ; Charset = UTF-8 ", Some("UTF-8")),
            ("application/x-www-form-urlencoded; charset=\"euc-jp\"", Some("euc-jp")),
            ("application/x-www-form-urlencoded; charset='euc-jp'", Some("euc-jp")),
            ("x; boundary=y; charset=big5; charset=utf-8", Some("big5")),
            ("x; charset=", Some("")),
            ("x; charset=\"", Some("")),
            ("x; charset", None),
            ("x; mycharset=utf-8", None),
            ("charset=utf-8", None),
            ("", None),
        ] {
            let found = parameter(header.as_bytes());
            assert_eq!(found, value.map(str::as_bytes), "{header}");
        }
    }

    #[test]
    fn dangerous_labels_are_refused_and_unknown_ones_skipped() {
        for label in [
            "utf-16",
            "UTF-16LE",
            "utf-16be",
            "unicode",
            "ucs-2",
            "iso-10646-ucs-2",
            "replacement",
            "iso-2022-kr",
            "hz-gb-2312",
            "iso-2022-cn",
            "utf-7",
            "UTF7",
            "csUTF7",
            " utf-7 ",
            "unicode-1-1-utf-7",
            "x-unicode-2-0-utf-7",
        ] {
            assert_eq!(by_label(label.as_bytes()), Err(ParseError::CharsetRefused), "{label}");
        }
        let longest = "x".repeat(MAX_LABEL);
        for label in ["", " ", "utf-9", "latin 1", "utf-32", "\u{FFFD}", &longest] {
            assert_eq!(by_label(label.as_bytes()), Ok(None), "{label}");
        }
        let long = "x".repeat(MAX_LABEL + 1);
        assert_eq!(by_label(long.as_bytes()), Err(ParseError::CharsetTooLong));
    }

    #[test]
    fn a_character_cut_in_half_does_not_change_the_encoding() {
        let cut = "日本語の抜粋".as_bytes();
        let dots = [&cut[..8], b"..."].concat();
        for (values, utf8) in [
            (vec![&b"plain"[..]], true),
            (vec![], true),
            (vec![&cut[..7]], true),
            (vec![&cut[..8], &b"plain"[..]], true),
            (vec![&dots[..]], true),
            (vec![cut, &b"\xE3"[..]], true),
            (vec![&b"caf\xE9"[..]], false),
            (vec![&b"caf\xE9 \xE0 la cr\xE8me"[..]], false),
            (vec![&b"\x93\xFA\x96\x7B"[..]], false),
            (vec![&b"\xC6\xFC\xCB\xDC\xB8\xEC"[..]], false),
        ] {
            assert_eq!(are_utf8(&values), utf8, "{values:?}");
        }
    }
}
