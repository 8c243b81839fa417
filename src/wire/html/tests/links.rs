//! Webmention §3.2.2: which links count.

use super::*;
use proptest::prelude::*;

/// The link of a page as `element attribute: text`.
fn link(html: &str) -> Option<String> {
    page(html).link.map(|link| format!("{} {}: {}", link.element, link.attribute, link.text))
}

#[test]
fn an_address_in_an_attribute_is_a_link() {
    for (html, expected) in [
        ("<a href='https://hub.example/sxsw/keynotes'>x <b>y</b></a> z", "a href: x y"),
        ("<A HREF=https://hub.example/sxsw/keynotes>x</A>", "a href: x"),
        ("<a href=' https://HUB.example:443/sxsw/./keynotes\n'>x</a>", "a href: x"),
        ("<a href='//hub.example/sxsw/keynotes'>x</a>", "a href: x"),
        ("<a href='https&#58;//hub.example/sxsw&#x2f;keynotes'>x</a>", "a href: x"),
        ("<base href='https://hub.example/sxsw/'><a href=keynotes>x</a>", "a href: x"),
        ("<a href=keynotes>x</a><base href='https://hub.example/sxsw/'>", "a href: x"),
        ("<link rel=in-reply-to href='https://hub.example/sxsw/keynotes'>x", "link href: "),
        ("<img alt='a cat' src='https://hub.example/sxsw/keynotes'>", "img src: a cat"),
        ("<img srcset='x.png 1x, https://hub.example/sxsw/keynotes 2x'>", "img srcset: "),
        ("<video poster='https://hub.example/sxsw/keynotes'>x</video>", "video poster: x"),
        ("<video><source src='https://hub.example/sxsw/keynotes'></video>", "source src: "),
        ("<audio src='https://hub.example/sxsw/keynotes'></audio>", "audio src: "),
        ("<object data='https://hub.example/sxsw/keynotes'>x</object>", "object data: x"),
        (
            "<blockquote cite='https://hub.example/sxsw/keynotes'>x</blockquote>",
            "blockquote cite: x",
        ),
        ("<iframe src='https://hub.example/sxsw/keynotes'></iframe>", "iframe src: "),
        (
            "<form><button formaction='https://hub.example/sxsw/keynotes'>x</button>",
            "button formaction: x",
        ),
        ("<map><area href='https://hub.example/sxsw/keynotes' alt=x></map>", "area href: "),
        ("<svg><a xlink:href='https://hub.example/sxsw/keynotes'>x</a></svg>", "a xlink:href: "),
        ("<a href='https://hub.example/sxsw/keynotes'><p>one<p>two</a>three", "a href: one two"),
        ("<p><a href='https://hub.example/sxsw/keynotes'>x<p>y", "a href: x"),
        ("<a href='https://hub.example/sxsw/keynotes'>x<a href=y>z", "a href: x"),
        (
            "<select><xmp></select><a href='https://hub.example/sxsw/keynotes'>x</a></xmp>\
          <a href='https://hub.example/sxsw/keynotes'>y</a>",
            "a href: y",
        ),
    ] {
        assert_eq!(link(html).as_deref(), Some(expected), "{html}");
    }
}

#[test]
fn anything_else_is_none() {
    for html in [
        "",
        "https://hub.example/sxsw/keynotes",
        "<!-- <a href='https://hub.example/sxsw/keynotes'>x</a> -->",
        "<!-- <a href='https://hub.example/sxsw/keynotes'>x</a>",
        "<template><a href='https://hub.example/sxsw/keynotes'>x</a></template>",
        "<template><template></template><a href='https://hub.example/sxsw/keynotes'>x</a>",
        "<script>'<a href=\"https://hub.example/sxsw/keynotes\">x</a>'</script>",
        "<noscript><a href='https://hub.example/sxsw/keynotes'>x</a></noscript>",
        "<textarea><a href='https://hub.example/sxsw/keynotes'>x</a></textarea>",
        "<title><a href='https://hub.example/sxsw/keynotes'>x</a></title>",
        "<style><a href='https://hub.example/sxsw/keynotes'>x</a></style>",
        "<a title='https://hub.example/sxsw/keynotes'>x</a>",
        "<a data-href='https://hub.example/sxsw/keynotes'>x</a>",
        "<div data='https://hub.example/sxsw/keynotes'>x</div>",
        "<base href='https://hub.example/sxsw/keynotes'>",
        "<a href='https://hub.example/sxsw/keynotes",
        "<a href='https://hub.example/sxsw/keynotes/2'>x</a>",
        "<a href='https://hub.example/sxsw'>x</a>",
        "<a href='https&amp;#58;//hub.example/sxsw/keynotes'>x</a>",
        "<a href='javascript:https://hub.example/sxsw/keynotes'>x</a>",
    ] {
        assert_eq!(link(html), None, "{html}");
    }
}

#[test]
fn a_link_tells_its_rel_and_its_paragraph() {
    let link = page(
        "<h1>Title</h1><p>Before.</p><ul><li>See <a rel='NoFollow  ugc' \
         href='https://hub.example/sxsw/keynotes'>the\n notes</a> of others.<li>More</ul>",
    )
    .link
    .unwrap();
    assert_eq!(link.rel, ["nofollow", "ugc"]);
    assert_eq!(link.text, "the notes");
    assert_eq!(link.paragraph.as_deref(), Some("See the notes of others."));
}

#[test]
fn a_paragraph_ends_at_two_line_breaks_and_at_blocks() {
    let paragraph = |html: &str| {
        let link = "<a href='https://hub.example/sxsw/keynotes'>x</a>";
        page(&html.replace('@', link)).link.and_then(|link| link.paragraph).unwrap_or_default()
    };
    assert_eq!(paragraph("<div>a<br>b<br /><br>c @ d<br>e<br>\n<br>f</div>"), "c x d e");
    assert_eq!(paragraph("a<div>b @</div>c"), "b x");
    assert_eq!(paragraph("a @<div>b</div>c"), "a x");
    assert_eq!(paragraph("<table><tr><td>a<td>b @<td>c</table>"), "b x");
    assert_eq!(paragraph("@"), "x");
    let card = "<p>a</p><a href='https://hub.example/sxsw/keynotes'><div>b</div><div>c</div></a>d";
    assert_eq!(paragraph(card), "b c");
    let long = paragraph(&format!("<p>{} @ after</p>", "many words ".repeat(300)));
    assert!(long.starts_with("…") && long.ends_with("words x after"), "{long}");
    let cut = paragraph(&format!("<p>before @ {}</p>", "many words ".repeat(300)));
    assert!(cut.starts_with("before x many") && cut.chars().count() <= 1_000);
}

#[test]
fn the_limits_are_told() {
    let many = "<a href=x>".repeat(MAX_LINKS);
    let target = "<a href='https://hub.example/sxsw/keynotes'>x</a>";
    let read = page(&format!("{many}{target}"));
    assert_eq!((read.cut_short, read.link, read.links), (Some(CutShort::Links), None, MAX_LINKS));
    let read = page(&format!("{target}{many}"));
    assert_eq!(read.cut_short, Some(CutShort::Links));
    assert!(read.link.is_some());
    let far = page(&format!("{}{target}", " ".repeat(MAX_BODY)));
    assert_eq!((far.cut_short, far.link, far.links), (Some(CutShort::Bytes), None, 0));
    let deep = page(&format!("{}{target}", "<div>".repeat(300)));
    assert!(deep.is_complete() && deep.link.is_some());
    let deep = page(&"<div>".repeat(100_000));
    assert_eq!(deep.cut_short, Some(CutShort::Markup));
}

fn question(url: &Url) -> Question<'_> {
    Question { url, charset: None, is_target: &is_target }
}

#[test]
fn plain_text_has_it_where_the_address_stands() {
    let url = Url::parse("https://ada.example/notes.txt").unwrap();
    for (text, expected) in [
        ("see https://hub.example/sxsw/keynotes.", true),
        ("(https://hub.example/sxsw/keynotes)", true),
        ("<HTTPS://hub.example/sxsw/keynotes>", true),
        ("_https://hub.example/sxsw/keynotes_", true),
        ("a https://x.example https://hub.example/sxsw/keynotes\r\nb", true),
        ("xhttps://hub.example/sxsw/keynotes", true),
        ("https://hub.example/sxsw/keynotes2", false),
        ("https://hub.example/sxsw", false),
        ("hub.example/sxsw/keynotes", false),
        ("://", false),
        ("é://é", false),
        ("", false),
    ] {
        assert_eq!(link_in_text(text.as_bytes(), &question(&url)), expected, "{text}");
    }
    let utf_16: Vec<u8> =
        format!("\u{FEFF}{TARGET}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(link_in_text(&utf_16, &question(&url)));
}

#[test]
fn json_has_it_as_a_whole_value() {
    let url = Url::parse("https://ada.example/notes.json").unwrap();
    for (json, expected) in [
        (r#""https://hub.example/sxsw/keynotes""#, true),
        (
            r#"{"a": [1, null, true, -1, 0.5, {"b": "https:\/\/hub.example\/sxsw\/keynotes"}]}"#,
            true,
        ),
        ("\u{FEFF}[\"https://hub.example/sxsw/keynotes\"]", true),
        (r#"["https://hub.example/sxsw/keynotes", oops"#, true),
        (r#"{"https://hub.example/sxsw/keynotes": 1}"#, false),
        (r#"["see https://hub.example/sxsw/keynotes"]"#, false),
        (r#"["https://hub.example/sxsw/keynotes."]"#, false),
        (r#"[oops, "https://hub.example/sxsw/keynotes"]"#, false),
        ("", false),
    ] {
        assert_eq!(link_in_json(json.as_bytes(), &question(&url)), expected, "{json}");
    }
    let deep = format!("{}\"{TARGET}\"", "[".repeat(100_000));
    assert!(!link_in_json(deep.as_bytes(), &question(&url)));
}

/// Bytes that look like a page, more often than any bytes would.
fn pages() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<Vec<u8>>(),
        prop::sample::select(vec![
            "<div class='h-entry'>",
            "<p class=p-name>",
            "<a class='u-url p-author h-card' href=",
            "<time class='value dt-published' datetime=2026>",
            "<script type=application/ld+json>",
            "{\"@type\":\"Article\",\"name\":",
            "</script>",
            "</div>",
            "</p>",
            "</a",
            "<title>",
            "<template>",
            "</template>",
            "<svg>",
            "<!--",
            "-->",
            "&am",
            "p;",
            "&#",
            "<br>",
            "<table>",
            "<td>",
            "<img srcset=',a ,' alt='&eacute;'>",
            "<base href=",
            "<meta charset=",
            "\"",
            "'",
            "https://hub.example/sxsw/keynotes",
            "é",
            "日本",
            "<![CDATA[",
            "]]>",
            "<plaintext>",
            "\0",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn reading_never_panics(bytes in pages()) {
        let url = Url::parse("https://ada.example/2026/post").unwrap();
        let page = read(&bytes, &question(&url));
        for taken in [&page.title, &page.excerpt, &page.author, &page.blog_name].into_iter().flatten() {
            prop_assert!(!taken.text.is_empty());
            prop_assert_eq!(&crate::model::text::tidy(&taken.text), &taken.text);
        }
        link_in_text(&bytes, &question(&url));
        link_in_json(&bytes, &question(&url));
    }
}
