//! What all pages of a hub have on top: its name, its colour, its tabs, its pulse.

use super::contact::ContactLink;
use crate::actions::read_page::{ListPage, PULSE_HOURS};
use crate::app::Gate;
use crate::clock::Timestamp;
use crate::db::categories::{self, Category};
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError};
use crate::model::category::Readers;
use crate::pages_cache::Rendered;
use crate::web::pages::look::Shown;
use crate::web::view::{AccentCss, Zone, dates_and_place, number, plural};

/// A hub's face.
#[derive(Debug)]
pub struct HubFace {
    /// Its title.
    pub title: String,
    /// Its page.
    pub path: String,
    /// Where the pages of the whole site begin.
    pub site: &'static str,
    /// Language of its texts.
    pub language: String,
    /// Dates and place, or empty.
    pub dates_and_place: String,
    /// The style block with its accent.
    pub accent: AccentCss,
    /// Whether search engines are asked to leave it alone.
    pub is_hidden: bool,
    /// Whether it takes no posts any more.
    pub is_closed: bool,
    /// Since which day; empty where it is not closed.
    pub closed_on: String,
    /// What its organizers say about it, where it is frozen; else empty.
    pub closing_words: String,
    /// Whether a post can be added now, as far as the page knows.
    pub takes_posts: bool,
    /// How to reach its organizers, where they said so.
    pub contact: Option<ContactLink>,
    /// Its picture beside its name.
    pub logo: Option<Shown>,
    /// The picture over its front.
    pub banner: Option<Shown>,
    /// Its own first lines of the page where posts are added, in paragraphs.
    pub add_words: Vec<String>,
    /// Its pages elsewhere: what they are called, and where they are.
    pub links: Vec<(&'static str, String)>,
}

impl HubFace {
    /// The face of a hub.
    pub fn of(hub: &Hub) -> Self {
        Self {
            title: hub.title.clone(),
            path: hub.path(),
            site: hub.site_path(),
            language: hub.language.clone(),
            dates_and_place: dates_and_place(hub),
            accent: AccentCss::of(&hub.accent),
            is_hidden: !hub.is_public() || hub.listed_count == 0,
            is_closed: hub.closed_at.is_some(),
            closed_on: hub.closed_at.map(|at| Zone::of(hub).date(at)).unwrap_or_default(),
            closing_words: hub.closing_words.clone(),
            takes_posts: hub.closed_at.is_none(),
            contact: ContactLink::of(hub),
            logo: hub.face.logo.as_ref().map(|logo| Shown::of(hub, logo)),
            banner: hub.face.banner.as_ref().map(|banner| Shown::of(hub, banner)),
            add_words: hub.face.add_words.split_terminator("\n\n").map(str::to_owned).collect(),
            links: hub.face.links.iter().map(|(name, link)| (name, link.to_owned())).collect(),
        }
    }
}

impl HubFace {
    /// The same, and search engines are asked to leave it alone unless `shown`.
    #[must_use]
    pub const fn hidden_unless(mut self, shown: bool) -> Self {
        self.is_hidden = self.is_hidden || !shown;
        self
    }

    /// The same, where a post can be added only if `takes_posts`.
    #[must_use]
    pub const fn taking_posts(mut self, takes_posts: bool) -> Self {
        self.takes_posts = self.takes_posts && takes_posts;
        self
    }

    /// The face of a hub whose name may not be told.
    pub fn of_locked() -> Self {
        Self {
            title: "A hub that is not public".to_owned(),
            language: "en".to_owned(),
            dates_and_place: String::new(),
            accent: AccentCss::of(""),
            is_closed: true,
            closed_on: String::new(),
            closing_words: String::new(),
            takes_posts: false,
            contact: None,
            path: "/".to_owned(),
            site: "/",
            is_hidden: true,
            logo: None,
            banner: None,
            add_words: Vec::new(),
            links: Vec::new(),
        }
    }
}

/// Where a page's readers may add posts: to its category, else to the hub's public ones.
pub fn gates(hub: &Hub, categories: &[Category], current: Option<&Category>) -> Vec<Gate> {
    let gate = |category: &Category| Gate { hub: hub.clone(), category: category.clone() };
    match current {
        Some(category) => vec![gate(category)],
        None => categories.iter().filter(|c| c.readers == Readers::Public).map(gate).collect(),
    }
}

/// Where a post is added from a page with these gates: at its only one, else where one is chosen.
pub fn add_path(hub: &Hub, gates: &[Gate]) -> String {
    match gates {
        [only] => format!("{}/add", hub.category_path(&only.category.slug)),
        _ => format!("{}/-/add", hub.path()),
    }
}

/// Adding a post from a hub's pages beside its list: whether anything takes one, and where.
#[derive(Debug)]
pub struct Adding {
    /// Where "Add your post" leads.
    pub path: String,
    /// Whether anything takes posts now.
    pub takes_posts: bool,
    /// When that changes next by itself.
    next_edge: Option<Timestamp>,
    /// When it last did.
    last_edge: Option<Timestamp>,
}

impl Adding {
    /// As things stand in a hub now.
    pub fn read(connection: &mut DbConnection, hub: &Hub, now: Timestamp) -> Result<Self, DbError> {
        let gates = gates(hub, &categories::list(connection, hub.id)?, None);
        Ok(Self {
            path: add_path(hub, &gates),
            takes_posts: gates.iter().any(|gate| gate.takes_posts(now)),
            next_edge: gates.iter().filter_map(|gate| gate.next_edge(now)).min(),
            last_edge: gates.iter().filter_map(|gate| gate.last_edge(now)).max(),
        })
    }

    /// When a page last changed that shows this, and otherwise changed then.
    pub fn changed_since(&self, at: Timestamp) -> Timestamp {
        self.last_edge.map_or(at, |edge| edge.max(at))
    }

    /// The page that shows this: kept no longer than it holds.
    pub fn keep(&self, mut page: Rendered) -> Rendered {
        page.fresh_until = self.next_edge;
        page
    }
}

/// A tab: everything, or one category.
#[derive(Debug)]
pub struct Tab {
    /// Its title.
    pub title: String,
    /// Where it leads.
    pub path: String,
    /// How many, as text; empty where a number would say nothing.
    pub count: String,
    /// Whether it is the one that is shown.
    pub is_current: bool,
    /// Whether it leads to some of a list, where robots find nothing else.
    pub is_of_view: bool,
}

/// The tabs of a hub's pages: its public categories, and the one that is shown.
pub fn tabs(hub: &Hub, categories: &[Category], current: Option<&Category>) -> Vec<Tab> {
    let everything = Tab {
        title: "Everything".to_owned(),
        path: hub.path(),
        count: number(hub.listed_count),
        is_current: current.is_none(),
        is_of_view: false,
    };
    let of = |category: &Category| Tab {
        title: category.title.clone(),
        path: hub.category_path(&category.slug),
        count: number(category.listed_count),
        is_current: current.is_some_and(|current| current.id == category.id),
        is_of_view: false,
    };
    let is_shown = |category: &&Category| {
        category.readers == Readers::Public || current.is_some_and(|c| c.id == category.id)
    };
    std::iter::once(everything).chain(categories.iter().filter(is_shown).map(of)).collect()
}

/// How lively it is: counts, the newest post, and bars of posts per hour.
#[derive(Debug)]
pub struct Pulse {
    /// `1,284`.
    pub posts: String,
    /// `posts`.
    pub posts_word: &'static str,
    /// `312`.
    pub blogs: String,
    /// `blogs`.
    pub blogs_word: &'static str,
    /// When the newest was listed.
    pub newest: String,
    /// The same for machines.
    pub newest_iso: String,
    /// The bars, oldest first.
    pub bars: Vec<Bar>,
    /// What the bars show, in words.
    pub caption: String,
    /// Where more numbers are: on a hub's page.
    pub more: String,
    /// Where the blogs are: on a hub's page.
    pub people: String,
    /// Where the talks are: on the page of a hub that has some.
    pub programme: String,
}

/// A bar of the pulse: 5 wide, every 7, up from 40.
#[derive(Debug)]
pub struct Bar {
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Height.
    pub height: i64,
    /// Whether it is of the newest post's day.
    pub is_late: bool,
}

/// From this many posts on there is a pulse to show.
const LIVELY: i64 = 5;
/// Height of the highest bar.
const FULL: i64 = 36;

impl Pulse {
    /// The pulse of a page; none where nothing is listed.
    pub fn of(page: &ListPage) -> Option<Self> {
        let (listed, blogs, newest) = match &page.category {
            Some(category) => (category.listed_count, category.blog_count, category.last_listed_at),
            None => (page.hub.listed_count, page.hub.blog_count, page.hub.last_listed_at),
        };
        let newest = newest.filter(|_| listed > 0)?;
        let zone = Zone::of(&page.hub);
        let count_in = |hour: i64| -> i64 {
            page.hours.iter().filter(|(this, _)| *this == hour).map(|(_, count)| count).sum()
        };
        let hours: Vec<i64> = (newest.hours() - PULSE_HOURS + 1..=newest.hours()).collect();
        let most = hours.iter().map(|hour| count_in(*hour)).max().unwrap_or(0).max(1);
        let day = zone.day(newest);
        let bars = (0_i64..)
            .zip(hours)
            .map(|(at, hour)| {
                let count = count_in(hour);
                let height = if count == 0 { 1 } else { 2 + (count * (FULL - 2)) / most };
                let begins = crate::clock::Timestamp::from_micros(hour * 3_600_000_000);
                Bar { x: at * 7, y: 40 - height, height, is_late: zone.day(begins) == day }
            })
            .collect();
        Some(Self {
            posts: number(listed),
            posts_word: plural(listed, "post", "posts"),
            blogs: number(blogs),
            blogs_word: plural(blogs, "blog", "blogs"),
            newest: zone.moment(newest),
            newest_iso: crate::web::view::iso(newest),
            // A lonely bar or two show no pulse.
            bars: if listed < LIVELY { Vec::new() } else { bars },
            more: match &page.category {
                Some(_) => String::new(),
                None => format!("{}/-/stats", page.hub.path()),
            },
            people: match &page.category {
                Some(_) => String::new(),
                None => format!("{}/-/people", page.hub.path()),
            },
            programme: match &page.category {
                None if page.hub.talk_count > 0 => format!("{}/-/talks", page.hub.path()),
                _ => String::new(),
            },
            caption: format!("posts per hour, the {PULSE_HOURS} hours up to the newest"),
        })
    }
}
