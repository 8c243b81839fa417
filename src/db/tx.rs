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

    pub(super) fn touch_hub(&mut self, hub: HubId, revision: i64) {
        self.touched.hubs.retain(|(this, _)| *this != hub);
        self.touched.hubs.push((hub, revision));
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

/// What a commit changed: what the public pages of which hubs show, and what receipts say.
#[derive(Debug, Default)]
pub struct Touched {
    /// Hubs whose revision moved, and where to.
    pub hubs: Vec<(HubId, i64)>,
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
