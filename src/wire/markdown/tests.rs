use super::*;
use crate::clock::Clock;

/// The parts as HTML would have them, texts in brackets.
fn shown(markdown: &str) -> String {
    let show = |part: &Part| match part {
        Part::Open(element) => format!("<{}>", element.name()),
        Part::OpenNumbers(first) => format!("<ol {first}>"),
        Part::OpenLink(address) => format!("<a {address}>"),
        Part::Close(element) => format!("</{}>", element.name()),
        Part::Text(text) => format!("[{text}]"),
        Part::Break => "<br>".to_owned(),
        Part::Rule => "<hr>".to_owned(),
    };
    parts(markdown).iter().map(show).collect()
}

#[test]
fn common_markdown_becomes_elements() {
    for (markdown, expected) in [
        ("", ""),
        ("# Title", "<h2>[Title]</h2>"),
        ("### A\n###### B", "<h2>[A]</h2><h5>[B]</h5>"),
        ("one\ntwo  \nthree", "<p>[one\ntwo]<br>[three]</p>"),
        ("*a **b***", "<p><em>[a ]<strong>[b]</strong></em></p>"),
        ("- a\n- b", "<ul><li>[a]</li><li>[b]</li></ul>"),
        ("1. a", "<ol><li>[a]</li></ol>"),
        ("7) a", "<ol 7><li>[a]</li></ol>"),
        ("> a\n\n---", "<blockquote><p>[a]</p></blockquote><hr>"),
        ("`<a>`", "<p><code>[<a>]</code></p>"),
        ("```html\n<b>\n```", "<pre>[<b>\n]</pre>"),
        ("[a](https://a.example/?b=1&c=2)", "<p><a https://a.example/?b=1&c=2>[a]</a></p>"),
        ("<https://a.example>", "<p><a https://a.example/>[https://a.example]</a></p>"),
        ("<ada@a.example>", "<p><a mailto:ada@a.example>[ada@a.example]</a></p>"),
        (
            "[a <http://b.example> c](http://a.example)",
            "<p><a http://a.example/>[a http://b.example c]</a></p>",
        ),
        (
            "[![a <b@c.example>](http://p.example)](http://a.example)",
            "<p><a http://a.example/>[a b@c.example]</a></p>",
        ),
        ("[a]\n\n[a]: http://a.example", "<p><a http://a.example/>[a]</a></p>"),
        ("![a picture](https://a.example/p.png)", "<p>[a picture]</p>"),
        ("&amp;lt; &#60;b&#62;", "<p>[&lt; <b>]</p>"),
    ] {
        assert_eq!(shown(markdown), expected, "{markdown}");
    }
}

#[test]
fn nothing_of_it_is_html_and_no_link_leads_anywhere_else() {
    for (markdown, expected) in [
        ("<script>alert(1)</script>", "<p>[<script>alert(1)</script>]</p>"),
        ("a <b onclick=x>b</b>", "<p>[a <b onclick=x>b</b>]</p>"),
        ("<!-- a -->", "<p>[<!-- a -->]</p>"),
        ("<img src=x onerror=alert(1)>", "<p>[<img src=x onerror=alert(1)>]</p>"),
        ("[a](javascript:alert(1))", "<p>[a]</p>"),
        ("[a](JaVaScRiPt:alert(1))", "<p>[a]</p>"),
        ("[a](javascript&colon;alert(1))", "<p>[a]</p>"),
        ("[a](&#106;avascript:alert(1))", "<p>[a]</p>"),
        ("[a](java&#x09;script:alert(1))", "<p>[a]</p>"),
        ("[a](<java\tscript:alert(1)>)", "<p>[a]</p>"),
        ("[a](&#1;javascript:alert(1))", "<p>[a]</p>"),
        ("<javascript:alert(1)>", "<p>[javascript:alert(1)]</p>"),
        ("[a](data:text/html;base64,PHNjcmlwdD4=)", "<p>[a]</p>"),
        ("[a](vbscript:x)", "<p>[a]</p>"),
        ("[a](file:///etc/passwd)", "<p>[a]</p>"),
        ("[a](//evil.example)", "<p>[a]</p>"),
        ("[a](/manage)", "<p>[a]</p>"),
        ("[a](#main)", "<p>[a]</p>"),
        ("[a](https://bank.example@evil.example/)", "<p>[a]</p>"),
        (
            "[a](mailto:a@a.example?bcc=all@a.example&body=x)",
            "<p><a mailto:a@a.example>[a]</a></p>",
        ),
        ("[a](https://a.example/\"onclick=x)", "<p><a https://a.example/%22onclick=x>[a]</a></p>"),
        ("[![x](data:,)](javascript:x)", "<p>[x]</p>"),
        ("[a]\n\n[a]: javascript:alert(1)", "<p>[a]</p>"),
        ("# a {#b onclick=x}", "<h2>[a {#b onclick=x}]</h2>"),
    ] {
        assert_eq!(shown(markdown), expected, "{markdown}");
    }
}

#[test]
fn what_nests_too_deep_stands_there_without_its_element() {
    let quotes = shown(&format!("{} deep", ">".repeat(200)));
    assert_eq!(quotes.matches("<blockquote>").count(), MAX_DEPTH, "{quotes}");
    assert!(quotes.contains("<p>[deep]</p>"), "{quotes}");
    let items: String = (0..100).map(|n| format!("{}- {n}\n", "  ".repeat(n))).collect();
    let items = shown(&items);
    assert_eq!(items.matches("<ul>").count(), MAX_DEPTH, "{items}");
    assert_eq!(items.matches("<li>").count(), MAX_DEPTH, "{items}");
    assert!(items.contains("[8]") && items.contains("99"), "{items}");
    let strong = shown(&format!("{0}x{0}", "*".repeat(100)));
    assert_eq!(strong.matches("<strong>").count(), MAX_DEPTH, "{strong}");
    for text in [quotes, items, strong] {
        for name in ["blockquote", "ul", "li", "strong", "p"] {
            let (opened, closed) = (format!("<{name}>"), format!("</{name}>"));
            assert_eq!(text.matches(&opened).count(), text.matches(&closed).count(), "{name}");
        }
    }
}

/// How long each takes is said, not asserted: a text has at most 20,000 characters.
#[test]
fn hostile_texts_are_read_in_time() {
    let clock = Clock::system();
    let lines = |line: &str, n: usize| line.repeat(n);
    for (name, text) in [
        ("brackets", lines("[", 20_000)),
        ("images", lines("![", 10_000)),
        ("closed brackets", format!("{}{}", lines("[", 10_000), lines("]", 10_000))),
        ("links", lines("[a](", 5_000)),
        ("titles", lines("[a](b \"", 2_800)),
        ("references", lines("[a]: b\n", 2_800)),
        (
            "used references",
            format!("[a]: http://{}.example\n\n{}", "b".repeat(9_000), lines("[a]", 3_600)),
        ),
        ("backticks", lines("`", 20_000)),
        ("runs of backticks", (1..200).map(|n| format!("{} ", "`".repeat(n))).collect()),
        ("quotes", lines(">", 20_000)),
        ("lazy quotes", format!("{}a\n{}", lines(">", 10_000), lines("a\n", 5_000))),
        ("lazy items", format!("{}a\n{}", lines("- ", 5_000), lines("a\n", 5_000))),
        ("lazy numbers", format!("{}a\n{}", lines("1) ", 3_300), lines("a\n", 5_000))),
        ("quoted items", format!("{}a\n{}", lines("> - ", 2_500), lines("a\n", 5_000))),
        ("mixed marks", format!("{}a\n{}", lines("> 1. * ", 1_400), lines("a\n", 5_000))),
        ("spaced marks", format!("{}a\n{}", lines("-   ", 2_500), lines("a\n", 5_000))),
        ("deep lists", (0..190).map(|n| format!("{}- a\n", " ".repeat(n))).collect()),
        ("markers", lines("- ", 10_000)),
        ("numbers", lines("1) ", 6_600)),
        ("stars", lines("*a **a ", 2_800)),
        ("unclosed emphasis", lines("*_", 10_000)),
        ("mixed", lines("*a_ ", 5_000)),
        ("tags", lines("<a ", 6_600)),
        ("comments", lines("<!--", 5_000)),
        ("processing", lines("<?", 10_000)),
        ("declarations", lines("<!A ", 5_000)),
        ("autolinks", lines("<http:", 3_300)),
        ("entities", lines("&#", 10_000)),
        ("backslashes", lines("\\", 20_000)),
        ("headings", lines("a\n===\n", 3_300)),
    ] {
        let started = clock.monotonic();
        let parts = parts(&text);
        let took = clock.monotonic().saturating_sub(started);
        println!("{name}: {} characters, {} parts, {took:?}", text.chars().count(), parts.len());
        assert!(parts.len() <= 3 * text.len() + 3, "{name}");
        let written: usize = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::OpenLink(text) => text.len(),
                _ => "<blockquote>".len(),
            })
            .sum();
        assert!(written <= 16 * text.len(), "{name}: {written} bytes");
    }
}
