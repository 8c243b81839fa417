//! Help: for bloggers, for organizers, for readers, and what people ask.

mod refusals;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use self::refusals::{RefusalRow, claim_refusals, refusals};
use super::wall;
use crate::app::App;
use crate::db::prune::{ASIDE_DAYS, HISTORY_DAYS, REFUSED_DAYS, UNVERIFIED_DAYS, WAITING_DAYS};
use crate::web::error::PageError;
use crate::web::pictures::{PICTURES, Pictures};
use crate::web::respond;

#[derive(Debug, Template)]
#[template(path = "pages/help/front.html")]
struct FrontView {
    here: &'static str,
    pictures: &'static Pictures,
    canonical: String,
    home: String,
    sign_up: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/help/bloggers.html")]
struct BloggersView {
    here: &'static str,
    pictures: &'static Pictures,
    canonical: String,
    home: String,
    refusals: Vec<RefusalRow>,
    claim_refusals: Vec<RefusalRow>,
    waiting_days: u32,
    unverified_days: u32,
    aside_days: u32,
    refused_days: u32,
}

#[derive(Debug, Template)]
#[template(path = "pages/help/organizers.html")]
struct OrganizersView {
    here: &'static str,
    pictures: &'static Pictures,
    canonical: String,
    sign_up: bool,
    wall_turn: u32,
    waiting_days: u32,
    history_days: u32,
}

#[derive(Debug, Template)]
#[template(path = "pages/help/readers.html")]
struct ReadersView {
    here: &'static str,
    pictures: &'static Pictures,
    canonical: String,
    home: String,
}

/// `GET /help`
pub async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let here = "/help";
    let view = FrontView {
        here,
        pictures: &PICTURES,
        canonical: app.addresses.path(here),
        home: app.addresses.home().to_owned(),
        sign_up: app.config.sign_up_is_open(),
    };
    page(&app, &request, &view)
}

/// `GET /help/bloggers`
pub async fn show_bloggers(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let here = "/help/bloggers";
    let view = BloggersView {
        here,
        pictures: &PICTURES,
        canonical: app.addresses.path(here),
        home: app.addresses.home().to_owned(),
        refusals: refusals(),
        claim_refusals: claim_refusals(&app.addresses),
        waiting_days: WAITING_DAYS,
        unverified_days: UNVERIFIED_DAYS,
        aside_days: ASIDE_DAYS,
        refused_days: REFUSED_DAYS,
    };
    page(&app, &request, &view)
}

/// `GET /help/organizers`
pub async fn show_organizers(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let here = "/help/organizers";
    let view = OrganizersView {
        here,
        pictures: &PICTURES,
        canonical: app.addresses.path(here),
        sign_up: app.config.sign_up_is_open(),
        wall_turn: wall::TURN,
        waiting_days: WAITING_DAYS,
        history_days: HISTORY_DAYS,
    };
    page(&app, &request, &view)
}

/// `GET /help/readers`
pub async fn show_readers(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let here = "/help/readers";
    let view = ReadersView {
        here,
        pictures: &PICTURES,
        canonical: app.addresses.path(here),
        home: app.addresses.home().to_owned(),
    };
    page(&app, &request, &view)
}

fn page(app: &App, request: &HttpRequest, view: &impl Template) -> Result<HttpResponse, PageError> {
    let page = respond::public_page(app, view, None, None)?;
    Ok(respond::rendered(request, &page, app.clock.now()))
}
