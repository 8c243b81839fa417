//! What search engines are told to read: a list of addresses, or a list of such lists.

use crate::clock::Timestamp;
use crate::db::sitemap::{self as rows, IndexedHub};
use crate::db::{DbConnection, DbError, series, topics};
use crate::model::addresses::Addresses;
use crate::wire::sitemap::Entry;

/// The most hubs, and the most categories, that are listed.
const MAX_HUBS: i64 = 10_000;
/// The most talks that are listed.
const MAX_TALKS: i64 = 10_000;
/// The most series of hubs that are listed.
const MAX_SERIES: i64 = 1_000;
/// The most topics over hubs that are listed.
const MAX_TOPICS: i64 = 5_000;
/// The pages that are the same for all hubs.
const HELP: [&str; 4] = ["/help", "/help/bloggers", "/help/organizers", "/help/readers"];

/// Which list it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All of it, or the list of lists.
    All,
    /// The pages of hubs and categories.
    Hubs,
    /// The nth part of a hub's posts, from 1 on.
    Posts(String, i64),
}

impl Part {
    /// Where it is.
    pub fn path(&self) -> String {
        match self {
            Self::All => "/sitemap.xml".to_owned(),
            Self::Hubs => "/sitemap.xml?part=hubs".to_owned(),
            Self::Posts(hub, nth) => format!("/sitemap.xml?hub={hub}&part={nth}"),
        }
    }
}

/// What stands in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sitemap {
    /// Addresses of pages.
    Pages(Vec<Entry>),
    /// Addresses of further lists.
    Lists(Vec<Entry>),
}

/// Reads a list, in which at most so many posts stand; all of it is a list of lists where there are
/// more pages. None where there is no such part.
///
/// A list names pages of its own host alone (sitemaps.org, "Location"): this site's, or, where
/// `home` is given, those of the hub that is there under its own name.
pub fn sitemap(
    connection: &mut DbConnection,
    site: &Addresses,
    home: Option<&str>,
    part: &Part,
    most: i64,
) -> Result<Option<Sitemap>, DbError> {
    let mut hubs = rows::list_hubs(connection, MAX_HUBS)?;
    hubs.retain(|hub| hub.own_home.as_deref() == home);
    let addresses = &site.under(home.unwrap_or_default());
    Ok(Some(match part {
        Part::All => {
            let mut entries = pages(connection, addresses, home.is_none(), &hubs)?;
            let posts: i64 = hubs.iter().map(|hub| hub.listed_count).sum();
            let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
            if posts.saturating_add(count) > most {
                return Ok(Some(Sitemap::Lists(parts(addresses, &hubs, most))));
            }
            for hub in &hubs {
                entries.extend(posts_of(connection, addresses, hub, 1, most)?);
            }
            Sitemap::Pages(entries)
        }
        Part::Hubs => Sitemap::Pages(pages(connection, addresses, home.is_none(), &hubs)?),
        Part::Posts(slug, nth) => {
            let hub = hubs.iter().find(|hub| hub.slug == *slug);
            let Some(hub) = hub.filter(|hub| *nth <= parts_of(hub, most)) else { return Ok(None) };
            Sitemap::Pages(posts_of(connection, addresses, hub, *nth, most)?)
        }
    }))
}

/// How many lists the posts of a hub are.
fn parts_of(hub: &IndexedHub, most: i64) -> i64 {
    (hub.listed_count + most - 1) / most
}

fn parts(addresses: &Addresses, hubs: &[IndexedHub], most: i64) -> Vec<Entry> {
    let entry =
        |part: Part, changed_at| Entry { address: addresses.path(&part.path()), changed_at };
    let mut parts = vec![entry(Part::Hubs, None)];
    for hub in hubs {
        let lists = (1..=parts_of(hub, most)).map(|nth| Part::Posts(hub.slug.clone(), nth));
        parts.extend(lists.map(|part| entry(part, Some(hub.changed_at))));
    }
    parts
}

/// The first page, the help, topics over hubs, and series of hubs.
fn site_pages(
    connection: &mut DbConnection,
    addresses: &Addresses,
    hubs: &[IndexedHub],
) -> Result<Vec<Entry>, DbError> {
    let entry = |path: String, changed_at| Entry { address: addresses.path(&path), changed_at };
    let mut entries = Vec::new();
    if !hubs.is_empty() {
        entries.push(entry("/".to_owned(), None));
    }
    entries.extend(HELP.map(|path| entry(path.to_owned(), None)));
    let mut topics = topics::list(connection, MAX_TOPICS)?;
    topics.retain(|topic| topic.posts > 0);
    if !topics.is_empty() {
        entries.push(entry("/topics".to_owned(), None));
    }
    for topic in topics {
        entries.push(entry(format!("/topics/{}", topic.slug), Some(topic.changed_at)));
    }
    for (series, at) in series::list_with_posts(connection, MAX_SERIES)? {
        entries.push(entry(format!("/series/{series}"), Some(at)));
    }
    Ok(entries)
}

/// The pages of the whole site, and what hubs have: their own page, people, about, talks with posts, categories.
fn pages(
    connection: &mut DbConnection,
    addresses: &Addresses,
    is_site: bool,
    hubs: &[IndexedHub],
) -> Result<Vec<Entry>, DbError> {
    let entry = |path: String, changed_at| Entry { address: addresses.path(&path), changed_at };
    let categories = rows::list_categories(connection, MAX_HUBS)?;
    let talks = rows::list_talks(connection, MAX_TALKS)?;
    let mut entries = if is_site { site_pages(connection, addresses, hubs)? } else { Vec::new() };
    for hub in hubs {
        let path = hub.path();
        entries.push(entry(path.clone(), Some(hub.changed_at)));
        entries.push(entry(format!("{path}/-/people"), Some(hub.changed_at)));
        if hub.talk_count > 0 {
            entries.push(entry(format!("{path}/-/talks"), Some(hub.changed_at)));
        }
        if let Some(at) = hub.about_changed_at {
            entries.push(entry(format!("{path}/-/about"), Some(at)));
        }
        let first = talks.partition_point(|(of, _)| *of < hub.id);
        for (_, talk) in talks[first..].iter().take_while(|(of, _)| *of == hub.id) {
            entries.push(entry(format!("{path}/-/talks/{talk}"), None));
        }
        let first = categories.partition_point(|(of, ..)| *of < hub.id);
        for (_, category, at) in categories[first..].iter().take_while(|(of, ..)| *of == hub.id) {
            entries.push(entry(format!("{path}/{category}"), Some(*at)));
        }
    }
    Ok(entries)
}

fn posts_of(
    connection: &mut DbConnection,
    addresses: &Addresses,
    hub: &IndexedHub,
    nth: i64,
    most: i64,
) -> Result<Vec<Entry>, DbError> {
    let posts = rows::list_posts(connection, hub.id, (nth - 1) * most, most)?;
    let entry =
        |(id, at): (_, Timestamp)| Entry { address: addresses.permalink(id), changed_at: Some(at) };
    Ok(posts.into_iter().map(entry).collect())
}
