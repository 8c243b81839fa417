//! Which category a post belongs to.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::arrived::{ArrivedPart, ask_in};
use super::desk::with_cookies;
use super::form_at;
use super::proving::Prover;
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::categories::{self, Category};
use crate::db::hubs::Hub;
use crate::model::category::Readers;
use crate::model::text;
use crate::model::web_url::{self, as_typed};
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::pages::face::{HubFace, Tab, tabs};
use crate::web::pages::list::rules;
use crate::web::pages::reading::{self, Entered, Names};
use crate::web::respond;
use crate::web::view::{Zone, closing_sentence};

/// The hub's tabs, each leading to the add page of its category.
pub fn add_tabs(hub: &Hub, categories: &[Category], current: Option<&Category>) -> Vec<Tab> {
    let mut tabs = tabs(hub, categories, current);
    for tab in tabs.iter_mut().skip(1) {
        tab.path.push_str("/add");
        tab.count.clear();
    }
    if let Some(everything) = tabs.first_mut() {
        everything.title = "Everything".to_owned();
        everything.count.clear();
        everything.path = format!("{}/-/add", hub.path());
    }
    tabs
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/choose.html")]
struct ChooseView {
    hub: HubFace,
    add: String,
    tabs: Vec<Tab>,
    /// Since when the hub takes no posts, as a sentence; empty if it does.
    closed: String,
    choices: Vec<Choice>,
    csrf: String,
    /// The address that was asked about, and what became of it, wherever it came to.
    asked: String,
    /// Where a post of that address is added.
    add_asked: String,
    answers: Vec<ArrivedPart>,
}

impl ChooseView {
    /// How much may be typed into the field of an address.
    const fn room(&self) -> usize {
        web_url::MAX_BYTES
    }
}

/// What may stand behind a `?`: a post to look up in all categories.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    post: String,
    url: String,
}

#[derive(Debug)]
struct Choice {
    title: String,
    path: String,
    description: String,
    rules: Vec<String>,
}

/// `GET /{hub}/-/add`: which category a post belongs to, and "Did my post arrive?" for all of them
/// that everybody is told of.
pub async fn choose(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: Option<web::Query<Query>>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let at = match reading::enter(&app, &request, &Names::hub(&slug), "/-/add", &visit).await? {
        Entered::In(at) => *at,
        Entered::Answer(answer) => return Ok(answer),
    };
    let (hub, id) = (at.hub.clone(), at.hub.id);
    let mut all = app.db.read(move |c| categories::list(c, id)).await?;
    all.retain(|category| category.readers == Readers::Public);
    let mut view = ChooseView::of(&hub, &all, app.clock.now());
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    view.asked = as_typed(query.post.trim()).into_owned();
    view.add_asked = form_at(&view.add, "url", &view.asked);
    let url = text::shorten(query.url.trim(), web_url::MAX_BYTES);
    view.choices.iter_mut().for_each(|choice| choice.path = form_at(&choice.path, "url", &url));
    if view.asked.is_empty() {
        let visit = Visit::without_form();
        return respond::private_page(StatusCode::OK, &view, Some(&view.hub.accent), &visit);
    }
    let prover = Prover::of(&app, &request);
    view.answers = ask_in(&app, &request, (&hub, &all), &prover, &view.asked).await?;
    view.csrf.clone_from(&visit.csrf);
    let shows_code = view.answers.iter().any(|arrived| !arrived.code.is_empty());
    let cookie = prover.new_cookie(&app).filter(|_| shows_code);
    let page = respond::private_page(StatusCode::OK, &view, Some(&view.hub.accent), &visit)?;
    Ok(with_cookies(page, cookie.as_slice()))
}

impl ChooseView {
    fn of(hub: &Hub, all: &[Category], now: Timestamp) -> Self {
        let choices = all.iter().map(|category| Choice {
            title: category.title.clone(),
            path: format!("{}/add", hub.category_path(&category.slug)),
            description: category.description.clone(),
            rules: rules(&Gate { hub: hub.clone(), category: category.clone() }, now),
        });
        Self {
            add: format!("{}/-/add", hub.path()),
            tabs: add_tabs(hub, all, None),
            closed: hub.closed_at.map_or_else(String::new, |at| {
                let since = Zone::of(hub).moment_zoned(at);
                let said = closing_sentence(&hub.closing_words);
                format!("The hub has been closed since {since}, and takes no more posts.{said}")
            }),
            choices: choices.collect(),
            csrf: String::new(),
            asked: String::new(),
            add_asked: String::new(),
            answers: Vec::new(),
            hub: HubFace::of(hub),
        }
    }
}
