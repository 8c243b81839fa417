//! Asking a callback whether it asked (W3C WebSub 5.3), and telling one that it is over (5.2).

use std::sync::Arc;

use url::Url;

use super::{Feeds, Whose, find};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::jobs::{self, Claimed};
use crate::db::websub::{self, Subscription};
use crate::db::{DbError, Tx, members};
use crate::fetch::{FetchError, Posted};
use crate::model::id::{HubId, SubscriptionId};
use crate::model::websub::{AGAIN, Asked};
use crate::secret::{random_token, same};
use crate::wire::websub::{denial, question};

/// How often a callback that gives no answer is asked again.
const RETRIES: usize = 2;
/// Why a feed is not pushed any more: whether it is locked or deleted is not said.
const REASON: &str = "The feed is not public any more.";

/// What became of asking.
enum Heard {
    /// The callback said yes, or was told.
    Yes,
    /// It said no, in whatever words.
    No,
    /// It could not be reached: perhaps later.
    Nothing,
    /// It was not asked yet: not before then.
    Later(Timestamp),
}

/// Asks a callback what is to be asked, or tells it what is to be told.
pub async fn ask(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, id) = (job.key.hub, SubscriptionId(job.key.subject));
    let found = app.db.read(move |c| websub::find(c, hub, id)).await?;
    let Some((subscription, asked)) = found.and_then(|s| s.asked.map(|asked| (s, asked))) else {
        return app.db.write(move |tx| jobs::finish(tx, &job, None)).await;
    };
    let heard = match Url::parse(subscription.callback.expose()) {
        Ok(callback) => say(app, hub, &subscription, asked, &callback).await,
        Err(_unreadable) => Heard::No,
    };
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            if let Heard::Later(at) = heard {
                return jobs::finish(tx, &job, Some(at));
            }
            if let Heard::Nothing = heard
                && let Some(at) = put_off(tx, hub, &subscription, now)?
            {
                return jobs::finish(tx, &job, Some(at));
            }
            // The hub's row first, as everywhere: what is listed from here on finds that somebody
            // subscribed, and is pushed.
            members::lock(tx, hub)?;
            // Ended first: what is enqueued from now on is done.
            jobs::finish(tx, &job, None)?;
            match (asked, heard) {
                (Asked::Subscribe, Heard::Yes) => begin(tx, hub, &subscription, now),
                (Asked::Unsubscribe, Heard::Yes) => websub::end_as_asked(tx, hub, &subscription),
                _ => websub::end_asked(tx, hub, &subscription, now),
            }
        })
        .await
}

/// The callback wants the feed, and gets it, if everybody may still read it.
fn begin(
    tx: &mut Tx<'_>,
    hub: HubId,
    subscription: &Subscription,
    now: Timestamp,
) -> Result<(), DbError> {
    match find(tx.reading(), &Whose::subscribed(hub, subscription))? {
        Feeds::Open(source) => {
            let print = source.print(tx.reading())?;
            websub::confirm(tx, hub, subscription, &print, now)
        }
        Feeds::Suspended | Feeds::Closed => websub::deny_one(tx, hub, subscription.id, now),
    }
}

/// When a callback that gave no answer is asked again, if at all.
fn put_off(
    tx: &mut Tx<'_>,
    hub: HubId,
    subscription: &Subscription,
    now: Timestamp,
) -> Result<Option<Timestamp>, DbError> {
    let tries = usize::try_from(subscription.asked_tries).unwrap_or(RETRIES);
    let Some(wait) = AGAIN[..RETRIES].get(tries) else { return Ok(None) };
    websub::update_asked_tries(tx, hub, subscription, subscription.asked_tries + 1)?;
    Ok(Some(now.plus(*wait)))
}

async fn say(
    app: &App,
    hub: HubId,
    subscription: &Subscription,
    asked: Asked,
    callback: &Url,
) -> Heard {
    let topic = &subscription.topic;
    let challenge = random_token();
    let lease = (asked == Asked::Subscribe).then_some(subscription.asked_lease);
    let url = match asked {
        Asked::Denied => denial(callback, topic, REASON),
        Asked::Subscribe | Asked::Unsubscribe => {
            question(callback, asked, topic, challenge.expose(), lease)
        }
    };
    let answered = app.fetcher.ask_callback(&url, hub).await;
    let heard = match answered {
        Err(FetchError::TooBusy(busy)) => {
            return Heard::Later(app.clock.now().plus(busy.retry_after));
        }
        // 5.3.1: a status of success, and the challenge to the letter.
        Ok(Posted { status: 200..300, body, .. })
            if asked == Asked::Denied || same(&body, challenge.expose().as_bytes()) =>
        {
            Heard::Yes
        }
        Err(error) if error.may_pass() => Heard::Nothing,
        Ok(_) | Err(_) => Heard::No,
    };
    app.metrics.push(match (asked, &heard) {
        (Asked::Denied, _) => "denied",
        (_, Heard::Yes) => "confirmed",
        _ => "unconfirmed",
    });
    heard
}
