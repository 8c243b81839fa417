//! Reading a hub's rows, to be taken home.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{
    About, BlogRow, Category, CategoryRow, EventRow, FeedRow, Hub, HubRow, PageRow, Post, PostRow,
    RuleRow, Series, talks,
};
use crate::db::listed::IS_PUBLIC;
use crate::db::schema::{
    about_pages, blogs, categories, category_slugs, followed_feeds, hub_pictures, hub_slugs, hubs,
    page_links, page_readings, ping_events, pings, post_changes, rules,
};
use crate::db::{DbConnection, DbError, series};
use crate::model::category::Readers;
use crate::model::face::Face;
use crate::model::id::{HubId, PublicId};

/// A hub, with what belongs to no category.
pub fn find_hub(connection: &mut DbConnection, hub: HubId) -> Result<Hub, DbError> {
    let row: HubRow = hubs::table.find(hub.0).select(HubRow::as_select()).first(connection)?;
    let former_slugs = hub_slugs::table
        .filter(hub_slugs::hub_id.eq(hub.0).and(hub_slugs::slug.ne(&row.slug)))
        .select(hub_slugs::slug)
        .order(hub_slugs::slug)
        .load(connection)?;
    let gone_categories = category_slugs::table
        .filter(category_slugs::hub_id.eq(hub.0).and(category_slugs::category_id.is_null()))
        .select(category_slugs::slug)
        .order(category_slugs::slug)
        .load(connection)?;
    let about: Option<(String, i64)> = about_pages::table
        .find(hub.0)
        .select((about_pages::markdown, about_pages::changed_at))
        .first(connection)
        .optional()?;
    let about = about.map(|(markdown, changed_at)| About { markdown, changed_at });
    let series = series::find_of(connection, hub)?;
    Ok(Hub {
        row,
        former_slugs: sorted(former_slugs),
        gone_categories: sorted(gone_categories),
        about,
        series: series.map(|one| Series { slug: one.slug, title: one.title }),
    })
}

/// Names in one order, whichever the database's is.
fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

/// A hub's categories with what belongs to them, in the order of its pages.
pub fn list_categories(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<Vec<Category>, DbError> {
    let rows: Vec<(i64, Option<String>, CategoryRow)> = categories::table
        .filter(categories::hub_id.eq(hub.0))
        .select((categories::id, categories::passphrase_hash, CategoryRow::as_select()))
        .order((categories::position, categories::id))
        .load(connection)?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, passphrase, row) in rows {
        let former_slugs = category_slugs::table
            .filter(category_slugs::hub_id.eq(hub.0).and(category_slugs::category_id.eq(id)))
            .filter(category_slugs::slug.ne(&row.slug))
            .select(category_slugs::slug)
            .load(connection)?;
        let feeds = followed_feeds::table
            .filter(followed_feeds::hub_id.eq(hub.0).and(followed_feeds::category_id.eq(id)))
            .select(FeedRow::as_select())
            .order(followed_feeds::id)
            .load(connection)?;
        let (has_passphrase, former_slugs) = (passphrase.is_some(), sorted(former_slugs));
        all.push(Category { row, has_passphrase, former_slugs, feeds });
    }
    Ok(all)
}

/// A hub's rules, in the order they were made.
pub fn list_rest(connection: &mut DbConnection, hub: HubId) -> Result<Vec<RuleRow>, DbError> {
    Ok(rules::table
        .filter(rules::hub_id.eq(hub.0))
        .select(RuleRow::as_select())
        .order(rules::id)
        .load(connection)?)
}

/// Blogs of a hub behind a place, which is the last one's: first 0.
pub fn list_blogs(
    connection: &mut DbConnection,
    hub: HubId,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, BlogRow)>, DbError> {
    Ok(blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::id.gt(after)))
        .select((blogs::id, BlogRow::as_select()))
        .order(blogs::id)
        .limit(limit)
        .load(connection)?)
}

/// The pictures of a hub's public face, by name.
pub fn list_pictures(
    connection: &mut DbConnection,
    hub: HubId,
) -> Result<Vec<(String, Vec<u8>)>, DbError> {
    let face: Face = hubs::table.find(hub.0).select(hubs::face).first(connection)?;
    let names: Vec<&str> = face.pictures().collect();
    Ok(hub_pictures::table
        .filter(hub_pictures::hub_id.eq(hub.0).and(hub_pictures::name.eq_any(names)))
        .select((hub_pictures::name, hub_pictures::bytes))
        .order(hub_pictures::name)
        .load(connection)?)
}

/// Posts of a hub behind a place, which is the last one's, in the order they came: first 0.
pub fn list_posts(
    connection: &mut DbConnection,
    hub: HubId,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Post)>, DbError> {
    let rows: Vec<(i64, String, PostRow)> =
        pings::table
            .inner_join(categories::table.on(
                categories::hub_id.eq(pings::hub_id).and(categories::id.eq(pings::category_id)),
            ))
            .filter(pings::hub_id.eq(hub.0).and(pings::id.gt(after)))
            .select((pings::id, categories::slug, PostRow::as_select()))
            .order(pings::id)
            .limit(limit)
            .load(connection)?;
    let ids: Vec<i64> = rows.iter().map(|(id, ..)| *id).collect();
    let changes: Vec<(i64, i64)> = post_changes::table
        .filter(post_changes::hub_id.eq(hub.0).and(post_changes::ping_id.eq_any(&ids)))
        .select((post_changes::ping_id, post_changes::changed_at))
        .load(connection)?;
    let pages: Vec<(i64, PageRow)> = page_readings::table
        .filter(page_readings::hub_id.eq(hub.0).and(page_readings::ping_id.eq_any(&ids)))
        .select((page_readings::ping_id, PageRow::as_select()))
        .load(connection)?;
    let events: Vec<(i64, EventRow)> = ping_events::table
        .filter(ping_events::hub_id.eq(hub.0).and(ping_events::ping_id.eq_any(&ids)))
        .select((ping_events::ping_id, EventRow::as_select()))
        .order(ping_events::id)
        .load(connection)?;
    let mut filed = talks::list_filed(connection, hub, &ids)?;
    let links: Vec<(i64, Vec<u8>)> = page_links::table
        .filter(page_links::hub_id.eq(hub.0).and(page_links::ping_id.eq_any(&ids)))
        .select((page_links::ping_id, page_links::links))
        .load(connection)?;
    let mut links: HashMap<i64, Vec<u8>> = links.into_iter().collect();
    let changes: HashMap<i64, i64> = changes.into_iter().collect();
    let mut pages: HashMap<i64, PageRow> = pages.into_iter().collect();
    let mut history: HashMap<i64, Vec<EventRow>> = HashMap::new();
    for (id, event) in events {
        history.entry(id).or_default().push(event);
    }
    let post = |(id, category, row)| {
        let post = Post {
            category,
            row,
            changed_at: changes.get(&id).copied(),
            page: pages.remove(&id),
            history: history.remove(&id).unwrap_or_default(),
            talks: filed.remove(&id).unwrap_or_default(),
            links: links.remove(&id).unwrap_or_default(),
        };
        (id, post)
    };
    Ok(rows.into_iter().map(post).collect())
}

/// What is listed in categories that everybody may read, behind a place, which is the last one's.
pub fn list_public(
    connection: &mut DbConnection,
    hub: HubId,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, PublicId)>, DbError> {
    Ok(pings::table
        .inner_join(
            categories::table.on(categories::hub_id
                .eq(pings::hub_id)
                .and(categories::id.eq(pings::category_id))),
        )
        .filter(pings::hub_id.eq(hub.0).and(pings::id.gt(after)))
        .filter(sql::<Bool>(IS_PUBLIC))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .select((pings::id, pings::public_id))
        .order(pings::id)
        .limit(limit)
        .load(connection)?)
}

/// How many posts a hub has, whatever became of them.
pub fn count_posts(connection: &mut DbConnection, hub: HubId) -> Result<i64, DbError> {
    Ok(pings::table.filter(pings::hub_id.eq(hub.0)).count().get_result(connection)?)
}
