//! A hub is begun again, for the next year: with its categories, rules, members, blogs' standing and
//! look; without its posts and its secrets.

use super::{HubDraft, HubError, TAKEN as HUB_TAKEN, check_with_names, is_approved};
use crate::app::App;
use crate::db::accounts::Account;
use crate::db::categories::{Category, CategoryTexts};
use crate::db::copies::{self, Copy};
use crate::db::hubs::{Hub, HubTexts};
use crate::db::{DbError, Tx, categories, hubs, log, readers, series, slugs, websub};
use crate::model::category::{PingPolicy, Readers, ReadingPassword};
use crate::model::hub::line;
use crate::model::id::{HubId, SeriesId};
use crate::model::log::LogKind;
use crate::model::passphrase::Passphrase;
use crate::model::problems::Problems;
use crate::model::series::{MAX_TITLE, TAKEN, next_year, slug_of, without_year};
use crate::model::slug::Slug;
use crate::secret::HasherBusy;

/// The next hub as somebody typed it.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct NextDraft {
    /// Its title.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// The first day, `YYYY-MM-DD`, or empty.
    pub starts_on: String,
    /// The last day, `YYYY-MM-DD`, or empty.
    pub ends_on: String,
    /// The posting passphrase of all categories that ask for one.
    pub passphrase: String,
    /// The reading password of all that asks for one.
    pub reading_password: String,
    /// What the series of both is called; empty: they are in none. Not asked where there is one.
    pub series: String,
}

impl std::fmt::Debug for NextDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NextDraft").field("slug", &self.slug).finish_non_exhaustive()
    }
}

impl NextDraft {
    /// What the hub after this one is probably called.
    pub fn after(hub: &Hub) -> Self {
        let next = next_year(&hub.title);
        let has_year = next.is_some();
        let by_title = next.as_deref().map(Slug::suggest);
        Self {
            slug: next_year(&hub.slug).or(by_title).unwrap_or_default(),
            title: next.unwrap_or_else(|| hub.title.clone()),
            series: if has_year { without_year(&hub.title) } else { String::new() },
            ..Self::default()
        }
    }

    /// The texts of the hub before, but for what is another.
    fn hub(&self, before: &Hub) -> HubDraft {
        HubDraft {
            title: self.title.clone(),
            slug: self.slug.clone(),
            starts_on: self.starts_on.clone(),
            ends_on: self.ends_on.clone(),
            ..HubDraft::of(before)
        }
    }
}

/// Which secrets the next hub needs: those of this one stay its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Secrets {
    /// A category asks for a posting passphrase.
    pub passphrase: bool,
    /// The hub or a category asks for a reading password.
    pub reading_password: bool,
}

impl Secrets {
    /// Those of a hub with these categories.
    pub fn of(hub: &Hub, categories: &[Category]) -> Self {
        let asks = |readers| readers == Readers::Password;
        Self {
            passphrase: categories.iter().any(|c| c.ping_policy == PingPolicy::Passphrase),
            reading_password: asks(hub.readers) || categories.iter().any(|c| asks(c.readers)),
        }
    }
}

/// Why a hub was not begun again.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The hub.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// Try again in a moment.
    #[error("too many passwords are being checked")]
    Busy(#[from] HasherBusy),
}

impl From<DbError> for BeginError {
    fn from(error: DbError) -> Self {
        Self::Hub(error.into())
    }
}

/// What was checked, with the hashes of its secrets.
struct Next {
    texts: HubTexts,
    passphrase: Option<String>,
    reading_password: Option<String>,
    /// The series that is to be made.
    series: Option<(Slug, String)>,
}

/// Begins a hub again; its slug. All that is wrong is said at once, and nothing is half begun.
pub async fn begin_again(
    app: &App,
    before: &Hub,
    draft: &NextDraft,
    by: &Account,
) -> Result<Slug, BeginError> {
    let id = before.id;
    let (categories, in_series) = app
        .db
        .read(move |c| Ok::<_, DbError>((categories::list(c, id)?, series::find_of(c, id)?)))
        .await?;
    let next = check(app, before, draft, &categories, in_series.is_some()).await?;
    let slug = next.texts.slug.clone();
    let (before, by, now) = (before.clone(), by.clone(), app.clock.now());
    let approved = is_approved(app, &by);
    let tells_others = !app.config.websub.websub_hubs.is_empty();
    app.db
        .write(move |tx| {
            let to = hubs::insert(tx, &next.texts, approved, now)?;
            websub::update_pushed(tx, to, tells_others)?;
            let copy = Copy { from: before.id, to, by: by.id, now };
            copies::copy_hub(tx, copy)?;
            copy_categories(tx, copy, &next)?;
            if before.readers != Readers::Public {
                let hash = next.reading_password.clone();
                readers::update_hub(tx, to, before.readers, hash, now)?;
            }
            join_series(tx, copy, next.series.as_ref())?;
            let detail = format!("begun again from {}", before.title);
            log::insert(tx, to, Some(by.id), LogKind::HubChanged, &detail, now)?;
            let detail = format!("begun again as {}", next.texts.title);
            log::insert(tx, before.id, Some(by.id), LogKind::HubChanged, &detail, now)
        })
        .await?;
    Ok(slug)
}

async fn check(
    app: &App,
    before: &Hub,
    draft: &NextDraft,
    categories: &[Category],
    is_in_series: bool,
) -> Result<Next, BeginError> {
    let mut problems = Problems::default();
    let texts = match check_with_names(app, &draft.hub(before)).await {
        Ok(texts) => {
            let slug = texts.slug.clone();
            if app.db.read(move |c| slugs::find_hub(c, slug.as_str())).await?.is_some() {
                problems.add("slug", HUB_TAKEN);
            }
            Some(texts)
        }
        Err(HubError::Problems(found)) => {
            problems.extend(found);
            None
        }
        Err(error) => return Err(error.into()),
    };
    let needs = Secrets::of(before, categories);
    let passphrase = match needs.passphrase {
        true => problems.take("passphrase", Passphrase::parse(&draft.passphrase)),
        false => None,
    };
    let reading_password = match needs.reading_password {
        true => problems.take("reading_password", ReadingPassword::parse(&draft.reading_password)),
        false => None,
    };
    let title = line(&draft.series, MAX_TITLE);
    let hub = before.id;
    let series = match is_in_series || title.is_empty() {
        true => None,
        false => problems.take("series", slug_of(&title)).map(|slug| (slug, title)),
    };
    if let Some((slug, _)) = series.clone()
        && !app.db.read(move |c| series::is_free(c, hub, &slug)).await?
    {
        problems.add("series", TAKEN);
    }
    let Some(texts) = texts.filter(|_| problems.is_empty()) else {
        return Err(HubError::Problems(problems).into());
    };
    // One hash each: they protect the same, and a hub may have fifty categories.
    let passphrase = match passphrase {
        Some(passphrase) => Some(app.hasher.hash(passphrase.secret().clone()).await?),
        None => None,
    };
    let reading_password = match reading_password {
        Some(password) => Some(app.hasher.hash(password.into_secret()).await?),
        None => None,
    };
    Ok(Next { texts, passphrase, reading_password, series })
}

/// Opens the categories anew: in their order, and open from now on, whatever the days of the last
/// year were.
fn copy_categories(tx: &mut Tx<'_>, copy: Copy, next: &Next) -> Result<(), DbError> {
    for category in categories::list(tx.reading(), copy.from)? {
        let asks = category.ping_policy == PingPolicy::Passphrase;
        let locked = category.readers == Readers::Password;
        let texts = CategoryTexts {
            slug: Slug::for_category(&category.slug).map_err(|_never_stored| DbError::NotFound)?,
            title: category.title,
            description: category.description,
            ping_policy: category.ping_policy,
            listing_policy: category.listing_policy,
            passphrase_hash: next.passphrase.clone().filter(|_| asks),
            unproved_policy: category.unproved_policy,
            link_back: category.link_back,
            is_default: category.is_default,
            opens_at: None,
            closes_at: None,
            keep_old_until: None,
            takes_get: category.takes_get,
        };
        let hash = next.reading_password.clone().filter(|_| locked);
        copies::insert_category(tx, copy, &texts, category.readers, hash)?;
    }
    Ok(())
}

/// Puts the next hub into the series of the one before, or both into a new one.
fn join_series(tx: &mut Tx<'_>, copy: Copy, new: Option<&(Slug, String)>) -> Result<(), DbError> {
    let (series, both): (SeriesId, &[HubId]) =
        match (series::find_of(tx.reading(), copy.from)?, new) {
            (Some(series), _) => (series.id, &[copy.to]),
            (None, Some((slug, title))) => {
                (series::open(tx, copy.from, slug, title, copy.now)?, &[copy.from, copy.to])
            }
            (None, None) => return Ok(()),
        };
    both.iter().try_for_each(|hub| series::insert_hub(tx, *hub, series, copy.now))
}
