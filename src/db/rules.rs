//! Rules of a hub, and those the operator makes for all hubs: the latter belong to no hub, and are
//! asked for with `None`.

use diesel::prelude::*;

use super::schema::{accounts, pings, rules};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, HubId, PublicId, RuleId};
use crate::model::ping::PingState;
use crate::model::rule::{Pattern, Rule, RuleAction, RuleKind, Rules};

/// A rule with everything that is known about it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rules)]
pub struct RuleRow {
    /// Its row.
    pub id: RuleId,
    /// What it looks at.
    pub kind: RuleKind,
    /// What it matches, as `Pattern` writes it.
    pub pattern: String,
    /// What becomes of it.
    pub action: RuleAction,
    /// Why there is such a rule.
    pub reason: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it holds.
    pub expires_at: Option<Timestamp>,
    /// How many pings it decided about.
    pub hit_count: i64,
    /// When it did so last.
    pub last_hit_at: Option<Timestamp>,
}

/// A rule to be made.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// What it matches.
    pub pattern: Pattern,
    /// What becomes of it.
    pub action: RuleAction,
    /// Why.
    pub reason: String,
    /// Until when it holds.
    pub expires_at: Option<Timestamp>,
}

/// The rules of a hub, or of the operator, the newest first, with their authors' names.
pub fn list(
    connection: &mut DbConnection,
    hub: Option<HubId>,
) -> Result<Vec<(RuleRow, Option<String>)>, DbError> {
    let query = rules::table
        .left_join(accounts::table)
        .select((RuleRow::as_select(), accounts::name.nullable()))
        .order(rules::id.desc())
        .into_boxed();
    Ok(match hub {
        Some(hub) => query.filter(rules::hub_id.eq(hub.0)).load(connection)?,
        None => query.filter(rules::hub_id.is_null()).load(connection)?,
    })
}

/// How many rules a hub, or the operator, has.
pub fn count(connection: &mut DbConnection, hub: Option<HubId>) -> Result<i64, DbError> {
    let count = rules::table.count().into_boxed();
    Ok(match hub {
        Some(hub) => count.filter(rules::hub_id.eq(hub.0)).get_result(connection)?,
        None => count.filter(rules::hub_id.is_null()).get_result(connection)?,
    })
}

/// How many rules for all hubs hold, by what they do.
pub fn count_for_all(
    connection: &mut DbConnection,
    now: Timestamp,
) -> Result<Vec<(RuleAction, i64)>, DbError> {
    Ok(rules::table
        .filter(rules::hub_id.is_null())
        .filter(rules::expires_at.is_null().or(rules::expires_at.gt(now.micros())))
        .group_by(rules::action)
        .select((rules::action, diesel::dsl::count_star()))
        .order(rules::action)
        .load(connection)?)
}

/// What holds in a hub: its own rules and those for all hubs.
pub fn list_in_force(
    connection: &mut DbConnection,
    hub: HubId,
    now: Timestamp,
) -> Result<Rules, DbError> {
    let rows: Vec<RuleRow> = rules::table
        .filter(rules::hub_id.eq(hub.0).or(rules::hub_id.is_null()))
        .filter(rules::expires_at.is_null().or(rules::expires_at.gt(now.micros())))
        .select(RuleRow::as_select())
        .order(rules::id)
        .load(connection)?;
    let rules = rows.into_iter().filter_map(|row| {
        // What was stored was parsed before; what today's code cannot read holds nothing up.
        let pattern = Pattern::parse(row.kind, &row.pattern).ok()?;
        Some(Rule { id: row.id, pattern, action: row.action, expires_at: row.expires_at })
    });
    Ok(Rules::new(rules.collect()))
}

/// Makes a rule.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: Option<HubId>,
    new: &NewRule,
    author: AccountId,
    now: Timestamp,
) -> Result<RuleId, DbError> {
    Ok(diesel::insert_into(rules::table)
        .values((
            rules::hub_id.eq(hub.map(|hub| hub.0)),
            rules::kind.eq(new.pattern.kind().as_str()),
            rules::pattern.eq(new.pattern.to_string()),
            rules::action.eq(new.action.as_str()),
            rules::reason.eq(&new.reason),
            rules::author_id.eq(author.0),
            rules::created_at.eq(now.micros()),
            rules::expires_at.eq(new.expires_at.map(Timestamp::micros)),
        ))
        .returning(rules::id)
        .get_result(tx.connection)?)
}

/// Takes a rule back; what it was about, where there was one.
pub fn delete(
    tx: &mut Tx<'_>,
    hub: Option<HubId>,
    rule: RuleId,
) -> Result<Option<(RuleKind, String)>, DbError> {
    let rule = rules::table.filter(rules::id.eq(rule.0));
    let about = (rules::kind, rules::pattern);
    Ok(match hub {
        Some(hub) => diesel::delete(rule.filter(rules::hub_id.eq(hub.0)))
            .returning(about)
            .get_result(tx.connection)
            .optional()?,
        None => diesel::delete(rule.filter(rules::hub_id.is_null()))
            .returning(about)
            .get_result(tx.connection)
            .optional()?,
    })
}

/// How many pings a hub's rules refused since they were made, as far as the rules are there still.
pub fn sum_refused(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    let sums: Vec<i64> = rules::table
        .filter(rules::hub_id.eq(hub.0))
        .filter(rules::action.eq(RuleAction::Refuse.as_str()))
        .select(rules::hit_count)
        .load(connection)?;
    Ok(sums.iter().sum())
}

/// Adds what was counted in memory.
pub fn add_hits(tx: &mut Tx<'_>, rule: RuleId, hits: i64, last: Timestamp) -> Result<(), DbError> {
    diesel::update(rules::table.filter(rules::id.eq(rule.0)))
        .set((rules::hit_count.eq(rules::hit_count + hits), rules::last_hit_at.eq(last.micros())))
        .execute(tx.connection)?;
    Ok(())
}

/// A ping as a rule would have met it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pings)]
pub struct PastPing {
    /// Its row.
    pub id: i64,
    /// Its public id.
    pub public_id: PublicId,
    /// The post.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its first words.
    pub excerpt: String,
    /// The blog's name.
    pub blog_name: String,
    /// What became of it.
    pub state: PingState,
    /// Keyed hash of the sender's address block.
    pub sender_hash: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
}

/// Pings of a hub, or for the operator of all, since a moment, the newest first, from a row on.
/// What was purged has no texts any more, and is left out.
pub fn list_past(
    connection: &mut DbConnection,
    hub: Option<HubId>,
    since: Timestamp,
    before: i64,
    limit: i64,
) -> Result<Vec<PastPing>, DbError> {
    let mut query = pings::table
        .filter(pings::received_at.ge(since.micros()).and(pings::purged_at.is_null()))
        .filter(pings::id.lt(before))
        .select(PastPing::as_select())
        .order(pings::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(hub) = hub {
        query = query.filter(pings::hub_id.eq(hub.0));
    }
    Ok(query.load(connection)?)
}
