//! What it takes to take a hub home: its pages as everybody sees them, and a turn.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use super::App;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::model::id::HubId;

/// The most hubs that are taken home at the same time.
const MAX_AT_ONCE: usize = 4;

/// What a page or file of ours is answered with, where it is.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Its Content-Security-Policy.
    pub policy: String,
    /// The file.
    pub body: Vec<u8>,
}

/// A future of one thread.
pub type Local<T> = Pin<Box<dyn Future<Output = T>>>;

/// There is an answer, and it could not be given just now.
#[derive(Debug)]
pub struct Unanswered;

/// Asks for what is at a path, as somebody who is nobody in particular; `None` where nothing is there
/// that they may read.
pub type Ask = Box<dyn Fn(String) -> Local<Result<Option<Answered>, Unanswered>>>;

/// The doors, from inside: they know how pages look, and set this once.
#[derive(Debug, Clone, Copy)]
pub struct Inside {
    /// Opens them, on the thread that asks.
    pub open: fn(Arc<App>) -> Local<Ask>,
    /// The page that searches a hub without a server: its public categories are these.
    pub search_page: fn(&Hub, &[Category]) -> Option<Answered>,
}

/// Who is taken home just now.
#[derive(Debug, Clone, Default)]
pub struct TakingHome(Arc<Mutex<HashSet<HubId>>>);

/// A turn at it: given back when it is dropped.
#[derive(Debug)]
pub struct Turn {
    all: TakingHome,
    hub: HubId,
}

impl TakingHome {
    /// A turn for a hub; `None` where it has one, or too many others do.
    pub fn begin(&self, hub: HubId) -> Option<Turn> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = all.len() < MAX_AT_ONCE && all.insert(hub);
        is_free.then(|| Turn { all: self.clone(), hub })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.hub);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_has_one_turn_and_an_instance_four() {
        let all = TakingHome::default();
        let first = all.begin(HubId(1)).unwrap();
        assert!(all.begin(HubId(1)).is_none());
        let others: Vec<Turn> = (2..=4).filter_map(|hub| all.begin(HubId(hub))).collect();
        assert_eq!(others.len(), 3);
        assert!(all.begin(HubId(5)).is_none());
        drop(first);
        assert!(all.begin(HubId(5)).is_some(), "and is given back at once");
    }
}
