//! What is not there in a hub, with the ways on in it. For pages only: the feed of a locked category
//! must read like that of none.

use super::Names;
use crate::actions::resolve::{Found, find_category, find_hub};
use crate::app::{App, Gate};
use crate::db::DbError;
use crate::model::category::Readers;
use crate::model::slug::Slug;
use crate::web::error::{HubWay, LookedFor, Missing, PageError};
use crate::web::pages::topics::path_of;
use crate::wire::feed::Format;

/// The format of a feed that people guess to be at this name; none where it is no such guess.
fn guessed(name: &str) -> Option<Format> {
    Some(match name.to_ascii_lowercase().as_str() {
        "feed" | "feeds" | "rss2" | "rss.xml" | "feed.xml" | "feed.rss" | "index.xml"
        | "index.rss" | "index.rdf" => Format::Rss,
        "atom.xml" | "feed.atom" | "index.atom" => Format::Atom,
        "json" | "feeds.json" | "index.json" | "rss.json" => Format::Json,
        _ => return None,
    })
}

/// Why no such category is there to read, with the way to its hub where everybody is told of that
/// one. `Moved` to the hub's feed, where people guess it there.
pub(super) async fn missing_category(app: &App, names: &Names) -> Result<PageError, PageError> {
    let category = names.category.clone().unwrap_or_default();
    // Nobody is told whether there is such a hub.
    let Some(hub) = find_way(app, &names.hub).await? else {
        return Ok(PageError::NotFound(Missing::Page));
    };
    Ok(match guessed(&category).filter(|_| names.rest.is_empty()) {
        Some(format) => PageError::Moved(format!("{}/{}", hub.path, format.segment())),
        None => hub.has_no(LookedFor::Category(category)),
    })
}

/// Why a category is not there any more, with the way to its hub where everybody is told of that
/// one.
pub(super) async fn gone_category(app: &App, names: &Names) -> Result<PageError, PageError> {
    Ok(match find_way(app, &names.hub).await? {
        Some(hub) => hub.has_no(LookedFor::Deleted),
        None => PageError::Gone(Missing::Category),
    })
}

/// Why nothing is at a path, with the way to the hub that it begins with where everybody is told of
/// that one. `Moved` to the feed of a category or topic, where people guess it there.
pub async fn missing_page(app: &App, path: &str) -> Result<PageError, PageError> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if let [first, second, name] = parts.as_slice() {
        let page = match guessed(name) {
            Some(_) => find_page(app, first, second).await?,
            None => None,
        };
        if let Some((page, format)) = page.zip(guessed(name)) {
            return Ok(PageError::Moved(format!("{page}/{}", format.segment())));
        }
    }
    let hub = match parts.as_slice() {
        [hub, _, ..] => find_way(app, hub).await?,
        _ => None,
    };
    Ok(match hub {
        Some(hub) => hub.has_no(LookedFor::Page),
        None => PageError::NotFound(Missing::Page),
    })
}

/// The page of a topic, or of a category that everybody is told of.
async fn find_page(app: &App, hub: &str, category: &str) -> Result<Option<String>, DbError> {
    if hub == "topics" {
        return Ok(Slug::for_category(category).ok().map(|topic| path_of(topic.as_str())));
    }
    let (hub, category) = (hub.to_owned(), category.to_owned());
    Ok(match app.db.read(move |connection| find_category(connection, &hub, &category)).await? {
        Found::Here(Gate { hub, category }) | Found::Moved(Gate { hub, category })
            if hub.is_public() && category.readers == Readers::Public =>
        {
            Some(format!("/{}/{}", hub.slug, category.slug))
        }
        _ => None,
    })
}

async fn find_way(app: &App, hub: &str) -> Result<Option<HubWay>, DbError> {
    let slug = hub.to_owned();
    Ok(match app.db.read(move |connection| find_hub(connection, &slug)).await? {
        Found::Here(hub) | Found::Moved(hub) if hub.is_public() => Some(HubWay::of(&hub)),
        _ => None,
    })
}
