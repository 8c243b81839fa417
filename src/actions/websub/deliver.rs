//! Sending a feed to a subscriber (W3C WebSub 7).

use std::sync::Arc;

use url::Url;

use super::{Feeds, Whose, find};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::jobs::{self, Claimed};
use crate::db::websub::{self, Subscription};
use crate::db::{DbConnection, DbError, Tx};
use crate::fetch::{FetchError, Posted, Push};
use crate::model::id::{HubId, SubscriptionId};
use crate::model::websub::{AGAIN, DEAD_AFTER};
use crate::pages_cache::Rendered;
use crate::secret::hmac_hex;

/// What there is to do for a subscription.
enum Work {
    /// The feed is to be sent; with the hash of what it says.
    Send(Box<Rendered>, Vec<u8>),
    /// Nothing: it is over, has what the feed says, or has to wait until its hub is there again.
    Nothing,
    /// Nobody may read the feed any more, or not without a password.
    Closed,
}

/// What became of sending.
enum Sent {
    /// The subscriber has it.
    Taken,
    /// It wants no more (410).
    Gone,
    /// It failed, and is tried again at the earliest then.
    Failed(Timestamp),
    /// It was not sent yet: not before then.
    Later(Timestamp),
}

/// Sends a subscriber the feed as it is now.
pub async fn deliver(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, id) = (job.key.hub, SubscriptionId(job.key.subject));
    let (reader, now) = (Arc::clone(app), app.clock.now());
    let found = app
        .db
        .read(move |c| {
            let Some(subscription) = websub::find(c, hub, id)? else { return Ok(None) };
            let work = look(&reader, c, hub, &subscription, now)?;
            Ok::<_, DbError>(Some((subscription, work)))
        })
        .await?;
    let (subscription, feed, print) = match found {
        Some((subscription, Work::Send(feed, print))) => (subscription, feed, print),
        Some((_, Work::Closed)) => {
            return app
                .db
                .write(move |tx| {
                    jobs::finish(tx, &job, None)?;
                    websub::deny_one(tx, hub, id, now)
                })
                .await;
        }
        Some((_, Work::Nothing)) | None => {
            return app.db.write(move |tx| jobs::finish(tx, &job, None)).await;
        }
    };
    let sent = send(app, hub, &subscription, &feed).await;
    let now = app.clock.now();
    app.db.write(move |tx| note(tx, &job, &subscription, &sent, &print, now)).await
}

fn look(
    app: &App,
    connection: &mut DbConnection,
    hub: HubId,
    subscription: &Subscription,
    now: Timestamp,
) -> Result<Work, DbError> {
    if !subscription.holds(now) {
        return Ok(Work::Nothing);
    }
    let source = match find(connection, &Whose::subscribed(hub, subscription))? {
        Feeds::Open(source) => source,
        Feeds::Suspended => return Ok(Work::Nothing),
        Feeds::Closed => return Ok(Work::Closed),
    };
    let print = source.print(connection)?;
    if subscription.delivered_print.as_ref() == Some(&print) {
        return Ok(Work::Nothing);
    }
    Ok(match app.render_feed(connection, source.feed(), subscription.format)? {
        Some(feed) => Work::Send(Box::new(feed), print),
        None => Work::Closed,
    })
}

async fn send(app: &App, hub: HubId, subscription: &Subscription, feed: &Rendered) -> Sent {
    let (now, topic) = (app.clock.now(), &subscription.topic);
    let Ok(url) = Url::parse(subscription.callback.expose()) else { return Sent::Gone };
    // Feeds are made of text.
    let body = String::from_utf8_lossy(&feed.identity);
    let content_type = feed.headers.get("content-type").and_then(|value| value.to_str().ok());
    let links = format!("<{}>; rel=\"hub\", <{topic}>; rel=\"self\"", app.addresses.websub());
    let mut headers = vec![("link", links)];
    if let Some(secret) = &subscription.secret {
        let signature = hmac_hex(secret, body.as_bytes());
        headers.push(("x-hub-signature", format!("sha256={signature}")));
    }
    let push = Push {
        hub,
        url: &url,
        content_type: content_type.unwrap_or_default(),
        headers: &headers,
        body: &body,
    };
    let sent = match app.fetcher.push(&push).await {
        Err(FetchError::TooBusy(busy)) => return Sent::Later(now.plus(busy.retry_after)),
        Ok(Posted { status: 200..300, .. }) => Sent::Taken,
        Ok(Posted { status: 410, .. }) => Sent::Gone,
        Ok(Posted { headers, .. }) => {
            Sent::Failed(now.plus(headers.retry_after.unwrap_or_default()))
        }
        Err(_failed) => Sent::Failed(now),
    };
    app.metrics.push(match sent {
        Sent::Taken => "delivered",
        Sent::Gone => "gone",
        Sent::Failed(_) | Sent::Later(_) => "failed",
    });
    sent
}

/// Notes what became of sending, and ends the job: for good, or until the next try.
fn note(
    tx: &mut Tx<'_>,
    job: &Claimed,
    subscription: &Subscription,
    sent: &Sent,
    print: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    let (hub, id) = (job.key.hub, subscription.id);
    match sent {
        Sent::Later(at) => jobs::finish(tx, job, Some(*at)),
        Sent::Taken => {
            websub::update_delivered(tx, hub, id, print, now)?;
            jobs::finish(tx, job, None)
        }
        Sent::Gone => {
            websub::end(tx, hub, id)?;
            jobs::finish(tx, job, None)
        }
        Sent::Failed(earliest) => {
            let since = subscription.failing_since_at.unwrap_or(now);
            if now.since(since) >= DEAD_AFTER {
                websub::end(tx, hub, id)?;
                return jobs::finish(tx, job, None);
            }
            let next = usize::try_from(subscription.tries).ok().and_then(|n| AGAIN.get(n));
            // After the last try it waits for the next change.
            let tries = next.map_or(0, |_| subscription.tries + 1);
            websub::update_failed(tx, hub, id, tries, since)?;
            jobs::finish(tx, job, next.map(|wait| now.plus(*wait).max(*earliest)))
        }
    }
}
