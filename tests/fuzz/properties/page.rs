//! A blogger's page: `wire::html`, and the readers of the other types a page may have.

use backchannel::model::ping::{MAX_EXCERPT, MAX_TITLE};
use backchannel::wire::html::{
    MAX_BODY, MAX_LED_TO, MAX_LINKS, Page, Question, Taken, link_in_json, link_in_text, read,
};
use url::Url;

use super::{input, line};

const PAGE: &str = "https://ada.example/2003/03/post.html?a=1";
const TARGET: &str = "https://hubs.example/sxsw/keynotes";

/// The first line is the charset of the Content-Type, the rest the page. Limits hold, texts are
/// tidy, addresses are of the web; a link before all else is found, and one in a comment is not.
pub fn check(data: &[u8]) {
    let (charset, body) = input::with_header(data);
    let charset = charset.and_then(|charset| std::str::from_utf8(charset).ok());
    let url = Url::parse(PAGE).unwrap();
    let is_target = |url: &Url| url.as_str().starts_with(TARGET);
    let question = Question { url: &url, charset, is_target: &is_target };
    let page = read(body, &question);
    is_within_limits(&page, body.len());
    assert_eq!(read(body, &question), page, "read twice it is another");
    link_in_text(body, &question);
    link_in_json(body, &question);

    // No header's charset, so that ASCII is ASCII (UTF-16 in a `<meta>` counts as UTF-8).
    let question = Question { charset: None, ..question };
    let before = [format!("<a href='{TARGET}#x'>link</a>").as_bytes(), body].concat();
    let found = read(&before, &question).link.unwrap();
    assert_eq!((found.element.as_str(), found.attribute), ("a", "href"));
    let mut body = body.to_vec();
    body.retain(|byte| *byte != b'-');
    let hidden = [format!("<!--<a href='{TARGET}'>").as_bytes(), &body, b"-->"].concat();
    assert!(hidden.len() > MAX_BODY || read(&hidden, &question).link.is_none(), "in a comment");
    in_other_types(&question);
}

fn is_within_limits(page: &Page, length: usize) {
    let said = |taken: &Option<Taken>, most| {
        if let Some(taken) = taken {
            line::is_tidy(&taken.text, most);
            assert_ne!(taken.text, "");
        }
    };
    said(&page.title, MAX_TITLE);
    said(&page.excerpt, MAX_EXCERPT);
    said(&page.author, MAX_TITLE);
    said(&page.blog_name, MAX_TITLE);
    if let Some(link) = &page.link {
        line::is_tidy(&link.text, MAX_EXCERPT);
        line::is_tidy(link.paragraph.as_deref().unwrap_or_default(), MAX_EXCERPT);
        assert!(link.rel.iter().all(|rel| *rel == rel.to_ascii_lowercase()), "{:?}", link.rel);
    }
    assert!(page.language.as_deref().is_none_or(backchannel::model::hub::is_language_tag));
    let is_proof = |proof: &String| {
        (1..=64).contains(&proof.len())
            && proof.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    assert!(page.proofs.len() <= 4 && page.proofs.iter().all(is_proof), "{:?}", page.proofs);
    assert!(page.links <= MAX_LINKS && page.leads_to.len() <= MAX_LED_TO.min(page.links));
    let feeds = page.feeds.iter().map(|feed| &feed.url);
    for url in page.leads_to.iter().chain(feeds).chain(&page.canonical) {
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    }
    for feed in &page.feeds {
        line::is_tidy(feed.title.as_deref().unwrap_or_default(), MAX_TITLE);
    }
    assert!(length <= MAX_BODY || !page.is_complete());
}

/// Whatever the target is, JSON and plain text that hold it are found to.
fn in_other_types(question: &Question<'_>) {
    let json = serde_json::json!({ "in-reply-to": [{ "url": TARGET }] }).to_string();
    assert!(link_in_json(json.as_bytes(), question));
    assert!(link_in_text(format!("See <{TARGET}>.").as_bytes(), question));
}
