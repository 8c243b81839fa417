//! Webmentions and Pingbacks: a page says that it links here.

use std::sync::Arc;

use url::Url;

use crate::actions::receive_ping::{self, Incoming, ReceiveError, Received};
use crate::app::{App, Gate};
use crate::db::slugs::Holder;
use crate::db::{DbConnection, DbError, categories, hubs, slugs};
use crate::limits::AddressBlock;
use crate::model::addresses::Addresses;
use crate::model::category::Readers;
use crate::model::ping::CameBy;
use crate::model::targets::{Place, Target};
use crate::secret::Secret;

/// What a sender claims.
#[derive(Debug)]
pub struct Claim {
    /// The page that links here.
    pub source: String,
    /// The page of ours it links to.
    pub target: String,
    /// The passphrase, where one came beside the target.
    pub key: Option<Secret<String>>,
    /// A page that vouches for the source.
    pub vouch: Option<String>,
    /// How it came.
    pub came_by: CameBy,
    /// Where it came from.
    pub sender: AddressBlock,
}

/// Why a claim is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The target is none of our pages, or none that there is.
    #[error("no such target")]
    NoTarget,
    /// The target is a hub's page, and the hub has several categories: these.
    #[error("which category?")]
    WhichCategory(Vec<String>),
    /// The hub has no category yet.
    #[error("the hub has no category")]
    NoCategory,
    /// It was not taken in.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
}

impl From<DbError> for ClaimError {
    fn from(error: DbError) -> Self {
        Self::Receive(ReceiveError::Database(error))
    }
}

/// What a target led to.
enum Found {
    Gate(Box<Gate>),
    Which(Vec<String>),
    NoCategory,
    Nothing,
}

/// Takes a claim in: it is stored, and its page is read later.
pub async fn receive(app: &App, claim: Claim) -> Result<Received, ClaimError> {
    let url = Url::parse(&claim.target).map_err(|_unreadable| ClaimError::NoTarget)?;
    let target =
        Target::parse(&app.inward(&url), app.addresses.base()).ok_or(ClaimError::NoTarget)?;
    let what = format!("{:?}", target.place);
    let (place, addresses) = (target.place, app.addresses.clone());
    let gate = match app.db.read(move |c| find(c, &place, &addresses)).await? {
        Found::Gate(gate) => Arc::new(*gate),
        Found::Which(pages) => return Err(ClaimError::WhichCategory(pages)),
        Found::NoCategory => return Err(ClaimError::NoCategory),
        Found::Nothing => {
            let typed = claim.key.as_ref().or(target.passphrase.as_ref());
            let typed = typed.map(|typed| typed.expose().as_str());
            return match receive_ping::resemble(app, &what, typed, claim.sender).await {
                Err(ReceiveError::Busy) => Err(ReceiveError::Busy.into()),
                Ok(()) | Err(_) => Err(ClaimError::NoTarget),
            };
        }
    };
    let passphrase_public = claim.key.is_none() && target.passphrase.is_some();
    let incoming = Incoming {
        passphrase: claim.key.or(target.passphrase),
        vouch: claim.vouch,
        passphrase_public,
        ..Incoming::of(Some(claim.source), claim.came_by, claim.sender)
    };
    let secret = gate.is_secret();
    receive_ping::receive(app, &gate, incoming).await.map_err(|error| {
        if secret && error.reveals_category() { ClaimError::NoTarget } else { error.into() }
    })
}

fn find(
    connection: &mut DbConnection,
    place: &Place,
    addresses: &Addresses,
) -> Result<Found, DbError> {
    let (hub, category) = match place {
        Place::Number(number) => match categories::find_by_number(connection, *number)? {
            Some((hub, category)) => (hub, Some(category)),
            None => return Ok(Found::Nothing),
        },
        Place::Hub(hub) | Place::Category(hub, _) => {
            let slug = hub.to_ascii_lowercase();
            match slugs::find_hub(connection, &slug)? {
                Some(Holder::Of(hub)) => (hub, None),
                Some(Holder::Gone) | None => return Ok(Found::Nothing),
            }
        }
    };
    let Some(hub) = hubs::find(connection, hub)? else { return Ok(Found::Nothing) };
    let category = match (place, category) {
        (_, Some(category)) => categories::find(connection, hub.id, category)?,
        (Place::Category(_, slug), None) => {
            match slugs::find_category(connection, hub.id, &slug.to_ascii_lowercase())? {
                Some(Holder::Of(id)) => categories::find(connection, hub.id, id)?,
                Some(Holder::Gone) | None => None,
            }
        }
        (Place::Hub(_) | Place::Number(_), None) => {
            let mut all = categories::list(connection, hub.id)?;
            if hub.readers != Readers::Password {
                // What is locked is not named by the hub's page, and cannot be meant by it.
                all.retain(|category| category.readers != Readers::Password);
            }
            let page = |slug: &str| addresses.path(&hub.category_path(slug));
            let public = all.iter().filter(|c| c.readers == Readers::Public);
            let pages: Vec<String> = public.map(|c| page(&c.slug)).collect();
            match categories::default_of(all) {
                Some(category) => Some(category),
                None if hub.readers == Readers::Password => None,
                None if pages.is_empty() => return Ok(Found::NoCategory),
                None => return Ok(Found::Which(pages)),
            }
        }
    };
    Ok(category.map_or(Found::Nothing, |category| Found::Gate(Box::new(Gate { hub, category }))))
}
