//! What the pages and feeds of topics over hubs show.

use std::collections::HashMap;

use crate::app::Gate;
use crate::db::hubs::Hub;
use crate::db::listed::Listed;
use crate::db::topics::{self, Topic};
use crate::db::{DbConnection, DbError, hubs};
use crate::model::id::{CategoryId, HubId};
use crate::model::slug::Slug;
use crate::model::view::After;

/// Posts on one page of a topic, and in one document of its feeds.
pub const PAGE: i64 = 50;
/// The most topics in the list of them.
const MAX_TOPICS: i64 = 500;
/// The most hubs that a topic's page names.
const MAX_HUBS: i64 = 100;

/// The topics there are.
pub fn topics_page(connection: &mut DbConnection) -> Result<Vec<Topic>, DbError> {
    topics::list(connection, MAX_TOPICS)
}

/// What a topic's page shows.
#[derive(Debug)]
pub struct TopicPage {
    /// Its categories with their hubs, the most recently pinged first.
    pub gates: Vec<Gate>,
    /// Whether it has more of them than these.
    pub has_more: bool,
    /// The posts, newest first.
    pub posts: Vec<Listed>,
    /// The hubs of the posts, by the posts' categories.
    pub hubs: HashMap<CategoryId, Hub>,
    /// The post after which older ones begin, if there are any.
    pub older: Option<After>,
    /// Whether it begins with the newest post, or after one that is still listed there.
    pub begins_at_post: bool,
}

/// Reads the newest posts of a topic, or those after `after`. `NotFound` where no hub has such a
/// category here, or where the post after which it begins is not listed any more and its address
/// does not say where it was.
pub fn topic_page(
    connection: &mut DbConnection,
    topic: &Slug,
    after: Option<After>,
) -> Result<TopicPage, DbError> {
    let mut categories = topics::list_categories(connection, topic, MAX_HUBS + 1)?;
    if categories.is_empty() {
        return Err(DbError::NotFound);
    }
    let (before, begins_at_post) = match after {
        Some(after) => {
            let found = topics::find_place(connection, topic, after)?;
            let (place, is_there) = found.ok_or(DbError::NotFound)?;
            (Some(place), is_there)
        }
        None => (None, true),
    };
    let mut posts = topics::list_posts(connection, topic, before, PAGE + 1)?;
    let has_older = cut(&mut posts, PAGE);
    let has_more = cut(&mut categories, MAX_HUBS);
    let gates = categories.into_iter().map(|(hub, category)| Gate { hub, category });
    let gates: Vec<Gate> = gates.collect();
    Ok(TopicPage {
        hubs: hubs_of(connection, &gates, &posts)?,
        older: posts.last().filter(|_| has_older).map(|(_, post)| post.after()),
        posts: posts.into_iter().map(|(_, post)| post).collect(),
        gates,
        has_more,
        begins_at_post,
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
