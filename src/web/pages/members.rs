//! A hub's members: who they are, inviting others, roles, leaving, handing the hub over.

mod rows;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::invitations::{InvitationRow, NOT_MAILED, invite_problems};
use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::invite::{self, Made};
use crate::actions::manage_members::{self, MemberError};
use crate::app::App;
use crate::db::{DbError, invitations, members};
use crate::model::account::Role;
use crate::model::id::{AccountId, InvitationId};
use crate::model::problems::Problems;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;
use crate::web::view::Zone;
use rows::{Choice, Row, choices};

#[derive(Debug, Template)]
#[template(path = "pages/manage/members.html")]
struct MembersView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    slug: String,
    rows: Vec<Row>,
    open: Vec<InvitationRow>,
    invitations_path: String,
    choices: Vec<Choice>,
    /// The link of the invitation that was just made: shown once.
    link: String,
    email: String,
    mail_leaves: bool,
    is_owner: bool,
    is_last_owner: bool,
    notice: &'static str,
    problems: Problems,
}

/// What a page of members shows besides them.
#[derive(Debug, Default)]
struct Shown {
    link: String,
    form: InviteForm,
    notice: &'static str,
    problems: Problems,
}

/// `GET /manage/{hub}/members`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let notice = match query.done.as_str() {
        "mailed" => "The invitation is on its way.",
        "revoked" => "The invitation is taken back: its link does not work any more.",
        "role" => "The role is changed.",
        "removed" => "They are no member any more, and whom they invited is not invited any more.",
        "handed-over" => "The hub is handed over. You are an organizer of it.",
        _ => "",
    };
    page(&app, &scope, &visit, Shown { notice, ..Shown::default() }).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    shown: Shown,
) -> Result<HttpResponse, PageError> {
    let (hub, now) = (scope.hub.id, app.clock.now());
    let (all, open) = app
        .db
        .read(move |c| {
            Ok::<_, DbError>((members::list(c, hub)?, invitations::list(c, Some(hub), now)?))
        })
        .await?;
    let (zone, may_change) = (Zone::of(&scope.hub), scope.may_change().is_ok());
    let owners = all.iter().filter(|member| member.role == Role::Owner).count();
    let is_owner = scope.role == Role::Owner;
    let invitations_path = format!("/manage/{}/invitations", scope.hub.slug);
    let view = MembersView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Members).await?,
        csrf: visit.csrf.clone(),
        slug: scope.hub.slug.clone(),
        rows: all.into_iter().map(|member| Row::of(member, scope, &zone)).collect(),
        open: if may_change { open } else { Vec::new() }
            .into_iter()
            .map(|open| InvitationRow::of(open, &invitations_path, &zone))
            .collect(),
        invitations_path,
        choices: choices(&shown.form.role),
        link: shown.link,
        email: shown.form.email,
        mail_leaves: app.mail.leaves(),
        is_owner,
        is_last_owner: is_owner && owners == 1,
        notice: shown.notice,
        problems: shown.problems,
    };
    respond::form_page(&view.problems, &view, visit)
}

/// An invitation as it was typed; without an address a link is wanted.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct InviteForm {
    email: String,
    role: String,
}

/// A role that can be given: owners are made by handing over.
fn given_role(typed: &str) -> Option<Role> {
    Role::parse(typed).filter(|role| *role != Role::Owner)
}

/// `POST /manage/{hub}/invitations`
pub async fn invite(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<InviteForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let (app, form) = (app.into_inner(), form.0);
    let Some(role) = given_role(&form.role) else {
        let problems = Problems::one("role", "Choose what they may do.");
        return page(&app, &scope, &visit, Shown { form, problems, ..Shown::default() }).await;
    };
    let shown =
        match invite::invite(&app, &scope.account, Some((&scope.hub, role)), &form.email).await {
            Ok(Made::Mailed) => return Ok(done(&scope, "mailed")),
            Ok(Made::Link(link)) => Shown { link, ..Shown::default() },
            Ok(Made::NotMailed(link)) => Shown { link, notice: NOT_MAILED, ..Shown::default() },
            Err(error) => Shown { problems: invite_problems(error)?, form, ..Shown::default() },
        };
    page(&app, &scope, &visit, shown).await
}

fn done(scope: &HubScope, what: &str) -> HttpResponse {
    respond::see_other(&format!("/manage/{}/members?done={what}", scope.hub.slug))
}

/// What of a member's error belongs to the form; the rest is a page of its own.
fn member_problems(error: MemberError) -> Result<Problems, PageError> {
    match error {
        MemberError::Problems(problems) => Ok(problems),
        MemberError::LastOwner => {
            Ok(Problems::one("leave", "A hub has an owner: hand it over before you leave."))
        }
        MemberError::Database(error) => Err(error.into()),
    }
}

/// `POST /manage/{hub}/invitations/{invitation}/revoke`
pub async fn revoke(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    invite::revoke(&app, Some(scope.hub.id), InvitationId(names.1), scope.account.id).await?;
    Ok(done(&scope, "revoked"))
}

/// A role as it was chosen.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

/// `POST /manage/{hub}/members/{account}/role`
pub async fn update_role(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64)>,
    form: Checked<RoleForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let role = given_role(&form.0.role).ok_or(PageError::NotFound(Missing::Page))?;
    let (by, member) = (scope.account.id, AccountId(names.1));
    manage_members::change_role(&app, scope.hub.id, by, member, role).await.map_err(page_error)?;
    Ok(done(&scope, "role"))
}

/// `POST /manage/{hub}/members/{account}/remove`
pub async fn delete(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let (by, member) = (scope.account.id, AccountId(names.1));
    manage_members::remove(&app, scope.hub.id, by, member).await.map_err(page_error)?;
    Ok(done(&scope, "removed"))
}

/// Where a form has nothing to be typed, nothing typed can be wrong.
fn page_error(error: MemberError) -> PageError {
    match error {
        MemberError::Problems(_) | MemberError::LastOwner => PageError::NotFound(Missing::Page),
        MemberError::Database(error) => error.into(),
    }
}

/// `POST /manage/{hub}/leave`
pub async fn leave(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    match manage_members::leave(&app, scope.hub.id, scope.account.id).await {
        Ok(()) => Ok(respond::see_other("/manage?done=left")),
        Err(error) => {
            let problems = member_problems(error)?;
            page(&app, &scope, &visit, Shown { problems, ..Shown::default() }).await
        }
    }
}

/// Who is to be the owner, and the hub's name typed in to confirm.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct HandOverForm {
    member: String,
    confirm: String,
}

/// `POST /manage/{hub}/hand-over`
pub async fn hand_over(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<HandOverForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_delete()?;
    let problems = match form.0.member.parse() {
        Err(_) => Problems::one("member", "Choose who is to be the owner."),
        Ok(member) => {
            let (owner, to) = (scope.account.id, AccountId(member));
            match manage_members::hand_over(&app, &scope.hub, owner, to, &form.0.confirm).await {
                Ok(()) => return Ok(done(&scope, "handed-over")),
                Err(error) => member_problems(error)?,
            }
        }
    };
    page(&app, &scope, &visit, Shown { problems, ..Shown::default() }).await
}
