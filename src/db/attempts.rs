//! Tries of passwords and passphrases, counted for all instances on one database together.
//!
//! Keys are keyed hashes: nobody reads from a row whose tries it counts.

use std::time::Duration;

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;

use super::connection::on_backend;
use super::prepared::Prepare;
use super::schema::attempts::{self, dsl};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;

/// An allowance: so many at once, and one more in each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How long one takes to come back.
    pub period: Duration,
    /// The most at once.
    pub burst: u32,
}

/// Takes one of an allowance. Where nothing is left: how long until there is.
///
/// It is the generic cell rate algorithm, as in `limits`: a row holds the moment at which its
/// allowance is whole again.
pub fn take(
    tx: &mut Tx<'_>,
    key: &[u8; 32],
    allowance: Allowance,
    now: Timestamp,
) -> Result<Option<Duration>, DbError> {
    let key = key.as_slice();
    let period = i64::try_from(allowance.period.as_micros()).unwrap_or(i64::MAX);
    let latest = now.micros() + period * (i64::from(allowance.burst) - 1);
    let taken = on_backend!(tx.connection => |connection| {
        diesel::insert_into(attempts::table)
            .values((dsl::key.eq(key), dsl::count.eq(1), dsl::at.eq(now.micros() + period)))
            .on_conflict(dsl::key)
            .do_update()
            .set(dsl::at.eq(
                case_when(dsl::at.gt(now.micros()), dsl::at).otherwise(now.micros()) + period,
            ))
            .filter(dsl::at.le(latest))
            .prepared()
            .execute(connection)?
    });
    if taken > 0 {
        return Ok(None);
    }
    let at: i64 = attempts::table
        .find(key)
        .select(dsl::at)
        .first(tx.connection)
        .optional()?
        .unwrap_or(latest);
    Ok(Some(Duration::from_micros(u64::try_from(at - latest).unwrap_or(1).max(1))))
}

/// How many wrong passwords there were, and when the last one was.
pub fn find_failures(
    connection: &mut DbConnection,
    key: &[u8; 32],
) -> Result<Option<(u32, Timestamp)>, DbError> {
    let found = attempts::table.find(key.as_slice()).select((dsl::count, dsl::at));
    let found: Option<(i64, i64)> = found.first(connection).optional()?;
    Ok(found
        .map(|(count, at)| (u32::try_from(count).unwrap_or(u32::MAX), Timestamp::from_micros(at))))
}

/// Notes one more wrong password; those before `since` are forgotten.
pub fn note_failure(
    tx: &mut Tx<'_>,
    key: &[u8; 32],
    since: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    let key = key.as_slice();
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(attempts::table)
            .values((dsl::key.eq(key), dsl::count.eq(1), dsl::at.eq(now.micros())))
            .on_conflict(dsl::key)
            .do_update()
            .set((
                dsl::count.eq(case_when(dsl::at.ge(since.micros()), dsl::count).otherwise(0) + 1),
                dsl::at.eq(now.micros()),
            ))
            .prepared()
            .execute(connection)?
    });
    Ok(())
}

/// Forgets the wrong passwords: the right one came.
pub fn forget(tx: &mut Tx<'_>, key: &[u8; 32]) -> Result<(), DbError> {
    diesel::delete(attempts::table.find(key.as_slice())).execute(tx.connection)?;
    Ok(())
}
