//! Writing a hub's rows that were taken home from another instance.

use diesel::prelude::*;

use super::about_post::insert_about_post;
use super::{BlogRow, Category, CategoryRow, Hub, HubRow, Post, PostRow, RuleRow};
use crate::clock::Timestamp;
use crate::db::listed::Standing;
use crate::db::schema::{
    about_pages, blogs, categories, category_slugs, followed_feeds, hub_restorations, hubs, pings,
    rules,
};
use crate::db::{DbConnection, DbError, Tx, instance, jobs, listed, members, slugs};
use crate::model::account::Role;
use crate::model::id::{AccountId, CategoryId, HubId, PingId, PublicId};
use crate::model::job::JobKind;
use crate::model::slug::Slug;

/// Adds a hub, for its owner: nobody sees it before [`finish`]. `Taken` where any hub ever had its
/// name. Former names that are taken here are left out; they are given back.
pub fn insert_hub(
    tx: &mut Tx<'_>,
    hub: &Hub,
    slug: &Slug,
    reading_hash: Option<&str>,
    owner: AccountId,
    now: Timestamp,
) -> Result<(HubId, Vec<String>), DbError> {
    let row = HubRow { slug: slug.as_str().to_owned(), ..hub.row.clone() };
    let id: HubId = diesel::insert_into(hubs::table)
        .values((
            &row,
            hubs::reading_hash.eq(reading_hash),
            hubs::suspended_at.eq(now.micros()),
            hubs::changed_at.eq(now.micros()),
        ))
        .returning(hubs::id)
        .get_result(tx.connection)?;
    slugs::give_to_hub(tx, id, slug, now)?;
    let mut left_out = Vec::new();
    for former in &hub.former_slugs {
        match Slug::for_hub(former).ok() {
            Some(former) if slugs::find_hub(tx.connection, former.as_str())?.is_none() => {
                slugs::give_to_hub(tx, id, &former, now)?;
            }
            _ => left_out.push(former.clone()),
        }
    }
    for gone in &hub.gone_categories {
        diesel::insert_into(category_slugs::table)
            .values((
                category_slugs::hub_id.eq(id.0),
                category_slugs::slug.eq(gone),
                category_slugs::category_id.eq(None::<i64>),
                category_slugs::given_at.eq(now.micros()),
            ))
            .execute(tx.connection)?;
    }
    if let Some(about) = &hub.about {
        diesel::insert_into(about_pages::table)
            .values((
                about_pages::hub_id.eq(id.0),
                about_pages::markdown.eq(&about.markdown),
                about_pages::changed_at.eq(about.changed_at),
            ))
            .execute(tx.connection)?;
    }
    diesel::insert_into(hub_restorations::table)
        .values((hub_restorations::hub_id.eq(id.0), hub_restorations::started_at.eq(now.micros())))
        .execute(tx.connection)?;
    members::insert(tx, id, owner, Role::Owner, now)?;
    instance::touch(tx)?;
    Ok((id, left_out))
}

/// What a category cannot bring with it.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its number here.
    pub number: i64,
    /// PHC string of its passphrase here.
    pub passphrase_hash: Option<String>,
    /// PHC string of its reading password here.
    pub reading_hash: Option<String>,
}

/// Adds a category with what belongs to it.
pub fn insert_category(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: &Category,
    given: &Given,
    now: Timestamp,
) -> Result<CategoryId, DbError> {
    let row = CategoryRow { number: given.number, ..category.row.clone() };
    let id: CategoryId = diesel::insert_into(categories::table)
        .values((
            &row,
            categories::hub_id.eq(hub.0),
            categories::passphrase_hash.eq(&given.passphrase_hash),
            categories::reading_hash.eq(&given.reading_hash),
        ))
        .returning(categories::id)
        .get_result(tx.connection)?;
    for slug in std::iter::once(&row.slug).chain(&category.former_slugs) {
        diesel::insert_into(category_slugs::table)
            .values((
                category_slugs::hub_id.eq(hub.0),
                category_slugs::slug.eq(slug),
                category_slugs::category_id.eq(Some(id.0)),
                category_slugs::given_at.eq(now.micros()),
            ))
            .execute(tx.connection)?;
    }
    for feed in &category.feeds {
        diesel::insert_into(followed_feeds::table)
            .values((feed, followed_feeds::hub_id.eq(hub.0), followed_feeds::category_id.eq(id.0)))
            .execute(tx.connection)?;
    }
    Ok(id)
}

/// Adds the hub's rules.
pub fn insert_rest(tx: &mut Tx<'_>, hub: HubId, all: &[RuleRow]) -> Result<(), DbError> {
    for rule in all {
        diesel::insert_into(rules::table)
            .values((rule, rules::hub_id.eq(hub.0)))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Adds the blogs that the hub does not know yet.
pub fn insert_blogs(tx: &mut Tx<'_>, hub: HubId, all: &[BlogRow]) -> Result<(), DbError> {
    let keys: Vec<&str> = all.iter().map(|blog| blog.key.as_str()).collect();
    let known: Vec<String> = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq_any(keys)))
        .select(blogs::key)
        .load(tx.connection)?;
    for blog in all.iter().filter(|blog| !known.contains(&blog.key)) {
        diesel::insert_into(blogs::table)
            .values((blog, blogs::hub_id.eq(hub.0)))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Calls blogs as they were called: each post that was listed gave them its own name for them.
pub fn update_blogs(tx: &mut Tx<'_>, hub: HubId, all: &[BlogRow]) -> Result<(), DbError> {
    for blog in all {
        diesel::update(blogs::table)
            .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(&blog.key)))
            .set(blogs::name.eq(&blog.name))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Adds a post as it was: on the lists, as of then, if it was there. Nobody is told and nothing is
/// passed on. Says whether it is new; `Taken` where it is another hub's.
pub fn insert_post(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    post: &Post,
    now: Timestamp,
) -> Result<bool, DbError> {
    let id: [u8; 16] =
        post.row.public_id.clone().try_into().map_err(|_longer| DbError::NotFound)?;
    match crate::db::pings::find_public(tx.connection, PublicId::from_bytes(id))? {
        Some((holder, _)) if holder == hub => return Ok(false),
        Some(_) => return Err(DbError::Taken),
        None => {}
    }
    let is_public = post.row.state == "listed" && post.row.hidden_at.is_none();
    let listed_at = post.row.listed_at.map(Timestamp::from_micros).filter(|_| is_public);
    let row = match listed_at {
        Some(_) => PostRow { state: "pending".to_owned(), listed_at: None, ..post.row.clone() },
        None => post.row.clone(),
    };
    let blog: Option<i64> = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(&row.blog_key)))
        .select(blogs::id)
        .first(tx.connection)
        .optional()?;
    let id: PingId = diesel::insert_into(pings::table)
        .values((
            &row,
            pings::hub_id.eq(hub.0),
            pings::category_id.eq(category.0),
            pings::blog_id.eq(blog),
            pings::sender_hash.eq(Vec::<u8>::new()),
        ))
        .returning(pings::id)
        .get_result(tx.connection)?;
    insert_about_post(tx, hub, id, post)?;
    if let Some(listed_at) = listed_at {
        let standing = Standing {
            id,
            category_id: category,
            blog_key: row.blog_key,
            blog_name: row.blog_name,
        };
        // As of a moment after it, whatever the clock says: what is new today is mailed about.
        let now = now.max(Timestamp::from_micros(listed_at.micros().saturating_add(1)));
        listed::enter_quietly(tx, hub, &standing, false, listed_at, now)?;
    }
    Ok(true)
}

/// When it was finished to bring a hub here; `None` within where it is not, and outside where the
/// hub was opened here.
pub fn find_restoration(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<Option<Option<Timestamp>>, DbError> {
    Ok(hub_restorations::table
        .find(hub.0)
        .select(hub_restorations::finished_at)
        .first(connection)
        .optional()?)
}

/// Shows a hub that was brought here, with the times that it had, and its talks with their counts.
/// Feeds are followed on from the next hour.
pub fn finish(
    tx: &mut Tx<'_>,
    hub: HubId,
    was: &Hub,
    all: &[Category],
    now: Timestamp,
) -> Result<(), DbError> {
    crate::db::hubs::touch(tx, hub, now)?;
    crate::db::talks::recount_all(tx, hub)?;
    for category in all {
        diesel::update(categories::table)
            .filter(categories::hub_id.eq(hub.0).and(categories::slug.eq(&category.row.slug)))
            .set(categories::changed_at.eq(category.row.changed_at))
            .execute(tx.connection)?;
    }
    diesel::update(hubs::table.find(hub.0))
        .set((
            hubs::suspended_at.eq(None::<i64>),
            hubs::approved_at.eq(now.micros()),
            hubs::edited_at.eq(was.row.edited_at),
            hubs::public_changed_at.eq(was.row.public_changed_at),
        ))
        .execute(tx.connection)?;
    diesel::update(hub_restorations::table.find(hub.0))
        .set(hub_restorations::finished_at.eq(Some(now.micros())))
        .execute(tx.connection)?;
    let in_an_hour = now.plus(std::time::Duration::from_secs(3_600));
    for feed in crate::db::feeds::list(tx.connection, hub)? {
        let key = jobs::JobKey { hub, kind: JobKind::ReadFeed, subject: feed.id.0 };
        jobs::enqueue_if_absent(tx, key, in_an_hour, now)?;
    }
    instance::touch(tx)
}

/// Which of these posts are another hub's here.
pub fn count_taken(
    connection: &mut DbConnection,
    ids: &[Vec<u8>],
    hub: Option<HubId>,
) -> Result<i64, DbError> {
    Ok(pings::table
        .filter(pings::public_id.eq_any(ids))
        .filter(pings::hub_id.ne(hub.map_or(0, |hub| hub.0)))
        .count()
        .get_result(connection)?)
}
