//! The newest posts about a talk, in a frame on the talk's own page.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Post, Query, Shape, locked, missing};
use crate::app::App;
use crate::db::{DbConnection, listed};
use crate::pages_cache::Rendered;
use crate::web::error::PageError;
use crate::web::own_name::outward;
use crate::web::pages::face::HubFace;
use crate::web::pages::reading::{At, ForAnybody, Names, read_for_anybody};
use crate::web::pages::talks::{find, talk_path};
use crate::web::respond;
use crate::web::view::Zone;

#[derive(Debug, Template)]
#[template(path = "pages/embed/talk.html")]
struct TalkView {
    hub: HubFace,
    title: String,
    class: &'static str,
    /// The page of all this.
    here: String,
    /// Where to add a post; empty where nothing takes one.
    add: String,
    posts: Vec<Post>,
}

/// `GET /embed/{hub}/-/talks/{talk}`
///
/// A schedule's own pages write the talk's name as the schedule has it: capitals do not count, and
/// nothing is redirected.
pub async fn show_talk(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    let shape = Shape::asked(query);
    let (hub, talk) = names.into_inner();
    let (names, talk, now) = (Names::hub(&hub), talk.to_lowercase(), app.clock.now());
    let key = format!("{}{}", request.path().to_lowercase(), shape.query());
    if let Some(answer) = respond::kept(&app, &request, &key) {
        return Ok(answer);
    }
    let (reader, name) = (app.clone(), talk.clone());
    let read =
        move |connection: &mut DbConnection, at: At| render(&reader, connection, &at, &name, shape);
    match read_for_anybody(&app, &request, &names, key, read).await {
        Ok(ForAnybody::Here(page)) => Ok(respond::rendered(&request, &page, now)),
        Ok(ForAnybody::Moved(path)) => {
            Ok(respond::moved(&format!("/embed{}{}", talk_path(&path, &talk), shape.query())))
        }
        Ok(ForAnybody::Locked) => locked(outward(&request, &names.path()), shape),
        Err(error) => missing(error, shape, now),
    }
}

fn render(
    app: &App,
    connection: &mut DbConnection,
    at: &At,
    name: &str,
    shape: Shape,
) -> Result<Rendered, PageError> {
    let (talk, gate) = find(connection, at, name)?;
    let limit = i64::try_from(shape.count).unwrap_or(i64::MAX);
    let posts = listed::list_about(connection, at.hub.id, talk.id, None, limit)?;
    let (zone, now) = (Zone::of(&at.hub), app.clock.now());
    let add = format!("{}/add?talk={}", at.hub.category_path(&gate.category.slug), talk.slug);
    let view = TalkView {
        hub: HubFace::of(&at.hub),
        class: shape.class(),
        here: talk_path(&at.hub.path(), &talk.slug),
        add: if gate.takes_posts(now) { add } else { String::new() },
        posts: posts.iter().filter_map(|post| Post::of(post, &zone)).collect(),
        title: talk.title,
    };
    let mut page = respond::framed_page(app, &view, &view.hub.accent)?;
    page.fresh_until = gate.next_edge(now);
    Ok(page)
}
