//! Feeds that a hub follows.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::follow::{self, FollowError, Follower};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::DbError;
use crate::db::categories::{self, Category};
use crate::db::feeds::{self, FollowedFeed};
use crate::db::jobs::{self, JobKey};
use crate::model::id::FeedId;
use crate::model::job::{FollowedBy, JobKind};
use crate::model::problems::Problems;
use crate::model::web_url::{ONLY_WEB, WebUrlError, as_typed};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

/// A feed in the list.
#[derive(Debug)]
struct FeedRow {
    id: i64,
    title: String,
    url: String,
    what: String,
    category: String,
    category_path: String,
    by_blogger: bool,
    taken: String,
    taken_word: &'static str,
    read: String,
    next: String,
    problem: String,
}

/// A category to choose.
#[derive(Debug)]
struct Choice {
    slug: String,
    title: String,
    is_chosen: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/feeds.html")]
struct FeedsView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    here: String,
    rows: Vec<FeedRow>,
    choices: Vec<Choice>,
    form: FeedForm,
    problems: Problems,
    notice: &'static str,
}

/// A feed to be followed, as it was typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct FeedForm {
    url: String,
    category: String,
    tag: String,
}

/// `GET /manage/{hub}/feeds`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = match query.done.as_str() {
        "followed" => "The feed is followed: it is read in a moment.",
        "removed" => "The feed is not followed any more. What it brought stays.",
        _ => "",
    };
    page(&app, &scope, &visit, FeedForm::default(), Problems::default(), notice).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    form: FeedForm,
    problems: Problems,
    notice: &'static str,
) -> Result<HttpResponse, PageError> {
    let hub = scope.hub.id;
    let (all, followed) = app
        .db
        .read(move |c| {
            let mut followed = Vec::new();
            for feed in feeds::list(c, hub)? {
                let key = JobKey { hub, kind: JobKind::ReadFeed, subject: feed.id.0 };
                let next = jobs::find_run_at(c, key)?;
                followed.push((feed, next));
            }
            Ok::<_, DbError>((categories::list(c, hub)?, followed))
        })
        .await?;
    let zone = Zone::of(&scope.hub);
    let choices = all.iter().map(|category| Choice {
        slug: category.slug.clone(),
        title: category.title.clone(),
        is_chosen: category.slug == form.category,
    });
    let view = FeedsView {
        desk: DeskFace::of(&scope.account, visit),
        csrf: visit.csrf.clone(),
        here: format!("/manage/{}/feeds", scope.hub.slug),
        choices: choices.collect(),
        rows: followed
            .into_iter()
            .map(|(feed, next)| FeedRow::of(feed, next, &scope.hub.slug, &all, &zone))
            .collect(),
        hub: HubDesk::read(app, scope, DeskTab::Feeds).await?,
        form,
        problems,
        notice,
    };
    respond::form_page(&view.problems, &view, visit)
}

impl FeedRow {
    fn of(
        feed: FollowedFeed,
        next: Option<Timestamp>,
        hub: &str,
        categories: &[Category],
        zone: &Zone,
    ) -> Self {
        let category = categories.iter().find(|category| category.id == feed.category_id);
        let slug = category.map(|category| category.slug.as_str()).unwrap_or_default();
        Self {
            id: feed.id.0,
            title: if feed.title.is_empty() { feed.url.clone() } else { feed.title },
            what: if feed.tag.is_empty() {
                "posts that link to the category".to_owned()
            } else {
                format!("posts tagged “{}”", feed.tag)
            },
            category: category.map(|category| category.title.clone()).unwrap_or_default(),
            category_path: format!("/{hub}/{slug}"),
            by_blogger: feed.followed_by == FollowedBy::Blogger,
            taken: number(feed.taken_count),
            taken_word: plural(feed.taken_count, "post", "posts"),
            read: feed.read_at.map(|at| zone.moment(at)).unwrap_or_default(),
            next: next.map(|at| zone.moment(at)).unwrap_or_default(),
            problem: feed.problem.unwrap_or_default(),
            url: feed.url,
        }
    }
}

/// `POST /manage/{hub}/feeds`
pub async fn create(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<FeedForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let (form, hub) = (form.0, scope.hub.id);
    let all = app.db.read(move |c| categories::list(c, hub)).await?;
    let chosen = match all.as_slice() {
        [only] => Some(only),
        several => several.iter().find(|category| category.slug == form.category),
    };
    let Some(category) = chosen else {
        let problems = Problems::one("category", "Choose the category its posts go to.");
        return page(&app, &scope, &visit, form, problems, "").await;
    };
    let by = Follower::Organizer(scope.account.id);
    let url = as_typed(&form.url);
    let problem = match follow::follow(&app, hub, category.id, &url, &form.tag, by).await {
        Ok(_) => {
            let done = format!("/manage/{}/feeds?done=followed", scope.hub.slug);
            return Ok(respond::see_other(&done));
        }
        Err(FollowError::Database(error)) => return Err(error.into()),
        Err(FollowError::Url(WebUrlError::NotHttp)) => ONLY_WEB.to_owned(),
        Err(error) => error.to_string(),
    };
    page(&app, &scope, &visit, form, Problems::one("url", problem), "").await
}

/// `POST /manage/{hub}/feeds/{feed}/remove`
pub async fn delete(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let (hub, feed) = (scope.hub.id, FeedId(names.1));
    let found = app.db.read(move |c| feeds::find(c, hub, feed)).await?;
    if found.is_none() {
        return Err(PageError::NotFound(Missing::Page));
    }
    follow::unfollow(&app, hub, feed, scope.account.id).await?;
    Ok(respond::see_other(&format!("/manage/{}/feeds?done=removed", scope.hub.slug)))
}
