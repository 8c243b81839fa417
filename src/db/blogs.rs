//! Blogs, as a hub knows them: a row once one of its pings was listed or judged.

use diesel::prelude::*;

use super::connection::on_backend;
use super::prepared::Prepare;
use super::schema::blogs;
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{BlogId, HubId};

/// A blog of a hub.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = blogs)]
pub struct Blog {
    /// Its id.
    pub id: BlogId,
    /// What it is called.
    pub name: String,
    /// How many of its posts are listed.
    pub listed_count: i64,
    /// Since when a moderator has approved of it.
    pub approved_at: Option<Timestamp>,
    /// When the first of its posts that everybody may read was listed.
    pub first_listed_at: Option<Timestamp>,
    /// When the newest of them was listed.
    pub last_listed_at: Option<Timestamp>,
}

/// The blog of this key, added where the hub does not know it yet.
pub fn find_or_insert(
    tx: &mut Tx<'_>,
    hub: HubId,
    key: &str,
    name: &str,
    now: Timestamp,
) -> Result<Blog, DbError> {
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(blogs::table)
            .values((
                blogs::hub_id.eq(hub.0),
                blogs::key.eq(key),
                blogs::name.eq(name),
                blogs::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?
    });
    Ok(blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(key)))
        .select(Blog::as_select())
        .first(tx.connection)?)
}

/// Notes that a moderator approved of a blog.
pub fn update_approved(
    tx: &mut Tx<'_>,
    hub: HubId,
    blog: BlogId,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(blogs::table.filter(blogs::hub_id.eq(hub.0)).filter(blogs::id.eq(blog.0)))
        .filter(blogs::approved_at.is_null())
        .set(blogs::approved_at.eq(now.micros()))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// Whether a moderator approved of the blog of this key.
pub fn is_approved(connection: &mut DbConnection, hub: HubId, key: &str) -> Result<bool, DbError> {
    let approved: Option<Option<Timestamp>> = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(key)))
        .select(blogs::approved_at)
        .first(connection)
        .optional()?;
    Ok(approved.flatten().is_some())
}

/// A blog that a hub trusts, with its feed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = blogs)]
pub struct TrustedBlog {
    /// Its key: host and, on shared hosts, path prefix.
    pub key: String,
    /// Its feed, where it is known.
    pub feed_url: Option<String>,
}

/// A blog of a hub that a moderator approved of.
pub fn find_trusted(
    connection: &mut DbConnection,
    hub: HubId,
    blog: BlogId,
) -> Result<Option<TrustedBlog>, DbError> {
    Ok(blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::id.eq(blog.0)))
        .filter(blogs::approved_at.is_not_null())
        .select(TrustedBlog::as_select())
        .first(connection)
        .optional()?)
}

/// The hubs that trust the blog of this key, at most twenty, and when its feed was read for them.
/// A blog announces its posts to nobody in particular: this is the one query that looks over all
/// hubs.
pub fn list_trusting(
    connection: &mut DbConnection,
    key: &str,
) -> Result<Vec<(HubId, BlogId, Option<Timestamp>)>, DbError> {
    Ok(blogs::table
        .filter(blogs::key.eq(key))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("approved_at IS NOT NULL"))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
            "NOT EXISTS (SELECT 1 FROM hubs WHERE hubs.id = blogs.hub_id AND frozen_at IS NOT NULL)",
        ))
        .select((blogs::hub_id, blogs::id, blogs::feed_read_at))
        // Whoever changes several hubs takes them in this order.
        .order((blogs::hub_id, blogs::id))
        .limit(20)
        .load(connection)?)
}

/// Notes where a page of the blog says its feed is.
pub fn update_feed(
    tx: &mut Tx<'_>,
    hub: HubId,
    key: &str,
    feed: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    let known = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(key)))
        .select((blogs::id, blogs::feed_url, blogs::listed_count))
        .first::<(BlogId, Option<String>, i64)>(tx.connection)
        .optional()?;
    match known {
        Some((blog, known, listed)) if !feed.is_empty() && known.as_deref() != Some(feed) => {
            show_feed(tx, hub, blog, feed, listed > 0, now)
        }
        _ => Ok(()),
    }
}

/// Notes a blog's feed, unless it is known.
pub fn update_feed_if_unknown(
    tx: &mut Tx<'_>,
    hub: HubId,
    blog: BlogId,
    feed: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    let unknown = blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::id.eq(blog.0)))
        .filter(blogs::feed_url.is_null())
        .select(blogs::listed_count)
        .first::<i64>(tx.connection)
        .optional()?;
    match unknown {
        Some(listed) => show_feed(tx, hub, blog, feed, listed > 0, now),
        None => Ok(()),
    }
}

/// Sets a blog's feed. Where the blog stands among the hub's people, their page and its OPML say
/// where it is; the hub's row first, as everywhere.
fn show_feed(
    tx: &mut Tx<'_>,
    hub: HubId,
    blog: BlogId,
    feed: &str,
    is_shown: bool,
    now: Timestamp,
) -> Result<(), DbError> {
    if is_shown {
        super::hubs::touch(tx, hub, now)?;
    }
    diesel::update(blogs::table.filter(blogs::hub_id.eq(hub.0).and(blogs::id.eq(blog.0))))
        .set(blogs::feed_url.eq(feed))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// Notes when an announced feed was read.
pub fn update_feed_read(
    tx: &mut Tx<'_>,
    hub: HubId,
    blog: BlogId,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(blogs::table.filter(blogs::hub_id.eq(hub.0)).filter(blogs::id.eq(blog.0)))
        .set(blogs::feed_read_at.eq(now.micros()))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}
