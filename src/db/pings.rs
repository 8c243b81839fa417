//! Pings, whatever their state.

use diesel::prelude::*;

use super::prepared::{Name, Prepare};
use super::schema::{ping_events, pings};
use super::{DbConnection, DbError, Tx, post_changes};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, CategoryId, HubId, KeyId, PingId, PublicId};
use crate::model::ping::{CameBy, HeldFor, PingState};
use crate::model::sent::Sent;

/// A ping.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pings)]
pub struct Ping {
    /// Its row.
    pub id: PingId,
    /// The hub it came to.
    pub hub_id: HubId,
    /// The category it came to.
    pub category_id: CategoryId,
    /// Its permalink's id.
    pub public_id: PublicId,
    /// The post, as it was sent.
    pub url: String,
    /// The blog's key: host and, on shared hosts, path prefix.
    pub blog_key: String,
    /// The blog's name.
    pub blog_name: String,
    /// The post's title.
    pub title: String,
    /// The post's first words.
    pub excerpt: String,
    /// What became of it.
    pub state: PingState,
    /// How it came.
    pub came_by: CameBy,
    /// Whether its sender knew the passphrase.
    pub proved: bool,
    /// The ping key that brought it.
    pub key_id: Option<KeyId>,
    /// Keyed hash of the sender's address block.
    pub sender_hash: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
    /// Since when it is listed.
    pub listed_at: Option<Timestamp>,
    /// When an organizer decided.
    pub decided_at: Option<Timestamp>,
    /// When its texts were deleted.
    pub purged_at: Option<Timestamp>,
    /// Whether its page must be read, and link here, before anybody sees it.
    pub unverified: bool,
    /// Since when it is off the lists because its page cannot be read any more.
    pub hidden_at: Option<Timestamp>,
    /// The sender's title, where an organizer's stands in its place.
    pub sent_title: Option<String>,
    /// The sender's excerpt, where an organizer's stands in its place.
    pub sent_excerpt: Option<String>,
    /// When an organizer edited its texts.
    pub edited_at: Option<Timestamp>,
    /// Why it was set aside or waits though nobody has looked, in words for organizers.
    pub remark: String,
    /// Whether another site passed it on.
    pub forwarded: bool,
}

impl Ping {
    /// Tells these texts from any others: a moderator decides about what was shown.
    pub fn fingerprint(&self) -> String {
        crate::model::text::fingerprint(&[&self.title, &self.excerpt, &self.blog_name])
    }

    /// The texts it brought, or its page has: not what an organizer made of them.
    pub fn sent(&self) -> PingTexts {
        PingTexts {
            title: self.sent_title.as_ref().unwrap_or(&self.title).clone(),
            excerpt: self.sent_excerpt.as_ref().unwrap_or(&self.excerpt).clone(),
            blog_name: self.blog_name.clone(),
        }
    }

    /// Whether everybody may see it.
    pub fn is_public(&self) -> bool {
        self.state == PingState::Listed && self.hidden_at.is_none()
    }
}

/// What a ping is made of.
#[derive(Debug, Clone)]
pub struct NewPing {
    /// Its permalink's id.
    pub public_id: PublicId,
    /// Where it goes.
    pub category_id: CategoryId,
    /// The post, as it was sent.
    pub url: String,
    /// The post's identity.
    pub url_hash: [u8; 32],
    /// The blog's key.
    pub blog_key: String,
    /// The blog's name.
    pub blog_name: String,
    /// The post's title.
    pub title: String,
    /// The post's first words.
    pub excerpt: String,
    /// How it came.
    pub came_by: CameBy,
    /// Whether its sender knew the passphrase.
    pub proved: bool,
    /// The ping key that brings it.
    pub key: Option<KeyId>,
    /// Keyed hash of the sender's address block.
    pub sender_hash: Vec<u8>,
    /// Whether its page must be read, and link here, before anybody sees it.
    pub unverified: bool,
    /// Whether somebody looks at it before it is listed.
    pub waits: bool,
    /// Whether it is set aside as spam, and nobody looks at it.
    pub is_aside: bool,
    /// Why it is set aside or waits, where a rule says so.
    pub remark: String,
    /// Whether the title came with the ping, or was made up.
    pub brought_title: bool,
    /// Whether the blog's name came with the ping, or was made up.
    pub brought_blog_name: bool,
    /// How it came, where its receipt says so, as it is kept.
    pub sent: Option<String>,
    /// Why it waits, where it would have been listed at once.
    pub held_for: Option<HeldFor>,
    /// Whether another site passed it on.
    pub forwarded: bool,
}

impl NewPing {
    /// The state it begins in.
    pub const fn state(&self) -> PingState {
        if self.is_aside { PingState::Spam } else { PingState::Pending }
    }
}

/// Adds a waiting ping; `None` where this post is in this category already (`security.md` T32:
/// the unique key decides, however many senders race).
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    new: &NewPing,
    now: Timestamp,
) -> Result<Option<PingId>, DbError> {
    let values = (
        pings::hub_id.eq(hub.0),
        pings::category_id.eq(new.category_id.0),
        pings::public_id.eq(new.public_id.as_bytes().as_slice()),
        pings::url.eq(&new.url),
        pings::url_hash.eq(new.url_hash.as_slice()),
        pings::blog_key.eq(&new.blog_key),
        pings::blog_name.eq(&new.blog_name),
        pings::title.eq(&new.title),
        pings::excerpt.eq(&new.excerpt),
        pings::state.eq(new.state().as_str()),
        pings::decided_at.eq(new.is_aside.then_some(now.micros())),
        pings::remark.eq(&new.remark),
        pings::came_by.eq(new.came_by.as_str()),
        pings::proved.eq(new.proved),
        pings::key_id.eq(new.key.map(|key| key.0)),
        pings::sender_hash.eq(&new.sender_hash),
        pings::received_at.eq(now.micros()),
        pings::unverified.eq(new.unverified),
        pings::sent.eq(&new.sent),
        pings::held_for.eq(new.held_for.map(HeldFor::as_str)),
        pings::forwarded.eq(new.forwarded),
    );
    struct Insert;
    impl Name for Insert {}
    let of_post = (pings::hub_id, pings::category_id, pings::url_hash);
    let insert = diesel::insert_into(pings::table).values(values).on_conflict(of_post).do_nothing();
    Ok(match tx.connection {
        DbConnection::Sqlite(file) => {
            // For RETURNING, SQLite makes a table and a journal for each row: a sixth of the whole.
            let is_new = insert.prepared_as::<Insert>().execute(file)? > 0;
            is_new.then(|| diesel::select(last_insert_rowid()).get_result(file)).transpose()?
        }
        DbConnection::Postgres(server) => {
            let insert = insert.returning(pings::id).prepared_as::<Insert>();
            insert.get_result::<PingId>(server).optional()?
        }
    })
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The number of the row that this connection inserted last (SQLite).
    fn last_insert_rowid() -> diesel::sql_types::BigInt;
}

/// The ping of a post in a category.
pub fn find_by_url(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
    url_hash: &[u8],
) -> Result<Option<Ping>, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::category_id.eq(category.0)))
        .filter(pings::url_hash.eq(url_hash))
        .select(Ping::as_select())
        .first(connection)
        .optional()?)
}

/// The pings of a post in some categories.
pub fn list_by_url(
    connection: &mut DbConnection,
    hub: HubId,
    categories: &[CategoryId],
    url_hash: &[u8],
) -> Result<Vec<Ping>, DbError> {
    let ids: Vec<i64> = categories.iter().map(|category| category.0).collect();
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::category_id.eq_any(ids)))
        .filter(pings::url_hash.eq(url_hash))
        .select(Ping::as_select())
        .load(connection)?)
}

/// A ping of a hub.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<Option<Ping>, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .select(Ping::as_select())
        .first(connection)
        .optional()?)
}

/// A ping of a hub that is about to be changed: nobody else changes it before this transaction
/// ends.
pub fn find_for_update(tx: &mut Tx<'_>, hub: HubId, ping: PingId) -> Result<Option<Ping>, DbError> {
    if let DbConnection::Postgres(connection) = tx.connection {
        // SQLite has one writer; PostgreSQL locks the row.
        diesel::sql_query("SELECT 1 FROM pings WHERE hub_id = $1 AND id = $2 FOR UPDATE")
            .bind::<diesel::sql_types::BigInt, _>(hub.0)
            .bind::<diesel::sql_types::BigInt, _>(ping.0)
            .execute(connection)?;
    }
    find(tx.connection, hub, ping)
}

/// The identity of a ping's post: it stays when its texts are deleted.
pub fn find_url_hash(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<Option<Vec<u8>>, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .select(pings::url_hash)
        .first(connection)
        .optional()?)
}

/// How a ping came; `None` where that was not kept, or deleted with its texts.
pub fn find_sent(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<Option<Sent>, DbError> {
    let json: Option<Option<String>> = pings::table
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .select(pings::sent)
        .first(connection)
        .optional()?;
    Ok(json.flatten().as_deref().and_then(Sent::from_json))
}

/// Notes how a ping came the last time.
pub fn update_sent(tx: &mut Tx<'_>, hub: HubId, ping: PingId, sent: &Sent) -> Result<(), DbError> {
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set(pings::sent.eq(sent.to_json()))
        .execute(tx.connection)?;
    Ok(())
}

/// The hub and row behind a public id: permalinks and receipts name no hub, so this is the one
/// way into a hub that starts without it.
pub fn find_public(
    connection: &mut DbConnection,
    public_id: PublicId,
) -> Result<Option<(HubId, PingId)>, DbError> {
    Ok(pings::table
        .filter(pings::public_id.eq(public_id.as_bytes().as_slice()))
        .select((pings::hub_id, pings::id))
        .first(connection)
        .optional()?)
}

/// The texts a ping brought.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PingTexts {
    /// The post's title.
    pub title: String,
    /// The post's first words.
    pub excerpt: String,
    /// The blog's name.
    pub blog_name: String,
}

/// Former texts that are kept of a ping: a sender cannot fill the disk by changing them.
const MAX_HISTORY: i64 = 20;

/// Replaces the texts of a ping, and keeps the old ones in its history. What an organizer edited
/// is shown as before: the new texts are what "back to the original" goes back to.
pub fn update_texts(
    tx: &mut Tx<'_>,
    hub: HubId,
    old: &Ping,
    new: &PingTexts,
    now: Timestamp,
) -> Result<(), DbError> {
    let was = old.sent();
    let row =
        diesel::update(pings::table.filter(pings::hub_id.eq(hub.0))).filter(pings::id.eq(old.id.0));
    let name = pings::blog_name.eq(&new.blog_name);
    if old.edited_at.is_some() {
        row.set((
            pings::sent_title.eq(Some(&new.title)),
            pings::sent_excerpt.eq(Some(&new.excerpt)),
            name,
        ))
        .execute(tx.connection)?;
    } else {
        row.set((pings::title.eq(&new.title), pings::excerpt.eq(&new.excerpt), name))
            .execute(tx.connection)?;
    }
    if old.is_public() {
        super::listed::words::keep(tx, hub, old.id)?;
        super::listed::people::update_of(tx, hub, old.id)?;
    }
    if old.edited_at.is_none() || new.blog_name != old.blog_name {
        post_changes::upsert(tx, hub, old.id, now)?;
    }
    let known: i64 = ping_events::table
        .filter(ping_events::hub_id.eq(hub.0).and(ping_events::ping_id.eq(old.id.0)))
        .count()
        .get_result(tx.connection)?;
    if known >= MAX_HISTORY {
        return Ok(());
    }
    let event = NewEvent {
        kind: "updated",
        from: old.state,
        to: old.state,
        actor: None,
        detail: serde_json::to_string(&was).ok(),
    };
    insert_event(tx, hub, old.id, &event, now)
}

/// How many pings one transaction deletes: no other write waits long for it.
const DELETED_AT_ONCE: i64 = 500;

/// Deletes some pings of a hub or of one of its categories, and says how many. Counters are left
/// to whoever deletes the rest.
pub fn delete_some(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: Option<CategoryId>,
) -> Result<usize, DbError> {
    let mut some = pings::table
        .filter(pings::hub_id.eq(hub.0))
        .select(pings::id)
        .limit(DELETED_AT_ONCE)
        .into_boxed();
    if let Some(category) = category {
        some = some.filter(pings::category_id.eq(category.0));
    }
    let ids: Vec<i64> = some.load(tx.connection)?;
    super::jobs::delete_verifications(tx, hub, &ids)?;
    ids.iter().for_each(|id| tx.touch_ping(PingId(*id)));
    Ok(diesel::delete(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq_any(ids)))
        .execute(tx.connection)?)
}

/// Deletes a ping that is on no list.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, ping: PingId) -> Result<(), DbError> {
    super::jobs::delete_verifications(tx, hub, &[ping.0])?;
    tx.touch_ping(ping);
    diesel::delete(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .execute(tx.connection)?;
    Ok(())
}

/// Whether its sender took a ping back, and its texts are still there.
pub fn was_withdrawn(
    connection: &mut DbConnection,
    hub: HubId,
    ping: &Ping,
) -> Result<bool, DbError> {
    if ping.state != PingState::Removed || ping.purged_at.is_some() {
        return Ok(false);
    }
    let newest: Option<String> = ping_events::table
        .filter(ping_events::hub_id.eq(hub.0).and(ping_events::ping_id.eq(ping.id.0)))
        .filter(ping_events::kind.ne("updated"))
        .select(ping_events::kind)
        .order(ping_events::id.desc())
        .first(connection)
        .optional()?;
    Ok(newest.as_deref() == Some("withdrawn"))
}

/// Sets a ping aside, or back: any change of state that does not enter or leave the lists.
pub fn update_state(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    state: PingState,
    decided_at: Option<Timestamp>,
) -> Result<(), DbError> {
    tx.touch_ping(ping);
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set((
            pings::state.eq(state.as_str()),
            pings::decided_at.eq(decided_at.map(Timestamp::micros)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes why a ping is set aside or waits.
pub fn update_remark(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    remark: &str,
) -> Result<(), DbError> {
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set(pings::remark.eq(remark))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes that somebody with more right to it sent a waiting ping again.
pub fn update_right(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    proved: bool,
    unverified: bool,
) -> Result<(), DbError> {
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set((pings::proved.eq(proved), pings::unverified.eq(unverified)))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes the ping key that vouches for a ping.
pub fn update_key(tx: &mut Tx<'_>, hub: HubId, ping: PingId, key: KeyId) -> Result<(), DbError> {
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set(pings::key_id.eq(key.0))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes why a ping waits that would have been listed at once.
pub fn update_held_for(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    held_for: Option<HeldFor>,
) -> Result<(), DbError> {
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set(pings::held_for.eq(held_for.map(HeldFor::as_str)))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes since when moderators see a claim.
pub fn update_verified(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set(pings::verified_at.eq(now.micros()))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes when an organizer decided, where the state was changed by entering or leaving the lists.
pub fn update_decided(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    decided_at: Option<Timestamp>,
) -> Result<(), DbError> {
    diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)).filter(pings::id.eq(ping.0)))
        .set(pings::decided_at.eq(decided_at.map(Timestamp::micros)))
        .execute(tx.connection)?;
    Ok(())
}

/// Something that happened to a ping.
#[derive(Debug)]
pub struct NewEvent {
    /// `updated`, `edited`, `decided`, `undone`, `verified` or `withdrawn`.
    pub kind: &'static str,
    /// The state before.
    pub from: PingState,
    /// The state after.
    pub to: PingState,
    /// Who did it.
    pub actor: Option<AccountId>,
    /// More, as JSON.
    pub detail: Option<String>,
}

/// Adds to a ping's history.
pub fn insert_event(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    event: &NewEvent,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::insert_into(ping_events::table)
        .values((
            ping_events::hub_id.eq(hub.0),
            ping_events::ping_id.eq(ping.0),
            ping_events::kind.eq(event.kind),
            ping_events::from_state.eq(event.from.as_str()),
            ping_events::to_state.eq(event.to.as_str()),
            ping_events::actor_id.eq(event.actor.map(|id| id.0)),
            ping_events::detail.eq(&event.detail),
            ping_events::happened_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes that a waiting ping is held for something, with a word about it.
pub fn update_held(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    held_for: HeldFor,
    remark: &str,
) -> Result<(), DbError> {
    diesel::update(pings::table)
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .set((pings::held_for.eq(held_for.as_str()), pings::remark.eq(remark)))
        .execute(tx.connection)?;
    Ok(())
}

/// Notes that a ping came otherwise than by a forward, too. Says whether it had not been known.
pub fn update_not_forwarded(tx: &mut Tx<'_>, hub: HubId, ping: PingId) -> Result<bool, DbError> {
    let changed = diesel::update(pings::table)
        .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
        .filter(pings::forwarded.eq(true))
        .set(pings::forwarded.eq(false))
        .execute(tx.connection)?;
    Ok(changed > 0)
}

/// Whether anybody decided about a ping since a moment, or took a decision back.
pub fn was_decided_since(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
    since: Timestamp,
) -> Result<bool, DbError> {
    let known: Option<i64> = ping_events::table
        .filter(ping_events::hub_id.eq(hub.0).and(ping_events::ping_id.eq(ping.0)))
        .filter(ping_events::kind.eq_any(["decided", "undone"]))
        .filter(ping_events::happened_at.ge(since.micros()))
        .select(ping_events::id)
        .first(connection)
        .optional()?;
    Ok(known.is_some())
}
