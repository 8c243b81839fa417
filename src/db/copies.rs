//! What a hub takes over from another: rows that are copied, with nothing of what happened there.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::categories::{self, CategoryTexts};
use super::hubs as hub_rows;
use super::readers;
use super::schema::hubs;
use super::{DbError, Tx};
use crate::clock::Timestamp;
use crate::model::category::Readers;
use crate::model::id::{AccountId, CategoryId, HubId};

/// From which hub to which.
#[derive(Debug, Clone, Copy)]
pub struct Copy {
    /// The one there is.
    pub from: HubId,
    /// The new one.
    pub to: HubId,
    /// Who begins it.
    pub by: AccountId,
    /// When it takes over.
    pub now: Timestamp,
}

// SQLite counts `$1`, `$2` and `$3` in the order in which they first stand there: to which hub, now,
// from which.

/// Members with their roles. What they are mailed of the new hub is as for everybody who is new.
const MEMBERS: &str = "INSERT INTO hub_members (hub_id, account_id, role, created_at) \
    SELECT $1, account_id, role, $2 FROM hub_members WHERE hub_id = $3";

/// Whoever begins a hub is an owner of it, and can take it back.
const BY: &str = "UPDATE hub_members SET role = 'owner' WHERE hub_id = $1 AND account_id = $2";

/// Rules that hold. They have decided about nothing there.
const RULES: &str = "INSERT INTO rules \
    (hub_id, kind, pattern, action, reason, author_id, created_at, expires_at) \
    SELECT $1, kind, pattern, action, reason, author_id, $2, expires_at FROM rules \
    WHERE hub_id = $3 AND (expires_at IS NULL OR expires_at > $2) ORDER BY id";

/// Blogs that are trusted or barred. No verdict there says why, so that they stand as set by hand.
const BLOGS: &str = "INSERT INTO blogs \
    (hub_id, key, name, sort_name, feed_url, approved_at, barred_at, set_by_hand, created_at) \
    SELECT $1, key, name, sort_name, feed_url, \
    CASE WHEN approved_at IS NULL THEN NULL ELSE $2 END, \
    CASE WHEN barred_at IS NULL THEN NULL ELSE $2 END, TRUE, $2 FROM blogs \
    WHERE hub_id = $3 AND (approved_at IS NOT NULL OR barred_at IS NOT NULL) ORDER BY id";

/// The about page.
const ABOUT: &str = "INSERT INTO about_pages (hub_id, markdown, changed_at) \
    SELECT $1, markdown, $2 FROM about_pages WHERE hub_id = $3";

/// Pictures. Those of a draft come along and go with the next change of the face.
const PICTURES: &str = "INSERT INTO hub_pictures (hub_id, name, bytes, created_at) \
    SELECT $1, name, bytes, $2 FROM hub_pictures WHERE hub_id = $3";

/// Copies members, rules, how blogs stand, and the look: everything of a hub but its categories and
/// its posts.
pub fn copy_hub(tx: &mut Tx<'_>, copy: Copy) -> Result<(), DbError> {
    for sql in [MEMBERS, RULES, BLOGS, ABOUT, PICTURES] {
        diesel::sql_query(sql)
            .bind::<BigInt, _>(copy.to.0)
            .bind::<BigInt, _>(copy.now.micros())
            .bind::<BigInt, _>(copy.from.0)
            .execute(tx.connection)?;
    }
    diesel::sql_query(BY)
        .bind::<BigInt, _>(copy.to.0)
        .bind::<BigInt, _>(copy.by.0)
        .execute(tx.connection)?;
    let face = hub_rows::find(tx.reading(), copy.from)?.ok_or(DbError::NotFound)?.face;
    diesel::update(hubs::table.find(copy.to.0))
        .set(hubs::face.eq(face.to_json()))
        .execute(tx.connection)?;
    hub_rows::touch(tx, copy.to, copy.now)
}

/// Adds a category as another was: who may read it included, with the hash of a reading password
/// where one is asked for.
pub fn insert_category(
    tx: &mut Tx<'_>,
    copy: Copy,
    texts: &CategoryTexts,
    readers: Readers,
    reading_hash: Option<String>,
) -> Result<CategoryId, DbError> {
    let id = categories::insert(tx, copy.to, texts, copy.now)?;
    if readers != Readers::Public {
        readers::update_category(tx, copy.to, id, readers, reading_hash, copy.now)?;
    }
    Ok(id)
}
