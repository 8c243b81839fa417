//! What is there for whoever asks without a cookie: pages in other sites' frames, badges, and
//! software that asks about an address. Nobody is asked for a password there.

use std::sync::Arc;

use actix_web::{HttpRequest, web};

use super::{At, Names, look, read_public};
use crate::app::App;
use crate::db::DbConnection;
use crate::pages_cache::Rendered;
use crate::web::error::PageError;

/// What is there for anybody.
#[derive(Debug)]
pub enum ForAnybody {
    /// It may be read.
    Here(Arc<Rendered>),
    /// It is behind a reading password: nothing of it is told.
    Locked,
    /// It has another name today, and this is its page.
    Moved(String),
}

/// What `render` makes of a hub or category, kept under `key`, where everybody may read it under
/// this name.
pub async fn read_for_anybody(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    key: String,
    render: impl FnOnce(&mut DbConnection, At) -> Result<Rendered, PageError> + Send + 'static,
) -> Result<ForAnybody, PageError> {
    if let Ok(page) = read_public(app, request, names, key, render).await? {
        return Ok(ForAnybody::Here(page));
    }
    match find_for_anybody(app, names).await? {
        None => Ok(ForAnybody::Locked),
        // Where it has not moved it was opened between the two looks: the next one finds it.
        Some(at) => at.moved.map(ForAnybody::Moved).ok_or(PageError::Busy),
    }
}

/// The hub or category of these names, today's or former ones; `None` where it is behind a reading
/// password.
pub async fn find_for_anybody(app: &App, names: &Names) -> Result<Option<At>, PageError> {
    let at = look(app, names).await?;
    if at.lock.is_some() {
        return Ok(None);
    }
    if at.hub.suspended_at.is_some() {
        return Err(PageError::Suspended);
    }
    Ok(Some(at))
}
