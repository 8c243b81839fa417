//! Who may read a hub or a category, and the secret addresses of feeds.

use crate::app::App;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::{DbError, log, readers};
use crate::model::category::{Readers, ReadingPassword};
use crate::model::id::AccountId;
use crate::model::log::LogKind;
use crate::model::problems::Problems;
use crate::secret::{HasherBusy, Secret};

/// Who may read, as somebody typed it.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct ReadersDraft {
    /// `public`, `unlisted` or `password`.
    pub readers: String,
    /// A new reading password, or empty to keep the one there is.
    pub password: String,
}

impl std::fmt::Debug for ReadersDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadersDraft").field("readers", &self.readers).finish_non_exhaustive()
    }
}

/// Why it was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ReadersError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// Try again in a moment.
    #[error("too many passwords are being checked")]
    Busy(#[from] HasherBusy),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Says who may read a hub, or one of its categories. From then on nothing that was kept is shown.
pub async fn edit(
    app: &App,
    hub: &Hub,
    category: Option<&Category>,
    draft: &ReadersDraft,
    by: AccountId,
) -> Result<(), ReadersError> {
    let had = match category {
        Some(category) => category.reading_hash.is_some(),
        None => hub.reading_hash.is_some(),
    };
    let readers = check(draft, category.is_none(), had).map_err(ReadersError::Problems)?;
    let typed = draft.password.trim();
    let hash = if readers == Readers::Password && !typed.is_empty() {
        Some(app.hasher.hash(Secret::new(typed.to_owned())).await?)
    } else {
        None
    };
    let (id, now) = (category.map(|category| category.id), app.clock.now());
    let what = category.map_or_else(|| "the hub".to_owned(), |category| category.title.clone());
    let detail = format!("said who may read {what}: {}", words(readers));
    let hub = hub.id;
    app.db
        .write(move |tx| {
            match id {
                Some(id) => readers::update_category(tx, hub, id, readers, hash, now)?,
                None => readers::update_hub(tx, hub, readers, hash, now)?,
            }
            log::insert(tx, hub, Some(by), LogKind::Key, &detail, now)
        })
        .await?;
    Ok(())
}

const fn words(readers: Readers) -> &'static str {
    match readers {
        Readers::Public => "everybody",
        Readers::Unlisted => "whoever has its address",
        Readers::Password => "whoever knows the reading password",
    }
}

/// A password beside another answer is asked about: saved without a word, it would protect nothing.
fn check(draft: &ReadersDraft, is_hub: bool, had_password: bool) -> Result<Readers, Problems> {
    let Some(readers) = Readers::parse(&draft.readers) else {
        return Err(Problems::one("readers", "Choose who may read."));
    };
    match (readers, draft.password.trim().is_empty()) {
        (Readers::Public | Readers::Unlisted, true) => Ok(readers),
        (Readers::Public | Readers::Unlisted, false) => {
            Err(Problems::one("password", with_another_answer(readers, is_hub)))
        }
        (Readers::Password, true) if had_password => Ok(readers),
        (Readers::Password, _) => match ReadingPassword::parse(&draft.password) {
            Ok(_) => Ok(readers),
            Err(error) => Err(Problems::one("password", error)),
        },
    }
}

fn with_another_answer(readers: Readers, is_hub: bool) -> String {
    let chosen = match (readers, is_hub) {
        (Readers::Public, true) => "Everybody",
        (Readers::Public, false) => "Whoever may read the hub",
        (Readers::Unlisted | Readers::Password, _) => "Whoever has its address",
    };
    format!(
        "You typed a reading password, but chose “{chosen}”: choose “Whoever knows its reading \
         password”, or leave the password empty."
    )
}

/// Gives the feeds of a hub or category another secret address: the one before stops working.
pub async fn renew_feed(
    app: &App,
    hub: &Hub,
    category: Option<&Category>,
    by: AccountId,
) -> Result<(), DbError> {
    let of = category.map_or_else(|| "the hub".to_owned(), |category| category.title.clone());
    let (hub, category) = (hub.id, category.map(|category| category.id));
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            readers::update_feed_epoch(tx, hub, category, now)?;
            let detail = format!("made another secret feed address of {of}");
            log::insert(tx, hub, Some(by), LogKind::Key, &detail, now)
        })
        .await
}
