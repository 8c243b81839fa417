//! Open invitations: how they are listed, and those to the instance.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::DeskFace;
use super::sign_in::Nothing;
use crate::actions::invite::{self, InviteError, Made};
use crate::app::App;
use crate::db::invitations::{self, Invitation};
use crate::model::account::Role;
use crate::model::id::InvitationId;
use crate::model::problems::Problems;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Done, Operator, Visit};
use crate::web::respond;
use crate::web::view::Zone;

/// What is said of a mail that did not leave.
pub const NOT_MAILED: &str =
    "The mail could not be sent. The invitation stands: pass its link on yourself.";

/// An open invitation in a list.
#[derive(Debug)]
pub struct InvitationRow {
    /// Where it is taken back.
    pub revoke: String,
    /// What is taken back there, in words.
    pub what: String,
    /// Whom it went to.
    pub to: String,
    /// The role; empty where it is to the instance.
    pub role: &'static str,
    /// Who made it.
    pub by: String,
    /// When; empty where its name says so.
    pub at: String,
    /// Until when it works.
    pub until: String,
}

impl InvitationRow {
    /// An invitation with the name of who made it, among those that are under `place`.
    pub fn of((invitation, by): (Invitation, String), place: &str, zone: &Zone) -> Self {
        let at = zone.moment(invitation.created_at);
        Self {
            revoke: format!("{place}/{}/revoke", invitation.id.0),
            what: match &invitation.email {
                Some(email) => format!("the invitation of {email}"),
                None => format!("the link that was made on {at}"),
            },
            at: if invitation.email.is_some() { at.clone() } else { String::new() },
            to: invitation.email.unwrap_or_else(|| format!("By a link, made on {at}")),
            role: invitation.role.map_or("", Role::as_str),
            by,
            until: zone.moment_zoned(invitation.expires_at),
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/invitations.html")]
struct OpenView {
    desk: DeskFace,
    csrf: String,
    rows: Vec<InvitationRow>,
    /// The link of the one that was just made: shown once.
    link: String,
    email: String,
    mail_leaves: bool,
    notice: &'static str,
    problems: Problems,
}

/// `GET /operator/invitations`
pub async fn show(
    app: web::Data<App>,
    operator: Operator,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let mut view = OpenView::read(&app, &operator, &visit).await?;
    view.notice = match query.done.as_str() {
        "mailed" => "The invitation is on its way.",
        "revoked" => "The invitation is taken back: its link does not work any more.",
        _ => "",
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

impl OpenView {
    async fn read(app: &App, operator: &Operator, visit: &Visit) -> Result<Self, PageError> {
        let now = app.clock.now();
        let open = app.db.read(move |c| invitations::list(c, None, now)).await?;
        let utc = Zone::named("UTC");
        Ok(Self {
            desk: DeskFace::of(&operator.0, visit),
            csrf: visit.csrf.clone(),
            rows: open
                .into_iter()
                .map(|open| InvitationRow::of(open, "/operator/invitations", &utc))
                .collect(),
            link: String::new(),
            email: String::new(),
            mail_leaves: app.mail.leaves(),
            notice: "",
            problems: Problems::default(),
        })
    }
}

/// An address as it was typed; empty: a link is wanted.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct InviteForm {
    email: String,
}

/// `POST /operator/invitations`
pub async fn create(
    app: web::Data<App>,
    operator: Operator,
    visit: Visit,
    form: Checked<InviteForm>,
) -> Result<HttpResponse, PageError> {
    let app = app.into_inner();
    let made = invite::invite(&app, &operator.0, None, &form.0.email).await;
    let mut notice = "";
    let (made, problems) = match made {
        Ok(Made::Mailed) => return Ok(respond::see_other("/operator/invitations?done=mailed")),
        Ok(Made::Link(link)) => (link, Problems::default()),
        Ok(Made::NotMailed(link)) => {
            notice = NOT_MAILED;
            (link, Problems::default())
        }
        Err(error) => (String::new(), invite_problems(error)?),
    };
    let mut view = OpenView::read(&app, &operator, &visit).await?;
    view.notice = notice;
    (view.link, view.problems, view.email) = (made, problems, form.0.email);
    respond::form_page(&view.problems, &view, &visit)
}

/// What of an invitation's error belongs to the form; the rest is a page of its own.
pub fn invite_problems(error: InviteError) -> Result<Problems, PageError> {
    match error {
        InviteError::Problems(problems) => Ok(problems),
        InviteError::TooOften(too_often) => Err(too_often.into()),
        InviteError::Gone | InviteError::AlreadyMember => Err(PageError::NotFound(Missing::Link)),
        InviteError::Database(error) => Err(error.into()),
    }
}

/// `POST /operator/invitations/{invitation}/revoke`
pub async fn revoke(
    app: web::Data<App>,
    operator: Operator,
    invitation: web::Path<i64>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    invite::revoke(&app, None, InvitationId(*invitation), operator.0.id).await?;
    Ok(respond::see_other("/operator/invitations?done=revoked"))
}
