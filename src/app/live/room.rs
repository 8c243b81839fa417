//! The listeners of one hub, and what they are told. It reads nothing and waits for nothing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::Sender;

use crate::app::Lock;
use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::listed::Listed;
use crate::model::category::Readers;
use crate::model::id::{CategoryId, PublicId};
use crate::model::mark::Mark;
use crate::wire::events::{self, Post, STILL_HERE};

/// How many posts a room remembers, for those who come back: whoever missed more loads the page.
pub const TOLD: usize = 50;

/// A post is news if it was listed as of now. Writers that overtake each other, and clocks of other
/// instances, are within this; what was listed as of long ago (it moved in, or a verdict was taken
/// back) does not stand on top of any page, and is not told.
const LATE: Duration = Duration::from_secs(10);

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
    /// The newest posts of all its categories, newest first: one more than [`TOLD`], if there are.
    pub posts: Vec<Listed>,
    /// Its categories.
    pub categories: Vec<Category>,
    /// The hub.
    pub hub: Hub,
}

/// A post that was told, ready to be told again.
#[derive(Debug)]
struct Told {
    mark: Mark,
    category: CategoryId,
    event: String,
}

/// A hub's room.
#[derive(Debug, Default)]
pub struct Room {
    /// The newest posts, in the order they were told.
    told: VecDeque<Told>,
    /// The hub as it was seen last.
    now: Option<(Hub, Vec<Category>)>,
    /// Whether older posts are listed than those that are remembered.
    has_older: bool,
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
        let missed = listener.after.map(|after| self.missed(listener.category, after));
        if listener.tell(missed.unwrap_or_default().into()) {
            self.listeners.push(listener);
        }
    }

    /// Tells everybody what is new in the hub, and sends away who may not read any more what they
    /// were let in for.
    pub fn update(&mut self, mut seen: Seen) {
        let is_first = self.now.is_none();
        let has_older = seen.posts.len() > TOLD;
        seen.posts.truncate(TOLD);
        self.listeners.retain(|listener| may_listen(listener, &seen.hub, &seen.categories));
        let news = if is_first {
            self.remember(&seen, None);
            0
        } else {
            let newest = self.told.iter().map(|told| told.mark.at).max();
            self.remember(&seen, Some(newest.map_or(Mark::BEGINNING.at, |at| at.minus(LATE))))
        };
        self.has_older = has_older;
        self.now = Some((seen.hub, seen.categories));
        // Where all that can be seen is new, there may be more that cannot.
        self.tell(news, news == TOLD && has_older);
    }

    /// Notes the posts that are listed, those listed since then as news at the end; how many.
    fn remember(&mut self, seen: &Seen, since: Option<Timestamp>) -> usize {
        let listed: HashMap<PublicId, &Listed> =
            seen.posts.iter().map(|post| (post.public_id, post)).collect();
        // Told again, it is told as it stands by then.
        let as_it_stands = |old: &Told| told(listed.get(&old.mark.id)?, &seen.categories);
        self.told.retain_mut(|told| as_it_stands(told).map(|now| *told = now).is_some());
        let known: HashSet<PublicId> = self.told.iter().map(|told| told.mark.id).collect();
        let unknown = seen.posts.iter().filter(|post| !known.contains(&post.public_id));
        let (news, old): (Vec<Told>, Vec<Told>) = unknown
            .filter_map(|post| told(post, &seen.categories))
            .partition(|told| since.is_some_and(|since| told.mark.at >= since));
        old.into_iter().for_each(|told| self.told.push_front(told));
        let count = news.len();
        self.told.extend(news.into_iter().rev());
        count
    }

    /// Tells the last `news` posts. The bytes are made once for all who listen to the same.
    fn tell(&mut self, news: usize, is_much: bool) {
        if news == 0 {
            return;
        }
        let first = self.told.len() - news;
        let mut made: HashMap<Option<CategoryId>, Bytes> = HashMap::new();
        let mut listeners = std::mem::take(&mut self.listeners);
        listeners.retain(|listener| {
            let category = listener.category;
            let events = made.entry(category).or_insert_with(|| {
                let events = if is_much { self.reload() } else { self.events(category, first) };
                Bytes::from(events)
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

    /// What somebody missed who knows of `after`.
    fn missed(&self, category: Option<CategoryId>, after: Mark) -> String {
        if let Some(place) = self.told.iter().position(|told| told.mark.id == after.id) {
            return self.events(category, place + 1);
        }
        let oldest = self.told.iter().map(|told| told.mark.at).min();
        if self.has_older && oldest.is_some_and(|oldest| oldest > after.at) {
            let is_behind = self.newest(category).is_some_and(|newest| newest > after.at);
            return if is_behind { self.reload() } else { String::new() };
        }
        // The one they know of is not listed any more, or this room is newer than it: what may
        // have overtaken it is told twice rather than never.
        let since = after.at.minus(LATE);
        self.events_where(category, |told| told.mark.at >= since)
    }

    /// When the newest post was listed of what somebody listens to.
    fn newest(&self, category: Option<CategoryId>) -> Option<Timestamp> {
        let (hub, categories) = self.now.as_ref()?;
        match category {
            Some(id) => categories.iter().find(|category| category.id == id)?.last_listed_at,
            None => hub.last_listed_at,
        }
    }

    fn reload(&self) -> String {
        self.told.back().map(|told| events::reload(&told.mark.to_string())).unwrap_or_default()
    }

    fn events(&self, category: Option<CategoryId>, first: usize) -> String {
        let ids: HashSet<PublicId> = self.told.range(first..).map(|told| told.mark.id).collect();
        self.events_where(category, |told| ids.contains(&told.mark.id))
    }

    /// The events of a category, or of the hub's public ones.
    fn events_where(
        &self,
        category: Option<CategoryId>,
        is_wanted: impl Fn(&Told) -> bool,
    ) -> String {
        let categories = self.now.as_ref().map(|(_, categories)| categories.as_slice());
        let is_heard = |told: &&Told| match category {
            Some(category) => told.category == category,
            None => is_public(categories.unwrap_or_default(), told.category),
        };
        let wanted = self.told.iter().filter(is_heard).filter(|told| is_wanted(told));
        wanted.map(|told| told.event.as_str()).collect()
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

/// A post as it is told.
fn told(post: &Listed, categories: &[Category]) -> Option<Told> {
    let mark = Mark { at: post.listed_at?, id: post.public_id };
    let category = categories.iter().find(|category| category.id == post.category_id)?;
    let event = events::post(
        &mark.to_string(),
        &Post {
            id: post.public_id.to_string(),
            title: &post.title,
            url: &post.url,
            blog: &post.blog_name,
            listed: mark.at.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            category: &category.title,
        },
    );
    Some(Told { mark, category: category.id, event })
}

#[cfg(test)]
mod tests;
