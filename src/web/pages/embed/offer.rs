//! "Show it on your site": a preview of the frame, its code, and the badge's.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::codes::{BadgePart, HEIGHT, WIDTH, beside, frame_code, name};
use super::{Query, Shape};
use crate::app::App;
use crate::db::{DbConnection, categories};
use crate::model::theme::Theme;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::pages::face::{HubFace, Tab, tabs};
use crate::web::pages::reading::{self, At, Names};
use crate::web::respond;

/// A choice in the form.
#[derive(Debug)]
struct Choice {
    value: String,
    says: String,
    is_chosen: bool,
}

/// What can be copied.
#[derive(Debug)]
struct Codes {
    /// The path of the page in the frame.
    frame: String,
    /// For screen readers.
    title: String,
    width: u32,
    height: u32,
    code: String,
    badge: BadgePart,
}

#[derive(Debug, Template)]
#[template(path = "pages/embed/offer.html")]
struct OfferView {
    hub: HubFace,
    add: String,
    /// What is shown: the hub, or a category.
    title: String,
    /// Its page.
    page: String,
    /// The same, absolute: what other software takes.
    address: String,
    /// This page.
    here: String,
    tabs: Vec<Tab>,
    themes: Vec<Choice>,
    counts: Vec<Choice>,
    /// What the form says where nothing was chosen.
    usual: String,
    /// Nothing, where it is behind a reading password.
    codes: Option<Codes>,
}

impl OfferView {
    fn read(
        app: &App,
        connection: &mut DbConnection,
        at: At,
        shape: Shape,
    ) -> Result<Self, PageError> {
        let (hub, category) = (at.hub, at.category);
        let all = categories::list(connection, hub.id)?;
        let page = match &category {
            Some(category) => hub.category_path(&category.slug),
            None => hub.path(),
        };
        let title = name(&hub, category.as_ref());
        let mut tabs = tabs(&hub, &all, category.as_ref());
        for tab in &mut tabs {
            tab.path.push_str(&format!("/-/embed{}", shape.query()));
            tab.count.clear();
        }
        Ok(Self {
            codes: at.lock.is_none().then(|| {
                let frame = beside("/embed", &hub, category.as_ref());
                let frame = format!("{frame}{}", shape.query());
                let addresses = app.addresses.under(hub.root());
                let says = format!("Newest posts: {title}");
                Codes {
                    code: frame_code(&addresses.path(&frame), &says, WIDTH, HEIGHT),
                    badge: BadgePart::of(&hub, category.as_ref(), &app.addresses),
                    title: says,
                    width: WIDTH,
                    height: HEIGHT,
                    frame,
                }
            }),
            add: if category.is_some() { format!("{page}/add") } else { format!("{page}/-/add") },
            here: format!("{page}/-/embed"),
            address: app.addresses.path(&page),
            themes: themes(shape),
            counts: counts(shape),
            usual: format!("theme={}&count={}", Theme::System.as_str(), super::POSTS),
            hub: HubFace::of(&hub),
            title,
            page,
            tabs,
        })
    }
}

fn themes(shape: Shape) -> Vec<Choice> {
    let choice = |theme: &Theme| Choice {
        value: theme.as_str().to_owned(),
        says: match theme {
            Theme::System => "As each reader’s system has it",
            Theme::Light => "Always light",
            Theme::Dark => "Always dark",
        }
        .to_owned(),
        is_chosen: *theme == shape.theme,
    };
    Theme::ALL.iter().map(choice).collect()
}

fn counts(shape: Shape) -> Vec<Choice> {
    let mut counts = vec![super::LEAST, super::POSTS, 15, super::MOST];
    if !counts.contains(&shape.count) {
        counts.push(shape.count);
        counts.sort_unstable();
    }
    let choice = |count: usize| Choice {
        value: count.to_string(),
        says: format!("{count} posts"),
        is_chosen: count == shape.count,
    };
    counts.into_iter().map(choice).collect()
}

/// `GET /{hub}/-/embed`
pub async fn show_hub(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, &Names::hub(&slug), Shape::of(&query), &visit).await
}

/// `GET /{hub}/{category}/-/embed`
pub async fn show_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    show(&app, &request, &Names::category(&names.0, &names.1), Shape::of(&query), &visit).await
}

async fn show(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    shape: Shape,
    visit: &Visit,
) -> Result<HttpResponse, PageError> {
    let key = format!("{}{}", request.path(), shape.query());
    if let Some(answer) = respond::kept(app, request, &key) {
        return Ok(answer);
    }
    let reader = app.clone();
    let read = move |connection: &mut DbConnection, at: At| {
        let few = at.lock.is_some();
        let view = OfferView::read(&reader, connection, at, shape)?;
        let page = respond::framing_page(&reader, &view, &view.hub.accent)?;
        Ok(if few { page.for_few() } else { page })
    };
    reading::answer(app, request, &names.clone().with("/-/embed"), key, visit, read).await
}
