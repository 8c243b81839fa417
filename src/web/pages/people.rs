//! The people of a hub: the blogs that took part, each with its site, its posts and its feed.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::card::Card;
use super::face::{Adding, HubFace};
use super::feed_links::{feed_address, is_of_same_site};
use super::list::{language_of, rel, view_path};
use super::reading::{self, At, Names};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::db::hubs::Hub;
use crate::db::listed::people::{self, NewestPost, Order, Participant};
use crate::limits::Limit;
use crate::model::view::View;
use crate::model::web_url::{Hosts, WebUrl};
use crate::pages_cache::Rendered;
use crate::web::error::PageError;
use crate::web::extract::{Visit, client};
use crate::web::respond;
use crate::web::view::{Avatar, Zone, iso, number, plural};

/// Blogs on one page.
const PAGE: i64 = 100;

/// A blog that took part.
#[derive(Debug)]
struct Person {
    avatar: Avatar,
    name: String,
    /// Its posts in this hub.
    path: String,
    /// As people say its address.
    host: String,
    site: String,
    rel: &'static str,
    /// `3 posts`.
    posts: String,
    newest_title: String,
    newest_url: String,
    newest_language: String,
    newest: String,
    newest_iso: String,
    feed: String,
    since: String,
    since_iso: String,
}

impl Person {
    fn of(hub: &Hub, zone: &Zone, blog: &Participant, post: &NewestPost) -> Self {
        let shown =
            |at: Option<Timestamp>| at.map_or_else(Default::default, |at| (zone.date(at), iso(at)));
        let ((newest, newest_iso), (since, since_iso)) =
            (shown(blog.last_listed_at), shown(blog.first_listed_at));
        let view = View { blog: Some(blog.key.clone()), ..View::default() };
        let count = blog.listed_count;
        Self {
            avatar: Avatar::of(&post.blog_name),
            name: post.blog_name.clone(),
            path: view_path(&hub.path(), &view),
            host: blog.key.clone(),
            site: site_of(&post.url, &blog.key),
            rel: rel(blog.approved_at.is_some()),
            posts: format!("{} {}", number(count), plural(count, "post", "posts")),
            newest_title: post.title.clone(),
            newest_url: post.url.clone(),
            newest_language: language_of(post.language.as_deref().unwrap_or_default()),
            newest,
            newest_iso,
            feed: feed_of(blog, post).unwrap_or_default(),
            since,
            since_iso,
        }
    }
}

/// The site of a blog, from a post on it: its host, and its path on hosts that many share.
pub fn site_of(post: &str, key: &str) -> String {
    let Ok(post) = url::Url::parse(post) else { return String::new() };
    let path = key.split_once('/').map_or("", |(_, path)| path);
    format!("{}/{path}", post.origin().ascii_serialization())
}

/// The feed of a blog, where one on its own site is known: from its pages, or from its newest post.
pub fn feed_of(blog: &Participant, post: &NewestPost) -> Option<String> {
    let known = [&blog.feed_url, &post.feed_url].into_iter().flatten();
    let parsed = known.filter_map(|feed| WebUrl::parse_on(feed, Hosts::AlsoLoopback).ok());
    let mut feeds = parsed.map(|feed| feed.as_str().to_owned());
    feeds.find(|feed| is_of_same_site(feed, &post.url))
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/people.html")]
struct PeopleView {
    hub: HubFace,
    add: String,
    canonical: String,
    card: Card,
    /// `312 blogs`.
    blogs: String,
    /// `1,284 posts`.
    posts: String,
    /// Their feeds, to subscribe to all at once; empty where none is known.
    opml: String,
    people: Vec<Person>,
    is_by_name: bool,
    is_first: bool,
    here: String,
    next: Option<String>,
}

impl PeopleView {
    fn description(&self) -> String {
        if self.people.is_empty() {
            return "The blogs that took part.".to_owned();
        }
        format!("{} took part, with {}.", self.blogs, self.posts)
    }

    fn is_hidden(&self) -> bool {
        self.hub.is_hidden || !self.is_first || !self.is_by_name
    }

    fn read(
        app: &App,
        connection: &mut DbConnection,
        at: &At,
        order: &Order,
        adding: &Adding,
    ) -> Result<Self, PageError> {
        let (hub, zone) = (&at.hub, Zone::of(&at.hub));
        let mut found = people::list(connection, hub.id, order, PAGE + 1)?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let has_more = found.len() > page;
        found.truncate(page);
        let hub_path = hub.path();
        let here = format!("{hub_path}/-/people");
        let last = found.last().filter(|_| has_more);
        let key = at.lock.as_ref().map(|lock| lock.feed_key(&app.secrets));
        let key = key.as_deref();
        let has_feeds = found.iter().any(|(blog, post)| feed_of(blog, post).is_some());
        let opml = feed_address(&hub_path, "-/people/opml", [("key", key)]);
        let (blogs, posts) = (hub.blog_count, hub.listed_count);
        Ok(Self {
            add: adding.path.clone(),
            canonical: app.addresses.path(&here),
            card: Card::of(&app.addresses, hub),
            blogs: format!("{} {}", number(blogs), plural(blogs, "blog", "blogs")),
            posts: format!("{} {}", number(posts), plural(posts, "post", "posts")),
            opml: if has_feeds { opml } else { String::new() },
            people: found.iter().map(|(blog, post)| Person::of(hub, &zone, blog, post)).collect(),
            is_by_name: matches!(order, Order::Name(_)),
            is_first: matches!(order, Order::Name(None) | Order::Newest(None)),
            next: last.map(|(blog, _)| format!("{here}?{}", after(order, blog))),
            hub: HubFace::of(hub).taking_posts(adding.takes_posts),
            here,
        })
    }
}

/// What stands behind the `?` of the page after this blog.
fn after(order: &Order, last: &Participant) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    match (order, last.last_listed_at) {
        (Order::Newest(_), Some(at)) => {
            query.append_pair("by", "newest").append_pair("at", &at.micros().to_string());
        }
        _ => {
            query.append_pair("name", &last.sort_name);
        }
    }
    query.append_pair("after", &last.key).finish()
}

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    by: String,
    at: Option<i64>,
    name: Option<String>,
    after: Option<String>,
}

impl Query {
    fn order(self) -> Order {
        match (self.by.as_str(), self.at, self.after) {
            ("newest", Some(at), Some(key)) => {
                Order::Newest(Some((Timestamp::from_micros(at), key)))
            }
            ("newest", ..) => Order::Newest(None),
            (_, _, key) => Order::Name(self.name.zip(key)),
        }
    }
}

/// `GET /{hub}/-/people`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    query: web::Query<Query>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let order = query.into_inner().order();
    let key = match order {
        Order::Name(None) => Some(request.path().to_owned()),
        Order::Newest(None) => Some(format!("{}?by=newest", request.path())),
        // A place that anybody could have made up is a read like a search.
        Order::Name(Some(_)) | Order::Newest(Some(_)) => None,
    };
    if let Some(key) = &key {
        if let Some(answer) = respond::kept(&app, &request, key) {
            return Ok(answer);
        }
    } else {
        app.metrics.cache_misses.increment(1);
        app.limits.take(Limit::Search, client(&app, &request))?;
    }
    let (reader, is_kept) = (app.clone(), key.is_some());
    let read = move |connection: &mut DbConnection, at: At| {
        let page = render(&reader, connection, &at, &order)?;
        Ok(if is_kept { page } else { page.not_kept() })
    };
    let names = Names::hub(&slug).with("/-/people");
    reading::answer(&app, &request, &names, key.unwrap_or_default(), &visit, read).await
}

fn render(
    app: &App,
    connection: &mut DbConnection,
    at: &At,
    order: &Order,
) -> Result<Rendered, PageError> {
    let adding = Adding::read(connection, &at.hub, app.clock.now())?;
    let view = PeopleView::read(app, connection, at, order, &adding)?;
    let changed_at = adding.changed_since(at.hub.public_changed_at);
    let page = respond::public_page(app, &view, Some(&view.hub.accent), Some(changed_at))?;
    let page = adding.keep(page);
    Ok(if at.lock.is_some() { page.for_few() } else { page })
}

#[cfg(test)]
mod tests {
    use super::site_of;

    #[test]
    fn a_site_is_a_host_and_on_shared_hosts_a_path() {
        for (post, key, site) in [
            (
                "http://www.ada.example:8080/2003/post",
                "ada.example:8080",
                "http://www.ada.example:8080/",
            ),
            ("https://medium.com/@ada/first", "medium.com/@ada", "https://medium.com/@ada"),
            ("no address", "x", ""),
        ] {
            assert_eq!(site_of(post, key), site);
        }
    }
}
