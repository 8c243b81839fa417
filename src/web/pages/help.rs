//! Help: how to ping, why posts wait, how to run a hub.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::wall;
use crate::app::App;
use crate::db::prune::{
    ASIDE_DAYS, HISTORY_DAYS, REFUSED_DAYS, SENDER_DAYS, UNVERIFIED_DAYS, WAITING_DAYS,
};
use crate::web::error::PageError;
use crate::web::respond;

#[derive(Debug, Template)]
#[template(path = "pages/help.html")]
struct HelpView {
    canonical: String,
    home: String,
    sign_up: bool,
    waiting_days: u32,
    unverified_days: u32,
    aside_days: u32,
    refused_days: u32,
    sender_days: u32,
    history_days: u32,
    wall_turn: u32,
}

/// `GET /help`
pub async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let view = HelpView {
        canonical: app.addresses.path("/help"),
        home: app.addresses.home().to_owned(),
        sign_up: app.config.sign_up_is_open(),
        waiting_days: WAITING_DAYS,
        unverified_days: UNVERIFIED_DAYS,
        aside_days: ASIDE_DAYS,
        refused_days: REFUSED_DAYS,
        sender_days: SENDER_DAYS,
        history_days: HISTORY_DAYS,
        wall_turn: wall::TURN,
    };
    let page = respond::public_page(&app, &view, None, None)?;
    Ok(respond::rendered(&request, &page, app.clock.now()))
}
