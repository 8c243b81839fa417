//! The page that asks for a reading password, and what was typed there.

use std::time::Duration;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Names, look};
use crate::app::{App, Lock, READING_LASTS};
use crate::limits::{AddressBlock, Limit};
use crate::secret::Secret;
use crate::web::error::PageError;
use crate::web::extract::{Checked, Visit, client};
use crate::web::own_name::outward;
use crate::web::respond;

#[derive(Debug, Template)]
#[template(path = "pages/hub/locked.html")]
struct LockedView {
    action: String,
    csrf: String,
    problem: &'static str,
}

/// The page that asks for a reading password. It names nothing: not the hub, not the category.
pub fn ask(
    request: &HttpRequest,
    names: &Names,
    rest: &str,
    visit: &Visit,
    (problem, status): (&'static str, StatusCode),
) -> Result<HttpResponse, PageError> {
    let then = encoded(rest.trim_start_matches('/'));
    let view = LockedView {
        action: outward(request, &format!("{}/-/read?then={then}", names.path())),
        csrf: visit.csrf.clone(),
        problem,
    };
    respond::private_page(status, &view, None, visit)
}

/// A reading password as it was typed.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct ReadForm {
    password: String,
}

impl std::fmt::Debug for ReadForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReadForm([redacted])")
    }
}

/// Where to go on.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Then {
    then: String,
}

impl Then {
    /// The page that was asked for, or a page of the hub or the form for a post, each with what
    /// stood behind its `?`; nothing else.
    fn rest(&self) -> String {
        let (page, query) = match self.then.split_once('?') {
            Some((page, query)) => (page, Some(query)),
            None => (self.then.as_str(), None),
        };
        let path = match page {
            "" => String::new(),
            "add" | "-/add" | "-/about" | "-/embed" | "-/people" | "-/stats" | "-/wall" => {
                format!("/{page}")
            }
            _ => return String::new(),
        };
        let Some(query) = query else { return path };
        let mut again = url::form_urlencoded::Serializer::new(String::new());
        again.extend_pairs(url::form_urlencoded::parse(query.as_bytes()));
        format!("{path}?{}", again.finish())
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Whether this is the password of a lock: one that was right before costs nothing, so that a hall
/// of readers behind one address is let in; others a try.
async fn try_password(
    app: &App,
    lock: &Lock,
    typed: &str,
    from: AddressBlock,
) -> Result<bool, PageError> {
    let now = app.clock.now();
    if app.proofs.has(&lock.phc, typed, now) {
        return Ok(true);
    }
    app.take_shared(Limit::ReadingPassword(lock.hub), from).await??;
    let right = app.hasher.verify(Secret::new(typed.to_owned()), Some(lock.phc.clone())).await?;
    if right {
        app.proofs.keep(&lock.phc, typed, now);
    }
    Ok(right)
}

/// `POST /{hub}/-/read`
pub async fn open_hub(
    app: web::Data<App>,
    request: HttpRequest,
    hub: web::Path<String>,
    then: web::Query<Then>,
    visit: Visit,
    form: Checked<ReadForm>,
) -> Result<HttpResponse, PageError> {
    open(&app, &request, &Names::hub(&hub), &then, &visit, form.0).await
}

/// `POST /{hub}/{category}/-/read`
pub async fn open_category(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    then: web::Query<Then>,
    visit: Visit,
    form: Checked<ReadForm>,
) -> Result<HttpResponse, PageError> {
    let names = Names::category(&names.0, &names.1);
    open(&app, &request, &names, &then, &visit, form.0).await
}

async fn open(
    app: &App,
    request: &HttpRequest,
    names: &Names,
    then: &Then,
    visit: &Visit,
    form: ReadForm,
) -> Result<HttpResponse, PageError> {
    let rest = then.rest();
    let rest = rest.as_str();
    let Some(lock) = look(app, names).await?.lock else {
        return Ok(respond::see_other(&format!("{}{rest}", names.path())));
    };
    match try_password(app, &lock, form.password.trim(), client(app, request)).await {
        Ok(true) => {}
        Ok(false) => {
            let problem = "This is not the reading password. Ask whoever gave you this address.";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return ask(request, names, rest, visit, (problem, status));
        }
        Err(PageError::TooOften(too_often)) => {
            let problem = "That was often. Wait a few minutes, and type it again.";
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut answer = ask(request, names, rest, visit, (problem, status))?;
            let wait = respond::retry_after(too_often.retry_after);
            answer.headers_mut().insert(header::RETRY_AFTER, wait);
            return Ok(answer);
        }
        Err(error) => return Err(error),
    }
    Ok(let_in(app, &lock, &format!("{}{rest}", names.path())))
}

/// Lets a browser in that showed that it may read what is behind a lock.
fn let_in(app: &App, lock: &Lock, path: &str) -> HttpResponse {
    let until = app.clock.now().plus(READING_LASTS);
    let mut cookie = Cookie::new(lock.cookie_name(), lock.pass(until, &app.secrets));
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(app.addresses.is_https());
    let seconds = i64::try_from(READING_LASTS.as_secs()).unwrap_or(i64::MAX);
    cookie.set_max_age(CookieDuration::seconds(seconds));
    let mut answer = respond::see_other(path);
    // A cookie that cannot be set leaves the reader where they are: asked once more.
    let _not_set = answer.add_cookie(&cookie);
    answer
}

/// How long a ticket is good for: a redirect.
const TICKET_LASTS: Duration = Duration::from_secs(60);

/// Where a browser is let in that may read what is behind a lock, when its `page` is under a name of
/// its own: cookies do not go there.
pub(super) fn ticket(app: &App, lock: &Lock, page: &str, rest: &str) -> String {
    let pass = lock.pass(app.clock.now().plus(TICKET_LASTS), &app.secrets);
    format!("{page}/-/enter?pass={pass}&then={}", encoded(rest.trim_start_matches('/')))
}

/// A ticket, and where to go on.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Ticket {
    pass: String,
    then: String,
}

/// `GET /{hub}/-/enter`
pub async fn let_in_hub(
    app: web::Data<App>,
    hub: web::Path<String>,
    ticket: web::Query<Ticket>,
) -> Result<HttpResponse, PageError> {
    take(&app, &Names::hub(&hub), ticket.into_inner()).await
}

/// `GET /{hub}/{category}/-/enter`
pub async fn let_in_category(
    app: web::Data<App>,
    names: web::Path<(String, String)>,
    ticket: web::Query<Ticket>,
) -> Result<HttpResponse, PageError> {
    take(&app, &Names::category(&names.0, &names.1), ticket.into_inner()).await
}

/// Whoever has no ticket that holds is led to the page, and asked there.
async fn take(app: &App, names: &Names, ticket: Ticket) -> Result<HttpResponse, PageError> {
    let path = format!("{}{}", names.path(), Then { then: ticket.then }.rest());
    let lock = look(app, names).await?.lock;
    let now = app.clock.now();
    let lock = lock.filter(|lock| lock.opens_with(&ticket.pass, now, &app.secrets));
    Ok(lock.map_or_else(|| respond::see_other(&path), |lock| let_in(app, &lock, &path)))
}
