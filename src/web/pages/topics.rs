//! Topics over hubs: the list of them, and the posts of one, newest first.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::card::Card;
use super::feed_links::{FeedLink, feed_links, feed_path};
use super::list::{Day, Within, after, days};
use crate::actions::read_topics::{MOST_TOPICS, TopicPage, topic_page, topic_place, topics_page};
use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::db::topics::Topic;
use crate::limits::{AddressBlock, Limit};
use crate::model::slug::Slug;
use crate::model::view::{After, View};
use crate::pages_cache::{Rendered, Subject};
use crate::web::error::{Missing, PageError};
use crate::web::extract::client;
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

/// The page of a topic.
pub fn path_of(topic: &str) -> String {
    format!("/topics/{topic}")
}

/// What a topic is called: as its address says. Its categories may have any titles.
pub fn name_of(topic: &str) -> String {
    topic.replace('-', " ")
}

/// What a topic is, in a sentence.
pub fn description_of(page: &TopicPage, topic: &Slug) -> String {
    let count = i64::try_from(page.gates.len()).unwrap_or(i64::MAX);
    let more = if page.has_more { "more than " } else { "" };
    let (topic, hubs) = (topic.as_str(), plural(count, "hub", "hubs"));
    format!("Posts from everyone’s blogs, in the category “{topic}” of {more}{count} {hubs}.")
}

/// A topic in the list of them.
#[derive(Debug)]
struct TopicRow {
    name: String,
    path: String,
    hubs: String,
    hubs_word: &'static str,
    posts: String,
    posts_word: &'static str,
}

impl TopicRow {
    fn of(topic: &Topic) -> Self {
        Self {
            name: name_of(&topic.slug),
            path: path_of(&topic.slug),
            hubs: number(topic.hubs),
            hubs_word: plural(topic.hubs, "hub", "hubs"),
            posts: number(topic.posts),
            posts_word: plural(topic.posts, "post", "posts"),
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/topics.html")]
struct TopicsView {
    canonical: String,
    topics: Vec<TopicRow>,
    /// Whether there are more than these.
    is_cut: bool,
    /// Whether none of them has a post.
    is_hidden: bool,
}

/// `GET /topics`
pub async fn show_all(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let render = |app: &App, connection: &mut DbConnection| {
        let topics = topics_page(connection)?;
        let view = TopicsView {
            canonical: app.addresses.path("/topics"),
            is_cut: topics.len() >= MOST_TOPICS,
            is_hidden: topics.iter().all(|topic| topic.posts == 0),
            topics: topics.iter().map(TopicRow::of).collect(),
        };
        respond::public_page(app, &view, None, None)
    };
    answer(&app, &request, "/topics".to_owned(), render).await
}

/// A hub that takes part in a topic.
#[derive(Debug)]
struct HubRow {
    title: String,
    language: String,
    /// Its category of that name.
    path: String,
    /// Where to add a post to it; empty where it takes none now.
    add: String,
}

impl HubRow {
    fn of(gate: &Gate, now: Timestamp) -> Self {
        let path = gate.hub.category_path(&gate.category.slug);
        Self {
            title: gate.hub.title.clone(),
            language: gate.hub.language.clone(),
            add: if gate.closed(now).is_none() { format!("{path}/add") } else { String::new() },
            path,
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/topic.html")]
struct TopicView {
    name: String,
    slug: String,
    path: String,
    canonical: String,
    card: Card,
    description: String,
    feeds: Vec<FeedLink>,
    /// The RSS, as a feed reader takes its address.
    feed_address: String,
    days: Vec<Day>,
    hubs: Vec<HubRow>,
    has_more_hubs: bool,
    /// Whether this is the page of the newest posts.
    is_first: bool,
    /// Where older posts are.
    older: Option<String>,
}

impl TopicView {
    fn of(app: &App, topic: &Slug, page: &TopicPage, is_first: bool) -> Self {
        let (path, now) = (path_of(topic.as_str()), app.clock.now());
        Self {
            name: name_of(topic.as_str()),
            slug: topic.as_str().to_owned(),
            canonical: app.addresses.path(&path),
            card: Card::ours(&app.addresses),
            description: description_of(page, topic),
            feeds: feed_links(&path, &View::default(), None),
            feed_address: app.addresses.path(&feed_path(&path, None)),
            days: days_of(page),
            hubs: page.gates.iter().map(|gate| HubRow::of(gate, now)).collect(),
            has_more_hubs: page.has_more,
            is_first,
            older: page.older.map(|after| format!("{path}?before={after}")),
            path,
        }
    }

    fn is_hidden(&self) -> bool {
        !self.is_first || self.days.is_empty()
    }
}

/// The posts under their days. Hubs have their own time zones, and the list has one order: its
/// days and times are UTC, and say so.
fn days_of(page: &TopicPage) -> Vec<Day> {
    let within = Within { path: "", language: "en", view: &View::default(), talks: &[] };
    let mut days = days(&page.posts, &Zone::named("UTC"), &within, |post| {
        let hub = page.hubs.get(&post.category_id)?;
        Some((hub.title.as_str(), hub.path()))
    });
    for post in days.iter_mut().flat_map(|day| &mut day.posts) {
        post.time.push_str(" UTC");
    }
    days
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    before: Option<String>,
}

/// `GET /topics/{topic}`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    topic: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let asked = match Asked::of(&topic, query.into_inner().before)? {
        Found::Here(asked) => asked,
        Found::Moved(topic) => return Ok(respond::moved(&path_of(&topic))),
    };
    let (key, block) = (asked.key(&path_of(asked.topic.as_str())), client(&app, &request));
    let render = move |app: &App, connection: &mut DbConnection| {
        let page = asked.read(app, connection, block)?;
        let view = TopicView::of(app, &asked.topic, &page, asked.after.is_none());
        let now = app.clock.now();
        let mut rendered = respond::public_page(app, &view, None, None)?;
        rendered.fresh_until = page.gates.iter().filter_map(|gate| gate.next_edge(now)).min();
        Ok(if page.begins_at_post { rendered } else { rendered.not_kept() })
    };
    answer(&app, &request, key, render).await
}

/// What of a topic is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The topic.
    pub topic: Slug,
    /// After which post.
    pub after: Option<After>,
}

/// Where an address leads.
pub enum Found {
    /// To what is asked for.
    Here(Asked),
    /// To the topic of this name, which is written otherwise.
    Moved(String),
}

impl Asked {
    /// Reads the address of a page or a feed.
    pub fn of(typed: &str, before: Option<String>) -> Result<Found, PageError> {
        let topic = Slug::for_category(typed);
        let topic = topic.map_err(|_none| PageError::NotFound(Missing::Topic))?;
        if topic.as_str() != typed {
            return Ok(Found::Moved(topic.as_str().to_owned()));
        }
        Ok(Found::Here(Self { topic, after: after(before)? }))
    }

    /// What it is kept as: its address, however that was written by whoever asks.
    pub fn key(&self, address: &str) -> String {
        match self.after {
            Some(after) => format!("{address}?before={after}"),
            None => address.to_owned(),
        }
    }

    /// Reads it.
    pub fn read(
        &self,
        app: &App,
        connection: &mut DbConnection,
        block: AddressBlock,
    ) -> Result<TopicPage, PageError> {
        let missing = |error| match PageError::from(error) {
            PageError::NotFound(_) => PageError::NotFound(Missing::Topic),
            error => error,
        };
        let from = topic_place(connection, &self.topic, self.after).map_err(missing)?;
        if !from.is_at_post {
            // A place that anybody could have made up is a read like a search.
            app.limits.take(Limit::Search, block)?;
        }
        topic_page(connection, &self.topic, from).map_err(missing)
    }
}

/// Answers with what is kept, or with what `render` makes, which is then kept until anything in any
/// hub changes.
pub async fn answer(
    app: &web::Data<App>,
    request: &HttpRequest,
    key: String,
    render: impl FnOnce(&App, &mut DbConnection) -> Result<Rendered, PageError> + Send + 'static,
) -> Result<HttpResponse, PageError> {
    if let Some(answer) = respond::kept(app, request, &key) {
        return Ok(answer);
    }
    let reader = app.clone();
    let read = move |connection: &mut DbConnection| {
        let generation = reader.generations.of(Subject::Everything);
        let page = Arc::new(render(&reader, connection)?);
        if page.is_kept {
            reader.pages.keep(key, Subject::Everything, generation, Arc::clone(&page));
        }
        Ok::<_, PageError>(page)
    };
    // Whatever may stand behind the `?` is many addresses, and each is read anew.
    let page = if request.query_string().is_empty() {
        app.db.read(read).await?
    } else {
        app.db.read_in_turn(read).await?
    };
    // A hub that left a topic moves no date here: the tag alone is asked about.
    Ok(respond::rendered(request, &page, app.clock.now()))
}
