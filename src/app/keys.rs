//! A hub's ping keys, as pings meet them.

use std::collections::HashMap;
use std::sync::Arc;

use super::App;
use crate::db::DbError;
use crate::db::keys::{self, Key};
use crate::model::id::{HubId, KeyId};
use crate::model::ping_key::PingKey;
use crate::pages_cache::{Keepable, Subject};

/// The keys of one hub, by their hashes.
#[derive(Debug, Default)]
pub struct HubKeys(HashMap<Vec<u8>, Arc<Key>>);

impl HubKeys {
    /// These keys.
    pub fn of(keys: Vec<Key>) -> Self {
        Self(keys.into_iter().map(|key| (key.key_hash.clone(), Arc::new(key))).collect())
    }

    /// The row of a key, if it is one of this hub's. What is compared is a hash of 130 random
    /// bits: how long it takes tells nothing.
    pub fn find(&self, key: &PingKey) -> Option<Arc<Key>> {
        self.0.get(&key.hash()).map(Arc::clone)
    }
}

impl HubKeys {
    /// The key of this row.
    pub fn find_by_id(&self, id: KeyId) -> Option<Arc<Key>> {
        self.0.values().find(|key| key.id == id).map(Arc::clone)
    }
}

impl Keepable for Arc<HubKeys> {
    fn weight(&self) -> u32 {
        u32::try_from(512 + self.0.len() * 400).unwrap_or(u32::MAX)
    }
}

impl App {
    /// The keys of a hub, from memory where none changed: a flood of made-up keys asks no database.
    pub async fn keys_of(&self, hub: HubId) -> Result<Arc<HubKeys>, DbError> {
        let name = hub.0.to_string();
        if let Some(keys) = self.keys.get(&name) {
            return Ok(keys);
        }
        let subject = Subject::Settings(hub);
        let generation = self.generations.of(subject);
        let all = self.db.read(move |c| keys::list(c, hub)).await?;
        let keys = Arc::new(HubKeys::of(all));
        self.keys.keep(name, subject, generation, Arc::clone(&keys));
        Ok(keys)
    }
}
