//! A listed post's permalink, and "Report".

mod part;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use part::{PostPart, description};

use super::add::form_at;
use super::card::Card;
use super::embed::BadgePart;
use super::face::HubFace;
use super::reading::may_read;
use crate::actions::read_page::{PermalinkPage, permalink_page};
use crate::actions::report::{ReportError, report};
use crate::app::{App, Lock};
use crate::db::listed::Beside;
use crate::db::{DbConnection, blogs, pings};
use crate::model::category::Readers;
use crate::model::id::PublicId;
use crate::model::ping::{CameBy, ReportReason};
use crate::pages_cache::{Generation, Subject};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Visit, client};
use crate::web::{own_name, respond};

/// How a ping came, in words.
pub const fn came_by_words(came_by: CameBy) -> &'static str {
    match came_by {
        CameBy::Trackback => "by TrackBack",
        CameBy::Form => "by the form",
        CameBy::Webmention => "by Webmention",
        CameBy::Pingback => "by Pingback",
        CameBy::Feed => "by the blog’s feed",
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/post.html")]
struct PostView {
    hub: HubFace,
    add: String,
    canonical: String,
    card: Card,
    post: PostPart,
    /// What the post says first, else whose it is.
    description: String,
    /// Where other sites ask about it; only of what everybody may read.
    oembed: Option<String>,
    /// Where whoever says that it is theirs looks it up.
    look_up: String,
    /// What its author may show.
    badge: Option<BadgePart>,
    /// The next newer and the next older post of the category.
    beside: [Option<BesidePart>; 2],
}

/// A post beside this one.
#[derive(Debug)]
struct BesidePart {
    /// `prev` or `next`.
    rel: &'static str,
    /// `Newer` or `Older`.
    says: &'static str,
    path: String,
    title: String,
}

impl BesidePart {
    fn of(post: Beside, rel: &'static str, says: &'static str) -> Self {
        Self { rel, says, path: format!("/p/{}", post.public_id), title: post.title }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/report.html")]
struct ReportView {
    hub: HubFace,
    add: String,
    post: PostPart,
    csrf: String,
    wrong: &'static str,
    note: String,
    reason: String,
    is_sent: bool,
    /// Where whoever writes it has it removed and kept away.
    keep_away: String,
}

/// A listed ping, whether its blog is approved, and the generation its data were read in. For those
/// who may not read its category there is no such ping.
async fn read(
    app: &App,
    request: &HttpRequest,
    id: &str,
) -> Result<(PermalinkPage, bool, Generation), PageError> {
    let id = PublicId::parse(id).ok_or_else(|| no_post(id))?;
    let generations = Arc::clone(&app.generations);
    let read = app
        .db
        .read(move |connection: &mut DbConnection| {
            let Some((hub, _)) = pings::find_public(connection, id)? else { return Ok(None) };
            let generation = generations.of(Subject::Hub(hub));
            let Some(page) = permalink_page(connection, id)? else { return Ok(None) };
            let approved = blogs::is_approved(connection, hub, &page.ping.blog_key)?;
            Ok::<_, PageError>(Some((page, approved, generation)))
        })
        .await?;
    let read = read.ok_or(PageError::NotFound(Missing::Post))?;
    let lock = lock(&read.0);
    if !may_read(app, request, lock.as_ref()).await? {
        return Err(PageError::NotFound(Missing::Post));
    }
    if read.0.gate.hub.suspended_at.is_some() {
        return Err(PageError::Suspended);
    }
    Ok(read)
}

/// Why there is no post of this id: an address that lost its end is told from one that has it.
fn no_post(id: &str) -> PageError {
    let is_of_one = id.len() < PublicId::LETTERS && id.bytes().all(|b| b.is_ascii_alphanumeric());
    PageError::NotFound(if is_of_one { Missing::CutShort } else { Missing::Post })
}

fn lock(page: &PermalinkPage) -> Option<Lock> {
    Lock::of(&page.gate.hub, Some(&page.gate.category))
}

/// `GET /p/{id}`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (page, approved, generation) = read(&app, &request, &id).await?;
    let path = format!("/p/{}", page.ping.public_id);
    if path != request.path() {
        // Its id reads the same in capitals; it is kept once.
        return Ok(respond::moved_for_few(&path));
    }
    let (lock, now) = (lock(&page), app.clock.now());
    let home = page.gate.hub.own_home.clone();
    if lock.is_none() && !own_name::is_inside(&request) && own_name::home(&request) != home {
        let there = app.addresses.path(&format!("{}{path}", page.gate.hub.root()));
        return Ok(respond::moved(&there));
    }
    let fresh_until = page.gate.next_edge(now);
    let subject = Subject::Hub(page.ping.hub_id);
    let post = PostPart::of(&page, approved);
    let beside = [
        page.newer.map(|newer| BesidePart::of(newer, "prev", "Newer")),
        page.older.map(|older| BesidePart::of(older, "next", "Older")),
    ];
    let addresses = app.addresses.under(page.gate.hub.root());
    let canonical = addresses.permalink(page.ping.public_id);
    let add = format!("{}/add", post.category_path);
    let view = PostView {
        description: description(&post),
        oembed: lock.is_none().then(|| addresses.oembed(&canonical)),
        badge: BadgePart::of_public(&page.gate, &app.addresses),
        beside,
        hub: HubFace::of(&page.gate.hub)
            .hidden_unless(page.gate.category.readers == Readers::Public)
            .taking_posts(page.gate.takes_posts(now)),
        look_up: form_at(&add, "post", &post.url),
        add,
        canonical,
        card: Card::of(&app.addresses, &page.gate.hub),
        post,
    };
    let mut page = respond::public_page(&app, &view, Some(&view.hub.accent), None)?;
    page.fresh_until = fresh_until;
    if lock.is_some() {
        return Ok(respond::rendered(&request, &page.for_few(), app.clock.now()));
    }
    let page = Arc::new(page);
    let key = format!("{}{path}", home.unwrap_or_default());
    app.pages.keep(key, subject, generation, Arc::clone(&page));
    // The hub's own texts have no date here: the tag alone is asked about.
    Ok(respond::rendered(&request, &page, app.clock.now()))
}

/// A report as it was typed.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ReportForm {
    reason: String,
    note: String,
}

/// `GET /p/{id}/report`
pub async fn new_report(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    report_page(&app, &request, &id, &visit, ReportForm::default(), "", false).await
}

/// `POST /p/{id}/report`
pub async fn create_report(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    visit: Visit,
    form: Checked<ReportForm>,
) -> Result<HttpResponse, PageError> {
    let form = form.0;
    let ping = PublicId::parse(&id).ok_or(PageError::NotFound(Missing::Post))?;
    read(&app, &request, &id).await?;
    let Some(reason) = ReportReason::parse(&form.reason) else {
        return report_page(
            &app,
            &request,
            &id,
            &visit,
            form,
            "Choose what is wrong with this post.",
            false,
        )
        .await;
    };
    match report(&app, ping, reason, &form.note, client(&app, &request)).await {
        Ok(()) => report_page(&app, &request, &id, &visit, form, "", true).await,
        Err(ReportError::NotListed) => Err(PageError::NotFound(Missing::Post)),
        Err(ReportError::TooOften(too_often)) => Err(too_often.into()),
        Err(ReportError::Database(error)) => Err(error.into()),
    }
}

async fn report_page(
    app: &App,
    request: &HttpRequest,
    id: &str,
    visit: &Visit,
    form: ReportForm,
    wrong: &'static str,
    is_sent: bool,
) -> Result<HttpResponse, PageError> {
    let (page, approved, _) = read(app, request, id).await?;
    let post = PostPart::of(&page, approved);
    let view = ReportView {
        keep_away: super::keep_away::path(&page.gate.hub.slug, &post.url),
        hub: HubFace::of(&page.gate.hub),
        add: format!("{}/add", post.category_path),
        post,
        csrf: visit.csrf.clone(),
        wrong,
        note: form.note,
        reason: form.reason,
        is_sent,
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    respond::private_page(status, &view, Some(&view.hub.accent), visit)
}
