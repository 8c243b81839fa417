//! The listeners of one hub, and what they are told. It reads nothing and waits for nothing.

mod memory;

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::Sender;

use memory::Memory;

use crate::app::Lock;
use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::listed::Listed;
use crate::model::category::Readers;
use crate::model::id::CategoryId;
use crate::model::mark::Mark;
use crate::wire::events::STILL_HERE;

/// How many posts a room remembers, for those who come back: whoever missed more loads the page.
pub const TOLD: usize = 50;

/// Somebody who listens to a hub, or to one of its categories.
#[derive(Debug)]
pub struct Listener {
    /// The category; else the hub's public ones.
    pub category: Option<CategoryId>,
    /// What stood before it when they were let in.
    pub lock: Option<Lock>,
    /// The last post they know of.
    pub after: Option<Mark>,
    /// Until when they are told, on [`crate::clock::Clock::monotonic`]: their right to read is
    /// asked for again then.
    pub until: Duration,
    /// Where to tell them. Whoever lets it fill up is sent away, and comes back.
    pub events: Sender<Bytes>,
}

impl Listener {
    /// Tells them; whether they are still there.
    fn tell(&self, events: Bytes) -> bool {
        events.is_empty() || self.events.try_send(events).is_ok()
    }
}

/// A hub as it stands: read in this order, so that who may read is never older than the posts.
#[derive(Debug)]
pub struct Seen {
    /// The newest posts of its public categories, newest first: one more than [`TOLD`], if there
    /// are.
    pub posts: Vec<Listed>,
    /// The same of those that are not public.
    pub apart: Vec<Listed>,
    /// Its categories.
    pub categories: Vec<Category>,
    /// The hub.
    pub hub: Hub,
}

/// A hub's room.
#[derive(Debug, Default)]
pub struct Room {
    /// What was told of its public categories.
    open: Memory,
    /// What was told of the others: how much it is changes nothing for those who hear the first.
    apart: Memory,
    /// The hub as it was seen last.
    now: Option<(Hub, Vec<Category>)>,
    listeners: Vec<Listener>,
}

impl Room {
    /// Whether nobody is in it.
    pub const fn is_empty(&self) -> bool {
        self.listeners.is_empty()
    }

    /// Lets somebody in and tells them what they missed.
    pub fn enter(&mut self, listener: Listener) {
        let Some((hub, categories)) = &self.now else { return };
        if !may_listen(&listener, hub, categories) {
            return;
        }
        let missed = listener.after.map(|after| {
            let newest = newest(hub, categories, listener.category);
            self.memory_of(listener.category).missed(listener.category, after, newest)
        });
        if listener.tell(missed.unwrap_or_default().into()) {
            self.listeners.push(listener);
        }
    }

    /// Tells everybody what is new in the hub, and sends away who may not read any more what they
    /// were let in for.
    pub fn update(&mut self, seen: Seen) {
        self.listeners.retain(|listener| may_listen(listener, &seen.hub, &seen.categories));
        let before = self.now.take();
        let is_first = before.is_none();
        // Who may read is read after the posts.
        let (public, apart): (Vec<&Category>, Vec<&Category>) =
            seen.categories.iter().partition(|category| category.readers == Readers::Public);
        self.open.update(seen.posts, &public, is_first);
        self.apart.update(seen.apart, &apart, is_first);
        self.now = Some((seen.hub, seen.categories));
        if let Some((hub, categories)) = before {
            self.tell(|category| newest(&hub, &categories, category));
        }
    }

    /// Tells what is new to whom it is news. `before` is when the newest was listed of what they
    /// heard of so far. The bytes are made once for all who listen to the same.
    fn tell(&mut self, before: impl Fn(Option<CategoryId>) -> Option<Timestamp>) {
        let mut made: HashMap<Option<CategoryId>, Bytes> = HashMap::new();
        let mut listeners = std::mem::take(&mut self.listeners);
        listeners.retain(|listener| {
            let category = listener.category;
            let events = made.entry(category).or_insert_with(|| {
                let Some((hub, categories)) = &self.now else { return Bytes::new() };
                let newest = newest(hub, categories, category);
                let has_moved = newest > before(category);
                self.memory_of(category).news(category, newest.filter(|_| has_moved)).into()
            });
            listener.tell(events.clone())
        });
        self.listeners = listeners;
    }

    /// Tells everybody that the line still holds, and lets those go whose time is over.
    pub fn beat(&mut self, now: Duration) {
        self.listeners.retain(|listener| {
            listener.until > now && listener.tell(Bytes::from_static(STILL_HERE.as_bytes()))
        });
    }

    fn memory_of(&self, category: Option<CategoryId>) -> &Memory {
        let categories = self.now.as_ref().map_or(&[][..], |(_, categories)| categories);
        match category {
            Some(id) if !is_public(categories, id) => &self.apart,
            _ => &self.open,
        }
    }
}

/// Whether what somebody was let in for is still there for them.
fn may_listen(listener: &Listener, hub: &Hub, categories: &[Category]) -> bool {
    let category = match listener.category {
        Some(id) => match categories.iter().find(|category| category.id == id) {
            Some(category) => Some(category),
            None => return false,
        },
        None => None,
    };
    hub.suspended_at.is_none() && Lock::of(hub, category) == listener.lock
}

fn is_public(categories: &[Category], id: CategoryId) -> bool {
    categories.iter().any(|category| category.id == id && category.readers == Readers::Public)
}

/// When the newest post was listed of what somebody listens to.
fn newest(hub: &Hub, categories: &[Category], category: Option<CategoryId>) -> Option<Timestamp> {
    match category {
        Some(id) => categories.iter().find(|category| category.id == id)?.last_listed_at,
        None => hub.last_listed_at,
    }
}

#[cfg(test)]
mod tests;
