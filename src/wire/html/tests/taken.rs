//! Which of several texts is taken.

use super::*;

const HEAD: &str = "<title>Title | Site</title><meta name=description content=Description>\
    <meta name=author content=Author><meta property=og:title content='OG title'>\
    <meta property=og:description content='OG description'><meta property=og:site_name content='OG site'>\
    <script type=application/ld+json>{\"@type\":\"Article\",\"headline\":\"LD\",\"description\":\"LD d\",\
    \"author\":{\"name\":\"LD author\"},\"datePublished\":\"2026-03-01\"}</script>";

fn words(taken: &Option<Taken>) -> String {
    taken.as_ref().map_or_else(String::new, |t| format!("{} ({})", t.text, t.from.as_words()))
}

#[test]
fn each_source_gives_way_to_the_one_before_it() {
    let body = "<p>Around <a href='https://hub.example/sxsw/keynotes'>it</a></p>";
    let entry = "<article class=h-entry><h1 class=p-name>Name</h1><p class=p-summary>Summary</p>\
        <p class=p-author>Writer</p><div class=e-content>Content</div></article>";
    let everything = format!("{HEAD}{entry}{body}");
    for (gone, title, excerpt, author) in [
        (
            "",
            "Name (the h-entry's p-name)",
            "Summary (the h-entry's p-summary)",
            "Writer (the h-entry's p-author)",
        ),
        (
            "p-summary",
            "Name (the h-entry's p-name)",
            "Content (the h-entry's content)",
            "Writer (the h-entry's p-author)",
        ),
        (
            "h-entry",
            "OG title (og:title)",
            "OG description (og:description)",
            "LD author (the author in the page's JSON-LD)",
        ),
        (
            "og:",
            "LD (the headline in the page's JSON-LD)",
            "LD d (the description in the page's JSON-LD)",
            "LD author (the author in the page's JSON-LD)",
        ),
        (
            "ld+json",
            "Title (the page's title)",
            "Description (the page's meta description)",
            "Author (the page's meta author)",
        ),
        (
            "name=description",
            "Title (the page's title)",
            "Around it (the paragraph round the link)",
            "Author (the page's meta author)",
        ),
        ("name=author", "Title (the page's title)", "Around it (the paragraph round the link)", ""),
        ("<title>", "", "Around it (the paragraph round the link)", ""),
    ] {
        // Each round takes one more source away.
        let order = [
            "p-summary",
            "h-entry",
            "og:",
            "ld+json",
            "name=description",
            "name=author",
            "<title>",
        ];
        let rounds = order.iter().position(|name| *name == gone).map_or(0, |at| at + 1);
        let html =
            order[..rounds].iter().fold(everything.clone(), |html, name| html.replace(name, "x"));
        let page = page(&html);
        assert_eq!(words(&page.title), title, "without {gone}");
        assert_eq!(words(&page.excerpt), excerpt, "without {gone}");
        assert_eq!(words(&page.author), author, "without {gone}");
    }
}

#[test]
fn the_entry_is_the_one_whose_address_is_the_page() {
    let entry = |name: &str, url: &str| {
        format!("<div class=h-entry><a class='p-name u-url' href='{url}'>{name}</a></div>")
    };
    let first = entry("first", "/2026/other");
    let own = entry("own", "/2026/post#top");
    assert_eq!(text(&page(&format!("{first}{own}")).title), "own");
    assert_eq!(text(&page(&format!("{first}{first}")).title), "first");
    let cited = "<div class=h-entry><div class='u-in-reply-to h-entry'><a class='p-name u-url' href=/2026/post>cited</a></div><b class=p-name>mine</b></div>";
    assert_eq!(text(&page(cited).title), "mine");
}

#[test]
fn an_implied_name_is_no_title() {
    let page = page("<title>Title</title><article class=h-entry>Everything there is</article>");
    assert_eq!(words(&page.title), "Title (the page's title)");
}

#[test]
fn the_name_of_the_blog_is_found() {
    for (html, name) in [
        (
            "<meta property=og:site_name content='A &amp; B'><title>x | y</title>",
            "A & B (og:site_name)",
        ),
        (
            "<div class=h-feed><h1 class=p-name>Feed</h1><div class=h-entry></div></div><title>x | y</title>",
            "Feed (the h-feed's p-name)",
        ),
        ("<a class=h-card href=/>Ada</a><title>x | y</title>", "Ada (the page's h-card)"),
        (
            "<a class=h-card href=//b.example>B</a><title>x | y</title>",
            "y (the site's name in the page's title)",
        ),
        (
            "<a class=h-card rel=me href=//b.example>B</a><title>x | y</title>",
            "B (the page's h-card)",
        ),
        (
            "<title>x - Ada's</title><link rel=alternate type=application/rss+xml title=\"Ada's &raquo; Feed\" href=f>",
            "Ada's (the site's name in the page's title)",
        ),
        (
            "<title>x</title><link rel=alternate type=application/rss+xml title=\"Ada's &raquo; Feed\" href=f>",
            "Ada's (the title of the page's feed)",
        ),
        ("<title>x</title>", ""),
        ("", ""),
    ] {
        assert_eq!(words(&page(html).blog_name), name, "{html}");
    }
}

#[test]
fn a_link_to_the_author_names_one_but_not_the_site() {
    let links = "<a rel=author href=/>Ada's</a><a rel='me author' href=/ada>Ada</a>";
    let author = |html: &str| words(&page(&format!("{html}{links}")).author);
    assert_eq!(author("<title>x | Ada's</title>"), "Ada (the link with rel=author)");
    assert_eq!(
        author("<meta property=og:site_name content=\"Ada's\">"),
        "Ada (the link with rel=author)"
    );
    assert_eq!(author(""), "Ada's (the link with rel=author)");
}

#[test]
fn entities_are_decoded_once_and_tags_of_text_stay() {
    let page = page(
        "<title>1 &amp;lt; 2</title><article class=h-entry><h1 class=p-name>&lt;canvas&gt; &amp;amp; \
         <b>m</b>e</h1><p class=e-content>AT&ampT &eacu<b>te;</b> caf&eacute;&nbsp;x&shy;y\u{202E} &am<!-- -->p;</article>",
    );
    assert_eq!(text(&page.title), "<canvas> &amp; me");
    assert_eq!(text(&page.excerpt), "AT&T &eacute; café xy &amp;");
    let attribute = "<meta property=og:title content='&amp;lt;b&gt; &copy=1'>";
    assert_eq!(text(&super::page(attribute).title), "&lt;b> &copy=1");
    let json = r#"<script type='application/ld+json'>{"@type":"Article","headline":"A &#038; <b>B</b>"}</script>"#;
    assert_eq!(text(&super::page(json).title), "A & B");
}

#[test]
fn an_entity_that_falls_on_a_border_of_pieces_is_whole() {
    for pad in 16 * 1024 - 45..16 * 1024 + 5 {
        let html = format!("<p>{}&CounterClockwiseContourIntegral;é&amp;</p>", "a".repeat(pad));
        let url = Url::parse("https://ada.example/").unwrap();
        let question = Question { url: &url, charset: None, is_target: &is_target };
        let mut reader = reader::Reader::new(&question, url.clone(), html.len());
        assert_eq!(walk::walk(&html, &mut reader), None);
        let tail = prose::Span { start: reader.prose.here() - 20, end: reader.prose.here() };
        assert!(reader.prose.raw(tail).ends_with("a∳é& "), "{pad}");
    }
}

#[test]
fn texts_are_cut_to_their_limits() {
    let long = "word ".repeat(10_000);
    let page = page(&format!(
        "<title>{long}</title><article class=h-entry><p class=e-content>{long}</article>\
         <meta name=author content='{}'><meta property=og:site_name content='{}'>",
        "é".repeat(2_000),
        "x".repeat(17 * 1024),
    ));
    let count = |taken: &Option<Taken>| text(taken).chars().count();
    assert_eq!(count(&page.title), 254);
    assert_eq!(count(&page.excerpt), 999);
    assert_eq!(count(&page.author), 255);
    assert_eq!(page.blog_name, None);
}

#[test]
fn gone_language_canonical_and_feeds_are_told() {
    for (html, gone) in [
        ("<meta http-equiv=Status content='410 Gone'>", true),
        ("<META HTTP-EQUIV=status CONTENT=' 410 '>", true),
        ("<meta http-equiv=Status content='200 OK'>", false),
        ("<!-- <meta http-equiv=Status content='410 Gone'> -->", false),
        ("<template><meta http-equiv=Status content='410 Gone'></template>", false),
    ] {
        assert_eq!(page(html).gone, gone, "{html}");
    }
    let page = page(
        "<html lang=de-AT><link rel='canonical' href='/x'><link rel=canonical href='/y'>\
         <link rel='Alternate' type='application/atom+xml; charset=utf-8' href=a title=' T '>\
         <link rel=alternate type=application/feed+json href=j><link rel=alternate href=n>\
         <link rel=alternate type=application/rss+xml href='javascript:x'>\
         <link rel='alternate stylesheet' type=text/css href=s>",
    );
    assert_eq!(page.language.as_deref(), Some("de-AT"));
    assert_eq!(page.canonical.as_ref().map(Url::as_str), Some("https://ada.example/x"));
    let feeds: Vec<_> =
        page.feeds.iter().map(|f| (f.url.path(), f.title.as_deref(), f.kind)).collect();
    assert_eq!(feeds, [("/2026/a", Some("T"), FeedKind::Atom), ("/2026/j", None, FeedKind::Json)]);
}

#[test]
fn a_date_that_is_missing_is_missing() {
    for (html, date) in [
        (
            "<article class=h-entry><time class=dt-published datetime=2026-03-14>x</time>",
            "2026-03-14T00:00:00Z",
        ),
        (
            "<article class=h-entry><span class=dt-published>2026-03-14T09:00Z</span>",
            "2026-03-14T09:00:00Z",
        ),
        (
            "<article class=h-entry><p class=dt-published><b class=value>2026-03-14</b> <b class=value>T09:00</b>",
            "2026-03-14T09:00:00Z",
        ),
        (
            "<meta property=article:published_time content=2026-03-14T09:00:00Z>",
            "2026-03-14T09:00:00Z",
        ),
        ("<time>today</time><time datetime='2026-03-14'>x</time>", "2026-03-14T00:00:00Z"),
        ("<article class=h-entry><time class=dt-published>yesterday</time>", ""),
        ("<p>14 March 2026</p>", ""),
        ("", ""),
    ] {
        let found = page(html).published.map(|at| at.to_jiff().to_string()).unwrap_or_default();
        assert_eq!(found, date, "{html}");
    }
}

#[test]
fn the_charset_is_heeded() {
    let url = Url::parse("https://ada.example/").unwrap();
    let title = |body: &[u8], charset| {
        let page = read(body, &Question { url: &url, charset, is_target: &is_target });
        text(&page.title).to_owned()
    };
    assert_eq!(title(b"<title>caf\xE9</title>", Some("iso-8859-1")), "café");
    assert_eq!(title(b"<meta charset=shift_jis><title>\x93\xFA\x96\x7B</title>", None), "日本");
    assert_eq!(title(b"<meta charset=iso-2022-jp><title>\x1B$BF|K\\\x1B(B</title>", None), "日本");
    assert_eq!(title(b"<title>\x93x\x94</title>", None), "“x”");
}
