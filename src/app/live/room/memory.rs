//! What was told of the categories that everybody may read, or of the others.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use super::TOLD;
use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::listed::Listed;
use crate::model::id::{CategoryId, PublicId};
use crate::model::mark::Mark;
use crate::wire::events::{self, Post};

/// A post is news if it was listed as of now. Writers that overtake each other, and clocks of other
/// instances, are within this; what was listed as of long ago (it moved in, or a verdict was taken
/// back) does not stand on top of any page, and is not told.
const LATE: Duration = Duration::from_secs(10);

/// The most that is told at once, in bytes: more, and the page is to be loaded again. Whoever does
/// not read what they are told would have the kernel keep it.
const MOST: usize = 16 * 1024;

/// A post that was told, ready to be told again.
#[derive(Debug)]
struct Told {
    mark: Mark,
    category: CategoryId,
    event: String,
    /// Whether it was listed before anybody listened: in which order such posts could be seen is
    /// not known.
    is_old: bool,
}

/// The newest posts, in the order they were told.
#[derive(Debug, Default)]
pub struct Memory {
    told: VecDeque<Told>,
    /// How many of them, at the end, are news.
    news: usize,
    /// Whether older posts are listed than those that are remembered.
    has_older: bool,
}

impl Memory {
    /// Notes the posts that are listed in these categories, newest first: one more than [`TOLD`],
    /// if there are. Those it did not know are news, if they were listed as of now; not at the
    /// first look.
    pub fn update(&mut self, mut posts: Vec<Listed>, categories: &[&Category], is_first: bool) {
        self.has_older = posts.len() > TOLD;
        posts.truncate(TOLD);
        let newest = self.told.iter().map(|told| told.mark.at).max();
        let since = newest.map_or(Mark::BEGINNING.at, |at| at.minus(LATE));
        let listed: HashMap<PublicId, &Listed> =
            posts.iter().map(|post| (post.public_id, post)).collect();
        // Told again, it is told as it stands by then.
        self.told.retain_mut(|old| {
            let now = listed.get(&old.mark.id).and_then(|post| told(post, categories));
            now.map(|now| *old = Told { is_old: old.is_old, ..now }).is_some()
        });
        let known: HashSet<PublicId> = self.told.iter().map(|told| told.mark.id).collect();
        let unknown = posts.iter().filter(|post| !known.contains(&post.public_id));
        let (news, old): (Vec<Told>, Vec<Told>) = unknown
            .filter_map(|post| told(post, categories))
            .partition(|told| !is_first && told.mark.at >= since);
        old.into_iter().for_each(|old| self.told.push_front(Told { is_old: true, ..old }));
        self.news = news.len();
        self.told.extend(news.into_iter().rev());
    }

    /// What is news of a category, or of all. `newest` is when the newest of it was listed, where
    /// that is later than it was.
    pub fn news(&self, category: Option<CategoryId>, newest: Option<Timestamp>) -> String {
        // Where all that can be seen is new, there may be more that cannot.
        if self.news == TOLD && self.has_older {
            return newest.map_or_else(String::new, |newest| self.reload(category, newest));
        }
        let first = self.told.len() - self.news;
        self.events(category, |place, _| place >= first)
    }

    /// What somebody missed who knows of `after`. `newest` is when the newest was listed of what
    /// they listen to.
    pub fn missed(
        &self,
        category: Option<CategoryId>,
        after: Mark,
        newest: Option<Timestamp>,
    ) -> String {
        // What may have overtaken the one they know of is told twice rather than never.
        let since = after.at.minus(LATE);
        if let Some(known) = self.told.iter().position(|told| told.mark.id == after.id) {
            return self.events(category, |place, told| {
                place > known || place < known && told.is_old && told.mark.at >= since
            });
        }
        let oldest = self.told.iter().map(|told| told.mark.at).min();
        if self.has_older && oldest.is_some_and(|oldest| oldest > after.at) {
            let newest = newest.filter(|newest| *newest > after.at);
            return newest.map_or_else(String::new, |newest| self.reload(category, newest));
        }
        // It is not listed any more, or this memory is younger than it.
        self.events(category, |_, told| told.mark.at >= since)
    }

    /// So much that the page is to be loaded again: the newest that they hear of, else the time of
    /// the newest, is what they know of then.
    fn reload(&self, category: Option<CategoryId>, newest: Timestamp) -> String {
        let last = self.heard(category).last().map(|(_, told)| told.mark);
        let mark = last.unwrap_or(Mark { at: newest, ..Mark::BEGINNING });
        events::reload(&mark.to_string())
    }

    fn events(
        &self,
        category: Option<CategoryId>,
        is_wanted: impl Fn(usize, &Told) -> bool,
    ) -> String {
        let wanted = self.heard(category).filter(|(place, told)| is_wanted(*place, told));
        let events: String = wanted.map(|(_, told)| told.event.as_str()).collect();
        let newest = self.told.iter().map(|told| told.mark.at).max();
        newest.filter(|_| events.len() > MOST).map_or(events, |at| self.reload(category, at))
    }

    /// The posts of a category, or all of them.
    fn heard(&self, category: Option<CategoryId>) -> impl Iterator<Item = (usize, &Told)> {
        let told = self.told.iter().enumerate();
        told.filter(move |(_, told)| category.is_none_or(|category| told.category == category))
    }
}

/// A post as it is told.
fn told(post: &Listed, categories: &[&Category]) -> Option<Told> {
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
    Some(Told { mark, category: category.id, event, is_old: false })
}
