//! What was deleted leaves nothing behind in the database's files (`security.md`, T40).
//!
//! SQLite overwrites what is deleted (`secure_delete`), but the journal beside the file holds former
//! pages until it is written back, and a page that was rearranged may hold a shred. PostgreSQL keeps
//! former rows until they are vacuumed.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::DbError;
use super::connection::{DbConnection, Use, open};
use crate::config::DatabaseUrl;

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

const WRITE_BACK: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Writes SQLite's journal back into its file and empties it. Says whether it could: where somebody
/// reads for long it is left for the next time, and nobody waits for it longer than a moment. On
/// PostgreSQL nothing is to be done: its server vacuums by itself.
pub fn empty_journal(url: &DatabaseUrl) -> Result<bool, DbError> {
    if url.is_postgres() {
        return Ok(true);
    }
    let mut connection = open(url, Use::Write)?;
    let DbConnection::Sqlite(sqlite) = &mut connection else { return Ok(true) };
    sqlite.batch_execute("PRAGMA busy_timeout = 200")?;
    let done: Checkpoint = diesel::sql_query(WRITE_BACK).get_result(sqlite)?;
    Ok(done.busy == 0)
}

/// Writes the whole database anew, so that its files hold what it holds and nothing else. Nobody
/// else can write meanwhile.
pub fn rewrite(url: &DatabaseUrl) -> Result<(), DbError> {
    match &mut open(url, Use::Write)? {
        DbConnection::Sqlite(sqlite) => {
            sqlite.batch_execute("PRAGMA busy_timeout = 60000")?;
            // The second time for what the first wrote into the journal.
            sqlite.batch_execute(&format!("{WRITE_BACK}; VACUUM; {WRITE_BACK};"))?;
        }
        DbConnection::Postgres(postgres) => {
            postgres.batch_execute("SET statement_timeout = 0; SET lock_timeout = '60s'")?;
            postgres.batch_execute("VACUUM (FULL)")?;
        }
    }
    Ok(())
}
