//! Feeds of topics over hubs.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::render::Entry;
use super::{CACHE_CONTROL, Query};
use crate::actions::read_topics::{TopicPage, topic_page, topic_place};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, categories};
use crate::limits::AddressBlock;
use crate::model::slug::Slug;
use crate::model::view::{After, View};
use crate::pages_cache::Rendered;
use crate::web::error::{Missing, PageError};
use crate::web::extract::client;
use crate::web::pages::feed_links::view_feed;
use crate::web::pages::topics::{Asked, Found, answer, description_of, name_of, path_of};
use crate::web::respond::{self, default_headers};
use crate::wire::feed::{Feed, Format};

/// The language of posts in several (ISO 639-2).
const SEVERAL: &str = "mul";

/// `GET /topics/{topic}/rss`, `/topics/{topic}/atom`, `/topics/{topic}/feed.json`
pub async fn show_topic(
    app: web::Data<App>,
    request: HttpRequest,
    topic: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let format = Format::of_path(request.path()).ok_or(PageError::NotFound(Missing::Page))?;
    let query = Query::of(&request);
    let rest = query.rest(format.segment());
    let asked = match Asked::of(&topic, query.before)? {
        Found::Here(asked) => asked,
        Found::Moved(topic) => return Ok(respond::moved(&format!("{}{rest}", path_of(&topic)))),
    };
    let address = format!("{}/{}", path_of(asked.topic.as_str()), format.segment());
    let (key, block) = (asked.key(&address), client(&app, &request));
    let render = move |app: &App, connection: &mut DbConnection| {
        render(app, connection, &asked, format, block)
    };
    answer(&app, &request, key, render).await
}

/// Renders a page of a topic's feed.
fn render(
    app: &App,
    connection: &mut DbConnection,
    asked: &Asked,
    format: Format,
    block: AddressBlock,
) -> Result<Rendered, PageError> {
    let page = asked.read(app, connection, block)?;
    Ok(write(app, connection, asked, page, format)?)
}

/// A topic's feed for those it is pushed to: the bytes that everybody is served. None where nobody
/// takes part any more.
pub fn render_for_subscribers(
    app: &App,
    connection: &mut DbConnection,
    topic: &Slug,
    format: Format,
) -> Result<Option<Rendered>, DbError> {
    let asked = Asked { topic: topic.clone(), after: None };
    let page = topic_place(connection, topic, None)
        .and_then(|newest| topic_page(connection, topic, newest));
    match page {
        Ok(page) => Ok(Some(write(app, connection, &asked, page, format)?)),
        Err(DbError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(
    app: &App,
    connection: &mut DbConnection,
    asked: &Asked,
    mut page: TopicPage,
    format: Format,
) -> Result<Rendered, DbError> {
    let posts = entries(app, connection, &mut page)?;
    let address = app.addresses.path(&path_of(asked.topic.as_str()));
    let language = language(&page);
    let at = |after: Option<After>| view_feed(&address, format, &View::default(), after, None);
    let (own, first) = (at(asked.after), asked.after.map(|_| at(None)));
    let next = page.older.map(|after| at(Some(after)));
    // Other hubs, which the operator named, are told of what one hub says.
    let hubs: Vec<String> = first.is_none().then(|| app.addresses.websub()).into_iter().collect();
    let feed = Feed {
        // What a topic is, its address says: other than a hub's it does not change.
        id: &address,
        title: &format!("Topic: {}", name_of(asked.topic.as_str())),
        page: &address,
        address: &own,
        first: first.as_deref(),
        next: next.as_deref(),
        hubs: &hubs,
        description: &description_of(&page, &asked.topic),
        icon: None,
        language,
        changed_at: changed_at(&page, &posts),
        is_finished: false,
        is_expired: false,
        items: posts.iter().map(|post| post.item(language)).collect(),
    };
    let rendered = Rendered::new(format.write(&feed), format.content_type(), CACHE_CONTROL, None);
    let rendered = rendered
        .with_header(header::LINK, &feed.link_header())
        .with_header(header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    let noindex = header::HeaderName::from_static("x-robots-tag");
    let rendered =
        if posts.is_empty() { rendered.with_header(noindex, "noindex") } else { rendered };
    let rendered = rendered.with_defaults(default_headers(app.addresses.is_https()));
    Ok(if page.begins_at_post { rendered } else { rendered.not_kept() })
}

/// The posts, newest first, each under the id that it has in its hub's feeds.
fn entries(
    app: &App,
    connection: &mut DbConnection,
    page: &mut TopicPage,
) -> Result<Vec<Entry>, DbError> {
    let mut entries = Vec::new();
    let mut posts = std::mem::take(&mut page.posts);
    for (category, hub) in &page.hubs {
        let (of_hub, others) = posts.into_iter().partition(|post| post.category_id == *category);
        posts = others;
        let categories = categories::list(connection, hub.id)?;
        for mut entry in Entry::list(app, connection, hub, &categories, of_hub)? {
            // All are in categories of one name: it is the hub that tells them apart.
            entry.category = format!("{}: {}", hub.title, entry.category);
            entries.push(entry);
        }
    }
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.post.listed_at, entry.post.id)));
    Ok(entries)
}

/// The language of all hubs that take part, if they have one.
fn language(page: &TopicPage) -> &str {
    let mut languages = page.gates.iter().map(|gate| gate.hub.language.as_str());
    let first = languages.next().unwrap_or(SEVERAL);
    if languages.all(|language| language == first) { first } else { SEVERAL }
}

/// When anything that it shows last changed.
fn changed_at(page: &TopicPage, posts: &[Entry]) -> Timestamp {
    let hubs = page.gates.iter().map(|gate| gate.category.changed_at.max(gate.hub.edited_at));
    let posts = posts.iter().map(|post| post.changed_at);
    hubs.chain(posts).max().unwrap_or(Timestamp::from_micros(0))
}
