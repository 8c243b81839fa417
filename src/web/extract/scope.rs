//! What a signed-in person may do: in a hub, or as operator.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, web};

use super::session::signed_in;
use crate::actions::resolve::{Found, find_hub};
use crate::app::App;
use crate::db::accounts::Account;
use crate::db::hubs::Hub;
use crate::db::{DbError, members};
use crate::model::account::Role;
use crate::web::error::{Missing, PageError};

/// What is done on the desk of a hub that is frozen: removing posts, looking after people, what
/// leaves it as it is (taking it home, its name, its series), and its end.
const DONE_WHEN_FROZEN: [&str; 29] = [
    "/pings/{ping}/verdict",
    "/pings/{ping}/undo",
    "/reports/{report}/dismiss",
    "/members/{account}/role",
    "/members/{account}/remove",
    "/invitations",
    "/invitations/{invitation}/revoke",
    "/hand-over",
    "/leave",
    "/notifications",
    "/notifications/resume",
    "/readers/{name}",
    "/readers/{name}/feed",
    "/keys/{key}/revoke",
    "/feeds/{feed}/remove",
    "/categories/{category}/forwarding/{address}/remove",
    "/take-home",
    "/next",
    "/series",
    "/series/join",
    "/series/leave",
    "/name",
    "/name/check",
    "/name/use",
    "/name/stop",
    "/name/forget",
    "/freeze",
    "/unfreeze",
    "/delete",
];

/// A member of the hub named in the path, and the hub. Everybody else gets a 404: whether there is
/// such a hub is not theirs to know. Of a hub that is frozen, whatever would change it is refused
/// ([`PageError::Frozen`]).
#[derive(Debug, Clone)]
pub struct HubScope {
    /// The member.
    pub account: Account,
    /// What they may do.
    pub role: Role,
    /// The hub.
    pub hub: Hub,
}

impl HubScope {
    /// Owners and organizers may change the hub; moderators look at its queue.
    pub fn may_change(&self) -> Result<(), PageError> {
        match self.role {
            Role::Owner | Role::Organizer => Ok(()),
            Role::Moderator => Err(PageError::NotFound(Missing::ForOrganizers)),
        }
    }

    /// Only owners may delete the hub.
    pub fn may_delete(&self) -> Result<(), PageError> {
        match self.role {
            Role::Owner => Ok(()),
            Role::Organizer | Role::Moderator => Err(PageError::NotFound(Missing::Page)),
        }
    }
}

impl FromRequest for HubScope {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let account = signed_in(&request).await?.0.account;
            let app = request.app_data::<web::Data<App>>().ok_or(PageError::Busy)?;
            let slug = request.match_info().query("hub").to_owned();
            let id = account.id;
            let found = app
                .db
                .read(move |connection| {
                    let (Found::Here(hub) | Found::Moved(hub)) = find_hub(connection, &slug)?
                    else {
                        return Ok(None);
                    };
                    let role = members::find_role(connection, hub.id, id)?;
                    Ok::<_, DbError>(role.map(|role| (role, hub)))
                })
                .await?;
            let (role, hub) = found.ok_or(PageError::NotFound(Missing::Hub))?;
            if hub.frozen_at.is_some() && changes_hub(&request) {
                return Err(PageError::Frozen);
            }
            Ok(Self { account, role, hub })
        })
    }
}

/// Whether a request would change the hub it names.
fn changes_hub(request: &HttpRequest) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let pattern = request.match_pattern();
    let what = pattern.as_deref().and_then(|pattern| pattern.strip_prefix("/manage/{hub}"));
    !reads && !what.is_some_and(|what| DONE_WHEN_FROZEN.contains(&what))
}

/// An operator of the instance. Everybody else gets a 404.
#[derive(Debug, Clone)]
pub struct Operator(pub Account);

impl FromRequest for Operator {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let account = signed_in(&request).await?.0.account;
            if account.is_operator {
                Ok(Self(account))
            } else {
                Err(PageError::NotFound(Missing::Page))
            }
        })
    }
}
