//! Downloads of a whole hub, and how far each is.

use std::time::Duration;

use diesel::prelude::*;

use super::schema::{accounts, hub_exports};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, ExportId, HubId};

/// One that has not moved for so long was given up with its process.
pub const GIVEN_UP: Duration = Duration::from_secs(180);

/// A download.
#[derive(Debug, Clone, Queryable)]
pub struct Export {
    /// Its row.
    pub id: ExportId,
    /// How many steps it has, about.
    pub total: i64,
    /// How many are done.
    pub done: i64,
    /// How many bytes were sent.
    pub bytes: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it moved last.
    pub moved_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it failed, in words; empty where it did not.
    pub failed: String,
    /// Who took it; nobody where the command line did, or their account is gone.
    pub taken_by: Option<String>,
}

impl Export {
    /// Whether it is under way.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now.since(self.moved_at) < GIVEN_UP
    }

    /// Whether it came to its end.
    pub fn is_whole(&self) -> bool {
        self.ended_at.is_some() && self.failed.is_empty()
    }
}

/// Notes that one begins.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    account: Option<AccountId>,
    total: i64,
    now: Timestamp,
) -> Result<ExportId, DbError> {
    Ok(diesel::insert_into(hub_exports::table)
        .values((
            hub_exports::hub_id.eq(hub.0),
            hub_exports::account_id.eq(account.map(|account| account.0)),
            hub_exports::total.eq(total),
            hub_exports::started_at.eq(now.micros()),
            hub_exports::moved_at.eq(now.micros()),
        ))
        .returning(hub_exports::id)
        .get_result(tx.connection)?)
}

/// Notes how far one is.
pub fn update(
    tx: &mut Tx<'_>,
    hub: HubId,
    export: ExportId,
    done: i64,
    bytes: i64,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(hub_exports::table)
        .filter(hub_exports::hub_id.eq(hub.0).and(hub_exports::id.eq(export.0)))
        .set((
            hub_exports::done.eq(done),
            hub_exports::bytes.eq(bytes),
            hub_exports::moved_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes that one ended, and why if it failed.
pub fn finish(
    tx: &mut Tx<'_>,
    hub: HubId,
    export: ExportId,
    failed: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(hub_exports::table)
        .filter(hub_exports::hub_id.eq(hub.0).and(hub_exports::id.eq(export.0)))
        .set((hub_exports::ended_at.eq(now.micros()), hub_exports::failed.eq(failed)))
        .execute(tx.connection)?;
    Ok(())
}

/// The newest downloads of a hub.
pub fn list(connection: &mut DbConnection, hub: HubId, limit: i64) -> Result<Vec<Export>, DbError> {
    Ok(hub_exports::table
        .left_join(accounts::table)
        .filter(hub_exports::hub_id.eq(hub.0))
        .order(hub_exports::id.desc())
        .limit(limit)
        .select((
            hub_exports::id,
            hub_exports::total,
            hub_exports::done,
            hub_exports::bytes,
            hub_exports::started_at,
            hub_exports::moved_at,
            hub_exports::ended_at,
            hub_exports::failed,
            accounts::name.nullable(),
        ))
        .load(connection)?)
}
