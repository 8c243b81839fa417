//! Opening and changing categories.

use std::time::Duration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::categories::{Category, CategoryTexts};
use crate::db::hubs::Hub;
use crate::db::{DbError, categories, log, pings};
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy, UnprovedPolicy};
use crate::model::hub::{MAX_CATEGORIES, MAX_DESCRIPTION, MAX_TITLE, line, paragraphs};
use crate::model::id::{AccountId, CategoryId, HubId};
use crate::model::log::LogKind;
use crate::model::passphrase::Passphrase;
use crate::model::problems::Problems;
use crate::model::slug::Slug;
use crate::model::{text, time};
use crate::secret::HasherBusy;

/// A category as somebody typed it.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct CategoryDraft {
    /// Its title.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// One or two sentences.
    pub description: String,
    /// Who may ping.
    pub ping: String,
    /// When posts are listed.
    pub listing: String,
    /// A new passphrase, or empty to keep the one it has.
    pub passphrase: String,
    /// What becomes of Webmentions and Pingbacks without it; empty: they wait.
    pub unproved: String,
    /// What a link from the post means for TrackBack pings; empty: it counts.
    pub link_back: String,
    /// `on` where posts that link to the hub's own page belong here.
    pub is_default: String,
    /// It takes no pings before: `YYYY-MM-DDTHH:MM` in the hub's time zone; empty: from now on.
    pub opens_at: String,
    /// It takes no pings from then on; empty: it stays open.
    pub closes_at: String,
    /// Days the passphrase it has goes on working beside a new one; empty: none.
    pub keep_old: String,
    /// `on` where pings by GET are taken.
    pub takes_get: String,
}

impl std::fmt::Debug for CategoryDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CategoryDraft").field("slug", &self.slug).finish_non_exhaustive()
    }
}

impl CategoryDraft {
    /// What a category that already is would be typed as: without its passphrase, which nobody
    /// knows any more.
    pub fn of(category: &Category, time_zone: &str) -> Self {
        Self {
            title: category.title.clone(),
            slug: category.slug.clone(),
            description: category.description.clone(),
            ping: category.ping_policy.as_str().to_owned(),
            listing: category.listing_policy.as_str().to_owned(),
            passphrase: String::new(),
            unproved: category.unproved_policy.as_str().to_owned(),
            link_back: category.link_back.as_str().to_owned(),
            opens_at: time::local(category.opens_at, time_zone),
            closes_at: time::local(category.closes_at, time_zone),
            keep_old: "7".to_owned(),
            is_default: if category.is_default { "on" } else { "" }.to_owned(),
            takes_get: if category.takes_get { "on" } else { "" }.to_owned(),
        }
    }

    /// The default of a new category (`product.md`, rule 3): passphrase on, new blogs wait.
    pub fn new() -> Self {
        Self {
            ping: PingPolicy::Passphrase.as_str().to_owned(),
            listing: ListingPolicy::NewBlogWaits.as_str().to_owned(),
            unproved: UnprovedPolicy::Wait.as_str().to_owned(),
            link_back: LinkBack::Counts.as_str().to_owned(),
            ..Self::default()
        }
    }

    fn check(
        &self,
        has_passphrase: bool,
        time_zone: &str,
        now: Timestamp,
    ) -> Result<(CategoryTexts, Option<Passphrase>), Problems> {
        let mut problems = Problems::default();
        let title = line(&self.title, MAX_TITLE);
        if title.is_empty() {
            problems.add("title", "Give the category a title.");
        }
        let slug = problems.take("slug", Slug::for_category(&self.slug));
        let ping = PingPolicy::parse(&self.ping);
        if ping.is_none() {
            problems.add("ping", "Choose who may ping this category.");
        }
        let listing = ListingPolicy::parse(&self.listing);
        if listing.is_none() {
            problems.add("listing", "Choose when posts are listed.");
        }
        let unproved_policy = UnprovedPolicy::parse(&self.unproved).unwrap_or(UnprovedPolicy::Wait);
        let link_back = LinkBack::parse(&self.link_back).unwrap_or(LinkBack::Counts);
        let passphrase = if self.passphrase.trim().is_empty() {
            if ping == Some(PingPolicy::Passphrase) && !has_passphrase {
                problems
                    .add("passphrase", "Choose a posting passphrase: two words are easy to say.");
            }
            None
        } else if ping == Some(PingPolicy::Open) {
            problems.add(
                "passphrase",
                "Everybody may ping this category: leave the passphrase empty, or choose the first answer.",
            );
            None
        } else {
            problems.take("passphrase", Passphrase::parse(&self.passphrase))
        };
        let opens_at = problems.take("opens_at", time::moment(&self.opens_at, time_zone)).flatten();
        let closes_at =
            problems.take("closes_at", time::moment(&self.closes_at, time_zone)).flatten();
        if let (Some(opens), Some(closes)) = (opens_at, closes_at)
            && closes <= opens
        {
            problems.add("closes_at", "It cannot close before it opens.");
        }
        match (slug, ping, listing, problems.is_empty()) {
            (Some(slug), Some(ping_policy), Some(listing_policy), true) => {
                let description = text::cut(&paragraphs(&self.description), MAX_DESCRIPTION);
                let texts = CategoryTexts {
                    slug,
                    title,
                    description,
                    ping_policy,
                    listing_policy,
                    passphrase_hash: None,
                    unproved_policy,
                    link_back,
                    is_default: !self.is_default.is_empty(),
                    opens_at,
                    closes_at,
                    keep_old_until: self.keep_old_until(now),
                    takes_get: !self.takes_get.is_empty(),
                };
                Ok((texts, passphrase))
            }
            _ => Err(problems),
        }
    }
}

/// The longest a former passphrase goes on working, in days.
const MAX_KEEP_OLD: u64 = 90;

impl CategoryDraft {
    fn keep_old_until(&self, now: Timestamp) -> Option<Timestamp> {
        let days: u64 = self.keep_old.trim().parse().ok()?;
        let days = days.min(MAX_KEEP_OLD);
        (days > 0).then(|| now.plus(Duration::from_secs(days * 86_400)))
    }
}

/// A category that was opened or changed.
#[derive(Debug)]
pub struct Saved {
    /// The category.
    pub id: CategoryId,
    /// The passphrase that was just set: shown once, together with the ping address.
    pub passphrase: Option<Passphrase>,
}

/// Why a category was not opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum CategoryError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// Try again in a moment.
    #[error("too many passwords are being checked")]
    Busy(#[from] HasherBusy),
    /// The database failed.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for CategoryError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Problems(Problems::one(
                "slug",
                "Another category of this hub has or had this name: choose another.",
            )),
            error => Self::Database(error),
        }
    }
}

/// Opens a category at the end of a hub; `by` whom, unless the command line does.
pub async fn open(
    app: &App,
    hub: &Hub,
    draft: &CategoryDraft,
    by: Option<AccountId>,
) -> Result<Saved, CategoryError> {
    let (now, zone) = (app.clock.now(), &hub.time_zone);
    let (mut texts, passphrase) = draft.check(false, zone, now).map_err(CategoryError::Problems)?;
    texts.passphrase_hash = hash(app, passphrase.as_ref()).await?;
    let hub = hub.id;
    let id = app
        .db
        .write(move |tx| {
            if categories::count(tx.reading(), hub)? >= MAX_CATEGORIES {
                let sentence = format!("A hub has at most {MAX_CATEGORIES} categories.");
                return Err(CategoryError::Problems(Problems::one("title", sentence)));
            }
            log::insert(tx, hub, by, LogKind::CategoryOpened, &texts.title, now)?;
            Ok(categories::insert(tx, hub, &texts, now)?)
        })
        .await?;
    Ok(Saved { id, passphrase })
}

/// Changes a category. Without a new passphrase it keeps the one it has.
pub async fn edit(
    app: &App,
    hub: &Hub,
    category: &Category,
    draft: &CategoryDraft,
    by: AccountId,
) -> Result<Saved, CategoryError> {
    let has_passphrase = category.passphrase_hash.is_some();
    let (now, zone) = (app.clock.now(), &hub.time_zone);
    let (mut texts, passphrase) =
        draft.check(has_passphrase, zone, now).map_err(CategoryError::Problems)?;
    texts.passphrase_hash = hash(app, passphrase.as_ref()).await?;
    let (hub, id) = (hub.id, category.id);
    let changed = changed(category, &texts);
    app.db
        .write(move |tx| {
            if !changed.is_empty() {
                let detail = format!("{} ({changed})", texts.title);
                log::insert(tx, hub, Some(by), LogKind::CategoryChanged, &detail, now)?;
            }
            Ok::<_, CategoryError>(categories::update(tx, hub, id, &texts, now)?)
        })
        .await?;
    Ok(Saved { id, passphrase })
}

/// What of a category was changed, in words.
fn changed(old: &Category, new: &CategoryTexts) -> String {
    let fields = [
        ("title", old.title != new.title),
        ("name in addresses", old.slug != new.slug.as_str()),
        ("description", old.description != new.description),
        ("who may ping", old.ping_policy != new.ping_policy),
        ("posting passphrase", new.passphrase_hash.is_some()),
        ("when posts are listed", old.listing_policy != new.listing_policy),
        ("posts without passphrase", old.unproved_policy != new.unproved_policy),
        ("links back", old.link_back != new.link_back),
        ("default category", old.is_default != new.is_default),
        ("when it opens", old.opens_at != new.opens_at),
        ("when it closes", old.closes_at != new.closes_at),
        ("pings by GET", old.takes_get != new.takes_get),
    ];
    let changed: Vec<&str> = fields.iter().filter(|field| field.1).map(|field| field.0).collect();
    changed.join(", ")
}

async fn hash(app: &App, passphrase: Option<&Passphrase>) -> Result<Option<String>, HasherBusy> {
    match passphrase {
        Some(passphrase) => app.hasher.hash(passphrase.secret().clone()).await.map(Some),
        None => Ok(None),
    }
}

/// One place in a hub's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards the front.
    Up,
    /// Towards the end.
    Down,
}

/// Moves a category one place in its hub's order.
pub async fn move_one(
    app: &App,
    hub: HubId,
    category: CategoryId,
    direction: Direction,
) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let listed = categories::list(tx.reading(), hub)?;
            let mut order: Vec<CategoryId> = listed.iter().map(|category| category.id).collect();
            let at = order.iter().position(|id| *id == category).ok_or(DbError::NotFound)?;
            let to = match direction {
                Direction::Up => at.checked_sub(1),
                Direction::Down => Some(at + 1).filter(|to| *to < order.len()),
            };
            if let Some(to) = to {
                order.swap(at, to);
                categories::update_order(tx, hub, &order, now)?;
            }
            Ok(())
        })
        .await
}

/// Deletes a category with its pings, if its name was typed in.
pub async fn delete(
    app: &App,
    hub: HubId,
    category: &Category,
    typed: &str,
    by: Option<AccountId>,
) -> Result<(), CategoryError> {
    if typed.trim() != category.slug {
        let sentence = format!("Type {} to delete this category.", category.slug);
        return Err(CategoryError::Problems(Problems::one("confirm", sentence)));
    }
    let (id, now) = (category.id, app.clock.now());
    // Most rows go in transactions of their own, so that pings to others do not wait for them.
    while app.db.write(move |tx| pings::delete_some(tx, hub, Some(id))).await? > 0 {}
    let title = category.title.clone();
    app.db
        .write(move |tx| {
            log::insert(tx, hub, by, LogKind::CategoryDeleted, &title, now)?;
            Ok(categories::delete(tx, hub, id, now)?)
        })
        .await
}
