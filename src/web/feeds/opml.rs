//! A hub's feeds, to subscribe to all of them at once.

use actix_web::http::header;

use super::CACHE_CONTROL;
use crate::app::App;
use crate::db::{DbConnection, categories};
use crate::model::category::Readers;
use crate::pages_cache::Rendered;
use crate::web::error::PageError;
use crate::web::pages::feed_links::feed_path;
use crate::web::pages::reading::At;
use crate::wire::opml::{self, Outline};

/// A feed as it is listed: its title, its address, its page.
struct Line {
    title: String,
    feed: String,
    page: String,
}

/// Renders the list: the hub's own feed, then one for each category that everybody reads who reads
/// the hub.
pub fn render(app: &App, connection: &mut DbConnection, at: &At) -> Result<Rendered, PageError> {
    let hub = &at.hub;
    let key = at.lock.as_ref().map(|lock| lock.feed_key(&app.secrets));
    let line = |title: String, page: String| {
        let feed = feed_path(&page, key.as_deref());
        Line { title, feed, page }
    };
    let mut lines = vec![line(hub.title.clone(), app.addresses.path(&hub.path()))];
    for category in categories::list(connection, hub.id)? {
        if category.readers == Readers::Public {
            let title = format!("{}: {}", hub.title, category.title);
            lines.push(line(title, app.addresses.path(&hub.category_path(&category.slug))));
        }
    }
    let outlines = lines.iter().map(|line| Outline {
        text: &line.title,
        xml_url: &line.feed,
        html_url: &line.page,
    });
    let text = opml::to_xml(&hub.title, outlines);
    let list = Rendered::new(text, opml::CONTENT_TYPE, CACHE_CONTROL, Some(hub.public_changed_at));
    // Readers import a file: browsers save it under the name that their dialogues look for.
    let saved = format!("attachment; filename=\"{}.opml\"", hub.slug);
    Ok(list.with_header(header::CONTENT_DISPOSITION, &saved))
}
