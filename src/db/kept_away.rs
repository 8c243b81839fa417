//! Posts that whoever writes them keeps away from a hub. Of each a keyed hash is stored, and nothing
//! that would say which it is ([`crate::app::App::kept_away_hash`]).

use std::collections::HashSet;

use diesel::prelude::*;

use super::connection::on_backend;
use super::schema::{kept_away, pings, refused_pings};
use super::{DbConnection, DbError, Tx, categories, jobs, listed, prune};
use crate::clock::Timestamp;
use crate::model::id::{HubId, PingId};
use crate::model::ping::PingState;

/// Keeps a post away from a hub. Says whether it was not kept away before.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    post_hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, DbError> {
    let inserted = on_backend!(tx.connection => |connection| {
        diesel::insert_into(kept_away::table)
            .values((
                kept_away::hub_id.eq(hub.0),
                kept_away::post_hash.eq(post_hash.as_slice()),
                kept_away::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?
    });
    Ok(inserted > 0)
}

/// Keeps it away no more. Says whether it was kept away.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, post_hash: &[u8; 32]) -> Result<bool, DbError> {
    let row = kept_away::table.find((hub.0, post_hash.as_slice()));
    Ok(diesel::delete(row).execute(tx.connection)? > 0)
}

/// All that are kept away from a hub.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<HashSet<[u8; 32]>, DbError> {
    let all: Vec<Vec<u8>> = kept_away::table
        .filter(kept_away::hub_id.eq(hub.0))
        .select(kept_away::post_hash)
        .load(connection)?;
    Ok(all.into_iter().filter_map(|hash| hash.try_into().ok()).collect())
}

/// How many are kept away from a hub.
pub fn count(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    Ok(kept_away::table.filter(kept_away::hub_id.eq(hub.0)).count().get_result(connection)?)
}

/// A post's identity, and what is stored of it while it is kept away.
#[derive(Debug, Clone, Copy)]
pub struct Hashes {
    /// The hash of its address, which whoever knows the address can make.
    pub url: [u8; 32],
    /// The keyed hash, which nobody else can.
    pub kept_away: [u8; 32],
}

/// Takes a post out of all categories of a hub, and deletes its texts at once. What nobody ever saw
/// goes the same way: its state and its receipt stay, and the keyed hash in the place of the other.
/// A verdict stays what it is.
pub fn remove(tx: &mut Tx<'_>, hub: HubId, post: &Hashes, now: Timestamp) -> Result<(), DbError> {
    let all = categories::list(tx.connection, hub)?;
    let ids: Vec<_> = all.iter().map(|category| category.id).collect();
    for ping in super::pings::list_by_url(tx.connection, hub, &ids, &post.url)? {
        let found = super::pings::find_for_update(tx, hub, ping.id)?;
        let Some(ping) = found.filter(|ping| ping.purged_at.is_none()) else { continue };
        if ping.is_public() {
            listed::leave(tx, hub, ping.id, PingState::Removed, now)?;
            super::pings::update_decided(tx, hub, ping.id, Some(now))?;
        } else if matches!(ping.state, PingState::Pending | PingState::Listed) {
            super::pings::update_state(tx, hub, ping.id, PingState::Removed, Some(now))?;
        }
        jobs::delete(tx, jobs::JobKey::verify(hub, ping.id))?;
        prune::purge_one(tx, hub, ping.id, now)?;
    }
    let of = |hash: [u8; 32]| pings::hub_id.eq(hub.0).and(pings::url_hash.eq(hash.to_vec()));
    // One that was on its way while this was done before: what was left then makes room.
    let again: Vec<i64> =
        pings::table.filter(of(post.url)).select(pings::category_id).load(tx.connection)?;
    let former: Vec<PingId> = pings::table
        .filter(of(post.kept_away))
        .filter(pings::category_id.eq_any(again))
        .select(pings::id)
        .load(tx.connection)?;
    for ping in former {
        super::pings::delete(tx, hub, ping)?;
    }
    diesel::update(pings::table.filter(of(post.url)))
        .set(pings::url_hash.eq(post.kept_away.as_slice()))
        .execute(tx.connection)?;
    // That it was ever refused would say which it is.
    diesel::delete(
        refused_pings::table
            .filter(refused_pings::hub_id.eq(hub.0))
            .filter(refused_pings::url_hash.eq(post.url.as_slice())),
    )
    .execute(tx.connection)?;
    Ok(())
}

/// Whether a post is kept away from a hub.
pub fn contains(
    connection: &mut DbConnection,
    hub: HubId,
    post_hash: &[u8; 32],
) -> Result<bool, DbError> {
    let row = kept_away::table.find((hub.0, post_hash.as_slice()));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(connection)?)
}

/// Forgets what was removed of a post that was kept away, so that it can be sent again. What
/// organizers decided stays, under its address as before.
pub fn forget_removed(tx: &mut Tx<'_>, hub: HubId, post: &Hashes) -> Result<(), DbError> {
    let own = || pings::hub_id.eq(hub.0).and(pings::url_hash.eq(post.kept_away.as_slice()));
    let removed: Vec<PingId> = pings::table
        .filter(own())
        .filter(pings::state.eq(PingState::Removed.as_str()))
        .select(pings::id)
        .load(tx.connection)?;
    for ping in removed {
        super::pings::delete(tx, hub, ping)?;
    }
    diesel::update(pings::table.filter(own()))
        .set(pings::url_hash.eq(post.url.as_slice()))
        .execute(tx.connection)?;
    Ok(())
}
