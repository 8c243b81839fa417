//! A transaction that may write, and what it changed.

use super::connection::DbConnection;
use crate::model::id::{HubId, PingId};

/// A transaction that may write. Functions that write take it; [`super::Db::write`] alone makes
/// one, so that nothing is written past the writer.
pub struct Tx<'a> {
    pub(super) connection: &'a mut DbConnection,
    touched: &'a mut Touched,
}

impl<'a> Tx<'a> {
    pub(super) const fn new(connection: &'a mut DbConnection, touched: &'a mut Touched) -> Self {
        Self { connection, touched }
    }

    /// The connection, for functions that only read.
    pub const fn reading(&mut self) -> &mut DbConnection {
        self.connection
    }

    /// A hub stands at a new revision. `only_lists`: its posts came or went, and who may send what
    /// is as it was.
    pub(super) fn touch_hub(&mut self, id: HubId, revision: i64, only_lists: bool) {
        let is_it = |touched: &TouchedHub| touched.id == id;
        let before = self.touched.hubs.iter().position(is_it);
        let before = before.map(|place| self.touched.hubs.swap_remove(place));
        let only_lists = only_lists && before.is_none_or(|before| before.only_lists);
        self.touched.hubs.push(TouchedHub { id, revision, only_lists });
    }

    pub(super) fn touch_ping(&mut self, ping: PingId) {
        self.touched.pings.push(ping);
    }

    pub(super) const fn enqueued(&mut self) {
        self.touched.jobs = true;
    }

    pub(super) const fn touch_instance(&mut self, revision: i64) {
        self.touched.instance = Some(revision);
    }
}

/// A hub whose revision moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TouchedHub {
    /// Which.
    pub id: HubId,
    /// Where it moved to.
    pub revision: i64,
    /// Whether nothing but its lists changed.
    pub only_lists: bool,
}

/// What a commit changed: what the public pages of which hubs show, and what receipts say.
#[derive(Debug, Default)]
pub struct Touched {
    /// Hubs whose revision moved.
    pub hubs: Vec<TouchedHub>,
    /// The instance's revision, if the list of hubs itself changed: one was opened, renamed,
    /// approved, deleted.
    pub instance: Option<i64>,
    /// Pings whose receipts say something else now, as often as something happened to them.
    pub pings: Vec<PingId>,
    /// Whether there is something new to do for the worker.
    pub jobs: bool,
}

impl Touched {
    pub(super) fn add(&mut self, other: Self) {
        self.hubs.extend(other.hubs);
        self.pings.extend(other.pings);
        self.instance = other.instance.max(self.instance);
        self.jobs |= other.jobs;
    }

    /// Whether nothing that is shown changed.
    pub const fn is_nothing(&self) -> bool {
        self.hubs.is_empty() && self.pings.is_empty() && self.instance.is_none() && !self.jobs
    }
}
