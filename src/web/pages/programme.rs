//! The programme on the desk: a schedule is chosen, looked at, and imported.

mod plan;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::programme::{self, Choice, ProgrammeError};
use crate::app::App;
use crate::db::talks::list_gone;
use crate::db::{DbError, categories};
use crate::model::problems::Problems;
use crate::model::talk::Arrangement;
use crate::model::web_url::as_typed;
use crate::web::error::PageError;
use crate::web::extract::{Checked, HubScope, Uploaded, Visit, client};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};
use crate::wire::schedule::MAX_BYTES;
use plan::{PlanPart, plan_of};

/// The largest form: a schedule, and the rest.
const MAX_FORM: usize = MAX_BYTES + 64 * 1024;

/// A choice in the form.
#[derive(Debug)]
struct Offered {
    value: String,
    says: String,
    is_chosen: bool,
}

/// What was typed into the form.
#[derive(Debug, Default, Clone)]
struct Typed {
    address: String,
    arrangement: String,
    category: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/programme.html")]
struct ProgrammeView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    here: String,
    /// `200 talks`; empty where there are none.
    talks: String,
    /// Where they stand.
    programme: String,
    /// When they were imported last.
    imported: String,
    /// Those that the schedule has no more, and that posts are about: name, title.
    gone: Vec<(String, String)>,
    /// Where the schedule is read again; empty where it was a file.
    source: String,
    plan: Option<PlanPart>,
    /// Whether there is a schedule that cannot be imported.
    is_stuck: bool,
    arrangements: Vec<Offered>,
    categories: Vec<Offered>,
    typed: Typed,
    problems: Problems,
    notice: String,
    /// What a schedule's template shows for each talk.
    snippet: String,
    feed: String,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    done: String,
    removed: usize,
    new: usize,
    changed: usize,
    gone: usize,
    filed: usize,
}

impl Query {
    fn notice(&self) -> String {
        match self.done.as_str() {
            "imported" => {
                let changes = [(self.new, "new"), (self.changed, "changed"), (self.gone, "gone")];
                let changes = changes.map(|(n, what)| format!("{n} {what}")).join(", ");
                let filed = match self.filed {
                    0 => String::new(),
                    1 => " One post about them was found.".to_owned(),
                    n => format!(" {n} posts about them were found."),
                };
                format!("Imported: {changes}.{filed}")
            }
            "removed" => match self.removed {
                0 => "It was removed already.".to_owned(),
                1 => "One talk is removed. Its posts stay in their category.".to_owned(),
                n => format!("{n} talks are removed. Their posts stay in their categories."),
            },
            "discarded" => "Thrown away: the programme is as it was.".to_owned(),
            _ => String::new(),
        }
    }
}

/// `GET /manage/{hub}/programme`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: Option<web::Query<Query>>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = query.map(|query| query.notice()).unwrap_or_default();
    page(&app, &scope, &visit, None, Problems::default(), notice).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    typed: Option<Typed>,
    mut problems: Problems,
    notice: String,
) -> Result<HttpResponse, PageError> {
    let hub = scope.hub.id;
    let found = programme::find(app, &scope.hub).await?;
    let read =
        app.db.read(move |c| Ok::<_, DbError>((categories::list(c, hub)?, list_gone(c, hub)?)));
    let (all, gone) = read.await?;
    let known = found.as_ref().map(|found| &found.programme);
    let typed = typed.unwrap_or_else(|| Typed {
        address: known.map(|it| it.address.clone()).unwrap_or_default(),
        arrangement: known.map_or("tracks", |it| it.arrangement.as_str()).to_owned(),
        category: known.map(|it| it.category.clone()).unwrap_or_default(),
    });
    let imported = known.and_then(|it| it.imported_at).map(|at| Zone::of(&scope.hub).moment(at));
    let source = known.filter(|it| it.imported_at.is_some()).map(|it| it.address.clone());
    // Only what was just sent was refused: that a schedule cannot be imported is to be read here.
    let status =
        if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let is_read = known.is_some_and(|it| it.draft.is_some());
    let plan = plan_of(found, &mut problems);
    let (slug, count) = (&scope.hub.slug, scope.hub.talk_count);
    let addresses = app.addresses.under(scope.hub.root());
    let talk = |end: &str| addresses.path(&format!("{end}/-/talks/CODE"));
    let category = |it: &categories::Category| Offered {
        value: it.slug.clone(),
        says: it.title.clone(),
        is_chosen: it.slug == typed.category,
    };
    let view = ProgrammeView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Programme).await?,
        csrf: visit.csrf.clone(),
        here: format!("/manage/{slug}/programme"),
        talks: match count {
            0 => String::new(),
            n => format!("{} {}", number(n), plural(n, "talk", "talks")),
        },
        programme: format!("{}/-/talks", scope.hub.path()),
        gone: gone.into_iter().map(|talk| (talk.slug, talk.title)).collect(),
        imported: imported.unwrap_or_default(),
        source: source.unwrap_or_default(),
        is_stuck: is_read && plan.is_none(),
        plan,
        arrangements: arrangements(&typed),
        categories: all.iter().map(category).collect(),
        snippet: super::embed::frame_code(
            &talk(&format!("/embed/{slug}")),
            "Posts about this talk",
            super::embed::WIDTH,
            super::embed::HEIGHT,
        ),
        feed: format!("{}/rss", talk(&scope.hub.path())),
        typed,
        problems,
        notice,
    };
    respond::private_page(status, &view, None, visit)
}

fn arrangements(typed: &Typed) -> Vec<Offered> {
    let choice = |arrangement: &Arrangement| Offered {
        value: arrangement.as_str().to_owned(),
        says: match arrangement {
            Arrangement::Tracks => "Talks within categories: one category for each track",
            Arrangement::One => "Talks within one category",
            Arrangement::Categories => "Each session is a category, with a feed and a ping address",
        }
        .to_owned(),
        is_chosen: arrangement.as_str() == typed.arrangement,
    };
    Arrangement::ALL.iter().map(choice).collect()
}

/// `POST /manage/{hub}/programme`
pub async fn update(
    app: web::Data<App>,
    request: HttpRequest,
    scope: HubScope,
    visit: Visit,
    form: Uploaded<MAX_FORM>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let typed = Typed {
        address: form.text("address").trim().to_owned(),
        arrangement: form.text("arrangement"),
        category: form.text("category"),
    };
    match take(&app, &request, &scope, &typed, form.file("file")).await {
        Ok(()) => Ok(respond::see_other(&format!("/manage/{}/programme#kept", scope.hub.slug))),
        Err(error) => failed(&app, &scope, &visit, Some(typed), error).await,
    }
}

async fn take(
    app: &App,
    request: &HttpRequest,
    scope: &HubScope,
    typed: &Typed,
    file: Option<web::Bytes>,
) -> Result<(), ProgrammeError> {
    let wrong = |field, sentence: String| ProgrammeError::Problems(Problems::one(field, sentence));
    let arrangement = Arrangement::parse(&typed.arrangement);
    let arrangement =
        arrangement.ok_or_else(|| wrong("arrangement", "Choose where the talks go.".to_owned()))?;
    let (address, file) = match file {
        Some(file) => (String::new(), file.to_vec()),
        None if typed.address.is_empty() => {
            let sentence = "Choose a file, or type the address of the schedule.";
            return Err(wrong("file", sentence.to_owned()));
        }
        None => programme::fetch(app, &as_typed(&typed.address), client(app, request))
            .await
            .map_err(|problem| wrong("address", problem.to_string()))?,
    };
    let choice = Choice { address, arrangement, category: typed.category.clone() };
    programme::prepare(app, &scope.hub, choice, file).await
}

async fn failed(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    typed: Option<Typed>,
    error: ProgrammeError,
) -> Result<HttpResponse, PageError> {
    match error {
        ProgrammeError::Problems(problems) => {
            page(app, scope, visit, typed, problems, String::new()).await
        }
        ProgrammeError::Busy(_) => Err(PageError::Busy),
        ProgrammeError::Database(error) => Err(error.into()),
    }
}

/// `POST /manage/{hub}/programme/again`: the schedule at the address it had.
pub async fn again(
    app: web::Data<App>,
    request: HttpRequest,
    scope: HubScope,
    visit: Visit,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let hub = scope.hub.id;
    let known = app.db.read(move |c| crate::db::talks::find_programme(c, hub)).await?;
    let typed = known.map(|known| Typed {
        address: known.address,
        arrangement: known.arrangement.as_str().to_owned(),
        category: known.category,
    });
    let typed = typed.unwrap_or_default();
    match take(&app, &request, &scope, &typed, None).await {
        Ok(()) => Ok(respond::see_other(&format!("/manage/{}/programme#kept", scope.hub.slug))),
        Err(error) => failed(&app, &scope, &visit, Some(typed), error).await,
    }
}

/// What is typed where the schedule is imported.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct ImportForm {
    passphrase: String,
}

/// `POST /manage/{hub}/programme/import`
pub async fn import(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<ImportForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let by = Some(scope.account.id);
    match programme::apply(&app, &scope.hub, &form.0.passphrase, by).await {
        Ok(done) => Ok(respond::see_other(&format!(
            "/manage/{}/programme?done=imported&new={}&changed={}&gone={}&filed={}",
            scope.hub.slug, done.added, done.changed, done.gone, done.filed
        ))),
        Err(error) => failed(&app, &scope, &visit, None, error).await,
    }
}

/// `POST /manage/{hub}/programme/discard`
pub async fn discard(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    programme::discard(&app, scope.hub.id).await?;
    Ok(respond::see_other(&format!("/manage/{}/programme?done=discarded", scope.hub.slug)))
}

/// Which talk goes: one that its schedule has no more, by its name, or all.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct RemoveForm {
    talk: String,
}

/// `POST /manage/{hub}/programme/remove`
pub async fn remove(
    app: web::Data<App>,
    scope: HubScope,
    form: Checked<RemoveForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let gone = Some(form.0.talk).filter(|talk| !talk.is_empty());
    let removed = programme::remove(&app, scope.hub.id, gone, scope.account.id).await?;
    let path = format!("/manage/{}/programme?done=removed&removed={removed}", scope.hub.slug);
    Ok(respond::see_other(&path))
}
