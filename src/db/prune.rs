//! What is kept for a time only (`security.md`, "Retention").

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::queue::WAITS;
use super::schema::{
    attempts, bulk_verdicts, forwards, hub_events, hub_exports, invitations, one_use_links,
    page_readings, ping_events, pings, refused_pings, reports, rules, sent_mails, sessions,
};
use super::{DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{HubId, PingId};
use crate::model::ping::PingState;

const DAY: Duration = Duration::from_secs(86_400);

/// Waiting pings lose their texts after 90 days.
pub const WAITING_DAYS: u32 = 90;
/// Claims whose page could not be verified are deleted after 30 days.
pub const UNVERIFIED_DAYS: u32 = 30;
/// What was set aside as spam, rejected or removed loses its texts after 14 days.
pub const ASIDE_DAYS: u32 = 14;
/// Tries of passwords are remembered for a day, where several instances count them together.
pub const ATTEMPT_DAYS: u32 = 1;
/// A refused ping is remembered for a week.
pub const REFUSED_DAYS: u32 = 7;
/// That somebody was sent a mail is remembered for two days.
pub const SENT_MAIL_DAYS: u32 = 2;
/// The hash of a sender's address block is kept for 30 days.
pub const SENDER_DAYS: u32 = 30;
/// What other sites answered to posts that were passed on to them is kept for 90 days.
pub const FORWARD_DAYS: u32 = 90;

/// Reports that were dealt with, the history of verdicts and the log are kept for a year.
pub const HISTORY_DAYS: u32 = 365;

/// A rule that holds no more is shown for 30 days.
pub const EXPIRED_RULE_DAYS: u32 = 30;

/// A schedule that was to be looked at before it is imported is kept for a week.
pub const SCHEDULE_DAYS: u32 = 7;

/// A request for a subscription that its callback never answered is kept for two days.
pub const UNANSWERED_DAYS: u32 = 2;

/// How many rows of each table one transaction takes, so that pings never wait long for it.
const AT_ONCE: i64 = 500;

/// Deletes what has had its time, a batch at once; `true` where there is more.
///
/// A purged ping keeps the hash of its post, its state, its times and its receipt
/// (`decisions.md`, "Trust"): it stays a tombstone.
pub fn run(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, DbError> {
    let before = |days: u32| now.minus(DAY * days).micros();
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(now.micros())))
        .execute(tx.connection)?;
    diesel::delete(attempts::table.filter(attempts::at.lt(before(ATTEMPT_DAYS))))
        .execute(tx.connection)?;
    diesel::delete(one_use_links::table.filter(one_use_links::expires_at.lt(now.micros())))
        .execute(tx.connection)?;
    diesel::delete(invitations::table.filter(invitations::expires_at.lt(now.micros())))
        .execute(tx.connection)?;
    diesel::delete(sent_mails::table.filter(sent_mails::sent_at.lt(before(SENT_MAIL_DAYS))))
        .execute(tx.connection)?;
    diesel::delete(refused_pings::table.filter(refused_pings::refused_at.lt(before(REFUSED_DAYS))))
        .execute(tx.connection)?;
    diesel::delete(reports::table.filter(reports::handled_at.lt(before(HISTORY_DAYS))))
        .execute(tx.connection)?;
    diesel::delete(rules::table.filter(rules::expires_at.lt(before(EXPIRED_RULE_DAYS))))
        .execute(tx.connection)?;
    diesel::delete(ping_events::table.filter(ping_events::happened_at.lt(before(HISTORY_DAYS))))
        .execute(tx.connection)?;
    super::keys::delete_over(tx, Timestamp::from_micros(before(HISTORY_DAYS)))?;
    diesel::delete(bulk_verdicts::table.filter(bulk_verdicts::decided_at.lt(before(HISTORY_DAYS))))
        .execute(tx.connection)?;
    diesel::delete(hub_events::table.filter(hub_events::happened_at.lt(before(HISTORY_DAYS))))
        .execute(tx.connection)?;
    super::talks::delete_drafts(tx, Timestamp::from_micros(before(SCHEDULE_DAYS)))?;
    diesel::delete(hub_exports::table.filter(hub_exports::started_at.lt(before(HISTORY_DAYS))))
        .execute(tx.connection)?;
    super::websub::delete_over(tx, Timestamp::from_micros(before(UNANSWERED_DAYS)), now)?;
    // The row stays with its post, so that it is passed on once.
    diesel::update(forwards::table.filter(forwards::tried_at.lt(before(FORWARD_DAYS))))
        .filter(sql::<Bool>("said <> ''"))
        .set(forwards::said.eq(""))
        .execute(tx.connection)?;
    // As literals, as the partial indexes have them: without those each of the following reads every ping.
    let mut rows = 0;
    let waiting: Vec<(HubId, i64)> = pings::table
        .filter(sql::<Bool>(WAITS))
        .filter(pings::purged_at.is_null())
        .filter(pings::received_at.lt(before(WAITING_DAYS)))
        .select((pings::hub_id, pings::id))
        .limit(AT_ONCE)
        .load(tx.connection)?;
    rows += waiting.len();
    for (hub, ids) in by_hub(waiting) {
        purge(tx, hub, &ids, Some(PingState::Removed), now)?;
    }
    let unverified: Vec<(HubId, i64)> = pings::table
        .filter(sql::<Bool>("state = 'pending' AND unverified"))
        .filter(pings::received_at.lt(before(UNVERIFIED_DAYS)))
        .select((pings::hub_id, pings::id))
        .limit(AT_ONCE)
        .load(tx.connection)?;
    // Nobody ever saw them, and nothing shows that they were anybody's: no tombstone.
    rows += unverified.len();
    for (hub, ids) in by_hub(unverified) {
        super::jobs::delete_verifications(tx, hub, &ids)?;
        diesel::delete(some(hub, &ids)).execute(tx.connection)?;
    }
    let aside: Vec<(HubId, i64)> = pings::table
        .filter(pings::purged_at.is_null())
        .filter(sql::<Bool>("(state = 'spam' OR state = 'rejected' OR state = 'removed')"))
        .filter(pings::decided_at.lt(before(ASIDE_DAYS)))
        .select((pings::hub_id, pings::id))
        .limit(AT_ONCE)
        .load(tx.connection)?;
    rows += aside.len();
    for (hub, ids) in by_hub(aside) {
        purge(tx, hub, &ids, None, now)?;
    }
    let senders: Vec<(HubId, i64)> = pings::table
        .filter(sql::<Bool>("length(sender_hash) > 0"))
        .filter(pings::received_at.lt(before(SENDER_DAYS)))
        .select((pings::hub_id, pings::id))
        .limit(AT_ONCE)
        .load(tx.connection)?;
    rows += senders.len();
    for (hub, ids) in by_hub(senders) {
        diesel::update(some(hub, &ids))
            .set(pings::sender_hash.eq(Vec::<u8>::new()))
            .execute(tx.connection)?;
    }
    Ok(rows >= usize::try_from(AT_ONCE).unwrap_or(usize::MAX))
}

/// Deletes the texts of a ping now, before its time.
pub(super) fn purge_one(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    now: Timestamp,
) -> Result<(), DbError> {
    purge(tx, hub, &[ping.0], None, now)
}

/// Rows by their hubs, which they are found by. (A list of hubs beside one of pings would have each
/// looked for in each.)
fn by_hub(rows: Vec<(HubId, i64)>) -> BTreeMap<HubId, Vec<i64>> {
    let mut by_hub: BTreeMap<HubId, Vec<i64>> = BTreeMap::new();
    for (hub, id) in rows {
        by_hub.entry(hub).or_default().push(id);
    }
    by_hub
}

type Rows<'a> = diesel::dsl::Filter<
    diesel::dsl::Filter<pings::table, diesel::dsl::Eq<pings::hub_id, i64>>,
    diesel::dsl::EqAny<pings::id, &'a [i64]>,
>;

fn some(hub: HubId, ids: &[i64]) -> Rows<'_> {
    pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq_any(ids))
}

fn purge(
    tx: &mut Tx<'_>,
    hub: HubId,
    ids: &[i64],
    state: Option<PingState>,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::delete(ping_events::table.filter(ping_events::hub_id.eq(hub.0)))
        .filter(ping_events::ping_id.eq_any(ids))
        .execute(tx.connection)?;
    diesel::delete(page_readings::table.filter(page_readings::hub_id.eq(hub.0)))
        .filter(page_readings::ping_id.eq_any(ids))
        .execute(tx.connection)?;
    super::talks::delete_filed(tx, hub, ids)?;
    diesel::update(some(hub, ids))
        .set((
            pings::url.eq(""),
            pings::title.eq(""),
            pings::excerpt.eq(""),
            pings::sent_title.eq(None::<String>),
            pings::sent_excerpt.eq(None::<String>),
            pings::blog_name.eq(""),
            pings::blog_key.eq(""),
            pings::sent.eq(None::<String>),
            pings::remark.eq(""),
            pings::purged_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    if let Some(state) = state {
        diesel::update(some(hub, ids))
            .set(pings::state.eq(state.as_str()))
            .execute(tx.connection)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Touched, plans};

    #[test]
    fn what_has_had_its_time_is_found_without_reading_every_ping() {
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        let plans = plans::of_pings(|connection| {
            let mut touched = Touched::default();
            run(&mut Tx::new(connection, &mut touched), now).unwrap();
        });
        // Each by an index of what it looks for, and not along any index of all of them.
        let indexes = [
            "pings_by_key",
            "pings_waiting",
            "pings_unverified",
            "pings_aside",
            "pings_with_sender",
        ];
        assert_eq!(plans.len(), indexes.len(), "{plans:#?}");
        for ((query, steps), index) in plans.iter().zip(indexes) {
            let is_by_it = |step: &String| step.split(' ').any(|word| word == index);
            assert!(!steps.is_empty() && steps.iter().all(is_by_it), "{query}: {steps:?}");
        }
    }
}
