//! Hubs.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::connection::on_backend;
use super::prepared::Prepare;
use super::schema::{hubs, pings};
use super::{DbConnection, DbError, Tx, instance, jobs, slugs, websub};
use crate::clock::Timestamp;
use crate::model::category::Readers;
use crate::model::face::Face;
use crate::model::id::HubId;
use crate::model::slug::Slug;

/// A hub.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = hubs)]
pub struct Hub {
    /// Its id.
    pub id: HubId,
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// One sentence under the title.
    pub tagline: String,
    /// A few paragraphs, as text.
    pub description: String,
    /// The first day, `YYYY-MM-DD`; a standing topic has none.
    pub starts_on: Option<String>,
    /// The last day, `YYYY-MM-DD`.
    pub ends_on: Option<String>,
    /// Where it takes place.
    pub place: String,
    /// The event's own page, or empty.
    pub link: String,
    /// Accent colour, `#rrggbb`.
    pub accent: String,
    /// Language tag of its texts.
    pub language: String,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// How many posts are listed.
    pub listed_count: i64,
    /// How many blogs have a listed post.
    pub blog_count: i64,
    /// When the newest was listed.
    pub last_listed_at: Option<Timestamp>,
    /// Moves with everything its public pages show.
    pub revision: i64,
    /// Since when it is on the home page and may be indexed.
    pub approved_at: Option<Timestamp>,
    /// Since when the operator has suspended it.
    pub suspended_at: Option<Timestamp>,
    /// Since when it takes no pings.
    pub closed_at: Option<Timestamp>,
    /// Who may read it.
    pub readers: Readers,
    /// PHC string of its reading password.
    pub reading_hash: Option<String>,
    /// Moves when its secret feed address is to stop working.
    pub feed_epoch: i64,
    /// Since when there is such a hub.
    pub created_at: Timestamp,
    /// When its own texts last changed.
    pub edited_at: Timestamp,
    /// When anything its pages show last changed.
    pub changed_at: Timestamp,
    /// When anything of it that everybody may read last changed.
    pub public_changed_at: Timestamp,
    /// Whether posts of its public categories stand on the pages of topics over all hubs.
    pub on_topics: bool,
    /// How everybody can reach its organizers: a [`crate::model::contact::Contact`], or empty.
    pub contact: String,
    /// Its pictures, links and words.
    pub face: Face,
    /// Where its pages are, if it uses a name of its own: `https://talks.example`.
    pub own_home: Option<String>,
    /// How many talks stand in the programme that everybody sees.
    pub talk_count: i64,
    /// Since when it is kept as it is: closed for good, unless it is taken back in time.
    pub frozen_at: Option<Timestamp>,
    /// What is said of that wherever it is told that it is closed; empty where it is not frozen.
    pub closing_words: String,
}

impl Hub {
    /// Its page: `/sxsw` of this site, or where it is under the hub's own name. What belongs to it
    /// follows behind a slash.
    pub fn path(&self) -> String {
        self.own_home.clone().unwrap_or_else(|| format!("/{}", self.slug))
    }

    /// The page of one of its categories, likewise.
    pub fn category_path(&self, category: &str) -> String {
        format!("{}/{category}", self.path())
    }

    /// What stands before the paths that are the same on this site and under the hub's own name
    /// (`/p/…`, `/tb/…`, `/embed/…`): nothing, or its home.
    pub fn root(&self) -> &str {
        self.own_home.as_deref().unwrap_or_default()
    }

    /// Where the pages of the whole site begin, seen from its own.
    pub const fn site_path(&self) -> &'static str {
        if self.own_home.is_some() { "/hubs" } else { "/" }
    }

    /// Whether it stands on the home page and search engines may have it.
    pub fn is_public(&self) -> bool {
        self.approved_at.is_some() && self.suspended_at.is_none() && self.readers == Readers::Public
    }
}

/// What an organizer can set.
#[derive(Debug, Clone)]
pub struct HubTexts {
    /// Its name in addresses.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// One sentence under the title.
    pub tagline: String,
    /// A few paragraphs, as text.
    pub description: String,
    /// The first day.
    pub starts_on: Option<String>,
    /// The last day.
    pub ends_on: Option<String>,
    /// Where it takes place.
    pub place: String,
    /// The event's own page, or empty.
    pub link: String,
    /// Accent colour.
    pub accent: String,
    /// Language tag.
    pub language: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Whether posts of its public categories stand on topic pages.
    pub on_topics: bool,
    /// How everybody can reach its organizers, or empty.
    pub contact: String,
}

/// Adds a hub and gives it its slug; `Taken` where any hub ever had it.
pub fn insert(
    tx: &mut Tx<'_>,
    new: &HubTexts,
    approved: bool,
    now: Timestamp,
) -> Result<HubId, DbError> {
    let id: HubId = diesel::insert_into(hubs::table)
        .values((
            texts(new),
            hubs::approved_at.eq(approved.then_some(now.micros())),
            hubs::created_at.eq(now.micros()),
            hubs::edited_at.eq(now.micros()),
            hubs::changed_at.eq(now.micros()),
            hubs::public_changed_at.eq(now.micros()),
        ))
        .returning(hubs::id)
        .get_result(tx.connection)?;
    slugs::give_to_hub(tx, id, &new.slug, now)?;
    instance::touch(tx)?;
    Ok(id)
}

/// Changes what an organizer can set. A slug the hub had before can be taken again.
pub fn update(tx: &mut Tx<'_>, hub: HubId, new: &HubTexts, now: Timestamp) -> Result<(), DbError> {
    // Before the slug's row refers to the hub: of two who rename it at once, the second waits here.
    super::members::lock(tx, hub)?;
    if !new.on_topics {
        websub::push_topics_of(tx, hub, None, now)?;
    }
    slugs::give_to_hub(tx, hub, &new.slug, now)?;
    diesel::update(hubs::table.find(hub.0))
        .set((texts(new), hubs::edited_at.eq(now.micros())))
        .execute(tx.connection)?;
    touch(tx, hub, now)?;
    instance::touch(tx)
}

type Texts<'a> = (
    diesel::dsl::Eq<hubs::slug, &'a str>,
    diesel::dsl::Eq<hubs::title, &'a String>,
    diesel::dsl::Eq<hubs::tagline, &'a String>,
    diesel::dsl::Eq<hubs::description, &'a String>,
    diesel::dsl::Eq<hubs::starts_on, &'a Option<String>>,
    diesel::dsl::Eq<hubs::ends_on, &'a Option<String>>,
    diesel::dsl::Eq<hubs::place, &'a String>,
    diesel::dsl::Eq<hubs::link, &'a String>,
    diesel::dsl::Eq<hubs::accent, &'a String>,
    diesel::dsl::Eq<hubs::language, &'a String>,
    diesel::dsl::Eq<hubs::time_zone, &'a String>,
    diesel::dsl::Eq<hubs::on_topics, bool>,
    diesel::dsl::Eq<hubs::contact, &'a String>,
);

fn texts(new: &HubTexts) -> Texts<'_> {
    (
        hubs::slug.eq(new.slug.as_str()),
        hubs::title.eq(&new.title),
        hubs::tagline.eq(&new.tagline),
        hubs::description.eq(&new.description),
        hubs::starts_on.eq(&new.starts_on),
        hubs::ends_on.eq(&new.ends_on),
        hubs::place.eq(&new.place),
        hubs::link.eq(&new.link),
        hubs::accent.eq(&new.accent),
        hubs::language.eq(&new.language),
        hubs::time_zone.eq(&new.time_zone),
        hubs::on_topics.eq(new.on_topics),
        hubs::contact.eq(&new.contact),
    )
}

/// Moves a hub's revision: its public pages are rendered anew, say that they changed, and its feeds
/// are pushed to those who subscribed to them.
pub fn touch(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    move_revision(tx, hub, true, false, now)
}

/// Moves a hub's revision for what not everybody may see: nothing that is public says when that
/// changed (`security.md` T39).
pub fn touch_quietly(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    move_revision(tx, hub, false, false, now)
}

/// Moves a hub's revision for what these readers may see.
pub fn touch_for(
    tx: &mut Tx<'_>,
    hub: HubId,
    readers: Readers,
    now: Timestamp,
) -> Result<(), DbError> {
    move_revision(tx, hub, readers == Readers::Public, false, now)
}

/// The same where posts came, went or changed, and nothing else: who may send what stays in memory.
pub fn touch_lists(
    tx: &mut Tx<'_>,
    hub: HubId,
    readers: Readers,
    now: Timestamp,
) -> Result<(), DbError> {
    move_revision(tx, hub, readers == Readers::Public, true, now)
}

fn move_revision(
    tx: &mut Tx<'_>,
    hub: HubId,
    is_public: bool,
    only_lists: bool,
    now: Timestamp,
) -> Result<(), DbError> {
    let row = diesel::update(hubs::table.find(hub.0));
    let moves = (hubs::revision.eq(hubs::revision + 1), hubs::changed_at.eq(now.micros()));
    let is_now = (hubs::revision, sql::<Bool>(websub::IS_PUSHED));
    let (revision, pushed) = if is_public {
        row.set((moves, hubs::public_changed_at.eq(now.micros())))
            .returning(is_now)
            .prepared()
            .get_result(tx.connection)?
    } else {
        row.set(moves).returning(is_now).prepared().get_result(tx.connection)?
    };
    tx.touch_hub(hub, revision, only_lists);
    if pushed {
        jobs::enqueue_push(tx, hub, now)?;
    }
    Ok(())
}

/// A switch an organizer or operator can turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// On the home page, and indexed.
    Approved,
    /// Taken off by the operator.
    Suspended,
    /// Takes no pings.
    Closed,
}

/// Turns a switch of a hub on or off.
pub fn update_switch(
    tx: &mut Tx<'_>,
    hub: HubId,
    switch: Switch,
    on: bool,
    now: Timestamp,
) -> Result<(), DbError> {
    let at = on.then_some(now.micros());
    let row = diesel::update(hubs::table.find(hub.0));
    match switch {
        Switch::Approved => row.set(hubs::approved_at.eq(at)).execute(tx.connection)?,
        Switch::Suspended => row.set(hubs::suspended_at.eq(at)).execute(tx.connection)?,
        // Its feeds say so, and each category's are as new as what its organizers changed.
        Switch::Closed => row
            .set((hubs::closed_at.eq(at), hubs::edited_at.eq(now.micros())))
            .execute(tx.connection)?,
    };
    touch(tx, hub, now)?;
    instance::touch(tx)
}

/// Deletes a hub with everything in it. Its slugs stay taken.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    // Blogs are held by pings, and both by the hub: the pings go first.
    while super::pings::delete_some(tx, hub, None)? > 0 {}
    websub::keep_elsewhere(tx, hub, now)?;
    diesel::delete(hubs::table.find(hub.0)).execute(tx.connection)?;
    super::series::close_empty(tx, None)?;
    tx.touch_hub(hub, i64::MAX, false);
    instance::touch(tx)
}

/// The hub of this id.
pub fn find(connection: &mut DbConnection, hub: HubId) -> Result<Option<Hub>, DbError> {
    Ok(on_backend!(connection => |connection| {
        hubs::table.find(hub.0).select(Hub::as_select()).first(connection)
    })
    .optional()?)
}

/// Hubs for the operator, those waiting for approval first, then the newest.
pub fn list_all(connection: &mut DbConnection, skip: i64, limit: i64) -> Result<Vec<Hub>, DbError> {
    Ok(hubs::table
        .select(Hub::as_select())
        .order((hubs::approved_at.is_not_null(), hubs::id.desc()))
        .offset(skip)
        .limit(limit)
        .load(connection)?)
}

/// The hubs of the home page: approved ones, the most recently pinged first.
pub fn list_public(connection: &mut DbConnection, limit: i64) -> Result<Vec<Hub>, DbError> {
    Ok(hubs::table
        .filter(hubs::approved_at.is_not_null().and(hubs::suspended_at.is_null()))
        .filter(hubs::readers.eq(Readers::Public.as_str()))
        .select(Hub::as_select())
        .order((hubs::last_listed_at.is_null(), hubs::last_listed_at.desc(), hubs::id.desc()))
        .limit(limit)
        .load(connection)?)
}

/// How many pings wait in a hub.
pub fn count_waiting(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    Ok(pings::table
        .filter(pings::hub_id.eq(hub.0))
        .filter(sql::<Bool>(super::queue::IN_QUEUE))
        .count()
        .get_result(connection)?)
}
