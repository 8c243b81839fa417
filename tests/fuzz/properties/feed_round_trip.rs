//! Our feeds, written and read again: `wire::feed` with RSS, Atom and JSON, by libraries that others
//! wrote, and by our own reader.

use backchannel::clock::Timestamp;
use backchannel::model::text;
use backchannel::wire::feed::{Feed, FeedItem, Format};
use backchannel::wire::syndication;
use url::Url;

use super::{foreign, input};

const THEN: Timestamp = Timestamp::from_micros(1_047_400_800_000_000);
const LATER: Timestamp = Timestamp::from_micros(1_047_487_200_000_000);

/// What a sender has a say in.
struct Post {
    title: String,
    excerpt: String,
    blog_name: String,
    category: String,
    url: String,
}

/// The most posts: with more the same is done more often.
const MOST: usize = 12;

/// Texts (see `input::texts`), five for each post, twelve posts at most: its title, excerpt, blog,
/// category and address. The first two are the feed's, too. Texts that go in come out, of every
/// format, and nothing else does.
pub fn check(data: &[u8]) {
    let texts = input::texts(data);
    let text = |at: usize| texts.get(at).cloned().unwrap_or_default();
    let posts: Vec<Post> = (0..texts.len())
        .step_by(5)
        .take(MOST)
        .map(|at| Post {
            title: text(at),
            excerpt: text(at + 1),
            blog_name: text(at + 2),
            category: text(at + 3),
            url: text(at + 4),
        })
        .collect();
    let hubs = ["https://hubs.example/websub".to_owned()];
    let feed = Feed {
        id: "tag:hubs.example,2003-03-11:hub/7",
        title: &posts[0].title,
        page: "https://hubs.example/sxsw",
        address: "https://hubs.example/sxsw/feed?before=b&key=k",
        first: None,
        next: Some("https://hubs.example/sxsw/feed?before=c&key=k"),
        hubs: &hubs,
        description: &posts[0].excerpt,
        icon: Some("https://hubs.example/sxsw/-/picture/abc.png"),
        language: "en",
        changed_at: LATER,
        is_finished: posts.len() == MOST,
        is_expired: posts.len() == MOST,
        items: posts.iter().map(item).collect(),
    };
    rss(&Format::Rss.write(&feed), &posts);
    atom(&Format::Atom.write(&feed), &posts);
    json(&Format::Json.write(&feed), &posts);
    for format in Format::ALL {
        ours(format, &format.write(&feed), &posts);
    }
}

fn item(post: &Post) -> FeedItem<'_> {
    FeedItem {
        id: "tag:hubs.example,2003-03-11:p/abc",
        title: &post.title,
        url: &post.url,
        excerpt: &post.excerpt,
        blog_name: &post.blog_name,
        source: Some(&post.url),
        category: &post.category,
        language: None,
        permalink: "https://hubs.example/p/abc",
        listed_at: THEN,
        changed_at: LATER,
    }
}

fn held(posts: &[Post], text: fn(&Post) -> &String) -> Vec<String> {
    posts.iter().map(|post| foreign::held(text(post))).collect()
}

fn rss(xml: &str, posts: &[Post]) {
    let elements = foreign::elements(xml);
    // The channel's, and its picture's.
    assert_eq!(foreign::texts_of(&elements, "title")[2..], held(posts, |post| &post.title));
    assert_eq!(foreign::texts_of(&elements, "dc:creator"), held(posts, |post| &post.blog_name));
    let read = rss::Channel::read_from(xml.as_bytes()).unwrap();
    assert_eq!(read.items.len(), posts.len());
    // It takes blanks off the ends.
    let trimmed = |text: &str| foreign::held(text).trim().to_owned();
    for (item, post) in read.items.iter().zip(posts) {
        assert_eq!(item.title().unwrap_or_default(), trimmed(&post.title));
        // A description is HTML by custom.
        let html = htmlize::unescape(item.description().unwrap_or_default());
        assert_eq!(html.trim(), trimmed(&post.excerpt));
        assert_eq!(item.categories[0].name, trimmed(&post.category));
        assert_eq!(item.source().map(rss::Source::url), Some(foreign::held(&post.url).as_str()));
    }
}

fn atom(xml: &str, posts: &[Post]) {
    let elements = foreign::elements(xml);
    assert_eq!(foreign::texts_of(&elements, "title")[1..], held(posts, |post| &post.title));
    let read = atom_syndication::Feed::read_from(xml.as_bytes()).unwrap();
    assert_eq!(read.entries.len(), posts.len());
    for (entry, post) in read.entries.iter().zip(posts) {
        assert_eq!(entry.title.value, foreign::held(&post.title));
        let summary = entry.summary.as_ref().map_or("", |summary| summary.value.as_str());
        assert_eq!(summary, foreign::held(&post.excerpt));
        assert_eq!(entry.authors[0].name, foreign::held(&post.blog_name));
        assert_eq!(entry.categories[0].term, foreign::held(&post.category));
        assert_eq!(entry.links[0].href, foreign::held(&post.url));
    }
}

fn json(json: &str, posts: &[Post]) {
    let read: serde_json::Value = serde_json::from_str(json).unwrap();
    let items = read["items"].as_array().unwrap();
    assert_eq!(items.len(), posts.len());
    for (item, post) in items.iter().zip(posts) {
        let said = if post.excerpt.is_empty() { &post.title } else { &post.excerpt };
        assert_eq!(item["title"], post.title.as_str());
        assert_eq!(item["content_text"], said.as_str());
        assert_eq!(item["authors"][0]["name"], post.blog_name.as_str());
        assert_eq!(item["tags"][0], post.category.as_str());
        assert_eq!(item["external_url"], post.url.as_str());
    }
}

/// One hub may follow another's feed.
fn ours(format: Format, document: &str, posts: &[Post]) {
    if document.len() > syndication::MAX_BODY {
        return;
    }
    let address = Url::parse("https://hubs.example/sxsw/feed").unwrap();
    let content_type = Some(format.content_type().as_bytes());
    let read = syndication::read(content_type, document.as_bytes(), &address).unwrap();
    assert_eq!(read.entries.len(), posts.len());
    for (entry, post) in read.entries.iter().zip(posts) {
        // RSS has HTML in its titles, as often as not: there it is read as such.
        let title = match format {
            Format::Rss => text::plain(&foreign::held(&post.title)),
            Format::Atom => text::tidy(&foreign::held(&post.title)),
            Format::Json => text::tidy(&post.title),
        };
        let title = text::cut(&title, syndication::MAX_TITLE);
        assert_eq!(entry.title.as_deref().unwrap_or_default(), title, "{format:?}");
        let said = match format {
            Format::Rss | Format::Atom => text::tidy(&foreign::held(&post.excerpt)),
            Format::Json if post.excerpt.is_empty() => text::tidy(&post.title),
            Format::Json => text::tidy(&post.excerpt),
        };
        assert_eq!(entry.summary_text, text::cut(&said, syndication::MAX_SUMMARY), "{format:?}");
        let at = entry.published.map(|at| at.as_microsecond());
        assert_eq!(at, Some(THEN.micros()), "{format:?}");
    }
}
