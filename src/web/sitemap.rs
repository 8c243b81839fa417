//! What search engines are told to read: a list of addresses, or a list of such lists.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use super::error::{Missing, PageError};
use super::extract::client;
use super::respond::{self, REVALIDATE, default_headers};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::db::sitemap::{self as rows, IndexedHub};
use crate::db::topics;
use crate::limits::Limit;
use crate::pages_cache::{Rendered, Subject};
use crate::wire::sitemap::{CONTENT_TYPE, Entry, index_to_xml, to_xml};

/// The most addresses in one list; more are several lists, and a list of them.
const MAX_ENTRIES: i64 = 10_000;
/// The most hubs, and the most categories, that are listed.
const MAX_HUBS: i64 = 10_000;
/// The most topics over hubs that are listed.
const MAX_TOPICS: i64 = 5_000;

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    hub: Option<String>,
    part: Option<String>,
}

/// Which list it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// All of it, or the list of lists.
    All,
    /// The pages of hubs and categories.
    Hubs,
    /// So many thousands of a hub's posts, from 1 on.
    Posts(String, i64),
}

impl Part {
    fn of(query: Query) -> Option<Self> {
        match (query.hub, query.part.as_deref()) {
            (None, None) => Some(Self::All),
            (None, Some("hubs")) => Some(Self::Hubs),
            (Some(hub), Some(part)) => {
                let nth = part.parse().ok().filter(|nth| (1..=100_000).contains(nth))?;
                Some(Self::Posts(hub, nth))
            }
            _ => None,
        }
    }

    fn path(&self) -> String {
        match self {
            Self::All => "/sitemap.xml".to_owned(),
            Self::Hubs => "/sitemap.xml?part=hubs".to_owned(),
            Self::Posts(hub, nth) => format!("/sitemap.xml?hub={hub}&part={nth}"),
        }
    }
}

/// `GET /sitemap.xml`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let missing = PageError::NotFound(Missing::Page);
    let part = Part::of(query.into_inner()).ok_or(missing)?;
    let key = part.path();
    if let Some(answer) = respond::kept(&app, &request, &key) {
        return Ok(answer);
    }
    app.limits.take(Limit::Search, client(&app, &request))?;
    let reader = app.clone();
    let read = move |connection: &mut DbConnection| {
        let generation = reader.generations.of(Subject::Everything);
        let text = render(&reader, connection, &part)?;
        let list = Rendered::new(text, CONTENT_TYPE, REVALIDATE, None)
            .with_defaults(default_headers(reader.addresses.is_https()));
        let list = Arc::new(list);
        reader.pages.keep(key, Subject::Everything, generation, Arc::clone(&list));
        Ok::<_, PageError>(list)
    };
    let list = app.db.read(read).await?;
    Ok(respond::rendered(&request, &list, app.clock.now()))
}

fn render(app: &App, connection: &mut DbConnection, part: &Part) -> Result<String, PageError> {
    let hubs = rows::list_hubs(connection, MAX_HUBS)?;
    match part {
        Part::All => {
            let mut entries = pages(app, connection, &hubs)?;
            let posts: i64 = hubs.iter().map(|hub| hub.listed_count).sum();
            let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
            if posts.saturating_add(count) > MAX_ENTRIES {
                return Ok(index_to_xml(&parts(app, &hubs)));
            }
            for hub in &hubs {
                entries.extend(posts_of(app, connection, hub, 1)?);
            }
            Ok(to_xml(&entries))
        }
        Part::Hubs => Ok(to_xml(&pages(app, connection, &hubs)?)),
        Part::Posts(slug, nth) => {
            let hub = hubs.iter().find(|hub| hub.slug == *slug);
            let hub = hub.filter(|hub| *nth <= parts_of(hub));
            let hub = hub.ok_or(PageError::NotFound(Missing::Page))?;
            Ok(to_xml(&posts_of(app, connection, hub, *nth)?))
        }
    }
}

/// How many lists the posts of a hub are.
fn parts_of(hub: &IndexedHub) -> i64 {
    (hub.listed_count + MAX_ENTRIES - 1) / MAX_ENTRIES
}

fn parts(app: &App, hubs: &[IndexedHub]) -> Vec<Entry> {
    let entry =
        |part: Part, changed_at| Entry { address: app.addresses.path(&part.path()), changed_at };
    let mut parts = vec![entry(Part::Hubs, None)];
    for hub in hubs {
        let lists = (1..=parts_of(hub)).map(|nth| Part::Posts(hub.slug.clone(), nth));
        parts.extend(lists.map(|part| entry(part, Some(hub.changed_at))));
    }
    parts
}

/// The first page, topics over hubs, and what hubs have: their own page, people, about, categories.
fn pages(
    app: &App,
    connection: &mut DbConnection,
    hubs: &[IndexedHub],
) -> Result<Vec<Entry>, PageError> {
    let entry = |path: String, changed_at| Entry { address: app.addresses.path(&path), changed_at };
    let categories = rows::list_categories(connection, MAX_HUBS)?;
    let mut entries = Vec::new();
    if !hubs.is_empty() {
        entries.push(entry("/".to_owned(), None));
    }
    let mut topics = topics::list(connection, MAX_TOPICS)?;
    topics.retain(|topic| topic.posts > 0);
    if !topics.is_empty() {
        entries.push(entry("/topics".to_owned(), None));
    }
    for topic in topics {
        entries.push(entry(format!("/topics/{}", topic.slug), Some(topic.changed_at)));
    }
    for hub in hubs {
        let slug = &hub.slug;
        entries.push(entry(format!("/{slug}"), Some(hub.changed_at)));
        entries.push(entry(format!("/{slug}/-/people"), Some(hub.changed_at)));
        if let Some(at) = hub.about_changed_at {
            entries.push(entry(format!("/{slug}/-/about"), Some(at)));
        }
        let first = categories.partition_point(|(of, ..)| *of < hub.id);
        for (_, category, at) in categories[first..].iter().take_while(|(of, ..)| *of == hub.id) {
            entries.push(entry(format!("/{slug}/{category}"), Some(*at)));
        }
    }
    Ok(entries)
}

fn posts_of(
    app: &App,
    connection: &mut DbConnection,
    hub: &IndexedHub,
    nth: i64,
) -> Result<Vec<Entry>, PageError> {
    let posts = rows::list_posts(connection, hub.id, (nth - 1) * MAX_ENTRIES, MAX_ENTRIES)?;
    let entry = |(id, at): (_, Timestamp)| Entry {
        address: app.addresses.permalink(id),
        changed_at: Some(at),
    };
    Ok(posts.into_iter().map(entry).collect())
}
