//! Slugs, today's and former ones. A slug is never given to another hub or category.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::connection::on_backend;
use super::schema::{category_slugs, hub_slugs};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{CategoryId, HubId};
use crate::model::slug::Slug;

/// Whose slug this is, or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder<T> {
    /// It is or was this one's.
    Of(T),
    /// It was one's that has been deleted.
    Gone,
}

/// Gives a hub a slug; `Taken` where another hub has or had it.
pub(super) fn give_to_hub(
    tx: &mut Tx<'_>,
    hub: HubId,
    slug: &Slug,
    now: Timestamp,
) -> Result<(), DbError> {
    match find_hub(tx.connection, slug.as_str())? {
        Some(Holder::Of(holder)) if holder == hub => return Ok(()),
        Some(_) => return Err(DbError::Taken),
        None => {}
    }
    diesel::insert_into(hub_slugs::table)
        .values((
            hub_slugs::slug.eq(slug.as_str()),
            hub_slugs::hub_id.eq(Some(hub.0)),
            hub_slugs::given_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Gives a category a slug within its hub; `Taken` where another category has or had it.
pub(super) fn give_to_category(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    slug: &Slug,
    now: Timestamp,
) -> Result<(), DbError> {
    match find_category(tx.connection, hub, slug.as_str())? {
        Some(Holder::Of(holder)) if holder == category => return Ok(()),
        Some(_) => return Err(DbError::Taken),
        None => {}
    }
    diesel::insert_into(category_slugs::table)
        .values((
            category_slugs::hub_id.eq(hub.0),
            category_slugs::slug.eq(slug.as_str()),
            category_slugs::category_id.eq(Some(category.0)),
            category_slugs::given_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// A deleted category's slugs stay taken, and are known as gone.
pub(super) fn mark_category_gone(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
) -> Result<(), DbError> {
    diesel::update(
        category_slugs::table
            .filter(category_slugs::hub_id.eq(hub.0))
            .filter(category_slugs::category_id.eq(category.0)),
    )
    .set(category_slugs::category_id.eq(None::<i64>))
    .execute(tx.connection)?;
    Ok(())
}

/// The hub that has or had a slug.
pub fn find_hub(
    connection: &mut DbConnection,
    slug: &str,
) -> Result<Option<Holder<HubId>>, DbError> {
    let holder: Option<Option<HubId>> = on_backend!(connection => |connection| {
        hub_slugs::table.find(slug).select(hub_slugs::hub_id).first(connection)
    })
    .optional()?;
    Ok(holder.map(|hub| hub.map_or(Holder::Gone, Holder::Of)))
}

/// The category of a hub that has or had a slug.
pub fn find_category(
    connection: &mut DbConnection,
    hub: HubId,
    slug: &str,
) -> Result<Option<Holder<CategoryId>>, DbError> {
    let holder: Option<Option<CategoryId>> = on_backend!(connection => |connection| {
        category_slugs::table
            .find((hub.0, slug))
            .select(category_slugs::category_id)
            .first(connection)
    })
    .optional()?;
    Ok(holder.map(|category| category.map_or(Holder::Gone, Holder::Of)))
}

/// All names a hub and one of its categories have and had.
pub fn list_names(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
) -> Result<(BTreeSet<String>, BTreeSet<String>), DbError> {
    let hubs: Vec<String> = hub_slugs::table
        .filter(hub_slugs::hub_id.eq(hub.0))
        .select(hub_slugs::slug)
        .load(connection)?;
    let categories: Vec<String> = category_slugs::table
        .filter(category_slugs::hub_id.eq(hub.0))
        .filter(category_slugs::category_id.eq(category.0))
        .select(category_slugs::slug)
        .load(connection)?;
    Ok((hubs.into_iter().collect(), categories.into_iter().collect()))
}
