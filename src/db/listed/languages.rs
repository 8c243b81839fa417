//! Which languages posts are listed in: a counter for each category and language.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::connection::on_backend;
use crate::db::prepared::Prepare;
use crate::db::schema::{categories, category_languages};
use crate::db::{DbConnection, DbError, Tx};
use crate::model::category::Readers;
use crate::model::id::{CategoryId, HubId};

/// The languages (primary tags) of what is listed in a category, or in a hub's public categories,
/// with how many posts each has: the one with the most posts first, at most `limit`.
pub fn list_languages(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    limit: i64,
) -> Result<Vec<(String, i64)>, DbError> {
    // PostgreSQL sums into a type of its own.
    const SUM: &str = "CAST(sum(category_languages.listed_count) AS BIGINT)";
    let sum = || diesel::dsl::sql::<BigInt>(SUM);
    on_backend!(connection => |connection| {
        let mut query = category_languages::table
            .inner_join(
                categories::table.on(categories::hub_id
                    .eq(category_languages::hub_id)
                    .and(categories::id.eq(category_languages::category_id))),
            )
            .filter(category_languages::hub_id.eq(hub.0))
            .group_by(category_languages::language)
            .select((category_languages::language, sum()))
            .into_boxed();
        query = match category {
            Some(category) => query.filter(category_languages::category_id.eq(category.0)),
            None => query.filter(categories::readers.eq(Readers::Public.as_str())),
        };
        let by_number = query.order((sum().desc(), category_languages::language));
        Ok(by_number.limit(limit).prepared().load(connection)?)
    })
}

/// Counts one more post in a language, if it has one. The hub's row is held, as for the other
/// counters.
pub(super) fn add(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    language: Option<&str>,
) -> Result<(), DbError> {
    use category_languages::dsl;
    let Some(language) = language else { return Ok(()) };
    let changed = diesel::update(category_languages::table.find((hub.0, category.0, language)))
        .set(dsl::listed_count.eq(dsl::listed_count + 1))
        .prepared()
        .execute(tx.connection)?;
    if changed == 0 {
        diesel::insert_into(category_languages::table)
            .values((
                dsl::hub_id.eq(hub.0),
                dsl::category_id.eq(category.0),
                dsl::language.eq(language),
                dsl::listed_count.eq(1),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Counts one post less in a language, if it had one.
pub(super) fn remove(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    language: Option<&str>,
) -> Result<(), DbError> {
    use category_languages::dsl;
    let Some(language) = language else { return Ok(()) };
    let row = category_languages::table.find((hub.0, category.0, language));
    let removed = diesel::delete(row.filter(dsl::listed_count.le(1))).execute(tx.connection)?;
    if removed == 0 {
        diesel::update(row)
            .set(dsl::listed_count.eq(dsl::listed_count - 1))
            .prepared()
            .execute(tx.connection)?;
    }
    Ok(())
}
