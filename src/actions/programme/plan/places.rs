//! Which category a session goes into.

use std::collections::{HashMap, HashSet};

use super::Into;
use crate::db::categories::Category;
use crate::db::talks::{Programme, Talk};
use crate::model::hub::{MAX_TITLE, line};
use crate::model::id::CategoryId;
use crate::model::slug::Slug;
use crate::model::talk::{Arrangement, Session};

/// Where sessions without a track go.
const NO_TRACK: &str = "Talks";

/// More categories than these are no hub's: which of them are the same is not looked at.
const MOST_NEW: usize = 100;

/// Where talks go.
pub(super) struct Places<'a> {
    arrangement: Arrangement,
    one: Option<CategoryId>,
    categories: &'a [Category],
    /// Where the talks of a track are: its organizers may have renamed the category.
    tracks: HashMap<&'a str, CategoryId>,
    /// Categories that are talks, or are about to be.
    taken: HashSet<CategoryId>,
    /// The titles of categories that are to be opened.
    pub(super) new: Vec<String>,
}

impl<'a> Places<'a> {
    pub(super) fn of(talks: &'a [Talk], categories: &'a [Category], programme: &Programme) -> Self {
        let one = categories.iter().find(|category| category.slug == programme.category);
        let (own, others): (Vec<_>, Vec<_>) = talks.iter().partition(|talk| talk.is_category);
        let is_of_track = |talk: &&&Talk| talk.gone_at.is_none();
        Self {
            arrangement: programme.arrangement,
            one: one.map(|category| category.id),
            categories,
            tracks: others
                .iter()
                .filter(is_of_track)
                .map(|talk| (talk.track.as_str(), talk.category_id))
                .collect(),
            taken: own.iter().map(|talk| talk.category_id).collect(),
            new: Vec::new(),
        }
    }

    /// The category of a session, and whether it is the session.
    pub(super) fn place(&mut self, session: &Session, talk: Option<&Talk>) -> (Into, bool) {
        if let Some(talk) = talk.filter(|talk| talk.is_category) {
            return (Into::Category(talk.category_id), true);
        }
        match (self.arrangement, self.one) {
            (Arrangement::One, Some(one)) => (Into::Category(one), false),
            (Arrangement::Categories, _) => (self.own(session), true),
            (Arrangement::Tracks | Arrangement::One, _) => (self.of_track(session, talk), false),
        }
    }

    fn of_track(&mut self, session: &Session, talk: Option<&Talk>) -> Into {
        if let Some(talk) =
            talk.filter(|talk| talk.track == session.track && talk.gone_at.is_none())
        {
            return Into::Category(talk.category_id);
        }
        if let Some(category) = self.tracks.get(session.track.as_str()) {
            return Into::Category(*category);
        }
        let title = if session.track.is_empty() { NO_TRACK } else { &session.track };
        self.named(&line(title, MAX_TITLE), false)
    }

    fn own(&mut self, session: &Session) -> Into {
        let title = line(&session.title, MAX_TITLE);
        let into = self.named(&title, true);
        if let Into::Category(id) = into {
            self.taken.insert(id);
        }
        into
    }

    /// The category of this title, or with its name in addresses; a new one, where there is none.
    fn named(&mut self, title: &str, is_own: bool) -> Into {
        let (lower, slug) = (title.to_lowercase(), Slug::suggest(title));
        let is_it = |category: &&Category| {
            (category.title.to_lowercase() == lower || !slug.is_empty() && category.slug == slug)
                && !self.taken.contains(&category.id)
                && !(is_own && self.tracks.values().any(|of_track| *of_track == category.id))
        };
        if let Some(category) = self.categories.iter().find(is_it) {
            return Into::Category(category.id);
        }
        let looked_at = self.new.iter().take(MOST_NEW);
        let same = looked_at.filter(|_| !is_own).position(|new| new.to_lowercase() == lower);
        if let Some(at) = same {
            return Into::New(at);
        }
        self.new.push(title.to_owned());
        Into::New(self.new.len() - 1)
    }

    pub(super) fn is_called(&self, category: CategoryId, title: &str) -> bool {
        let title = line(title, MAX_TITLE);
        self.categories.iter().any(|it| it.id == category && it.title == title)
    }
}
