//! A hub's categories: opening, changing, ordering, deleting them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::hub_settings::ConfirmForm;
use super::manage::{DeskFace, DeskTab, HubDesk};
use crate::actions::categories::{self, CategoryDraft, CategoryError, Direction, Saved};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::categories::{self as rows, Category};
use crate::db::hubs::Hub;
use crate::db::slugs::{self, Holder};
use crate::model::category::{ListingPolicy, PingPolicy, Readers};
use crate::model::problems::Problems;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

/// A category in the desk's list.
#[derive(Debug)]
struct CategoryRow {
    title: String,
    path: String,
    desk_path: String,
    ping: String,
    wants_passphrase: bool,
    /// Nobody who knows the address alone may ping it: it is behind a reading password, and open to
    /// whoever knows that.
    wants_key: bool,
    who: &'static str,
    when: &'static str,
    /// Its hours, and who may read it, where that is not whoever may read the hub.
    more: Vec<String>,
    posts: String,
    posts_word: &'static str,
    is_first: bool,
    is_last: bool,
}

const fn who(policy: PingPolicy) -> &'static str {
    match policy {
        PingPolicy::Open => "open to everybody",
        PingPolicy::Passphrase => "with a passphrase",
        PingPolicy::Closed => "closed",
    }
}

const fn when(policy: ListingPolicy) -> &'static str {
    match policy {
        ListingPolicy::AtOnce => "listed at once",
        ListingPolicy::NewBlogWaits => "new blogs wait",
        ListingPolicy::AllWait => "every post waits",
    }
}

fn more(category: &Category, zone: &Zone, now: Timestamp) -> Vec<String> {
    let opens = category.opens_at.filter(|at| *at > now);
    let mut more: Vec<String> =
        opens.map(|at| format!("opens {}", zone.moment(at))).into_iter().collect();
    more.extend(category.closes_at.map(|at| {
        let word = if at > now { "closes" } else { "closed since" };
        format!("{word} {}", zone.moment(at))
    }));
    more.extend(match category.readers {
        Readers::Public => None,
        Readers::Unlisted => Some("unlisted".to_owned()),
        Readers::Password => Some("behind a reading password".to_owned()),
    });
    more
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/categories.html")]
struct CategoriesView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    rows: Vec<CategoryRow>,
    notice: &'static str,
}

/// `GET /manage/{hub}/categories`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let hub = scope.hub.id;
    let all = app.db.read(move |c| rows::list(c, hub)).await?;
    let addresses = app.addresses.under(scope.hub.root());
    let (count, zone, now) = (all.len(), Zone::of(&scope.hub), app.clock.now());
    let rows = all.iter().enumerate().map(|(at, category)| CategoryRow {
        title: category.title.clone(),
        path: format!("/{}/{}", scope.hub.slug, category.slug),
        desk_path: format!("/manage/{}/categories/{}", scope.hub.slug, category.slug),
        ping: addresses.ping(category.number),
        wants_passphrase: category.ping_policy == PingPolicy::Passphrase,
        wants_key: category.ping_policy == PingPolicy::Open
            && [scope.hub.readers, category.readers].contains(&Readers::Password),
        who: who(category.ping_policy),
        when: when(category.listing_policy),
        more: more(category, &zone, now),
        posts: number(category.listed_count),
        posts_word: plural(category.listed_count, "post", "posts"),
        is_first: at == 0,
        is_last: at + 1 == count,
    });
    let notice = match query.done.as_str() {
        "opened" => "Your hub is open. Now open its first category: that is what bloggers ping.",
        "begun" => {
            "It is begun again: its categories are here, with new ping addresses. Nothing is listed, and nobody was told. Its links still lead where those of the last hub do: see Look and Settings. Where new hubs are approved first, the series shows it from then on."
        }
        "saved" => "Saved.",
        "deleted" => "The category is deleted.",
        _ => "",
    };
    let view = CategoriesView {
        desk: DeskFace::of(&scope.account, &visit),
        rows: rows.collect(),
        hub: HubDesk::read(&app, &scope, DeskTab::Categories).await?,
        csrf: visit.csrf.clone(),
        notice,
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/category.html")]
struct CategoryView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    action: String,
    base: String,
    draft: CategoryDraft,
    problems: Problems,
    /// The category that is changed; none where one is opened.
    is_new: bool,
    has_passphrase: bool,
    /// Until when the passphrase before works, in words; empty if it does not.
    old_until: String,
    time_zone: String,
    title: String,
    slug: String,
    posts: i64,
}

async fn form_page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    category: Option<&Category>,
    draft: CategoryDraft,
    problems: Problems,
) -> Result<HttpResponse, PageError> {
    let desk_path = format!("/manage/{}", scope.hub.slug);
    let view = CategoryView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Categories).await?,
        csrf: visit.csrf.clone(),
        action: match category {
            Some(category) => format!("{desk_path}/categories/{}", category.slug),
            None => format!("{desk_path}/categories"),
        },
        base: base_of(app, &scope.hub),
        draft,
        problems,
        is_new: category.is_none(),
        has_passphrase: category.is_some_and(|category| category.passphrase_hash.is_some()),
        old_until: category
            .and_then(|category| category.old_passphrase_until)
            .filter(|until| *until > app.clock.now())
            .map(|until| Zone::of(&scope.hub).moment_zoned(until))
            .unwrap_or_default(),
        time_zone: scope.hub.time_zone.clone(),
        title: category.map(|category| category.title.clone()).unwrap_or_default(),
        slug: category.map(|category| category.slug.clone()).unwrap_or_default(),
        posts: category.map_or(0, |category| category.listed_count),
    };
    respond::form_page(&view.problems, &view, visit)
}

/// `GET /manage/{hub}/new-category`
pub async fn new(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    form_page(&app, &scope, &visit, None, CategoryDraft::new(), Problems::default()).await
}

/// `POST /manage/{hub}/categories`
pub async fn create(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<CategoryDraft>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let draft = form.0;
    match categories::open(&app, &scope.hub, &draft, Some(scope.account.id)).await {
        Ok(saved) => saved_page(&app, &scope, &visit, saved, true).await,
        Err(error) => form_page(&app, &scope, &visit, None, draft, problems(error)?).await,
    }
}

fn problems(error: CategoryError) -> Result<Problems, PageError> {
    match error {
        CategoryError::Problems(problems) => Ok(problems),
        CategoryError::Busy(busy) => Err(busy.into()),
        CategoryError::Database(error) => Err(error.into()),
    }
}

/// A category of the hub, by its name today or a former one.
pub(super) async fn find(app: &App, scope: &HubScope, slug: &str) -> Result<Category, PageError> {
    let (hub, slug) = (scope.hub.id, slug.to_owned());
    let found = app
        .db
        .read(move |c| match slugs::find_category(c, hub, &slug)? {
            Some(Holder::Of(id)) => rows::find(c, hub, id),
            Some(Holder::Gone) | None => Ok(None),
        })
        .await?;
    found.ok_or(PageError::NotFound(Missing::Category))
}

/// `GET /manage/{hub}/categories/{category}`
pub async fn edit(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let category = find(&app, &scope, &names.1).await?;
    let draft = CategoryDraft::of(&category, &scope.hub.time_zone);
    form_page(&app, &scope, &visit, Some(&category), draft, Problems::default()).await
}

/// `POST /manage/{hub}/categories/{category}`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    visit: Visit,
    form: Checked<CategoryDraft>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let draft = form.0;
    let category = find(&app, &scope, &names.1).await?;
    match categories::edit(&app, &scope.hub, &category, &draft, scope.account.id).await {
        Ok(saved) if saved.passphrase.is_some() => {
            saved_page(&app, &scope, &visit, saved, false).await
        }
        Ok(_) => {
            Ok(respond::see_other(&format!("/manage/{}/categories?done=saved", scope.hub.slug)))
        }
        Err(error) => {
            form_page(&app, &scope, &visit, Some(&category), draft, problems(error)?).await
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/category_saved.html")]
struct SavedView {
    desk: DeskFace,
    hub: HubDesk,
    title: String,
    path: String,
    page: String,
    ping: String,
    passphrase: String,
    is_new: bool,
    /// Until when the passphrase before this one works; empty: no longer.
    old_until: String,
    is_closed: bool,
    /// When it opens, where that is to come.
    opens: String,
    /// Where it is said who may read it.
    readers_path: String,
}

/// The finished ping address, with the passphrase: shown once, since only its hash is kept.
async fn saved_page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    saved: Saved,
    is_new: bool,
) -> Result<HttpResponse, PageError> {
    let (hub, id) = (scope.hub.id, saved.id);
    let category = app.db.read(move |c| rows::find(c, hub, id)).await?;
    let category = category.ok_or(PageError::NotFound(Missing::Category))?;
    let passphrase = saved.passphrase.map(|p| p.secret().expose().clone()).unwrap_or_default();
    let ping = app.addresses.under(scope.hub.root()).ping(category.number);
    let view = SavedView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Categories).await?,
        path: format!("/{}/{}", scope.hub.slug, category.slug),
        page: app.addresses.path(&scope.hub.category_path(&category.slug)),
        ping: if passphrase.is_empty() { ping } else { format!("{ping}/{passphrase}") },
        is_new,
        old_until: category
            .old_passphrase_until
            .filter(|until| *until > app.clock.now())
            .map(|until| Zone::of(&scope.hub).moment_zoned(until))
            .unwrap_or_default(),
        is_closed: category.ping_policy == PingPolicy::Closed,
        opens: category
            .opens_at
            .filter(|at| *at > app.clock.now())
            .map(|at| Zone::of(&scope.hub).moment_zoned(at))
            .unwrap_or_default(),
        readers_path: format!("/manage/{}/readers#of-{}", scope.hub.slug, category.slug),
        title: category.title,
        passphrase,
    };
    respond::private_page(StatusCode::OK, &view, None, visit)
}

/// Where to.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct MoveForm {
    direction: String,
}

/// `POST /manage/{hub}/categories/{category}/move`
pub async fn update_order(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    form: Checked<MoveForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let category = find(&app, &scope, &names.1).await?;
    let direction = if form.0.direction == "up" { Direction::Up } else { Direction::Down };
    categories::move_one(&app, scope.hub.id, category.id, direction).await?;
    Ok(respond::see_other(&format!("/manage/{}/categories", scope.hub.slug)))
}

/// `POST /manage/{hub}/categories/{category}/delete`
pub async fn delete(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    visit: Visit,
    form: Checked<ConfirmForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let category = find(&app, &scope, &names.1).await?;
    match categories::delete(&app, scope.hub.id, &category, &form.0.confirm, Some(scope.account.id))
        .await
    {
        Ok(()) => {
            Ok(respond::see_other(&format!("/manage/{}/categories?done=deleted", scope.hub.slug)))
        }
        Err(error) => {
            let draft = CategoryDraft::of(&category, &scope.hub.time_zone);
            form_page(&app, &scope, &visit, Some(&category), draft, problems(error)?).await
        }
    }
}

/// What stands before a category's name in its address.
fn base_of(app: &App, hub: &Hub) -> String {
    let page = app.addresses.path(&hub.path());
    format!("{}/", page.split_once("://").map_or(page.as_str(), |(_, page)| page))
}
