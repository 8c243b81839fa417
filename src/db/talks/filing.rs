//! Which posts are about which talks.
//!
//! A post is filed when its page was read, when it enters the lists, and when talks are imported: by
//! the pages that it links to ([`keep_links`] remembers them), and by its category, where that is a
//! talk. What a member of the hub decided is left as it is.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::clock::Timestamp;
use crate::db::schema::{page_links, ping_talks, pings, talks};
use crate::db::{DbConnection, DbError, Tx, listed};
use crate::model::id::{CategoryId, HubId, PingId, TalkId};
use crate::model::talk::{Filed, MAX_FILED, split_links};

/// Counts the posts about some talks anew: those that everybody may see.
const RECOUNT: &str = "UPDATE talks SET listed_count = (SELECT count(*) FROM ping_talks \
    JOIN pings ON pings.hub_id = ping_talks.hub_id AND pings.id = ping_talks.ping_id \
    JOIN categories ON categories.hub_id = pings.hub_id AND categories.id = pings.category_id \
    WHERE ping_talks.hub_id = talks.hub_id AND ping_talks.talk_id = talks.id AND ping_talks.how <> 'off' \
    AND pings.state = 'listed' AND pings.hidden_at IS NULL AND categories.readers = 'public') \
    WHERE hub_id = $1";

/// Counts the posts about all of a hub's talks, and its talks, anew.
pub(in crate::db) fn recount_all(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    diesel::sql_query(RECOUNT).bind::<BigInt, _>(hub.0).execute(tx.connection)?;
    super::count_anew(tx, hub)
}

fn recount(tx: &mut Tx<'_>, hub: HubId, talk: TalkId) -> Result<(), DbError> {
    diesel::sql_query(format!("{RECOUNT} AND id = $2"))
        .bind::<BigInt, _>(hub.0)
        .bind::<BigInt, _>(talk.0)
        .execute(tx.connection)?;
    Ok(())
}

type Rows = diesel::dsl::Filter<
    diesel::dsl::Filter<ping_talks::table, diesel::dsl::Eq<ping_talks::hub_id, i64>>,
    diesel::dsl::Eq<ping_talks::ping_id, i64>,
>;

fn of_ping(hub: HubId, ping: PingId) -> Rows {
    ping_talks::table.filter(ping_talks::hub_id.eq(hub.0)).filter(ping_talks::ping_id.eq(ping.0))
}

pub(super) fn filed(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<BTreeMap<i64, Filed>, DbError> {
    let rows: Vec<(i64, Filed)> =
        of_ping(hub, ping).select((ping_talks::talk_id, ping_talks::how)).load(connection)?;
    Ok(rows.into_iter().collect())
}

/// A ping entered the lists: it is filed, and counts where everybody may see it.
pub(in crate::db) fn enter(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    is_public: bool,
) -> Result<(), DbError> {
    if !super::is_there(tx.connection, hub)? {
        return Ok(());
    }
    file(tx, hub, ping)?;
    if is_public { add(tx, hub, ping, 1) } else { Ok(()) }
}

/// A ping left the lists: it does not count any more, where it did.
pub(in crate::db) fn leave(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    was_public: bool,
) -> Result<(), DbError> {
    if was_public { add(tx, hub, ping, -1) } else { Ok(()) }
}

/// One post more, or one less, about the talks that a ping stands under.
fn add(tx: &mut Tx<'_>, hub: HubId, ping: PingId, count: i64) -> Result<(), DbError> {
    let filed = filed(tx.connection, hub, ping)?;
    let stands = filed.into_iter().filter(|(_, how)| *how != Filed::Off);
    let ids: Vec<i64> = stands.map(|(talk, _)| talk).collect();
    if ids.is_empty() {
        return Ok(());
    }
    diesel::update(talks::table.filter(talks::hub_id.eq(hub.0).and(talks::id.eq_any(ids))))
        .set(talks::listed_count.eq(talks::listed_count + count))
        .execute(tx.connection)?;
    Ok(())
}

/// Remembers which pages a post links to, and files it: it is about a talk no more whose page it
/// linked to before. Where everybody sees that, its hub's pages are rendered anew.
pub fn keep_links(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    links: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    let row = page_links::table.find((hub.0, ping.0));
    let before: Option<Vec<u8>> = row.select(page_links::links).first(tx.connection).optional()?;
    let before = before.unwrap_or_default();
    if before == links {
        return file_again(tx, hub, &[ping], now).map(|_count| ());
    }
    diesel::delete(row).execute(tx.connection)?;
    diesel::insert_into(page_links::table)
        .values((
            page_links::hub_id.eq(hub.0),
            page_links::ping_id.eq(ping.0),
            page_links::links.eq(links),
        ))
        .execute(tx.connection)?;
    let stays: BTreeSet<&[u8]> = split_links(links).collect();
    let away = split_links(&before).filter(|key| !stays.contains(key)).collect();
    let mut moved = unlink(tx, hub, ping, away)?;
    moved.extend(file(tx, hub, ping)?);
    show(tx, hub, ping, &moved, now)
}

/// Takes a ping away from the talks whose pages it links to no more. A talk that got another page
/// keeps its posts, and so does the talk that the ping's category is.
fn unlink(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    away: Vec<&[u8]>,
) -> Result<BTreeSet<TalkId>, DbError> {
    let category: Option<i64> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .select(pings::category_id)
        .first(tx.connection)
        .optional()?;
    let is_own = talks::is_category.eq(true).and(talks::category_id.eq(category.unwrap_or(0)));
    let left: Vec<i64> = talks::table
        .inner_join(ping_talks::table)
        .filter(ping_talks::hub_id.eq(hub.0).and(ping_talks::ping_id.eq(ping.0)))
        .filter(ping_talks::how.eq(Filed::Link.as_str()))
        .filter(talks::address_key.eq_any(away).and(diesel::dsl::not(is_own)))
        .select(talks::id)
        .load(tx.connection)?;
    diesel::delete(of_ping(hub, ping).filter(ping_talks::talk_id.eq_any(&left)))
        .execute(tx.connection)?;
    Ok(left.into_iter().map(TalkId).collect())
}

/// Files some posts by what is known of them, and counts anew; says how many stand under other talks
/// than before.
pub fn file_again(
    tx: &mut Tx<'_>,
    hub: HubId,
    pings: &[PingId],
    now: Timestamp,
) -> Result<usize, DbError> {
    if !super::is_there(tx.connection, hub)? {
        return Ok(0);
    }
    let (mut all, mut count) = (BTreeSet::new(), 0);
    for ping in pings {
        let moved = file(tx, hub, *ping)?;
        count += usize::from(!moved.is_empty());
        if !moved.is_empty() && show_changed(tx, hub, *ping, now)? {
            all.extend(moved);
        }
    }
    all.into_iter().try_for_each(|talk| recount(tx, hub, talk))?;
    Ok(count)
}

/// Shows everybody that a post was filed under these talks, or is not any more.
fn show(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    moved: &BTreeSet<TalkId>,
    now: Timestamp,
) -> Result<(), DbError> {
    if moved.is_empty() || !show_changed(tx, hub, ping, now)? {
        return Ok(());
    }
    moved.iter().try_for_each(|talk| recount(tx, hub, *talk))
}

/// Has the pages of a ping's hub rendered anew, where it is listed; says whether it is.
fn show_changed(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    now: Timestamp,
) -> Result<bool, DbError> {
    let category: Option<CategoryId> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(listed::IS_PUBLIC))
        .select(pings::category_id)
        .first(tx.connection)
        .optional()?;
    let Some(category) = category else { return Ok(false) };
    listed::show_changed(tx, hub, category, now)?;
    Ok(true)
}

/// Files a ping under the talks that it is about and does not stand under yet; gives those back.
fn file(tx: &mut Tx<'_>, hub: HubId, ping: PingId) -> Result<BTreeSet<TalkId>, DbError> {
    let links: Option<Vec<u8>> = page_links::table
        .find((hub.0, ping.0))
        .select(page_links::links)
        .first(tx.connection)
        .optional()?;
    let links = links.unwrap_or_default();
    let category: Option<i64> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .select(pings::category_id)
        .first(tx.connection)
        .optional()?;
    let Some(category) = category else { return Ok(BTreeSet::new()) };
    let keys: Vec<&[u8]> = split_links(&links).collect();
    let is_it = talks::is_category.eq(true).and(talks::category_id.eq(category));
    // The category's own talk first: it is what the post was sent to.
    let wanted: Vec<i64> = talks::table
        .filter(talks::hub_id.eq(hub.0))
        .filter(talks::address_key.eq_any(keys).or(is_it))
        .select(talks::id)
        .order((talks::category_id.eq(category).desc(), talks::id))
        .limit(i64::try_from(MAX_FILED).unwrap_or(i64::MAX))
        .load(tx.connection)?;
    let before = filed(tx.connection, hub, ping)?;
    let room = MAX_FILED.saturating_sub(before.len());
    let new = wanted.into_iter().filter(|talk| !before.contains_key(talk)).take(room);
    let new: BTreeSet<TalkId> = new.map(TalkId).collect();
    new.iter().try_for_each(|talk| put(tx, hub, ping, *talk, Filed::Link))?;
    Ok(new)
}

fn put(tx: &mut Tx<'_>, hub: HubId, ping: PingId, talk: TalkId, how: Filed) -> Result<(), DbError> {
    diesel::delete(of_ping(hub, ping).filter(ping_talks::talk_id.eq(talk.0)))
        .execute(tx.connection)?;
    diesel::insert_into(ping_talks::table)
        .values((
            ping_talks::hub_id.eq(hub.0),
            ping_talks::ping_id.eq(ping.0),
            ping_talks::talk_id.eq(talk.0),
            ping_talks::how.eq(how.as_str()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Whoever sent a ping says which talk it is about: nothing, where it is filed under it already, or
/// a member of the hub took it away.
pub fn tell(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    talk: TalkId,
    now: Timestamp,
) -> Result<(), DbError> {
    let before = filed(tx.connection, hub, ping)?;
    if before.contains_key(&talk.0) || before.len() >= MAX_FILED {
        return Ok(());
    }
    put(tx, hub, ping, talk, Filed::Said)?;
    show(tx, hub, ping, &BTreeSet::from([talk]), now)
}

/// A member of the hub says that a post is about a talk, or is not, whatever its page links to. Says
/// whether that is news.
pub fn set_by_hand(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    (talk, is_about): (TalkId, bool),
    now: Timestamp,
) -> Result<bool, DbError> {
    let before = filed(tx.connection, hub, ping)?;
    let stands = before.get(&talk.0).is_some_and(|how| *how != Filed::Off);
    if stands == is_about || is_about && before.len() >= 2 * MAX_FILED {
        return Ok(false);
    }
    put(tx, hub, ping, talk, if is_about { Filed::Hand } else { Filed::Off })?;
    show(tx, hub, ping, &BTreeSet::from([talk]), now)?;
    Ok(true)
}

/// What is purged is about nothing any more.
pub(in crate::db) fn delete_filed(
    tx: &mut Tx<'_>,
    hub: HubId,
    pings: &[i64],
) -> Result<(), DbError> {
    let links = page_links::table.filter(page_links::hub_id.eq(hub.0));
    diesel::delete(links.filter(page_links::ping_id.eq_any(pings))).execute(tx.connection)?;
    let filed = ping_talks::table.filter(ping_talks::hub_id.eq(hub.0));
    diesel::delete(filed.filter(ping_talks::ping_id.eq_any(pings))).execute(tx.connection)?;
    Ok(())
}
