//! Opening an account, and setting a forgotten password: both by one-use links.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::invite::welcome;
use crate::actions::accounts::{self, AccountDraft, AccountError};
use crate::actions::{invite, sign_in};
use crate::app::App;
use crate::db::hubs::Hub;
use crate::db::links::OneUseLink;
use crate::model::account::LinkPurpose;
use crate::model::id::AccountId;
use crate::model::problems::Problems;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Visit, browser_of, client, device_cookie, session_cookie};
use crate::web::respond;

/// Which of the two a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    SignUp,
    Reset,
}

#[derive(Debug, Template)]
#[template(path = "pages/account/ask_link.html")]
struct AskView {
    csrf: String,
    title: &'static str,
    lede: &'static str,
    button: &'static str,
    action: &'static str,
    email: String,
    problems: Problems,
    is_sent: bool,
    /// Whether mail leaves the machine.
    mail_leaves: bool,
    is_open: bool,
}

impl AskView {
    fn of(app: &App, visit: &Visit, asking: Asking) -> Self {
        let (title, lede, button, action) = match asking {
            Asking::SignUp => (
                "Open an account",
                "For organizers. Readers and bloggers need none.",
                "Send me a link",
                "/signup",
            ),
            Asking::Reset => (
                "Forgotten password",
                "We send you a link to choose a new one.",
                "Send me a link",
                "/reset",
            ),
        };
        Self {
            csrf: visit.csrf.clone(),
            title,
            lede,
            button,
            action,
            email: String::new(),
            problems: Problems::default(),
            is_sent: false,
            mail_leaves: app.mail.leaves(),
            is_open: asking == Asking::Reset || app.config.sign_up_is_open(),
        }
    }
}

/// What was typed.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct AskForm {
    email: String,
}

/// `GET /signup`
pub async fn new_sign_up(app: web::Data<App>, visit: Visit) -> Result<HttpResponse, PageError> {
    let view = AskView::of(&app, &visit, Asking::SignUp);
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `GET /reset`
pub async fn new_reset(app: web::Data<App>, visit: Visit) -> Result<HttpResponse, PageError> {
    let view = AskView::of(&app, &visit, Asking::Reset);
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `POST /signup`
pub async fn create_sign_up(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    form: Checked<AskForm>,
) -> Result<HttpResponse, PageError> {
    let view = AskView::of(&app, &visit, Asking::SignUp);
    if !view.is_open {
        return respond::private_page(StatusCode::FORBIDDEN, &view, None, &visit);
    }
    let from = client(&app, &request);
    let started = accounts::start_sign_up(&app.into_inner(), &form.0.email, from);
    sent(view, form.0, started, &visit)
}

/// `POST /reset`
pub async fn create_reset(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    form: Checked<AskForm>,
) -> Result<HttpResponse, PageError> {
    let view = AskView::of(&app, &visit, Asking::Reset);
    let from = client(&app, &request);
    let started = accounts::start_reset(&app.into_inner(), &form.0.email, from);
    sent(view, form.0, started, &visit)
}

fn sent(
    mut view: AskView,
    form: AskForm,
    started: Result<(), AccountError>,
    visit: &Visit,
) -> Result<HttpResponse, PageError> {
    view.email = form.email;
    match started {
        Ok(()) => {
            view.is_sent = true;
            respond::private_page(StatusCode::OK, &view, None, visit)
        }
        Err(error) => {
            view.problems = problems(error)?;
            respond::private_page(StatusCode::UNPROCESSABLE_ENTITY, &view, None, visit)
        }
    }
}

/// What of an account's error belongs to the form; the rest is a page of its own.
pub fn problems(error: AccountError) -> Result<Problems, PageError> {
    match error {
        AccountError::Problems(problems) => Ok(problems),
        AccountError::LinkGone => Err(PageError::NotFound(Missing::Link)),
        AccountError::TooOften(too_often) => Err(too_often.into()),
        AccountError::Busy(busy) => Err(busy.into()),
        AccountError::Database(error) => Err(error.into()),
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/account/finish.html")]
struct FinishView {
    csrf: String,
    action: String,
    title: &'static str,
    lede: &'static str,
    button: &'static str,
    asks_email: bool,
    asks_name: bool,
    email: String,
    name: String,
    problems: Problems,
}

impl FinishView {
    fn of(visit: &Visit, link: &OneUseLink, token: &str) -> Self {
        let (title, lede, button) = match link.purpose {
            LinkPurpose::SetUp => (
                "Welcome to your Backchannel",
                "Make the operator’s account: yours. This link works once.",
                "Make my account",
            ),
            LinkPurpose::SignUp if link.invitation_id.is_some() => (
                "Open your account",
                "Your address is confirmed, and your invitation is accepted with it.",
                "Open my account",
            ),
            LinkPurpose::SignUp => {
                ("Open your account", "Your address is confirmed.", "Open my account")
            }
            LinkPurpose::Reset => (
                "Choose a new password",
                "You will be signed out everywhere else.",
                "Set my new password",
            ),
        };
        let is_reset = link.purpose == LinkPurpose::Reset;
        let path = if is_reset { "reset" } else { "signup" };
        Self {
            csrf: visit.csrf.clone(),
            action: format!("/{path}/{token}"),
            title,
            lede,
            button,
            asks_email: link.purpose == LinkPurpose::SetUp,
            asks_name: !is_reset,
            email: link.email.clone().unwrap_or_default(),
            name: String::new(),
            problems: Problems::default(),
        }
    }
}

const SIGN_UP_LINKS: &[LinkPurpose] = &[LinkPurpose::SetUp, LinkPurpose::SignUp];
const RESET_LINKS: &[LinkPurpose] = &[LinkPurpose::Reset];

async fn find(
    app: &App,
    token: &str,
    purposes: &'static [LinkPurpose],
) -> Result<OneUseLink, PageError> {
    let link = accounts::find_link(app, token, purposes).await?;
    link.ok_or(PageError::NotFound(Missing::Link))
}

/// `GET /signup/{token}`
pub async fn new_account(
    app: web::Data<App>,
    token: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let link = find(&app, &token, SIGN_UP_LINKS).await?;
    let view = FinishView::of(&visit, &link, &token);
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `POST /signup/{token}`
pub async fn create_account(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    visit: Visit,
    form: Checked<AccountDraft>,
) -> Result<HttpResponse, PageError> {
    let mut draft = form.0;
    let link = find(&app, &token, SIGN_UP_LINKS).await?;
    let mut view = FinishView::of(&visit, &link, &token);
    if let Some(email) = &link.email {
        draft.email.clone_from(email);
    }
    view.email.clone_from(&draft.email);
    view.name.clone_from(&draft.name);
    let hub = invite::find_hub(&app, link.invitation_id).await?;
    match accounts::finish_sign_up(&app, &link, draft).await {
        Ok(account) => begin(&app, &request, account, &view.email, hub.as_ref()).await,
        Err(error) => {
            view.problems = problems(error)?;
            respond::private_page(StatusCode::UNPROCESSABLE_ENTITY, &view, None, &visit)
        }
    }
}

/// Signs in whoever has just opened an account: into the hub that they were invited to, or to their
/// own hubs.
pub async fn begin(
    app: &App,
    request: &HttpRequest,
    account: AccountId,
    email: &str,
    hub: Option<&Hub>,
) -> Result<HttpResponse, PageError> {
    let signed_in = sign_in::begin_session(app, account, browser_of(request), false).await?;
    let mut response = respond::see_other(&welcome(hub));
    for cookie in [session_cookie(app, &signed_in.token, false), device_cookie(app, email)] {
        let _added = response.add_cookie(&cookie);
    }
    Ok(response)
}

/// `GET /reset/{token}`
pub async fn new_password(
    app: web::Data<App>,
    token: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let link = find(&app, &token, RESET_LINKS).await?;
    let view = FinishView::of(&visit, &link, &token);
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `POST /reset/{token}`
pub async fn create_password(
    app: web::Data<App>,
    token: web::Path<String>,
    visit: Visit,
    form: Checked<AccountDraft>,
) -> Result<HttpResponse, PageError> {
    let link = find(&app, &token, RESET_LINKS).await?;
    match accounts::finish_reset(&app, &link, &form.0.password).await {
        Ok(_) => Ok(respond::see_other("/signin?done=password")),
        Err(error) => {
            let mut view = FinishView::of(&visit, &link, &token);
            view.problems = problems(error)?;
            respond::private_page(StatusCode::UNPROCESSABLE_ENTITY, &view, None, &visit)
        }
    }
}
