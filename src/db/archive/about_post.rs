//! What is known about a post that is taken home: what its page said, and what happened to it.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Post, talks};
use crate::db::schema::{page_links, page_readings, ping_events, post_changes};
use crate::db::{DbError, Tx};
use crate::model::id::{HubId, PingId};

/// What a post's page said when it was read last.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = page_readings)]
pub struct PageRow {
    /// What came of it.
    pub outcome: String,
    /// What went wrong.
    pub problem: Option<String>,
    /// The status it was answered with.
    pub status: Option<i64>,
    /// When it was read.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub read_at: Option<i64>,
    /// When the link was there last.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub linked_at: Option<i64>,
    /// The post's title there.
    pub title: String,
    /// Where on the page the title stood.
    pub title_from: String,
    /// The post's first words there.
    pub excerpt: String,
    /// Where on the page they stood.
    pub excerpt_from: String,
    /// Its author there.
    pub author: String,
    /// The blog's name there.
    pub blog_name: String,
    /// Its language.
    pub language: String,
    /// When it says that it was published.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub published_at: Option<i64>,
    /// The blog's feed.
    pub feed_url: String,
    /// The words round the link.
    pub link_text: String,
    /// Whether the title there is the one that was sent.
    pub title_matches: bool,
    /// Since when a change of it waits for an organizer.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub revision_at: Option<i64>,
}

/// Something that happened to a post. Who did it is left out: accounts are of their instance.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = ping_events)]
pub struct EventRow {
    /// What.
    pub kind: String,
    /// The state before.
    pub from_state: String,
    /// The state after.
    pub to_state: String,
    /// More, as JSON.
    pub detail: Option<String>,
    /// When.
    #[serde(with = "crate::model::written::moment")]
    pub happened_at: i64,
}

/// Adds what is known about a post.
pub(super) fn insert_about_post(
    tx: &mut Tx<'_>,
    hub: HubId,
    id: PingId,
    post: &Post,
) -> Result<(), DbError> {
    if let Some(page) = &post.page {
        diesel::insert_into(page_readings::table)
            .values((page, page_readings::hub_id.eq(hub.0), page_readings::ping_id.eq(id.0)))
            .execute(tx.connection)?;
    }
    if let Some(changed_at) = post.changed_at {
        diesel::insert_into(post_changes::table)
            .values((
                post_changes::hub_id.eq(hub.0),
                post_changes::ping_id.eq(id.0),
                post_changes::changed_at.eq(changed_at),
            ))
            .execute(tx.connection)?;
    }
    if !post.links.is_empty() {
        diesel::insert_into(page_links::table)
            .values((
                page_links::hub_id.eq(hub.0),
                page_links::ping_id.eq(id.0),
                page_links::links.eq(&post.links),
            ))
            .execute(tx.connection)?;
    }
    for event in &post.history {
        diesel::insert_into(ping_events::table)
            .values((event, ping_events::hub_id.eq(hub.0), ping_events::ping_id.eq(id.0)))
            .execute(tx.connection)?;
    }
    talks::insert_filed(tx, hub, id, &post.talks)
}
