//! The wall: a hub's or category's newest posts on a projector, one after the other.

use actix_web::http::header::HeaderName;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::face::{HubFace, add_path, gates};
use super::list::{PostRow, Within, days};
use super::live;
use super::reading::{self, At, Names};
use crate::actions::read_page::{WallPage, wall_page};
use crate::app::{App, Gate};
use crate::db::DbConnection;
use crate::model::text;
use crate::model::view::View;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::respond;
use crate::web::view::{QrCode, Zone};

/// How many posts take turns.
const POSTS: usize = 12;
/// How long each is shown, in seconds, where no script turns them.
pub const TURN: u32 = 12;
/// The most characters of a post's first words.
const EXCERPT: usize = 220;

/// Light on dark, or dark on light, or as the machine has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    AsTheMachine,
    Light,
    Dark,
}

impl Look {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AsTheMachine => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    at: Option<String>,
    light: Option<String>,
    dark: Option<String>,
}

/// Which of the walls of one hub or category it is: there are few, and each is kept.
#[derive(Debug, Clone, Copy)]
struct Turn {
    at: usize,
    look: Look,
}

impl Turn {
    fn of(query: &Query) -> Self {
        let at = query.at.as_deref().and_then(|at| at.parse().ok()).unwrap_or(0);
        let look = match (&query.light, &query.dark) {
            (Some(_), None) => Look::Light,
            (None, Some(_)) => Look::Dark,
            _ => Look::AsTheMachine,
        };
        Self { at: if at < POSTS { at } else { 0 }, look }
    }

    /// What stands behind the `?` of its address.
    fn query(self) -> String {
        match (self.at, self.look) {
            (0, Look::AsTheMachine) => String::new(),
            (at, Look::AsTheMachine) => format!("?at={at}"),
            (0, look) => format!("?{}", look.as_str()),
            (at, look) => format!("?at={at}&{}", look.as_str()),
        }
    }
}

/// A post as it hangs on the wall.
#[derive(Debug)]
struct Slide {
    row: PostRow,
    excerpt: String,
    /// How large its title can be: a class of the style sheet.
    size: &'static str,
    is_shown: bool,
}

impl Slide {
    fn of(row: PostRow, is_shown: bool) -> Self {
        // Characters of Chinese, Japanese and Korean are as wide as two.
        let width = |c: char| if c >= '\u{2e80}' { 2 } else { 1 };
        let size = match row.title.to_string().chars().map(width).sum::<usize>() {
            0..=32 => "xl",
            33..=72 => "l",
            73..=130 => "m",
            _ => "s",
        };
        Self { excerpt: text::shorten(&row.excerpt.to_string(), EXCERPT), row, size, is_shown }
    }
}

/// How to get onto the wall.
#[derive(Debug)]
struct Invitation {
    /// The address as people type it, in parts: its lines break between them.
    address: Vec<String>,
    /// How large it can be, so that each part is in one line: a class of the style sheet.
    size: &'static str,
    path: String,
    qr: QrCode,
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/wall.html")]
struct WallView {
    hub: HubFace,
    /// The category, where it is the wall of one.
    category: String,
    look: &'static str,
    path: String,
    live: String,
    slides: Vec<Slide>,
    /// Whether something is listed that nobody approved of yet.
    is_waiting: bool,
    /// The next turn, for browsers without a script.
    next: String,
    seconds: u32,
    /// Moves a little with each turn.
    drift: usize,
    invitation: Option<Invitation>,
}

impl WallView {
    fn of(page: WallPage, gates: &[Gate], turn: Turn, app: &App) -> Self {
        let here = match &page.category {
            Some(category) => page.hub.category_path(&category.slug),
            None => page.hub.path(),
        };
        let count = page.posts.len();
        let listed = page.category.as_ref().map_or(page.hub.listed_count, |c| c.listed_count);
        let at = if turn.at < count { turn.at } else { 0 };
        let view = View::default();
        let within = Within { path: "", language: &page.hub.language, view: &view, talks: &[] };
        let rows = days(&page.posts, &Zone::of(&page.hub), &within, |post| {
            let category = page.categories.iter().find(|c| c.id == post.category_id)?;
            page.category.is_none().then(|| (category.title.as_str(), String::new()))
        });
        let rows = rows.into_iter().flat_map(|day| day.posts).enumerate();
        let next = Turn { at: if at + 1 < count { at + 1 } else { 0 }, look: turn.look };
        let path = format!("{here}/-/wall");
        Self {
            slides: rows.map(|(i, row)| Slide::of(row, i == at)).collect(),
            next: format!("{path}{}", next.query()),
            live: live::path(&page.hub, page.category.as_ref()),
            is_waiting: count == 0 && listed > 0,
            invitation: invitation(&page, gates, app),
            hub: HubFace::of(&page.hub),
            category: page.category.map(|category| category.title).unwrap_or_default(),
            look: turn.look.as_str(),
            seconds: TURN,
            drift: at % 4,
            path,
        }
    }
}

/// Where to add a post, unless nothing takes one.
fn invitation(page: &WallPage, gates: &[Gate], app: &App) -> Option<Invitation> {
    let now = app.clock.now();
    let path = add_path(&page.hub, gates);
    gates.iter().find(|gate| gate.takes_posts(now))?;
    let address = app.addresses.path(&path);
    let (_, short) = address.split_once("://")?;
    let parts: Vec<String> = short.split_inclusive('/').map(str::to_owned).collect();
    let size = match parts.iter().map(String::len).max().unwrap_or(0) {
        0..=20 => "",
        21..=32 => "tight",
        _ => "broken",
    };
    Some(Invitation { address: parts, size, qr: QrCode::of(&address), path })
}

/// `GET /{hub}/-/wall`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, &Names::hub(&slug).with("/-/wall"), &query, &visit).await
}

/// `GET /{hub}/{category}/-/wall`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let names = Names::category(&names.0, &names.1).with("/-/wall");
    show(&app, &request, &names, &query, &visit).await
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    query: &Query,
    visit: &Visit,
) -> Result<HttpResponse, PageError> {
    let turn = Turn::of(query);
    let key = format!("{}{}", request.path(), turn.query());
    let now = app.clock.now();
    if let Some(answer) = respond::kept(app, request, &key) {
        return Ok(answer);
    }
    let reader = app.clone();
    let read = move |connection: &mut DbConnection, at: At| {
        let few = at.lock.is_some();
        let limit = i64::try_from(POSTS).unwrap_or(i64::MAX);
        let page = wall_page(connection, at.hub, at.category, limit)?;
        let gates = gates(&page.hub, &page.categories, page.category.as_ref());
        let view = WallView::of(page, &gates, turn, &reader);
        let mut page = respond::public_page(&reader, &view, Some(&view.hub.accent), None)?
            .with_header(HeaderName::from_static("x-robots-tag"), "noindex");
        page.fresh_until = gates.iter().filter_map(|gate| gate.next_edge(now)).min();
        Ok(if few { page.for_few() } else { page })
    };
    reading::answer(app, request, names, key, visit, read).await
}
