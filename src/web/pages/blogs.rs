//! Blogs, as a hub knows them: how they stand, and what came from them.

mod kept;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::queue::{find_ping, state_words};
use crate::actions::trust;
use crate::app::App;
use crate::db::pings::Ping;
use crate::db::trust::{self as rows, Filter, KnownBlog};
use crate::db::{DbError, categories};
use crate::model::blog::{Trust, barred_with};
use crate::model::id::{BlogId, CategoryId, PublicId};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, HubScope, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};
use kept::Kept;

/// Blogs or posts on one page.
const PAGE: i64 = 30;

#[derive(Debug)]
struct BlogRow {
    id: i64,
    name: String,
    key: String,
    /// What is barred with it, in words, where that is more than itself.
    bars: String,
    standing: &'static str,
    class: &'static str,
    since: String,
    posts: String,
    last: String,
    is_trusted: bool,
    is_barred: bool,
}

impl BlogRow {
    fn of(blog: KnownBlog, counts: &[rows::Posts], zone: &Zone) -> Self {
        let counted = counts.iter().find(|posts| posts.key == blog.key);
        let count = counted.map_or(0, |posts| posts.count);
        let last = counted.and_then(|posts| posts.last);
        let trust = blog.trust();
        Self {
            id: blog.id.0,
            bars: Some(barred_with(&blog.key)).filter(|all| *all != blog.key).unwrap_or_default(),
            standing: trust_words(trust),
            class: match trust {
                Trust::New => "",
                Trust::Trusted => "plus",
                Trust::Barred => "minus",
            },
            since: zone.moment(blog.since()),
            posts: format!(
                "{} {}, {} listed",
                number(count),
                plural(count, "post", "posts"),
                number(counted.map_or(0, |posts| posts.listed))
            ),
            last: last.map(|at| zone.moment(at)).unwrap_or_default(),
            is_trusted: trust == Trust::Trusted,
            is_barred: trust == Trust::Barred,
            name: blog.name,
            key: blog.key,
        }
    }
}

const fn trust_words(trust: Trust) -> &'static str {
    match trust {
        Trust::New => "new",
        Trust::Trusted => "trusted",
        Trust::Barred => "barred",
    }
}

#[derive(Debug)]
struct Choice {
    title: &'static str,
    path: String,
    is_current: bool,
}

/// What was just done to a blog, and how to take it back.
#[derive(Debug)]
struct Done {
    sentence: String,
    undo: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/blogs.html")]
struct BlogsView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    here: String,
    standing: &'static str,
    words: String,
    /// What is shown, for the forms: their answers lead back to it.
    kept: Vec<(&'static str, String)>,
    choices: Vec<Choice>,
    rows: Vec<BlogRow>,
    next: Option<String>,
    done: Option<Done>,
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    standing: String,
    q: String,
    after: Option<i64>,
    done: Option<i64>,
    was: String,
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// `GET /manage/{hub}/blogs`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, zone) = (scope.hub.id, Zone::of(&scope.hub));
    let trust = Trust::parse(&query.standing);
    let words = query.q.trim().chars().take(100).collect::<String>();
    let mut filter = Filter { trust, words: words.clone(), after: None };
    let (after, done) = (query.after.map(BlogId), query.done.map(BlogId));
    let (mut found, counts, done) = app
        .db
        .read(move |c| {
            if let Some(after) = after {
                filter.after = rows::find_blog(c, hub, after)?.map(|blog| (blog.name, blog.id));
            }
            let found = rows::list(c, hub, &filter, PAGE + 1)?;
            let keys: Vec<&str> = found.iter().map(|blog| blog.key.as_str()).collect();
            let counts = rows::count_posts(c, hub, &keys)?;
            let done = done.map(|blog| rows::find_blog(c, hub, blog)).transpose()?.flatten();
            Ok::<_, DbError>((found, counts, done))
        })
        .await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_more = found.len() > page;
    found.truncate(page);
    let here = format!("/manage/{}/blogs", scope.hub.slug);
    let standing = trust.map(trust_words).unwrap_or_default();
    let path = |standing: &str| format!("{here}?standing={standing}&q={}", encoded(&words));
    let choice = |title, this: Option<Trust>| Choice {
        title,
        path: path(this.map(Trust::as_str).unwrap_or_default()),
        is_current: trust == this,
    };
    let last = found.last().map(|blog| blog.id.0).filter(|_| has_more);
    let view = BlogsView {
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Blogs).await?,
        csrf: visit.csrf.clone(),
        choices: vec![
            choice("All", None),
            choice("New", Some(Trust::New)),
            choice("Trusted", Some(Trust::Trusted)),
            choice("Barred", Some(Trust::Barred)),
        ],
        next: last.map(|id| format!("{}&after={id}", path(standing))),
        rows: found.into_iter().map(|blog| BlogRow::of(blog, &counts, &zone)).collect(),
        done: done.map(|blog| Done::of(&blog, &here, &query.was)),
        kept: Kept::of(trust, &words, after).fields(),
        standing,
        words,
        here,
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

impl Done {
    fn of(blog: &KnownBlog, here: &str, was: &str) -> Self {
        let sentence = match blog.trust() {
            Trust::New => format!("{} is new again: its next post waits.", blog.key),
            Trust::Trusted => format!("{} is trusted.", blog.key),
            Trust::Barred => match barred_with(&blog.key) {
                only if only == blog.key => {
                    format!("{only} is barred: what it sends is set aside.")
                }
                all => format!("Barred: {all}, but for blogs you trust. What comes is set aside."),
            },
        };
        let verb = match Trust::parse(was) {
            Some(Trust::Trusted) => "trust",
            Some(Trust::Barred) => "bar",
            Some(Trust::New) | None => "forget",
        };
        Self { sentence, undo: format!("{here}/{}/{verb}", blog.id.0) }
    }
}

/// `POST /manage/{hub}/blogs/{blog}/{verb}`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64, String)>,
    form: Checked<Kept>,
) -> Result<HttpResponse, PageError> {
    let (_, blog, verb) = names.into_inner();
    let to = match verb.as_str() {
        "trust" => Trust::Trusted,
        "bar" => Trust::Barred,
        "forget" => Trust::New,
        _ => return Err(PageError::NotFound(Missing::Page)),
    };
    let before = trust::update(&app, scope.hub.id, BlogId(blog), to, scope.account.id).await?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(form.0.fields());
    query.append_pair("done", &blog.to_string()).append_pair("was", before.trust().as_str());
    let query = query.finish();
    Ok(respond::see_other(&format!("/manage/{}/blogs?{query}", scope.hub.slug)))
}

#[derive(Debug)]
struct PostRow {
    title: String,
    url: String,
    category: String,
    state: &'static str,
    is_listed: bool,
    is_purged: bool,
    remark: String,
    at: String,
}

impl PostRow {
    fn of(ping: Ping, categories: &[(CategoryId, String)], zone: &Zone) -> Self {
        let category = categories.iter().find(|(id, _)| *id == ping.category_id);
        Self {
            category: category.map(|(_, title)| title.clone()).unwrap_or_default(),
            state: state_words(ping.state),
            is_listed: ping.is_public(),
            is_purged: ping.purged_at.is_some(),
            at: zone.moment(ping.received_at),
            remark: if ping.is_public() { String::new() } else { ping.remark },
            title: ping.title,
            url: ping.url,
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/blog.html")]
struct PostsView {
    desk: DeskFace,
    hub: HubDesk,
    here: String,
    blog: BlogRow,
    csrf: String,
    kept: Vec<(&'static str, String)>,
    rows: Vec<PostRow>,
    next: Option<String>,
}

/// What may stand behind the `?` of a blog's posts.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct PostsQuery {
    before: String,
}

/// `GET /manage/{hub}/blogs/{blog}`
pub async fn show_posts(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64)>,
    query: web::Query<PostsQuery>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, blog, zone) = (scope.hub.id, BlogId(names.1), Zone::of(&scope.hub));
    let before = PublicId::parse(&query.before);
    let (blog, mut posts, counts, all) = app
        .db
        .read(move |c| {
            let blog = rows::find_blog(c, hub, blog)?.ok_or(DbError::NotFound)?;
            let before = find_ping(c, hub, before)?.map(|ping| (ping.received_at, ping.id));
            let posts = rows::list_posts(c, hub, &blog.key, before, PAGE + 1)?;
            let counts = rows::count_posts(c, hub, &[blog.key.as_str()])?;
            Ok::<_, DbError>((blog, posts, counts, categories::list(c, hub)?))
        })
        .await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_more = posts.len() > page;
    posts.truncate(page);
    let here = format!("/manage/{}/blogs", scope.hub.slug);
    let last = posts.last().map(|ping| ping.public_id).filter(|_| has_more);
    let all: Vec<_> = all.into_iter().map(|category| (category.id, category.title)).collect();
    let view = PostsView {
        desk: DeskFace::of(&scope.account, &visit),
        hub: HubDesk::read(&app, &scope, DeskTab::Blogs).await?,
        csrf: visit.csrf.clone(),
        kept: Vec::new(),
        next: last.map(|id| format!("{here}/{}?before={id}", blog.id.0)),
        blog: BlogRow::of(blog, &counts, &zone),
        rows: posts.into_iter().map(|ping| PostRow::of(ping, &all, &zone)).collect(),
        here,
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}
