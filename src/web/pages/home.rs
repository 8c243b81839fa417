//! The first page: what this is, the public hubs, the newest posts.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::list::{PostRow, Within, days};
use crate::actions::read_page::{HomePage, home_page};
use crate::app::App;
use crate::model::view::View;
use crate::pages_cache::Subject;
use crate::web::error::PageError;
use crate::web::respond;
use crate::web::view::{Zone, dates_and_place, number, plural};

/// A hub on the first page.
#[derive(Debug)]
struct HubRow {
    title: String,
    path: String,
    language: String,
    tagline: String,
    dates_and_place: String,
    posts: String,
    posts_word: &'static str,
    blogs: String,
    blogs_word: &'static str,
    /// Since when it is closed; empty where it is not.
    closed_on: String,
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
        let hubs = page.hubs.iter().map(|hub| HubRow {
            title: hub.title.clone(),
            path: format!("/{}", hub.slug),
            language: hub.language.clone(),
            tagline: hub.tagline.clone(),
            dates_and_place: dates_and_place(hub),
            posts: number(hub.listed_count),
            posts_word: plural(hub.listed_count, "post", "posts"),
            blogs: number(hub.blog_count),
            blogs_word: plural(hub.blog_count, "blog", "blogs"),
            closed_on: hub.closed_at.map(|at| Zone::of(hub).date(at)).unwrap_or_default(),
        });
        let mut posts = Vec::new();
        for (id, post) in &page.posts {
            let Some(hub) = page.hubs.iter().find(|hub| hub.id == *id) else { continue };
            let zone = Zone::of(hub);
            let within = Within { path: "", language: "en", view: &View::default() };
            let named = days(std::slice::from_ref(post), &zone, &within, |_| {
                Some((hub.title.as_str(), format!("/{}", hub.slug)))
            });
            for row in named.into_iter().flat_map(|day| day.posts) {
                let time = post.listed_at.map(|at| zone.moment_zoned(at)).unwrap_or_default();
                posts.push(PostRow { time, ..row });
            }
        }
        Self {
            canonical: app.addresses.path("/"),
            sign_up: app.config.sign_up_is_open(),
            hubs: hubs.collect(),
            posts,
            has_topics: page.has_topics,
        }
    }
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
