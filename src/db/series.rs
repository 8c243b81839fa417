//! Series: hubs that follow each other, as the years of an event do.
//!
//! A series belongs to no hub, so that what asks for one takes no `HubId`; what is then read of its
//! hubs is what everybody may see of each.

use diesel::dsl::{exists, max, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::connection::on_backend;
use super::hubs::{self as hub_rows, Hub};
use super::schema::{hub_members, hubs, series, series_hubs};
use super::{DbConnection, DbError, Tx, instance};
use crate::clock::Timestamp;
use crate::model::account::Role;
use crate::model::category::Readers;
use crate::model::id::{AccountId, HubId, SeriesId};
use crate::model::slug::Slug;

/// A series of hubs.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = series)]
pub struct Series {
    /// Its row.
    pub id: SeriesId,
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
}

/// The series of this name.
pub fn find(connection: &mut DbConnection, slug: &str) -> Result<Option<Series>, DbError> {
    let found = series::table.filter(series::slug.eq(slug)).select(Series::as_select());
    Ok(found.first(connection).optional()?)
}

/// The series a hub is in.
pub fn find_of(connection: &mut DbConnection, hub: HubId) -> Result<Option<Series>, DbError> {
    Ok(on_backend!(connection => |connection| {
        series_hubs::table
            .inner_join(series::table)
            .filter(series_hubs::hub_id.eq(hub.0))
            .select(Series::as_select())
            .first(connection)
    })
    .optional()?)
}

/// The hubs of a series that everybody may see, at most `limit`: the newest first, by their first
/// day or, where they have none, by when they were opened.
pub fn list_public(
    connection: &mut DbConnection,
    of: SeriesId,
    limit: i64,
) -> Result<Vec<Hub>, DbError> {
    Ok(series_hubs::table
        .inner_join(hubs::table)
        .filter(series_hubs::series_id.eq(of.0))
        .filter(hubs::approved_at.is_not_null().and(hubs::suspended_at.is_null()))
        .filter(hubs::readers.eq(Readers::Public.as_str()))
        .select(Hub::as_select())
        // Days are written so that they sort as text; what has none sorts by its own.
        .order((sql::<Nullable<Text>>("coalesce(hubs.starts_on, '')").desc(), hubs::id.desc()))
        .limit(limit)
        .load(connection)?)
}

/// The series that have posts for everybody, at most `limit`: their names in addresses, and when
/// anything in them last changed.
pub fn list_with_posts(
    connection: &mut DbConnection,
    limit: i64,
) -> Result<Vec<(String, Timestamp)>, DbError> {
    let last = max(hubs::public_changed_at);
    let found: Vec<(String, Option<Timestamp>)> = series_hubs::table
        .inner_join(hubs::table)
        .inner_join(series::table)
        .filter(hubs::approved_at.is_not_null().and(hubs::suspended_at.is_null()))
        .filter(hubs::readers.eq(Readers::Public.as_str()).and(hubs::listed_count.gt(0)))
        .group_by(series::slug)
        .select((series::slug, last))
        .order(series::slug)
        .limit(limit)
        .load(connection)?;
    Ok(found.into_iter().filter_map(|(slug, at)| Some((slug, at?))).collect())
}

/// The series this account may put hubs into, beside the one `hub` is in: those of other hubs it
/// organizes. By title.
pub fn list_joinable(
    connection: &mut DbConnection,
    hub: HubId,
    account: AccountId,
) -> Result<Vec<Series>, DbError> {
    let organizes = [Role::Owner.as_str(), Role::Organizer.as_str()];
    let here = series_hubs::table
        .filter(series_hubs::hub_id.eq(hub.0))
        .filter(series_hubs::series_id.eq(series::id));
    let elsewhere = series_hubs::table
        .inner_join(hub_members::table.on(hub_members::hub_id.eq(series_hubs::hub_id)))
        .filter(series_hubs::series_id.eq(series::id))
        .filter(hub_members::account_id.eq(account.0))
        .filter(hub_members::role.eq_any(organizes));
    Ok(series::table
        .filter(exists(elsewhere))
        .filter(not(exists(here)))
        .select(Series::as_select())
        .order((series::title, series::id))
        .load(connection)?)
}

/// Makes a series for a hub, or gives it back the one that it left last; `Taken` where another has or
/// had the name.
pub fn open(
    tx: &mut Tx<'_>,
    hub: HubId,
    slug: &Slug,
    title: &str,
    now: Timestamp,
) -> Result<SeriesId, DbError> {
    let values = (series::title.eq(title), series::changed_at.eq(now.micros()));
    if find(tx.reading(), slug.as_str())?.is_none() {
        return Ok(diesel::insert_into(series::table)
            .values((series::slug.eq(slug.as_str()), values))
            .returning(series::id)
            .get_result(tx.connection)?);
    }
    if !is_free(tx.reading(), hub, slug)? {
        return Err(DbError::Taken);
    }
    Ok(diesel::update(series::table.filter(series::slug.eq(slug.as_str())))
        .set((values, series::left_by.eq(None::<i64>)))
        .returning(series::id)
        .get_result(tx.connection)?)
}

/// Whether a hub can make a series of this name.
pub fn is_free(connection: &mut DbConnection, hub: HubId, slug: &Slug) -> Result<bool, DbError> {
    let left_by: Option<Option<i64>> = series::table
        .filter(series::slug.eq(slug.as_str()))
        .select(series::left_by)
        .first(connection)
        .optional()?;
    Ok(left_by.is_none_or(|left_by| left_by == Some(hub.0)))
}

/// Gives a series another title. Its address stays: feeds are read there.
pub fn update(tx: &mut Tx<'_>, of: SeriesId, title: &str, now: Timestamp) -> Result<(), DbError> {
    diesel::update(series::table.find(of.0))
        .set((series::title.eq(title), series::changed_at.eq(now.micros())))
        .execute(tx.connection)?;
    let all: Vec<HubId> = series_hubs::table
        .filter(series_hubs::series_id.eq(of.0))
        .select(series_hubs::hub_id)
        .order(series_hubs::hub_id)
        .load(tx.connection)?;
    for hub in all {
        hub_rows::touch(tx, hub, now)?;
    }
    instance::touch(tx)
}

/// Puts a hub into a series; out of the one it was in.
pub fn insert_hub(
    tx: &mut Tx<'_>,
    hub: HubId,
    into: SeriesId,
    now: Timestamp,
) -> Result<(), DbError> {
    take_out(tx, hub, now)?;
    diesel::insert_into(series_hubs::table)
        .values((series_hubs::hub_id.eq(hub.0), series_hubs::series_id.eq(into.0)))
        .execute(tx.connection)?;
    close_empty(tx, Some(hub))
}

/// Takes a hub out of its series, which ends with its last hub.
pub fn delete_hub(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    take_out(tx, hub, now)?;
    close_empty(tx, Some(hub))
}

fn take_out(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    // Its page names the series. Its row first, as everybody who lists in it has it.
    hub_rows::touch(tx, hub, now)?;
    instance::touch(tx)?;
    diesel::delete(series_hubs::table.find(hub.0)).execute(tx.connection)?;
    Ok(())
}

/// Ends the series that have no hub any more, for the hub that was the last. Their names are nobody
/// else's: feed readers go on asking for them.
pub fn close_empty(tx: &mut Tx<'_>, last: Option<HubId>) -> Result<(), DbError> {
    let hubs = series_hubs::table.filter(series_hubs::series_id.eq(series::id));
    let empty = series::table.filter(series::title.ne("").and(not(exists(hubs))));
    diesel::update(empty)
        .set((series::title.eq(""), series::left_by.eq(last.map(|hub| hub.0))))
        .execute(tx.connection)?;
    Ok(())
}
