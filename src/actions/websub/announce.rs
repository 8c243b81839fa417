//! Telling other hubs, which the operator named, that a feed changed.

use std::sync::Arc;

use url::Url;

use super::{Feeds, find_of_hub};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::jobs::{self, Claimed};
use crate::db::websub::announcements::{self, Announcement};
use crate::db::{DbConnection, DbError};
use crate::fetch::{FetchError, Posted, Push};
use crate::model::id::{AnnouncementId, HubId};
use crate::model::view::View;
use crate::model::websub::{AGAIN, FeedFormat};
use crate::wire::trackback::FORM_TYPE;
use crate::wire::websub::announcement;

/// Where operators named other hubs, has a change of any hub told to them from now on.
pub async fn announce_all(app: &App) -> Result<(), DbError> {
    if app.config.websub.websub_hubs.is_empty() {
        return Ok(());
    }
    app.db.write(crate::db::websub::update_all_pushed).await
}

/// Tells another hub that a feed changed, in each of its formats.
pub async fn announce(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, id) = (job.key.hub, AnnouncementId(job.key.subject));
    let reader = Arc::clone(app);
    let found = app
        .db
        .read(move |c| match announcements::find(c, hub, id)? {
            Some(told) => Ok::<_, DbError>(Some((look(&reader, c, hub, &told)?, told))),
            None => Ok(None),
        })
        .await?;
    let Some((Some(Changed { topics, print }), mut told)) = found else {
        return app.db.write(move |tx| jobs::finish(tx, &job, None)).await;
    };
    let again = match tell(app, hub, &told.endpoint, &topics).await {
        Told::Yes => {
            (told.told_print, told.tries) = (Some(print), 0);
            None
        }
        Told::Later(at) => Some(at),
        Told::Failed(earliest) => {
            put_off(&mut told, app.clock.now()).map(|again| again.max(earliest))
        }
    };
    app.db
        .write(move |tx| {
            announcements::update(tx, hub, &told)?;
            jobs::finish(tx, &job, again)
        })
        .await
}

/// The feeds of a hub or category.
struct Changed {
    /// Their addresses.
    topics: Vec<String>,
    /// The hash of what they say.
    print: Vec<u8>,
}

/// The feeds in question; `None` where they are not for others.
fn look(
    app: &App,
    connection: &mut DbConnection,
    hub: HubId,
    told: &Announcement,
) -> Result<Option<Changed>, DbError> {
    let Feeds::Open(source) = find_of_hub(connection, hub, told.category_id, View::default())?
    else {
        return Ok(None);
    };
    if !source.is_public() {
        return Ok(None);
    }
    let page = match &source.category {
        Some(category) => source.hub.category_path(&category.slug),
        None => source.hub.path(),
    };
    let page = app.addresses.path(&page);
    let mut topics = Vec::new();
    for format in FeedFormat::ALL {
        if app.render_feed(connection, source.feed(), *format)?.is_some() {
            topics.push(format.feed_of(&page));
        }
    }
    Ok(Some(Changed { topics, print: source.print(connection)? }))
}

/// What became of telling.
enum Told {
    /// The other hub took it.
    Yes,
    /// It failed, and is tried again at the earliest then.
    Failed(Timestamp),
    /// It was not told yet: not before then.
    Later(Timestamp),
}

async fn tell(app: &App, hub: HubId, endpoint: &str, topics: &[String]) -> Told {
    let now = app.clock.now();
    let Ok(url) = Url::parse(endpoint) else { return Told::Yes };
    // All of a page's feeds at once: the other hub has one turn for us at a time.
    let body = announcement(topics);
    let push = Push { hub, url: &url, content_type: FORM_TYPE, headers: &[], body: &body };
    let told = match app.fetcher.push(&push).await {
        Err(FetchError::TooBusy(busy)) => return Told::Later(now.plus(busy.retry_after)),
        Ok(Posted { status: 200..300, .. }) => Told::Yes,
        Ok(Posted { headers, .. }) => {
            Told::Failed(now.plus(headers.retry_after.unwrap_or_default()))
        }
        Err(_failed) => Told::Failed(now),
    };
    app.metrics.push(if matches!(told, Told::Yes) { "announced" } else { "unannounced" });
    told
}

/// When it is tried again, or never: then the next change is announced.
fn put_off(told: &mut Announcement, now: Timestamp) -> Option<Timestamp> {
    let next = usize::try_from(told.tries).ok().and_then(|tries| AGAIN.get(tries));
    told.tries = next.map_or(0, |_| told.tries + 1);
    next.map(|wait| now.plus(*wait))
}
