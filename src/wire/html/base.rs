//! The address that relative links of a page are relative to.

use super::{tag, walk};
use lol_html::{HtmlRewriter, element};
use std::cell::RefCell;
use url::Url;

/// The page's own address, or that of its first `<base href>`.
///
/// A `<base>` counts for what stands before it too, so it is looked for first; few pages have
/// one, and of those only the tags up to it are read.
pub(in crate::wire) fn of(html: &str, page: &Url) -> Url {
    if !mentions_base(html.as_bytes()) {
        return page.clone();
    }
    let found = RefCell::new(None);
    let handler = element!("base[href]", |element| {
        *found.borrow_mut() = element.get_attribute("href").as_deref().and_then(tag::decoded);
        Err("the first one counts".into())
    });
    let settings = walk::settings().append_element_content_handler(handler);
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    // It fails where the handler does, and where the page is beyond reading anyway.
    let _ = rewriter.write(html.as_bytes());
    drop(rewriter);
    found
        .into_inner()
        .and_then(|href| page.join(href.trim()).ok())
        .filter(|base| matches!(base.scheme(), "http" | "https"))
        .unwrap_or_else(|| page.clone())
}

fn mentions_base(html: &[u8]) -> bool {
    html.windows(5).any(|window| window.eq_ignore_ascii_case(b"<base"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_base_counts() {
        for (html, base) in [
            ("", "https://ada.example/2026/post"),
            ("<base href='/x/'>", "https://ada.example/x/"),
            (
                "<a href=y><BASE target=_top><base href=https://b.example/&amp;>",
                "https://b.example/&",
            ),
            ("<base href='/x/'><base href='/y/'>", "https://ada.example/x/"),
            ("<!-- <base href='/x/'> -->", "https://ada.example/2026/post"),
            ("<script>'<base href=\"/x/\">'</script>", "https://ada.example/2026/post"),
            ("<base href='javascript:alert(1)'>", "https://ada.example/2026/post"),
            ("<base href='http://['>", "https://ada.example/2026/post"),
            ("<base href", "https://ada.example/2026/post"),
        ] {
            let page = Url::parse("https://ada.example/2026/post").unwrap();
            assert_eq!(of(html, &page).as_str(), base, "{html}");
        }
    }
}
