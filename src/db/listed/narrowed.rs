//! Some of a hub's posts, by any of the conditions that there are.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::IS_PUBLIC;
use super::read::{Listed, Place};
use super::words::{Condition, Query};
use crate::clock::Timestamp;
use crate::db::connection::on_backend;
use crate::db::prepared::{Name, Prepare};
use crate::db::schema::{blogs, page_readings, ping_talks, pings};
use crate::db::{DbConnection, DbError};
use crate::model::id::{CategoryId, HubId, TalkId};
use crate::model::talk::Filed;

/// What a list is narrowed to: nothing set is all of a hub.
#[derive(Debug, Default)]
pub(super) struct Narrow {
    /// This category.
    pub category: Option<CategoryId>,
    /// One of these categories.
    pub only: Vec<i64>,
    /// None of these categories.
    pub without: Vec<i64>,
    /// This blog.
    pub blog: Option<i64>,
    /// About this talk.
    pub talk: Option<TalkId>,
    /// Listed from the first on, and before the second.
    pub listed: Option<(Timestamp, Timestamp)>,
    /// These words.
    pub words: Option<Query>,
    /// What somebody approved of.
    pub is_approved: bool,
}

impl Narrow {
    /// Whether it narrows nothing but, perhaps, to a category.
    const fn is_nothing(&self) -> bool {
        let Self { category: _, only, without, blog, talk, listed, words, is_approved } = self;
        only.is_empty()
            && without.is_empty()
            && blog.is_none()
            && talk.is_none()
            && listed.is_none()
            && words.is_none()
            && !*is_approved
    }
}

/// The newest of a hub, and of a category: what each front page and feed begins with.
struct NewestOfHub;
impl Name for NewestOfHub {}
struct NewestOfCategory;
impl Name for NewestOfCategory {}

/// Without anything to narrow it to it is a walk along one of the partial indexes.
pub(super) fn list_narrowed(
    connection: &mut DbConnection,
    hub: HubId,
    narrow: &Narrow,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let words = narrow.words.as_ref().map(|words| words.condition(connection)).transpose()?;
    on_backend!(connection => |connection| {
        let mut query = pings::table
            .left_join(blogs::table)
            .left_join(page_readings::table.on(
                page_readings::hub_id.eq(pings::hub_id).and(page_readings::ping_id.eq(pings::id)),
            ))
            .filter(pings::hub_id.eq(hub.0))
            .filter(sql::<Bool>(IS_PUBLIC))
            .select((
                pings::id,
                pings::public_id,
                pings::category_id,
                pings::url,
                pings::title,
                pings::excerpt,
                pings::blog_name,
                pings::listed_at,
                blogs::approved_at.nullable(),
                pings::blog_key,
                page_readings::language.nullable(),
                page_readings::feed_url.nullable(),
            ))
            .order((pings::listed_at.desc(), pings::id.desc()))
            .limit(limit)
            .into_boxed();
        if let Some(category) = narrow.category {
            query = query.filter(pings::category_id.eq(category.0));
        }
        if !narrow.only.is_empty() {
            query = query.filter(pings::category_id.eq_any(&narrow.only));
        }
        if !narrow.without.is_empty() {
            query = query.filter(pings::category_id.ne_all(&narrow.without));
        }
        if let Some(blog) = narrow.blog {
            query = query.filter(pings::blog_id.eq(blog));
        }
        if let Some(talk) = narrow.talk {
            let about = ping_talks::table
                .filter(ping_talks::hub_id.eq(hub.0).and(ping_talks::talk_id.eq(talk.0)))
                .filter(ping_talks::how.ne(Filed::Off.as_str()))
                .select(ping_talks::ping_id);
            query = query.filter(pings::id.eq_any(about));
        }
        if let Some((first, next)) = narrow.listed {
            query = query.filter(pings::listed_at.ge(first.micros()));
            query = query.filter(pings::listed_at.lt(next.micros()));
        }
        if narrow.is_approved {
            let approved = blogs::approved_at.nullable().is_not_null();
            query = query.filter(approved.or(pings::decided_at.is_not_null()));
        }
        query = match &words {
            None => query,
            Some(Condition::Found(pings)) => query.filter(pings::id.eq_any(pings)),
            Some(Condition::OfEach { before, words, after }) => {
                query.filter(sql::<Bool>(before).bind::<Text, _>(words).sql(after))
            }
        };
        if let Some(Place { listed_at, id }) = before {
            query = query.filter(
                pings::listed_at
                    .lt(listed_at.micros())
                    .or(pings::listed_at.eq(listed_at.micros()).and(pings::id.lt(id.0))),
            );
        }
        // Without lists of values and words there are few texts: which conditions hold.
        let is_of_few = narrow.only.is_empty() && narrow.without.is_empty() && words.is_none();
        Ok(match (narrow.is_nothing() && before.is_none(), narrow.category) {
            (true, Some(_)) => query.prepared_as::<NewestOfCategory>().load(connection),
            (true, None) => query.prepared_as::<NewestOfHub>().load(connection),
            (false, _) => query.prepared_if(is_of_few).load(connection),
        }?)
    })
}
