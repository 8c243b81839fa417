//! The first page: what this is, the public hubs, the newest posts.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::{PostRow, Within, days};
use crate::actions::read_page::{HomePage, home_page};
use crate::app::App;
use crate::db::hubs::Hub;
use crate::model::view::View;
use crate::pages_cache::Subject;
use crate::web::error::PageError;
use crate::web::respond;
use crate::web::view::{Zone, dates_and_place, number, plural};

/// A hub on the first page, or in its series.
#[derive(Debug)]
pub struct HubRow {
    /// Its title.
    pub title: String,
    /// Its page.
    pub path: String,
    /// Language tag of its texts.
    pub language: String,
    /// One sentence.
    pub tagline: String,
    /// When and where.
    pub dates_and_place: String,
    /// How many posts are listed.
    pub posts: String,
    /// `post`, or `posts`.
    pub posts_word: &'static str,
    /// How many blogs have one.
    pub blogs: String,
    /// `blog`, or `blogs`.
    pub blogs_word: &'static str,
    /// Since when it is closed; empty where it is not.
    pub closed_on: String,
}

impl HubRow {
    /// The row of a hub.
    pub fn of(hub: &Hub) -> Self {
        Self {
            title: hub.title.clone(),
            path: hub.path(),
            language: hub.language.clone(),
            tagline: hub.tagline.clone(),
            dates_and_place: dates_and_place(hub),
            posts: number(hub.listed_count),
            posts_word: plural(hub.listed_count, "post", "posts"),
            blogs: number(hub.blog_count),
            blogs_word: plural(hub.blog_count, "blog", "blogs"),
            closed_on: hub.closed_at.map(|at| Zone::of(hub).date(at)).unwrap_or_default(),
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/home.html")]
struct HomeView {
    canonical: String,
    sign_up: bool,
    hubs: Vec<HubRow>,
    posts: Vec<PostRow>,
    has_topics: bool,
}

impl HomeView {
    fn of(app: &App, page: &HomePage) -> Self {
        let mut posts = Vec::new();
        for (id, post) in &page.posts {
            let Some(hub) = page.hubs.iter().find(|hub| hub.id == *id) else { continue };
            let zone = Zone::of(hub);
            let within = Within { path: "", language: "en", view: &View::default(), talks: &[] };
            let named = days(std::slice::from_ref(post), &zone, &within, |_| {
                Some((hub.title.as_str(), hub.path()))
            });
            for row in named.into_iter().flat_map(|day| day.posts) {
                let time = post.listed_at.map(|at| zone.moment_zoned(at)).unwrap_or_default();
                posts.push(PostRow { time, ..row });
            }
        }
        Self {
            canonical: app.addresses.path("/"),
            sign_up: app.config.sign_up_is_open(),
            hubs: page.hubs.iter().map(HubRow::of).collect(),
            posts,
            has_topics: page.has_topics,
        }
    }
}

/// `GET /hubs`: how pages under a hub's own name lead here.
pub async fn lead_to() -> HttpResponse {
    respond::moved("/")
}

/// `GET /`
pub async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    app.metrics.cache_misses.increment(1);
    let reader = app.clone();
    let page = app
        .db
        .read(move |connection| {
            let generation = reader.generations.of(Subject::Everything);
            let home = home_page(connection)?;
            let view = HomeView::of(&reader, &home);
            let page = Arc::new(respond::public_page(&reader, &view, None, None)?);
            reader.pages.keep("/".into(), Subject::Everything, generation, Arc::clone(&page));
            Ok::<_, PageError>(page)
        })
        .await?;
    // A hub that left the list moves no date here: the tag alone is asked about.
    Ok(respond::rendered(&request, &page, app.clock.now()))
}
