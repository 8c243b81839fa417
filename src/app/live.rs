//! Who listens to which hub: one room for each hub that anybody listens to.

mod room;

pub use room::{Listener, Room, Seen, TOLD};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::RateLimits;
use crate::limits::{AddressBlock, Connections, Place};
use crate::model::id::HubId;

/// The most that listen to hubs at the same time: each holds a connection, beside those that
/// `limits` counts, and less than 20 KiB.
pub const MAX_SEATS: usize = 2_500;

/// Until this many listen nobody is refused: a hall listens from one address.
const PLENTY: usize = 2_000;
/// What an address block may hold then.
const EACH: usize = 50;

/// The rooms that are open, and the seats in all of them.
#[derive(Debug)]
pub struct Live {
    /// Where those who come in are announced to the task that keeps a hub's room.
    doors: Mutex<HashMap<HubId, UnboundedSender<Listener>>>,
    seats: Arc<Semaphore>,
    shares: Connections,
}

/// A listener's seat: given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    _one_of_all: OwnedSemaphorePermit,
    _share: Place,
}

impl Live {
    /// Nobody listens.
    pub fn new(limits: RateLimits) -> Self {
        Self {
            doors: Mutex::default(),
            seats: Arc::new(Semaphore::new(MAX_SEATS)),
            shares: Connections::of(limits, PLENTY, EACH),
        }
    }

    /// A seat for one more listener; `None` where there is none, or the address block has its
    /// share.
    pub fn seat(&self, block: AddressBlock) -> Option<Seat> {
        let one_of_all = Arc::clone(&self.seats).try_acquire_owned().ok()?;
        let share = self.shares.enter_block(block)?;
        Some(Seat { _one_of_all: one_of_all, _share: share })
    }

    /// Sends a listener into a hub's room. Where there is none it answers with the door of a new
    /// one, which the caller keeps.
    pub fn enter(&self, hub: HubId, listener: Listener) -> Option<UnboundedReceiver<Listener>> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = match doors.get(&hub) {
            Some(door) => door.send(listener).err()?.0,
            None => listener,
        };
        let (door, arrivals) = unbounded_channel();
        // Its other end is in our hands.
        let _entered = door.send(listener);
        doors.insert(hub, door);
        Some(arrivals)
    }

    /// Closes a hub's room, unless somebody stands before its door. Says whether it is closed.
    pub fn close_if_empty(&self, hub: HubId, arrivals: &UnboundedReceiver<Listener>) -> bool {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is let in while the doors are locked.
        arrivals.is_empty() && doors.remove(&hub).is_some()
    }

    /// Closes a hub's room: who stands before its door comes back and finds another one.
    pub fn close(&self, hub: HubId) {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).remove(&hub);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hall_behind_one_address_listens_and_leaves_seats_to_others() {
        let live = Live::new(RateLimits::On);
        let block = |last| AddressBlock::of(std::net::IpAddr::from([192, 0, 2, last]));
        let hall: Vec<Seat> = std::iter::from_fn(|| live.seat(block(1))).collect();
        assert_eq!(hall.len(), 2_000);
        let others: Vec<Seat> = std::iter::from_fn(|| live.seat(block(2))).collect();
        assert_eq!(others.len(), 50);
        drop(hall);
        assert!(live.seat(block(1)).is_some());
    }
}
