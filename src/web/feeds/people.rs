//! The feeds of the blogs that took part in a hub.

use actix_web::http::header;

use super::CACHE_CONTROL;
use crate::app::App;
use crate::db::DbConnection;
use crate::db::listed::people::{self, Order};
use crate::pages_cache::Rendered;
use crate::web::error::PageError;
use crate::web::pages::people::{feed_of, site_of};
use crate::web::pages::reading::At;
use crate::wire::opml::{self, Outline};

/// Blogs read at once.
const AT_ONCE: i64 = 500;
/// The most feeds in the list: readers choke on more.
const MAX_FEEDS: usize = 5_000;

/// A feed as it is listed: its title, its address, its site.
struct Line {
    title: String,
    feed: String,
    site: String,
}

/// Renders the list: the feed of each blog, by name, where one is known.
pub fn render(_: &App, connection: &mut DbConnection, at: &At) -> Result<Rendered, PageError> {
    let hub = &at.hub;
    let mut lines: Vec<Line> = Vec::new();
    let mut after = None;
    loop {
        let blogs = people::list(connection, hub.id, &Order::Name(after), AT_ONCE)?;
        after = blogs.last().map(|(blog, _)| (blog.sort_name.clone(), blog.key.clone()));
        lines.extend(blogs.iter().filter_map(|(blog, post)| {
            let (title, site) = (post.blog_name.clone(), site_of(&post.url, &blog.key));
            feed_of(blog, post).map(|feed| Line { title, feed, site })
        }));
        if after.is_none() || lines.len() >= MAX_FEEDS {
            break;
        }
    }
    let outlines = lines.iter().take(MAX_FEEDS).map(|line| Outline {
        text: &line.title,
        xml_url: &line.feed,
        html_url: &line.site,
    });
    let title = format!("People: {}", hub.title);
    let text = opml::to_xml(&title, outlines);
    let changed_at = hub.public_changed_at;
    let list = Rendered::new(text, opml::CONTENT_TYPE, CACHE_CONTROL, Some(changed_at));
    // Readers import a file: browsers save it under the name that their dialogues look for.
    let saved = format!("attachment; filename=\"{}-people.opml\"", hub.slug);
    Ok(list.with_header(header::CONTENT_DISPOSITION, &saved))
}
