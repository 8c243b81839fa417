//! Ping keys.

use diesel::prelude::*;

use super::prepared::Prepare;
use super::schema::{ping_keys, pings};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{CategoryId, HubId, KeyId};

/// A ping key, of which only the hash is known.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ping_keys)]
pub struct Key {
    /// Its row.
    pub id: KeyId,
    /// The only category it opens; none: all of the hub's.
    pub category_id: Option<CategoryId>,
    /// Whose it is, or for what.
    pub name: String,
    /// SHA-256 of the key.
    pub key_hash: Vec<u8>,
    /// Its last four letters.
    pub ending: String,
    /// Whether what it brings is listed without anybody looking.
    pub lists_at_once: bool,
    /// Pings it may bring in an hour.
    pub hourly: i64,
    /// Posts it has brought.
    pub use_count: i64,
    /// When it brought the last.
    pub last_used_at: Option<Timestamp>,
    /// From when on it does not work.
    pub expires_at: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
    /// Since when there is such a key.
    pub created_at: Timestamp,
}

impl Key {
    /// Whether it works.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}

/// A key to be made.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The only category it opens.
    pub category_id: Option<CategoryId>,
    /// Whose it is, or for what.
    pub name: String,
    /// SHA-256 of the key.
    pub key_hash: Vec<u8>,
    /// Its last four letters.
    pub ending: String,
    /// Whether what it brings is listed without anybody looking.
    pub lists_at_once: bool,
    /// Pings it may bring in an hour.
    pub hourly: i64,
    /// From when on it does not work.
    pub expires_at: Option<Timestamp>,
    /// The form that makes it; empty where nobody says.
    pub form: String,
}

/// Adds a key.
pub fn insert(tx: &mut Tx<'_>, hub: HubId, new: &NewKey, now: Timestamp) -> Result<(), DbError> {
    use ping_keys::dsl;
    diesel::insert_into(ping_keys::table)
        .values((
            dsl::hub_id.eq(hub.0),
            dsl::category_id.eq(new.category_id.map(|category| category.0)),
            dsl::name.eq(&new.name),
            dsl::key_hash.eq(&new.key_hash),
            dsl::ending.eq(&new.ending),
            dsl::lists_at_once.eq(new.lists_at_once),
            dsl::hourly.eq(new.hourly),
            dsl::expires_at.eq(new.expires_at.map(Timestamp::micros)),
            dsl::created_at.eq(now.micros()),
            dsl::form.eq(&new.form),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// The keys of a hub, the newest first, revoked ones too.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<Vec<Key>, DbError> {
    Ok(ping_keys::table
        .filter(ping_keys::hub_id.eq(hub.0))
        .select(Key::as_select())
        .order(ping_keys::id.desc())
        .load(connection)?)
}

/// A key of a hub.
pub fn find(connection: &mut DbConnection, hub: HubId, key: KeyId) -> Result<Option<Key>, DbError> {
    Ok(of(hub, key).select(Key::as_select()).first(connection).optional()?)
}

/// How many keys of a hub work.
pub fn count_good(
    connection: &mut DbConnection,
    hub: HubId,
    now: Timestamp,
) -> Result<i64, DbError> {
    Ok(ping_keys::table
        .filter(ping_keys::hub_id.eq(hub.0).and(ping_keys::revoked_at.is_null()))
        .filter(ping_keys::expires_at.is_null().or(ping_keys::expires_at.gt(now.micros())))
        .count()
        .get_result(connection)?)
}

/// How many keys a hub has, revoked ones too.
pub fn count(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    Ok(ping_keys::table.filter(ping_keys::hub_id.eq(hub.0)).count().get_result(connection)?)
}

/// Whether a form has made keys of a hub. One that nobody names has not.
pub fn are_made(connection: &mut DbConnection, hub: HubId, form: &str) -> Result<bool, DbError> {
    let of_form = ping_keys::table
        .filter(ping_keys::hub_id.eq(hub.0))
        .filter(ping_keys::form.eq(form).and(ping_keys::form.ne("")));
    Ok(diesel::select(diesel::dsl::exists(of_form)).get_result(connection)?)
}

/// Notes that a key brought a post.
pub fn update_used(tx: &mut Tx<'_>, hub: HubId, key: KeyId, now: Timestamp) -> Result<(), DbError> {
    diesel::update(of(hub, key))
        .set((
            ping_keys::use_count.eq(ping_keys::use_count + 1),
            ping_keys::last_used_at.eq(now.micros()),
        ))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// Revokes a key: it does not work any more. Its posts stay. A key that brought none is deleted.
/// Gives back its name.
pub fn revoke(tx: &mut Tx<'_>, hub: HubId, key: KeyId, now: Timestamp) -> Result<String, DbError> {
    super::hubs::touch_quietly(tx, hub, now)?;
    let name = of(hub, key).select(ping_keys::name).first(tx.connection)?;
    let unused = of(hub, key).filter(ping_keys::use_count.eq(0));
    if diesel::delete(unused).execute(tx.connection)? == 0 {
        diesel::update(of(hub, key).filter(ping_keys::revoked_at.is_null()))
            .set(ping_keys::revoked_at.eq(now.micros()))
            .prepared()
            .execute(tx.connection)?;
    }
    Ok(name)
}

/// Deletes what is left of keys that were revoked or ran out before `before`, and are on no ping.
pub fn delete_over(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, DbError> {
    let on_ping = pings::table
        .filter(pings::hub_id.eq(ping_keys::hub_id))
        .filter(pings::key_id.eq(ping_keys::id.nullable()));
    let over = ping_keys::table
        .filter(
            ping_keys::revoked_at.lt(before.micros()).or(ping_keys::expires_at.lt(before.micros())),
        )
        .filter(diesel::dsl::not(diesel::dsl::exists(on_ping)));
    Ok(diesel::delete(over).execute(tx.connection)?)
}

type Of = diesel::dsl::Filter<
    diesel::dsl::Filter<ping_keys::table, diesel::dsl::Eq<ping_keys::hub_id, i64>>,
    diesel::dsl::Eq<ping_keys::id, i64>,
>;

fn of(hub: HubId, key: KeyId) -> Of {
    ping_keys::table.filter(ping_keys::hub_id.eq(hub.0)).filter(ping_keys::id.eq(key.0))
}
