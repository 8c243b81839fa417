//! How SQLite finds what is asked of `pings`: tests keep an eye on it.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::connection::{Use, open};
use super::{DbConnection, migrate};
use crate::config::DatabaseUrl;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Each query that looks for `pings` when some work is done in an empty database, and the steps of its
/// plan that are about `pings`.
pub fn of_pings(work: impl FnOnce(&mut DbConnection)) -> Vec<(String, Vec<String>)> {
    let data = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(data.path().join("backchannel.db"));
    migrate::run_pending(&url).unwrap();
    let mut connection = open(&url, Use::Write).unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let asks = Arc::clone(&asked);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            asks.lock().unwrap().push(query.to_string());
        }
    });
    work(&mut connection);
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    let queries = asked.iter().map(|query| query.split(" -- binds").next().unwrap());
    let of_pings = queries.filter(|query| query.contains("FROM `pings`"));
    let plan = |query: &str| {
        let explain = format!("EXPLAIN QUERY PLAN {query}");
        let steps: Vec<Step> = diesel::sql_query(explain).load(&mut connection).unwrap();
        let steps = steps.into_iter().map(|step| step.detail);
        (query.to_owned(), steps.filter(|step| step.contains(" pings ")).collect())
    };
    of_pings.map(plan).collect()
}
