//! Which category a post belongs to.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::{App, Gate};
use crate::db::categories::{self, Category};
use crate::db::hubs::Hub;
use crate::model::category::Readers;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::pages::face::{HubFace, Tab, tabs};
use crate::web::pages::list::rules;
use crate::web::pages::reading::{self, Entered, Names};
use crate::web::respond;
use crate::web::view::Zone;

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
        everything.path = format!("/{}/-/add", hub.slug);
        everything.is_current = false;
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
}

#[derive(Debug)]
struct Choice {
    title: String,
    path: String,
    description: String,
    rules: Vec<String>,
}

/// `GET /{hub}/-/add`: which category a post belongs to.
pub async fn choose(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let at = match reading::enter(&app, &request, &Names::hub(&slug), "/-/add", &visit).await? {
        Entered::In(at) => *at,
        Entered::Answer(answer) => return Ok(answer),
    };
    let (hub, now) = (at.hub, app.clock.now());
    let id = hub.id;
    let mut all = app.db.read(move |c| categories::list(c, id)).await?;
    all.retain(|category| category.readers == Readers::Public);
    let choices = all.iter().map(|category| Choice {
        title: category.title.clone(),
        path: format!("/{}/{}/add", hub.slug, category.slug),
        description: category.description.clone(),
        rules: rules(&Gate { hub: hub.clone(), category: category.clone() }, now),
    });
    let view = ChooseView {
        add: format!("/{}/-/add", hub.slug),
        tabs: add_tabs(&hub, &all, None),
        closed: hub.closed_at.map_or_else(String::new, |at| {
            let since = Zone::of(&hub).moment_zoned(at);
            format!("The hub has been closed since {since}, and takes no more posts.")
        }),
        choices: choices.collect(),
        hub: HubFace::of(&hub),
    };
    respond::private_page(StatusCode::OK, &view, Some(&view.hub.accent), &Visit::without_form())
}
