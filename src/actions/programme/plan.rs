//! What importing a schedule would change. Pure: the same schedule twice changes nothing.

mod places;

use std::collections::{HashMap, HashSet, VecDeque};

use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::talks::{Programme, Talk, TalkTexts};
use crate::model::id::{CategoryId, TalkId};
use crate::model::slug::Slug;
use crate::model::talk::{Session, link_key};
use crate::model::web_url::{Hosts, WebUrl};
use places::Places;

/// The category of a talk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Into {
    /// One that is there.
    Category(CategoryId),
    /// One that is to be opened: its place in [`Plan::categories`].
    New(usize),
}

/// A session, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The talk that it is, where it is known.
    pub talk: Option<TalkId>,
    /// Where its posts are sent.
    pub into: Into,
    /// What the talk is to be; its category is filled in when it is there.
    pub texts: TalkTexts,
    /// What it is called in addresses, if that is free.
    pub slug: String,
}

/// What importing a schedule would change.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Talks to add, and to change.
    pub changes: Vec<Planned>,
    /// How many of them are new.
    pub added: usize,
    /// How many talks stay as they are.
    pub same: usize,
    /// Talks that the schedule has no more.
    pub gone: Vec<TalkId>,
    /// Their titles.
    pub gone_titles: Vec<String>,
    /// Titles of categories to open.
    pub categories: Vec<String>,
    /// Categories that are called like their talks, and are to go on being: what they are to be
    /// called.
    pub renamed: Vec<(CategoryId, String)>,
    /// How many sessions have no page of their own, by which posts about them could be known.
    pub without_page: usize,
    /// How many have no time, or none that can be read.
    pub without_time: usize,
}

impl Plan {
    /// Compares a schedule with what there is.
    pub(super) fn of(
        sessions: &[Session],
        talks: &[Talk],
        categories: &[Category],
        programme: &Programme,
        hosts: Hosts,
    ) -> Self {
        let pages = Pages::of(sessions, hosts);
        let mut places = Places::of(talks, categories, programme);
        let without_time = sessions.iter().filter(|session| session.starts_at.is_none()).count();
        let without_page = pages.without(sessions);
        let mut plan = Self { without_page, without_time, ..Self::default() };
        let known = Known::of(talks).find_all(sessions, &pages);
        for (session, talk) in sessions.iter().zip(&known) {
            plan.add(session, *talk, &pages, &mut places);
        }
        let met: HashSet<TalkId> = known.into_iter().flatten().map(|talk| talk.id).collect();
        let gone = talks.iter().filter(|talk| talk.gone_at.is_none() && !met.contains(&talk.id));
        (plan.gone, plan.gone_titles) = gone.map(|talk| (talk.id, talk.title.clone())).unzip();
        plan.categories = places.new;
        plan
    }

    /// Whether it would change nothing.
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.gone.is_empty()
    }

    /// How many talks it would change.
    pub const fn changed(&self) -> usize {
        self.changes.len() - self.added
    }

    fn add(
        &mut self,
        session: &Session,
        talk: Option<&Talk>,
        pages: &Pages,
        places: &mut Places<'_>,
    ) {
        let (into, is_category) = places.place(session, talk);
        let category_id = match into {
            Into::Category(id) => id,
            Into::New(_) => CategoryId(0),
        };
        let texts = TalkTexts { category_id, is_category, ..pages.texts(session) };
        if talk.is_some_and(|talk| talk.gone_at.is_none() && talk.texts() == texts) {
            self.same += 1;
            return;
        }
        self.added += usize::from(talk.is_none());
        if let (Some(talk), Into::Category(id)) = (talk, &into)
            && is_category
            && talk.title != session.title
            && places.is_called(*id, &talk.title)
        {
            self.renamed.push((*id, session.title.clone()));
        }
        let slug = slug_of(session);
        self.changes.push(Planned { talk: talk.map(|talk| talk.id), into, texts, slug });
    }
}

/// What a talk is called in addresses: as its schedule has it, so that the schedule's own pages can
/// name it; else by its title.
fn slug_of(session: &Session) -> String {
    let slugs = [&session.code, &session.title].map(|text| Slug::suggest(text));
    slugs.into_iter().find(|slug| !slug.is_empty()).unwrap_or_else(|| "talk".to_owned())
}

/// The sessions' own pages.
struct Pages {
    /// By what each is known; how many sessions have it.
    counts: HashMap<Vec<u8>, usize>,
    hosts: Hosts,
}

impl Pages {
    fn of(sessions: &[Session], hosts: Hosts) -> Self {
        let mut pages = Self { counts: HashMap::new(), hosts };
        for session in sessions {
            if let Some(page) = pages.parse(session) {
                *pages.counts.entry(link_key(&page)).or_insert(0) += 1;
            }
        }
        pages
    }

    fn parse(&self, session: &Session) -> Option<WebUrl> {
        WebUrl::parse_on(&session.address, self.hosts).ok()
    }

    /// The address of a session's page, and by what a link to it is known: not where several
    /// sessions share one page.
    fn of_session(&self, session: &Session) -> (String, Vec<u8>) {
        let Some(page) = self.parse(session) else { return Default::default() };
        let key = link_key(&page);
        let is_own = self.counts.get(&key).is_some_and(|count| *count == 1);
        (page.as_str().to_owned(), if is_own { key } else { Vec::new() })
    }

    /// What a session says of its talk; of its category nothing.
    fn texts(&self, session: &Session) -> TalkTexts {
        let (address, address_key) = self.of_session(session);
        TalkTexts {
            category_id: CategoryId(0),
            key: session.key.clone(),
            title: session.title.clone(),
            address,
            address_key,
            speakers: session.speakers.clone(),
            room: session.room.clone(),
            track: session.track.clone(),
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            is_category: false,
        }
    }

    fn without(&self, sessions: &[Session]) -> usize {
        sessions.iter().filter(|session| self.of_session(session).1.is_empty()).count()
    }
}

/// The talks that there are, by what a session may be known by.
struct Known<'a> {
    talks: &'a [Talk],
}

/// What a session, or a talk, is known by: some of its texts, which several may have in common.
type Mark = Vec<String>;

impl<'a> Known<'a> {
    const fn of(talks: &'a [Talk]) -> Self {
        Self { talks }
    }

    /// The talks that sessions are: those that did not change; then, of those that are left, by what
    /// the schedule calls them; by their pages; by their titles and times, those in the same room
    /// first. No talk is two sessions.
    fn find_all(&self, sessions: &[Session], pages: &Pages) -> Vec<Option<&'a Talk>> {
        let marked: Vec<TalkTexts> = sessions.iter().map(|session| pages.texts(session)).collect();
        let ways: [fn(&TalkTexts) -> Mark; 5] = [by_all, by_key, by_page, by_room, by_title];
        let mut found = vec![None; sessions.len()];
        let mut met = HashSet::new();
        for way in ways {
            let mut known: HashMap<Mark, VecDeque<&Talk>> = HashMap::new();
            for talk in self.talks.iter().filter(|talk| !met.contains(&talk.id)) {
                known.entry(way(&talk.texts())).or_default().push_back(talk);
            }
            for (texts, found) in marked.iter().zip(&mut found).filter(|it| it.1.is_none()) {
                // A mark that says nothing marks nobody.
                let mark = Some(way(texts)).filter(|mark| !mark.is_empty());
                let talks = mark.and_then(|mark| known.get_mut(&mark));
                *found = talks.and_then(VecDeque::pop_front);
                met.extend(found.map(|talk| talk.id));
            }
        }
        found
    }
}

fn by_all(texts: &TalkTexts) -> Mark {
    let ends = texts.ends_at.map_or(0, Timestamp::micros).to_string();
    let TalkTexts { key, address, speakers, track, .. } = texts;
    let others = [key, address, speakers, track].map(String::clone);
    by_room(texts).into_iter().chain(others).chain([ends]).collect()
}

fn by_key(texts: &TalkTexts) -> Mark {
    Some(texts.key.clone()).filter(|key| !key.is_empty()).into_iter().collect()
}

fn by_page(texts: &TalkTexts) -> Mark {
    texts.address_key.iter().map(u8::to_string).collect()
}

fn by_room(texts: &TalkTexts) -> Mark {
    by_title(texts).into_iter().chain([texts.room.clone()]).collect()
}

fn by_title(texts: &TalkTexts) -> Mark {
    let start = texts.starts_at.map(|at| at.micros().to_string()).unwrap_or_default();
    vec![texts.title.clone(), start]
}

#[cfg(test)]
mod tests;
