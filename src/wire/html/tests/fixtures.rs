//! Pages as the commonest blog software writes them.

use super::*;
use std::fmt::Write;

/// What a page says, a line for each thing.
fn said(page: &Page) -> String {
    let mut said = String::new();
    let texts = [
        ("title", &page.title),
        ("excerpt", &page.excerpt),
        ("author", &page.author),
        ("blog", &page.blog_name),
    ];
    for (name, taken) in texts {
        let (text, from) =
            taken.as_ref().map_or(("", ""), |taken| (taken.text.as_str(), taken.from.as_words()));
        writeln!(said, "{name}: {} < {from}", crate::model::text::shorten(text, 63)).unwrap();
    }
    let published = page.published.map(|at| at.to_jiff().to_string()).unwrap_or_default();
    writeln!(said, "published: {published}").unwrap();
    writeln!(said, "language: {}", page.language.as_deref().unwrap_or_default()).unwrap();
    for feed in &page.feeds {
        let title = feed.title.as_deref().unwrap_or_default();
        writeln!(said, "feed: {} {:?} {title}", feed.url, feed.kind).unwrap();
    }
    writeln!(said, "canonical: {}", page.canonical.as_ref().map_or("", Url::as_str)).unwrap();
    if let Some(link) = &page.link {
        let paragraph = link.paragraph.as_deref().unwrap_or_default();
        writeln!(said, "link: {} {} {:?} {}", link.element, link.attribute, link.rel, link.text)
            .unwrap();
        writeln!(said, "paragraph: {paragraph}").unwrap();
    }
    said
}

fn assert_says(file: &str, url: &str, expected: &[&str]) {
    let path = format!("{}/tests/fixtures/pages/{file}.html", env!("CARGO_MANIFEST_DIR"));
    let page = read_at(url, &std::fs::read(path).unwrap());
    assert!(page.is_complete() && !page.gone);
    let said = said(&page);
    assert_eq!(said.lines().collect::<Vec<_>>(), expected, "{file}");
}

#[test]
fn a_page_of_wordpress_twenty_twenty_four() {
    assert_says(
        "wordpress-twenty-twenty-four",
        "https://ada.example/2026/03/14/opening-keynote/",
        &[
            "title: Notes from the opening keynote < the page's title",
            "excerpt: Everybody’s notes are collected on the keynotes page, and mi… < the paragraph round the link",
            "author:  < ",
            "blog: Ada’s Notebook < the site's name in the page's title",
            "published: 2026-03-14T08:30:00Z",
            "language: en-US",
            "feed: https://ada.example/feed/ Rss Ada’s Notebook » Feed",
            "feed: https://ada.example/comments/feed/ Rss Ada’s Notebook » Comments Feed",
            "feed: https://ada.example/2026/03/14/opening-keynote/feed/ Rss Ada’s Notebook » Notes from the opening keynote Comments Feed",
            "canonical: https://ada.example/2026/03/14/opening-keynote/",
            "link: a href [] the keynotes page",
            "paragraph: Everybody’s notes are collected on the keynotes page, and mine are below.",
        ],
    );
}

#[test]
fn a_page_of_wordpress_twenty_twenty_five() {
    assert_says(
        "wordpress-twenty-twenty-five",
        "https://carl.example/tag-eins/",
        &[
            "title: Tag eins < og:title",
            "excerpt: Wie der erste Tag war, und warum \"Backchannel\" mehr als ein… < og:description",
            "author: Carl < the author in the page's JSON-LD",
            "blog: Carls Tagebuch < og:site_name",
            "published: 2026-03-15T18:05:11Z",
            "language: de",
            "feed: https://carl.example/feed/ Rss Carls Tagebuch » Feed",
            "feed: https://carl.example/comments/feed/ Rss Carls Tagebuch » Kommentar-Feed",
            "canonical: https://carl.example/tag-eins/",
            "link: a href [\"noreferrer\", \"noopener\"] Keynotes",
            "paragraph: Mehr dazu bei den Keynotes der anderen",
        ],
    );
}

#[test]
fn a_page_of_wordpress_twenty_twenty_one() {
    assert_says(
        "wordpress-twenty-twenty-one",
        "https://grace.example/?p=12",
        &[
            "title: A keynote in three acts < the h-entry's p-name",
            "excerpt: Act one: the lights go out. Act two, which others saw as wel… < the h-entry's content",
            "author: Grace < the link with rel=author",
            "blog: Grace writes < the site's name in the page's title",
            "published: 2026-03-14T21:00:00Z",
            "language: en-GB",
            "feed: https://grace.example/?feed=rss2 Rss Grace writes » Feed",
            "feed: https://grace.example/?feed=comments-rss2 Rss Grace writes » Comments Feed",
            "canonical: https://grace.example/?p=12",
            "link: a href [\"nofollow\"] others saw as well",
            "paragraph: Act one: the lights go out. Act two, which others saw as well: the projector does, too.",
        ],
    );
}

#[test]
fn a_page_of_hugo_papermod() {
    assert_says(
        "hugo-papermod",
        "https://linus.example/posts/live-keynote/",
        &[
            "title: Live from the keynote < og:title",
            "excerpt: Three quotes and a picture. < og:description",
            "author: Linus < the author in the page's JSON-LD",
            "blog: Linus on the road < og:site_name",
            "published: 2026-03-14T16:00:00Z",
            "language: en",
            "canonical: https://linus.example/posts/live-keynote/",
            "link: a href [] the keynotes hub",
            "paragraph: Quote one. See the others at the keynotes hub.",
        ],
    );
}

#[test]
fn a_page_of_hugo_ananke() {
    assert_says(
        "hugo-ananke",
        "https://rosa.example/posts/abertura/",
        &[
            "title: A abertura < the page's title",
            "excerpt: O que ficou da abertura. < the page's meta description",
            "author:  < ",
            "blog: Diário da Rosa < the site's name in the page's title",
            "published: 2026-03-14T00:00:00Z",
            "language: pt-br",
            "feed: https://rosa.example/diario/index.xml Rss Diário da Rosa",
            "canonical: ",
            "link: blockquote cite [] “Um canal de fundo para todos.”",
            "paragraph: “Um canal de fundo para todos.”",
        ],
    );
}

#[test]
fn a_page_of_jekyll_minima() {
    assert_says(
        "jekyll-minima",
        "https://emmy.example/2026/03/14/keynote.html",
        &[
            "title: AT&T, R&D and the keynote < the h-entry's p-name",
            "excerpt: A keynote is a theorem that wants a proof; x < y is one of t… < the h-entry's content",
            "author: Emmy < the h-entry's p-author",
            "blog: Emmy’s Proofs < og:site_name",
            "published: 2026-03-14T08:00:00Z",
            "language: en",
            "feed: https://emmy.example/feed.xml Atom Emmy’s Proofs",
            "canonical: https://emmy.example/2026/03/14/keynote.html",
            "link: a href [] those we heard",
            "paragraph: A keynote is a theorem that wants a proof; x < y is one of those we heard.",
        ],
    );
}

#[test]
fn a_page_of_ghost_casper() {
    assert_says(
        "ghost-casper",
        "https://hedy.example/keynote-annotated/",
        &[
            "title: The keynote, annotated < og:title",
            "excerpt: Margins are where the talk happens. < og:description",
            "author: Hedy < the author in the page's JSON-LD",
            "blog: Hopping Frequencies < og:site_name",
            "published: 2026-03-14T16:20:00Z",
            "language: en",
            "feed: https://hedy.example/rss/ Rss Hopping Frequencies",
            "canonical: https://hedy.example/keynote-annotated/",
            "link: a href [] Keynotes All posts on the keynotes",
            "paragraph: Keynotes All posts on the keynotes",
        ],
    );
}

#[test]
fn a_page_of_blogger_contempo() {
    assert_says(
        "blogger-contempo",
        "https://alan.blogspot.example/2026/03/keynote-day.html",
        &[
            "title: Keynote day < og:title",
            "excerpt: Can keynotes think? The hall was undecided. Halting, as ever. < og:description",
            "author: Alan < the author in the page's JSON-LD",
            "blog: Alan's machine < the title of the page's feed",
            "published: 2026-03-14T18:15:00Z",
            "language: en-GB",
            "feed: https://alan.blogspot.example/feeds/posts/default Atom Alan's machine - Atom",
            "feed: https://alan.blogspot.example/feeds/posts/default?alt=rss Rss Alan's machine - RSS",
            "feed: https://alan.blogspot.example/feeds/2/comments/default Atom Alan's machine - Atom",
            "canonical: https://alan.blogspot.example/2026/03/keynote-day.html",
            "link: a href [] others halted too",
            "paragraph: Halting, as ever, is a problem; others halted too.",
        ],
    );
}

#[test]
fn a_page_of_blogger_simple() {
    assert_says(
        "blogger-simple",
        "http://joan.blogspot.example/2026/03/keynote.html",
        &[
            "title: A keynote, deciphered < the h-entry's p-name",
            "excerpt: There were four rotors on stage. Who else broke the code? < the h-entry's content",
            "author: Joan < the link with rel=author",
            "blog: Joan: decoded < the site's name in the page's title",
            "published: 2026-03-14T19:40:00Z",
            "language: ",
            "feed: http://joan.blogspot.example/feeds/posts/default Atom Joan: decoded - Atom",
            "canonical: http://joan.blogspot.example/2026/03/keynote.html",
            "link: a href [] broke the code",
            "paragraph: Who else broke the code?",
        ],
    );
}

#[test]
fn a_page_of_movable_type_rainier() {
    assert_says(
        "movable-type-rainier",
        "https://himiko.example/2026/03/keynote.html",
        &[
            "title: 基調講演のメモ < the h-entry's p-name",
            "excerpt: 基調講演のメモです。会場は満員でした。 ほかの方の記事はこちらにあります。 < the h-entry's content",
            "author: ひみこ < the h-entry's p-author",
            "blog: ひみこのブログ < og:site_name",
            "published: 2026-03-14T09:00:00Z",
            "language: ja",
            "feed: https://himiko.example/atom.xml Atom Recent Entries",
            "canonical: https://himiko.example/2026/03/keynote.html",
            "link: a href [] こちら",
            "paragraph: ほかの方の記事はこちらにあります。",
        ],
    );
}

#[test]
fn a_page_of_movable_type_classic() {
    assert_says(
        "movable-type-classic",
        "http://mary.example/2026/03/keynote.html",
        &[
            "title: A moving keynote < the h-entry's p-name",
            "excerpt: The fossils of the web were on show. I pinged the usual place. < the h-entry's content",
            "author: Mary < the h-entry's p-author",
            "blog: Mary's Logbook < the site's name in the page's title",
            "published: 2026-03-14T17:00:00Z",
            "language: ",
            "feed: http://mary.example/atom.xml Atom Recent Entries",
            "canonical: ",
            "link: a href [] the usual place",
            "paragraph: I pinged the usual place.",
        ],
    );
}
