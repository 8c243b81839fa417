//! The data: everything of a hub that is its organizers' and no secret, as JSON, CSV and RSS.

use std::sync::Arc;

use super::{Parcel, ROWS, TakeHomeError};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::DbError;
use crate::db::archive::{self, Category, Post};
use crate::db::hubs::Hub;
use crate::model::archive::{FORMAT, VERSION};
use crate::model::category::Readers;
use crate::model::id::encode;
use crate::wire::csv::Csv;
use crate::wire::feed::{Feed, FeedItem, tag};
use crate::wire::rss;

/// What each field of the document means.
const SCHEMA: &str = include_str!("schema.json");

/// Writes the data.
pub async fn write(app: &Arc<App>, hub: &Hub, parcel: &mut Parcel) -> Result<(), TakeHomeError> {
    let id = hub.id;
    let all = app.db.read(move |c| archive::list_categories(c, id)).await?;
    parcel.file("data/schema.json", SCHEMA.as_bytes()).await?;
    for (name, bytes) in app.db.read(move |c| archive::list_pictures(c, id)).await? {
        parcel.file(&format!("data/pictures/{name}"), &bytes).await?;
    }
    document(app, hub, &all, parcel).await?;
    table(app, hub, parcel).await?;
    feed(app, hub, &all, parcel).await
}

/// The beginning of the document: the hub, its categories, rules and talks.
async fn head(
    app: &App,
    hub: &Hub,
    all: &[Category],
    parcel: &mut Parcel,
) -> Result<(), TakeHomeError> {
    let id = hub.id;
    let (row, rules, (programme, talks)) = app
        .db
        .read(move |c| {
            let rules = archive::list_rest(c, id)?;
            Ok::<_, DbError>((archive::find_hub(c, id)?, rules, archive::find_programme(c, id)?))
        })
        .await?;
    parcel.begin("data/hub.json")?;
    let home = json(app.addresses.home());
    let head = format!(
        "{{\n\"format\": \"{FORMAT}\",\n\"version\": {VERSION},\n\"instance\": {home},\n\"hub\": {},\n",
        json(&row)
    );
    parcel.write(head.as_bytes())?;
    parcel.write(list("categories", all).as_bytes())?;
    parcel.write(list("rules", &rules).as_bytes())?;
    parcel.write(format!("\"programme\": {},\n", json(&programme)).as_bytes())?;
    parcel.write(list("talks", &talks).as_bytes())
}

/// The document: its beginning, then lists that are written as they are read.
async fn document(
    app: &App,
    hub: &Hub,
    all: &[Category],
    parcel: &mut Parcel,
) -> Result<(), TakeHomeError> {
    head(app, hub, all, parcel).await?;
    let id = hub.id;
    let (mut after, mut between) = (0, "");
    parcel.write(b"\"blogs\": [")?;
    loop {
        let rows = app.db.read(move |c| archive::list_blogs(c, id, after, ROWS)).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        for (_, blog) in &rows {
            parcel.write(format!("{between}\n{}", json(blog)).as_bytes())?;
            between = ",";
        }
        parcel.step(0).await?;
    }
    parcel.write(b"\n],\n\"posts\": [")?;
    between = "";
    let mut posts = Posts::of(hub);
    while let Some(rows) = posts.next(app).await? {
        for post in &rows {
            parcel.write(format!("{between}\n{}", json(post)).as_bytes())?;
            between = ",";
        }
        parcel.step(rows.len()).await?;
    }
    parcel.write(b"\n]\n}\n")?;
    parcel.step(1).await
}

/// The posts of a hub, page by page.
struct Posts {
    hub: crate::model::id::HubId,
    after: i64,
}

impl Posts {
    const fn of(hub: &Hub) -> Self {
        Self { hub: hub.id, after: 0 }
    }

    async fn next(&mut self, app: &App) -> Result<Option<Vec<Post>>, TakeHomeError> {
        let (hub, after) = (self.hub, self.after);
        let rows = app.db.read(move |c| archive::list_posts(c, hub, after, ROWS)).await?;
        let Some((last, _)) = rows.last() else { return Ok(None) };
        self.after = *last;
        Ok(Some(rows.into_iter().map(|(_, post)| post).collect()))
    }
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> String {
    // Strings, numbers and lists only: there is nothing that could not be written.
    serde_json::to_string(value).unwrap_or_default()
}

fn list(name: &str, all: &[impl serde::Serialize]) -> String {
    let lines: Vec<String> = all.iter().map(|one| format!("\n{}", json(one))).collect();
    format!("\"{name}\": [{}\n],\n", lines.join(","))
}

/// The posts as a table.
async fn table(app: &App, hub: &Hub, parcel: &mut Parcel) -> Result<(), TakeHomeError> {
    const COLUMNS: [&str; 14] = [
        "id",
        "category",
        "state",
        "title",
        "excerpt",
        "url",
        "blog",
        "blog_key",
        "language",
        "came_by",
        "received_at",
        "listed_at",
        "decided_at",
        "permalink",
    ];
    parcel.begin("data/posts.csv")?;
    parcel.write(Csv::with_columns(COLUMNS).finish().as_bytes())?;
    let mut posts = Posts::of(hub);
    while let Some(rows) = posts.next(app).await? {
        let mut table = Csv::default();
        for Post { category, row, page, .. } in &rows {
            let id = encode(&row.public_id);
            let moment = |at: Option<i64>| {
                at.map(|at| Timestamp::from_micros(at).to_jiff().to_string()).unwrap_or_default()
            };
            let language = page.as_ref().map_or("", |page| page.language.as_str());
            let state = if row.hidden_at.is_some() { "hidden" } else { row.state.as_str() };
            let permalink = permalink(app, hub, &id);
            let [received, listed, decided] =
                [Some(row.received_at), row.listed_at, row.decided_at].map(moment);
            table.row([
                id.as_str(),
                category,
                state,
                &row.title,
                &row.excerpt,
                &row.url,
                &row.blog_name,
                &row.blog_key,
                language,
                &row.came_by,
                &received,
                &listed,
                &decided,
                &permalink,
            ]);
        }
        parcel.write(table.finish().as_bytes())?;
        parcel.step(0).await?;
    }
    parcel.step(1).await
}

/// A post's own page, where the hub's pages are.
fn permalink(app: &App, hub: &Hub, id: &str) -> String {
    app.addresses.under(hub.root()).path(&format!("/p/{id}"))
}

/// What everybody can read, as a feed that is complete.
async fn feed(
    app: &App,
    hub: &Hub,
    all: &[Category],
    parcel: &mut Parcel,
) -> Result<(), TakeHomeError> {
    let page = app.addresses.path(&hub.path());
    let feed = Feed {
        id: &page,
        title: &hub.title,
        page: &page,
        address: &format!("{page}/rss"),
        first: None,
        next: None,
        hubs: &[],
        description: if hub.tagline.is_empty() { &hub.title } else { &hub.tagline },
        language: &hub.language,
        changed_at: hub.public_changed_at,
        is_finished: true,
        is_expired: hub.frozen_at.is_some(),
        icon: None,
        items: Vec::new(),
    };
    parcel.begin("data/posts.rss")?;
    parcel.write(rss::head(&feed).as_bytes())?;
    let mut posts = Posts::of(hub);
    while let Some(rows) = posts.next(app).await? {
        for post in rows.iter().filter(|_| hub.readers != Readers::Password) {
            if let Some(item) = item(app, hub, all, post) {
                parcel.write(item.as_bytes())?;
            }
        }
        parcel.step(0).await?;
    }
    parcel.write(rss::END.as_bytes())?;
    parcel.step(1).await
}

fn item(app: &App, hub: &Hub, all: &[Category], post: &Post) -> Option<String> {
    let category = all.iter().find(|category| category.row.slug == post.category)?;
    let is_public = category.row.readers == Readers::Public.as_str()
        && post.row.state == "listed"
        && post.row.hidden_at.is_none();
    let listed_at = Timestamp::from_micros(post.row.listed_at.filter(|_| is_public)?);
    let id = encode(&post.row.public_id);
    let host = app.addresses.base().host_str().unwrap_or_default();
    Some(rss::item(&FeedItem {
        id: &tag(host, hub.created_at, &format!("p/{id}")),
        title: &post.row.title,
        url: &post.row.url,
        excerpt: &post.row.excerpt,
        blog_name: &post.row.blog_name,
        source: None,
        category: &category.row.title,
        language: None,
        permalink: &permalink(app, hub, &id),
        listed_at,
        changed_at: listed_at,
    }))
}
