//! Telling other hubs, which the operator named, that a feed changed.

use std::sync::Arc;

use url::Url;

use super::{Feeds, find};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::jobs::{self, Claimed};
use crate::db::websub::announcements::{self, Announcement};
use crate::db::{DbConnection, DbError};
use crate::fetch::{FetchError, Posted, Push};
use crate::model::id::{AnnouncementId, HubId};
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
    let again = match tell(app, &told.endpoint, &topics).await {
        Ok(()) => {
            (told.told_print, told.tries) = (Some(print), 0);
            None
        }
        Err(FetchError::TooBusy(busy)) => Some(app.clock.now().plus(busy.retry_after)),
        Err(_failed) => put_off(&mut told, app.clock.now()),
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
    let Feeds::Open(source) = find(connection, hub, told.category_id)? else { return Ok(None) };
    if !source.is_public() {
        return Ok(None);
    }
    let page = match &source.category {
        Some(category) => app.addresses.category(&source.hub.slug, &category.slug),
        None => app.addresses.hub(&source.hub.slug),
    };
    let mut topics = Vec::new();
    for format in FeedFormat::ALL {
        if source.render(app, connection, *format)?.is_some() {
            topics.push(format.feed_of(&page));
        }
    }
    Ok(Some(Changed { topics, print: source.print(connection)? }))
}

async fn tell(app: &App, endpoint: &str, topics: &[String]) -> Result<(), FetchError> {
    let Ok(url) = Url::parse(endpoint) else { return Ok(()) };
    // All of a page's feeds at once: the other hub has one turn for us at a time.
    let body = announcement(topics);
    let push = Push { url: &url, content_type: FORM_TYPE, headers: &[], body: &body };
    let told = app.fetcher.push(&push).await;
    let is_told = matches!(told, Ok(Posted { status: 200..300, .. }));
    app.metrics.push(if is_told { "announced" } else { "unannounced" });
    told.map(drop)
}

/// When it is tried again, or never: then the next change is announced.
fn put_off(told: &mut Announcement, now: Timestamp) -> Option<Timestamp> {
    let next = usize::try_from(told.tries).ok().and_then(|tries| AGAIN.get(tries));
    told.tries = next.map_or(0, |_| told.tries + 1);
    next.map(|wait| now.plus(*wait))
}
