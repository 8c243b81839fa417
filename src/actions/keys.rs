//! Ping keys: making, finding and revoking them.

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::hubs::Hub;
use crate::db::keys::{self, NewKey};
use crate::db::{DbError, categories, log};
use crate::limits::MAX_HOURLY;
use crate::model::category::{PingPolicy, Readers};
use crate::model::hub::line;
use crate::model::id::{AccountId, CategoryId, HubId, KeyId};
use crate::model::log::LogKind;
use crate::model::ping_key::PingKey;
use crate::model::problems::Problems;
use crate::model::time;

/// Keys of one hub that work, at most.
pub const MAX_KEYS: i64 = 500;
/// Keys of one hub at most, with those that do not work any more.
const MAX_EVER: i64 = 5_000;
/// Cards on a sheet at most: drawing one takes a millisecond.
const MAX_CARDS: usize = 200;
/// Keys made at once at most: one sheet.
const MAX_AT_ONCE: usize = 100;
/// The longest name, in characters.
const MAX_NAME: usize = 80;
/// Pings a key may bring in an hour, where nobody says otherwise.
const HOURLY: u32 = 60;

/// Keys as somebody asks for them.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct KeysDraft {
    /// Whose they are, or for what: one key for each line.
    pub names: String,
    /// Slug of the only category they open; empty: all but those behind a reading password of
    /// their own.
    pub category: String,
    /// `on` where what they bring is listed at once.
    pub lists_at_once: String,
    /// Pings an hour; empty: 60.
    pub hourly: String,
    /// From when on they do not work, in the hub's time zone; empty: never.
    pub expires_at: String,
    /// The form it was typed into; empty where nobody says.
    pub form: String,
}

/// A key that was just made: it can be shown now, and never again.
#[derive(Debug)]
pub struct Made {
    /// Whose it is, or for what.
    pub name: String,
    /// The key.
    pub key: PingKey,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// This very form has made keys before.
    #[error("sent before")]
    Again,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

struct Checked {
    names: Vec<String>,
    category: Option<CategoryId>,
    hourly: i64,
    expires_at: Option<Timestamp>,
}

fn check(
    draft: &KeysDraft,
    hub: &Hub,
    all: &[categories::Category],
    now: Timestamp,
) -> Result<Checked, Problems> {
    let mut problems = Problems::default();
    let names: Vec<String> = draft
        .names
        .lines()
        .map(|name| line(name, MAX_NAME))
        .filter(|name| !name.is_empty())
        .collect();
    match names.len() {
        0 => problems.add("names", "Write at least one name: a speaker, a session, a track."),
        1..=MAX_AT_ONCE => {}
        _ => problems.add("names", "Write at most 100 names at a time."),
    }
    let category = all.iter().find(|category| category.slug == draft.category);
    if category.is_none() && !draft.category.is_empty() {
        problems.add("category", "Choose a category of this hub.");
    }
    let cards = names.len() * if category.is_some() { 1 } else { printed(all, "").count() };
    if cards == 0 && !names.is_empty() && draft.category.is_empty() {
        problems.add("category", "No category is for everybody to read: choose one.");
    }
    if cards > MAX_CARDS {
        let sentence = "A sheet has at most 200 cards, one for each name and category: choose one category, or write fewer names.";
        problems.add("names", sentence);
    }
    let hourly = match draft.hourly.trim() {
        "" => Some(HOURLY),
        typed => typed.parse().ok().filter(|hourly| (1..=MAX_HOURLY).contains(hourly)),
    };
    if hourly.is_none() {
        problems.add("hourly", "Write a number from 1 to 600.");
    }
    let expires_at =
        problems.take("expires_at", time::moment(&draft.expires_at, &hub.time_zone)).flatten();
    if expires_at.is_some_and(|at| at <= now) {
        problems.add("expires_at", "This moment is over.");
    }
    match (hourly, problems.is_empty()) {
        (Some(hourly), true) => Ok(Checked {
            names,
            category: category.map(|category| category.id),
            hourly: i64::from(hourly),
            expires_at,
        }),
        _ => Err(problems),
    }
}

/// The categories whose addresses stand on the sheet of keys for a category, or, where its slug is
/// empty, for the whole hub: a card names no category that not everybody may know of.
pub fn printed<'a>(
    all: &'a [categories::Category],
    slug: &'a str,
) -> impl Iterator<Item = &'a categories::Category> {
    all.iter().filter(move |category| match slug {
        "" => category.readers == Readers::Public && category.ping_policy != PingPolicy::Closed,
        slug => category.slug == slug,
    })
}

/// Makes one key for each name: once for each form, however often it is sent, and wherever.
pub async fn make(
    app: &App,
    hub: &Hub,
    draft: &KeysDraft,
    by: AccountId,
) -> Result<Vec<Made>, KeysError> {
    let (id, now) = (hub.id, app.clock.now());
    let all = app.db.read(move |c| categories::list(c, id)).await?;
    let checked = check(draft, hub, &all, now).map_err(KeysError::Problems)?;
    let made: Vec<Made> = checked
        .names
        .iter()
        .map(|name| Made { name: name.clone(), key: PingKey::random() })
        .collect();
    let (lists_at_once, form) = (!draft.lists_at_once.is_empty(), line(&draft.form, MAX_NAME));
    let rows: Vec<NewKey> = made
        .iter()
        .map(|made| NewKey {
            category_id: checked.category,
            name: made.name.clone(),
            key_hash: made.key.hash(),
            ending: made.key.ending(),
            lists_at_once,
            hourly: checked.hourly,
            expires_at: checked.expires_at,
            form: form.clone(),
        })
        .collect();
    app.db
        .write(move |tx| {
            // The hub's row first: with it locked, nobody makes keys beside us.
            crate::db::hubs::touch_quietly(tx, id, now)?;
            if keys::are_made(tx.reading(), id, &form)? {
                return Err(KeysError::Again);
            }
            let new = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            if keys::count_good(tx.reading(), id, now)? + new > MAX_KEYS {
                let sentence = format!(
                    "A hub has at most {MAX_KEYS} personal ping addresses that work. Revoke some first."
                );
                return Err(KeysError::Problems(Problems::one("names", sentence)));
            }
            if keys::count(tx.reading(), id)? + new > MAX_EVER {
                let sentence = format!(
                    "A hub remembers at most {MAX_EVER} personal ping addresses, for their names on its posts."
                );
                return Err(KeysError::Problems(Problems::one("names", sentence)));
            }
            for row in &rows {
                keys::insert(tx, id, row, now)?;
            }
            let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
            let detail = format!("made ping addresses: {}", names.join(", "));
            Ok(log::insert(tx, id, Some(by), LogKind::Key, &detail, now)?)
        })
        .await?;
    Ok(made)
}

/// Revokes a key.
pub async fn revoke(app: &App, hub: HubId, key: KeyId, by: AccountId) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let name = keys::revoke(tx, hub, key, now)?;
            let detail = format!("revoked the ping address of {name}");
            log::insert(tx, hub, Some(by), LogKind::Key, &detail, now)
        })
        .await
}
