//! What the pages and feeds of topics over hubs show.

use std::collections::{HashMap, HashSet};

use crate::app::Gate;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::listed::{Listed, Place};
use crate::db::topics::{self, Topic};
use crate::db::{DbConnection, DbError, hubs};
use crate::model::category::Readers;
use crate::model::id::{CategoryId, HubId};
use crate::model::slug::Slug;
use crate::model::view::After;

/// Posts on one page of a topic, and in one document of its feeds.
pub const PAGE: i64 = 50;
/// The most topics in the list of them.
pub const MOST_TOPICS: usize = 500;
/// The most hubs that a topic's page names.
const MAX_HUBS: i64 = 100;

/// The topics there are.
pub fn topics_page(connection: &mut DbConnection) -> Result<Vec<Topic>, DbError> {
    let most = i64::try_from(MOST_TOPICS).unwrap_or(i64::MAX);
    topics::list(connection, most)
}

/// Whether a category takes part in its topic.
pub fn takes_part(hub: &Hub, category: &Category) -> bool {
    hub.on_topics && hub.is_public() && category.readers == Readers::Public
}

/// Whether a category takes part in its topic, and others do.
pub fn is_shared(
    connection: &mut DbConnection,
    hub: &Hub,
    category: &Category,
) -> Result<bool, DbError> {
    Ok(takes_part(hub, category) && topics::has_others(connection, hub.id, &category.slug)?)
}

/// What a topic's page shows.
#[derive(Debug)]
pub struct TopicPage {
    /// Its categories with their hubs, the most recently pinged first.
    pub gates: Vec<Gate>,
    /// Whether it has more of them than these.
    pub has_more: bool,
    /// The posts, newest first, each address once.
    pub posts: Vec<Listed>,
    /// The hubs of the posts, by the posts' categories.
    pub hubs: HashMap<CategoryId, Hub>,
    /// The post after which older ones begin, if there are any.
    pub older: Option<After>,
    /// Whether it begins with the newest post, or after one that is still listed there.
    pub begins_at_post: bool,
}

/// Where a page of a topic begins.
#[derive(Debug, Clone, Copy)]
pub struct From {
    before: Option<Place>,
    /// Whether that is at the newest post, or after one that is still listed there.
    pub is_at_post: bool,
}

/// Finds where a page begins that shows the newest posts of a topic, or those after `after`.
/// `NotFound` where that post is not listed any more, and its address does not say where it was.
pub fn topic_place(
    connection: &mut DbConnection,
    topic: &Slug,
    after: Option<After>,
) -> Result<From, DbError> {
    let Some(after) = after else { return Ok(From { before: None, is_at_post: true }) };
    let found = topics::find_place(connection, topic, after)?;
    let (place, is_at_post) = found.ok_or(DbError::NotFound)?;
    Ok(From { before: Some(place), is_at_post })
}

/// Reads the posts of a topic from some place on. `NotFound` where no hub has such a category here.
pub fn topic_page(
    connection: &mut DbConnection,
    topic: &Slug,
    from: From,
) -> Result<TopicPage, DbError> {
    let mut categories = topics::list_categories(connection, topic, MAX_HUBS + 1)?;
    if categories.is_empty() {
        return Err(DbError::NotFound);
    }
    let mut posts = topics::list_posts(connection, topic, from.before, PAGE + 1)?;
    let has_older = cut(&mut posts, PAGE);
    let older = posts.last().filter(|_| has_older).map(|(_, post)| post.after());
    // Who writes for several hubs tells each of them: here it is one post.
    let mut seen = HashSet::new();
    posts.retain(|(_, post)| seen.insert(post.url.clone()));
    let has_more = cut(&mut categories, MAX_HUBS);
    let gates = categories.into_iter().map(|(hub, category)| Gate { hub, category });
    let gates: Vec<Gate> = gates.collect();
    Ok(TopicPage {
        hubs: hubs_of(connection, &gates, &posts)?,
        older,
        posts: posts.into_iter().map(|(_, post)| post).collect(),
        gates,
        has_more,
        begins_at_post: from.is_at_post,
    })
}

/// Cuts what was read with one more than is shown, and says whether there was more.
fn cut<T>(rows: &mut Vec<T>, most: i64) -> bool {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let has_more = rows.len() > most;
    rows.truncate(most);
    has_more
}

fn hubs_of(
    connection: &mut DbConnection,
    gates: &[Gate],
    posts: &[(HubId, Listed)],
) -> Result<HashMap<CategoryId, Hub>, DbError> {
    let mut found = HashMap::new();
    for (hub, post) in posts {
        if found.contains_key(&post.category_id) {
            continue;
        }
        let known = gates.iter().find(|gate| gate.hub.id == *hub).map(|gate| gate.hub.clone());
        let known = match known {
            Some(hub) => Some(hub),
            None => hubs::find(connection, *hub)?,
        };
        found.extend(known.map(|hub| (post.category_id, hub)));
    }
    Ok(found)
}
