//! The programme: all talks, by day and time.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Facts, posts, talk_path};
use crate::app::App;
use crate::db::DbConnection;
use crate::db::talks::{self, Talk};
use crate::pages_cache::Rendered;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::pages::card::Card;
use crate::web::pages::face::{Adding, HubFace, Tab};
use crate::web::pages::reading::{self, At, Names};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

/// A talk in the programme.
#[derive(Debug)]
struct Row {
    facts: Facts,
    title: String,
    path: String,
    /// `3 posts`; empty where there is none.
    posts: String,
}

/// The talks of one day.
#[derive(Debug)]
struct ProgrammeDay {
    /// `Tuesday 11 March 2003`; what has no time yet is of no day.
    heading: String,
    /// `Tuesday 11 March`: the way to it.
    short: String,
    /// What it is called within the page: `2003-03-11`.
    id: String,
    rows: Vec<Row>,
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/programme.html")]
struct ProgrammeView {
    hub: HubFace,
    add: String,
    canonical: String,
    card: Card,
    days: Vec<ProgrammeDay>,
    /// The way to each day, where there are several.
    tabs: Vec<Tab>,
    /// `200 talks`.
    talks: String,
    /// About how many of them there are posts.
    written_about: usize,
}

impl ProgrammeView {
    fn description(&self) -> String {
        match (self.days.is_empty(), self.written_about) {
            (true, _) => "The talks, with what was written about each.".to_owned(),
            (false, 0) => {
                format!("{}: what is written about each will stand beside it.", self.talks)
            }
            (false, count) => format!("{}, {count} of them with posts.", self.talks),
        }
    }

    fn is_hidden(&self) -> bool {
        self.hub.is_hidden || self.written_about == 0
    }
}

/// The days of a programme, which is in the order of its times.
fn days_of(hub: &str, zone: &Zone, found: &[Talk]) -> Vec<ProgrammeDay> {
    let mut days: Vec<ProgrammeDay> = Vec::new();
    for talk in found {
        let (heading, short, id) = match talk.starts_at {
            Some(at) => (zone.day(at), zone.written(at, "%A %-d %B"), zone.civil(at).to_string()),
            None => ("Without a time yet".to_owned(), "Later".to_owned(), "later".to_owned()),
        };
        let row = Row {
            facts: Facts::of(talk, zone),
            title: talk.title.clone(),
            path: talk_path(hub, &talk.slug),
            posts: posts(talk.listed_count),
        };
        match days.last_mut() {
            Some(day) if day.id == id => day.rows.push(row),
            _ => days.push(ProgrammeDay { heading, short, id, rows: vec![row] }),
        }
    }
    days
}

/// `GET /{hub}/-/talks`
pub async fn show_all(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let key = request.path().to_owned();
    if let Some(answer) = respond::kept(&app, &request, &key) {
        return Ok(answer);
    }
    let reader = app.clone();
    let read = move |connection: &mut DbConnection, at: At| render_all(&reader, connection, &at);
    let names = Names::hub(&slug).with("/-/talks");
    reading::answer(&app, &request, &names, key, &visit, read).await
}

fn render_all(app: &App, connection: &mut DbConnection, at: &At) -> Result<Rendered, PageError> {
    let (hub, zone) = (&at.hub, Zone::of(&at.hub));
    let adding = Adding::read(connection, hub, app.clock.now())?;
    let found = talks::list_public(connection, hub.id)?;
    let days = days_of(&hub.path(), &zone, &found);
    let tab = |day: &ProgrammeDay| Tab {
        title: day.short.clone(),
        path: format!("#day-{}", day.id),
        count: day.rows.len().to_string(),
        is_current: false,
        is_of_view: false,
    };
    // As the desk counts: one that is gone stands here for its posts.
    let in_it = found.iter().filter(|talk| talk.gone_at.is_none()).count();
    let count = i64::try_from(in_it).unwrap_or(i64::MAX);
    let view = ProgrammeView {
        add: adding.path.clone(),
        canonical: app.addresses.path(&format!("{}/-/talks", hub.path())),
        card: Card::of(&app.addresses, hub),
        tabs: if days.len() > 1 { days.iter().map(tab).collect() } else { Vec::new() },
        talks: format!("{} {}", number(count), plural(count, "talk", "talks")),
        written_about: found.iter().filter(|talk| talk.listed_count > 0).count(),
        days,
        hub: HubFace::of(hub).taking_posts(adding.takes_posts),
    };
    let changed_at = adding.changed_since(hub.public_changed_at);
    let page = respond::public_page(app, &view, Some(&view.hub.accent), Some(changed_at))?;
    let page = adding.keep(page);
    Ok(if at.lock.is_some() { page.for_few() } else { page })
}
