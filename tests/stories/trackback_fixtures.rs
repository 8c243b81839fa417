//! Requests as real senders shape them (`tests/fixtures/trackback/`) are read and cleaned.

use backchannel::model::ping::CharsetFrom;
use backchannel::model::{text, web_url::WebUrl};
use backchannel::wire::trackback::{CharsetSource, Ping, parse, parse_query};
use std::path::Path;

/// A raw request, taken apart.
pub struct Request {
    /// Whether it pings by GET.
    pub is_get: bool,
    /// What stands behind the `?`.
    pub query: String,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// The request of a fixture.
pub fn request(file: &str) -> Request {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/trackback").join(file);
    let request = std::fs::read(path).unwrap();
    let end = request.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = std::str::from_utf8(&request[..end]).unwrap();
    let body = request[end + 4..].to_vec();
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let is_get = head.starts_with("GET ");
    if !is_get {
        assert_eq!(header("Content-Length").unwrap(), body.len().to_string(), "{file}");
    }
    let target = head.split(' ').nth(1).unwrap();
    let query = target.split_once('?').map_or("", |(_, query)| query).to_owned();
    Request { is_get, query, content_type: header("Content-Type"), body }
}

/// Parses a raw request the way the server will: header and body, or the query of a GET.
fn read(file: &str) -> Ping {
    let request = request(file);
    if request.is_get {
        return parse_query(&request.query).unwrap();
    }
    parse(request.content_type.as_deref().map(str::as_bytes), &request.body).unwrap()
}

/// File, where its charset was read, address, title, blog's name, excerpt.
pub type Expected =
    (&'static str, CharsetFrom, &'static str, &'static str, &'static str, &'static str);

/// What each fixture says.
#[rustfmt::skip]
pub const EXPECTED: &[Expected] = &[
    ("wordpress-2.0.http", CharsetFrom::Header, "http://ada.example/2005/03/traits/", "Traits — a “tour”", "Ada’s Notes", "Traits & generics, explained with a café… and café [...]"),
    ("wordpress-1.5-latin1.http", CharsetFrom::Header, "http://example.org/index.php?p=12#more", "Crème brûlée", "Le café", "Où l’on parle de crème."),
    ("wordpress-6.http", CharsetFrom::Utf8, "https://ada.example/ownership/", "Ownership & borrowing", "Ada & Friends", "Who owns what, when — and why…"),
    ("movable-type-3-eucjp.http", CharsetFrom::Header, "http://nikki.example/archives/000042.html", "日本語の題", "日記", "トラックバックの概要です。"),
    ("movable-type-4-utf8.http", CharsetFrom::Header, "http://grace.example/2008/11/no-title.html", "", "Grace", "One two three four five six seven."),
    ("serendipity-utf8.http", CharsetFrom::Utf8, "http://s9y.example/archives/7-Gruesse.html", "Grüße aus Köln", "Jörg", "Straßenbahn, <3 & mehr"),
    ("serendipity-no-content-type.http", CharsetFrom::Fallback, "http://s9y.example/archives/7-Gruesse.html", "Grüße aus Köln", "Jörg", "Straßenbahn"),
    ("b2evolution-latin1.http", CharsetFrom::Fallback, "http://b2.example/blogs/index.php/deja-vu", "Déjà vu", "Évolution", "Encore une fois..."),
    ("b2evolution-get.http", CharsetFrom::Fallback, "http://b2.example/blogs/index.php/deja-vu", "Déjà vu", "Évolution", "Encore une fois..."),
    ("dotclear-utf8.http", CharsetFrom::Header, "http://dc.example/index.php/post/2006/07/14/ete", "L’été à Besançon", "Le carnet d'Émile", "Un billet avec des balises & des entités."),
    ("nucleus-shift-jis.http", CharsetFrom::Header, "http://nucleus.example/item/12", "ソフトの表示", "能力日記", "表の「ソ」は二バイト目が円記号。"),
    ("charset-field-eucjp.http", CharsetFrom::Field, "http://xoops.example/modules/wordpress/?p=3", "日本語の題", "雑記", "本文の抜粋"),
    ("soojung-euckr.http", CharsetFrom::Header, "http://kr.example/entry/5", "한국어 제목", "수정 블로그", "본문"),
    ("cut-in-a-character.http", CharsetFrom::Utf8, "http://cut.example/1", "切れた抜粋", "日記", "日本語の長い抜粋がここで切\u{FFFD}..."),
    ("html-form.http", CharsetFrom::Utf8, "http://www.example.org/x", "Hello “hub”", "", "First line. Second line."),
    ("curl-only-url.http", CharsetFrom::Utf8, "http://static.example/posts/1", "", "", ""),
];

const fn source(from: CharsetFrom) -> CharsetSource {
    match from {
        CharsetFrom::Field => CharsetSource::Field,
        CharsetFrom::Header => CharsetSource::Header,
        CharsetFrom::Utf8 | CharsetFrom::Form => CharsetSource::Utf8,
        CharsetFrom::Fallback => CharsetSource::Fallback,
    }
}

#[test]
fn every_fixture_is_read_as_its_author_meant_it() {
    let clean = |field: Option<String>| text::plain(&field.unwrap_or_default());
    for &(file, from, url, title, blog_name, excerpt) in EXPECTED {
        let ping = read(file);
        assert_eq!(ping.charset.read_from, source(from), "{file}");
        assert_eq!(WebUrl::parse(&ping.url.unwrap()).unwrap().as_str(), url, "{file}");
        assert_eq!(clean(ping.title), title, "{file}");
        assert_eq!(clean(ping.blog_name), blog_name, "{file}");
        assert_eq!(clean(ping.excerpt), excerpt, "{file}");
    }
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/trackback");
    let requests = std::fs::read_dir(dir).unwrap().filter_map(Result::ok);
    let count = requests.filter(|e| e.path().extension().is_some_and(|x| x == "http")).count();
    assert_eq!(count, EXPECTED.len(), "every fixture is in the table");
}
