//! Finding out whom a change is pushed to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Feeds, Whose, find, find_of_hub};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::jobs::{self, Claimed};
use crate::db::websub::announcements::{self, Announcement};
use crate::db::{DbConnection, DbError, Tx, categories, websub};
use crate::model::id::{CategoryId, HubId};
use crate::model::slug::Slug;
use crate::model::view::View;

/// What is to be done about the feeds of a hub.
#[derive(Default)]
struct Found {
    /// What the feeds say that somebody subscribed to, by category; none stands for the hub's own.
    open: Vec<(Option<CategoryId>, Vec<u8>)>,
    /// Those that nobody may read any more, or not without a password.
    closed: Vec<Option<CategoryId>>,
    /// What the feeds of topics say in which it has a category; none where nobody takes part.
    topics: Vec<(Slug, Option<Vec<u8>>)>,
    /// What the feeds say that other hubs are told of.
    public: BTreeMap<Option<CategoryId>, Vec<u8>>,
}

/// Has a hub's feeds pushed to all who do not have yet what they say now, and other hubs told.
pub async fn push(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, now) = (job.key.hub, app.clock.now());
    let others: Vec<String> =
        app.config.websub.websub_hubs.iter().map(|url| url.as_str().to_owned()).collect();
    let tells_others = !others.is_empty();
    let found = app.db.read(move |c| look(c, hub, tells_others, now)).await?;
    app.db
        .write(move |tx| {
            if found.is_nothing() && !tells_others {
                stop(tx, hub, now)?;
            }
            // Ended first: what changes from now on enqueues it anew.
            jobs::finish(tx, &job, None)?;
            for (category, print) in &found.open {
                websub::enqueue_deliveries(tx, hub, *category, print, now)?;
            }
            for category in &found.closed {
                websub::deny(tx, hub, *category, now)?;
            }
            for (topic, print) in &found.topics {
                match print {
                    Some(print) => websub::enqueue_topic(tx, topic, print, now)?,
                    None => websub::deny_topic(tx, topic, now)?,
                }
            }
            tell_others(tx, hub, &others, &found.public, now)
        })
        .await
}

impl Found {
    const fn is_nothing(&self) -> bool {
        self.open.is_empty() && self.closed.is_empty()
    }
}

fn look(
    connection: &mut DbConnection,
    hub: HubId,
    tells_others: bool,
    now: Timestamp,
) -> Result<Found, DbError> {
    let mut found = Found::default();
    for topic in websub::list_topics(connection, hub, now)? {
        let print = match find(connection, &Whose::Topic(topic.clone()))? {
            Feeds::Open(source) => Some(source.print(connection)?),
            Feeds::Suspended | Feeds::Closed => None,
        };
        found.topics.push((topic, print));
    }
    for category in websub::list_pushed(connection, hub, now)? {
        match find_of_hub(connection, hub, category, View::default())? {
            Feeds::Open(source) => found.open.push((category, source.print(connection)?)),
            // Its feeds are pushed again when it is there again.
            Feeds::Suspended => found.open.clear(),
            Feeds::Closed => found.closed.push(category),
        }
    }
    if tells_others {
        let all = categories::list(connection, hub)?.into_iter().map(|c| Some(c.id));
        for category in std::iter::once(None).chain(all) {
            if let Feeds::Open(source) = find_of_hub(connection, hub, category, View::default())?
                && source.is_public()
            {
                found.public.insert(category, source.print(connection)?);
            }
        }
    }
    Ok(found)
}

/// Nobody subscribed to anything here: changes cost nothing from now on. The hub's row first, so
/// that whoever is confirmed meanwhile waits for us, and is not overlooked.
fn stop(tx: &mut Tx<'_>, hub: HubId, now: Timestamp) -> Result<(), DbError> {
    websub::update_pushed(tx, hub, false)?;
    if !websub::list_pushed(tx.reading(), hub, now)?.is_empty() {
        websub::update_pushed(tx, hub, true)?;
    }
    Ok(())
}

/// Has each other hub told of each public feed that changed since it was told last.
fn tell_others(
    tx: &mut Tx<'_>,
    hub: HubId,
    others: &[String],
    public: &BTreeMap<Option<CategoryId>, Vec<u8>>,
    now: Timestamp,
) -> Result<(), DbError> {
    let known = announcements::list(tx.reading(), hub)?;
    for old in &known {
        if !others.contains(&old.endpoint) || !public.contains_key(&old.category_id) {
            announcements::delete(tx, hub, old.id)?;
        }
    }
    for (category, print) in public {
        for endpoint in others {
            let is_it =
                |old: &&Announcement| old.category_id == *category && old.endpoint == *endpoint;
            let id = match known.iter().find(is_it) {
                Some(old) if old.told_print.as_ref() == Some(print) => continue,
                Some(old) => old.id,
                None => announcements::insert(tx, hub, *category, endpoint)?,
            };
            announcements::enqueue(tx, hub, id, now)?;
        }
    }
    Ok(())
}
