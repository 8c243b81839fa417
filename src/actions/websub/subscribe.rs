//! Taking a request for a subscription in.

use std::sync::Arc;

use super::{Feeds, Whose, find};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::slugs::Holder;
use crate::db::websub::{self, Request};
use crate::db::{DbConnection, DbError, members, slugs};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::id::HubId;
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::model::websub::{
    Asked, MAX_ASKED, MAX_ASKED_IN_ALL, MAX_CALLBACK, MAX_OF_DOMAIN, MAX_OF_TOPIC, MAX_OF_VIEWS,
    Publisher, Topic, lease,
};
use crate::wire::websub::SubscriptionRequest;

/// A request, and who sent it.
#[derive(Debug)]
pub struct Asking {
    /// What was asked for.
    pub request: SubscriptionRequest,
    /// Where it came from.
    pub sender: AddressBlock,
}

/// Why a request is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// Not one of our feeds, or one that not everybody may read: which of the two is not said.
    #[error(
        "hub.topic is not the address of a public feed of this site: send the one that the feed itself gives as rel=\"self\"."
    )]
    NoTopic,
    /// The callback is no address that can be sent to.
    #[error("hub.callback cannot be used. {0}")]
    Callback(WebUrlError),
    /// More than [`MAX_CALLBACK`].
    #[error("hub.callback is longer than 1,000 bytes.")]
    LongCallback,
    /// One of our own addresses.
    #[error("hub.callback is an address of this site.")]
    OwnCallback,
    /// Too often, from one address.
    #[error("That was often.")]
    TooOften(TooOften),
    /// [`MAX_OF_TOPIC`], or [`MAX_OF_VIEWS`].
    #[error("This feed has as many subscriptions as it can have.")]
    FullTopic,
    /// [`MAX_OF_DOMAIN`].
    #[error("The callback’s domain has as many subscriptions to feeds of this hub as it can have.")]
    FullDomain,
    /// [`MAX_ASKED`].
    #[error(
        "So many callbacks are to be asked for you, or at this domain: please try again later."
    )]
    Unanswered,
    /// [`MAX_ASKED_IN_ALL`].
    #[error("So many callbacks are to be asked just now: please try again later.")]
    Backlog,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Takes a request in: the callback is asked soon. A request to end what there is not is taken in
/// too, and nothing is done.
pub async fn receive(app: &Arc<App>, asking: Asking) -> Result<(), SubscribeError> {
    app.limits.take(Limit::Subscribe, asking.sender).map_err(SubscribeError::TooOften)?;
    let SubscriptionRequest { subscribes, topic, callback, lease: seconds, secret } =
        asking.request;
    let named = Topic::parse(&app.inward_text(&topic), app.addresses.home())
        .ok_or(SubscribeError::NoTopic)?;
    let callback = check_callback(app, &callback)?;
    let format = named.format;
    let (address, to) = (topic.clone(), callback.as_str().to_owned());
    let found = app.db.read(move |c| find_whose(c, named, &address, &to)).await?;
    let (hub, whose) = found.ok_or(SubscribeError::NoTopic)?;
    let (category_id, across) = match &whose {
        Whose::Hub(_, category, _) => (*category, None),
        Whose::Topic(topic) => (None, Some(topic.clone())),
    };
    let request = Request {
        category_id,
        across,
        format,
        topic,
        domain: callback.registrable_domain().to_owned(),
        sender: app.sender_hash(asking.sender, app.clock.now()),
        print: None,
        callback: callback.as_str().to_owned(),
        asked: if subscribes { Asked::Subscribe } else { Asked::Unsubscribe },
        secret,
        lease: i64::try_from(lease(seconds).as_secs()).unwrap_or(i64::MAX),
    };
    if subscribes { begin(app, hub, request, whose).await } else { end(app, hub, request).await }
}

fn check_callback(app: &App, callback: &str) -> Result<WebUrl, SubscribeError> {
    let mut callback = callback;
    if let Some((before, _fragment)) = callback.split_once('#') {
        callback = before;
    }
    // 5.1: it is sent to as it stands, and not as a blogger may have meant it.
    let url = WebUrl::parse_as_sent(callback, app.hosts()).map_err(SubscribeError::Callback)?;
    if url.as_str().len() > MAX_CALLBACK {
        return Err(SubscribeError::LongCallback);
    }
    if app.is_ours(url.as_url()) {
        return Err(SubscribeError::OwnCallback);
    }
    Ok(url)
}

/// Whose feed a request is about, and the hub that keeps the subscription: under names of today or
/// former ones, so that a subscription that a rename overtook can be renewed.
fn find_whose(
    connection: &mut DbConnection,
    named: Topic,
    address: &str,
    callback: &str,
) -> Result<Option<(HubId, Whose)>, DbError> {
    let (hub, category) = match named.of {
        Publisher::Hub(hub) => (hub, None),
        Publisher::Category(hub, category) => (hub, Some(category)),
        Publisher::Topic(topic) => {
            let keeper = websub::find_keeper(connection, &topic, address, callback)?;
            return Ok(keeper.map(|hub| (hub, Whose::Topic(topic))));
        }
    };
    let Some(Holder::Of(hub)) = slugs::find_hub(connection, &hub)? else { return Ok(None) };
    let category = match category {
        None => None,
        Some(category) => match slugs::find_category(connection, hub, &category)? {
            Some(Holder::Of(category)) => Some(category),
            Some(Holder::Gone) | None => return Ok(None),
        },
    };
    Ok(Some((hub, Whose::Hub(hub, category, named.view))))
}

async fn begin(
    app: &Arc<App>,
    hub: HubId,
    mut request: Request,
    whose: Whose,
) -> Result<(), SubscribeError> {
    let (reader, format) = (Arc::clone(app), request.format);
    let asked = whose.clone();
    let is_served = app
        .db
        .read_in_turn(move |c| match find(c, &asked)? {
            Feeds::Open(source) => Ok(reader.render_feed(c, source.feed(), format)?.is_some()),
            Feeds::Suspended | Feeds::Closed => Ok::<_, DbError>(false),
        })
        .await?;
    if !is_served {
        return Err(SubscribeError::NoTopic);
    }
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            let (topic, callback) = (&request.topic, &request.callback);
            if websub::find_of_callback(tx.reading(), hub, topic, callback)?.is_none() {
                check_room(tx.reading(), hub, &request, now)?;
            }
            let Feeds::Open(source) = find(tx.reading(), &whose)? else {
                return Err(SubscribeError::NoTopic);
            };
            request.print = Some(source.print(tx.reading())?);
            Ok(websub::ask(tx, hub, &request, now)?)
        })
        .await
}

/// Whether there is room for one more subscription, and one more question.
fn check_room(
    connection: &mut DbConnection,
    hub: HubId,
    request: &Request,
    now: Timestamp,
) -> Result<(), SubscribeError> {
    let Request { topic, domain, sender, .. } = request;
    let is_across = request.across.is_some();
    let there = websub::count(connection, hub, topic, domain, sender, is_across, now)?;
    let is_view = topic.contains('?');
    if there.of_topic >= MAX_OF_TOPIC || is_view && there.of_views >= MAX_OF_VIEWS {
        return Err(SubscribeError::FullTopic);
    }
    if there.of_domain >= MAX_OF_DOMAIN {
        return Err(SubscribeError::FullDomain);
    }
    if there.asked_of_domain.max(there.asked_by_sender) >= MAX_ASKED {
        return Err(SubscribeError::Unanswered);
    }
    if there.asked >= MAX_ASKED_IN_ALL {
        return Err(SubscribeError::Backlog);
    }
    Ok(())
}

async fn end(app: &App, hub: HubId, request: Request) -> Result<(), SubscribeError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let (topic, callback) = (&request.topic, &request.callback);
            if websub::find_of_callback(tx.reading(), hub, topic, callback)?.is_some() {
                websub::ask(tx, hub, &request, now)?;
            }
            Ok(())
        })
        .await
}
