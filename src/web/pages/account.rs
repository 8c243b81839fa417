//! One's own account: name, password, sessions.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::DeskFace;
use super::sign_in::Nothing;
use super::sign_up::problems;
use crate::actions::{accounts, sign_in};
use crate::app::App;
use crate::db::accounts::Account;
use crate::db::sessions;
use crate::model::problems::Problems;
use crate::secret::Secret;
use crate::web::error::PageError;
use crate::web::extract::{Checked, SignedIn, Visit, signed_out_cookie};
use crate::web::respond;
use crate::web::view::plural;

#[derive(Debug, Template)]
#[template(path = "pages/account/account.html")]
struct AccountView {
    desk: DeskFace,
    csrf: String,
    email: String,
    name: String,
    problems: Problems,
    notice: &'static str,
    sessions: i64,
    sessions_word: &'static str,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    done: String,
}

/// `GET /account`
pub async fn show(
    app: web::Data<App>,
    signed_in: SignedIn,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let notice = if query.done == "name" { "Your name is changed." } else { "" };
    page(&app, &signed_in.0.account, &visit, Problems::default(), notice).await
}

async fn page(
    app: &App,
    account: &Account,
    visit: &Visit,
    problems: Problems,
    notice: &'static str,
) -> Result<HttpResponse, PageError> {
    let (id, now) = (account.id, app.clock.now());
    let open = app.db.read(move |c| sessions::count(c, id, now)).await?;
    let view = AccountView {
        desk: DeskFace::of(account, visit),
        csrf: visit.csrf.clone(),
        email: account.email.clone(),
        name: account.name.clone(),
        problems,
        notice,
        sessions: open,
        sessions_word: plural(open, "session is", "sessions are"),
    };
    let status =
        if view.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    respond::private_page(status, &view, None, visit)
}

/// A name as it was typed.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct NameForm {
    name: String,
}

/// `POST /account/name`
pub async fn update_name(
    app: web::Data<App>,
    signed_in: SignedIn,
    visit: Visit,
    form: Checked<NameForm>,
) -> Result<HttpResponse, PageError> {
    let account = signed_in.0.account;
    match accounts::rename(&app, account.id, &form.0.name).await {
        Ok(()) => Ok(respond::see_other("/account?done=name")),
        Err(error) => page(&app, &account, &visit, problems(error)?, "").await,
    }
}

/// Passwords as they were typed.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    old_password: String,
    password: String,
}

impl std::fmt::Debug for PasswordForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordForm").finish_non_exhaustive()
    }
}

/// `POST /account/password`
pub async fn update_password(
    app: web::Data<App>,
    signed_in: SignedIn,
    visit: Visit,
    form: Checked<PasswordForm>,
) -> Result<HttpResponse, PageError> {
    let account = signed_in.0.account;
    let old = Secret::new(form.0.old_password);
    match accounts::change_password(&app, &account, old, &form.0.password).await {
        Ok(()) => Ok(signed_out(&app, "/signin?done=password")),
        Err(error) => page(&app, &account, &visit, problems(error)?, "").await,
    }
}

/// `POST /account/signout-everywhere`
pub async fn delete_sessions(
    app: web::Data<App>,
    signed_in: SignedIn,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    sign_in::sign_out_everywhere(&app, signed_in.0.account.id).await?;
    Ok(signed_out(&app, "/signin?done=everywhere"))
}

fn signed_out(app: &App, path: &str) -> HttpResponse {
    let mut response = respond::see_other(path);
    let _added = response.add_cookie(&signed_out_cookie(app));
    response
}
