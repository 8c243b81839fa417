//! Every address, under headings by who calls it.

use actix_web::guard::{Any, Get, Head};
use actix_web::http::header::ALLOW;
use actix_web::web::{self, PathConfig, QueryConfig, ServiceConfig, resource, scope};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route};

use super::error::{Missing, PageError};
use super::pages::{
    about, account, account_data, add, blogs, categories, embed, feeds as feeds_desk, forwarding,
    freeze, help, home, hub_settings, invitations, invite, jobs, keep_away, keys, list, live, log,
    look, mail_links, manage, members, next_year, notifications, numbers, operator, own_name,
    people, post, privacy, programme, queue, readers, reading, receipt, reports, rules, series,
    sign_in, sign_up, stats, take_home, talks, topics, wall,
};
use super::pings::{pingback, trackback, webmention, websub};
use crate::app::App;

use super::{assets, badge, feeds, oembed, ops, respond, sitemap};

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
/// Addresses that begin alike are in a scope: whoever asks for another passes them by with one look.
pub fn routes(config: &mut ServiceConfig) {
    config
        // the operator's machines
        .service(reads("/healthz", ops::show_health))
        .service(reads("/readyz", ops::show_ready))
        .service(reads("/metrics", ops::show_metrics))
        .service(reads("/-/ask", ops::ask_for_certificate))
        .service(reads("/robots.txt", ops::show_robots))
        .service(reads("/sitemap.xml", sitemap::show))
        .service(reads("/favicon.ico", assets::show_favicon))
        .service(reads("/assets/{name}", assets::show))
        // bloggers' software
        .service(both("/webmention", webmention::show, webmention::receive))
        .service(both("/xmlrpc", pingback::show, pingback::receive))
        .service(ping("/tb{slash:/?}"))
        .service(ping("/tb/{number:[0-9]{1,15}}{slash:/?}"))
        .service(ping("/tb/{number:[0-9]{1,15}}/{passphrase}{slash:/?}"))
        .service(ping("/{hub}/{category}/trackback{slash:/?}"))
        .service(ping("/{hub}/{category}/trackback/{passphrase}{slash:/?}"))
        // readers' software
        .service(both("/websub", websub::show, websub::receive))
        // other people's pages
        .service(reads("/embed/{hub}", embed::show_hub))
        .service(reads("/embed/{hub}/{category}", embed::show_category))
        .service(reads("/embed/{hub}/-/talks/{talk}", embed::show_talk))
        .service(reads("/badge/{hub}.svg", badge::show_hub))
        .service(reads("/badge/{hub}/{category}.svg", badge::show_category))
        .service(reads("/oembed", oembed::show))
        // organizers and operators
        .configure(signing_in)
        .service(scope("/account").configure(account))
        .service(scope("/manage").configure(desk))
        .service(scope("/operator").configure(operator))
        // readers and bloggers
        .service(reads("/", home::show))
        .service(reads("/hubs", home::lead_to))
        .service(reads("/help", help::show))
        .service(reads("/privacy", privacy::show))
        .service(scope("/topics").configure(topics))
        .service(reads("/series/{series}", series::show))
        .service(reads("/series/{series}/latest{rest:(/.*)?}", series::show_latest))
        .service(reads("/help/bloggers", help::show_bloggers))
        .service(reads("/help/organizers", help::show_organizers))
        .service(reads("/help/readers", help::show_readers))
        .service(reads("/p/{id}", post::show))
        .service(both("/p/{id}/report", post::new_report, post::create_report))
        .service(scope("/r").configure(receipt))
        // those who are told by mail
        .service(both("/m/{token}", mail_links::show, mail_links::decide))
        .service(both("/unsubscribe/{token}", mail_links::ask, mail_links::unsubscribe))
        .service(scope("/{hub}/-").configure(hub))
        .service(reads("/{hub}", list::show_hub))
        .service(reads("/{hub}/rss", feeds::show_hub))
        .service(reads("/{hub}/atom", feeds::show_hub))
        .service(reads("/{hub}/feed.json", feeds::show_hub))
        .service(reads("/{hub}/opml", feeds::show_opml))
        .service(reads("/{hub}/{category}/-/wall", wall::show_category))
        .service(reads("/{hub}/{category}/-/embed", embed::offer_category))
        .service(reads("/{hub}/{category}/-/enter", reading::let_in_category))
        .service(writes("/{hub}/{category}/-/read", reading::open_category))
        .service(both("/{hub}/{category}", list::show_category, trackback::receive))
        .service(both("/{hub}/{category}/", nowhere, trackback::receive))
        .service(reads("/{hub}/{category}/rss", feeds::show_category))
        .service(reads("/{hub}/{category}/atom", feeds::show_category))
        .service(reads("/{hub}/{category}/feed.json", feeds::show_category))
        .service(reads("/{hub}/{category}/live", live::show_category))
        .service(both("/{hub}/{category}/add", add::show, add::create))
        .service(writes("/{hub}/{category}/add/prove", add::prove))
        .default_service(web::to(nowhere));
}

/// A ping address: `POST` pings, `GET` shows.
fn ping(path: &str) -> Resource {
    both(path, trackback::show, trackback::receive)
}

fn signing_in(config: &mut ServiceConfig) {
    config
        .service(both("/signin", sign_in::show, sign_in::create))
        .service(writes("/signout", sign_in::delete))
        .service(both("/signup", sign_up::new_sign_up, sign_up::create_sign_up))
        .service(both("/signup/{token}", sign_up::new_account, sign_up::create_account))
        .service(both("/reset", sign_up::new_reset, sign_up::create_reset))
        .service(both("/reset/{token}", sign_up::new_password, sign_up::create_password))
        .service(both("/invite/{token}", invite::show, invite::accept))
        .service(writes("/invite/{token}/signup", invite::create_account));
}

fn account(config: &mut ServiceConfig) {
    config
        .service(reads("", account::show))
        .service(reads("/data", account_data::show))
        .service(writes("/name", account::update_name))
        .service(writes("/password", account::update_password))
        .service(writes("/signout-everywhere", account::delete_sessions))
        .service(writes("/sessions/{session}/end", account::delete_session))
        .service(both("/delete", account::confirm_delete, account::delete));
}

fn desk(config: &mut ServiceConfig) {
    config
        .service(reads("", manage::show))
        .service(both("/new", manage::new_hub, manage::create_hub))
        .service(reads("/{hub}", queue::show))
        .service(reads("/{hub}/decided", queue::decided::show))
        .service(writes("/{hub}/pings/{ping}/verdict", queue::verdict::decide))
        .service(writes("/{hub}/pings/{ping}/undo", queue::verdict::undo))
        .service(writes("/{hub}/pings/{ping}/revision", queue::verdict::decide_revision))
        .service(both("/{hub}/pings/{ping}/edit", queue::edit::show, queue::edit::update))
        .service(writes("/{hub}/pings/{ping}/original", queue::edit::restore))
        .service(writes("/{hub}/pings/{ping}/talks", queue::talks::update))
        .service(writes("/{hub}/bulk", queue::verdict::decide_many))
        .service(writes("/{hub}/bulk/{bulk}/undo", queue::verdict::undo_many))
        .service(reads("/{hub}/log", log::show))
        .service(reads("/{hub}/numbers", numbers::show))
        .service(reads("/{hub}/numbers/activity.csv", numbers::show_activity))
        .service(reads("/{hub}/numbers/event.csv", numbers::show_event))
        .service(reads("/{hub}/numbers/categories.csv", numbers::show_categories))
        .service(reads("/{hub}/numbers/outcomes.csv", numbers::show_outcomes))
        .service(reads("/{hub}/numbers/ways.csv", numbers::show_ways))
        .service(reads("/{hub}/numbers/refused.csv", numbers::show_refused))
        .service(both("/{hub}/feeds", feeds_desk::show, feeds_desk::create))
        .service(writes("/{hub}/feeds/{feed}/remove", feeds_desk::delete))
        .service(reads("/{hub}/reports", reports::show))
        .service(writes("/{hub}/reports/{report}/dismiss", reports::dismiss))
        .service(reads("/{hub}/members", members::show))
        .service(writes("/{hub}/invitations", members::invite))
        .service(writes("/{hub}/members/{account}/role", members::update_role))
        .service(writes("/{hub}/members/{account}/remove", members::delete))
        .service(writes("/{hub}/hand-over", members::hand_over))
        .service(writes("/{hub}/leave", members::leave))
        .service(writes("/{hub}/invitations/{invitation}/revoke", members::revoke))
        .service(reads("/{hub}/blogs", blogs::show))
        .service(reads("/{hub}/blogs/{blog}", blogs::show_posts))
        .service(writes("/{hub}/blogs/{blog}/{verb}", blogs::update))
        .service(both("/{hub}/rules", rules::show, rules::create))
        .service(writes("/{hub}/rules/{rule}/remove", rules::delete))
        .service(both("/{hub}/notifications", notifications::show, notifications::update))
        .service(writes("/{hub}/notifications/resume", notifications::resume))
        .service(both("/{hub}/settings", hub_settings::show, hub_settings::update))
        .service(both("/{hub}/about", about::edit, about::update))
        .service(both("/{hub}/look", look::show, look::update))
        .service(reads("/{hub}/look/preview", look::preview))
        .service(writes("/{hub}/look/publish", look::publish))
        .service(writes("/{hub}/look/discard", look::discard))
        .service(both("/{hub}/next", next_year::show, next_year::create))
        .service(writes("/{hub}/series", next_year::name_series))
        .service(writes("/{hub}/series/join", next_year::join_series))
        .service(writes("/{hub}/series/leave", next_year::leave_series))
        .service(both("/{hub}/name", own_name::show, own_name::ask))
        .service(writes("/{hub}/name/check", own_name::check))
        .service(writes("/{hub}/name/use", own_name::begin))
        .service(writes("/{hub}/name/stop", own_name::stop))
        .service(writes("/{hub}/name/forget", own_name::forget))
        .service(both("/{hub}/take-home", take_home::show, take_home::create))
        .service(reads("/{hub}/take-home/progress", take_home::show_progress))
        .service(both("/{hub}/keys", keys::show, keys::create))
        .service(writes("/{hub}/keys/{key}/revoke", keys::delete))
        .service(reads("/{hub}/readers", readers::show))
        .service(writes("/{hub}/readers/{name}", readers::update))
        .service(writes("/{hub}/readers/{name}/feed", readers::renew_feed))
        .service(both("/{hub}/programme", programme::show, programme::update))
        .service(writes("/{hub}/programme/again", programme::again))
        .service(writes("/{hub}/programme/import", programme::import))
        .service(writes("/{hub}/programme/discard", programme::discard))
        .service(writes("/{hub}/programme/remove", programme::remove))
        .service(both("/{hub}/freeze", freeze::show, freeze::freeze))
        .service(writes("/{hub}/unfreeze", freeze::unfreeze))
        .service(writes("/{hub}/close", hub_settings::close))
        .service(writes("/{hub}/reopen", hub_settings::reopen))
        .service(writes("/{hub}/delete", hub_settings::delete))
        .service(both("/{hub}/categories", categories::show, categories::create))
        .service(reads("/{hub}/new-category", categories::new))
        .service(both("/{hub}/categories/{category}", categories::edit, categories::update))
        .service(writes("/{hub}/categories/{category}/move", categories::update_order))
        .service(writes("/{hub}/categories/{category}/delete", categories::delete))
        .service(both(
            "/{hub}/categories/{category}/forwarding",
            forwarding::show,
            forwarding::create,
        ))
        .service(writes(
            "/{hub}/categories/{category}/forwarding/{address}/remove",
            forwarding::delete,
        ));
}

fn operator(config: &mut ServiceConfig) {
    config
        .service(reads("", operator::show))
        .service(both("/invitations", invitations::show, invitations::create))
        .service(writes("/invitations/{invitation}/revoke", invitations::revoke))
        .service(both("/rules", rules::show_all, rules::create_all))
        .service(writes("/rules/{rule}/remove", rules::delete_all))
        .service(reads("/jobs", jobs::show))
        .service(writes("/jobs/{hub}/{kind}/{subject}/{verb}", jobs::update))
        .service(writes("/hubs/{hub}/{verb}", operator::update_hub))
        .service(writes("/reports/{hub}/{report}/dismiss", operator::dismiss_report))
        .service(writes("/accounts/{account}/{verb}", operator::update_account));
}

fn topics(config: &mut ServiceConfig) {
    config
        .service(reads("", topics::show_all))
        .service(reads("/{topic}", topics::show))
        .service(reads("/{topic}/rss", feeds::show_topic))
        .service(reads("/{topic}/atom", feeds::show_topic))
        .service(reads("/{topic}/feed.json", feeds::show_topic));
}

fn receipt(config: &mut ServiceConfig) {
    config
        .service(reads("/{receipt}", receipt::show))
        .service(reads("/{receipt}/live", receipt::live))
        .service(writes("/{receipt}/check", receipt::check))
        .service(writes("/{receipt}/withdraw", receipt::withdraw))
        .service(writes("/{receipt}/again", receipt::send_again))
        .service(writes("/{receipt}/passphrase", receipt::prove))
        .service(writes("/{receipt}/follow", receipt::follow));
}

fn hub(config: &mut ServiceConfig) {
    config
        .service(reads("/add", add::choose))
        .service(reads("/live", live::show_hub))
        .service(reads("/about", about::show))
        .service(both("/keep-away", keep_away::show, keep_away::create))
        .service(reads("/people", people::show))
        .service(reads("/people/opml", feeds::show_people))
        .service(reads("/picture/{name}", look::show_picture))
        .service(reads("/talks", talks::show_all))
        .service(reads("/talks/{talk}", talks::show))
        .service(reads("/talks/{talk}/rss", feeds::show_talk))
        .service(reads("/talks/{talk}/atom", feeds::show_talk))
        .service(reads("/talks/{talk}/feed.json", feeds::show_talk))
        .service(reads("/stats", stats::show))
        .service(reads("/stats/activity.csv", stats::show_activity))
        .service(reads("/stats/event.csv", stats::show_event))
        .service(reads("/stats/categories.csv", stats::show_categories))
        .service(reads("/wall", wall::show_hub))
        .service(reads("/embed", embed::offer_hub))
        .service(reads("/enter", reading::let_in_hub))
        .service(writes("/read", reading::open_hub));
}

/// What stands behind a `?` and cannot be read gets a page like every other mistake.
pub fn unreadable_query() -> QueryConfig {
    let sentence = "What stands behind the question mark cannot be read. Begin at the page itself.";
    QueryConfig::default().error_handler(|_, _| PageError::BadRequest(sentence).into())
}

/// A path whose parts are not what they should be leads nowhere.
pub fn unreadable_path() -> PathConfig {
    PathConfig::default().error_handler(|_, _| PageError::NotFound(Missing::Page).into())
}

/// No such address: perhaps it has a slash too many.
async fn nowhere(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let reads = matches!(request.method().as_str(), "GET" | "HEAD");
    match request.path().strip_suffix('/') {
        Some(path)
            if reads && path.len() > 1 && !path.contains(['\\', '%']) && !path.contains("//") =>
        {
            Ok(respond::moved(path))
        }
        _ if reads => Err(reading::missing_page(&app, request.path()).await?),
        _ => Err(PageError::NotFound(Missing::Page)),
    }
}
