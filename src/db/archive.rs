//! A hub's rows as they are taken home, and brought to another instance: what belongs to its
//! organizers and is no secret. Moments, ids and hashes are written by [`crate::model::written`].
//!
//! What is added to a hub, and is to go with it, gets a field here that may be missing (`#[serde(default)]`),
//! a line in `data/schema.json`, and its place in `archive/restore.rs`.

mod about_post;
mod read;
mod restore;
mod rows;
mod talks;

pub use about_post::{EventRow, PageRow};
pub use read::{
    count_posts, find_hub, list_blogs, list_categories, list_pictures, list_posts, list_public,
    list_rest,
};
pub use restore::{
    Given, count_taken, find_restoration, finish, insert_blogs, insert_category, insert_hub,
    insert_post, insert_rest, update_blogs,
};

pub use rows::{BlogRow, CategoryRow, FeedRow, HubRow, PostRow, RuleRow};
pub use talks::{FiledRow, ProgrammeRow, Talk, TalkRow, find_programme, insert_programme};

use serde::{Deserialize, Serialize};

/// A hub with what belongs to no category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hub {
    /// Itself.
    #[serde(flatten)]
    pub row: HubRow,
    /// Names that lead to it as well.
    #[serde(default)]
    pub former_slugs: Vec<String>,
    /// Names that categories had which are gone.
    #[serde(default)]
    pub gone_categories: Vec<String>,
    /// Its about page.
    #[serde(default)]
    pub about: Option<About>,
    /// The series that it is in.
    #[serde(default)]
    pub series: Option<Series>,
}

/// A series of hubs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
}

/// An about page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// As it was typed.
    pub markdown: String,
    /// When it was.
    #[serde(with = "crate::model::written::moment")]
    pub changed_at: i64,
}

/// A category with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Itself.
    #[serde(flatten)]
    pub row: CategoryRow,
    /// Whether it has a passphrase, which is not said here.
    pub has_passphrase: bool,
    /// Names that lead to it as well.
    #[serde(default)]
    pub former_slugs: Vec<String>,
    /// Feeds that it follows.
    #[serde(default)]
    pub feeds: Vec<FeedRow>,
}

/// A post with what is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Its category's name in addresses.
    pub category: String,
    /// Itself.
    #[serde(flatten)]
    pub row: PostRow,
    /// When what is shown of it last changed since it was listed.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub changed_at: Option<i64>,
    /// What its page says.
    #[serde(default)]
    pub page: Option<PageRow>,
    /// What happened to it, in order.
    #[serde(default)]
    pub history: Vec<EventRow>,
    /// The talks that it is filed under, or was taken away from.
    #[serde(default)]
    pub talks: Vec<FiledRow>,
    /// Which pages its own linked to when it was read last ([`crate::model::talk::join_links`]): a
    /// talk that is imported later finds it.
    #[serde(default, with = "crate::model::written::hex")]
    pub links: Vec<u8>,
}
