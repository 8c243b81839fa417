//! Pages that are made to be expensive (security.md T5, finding 2): that they end, and how.
//!
//! What they cost is measured in release mode; a test with a stop-watch fails on a busy machine.

use super::*;

/// `unit` over and over, as much as is read of a page.
fn full_of(unit: &str) -> String {
    unit.repeat(MAX_BODY / unit.len())
}

/// `start`, and `unit` over and over.
fn after(start: &str, unit: &str) -> String {
    format!("{start}{}", unit.repeat((MAX_BODY - start.len()) / unit.len()))
}

/// The eight shapes of T5, and what else this reader might trip over.
pub(super) fn shapes() -> Vec<(&'static str, String, Option<CutShort>)> {
    use CutShort::{Links, Markup};
    vec![
        ("nested div", full_of("<div>"), Some(Markup)),
        ("misnested a and b", full_of("<a href><b>"), Some(Markup)),
        ("misnested i and b", full_of("<i><b></i>"), None),
        ("one tag with 131k attributes", after("<a", " a=b"), Some(Markup)),
        ("tags with 1000 attributes", full_of(&format!("<p{}>", " a".repeat(1000))), None),
        ("ul li chain", full_of("<ul><li>"), Some(Markup)),
        ("unclosed comment", after("<!--", "<!-- -"), None),
        ("many comments", full_of("<!--x-->"), None),
        ("many tiny links", full_of("<a href=a>"), Some(Links)),
        ("a srcset of links", after("<img srcset='", "a,"), None),
        ("one long class", after("<p class='", "p-name "), None),
        (
            "many long classes",
            full_of(&format!("<b class='h-entry {}'>", "p-name value p-x ".repeat(25))),
            None,
        ),
        ("nested h-entry", full_of("<div class=h-entry>"), Some(Markup)),
        ("h-entry after h-entry", full_of("<b class=h-entry></b>"), None),
        ("nested p-name", full_of("<b class='h-entry p-name p-author'>"), Some(Markup)),
        (
            "nested names of nothing",
            after(&"<b class='p-name h-card'><i class='p-name u-url'>".repeat(127), " "),
            None,
        ),
        ("h-cards of the owner", full_of("<a class=h-card href=/> </a>"), Some(Links)),
        (
            "names round the same blanks",
            after(
                &format!(
                    "<b class=h-entry>{}",
                    "<i class='p-name p-author e-content p-summary'>".repeat(250)
                ),
                "\u{3000}",
            ),
            None,
        ),
        (
            "values without end",
            after("<div class=h-entry><p class=p-name>", "<b class=value>x</b>"),
            None,
        ),
        ("giant JSON-LD", after("<script type=application/ld+json>", "[{\"\":0},"), None),
        (
            "many giant JSON-LD",
            full_of(&format!(
                "<script type=application/ld+json>[{}0]</script>",
                "{\"\":{}},[0],".repeat(9_000)
            )),
            None,
        ),
        ("deep JSON-LD", after("<script type=application/ld+json>", "["), None),
        (
            "many JSON-LD",
            full_of(&format!(
                "<script type=application/ld+json>{}</script>",
                "[0,[],{\"a\":1},".repeat(1000)
            )),
            None,
        ),
        ("stray end tags", after(&"<b>".repeat(255), "</p>"), None),
        (
            "end tags that stop at a cell",
            after(&format!("<p><td>{}", "<b>".repeat(250)), "</p>"),
            None,
        ),
        ("many paragraphs", full_of("<p>"), Some(Markup)),
        ("many breaks", full_of("<br>"), None),
        ("ampersands", full_of("&"), None),
        ("unfinished entities", full_of("&CounterClockwiseContourIntegra"), None),
        ("accents", after("<title>e", "\u{301}"), None),
        ("separators", after("<title>", "a | "), None),
        ("lesser-thans", full_of("<"), None),
        ("unclosed templates", full_of("<template>"), Some(Markup)),
        ("svg in svg", full_of("<svg>"), Some(Markup)),
        ("a base that is none", after("<!--<base-->", "<div>"), Some(Markup)),
        ("NUL", full_of("\0"), None),
    ]
}

#[test]
fn every_bomb_ends() {
    let mut ends = Vec::new();
    for (name, html, cut_short) in shapes() {
        assert!(html.len() > MAX_BODY / 2 && html.len() <= MAX_BODY, "{name}");
        ends.push((name, cut_short, page(&html).cut_short));
    }
    ends.retain(|(_, expected, found)| expected != found);
    assert_eq!(ends, []);
}

#[test]
fn old_pages_that_close_nothing_are_read_to_their_end() {
    assert!(page(&"<p>A paragraph".repeat(8_000)).is_complete());
    assert!(page(&format!("<a{}>", " a=b".repeat(16_000))).is_complete());
}
