//! What of a hub has a name like what is searched for: its categories, its talks, and
//! the blogs that took part.

use super::Asked;
use super::filter::path_of;
use crate::actions::read_page::ListPage;
use crate::db::categories::Category;
use crate::db::listed::people;
use crate::db::talks::{self, Talk};
use crate::db::{DbConnection, DbError};
use crate::model::category::Readers;
use crate::model::view::{View, blog_key};
use crate::web::pages::talks::talk_path;
use crate::web::view::{number, plural};

/// The most of each kind.
const MOST: usize = 3;

/// A category, a talk or a blog, with its posts.
#[derive(Debug)]
pub struct Named {
    /// `Category`, `Talk`, or `Blog`.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// The host of a blog that has another name; else empty.
    pub host: String,
    /// `14 posts`.
    pub posts: String,
    /// The page of its posts.
    pub path: String,
    /// Whether that is some of a list, where robots find nothing else.
    pub is_of_view: bool,
}

/// Finds what to name above what a search finds in a hub: only what everybody may read who reads the
/// hub.
pub fn find(
    connection: &mut DbConnection,
    page: &ListPage,
    asked: &Asked,
) -> Result<Vec<Named>, DbError> {
    let here = page.hub.path();
    let Some(search) = asked.view.search.as_ref() else { return Ok(Vec::new()) };
    if page.category.is_some() || asked.after.is_some() {
        return Ok(Vec::new());
    }
    let is_meant = |it: &&Category| {
        it.readers == Readers::Public && search.names(&[it.title.as_str(), it.slug.as_str()])
    };
    let categories = page.categories.iter().filter(is_meant).take(MOST);
    let mut named: Vec<Named> = categories.map(|it| of_category(it, &here)).collect();
    if page.hub.talk_count > 0 {
        let talks = talks::list_public(connection, page.hub.id)?.into_iter();
        let meant = talks.filter(|talk| search.names(&[talk.title.as_str()])).take(MOST);
        named.extend(meant.map(|talk| of_talk(talk, &here)));
    }
    let key = blog_key(search.text()).ok();
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let blogs = people::list_named(connection, page.hub.id, search.text(), key.as_deref(), most)?;
    named.extend(blogs.into_iter().map(|(blog, post)| of_blog(blog, post.blog_name, &here)));
    Ok(named)
}

fn of_category(category: &Category, hub: &str) -> Named {
    Named {
        kind: "Category",
        name: category.title.clone(),
        host: String::new(),
        posts: posts(category.listed_count),
        path: format!("{hub}/{}", category.slug),
        is_of_view: false,
    }
}

fn of_talk(talk: Talk, hub: &str) -> Named {
    Named {
        kind: "Talk",
        posts: posts(talk.listed_count),
        path: talk_path(hub, &talk.slug),
        name: talk.title,
        host: String::new(),
        is_of_view: false,
    }
}

fn of_blog(blog: people::Participant, name: String, hub: &str) -> Named {
    let view = View { blog: Some(blog.key.clone()), ..View::default() };
    Named {
        kind: "Blog",
        host: if name == blog.key { String::new() } else { blog.key },
        name,
        posts: posts(blog.listed_count),
        path: path_of(hub, &view),
        is_of_view: true,
    }
}

fn posts(count: i64) -> String {
    format!("{} {}", number(count), plural(count, "post", "posts"))
}
