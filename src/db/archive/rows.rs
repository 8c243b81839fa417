//! The columns of a hub's tables that are taken home.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::{blogs, categories, followed_feeds, hubs, pings, rules};

/// A hub: its texts, its face, its times.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = hubs)]
pub struct HubRow {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// One sentence under it.
    pub tagline: String,
    /// A few paragraphs.
    pub description: String,
    /// The first day.
    pub starts_on: Option<String>,
    /// The last day.
    pub ends_on: Option<String>,
    /// Where it takes place.
    pub place: String,
    /// The event's own page.
    pub link: String,
    /// Accent colour.
    pub accent: String,
    /// Language tag of its texts.
    pub language: String,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// Who may read it.
    pub readers: String,
    /// Whether it stands on topic pages.
    pub on_topics: bool,
    /// How everybody can reach its organizers.
    pub contact: String,
    /// Its pictures, links and words.
    #[serde(with = "crate::model::written::json")]
    pub face: String,
    /// Since when it takes no pings.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub closed_at: Option<i64>,
    /// Since when it is kept as it is.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub frozen_at: Option<i64>,
    /// What is said of that; empty where it is not frozen.
    #[serde(default)]
    pub closing_words: String,
    /// Since when there is such a hub.
    #[serde(with = "crate::model::written::moment")]
    pub created_at: i64,
    /// When its own texts last changed.
    #[serde(with = "crate::model::written::moment")]
    pub edited_at: i64,
    /// When anything of it that everybody may read last changed.
    #[serde(with = "crate::model::written::moment")]
    pub public_changed_at: i64,
}

/// A category.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = categories)]
pub struct CategoryRow {
    /// Its number in short ping addresses.
    pub number: i64,
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// One or two sentences.
    pub description: String,
    /// Where it stands among the hub's categories.
    pub position: i64,
    /// Who may ping it.
    pub ping_policy: String,
    /// When a ping is listed.
    pub listing_policy: String,
    /// What becomes of a Webmention or Pingback without its passphrase.
    pub unproved_policy: String,
    /// What a link from the post means for TrackBack pings.
    pub link_back: String,
    /// Whether posts that link to the hub's own page belong here.
    pub is_default: bool,
    /// Who may read it.
    pub readers: String,
    /// Whether it takes pings by GET.
    pub takes_get: bool,
    /// It takes no pings before.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub opens_at: Option<i64>,
    /// It takes no pings from then on.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub closes_at: Option<i64>,
    /// Since when it takes no pings.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub closed_at: Option<i64>,
    /// Since when there is such a category.
    #[serde(with = "crate::model::written::moment")]
    pub created_at: i64,
    /// When anything its feed shows last changed.
    #[serde(with = "crate::model::written::moment")]
    pub changed_at: i64,
}

/// A blog, as the hub knows it.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = blogs)]
pub struct BlogRow {
    /// Host and, on shared hosts, path prefix.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// Since when a moderator has approved of it.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub approved_at: Option<i64>,
    /// Since when it is barred.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub barred_at: Option<i64>,
    /// Whether somebody said how it stands, not its posts.
    pub set_by_hand: bool,
    /// Its feed, where it is known.
    pub feed_url: Option<String>,
    /// Since when the hub knows it.
    #[serde(with = "crate::model::written::moment")]
    pub created_at: i64,
}

/// A rule of the hub.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = rules)]
pub struct RuleRow {
    /// What it looks at.
    pub kind: String,
    /// What it matches.
    pub pattern: String,
    /// What becomes of it.
    pub action: String,
    /// Why there is such a rule.
    pub reason: String,
    /// When it was made.
    #[serde(with = "crate::model::written::moment")]
    pub created_at: i64,
    /// Until when it holds.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub expires_at: Option<i64>,
    /// How many pings it decided about.
    pub hit_count: i64,
    /// When it did so last.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub last_hit_at: Option<i64>,
}

/// A feed that a category follows.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = followed_feeds)]
pub struct FeedRow {
    /// Its address.
    pub url: String,
    /// Only posts under this tag.
    pub tag: String,
    /// What it calls itself.
    pub title: String,
    /// The key of its blog.
    pub blog_key: String,
    /// Who had it followed.
    pub followed_by: String,
    /// Whether it stands for the passphrase.
    pub proved: bool,
    /// How many posts were taken in.
    pub taken_count: i64,
    /// Since when it is followed.
    #[serde(with = "crate::model::written::moment")]
    pub created_at: i64,
}

/// A post in a category, whatever became of it.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable,
)]
#[diesel(table_name = pings)]
pub struct PostRow {
    /// Its permalink's id.
    #[serde(rename = "id", with = "crate::model::written::public_id")]
    pub public_id: Vec<u8>,
    /// The post; empty where its texts were deleted.
    pub url: String,
    /// What two addresses of one post have in common.
    #[serde(with = "crate::model::written::hash")]
    pub url_hash: Vec<u8>,
    /// The key of its blog.
    pub blog_key: String,
    /// What its blog is called.
    pub blog_name: String,
    /// Its title, as it is shown.
    pub title: String,
    /// Its first words, as they are shown.
    pub excerpt: String,
    /// What became of it.
    pub state: String,
    /// How it came.
    pub came_by: String,
    /// Whether its sender knew the passphrase.
    pub proved: bool,
    /// When it came.
    #[serde(with = "crate::model::written::moment")]
    pub received_at: i64,
    /// Since when it is listed.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub listed_at: Option<i64>,
    /// When an organizer decided.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub decided_at: Option<i64>,
    /// When its texts were deleted.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub purged_at: Option<i64>,
    /// Whether its page is yet to be read before anybody sees it.
    pub unverified: bool,
    /// Since when it is off the lists because its page cannot be read.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub hidden_at: Option<i64>,
    /// Its sender's title, where an organizer's stands in its place.
    pub sent_title: Option<String>,
    /// Its sender's first words, where an organizer's stand in their place.
    pub sent_excerpt: Option<String>,
    /// When an organizer edited its texts.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub edited_at: Option<i64>,
    /// What it is held for.
    pub held_for: Option<String>,
    /// Why it was set aside or waits, in words.
    pub remark: String,
    /// Since when moderators see it.
    #[serde(default, with = "crate::model::written::moment_or_none")]
    pub verified_at: Option<i64>,
    /// Whether another site passed it on.
    pub forwarded: bool,
}
