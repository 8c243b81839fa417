//! Categories.

use diesel::prelude::*;

use super::connection::on_backend;
use super::schema::{categories, category_numbers};
use super::{DbConnection, DbError, Tx, hubs, own_names, pings, slugs, websub};
use crate::clock::Timestamp;
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy, Readers, UnprovedPolicy};
use crate::model::id::{CategoryId, HubId};
use crate::model::own_name::home_of;
use crate::model::slug::Slug;
use crate::model::targets::Targets;

/// A category.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = categories)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// The hub it belongs to.
    pub hub_id: HubId,
    /// Its number in short ping addresses, unique on the instance.
    pub number: i64,
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// One or two sentences.
    pub description: String,
    /// Where it stands among the hub's categories.
    pub position: i64,
    /// Who may ping it.
    pub ping_policy: PingPolicy,
    /// When a ping is listed.
    pub listing_policy: ListingPolicy,
    /// PHC string of its passphrase.
    pub passphrase_hash: Option<String>,
    /// What becomes of a Webmention or Pingback without it.
    pub unproved_policy: UnprovedPolicy,
    /// What a link from the post means for TrackBack pings.
    pub link_back: LinkBack,
    /// Whether posts that link to the hub's own page belong here.
    pub is_default: bool,
    /// Who may read it.
    pub readers: Readers,
    /// PHC string of its reading password.
    pub reading_hash: Option<String>,
    /// Moves when its secret feed address is to stop working.
    pub feed_epoch: i64,
    /// It takes no pings before.
    pub opens_at: Option<Timestamp>,
    /// It takes no pings from then on.
    pub closes_at: Option<Timestamp>,
    /// PHC string of the passphrase it had before.
    pub old_passphrase_hash: Option<String>,
    /// How long that one still works.
    pub old_passphrase_until: Option<Timestamp>,
    /// Whether it takes pings by GET, as TrackBack 1.0 had them.
    pub takes_get: bool,
    /// How many posts are listed.
    pub listed_count: i64,
    /// How many blogs have a listed post.
    pub blog_count: i64,
    /// When the newest was listed.
    pub last_listed_at: Option<Timestamp>,
    /// Since when it takes no pings.
    pub closed_at: Option<Timestamp>,
    /// Since when there is such a category.
    pub created_at: Timestamp,
    /// When anything its feed shows last changed.
    pub changed_at: Timestamp,
}

/// What an organizer can set.
#[derive(Debug, Clone)]
pub struct CategoryTexts {
    /// Its name in addresses.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// One or two sentences.
    pub description: String,
    /// Who may ping it.
    pub ping_policy: PingPolicy,
    /// When a ping is listed.
    pub listing_policy: ListingPolicy,
    /// PHC string of a new passphrase; `None` keeps the one it has.
    pub passphrase_hash: Option<String>,
    /// What becomes of a Webmention or Pingback without it.
    pub unproved_policy: UnprovedPolicy,
    /// What a link from the post means for TrackBack pings.
    pub link_back: LinkBack,
    /// Whether posts that link to the hub's own page belong here; takes it from the category that
    /// had it.
    pub is_default: bool,
    /// It takes no pings before.
    pub opens_at: Option<Timestamp>,
    /// It takes no pings from then on.
    pub closes_at: Option<Timestamp>,
    /// How long the passphrase it has goes on working beside a new one.
    pub keep_old_until: Option<Timestamp>,
    /// Whether it takes pings by GET.
    pub takes_get: bool,
}

/// Numbers are tried this often until a free one is found.
const TRIES: usize = 20;

/// Gives a hub a number for a category, that says nothing about how many there are and that none ever
/// had: seven digits at random.
pub fn give_number(tx: &mut Tx<'_>, hub: HubId) -> Result<i64, DbError> {
    for _ in 0..TRIES {
        let random = u32::from_be_bytes(crate::secret::random_bytes());
        let number = 1_000_000 + i64::from(random % 9_000_000);
        if take_number(tx, hub, number)? {
            return Ok(number);
        }
    }
    Err(DbError::Busy)
}

/// Gives a hub this number for a category; `false` where one has it, or had it.
pub fn take_number(tx: &mut Tx<'_>, hub: HubId, number: i64) -> Result<bool, DbError> {
    let given = on_backend!(tx.connection => |connection| {
        diesel::insert_into(category_numbers::table)
            .values((category_numbers::number.eq(number), category_numbers::hub_id.eq(hub.0)))
            .on_conflict_do_nothing()
            .execute(connection)?
    });
    Ok(given == 1)
}

/// Adds a category at the end of its hub; `Taken` where the slug is.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    new: &CategoryTexts,
    now: Timestamp,
) -> Result<CategoryId, DbError> {
    // The hub's row first: it is what keeps two categories from becoming the default at once.
    hubs::touch(tx, hub, now)?;
    give_default(tx, hub, new.is_default)?;
    let number = give_number(tx, hub)?;
    let last: Option<i64> = categories::table
        .filter(categories::hub_id.eq(hub.0))
        .select(diesel::dsl::max(categories::position))
        .first(tx.connection)?;
    let id: CategoryId = diesel::insert_into(categories::table)
        .values((
            categories::hub_id.eq(hub.0),
            categories::number.eq(number),
            categories::slug.eq(new.slug.as_str()),
            categories::title.eq(&new.title),
            categories::description.eq(&new.description),
            categories::position.eq(last.unwrap_or(0) + 1),
            categories::ping_policy.eq(new.ping_policy.as_str()),
            categories::listing_policy.eq(new.listing_policy.as_str()),
            categories::passphrase_hash.eq(&new.passphrase_hash),
            categories::unproved_policy.eq(new.unproved_policy.as_str()),
            categories::link_back.eq(new.link_back.as_str()),
            categories::is_default.eq(new.is_default),
            categories::opens_at.eq(new.opens_at.map(Timestamp::micros)),
            categories::closes_at.eq(new.closes_at.map(Timestamp::micros)),
            categories::takes_get.eq(new.takes_get),
            categories::closed_at.eq(closed_at(None, new.ping_policy, now)),
            categories::created_at.eq(now.micros()),
            categories::changed_at.eq(now.micros()),
        ))
        .returning(categories::id)
        .get_result(tx.connection)?;
    slugs::give_to_category(tx, hub, id, &new.slug, now)?;
    Ok(id)
}

/// Changes what an organizer can set.
pub fn update(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    new: &CategoryTexts,
    now: Timestamp,
) -> Result<(), DbError> {
    let old = find_touched(tx, hub, category, now)?;
    if old.slug != new.slug.as_str() {
        websub::push_topics_of(tx, hub, Some(&old.slug), now)?;
    }
    slugs::give_to_category(tx, hub, old.id, &new.slug, now)?;
    give_default(tx, hub, new.is_default)?;
    // A category that is opened to everybody forgets its passphrase: it does not come back to life
    // when the category asks for one again.
    let kept = old.passphrase_hash.as_ref().filter(|_| new.ping_policy != PingPolicy::Open);
    let hash = new.passphrase_hash.as_ref().or(kept);
    let (old_hash, old_until) = old_passphrase(&old, new, now);
    diesel::update(of(hub, old.id))
        .set((
            categories::slug.eq(new.slug.as_str()),
            categories::title.eq(&new.title),
            categories::description.eq(&new.description),
            categories::ping_policy.eq(new.ping_policy.as_str()),
            categories::listing_policy.eq(new.listing_policy.as_str()),
            categories::passphrase_hash.eq(hash),
            categories::unproved_policy.eq(new.unproved_policy.as_str()),
            categories::link_back.eq(new.link_back.as_str()),
            categories::is_default.eq(new.is_default),
            categories::opens_at.eq(new.opens_at.map(Timestamp::micros)),
            categories::closes_at.eq(new.closes_at.map(Timestamp::micros)),
            categories::old_passphrase_hash.eq(old_hash),
            categories::old_passphrase_until.eq(old_until.map(Timestamp::micros)),
            categories::takes_get.eq(new.takes_get),
            categories::closed_at.eq(closed_at(old.closed_at, new.ping_policy, now)),
            categories::changed_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Reads a category that is changed or deleted, and moves its hub's revision: of what not everybody
/// may see, quietly. The hub's row first, as everywhere: two transactions wait for each other in
/// one order.
fn find_touched(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    now: Timestamp,
) -> Result<Category, DbError> {
    super::members::lock(tx, hub)?;
    let found = find(tx.connection, hub, category)?.ok_or(DbError::NotFound)?;
    hubs::touch_for(tx, hub, found.readers, now)?;
    Ok(found)
}

/// Where a category is to be the default one, no other is.
fn give_default(tx: &mut Tx<'_>, hub: HubId, is_default: bool) -> Result<(), DbError> {
    if is_default {
        diesel::update(categories::table)
            .filter(categories::hub_id.eq(hub.0))
            .filter(categories::is_default.eq(true))
            .set(categories::is_default.eq(false))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// The passphrase that goes on working beside the category's own: what it had until now, where a
/// new one is set and the old one is kept; else the one that is kept already.
fn old_passphrase(
    old: &Category,
    new: &CategoryTexts,
    now: Timestamp,
) -> (Option<String>, Option<Timestamp>) {
    if new.ping_policy == PingPolicy::Open {
        return (None, None);
    }
    match (&new.passphrase_hash, new.keep_old_until) {
        (Some(_), Some(until)) if until > now => (old.passphrase_hash.clone(), Some(until)),
        (Some(_), _) => (None, None),
        (None, _) => (old.old_passphrase_hash.clone(), old.old_passphrase_until),
    }
}

fn closed_at(was: Option<Timestamp>, policy: PingPolicy, now: Timestamp) -> Option<i64> {
    (policy == PingPolicy::Closed).then(|| was.unwrap_or(now).micros())
}

type Of = diesel::dsl::Filter<
    diesel::dsl::Filter<categories::table, diesel::dsl::Eq<categories::hub_id, i64>>,
    diesel::dsl::Eq<categories::id, i64>,
>;

fn of(hub: HubId, category: CategoryId) -> Of {
    categories::table.filter(categories::hub_id.eq(hub.0)).filter(categories::id.eq(category.0))
}

/// Sets the order of a hub's categories: those named first, in this order.
pub fn update_order(
    tx: &mut Tx<'_>,
    hub: HubId,
    order: &[CategoryId],
    now: Timestamp,
) -> Result<(), DbError> {
    super::members::lock(tx, hub)?;
    let public = |all: Vec<Category>| -> Vec<CategoryId> {
        all.into_iter().filter(|c| c.readers == Readers::Public).map(|c| c.id).collect()
    };
    let before = public(list(tx.connection, hub)?);
    for (position, category) in (1_i64..).zip(order) {
        diesel::update(of(hub, *category))
            .set(categories::position.eq(position))
            .execute(tx.connection)?;
    }
    // Where only those moved that not everybody may see, the others stand as they did.
    if before == public(list(tx.connection, hub)?) {
        hubs::touch_quietly(tx, hub, now)
    } else {
        hubs::touch(tx, hub, now)
    }
}

/// Gives a category another title.
pub fn update_title(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    title: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    find_touched(tx, hub, category, now)?;
    diesel::update(of(hub, category))
        .set((categories::title.eq(title), categories::changed_at.eq(now.micros())))
        .execute(tx.connection)?;
    Ok(())
}

/// Sets when a category opens and closes by itself.
pub fn update_hours(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    (opens_at, closes_at): (Option<Timestamp>, Option<Timestamp>),
) -> Result<(), DbError> {
    diesel::update(of(hub, category))
        .set((
            categories::opens_at.eq(opens_at.map(Timestamp::micros)),
            categories::closes_at.eq(closes_at.map(Timestamp::micros)),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Deletes a category with the pings that are left. Its slugs stay taken.
pub fn delete(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    now: Timestamp,
) -> Result<(), DbError> {
    let old = find_touched(tx, hub, category, now)?;
    websub::push_topics_of(tx, hub, Some(&old.slug), now)?;
    websub::deny(tx, hub, Some(category), now)?;
    while pings::delete_some(tx, hub, Some(category))? > 0 {}
    super::listed::leave_all(tx, hub, category)?;
    slugs::mark_category_gone(tx, hub, category)?;
    diesel::delete(of(hub, category)).execute(tx.connection)?;
    super::talks::recount_all(tx, hub)
}

/// A category of a hub.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    category: CategoryId,
) -> Result<Option<Category>, DbError> {
    Ok(on_backend!(connection => |connection| {
        of(hub, category).select(Category::as_select()).first(connection)
    })
    .optional()?)
}

/// The hub and category of a number in a short ping address.
pub fn find_by_number(
    connection: &mut DbConnection,
    number: i64,
) -> Result<Option<(HubId, CategoryId)>, DbError> {
    let its_hub = category_numbers::hub_id.eq(categories::hub_id.nullable());
    Ok(category_numbers::table
        .inner_join(
            categories::table.on(its_hub.and(category_numbers::number.eq(categories::number))),
        )
        .filter(category_numbers::number.eq(number))
        .select((categories::hub_id, categories::id))
        .first(connection)
        .optional()?)
}

/// The categories of a hub, in their order.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<Vec<Category>, DbError> {
    Ok(on_backend!(connection => |connection| {
        categories::table
            .filter(categories::hub_id.eq(hub.0))
            .select(Category::as_select())
            .order((categories::position, categories::id))
            .load(connection)
    })?)
}

/// The category that a hub's own page stands for, among all of its categories: the one that was
/// chosen, or the only one.
pub fn default_of(mut all: Vec<Category>) -> Option<Category> {
    let at = all.iter().position(|category| category.is_default);
    at.or((all.len() == 1).then_some(0)).map(|at| all.swap_remove(at))
}

/// Every address that counts as a link to a category: under all names it and its hub have and had,
/// and the hub's own page, where that stands for it.
pub fn targets(
    connection: &mut DbConnection,
    base: &url::Url,
    category: &Category,
) -> Result<Targets, DbError> {
    let hub = category.hub_id;
    let (hub_names, names) = slugs::list_names(connection, hub, category.id)?;
    let default = default_of(list(connection, hub)?);
    let with_hub = default.is_some_and(|default| default.id == category.id);
    let homes = own_names::list(connection, hub)?.into_iter().filter(|row| row.proved_at.is_some());
    let homes = homes.filter_map(|row| url::Url::parse(&home_of(&row.host, base)).ok());
    let slug = hub_names.first().cloned().unwrap_or_default();
    let targets = Targets::new(base, category.number, &hub_names, &names, with_hub);
    Ok(targets.with_homes(&slug, homes))
}

/// How many categories a hub has.
pub fn count(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    Ok(categories::table.filter(categories::hub_id.eq(hub.0)).count().get_result(connection)?)
}
