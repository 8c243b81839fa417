//! Reading what is listed.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::narrowed::{Narrow, list_narrowed};
use super::posts_of::PostsOf;
use super::{IS_PUBLIC, apart};
use crate::clock::Timestamp;
use crate::db::connection::on_backend;
use crate::db::schema::{listed_hours, pings};
use crate::db::{DbConnection, DbError};
use crate::model::id::{CategoryId, HubId, PingId, PublicId, TalkId};
use crate::model::view::{After, View};

/// A listed ping, with what pages and feeds show of it.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    /// Its row.
    pub id: PingId,
    /// Its permalink's id.
    pub public_id: PublicId,
    /// Where it is listed.
    pub category_id: CategoryId,
    /// The post.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its first words.
    pub excerpt: String,
    /// The blog's name.
    pub blog_name: String,
    /// When it was listed.
    pub listed_at: Option<Timestamp>,
    /// Since when a moderator approves of the blog.
    pub blog_approved_at: Option<Timestamp>,
    /// The blog's key.
    pub blog_key: String,
    /// The language that its page named; may be empty.
    pub language: Option<String>,
    /// The feed that its page named; may be empty.
    pub feed_url: Option<String>,
}

impl Listed {
    /// Its place, as an address has it.
    pub const fn after(&self) -> After {
        After { listed_at: self.listed_at, id: self.public_id }
    }
}

/// A place in a list: what comes after it is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When the last one seen was listed.
    pub listed_at: Timestamp,
    /// The last one seen.
    pub id: PingId,
}

/// Which pings are listed, newest first: of a hub's public categories or of one category, from a
/// place on.
///
/// `limit` rows at most; ask for one more than is shown to know whether there are older ones.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let posts_of = PostsOf::find(connection, hub, category)?;
    super::list_view(connection, &posts_of, &View::default(), before, limit)
}

/// The same for a hub's members: of all its categories.
pub fn list_for_members(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let narrow = Narrow { category, ..Narrow::default() };
    list_narrowed(connection, hub, &narrow, before, limit)
}

/// The newest of a hub's categories that are not public.
pub fn list_apart(
    connection: &mut DbConnection,
    hub: HubId,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let only = apart(connection, hub)?;
    if only.is_empty() {
        return Ok(Vec::new());
    }
    list_narrowed(connection, hub, &Narrow { only, ..Narrow::default() }, None, limit)
}

/// The newest posts of a hub's public categories, or of one category, that a moderator listed, or
/// whose blog one approved of.
pub fn list_approved(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let PostsOf { apart: without, .. } = PostsOf::find(connection, hub, category)?;
    let narrow = Narrow { category, without, is_approved: true, ..Narrow::default() };
    list_narrowed(connection, hub, &narrow, None, limit)
}

/// The newest posts of a hub's public categories that are about a talk.
pub fn list_about(
    connection: &mut DbConnection,
    hub: HubId,
    talk: TalkId,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let without = apart(connection, hub)?;
    let narrow = Narrow { talk: Some(talk), without, ..Narrow::default() };
    list_narrowed(connection, hub, &narrow, before, limit)
}

/// Where a post stands in the list of a hub's public categories, or of one category, or stood when
/// a page named it, and whether it is there still. `None` for a post that is not listed there,
/// where its address does not say when it was.
pub fn find_place(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    after: After,
) -> Result<Option<(Place, bool)>, DbError> {
    let PostsOf { apart, .. } = PostsOf::find(connection, hub, category)?;
    let mut query = pings::table
        .filter(pings::public_id.eq(after.id.as_bytes().as_slice()).and(pings::hub_id.eq(hub.0)))
        .filter(pings::category_id.ne_all(apart))
        .select((pings::listed_at, pings::id, sql::<Bool>(IS_PUBLIC)))
        .into_boxed();
    if let Some(category) = category {
        query = query.filter(pings::category_id.eq(category.0));
    }
    let listed: Option<(Option<Timestamp>, PingId, bool)> = query.first(connection).optional()?;
    let stands = listed.and_then(|(at, id, public)| Some((at.filter(|_| public)?, id)));
    let id = listed.map_or(PingId(0), |(_, id, _)| id);
    Ok(match (after.listed_at, stands) {
        (None, None) => None,
        (None, Some((listed_at, id))) => Some((Place { listed_at, id }, true)),
        (Some(listed_at), stands) => {
            let is_there = stands.is_some_and(|(at, _)| at == listed_at);
            Some((Place { listed_at, id }, is_there))
        }
    })
}

/// How many of these posts were listed in each hour from `first` to `last` (hours since 1970), where
/// there were any.
pub fn list_hours(
    connection: &mut DbConnection,
    posts_of: &PostsOf,
    first: i64,
    last: i64,
) -> Result<Vec<(i64, i64)>, DbError> {
    let PostsOf { hub, category, apart } = posts_of;
    on_backend!(connection => |connection| {
        let mut query = listed_hours::table
            .filter(listed_hours::hub_id.eq(hub.0))
            .filter(listed_hours::hour.between(first, last))
            .select((listed_hours::hour, listed_hours::listed_count))
            .into_boxed();
        if let Some(category) = category {
            query = query.filter(listed_hours::category_id.eq(category.0));
        }
        if !apart.is_empty() {
            query = query.filter(listed_hours::category_id.ne_all(apart));
        }
        Ok(query.load(connection)?)
    })
}

/// The newest listed pings of public hubs, for the home page: of each of the `hubs` most
/// recently pinged hubs, a few.
pub fn list_home(
    connection: &mut DbConnection,
    hubs: &[HubId],
    each: i64,
) -> Result<Vec<(HubId, Listed)>, DbError> {
    let mut all = Vec::new();
    for hub in hubs {
        all.extend(list(connection, *hub, None, None, each)?.into_iter().map(|p| (*hub, p)));
    }
    all.sort_by_key(|(_, ping)| std::cmp::Reverse((ping.listed_at, ping.id)));
    Ok(all)
}
