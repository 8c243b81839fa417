//! Statements that are prepared once for each connection.
//!
//! Diesel prepares each UPDATE, each DO UPDATE and whatever holds SQL of ours anew whenever it runs,
//! because their text might be another each time. Where it is not, parsing and planning it costs more
//! than what it does.

use std::cell::Cell;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::internal::derives::multiconnection::AstPassHelper;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// Values of a list with which a statement may be prepared once: those of a page. Their number is part of
/// SQLite's text.
pub const FEW: usize = 50;

/// A statement that is prepared once. Not for lists of more than [`FEW`] values, nor for changes that leave
/// out what is `None`.
pub struct Prepared<Q, N = ()> {
    query: Q,
    /// Whether it is, or Diesel decides.
    is_kept: bool,
    name: PhantomData<N>,
}

/// The name of one statement, declared where that is run: it is found by it, and with another text
/// would be taken for the first.
pub trait Name: 'static {
    /// Whether it is one.
    const IS_GIVEN: bool = true;
}

/// None: it is found by its text.
impl Name for () {
    const IS_GIVEN: bool = false;
}

/// Has a statement prepared once.
pub trait Prepare: Sized {
    /// For a statement whose text does not depend on what is bound to it.
    fn prepared(self) -> Prepared<Self> {
        self.prepared_if(true)
    }

    /// The same, where what is asked for has one of few texts; else as Diesel does it.
    fn prepared_if(self, is_kept: bool) -> Prepared<Self> {
        Prepared { query: self, is_kept, name: PhantomData }
    }

    /// The same, and it is found by its name: for what runs with each ping and each page, where so much is
    /// bound or chosen that to write its text each time costs a part of what it does.
    fn prepared_as<N: Name>(self) -> Prepared<Self, N> {
        Prepared { query: self, is_kept: true, name: PhantomData }
    }
}

impl<Q> Prepare for Q {}

impl<Q, N, DB> QueryFragment<DB> for Prepared<Q, N>
where
    Q: QueryFragment<DB>,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.is_kept {
            return self.query.walk_ast(pass);
        }
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
            return self.query.walk_ast(pass);
        }
        // It does something; and nothing here says that its text must not be kept.
        pass.push_sql("");
        Ok(())
    }
}

impl<Q, N: Name> QueryId for Prepared<Q, N> {
    type QueryId = N;
    const HAS_STATIC_QUERY_ID: bool = N::IS_GIVEN;
}

impl<Q: Query, N> Query for Prepared<Q, N> {
    type SqlType = Q::SqlType;
}

impl<Q, N, C> RunQueryDsl<C> for Prepared<Q, N> {}

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
        update(1).prepared_if(false).execute(&mut connection).unwrap();
        assert_eq!(kept.load(Ordering::SeqCst), 0, "Diesel keeps it by itself now");
        for number in 2..5 {
            update(number).prepared().execute(&mut connection).unwrap();
        }
        assert_eq!(kept.load(Ordering::SeqCst), 1, "once for all of them");
        let number = |connection: &mut DbConnection| -> i64 {
            dsl::instance_state.select(dsl::number).get_result(connection).unwrap()
        };
        assert_eq!(number(&mut connection), 4, "what is bound is another each time");

        struct ByName;
        impl Name for ByName {}
        kept.store(0, Ordering::SeqCst);
        for name in 5..8 {
            let DbConnection::Sqlite(file) = &mut connection else { unreachable!() };
            update(name).prepared_as::<ByName>().execute(file).unwrap();
        }
        assert_eq!(kept.load(Ordering::SeqCst), 1, "once more: not found by its text");
        assert_eq!(number(&mut connection), 7);
    }
}
