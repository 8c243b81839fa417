//! The names of their own that hubs asked for, proved and use.

use diesel::prelude::*;

use super::connection::on_backend;
use super::schema::{hub_names, hub_slugs, hubs};
use super::{DbConnection, DbError, Tx, hubs as hub_rows, instance};
use crate::clock::Timestamp;
use crate::model::category::Readers;
use crate::model::id::HubId;
use crate::model::own_name::{OwnName, ProvedBy};

/// A name that a hub asked for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = hub_names)]
pub struct NameRow {
    /// The name.
    pub host: String,
    /// When it was last asked for.
    pub asked_at: Timestamp,
    /// Since when it is known to be the hub's; `None` where that is not known, or is not so any
    /// more.
    pub proved_at: Option<Timestamp>,
    /// How that is known.
    pub proved_by: Option<ProvedBy>,
}

/// A name that some hub proved to be its own, as requests meet it.
#[derive(Debug, Clone, Queryable)]
pub struct ProvedName {
    /// The name.
    pub host: String,
    /// Its hub.
    pub hub: HubId,
    /// The hub's name in addresses.
    pub slug: String,
    /// Where the hub's pages are, if it uses a name of its own: this one, or another.
    pub own_home: Option<String>,
    /// Who may read the hub.
    pub readers: Readers,
    /// Since when the operator has suspended it.
    pub suspended_at: Option<Timestamp>,
}

/// The names of a hub, the last one that was asked for first.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<Vec<NameRow>, DbError> {
    Ok(hub_names::table
        .filter(hub_names::hub_id.eq(hub.0))
        .select(NameRow::as_select())
        .order((hub_names::asked_at.desc(), hub_names::host))
        .load(connection)?)
}

/// All names that are known to be a hub's.
pub fn list_proved(connection: &mut DbConnection) -> Result<Vec<ProvedName>, DbError> {
    Ok(hub_names::table
        .inner_join(hubs::table)
        .filter(hub_names::proved_at.is_not_null())
        .select((
            hub_names::host,
            hubs::id,
            hubs::slug,
            hubs::own_home,
            hubs::readers,
            hubs::suspended_at,
        ))
        .order(hub_names::host)
        .load(connection)?)
}

/// The former names in addresses, too, of the hubs that use a name of their own.
pub fn list_slugs(connection: &mut DbConnection) -> Result<Vec<(HubId, String)>, DbError> {
    Ok(hub_slugs::table
        .inner_join(hubs::table)
        .filter(hubs::own_home.is_not_null())
        .select((hubs::id, hub_slugs::slug))
        .order(hub_slugs::slug)
        .load(connection)?)
}

/// Whether another hub is known to have this name.
pub fn is_of_other(
    connection: &mut DbConnection,
    hub: HubId,
    name: &OwnName,
) -> Result<bool, DbError> {
    let of_others = hub_names::table
        .filter(hub_names::hub_id.ne(hub.0).and(hub_names::host.eq(name.as_str())))
        .filter(hub_names::proved_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(of_others)).get_result(connection)?)
}

/// Notes that a hub asks for a name. What it asked for before and never proved is forgotten.
pub fn ask(tx: &mut Tx<'_>, hub: HubId, name: &OwnName, now: Timestamp) -> Result<(), DbError> {
    diesel::delete(hub_names::table)
        .filter(hub_names::hub_id.eq(hub.0).and(hub_names::host.ne(name.as_str())))
        .filter(hub_names::proved_at.is_null())
        .execute(tx.connection)?;
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(hub_names::table)
            .values((
                hub_names::hub_id.eq(hub.0),
                hub_names::host.eq(name.as_str()),
                hub_names::asked_at.eq(now.micros()),
            ))
            .on_conflict((hub_names::hub_id, hub_names::host))
            .do_update()
            .set(hub_names::asked_at.eq(now.micros()))
            .execute(connection)?
    });
    Ok(())
}

/// Notes that a name is a hub's: whoever proved it before has it no more, and goes back to this
/// site's address. Answers the hub that lost it.
pub fn prove(
    tx: &mut Tx<'_>,
    hub: HubId,
    name: &OwnName,
    by: ProvedBy,
    now: Timestamp,
) -> Result<Option<HubId>, DbError> {
    let before: Option<HubId> = hub_names::table
        .filter(hub_names::host.eq(name.as_str()).and(hub_names::hub_id.ne(hub.0)))
        .filter(hub_names::proved_at.is_not_null())
        .select(hub_names::hub_id)
        .first(tx.connection)
        .optional()?;
    if let Some(before) = before {
        let row = hub_names::table.find((before.0, name.as_str()));
        diesel::delete(row).execute(tx.connection)?;
        let home = hub_rows::find(tx.connection, before)?.and_then(|hub| hub.own_home);
        if home.as_deref().and_then(OwnName::of_home).as_ref() == Some(name) {
            use_home(tx, before, None, now)?;
        }
    }
    ask(tx, hub, name, now)?;
    diesel::update(hub_names::table.find((hub.0, name.as_str())))
        .set((hub_names::proved_at.eq(now.micros()), hub_names::proved_by.eq(by.as_str())))
        .execute(tx.connection)?;
    instance::touch(tx)?;
    Ok(before)
}

/// The hub whose name it is, and uses.
pub fn find_owner(connection: &mut DbConnection, name: &OwnName) -> Result<Option<HubId>, DbError> {
    let found: Option<HubId> = hub_names::table
        .filter(hub_names::host.eq(name.as_str()))
        .filter(hub_names::proved_at.is_not_null())
        .select(hub_names::hub_id)
        .first(connection)
        .optional()?;
    let Some(hub) = found else { return Ok(None) };
    let home = hub_rows::find(connection, hub)?.and_then(|hub| hub.own_home);
    Ok((home.as_deref().and_then(OwnName::of_home).as_ref() == Some(name)).then_some(hub))
}

/// Whether a hub has this name, as far as is known.
pub fn is_proved(
    connection: &mut DbConnection,
    hub: HubId,
    name: &OwnName,
) -> Result<bool, DbError> {
    let proved = hub_names::table
        .filter(hub_names::hub_id.eq(hub.0).and(hub_names::host.eq(name.as_str())))
        .filter(hub_names::proved_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(proved)).get_result(connection)?)
}

/// Forgets a name that a hub asked for or proved. It must not be in use.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, name: &OwnName) -> Result<(), DbError> {
    diesel::delete(hub_names::table.find((hub.0, name.as_str()))).execute(tx.connection)?;
    instance::touch(tx)
}

/// Says where a hub's pages are from now on: under a name of its own, or at this site's address.
/// All that is public of it is rendered anew.
pub fn use_home(
    tx: &mut Tx<'_>,
    hub: HubId,
    home: Option<&str>,
    now: Timestamp,
) -> Result<(), DbError> {
    // Its feeds say so, and each category's are as new as what its organizers changed.
    diesel::update(hubs::table.find(hub.0))
        .set((hubs::own_home.eq(home), hubs::edited_at.eq(now.micros())))
        .execute(tx.connection)?;
    hub_rows::touch(tx, hub, now)?;
    instance::touch(tx)
}

/// The homes that are in use, by their hubs.
pub fn list_homes(connection: &mut DbConnection) -> Result<Vec<(HubId, String)>, DbError> {
    let homes: Vec<(HubId, Option<String>)> = hubs::table
        .filter(hubs::own_home.is_not_null())
        .select((hubs::id, hubs::own_home))
        .order(hubs::id)
        .load(connection)?;
    Ok(homes.into_iter().filter_map(|(hub, home)| Some((hub, home?))).collect())
}
