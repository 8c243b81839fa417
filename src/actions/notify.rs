//! Tells the members of a hub by mail what is new (`product.md`, rule 8; `security.md` T33).
//!
//! A ping only has its hub looked at ([`jobs::enqueue_notify`]). That job finds those who want
//! mail and gives each a job of their own, so that one dead mailbox holds nobody up. What is new
//! is found when the mail is written: after an outage there is one mail, however much came in.

mod digest;
mod links;

pub use digest::send;
pub use links::{Linked, OpenPing, find_used, open_link};

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::app::{App, UnsubscribeLink};
use crate::clock::Timestamp;
use crate::db::hubs::Hub;
use crate::db::jobs::{Claimed, JobKey};
use crate::db::member_mails::MemberMail;
use crate::db::{DbError, Tx, hubs, jobs, member_mails, members};
use crate::model::id::{AccountId, HubId};
use crate::model::mail::{ListedMail, MailChoice, WaitingMail};

/// What is newer than this is left to the next mail: a write that was begun is over by then, and
/// nothing falls between two mails.
const SETTLED: Duration = Duration::from_secs(5);
/// How long one mail to a member is the last (`security.md` T33).
const BETWEEN_MAILS: Duration = Duration::from_secs(15 * 60);
/// When the daily mail is written, in the hub's time zone.
const MORNING: i8 = 8;

/// Has each member who wants to hear of a hub's news mailed them: as soon as they may be.
pub async fn notify(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, now) = (job.key.hub, app.clock.now());
    app.db
        .write(move |tx| {
            // Ended first: what comes in from now on enqueues it anew.
            jobs::finish(tx, &job, None)?;
            let Some(row) = hubs::find(tx.reading(), hub)? else { return Ok(()) };
            for member in member_mails::list(tx.reading(), hub)? {
                let MailChoice { waiting, listed } = member.choice;
                let at = if waiting == WaitingMail::Digest || listed == ListedMail::Each {
                    Some(now.plus(SETTLED))
                } else {
                    next_daily(&member, &row)
                };
                if let Some(at) = at {
                    let at = at.max(member.not_before.unwrap_or(now));
                    jobs::enqueue_by(tx, JobKey::digest(hub, member.account), at, now)?;
                }
            }
            Ok(())
        })
        .await
}

/// How a member stands with mail, and whether it was stopped because mails came back.
pub async fn read(
    app: &App,
    hub: HubId,
    account: AccountId,
) -> Result<Option<(MemberMail, bool)>, DbError> {
    app.db
        .read(move |c| {
            let stopped = member_mails::is_stopped(c, account)?;
            Ok(member_mails::find(c, hub, account)?.map(|mail| (mail, stopped)))
        })
        .await
}

/// Changes what a member is told from now on.
pub async fn choose(
    app: &App,
    hub: HubId,
    account: AccountId,
    choice: MailChoice,
) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db.write(move |tx| set_choice(tx, hub, account, |_| choice, now)).await
}

/// Ends the mails a link is for; `None` where its person is no member any more.
pub async fn unsubscribe(app: &App, link: UnsubscribeLink) -> Result<Option<Hub>, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let UnsubscribeLink { hub, member, kind } = link;
            if member_mails::find(tx.reading(), hub, member)?.is_none() {
                return Ok(None);
            }
            set_choice(tx, hub, member, |before| kind.taken_from(before), now)?;
            hubs::find(tx.reading(), hub)
        })
        .await
}

/// The hub of an unsubscribe link, while its person is a member.
pub async fn find_unsubscribe(app: &App, link: UnsubscribeLink) -> Result<Option<Hub>, DbError> {
    app.db
        .read(move |c| match member_mails::find(c, link.hub, link.member)? {
            Some(_) => hubs::find(c, link.hub),
            None => Ok(None),
        })
        .await
}

fn set_choice(
    tx: &mut Tx<'_>,
    hub: HubId,
    account: AccountId,
    choose: impl FnOnce(MailChoice) -> MailChoice,
    now: Timestamp,
) -> Result<(), DbError> {
    let row = hubs::find(tx.reading(), hub)?.ok_or(DbError::NotFound)?;
    let before = member_mails::find(tx.reading(), hub, account)?.ok_or(DbError::NotFound)?;
    let mut mail = MemberMail { choice: choose(before.choice), ..before.clone() };
    // Who begins to listen hears of what comes from now on.
    if before.choice.waiting == WaitingMail::Off {
        mail.waiting_through = now;
    }
    if before.choice.listed != mail.choice.listed {
        mail.listed_through = now;
    }
    member_mails::upsert_choice(tx, hub, &mail)?;
    // Pings know from memory whether anybody wants mail: they are to look again.
    hubs::touch_quietly(tx, hub, now)?;
    if let Some(at) = next_daily(&mail, &row) {
        jobs::enqueue_by(tx, JobKey::digest(hub, account), at, now)?;
    }
    Ok(())
}

/// Sends mail again to somebody whose mails came back: of all their hubs, as they were stopped.
pub async fn resume(app: &App, account: AccountId) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            member_mails::forget_bounces(tx, account)?;
            for (hub, _) in members::list_hubs(tx.reading(), account)? {
                let job = JobKey::digest(hub.id, account);
                jobs::enqueue_by(tx, job, now.plus(SETTLED), now)?;
            }
            Ok(())
        })
        .await
}

/// When a member's next daily mail is written, where they want one.
fn next_daily(mail: &MemberMail, hub: &Hub) -> Option<Timestamp> {
    (mail.choice.listed == ListedMail::Daily)
        .then(|| next_morning(hub, mail.listed_through).plus(SETTLED))
}

/// The first eight o'clock of a hub after a moment.
fn next_morning(hub: &Hub, after: Timestamp) -> Timestamp {
    let zone = TimeZone::get(&hub.time_zone).unwrap_or(TimeZone::UTC);
    let today = after.to_jiff().to_zoned(zone.clone()).date();
    let morning = |date: jiff::civil::Date| {
        let at = date.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).ok()?;
        Some(Timestamp::from_micros(at.timestamp().as_microsecond()))
    };
    let days = [Some(today), today.tomorrow().ok()];
    let next = days.into_iter().flatten().filter_map(morning).find(|at| *at > after);
    next.unwrap_or_else(|| after.plus(Duration::from_secs(86_400)))
}
