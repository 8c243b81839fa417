//! "Keep my post away": whoever writes a post has it removed from a hub, for good.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::add::{Prover, with_cookies};
use super::face::HubFace;
use super::reading::{self, At, Entered, Names};
use crate::actions::keep_away::{self, KeepAwayError, Wish};
use crate::app::App;
use crate::model::web_url::{self, as_typed};
use crate::web::error::{PageError, words_for};
use crate::web::extract::{Checked, Visit, client};
use crate::web::respond;
use crate::web::view::Zone;

#[derive(Debug, Template)]
#[template(path = "pages/hub/keep_away.html")]
struct KeepAwayView {
    hub: HubFace,
    add: String,
    here: String,
    csrf: String,
    /// The post; empty where it is asked for.
    post: String,
    /// The code that proves whose it is.
    code: String,
    until: String,
    problem: String,
    notice: &'static str,
    room: usize,
}

impl KeepAwayView {
    fn of(at: &At) -> Self {
        let path = at.hub.path();
        Self {
            add: format!("{path}/-/add"),
            here: format!("{path}/-/keep-away"),
            csrf: String::new(),
            post: String::new(),
            code: String::new(),
            until: String::new(),
            problem: String::new(),
            notice: "",
            room: web_url::MAX_BYTES,
            hub: HubFace::of(&at.hub),
        }
    }

    /// The element that proves whose page it is.
    fn meta(&self) -> String {
        format!("<meta name=\"backchannel\" content=\"{}\">", self.code)
    }

    /// The same about a post: with its code, or with what is wrong with its address.
    fn about(self, app: &App, at: &At, prover: &Prover, typed: &str) -> Self {
        let post = as_typed(typed.trim()).into_owned();
        match keep_away::code(app, at.hub.id, &post, &prover.browser) {
            Ok(code) => Self { code, until: Zone::of(&at.hub).date(prover.until), post, ..self },
            Err(error) => Self { problem: error.to_string(), post, ..self },
        }
    }

    fn answer(&self, visit: &Visit) -> Result<HttpResponse, PageError> {
        let is_fine = self.problem.is_empty();
        let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        respond::private_page(status, self, Some(&self.hub.accent), visit)
    }
}

/// Where a post is kept away from a hub, with its address filled in.
pub fn path(hub: &str, post: &str) -> String {
    let post: String = url::form_urlencoded::byte_serialize(post.as_bytes()).collect();
    format!("/{hub}/-/keep-away?post={post}")
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    post: String,
    done: String,
}

async fn enter(
    app: &App,
    request: &HttpRequest,
    slug: &str,
    visit: &Visit,
) -> Result<Entered, PageError> {
    reading::enter(app, request, &Names::hub(slug), "/-/keep-away", visit).await
}

/// `GET /{hub}/-/keep-away`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: Option<web::Query<Query>>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let at = match enter(&app, &request, &slug, &visit).await? {
        Entered::In(at) => *at,
        Entered::Answer(answer) => return Ok(answer),
    };
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let mut view = KeepAwayView::of(&at);
    view.notice = match query.done.as_str() {
        "away" => {
            "Your page showed that the post is yours. It is not in this hub any more, and whoever sends it is told that it is not taken. You can take the line out of your page."
        }
        "again" => {
            "Your page showed that the post is yours. It can be sent to this hub again, by you or by others. You can take the line out of your page."
        }
        _ => "",
    };
    if query.post.trim().is_empty() {
        return view.answer(&Visit::without_form());
    }
    let prover = Prover::of(&app, &request);
    let mut view = view.about(&app, &at, &prover, &query.post);
    view.csrf.clone_from(&visit.csrf);
    let cookie = prover.new_cookie(&app).filter(|_| !view.code.is_empty());
    Ok(with_cookies(view.answer(&visit)?, cookie.as_slice()))
}

/// A post, and what its writer wishes: `away`, or `again`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct WishForm {
    post: String,
    wish: String,
}

/// `POST /{hub}/-/keep-away`: the page is read, and what it proves is done.
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    visit: Visit,
    form: Checked<WishForm>,
) -> Result<HttpResponse, PageError> {
    let at = match enter(&app, &request, &slug, &visit).await? {
        Entered::In(at) => *at,
        Entered::Answer(answer) => return Ok(answer),
    };
    let (wish, done) = match form.0.wish.as_str() {
        "away" => (Wish::Away, "away"),
        "again" => (Wish::Again, "again"),
        _ => return Err(PageError::BadRequest("Go back and press one of the two buttons.")),
    };
    let prover = Prover::of(&app, &request);
    let post = as_typed(form.0.post.trim()).into_owned();
    let from = client(&app, &request);
    let problem = match keep_away::wish(&app, &at.hub, &post, &prover.browser, wish, from).await {
        Ok(()) => {
            return Ok(respond::see_other(&format!("/{}/-/keep-away?done={done}", at.hub.slug)));
        }
        Err(KeepAwayError::Database(error)) => return Err(error.into()),
        Err(KeepAwayError::TooOften(too_often)) => {
            let wait = words_for(too_often.retry_after);
            format!("That was often: no page is read for {wait}. Then try again.")
        }
        Err(error) => error.to_string(),
    };
    let mut view = KeepAwayView::of(&at).about(&app, &at, &prover, &post);
    view.problem = problem;
    view.csrf.clone_from(&visit.csrf);
    let cookie = prover.new_cookie(&app).filter(|_| !view.code.is_empty());
    Ok(with_cookies(view.answer(&visit)?, cookie.as_slice()))
}
