//! The names of their own that hubs have, as requests and addresses meet them: from memory, until
//! the list of hubs changes.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;
use url::Url;

use super::App;
use crate::db::own_names::{self, ProvedName};
use crate::db::{DbConnection, DbError};
use crate::model::category::Readers;
use crate::model::own_name::{home_of, inward_url};
use crate::model::web_url::is_same_site;

/// A name of a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The hub's name in addresses.
    pub slug: String,
    /// Where pages under this name are: `https://talks.example`.
    pub home: String,
    /// Where the hub's pages are, if it uses a name of its own: this one, or another.
    pub used: Option<String>,
    /// Whether the hub is behind a reading password.
    pub is_locked: bool,
    /// Whether the operator has suspended the hub.
    pub is_suspended: bool,
}

impl Named {
    /// Whether the hub's pages are under this very name.
    pub fn is_used(&self) -> bool {
        self.used.as_deref() == Some(&self.home)
    }
}

/// All names of hubs.
#[derive(Debug, Default)]
pub struct Names {
    by_host: HashMap<String, Arc<Named>>,
    /// Hubs that use a name, by their names in addresses, today's and former ones.
    by_slug: HashMap<String, Arc<Named>>,
}

impl Names {
    fn read(connection: &mut DbConnection, base: &Url) -> Result<Self, DbError> {
        let mut names = Self::default();
        let mut used = HashMap::new();
        for proved in own_names::list_proved(connection)? {
            let ProvedName { host, hub, slug, own_home, readers, suspended_at } = proved;
            let named = Arc::new(Named {
                slug,
                home: home_of(&host, base),
                used: own_home,
                is_locked: readers == Readers::Password,
                is_suspended: suspended_at.is_some(),
            });
            if named.is_used() {
                used.insert(hub, Arc::clone(&named));
            }
            names.by_host.insert(host, named);
        }
        for (hub, slug) in own_names::list_slugs(connection)? {
            if let Some(named) = used.get(&hub) {
                names.by_slug.insert(slug, Arc::clone(named));
            }
        }
        Ok(names)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_host.is_empty()
    }

    /// The hub that has this name.
    pub fn of_host(&self, host: &str) -> Option<&Arc<Named>> {
        self.by_host.get(host)
    }

    /// The hub with this name in addresses, if it uses a name of its own.
    pub fn of_slug(&self, slug: &str) -> Option<&Arc<Named>> {
        self.by_slug.get(slug)
    }

    /// The names that are in use.
    fn used(&self) -> HashSet<String> {
        let used = self.by_host.iter().filter(|(_, named)| named.is_used());
        used.map(|(host, _)| host.clone()).collect()
    }
}

/// The names as they are known, and the revision of the list of hubs that they stand for.
#[derive(Debug, Default)]
pub struct OwnNames {
    known: RwLock<(Option<i64>, Arc<Names>)>,
    turn: Mutex<()>,
}

impl OwnNames {
    fn known(&self) -> (Option<i64>, Arc<Names>) {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl App {
    /// The names of hubs as they are now. Where the database does not say, those of before.
    pub async fn names(&self) -> Arc<Names> {
        let is_todays = |known: &Option<i64>| *known == Some(self.generations.list_revision());
        let (revision, names) = self.own_names.known();
        if is_todays(&revision) {
            return names;
        }
        let _turn = self.own_names.turn.lock().await;
        let (revision, before) = self.own_names.known();
        if is_todays(&revision) {
            return before;
        }
        // Before the names are read: what changes meanwhile is read anew.
        let revision = self.generations.list_revision();
        let base = self.addresses.base().clone();
        match self.db.read(move |c| Names::read(c, &base)).await {
            Ok(names) => {
                let names = Arc::new(names);
                self.fetcher.set_own_names(names.used());
                let mut known =
                    self.own_names.known.write().unwrap_or_else(PoisonError::into_inner);
                *known = (Some(revision), Arc::clone(&names));
                names
            }
            Err(error) => {
                tracing::warn!(%error, "the names of hubs were not read");
                before
            }
        }
    }

    /// Whether an address is one of ours: this site's, or under a name that a hub uses.
    pub fn is_ours(&self, url: &Url) -> bool {
        is_same_site(url, self.addresses.base())
            || self.named(url).is_some_and(|named| named.is_used())
    }

    /// The address on this site that one under a hub's own name stands for; others stay as they are.
    pub fn inward(&self, url: &Url) -> Url {
        match self.named(url) {
            Some(named) => inward_url(url, &named.slug, self.addresses.base()),
            None => url.clone(),
        }
    }

    /// The same for the address of a feed, to the letter.
    pub fn inward_text(&self, address: &str) -> String {
        let named = Url::parse(address).ok().and_then(|url| self.named(&url));
        let rest = named.as_ref().and_then(|named| {
            Some((&named.slug, address.strip_prefix(&named.home)?.strip_prefix('/')?))
        });
        rest.map_or_else(
            || address.to_owned(),
            |(slug, rest)| format!("{}/{slug}/{rest}", self.addresses.home()),
        )
    }

    fn named(&self, url: &Url) -> Option<Arc<Named>> {
        let (_, names) = self.own_names.known();
        if names.is_empty() {
            return None;
        }
        let host = url.host_str()?;
        let host = host.strip_suffix('.').unwrap_or(host);
        let without = || names.of_host(host.strip_prefix("www.")?);
        let named = names.of_host(host).or_else(without)?;
        let home = Url::parse(&named.home).ok()?;
        is_same_site(url, &home).then(|| Arc::clone(named))
    }
}
