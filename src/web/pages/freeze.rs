//! Freezing a hub: what it does, asked first; and taking it back.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::freeze::{self, FreezeError, Stops, read_stops};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::hubs::Hub;
use crate::db::prune::WAITING_DAYS;
use crate::model::freezing::{CLOSING_WORDS, UNFREEZE_DAYS, unfreezes_until};
use crate::model::problems::Problems;
use crate::web::error::PageError;
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

/// How a hub that is frozen stands, on its desk.
#[derive(Debug)]
pub struct FrozenPart {
    /// Since when.
    pub since: String,
    /// Until when it can be taken back; empty where that is over.
    pub until: String,
    /// What its organizers say about it.
    pub words: String,
    /// Posts that wait, unseen, in words; empty where there are none.
    pub waiting: String,
}

impl FrozenPart {
    /// Of a hub where so many posts wait; `None` where it is not frozen.
    pub fn of(hub: &Hub, waiting: i64, now: Timestamp) -> Option<Self> {
        let (at, zone) = (hub.frozen_at?, Zone::of(hub));
        let until = unfreezes_until(at);
        Some(Self {
            since: zone.moment_zoned(at),
            until: if now < until { zone.moment_zoned(until) } else { String::new() },
            words: hub.closing_words.clone(),
            waiting: posts(waiting),
        })
    }
}

/// `1 post`, `12 posts`; empty where there are none.
fn posts(count: i64) -> String {
    match count {
        0 => String::new(),
        count => format!("{} {}", number(count), plural(count, "post", "posts")),
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/freeze.html")]
struct FreezeView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    /// Where it is frozen already.
    frozen: Option<FrozenPart>,
    notice: &'static str,
    words: String,
    problems: Problems,
    waiting: String,
    waiting_is: &'static str,
    feeds: String,
    has_schedule: bool,
    waiting_days: u32,
    unfreeze_days: u32,
}

/// `GET /manage/{hub}/freeze`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = if query.done == "frozen" { "The hub is frozen." } else { "" };
    page(&app, &scope, &visit, CLOSING_WORDS.to_owned(), Problems::default(), notice).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    words: String,
    problems: Problems,
    notice: &'static str,
) -> Result<HttpResponse, PageError> {
    let Stops { waiting, feeds, scheduled } = read_stops(app, scope.hub.id).await?;
    let mut hub = HubDesk::read(app, scope, DeskTab::Settings).await?;
    let frozen = FrozenPart::of(&scope.hub, waiting, app.clock.now());
    if frozen.is_some() {
        // The page itself says it.
        hub.standing.clear();
    }
    let view = FreezeView {
        desk: DeskFace::of(&scope.account, visit),
        hub,
        csrf: visit.csrf.clone(),
        frozen,
        notice,
        words,
        problems,
        waiting: posts(waiting),
        waiting_is: plural(waiting, "waits", "wait"),
        feeds: match feeds {
            0 => String::new(),
            feeds => format!("{} {}", number(feeds), plural(feeds, "feed is", "feeds are")),
        },
        has_schedule: scheduled > 0,
        waiting_days: WAITING_DAYS,
        unfreeze_days: UNFREEZE_DAYS,
    };
    respond::form_page(&view.problems, &view, visit)
}

/// What is said about the end.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct FreezeForm {
    words: String,
}

/// `POST /manage/{hub}/freeze`
pub async fn freeze(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<FreezeForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let words = form.0.words;
    match freeze::freeze(&app, scope.hub.id, &words, Some(scope.account.id)).await {
        Ok(()) => Ok(respond::see_other(&format!("/manage/{}/freeze?done=frozen", scope.hub.slug))),
        Err(FreezeError::Database(error)) => Err(error.into()),
        Err(error @ FreezeError::TooLong) => {
            page(&app, &scope, &visit, words, Problems::one("words", error), "").await
        }
        // Twice pressed: the page shows how things stand.
        Err(FreezeError::Already | FreezeError::NotFrozen | FreezeError::TooLate) => {
            Ok(respond::see_other(&format!("/manage/{}/freeze", scope.hub.slug)))
        }
    }
}

/// `POST /manage/{hub}/unfreeze`
pub async fn unfreeze(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    match freeze::unfreeze(&app, &scope.hub, Some(scope.account.id)).await {
        Ok(()) => {
            Ok(respond::see_other(&format!("/manage/{}/settings?done=unfrozen", scope.hub.slug)))
        }
        Err(FreezeError::Database(error)) => Err(error.into()),
        Err(FreezeError::TooLate) => Err(PageError::BadRequest(
            "It was frozen more than 30 days ago: that is final. Whoever runs this site can still take it back.",
        )),
        Err(FreezeError::NotFrozen | FreezeError::Already | FreezeError::TooLong) => {
            Ok(respond::see_other(&format!("/manage/{}/settings", scope.hub.slug)))
        }
    }
}
