//! Statements that are prepared once for each connection.
//!
//! Diesel prepares each UPDATE, each DO UPDATE and whatever holds SQL of ours anew whenever it runs,
//! because their text might be another each time. Where it is not, parsing and planning it costs more
//! than what it does.

use std::cell::Cell;

use diesel::backend::Backend;
use diesel::internal::derives::multiconnection::AstPassHelper;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// A statement that is prepared once. Not for lists of values, whose number is part of the text, nor
/// for changes that leave out what is `None`.
pub struct Prepared<Q>(Q);

/// Has a statement prepared once.
pub trait Prepare: Sized {
    /// For a statement whose text does not depend on what is bound to it.
    fn prepared(self) -> Prepared<Self> {
        Prepared(self)
    }
}

impl<Q> Prepare for Q {}

impl<Q, DB> QueryFragment<DB> for Prepared<Q>
where
    Q: QueryFragment<DB>,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Whether a text may be kept is asked by the same walk that writes it, and a statement is
        // not told which of the two it is. What converts a walk for another database is: only the
        // one that writes has a builder. Diesel does not promise that: the test below does.
        let writes = Cell::new(false);
        let mut pass = pass.cast_database::<DB>(
            |binds| binds,
            |builder| {
                writes.set(true);
                builder
            },
            |backend| backend,
            |lookup| lookup,
        );
        if writes.get() || pass.bind_collector().is_some() || pass.debug_binds().is_some() {
            return self.0.walk_ast(pass);
        }
        // It does something; and nothing here says that its text must not be kept.
        pass.push_sql("");
        Ok(())
    }
}

impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    // It is found by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Prepared<Q> {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::{InstrumentationEvent, SimpleConnection};

    use super::*;
    use crate::db::DbConnection;
    use crate::db::schema::instance_state::dsl;

    #[test]
    fn an_update_is_prepared_once() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        let sql = "CREATE TABLE instance_state (name TEXT PRIMARY KEY, number BIGINT NOT NULL);
            INSERT INTO instance_state VALUES ('revision', 0)";
        connection.batch_execute(sql).unwrap();
        let kept = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&kept);
        let mut connection = DbConnection::Sqlite(connection);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        let update = |number: i64| {
            diesel::update(dsl::instance_state.find("revision")).set(dsl::number.eq(number))
        };
        update(1).execute(&mut connection).unwrap();
        assert_eq!(kept.load(Ordering::SeqCst), 0, "Diesel keeps it by itself now");
        for number in 2..5 {
            update(number).prepared().execute(&mut connection).unwrap();
        }
        assert_eq!(kept.load(Ordering::SeqCst), 1, "once for all of them");
        let number: i64 =
            dsl::instance_state.select(dsl::number).get_result(&mut connection).unwrap();
        assert_eq!(number, 4, "what is bound is another each time");
    }
}
