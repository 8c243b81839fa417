//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::sign_in::{self, Attempt, SignInError};
use crate::app::App;
use crate::secret::Secret;
use crate::web::error::{PageError, words_for};
use crate::web::extract::{
    Checked, CookieNames, Visit, browser_of, client, device_cookie, find_session, session_cookie,
    signed_out_cookie,
};
use crate::web::respond;

#[derive(Debug, Template)]
#[template(path = "pages/account/sign_in.html")]
struct SignInView {
    csrf: String,
    next: String,
    email: String,
    remember: bool,
    wrong: String,
    notice: &'static str,
    sign_up: bool,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    next: String,
    done: String,
}

/// What was typed.
#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct SignInForm {
    email: String,
    password: String,
    remember: Option<String>,
    next: String,
}

impl std::fmt::Debug for SignInForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInForm").finish_non_exhaustive()
    }
}

/// Only paths of our own desks: never another site (`security.md` T17).
fn safe_next(next: &str) -> &str {
    let desks = ["/manage", "/operator", "/account", "/invite"];
    let ours = desks.iter().any(|desk| {
        next.strip_prefix(desk).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let plain = next.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-".contains(&b));
    if ours && plain && !next.contains("//") { next } else { "/manage" }
}

/// `GET /signin`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let query = query.into_inner();
    if find_session(&request).await?.is_some() {
        return Ok(respond::see_other(safe_next(&query.next)));
    }
    let notice = match query.done.as_str() {
        "password" => {
            "Your password is changed, and you are signed out everywhere. Sign in with the new one."
        }
        "out" => "You are signed out.",
        "ended" => "You are signed out on this device.",
        "account" => "Your account is deleted, with everything that was yours.",
        "everywhere" => "You are signed out everywhere.",
        _ => "",
    };
    let view = SignInView {
        csrf: visit.csrf.clone(),
        next: safe_next(&query.next).to_owned(),
        email: String::new(),
        remember: false,
        wrong: String::new(),
        notice,
        sign_up: app.config.sign_up_is_open(),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `POST /signin`
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    form: Checked<SignInForm>,
) -> Result<HttpResponse, PageError> {
    let form = form.0;
    let attempt = Attempt {
        email: form.email.clone(),
        password: Secret::new(form.password),
        remember: form.remember.is_some(),
        from: client(&app, &request),
        device: request.cookie(CookieNames::of(&app).device).map(|c| c.value().to_owned()),
        browser: browser_of(&request),
    };
    let wrong = match sign_in::sign_in(&app, attempt).await {
        Ok(signed_in) => {
            let mut response = respond::see_other(safe_next(&form.next));
            let session = session_cookie(&app, &signed_in.token, signed_in.remembered);
            let device = device_cookie(&app, &form.email);
            for cookie in [session, device] {
                // Our own names and values are always cookies.
                let _added = response.add_cookie(&cookie);
            }
            return Ok(response);
        }
        Err(SignInError::WrongPair) => {
            "Address and password do not go together. Check both, or get a new password.".to_owned()
        }
        Err(SignInError::Delayed(wait)) => {
            format!("Too many wrong passwords. Wait {}, then try again.", words_for(wait))
        }
        Err(SignInError::TooOften(too_often)) => {
            app.metrics.limited(too_often.limit.as_str());
            let wait = words_for(too_often.retry_after);
            format!("Too many tries from here. Wait {wait}, then try again.")
        }
        Err(SignInError::Busy(_)) => return Err(PageError::Busy),
        Err(SignInError::Database(error)) => return Err(error.into()),
    };
    let view = SignInView {
        csrf: visit.csrf.clone(),
        next: safe_next(&form.next).to_owned(),
        email: form.email,
        remember: form.remember.is_some(),
        wrong,
        notice: "",
        sign_up: app.config.sign_up_is_open(),
    };
    respond::private_page(StatusCode::UNPROCESSABLE_ENTITY, &view, None, &visit)
}

/// A form with nothing in it but its token.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Nothing {}

/// `POST /signout`
pub async fn delete(
    app: web::Data<App>,
    request: HttpRequest,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    if let Some(cookie) = request.cookie(CookieNames::of(&app).session) {
        sign_in::sign_out(&app, cookie.value()).await?;
    }
    let mut response = respond::see_other("/signin?done=out");
    let _added = response.add_cookie(&signed_out_cookie(&app));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site_after_signing_in() {
        for good in ["/manage", "/manage/sxsw/categories", "/operator", "/account", "/invite/abc"] {
            assert_eq!(safe_next(good), good);
        }
        for bad in [
            "",
            "/",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/managed",
            "/manage//evil.example",
            "/manage/../signout?x",
            "/manage?next=//e",
            "javascript:alert(1)",
            "/signout",
            "/manage/%2f%2fevil",
        ] {
            assert_eq!(safe_next(bad), "/manage", "{bad}");
        }
    }
}
