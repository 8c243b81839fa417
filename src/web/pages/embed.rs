//! The newest posts of a hub or category, in a frame on somebody else's page. Blind to cookies,
//! without forms and scripts; its links leave the frame.

mod codes;
mod offer;
mod talk;

pub use codes::{
    BadgePart, HEIGHT, WIDTH, badge_of, beside as beside_path, frame_code, name as badge_name,
};
pub use offer::{show_category as offer_category, show_hub as offer_hub};
pub use talk::show_talk;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::face::{HubFace, add_path, gates};
use super::list::rel;
use super::reading::{At, ForAnybody, Names, read_for_anybody};
use crate::actions::read_page::{From, ListPage, list_page};
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::db::listed::Listed;
use crate::model::language::Language;
use crate::model::theme::Theme;
use crate::model::view::View;
use crate::web::error::PageError;
use crate::web::own_name::outward;
use crate::web::respond;
use crate::web::view::{Zone, iso};

/// How many posts there are where nobody asked for another number.
const POSTS: usize = 10;
/// The fewest and the most.
const LEAST: usize = 5;
const MOST: usize = 20;

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    theme: String,
    count: String,
}

/// Which of the frames of one hub or category it is: there are few, and each is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    theme: Theme,
    count: usize,
}

impl Shape {
    /// What is asked for, as far as it can be had.
    pub fn of(query: &Query) -> Self {
        let count = query.count.trim().parse().unwrap_or(POSTS);
        Self { theme: Theme::named(&query.theme), count: count.clamp(LEAST, MOST) }
    }

    /// The same for a request: what cannot be read asks for nothing.
    fn asked(query: Option<web::Query<Query>>) -> Self {
        Self::of(&query.map(web::Query::into_inner).unwrap_or_default())
    }

    /// What stands behind the path of its address: nothing, or the `?` and what differs.
    pub fn query(self) -> String {
        let mut query = Vec::new();
        if self.theme != Theme::System {
            query.push(format!("theme={}", self.theme.as_str()));
        }
        if self.count != POSTS {
            query.push(format!("count={}", self.count));
        }
        if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) }
    }

    /// A class of the style sheet.
    const fn class(self) -> &'static str {
        match self.theme {
            Theme::System => "",
            Theme::Light | Theme::Dark => self.theme.as_str(),
        }
    }
}

/// A post in the frame.
#[derive(Debug)]
struct Post {
    url: String,
    rel: &'static str,
    title: String,
    language: String,
    blog_name: String,
    listed: String,
    listed_iso: String,
}

impl Post {
    fn of(post: &Listed, zone: &Zone) -> Option<Self> {
        let listed_at = post.listed_at?;
        let language = post.language.as_deref().and_then(Language::parse);
        Some(Self {
            url: post.url.clone(),
            rel: rel(post.blog_approved_at.is_some()),
            title: post.title.clone(),
            language: language.map(|language| language.as_str().to_owned()).unwrap_or_default(),
            blog_name: post.blog_name.clone(),
            listed: zone.moment(listed_at),
            listed_iso: iso(listed_at),
        })
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/embed/posts.html")]
struct PostsView {
    hub: HubFace,
    /// The category, where it is the frame of one.
    category: String,
    class: &'static str,
    /// The page of all this.
    here: String,
    /// Where to add a post; empty where nothing takes one.
    add: String,
    posts: Vec<Post>,
}

impl PostsView {
    fn of(page: ListPage, gates: &[Gate], shape: Shape, app: &App) -> Self {
        let here = path_of(&page);
        let takes_posts = gates.iter().any(|gate| gate.takes_posts(app.clock.now()));
        let zone = Zone::of(&page.hub);
        let posts = page.posts.iter().filter_map(|post| Post::of(post, &zone));
        Self {
            posts: posts.take(shape.count).collect(),
            add: if takes_posts { add_path(&page.hub, gates) } else { String::new() },
            hub: HubFace::of(&page.hub),
            category: page.category.map(|category| category.title).unwrap_or_default(),
            class: shape.class(),
            here,
        }
    }
}

/// The page of what a list shows.
fn path_of(page: &ListPage) -> String {
    match &page.category {
        Some(category) => page.hub.category_path(&category.slug),
        None => page.hub.path(),
    }
}

/// What stands in the frame where there are no posts to show.
#[derive(Debug, Template)]
#[template(path = "pages/embed/nothing.html")]
struct NothingView {
    class: &'static str,
    title: &'static str,
    sentence: String,
    /// Where to go on, and what that is called.
    way: &'static str,
    path: String,
}

/// `GET /embed/{hub}`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, &Names::hub(&slug), Shape::asked(query)).await
}

/// `GET /embed/{hub}/{category}`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, &Names::category(&names.0, &names.1), Shape::asked(query)).await
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    shape: Shape,
) -> Result<HttpResponse, PageError> {
    let key = format!("{}{}", request.path(), shape.query());
    let now = app.clock.now();
    if let Some(answer) = respond::kept(app, request, &key) {
        return Ok(answer);
    }
    let reader = app.clone();
    let read = move |connection: &mut DbConnection, at: At| {
        let category = at.category.map(|category| category.id);
        let page = list_page(connection, at.hub, category, &View::default(), From::NEWEST)?;
        let gates = gates(&page.hub, &page.categories, page.category.as_ref());
        let fresh_until = gates.iter().filter_map(|gate| gate.next_edge(now)).min();
        let view = PostsView::of(page, &gates, shape, &reader);
        let mut page = respond::framed_page(&reader, &view, &view.hub.accent)?;
        page.fresh_until = fresh_until;
        Ok(page)
    };
    match read_for_anybody(app, request, names, key, read).await {
        Ok(ForAnybody::Here(page)) => Ok(respond::rendered(request, &page, now)),
        Ok(ForAnybody::Moved(path)) => {
            Ok(respond::moved(&format!("/embed{path}{}", shape.query())))
        }
        Ok(ForAnybody::Locked) => locked(outward(request, &names.path()), shape),
        // An error page of ours must not stand in a frame: browsers show a broken one instead.
        Err(error) => missing(error, shape, app.clock.now()),
    }
}

/// It is not shown to other sites, though perhaps to this reader, on its own page.
fn locked(path: String, shape: Shape) -> Result<HttpResponse, PageError> {
    let view = NothingView {
        class: shape.class(),
        title: "This is not public",
        sentence: "It can be read with a reading password, and on its own page only.".to_owned(),
        way: "Open its page",
        path,
    };
    respond::framed_refusal(StatusCode::FORBIDDEN, &view)
}

fn missing(error: PageError, shape: Shape, now: Timestamp) -> Result<HttpResponse, PageError> {
    let (title, sentence) = error.words(now);
    let view = NothingView {
        class: shape.class(),
        title,
        sentence,
        way: "All hubs",
        path: "/".to_owned(),
    };
    respond::framed_error(error, &view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_asked_for_leads_to_one_of_few_frames() {
        for (theme, count, query) in [
            ("", "", ""),
            ("system", "10", ""),
            ("dark", "", "?theme=dark"),
            ("light", "7", "?theme=light&count=7"),
            ("pink", "1", "?count=5"),
            ("", "99999999999999999999999", ""),
            ("", "1000", "?count=20"),
            ("", "-3", ""),
        ] {
            let asked = Query { theme: theme.to_owned(), count: count.to_owned() };
            assert_eq!(Shape::of(&asked).query(), query, "{asked:?}");
        }
    }
}
