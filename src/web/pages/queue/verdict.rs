//! Verdicts on one post or on many, and taking them back.

use actix_web::{HttpResponse, web};

use super::find_ping;
use super::stand::Stand;
use crate::actions::moderate::bulk::{self, BulkUndone};
use crate::actions::moderate::{self, Decided, Seen, Undone};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::bulk::Which;
use crate::db::{self, DbError, categories, pings, queue};
use crate::model::id::{BulkId, HubId, PingId, PublicId};
use crate::model::ping::{PingState, Verdict};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, HubScope};
use crate::web::respond;

const TOO_LATE: &str = "A verdict can be taken back for 24 hours, and this one is older. \
     Put another verdict on the post under Decided.";

/// The post of a hub that an address names.
pub async fn find(app: &App, scope: &HubScope, id: &str) -> Result<PingId, PageError> {
    let (hub, id) = (scope.hub.id, PublicId::parse(id));
    let found = app.db.read(move |c| find_ping(c, hub, id)).await?;
    Ok(found.ok_or(PageError::NotFound(Missing::Post))?.id)
}

/// A verdict, and where to go back to.
#[derive(Debug, Default, serde::Deserialize)]
pub struct VerdictForm {
    #[serde(default)]
    verdict: String,
    /// The state the ping was in when the page was loaded.
    #[serde(default)]
    seen: String,
    #[serde(flatten)]
    stand: Stand,
}

fn parse(verdict: &str) -> Result<Verdict, PageError> {
    Verdict::parse(verdict).ok_or(PageError::BadRequest("Choose List, Not here, Spam or Remove."))
}

/// `POST /manage/{hub}/pings/{id}/verdict`
pub async fn decide(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    form: Checked<VerdictForm>,
) -> Result<HttpResponse, PageError> {
    let verdict = parse(&form.0.verdict)?;
    let ping = find(&app, &scope, &names.1).await?;
    let (hub, seen) = (scope.hub.id, Seen::parse(&form.0.seen));
    let next = next(&app, hub, &form.0.stand, Some(ping)).await?;
    let (name, ping) =
        match moderate::decide(&app, hub, ping, seen, verdict, scope.account.id).await? {
            Decided::Done(ping, _) => ("done", ping),
            Decided::Stale(ping) => ("stale", ping),
            Decided::Frozen => return Err(PageError::Frozen),
        };
    let id = ping.public_id.to_string();
    let did = form.0.stand.path_at(&scope.hub.slug, (name, &id), next.as_deref());
    Ok(respond::see_other(&did))
}

/// The post after this one in the queue as it is shown: whoever works through it goes on there.
async fn next(
    app: &App,
    hub: HubId,
    stand: &Stand,
    ping: Option<PingId>,
) -> Result<Option<String>, DbError> {
    let Some(ping) = ping.filter(|_| stand.is_queue()) else { return Ok(None) };
    let stand = stand.clone();
    app.db
        .read(move |c| {
            let Some(ping) = pings::find(c, hub, ping)? else { return Ok(None) };
            let filter = stand.filter(&categories::list(c, hub)?);
            let after = Some((ping.received_at, ping.id));
            let next = queue::list_waiting(c, hub, filter, after, 1)?;
            Ok(next.first().map(|ping| ping.public_id.to_string()))
        })
        .await
}

/// Which verdict is taken back, and where to go back to.
#[derive(Debug, Default, serde::Deserialize)]
pub struct UndoForm {
    #[serde(default)]
    event: String,
    #[serde(flatten)]
    stand: Stand,
}

/// `POST /manage/{hub}/pings/{id}/undo`
pub async fn undo(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    form: Checked<UndoForm>,
) -> Result<HttpResponse, PageError> {
    let ping = find(&app, &scope, &names.1).await?;
    let UndoForm { event, stand } = form.0;
    let event = event.parse().ok();
    match moderate::undo(&app, scope.hub.id, ping, event, scope.account.id).await {
        Ok(Undone::TooLate) => Err(PageError::BadRequest(TOO_LATE)),
        Ok(Undone::Frozen) => Err(PageError::Frozen),
        Ok(Undone::Overtaken) => {
            let did = [("stale", names.1.as_str())];
            Ok(respond::see_other(&stand.path(&scope.hub.slug, &did)))
        }
        // Twice undone, or nothing to undo: the page shows how things stand.
        Ok(Undone::Done | Undone::Nothing) | Err(DbError::NotFound) => {
            let back = names.1.as_str();
            let at = stand.is_queue().then_some(back);
            Ok(respond::see_other(&stand.path_at(&scope.hub.slug, ("back", back), at)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A verdict on many posts, as a browser sends it: `ping` stands there once for each.
#[derive(Debug)]
struct BulkForm {
    verdict: Verdict,
    of: String,
    /// When the page was made that says how many there are, in microseconds.
    until: Option<Timestamp>,
    pings: Vec<PublicId>,
    stand: Stand,
}

impl BulkForm {
    fn of(fields: Vec<(String, String)>) -> Result<Self, PageError> {
        let (mut verdict, mut of) = (String::new(), String::new());
        let (mut pings, mut stand, mut until) = (Vec::new(), Stand::default(), None);
        for (name, value) in fields {
            match name.as_str() {
                "verdict" => verdict = value,
                "of" => of = value,
                "until" => until = value.parse().ok().map(Timestamp::from_micros),
                "ping" => pings.extend(PublicId::parse(&value)),
                "category" => stand.category = value,
                "reason" => stand.reason = value,
                "place" => stand.place = value,
                _ => {}
            }
        }
        Ok(Self { verdict: parse(&verdict)?, of, until, pings, stand })
    }

    /// Which posts are meant; none where nothing was ticked.
    async fn which(&self, app: &App, scope: &HubScope) -> Result<Option<Which>, PageError> {
        let Some(first) = self.pings.first() else { return Ok(None) };
        let until = self.until.unwrap_or(app.clock.now());
        Ok(Some(match self.of.as_str() {
            "blog" => Which::BlogOf(find(app, scope, &first.to_string()).await?, until),
            "sender" => Which::SenderOf(find(app, scope, &first.to_string()).await?, until),
            _ => Which::Chosen(self.pings.clone()),
        }))
    }

    /// The last of the posts that were ticked, in the order of the queue: its page lists them so.
    async fn last(&self, app: &App, hub: HubId) -> Result<Option<PingId>, DbError> {
        let last = self.pings.last().copied();
        let found = app.db.read(move |c| find_ping(c, hub, last)).await?;
        Ok(found.map(|ping| ping.id))
    }
}

/// `POST /manage/{hub}/bulk`
pub async fn decide_many(
    app: web::Data<App>,
    scope: HubScope,
    form: Checked<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let form = BulkForm::of(form.0)?;
    let Some(which) = form.which(&app, &scope).await? else {
        let did = [("unticked", "yes")];
        return Ok(respond::see_other(&form.stand.path(&scope.hub.slug, &did)));
    };
    let hub = scope.hub.id;
    let last = form.last(&app, hub).await?;
    let done = bulk::decide(&app, hub, which, form.verdict, scope.account.id).await?;
    let Some(done) = done else {
        // Where nothing of it waits any more, the queue shows how things stand.
        return Ok(respond::see_other(&form.stand.path(&scope.hub.slug, &[])));
    };
    // Asked for only now: what was decided along with the last one does not come next.
    let next = next(&app, hub, &form.stand, last).await?;
    let id = done.id.0.to_string();
    let did = form.stand.path_at(&scope.hub.slug, ("bulk", &id), next.as_deref());
    Ok(respond::see_other(&did))
}

/// `POST /manage/{hub}/bulk/{bulk}/undo`
pub async fn undo_many(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64)>,
    form: Checked<Stand>,
) -> Result<HttpResponse, PageError> {
    let (hub, id) = (scope.hub.id, BulkId(names.1));
    let undone = match bulk::undo(&app, hub, id, scope.account.id).await {
        Ok(BulkUndone::Done(count)) => count.to_string(),
        Ok(BulkUndone::Nothing) => {
            return Ok(respond::see_other(&form.0.path(&scope.hub.slug, &[])));
        }
        Ok(BulkUndone::TooLate) => return Err(PageError::BadRequest(TOO_LATE)),
        Err(DbError::NotFound) => return Err(PageError::NotFound(Missing::Page)),
        Err(error) => return Err(error.into()),
    };
    let back = first_back(&app, hub, id).await?;
    let did = form.0.path_at(&scope.hub.slug, ("undone", &undone), back.as_deref());
    Ok(respond::see_other(&did))
}

/// The first post of a verdict on many, where it waits again.
async fn first_back(app: &App, hub: HubId, id: BulkId) -> Result<Option<String>, DbError> {
    app.db
        .read(move |c| {
            let decided = db::bulk::list_pings(c, hub, id)?;
            let first = decided.iter().min_by_key(|(_, event)| *event);
            let Some((first, _)) = first else { return Ok(None) };
            let ping = pings::find(c, hub, *first)?;
            let ping = ping.filter(|ping| ping.state == PingState::Pending);
            Ok(ping.map(|ping| ping.public_id.to_string()))
        })
        .await
}

/// What to do with a page that says something else now.
#[derive(Debug, Default, serde::Deserialize)]
pub struct RevisionForm {
    #[serde(default)]
    choice: String,
    /// Which texts were shown.
    #[serde(default)]
    seen: String,
    #[serde(flatten)]
    stand: Stand,
}

/// `POST /manage/{hub}/pings/{id}/revision`
pub async fn decide_revision(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    form: Checked<RevisionForm>,
) -> Result<HttpResponse, PageError> {
    let accept = match form.0.choice.as_str() {
        "accept" => true,
        "keep" => false,
        _ => return Err(PageError::BadRequest("Choose what is to be shown.")),
    };
    let ping = find(&app, &scope, &names.1).await?;
    let RevisionForm { seen, stand, .. } = form.0;
    let by = scope.account.id;
    if !moderate::decide_revision(&app, scope.hub.id, ping, accept, seen, by).await? {
        return Err(PageError::BadRequest(
            "The page has changed once more since you looked, or somebody has decided. Load the queue again.",
        ));
    }
    Ok(respond::see_other(&stand.path(&scope.hub.slug, &[])))
}
