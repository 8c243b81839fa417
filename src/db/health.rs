//! Is the database there?

use diesel::prelude::*;

use super::schema::instance_state;
use super::{DbConnection, DbError};

/// Asks for one row.
pub fn check(connection: &mut DbConnection) -> Result<(), DbError> {
    instance_state::table.select(instance_state::number).first::<i64>(connection)?;
    Ok(())
}

/// The database's own name and version.
pub fn version(connection: &mut DbConnection) -> Result<String, DbError> {
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let query = match connection {
        DbConnection::Sqlite(_) => "SELECT 'SQLite ' || sqlite_version() AS version",
        DbConnection::Postgres(_) => {
            "SELECT 'PostgreSQL ' || current_setting('server_version') AS version"
        }
    };
    let row: Version = diesel::sql_query(query).get_result(connection)?;
    Ok(row.version)
}

/// What SQLite's own check says is wrong with the file: nothing, if all is well. PostgreSQL
/// checks itself.
pub fn check_file(connection: &mut DbConnection) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        quick_check: String,
    }
    if matches!(connection, DbConnection::Postgres(_)) {
        return Ok(Vec::new());
    }
    let lines: Vec<Line> = diesel::sql_query("PRAGMA quick_check").load(connection)?;
    Ok(lines.into_iter().map(|line| line.quick_check).filter(|line| line != "ok").collect())
}
