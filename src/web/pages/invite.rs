//! Invitations: what whoever has the link sees.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::sign_in::Nothing;
use super::sign_up::{begin, problems};
use crate::actions::accounts::{self, AccountDraft, Invited};
use crate::actions::invite::{self, InviteError, Offer};
use crate::app::App;
use crate::db::hubs::Hub;
use crate::model::account::Role;
use crate::model::problems::Problems;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, SignedIn, Visit, client, find_session};
use crate::web::respond;
use crate::web::view::Zone;

/// `an organizer`, `a moderator`: in a sentence.
pub const fn a_role(role: Role) -> &'static str {
    match role {
        Role::Owner => "the owner",
        Role::Organizer => "an organizer",
        Role::Moderator => "a moderator",
    }
}

/// What a role lets somebody do.
pub const fn may_do(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything.",
        Role::Organizer => "Change the hub, its categories and its members, and decide on posts.",
        Role::Moderator => "Look at the posts that wait, and decide.",
    }
}

/// Where somebody goes who has just become a member of a hub: its desk, which says so.
pub fn welcome(hub: Option<&Hub>) -> String {
    hub.map_or_else(|| "/manage".to_owned(), |hub| format!("/manage/{}?joined=yes", hub.slug))
}

#[derive(Debug, Template)]
#[template(path = "pages/account/invitation.html")]
struct OfferView {
    csrf: String,
    here: String,
    by: String,
    hub: String,
    a_role: &'static str,
    may_do: &'static str,
    until: String,
    /// Whoever is signed in; empty: nobody.
    name: String,
    is_member: bool,
    /// Whether the address is known to be theirs.
    is_mailed: bool,
    /// Whether an address is confirmed by mail before there is an account.
    is_confirmed_first: bool,
    is_sent: bool,
    draft: AccountDraft,
    problems: Problems,
}

impl OfferView {
    fn of(app: &App, offer: &Offer, token: &str, visit: &Visit) -> Self {
        let role = offer.invitation.role;
        let zone = offer.hub.as_ref().map_or_else(|| Zone::named("UTC"), Zone::of);
        let is_mailed = offer.invitation.email.is_some();
        Self {
            csrf: visit.csrf.clone(),
            here: format!("/invite/{token}"),
            by: offer.by.clone(),
            hub: offer.hub.as_ref().map(|hub| hub.title.clone()).unwrap_or_default(),
            a_role: role.map_or("", a_role),
            may_do: role.map_or("", may_do),
            until: zone.moment_zoned(offer.invitation.expires_at),
            name: String::new(),
            is_member: false,
            is_mailed,
            is_confirmed_first: !is_mailed && app.mail.leaves(),
            is_sent: false,
            draft: AccountDraft {
                email: offer.invitation.email.clone().unwrap_or_default(),
                ..AccountDraft::default()
            },
            problems: Problems::default(),
        }
    }
}

async fn find(app: &App, token: &str) -> Result<Offer, PageError> {
    let offer = invite::find(app, token).await?.ok_or(PageError::NotFound(Missing::Link))?;
    match &offer.hub {
        Some(hub) if hub.suspended_at.is_some() => Err(PageError::Suspended),
        Some(_) | None => Ok(offer),
    }
}

/// `GET /invite/{token}`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let offer = find(&app, &token).await?;
    let mut view = OfferView::of(&app, &offer, &token, &visit);
    if let Some(session) = find_session(&request).await? {
        view.name = session.account.name;
        view.is_member = match offer.invitation.hub_id {
            Some(hub) => {
                let id = session.account.id;
                let found = app.db.read(move |c| crate::db::members::find_role(c, hub, id)).await?;
                found.is_some()
            }
            None => true,
        };
    }
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `POST /invite/{token}`
pub async fn accept(
    app: web::Data<App>,
    signed_in: SignedIn,
    token: web::Path<String>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    let offer = find(&app, &token).await?;
    match invite::accept(&app, &offer.invitation, signed_in.0.account.id).await {
        // It is as the page says: the page says it again.
        Err(InviteError::AlreadyMember) => Ok(respond::see_other(&format!("/invite/{token}"))),
        Err(InviteError::Gone) => Err(PageError::NotFound(Missing::Link)),
        Err(InviteError::TooOften(too_often)) => Err(too_often.into()),
        Err(InviteError::Database(error)) => Err(error.into()),
        Ok(()) | Err(InviteError::Problems(_)) => {
            Ok(respond::see_other(&welcome(offer.hub.as_ref())))
        }
    }
}

/// `POST /invite/{token}/signup`
pub async fn create_account(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    visit: Visit,
    form: Checked<AccountDraft>,
) -> Result<HttpResponse, PageError> {
    let offer = find(&app, &token).await?;
    let mut view = OfferView::of(&app, &offer, &token, &visit);
    view.draft.name.clone_from(&form.0.name);
    if !view.is_mailed {
        view.draft.email.clone_from(&form.0.email);
    }
    let from = client(&app, &request);
    let failed = if view.is_confirmed_first {
        let invited = Invited { id: offer.invitation.id, path: view.here.clone() };
        match accounts::start_invited_sign_up(&app.into_inner(), invited, &form.0.email, from) {
            Ok(()) => {
                view.is_sent = true;
                return respond::private_page(StatusCode::OK, &view, None, &visit);
            }
            Err(error) => error,
        }
    } else {
        match accounts::finish_invited(&app, &offer.invitation, form.0, from).await {
            Ok(account) => {
                let (email, hub) = (&view.draft.email, offer.hub.as_ref());
                return begin(&app, &request, account, email, hub).await;
            }
            Err(error) => error,
        }
    };
    view.problems = problems(failed)?;
    respond::private_page(StatusCode::UNPROCESSABLE_ENTITY, &view, None, &visit)
}
