//! What is not there in a hub, with the ways on in it. For pages only: the feed of a locked category
//! must read like that of none.

use super::Names;
use crate::actions::resolve::{Found, find_hub};
use crate::app::App;
use crate::db::DbError;
use crate::web::error::{HubWay, LookedFor, Missing, PageError};

/// Why no such category is there to read, with the way to its hub where everybody is told of that
/// one.
pub(super) async fn missing_category(app: &App, names: &Names) -> Result<PageError, PageError> {
    let category = names.category.clone().unwrap_or_default();
    Ok(match find_way(app, &names.hub).await? {
        Some(hub) => hub.has_no(LookedFor::Category(category)),
        // Nobody is told whether there is such a hub.
        None => PageError::NotFound(Missing::Page),
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
/// that one.
pub async fn missing_page(app: &App, path: &str) -> Result<PageError, PageError> {
    let hub = match path.trim_start_matches('/').split_once('/') {
        Some((hub, _)) => find_way(app, hub).await?,
        None => None,
    };
    Ok(match hub {
        Some(hub) => hub.has_no(LookedFor::Page),
        None => PageError::NotFound(Missing::Page),
    })
}

async fn find_way(app: &App, hub: &str) -> Result<Option<HubWay>, DbError> {
    let slug = hub.to_owned();
    Ok(match app.db.read(move |connection| find_hub(connection, &slug)).await? {
        Found::Here(hub) | Found::Moved(hub) if hub.is_public() => Some(HubWay::of(&hub)),
        _ => None,
    })
}
