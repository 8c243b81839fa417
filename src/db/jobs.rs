//! What is to be done after the answer: claimed, finished, set aside.
//!
//! A job is enqueued in the transaction of what it is about, and finished in the transaction of
//! what it did. Whoever holds its lease does it; a lease that runs out (its process was killed)
//! makes it due again.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connection::on_backend;
use super::prepared::{Name, Prepare};
use super::schema::jobs;
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, HubId, PingId};
use crate::model::job::JobKind;

/// What a job is about. It holds ids only: whoever does it reads the rest again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobKey {
    /// The hub.
    pub hub: HubId,
    /// What is to be done.
    pub kind: JobKind,
    /// The row it is about: a ping, a followed feed, a blog, an account, a forward, a subscription.
    pub subject: i64,
}

impl JobKey {
    /// Reading the page of a ping.
    pub const fn verify(hub: HubId, ping: PingId) -> Self {
        Self { hub, kind: JobKind::VerifyPing, subject: ping.0 }
    }

    /// Finding out whom of a hub its news are mailed to.
    pub const fn notify(hub: HubId) -> Self {
        Self { hub, kind: JobKind::Notify, subject: 0 }
    }

    /// Mailing a member what is new.
    pub const fn digest(hub: HubId, account: AccountId) -> Self {
        Self { hub, kind: JobKind::SendDigest, subject: account.0 }
    }

    /// Finding out whom a change of a hub's feeds is pushed to.
    pub const fn push(hub: HubId) -> Self {
        Self { hub, kind: JobKind::PushFeeds, subject: 0 }
    }
}

/// A job that was claimed.
#[derive(Debug, Clone, Copy)]
pub struct Claimed {
    /// What it is about.
    pub key: JobKey,
    /// How often it was claimed since it last ended well: this time included.
    pub attempts: i64,
}

/// A job, for the operator.
#[derive(Debug, Clone, Queryable)]
pub struct JobRow {
    /// The hub.
    pub hub_id: HubId,
    /// What is to be done.
    pub kind: JobKind,
    /// The row it is about.
    pub subject_id: i64,
    /// How often it was begun.
    pub attempts: i64,
    /// When it was set aside.
    pub failed_at: Option<Timestamp>,
    /// Why it was set aside.
    pub problem: Option<String>,
}

fn row(key: JobKey) -> diesel::dsl::Find<jobs::table, (i64, &'static str, i64)> {
    jobs::table.find((key.hub.0, key.kind.as_str(), key.subject))
}

/// Has it done at `run_at`. One that is there already is done then instead; one that is under way
/// is done once more.
pub fn enqueue(
    tx: &mut Tx<'_>,
    key: JobKey,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(jobs::table)
            .values(values(key, run_at, now))
            .on_conflict((jobs::hub_id, jobs::kind, jobs::subject_id))
            .do_update()
            .set((
                jobs::run_at.eq(run_at.micros()),
                jobs::attempts.eq(0),
                jobs::failed_at.eq(None::<i64>),
                jobs::problem.eq(None::<String>),
            ))
            .prepared()
            .execute(connection)?
    });
    tx.enqueued();
    Ok(())
}

/// Has it done at `run_at`, unless it is to be done already.
pub fn enqueue_if_absent(
    tx: &mut Tx<'_>,
    key: JobKey,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(jobs::table)
            .values(values(key, run_at, now))
            .on_conflict_do_nothing()
            .execute(connection)?
    });
    tx.enqueued();
    Ok(())
}

/// How long news are gathered before anybody is looked for to mail them to.
const GATHERED: Duration = Duration::from_secs(2);

/// Has the members of a hub told that there is news. Nobody is woken for it: it is not due before
/// the worker looks by itself. All that a ping pays for mail is this one line.
pub fn enqueue_notify(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    struct Notify;
    impl Name for Notify {}
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(jobs::table)
            .values(values(JobKey::notify(hub), now.plus(GATHERED), now))
            .on_conflict_do_nothing()
            .prepared_as::<Notify>()
            .execute(connection)?
    });
    Ok(())
}

/// Has those who subscribed to a hub's feeds found out, and nobody woken for it: as
/// [`enqueue_notify`]. What changes within [`GATHERED`] is pushed as one.
pub(super) fn enqueue_push(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    insert_or(tx, JobKey::push(hub), now.plus(GATHERED), now, SOONER)
}

/// Has it done at `run_at` at the latest. One that is under way is done once more.
pub fn enqueue_by(
    tx: &mut Tx<'_>,
    key: JobKey,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    insert_or(tx, key, run_at, now, SOONER)?;
    tx.enqueued();
    Ok(())
}

/// Has it done now, unless it waits for its next try. One that is under way is done once more.
pub fn enqueue_unless_waiting(tx: &mut Tx<'_>, key: JobKey, now: Timestamp) -> Result<(), DbError> {
    insert_or(tx, key, now, now, ONCE_MORE)?;
    tx.enqueued();
    Ok(())
}

/// When a job that is there already is done anew: it is under way, or was set aside.
pub(super) const ONCE_MORE: &str = "ON CONFLICT (hub_id, kind, subject_id) DO UPDATE SET \
    run_at = excluded.run_at, attempts = 0, failed_at = NULL, problem = NULL \
    WHERE (jobs.leased_until IS NOT NULL OR jobs.failed_at IS NOT NULL)";
/// The same, or it would be done later.
const SOONER: &str = "ON CONFLICT (hub_id, kind, subject_id) DO UPDATE SET \
    run_at = excluded.run_at, attempts = 0, failed_at = NULL, problem = NULL \
    WHERE (jobs.run_at > excluded.run_at OR jobs.leased_until IS NOT NULL \
    OR jobs.failed_at IS NOT NULL)";

fn insert_or(
    tx: &mut Tx<'_>,
    key: JobKey,
    run_at: Timestamp,
    now: Timestamp,
    there: &str,
) -> Result<(), DbError> {
    const INSERT: &str = "INSERT INTO jobs (hub_id, kind, subject_id, run_at, created_at) \
        VALUES ($1, $2, $3, $4, $5)";
    diesel::sql_query(format!("{INSERT} {there}"))
        .bind::<BigInt, _>(key.hub.0)
        .bind::<Text, _>(key.kind.as_str())
        .bind::<BigInt, _>(key.subject)
        .bind::<BigInt, _>(run_at.micros())
        .bind::<BigInt, _>(now.micros())
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

type Values = (
    diesel::dsl::Eq<jobs::hub_id, i64>,
    diesel::dsl::Eq<jobs::kind, &'static str>,
    diesel::dsl::Eq<jobs::subject_id, i64>,
    diesel::dsl::Eq<jobs::run_at, i64>,
    diesel::dsl::Eq<jobs::created_at, i64>,
);

fn values(key: JobKey, run_at: Timestamp, now: Timestamp) -> Values {
    (
        jobs::hub_id.eq(key.hub.0),
        jobs::kind.eq(key.kind.as_str()),
        jobs::subject_id.eq(key.subject),
        jobs::run_at.eq(run_at.micros()),
        jobs::created_at.eq(now.micros()),
    )
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = BigInt)]
    hub_id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    subject_id: i64,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
}

/// Takes up to `most` due jobs for `lease`. Nobody else takes them before that is over. Feeds that
/// are pushed come last, and before them those who want one: thousands of them hold no ping up.
pub fn claim(
    tx: &mut Tx<'_>,
    most: usize,
    lease: Duration,
    now: Timestamp,
) -> Result<Vec<Claimed>, DbError> {
    const DUE: &str = "SELECT hub_id, kind, subject_id, attempts FROM jobs \
        WHERE failed_at IS NULL AND run_at <= $1 \
        AND (leased_until IS NULL OR leased_until <= $2) \
        ORDER BY CASE kind WHEN 'deliver-feed' THEN 2 WHEN 'ask-subscriber' THEN 1 \
        WHEN 'announce-feed' THEN 1 ELSE 0 END, run_at LIMIT $3";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let sql = match tx.connection {
        DbConnection::Sqlite(_) => DUE.to_owned(),
        // Another instance's claim is passed over, not waited for.
        DbConnection::Postgres(_) => format!("{DUE} FOR UPDATE SKIP LOCKED"),
    };
    let due: Vec<Due> = diesel::sql_query(sql)
        .bind::<BigInt, _>(now.micros())
        .bind::<BigInt, _>(now.micros())
        .bind::<BigInt, _>(most)
        .prepared()
        .load(tx.connection)?;
    let mut claimed = Vec::with_capacity(due.len());
    for due in due {
        let Some(kind) = JobKind::parse(&due.kind) else { continue };
        let key = JobKey { hub: HubId(due.hub_id), kind, subject: due.subject_id };
        diesel::update(row(key))
            .set((
                jobs::attempts.eq(due.attempts + 1),
                jobs::leased_until.eq(now.plus(lease).micros()),
            ))
            .prepared()
            .execute(tx.connection)?;
        claimed.push(Claimed { key, attempts: due.attempts + 1 });
    }
    Ok(claimed)
}

/// Ends a job that was done: for good, or until `again`. What was enqueued once more in the
/// meantime stays.
pub fn finish(tx: &mut Tx<'_>, job: &Claimed, again: Option<Timestamp>) -> Result<(), DbError> {
    let mine = row(job.key).filter(jobs::attempts.eq(job.attempts));
    let ended = match again {
        None => diesel::delete(mine).execute(tx.connection)?,
        Some(at) => diesel::update(mine)
            .set((
                jobs::run_at.eq(at.micros()),
                jobs::attempts.eq(0),
                jobs::leased_until.eq(None::<i64>),
            ))
            .prepared()
            .execute(tx.connection)?,
    };
    if ended == 0 {
        diesel::update(row(job.key).filter(jobs::attempts.eq(0)))
            .set(jobs::leased_until.eq(None::<i64>))
            .prepared()
            .execute(tx.connection)?;
        tx.enqueued();
    }
    Ok(())
}

/// Whether the lease of a claimed job still holds: whoever lost it leaves its work to the next.
pub fn is_held(tx: &mut Tx<'_>, job: &Claimed) -> Result<bool, DbError> {
    let attempts: Option<i64> =
        row(job.key).select(jobs::attempts).first(tx.connection).optional()?;
    // Zero: it was asked for again, and is ours until we finish.
    Ok(attempts.is_some_and(|attempts| attempts == job.attempts || attempts == 0))
}

/// Gives a job back that failed, to be tried at `run_at`. Its attempts count on.
pub fn release(tx: &mut Tx<'_>, job: &Claimed, run_at: Timestamp) -> Result<(), DbError> {
    diesel::update(row(job.key).filter(jobs::attempts.eq(job.attempts)))
        .set((jobs::run_at.eq(run_at.micros()), jobs::leased_until.eq(None::<i64>)))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// Sets a job aside that fails again and again, with its reason.
pub fn set_aside(
    tx: &mut Tx<'_>,
    job: &Claimed,
    problem: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(row(job.key).filter(jobs::attempts.eq(job.attempts)))
        .set((
            jobs::failed_at.eq(now.micros()),
            jobs::problem.eq(problem),
            jobs::leased_until.eq(None::<i64>),
        ))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// How much later a job is due that rests with its hub: a thousand years. When it would have been
/// due can still be told, and nothing that looks for what is due finds it.
const REST: i64 = 1_000 * 365 * 86_400 * 1_000_000;
/// What is due after this rests.
const RESTS_FROM: i64 = REST;

/// Lays a claimed job to rest, for as long as its hub is frozen.
pub fn park(tx: &mut Tx<'_>, job: &Claimed) -> Result<(), DbError> {
    let awake = row(job.key).filter(jobs::attempts.eq_any([job.attempts, 0]));
    diesel::update(awake.filter(jobs::run_at.lt(RESTS_FROM)))
        .set((
            jobs::run_at.eq(jobs::run_at + REST),
            jobs::attempts.eq(0),
            jobs::leased_until.eq(None::<i64>),
        ))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// Has all jobs of a hub that rest done when they were to be done, or now.
pub(super) fn unpark_all(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    diesel::update(jobs::table.filter(jobs::hub_id.eq(hub.0).and(jobs::run_at.ge(RESTS_FROM))))
        .set(jobs::run_at.eq(jobs::run_at - REST))
        .prepared()
        .execute(tx.connection)?;
    tx.enqueued();
    Ok(())
}

/// Gives back what a process held that was killed: for SQLite, where there is one process.
pub fn release_all(tx: &mut Tx<'_>) -> Result<(), DbError> {
    diesel::update(jobs::table.filter(jobs::leased_until.is_not_null()))
        .set(jobs::leased_until.eq(None::<i64>))
        .prepared()
        .execute(tx.connection)?;
    Ok(())
}

/// Deletes the verifications of pings that are deleted: SQLite may give their ids to others.
pub(super) fn delete_verifications(
    tx: &mut Tx<'_>,
    hub: HubId,
    pings: &[i64],
) -> Result<(), DbError> {
    let kind = jobs::kind.eq(JobKind::VerifyPing.as_str());
    diesel::delete(jobs::table.filter(jobs::hub_id.eq(hub.0).and(kind)))
        .filter(jobs::subject_id.eq_any(pings))
        .execute(tx.connection)?;
    Ok(())
}

/// How many jobs are not set aside, counted to `most` at most.
pub fn count(connection: &mut DbConnection, most: i64) -> Result<i64, DbError> {
    let some: Vec<i64> = jobs::table
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("failed_at IS NULL"))
        .select(jobs::subject_id)
        .limit(most)
        .load(connection)?;
    Ok(i64::try_from(some.len()).unwrap_or(most))
}

/// What lets all other jobs go first: feeds that are pushed, and whoever is asked or told of them.
const NO_BACKLOG: [JobKind; 3] =
    [JobKind::AskSubscriber, JobKind::DeliverFeed, JobKind::AnnounceFeed];

/// The same of those that are to be done before `until` and are a backlog: strangers decide how
/// many subscribers there are, and pings are refused for no such thing.
pub fn count_backlog(
    connection: &mut DbConnection,
    until: Timestamp,
    most: i64,
) -> Result<i64, DbError> {
    let some: Vec<i64> = jobs::table
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("failed_at IS NULL"))
        .filter(jobs::run_at.le(until.micros()))
        .filter(jobs::kind.ne_all(NO_BACKLOG.map(JobKind::as_str)))
        .select(jobs::subject_id)
        .limit(most)
        .load(connection)?;
    Ok(i64::try_from(some.len()).unwrap_or(most))
}

/// When the next job is due, whoever holds it.
pub fn next_due(connection: &mut DbConnection) -> Result<Option<Timestamp>, DbError> {
    Ok(jobs::table
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("failed_at IS NULL"))
        .select(jobs::run_at)
        .order(jobs::run_at)
        .first(connection)
        .optional()?)
}

/// When a job will be done, where it is to be done and does not rest.
pub fn find_run_at(
    connection: &mut DbConnection,
    key: JobKey,
) -> Result<Option<Timestamp>, DbError> {
    Ok(row(key)
        .filter(jobs::failed_at.is_null().and(jobs::run_at.lt(RESTS_FROM)))
        .select(jobs::run_at)
        .first(connection)
        .optional()?)
}

/// The jobs that were set aside, the newest first.
pub fn list_set_aside(connection: &mut DbConnection, limit: i64) -> Result<Vec<JobRow>, DbError> {
    Ok(jobs::table
        .filter(jobs::failed_at.is_not_null())
        .select((
            jobs::hub_id,
            jobs::kind,
            jobs::subject_id,
            jobs::attempts,
            jobs::failed_at,
            jobs::problem,
        ))
        .order(jobs::failed_at.desc())
        .limit(limit)
        .load(connection)?)
}

/// Whether there is such a job, set aside.
pub fn find_set_aside(connection: &mut DbConnection, key: JobKey) -> Result<bool, DbError> {
    let found: Option<i64> = row(key)
        .filter(jobs::failed_at.is_not_null())
        .select(jobs::attempts)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// Forgets all jobs of a hub.
pub fn delete_all(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    diesel::delete(jobs::table.filter(jobs::hub_id.eq(hub.0))).execute(tx.connection)?;
    Ok(())
}

/// Forgets a job.
pub fn delete(tx: &mut Tx<'_>, key: JobKey) -> Result<(), DbError> {
    diesel::delete(row(key)).execute(tx.connection)?;
    Ok(())
}
