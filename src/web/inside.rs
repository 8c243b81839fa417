//! The doors, asked from inside: a hub is taken home as everybody sees it, by the same code.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::http::{StatusCode, Uri};
// It is made for tests, and the one public way to ask an application without a socket.
use actix_web::test::{TestRequest, init_service};
use actix_web::{HttpMessage, web};
use askama::Template;

use super::own_name::FromInside;
use super::pages::face::{HubFace, Tab, tabs};
use super::respond::page_csp;
use super::routes::{routes, unreadable_path, unreadable_query};
use crate::app::{Answered, App, Ask, Inside, Local, Unanswered};
use crate::db::categories::Category;
use crate::db::hubs::Hub;

/// How pages are rendered for those who take them home.
pub const INSIDE: Inside = Inside { open, search_page };

/// The whole address space, without the middleware: nothing is counted, logged or limited, and what
/// goes wrong has no page.
fn open(app: Arc<App>) -> Local<Ask> {
    Box::pin(async move {
        let doors = actix_web::App::new()
            .app_data(web::Data::from(app))
            .app_data(unreadable_query())
            .app_data(unreadable_path())
            .configure(routes);
        let doors = Rc::new(init_service(doors).await);
        let ask = move |path: String| -> Local<Result<Option<Answered>, Unanswered>> {
            let doors = Rc::clone(&doors);
            Box::pin(async move {
                let Ok(path) = path.parse::<Uri>() else { return Ok(None) };
                let request = TestRequest::get().uri(&path.to_string()).to_request();
                request.extensions_mut().insert(FromInside);
                let answer = doors.call(request).await.map_err(|_error| Unanswered)?;
                match answer.status() {
                    StatusCode::OK => {}
                    status if status.is_server_error() => return Err(Unanswered),
                    _ => return Ok(None),
                }
                let policy = answer.headers().get(CONTENT_SECURITY_POLICY);
                let policy = policy.and_then(|policy| policy.to_str().ok()).unwrap_or_default();
                let policy = policy.to_owned();
                let body = to_bytes(answer.into_body()).await.map_err(|_error| Unanswered)?;
                Ok(Some(Answered { policy, body: body.to_vec() }))
            })
        };
        let ask: Ask = Box::new(ask);
        ask
    })
}

/// The page that searches a hub that was taken home.
#[derive(Debug, Template)]
#[template(path = "pages/hub/kept_search.html")]
struct KeptSearch {
    hub: HubFace,
    add: String,
    tabs: Vec<Tab>,
}

fn search_page(hub: &Hub, categories: &[Category]) -> Option<Answered> {
    let mut all = tabs(hub, categories, None);
    all.iter_mut().for_each(|tab| tab.is_current = false);
    let view = KeptSearch {
        hub: HubFace::of(hub).hidden_unless(false).taking_posts(false),
        add: String::new(),
        tabs: all,
    };
    let policy = page_csp(Some(&view.hub.accent));
    Some(Answered { policy, body: view.render().ok()?.into_bytes() })
}
