//! Feeds that are followed.

use diesel::prelude::*;

use super::schema::followed_feeds;
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{CategoryId, FeedId, HubId};
use crate::model::job::FollowedBy;

/// A feed that is followed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = followed_feeds)]
pub struct FollowedFeed {
    /// Its row.
    pub id: FeedId,
    /// Where its posts go.
    pub category_id: CategoryId,
    /// Its address.
    pub url: String,
    /// Only posts under this tag are taken in; empty: all that link to the category.
    pub tag: String,
    /// What it calls itself.
    pub title: String,
    /// The key of the blog it belongs to: posts of other sites are not taken in.
    pub blog_key: String,
    /// Who had it followed.
    pub followed_by: FollowedBy,
    /// Whether it stands for the passphrase: an organizer asked for it, or a blogger who knew it.
    pub proved: bool,
    /// The validator it was answered with.
    pub etag: Option<String>,
    /// The date it was answered with.
    pub last_modified: Option<String>,
    /// When it was read last.
    pub read_at: Option<Timestamp>,
    /// Tries in a row that failed.
    pub failures: i64,
    /// Why the last try failed, in words.
    pub problem: Option<String>,
    /// How many posts were taken in.
    pub taken_count: i64,
    /// Since when it is followed.
    pub created_at: Timestamp,
}

/// A feed to be followed.
#[derive(Debug, Clone)]
pub struct NewFeed {
    /// Where its posts go.
    pub category_id: CategoryId,
    /// Its address.
    pub url: String,
    /// Only posts under this tag.
    pub tag: String,
    /// The key of its blog.
    pub blog_key: String,
    /// Who asked for it.
    pub followed_by: FollowedBy,
    /// Whether it stands for the passphrase.
    pub proved: bool,
}

type Of = diesel::dsl::Filter<
    diesel::dsl::Filter<followed_feeds::table, diesel::dsl::Eq<followed_feeds::hub_id, i64>>,
    diesel::dsl::Eq<followed_feeds::id, i64>,
>;

fn of(hub: HubId, feed: FeedId) -> Of {
    followed_feeds::table
        .filter(followed_feeds::hub_id.eq(hub.0))
        .filter(followed_feeds::id.eq(feed.0))
}

/// Follows a feed; `Taken` where its category follows it already.
pub fn insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    new: &NewFeed,
    now: Timestamp,
) -> Result<FeedId, DbError> {
    use followed_feeds::dsl;
    Ok(diesel::insert_into(followed_feeds::table)
        .values((
            dsl::hub_id.eq(hub.0),
            dsl::category_id.eq(new.category_id.0),
            dsl::url.eq(&new.url),
            dsl::tag.eq(&new.tag),
            dsl::title.eq(""),
            dsl::blog_key.eq(&new.blog_key),
            dsl::followed_by.eq(new.followed_by.as_str()),
            dsl::proved.eq(new.proved),
            dsl::created_at.eq(now.micros()),
        ))
        .returning(dsl::id)
        .get_result(tx.connection)?)
}

/// A feed of a hub.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    feed: FeedId,
) -> Result<Option<FollowedFeed>, DbError> {
    Ok(of(hub, feed).select(FollowedFeed::as_select()).first(connection).optional()?)
}

/// The feeds a hub follows, in the order they were added.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<Vec<FollowedFeed>, DbError> {
    Ok(followed_feeds::table
        .filter(followed_feeds::hub_id.eq(hub.0))
        .select(FollowedFeed::as_select())
        .order(followed_feeds::id)
        .load(connection)?)
}

/// How many feeds a hub follows.
pub fn count(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    Ok(followed_feeds::table
        .filter(followed_feeds::hub_id.eq(hub.0))
        .count()
        .get_result(connection)?)
}

/// How many feeds of a hub bloggers asked for, and how many of them are of one blog.
pub fn count_by_bloggers(
    connection: &mut DbConnection,
    hub: HubId,
    blog_key: &str,
) -> Result<(i64, i64), DbError> {
    let asked_for = || {
        followed_feeds::table
            .filter(followed_feeds::hub_id.eq(hub.0))
            .filter(followed_feeds::followed_by.eq(FollowedBy::Blogger.as_str()))
    };
    let all = asked_for().count().get_result(connection)?;
    let own = asked_for().filter(followed_feeds::blog_key.eq(blog_key)).count();
    Ok((all, own.get_result(connection)?))
}

/// Whether another row follows the same feed into the same category.
pub fn has_other(
    connection: &mut DbConnection,
    hub: HubId,
    feed: &FollowedFeed,
) -> Result<bool, DbError> {
    let other = followed_feeds::table
        .filter(followed_feeds::hub_id.eq(hub.0))
        .filter(followed_feeds::category_id.eq(feed.category_id.0))
        .filter(followed_feeds::url.eq(&feed.url))
        .filter(followed_feeds::id.ne(feed.id.0));
    Ok(diesel::select(diesel::dsl::exists(other)).get_result(connection)?)
}

/// Notes how a reading went.
pub fn update_read(tx: &mut Tx<'_>, hub: HubId, feed: &FollowedFeed) -> Result<(), DbError> {
    use followed_feeds::dsl;
    diesel::update(of(hub, feed.id))
        .set((
            dsl::url.eq(&feed.url),
            dsl::title.eq(&feed.title),
            dsl::etag.eq(&feed.etag),
            dsl::last_modified.eq(&feed.last_modified),
            dsl::read_at.eq(feed.read_at.map(Timestamp::micros)),
            dsl::failures.eq(feed.failures),
            dsl::problem.eq(&feed.problem),
            dsl::taken_count.eq(feed.taken_count),
        ))
        .execute(tx.connection)?;
    Ok(())
}

/// Follows it no more.
pub fn delete(tx: &mut Tx<'_>, hub: HubId, feed: FeedId) -> Result<(), DbError> {
    diesel::delete(of(hub, feed)).execute(tx.connection)?;
    Ok(())
}
