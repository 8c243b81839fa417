//! Copies of the database: made while the server runs, looked at, and brought back.
//!
//! SQLite writes a copy of one moment itself (`VACUUM INTO`): readers and writers go on meanwhile.
//! PostgreSQL has its own programs for that.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connection::{DbConnection, Use, open};
use super::schema::{accounts, categories, hubs, pings};
use super::{DbError, health, migrations};
use crate::config::DatabaseUrl;

/// Why there is no copy, or it is not brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// A file of this name is there.
    #[error("{0} is there already: choose another name")]
    Exists(PathBuf),
    /// The copy is none, or damaged.
    #[error("{0} is not whole: {1}")]
    NotWhole(PathBuf, String),
    /// It was made by a newer program.
    #[error("{0} was made by a newer Backchannel: bring it back with that")]
    Newer(PathBuf),
    /// Somebody has the database open.
    #[error("the database is in use: stop the server first")]
    InUse,
}

impl From<diesel::result::Error> for BackupError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

/// How many of each a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Hubs.
    pub hubs: i64,
    /// Categories.
    pub categories: i64,
    /// Pings, whatever became of them.
    pub pings: i64,
    /// Those that are listed.
    pub listed: i64,
    /// Accounts.
    pub accounts: i64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { hubs, categories, pings, listed, accounts } = self;
        write!(
            f,
            "hubs {hubs}, categories {categories}, pings {pings} (listed {listed}), accounts {accounts}"
        )
    }
}

/// Counts what a database holds.
fn count(connection: &mut DbConnection) -> Result<Counts, DbError> {
    let is_listed = sql::<diesel::sql_types::Bool>(super::listed::IS_PUBLIC);
    Ok(Counts {
        hubs: hubs::table.count().get_result(connection)?,
        categories: categories::table.count().get_result(connection)?,
        pings: pings::table.count().get_result(connection)?,
        listed: pings::table.filter(is_listed).count().get_result(connection)?,
        accounts: accounts::table.count().get_result(connection)?,
    })
}

/// What is kept as a number and is not what is there: a sentence each.
pub fn check_counts(connection: &mut DbConnection) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = BigInt)]
        kept: i64,
        #[diesel(sql_type = BigInt)]
        there: i64,
    }
    let categories = format!(
        "SELECT * FROM (SELECT hubs.slug || '/' || categories.slug AS name, \
         categories.listed_count AS kept, (SELECT count(*) FROM pings \
         WHERE pings.hub_id = categories.hub_id AND pings.category_id = categories.id AND {}) AS there \
         FROM categories JOIN hubs ON hubs.id = categories.hub_id) AS counted \
         WHERE kept <> there ORDER BY name LIMIT 20",
        super::listed::IS_PUBLIC
    );
    const HUBS: &str = "SELECT * FROM (SELECT hubs.slug AS name, hubs.listed_count AS kept, \
         CAST(coalesce((SELECT sum(categories.listed_count) FROM categories \
         WHERE categories.hub_id = hubs.id AND categories.readers = 'public'), 0) AS BIGINT) AS there \
         FROM hubs) AS counted WHERE kept <> there ORDER BY name LIMIT 20";
    const TALKS: &str = "SELECT * FROM (SELECT hubs.slug || '/-/talks/' || talks.slug AS name, \
         talks.listed_count AS kept, (SELECT count(*) FROM ping_talks \
         JOIN pings ON pings.hub_id = ping_talks.hub_id AND pings.id = ping_talks.ping_id \
         JOIN categories ON categories.hub_id = pings.hub_id AND categories.id = pings.category_id \
         WHERE ping_talks.hub_id = talks.hub_id AND ping_talks.talk_id = talks.id \
         AND ping_talks.how <> 'off' AND pings.state = 'listed' AND pings.hidden_at IS NULL \
         AND categories.readers = 'public') AS there \
         FROM talks JOIN hubs ON hubs.id = talks.hub_id) AS counted \
         WHERE kept <> there ORDER BY name LIMIT 20";
    let mut wrong = Vec::new();
    for query in [categories.as_str(), HUBS, TALKS] {
        let rows: Vec<Row> = diesel::sql_query(query).load(connection)?;
        wrong.extend(rows.into_iter().map(|Row { name, kept, there }| {
            format!("{name} says that {kept} posts are listed, and {there} are")
        }));
    }
    Ok(wrong)
}

/// What a database holds, and what [`check_counts`] says of it.
pub fn tally(url: &DatabaseUrl) -> Result<(Counts, Vec<String>), DbError> {
    let mut connection = open(url, Use::Read)?;
    Ok((count(&mut connection)?, check_counts(&mut connection)?))
}

/// Writes a copy of an SQLite database, as it is at one moment, and looks at it. The file must not
/// be there yet; it is there when it is whole.
pub fn copy(database: &DatabaseUrl, to: &Path) -> Result<Counts, BackupError> {
    let part = beside(to, "part");
    let made = write_copy(database, to, &part);
    if made.is_err() {
        // What is half a copy would be taken for one.
        let _gone_or_never_there = std::fs::remove_file(&part);
    }
    made
}

fn write_copy(database: &DatabaseUrl, to: &Path, part: &Path) -> Result<Counts, BackupError> {
    let failed = |error| BackupError::File(to.to_owned(), error);
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    // The file holds addresses and hashes: for nobody else to read.
    let new = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(part);
    let file = new.map_err(failed)?;
    let mut connection = open(database, Use::Write)?;
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(part.display().to_string())
        .execute(&mut connection)?;
    file.sync_all().map_err(failed)?;
    let counts = look(part)?;
    // Not over a file that came meanwhile.
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    std::fs::rename(part, to).map_err(failed)?;
    sync_folder(to).map_err(failed)?;
    Ok(counts)
}

/// Whether a copy is whole, and what it holds.
pub fn look(copy: &Path) -> Result<Counts, BackupError> {
    let not_whole = |why: String| BackupError::NotWhole(copy.to_owned(), why);
    if !copy.is_file() {
        return Err(BackupError::File(copy.to_owned(), io::ErrorKind::NotFound.into()));
    }
    let connected = SqliteConnection::establish(&copy.display().to_string());
    let sqlite = connected.map_err(|error| not_whole(error.to_string()))?;
    let mut connection = DbConnection::Sqlite(sqlite);
    let damage = health::check_whole(&mut connection);
    let damage = damage.map_err(|error| not_whole(error.to_string()))?;
    if let Some(first) = damage.into_iter().next() {
        return Err(not_whole(first));
    }
    let known = migrations::unknown(&mut connection);
    if known.map_err(|_no_table| not_whole("it is no database of Backchannel's".to_owned()))? {
        return Err(BackupError::Newer(copy.to_owned()));
    }
    count(&mut connection).map_err(|error| not_whole(error.to_string()))
}

/// Puts a copy in the place of an SQLite database. What stood there stays beside it, and its name is
/// given back; at no moment is there none.
pub fn restore(copy: &Path, database: &Path) -> Result<Option<PathBuf>, BackupError> {
    let failed = |error| BackupError::File(database.to_owned(), error);
    let new = beside(database, "restored");
    std::fs::copy(copy, &new).map_err(failed)?;
    let file = OpenOptions::new().write(true).open(&new).map_err(failed)?;
    let only_ours = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    file.set_permissions(only_ours).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let former = match DatabaseUrl::Sqlite(database.to_owned()).is_missing() {
        true => None,
        false => Some(set_aside(database)?),
    };
    remove_journals(database).map_err(failed)?;
    std::fs::rename(&new, database).map_err(failed)?;
    sync_folder(database).map_err(failed)?;
    Ok(former)
}

/// Keeps a database under a name of its own, with all that its journal held.
fn set_aside(database: &Path) -> Result<PathBuf, BackupError> {
    let failed = |error| BackupError::File(database.to_owned(), error);
    {
        let mut connection = open(&DatabaseUrl::Sqlite(database.to_owned()), Use::Write)?;
        let DbConnection::Sqlite(sqlite) = &mut connection else { return Err(BackupError::InUse) };
        // Whoever has it open holds a lock that this cannot share.
        sqlite
            .batch_execute(
                "PRAGMA busy_timeout = 200; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; \
                 PRAGMA wal_checkpoint(TRUNCATE);",
            )
            .map_err(|_busy| BackupError::InUse)?;
    }
    let former = (1..1_000)
        .map(|n| beside(database, &format!("before-{n}")))
        .find(|name| !name.exists())
        .ok_or_else(|| failed(io::ErrorKind::AlreadyExists.into()))?;
    // A second name for the file, so that at no moment there is none; a copy, where files have one.
    let named = std::fs::hard_link(database, &former);
    named.or_else(|_one_name| std::fs::copy(database, &former).map(drop)).map_err(failed)?;
    Ok(former)
}

/// Removes what stands beside a database: what it held is in the file that was set aside, or its
/// file is gone, and it would be written into the one that comes.
fn remove_journals(database: &Path) -> io::Result<()> {
    for journal in ["-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(journal);
        match std::fs::remove_file(Path::new(&name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// `backup.db.part` beside `backup.db`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Names survive a power cut once their folder is written.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
