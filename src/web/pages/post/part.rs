//! What is shown of a listed post.

use super::came_by_words;
use crate::actions::read_page::PermalinkPage;
use crate::model::category::Readers;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::model::view::View;
use crate::web::pages::list::{language_of, rel, view_path};
use crate::web::pages::talks::{TalkLink, links_of};
use crate::web::view::{Zone, iso};

/// A listed post, as its own page and the page that reports it show it.
#[derive(Debug)]
pub struct PostPart {
    pub url: String,
    pub host: String,
    pub rel: &'static str,
    pub title: String,
    pub excerpt: String,
    /// The language of both; may be empty.
    pub language: String,
    pub blog_name: String,
    /// What is listed from that blog: in the hub, or in a category that has its readers to itself.
    pub blog_path: String,
    pub listed: String,
    pub listed_iso: String,
    pub came_by: &'static str,
    pub path: String,
    pub category: String,
    pub category_path: String,
    /// The talks that it is about.
    pub talks: Vec<TalkLink>,
}

impl PostPart {
    /// The post of a permalink.
    pub fn of(page: &PermalinkPage, blog_is_approved: bool) -> Self {
        let ping = &page.ping;
        let listed_at = ping.listed_at.unwrap_or(ping.received_at);
        let host = url::Url::parse(&ping.url).ok().and_then(|u| u.host_str().map(str::to_owned));
        Self {
            url: ping.url.clone(),
            host: host.unwrap_or_default(),
            rel: rel(blog_is_approved),
            title: ping.title.clone(),
            excerpt: ping.excerpt.clone(),
            language: language_of(&page.language),
            blog_name: ping.blog_name.clone(),
            blog_path: blog_path(page),
            listed: Zone::of(&page.gate.hub).moment_zoned(listed_at),
            listed_iso: iso(listed_at),
            came_by: came_by_words(ping.came_by),
            path: format!("/p/{}", ping.public_id),
            category: page.gate.category.title.clone(),
            category_path: page.gate.hub.category_path(&page.gate.category.slug),
            talks: links_of(&page.gate.hub, &page.about),
        }
    }
}

/// The posts of a post's blog, where it stands among them; empty where it has none.
fn blog_path(page: &PermalinkPage) -> String {
    let (hub, category) = (&page.gate.hub, &page.gate.category);
    let list = match category.readers {
        Readers::Public => hub.path(),
        Readers::Unlisted | Readers::Password => hub.category_path(&category.slug),
    };
    match page.ping.blog_key.as_str() {
        "" => String::new(),
        key => view_path(&list, &View { blog: Some(key.to_owned()), ..View::default() }),
    }
}

/// The post in a sentence or two, for those who show links.
pub fn description(post: &PostPart) -> String {
    match post.excerpt.as_str() {
        "" => format!("A post from {}", post.blog_name),
        excerpt => text::shorten(excerpt, LISTED_EXCERPT),
    }
}
