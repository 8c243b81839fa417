//! From names in addresses to hubs and categories.

use std::sync::Arc;

use crate::app::{App, Gate};
use crate::db::hubs::Hub;
use crate::db::slugs::Holder;
use crate::db::{DbConnection, DbError, categories, hubs, slugs};
use crate::model::id::{CategoryId, HubId};
use crate::pages_cache::Subject;

/// What a name in an address led to.
#[derive(Debug, Clone)]
pub enum Found<T> {
    /// The thing, under its name.
    Here(T),
    /// The thing, under a name it had before.
    Moved(T),
    /// Something that has been deleted.
    Gone,
    /// Nothing, ever.
    Unknown,
}

/// The hub that has or had this slug.
pub fn find_hub(connection: &mut DbConnection, slug: &str) -> Result<Found<Hub>, DbError> {
    match slugs::find_hub(connection, &slug.to_ascii_lowercase())? {
        None => Ok(Found::Unknown),
        Some(Holder::Gone) => Ok(Found::Gone),
        Some(Holder::Of(id)) => Ok(match hubs::find(connection, id)? {
            None => Found::Gone,
            Some(hub) if hub.slug == slug => Found::Here(hub),
            Some(hub) => Found::Moved(hub),
        }),
    }
}

/// The category of these slugs, today's or former ones.
pub fn find_category(
    connection: &mut DbConnection,
    hub: &str,
    category: &str,
) -> Result<Found<Gate>, DbError> {
    let (hub, hub_moved) = match find_hub(connection, hub)? {
        Found::Here(hub) => (hub, false),
        Found::Moved(hub) => (hub, true),
        Found::Gone => return Ok(Found::Gone),
        Found::Unknown => return Ok(Found::Unknown),
    };
    let id = match slugs::find_category(connection, hub.id, &category.to_ascii_lowercase())? {
        None => return Ok(Found::Unknown),
        Some(Holder::Gone) => return Ok(Found::Gone),
        Some(Holder::Of(id)) => id,
    };
    Ok(match categories::find(connection, hub.id, id)? {
        None => Found::Gone,
        Some(row) if row.slug == category && !hub_moved => Found::Here(Gate { hub, category: row }),
        Some(category) => Found::Moved(Gate { hub, category }),
    })
}

/// How a ping names the category it goes to.
#[derive(Debug, Clone)]
pub enum PingAddress {
    /// `/tb/{number}`.
    Number(i64),
    /// `/{hub}/{category}`.
    Slugs(String, String),
}

/// The category a ping goes to, from memory where nothing has changed. Former names are taken in
/// place: a ping never meets a redirect. Only its settings are of today, and not its counts.
pub async fn find_gate(app: &App, address: PingAddress) -> Result<Option<Arc<Gate>>, DbError> {
    let key = match &address {
        PingAddress::Number(number) => number.to_string(),
        PingAddress::Slugs(hub, category) => format!("{hub}/{category}"),
    };
    if let Some(gate) = app.gates.get(&key) {
        return Ok(Some(gate));
    }
    let (ids, address) = app.db.read(move |c| find_ids(c, address)).await?;
    let Some((hub, category)) = ids else { return Ok(None) };
    let subject = Subject::Settings(hub);
    let generation = app.generations.of(subject);
    let gate = app.db.read(move |c| read_gate(c, hub, category)).await?.map(Arc::new);
    if let Some(gate) = &gate {
        tracing::trace!(?address, "a gate was read");
        app.gates.keep(key, subject, generation, Arc::clone(gate));
    }
    Ok(gate)
}

type Ids = Option<(HubId, CategoryId)>;

fn find_ids(
    connection: &mut DbConnection,
    address: PingAddress,
) -> Result<(Ids, PingAddress), DbError> {
    let ids = match &address {
        PingAddress::Number(number) => categories::find_by_number(connection, *number)?,
        PingAddress::Slugs(hub, category) => match find_category(connection, hub, category)? {
            Found::Here(gate) | Found::Moved(gate) => Some((gate.hub.id, gate.category.id)),
            Found::Gone | Found::Unknown => None,
        },
    };
    Ok((ids, address))
}

fn read_gate(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
) -> Result<Option<Gate>, DbError> {
    let Some(hub) = hubs::find(connection, hub)? else { return Ok(None) };
    let category = categories::find(connection, hub.id, category)?;
    Ok(category.map(|category| Gate { hub, category }))
}
