//! A hub's programme as it is taken home: its talks, and which posts are filed under them.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::{categories, ping_talks, programmes, talks};
use crate::db::{DbConnection, DbError, Tx};
use crate::model::id::{HubId, PingId};
use crate::model::talk::link_key;
use crate::model::web_url::{Hosts, WebUrl};

/// What a hub's talks are imported from, and how. A schedule that is yet to be looked at stays.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = programmes)]
pub struct ProgrammeRow {
    /// Where its schedule is read; empty where it was a file.
    pub address: String,
    /// Where the talks go.
    pub arrangement: String,
    /// The name of the category that all of them go into, where that is one.
    pub category: String,
    /// When one was imported last.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub imported_at: Option<i64>,
}

/// A talk.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = talks)]
pub struct TalkRow {
    /// Its name in addresses.
    pub slug: String,
    /// What its schedule calls it; may be empty.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its own page; empty where it has none.
    pub address: String,
    /// Who speaks, with commas.
    pub speakers: String,
    /// Where; may be empty.
    pub room: String,
    /// Its track; may be empty.
    pub track: String,
    /// When it begins.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub starts_at: Option<i64>,
    /// When it ends.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub ends_at: Option<i64>,
    /// Whether it is its category.
    pub is_category: bool,
    /// Since when its schedule does not have it any more.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub gone_at: Option<i64>,
}

/// A talk, and where its posts are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// Its category's name in addresses.
    pub category: String,
    /// Itself.
    #[serde(flatten)]
    pub row: TalkRow,
    /// Whether a link to its page is one to this talk alone.
    #[serde(default)]
    pub has_own_page: bool,
}

impl Talk {
    /// By what a link to its page is known; empty where it has none of its own.
    fn address_key(&self) -> Vec<u8> {
        let page = WebUrl::parse_on(&self.row.address, Hosts::AlsoLoopback).ok();
        page.filter(|_| self.has_own_page).map(|page| link_key(&page)).unwrap_or_default()
    }
}

/// A talk that a post is filed under, or was taken away from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledRow {
    /// The talk's name in addresses.
    pub slug: String,
    /// Why it stands there, or does not.
    pub how: String,
}

/// A hub's programme, and its talks, the oldest first.
pub fn find_programme(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<(Option<ProgrammeRow>, Vec<Talk>), DbError> {
    let programme = programmes::table
        .find(hub.0)
        .select(ProgrammeRow::as_select())
        .first(connection)
        .optional()?;
    let rows: Vec<(String, Vec<u8>, TalkRow)> = talks::table
        .inner_join(categories::table)
        .filter(talks::hub_id.eq(hub.0))
        .select((categories::slug, talks::address_key, TalkRow::as_select()))
        .order(talks::id)
        .load(connection)?;
    let talk = |(category, key, row): (String, Vec<u8>, TalkRow)| Talk {
        category,
        row,
        has_own_page: !key.is_empty(),
    };
    Ok((programme, rows.into_iter().map(talk).collect()))
}

/// The talks that some posts of a hub are filed under, or were taken away from.
pub(super) fn list_filed(
    connection: &mut DbConnection,
    hub: HubId,
    pings: &[i64],
) -> Result<HashMap<i64, Vec<FiledRow>>, DbError> {
    let rows: Vec<(i64, String, String)> = ping_talks::table
        .inner_join(talks::table)
        .filter(ping_talks::hub_id.eq(hub.0).and(ping_talks::ping_id.eq_any(pings)))
        .select((ping_talks::ping_id, talks::slug, ping_talks::how))
        .order((ping_talks::ping_id, talks::id))
        .load(connection)?;
    let mut filed: HashMap<i64, Vec<FiledRow>> = HashMap::new();
    for (ping, slug, how) in rows {
        filed.entry(ping).or_default().push(FiledRow { slug, how });
    }
    Ok(filed)
}

/// Adds a hub's programme, and its talks to their categories, which are there.
pub fn insert_programme(
    tx: &mut Tx<'_>,
    hub: HubId,
    programme: Option<&ProgrammeRow>,
    all: &[Talk],
) -> Result<(), DbError> {
    if let Some(programme) = programme {
        diesel::insert_into(programmes::table)
            .values((programme, programmes::hub_id.eq(hub.0)))
            .execute(tx.connection)?;
    }
    let of_hub: Vec<(String, i64)> = categories::table
        .filter(categories::hub_id.eq(hub.0))
        .select((categories::slug, categories::id))
        .load(tx.connection)?;
    let of_hub: HashMap<String, i64> = of_hub.into_iter().collect();
    for talk in all {
        let category = *of_hub.get(&talk.category).ok_or(DbError::NotFound)?;
        diesel::insert_into(talks::table)
            .values((
                &talk.row,
                talks::hub_id.eq(hub.0),
                talks::category_id.eq(category),
                talks::address_key.eq(talk.address_key()),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Files a post under the talks that it was filed under.
pub(super) fn insert_filed(
    tx: &mut Tx<'_>,
    hub: HubId,
    ping: PingId,
    filed: &[FiledRow],
) -> Result<(), DbError> {
    for FiledRow { slug, how } in filed {
        let talk: i64 = talks::table
            .filter(talks::hub_id.eq(hub.0).and(talks::slug.eq(slug)))
            .select(talks::id)
            .first(tx.connection)?;
        diesel::insert_into(ping_talks::table)
            .values((
                ping_talks::hub_id.eq(hub.0),
                ping_talks::ping_id.eq(ping.0),
                ping_talks::talk_id.eq(talk),
                ping_talks::how.eq(how),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}
