//! One connection, to either database.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::error::DbError;
use crate::config::{DatabaseUrl, Durability};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// A file.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}

/// Writes an expression for both connection types: for what both databases can say, but Diesel's
/// derived enum cannot; and for what each page reads: the enum writes a query's whole text at each walk
/// over it, which takes longer than to read a row by its key.
macro_rules! on_backend {
    ($connection:expr => |$inner:ident| $body:expr) => {
        match $connection {
            $crate::db::DbConnection::Sqlite($inner) => $body,
            $crate::db::DbConnection::Postgres($inner) => $body,
        }
    };
}
pub(super) use on_backend;

/// What a connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Reading: an SQLite connection refuses writes.
    Read,
    /// Writing, and changing tables.
    Write,
}

/// WAL with `synchronous=FULL`: a committed ping survives a power cut (`security.md`, P1).
/// Writers wait 2.5 s for another process' lock (`decisions.md`, "Time"); what is deleted is
/// overwritten (T40).
const SQLITE_PRAGMAS: &str = "
    PRAGMA busy_timeout = 2500;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
";

/// The server ends what takes too long, so that no ping waits for it longer than its sender.
const POSTGRES_SETTINGS: &str = "
    SET lock_timeout = '2500ms';
    SET statement_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';
    SET timezone = 'UTC';
    SET client_min_messages = warning;
";

/// Makes the directory of an SQLite file.
pub fn prepare(url: &DatabaseUrl) -> Result<(), DbError> {
    let failed = |source| DbError::Directory { path: url.to_string(), source };
    match url {
        DatabaseUrl::Sqlite(path) => match path.parent() {
            Some(directory) if !directory.as_os_str().is_empty() => {
                std::fs::create_dir_all(directory).map_err(failed)?;
                create_private(path).map_err(failed)
            }
            _ => create_private(path).map_err(failed),
        },
        DatabaseUrl::Postgres(_) => Ok(()),
    }
}

/// Makes an empty file that only its owner reads; what is there already is left as it is. SQLite
/// gives its journal the same rights.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Opens a connection by the scheme of its address. (Diesel's derived `establish` tries each
/// variant and hides why it failed.)
pub fn open(url: &DatabaseUrl, purpose: Use) -> Result<DbConnection, DbError> {
    match url {
        DatabaseUrl::Sqlite(path) => open_sqlite(path, purpose).map(DbConnection::Sqlite),
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url.expose())?;
            connection.batch_execute(POSTGRES_SETTINGS)?;
            Ok(DbConnection::Postgres(connection))
        }
    }
}

/// Says when commits on an SQLite connection reach the disk.
pub fn set_durability(
    connection: &mut DbConnection,
    durability: Durability,
) -> Result<(), DbError> {
    match (connection, durability) {
        (DbConnection::Sqlite(file), Durability::AtCheckpoints) => {
            Ok(file.batch_execute("PRAGMA synchronous = NORMAL;")?)
        }
        // As it was opened; PostgreSQL's server decides by itself.
        (DbConnection::Sqlite(_), Durability::AtOnce) | (DbConnection::Postgres(_), _) => Ok(()),
    }
}

fn open_sqlite(path: &Path, purpose: Use) -> Result<SqliteConnection, DbError> {
    let mut connection = SqliteConnection::establish(&path.display().to_string())?;
    // Two that open a new file at once both want to make its journal: SQLite lets one of them fail
    // without waiting.
    let mut tries = 0;
    while let Err(error) = connection.batch_execute(SQLITE_PRAGMAS) {
        tries += 1;
        let error = DbError::from(error);
        if !matches!(error, DbError::Busy) || tries == 100 {
            return Err(error);
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    if purpose == Use::Read {
        connection.batch_execute("PRAGMA query_only = ON;")?;
    }
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::Text;

    use super::*;

    #[derive(QueryableByName)]
    struct Made {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }

    #[test]
    fn sqlite_is_compiled_as_it_was_measured() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        let made: Vec<Made> =
            diesel::sql_query("PRAGMA compile_options").load(&mut connection).unwrap();
        for option in ["ENABLE_QPSG", "THREADSAFE=2", "DEFAULT_MEMSTATUS=0"] {
            assert!(
                made.iter().any(|it| it.compile_options == option),
                "{option}: .cargo/config.toml"
            );
        }
    }
}
