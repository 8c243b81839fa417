//! What became of a hub's pings, and which way they came.
//!
//! There are no counters for it: a state changes with each verdict, and a counter of each hour and
//! state would make every ping wait for the row of its hour. So rows are counted, a bounded number
//! of them.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{DbConnection, DbError};
use crate::clock::Timestamp;
use crate::model::id::HubId;
use crate::model::ping::{CameBy, Outcome};

/// How many pings are counted at most: the newest. Each is a row to be read, of some 10 µs.
pub const MOST: i64 = 25_000;

/// Pings that came in the same quarter of an hour by the same way, and of which the same became.
///
/// The offset of every time zone from UTC is whole quarters: none of their days begins within one.
#[derive(Debug, Clone, QueryableByName)]
pub struct Tally {
    /// Quarters of an hour since 1970.
    #[diesel(sql_type = BigInt)]
    quarter: i64,
    /// What became of them.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub outcome: Outcome,
    /// Which way they came.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub came_by: CameBy,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub ping_count: i64,
}

impl Tally {
    /// When the quarter of an hour began in which they came.
    pub const fn came_at(&self) -> Timestamp {
        Timestamp::from_micros(self.quarter * 900_000_000)
    }
}

/// Counts a hub's pings, the newest [`MOST`] of them, in no order.
pub fn count(connection: &mut DbConnection, hub: HubId) -> Result<Vec<Tally>, DbError> {
    const SQL: &str = "SELECT received_at / 900000000 AS quarter, outcome, came_by, \
        count(*) AS ping_count FROM (SELECT received_at, came_by, CASE \
        WHEN state = 'pending' AND unverified THEN 'unverified' \
        WHEN state = 'listed' AND hidden_at IS NOT NULL THEN 'hidden' \
        ELSE state END AS outcome \
        FROM pings WHERE hub_id = $1 ORDER BY id DESC LIMIT $2) AS newest \
        GROUP BY received_at / 900000000, outcome, came_by";
    Ok(diesel::sql_query(SQL).bind::<BigInt, _>(hub.0).bind::<BigInt, _>(MOST).load(connection)?)
}
