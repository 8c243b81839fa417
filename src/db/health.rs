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

/// What SQLite says is wrong with a file, when it looks at every row, every index and every
/// reference: nothing, if all is well.
pub fn check_whole(connection: &mut DbConnection) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    const CHECKS: [&str; 2] = [
        "SELECT integrity_check AS line FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        "SELECT 'a row of ' || \"table\" || ' belongs to one of ' || parent || ' that is not there' \
         AS line FROM pragma_foreign_key_check LIMIT 20",
    ];
    // PostgreSQL checks itself.
    if matches!(connection, DbConnection::Postgres(_)) {
        return Ok(Vec::new());
    }
    let mut wrong = Vec::new();
    for check in CHECKS {
        let lines: Vec<Line> = diesel::sql_query(check).load(connection)?;
        wrong.extend(lines.into_iter().map(|line| line.line));
    }
    Ok(wrong)
}
