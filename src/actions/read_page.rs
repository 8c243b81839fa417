//! What public pages and feeds show.

use crate::app::Gate;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::listed::{Beside, Listed, Place, PostsOf};
use crate::db::talks::{self, About};
use crate::db::{DbConnection, DbError, categories, hubs, listed, pings, readings, topics};
use crate::model::id::{CategoryId, HubId, PingId, PublicId};
use crate::model::view::{After, View};

/// Posts on one page.
pub const PAGE: i64 = 50;
/// Languages that a list can be narrowed to; those with the fewest posts are left out.
pub const LANGUAGES: i64 = 40;
/// Hours in the pulse of bars.
pub const PULSE_HOURS: i64 = 32;

/// What a hub's or category's page shows.
#[derive(Debug)]
pub struct ListPage {
    /// The hub.
    pub hub: Hub,
    /// Its categories, in order.
    pub categories: Vec<Category>,
    /// Which of them the page is about: none for the hub's own page.
    pub category: Option<Category>,
    /// The posts, newest first.
    pub posts: Vec<Listed>,
    /// The post after which older ones begin, if there are any.
    pub older: Option<After>,
    /// Posts listed in each of the last hours before the newest one: hour, and count.
    pub hours: Vec<(i64, i64)>,
    /// The languages of what is listed, by their primary tags, with their posts; the most frequent
    /// first.
    pub languages: Vec<(String, i64)>,
    /// The hour (since 1970 UTC) in which the first post was listed.
    pub first_hour: Option<i64>,
    /// The talks that the posts are about.
    pub about: Vec<About>,
}

/// Where a page of a list begins.
#[derive(Debug, Clone, Copy)]
pub struct From {
    /// After which post; none at the newest.
    pub before: Option<Place>,
    /// Whether that is at the newest post, or after one that is still listed there.
    pub is_at_post: bool,
}

impl From {
    /// At the newest post.
    pub const NEWEST: Self = Self { before: None, is_at_post: true };
}

/// Finds where a page begins that shows the newest posts of a hub or of one of its categories, or
/// those after `after`. `NotFound` where that one is not listed any more and its address does not
/// say where it was.
pub fn list_place(
    connection: &mut DbConnection,
    hub: HubId,
    category: Option<CategoryId>,
    after: Option<After>,
) -> Result<From, DbError> {
    let Some(after) = after else { return Ok(From::NEWEST) };
    let found = listed::find_place(connection, hub, category, after)?;
    let (place, is_at_post) = found.ok_or(DbError::NotFound)?;
    Ok(From { before: Some(place), is_at_post })
}

/// Reads what a view shows of a hub or of one of its categories from some place on.
pub fn list_page(
    connection: &mut DbConnection,
    hub: Hub,
    category: Option<CategoryId>,
    view: &View,
    from: From,
) -> Result<ListPage, DbError> {
    let all = categories::list(connection, hub.id)?;
    let category = match category {
        Some(id) => Some(all.iter().find(|c| c.id == id).cloned().ok_or(DbError::NotFound)?),
        None => None,
    };
    let id = category.as_ref().map(|category| category.id);
    let posts_of = PostsOf::among(hub.id, &all, id);
    let mut posts = listed::list_view(connection, &posts_of, view, from.before, PAGE + 1)?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_older = posts.len() > page;
    posts.truncate(page);
    let older = posts.last().filter(|_| has_older).map(listed::Listed::after);
    let newest = category.as_ref().map_or(hub.last_listed_at, |c| c.last_listed_at);
    let hours = match newest.filter(|_| view.is_everything()) {
        Some(at) => {
            let last = at.hours();
            listed::list_hours(connection, &posts_of, last - PULSE_HOURS + 1, last)?
        }
        None => Vec::new(),
    };
    let languages = listed::list_languages(connection, hub.id, id, LANGUAGES)?;
    let first_hour = listed::find_first_hour(connection, &posts_of)?;
    let about = list_about(connection, &hub, posts.iter().map(|post| post.id))?;
    Ok(ListPage {
        hub,
        categories: all,
        category,
        posts,
        older,
        hours,
        languages,
        first_hour,
        about,
    })
}

/// The talks that posts of a hub are about; nothing is asked where it has none.
fn list_about(
    connection: &mut DbConnection,
    hub: &Hub,
    posts: impl Iterator<Item = PingId>,
) -> Result<Vec<About>, DbError> {
    if hub.talk_count == 0 {
        return Ok(Vec::new());
    }
    talks::list_about(connection, hub.id, &posts.collect::<Vec<_>>())
}

/// What hangs on the wall of a hub, or of one of its categories.
#[derive(Debug)]
pub struct WallPage {
    /// The hub.
    pub hub: Hub,
    /// Its categories, in order.
    pub categories: Vec<Category>,
    /// Which of them it is the wall of: none for the hub's own.
    pub category: Option<Category>,
    /// The newest posts that a moderator listed, or whose blog one approved of: nobody watches
    /// over a wall.
    pub posts: Vec<Listed>,
}

/// Reads what hangs on a wall, at most `limit` posts.
pub fn wall_page(
    connection: &mut DbConnection,
    hub: Hub,
    category: Option<Category>,
    limit: i64,
) -> Result<WallPage, DbError> {
    let categories = categories::list(connection, hub.id)?;
    let id = category.as_ref().map(|category| category.id);
    let posts = listed::list_approved(connection, hub.id, id, limit)?;
    Ok(WallPage { hub, categories, category, posts })
}

/// What the home page shows.
#[derive(Debug)]
pub struct HomePage {
    /// The public hubs, the most recently pinged first.
    pub hubs: Vec<Hub>,
    /// The newest posts of them, newest first.
    pub posts: Vec<(HubId, Listed)>,
    /// Whether there are topics over hubs.
    pub has_topics: bool,
}

/// Hubs on the home page.
const HOME_HUBS: i64 = 100;
/// Posts on the home page.
const HOME_POSTS: usize = 12;

/// Reads the home page.
pub fn home_page(connection: &mut DbConnection) -> Result<HomePage, DbError> {
    let hubs = hubs::list_public(connection, HOME_HUBS)?;
    let newest: Vec<HubId> = hubs.iter().take(6).map(|hub| hub.id).collect();
    let mut posts = listed::list_home(connection, &newest, 6)?;
    posts.truncate(HOME_POSTS);
    Ok(HomePage { hubs, posts, has_topics: topics::is_any(connection)? })
}

/// A listed ping, and where it is listed.
#[derive(Debug)]
pub struct PermalinkPage {
    /// The ping.
    pub ping: pings::Ping,
    /// Its category and hub.
    pub gate: Gate,
    /// The language that its page named; empty where it is not known.
    pub language: String,
    /// The next newer post of the category.
    pub newer: Option<Beside>,
    /// The next older one.
    pub older: Option<Beside>,
    /// The talks that it is about.
    pub about: Vec<About>,
}

/// Reads a permalink; `None` where nothing of that name is listed.
pub fn permalink_page(
    connection: &mut DbConnection,
    id: PublicId,
) -> Result<Option<PermalinkPage>, DbError> {
    let Some((hub, ping)) = pings::find_public(connection, id)? else { return Ok(None) };
    let ping = pings::find(connection, hub, ping)?;
    let Some(ping) = ping.filter(pings::Ping::is_public) else { return Ok(None) };
    let Some(hub) = hubs::find(connection, hub)? else { return Ok(None) };
    let category = categories::find(connection, hub.id, ping.category_id)?;
    let Some(category) = category else { return Ok(None) };
    let reading = readings::find(connection, hub.id, ping.id)?;
    let language = reading.map(|reading| reading.language).unwrap_or_default();
    let place = Place { listed_at: ping.listed_at.unwrap_or(ping.received_at), id: ping.id };
    let newer = listed::find_newer(connection, hub.id, category.id, place)?;
    let older = listed::find_older(connection, hub.id, category.id, place)?;
    let about = list_about(connection, &hub, std::iter::once(ping.id))?;
    Ok(Some(PermalinkPage { ping, gate: Gate { hub, category }, language, newer, older, about }))
}
