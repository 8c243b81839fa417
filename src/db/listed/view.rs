//! Some of what is listed: what a [`View`] shows.

use diesel::prelude::*;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::narrowed::{Narrow, list_narrowed};
use super::posts_of::PostsOf;
use super::read::{Listed, Place};
use super::words::Query;
use crate::clock::Timestamp;
use crate::db::schema::{blogs, categories, category_slugs, hubs};
use crate::db::{DbConnection, DbError};
use crate::model::category::Readers;
use crate::model::id::HubId;
use crate::model::slug::Slug;
use crate::model::view::View;

/// What a view shows of these posts, newest first, from a place on: as [`super::list`] with the
/// view of everything.
///
/// In a category the view's categories mean nothing. `NotFound` where a hub has none of those that
/// are named, or none that is public: which of the two is told to nobody.
pub fn list_view(
    connection: &mut DbConnection,
    posts_of: &PostsOf,
    view: &View,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let PostsOf { hub, category, ref apart } = *posts_of;
    let mut narrow = Narrow { category, without: apart.clone(), ..Narrow::default() };
    if category.is_none() {
        if !view.categories.is_empty() {
            narrow.only = list_public(connection, hub, &view.categories)?;
            if narrow.only.is_empty() {
                return Err(DbError::NotFound);
            }
        }
        if !view.without.is_empty() {
            narrow.without.extend(list_public(connection, hub, &view.without)?);
        }
    }
    if view.search.as_ref().is_some_and(|search| search.words().is_empty()) {
        return Ok(Vec::new());
    }
    if let Some(key) = &view.blog {
        let Some(blog) = find_blog(connection, hub, key)? else { return Ok(Vec::new()) };
        narrow.blog = Some(blog);
    }
    if let Some(day) = view.day {
        let zone: String = hubs::table.find(hub.0).select(hubs::time_zone).first(connection)?;
        let Some(span) = span(day, &zone) else { return Ok(Vec::new()) };
        narrow.listed = Some(span);
    }
    narrow.words = Query::of(hub, category, view);
    list_narrowed(connection, hub, &narrow, before, limit)
}

/// How the categories that a view names are called today.
#[derive(Debug, PartialEq, Eq)]
pub enum ViewNames {
    /// As the view has them, as far as there are any.
    Today,
    /// Some by a former name: this is the view with those of today.
    Former(View),
    /// Those that it shows have been deleted.
    Gone,
}

/// A name, whose it is or was (nobody's, where that was deleted), and its name and readers of today.
type Known = (String, Option<i64>, Option<(String, String)>);

/// Finds a view's categories by names old and new. Those that are not public are as if there were
/// none of that name.
pub fn find_view_names(
    connection: &mut DbConnection,
    hub: HubId,
    view: &View,
) -> Result<ViewNames, DbError> {
    let named: Vec<&str> = view.categories.iter().chain(&view.without).map(Slug::as_str).collect();
    if named.is_empty() {
        return Ok(ViewNames::Today);
    }
    let known: Vec<Known> = category_slugs::table
        .left_join(
            categories::table.on(categories::hub_id
                .eq(category_slugs::hub_id)
                .and(categories::id.nullable().eq(category_slugs::category_id))),
        )
        .filter(category_slugs::hub_id.eq(hub.0).and(category_slugs::slug.eq_any(named)))
        .select((
            category_slugs::slug,
            category_slugs::category_id,
            (categories::slug, categories::readers).nullable(),
        ))
        .load(connection)?;
    let today = |slug: &Slug| {
        let (_, _, category) = known.iter().find(|(known, ..)| known == slug.as_str())?;
        let (name, readers) = category.as_ref()?;
        (readers == Readers::Public.as_str()).then(|| Slug::for_category(name).ok()).flatten()
    };
    let is_gone = |slug: &Slug| {
        known.iter().any(|(known, category, _)| known == slug.as_str() && category.is_none())
    };
    let shows_any =
        view.categories.is_empty() || view.categories.iter().any(|s| today(s).is_some());
    if !shows_any && view.categories.iter().any(is_gone) {
        return Ok(ViewNames::Gone);
    }
    let renamed = view.renaming(|slug| today(slug).unwrap_or_else(|| slug.clone()));
    Ok(if shows_any && renamed != *view { ViewNames::Former(renamed) } else { ViewNames::Today })
}

fn list_public(
    connection: &mut DbConnection,
    hub: HubId,
    slugs: &[Slug],
) -> Result<Vec<i64>, DbError> {
    let slugs: Vec<&str> = slugs.iter().map(Slug::as_str).collect();
    Ok(categories::table
        .filter(categories::hub_id.eq(hub.0).and(categories::slug.eq_any(slugs)))
        .filter(categories::readers.eq(Readers::Public.as_str()))
        .select(categories::id)
        .order(categories::id)
        .load(connection)?)
}

fn find_blog(connection: &mut DbConnection, hub: HubId, key: &str) -> Result<Option<i64>, DbError> {
    Ok(blogs::table
        .filter(blogs::hub_id.eq(hub.0).and(blogs::key.eq(key)))
        .select(blogs::id)
        .first(connection)
        .optional()?)
}

/// A day in a time zone: its first moment, and the next day's.
fn span(day: Date, zone: &str) -> Option<(Timestamp, Timestamp)> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let begins = |day: Date| {
        let midnight = day.to_zoned(zone.clone()).ok()?;
        Some(Timestamp::from_micros(midnight.timestamp().as_microsecond()))
    };
    Some((begins(day)?, begins(day.tomorrow().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_as_long_as_its_zone_says() {
        for (day, zone, hours) in [
            ("2003-03-11", "America/Chicago", 24),
            ("2026-03-29", "Europe/Lisbon", 23),
            ("2026-10-25", "Europe/Lisbon", 25),
            ("2026-10-25", "Nowhere/Else", 24),
        ] {
            let (first, next) = span(day.parse().unwrap(), zone).unwrap();
            assert_eq!(next.hours() - first.hours(), hours, "{day} {zone}");
        }
        assert_eq!(span(Date::MAX, "UTC"), None);
    }
}
