//! Importing the schedule that was looked at.

use std::collections::{HashMap, HashSet};

use super::plan::{Into, Plan, Planned};
use super::{ProgrammeError, parse, plan};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::categories::CategoryTexts;
use crate::db::hubs::Hub;
use crate::db::slugs::find_category;
use crate::db::talks::{self, Programme, Talk, TalkTexts};
use crate::db::{Db, DbError, Tx, categories, hubs, log};
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy, Readers, UnprovedPolicy};
use crate::model::id::{AccountId, CategoryId, HubId, PingId, TalkId};
use crate::model::log::LogKind;
use crate::model::passphrase::Passphrase;
use crate::model::slug::{MAX_SLUG, Slug};
use crate::model::talk::Session;
use crate::model::web_url::Hosts;

/// How many posts one transaction files: no other write waits long for it.
const FILED_AT_ONCE: usize = 100;
/// Names are tried this often until a free one is found.
const TRIES: usize = 1_000;

/// What was done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Talks that are new.
    pub added: usize,
    /// Talks that changed.
    pub changed: usize,
    /// Talks that the schedule has no more.
    pub gone: usize,
    /// Categories that were opened.
    pub categories: usize,
    /// Posts that stand under other talks than before.
    pub filed: usize,
}

impl Imported {
    fn of(plan: &Plan) -> Self {
        Self {
            added: plan.added,
            changed: plan.changed(),
            gone: plan.gone.len(),
            categories: plan.categories.len(),
            filed: 0,
        }
    }
}

/// Imports the schedule that is kept for a hub. Posts stay in their categories; those whose pages
/// link to a talk's stand under it from now on. Categories that are opened all get this passphrase.
pub async fn apply(
    app: &App,
    hub: &Hub,
    passphrase: &str,
    by: Option<AccountId>,
) -> Result<Imported, ProgrammeError> {
    let (id, hosts, now) = (hub.id, app.hosts(), app.clock.now());
    let (programme, sessions) = read(app, hub).await?;
    let hash = match passphrase.trim() {
        "" => None,
        typed => {
            let typed = Passphrase::parse(typed);
            let typed = typed.map_err(|wrong| ProgrammeError::of("passphrase", wrong))?;
            Some(app.hasher.hash(typed.secret().clone()).await?)
        }
    };
    let import = Import { hub: id, programme, sessions, hosts, hash, by, now };
    let mut imported = app.db.write(move |tx| import.write(tx)).await?;
    // What was imported stays whoever asked went away, and so its posts are filed to the last.
    let filing = tokio::spawn(file_posts(app.db.clone(), id, now));
    imported.filed = filing.await.map_err(|_panicked| DbError::Panicked)??;
    Ok(imported)
}

async fn read(app: &App, hub: &Hub) -> Result<(Programme, Vec<Session>), ProgrammeError> {
    let id = hub.id;
    let found = app.db.read(move |c| talks::find_programme(c, id)).await?;
    let nothing =
        || ProgrammeError::of("file", "There is no schedule to import: choose one again.");
    let mut programme = found.ok_or_else(nothing)?;
    let file = programme.draft.take().ok_or_else(nothing)?;
    let (file, sessions) = parse(app, hub, file).await?;
    programme.draft = Some(file);
    Ok((programme, sessions.map_err(|wrong| ProgrammeError::of("file", wrong))?))
}

/// Files the posts anew that any talk may be about.
async fn file_posts(db: Db, hub: HubId, now: Timestamp) -> Result<usize, DbError> {
    let pings = db.read(move |c| talks::list_linked(c, hub)).await?;
    let mut filed = 0;
    for some in pings.chunks(FILED_AT_ONCE) {
        let some: Vec<PingId> = some.to_vec();
        filed += db.write(move |tx| talks::file_again(tx, hub, &some, now)).await?;
    }
    Ok(filed)
}

/// An import, as it is written.
struct Import {
    hub: HubId,
    programme: Programme,
    sessions: Vec<Session>,
    hosts: Hosts,
    hash: Option<String>,
    by: Option<AccountId>,
    now: Timestamp,
}

impl Import {
    fn write(self, tx: &mut Tx<'_>) -> Result<Imported, ProgrammeError> {
        // The hub's row first: two who import at once wait for each other.
        crate::db::members::lock(tx, self.hub)?;
        let kept = talks::find_programme(tx.reading(), self.hub)?;
        if kept.and_then(|kept| kept.draft) != self.programme.draft {
            let sentence = "Somebody chose another schedule meanwhile: look at it first.";
            return Err(ProgrammeError::of("file", sentence));
        }
        let plan = plan(tx.reading(), self.hub, &self.programme, &self.sessions, self.hosts)?;
        let plan = plan.map_err(ProgrammeError::Problems)?;
        if self.hash.is_none() && !plan.categories.is_empty() {
            let sentence = "Choose a posting passphrase for the new categories.";
            return Err(ProgrammeError::of("passphrase", sentence));
        }
        if !plan.is_empty() {
            self.change(tx, &plan)?;
        }
        talks::set_imported(tx, self.hub, self.now)?;
        Ok(Imported::of(&plan))
    }

    fn change(&self, tx: &mut Tx<'_>, plan: &Plan) -> Result<(), ProgrammeError> {
        let (hub, now) = (self.hub, self.now);
        let there = talks::list_all(tx.reading(), hub)?;
        match shows(&there, plan, &categories::list(tx.reading(), hub)?) {
            true => hubs::touch(tx, hub, now)?,
            false => hubs::touch_quietly(tx, hub, now)?,
        }
        let mut opened = Vec::new();
        for title in &plan.categories {
            opened.push(self.open(tx, title)?);
        }
        for (category, title) in &plan.renamed {
            let title = crate::model::hub::line(title, crate::model::hub::MAX_TITLE);
            categories::update_title(tx, hub, *category, &title, now)?;
        }
        let mut slugs: HashSet<String> = there.into_iter().map(|talk| talk.slug).collect();
        for planned in &plan.changes {
            put(tx, hub, planned, &opened, &mut slugs)?;
        }
        for talk in &plan.gone {
            talks::remove(tx, hub, *talk, now)?;
        }
        talks::count_anew(tx, hub)?;
        let (added, changed, gone) = (plan.added, plan.changed(), plan.gone.len());
        let detail = format!("programme ({added} new, {changed} changed, {gone} gone)");
        Ok(log::insert(tx, hub, self.by, LogKind::HubChanged, &detail, now)?)
    }

    /// Opens a category as the desk's form does where nothing is chosen.
    fn open(&self, tx: &mut Tx<'_>, title: &str) -> Result<CategoryId, DbError> {
        let texts = CategoryTexts {
            slug: free_slug(tx, self.hub, title)?,
            title: title.to_owned(),
            description: String::new(),
            ping_policy: PingPolicy::Passphrase,
            listing_policy: ListingPolicy::NewBlogWaits,
            passphrase_hash: self.hash.clone(),
            unproved_policy: UnprovedPolicy::Wait,
            link_back: LinkBack::Counts,
            is_default: false,
            opens_at: None,
            closes_at: None,
            keep_old_until: None,
            takes_get: false,
        };
        log::insert(tx, self.hub, self.by, LogKind::CategoryOpened, title, self.now)?;
        categories::insert(tx, self.hub, &texts, self.now)
    }
}

/// Whether everybody may see anything of what is changed.
fn shows(there: &[Talk], plan: &Plan, all: &[categories::Category]) -> bool {
    let of_talk: HashMap<TalkId, CategoryId> =
        there.iter().map(|talk| (talk.id, talk.category_id)).collect();
    let is_public = |id: &CategoryId| {
        all.iter().any(|category| category.id == *id && category.readers == Readers::Public)
    };
    let into = |planned: &Planned| match &planned.into {
        Into::New(_) => true,
        Into::Category(id) => is_public(id),
    };
    let was =
        plan.changes.iter().filter_map(|planned| planned.talk).chain(plan.gone.iter().copied());
    plan.changes.iter().any(into) || was.filter_map(|talk| of_talk.get(&talk)).any(is_public)
}

fn put(
    tx: &mut Tx<'_>,
    hub: HubId,
    planned: &Planned,
    opened: &[CategoryId],
    slugs: &mut HashSet<String>,
) -> Result<(), DbError> {
    let category_id = match planned.into {
        Into::Category(id) => id,
        Into::New(at) => *opened.get(at).ok_or(DbError::NotFound)?,
    };
    let texts = TalkTexts { category_id, ..planned.texts.clone() };
    if let Some(talk) = planned.talk {
        return talks::update(tx, hub, talk, &texts);
    }
    let free = names(&planned.slug).find(|name| !slugs.contains(name)).ok_or(DbError::Busy)?;
    talks::insert(tx, hub, &free, &texts)?;
    slugs.insert(free);
    Ok(())
}

/// A name, and what else it may be where that is taken.
fn names(name: &str) -> impl Iterator<Item = String> {
    let short: String = name.chars().take(MAX_SLUG - 5).collect();
    let short = short.trim_end_matches('-').to_owned();
    let others = (2..TRIES).map(move |n| format!("{short}-{n}"));
    std::iter::once(name.to_owned()).chain(others)
}

/// A name in addresses that no category of the hub has or had.
fn free_slug(tx: &mut Tx<'_>, hub: HubId, title: &str) -> Result<Slug, DbError> {
    let suggested = Slug::suggest(title);
    let suggested = if suggested.is_empty() { "talk" } else { &suggested };
    for name in names(suggested) {
        let Ok(slug) = Slug::for_category(&name) else { continue };
        if find_category(tx.reading(), hub, slug.as_str())?.is_none() {
            return Ok(slug);
        }
    }
    Err(DbError::Busy)
}
