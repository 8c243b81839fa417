//! A hub in numbers: when its posts were listed, and in which categories.

mod sheet;

pub use sheet::{activity_csv, categories_csv, outcomes_csv, private, refused_csv, ways_csv};

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::card::Card;
use super::face::{Adding, HubFace};
use super::reading::{self, At, Names};
use crate::actions::numbers::{self, Activity};
use crate::app::App;
use crate::db::DbConnection;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::model::category::Readers;
use crate::pages_cache::Rendered;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::respond;
use crate::web::view::plot::Plot;
use crate::web::view::{Zone, number, plural};

/// From this many posts on there is something to draw.
const SEVERAL: i64 = 2;

/// A category among others.
#[derive(Debug)]
pub struct Part {
    /// Its title.
    pub title: String,
    /// Its page.
    pub path: String,
    /// How many posts are listed, as text.
    pub posts: String,
    /// Its share of the longest bar.
    pub width: String,
    /// Who may read it, where that is not everybody.
    pub readers: &'static str,
}

/// What both the public page and the desk show.
#[derive(Debug)]
pub struct Shown {
    /// Over the event, and over all the time where that is more.
    pub plots: Vec<Plot>,
    /// Posts in each category.
    pub parts: Vec<Part>,
    /// The numbers of the categories, to take away.
    pub parts_csv: String,
}

impl Shown {
    /// What there is to show; `at` is the address of the page.
    pub fn of(activity: &Activity, hub: &Hub, at: &str) -> Self {
        let zone = Zone::of(hub);
        let all = activity.posts();
        let mut plots = Vec::new();
        if let Some(event) = activity.event.as_ref().filter(|_| all >= SEVERAL) {
            let csv = format!("{at}/event.csv");
            plots.push(Plot::of("event", "During the event", event, &zone, csv));
        }
        let in_event = activity.event.as_ref().map_or(0, numbers::Series::sum);
        if let Some(whole) = activity.whole.as_ref().filter(|_| all >= SEVERAL && in_event < all) {
            let csv = format!("{at}/activity.csv");
            plots.push(Plot::of("all", "From the first post to the newest", whole, &zone, csv));
        }
        let most = activity.categories.iter().map(|category| category.listed_count).max();
        let most = most.unwrap_or(0).max(1);
        Self {
            plots,
            parts: activity.categories.iter().map(|this| Part::of(this, hub, most)).collect(),
            parts_csv: format!("{at}/categories.csv"),
        }
    }
}

impl Part {
    fn of(category: &Category, hub: &Hub, most: i64) -> Self {
        let tenths = category.listed_count * 1_000 / most;
        Self {
            title: category.title.clone(),
            path: hub.category_path(&category.slug),
            posts: number(category.listed_count),
            width: format!("{}.{}%", tenths / 10, tenths % 10),
            readers: match category.readers {
                Readers::Public => "",
                Readers::Unlisted => "not on the hub’s page",
                Readers::Password => "behind a reading password",
            },
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/stats.html")]
struct StatsView {
    hub: HubFace,
    add: String,
    canonical: String,
    card: Card,
    description: String,
    shown: Shown,
    is_empty: bool,
}

impl StatsView {
    fn of(app: &App, at: &At, activity: &Activity, adding: &Adding) -> Self {
        let hub_path = at.hub.path();
        let here = format!("{hub_path}/-/stats");
        Self {
            add: adding.path.clone(),
            canonical: app.addresses.path(&here),
            card: Card::of(&app.addresses, &at.hub),
            description: description(&at.hub, activity),
            shown: Shown::of(activity, &at.hub, &here),
            is_empty: activity.posts() == 0,
            hub: HubFace::of(&at.hub).taking_posts(adding.takes_posts),
        }
    }
}

fn description(hub: &Hub, activity: &Activity) -> String {
    let posts = activity.posts();
    let Some((first, last)) = activity.first_at.zip(hub.last_listed_at) else {
        return "When posts were listed, and in which categories.".to_owned();
    };
    let zone = Zone::of(hub);
    if posts < SEVERAL {
        return format!("One post, listed on {}.", zone.moment(last));
    }
    let (blogs, first, last) = (hub.blog_count, zone.date(first), zone.date(last));
    let when =
        if first == last { format!("on {first}") } else { format!("from {first} to {last}") };
    let (posts, blogs_word) = (number(posts), plural(blogs, "blog", "blogs"));
    format!("{posts} posts of {} {blogs_word}, {when}.", number(blogs))
}

/// `GET /{hub}/-/stats`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let names = Names::hub(&slug).with("/-/stats");
    let render = |app: &App, connection: &mut DbConnection, at: &At| {
        let activity = numbers::public(connection, &at.hub)?;
        let adding = Adding::read(connection, &at.hub, app.clock.now())?;
        let view = StatsView::of(app, at, &activity, &adding);
        let changed_at = adding.changed_since(at.hub.public_changed_at);
        let page = respond::public_page(app, &view, Some(&view.hub.accent), Some(changed_at))?;
        Ok(adding.keep(page))
    };
    answer(&app, &request, names, &visit, render).await
}

/// `GET /{hub}/-/stats/activity.csv`
pub async fn show_activity(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let names = Names::hub(&slug).with("/-/stats/activity.csv");
    let render = |app: &App, connection: &mut DbConnection, at: &At| {
        let activity = numbers::public(connection, &at.hub)?;
        let csv = activity_csv(activity.whole.as_ref(), &Zone::of(&at.hub));
        Ok(sheet::public(app, &at.hub, "activity", csv))
    };
    answer(&app, &request, names, &visit, render).await
}

/// `GET /{hub}/-/stats/event.csv`
pub async fn show_event(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let names = Names::hub(&slug).with("/-/stats/event.csv");
    let render = |app: &App, connection: &mut DbConnection, at: &At| {
        let activity = numbers::public(connection, &at.hub)?;
        let csv = activity_csv(activity.event.as_ref(), &Zone::of(&at.hub));
        Ok(sheet::public(app, &at.hub, "event", csv))
    };
    answer(&app, &request, names, &visit, render).await
}

/// `GET /{hub}/-/stats/categories.csv`
pub async fn show_categories(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let names = Names::hub(&slug).with("/-/stats/categories.csv");
    let render = |app: &App, connection: &mut DbConnection, at: &At| {
        let activity = numbers::public(connection, &at.hub)?;
        let csv = categories_csv(&activity.categories, false);
        Ok(sheet::public(app, &at.hub, "categories", csv))
    };
    answer(&app, &request, names, &visit, render).await
}

/// What a page or table is made by.
type Render = fn(&App, &mut DbConnection, &At) -> Result<Rendered, PageError>;

/// One of a hub's pages or tables: kept where everybody may read it.
async fn answer(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: Names,
    visit: &Visit,
    render: Render,
) -> Result<HttpResponse, PageError> {
    let key = request.path().to_owned();
    if let Some(answer) = respond::kept(app, request, &key) {
        return Ok(answer);
    }
    let reader = app.clone();
    let read = move |connection: &mut DbConnection, at: At| {
        let page = render(&reader, connection, &at)?;
        Ok(if at.lock.is_some() { page.for_few() } else { page })
    };
    reading::answer(app, request, &names, key, visit, read).await
}
