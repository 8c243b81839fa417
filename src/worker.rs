//! Does what was enqueued: claims jobs, has actions do them, backs off, sets aside what fails again
//! and again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::actions::{follow, forward, notify, verify_ping, websub};
use crate::app::{App, MAX_JOBS};
use crate::clock::Timestamp;
use crate::db::DbError;
use crate::db::frozen;
use crate::db::jobs::{self, Claimed};
use crate::model::job::JobKind;

/// Jobs at once: as many as pages are fetched at once.
const AT_ONCE: usize = 8;
/// How long a job is its claimer's: longer than two of the slowest fetches (a page, and the page
/// that vouches for it) and the slowest write together.
const LEASE: Duration = Duration::from_secs(45);
/// How often what is due is looked for, where nobody says so.
const LOOK: Duration = Duration::from_secs(1);
/// A job that fails this often is set aside (`security.md` T5).
const MAX_ATTEMPTS: i64 = 3;
/// Jobs that are to be done within this time are the backlog.
const BACKLOG: Duration = Duration::from_secs(3_600);
/// How long a stopping worker waits for what is under way.
const DRAIN: Duration = Duration::from_secs(10);

/// Works until `stop` is told; then waits for what is under way.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut running = JoinSet::new();
    let mut counted = None;
    while !*stop.borrow() {
        // Counting is not for each ping that wakes us.
        let now = app.clock.monotonic();
        if counted.is_none_or(|at| now.saturating_sub(at) >= LOOK) {
            counted = Some(now);
            if let Err(error) = count(&app).await {
                tracing::warn!(%error, "jobs cannot be counted");
            }
        }
        match start_due(&app, &mut running).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "jobs cannot be claimed"),
        }
        tokio::select! {
            _changed = stop.changed() => {}
            () = app.wake.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            Some(_ended) = running.join_next() => {}
        }
    }
    let drained = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        // Their leases run out, and whoever runs next does them.
        tracing::warn!(left = running.len(), "some jobs were still under way");
    }
}

/// Does everything that is due now and what becomes due by it, and says how much that was.
pub async fn run_due(app: &Arc<App>) -> Result<usize, DbError> {
    count(app).await?;
    let mut done = 0;
    let mut running = JoinSet::new();
    loop {
        start_due(app, &mut running).await?;
        if running.join_next().await.is_none() {
            return Ok(done);
        }
        done += 1;
    }
}

/// Gives back what this process held when it was killed. On PostgreSQL other instances hold jobs
/// too: there the leases run out.
pub async fn recover(app: &App) -> Result<(), DbError> {
    if app.config.database.url().is_postgres() {
        return Ok(());
    }
    app.db.write(jobs::release_all).await
}

/// Notes how many jobs wait.
async fn count(app: &App) -> Result<(), DbError> {
    // Pages that are read again tomorrow, and feeds, are no backlog. An hour is the longest that a
    // site's allowance puts a job off.
    let until = app.clock.now().plus(BACKLOG);
    let waiting = app.db.read(move |c| jobs::count_backlog(c, until, MAX_JOBS)).await?;
    app.backlog.set(waiting);
    app.metrics.jobs_waiting.set(waiting as f64);
    Ok(())
}

async fn start_due(app: &Arc<App>, running: &mut JoinSet<()>) -> Result<(), DbError> {
    let free = AT_ONCE.saturating_sub(running.len());
    if free == 0 {
        return Ok(());
    }
    let now = app.clock.now();
    let next = app.db.read(jobs::next_due).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(());
    }
    for job in app.db.write(move |tx| jobs::claim(tx, free, LEASE, now)).await? {
        running.spawn(perform(Arc::clone(app), job));
    }
    Ok(())
}

async fn perform(app: Arc<App>, job: Claimed) {
    let kind = job.key.kind.as_str();
    // A task of its own, so that a panic ends the job and not the worker.
    let working = Arc::clone(&app);
    let problem = match tokio::spawn(async move { work(&working, job).await }).await {
        Ok(Ok(())) => {
            app.metrics.job(kind, "done");
            return;
        }
        Ok(Err(error)) => error.to_string(),
        Err(panicked) => {
            if panicked.is_panic() {
                app.metrics.panic("job");
            }
            "its code panicked: the log says where".to_owned()
        }
    };
    tracing::error!(kind, subject = job.key.subject, attempts = job.attempts, %problem, "a job failed");
    let now = app.clock.now();
    let ended = app.db.write(move |tx| match back_off(job.attempts, now) {
        Some(at) => jobs::release(tx, &job, at),
        None => jobs::set_aside(tx, &job, &problem, now),
    });
    app.metrics.job(kind, if job.attempts < MAX_ATTEMPTS { "failed" } else { "set-aside" });
    if let Err(error) = ended.await {
        tracing::error!(%error, kind, "a failed job was not given back: its lease runs out");
    }
}

/// When a job that failed is tried again: never after the third time.
fn back_off(attempts: i64, now: Timestamp) -> Option<Timestamp> {
    let minutes = match attempts {
        ..=1 => 1,
        2 => 10,
        MAX_ATTEMPTS.. => return None,
    };
    Some(now.plus(Duration::from_secs(60 * minutes)))
}

async fn work(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    if job.attempts > MAX_ATTEMPTS {
        // It was claimed that often and never given back: it takes its process down with it.
        let now = app.clock.now();
        let problem = "the server ended three times while doing it";
        return app.db.write(move |tx| jobs::set_aside(tx, &job, problem, now)).await;
    }
    if job.key.kind.rests_when_frozen() && rests(app, job).await? {
        return Ok(());
    }
    match job.key.kind {
        JobKind::VerifyPing => verify_ping::verify(app, job).await,
        JobKind::ReadFeed => follow::read_feed(app, job).await,
        JobKind::ReadBlog => follow::read_blog(app, job).await,
        JobKind::Notify => notify::notify(app, job).await,
        JobKind::SendDigest => notify::send(app, job).await,
        JobKind::ForwardPing => forward::send(app, job).await,
        JobKind::PushFeeds => websub::push(app, job).await,
        JobKind::AskSubscriber => websub::ask(app, job).await,
        JobKind::DeliverFeed => websub::deliver(app, job).await,
        JobKind::AnnounceFeed => websub::announce(app, job).await,
    }
}

/// Lays a job to rest whose hub is frozen: it is done if that is taken back.
async fn rests(app: &App, job: Claimed) -> Result<bool, DbError> {
    let hub = job.key.hub;
    if !app.db.read(move |c| frozen::is_frozen(c, hub)).await? {
        return Ok(false);
    }
    app.db.write(move |tx| jobs::park(tx, &job)).await?;
    Ok(true)
}
