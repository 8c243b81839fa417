//! Readers' reports about listed posts.

use diesel::prelude::*;

use super::schema::{hubs, pings, reports};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, HubId, PingId, PublicId, ReportId};
use crate::model::ping::{PingState, ReportReason};

/// A report that nobody has dealt with, and what it is about.
#[derive(Debug, Clone, Queryable)]
pub struct OpenReport {
    /// Its row.
    pub id: ReportId,
    /// Why the post was reported.
    pub reason: ReportReason,
    /// In the reader's words.
    pub note: String,
    /// When.
    pub created_at: Timestamp,
    /// The ping.
    pub ping_id: PingId,
    /// Its permalink's id.
    pub public_id: PublicId,
    /// Its title.
    pub title: String,
    /// The post.
    pub url: String,
    /// The blog's name.
    pub blog_name: String,
    /// The blog.
    pub blog_key: String,
    /// What state the ping is in now.
    pub state: PingState,
    /// The hub.
    pub hub_id: HubId,
    /// The hub's slug.
    pub hub_slug: String,
    /// The hub's title.
    pub hub_title: String,
}

/// Adds a report.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    reason: ReportReason,
    note: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(reports::table)
        .values((
            reports::hub_id.eq(hub.0),
            reports::ping_id.eq(ping.0),
            reports::reason.eq(reason.as_str()),
            reports::note.eq(note),
            reports::created_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// How many reports about a ping are open: so that one post cannot be reported without end.
pub fn count_open_of(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<i64, DbError> {
    Ok(reports::table
        .filter(reports::hub_id.eq(hub.0).and(reports::ping_id.eq(ping.0)))
        .filter(reports::handled_at.is_null())
        .count()
        .get_result(connection)?)
}

/// How many reports of a hub are open.
pub fn count_open(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    Ok(reports::table
        .filter(reports::hub_id.eq(hub.0).and(reports::handled_at.is_null()))
        .count()
        .get_result(connection)?)
}

/// Open reports, oldest first: of one hub for its organizers, of all for the operator.
pub fn list_open(
    connection: &mut DbConnection,
    hub: Option<HubId>,
    skip: i64,
    limit: i64,
) -> Result<Vec<OpenReport>, DbError> {
    let mut query = reports::table
        .inner_join(pings::table)
        .inner_join(hubs::table)
        .filter(reports::handled_at.is_null())
        .select((
            reports::id,
            reports::reason,
            reports::note,
            reports::created_at,
            pings::id,
            pings::public_id,
            pings::title,
            pings::url,
            pings::blog_name,
            pings::blog_key,
            pings::state,
            hubs::id,
            hubs::slug,
            hubs::title,
        ))
        .order((reports::created_at, reports::id))
        .offset(skip)
        .limit(limit)
        .into_boxed();
    if let Some(hub) = hub {
        query = query.filter(reports::hub_id.eq(hub.0));
    }
    Ok(query.load(connection)?)
}

/// The ping a report of a hub is about.
pub fn find_ping(
    connection: &mut DbConnection,
    hub: HubId,
    report: ReportId,
) -> Result<Option<PingId>, DbError> {
    Ok(reports::table
        .filter(reports::hub_id.eq(hub.0).and(reports::id.eq(report.0)))
        .select(reports::ping_id)
        .first(connection)
        .optional()?)
}

/// Closes every open report about a ping; how many there were.
pub fn update_handled(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    by: AccountId,
    now: Timestamp,
) -> Result<usize, DbError> {
    Ok(diesel::update(
        reports::table
            .filter(reports::hub_id.eq(hub.0))
            .filter(reports::ping_id.eq(ping.0))
            .filter(reports::handled_at.is_null()),
    )
    .set((reports::handled_at.eq(now.micros()), reports::handled_by.eq(by.0)))
    .execute(tx.connection)?)
}
