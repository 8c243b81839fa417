//! Whoever asks whether a post is theirs: a value of their browser, of which the code is made that
//! proves it, and having the page read for that code.
//!
//! Putting a line into a page may take days, so that the browser keeps its value for a week, through
//! restarts and sign-ins. When it was made is a part of it: an older one makes no code any more, and
//! one with another date makes another code.

use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{filled, find_readable};
use crate::actions::arrived::{ArrivedError, look_for_proof};
use crate::app::App;
use crate::clock::Timestamp;
use crate::model::web_url::as_typed;
use crate::secret::random_token;
use crate::web::error::PageError;
use crate::web::extract::{Checked, CookieNames, client, cookie};
use crate::web::respond;

/// How long a browser's codes hold.
pub const LASTS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A browser that asks.
#[derive(Debug)]
pub struct Prover {
    /// What tells it from all others.
    pub browser: String,
    /// When its codes end.
    pub until: Timestamp,
    /// Whether it has this from now on.
    is_new: bool,
}

impl Prover {
    /// The browser of a request: known by its cookie, or anew.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let now = app.clock.now();
        let known = request.cookie(CookieNames::of(app).proof);
        let known = known.and_then(|cookie| {
            let until = made_at(cookie.value()).filter(|at| *at <= now)?.plus(LASTS);
            (now < until).then(|| (cookie.value().to_owned(), until))
        });
        let is_new = known.is_none();
        let (browser, until) = known.unwrap_or_else(|| {
            (format!("{}-{}", now.seconds(), random_token().expose()), now.plus(LASTS))
        });
        Self { browser, until, is_new }
    }

    /// The cookie to set where a code was shown, if it is a new one.
    pub fn new_cookie(&self, app: &App) -> Option<Cookie<'static>> {
        let mut cookie = cookie(app, CookieNames::of(app).proof, self.browser.clone());
        let seconds = i64::try_from(LASTS.as_secs()).unwrap_or(i64::MAX);
        cookie.set_max_age(CookieDuration::seconds(seconds));
        self.is_new.then_some(cookie)
    }
}

fn made_at(value: &str) -> Option<Timestamp> {
    let seconds: i64 = value.split_once('-')?.0.parse().ok()?;
    Some(Timestamp::from_micros(seconds.checked_mul(1_000_000)?))
}

/// An address to ask about.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ProofForm {
    post: String,
}

/// `POST /{hub}/{category}/add/prove`: the page is read for the code that proves whose it is.
pub async fn prove(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    form: Checked<ProofForm>,
) -> Result<HttpResponse, PageError> {
    let (hub, category) = names.into_inner();
    let gate = find_readable(&app, &request, hub, category).await?;
    let post = as_typed(&form.0.post);
    match look_for_proof(&app, &gate, &post, client(&app, &request)).await {
        Ok(()) | Err(ArrivedError::Url(_)) => {}
        Err(ArrivedError::TooOften(too_often)) => return Err(too_often.into()),
        Err(ArrivedError::Database(error)) => return Err(error.into()),
    }
    let post = filled("post", &post);
    let path = format!("{}/add?looking=1&{post}", gate.hub.category_path(&gate.category.slug));
    Ok(respond::see_other(&path))
}
