//! What search engines are told to read: a list of addresses, or a list of such lists.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use super::error::{Missing, PageError};
use super::extract::client;
use super::own_name;
use super::respond::{self, REVALIDATE, default_headers};
use crate::actions::read_sitemap::{Part, Sitemap, sitemap};
use crate::app::App;
use crate::db::DbConnection;
use crate::limits::Limit;
use crate::pages_cache::{Rendered, Subject};
use crate::wire::sitemap::{CONTENT_TYPE, index_to_xml, to_xml};

/// The most addresses in one list; more are several lists, and a list of them.
const MAX_ENTRIES: i64 = 10_000;

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    hub: Option<String>,
    part: Option<String>,
}

/// Which list is asked for.
fn part_of(query: Query) -> Option<Part> {
    match (query.hub, query.part.as_deref()) {
        (None, None) => Some(Part::All),
        (None, Some("hubs")) => Some(Part::Hubs),
        (Some(hub), Some(part)) => {
            let nth = part.parse().ok().filter(|nth| (1..=100_000).contains(nth))?;
            Some(Part::Posts(hub, nth))
        }
        _ => None,
    }
}

/// `GET /sitemap.xml`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let missing = PageError::NotFound(Missing::Page);
    let part = part_of(query.into_inner()).ok_or(missing)?;
    let (key, home) = (own_name::key(&request, &part.path()), own_name::home(&request));
    if let Some(answer) = respond::kept(&app, &request, &key) {
        return Ok(answer);
    }
    app.limits.take(Limit::Search, client(&app, &request))?;
    let reader = app.clone();
    let read = move |connection: &mut DbConnection| {
        let generation = reader.generations.of(Subject::Everything);
        let text =
            match sitemap(connection, &reader.addresses, home.as_deref(), &part, MAX_ENTRIES)? {
                Some(Sitemap::Pages(entries)) => to_xml(&entries),
                Some(Sitemap::Lists(entries)) => index_to_xml(&entries),
                None => return Err(PageError::NotFound(Missing::Page)),
            };
        let list = Rendered::new(text, CONTENT_TYPE, REVALIDATE, None)
            .with_defaults(default_headers(reader.addresses.is_https()));
        let list = Arc::new(list);
        reader.pages.keep(key, Subject::Everything, generation, Arc::clone(&list));
        Ok::<_, PageError>(list)
    };
    let list = app.db.read(read).await?;
    Ok(respond::rendered(&request, &list, app.clock.now()))
}
