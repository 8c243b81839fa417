//! Which talks posts are about, and which posts talks.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::filing::filed;
use crate::db::schema::{categories, page_links, ping_talks, pings, talks};
use crate::db::{DbConnection, DbError};
use crate::model::category::Readers;
use crate::model::id::{HubId, PingId, TalkId};
use crate::model::talk::{Filed, split_links};

/// A talk that a post is about.
#[derive(Debug, Clone, Queryable)]
pub struct About {
    /// The post.
    pub ping_id: PingId,
    /// The talk's name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
}

/// The talks that everybody may see, of each of some posts.
pub fn list_about(
    connection: &mut DbConnection,
    hub: HubId,
    pings: &[PingId],
) -> Result<Vec<About>, DbError> {
    let ids: Vec<i64> = pings.iter().map(|ping| ping.0).collect();
    Ok(ping_talks::table
        .inner_join(talks::table.inner_join(categories::table))
        .filter(ping_talks::hub_id.eq(hub.0).and(ping_talks::ping_id.eq_any(ids)))
        .filter(ping_talks::how.ne(Filed::Off.as_str()))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .select((ping_talks::ping_id, talks::slug, talks::title))
        .order((ping_talks::ping_id, talks::id))
        .load(connection)?)
}

/// All talks that a post may be filed under by hand, by their titles, and whether it is.
pub fn list_choices(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<Vec<(TalkId, String, bool)>, DbError> {
    let filed = filed(connection, hub, ping)?;
    let stands = |talk: TalkId| filed.get(&talk.0).is_some_and(|how| *how != Filed::Off);
    let all: Vec<(TalkId, String)> = talks::table
        .filter(talks::hub_id.eq(hub.0))
        .select((talks::id, talks::title))
        .order((talks::title, talks::id))
        .load(connection)?;
    Ok(all.into_iter().map(|(talk, title)| (talk, title, stands(talk))).collect())
}

/// The posts that may have to be filed otherwise, after talks changed: those whose pages link to any
/// of them, and those in a category that is one.
pub fn list_linked(connection: &mut DbConnection, hub: HubId) -> Result<Vec<PingId>, DbError> {
    let of_hub: Vec<(Vec<u8>, bool, i64)> = talks::table
        .filter(talks::hub_id.eq(hub.0))
        .select((talks::address_key, talks::is_category, talks::category_id))
        .load(connection)?;
    let own: Vec<i64> = of_hub.iter().filter(|it| it.1).map(|it| it.2).collect();
    let keys: BTreeSet<Vec<u8>> = of_hub.into_iter().map(|it| it.0).collect();
    let links: Vec<(i64, Vec<u8>)> = page_links::table
        .filter(page_links::hub_id.eq(hub.0))
        .select((page_links::ping_id, page_links::links))
        .load(connection)?;
    let mut found: BTreeSet<i64> = links
        .into_iter()
        .filter(|(_, links)| split_links(links).any(|key| keys.contains(key)))
        .map(|(ping, _)| ping)
        .collect();
    found.extend(
        pings::table
            .filter(pings::hub_id.eq(hub.0).and(pings::category_id.eq_any(own)))
            .select(pings::id)
            .load::<i64>(connection)?,
    );
    Ok(found.into_iter().map(PingId).collect())
}
