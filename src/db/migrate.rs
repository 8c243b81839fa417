//! Embedded migrations, run at start under a lock.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{self, DbConnection, Use};
use super::error::DbError;
use crate::config::DatabaseUrl;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Our own number among PostgreSQL's advisory locks ("backchan" in ASCII).
const ADVISORY_LOCK: i64 = 0x6261_636b_6368_616e;

/// A migration, and whether it has been run.
#[derive(Debug)]
pub struct Step {
    /// The migration's directory name.
    pub name: String,
    /// Whether it has been run.
    pub applied: bool,
}

/// Brings the tables up to date. Two instances that start at once run each migration once.
pub fn run_pending(url: &DatabaseUrl) -> Result<Vec<String>, DbError> {
    connection::prepare(url)?;
    let mut connection = connection::open(url, Use::Write)?;
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| DbError::Migration(error.to_string());
    let names = |versions: Vec<MigrationVersion<'_>>| {
        versions.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    match &mut connection {
        DbConnection::Postgres(pg) => {
            // Waiting for another instance's migrations may take longer than a query should.
            pg.batch_execute("SET lock_timeout = 0; SET statement_timeout = 0;")?;
            pg.batch_execute(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})"))?;
            let run = pg.run_pending_migrations(POSTGRES).map(names).map_err(failed);
            pg.batch_execute(&format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})"))?;
            run
        }
        DbConnection::Sqlite(sqlite) => {
            sqlite.batch_execute("PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE;")?;
            let run = run_sqlite(sqlite).map(names).map_err(failed);
            let end = if run.is_ok() { "COMMIT" } else { "ROLLBACK" };
            sqlite.batch_execute(end)?;
            run
        }
    }
}

/// Runs what is pending inside the transaction that holds the lock.
///
/// Diesel's harness would begin a transaction of its own for each migration, which inside ours
/// it does not know of fails; its pieces are put together here instead.
fn run_sqlite(
    connection: &mut diesel::SqliteConnection,
) -> diesel::migration::Result<Vec<MigrationVersion<'static>>> {
    use diesel::prelude::*;
    diesel::table! {
        __diesel_schema_migrations (version) {
            version -> Text,
        }
    }
    connection.batch_execute(
        "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (\
         version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    )?;
    let table = __diesel_schema_migrations::table;
    let applied: Vec<String> =
        table.select(__diesel_schema_migrations::version).load(connection)?;
    let mut migrations: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = SQLITE.migrations()?;
    migrations.sort_by_key(|migration| migration.name().version().to_string());
    let mut ran = Vec::new();
    for migration in migrations {
        let version = migration.name().version().as_owned();
        if applied.contains(&version.to_string()) {
            continue;
        }
        migration.run(connection)?;
        diesel::insert_into(table)
            .values(__diesel_schema_migrations::version.eq(version.to_string()))
            .execute(connection)?;
        ran.push(version);
    }
    Ok(ran)
}

/// Every migration of this program, oldest first, and whether this database has it.
pub fn steps(url: &DatabaseUrl) -> Result<Vec<Step>, DbError> {
    if url.is_missing() {
        let names = names::<diesel::sqlite::Sqlite>(&SQLITE);
        let names = names.map_err(|error| DbError::Migration(error.to_string()))?;
        return Ok(names.into_iter().map(|name| Step { name, applied: false }).collect());
    }
    let mut connection = connection::open(url, Use::Write)?;
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| DbError::Migration(error.to_string());
    let (names, pending) = match &mut connection {
        DbConnection::Sqlite(sqlite) => (
            names::<diesel::sqlite::Sqlite>(&SQLITE),
            sqlite.pending_migrations(SQLITE).map(|m| m.len()),
        ),
        DbConnection::Postgres(pg) => {
            (names::<diesel::pg::Pg>(&POSTGRES), pg.pending_migrations(POSTGRES).map(|m| m.len()))
        }
    };
    let (names, pending) = (names.map_err(failed)?, pending.map_err(failed)?);
    let applied = names.len() - pending;
    Ok(names
        .into_iter()
        .enumerate()
        .map(|(at, name)| Step { name, applied: at < applied })
        .collect())
}

/// Whether an SQLite database has had a migration that this program does not know.
pub fn unknown(connection: &mut DbConnection) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Ran {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let ran: Vec<Ran> =
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load(connection)?;
    let known: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> =
        SQLITE.migrations().map_err(|error| DbError::Migration(error.to_string()))?;
    let known: Vec<String> =
        known.iter().map(|migration| migration.name().version().to_string()).collect();
    Ok(ran.iter().any(|ran| !known.contains(&ran.version)))
}

/// Takes the newest migration back.
pub fn revert_last(url: &DatabaseUrl) -> Result<String, DbError> {
    let mut connection = connection::open(url, Use::Write)?;
    let reverted = match &mut connection {
        DbConnection::Sqlite(sqlite) => sqlite.revert_last_migration(SQLITE),
        DbConnection::Postgres(pg) => pg.revert_last_migration(POSTGRES),
    };
    reverted
        .map(|version| version.to_string())
        .map_err(|error| DbError::Migration(error.to_string()))
}

fn names<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> diesel::migration::Result<Vec<String>> {
    let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations()?;
    let mut names: Vec<String> =
        migrations.iter().map(|migration| migration.name().to_string()).collect();
    names.sort();
    Ok(names)
}
