//! The operator's desk: approving and suspending hubs and accounts.

use crate::app::{App, MAX_JOBS};
use crate::clock::Timestamp;
use crate::db::accounts::Account;
use crate::db::hubs::Hub;
use crate::db::jobs::{JobKey, JobRow};
use crate::db::reports::OpenReport;
use crate::db::{DbError, accounts, hubs, jobs, members, reports, sessions};
use crate::model::id::AccountId;

/// Rows of one page of the desk.
pub const PAGE: i64 = 50;

/// A hub, and who owns it.
#[derive(Debug)]
pub struct OwnedHub {
    /// The hub.
    pub hub: Hub,
    /// Its owners' addresses.
    pub owners: Vec<String>,
}

/// What the operator looks at.
#[derive(Debug)]
pub struct Desk {
    /// Hubs, those waiting for approval first.
    pub hubs: Vec<OwnedHub>,
    /// Whether there are more hubs.
    pub more_hubs: bool,
    /// Accounts, oldest first.
    pub accounts: Vec<Account>,
    /// Whether there are more accounts.
    pub more_accounts: bool,
    /// Open reports of all hubs.
    pub reports: Vec<OpenReport>,
    /// Whether there are more reports.
    pub more_reports: bool,
}

/// Which page of each list of the desk, from 0.
#[derive(Debug, Clone, Copy)]
pub struct Pages {
    /// Of the hubs.
    pub hubs: i64,
    /// Of the accounts.
    pub accounts: i64,
    /// Of the reports.
    pub reports: i64,
}

/// Reads these pages of the desk.
pub async fn read(app: &App, pages: Pages) -> Result<Desk, DbError> {
    app.db
        .read(move |connection| {
            let mut listed = hubs::list_all(connection, pages.hubs * PAGE, PAGE + 1)?;
            let more_hubs = crop(&mut listed);
            let mut owned = Vec::with_capacity(listed.len());
            for hub in listed {
                let owners = members::list_owner_emails(connection, hub.id)?;
                owned.push(OwnedHub { hub, owners });
            }
            let mut accounts = accounts::list(connection, pages.accounts * PAGE, PAGE + 1)?;
            let more_accounts = crop(&mut accounts);
            let mut reports = reports::list_open(connection, None, pages.reports * PAGE, PAGE + 1)?;
            let more_reports = crop(&mut reports);
            Ok(Desk { hubs: owned, more_hubs, accounts, more_accounts, reports, more_reports })
        })
        .await
}

fn crop<T>(rows: &mut Vec<T>) -> bool {
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    more
}

/// Suspends an account and ends its sessions, or lets it in again. Operators cannot suspend
/// themselves.
pub async fn suspend_account(
    app: &App,
    by: AccountId,
    account: AccountId,
    on: bool,
) -> Result<(), DbError> {
    if by == account {
        return Err(DbError::NotFound);
    }
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            accounts::update_suspended(tx, account, on, now)?;
            sessions::delete_all(tx, account)?;
            // Their hubs know from memory whether anybody wants mail, and owe them what came.
            for (hub, _) in members::list_hubs(tx.reading(), account)? {
                hubs::touch_quietly(tx, hub.id, now)?;
                jobs::enqueue_notify(tx, hub.id, now)?;
            }
            Ok(())
        })
        .await
}

/// The most jobs that were set aside that are shown.
const SHOWN_JOBS: i64 = 200;

/// How the jobs stand.
#[derive(Debug)]
pub struct Jobs {
    /// How many wait, counted to [`MAX_JOBS`].
    pub waiting: i64,
    /// When the next one is due.
    pub next: Option<Timestamp>,
    /// Those that failed again and again.
    pub set_aside: Vec<JobRow>,
}

/// Reads how the jobs stand.
pub async fn read_jobs(app: &App) -> Result<Jobs, DbError> {
    app.db
        .read(|c| {
            let set_aside = jobs::list_set_aside(c, SHOWN_JOBS)?;
            Ok(Jobs { waiting: jobs::count(c, MAX_JOBS)?, next: jobs::next_due(c)?, set_aside })
        })
        .await
}

/// Has a job that was set aside tried again.
pub async fn retry_job(app: &App, key: JobKey) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| match jobs::find_set_aside(tx.reading(), key)? {
            true => jobs::enqueue(tx, key, now, now),
            false => Err(DbError::NotFound),
        })
        .await
}

/// Forgets a job that was set aside.
pub async fn forget_job(app: &App, key: JobKey) -> Result<(), DbError> {
    app.db
        .write(move |tx| match jobs::find_set_aside(tx.reading(), key)? {
            true => jobs::delete(tx, key),
            false => Err(DbError::NotFound),
        })
        .await
}
