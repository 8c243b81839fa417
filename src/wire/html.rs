//! The page of a blog post: whether it links to us, and what it says of itself.
//!
//! Webmention and Pingback name a page, nothing else; title, excerpt, blog name and author are
//! read from it. A stranger wrote it, so everything here is linear in its length and holds no
//! tree (security.md T5): `lol_html` reports tags and texts one after another, `reader` keeps
//! what matters of them, and `choose` picks the best of it at the end. Texts are kept once, in
//! `prose`, and whatever needs one notes where it begins and ends; so a thousand nested
//! elements cost no more than their tags.

mod base;
mod charset;
mod choose;
mod dates;
mod head;
mod json_ld;
mod language;
mod links;
mod microformats;
mod open_elements;
mod other_types;
mod prose;
mod reader;
mod rels;
mod site_name;
mod source;
mod tag;
mod walk;

#[cfg(test)]
mod tests;

pub(super) use base::of as base_of;
pub use other_types::{link_in_json, link_in_text};
pub use source::{CutShort, Source};
pub(super) use tag::decoded as decoded_attribute;
pub(super) use walk::settings as rewriter_settings;

use crate::clock::Timestamp;
use std::fmt;
use url::Url;

/// Most bytes of a page that are read (security.md T5).
pub const MAX_BODY: usize = 512 * 1024;

/// Most links of a page that are looked at (security.md T5).
pub const MAX_LINKS: usize = 5_000;

/// Most places whose links are remembered: a post's own stand among those of its site.
pub const MAX_LED_TO: usize = 1_000;

/// What is asked of a page.
pub struct Question<'a> {
    /// The page's final address: the base of its relative links.
    pub url: &'a Url,
    /// The `charset` of its Content-Type header.
    pub charset: Option<&'a str>,
    /// Whether an absolute link is the one that is looked for. What else counts as our page
    /// (scheme, slash, old slugs) is the caller's business; fragments are left on.
    pub is_target: &'a dyn Fn(&Url) -> bool,
}

/// Leaves the predicate out.
impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("url", &self.url.as_str())
            .field("charset", &self.charset)
            .finish_non_exhaustive()
    }
}

/// What a page says. Texts are tidy lines of plain text: escape them wherever they are printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The first link to the target.
    pub link: Option<Link>,
    /// The post's title, at most [`MAX_TITLE`](crate::model::ping::MAX_TITLE) characters.
    pub title: Option<Taken>,
    /// Its summary or beginning, at most [`MAX_EXCERPT`](crate::model::ping::MAX_EXCERPT)
    /// characters.
    pub excerpt: Option<Taken>,
    /// Who wrote it, as long as a title at most.
    pub author: Option<Taken>,
    /// What the blog is called, as long as a title at most. Where the page does not say, the
    /// caller has the host.
    pub blog_name: Option<Taken>,
    /// When it was published, if the page says so: possibly in the future, never a guess.
    pub published: Option<Timestamp>,
    /// The language tag of the page, as `de` or `pt-BR`.
    pub language: Option<String>,
    /// The feeds it names, in its order.
    pub feeds: Vec<Feed>,
    /// Contents of `<meta name="backchannel">`: four at most, each of 64 letters, digits and
    /// hyphens at most.
    pub proofs: Vec<String>,
    /// The address it calls its own: a claim, possibly of another host.
    pub canonical: Option<Url>,
    /// It says `410 Gone` in a `<meta>`, as pages do whose host cannot send the status
    /// (Webmention §3.2.4).
    pub gone: bool,
    /// Why the page was not read to its end; a link may be missing only because of this.
    pub cut_short: Option<CutShort>,
    /// How many links were looked at.
    pub links: usize,
    /// Where links that readers follow lead, in the order of the page: [`MAX_LED_TO`] at most.
    pub leads_to: Vec<Url>,
}

impl Page {
    /// Whether the page was read to its end.
    pub const fn is_complete(&self) -> bool {
        self.cut_short.is_none()
    }
}

/// A link to the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Name of the element, in lower case.
    pub element: String,
    /// Name of the attribute: `href` most of the time.
    pub attribute: &'static str,
    /// Values of its `rel`, in lower case.
    pub rel: Vec<String>,
    /// The text that is linked; of a picture, what it shows. May be empty.
    pub text: String,
    /// The text of the paragraph round it, at most as long as an excerpt; the link is in it.
    pub paragraph: Option<String>,
}

/// A text of the page, and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The text.
    pub text: String,
    /// Where it stood.
    pub from: Source,
}

/// A feed that a page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its address.
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
    /// Its format.
    pub kind: FeedKind,
}

/// The format of a feed, by the type that the page gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedKind {
    /// `application/rss+xml`
    Rss,
    /// `application/atom+xml`
    Atom,
    /// `application/feed+json`. Not `application/json`, which JSON Feed 1.0 had too: WordPress
    /// names its programming interface so.
    Json,
}

/// Reads a page. A page that makes no sense is an empty one.
///
/// Links are what the Webmention Recommendation asks for: addresses in attributes, resolved
/// against the page's base; not in comments, scripts, `<template>` or `<noscript>`, and not as
/// bare text.
pub fn read(body: &[u8], question: &Question<'_>) -> Page {
    let kept = &body[..body.len().min(MAX_BODY)];
    let html = charset::decode(kept, question.charset);
    let mut reader = reader::Reader::new(question, base::of(&html, question.url), kept.len());
    let cut_short = walk::walk(&html, &mut reader)
        .or_else(|| (kept.len() < body.len()).then_some(CutShort::Bytes));
    let mut page = choose::page(&reader);
    page.cut_short = cut_short;
    page
}
