//! What is listed, told to those who listen: one task for each hub that anybody listens to reads
//! what is new once, whoever committed it, and tells it to all.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::app::{App, Listener, Room, Seen, TOLD};
use crate::db::{DbError, categories, hubs, listed};
use crate::model::id::HubId;
use crate::pages_cache::{Generation, Subject};

/// How often everybody is told that the line still holds.
const BEAT: Duration = Duration::from_secs(25);
/// The shortest time from one look to the next: what is listed meanwhile is told together.
const PAUSE: Duration = Duration::from_millis(100);
/// How long until a database that failed is asked again.
const PATIENCE: Duration = Duration::from_secs(1);

/// Lets somebody listen to a hub.
pub fn listen(app: &Arc<App>, hub: HubId, listener: Listener) {
    if let Some(arrivals) = app.live.enter(hub, listener) {
        tokio::spawn(keep_room(Arc::clone(app), hub, arrivals));
    }
}

/// Keeps a hub's room until nobody is in it, the hub is not shown any more, or the server stops.
async fn keep_room(app: Arc<App>, hub: HubId, arrivals: UnboundedReceiver<Listener>) {
    let mut keeper = Keeper { app: &app, hub, room: Room::default(), arrivals };
    tokio::select! {
        () = keeper.keep() => {}
        // Who is in the room goes with it: their streams end.
        () = app.stopping.cancelled() => app.live.close(hub),
    }
}

struct Keeper<'a> {
    app: &'a App,
    hub: HubId,
    room: Room,
    arrivals: UnboundedReceiver<Listener>,
}

impl Keeper<'_> {
    async fn keep(&mut self) {
        let mut waiting = Vec::new();
        let (mut beats, mut looks) = (interval(BEAT), interval(PAUSE));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let generation = self.app.generations.of(Subject::Hub(self.hub));
            match look(self.app, self.hub).await {
                Ok(Some(seen)) => self.room.update(seen),
                Ok(None) => return self.app.live.close(self.hub),
                Err(error) => {
                    tracing::warn!(%error, "what is new cannot be told yet");
                    tokio::time::sleep(PATIENCE).await;
                    continue;
                }
            }
            waiting.drain(..).for_each(|listener| self.room.enter(listener));
            match self.until_moved(generation, &mut beats).await {
                Moved::On(arrived) => waiting.extend(arrived),
                Moved::Closed => return,
            }
        }
    }

    /// Lets people in, and tells them that the line holds, until the hub changes.
    async fn until_moved(&mut self, seen: Generation, beats: &mut Interval) -> Moved {
        let (app, hub) = (self.app, self.hub);
        loop {
            tokio::select! {
                biased;
                () = app.generations.moved(hub, seen) => return Moved::On(None),
                Some(listener) = self.arrivals.recv() => {
                    if app.generations.of(Subject::Hub(hub)) != seen {
                        return Moved::On(Some(listener));
                    }
                    self.room.enter(listener);
                }
                _ = beats.tick() => {
                    self.room.beat(app.clock.monotonic());
                    if self.room.is_empty() && app.live.close_if_empty(hub, &self.arrivals) {
                        return Moved::Closed;
                    }
                }
            }
        }
    }
}

/// How the time between two looks ended.
enum Moved {
    /// The hub changed. Whoever came in meanwhile may know more than the room does.
    On(Option<Listener>),
    /// Nobody was in the room any more.
    Closed,
}

/// The hub as it stands; `None` where it is not shown.
async fn look(app: &App, hub: HubId) -> Result<Option<Seen>, DbError> {
    let limit = i64::try_from(TOLD + 1).unwrap_or(i64::MAX);
    app.db
        .read(move |connection| {
            let posts = listed::list(connection, hub, None, None, limit)?;
            let apart = listed::list_apart(connection, hub, limit)?;
            let categories = categories::list(connection, hub)?;
            let row = hubs::find(connection, hub)?.filter(|hub| hub.suspended_at.is_none());
            Ok(row.map(|hub| Seen { posts, apart, categories, hub }))
        })
        .await
}
