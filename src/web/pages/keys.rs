//! Personal ping addresses: a hub's ping keys, and the sheet they are printed on.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::keys::{self, KeysDraft, KeysError, Made};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::categories::{self, Category};
use crate::db::keys::{self as rows, Key};
use crate::model::category::{PingPolicy, Readers};
use crate::model::id::{CategoryId, KeyId};
use crate::model::problems::Problems;
use crate::secret::random_token;
use crate::web::error::PageError;
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{QrCode, Zone, number, plural};

/// A key in the list.
#[derive(Debug)]
struct KeyRow {
    name: String,
    /// Where it is revoked.
    revoke: String,
    /// What is revoked there, in words.
    what: String,
    ending: String,
    /// Where it opens what, and how.
    opens: String,
    uses: String,
    uses_word: &'static str,
    last_used: String,
    /// Why it does not work any more, or until when it does.
    standing: String,
    is_good: bool,
}

/// A choice of category.
#[derive(Debug)]
struct Choice {
    slug: String,
    title: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/keys.html")]
struct KeysView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    notice: &'static str,
    rows: Vec<KeyRow>,
    choices: Vec<Choice>,
    draft: KeysDraft,
    /// Tells this form from all others, so that it makes addresses once.
    form: String,
    problems: Problems,
}

/// A card of the sheet: to be cut out.
#[derive(Debug)]
struct Card {
    name: String,
    category: String,
    ping: String,
    qr: QrCode,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/key_sheet.html")]
struct SheetView {
    desk: DeskFace,
    hub: HubDesk,
    keys: String,
    keys_word: &'static str,
    cards: Vec<Card>,
    until: String,
    /// What has no card, and why; empty where all categories have one.
    left_out: String,
}

/// `GET /manage/{hub}/keys`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = match query.done.as_str() {
        "revoked" => "The ping address does not work any more. Its posts stay where they are.",
        "again" => {
            "That form was sent before, and has made its ping addresses: no others were made. They are not shown again. If their sheet is lost, revoke them and make new ones."
        }
        _ => "",
    };
    page(&app, &scope, &visit, notice, KeysDraft::default(), Problems::default()).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    notice: &'static str,
    draft: KeysDraft,
    problems: Problems,
) -> Result<HttpResponse, PageError> {
    let hub = scope.hub.id;
    let (all, keys) = app
        .db
        .read(move |c| {
            Ok::<_, crate::db::DbError>((categories::list(c, hub)?, rows::list(c, hub)?))
        })
        .await?;
    let (zone, now) = (Zone::of(&scope.hub), app.clock.now());
    let view = KeysView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Keys).await?,
        csrf: visit.csrf.clone(),
        notice,
        rows: keys.iter().map(|key| row(key, &scope.hub.slug, &all, &zone, now)).collect(),
        choices: all
            .into_iter()
            .map(|category| Choice { slug: category.slug, title: category.title })
            .collect(),
        draft,
        form: random_token().expose().clone(),
        problems,
    };
    respond::form_page(&view.problems, &view, visit)
}

fn title_of(all: &[Category], category: Option<CategoryId>) -> String {
    let category = category.and_then(|id| all.iter().find(|category| category.id == id));
    category.map_or_else(|| "all categories".to_owned(), |category| category.title.clone())
}

fn row(key: &Key, hub: &str, all: &[Category], zone: &Zone, now: Timestamp) -> KeyRow {
    let how = if key.lists_at_once { "listed at once" } else { "as the category says" };
    let standing = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked on {}", zone.moment(at)),
        (None, Some(at)) if at <= now => format!("ran out on {}", zone.moment(at)),
        (None, Some(at)) => format!("until {}", zone.moment(at)),
        (None, None) => String::new(),
    };
    KeyRow {
        revoke: format!("/manage/{hub}/keys/{}/revoke", key.id.0),
        what: format!("the ping address of {}", key.name),
        name: key.name.clone(),
        ending: key.ending.clone(),
        opens: format!(
            "{} · {how} · at most {} an hour",
            title_of(all, key.category_id),
            number(key.hourly)
        ),
        uses: number(key.use_count),
        uses_word: plural(key.use_count, "post", "posts"),
        last_used: key.last_used_at.map(|at| zone.moment(at)).unwrap_or_default(),
        standing,
        is_good: key.is_good(now),
    }
}

/// `POST /manage/{hub}/keys`: the answer is the sheet, since keys are shown once.
pub async fn create(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<KeysDraft>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let draft = form.0;
    match keys::make(&app, &scope.hub, &draft, scope.account.id).await {
        Ok(made) => sheet(&app, &scope, &visit, &draft, &made).await,
        Err(KeysError::Problems(problems)) => page(&app, &scope, &visit, "", draft, problems).await,
        Err(KeysError::Again) => Ok(done(&scope, "again")),
        Err(KeysError::Database(error)) => Err(error.into()),
    }
}

/// One card for each key and category it opens: an address is a category's.
async fn sheet(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    draft: &KeysDraft,
    made: &[Made],
) -> Result<HttpResponse, PageError> {
    let hub = scope.hub.id;
    let all = app.db.read(move |c| categories::list(c, hub)).await?;
    let addresses = app.addresses.under(scope.hub.root());
    let texts: Vec<(String, String, String)> = made
        .iter()
        .flat_map(|made| {
            keys::printed(&all, &draft.category).map(|category| {
                let key = made.key.secret().expose();
                let ping = format!("{}/{key}", addresses.ping(category.number));
                (made.name.clone(), category.title.clone(), ping)
            })
        })
        .collect();
    let draw = |(name, category, ping): (String, String, String)| {
        let qr = QrCode::of(&ping);
        Card { name, category, qr, ping }
    };
    // The keys are made, and not shown again: the sheet comes, and nobody waits behind it.
    let cards = web::block(move || texts.into_iter().map(draw).collect::<Vec<Card>>()).await;
    let cards = cards.map_err(|_cancelled| PageError::Busy)?;
    let until = crate::model::time::moment(&draft.expires_at, &scope.hub.time_zone);
    let count = i64::try_from(made.len()).unwrap_or(i64::MAX);
    let view = SheetView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Keys).await?,
        keys: number(count),
        keys_word: plural(count, "ping address", "ping addresses"),
        cards,
        left_out: left_out(&all, &draft.category),
        until: until
            .ok()
            .flatten()
            .map(|until| Zone::of(&scope.hub).moment_zoned(until))
            .unwrap_or_default(),
    };
    respond::private_page(StatusCode::OK, &view, None, visit)
}

/// What a sheet for the whole hub has no card for, in words: it names no category that not
/// everybody may know of, since it may be left lying about.
fn left_out(all: &[Category], chosen: &str) -> String {
    if !chosen.is_empty() {
        return String::new();
    }
    let (public, apart): (Vec<&Category>, Vec<&Category>) =
        all.iter().partition(|category| category.readers == Readers::Public);
    let closed = public.iter().filter(|category| category.ping_policy == PingPolicy::Closed);
    let mut left: Vec<String> =
        closed.map(|category| format!("{} (closed)", category.title)).collect();
    let count = i64::try_from(apart.len()).unwrap_or(i64::MAX);
    if count > 0 {
        let words = plural(count, "category that not everybody", "categories that not everybody");
        left.push(format!("{} {words} may know of", number(count)));
    }
    left.join(", ")
}

/// `POST /manage/{hub}/keys/{key}/revoke`
pub async fn delete(
    app: web::Data<App>,
    scope: HubScope,
    path: web::Path<(String, i64)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    keys::revoke(&app, scope.hub.id, KeyId(path.1), scope.account.id).await?;
    Ok(done(&scope, "revoked"))
}

fn done(scope: &HubScope, what: &str) -> HttpResponse {
    respond::see_other(&format!("/manage/{}/keys?done={what}", scope.hub.slug))
}
