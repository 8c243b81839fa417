//! Feeds as blogs shape them (`tests/fixtures/feeds/`), and feeds that are traps.

use super::*;
use proptest::prelude::*;
use std::path::Path;

/// The fixtures and where each would have been fetched.
const FIXTURES: &[(&str, &str)] = &[
    ("wordpress.rss.xml", "https://ada.example/feed/"),
    ("hugo.rss.xml", "https://grace.example/post/index.xml"),
    ("ghost.rss.xml", "https://barbara.example/rss/"),
    ("rss-0.91.xml", "http://blaise.example/rss.xml"),
    ("rss-1.0-eucjp.rdf", "http://murasaki.example/index.rdf"),
    ("jekyll.atom.xml", "https://edsger.example/feed.xml"),
    ("blogger.atom.xml", "https://marie.example/feeds/posts/default"),
    ("micro-blog.json", "https://alan.example/feed.json"),
];

fn dir() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/feeds")
}

fn fixture((file, address): (&str, &str)) -> Feed {
    let body = std::fs::read(dir().join(file)).unwrap();
    read(None, &body, &Url::parse(address).unwrap()).unwrap_or_else(|e| panic!("{file}: {e}"))
}

fn read_str(body: &str) -> Result<Feed, FeedError> {
    read(None, body.as_bytes(), &Url::parse("https://ada.example/feed").unwrap())
}

/// A feed in a few lines.
fn told(feed: &Feed) -> String {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let site = feed.site.as_ref().map(Url::to_string);
    let mut lines = vec![format!("{} | {}", feed.title, or_none(site))];
    for entry in &feed.entries {
        lines.push(format!(
            "{} | {} | {}\n  {} | {} | {:?}\n  {}\n  {}",
            entry.id,
            or_none(entry.url.as_ref().map(Url::to_string)),
            or_none(entry.title.clone()),
            or_none(entry.published.map(|instant| instant.to_string())),
            or_none(entry.author.clone()),
            entry.categories,
            entry.summary_text,
            or_none(entry.content_html.as_ref().map(|html| html.trim().replace('\n', "⏎"))),
        ));
    }
    lines.join("\n")
}

#[test]
fn feeds_of_the_wild_are_read() {
    let all: Vec<String> =
        FIXTURES.iter().map(|&at| format!("# {}\n{}", at.0, told(&fixture(at)))).collect();
    insta::assert_snapshot!(all.join("\n\n"), @r##"
    # wordpress.rss.xml
    Ada’s Notes & Engines | https://ada.example/
    https://ada.example/?p=42 | https://ada.example/2026/11/borrowing/ | Borrowing, “explained”
      2026-11-20T09:29:58Z | Ada Lovelace | ["Rust Lang", "Science & Tech"]
      A value has one owner — and many readers. […]
      <p>A value has one owner &#8212; and many readers.</p>⏎⏎⏎⏎<p>Written for <a href="https://hub.example/rust" data-type="link">the carnival</a>.</p>
    https://ada.example/?p=41 | https://ada.example/2026/11/aside/ | -
      2026-11-19T22:00:00Z | Ada Lovelace | ["Uncategorized"]
      5 < 6, as the saying goes.
      <p>5 &lt; 6, as the saying goes.</p>

    # hugo.rss.xml
    Post on Grace's log | https://grace.example/post/
    https://grace.example/post/moth/ | https://grace.example/post/moth/ | A moth in relay 70
      2026-11-19T07:00:00Z | Grace Hopper | []
      First actual case of bug being found, see before and the hub.
      <p>First actual case of bug being found, see <a href="../nanoseconds/">before</a> and <a href="https://hub.example/rust">the hub</a>.</p>
    https://grace.example/post/nanoseconds/ | https://grace.example/post/nanoseconds/ | Nanoseconds & wire
      2026-11-18T07:00:00Z | Grace Hopper | []
      11.8 inches.
      <p>11.8 inches.</p>

    # ghost.rss.xml
    Barbara's Ghost | https://barbara.example/
    673c5b1f9d0c8a0001a1b2c3 | https://barbara.example/subtype/ | What is a subtype?
      2026-11-17T12:00:00Z | Barbara Liskov | ["Café", "Rust"]
      A promise that is kept.
      <img src="https://barbara.example/content/images/2026/11/a.jpg" alt="What is a subtype?"><p>A promise that is kept.</p><p>See <a href="https://hub.example/rust?ref=barbara.example">the hub</a>.</p>

    # rss-0.91.xml
    Le café de Blaise | http://blaise.example/
    http://blaise.example/2001/infinis.html | http://blaise.example/2001/infinis.html | Deux infinis
      - | - | []
      L'homme est un roseau, mais pensant.
      L'homme est un roseau, mais <a href="http://hub.example/rust">pensant</a>.
    Sans lien, avec des cafés | - | Sans lien, avec des cafés
      - | - | []
      
      -

    # rss-1.0-eucjp.rdf
    紫の日記 | http://murasaki.example/
    http://murasaki.example/archives/000002.html | http://murasaki.example/archives/000002.html | ラスト言語
      2004-11-20T03:00:00Z | 紫（むらさき） | ["rust_lang"]
      所有権について。
      <p>所有権について。<a href="http://hub.example/rust">まとめ</a></p>
    http://murasaki.example/archives/000001.html | http://murasaki.example/archives/000001.html | 桜
      2004-04-01T00:00:00Z | 紫（むらさき） | ["日記"]
      散る桃の花。
      散る桃の花。

    # jekyll.atom.xml
    EWD & more | https://edsger.example/
    https://edsger.example/2026/11/17/goto | https://edsger.example/2026/11/17/goto.html | Goto, considered
      2026-11-17T09:00:00Z | Edsger | ["rust-lang", "Structure"]
      It is harmful.
      <p>It is <em>harmful</em>, says <a href="https://hub.example/rust#comments">the hub</a>.</p>

    # blogger.atom.xml
    Marie's <lab> book | https://marie.example/
    tag:blogger.com,1999:blog-100000000000000001.post-2000000000000000002 | https://marie.example/2026/11/a-gram.html | A gram, at last
      2026-11-18T09:02:03Z | Marie | ["rust lang", "radium"]
      Four years and eight tons.
      <div dir="ltr" style="text-align: left;" trbidi="on">⏎Four years and <a href="https://hub.example/rust">eight tons</a>.&nbsp;<br />⏎</div>

    # micro-blog.json
    alan | https://alan.example/
    http://alan.micro.blog/2026/11/20/on-halting.html | https://alan.example/2026/11/20/on-halting.html | On halting & more
      2026-11-20T14:00:00Z | Alan <T> | ["#Rust-Lang", "machines"]
      It may, or may not. For the hub.
      <p>It may, or <a href="/2026/11/19/x.html">may not</a>. For <a href="https://hub.example/rust">the hub</a>.</p>
    7 | https://alan.example/2026/11/19/x.html | -
      2026-11-19T14:00:00Z | Guest | []
      A short note: 5 < 6 & all that.
      -
    "##);
}

#[test]
fn every_fixture_is_read_and_says_where_it_comes_from() {
    let mut files: Vec<String> = std::fs::read_dir(dir())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut listed: Vec<&str> = FIXTURES.iter().map(|(file, _)| *file).collect();
    listed.sort_unstable();
    assert_eq!(files, listed);
    for file in files {
        let body = std::fs::read(dir().join(&file)).unwrap();
        assert!(String::from_utf8_lossy(&body).contains("Reconstructed"), "{file}");
    }
}

/// Per fixture, the entries that a hub with category "Rust Lang" at `hub.example/rust` wants.
#[test]
fn entries_match_by_category_or_by_link() {
    let target = |url: &Url| url.host_str() == Some("hub.example") && url.path() == "/rust";
    for (file, by_category, by_link) in [
        ("wordpress.rss.xml", 1, 1),
        ("hugo.rss.xml", 0, 1),
        ("ghost.rss.xml", 0, 1),
        ("rss-0.91.xml", 0, 1),
        ("rss-1.0-eucjp.rdf", 1, 1),
        ("jekyll.atom.xml", 1, 1),
        ("blogger.atom.xml", 1, 1),
        ("micro-blog.json", 1, 1),
    ] {
        let at = FIXTURES.iter().find(|(name, _)| *name == file).unwrap();
        let entries = fixture(*at).entries;
        let count =
            |matches: &dyn Fn(&Entry) -> bool| entries.iter().filter(|e| matches(e)).count();
        assert_eq!(count(&|entry| matches_category(entry, "Rust Lang")), by_category, "{file}");
        assert_eq!(count(&|entry| links_to(entry, &target)), by_link, "{file}");
    }
}

#[test]
fn only_the_newest_entries_are_kept() {
    let item = |n: usize| format!("<item><guid>{n}</guid><pubDate>{}</pubDate></item>", date(n));
    fn date(n: usize) -> String {
        format!("{:02} Nov 2026 {:02}:{:02}:00 GMT", 1 + n / 1440, n / 60 % 24, n % 60)
    }
    let feed = |items: String| read_str(&format!("<rss><channel>{items}</channel></rss>")).unwrap();
    let ids = |feed: &Feed| feed.entries.iter().map(|e| e.id.clone()).collect::<Vec<_>>();
    // oldest first, as some feeds are
    let kept = ids(&feed((0..2_000).map(item).collect()));
    assert_eq!(kept.len(), MAX_ENTRIES);
    assert_eq!((kept[0].as_str(), kept[49].as_str()), ("1999", "1950"));
    // one entry without a date, and the feed's own order counts
    let kept =
        ids(&feed((0..60).map(item).chain(["<item><guid>x</guid></item>".into()]).collect()));
    assert_eq!((kept.len(), kept[0].as_str(), kept[49].as_str()), (MAX_ENTRIES, "0", "49"));
    // but for one that nothing is known by, and that is passed over
    let kept = ids(&feed((0..60).map(item).chain(["<item/>".into()]).collect()));
    assert_eq!((kept.len(), kept[0].as_str(), kept[49].as_str()), (MAX_ENTRIES, "59", "10"));
}

#[test]
fn texts_are_cut_and_clean() {
    let long = "<b>wörd</b> ".repeat(11_000);
    let categories: String = (0..90).map(|n| format!("<category>{}</category>", n / 2)).collect();
    let feed = read_str(&format!(
        "<rss><channel><title>a&#x202e;b</title><item><guid>{}</guid><title><![CDATA[{long}]]></title>\
         <description><![CDATA[{long}]]></description><author>{}</author>{categories}</item></channel></rss>",
        "é".repeat(2_000),
        "x".repeat(2_000),
    ))
    .unwrap();
    let entry = &feed.entries[0];
    assert_eq!(feed.title, "ab");
    assert_eq!(entry.id, "é".repeat(MAX_URL / 2));
    assert!(entry.title.as_ref().unwrap().chars().count() <= MAX_TITLE);
    assert_eq!(entry.author.as_ref().unwrap().len(), MAX_TITLE);
    assert_eq!(entry.summary_text, "wörd ".repeat(MAX_SUMMARY / 5).trim_end());
    assert_eq!(entry.content_html.as_ref().unwrap().len(), MAX_CONTENT);
    assert_eq!(entry.categories.len(), MAX_CATEGORIES / 2);
    assert_eq!(read_str(&" ".repeat(MAX_BODY + 1)), Err(FeedError::TooLarge));
}

#[test]
fn what_is_no_feed_is_said_to_be_none() {
    for (body, error) in [
        ("", FeedError::NotAFeed),
        ("<!DOCTYPE html><html><head></head></html>", FeedError::NotAFeed),
        ("plain text", FeedError::NotAFeed),
        ("{}", FeedError::NotAFeed),
        ("{\"version\":\"https://jsonfeed.org/version/1\"}", FeedError::NotAFeed),
        ("{\"version\":\"2\",\"items\":[]}", FeedError::NotAFeed),
        ("{\"version\":", FeedError::Malformed),
        ("<rss><channel><item>", FeedError::Malformed),
        ("<rss></rss>", FeedError::Malformed),
        ("<rss><channel><title>a & b</title></channel></rss>", FeedError::Malformed),
        ("<feed><entry><updated>x</updated></entry></feed>", FeedError::Malformed),
        ("<rss>\0</rss>", FeedError::Encoding),
        (
            "<!DOCTYPE rss [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><rss>&a;</rss>",
            FeedError::Doctype,
        ),
    ] {
        assert_eq!(read_str(body), Err(error), "{body}");
    }
}

/// Each of them would hang, overflow the stack or panic some reader of feeds.
#[test]
fn traps_end() {
    let rss = |inner: &str| {
        format!(
            "<rss xmlns:a='a' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><item><guid>1</guid>{inner}</item></channel></rss>"
        )
    };
    let fill = |open: &str, close: &str| {
        let n = (MAX_BODY - 200) / (open.len() + close.len());
        open.repeat(n) + &close.repeat(n)
    };
    for (what, body, error) in [
        ("nested extensions", rss(&fill("<a:a>", "</a:a>")), FeedError::TooComplex),
        ("nested elements", rss(&fill("<a>", "</a>")), FeedError::TooComplex),
        ("elements never closed", rss(&fill("<a>", "")), FeedError::TooComplex),
        ("one tag", rss(&format!("<a {}/>", fill("b='' ", ""))), FeedError::TooComplex),
        ("JSON arrays", format!("{{\"a\":{}", fill("[", "")), FeedError::Malformed),
        ("JSON objects", fill("{\"a\":", ""), FeedError::Malformed),
    ] {
        assert_eq!(read_str(&body), Err(error), "{what}");
    }
    for inner in [
        "<itunes:duration>99999999999999999999:00:00</itunes:duration>",
        "<author>ada@ada.example（Ada）</author>",
        "<pubDate>Fri, 99 Nov 99999 99:99:99 +9999</pubDate>",
        "<link>https://[</link><category domain=''/><source/><enclosure/><guid/><a:/>",
        "<title>&nbsp;&l9;&#xE000;</title>",
    ] {
        let feed = read_str(&rss(inner)).unwrap_or_else(|e| panic!("{inner}: {e}"));
        assert!(feed.entries.len() <= 1);
    }
}

proptest! {
    #[test]
    fn reading_never_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in "\\PC{0,80}",
        xml in "(<(/)?(rss|channel|item|feed|entry|link|title|a:b|content)( (href|type|rel)='[a-z:/]{0,9}')?(/)?>|&[a-z#0-9]{0,4};|[a-z ]){0,30}",
    ) {
        let address = Url::parse("https://ada.example/feed").unwrap();
        let _ = read(None, &bytes, &address);
        for body in [
            format!("<rss><channel><item><guid>{text}</guid>{xml}</item></channel></rss>"),
            format!("<feed><entry><id>1</id>{xml}</entry></feed>"),
            format!("{{\"version\":\"jsonfeed.org/\",\"items\":[{text}]}}"),
            xml,
        ] {
            if let Ok(feed) = read(Some(&bytes), body.as_bytes(), &address) {
                for entry in &feed.entries {
                    links_to(entry, &|_| false);
                    prop_assert!(!entry.id.is_empty());
                }
            }
        }
    }
}
