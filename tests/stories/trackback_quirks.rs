//! Every quirk of senders that `wire-formats.md` names ("TrackBack, in"): the bytes as they are
//! sent, through the real server, and the text as it is stored.

use serde_json::Value;

use crate::harness::{Topic, minutes};
use crate::trackback_fixtures;

const FORM: &str = "application/x-www-form-urlencoded";

/// One quirk: what it is, the Content-Type, the body, and what is stored of it. In the body `{n}`
/// stands for the row's number: each is a post of its own.
struct Row {
    name: &'static str,
    content_type: Option<&'static str>,
    body: Vec<u8>,
    stored: Vec<(&'static str, String)>,
    charset: (&'static str, &'static str),
}

/// Every byte as a percent escape.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

fn row(name: &'static str, content_type: Option<&'static str>, body: impl AsRef<[u8]>) -> Row {
    let charset = ("UTF-8", "utf-8");
    Row { name, content_type, body: body.as_ref().to_vec(), stored: Vec::new(), charset }
}

impl Row {
    fn stores(mut self, field: &'static str, text: impl Into<String>) -> Self {
        self.stored.push((field, text.into()));
        self
    }

    fn read_as(mut self, charset: &'static str, from: &'static str) -> Self {
        self.charset = (charset, from);
        self
    }
}

/// The charset, and where it stands.
fn charsets() -> Vec<Row> {
    const CAFE: &str = "url=http://q.example/{n}&title=caf%E9";
    let mut rows = vec![
        row("no Content-Type, UTF-8", None, "url=http://q.example/{n}&title=caf%C3%A9")
            .stores("title", "café"),
        row("no Content-Type, Latin-1", None, CAFE)
            .stores("title", "café")
            .read_as("windows-1252", "fallback"),
        row("no charset", Some(FORM), CAFE)
            .stores("title", "café")
            .read_as("windows-1252", "fallback"),
        row(
            "a blank after ;",
            Some("application/x-www-form-urlencoded; charset=iso-8859-2"),
            "url=http://q.example/{n}&title=%A3%F3d%BC",
        )
        .stores("title", "Łódź")
        .read_as("ISO-8859-2", "header"),
        row(
            "no blank after ;",
            Some("application/x-www-form-urlencoded;charset=iso-8859-2"),
            "url=http://q.example/{n}&title=%A3%F3d%BC",
        )
        .stores("title", "Łódź")
        .read_as("ISO-8859-2", "header"),
        row(
            "quoted",
            Some("application/x-www-form-urlencoded; charset=\"euc-jp\""),
            "url=http://q.example/{n}&title=%C6%FC%CB%DC",
        )
        .stores("title", "日本")
        .read_as("EUC-JP", "header"),
        row(
            "in single quotes, capitals",
            Some("Application/X-WWW-Form-Urlencoded; CHARSET='EUC-JP'"),
            "url=http://q.example/{n}&title=%C6%FC%CB%DC",
        )
        .stores("title", "日本")
        .read_as("EUC-JP", "header"),
        row(
            "the field before the header",
            Some("application/x-www-form-urlencoded; charset=utf-8"),
            "url=http://q.example/{n}&title=%C6%FC%CB%DC&charset=euc-jp",
        )
        .stores("title", "日本")
        .read_as("EUC-JP", "field"),
        row(
            "a label nobody knows",
            Some("application/x-www-form-urlencoded; charset=latin-eleventy"),
            CAFE,
        )
        .stores("title", "café")
        .read_as("windows-1252", "fallback"),
        row(
            "a label nobody knows in the field",
            Some("application/x-www-form-urlencoded; charset=koi8-r"),
            "url=http://q.example/{n}&title=%F0&charset=xyz",
        )
        .stores("title", "П")
        .read_as("KOI8-R", "header"),
        row("raw bytes, not escaped", None, b"url=http://q.example/{n}&title=caf\xE9")
            .stores("title", "café")
            .read_as("windows-1252", "fallback"),
        row(
            "cut in a character",
            None,
            format!(
                "url=http://q.example/{{n}}&excerpt={}...",
                escaped(&"日本語の抜粋".as_bytes()[..16])
            ),
        )
        .stores("excerpt", "日本語の抜\u{FFFD}..."),
        row("UTF-7 stays as it is", None, "url=http://q.example/{n}&title=%2BADw-b%2BAD4-")
            .stores("title", "+ADw-b+AD4-"),
    ];
    // Each by header, by field, and in the sender's own letters.
    for (name, label, read, text, bytes) in [
        (
            "ISO-8859-1",
            "ISO-8859-1",
            "windows-1252",
            "café à la crème",
            &b"caf\xE9 \xE0 la cr\xE8me"[..],
        ),
        (
            "windows-1252",
            "windows-1252",
            "windows-1252",
            "“naïve” – 5 €",
            b"\x93na\xEFve\x94 \x96 5 \x80",
        ),
        ("ISO-8859-15", "ISO-8859-15", "ISO-8859-15", "œuvre à 5 €", b"\xBDuvre \xE0 5 \xA4"),
        (
            "Shift_JIS",
            "Shift_JIS",
            "Shift_JIS",
            "日本語ソ表",
            b"\x93\xFA\x96\x7B\x8C\xEA\x83\x5C\x95\x5C",
        ),
        ("EUC-JP", "EUC-JP", "EUC-JP", "日本語", b"\xC6\xFC\xCB\xDC\xB8\xEC"),
        ("ISO-2022-JP", "ISO-2022-JP", "ISO-2022-JP", "日本語 x", b"\x1B$BF|K\\8l\x1B(B x"),
        ("Big5", "Big5", "Big5", "中文網誌", b"\xA4\xA4\xA4\xE5\xBA\xF4\xBB\x78"),
        ("GB18030", "GB18030", "gb18030", "中文博客", b"\xD6\xD0\xCE\xC4\xB2\xA9\xBF\xCD"),
        ("KOI8-R", "KOI8-R", "KOI8-R", "Привет", b"\xF0\xD2\xC9\xD7\xC5\xD4"),
        (
            "UTF-8",
            "UTF-8",
            "UTF-8",
            "日本語 é “x” Привет 中文",
            "日本語 é “x” Привет 中文".as_bytes(),
        ),
        ("UTF-8 with a BOM", "utf-8", "UTF-8", "日本語", "\u{FEFF}日本語".as_bytes()),
    ] {
        let title = escaped(bytes);
        let field = format!(
            "url=http://q.example/{{n}}&title={title}&excerpt={title}&blog_name={title}&charset={label}"
        );
        let by_field = row(name, Some(FORM), field).read_as(read, "field");
        rows.push(by_field.stores("title", text).stores("excerpt", text).stores("blog_name", text));
        let header: &'static str = Box::leak(format!("{FORM}; charset={label}").into_boxed_str());
        let body = format!("url=http://q.example/{{n}}&title={title}");
        rows.push(row(name, Some(header), body).stores("title", text).read_as(read, "header"));
    }
    rows
}

/// What stands in the fields, and which fields there are.
fn fields() -> Vec<Row> {
    let text = |name, sent: &str, stored: &str| {
        row(name, Some(FORM), format!("url=http://q.example/{{n}}&title={sent}"))
            .stores("title", stored)
    };
    vec![
        text(
            "WordPress' entities",
            "Tom+%26amp%3B+Jerry%26%238230%3B+%26%238217%3B",
            "Tom & Jerry… ’",
        ),
        text("entities are decoded once", "%26amp%3Blt%3B", "&lt;"),
        text("a tag that was escaped is text", "use+%26lt%3Bcanvas%26gt%3B", "use <canvas>"),
        text("tags are stripped once", "%3Cb%3Ebold%3C/b%3E+5+%3C+6", "bold 5 < 6"),
        text("scripts go with what they hold", "%3Cscript%3Ealert(1)%3C/script%3Eafter", "after"),
        text("NUL bytes", "nul%00byte", "nulbyte"),
        text("a BOM", "%EF%BB%BFBOM", "BOM"),
        text("C0 and C1 controls", "a%01b%C2%85c", "ab c"),
        text("bidi controls", "%E2%80%AEevil%E2%81%A6", "evil"),
        text("zero-width characters", "a%E2%80%8Bb", "ab"),
        text("NFC", "cafe%CC%81", "café"),
        text("a per cent sign that is none", "50%25+off+100%+%zz", "50% off 100% %zz"),
        text("plus signs", "a+b%2Bc", "a b+c"),
        text("255 characters of a title", &"x".repeat(300), &"x".repeat(255)),
        text(
            "cut between graphemes",
            &("%F0%9F%91%A9%E2%80%8D%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7".repeat(60)),
            &"👩\u{200D}👩\u{200D}👧".repeat(51),
        ),
        row(
            "several lines and tags in the excerpt",
            Some(FORM),
            "url=http://q.example/{n}&excerpt=%3Cp%3Ea%0D%0A%0D%0Ab%3C/p%3E%3Cp%3Ec%3C/p%3E",
        )
        .stores("excerpt", "a b c"),
        row(
            "1,000 characters of an excerpt",
            Some(FORM),
            format!("url=http://q.example/{{n}}&excerpt={}", "y".repeat(2_000)),
        )
        .stores("excerpt", "y".repeat(1_000)),
        row(
            "a blog's name",
            Some(FORM),
            format!("url=http://q.example/{{n}}&blog_name=Ada%27s+%26amp%3B+co{}", "z".repeat(300)),
        )
        .stores("blog_name", format!("Ada's & co{}", "z".repeat(245))),
        row(
            "unknown fields",
            Some(FORM),
            "tb_id=7&checked=1&url=http://q.example/{n}&sent=2&title=x&submit=Send",
        )
        .stores("title", "x"),
        row(
            "the same field twice",
            Some(FORM),
            "url=http://q.example/{n}&title=first&title=second&url=http://other.example/",
        )
        .stores("title", "first"),
        row(
            "twenty fields",
            Some(FORM),
            format!("{}url=http://q.example/{{n}}", "a=1&".repeat(19)),
        )
        .stores("url", "http://q.example/{n}"),
        row("empty pairs and no =", Some(FORM), "&&title&url=http://q.example/{n}&&")
            .stores("url", "http://q.example/{n}"),
        row("an escaped name", Some(FORM), "u%72l=http://q.example/{n}")
            .stores("url", "http://q.example/{n}"),
        row("a BOM before everything", None, b"\xEF\xBB\xBFurl=http://q.example/{n}")
            .stores("url", "http://q.example/{n}"),
        row("text/plain", Some("text/plain"), "url=http://q.example/{n}")
            .stores("url", "http://q.example/{n}"),
        row(
            "no title: five words",
            Some(FORM),
            "url=http://q.example/{n}&excerpt=One+two+three+four+five+six+seven",
        )
        .stores("title", "One two three four five"),
        row("an empty title", Some(FORM), "url=http://q.example/{n}&title=&excerpt=One+two")
            .stores("title", "One two"),
        row(
            "a title of tags only",
            Some(FORM),
            "url=http://q.example/{n}&title=%3Cbr%3E&excerpt=One+two",
        )
        .stores("title", "One two"),
        row("no title and no excerpt: the address", Some(FORM), "url=http://q.example/{n}")
            .stores("title", "http://q.example/{n}"),
        row("no blog's name: the host", Some(FORM), "url=http://www.q.example/{n}")
            .stores("blog_name", "q.example"),
    ]
}

/// Addresses that senders break.
fn addresses() -> Vec<Row> {
    [
        ("as it is", "http://q.example/{n}?a=1%26b=2", "http://q.example/{n}?a=1&b=2"),
        ("without a scheme", "www.q.example/{n}", "http://www.q.example/{n}"),
        ("blanks round it", "%20%09http://q.example/{n}%0D%0A", "http://q.example/{n}"),
        ("http;//", "http;//q.example/{n}", "http://q.example/{n}"),
        ("http//", "http//q.example/{n}", "http://q.example/{n}"),
        ("twice http://", "http://http://q.example/{n}", "http://q.example/{n}"),
        ("a fragment is kept", "http://q.example/{n}%23more", "http://q.example/{n}#more"),
        ("an entity for &", "http://q.example/{n}?a=1%26amp;b=2", "http://q.example/{n}?a=1&b=2"),
        ("not escaped at all", "http://q.example/{n}?p=1", "http://q.example/{n}?p=1"),
        ("capitals in the host", "HTTP://Q.Example/{n}", "http://q.example/{n}"),
        ("a name beyond ASCII", "http://caf%C3%A9.example/{n}", "http://xn--caf-dma.example/{n}"),
    ]
    .into_iter()
    .map(|(name, sent, stored)| row(name, Some(FORM), format!("url={sent}")).stores("url", stored))
    .collect()
}

/// Sends a row's bytes, and reads on its receipt what became of them.
async fn check(topic: &Topic<'_>, n: usize, row: &Row) {
    let number = n.to_string();
    let mut body = Vec::new();
    let mut rest = row.body.as_slice();
    while let Some(at) = rest.windows(3).position(|window| window == b"{n}") {
        body.extend_from_slice(&rest[..at]);
        body.extend_from_slice(number.as_bytes());
        rest = &rest[at + 3..];
    }
    body.extend_from_slice(rest);
    let headers: Vec<(&str, &str)> =
        row.content_type.iter().map(|value| ("content-type", *value)).collect();
    let answer = topic.ping_raw(&topic.ping_url, &headers, body).await;
    assert!(answer.is_stored(), "{}: {}", row.name, answer.body);
    let understood = understood(topic, &answer.receipt.unwrap()).await;
    for (field, expected) in &row.stored {
        let expected = expected.replace("{n}", &number);
        assert_eq!(understood[field]["stored"], expected, "{}: {field}: {understood:#}", row.name);
    }
    let read =
        (understood["charset"].as_str().unwrap(), understood["charset_from"].as_str().unwrap());
    assert_eq!(read, row.charset, "{}", row.name);
}

async fn understood(topic: &Topic<'_>, receipt: &str) -> Value {
    let page = topic.site.browser().open_with(receipt, &[("accept", "application/json")]).await;
    let found: Value = serde_json::from_str(&page.has_status(200).body).unwrap();
    found["understood"].clone()
}

story! {
    async fn every_quirk_is_stored_as_the_text_it_means(site) {
        let topic = site.hub("passphrase", "at-once").await;
        for (n, row) in charsets().into_iter().chain(fields()).chain(addresses()).enumerate() {
            check(&topic, n, &row).await;
            site.advance(minutes(2));
        }
        // As it is stored it is shown, whatever it was.
        let page = site.browser().open("/sxsw/keynotes").await;
        page.says("Tom & Jerry…").says("use <canvas>").never_says("\u{202E}");
        let feed = site.browser().open("/sxsw/rss").await;
        rss::Channel::read_from(feed.body.as_bytes()).unwrap();
    }

    async fn requests_in_the_shape_of_real_senders_are_stored_as_their_authors_meant_them(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        topic.organizer.open("/manage/sxsw/categories/keynotes").await;
        let settings = "/manage/sxsw/categories/keynotes";
        topic.organizer.submit(settings, &[("takes_get", "on")]).await.has_status(303);
        for (file, from, url, title, blog_name, excerpt) in trackback_fixtures::EXPECTED {
            // Two files are of one post: each goes to a category of its own clock's day.
            let request = trackback_fixtures::request(file);
            let receipt = if request.is_get {
                let path = format!("{}?{}", topic.ping_url, request.query);
                let answer = site.browser().open(path.strip_prefix(&site.base).unwrap()).await;
                assert!(answer.body.contains("<error>0</error>"), "{file}: {}", answer.body);
                answer.header("link").unwrap().to_owned()
            } else {
                let headers: Vec<(&str, &str)> =
                    request.content_type.iter().map(|value| ("content-type", value.as_str())).collect();
                let answer = site.browser().post_raw(&topic.ping_url, &headers, request.body).await;
                assert!(answer.body.contains("<error>0</error>"), "{file}: {}", answer.body);
                answer.header("link").unwrap().to_owned()
            };
            site.advance(minutes(2));
            let receipt = receipt.split(['<', '>']).nth(1).unwrap().strip_prefix(&site.base).unwrap();
            let understood = understood(&topic, receipt).await;
            if understood.is_null() {
                // The same post as in a file before: it is there once.
                continue;
            }
            let stored = |field: &str| understood[field]["stored"].as_str().unwrap().to_owned();
            assert_eq!(understood["charset_from"], from.as_str(), "{file}");
            assert_eq!(stored("url"), *url, "{file}");
            assert_eq!(stored("excerpt"), *excerpt, "{file}");
            if !title.is_empty() {
                assert_eq!(stored("title"), *title, "{file}");
            }
            if !blog_name.is_empty() {
                assert_eq!(stored("blog_name"), *blog_name, "{file}");
            }
        }
    }
}
