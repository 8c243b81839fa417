//! One's own account: name, password, sessions, and deleting it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::DeskFace;
use super::sign_in::Nothing;
use super::sign_up::problems;
use crate::actions::accounts::Owned;
use crate::actions::{accounts, sign_in};
use crate::app::App;
use crate::db::sessions::{OpenSession, Session};
use crate::model::problems::Problems;
use crate::secret::Secret;
use crate::web::error::PageError;
use crate::web::extract::{Checked, Done, SignedIn, Visit, signed_out_cookie};
use crate::web::respond;
use crate::web::view::Zone;

/// A browser that is signed in.
#[derive(Debug)]
struct SessionRow {
    id: i64,
    browser: String,
    since: String,
    seen: String,
    is_this: bool,
    is_remembered: bool,
}

impl SessionRow {
    fn of(session: OpenSession, this: i64, zone: &Zone) -> Self {
        Self {
            id: session.id,
            browser: match session.browser.as_str() {
                "" => "An unknown browser".to_owned(),
                words => words.to_owned(),
            },
            since: zone.moment_zoned(session.created_at),
            seen: zone.moment_zoned(session.last_seen_at),
            is_this: session.id == this,
            is_remembered: session.remembered,
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/account/account.html")]
struct AccountView {
    desk: DeskFace,
    csrf: String,
    email: String,
    name: String,
    problems: Problems,
    notice: &'static str,
    sessions: Vec<SessionRow>,
}

/// `GET /account`
pub async fn show(
    app: web::Data<App>,
    signed_in: SignedIn,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let notice = match query.done.as_str() {
        "name" => "Your name is changed.",
        "ended" => "That browser is signed out.",
        _ => "",
    };
    page(&app, &signed_in.0, &visit, Problems::default(), notice).await
}

async fn page(
    app: &App,
    session: &Session,
    visit: &Visit,
    problems: Problems,
    notice: &'static str,
) -> Result<HttpResponse, PageError> {
    let account = &session.account;
    let open = sign_in::list_sessions(app, account.id).await?;
    let utc = Zone::named("UTC");
    let view = AccountView {
        desk: DeskFace::of(account, visit),
        csrf: visit.csrf.clone(),
        email: account.email.clone(),
        name: account.name.clone(),
        problems,
        notice,
        sessions: open.into_iter().map(|open| SessionRow::of(open, session.id, &utc)).collect(),
    };
    respond::form_page(&view.problems, &view, visit)
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
    match accounts::rename(&app, signed_in.0.account.id, &form.0.name).await {
        Ok(()) => Ok(respond::see_other("/account?done=name")),
        Err(error) => page(&app, &signed_in.0, &visit, problems(error)?, "").await,
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
    let old = Secret::new(form.0.old_password);
    match accounts::change_password(&app, &signed_in.0.account, old, &form.0.password).await {
        Ok(()) => Ok(signed_out(&app, "/signin?done=password")),
        Err(error) => page(&app, &signed_in.0, &visit, problems(error)?, "").await,
    }
}

/// `POST /account/sessions/{session}/end`
pub async fn delete_session(
    app: web::Data<App>,
    signed_in: SignedIn,
    session: web::Path<i64>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    sign_in::end_session(&app, signed_in.0.account.id, *session).await?;
    if *session == signed_in.0.id {
        return Ok(signed_out(&app, "/signin?done=ended"));
    }
    Ok(respond::see_other("/account?done=ended"))
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

#[derive(Debug, Template)]
#[template(path = "pages/account/delete.html")]
struct DeleteView {
    desk: DeskFace,
    csrf: String,
    email: String,
    owned: Owned,
    problems: Problems,
}

/// `GET /account/delete`
pub async fn confirm_delete(
    app: web::Data<App>,
    signed_in: SignedIn,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    delete_page(&app, &signed_in.0, &visit, Problems::default()).await
}

async fn delete_page(
    app: &App,
    session: &Session,
    visit: &Visit,
    problems: Problems,
) -> Result<HttpResponse, PageError> {
    let account = &session.account;
    let view = DeleteView {
        desk: DeskFace::of(account, visit),
        csrf: visit.csrf.clone(),
        email: account.email.clone(),
        owned: accounts::list_owned(app, account).await?,
        problems,
    };
    respond::form_page(&view.problems, &view, visit)
}

/// A password, and an address typed in to confirm.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct DeleteForm {
    old_password: String,
    confirm: String,
}

impl std::fmt::Debug for DeleteForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeleteForm").finish_non_exhaustive()
    }
}

/// `POST /account/delete`
pub async fn delete(
    app: web::Data<App>,
    signed_in: SignedIn,
    visit: Visit,
    form: Checked<DeleteForm>,
) -> Result<HttpResponse, PageError> {
    let password = Secret::new(form.0.old_password);
    match accounts::delete(&app, &signed_in.0.account, password, &form.0.confirm).await {
        Ok(()) => Ok(signed_out(&app, "/signin?done=account")),
        Err(error) => delete_page(&app, &signed_in.0, &visit, problems(error)?).await,
    }
}
