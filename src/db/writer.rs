//! SQLite's one writer: a thread that commits in groups.
//!
//! A commit with `synchronous=FULL` waits for the disk. The thread takes what is queued, runs
//! each write in a savepoint of its own, commits once, and only then answers each caller. It
//! never waits for a group to fill (`architecture.md`, "One writer, group commit").

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use super::connection::DbConnection;
use super::error::DbError;
use super::tx::{Touched, Tx};
use super::{OnCommit, WRITE_PATIENCE, in_transaction};
use crate::clock::Clock;
use crate::metrics::Metrics;

/// The most writes in one commit.
const GROUP: usize = 256;
/// The most writes waiting; more are refused at once.
const QUEUE: usize = 1_000;

/// How much a write changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Little that hardly ever fails. It has no savepoint, which would cost a fifth of the writer's
    /// time: where it does fail, its whole group is taken back.
    Light,
    /// Any number: a savepoint of its own takes all of it back.
    Any,
}

/// A handle to the writer thread.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Message>,
    waiting: Arc<AtomicUsize>,
    clock: Clock,
    metrics: Arc<Metrics>,
}

enum Message {
    Write(Box<dyn Work>),
    /// Answered when everything queued before it is committed; the thread then ends.
    Close(oneshot::Sender<()>),
}

/// A queued write, its type erased.
trait Work: Send {
    /// When it was queued, on the monotonic clock.
    fn queued_at(&self) -> Duration;
    /// Runs inside the group's transaction. What it did is taken back if it failed; `false` where
    /// that takes the whole group.
    fn run(&mut self, connection: &mut DbConnection, touched: &mut Touched) -> bool;
    /// Answers the caller: the group was committed, or `why` not.
    fn finish(self: Box<Self>, failed: Option<&DbError>);
}

struct Queued<T, E, F> {
    work: Option<F>,
    size: Size,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
    queued_at: Duration,
}

impl<T, E, F> Work for Queued<T, E, F>
where
    T: Send,
    E: From<DbError> + Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn queued_at(&self) -> Duration {
        self.queued_at
    }

    fn run(&mut self, connection: &mut DbConnection, touched: &mut Touched) -> bool {
        let Some(work) = self.work.take() else { return true };
        let (outcome, clean) = match self.size {
            Size::Light => {
                let outcome = work(&mut Tx::new(connection, touched));
                let clean = outcome.is_ok();
                (outcome, clean)
            }
            Size::Any => (in_transaction(connection, touched, work), true),
        };
        self.outcome = Some(outcome);
        clean
    }

    fn finish(self: Box<Self>, failed: Option<&DbError>) {
        let outcome = match (failed, self.outcome) {
            (None, Some(outcome)) => outcome,
            // Its own failure is what took its group back.
            (Some(DbError::Busy), Some(Err(error))) => Err(error),
            // It was never run, or what it did was taken back with its group.
            (Some(DbError::Full), _) => Err(DbError::Full.into()),
            (Some(DbError::Panicked), _) => Err(DbError::Panicked.into()),
            (Some(DbError::Closed), _) => Err(DbError::Closed.into()),
            (Some(_) | None, _) => Err(DbError::Busy.into()),
        };
        // The caller may have gone away: its write stands all the same.
        let _gone = self.answer.send(outcome);
    }
}

impl Writer {
    /// Starts the thread.
    pub fn start(
        connection: DbConnection,
        clock: Clock,
        metrics: Arc<Metrics>,
        on_commit: OnCommit,
    ) -> Result<Self, DbError> {
        let (queue, messages) = mpsc::channel(QUEUE);
        let waiting = Arc::new(AtomicUsize::new(0));
        let mut thread = Thread {
            connection,
            messages,
            clock: clock.clone(),
            metrics: Arc::clone(&metrics),
            on_commit,
            waiting: Arc::clone(&waiting),
        };
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || thread.run())
            .map_err(|source| DbError::Directory { path: "(writer thread)".into(), source })?;
        Ok(Self { queue, waiting, clock, metrics })
    }

    /// Queues a write and waits for its commit.
    pub async fn write<T, E, F>(&self, size: Size, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let queued = Queued {
            work: Some(work),
            size,
            outcome: None,
            answer,
            queued_at: self.clock.monotonic(),
        };
        // Counted before it is handed over: the thread counts it off, perhaps at once.
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed) + 1;
        if let Err(refused) = self.queue.try_send(Message::Write(Box::new(queued))) {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(match refused {
                mpsc::error::TrySendError::Full(_) => DbError::Busy.into(),
                mpsc::error::TrySendError::Closed(_) => DbError::Closed.into(),
            });
        }
        self.metrics.writes_waiting.set(waiting as f64);
        outcome.await.unwrap_or_else(|_gone| Err(DbError::Closed.into()))
    }

    /// Waits until everything queued is committed, and ends the thread.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() {
            // An error means that the thread has ended already: the same to us.
            let _ended = closed.await;
        }
    }
}

struct Thread {
    connection: DbConnection,
    messages: mpsc::Receiver<Message>,
    clock: Clock,
    metrics: Arc<Metrics>,
    on_commit: OnCommit,
    waiting: Arc<AtomicUsize>,
}

impl Thread {
    fn run(&mut self) {
        while let Some(first) = self.messages.blocking_recv() {
            let mut group = Vec::new();
            let mut closing = None;
            let mut next = Some(first);
            while let Some(message) = next.take() {
                match message {
                    Message::Write(work) => group.push(work),
                    Message::Close(done) => closing = Some(done),
                }
                if closing.is_none() && group.len() < GROUP {
                    next = self.messages.try_recv().ok();
                }
            }
            if !group.is_empty() {
                self.commit(group);
            }
            if let Some(done) = closing {
                self.messages.close();
                self.refuse_the_rest();
                let _gone = done.send(());
                return;
            }
        }
    }

    fn refuse_the_rest(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            match message {
                Message::Write(work) => work.finish(Some(&DbError::Closed)),
                Message::Close(done) => {
                    let _gone = done.send(());
                }
            }
        }
    }

    fn commit(&mut self, group: Vec<Box<dyn Work>>) {
        self.waiting.fetch_sub(group.len(), Ordering::Relaxed);
        self.metrics.writes_per_commit.record(group.len() as f64);
        let now = self.clock.monotonic();
        let (mut group, late): (Vec<_>, Vec<_>) = group
            .into_iter()
            .partition(|work| now.saturating_sub(work.queued_at()) <= WRITE_PATIENCE);
        for work in late {
            work.finish(Some(&DbError::Busy));
        }
        let mut touched = Touched::default();
        let failed = self.run_group(&mut group, &mut touched).err();
        if failed.is_none() && !touched.is_nothing() {
            (self.on_commit)(&touched);
        }
        for work in group {
            work.finish(failed.as_ref());
        }
    }

    fn run_group(
        &mut self,
        group: &mut [Box<dyn Work>],
        touched: &mut Touched,
    ) -> Result<(), DbError> {
        begin(&mut self.connection)?;
        for work in group {
            let ran = catch_unwind(AssertUnwindSafe(|| work.run(&mut self.connection, touched)));
            if let Ok(false) = ran {
                self.roll_back_everything();
                return Err(DbError::Busy);
            }
            if ran.is_err() {
                // The savepoint is in an unknown state: the whole group is taken back, and its
                // callers try again.
                self.metrics.panic("write");
                tracing::error!("a write panicked; its group was taken back");
                self.roll_back_everything();
                return Err(DbError::Panicked);
            }
        }
        let committed = end(&mut self.connection);
        if committed.is_err() {
            self.roll_back_everything();
        }
        committed
    }

    fn roll_back_everything(&mut self) {
        while let Ok(Some(_depth)) = depth(&mut self.connection) {
            if roll_back(&mut self.connection).is_err() {
                break;
            }
        }
    }
}

type Manager = AnsiTransactionManager;

fn sqlite(connection: &mut DbConnection) -> Result<&mut SqliteConnection, DbError> {
    match connection {
        DbConnection::Sqlite(sqlite) => Ok(sqlite),
        // The writer is made for SQLite alone; on PostgreSQL the pool writes.
        DbConnection::Postgres(_) => Err(DbError::Closed),
    }
}

/// Takes the write lock at once: a transaction that reads first and then writes fails without
/// waiting when another process committed in between.
fn begin(connection: &mut DbConnection) -> Result<(), DbError> {
    Ok(Manager::begin_transaction_sql(sqlite(connection)?, "BEGIN IMMEDIATE")?)
}

fn end(connection: &mut DbConnection) -> Result<(), DbError> {
    Ok(<Manager as TransactionManager<SqliteConnection>>::commit_transaction(sqlite(connection)?)?)
}

fn roll_back(connection: &mut DbConnection) -> Result<(), DbError> {
    let connection = sqlite(connection)?;
    Ok(<Manager as TransactionManager<SqliteConnection>>::rollback_transaction(connection)?)
}

fn depth(connection: &mut DbConnection) -> Result<Option<u32>, DbError> {
    let connection = sqlite(connection)?;
    let status = <Manager as TransactionManager<SqliteConnection>>::transaction_manager_status_mut(
        connection,
    );
    Ok(status.transaction_depth().ok().flatten().map(std::num::NonZeroU32::get))
}
