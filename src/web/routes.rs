//! Every address, under headings by who calls it.

use actix_web::guard::{Any, Get, Head};
use actix_web::web::{self, ServiceConfig, resource};
use actix_web::{HttpRequest, HttpResponse, Resource, Route};

use super::error::{Missing, PageError};
use super::pages::{
    account, add, categories, help, home, hub_settings, list, manage, operator, post, queue,
    receipt, reports, sign_in, sign_up,
};
use super::pings::trackback;
use super::{assets, feeds, ops, respond};

/// `GET` and `HEAD`.
fn read() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

fn write() -> Route {
    web::post()
}

fn at(path: &str) -> Resource {
    resource(path.to_owned())
}

/// The whole address space. What is above wins.
pub fn routes(config: &mut ServiceConfig) {
    config
        // the operator's machines
        .service(at("/healthz").route(read().to(ops::show_health)))
        .service(at("/readyz").route(read().to(ops::show_ready)))
        .service(at("/metrics").route(read().to(ops::show_metrics)))
        .service(at("/robots.txt").route(read().to(ops::show_robots)))
        .service(at("/favicon.ico").route(read().to(assets::show_favicon)))
        .service(at("/assets/{name}").route(read().to(assets::show)))
        // bloggers' software
        .service(ping("/tb{slash:/?}"))
        .service(ping("/tb/{number:[0-9]{1,15}}{slash:/?}"))
        .service(ping("/tb/{number:[0-9]{1,15}}/{passphrase}{slash:/?}"))
        .service(ping("/{hub}/{category}/trackback{slash:/?}"))
        .service(ping("/{hub}/{category}/trackback/{passphrase}{slash:/?}"))
        // organizers and operators
        .configure(accounts)
        .configure(desk)
        // readers and bloggers
        .service(at("/").route(read().to(home::show)))
        .service(at("/help").route(read().to(help::show)))
        .service(at("/p/{id}").route(read().to(post::show)))
        .service(
            at("/p/{id}/report")
                .route(read().to(post::new_report))
                .route(write().to(post::create_report)),
        )
        .service(at("/r/{receipt}").route(read().to(receipt::show)))
        .service(at("/{hub}").route(read().to(list::show_hub)))
        .service(at("/{hub}/rss").route(read().to(feeds::show_hub)))
        .service(at("/{hub}/-/add").route(read().to(add::choose)))
        .service(
            at("/{hub}/{category}")
                .route(read().to(list::show_category))
                .route(write().to(trackback::receive)),
        )
        .service(
            at("/{hub}/{category}/")
                .route(read().to(nowhere))
                .route(write().to(trackback::receive)),
        )
        .service(at("/{hub}/{category}/rss").route(read().to(feeds::show_category)))
        .service(
            at("/{hub}/{category}/add").route(read().to(add::show)).route(write().to(add::create)),
        )
        .default_service(web::to(nowhere));
}

/// A ping address: `POST` pings, `GET` shows.
fn ping(path: &str) -> Resource {
    at(path).route(read().to(trackback::show)).route(write().to(trackback::receive))
}

fn accounts(config: &mut ServiceConfig) {
    config
        .service(at("/signin").route(read().to(sign_in::show)).route(write().to(sign_in::create)))
        .service(at("/signout").route(write().to(sign_in::delete)))
        .service(
            at("/signup")
                .route(read().to(sign_up::new_sign_up))
                .route(write().to(sign_up::create_sign_up)),
        )
        .service(
            at("/signup/{token}")
                .route(read().to(sign_up::new_account))
                .route(write().to(sign_up::create_account)),
        )
        .service(
            at("/reset")
                .route(read().to(sign_up::new_reset))
                .route(write().to(sign_up::create_reset)),
        )
        .service(
            at("/reset/{token}")
                .route(read().to(sign_up::new_password))
                .route(write().to(sign_up::create_password)),
        )
        .service(at("/account").route(read().to(account::show)))
        .service(at("/account/name").route(write().to(account::update_name)))
        .service(at("/account/password").route(write().to(account::update_password)))
        .service(at("/account/signout-everywhere").route(write().to(account::delete_sessions)));
}

fn desk(config: &mut ServiceConfig) {
    config
        .service(at("/manage").route(read().to(manage::show)))
        .service(
            at("/manage/new")
                .route(read().to(manage::new_hub))
                .route(write().to(manage::create_hub)),
        )
        .service(at("/manage/{hub}").route(read().to(queue::show)))
        .service(at("/manage/{hub}/decided").route(read().to(queue::show_decided)))
        .service(at("/manage/{hub}/pings/{ping}/verdict").route(write().to(queue::decide)))
        .service(at("/manage/{hub}/pings/{ping}/undo").route(write().to(queue::undo)))
        .service(at("/manage/{hub}/reports").route(read().to(reports::show)))
        .service(at("/manage/{hub}/reports/{report}/dismiss").route(write().to(reports::dismiss)))
        .service(
            at("/manage/{hub}/settings")
                .route(read().to(hub_settings::show))
                .route(write().to(hub_settings::update)),
        )
        .service(at("/manage/{hub}/close").route(write().to(hub_settings::close)))
        .service(at("/manage/{hub}/reopen").route(write().to(hub_settings::reopen)))
        .service(at("/manage/{hub}/delete").route(write().to(hub_settings::delete)))
        .service(
            at("/manage/{hub}/categories")
                .route(read().to(categories::show))
                .route(write().to(categories::create)),
        )
        .service(at("/manage/{hub}/new-category").route(read().to(categories::new)))
        .service(
            at("/manage/{hub}/categories/{category}")
                .route(read().to(categories::edit))
                .route(write().to(categories::update)),
        )
        .service(
            at("/manage/{hub}/categories/{category}/move")
                .route(write().to(categories::update_order)),
        )
        .service(
            at("/manage/{hub}/categories/{category}/delete").route(write().to(categories::delete)),
        )
        .service(at("/operator").route(read().to(operator::show)))
        .service(at("/operator/hubs/{hub}/{verb}").route(write().to(operator::update_hub)))
        .service(
            at("/operator/accounts/{account}/{verb}").route(write().to(operator::update_account)),
        );
}

/// No such address: perhaps it has a slash too many.
async fn nowhere(request: HttpRequest) -> Result<HttpResponse, PageError> {
    let reads = matches!(request.method().as_str(), "GET" | "HEAD");
    match request.path().strip_suffix('/') {
        Some(path) if reads && path.len() > 1 && !path.contains("//") => Ok(respond::moved(path)),
        _ => Err(PageError::NotFound(Missing::Page)),
    }
}
