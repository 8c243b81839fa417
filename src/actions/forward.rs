//! Passing listed posts on, from category to category: TrackBack's ping lists.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::forwarding::{self, Forward};
use crate::db::jobs::{self, Claimed};
use crate::db::pings::{self, Ping};
use crate::db::{DbConnection, DbError, Tx, categories, hubs, log};
use crate::fetch::{FetchError, Post, Posted};
use crate::model::forward::{ForwardOutcome, MAX_ADDRESSES, MAX_SAID, without_secrets};
use crate::model::id::{AccountId, CategoryId, ForwardAddressId, ForwardId, HubId};
use crate::model::log::LogKind;
use crate::model::text;
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::secret::Secret;
use crate::wire::trackback::{FORM_TYPE, FORWARDED_HEADER, OutgoingPing, encode, read_answer};

const MINUTE: Duration = Duration::from_secs(60);
/// How long after each try the next one is: after the last there is none.
const AGAIN: [Duration; 4] =
    [MINUTE, Duration::from_secs(600), Duration::from_secs(7_200), Duration::from_secs(86_400)];

/// Why an address is not added.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    /// No web address.
    #[error(transparent)]
    Url(#[from] WebUrlError),
    /// One of our own.
    #[error("This is an address of this site: posts are not passed on to where they are.")]
    Own,
    /// Its name leads nowhere, or to where strangers' addresses must not lead: which of the two
    /// is not said (`security.md` T7).
    #[error("No server was found there that posts can be sent to: check the address.")]
    NoServer,
    /// The category has it already.
    #[error("This category passes its posts on to that address already.")]
    Already,
    /// Readers of the category need a password.
    #[error(
        "Readers need a password here: what only they may read is not passed on. Change who may read first."
    )]
    Locked,
    /// Too many.
    #[error("A category passes its posts on to at most 20 addresses: remove one first.")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for ForwardError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Already,
            error => Self::Database(error),
        }
    }
}

/// How long a suspended hub's posts wait before they are looked at again.
const WHILE_SUSPENDED: Duration = Duration::from_secs(3_600);

/// From now on, passes the posts that a category lists on to this address.
pub async fn add(app: &App, gate: &Gate, typed: &str, by: AccountId) -> Result<(), ForwardError> {
    if gate.is_secret() {
        return Err(ForwardError::Locked);
    }
    let (hub, category) = (gate.hub.id, gate.category.id);
    let url = WebUrl::parse_on(typed, app.hosts())?;
    if app.is_ours(url.as_url()) {
        return Err(ForwardError::Own);
    }
    app.fetcher.judge(url.as_url()).await.map_err(|_where| ForwardError::NoServer)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let known = forwarding::list_addresses(tx.reading(), hub, category)?.len();
            if i64::try_from(known).unwrap_or(i64::MAX) >= MAX_ADDRESSES {
                return Err(ForwardError::TooMany);
            }
            forwarding::insert_address(tx, hub, category, url.as_str(), now)?;
            // Its path may hold a passphrase.
            let host = url.as_url().host_str().unwrap_or_default();
            let detail = format!("has posts passed on to {host}");
            Ok(log::insert(tx, hub, Some(by), LogKind::Forwarding, &detail, now)?)
        })
        .await
}

/// Passes nothing on to an address any more. Says whether there was such a one.
pub async fn remove(
    app: &App,
    hub: HubId,
    category: CategoryId,
    address: ForwardAddressId,
    by: AccountId,
) -> Result<bool, DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let was_there = forwarding::delete_address(tx, hub, category, address)?;
            if was_there {
                let detail = "ended a forwarding of posts";
                log::insert(tx, hub, Some(by), LogKind::Forwarding, detail, now)?;
            }
            Ok(was_there)
        })
        .await
}

/// What is to be sent.
struct Due {
    forward: Forward,
    url: Secret<String>,
    ping: Ping,
    gate: Gate,
}

impl Due {
    fn find(
        connection: &mut DbConnection,
        hub: HubId,
        id: ForwardId,
    ) -> Result<Option<Self>, DbError> {
        let Some((forward, url)) = forwarding::find(connection, hub, id)? else { return Ok(None) };
        let Some(ping) = pings::find(connection, hub, forward.ping_id)? else { return Ok(None) };
        let row = hubs::find(connection, hub)?;
        let category = categories::find(connection, hub, ping.category_id)?;
        let (Some(hub), Some(category)) = (row, category) else { return Ok(None) };
        Ok(Some(Self { forward, url, ping, gate: Gate { hub, category } }))
    }
}

/// Passes a post on, if everybody may read it by now.
pub async fn send(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, id) = (job.key.hub, ForwardId(job.key.subject));
    let now = app.clock.now();
    let found = app.db.read(move |c| Due::find(c, hub, id)).await?;
    let waits = |due: &Due| due.forward.outcome == ForwardOutcome::Waiting;
    let Some(Due { mut forward, url, ping, gate }) = found.filter(waits) else {
        return app.db.write(move |tx| jobs::finish(tx, &job, None)).await;
    };
    if gate.hub.suspended_at.is_some() {
        let later = Some(now.plus(WHILE_SUSPENDED));
        return app.db.write(move |tx| jobs::finish(tx, &job, later)).await;
    }
    if !ping.is_public() {
        return app.db.write(move |tx| leave_out(tx, &job, &forward, now)).await;
    }
    let again = match Url::parse(url.expose()) {
        // Who may read changes after an address was added.
        _ if gate.is_secret() => {
            forward.end(ForwardOutcome::Failed, "Readers need a password: it was not sent.");
            None
        }
        Ok(url) => try_once(app, &mut forward, &url, &ping).await,
        Err(_unreadable) => {
            forward.end(ForwardOutcome::Failed, "The address cannot be read.");
            None
        }
    };
    app.db
        .write(move |tx| {
            forwarding::update_tried(tx, hub, &forward)?;
            jobs::finish(tx, &job, again)
        })
        .await
}

/// A post that left the lists before it was sent: it is as if it had never been listed.
fn leave_out(
    tx: &mut Tx<'_>,
    job: &Claimed,
    forward: &Forward,
    now: Timestamp,
) -> Result<(), DbError> {
    let hub = job.key.hub;
    let ping = pings::find_for_update(tx, hub, forward.ping_id)?;
    if ping.is_some_and(|ping| ping.is_public()) {
        // It came back while we looked: the next turn sends it.
        return jobs::finish(tx, job, Some(now));
    }
    forwarding::delete(tx, hub, forward.id)?;
    jobs::finish(tx, job, None)
}

impl Forward {
    fn end(&mut self, outcome: ForwardOutcome, said: impl Into<String>) {
        self.outcome = outcome;
        self.said = said.into();
    }
}

/// Sends a post; says when it is sent again, if at all.
async fn try_once(app: &App, forward: &mut Forward, url: &Url, ping: &Ping) -> Option<Timestamp> {
    let now = app.clock.now();
    if is_own(app, url) {
        forward.end(ForwardOutcome::Failed, "This is an address of this site.");
        return None;
    }
    let body = encode(&OutgoingPing {
        url: &ping.url,
        title: &ping.title,
        excerpt: &ping.excerpt,
        blog_name: &ping.blog_name,
        forwarded: true,
    });
    let post = Post {
        url,
        content_type: FORM_TYPE,
        mark: FORWARDED_HEADER,
        body: &body,
        ping: ping.public_id,
    };
    let answered = app.fetcher.post(&post).await;
    if let Err(FetchError::TooBusy(busy)) = answered {
        return Some(now.plus(busy.retry_after));
    }
    app.metrics.fetch("forward");
    forward.tries += 1;
    forward.tried_at = Some(now);
    match answered {
        Ok(posted) => judge(forward, &posted, url, now),
        Err(error) if error.may_pass() => {
            put_off(forward, "There was no answer that could be read.".to_owned(), None, now)
        }
        Err(error) => {
            forward.end(ForwardOutcome::Failed, error.outward());
            None
        }
    }
}

/// The public address may have changed since the address was added.
fn is_own(app: &App, url: &Url) -> bool {
    app.is_ours(url)
}

/// What the answer to a post means.
fn judge(forward: &mut Forward, posted: &Posted, url: &Url, now: Timestamp) -> Option<Timestamp> {
    let answered = read_answer(&posted.body);
    let message = answered.as_ref().ok().and_then(|answered| answered.message.as_deref());
    let message = message.map(|said| text::shorten(&without_secrets(said, url), MAX_SAID));
    if matches!(posted.status, 408 | 429 | 500..) {
        let said = message.unwrap_or_else(|| format!("The status was {}.", posted.status));
        return put_off(forward, said, posted.headers.retry_after, now);
    }
    match answered {
        Ok(answered) if answered.error == 0 && posted.status < 300 => {
            forward.end(ForwardOutcome::Taken, "");
        }
        Ok(answered) if answered.error != 0 => {
            let said = message.unwrap_or_else(|| "No reason was given.".to_owned());
            forward.end(ForwardOutcome::Refused, said);
        }
        Ok(_) | Err(_) if posted.status >= 300 => {
            forward.end(ForwardOutcome::Failed, format!("The status was {}.", posted.status));
        }
        Ok(_) | Err(_) => forward.end(ForwardOutcome::Failed, "The answer was not TrackBack."),
    }
    None
}

/// The next try, or none after the fifth.
fn put_off(
    forward: &mut Forward,
    said: String,
    asked: Option<Duration>,
    now: Timestamp,
) -> Option<Timestamp> {
    let next = usize::try_from(forward.tries - 1).ok().and_then(|tries| AGAIN.get(tries));
    let outcome = if next.is_some() { ForwardOutcome::Waiting } else { ForwardOutcome::Failed };
    forward.end(outcome, said);
    next.map(|wait| now.plus(asked.unwrap_or_default().max(*wait)))
}
