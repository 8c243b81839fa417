//! RSS of a hub and of a category.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::{Missing, PageError};
use super::respond;
use crate::actions::resolve::{Found, find_category, find_hub};
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::{self, Hub};
use crate::db::{DbConnection, categories, listed};
use crate::model::id::CategoryId;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::pages_cache::{Rendered, Subject};
use crate::wire::rss::{self, Feed, FeedItem};

/// Feeds are polled: a minute from a cache nearby, ten while a fresh one is fetched.
const CACHE_CONTROL: &str = "public, max-age=60, stale-while-revalidate=600";

/// `GET /{hub}/rss`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let slug = slug.into_inner();
    show(&app, &request, move |connection| {
        Ok(match find_hub(connection, &slug)? {
            Found::Here(hub) => At::Here(Box::new(hub), None),
            Found::Moved(hub) => At::Moved(format!("/{}/rss", hub.slug)),
            Found::Gone => return Err(PageError::Gone(Missing::Hub)),
            Found::Unknown => return Err(PageError::NotFound(Missing::Hub)),
        })
    })
    .await
}

/// `GET /{hub}/{category}/rss`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let (hub, category) = names.into_inner();
    show(&app, &request, move |connection| {
        Ok(match find_category(connection, &hub, &category)? {
            Found::Here(Gate { hub, category }) => At::Here(Box::new(hub), Some(category.id)),
            Found::Moved(gate) => {
                At::Moved(format!("/{}/{}/rss", gate.hub.slug, gate.category.slug))
            }
            Found::Gone => return Err(PageError::Gone(Missing::Category)),
            Found::Unknown => return Err(PageError::NotFound(Missing::Category)),
        })
    })
    .await
}

enum At {
    Here(Box<Hub>, Option<CategoryId>),
    Moved(String),
}

enum Shown {
    Feed(Arc<Rendered>),
    Moved(String),
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    find: impl FnOnce(&mut DbConnection) -> Result<At, PageError> + Send + 'static,
) -> Result<HttpResponse, PageError> {
    app.metrics.cache_misses.increment(1);
    let (reader, key) = (app.clone(), request.path().to_owned());
    let shown = app
        .db
        .read(move |connection| {
            let (hub, category) = match find(connection)? {
                At::Here(hub, category) => (hub, category),
                At::Moved(path) => return Ok(Shown::Moved(path)),
            };
            let subject = Subject::Hub(hub.id);
            let generation = reader.generations.of(subject);
            let feed = Arc::new(render(&reader, connection, &hub, category)?);
            reader.pages.keep(key, subject, generation, Arc::clone(&feed));
            Ok::<_, PageError>(Shown::Feed(feed))
        })
        .await?;
    Ok(match shown {
        Shown::Feed(feed) => respond::rendered(request, &feed, app.clock.now()),
        Shown::Moved(path) => respond::moved(&path),
    })
}

fn render(
    app: &App,
    connection: &mut DbConnection,
    hub: &Hub,
    category: Option<CategoryId>,
) -> Result<Rendered, PageError> {
    let hub = hubs::find(connection, hub.id)?.ok_or(PageError::Gone(Missing::Hub))?;
    if hub.suspended_at.is_some() {
        return Err(PageError::Suspended);
    }
    let all = categories::list(connection, hub.id)?;
    let posts = listed::list(connection, hub.id, category, None, rss::MAX_ITEMS)?;
    let category = match category {
        // It may have been deleted since its name was looked up.
        Some(id) => {
            Some(all.iter().find(|c| c.id == id).ok_or(PageError::Gone(Missing::Category))?)
        }
        None => None,
    };
    let excerpts: Vec<String> =
        posts.iter().map(|post| text::shorten(&post.excerpt, LISTED_EXCERPT)).collect();
    let permalinks: Vec<String> =
        posts.iter().map(|post| app.addresses.permalink(post.public_id)).collect();
    let name_of = |id: CategoryId| {
        all.iter().find(|c| c.id == id).map_or("", |category| category.title.as_str())
    };
    let about = About::of(app, &hub, category);
    let items =
        posts.iter().zip(&excerpts).zip(&permalinks).filter_map(|((post, excerpt), permalink)| {
            Some(FeedItem {
                title: &post.title,
                url: &post.url,
                excerpt,
                blog_name: &post.blog_name,
                category: name_of(post.category_id),
                permalink,
                listed_at: post.listed_at?,
            })
        });
    let feed = Feed {
        title: &about.title,
        page: &about.page,
        address: &about.address,
        description: &about.description,
        language: &hub.language,
        changed_at: about.changed_at,
        items: items.collect(),
    };
    let rendered =
        Rendered::new(rss::to_xml(&feed), rss::CONTENT_TYPE, CACHE_CONTROL, Some(about.changed_at));
    let rendered = rendered.with_header(header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    Ok(if hub.is_public() {
        rendered
    } else {
        rendered.with_header(header::HeaderName::from_static("x-robots-tag"), "noindex")
    })
}

/// What a feed says of itself.
struct About {
    title: String,
    page: String,
    address: String,
    description: String,
    changed_at: Timestamp,
}

impl About {
    fn of(app: &App, hub: &Hub, category: Option<&Category>) -> Self {
        match category {
            Some(category) => {
                let page = app.addresses.category(&hub.slug, &category.slug);
                Self {
                    title: format!("{}: {}", hub.title, category.title),
                    address: format!("{page}/rss"),
                    page,
                    description: first_of([&category.description, &hub.tagline, &category.title]),
                    changed_at: category.changed_at.max(hub.edited_at),
                }
            }
            None => {
                let page = app.addresses.hub(&hub.slug);
                Self {
                    title: hub.title.clone(),
                    address: format!("{page}/rss"),
                    page,
                    description: first_of([&hub.tagline, &hub.description, &hub.title]),
                    changed_at: hub.changed_at,
                }
            }
        }
    }
}

/// RSS wants a description: the first that says something.
fn first_of(texts: [&str; 3]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}
