//! What stands on a hub's page, or a category's.

use askama::Template;

use super::Asked;
use super::filter::{Filtered, SearchField, in_any, narrow_tabs, path_of};
use super::named::Named;
use super::rows::{Day, Within, days};
use crate::actions::read_page::ListPage;
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::hubs::Hub;
use crate::db::series::Series;
use crate::model::addresses::Addresses;
use crate::model::category::{ListingPolicy, PingPolicy, Readers};
use crate::model::mark::Mark;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::web::pages::card::Card;
use crate::web::pages::face::{HubFace, Pulse, Tab, add_path, tabs};
use crate::web::pages::feed_links::{FeedLink, feed_address, feed_links, feed_path, view_feed};
use crate::web::pages::live;
use crate::web::pages::talks::{Facts, links_of};
use crate::web::view::{RdfBlock, Zone, closed_sentence, number, plural};
use crate::wire::feed::Format;

/// What is particular to a category's page.
#[derive(Debug)]
struct CategoryPart {
    title: String,
    paragraphs: Vec<String>,
    path: String,
    ping: String,
    rdf: RdfBlock,
    rules: Vec<String>,
    /// Since when it takes no posts, or when it will, as a sentence; empty if it does.
    closed: String,
}

impl CategoryPart {
    fn of(gate: &Gate, addresses: &Addresses, now: Timestamp) -> Self {
        let (hub, category) = (&gate.hub, &gate.category);
        let page = addresses.path(&hub.category_path(&category.slug));
        let ping = addresses.ping(category.number);
        Self {
            rdf: RdfBlock::of(&page, &ping, &format!("{}: {}", hub.title, category.title)),
            title: category.title.clone(),
            paragraphs: category.description.split("\n\n").map(str::to_owned).collect(),
            path: hub.category_path(&category.slug),
            ping,
            rules: rules(gate, now),
            closed: closed(gate, now),
        }
    }
}

/// Since when a category takes no posts, or from when on it will, as a sentence; empty if it does.
pub fn closed(gate: &Gate, now: Timestamp) -> String {
    gate.closed(now).as_ref().map(closed_sentence).unwrap_or_default()
}

/// What a category asks of those who ping it, in sentences.
pub fn rules(gate: &Gate, now: Timestamp) -> Vec<String> {
    rules_for(gate, now, Known::default())
}

/// What is known of whoever reads what a category asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// Whether they showed the passphrase, or a personal ping address: neither is asked for.
    pub shown: bool,
    /// Whether what they send is listed at once.
    pub lists_at_once: bool,
}

/// The same for somebody of whom this is known.
pub fn rules_for(gate: &Gate, now: Timestamp, known: Known) -> Vec<String> {
    if gate.closed(now).is_some() {
        return vec![closed(gate, now)];
    }
    let who = match gate.category.ping_policy {
        PingPolicy::Open if gate.is_secret() => {
            "Whoever may read this may add a post by the form; software needs a personal ping address"
        }
        PingPolicy::Open => "Everybody may add a post",
        PingPolicy::Passphrase if known.shown => "You need not type the posting passphrase",
        PingPolicy::Passphrase => "The posting passphrase is needed to add a post",
        PingPolicy::Closed => return vec!["It takes no posts for now".to_owned()],
    };
    let when = match gate.category.listing_policy {
        _ if known.lists_at_once => "What you add is listed at once",
        ListingPolicy::AtOnce => "Posts are listed at once",
        ListingPolicy::NewBlogWaits => "The organizers look at the first post of a new blog",
        ListingPolicy::AllWait => "The organizers look at each post before it is listed",
    };
    let mut rules = vec![who.to_owned(), when.to_owned()];
    if let Some(at) = gate.category.closes_at {
        rules.push(format!("It closes on {}", Zone::of(&gate.hub).moment_zoned(at)));
    }
    rules
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/list.html")]
pub struct ListView {
    pub hub: HubFace,
    /// Where to add a post: the category's own page, or the hub's choice of categories.
    add: String,
    /// What is shown, as feeds.
    feeds: Vec<FeedLink>,
    /// The feed of the whole hub, on a category's page, where its reader may know it.
    hub_rss: Option<String>,
    /// The list of the hub's feeds, where there are several.
    opml: Option<String>,
    /// The RSS, as a feed reader takes its address.
    feed_address: String,
    /// Whether there is an about page, on a hub's page.
    pub has_about: bool,
    /// `312 blogs`, on a hub's page; empty where nothing is listed.
    people: String,
    canonical: String,
    /// Where other sites ask how to show it; only of what everybody may read.
    oembed: Option<String>,
    /// What is shown of it elsewhere, beside its title.
    card: Card,
    tagline: String,
    paragraphs: Vec<String>,
    link: String,
    pub webmention: String,
    pub pingback: String,
    is_event: bool,
    /// Whether its first day is still to come.
    is_ahead: bool,
    /// Whether search engines are asked to leave this category alone.
    is_unlisted: bool,
    category: Option<CategoryPart>,
    /// The talk that this category is, and the talk's page, where it has one.
    pub talk: Option<(Facts, String)>,
    /// `200 talks`, where there is a programme.
    talks: String,
    /// The page of its topic over all hubs, on a category's page, where others take part too.
    pub topic: Option<String>,
    /// The series it is in, on a hub's page that everybody may see.
    pub series: Option<Series>,
    has_categories: bool,
    tabs: Vec<Tab>,
    pulse: Option<Pulse>,
    days: Vec<Day>,
    /// Where to search; not where nothing is listed.
    search: Option<SearchField>,
    /// What has a name like what is searched for.
    pub named: Vec<Named>,
    /// What is shown, where it is not everything.
    filtered: Option<Filtered>,
    /// Whether this is the page of the newest posts.
    is_first: bool,
    /// Where is told what comes after them.
    live: String,
    /// The newest of them.
    after: Mark,
    /// Where older posts are.
    older: Option<String>,
    /// Where the newest of what is shown are.
    newest: String,
}

impl ListView {
    /// The page of what was read.
    pub fn of(
        page: ListPage,
        gates: &[Gate],
        asked: &Asked,
        app: &App,
        feed_key: Option<&str>,
    ) -> Self {
        let (addresses, now) = (&app.addresses.under(page.hub.root()), app.clock.now());
        let takes_posts = gates.iter().any(|gate| gate.takes_posts(now));
        let zone = Zone::of(&page.hub);
        let (view, is_first) = (&asked.view, asked.after.is_none());
        let pulse = Pulse::of(&page).filter(|_| view.is_everything());
        let hub_path = page.hub.path();
        let mut tabs = tabs(&page.hub, &page.categories, page.category.as_ref());
        narrow_tabs(&mut tabs, view);
        let here = match &page.category {
            Some(category) => format!("{hub_path}/{}", category.slug),
            None => hub_path.clone(),
        };
        let talks = links_of(&page.hub, &page.about);
        let language = &page.hub.language;
        let within = Within { path: &here, language, view, talks: &talks };
        let days = days(&page.posts, &zone, &within, |post| {
            let category = page.categories.iter().find(|c| c.id == post.category_id)?;
            let path = path_of(&format!("{hub_path}/{}", category.slug), &in_any(view));
            page.category.is_none().then_some((category.title.as_str(), path))
        });
        let hub_key = feed_key.filter(|_| page.hub.readers == Readers::Password);
        let paragraphs = page.hub.description.split("\n\n").filter(|p| !p.is_empty());
        Self {
            // The only one that everybody may see: whether there are others is told to nobody.
            add: add_path(&page.hub, gates),
            feed_address: addresses.path(&view_feed(&here, Format::Rss, view, None, feed_key)),
            feeds: feed_links(&here, view, feed_key),
            hub_rss: (page.category.is_some() && shows_hub_feed(&page))
                .then(|| feed_path(&hub_path, hub_key)),
            opml: (tabs.len() > 1 && shows_hub_feed(&page))
                .then(|| feed_address(&hub_path, "opml", [("key", hub_key)])),
            has_about: false,
            topic: None,
            series: None,
            talk: None,
            talks: talks_of(&page),
            named: Vec::new(),
            people: people(&page),
            search: SearchField::of(&page, &here, view),
            filtered: Filtered::of(&page, &here, asked),
            oembed: (feed_key.is_none() && is_first && view.is_everything())
                .then(|| addresses.oembed(&addresses.path(&here))),
            canonical: addresses.path(&here),
            card: Card::of(addresses, &page.hub),
            tagline: page.hub.tagline.clone(),
            paragraphs: paragraphs.map(str::to_owned).collect(),
            link: page.hub.link.clone(),
            webmention: addresses.webmention(),
            pingback: addresses.pingback(),
            is_event: page.hub.starts_on.is_some(),
            is_ahead: begins_at(&page.hub).is_some_and(|first| now < first),
            is_unlisted: page.category.as_ref().is_some_and(|c| c.readers != Readers::Public),
            has_categories: tabs.len() > 1,
            tabs,
            pulse,
            days,
            is_first,
            live: live::path(&page.hub, page.category.as_ref()),
            after: live::newest(&page.posts),
            older: page.older.map(|after| asked.older(&here, after)),
            newest: path_of(&here, view),
            hub: HubFace::of(&page.hub).taking_posts(takes_posts),
            category: page.category.map(|category| {
                CategoryPart::of(&Gate { hub: page.hub, category }, addresses, now)
            }),
        }
    }

    /// What the page is about, in a sentence or two.
    fn description(&self) -> String {
        let category = self.category.as_ref().and_then(|category| category.paragraphs.first());
        let said = category.filter(|said| !said.is_empty()).unwrap_or(&self.tagline);
        if !said.is_empty() {
            return text::shorten(said, LISTED_EXCERPT);
        }
        let hub = &self.hub.title;
        match &self.category {
            Some(category) => format!("{}, at {hub}: posts from everyone’s blogs.", category.title),
            None => format!("{hub}: posts from everyone’s blogs."),
        }
    }

    /// Whether nothing is listed: the page then says so, and has its button there.
    const fn is_blank(&self) -> bool {
        self.days.is_empty() && self.is_first && self.filtered.is_none()
    }

    /// Whether a hub's page says what it is about.
    const fn has_about_part(&self) -> bool {
        let is_told = !self.paragraphs.is_empty()
            || !self.link.is_empty()
            || !self.hub.links.is_empty()
            || self.has_about
            || self.series.is_some();
        self.category.is_none() && is_told
    }

    fn is_hidden(&self) -> bool {
        let is_part = !self.is_first || self.filtered.is_some();
        self.hub.is_hidden || self.is_unlisted || self.days.is_empty() || is_part
    }
}

/// When the first day of a hub's event begins; none where it has no days.
pub fn begins_at(hub: &Hub) -> Option<Timestamp> {
    Zone::of(hub).midnight(hub.starts_on.as_deref()?.parse().ok()?)
}

/// How many talks there are, where whoever reads this may know; empty where there are none.
fn talks_of(page: &ListPage) -> String {
    let count = page.hub.talk_count;
    if count == 0 || !shows_hub_feed(page) {
        return String::new();
    }
    format!("{} {}", number(count), plural(count, "talk", "talks"))
}

/// How many blogs took part, on a hub's page; empty where none did.
fn people(page: &ListPage) -> String {
    let count = page.hub.blog_count;
    if page.category.is_some() || page.hub.listed_count == 0 {
        return String::new();
    }
    format!("{} {}", number(count), plural(count, "blog", "blogs"))
}

/// Whether somebody who reads a category's page may be told of the hub's feed: not where the hub's
/// own readers need another password.
fn shows_hub_feed(page: &ListPage) -> bool {
    let own = page.category.as_ref().is_some_and(|category| category.readers == Readers::Password);
    page.hub.readers != Readers::Password || !own
}
