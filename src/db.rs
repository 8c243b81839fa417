//! The database, twice: SQLite in a file, or a PostgreSQL server, behind one [`Db`].
//!
//! Reads run on a pool. All writes go through [`Db::write`], which answers after COMMIT. Only
//! this module and those below it name Diesel.

mod connection;
mod error;
mod migrate;
mod news;
#[cfg(test)]
mod plans;
mod pool;
mod prepared;
mod schema;
mod tx;
mod values;
mod writer;

pub mod about;
pub mod account_data;
pub mod accounts;
pub mod archive;
pub mod attempts;
pub mod backup;
pub mod blogs;
pub mod bulk;
pub mod categories;
pub mod copies;
pub mod edits;
pub mod exports;
pub mod faces;
pub mod feeds;
pub mod forwarding;
pub mod frozen;
pub mod health;
pub mod hubs;
pub mod instance;
pub mod invitations;
pub mod jobs;
pub mod kept_away;
pub mod keys;
pub mod links;
pub mod listed;
pub mod log;
pub mod member_mails;
pub mod members;
pub mod outcomes;
pub mod own_names;
pub mod pings;
pub mod post_changes;
pub mod prune;
pub mod queue;
pub mod readers;
pub mod readings;
pub mod refusals;
pub mod reports;
pub mod rules;
pub mod series;
pub mod sessions;
pub mod sitemap;
pub mod slugs;
pub mod talks;
pub mod topics;
pub mod trust;
pub mod vacuum;
pub mod verdicts;
pub mod websub;

pub use connection::DbConnection;
pub use error::DbError;
/// Looks at a database without changing it: the engine's version, and what is wrong with the file.
/// `None` where there is no file yet.
pub fn inspect(url: &DatabaseUrl) -> Result<Option<(String, Vec<String>)>, DbError> {
    if url.is_missing() {
        return Ok(None);
    }
    let mut connection = connection::open(url, connection::Use::Read)?;
    let version = health::version(&mut connection)?;
    Ok(Some((version, health::check_whole(&mut connection)?)))
}

/// Bringing the tables up to date, and saying how they stand.
pub mod migrations {
    pub(super) use super::migrate::unknown;
    pub use super::migrate::{Step, revert_last, run_pending, steps};
}
pub use tx::{Touched, TouchedHub, Tx};

use std::sync::Arc;

use diesel::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::config::{DatabaseConfig, DatabaseUrl};
use crate::metrics::Metrics;
use news::News;
use pool::Manager;
use writer::{Size, Writer};

/// How long a write waits for its turn. Senders of pings give up after 3 seconds, so that a
/// ping is answered within 2.8 (`decisions.md`, "Time").
pub const WRITE_PATIENCE: std::time::Duration = std::time::Duration::from_millis(2_500);

/// Told what other instances on the same PostgreSQL changed, a moment later.
pub type OnNews = OnCommit;

/// Told after each commit what it changed, before the writers are answered: so that whoever was
/// told "stored" finds the change on the next page.
pub type OnCommit = Arc<dyn Fn(&Touched) + Send + Sync>;

/// The database.
#[derive(Clone)]
pub struct Db {
    pool: r2d2::Pool<Manager>,
    writes: Writes,
    on_commit: OnCommit,
    /// Turns for what may take long: half of the connections, or of the turns for writing.
    long_reads: Arc<Semaphore>,
}

#[derive(Clone)]
enum Writes {
    /// SQLite: one thread, group commit.
    Thread(Writer),
    /// PostgreSQL: ordinary transactions; the server groups commits itself. Other instances are told.
    Pool {
        news: News,
        /// All connections but a quarter, which is kept for pages: whoever waits for a lock in the
        /// database holds a connection meanwhile.
        turns: Arc<Semaphore>,
    },
}

/// Waits for a turn, until then.
async fn take_turn(
    of: &Arc<Semaphore>,
    until: tokio::time::Instant,
) -> Result<OwnedSemaphorePermit, DbError> {
    let turn = tokio::time::timeout_at(until, Arc::clone(of).acquire_owned()).await;
    turn.ok().and_then(Result::ok).ok_or(DbError::Busy)
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").finish_non_exhaustive()
    }
}

impl Db {
    /// Opens the database and brings its tables up to date, under a lock.
    pub fn open(
        config: &DatabaseConfig,
        clock: &Clock,
        metrics: &Arc<Metrics>,
        on_commit: OnCommit,
        on_news: OnNews,
    ) -> Result<Self, DbError> {
        let url = config.url();
        migrate::run_pending(&url)?;
        let pool = pool::open(&url, u32::from(config.database_connections))?;
        let connections = usize::from(config.database_connections);
        let mut long_reads = connections / 2;
        let writes = if url.is_postgres() {
            let turns = connections - connections / 4;
            // What takes long leaves as many turns to pings.
            long_reads = turns / 2;
            Writes::Pool {
                news: News::start(url, on_news)?,
                turns: Arc::new(Semaphore::new(turns)),
            }
        } else {
            let mut connection = connection::open(&url, connection::Use::Write)?;
            connection::set_durability(&mut connection, config.durability)?;
            Writes::Thread(Writer::start(
                connection,
                clock.clone(),
                Arc::clone(metrics),
                Arc::clone(&on_commit),
            )?)
        };
        let long_reads = Arc::new(Semaphore::new(long_reads.max(1)));
        Ok(Self { pool, writes, on_commit, long_reads })
    }

    /// Runs `work` on a connection of the pool, on a thread that may wait.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let pool = self.pool.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = pool.get().map_err(DbError::from)?;
            work(&mut connection)
        });
        done.await.unwrap_or_else(|_panicked| Err(DbError::Panicked.into()))
    }

    /// The same for what may take long, and whoever likes may ask for: all of it together takes half
    /// of the connections at most, so that pings and pages have the others. `Busy` where there was
    /// no turn for as long as a write may wait.
    pub async fn read_in_turn<T, E>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let until = tokio::time::Instant::now() + WRITE_PATIENCE;
        let turn = take_turn(&self.long_reads, until).await?;
        let among_writes = match &self.writes {
            Writes::Thread(_) => None,
            Writes::Pool { turns, .. } => Some(take_turn(turns, until).await?),
        };
        self.read(move |connection| {
            // It goes on where nobody waits for it any more.
            let _turns = (turn, among_writes);
            work(connection)
        })
        .await
    }

    /// Runs `work` in a transaction and answers after COMMIT. An `Err` takes back what `work`
    /// did, and nothing else.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.write_sized(Size::Any, work).await
    }

    /// The same without a savepoint, for the most frequent writes: on SQLite an `Err` takes back
    /// everything that was to be committed with it, and all those callers try again. For work that
    /// fails only where the database does.
    pub async fn write_lightly<T>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError>
    where
        T: Send + 'static,
    {
        self.write_sized(Size::Light, work).await
    }

    async fn write_sized<T, E>(
        &self,
        size: Size,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &self.writes {
            Writes::Thread(writer) => writer.write(size, work).await,
            Writes::Pool { news, turns } => {
                let until = tokio::time::Instant::now() + WRITE_PATIENCE;
                let turn = take_turn(turns, until).await?;
                let (pool, news) = (self.pool.clone(), news.clone());
                let on_commit = Arc::clone(&self.on_commit);
                let done = tokio::task::spawn_blocking(move || {
                    // It is held until the work is done, not until the caller gives up.
                    let _turn = turn;
                    let mut connection = pool.get().map_err(DbError::from)?;
                    let mut touched = Touched::default();
                    let value = in_transaction(&mut connection, &mut touched, work)?;
                    on_commit(&touched);
                    news.tell(touched);
                    Ok(value)
                });
                done.await.unwrap_or_else(|_panicked| Err(DbError::Panicked.into()))
            }
        }
    }

    /// Waits until every write that was handed over is committed, and stops taking more.
    pub async fn close(&self) {
        if let Writes::Thread(writer) = &self.writes {
            writer.close().await;
        }
    }
}

/// An error inside a transaction: the caller's own, or the database's.
enum Inner<E> {
    Caller(E),
    Database(diesel::result::Error),
}

impl<E> From<diesel::result::Error> for Inner<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

/// Runs `work` in a transaction (in a savepoint, inside another), adding to `touched` what it
/// changed if it succeeded.
fn in_transaction<T, E: From<DbError>>(
    connection: &mut DbConnection,
    touched: &mut Touched,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut own = Touched::default();
    let done = connection
        .transaction(|connection| work(&mut Tx::new(connection, &mut own)).map_err(Inner::Caller));
    match done {
        Ok(value) => {
            touched.add(own);
            Ok(value)
        }
        Err(Inner::Caller(error)) => Err(error),
        Err(Inner::Database(error)) => Err(DbError::from(error).into()),
    }
}
