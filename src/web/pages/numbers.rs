//! The desk's numbers: what everybody sees of all categories, and what became of all that came.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::stats::{
    Shown, activity_csv, categories_csv, outcomes_csv, private, refused_csv, ways_csv,
};
use crate::actions::numbers::{self, Activity, Desk};
use crate::app::App;
use crate::db::DbError;
use crate::db::outcomes::MOST;
use crate::db::prune::REFUSED_DAYS;
use crate::model::ping::{CameBy, Outcome, RefusalReason};
use crate::web::error::PageError;
use crate::web::extract::{HubScope, Visit};
use crate::web::respond;
use crate::web::view::plot::Rows;
use crate::web::view::{Zone, number, plural};

#[derive(Debug, Template)]
#[template(path = "pages/manage/numbers.html")]
struct NumbersView {
    desk: DeskFace,
    hub: HubDesk,
    /// `1,284 posts`.
    listed: String,
    /// `of 1,502 pings`.
    came: String,
    shown: Shown,
    is_empty: bool,
    outcomes: Rows,
    ways: Rows,
    /// Why, and how many.
    refused: Vec<(&'static str, String)>,
    refused_days: u32,
    refused_csv: String,
    /// `1,502 pings`.
    refused_by_rules: Option<String>,
    /// Where the rules are.
    rules: String,
    /// How many of the newest were counted, where there are more.
    cut: Option<String>,
}

impl NumbersView {
    fn of(
        scope: &HubScope,
        visit: &Visit,
        hub: HubDesk,
        activity: &Activity,
        numbers: &Desk,
    ) -> Self {
        let (zone, here) = (Zone::of(&scope.hub), format!("/manage/{}/numbers", scope.hub.slug));
        let outcomes: Vec<_> =
            numbers.outcomes.iter().map(|(this, series)| (outcome_words(*this), series)).collect();
        let ways: Vec<_> =
            numbers.ways.iter().map(|(this, series)| (way_words(*this), series)).collect();
        let (listed, came) = (activity.posts(), numbers.counted);
        Self {
            desk: DeskFace::of(&scope.account, visit),
            hub,
            listed: format!("{} {}", number(listed), plural(listed, "post", "posts")),
            came: if numbers.is_cut {
                format!("of more than {} pings", number(came))
            } else {
                format!("of {} {}", number(came), plural(came, "ping", "pings"))
            },
            shown: Shown::of(activity, &scope.hub, &here),
            is_empty: came == 0 && numbers.refused.is_empty() && numbers.refused_by_rules == 0,
            outcomes: Rows::of("outcome", &outcomes, &zone, format!("{here}/outcomes.csv")),
            ways: Rows::of("way", &ways, &zone, format!("{here}/ways.csv")),
            refused: numbers
                .refused
                .iter()
                .map(|(reason, count)| (refusal_words(*reason), number(*count)))
                .collect(),
            refused_days: REFUSED_DAYS,
            refused_csv: format!("{here}/refused.csv"),
            refused_by_rules: Some(numbers.refused_by_rules)
                .filter(|count| *count > 0)
                .map(|count| format!("{} {}", number(count), plural(count, "ping", "pings"))),
            rules: format!("/manage/{}/rules", scope.hub.slug),
            cut: numbers.is_cut.then(|| number(MOST)),
        }
    }
}

const fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Listed => "Listed",
        Outcome::Waiting => "Waiting",
        Outcome::NotHere => "Not here",
        Outcome::Spam => "Spam",
        Outcome::Removed => "Removed",
        Outcome::Hidden => "Listed, but its page cannot be read",
        Outcome::Unverified => "Not shown: no link was found on its page yet",
    }
}

const fn way_words(way: CameBy) -> &'static str {
    match way {
        CameBy::Trackback => "TrackBack",
        CameBy::Form => "The form",
        CameBy::Webmention => "Webmention",
        CameBy::Pingback => "Pingback",
        CameBy::Feed => "Feeds that are followed",
    }
}

const fn refusal_words(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::NoPassphrase => "No passphrase",
        RefusalReason::WrongPassphrase => "Another passphrase",
        RefusalReason::Closed => "Closed at the time",
        RefusalReason::Full => "Too many posts were waiting",
        RefusalReason::Unproved => "Webmention or Pingback without the passphrase",
    }
}

/// `GET /manage/{hub}/numbers`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (activity, numbers) = (read_activity(&app, &scope).await?, read_desk(&app, &scope).await?);
    let hub = HubDesk::read(&app, &scope, DeskTab::Numbers).await?;
    let view = NumbersView::of(&scope, &visit, hub, &activity, &numbers);
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// `GET /manage/{hub}/numbers/activity.csv`
pub async fn show_activity(
    app: web::Data<App>,
    scope: HubScope,
) -> Result<HttpResponse, PageError> {
    let activity = read_activity(&app, &scope).await?;
    let table = activity_csv(activity.whole.as_ref(), &Zone::of(&scope.hub));
    Ok(private(&scope.hub, "activity", table))
}

/// `GET /manage/{hub}/numbers/event.csv`
pub async fn show_event(app: web::Data<App>, scope: HubScope) -> Result<HttpResponse, PageError> {
    let activity = read_activity(&app, &scope).await?;
    let table = activity_csv(activity.event.as_ref(), &Zone::of(&scope.hub));
    Ok(private(&scope.hub, "event", table))
}

/// `GET /manage/{hub}/numbers/categories.csv`
pub async fn show_categories(
    app: web::Data<App>,
    scope: HubScope,
) -> Result<HttpResponse, PageError> {
    let activity = read_activity(&app, &scope).await?;
    Ok(private(&scope.hub, "categories", categories_csv(&activity.categories, true)))
}

/// `GET /manage/{hub}/numbers/outcomes.csv`
pub async fn show_outcomes(
    app: web::Data<App>,
    scope: HubScope,
) -> Result<HttpResponse, PageError> {
    let desk = read_desk(&app, &scope).await?;
    Ok(private(&scope.hub, "outcomes", outcomes_csv(&desk, &Zone::of(&scope.hub))))
}

/// `GET /manage/{hub}/numbers/ways.csv`
pub async fn show_ways(app: web::Data<App>, scope: HubScope) -> Result<HttpResponse, PageError> {
    let desk = read_desk(&app, &scope).await?;
    Ok(private(&scope.hub, "ways", ways_csv(&desk, &Zone::of(&scope.hub))))
}

/// `GET /manage/{hub}/numbers/refused.csv`
pub async fn show_refused(app: web::Data<App>, scope: HubScope) -> Result<HttpResponse, PageError> {
    let desk = read_desk(&app, &scope).await?;
    Ok(private(&scope.hub, "refused", refused_csv(&desk)))
}

async fn read_activity(app: &App, scope: &HubScope) -> Result<Activity, DbError> {
    let hub = scope.hub.clone();
    app.db.read_in_turn(move |c| numbers::for_members(c, &hub)).await
}

async fn read_desk(app: &App, scope: &HubScope) -> Result<Desk, DbError> {
    let hub = scope.hub.clone();
    // It reads many rows, and whoever looks again has them read again.
    app.db.read_in_turn(move |c| numbers::desk(c, &hub)).await
}
