//! The talks of a hub's programme.

mod about;
mod filing;
mod programme;

pub use about::{About, list_about, list_choices, list_linked};
pub(super) use filing::{delete_filed, enter, leave, recount_all};
pub use filing::{file_again, keep_links, set_by_hand, tell};
pub use programme::{
    Programme, delete as delete_programme, delete_draft, delete_drafts, find as find_programme,
    set_draft, set_imported,
};

use diesel::prelude::*;

use super::schema::{categories, hubs, ping_talks, talks};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::category::Readers;
use crate::model::id::{CategoryId, HubId, TalkId};

/// A talk.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = talks)]
pub struct Talk {
    /// Its id.
    pub id: TalkId,
    /// The category that its posts are sent to.
    pub category_id: CategoryId,
    /// Its name in addresses.
    pub slug: String,
    /// What its schedule calls it; may be empty.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its own page; empty where it has none.
    pub address: String,
    /// By what a link to that page is known; empty where it has none of its own.
    pub address_key: Vec<u8>,
    /// Who speaks, with commas.
    pub speakers: String,
    /// Where; may be empty.
    pub room: String,
    /// Its track; may be empty.
    pub track: String,
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// Whether it is the category.
    pub is_category: bool,
    /// Since when its schedule does not have it any more.
    pub gone_at: Option<Timestamp>,
    /// How many posts about it everybody may see.
    pub listed_count: i64,
}

/// A talk as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkTexts {
    /// The category that its posts are sent to.
    pub category_id: CategoryId,
    /// What its schedule calls it.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its own page.
    pub address: String,
    /// By what a link to that page is known.
    pub address_key: Vec<u8>,
    /// Who speaks.
    pub speakers: String,
    /// Where.
    pub room: String,
    /// Its track.
    pub track: String,
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// Whether it is the category.
    pub is_category: bool,
}

impl Talk {
    /// What of it an import sets.
    pub fn texts(&self) -> TalkTexts {
        TalkTexts {
            category_id: self.category_id,
            key: self.key.clone(),
            title: self.title.clone(),
            address: self.address.clone(),
            address_key: self.address_key.clone(),
            speakers: self.speakers.clone(),
            room: self.room.clone(),
            track: self.track.clone(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            is_category: self.is_category,
        }
    }

    /// Where it stands in a programme: by its time, those without one at the end.
    fn place(&self) -> (bool, Option<Timestamp>, String, TalkId) {
        (self.starts_at.is_none(), self.starts_at, self.room.clone(), self.id)
    }
}

type Values<'a> = (
    diesel::dsl::Eq<talks::category_id, i64>,
    diesel::dsl::Eq<talks::key, &'a String>,
    diesel::dsl::Eq<talks::title, &'a String>,
    diesel::dsl::Eq<talks::address, &'a String>,
    diesel::dsl::Eq<talks::address_key, &'a Vec<u8>>,
    diesel::dsl::Eq<talks::speakers, &'a String>,
    diesel::dsl::Eq<talks::room, &'a String>,
    diesel::dsl::Eq<talks::track, &'a String>,
    diesel::dsl::Eq<talks::starts_at, Option<i64>>,
    diesel::dsl::Eq<talks::ends_at, Option<i64>>,
    diesel::dsl::Eq<talks::is_category, bool>,
);

fn values(texts: &TalkTexts) -> Values<'_> {
    (
        talks::category_id.eq(texts.category_id.0),
        talks::key.eq(&texts.key),
        talks::title.eq(&texts.title),
        talks::address.eq(&texts.address),
        talks::address_key.eq(&texts.address_key),
        talks::speakers.eq(&texts.speakers),
        talks::room.eq(&texts.room),
        talks::track.eq(&texts.track),
        talks::starts_at.eq(texts.starts_at.map(Timestamp::micros)),
        talks::ends_at.eq(texts.ends_at.map(Timestamp::micros)),
        talks::is_category.eq(texts.is_category),
    )
}

type Of = diesel::dsl::Filter<
    diesel::dsl::Filter<talks::table, diesel::dsl::Eq<talks::hub_id, i64>>,
    diesel::dsl::Eq<talks::id, i64>,
>;

fn of(hub: HubId, talk: TalkId) -> Of {
    talks::table.filter(talks::hub_id.eq(hub.0)).filter(talks::id.eq(talk.0))
}

/// Adds a talk; `Taken` where its slug is.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    slug: &str,
    texts: &TalkTexts,
) -> Result<TalkId, DbError> {
    Ok(diesel::insert_into(talks::table)
        .values((talks::hub_id.eq(hub.0), talks::slug.eq(slug), values(texts)))
        .returning(talks::id)
        .get_result(tx.connection)?)
}

/// Changes a talk. One that was gone is back.
pub fn update(tx: &mut Tx<'_>, hub: HubId, talk: TalkId, texts: &TalkTexts) -> Result<(), DbError> {
    diesel::update(of(hub, talk))
        .set((values(texts), talks::gone_at.eq(None::<i64>)))
        .execute(tx.connection)?;
    Ok(())
}

/// A talk that its schedule has no more: deleted, or kept as gone where posts are about it.
pub fn remove(tx: &mut Tx<'_>, hub: HubId, talk: TalkId, now: Timestamp) -> Result<(), DbError> {
    let filed =
        ping_talks::table.filter(ping_talks::hub_id.eq(hub.0).and(ping_talks::talk_id.eq(talk.0)));
    if diesel::select(diesel::dsl::exists(filed)).get_result(tx.connection)? {
        diesel::update(of(hub, talk))
            .set(talks::gone_at.eq(now.micros()))
            .execute(tx.connection)?;
    } else {
        diesel::delete(of(hub, talk)).execute(tx.connection)?;
    }
    Ok(())
}

/// Deletes a talk. The posts about it stay, and are about it no more.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, talk: TalkId) -> Result<(), DbError> {
    let filed =
        ping_talks::table.filter(ping_talks::hub_id.eq(hub.0).and(ping_talks::talk_id.eq(talk.0)));
    diesel::delete(filed).execute(tx.connection)?;
    diesel::delete(of(hub, talk)).execute(tx.connection)?;
    Ok(())
}

/// Counts anew how many talks stand in the programme that everybody sees.
pub fn count_anew(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    let count: i64 = talks::table
        .inner_join(categories::table)
        .filter(talks::hub_id.eq(hub.0).and(talks::gone_at.is_null()))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .count()
        .get_result(tx.connection)?;
    diesel::update(hubs::table.find(hub.0))
        .set(hubs::talk_count.eq(count))
        .execute(tx.connection)?;
    Ok(())
}

/// All talks of a hub, the oldest first: for who imports.
pub fn list_all(connection: &mut DbConnection, hub: HubId) -> Result<Vec<Talk>, DbError> {
    Ok(talks::table
        .filter(talks::hub_id.eq(hub.0))
        .select(Talk::as_select())
        .order(talks::id)
        .load(connection)?)
}

/// The talks that a hub's schedule has no more, and that posts are about, the oldest first.
pub fn list_gone(connection: &mut DbConnection, hub: HubId) -> Result<Vec<Talk>, DbError> {
    Ok(talks::table
        .filter(talks::hub_id.eq(hub.0).and(talks::gone_at.is_not_null()))
        .select(Talk::as_select())
        .order(talks::id)
        .load(connection)?)
}

/// The programme that everybody sees: the talks of public categories, by their time, with the
/// category of each. Those that are gone stand there as long as posts are about them.
pub fn list_public(connection: &mut DbConnection, hub: HubId) -> Result<Vec<Talk>, DbError> {
    let mut found: Vec<Talk> = talks::table
        .inner_join(categories::table)
        .filter(talks::hub_id.eq(hub.0))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .filter(talks::gone_at.is_null().or(talks::listed_count.gt(0)))
        .select(Talk::as_select())
        .load(connection)?;
    found.sort_by_key(Talk::place);
    Ok(found)
}

/// The talk of this name, where everybody may see it.
pub fn find_public(
    connection: &mut DbConnection,
    hub: HubId,
    slug: &str,
) -> Result<Option<Talk>, DbError> {
    Ok(talks::table
        .inner_join(categories::table)
        .filter(talks::hub_id.eq(hub.0).and(talks::slug.eq(slug)))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .select(Talk::as_select())
        .first(connection)
        .optional()?)
}

/// The talk that a category is.
pub fn find_of_category(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
) -> Result<Option<Talk>, DbError> {
    Ok(talks::table
        .filter(talks::hub_id.eq(hub.0).and(talks::category_id.eq(category.0)))
        .filter(talks::is_category.eq(true))
        .select(Talk::as_select())
        .order(talks::id)
        .first(connection)
        .optional()?)
}

/// Whether a hub has any talks.
pub fn is_there(connection: &mut DbConnection, hub: HubId) -> Result<bool, DbError> {
    let any = talks::table.filter(talks::hub_id.eq(hub.0));
    Ok(diesel::select(diesel::dsl::exists(any)).get_result(connection)?)
}
