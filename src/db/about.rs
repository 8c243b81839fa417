//! The about pages of hubs.

use diesel::prelude::*;

use super::connection::on_backend;
use super::schema::about_pages;
use super::{DbConnection, DbError, Tx, hubs};
use crate::clock::Timestamp;
use crate::model::id::HubId;

/// A hub's about page.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = about_pages)]
pub struct AboutPage {
    /// As it was typed.
    pub markdown: String,
    /// When it was.
    pub changed_at: Timestamp,
}

/// The about page of a hub, where there is one.
pub fn find(connection: &mut DbConnection, hub: HubId) -> Result<Option<AboutPage>, DbError> {
    Ok(about_pages::table
        .find(hub.0)
        .select(AboutPage::as_select())
        .first(connection)
        .optional()?)
}

/// Whether a hub has one.
pub fn is_there(connection: &mut DbConnection, hub: HubId) -> Result<bool, DbError> {
    Ok(on_backend!(connection => |connection| {
        diesel::select(diesel::dsl::exists(about_pages::table.find(hub.0))).get_result(connection)
    })?)
}

/// Sets a hub's about page; an empty text takes it away.
pub fn update(tx: &mut Tx<'_>, hub: HubId, markdown: &str, now: Timestamp) -> Result<(), DbError> {
    hubs::touch(tx, hub, now)?;
    if markdown.is_empty() {
        diesel::delete(about_pages::table.find(hub.0)).execute(tx.connection)?;
        return Ok(());
    }
    let texts = (about_pages::markdown.eq(markdown), about_pages::changed_at.eq(now.micros()));
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(about_pages::table)
            .values((about_pages::hub_id.eq(hub.0), texts))
            .on_conflict(about_pages::hub_id)
            .do_update()
            .set(texts)
            .execute(connection)?
    });
    Ok(())
}
