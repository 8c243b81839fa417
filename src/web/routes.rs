//! Every address, under headings by who calls it.

use actix_web::guard::{Any, Get, Head};
use actix_web::http::header::ALLOW;
use actix_web::web::{self, ServiceConfig, resource, scope};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route};

use super::error::{Missing, PageError};
use super::pages::{
    account, add, categories, help, home, hub_settings, list, manage, operator, post, queue,
    receipt, reports, sign_in, sign_up,
};
use super::pings::trackback;
use super::{assets, feeds, ops, respond};

/// An address that is read: `GET` and `HEAD`.
fn reads<A: FromRequest + 'static>(path: &str, show: impl Show<A>) -> Resource {
    resource(path.to_owned()).route(get_and_head().to(show)).default_service(other("GET, HEAD"))
}

/// An address that is written to: `POST`.
fn writes<A: FromRequest + 'static>(path: &str, change: impl Show<A>) -> Resource {
    resource(path.to_owned()).route(web::post().to(change)).default_service(other("POST"))
}

/// An address that is read and written to.
fn both<A: FromRequest + 'static, B: FromRequest + 'static>(
    path: &str,
    show: impl Show<A>,
    change: impl Show<B>,
) -> Resource {
    resource(path.to_owned())
        .route(get_and_head().to(show))
        .route(web::post().to(change))
        .default_service(other("GET, HEAD, POST"))
}

fn get_and_head() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// Any other method: 405 names those that there are (RFC 9110, 15.5.6).
fn other(allowed: &'static str) -> Route {
    web::to(move || {
        let refused = HttpResponse::MethodNotAllowed().insert_header((ALLOW, allowed)).finish();
        std::future::ready(refused)
    })
}

/// What can answer at an address.
trait Show<A>: Handler<A, Output: Responder + 'static> {}
impl<A, H: Handler<A, Output: Responder + 'static>> Show<A> for H {}

/// The whole address space. What is above wins.
///
/// The router tries one after the other, and each pattern with a name in it is a regular
/// expression: 28 of them were tried before a hub's page. So what begins with a fixed word stands
/// in that word's scope, and readers' pages come before rarer patterns.
pub fn routes(config: &mut ServiceConfig) {
    config
        // the operator's machines
        .service(reads("/healthz", ops::show_health))
        .service(reads("/readyz", ops::show_ready))
        .service(reads("/metrics", ops::show_metrics))
        .service(reads("/robots.txt", ops::show_robots))
        .service(reads("/favicon.ico", assets::show_favicon))
        .service(scope("/assets").service(reads("/{name}", assets::show)))
        // bloggers' software
        .service(
            scope("/tb")
                .service(ping(""))
                .service(ping("/"))
                .service(ping("/{number:[0-9]{1,15}}{slash:/?}"))
                .service(ping("/{number:[0-9]{1,15}}/{passphrase}{slash:/?}"))
                // A wrong number is answered in the sender's language.
                .service(both("/{rest:.*}", nowhere, trackback::receive)),
        )
        // organizers and operators
        .configure(accounts)
        .configure(desk)
        // readers and bloggers
        .service(reads("/", home::show))
        .service(reads("/help", help::show))
        .service(scope("/p").service(reads("/{id}", post::show)).service(both(
            "/{id}/report",
            post::new_report,
            post::create_report,
        )))
        .service(scope("/r").service(reads("/{receipt}", receipt::show)))
        .service(reads("/{hub}", list::show_hub))
        .service(reads("/{hub}/rss", feeds::show_hub))
        .service(both("/{hub}/{category}", list::show_category, trackback::receive))
        .service(reads("/{hub}/{category}/rss", feeds::show_category))
        .service(reads("/{hub}/-/add", add::choose))
        .service(both("/{hub}/{category}/add", add::show, add::create))
        // bloggers' software again
        .service(both("/{hub}/{category}/", nowhere, trackback::receive))
        .service(ping("/{hub}/{category}/trackback{slash:/?}"))
        .service(ping("/{hub}/{category}/trackback/{passphrase}{slash:/?}"))
        .default_service(web::to(nowhere));
}

/// A ping address: `POST` pings, `GET` shows.
fn ping(path: &str) -> Resource {
    both(path, trackback::show, trackback::receive)
}

fn accounts(config: &mut ServiceConfig) {
    config
        .service(both("/signin", sign_in::show, sign_in::create))
        .service(writes("/signout", sign_in::delete))
        .service(both("/signup", sign_up::new_sign_up, sign_up::create_sign_up))
        .service(scope("/signup").service(both(
            "/{token}",
            sign_up::new_account,
            sign_up::create_account,
        )))
        .service(both("/reset", sign_up::new_reset, sign_up::create_reset))
        .service(scope("/reset").service(both(
            "/{token}",
            sign_up::new_password,
            sign_up::create_password,
        )))
        .service(reads("/account", account::show))
        .service(writes("/account/name", account::update_name))
        .service(writes("/account/password", account::update_password))
        .service(writes("/account/signout-everywhere", account::delete_sessions));
}

fn desk(config: &mut ServiceConfig) {
    config
        .service(reads("/manage", manage::show))
        .service(scope("/manage").configure(below_manage))
        .service(reads("/operator", operator::show))
        .service(
            scope("/operator")
                .service(writes("/hubs/{hub}/{verb}", operator::update_hub))
                .service(writes("/accounts/{account}/{verb}", operator::update_account)),
        );
}

fn below_manage(config: &mut ServiceConfig) {
    config
        .service(both("/new", manage::new_hub, manage::create_hub))
        .service(reads("/{hub}", queue::show))
        .service(reads("/{hub}/decided", queue::show_decided))
        .service(writes("/{hub}/pings/{ping}/verdict", queue::decide))
        .service(writes("/{hub}/pings/{ping}/undo", queue::undo))
        .service(reads("/{hub}/reports", reports::show))
        .service(writes("/{hub}/reports/{report}/dismiss", reports::dismiss))
        .service(both("/{hub}/settings", hub_settings::show, hub_settings::update))
        .service(writes("/{hub}/close", hub_settings::close))
        .service(writes("/{hub}/reopen", hub_settings::reopen))
        .service(writes("/{hub}/delete", hub_settings::delete))
        .service(both("/{hub}/categories", categories::show, categories::create))
        .service(reads("/{hub}/new-category", categories::new))
        .service(both("/{hub}/categories/{category}", categories::edit, categories::update))
        .service(writes("/{hub}/categories/{category}/move", categories::update_order))
        .service(writes("/{hub}/categories/{category}/delete", categories::delete));
}

/// No such address: perhaps it has a slash too many.
async fn nowhere(request: HttpRequest) -> Result<HttpResponse, PageError> {
    let reads = matches!(request.method().as_str(), "GET" | "HEAD");
    match request.path().strip_suffix('/') {
        Some(path) if reads && path.len() > 1 && !path.contains("//") => Ok(respond::moved(path)),
        _ => Err(PageError::NotFound(Missing::Page)),
    }
}
