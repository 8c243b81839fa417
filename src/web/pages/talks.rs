//! The programme of a hub, and the page of each talk with what was written about it.

mod all;
mod facts;

pub use all::show_all;
pub use facts::{Facts, TalkLink, links_of, of_category, talk_path};

use std::collections::HashMap;

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::card::Card;
use super::embed::{HEIGHT, WIDTH, frame_code};
use super::face::HubFace;
use super::feed_links::{FeedLink, feed_address, feed_links};
use super::list::{Day, Within, after, days};
use super::reading::{self, At, Names};
use crate::actions::read_page::{From, PAGE, list_place};
use crate::app::{App, Gate};
use crate::db::talks::{self, Talk};
use crate::db::{DbConnection, DbError, categories, listed};
use crate::limits::{AddressBlock, Limit};
use crate::model::view::{After, View};
use crate::pages_cache::Rendered;
use crate::web::error::{HubWay, LookedFor, PageError};
use crate::web::extract::{Visit, client};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};
use crate::wire::feed::Format;

#[derive(Debug, Template)]
#[template(path = "pages/hub/talk.html")]
struct TalkView {
    hub: HubFace,
    add: String,
    canonical: String,
    card: Card,
    here: String,
    title: String,
    facts: Facts,
    category: String,
    category_path: String,
    posts: String,
    days: Vec<Day>,
    feeds: Vec<FeedLink>,
    feed_address: String,
    /// Where older posts are.
    older: Option<String>,
    is_first: bool,
    is_gone: bool,
    /// What other sites copy to show it; not of what is locked.
    code: Option<String>,
}

impl TalkView {
    fn description(&self) -> String {
        let who = if self.facts.speakers.is_empty() { "" } else { " by " };
        format!(
            "What was written about “{}”{who}{}, at {}.",
            self.title, self.facts.speakers, self.hub.title
        )
    }

    fn is_hidden(&self) -> bool {
        self.hub.is_hidden || self.days.is_empty() || !self.is_first
    }
}

/// `3 posts`; empty for none.
fn posts(count: i64) -> String {
    if count == 0 {
        return String::new();
    }
    format!("{} {}", number(count), plural(count, "post", "posts"))
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    before: Option<String>,
}

/// `GET /{hub}/-/talks/{talk}`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, talk) = names.into_inner();
    let lower = talk.to_lowercase();
    let moved = talk_path(&format!("/{hub}"), &lower);
    let is_header = HeaderValue::from_str(&moved).is_ok() && hub.is_ascii();
    if talk != lower && is_header && lower.is_ascii() && !lower.contains(['%', '\\']) {
        return Ok(respond::moved(&moved));
    }
    let after = after(query.into_inner().before)?;
    let key = match after {
        Some(after) => format!("{}?before={after}", request.path()),
        None => request.path().to_owned(),
    };
    if let Some(answer) = respond::kept(&app, &request, &key) {
        return Ok(answer);
    }
    let (reader, block) = (app.clone(), client(&app, &request));
    let names = Names::hub(&hub).with(&format!("/-/talks/{lower}"));
    let read = move |connection: &mut DbConnection, at: At| {
        render(&reader, connection, &at, &lower, after, block)
    };
    reading::answer(&app, &request, &names, key, &visit, read).await
}

/// The talk of this name, which everybody may see who may read the hub; else the way to the hub.
pub fn find(connection: &mut DbConnection, at: &At, talk: &str) -> Result<(Talk, Gate), PageError> {
    let hub = &at.hub;
    let missing = || HubWay::of(hub).has_no(LookedFor::Talk);
    let found = talks::find_public(connection, hub.id, talk)?.ok_or_else(missing)?;
    let category = categories::find(connection, hub.id, found.category_id)?;
    let category = category.ok_or_else(missing)?;
    Ok((found, Gate { hub: hub.clone(), category }))
}

fn render(
    app: &App,
    connection: &mut DbConnection,
    at: &At,
    name: &str,
    after: Option<After>,
    block: AddressBlock,
) -> Result<Rendered, PageError> {
    let (talk, gate) = find(connection, at, name)?;
    let place = list_place(connection, at.hub.id, None, after);
    let From { before, is_at_post } = place.map_err(|error| match error {
        DbError::NotFound => HubWay::of(&at.hub).has_no(LookedFor::Place),
        error => error.into(),
    })?;
    if !is_at_post {
        // A place that anybody could have made up is a read like a search.
        app.limits.take(Limit::Search, block)?;
    }
    let mut posts = listed::list_about(connection, at.hub.id, talk.id, before, PAGE + 1)?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_older = posts.len() > page;
    posts.truncate(page);
    let older = posts.last().filter(|_| has_older).map(listed::Listed::after);
    let all = categories::list(connection, at.hub.id)?;
    let titles: HashMap<_, _> = all.iter().map(|it| (it.id, it)).collect();
    let (language, everything) = (&at.hub.language, View::default());
    let within = Within { path: "", language, view: &everything, talks: &[] };
    let days = days(&posts, &Zone::of(&at.hub), &within, |post| {
        let category = titles.get(&post.category_id)?;
        Some((category.title.as_str(), at.hub.category_path(&category.slug)))
    });
    let view = view(app, at, &talk, &gate, days, (after, older));
    let page = respond::public_page(app, &view, Some(&view.hub.accent), None)?;
    let mut page = if is_at_post { page } else { page.not_kept() };
    page.fresh_until = gate.next_edge(app.clock.now());
    Ok(if at.lock.is_some() { page.for_few() } else { page })
}

fn view(
    app: &App,
    at: &At,
    talk: &Talk,
    gate: &Gate,
    days: Vec<Day>,
    (after, older): (Option<After>, Option<After>),
) -> TalkView {
    let (hub, category) = (&gate.hub, &gate.category);
    let here = talk_path(&hub.path(), &talk.slug);
    let key = at.lock.as_ref().map(|lock| lock.feed_key(&app.secrets));
    let rss =
        feed_address(&app.addresses.path(&here), Format::Rss.segment(), [("key", key.as_deref())]);
    let frame = talk_path(&format!("/embed/{}", hub.slug), &talk.slug);
    let frame = app.addresses.under(hub.root()).path(&frame);
    let says = format!("Posts about: {}", talk.title);
    TalkView {
        add: format!("{}/add?talk={}", hub.category_path(&category.slug), talk.slug),
        canonical: app.addresses.path(&here),
        card: Card::of(&app.addresses, hub),
        title: talk.title.clone(),
        facts: Facts::of(talk, &Zone::of(hub)),
        category: category.title.clone(),
        category_path: hub.category_path(&category.slug),
        posts: posts(talk.listed_count),
        feeds: feed_links(&here, &View::default(), key.as_deref()),
        feed_address: rss,
        older: older.map(|after| format!("{here}?before={after}")),
        is_first: after.is_none(),
        is_gone: talk.gone_at.is_some(),
        code: at.lock.is_none().then(|| frame_code(&frame, &says, WIDTH, HEIGHT)),
        hub: HubFace::of(hub).taking_posts(gate.takes_posts(app.clock.now())),
        days,
        here,
    }
}
