//! A ping as a form: ours to read, and ours to send.

use super::charset::{self, Charset};
use encoding_rs::Encoding;
use std::fmt;

/// Largest body of a ping, in bytes (security.md T15).
pub const MAX_BODY: usize = 32 * 1024;

/// Most fields of a ping, known and unknown ones together.
pub const MAX_PAIRS: usize = 20;

/// The Content-Type of what [`encode`] writes.
pub const FORM_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// The field, with any value, that marks a ping which a hub passes on. It survives what strips
/// [`FORWARDED_HEADER`].
pub const FORWARDED_FIELD: &str = "backchannel_forwarded";

/// The header that marks a ping which a hub passes on.
pub const FORWARDED_HEADER: &str = "x-backchannel-forwarded";

/// A ping as its sender put it: decoded, not yet cleaned, nothing checked.
///
/// A field that was not sent, or sent empty, is `None`. Values may hold markup, entities,
/// control characters and line breaks, and U+FFFD where bytes made no sense.
#[derive(Clone, PartialEq, Eq)]
pub struct Ping {
    /// Field `url`: the address of the post. The only field the specification requires.
    pub url: Option<String>,
    /// Field `title`: the post's title.
    pub title: Option<String>,
    /// Field `excerpt`: the beginning of the post, or a summary.
    pub excerpt: Option<String>,
    /// Field `blog_name`: what the blog calls itself.
    pub blog_name: Option<String>,
    /// Field `pass`: the category's passphrase, where it is not in the ping address.
    pub passphrase: Option<String>,
    /// Field [`FORWARDED_FIELD`]: another hub passed the ping on.
    pub forwarded: bool,
    /// The encoding all fields were read with.
    pub charset: Charset,
}

/// Leaves the passphrase out, so that no log line can show it.
impl fmt::Debug for Ping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ping")
            .field("url", &self.url)
            .field("title", &self.title)
            .field("excerpt", &self.excerpt)
            .field("blog_name", &self.blog_name)
            .field("passphrase", &self.passphrase.as_ref().map(|_| "…"))
            .field("charset", &self.charset)
            .finish()
    }
}

/// Why a body is not read as a ping; the text is for the blogger and repeats no input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More than [`MAX_BODY`].
    #[error("The ping is larger than 32 KiB: send a shorter excerpt.")]
    TooLarge,
    /// More than [`MAX_PAIRS`].
    #[error("The ping has more than 20 fields: send url, title, excerpt and blog_name.")]
    TooManyPairs,
    /// `multipart/form-data`, which no TrackBack sender uses.
    #[error("Send the ping as application/x-www-form-urlencoded.")]
    Multipart,
    /// An encoding label of more than [`MAX_LABEL`](super::MAX_LABEL) bytes.
    #[error("The charset is not a known name: send the ping in UTF-8.")]
    CharsetTooLong,
    /// UTF-7, UTF-16, or an encoding that browsers refuse too.
    #[error("Pings in this charset are not read: send the ping in UTF-8.")]
    CharsetRefused,
}

/// Reads the body of a ping.
///
/// Splits on `&` and `=`, decodes `+` and `%` to bytes (what is no escape stays as it is),
/// then decodes all fields with one encoding: `charset` field, header, UTF-8, windows-1252.
/// Of a repeated field the first counts, unknown ones are passed over.
///
/// # Errors
/// One of [`ParseError`]; a ping without `url` is none of them.
pub fn parse(content_type: Option<&[u8]>, body: &[u8]) -> Result<Ping, ParseError> {
    if body.len() > MAX_BODY {
        return Err(ParseError::TooLarge);
    }
    let multipart = b"multipart/";
    if content_type
        .and_then(|header| header.trim_ascii_start().get(..multipart.len()))
        .is_some_and(|kind| kind.eq_ignore_ascii_case(multipart))
    {
        return Err(ParseError::Multipart);
    }
    let fields = Fields::split(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body))?;
    fields.decode(content_type)
}

/// Reads a ping from a query, as three old senders put it there when a ping address has one
/// already; limits as in [`parse`].
///
/// # Errors
/// As in [`parse`].
pub fn parse_query(query: &str) -> Result<Ping, ParseError> {
    parse(None, query.as_bytes())
}

/// The known fields, percent-decoded.
#[derive(Default)]
struct Fields {
    url: Option<Vec<u8>>,
    title: Option<Vec<u8>>,
    excerpt: Option<Vec<u8>>,
    blog_name: Option<Vec<u8>>,
    pass: Option<Vec<u8>>,
    charset: Option<Vec<u8>>,
    forwarded: Option<Vec<u8>>,
}

impl Fields {
    fn split(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Self::default();
        let pairs = body.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
        for (count, pair) in pairs.enumerate() {
            if count == MAX_PAIRS {
                return Err(ParseError::TooManyPairs);
            }
            let equals = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            if let Some(field) = fields.slot(&percent_decoded(&pair[..equals])) {
                let value = pair.get(equals + 1..).unwrap_or_default();
                field.get_or_insert_with(|| percent_decoded(value));
            }
        }
        Ok(fields)
    }

    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<Vec<u8>>> {
        match name {
            b"url" => Some(&mut self.url),
            b"title" => Some(&mut self.title),
            b"excerpt" => Some(&mut self.excerpt),
            b"blog_name" => Some(&mut self.blog_name),
            b"pass" => Some(&mut self.pass),
            b"charset" => Some(&mut self.charset),
            name if name == FORWARDED_FIELD.as_bytes() => Some(&mut self.forwarded),
            _ => None,
        }
    }

    fn decode(self, content_type: Option<&[u8]>) -> Result<Ping, ParseError> {
        let values: Vec<&[u8]> =
            [&self.url, &self.title, &self.excerpt, &self.blog_name, &self.pass]
                .into_iter()
                .filter_map(Option::as_deref)
                .collect();
        let (encoding, read_from) =
            charset::choose(self.charset.as_deref(), content_type, &values)?;
        let text = |value: Option<Vec<u8>>| value.and_then(|bytes| decoded(encoding, &bytes));
        Ok(Ping {
            url: text(self.url),
            title: text(self.title),
            excerpt: text(self.excerpt),
            blog_name: text(self.blog_name),
            passphrase: text(self.pass),
            forwarded: self.forwarded.is_some(),
            charset: Charset { name: encoding.name(), read_from },
        })
    }
}

/// `bytes` as text without a byte order mark, or nothing.
///
/// U+FFFD at the end is a character that the sender cut in half: nobody misses it.
fn decoded(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    let text = text.trim_end_matches('\u{FFFD}');
    (!text.is_empty()).then(|| text.to_owned())
}

/// Undoes percent-encoding, to bytes and not to text: only the whole form tells the charset.
fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if let (Some(h), Some(l)) = (hex(*high), hex(*low)) => {
                bytes.push(h << 4 | l);
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// A ping that we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutgoingPing<'a> {
    /// The address of the post.
    pub url: &'a str,
    /// Its title; left out where empty, as are the next two.
    pub title: &'a str,
    /// Its beginning.
    pub excerpt: &'a str,
    /// What the blog is called.
    pub blog_name: &'a str,
    /// Whether it is passed on, and must go no further.
    pub forwarded: bool,
}

/// Writes the body of a ping, to be sent as [`FORM_TYPE`].
pub fn encode(ping: &OutgoingPing) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("url", ping.url);
    for (name, value) in
        [("title", ping.title), ("excerpt", ping.excerpt), ("blog_name", ping.blog_name)]
    {
        if !value.is_empty() {
            form.append_pair(name, value);
        }
    }
    if ping.forwarded {
        form.append_pair(FORWARDED_FIELD, "1");
    }
    form.finish()
}

#[cfg(test)]
mod tests {
    use super::super::CharsetSource::{self, Fallback, Field, Header, Utf8};
    use super::*;
    use crate::model::text;
    use proptest::prelude::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    fn read(content_type: &str, body: &[u8]) -> Ping {
        let header = (!content_type.is_empty()).then_some(content_type.as_bytes());
        parse(header, body).unwrap()
    }

    fn title(content_type: &str, body: &[u8]) -> (String, &'static str, CharsetSource) {
        let ping = read(content_type, body);
        (ping.title.unwrap_or_default(), ping.charset.name, ping.charset.read_from)
    }

    /// Every byte of `bytes` as a percent escape.
    fn escaped(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn a_ping_is_its_five_fields() {
        let body = b"url=http%3A%2F%2Fada.example%2F1&title=On+Rust&excerpt=It%20is%2e\
                     &blog_name=Ada%27s&pass=kiwi-7&tb_id=3";
        let ping = read(FORM, body);
        assert_eq!(ping.url.as_deref(), Some("http://ada.example/1"));
        assert_eq!(ping.title.as_deref(), Some("On Rust"));
        assert_eq!(ping.excerpt.as_deref(), Some("It is."));
        assert_eq!(ping.blog_name.as_deref(), Some("Ada's"));
        assert_eq!(ping.passphrase.as_deref(), Some("kiwi-7"));
        assert!(!format!("{ping:?}").contains("kiwi"));
    }

    #[test]
    fn what_senders_do_works() {
        let url = |body: &[u8]| read("", body).url.unwrap_or_default();
        for (body, expected) in [
            (&b"url=http://a.example/?p=1"[..], "http://a.example/?p=1"),
            (b"url=first&url=second", "first"),
            (b"url=&url=second", ""),
            (b"checked=1&sent=2&tb_id=3&url=x", "x"),
            (b"&&url=x&&", "x"),
            (b"url", ""),
            (b"url=", ""),
            (b"=x", ""),
            (b"", ""),
            (b"URL=x", ""),
            (b"u%72l=x", "x"),
            (b"\xEF\xBB\xBFurl=x", "x"),
            (b"url=%EF%BB%BFx", "x"),
            (b"url=%20+x%0D%0A", "  x\r\n"),
            (b"url=x\r\n", "x\r\n"),
            (b"url=a%00b\0c", "a\0b\0c"),
            (b"url=%", "%"),
            (b"url=%4", "%4"),
            (b"url=%4&title=x", "%4"),
            (b"url=%zz%41%", "%zzA%"),
            (b"url=%u00e9", "%u00e9"),
            (b"url=%%41", "%A"),
            (b"url=%2B%26%3D", "+&="),
            (b"url=a%2541", "a%41"),
            (b"url=a;title=b", "a;title=b"),
        ] {
            assert_eq!(url(body), expected, "{:?}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn entities_tags_and_lines_are_left_for_the_cleaning() {
        let body = b"title=Tom+%26amp%3B+Jerry%26%238230%3B&excerpt=%3Cp%3Ea%0D%0Ab%3C%2Fp%3E%00";
        let ping = read("", body);
        assert_eq!(ping.title.as_deref(), Some("Tom &amp; Jerry&#8230;"));
        assert_eq!(text::plain(&ping.title.unwrap()), "Tom & Jerry…");
        assert_eq!(text::plain(&ping.excerpt.unwrap()), "a b");
    }

    #[test]
    fn every_charset_round_trips_by_header_and_by_field() {
        for (label, written, bytes) in [
            ("ISO-8859-1", "café à la crème", &b"caf\xE9 \xE0 la cr\xE8me"[..]),
            ("windows-1252", "“naïve” – 5 €", b"\x93na\xEFve\x94 \x96 5 \x80"),
            ("ISO-8859-15", "œuvre à 5 €", b"\xBDuvre \xE0 5 \xA4"),
            ("ISO-8859-2", "Łódź", b"\xA3\xF3d\xBC"),
            ("Shift_JIS", "日本語ソ表", b"\x93\xFA\x96\x7B\x8C\xEA\x83\x5C\x95\x5C"),
            ("EUC-JP", "日本語", b"\xC6\xFC\xCB\xDC\xB8\xEC"),
            ("ISO-2022-JP", "日本語 x", b"\x1B$BF|K\\8l\x1B(B x"),
            ("Big5", "中文網誌", b"\xA4\xA4\xA4\xE5\xBA\xF4\xBB\x78"),
            ("GB18030", "中文博客", b"\xD6\xD0\xCE\xC4\xB2\xA9\xBF\xCD"),
            ("gb2312", "中文", b"\xD6\xD0\xCE\xC4"),
            ("EUC-KR", "한국어", b"\xC7\xD1\xB1\xB9\xBE\xEE"),
            ("KOI8-R", "Привет", b"\xF0\xD2\xC9\xD7\xC5\xD4"),
            ("windows-1251", "Привет", b"\xCF\xF0\xE8\xE2\xE5\xF2"),
            ("UTF-8", "日本語 👩", "日本語 👩".as_bytes()),
            ("utf8", "é", "\u{FEFF}é".as_bytes()),
        ] {
            let body = format!("title={}", escaped(bytes));
            for header in [
                format!("{FORM}; charset={label}"),
                format!("{FORM};charset=\"{}\"", label.to_lowercase()),
            ] {
                let (text, _, source) = title(&header, body.as_bytes());
                assert_eq!((text.as_str(), source), (written, Header), "{header}");
            }
            let (text, _, source) = title("", format!("{body}&charset={label}").as_bytes());
            assert_eq!((text.as_str(), source), (written, Field), "{label} as a field");
        }
    }

    #[test]
    fn the_field_comes_before_the_header_and_the_header_before_the_bytes() {
        let form = |charset: &str| format!("{FORM}; charset={charset}");
        for (header, body, text, name, source) in [
            (form("utf-8"), "title=%E9&charset=iso-8859-1", "é", "windows-1252", Field),
            (form("iso-8859-1"), "title=%C3%A9&charset=utf-8", "é", "UTF-8", Field),
            (form("iso-8859-1"), "title=%C3%A9", "Ã©", "windows-1252", Header),
            (form("utf-8"), "title=%E9t%E9", "\u{FFFD}t", "UTF-8", Header),
            (FORM.to_owned(), "title=%C3%A9", "é", "UTF-8", Utf8),
            (FORM.to_owned(), "title=plain", "plain", "UTF-8", Utf8),
            (FORM.to_owned(), "title=%E9", "é", "windows-1252", Fallback),
            (FORM.to_owned(), "title=%C3%A9&excerpt=%E9t%E9", "Ã©", "windows-1252", Fallback),
            (FORM.to_owned(), "title=%C3%A9&tb=%E9%E9", "é", "UTF-8", Utf8),
            (String::new(), "title=%93x%94", "“x”", "windows-1252", Fallback),
            (form("no-such"), "title=%C3%A9", "é", "UTF-8", Utf8),
            (form("koi8-r"), "title=%F0&charset=no-such", "П", "KOI8-R", Header),
            (form("koi8-r"), "title=%F0&charset=", "П", "KOI8-R", Header),
            (form("koi8-r"), "title=%F0&charset=+UTF-8+%0A", "", "UTF-8", Field),
        ] {
            let found = title(&header, body.as_bytes());
            assert_eq!(found, (text.to_owned(), name, source), "{header} {body}");
        }
    }

    #[test]
    fn an_excerpt_cut_in_the_middle_of_a_character_is_still_read() {
        let whole = "日本語の抜粋";
        let body = format!("excerpt={}", escaped(&whole.as_bytes()[..17]));
        assert_eq!(read("", body.as_bytes()).excerpt.as_deref(), Some("日本語の抜"));
    }

    #[test]
    fn utf_7_stays_inert_and_other_disguises_are_refused() {
        let attack = "title=%2BADw-script%2BAD4-alert(1)";
        let ping = read("", attack.as_bytes());
        assert_eq!(ping.title.as_deref(), Some("+ADw-script+AD4-alert(1)"));
        for label in ["utf-7", "UTF-16", "utf-16be", "iso-2022-kr", "replacement"] {
            let field = format!("{attack}&charset={label}");
            assert_eq!(parse(None, field.as_bytes()), Err(ParseError::CharsetRefused));
            let header = format!("{FORM}; charset={label}");
            let found = parse(Some(header.as_bytes()), attack.as_bytes());
            assert_eq!(found, Err(ParseError::CharsetRefused));
        }
    }

    #[test]
    fn limits_hold() {
        let fits = format!("url={}", "x".repeat(MAX_BODY - 4));
        assert!(parse(None, fits.as_bytes()).is_ok());
        assert_eq!(parse(None, format!("{fits}x").as_bytes()), Err(ParseError::TooLarge));

        let twenty = "a=1&".repeat(MAX_PAIRS - 1) + "url=x";
        assert_eq!(read("", twenty.as_bytes()).url.as_deref(), Some("x"));
        assert_eq!(parse(None, format!("{twenty}&a=1").as_bytes()), Err(ParseError::TooManyPairs));
        let many = "a&".repeat(10_000);
        assert_eq!(parse(None, many.as_bytes()), Err(ParseError::TooManyPairs));
        assert!(parse(None, "&".repeat(MAX_BODY).as_bytes()).is_ok());

        let label = format!("url=x&charset={}", "a".repeat(41));
        assert_eq!(parse(None, label.as_bytes()), Err(ParseError::CharsetTooLong));
        let header = format!("{FORM}; charset={}", "a".repeat(200_000));
        assert_eq!(parse(Some(header.as_bytes()), b"url=x"), Err(ParseError::CharsetTooLong));

        let multipart = Some(&b"Multipart/Form-Data; boundary=x"[..]);
        assert_eq!(parse(multipart, b"--x"), Err(ParseError::Multipart));
    }

    #[test]
    fn a_ping_in_a_query_is_read_too() {
        let ping = parse_query("tb_id=7&url=http%3A%2F%2Fada.example%2F&title=caf%E9").unwrap();
        assert_eq!(ping.url.as_deref(), Some("http://ada.example/"));
        assert_eq!(ping.title.as_deref(), Some("café"));
        assert_eq!(parse_query("__mode=rss").unwrap().url, None);
    }

    #[test]
    fn our_own_ping_is_a_utf_8_form() {
        let ping = OutgoingPing {
            url: "http://ada.example/?p=1&q=2",
            title: "Café & Co",
            excerpt: "",
            blog_name: "日本",
            forwarded: true,
        };
        let expected = "url=http%3A%2F%2Fada.example%2F%3Fp%3D1%26q%3D2&title=Caf%C3%A9+%26+Co\
                        &blog_name=%E6%97%A5%E6%9C%AC&backchannel_forwarded=1";
        assert_eq!(encode(&ping), expected);
        assert!(read(FORM, expected.as_bytes()).forwarded);
    }

    proptest! {
        #[test]
        fn reading_never_panics(
            header in proptest::collection::vec(any::<u8>(), 0..60),
            noise in proptest::collection::vec(any::<u8>(), 0..400),
            form in "(url|title|charset|excerpt|pass|x)=[a-z0-9%+&=;\u{e9}-]{0,60}",
        ) {
            let _ = parse(Some(&header), &noise);
            let _ = parse(None, form.as_bytes());
            let mut labelled = b"x; charset=".to_vec();
            labelled.extend(&header);
            let _ = parse(Some(&labelled), &[form.as_bytes(), &noise].concat());
            let _ = parse_query(&form);
        }

        #[test]
        fn what_we_send_we_read(url in "\\PC{1,40}", title in "\\PC{0,40}", blog_name in "\\PC{0,40}") {
            let body = encode(&OutgoingPing { url: &url, title: &title, excerpt: "", blog_name: &blog_name, forwarded: false });
            let ping = parse(Some(FORM_TYPE.as_bytes()), body.as_bytes()).unwrap();
            let clean = |s: &str| s.trim_start_matches('\u{FEFF}').trim_end_matches('\u{FFFD}').to_owned();
            prop_assert_eq!(ping.url.unwrap_or_default(), clean(&url));
            prop_assert_eq!(ping.title.unwrap_or_default(), clean(&title));
            prop_assert_eq!(ping.blog_name.unwrap_or_default(), clean(&blog_name));
        }
    }
}
