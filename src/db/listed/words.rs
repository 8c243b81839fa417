//! The words of what is listed, for searching: a row of `ping_words` for each public ping, and for
//! no other.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{IS_PUBLIC, languages, show_changed};
use crate::clock::Timestamp;
use crate::db::prepared::Prepare;
use crate::db::schema::{page_readings, ping_words, pings};
use crate::db::{DbConnection, DbError, Tx};
use crate::model::id::{CategoryId, HubId, PingId};
use crate::model::language::Language;
use crate::model::view::View;
use crate::model::words;

/// Keeps the words of a ping as its texts are now, if it is public, and counts its language.
pub fn keep(tx: &mut Tx<'_>, hub: HubId, ping: PingId) -> Result<(), DbError> {
    type Row = (CategoryId, String, String, String, Option<(String, Option<Timestamp>)>);
    let public: Option<Row> =
        pings::table
            .left_join(page_readings::table.on(
                page_readings::hub_id.eq(pings::hub_id).and(page_readings::ping_id.eq(pings::id)),
            ))
            .filter(pings::hub_id.eq(hub.0).and(pings::id.eq(ping.0)))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(IS_PUBLIC))
            .select((
                pings::category_id,
                pings::title,
                pings::excerpt,
                pings::blog_name,
                (page_readings::language, page_readings::read_at).nullable(),
            ))
            .prepared()
            .get_result(tx.connection)
            .optional()?;
    let Some((category, title, excerpt, blog_name, reading)) = public else { return Ok(()) };
    let (language, read_at) = reading.unwrap_or_default();
    let mut kept = words::index(&[&title, &excerpt, &blog_name]);
    kept.extend([of_hub(hub), of_category(category)]);
    let language = Language::parse(&language);
    if let Some(language) = &language {
        kept.extend([of_language(language.as_str()), of_language(language.primary())]);
    }
    let kept = kept.into_iter().collect::<Vec<_>>().join(" ");
    let before = find(tx.connection, hub, ping)?;
    let was = before.as_deref().and_then(language_in);
    let is = language.as_ref().map(Language::primary);
    if was != is {
        // A post that is listed already shows another language from now on.
        if let Some(read_at) = read_at.filter(|_| before.is_some()) {
            show_changed(tx, hub, category, read_at)?;
        }
        languages::remove(tx, hub, category, was)?;
        languages::add(tx, hub, category, is)?;
    }
    if before.is_some() {
        diesel::update(row(hub, ping))
            .set(ping_words::words.eq(&kept))
            .prepared()
            .execute(tx.connection)?;
    } else {
        diesel::insert_into(ping_words::table)
            .values((
                ping_words::ping_id.eq(ping.0),
                ping_words::hub_id.eq(hub.0),
                ping_words::words.eq(&kept),
            ))
            .execute(tx.connection)?;
    }
    Ok(())
}

/// Forgets the words of a ping that is public no more.
pub fn delete(
    tx: &mut Tx<'_>,
    hub: HubId,
    category: CategoryId,
    ping: PingId,
) -> Result<(), DbError> {
    if let Some(before) = find(tx.connection, hub, ping)? {
        languages::remove(tx, hub, category, language_in(&before))?;
    }
    diesel::delete(row(hub, ping)).execute(tx.connection)?;
    Ok(())
}

/// The words that are kept of a ping.
fn find(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<Option<String>, DbError> {
    Ok(row(hub, ping).select(ping_words::words).first(connection).optional()?)
}

type RowOf = diesel::dsl::Filter<
    diesel::dsl::Filter<ping_words::table, diesel::dsl::Eq<ping_words::hub_id, i64>>,
    diesel::dsl::Eq<ping_words::ping_id, i64>,
>;

fn row(hub: HubId, ping: PingId) -> RowOf {
    ping_words::table.filter(ping_words::hub_id.eq(hub.0)).filter(ping_words::ping_id.eq(ping.0))
}

// Words that nobody can type: no word that is searched for begins with an underscore. With them a
// search looks at what is of its hub and category only.

fn of_hub(hub: HubId) -> String {
    format!("_h{}", hub.0)
}

fn of_category(category: CategoryId) -> String {
    format!("_c{}", category.0)
}

fn of_language(tag: &str) -> String {
    format!("_l{}", tag.replace('-', "_"))
}

/// The primary tag of the language that stands among the words of a ping.
fn language_in(words: &str) -> Option<&str> {
    let mut tags = words.split(' ').filter_map(|word| word.strip_prefix("_l"));
    tags.find(|tag| !tag.contains('_'))
}

/// What the index is asked for: all of these words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Whole words: the scope, and the language.
    whole: Vec<String>,
    /// Beginnings of words.
    begins: Vec<String>,
}

impl Query {
    /// The words of a view; `None` where the index is not needed for it.
    pub fn of(hub: HubId, category: Option<CategoryId>, view: &View) -> Option<Self> {
        if view.search.is_none() && view.language.is_none() {
            return None;
        }
        let mut whole = vec![category.map_or_else(|| of_hub(hub), of_category)];
        whole.extend(view.language.as_ref().map(|language| of_language(language.as_str())));
        let begins = view.search.as_ref().map_or(&[][..], |search| search.words());
        Some(Self { whole, begins: begins.to_vec() })
    }

    /// The condition of a query on `pings` that holds for what is found.
    pub fn condition(&self, connection: &mut DbConnection) -> Result<Condition, DbError> {
        match connection {
            DbConnection::Sqlite(_) => Ok(Condition::OfEach {
                before: "pings.id IN (SELECT rowid FROM ping_words_index WHERE ping_words_index MATCH ",
                words: self.all('"', "*", " AND "),
                after: ")",
            }),
            DbConnection::Postgres(_) => {
                let words = self.all('\'', ":*", " & ");
                let found: Vec<Found> = diesel::sql_query(FIND)
                    .bind::<Text, _>(&words)
                    .bind::<BigInt, _>(FEW + 1)
                    .load(connection)?;
                if found.len() <= usize::try_from(FEW).unwrap_or(usize::MAX) {
                    return Ok(Condition::Found(found.into_iter().map(|f| f.ping_id).collect()));
                }
                Ok(Condition::OfEach {
                    before: "(SELECT array_to_tsvector(string_to_array(words, ' ')) @@ ",
                    words,
                    after: "::tsquery FROM ping_words \
                            WHERE ping_words.hub_id = pings.hub_id AND ping_words.ping_id = pings.id)",
                })
            }
        }
    }

    /// All words, as the index is asked for them. They have letters, digits and marks only; they
    /// are quoted all the same, so that none is taken for an operator.
    fn all(&self, quote: char, prefix: &str, and: &str) -> String {
        let whole = self.whole.iter().map(|word| format!("{quote}{word}{quote}"));
        let begins = self.begins.iter().map(|word| format!("{quote}{word}{quote}{prefix}"));
        whole.chain(begins).collect::<Vec<_>>().join(and)
    }
}

/// How many pings are looked up by what PostgreSQL's index found.
const FEW: i64 = 2_000;

/// The index is asked first, and on its own: the planner cannot know how rare a word is. What is
/// materialized is planned as if all of it were wanted, hence by the index where words are rare,
/// and is read only as far as the limit all the same.
const FIND: &str = "WITH found AS MATERIALIZED (SELECT ping_id FROM ping_words \
    WHERE array_to_tsvector(string_to_array(words, ' ')) @@ $1::tsquery) \
    SELECT ping_id FROM found LIMIT $2";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    ping_id: i64,
}

/// Which pings were found.
#[derive(Debug)]
pub enum Condition {
    /// These.
    Found(Vec<i64>),
    /// Those for which this holds, around one value. On PostgreSQL it is asked of one ping after
    /// the other, the newest first: there are many, and a page is soon full.
    OfEach {
        /// What stands before the value.
        before: &'static str,
        /// The value.
        words: String,
        /// What stands after it.
        after: &'static str,
    },
}
