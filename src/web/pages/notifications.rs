//! What a member of a hub is told by mail: their own choice, for this hub.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::notify;
use crate::app::App;
use crate::model::mail::{ListedMail, MailChoice, WaitingMail};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;

/// One answer to choose.
#[derive(Debug)]
struct Choice {
    value: &'static str,
    label: &'static str,
    hint: String,
    is_chosen: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/notifications.html")]
struct NotificationsView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    here: String,
    email: String,
    waiting: Vec<Choice>,
    listed: Vec<Choice>,
    notice: &'static str,
    is_stopped: bool,
    /// Whether mail leaves this machine at all.
    leaves: bool,
}

/// `GET /manage/{hub}/notifications`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let found = notify::read(&app, scope.hub.id, scope.account.id).await?;
    let (mail, is_stopped) = found.ok_or(PageError::NotFound(Missing::Page))?;
    let view = NotificationsView {
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Notifications).await?,
        csrf: visit.csrf.clone(),
        here: here(&scope),
        email: mail.email,
        waiting: waiting_choices(mail.choice.waiting),
        listed: listed_choices(mail.choice.listed, &scope.hub.time_zone),
        notice: match query.done.as_str() {
            "saved" => "Saved. It holds for what comes in from now on.",
            "resumed" => "Mail is sent to you again.",
            _ => "",
        },
        is_stopped,
        leaves: app.mail.leaves(),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

fn here(scope: &HubScope) -> String {
    format!("/manage/{}/notifications", scope.hub.slug)
}

fn waiting_choices(chosen: WaitingMail) -> Vec<Choice> {
    let choice = |this: WaitingMail, label, hint: &str| Choice {
        value: this.as_str(),
        label,
        hint: hint.to_owned(),
        is_chosen: this == chosen,
    };
    vec![
        choice(
            WaitingMail::Digest,
            "Tell me at once",
            "The first post at once; those that follow together, every 15 minutes at most.",
        ),
        choice(WaitingMail::Off, "Do not mail me", "They wait on the desk until somebody looks."),
    ]
}

fn listed_choices(chosen: ListedMail, time_zone: &str) -> Vec<Choice> {
    let choice = |this: ListedMail, label, hint: String| Choice {
        value: this.as_str(),
        label,
        hint,
        is_chosen: this == chosen,
    };
    vec![
        choice(ListedMail::Off, "Do not mail me", "The hub’s page and its feed show them.".into()),
        choice(
            ListedMail::Each,
            "Tell me of each",
            "At once; where more follow, together, every 15 minutes at most.".into(),
        ),
        choice(
            ListedMail::Daily,
            "Tell me once a day",
            format!("All of a day in one mail at 08:00 ({time_zone})."),
        ),
    ]
}

/// What was chosen.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ChoiceForm {
    waiting: String,
    listed: String,
}

/// `POST /manage/{hub}/notifications`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    form: Checked<ChoiceForm>,
) -> Result<HttpResponse, PageError> {
    let waiting = WaitingMail::parse(&form.0.waiting);
    let listed = ListedMail::parse(&form.0.listed);
    let (Some(waiting), Some(listed)) = (waiting, listed) else {
        return Err(PageError::BadRequest("Choose one answer to each question."));
    };
    let choice = MailChoice { waiting, listed };
    notify::choose(&app, scope.hub.id, scope.account.id, choice).await?;
    Ok(respond::see_other(&format!("{}?done=saved", here(&scope))))
}

/// `POST /manage/{hub}/notifications/resume`
pub async fn resume(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    notify::resume(&app, scope.account.id).await?;
    Ok(respond::see_other(&format!("{}?done=resumed", here(&scope))))
}
