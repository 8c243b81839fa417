//! A receipt's steps while somebody looks: server-sent events.

use std::time::Duration;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::shown_state;
use super::steps::{StepsPart, steps};
use crate::actions::receipt::{self, ReceiptOf};
use crate::app::{App, ReceiptKind};
use crate::limits::Place;
use crate::model::id::PingId;
use crate::model::text;
use crate::web::error::{Missing, PageError};
use crate::web::events;
use crate::web::extract::client;

/// How long one stream lasts: a browser comes back by itself.
const LASTS: Duration = Duration::from_secs(300);
/// How often is looked where nobody says that something happened: another instance may have done
/// it.
const LOOK: Duration = Duration::from_secs(3);

/// What the page shows that listens, as [`seen`] wrote it there.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    seen: String,
}

/// What a page shows, for its stream: its state, and a mark of its steps. Whatever happens between
/// the page and its stream is told by that.
pub fn seen(found: &ReceiptOf, steps: &StepsPart) -> String {
    let steps = steps.render().unwrap_or_default();
    format!("{}-{}", shown_state(found).as_str(), text::fingerprint(&[&steps]))
}

/// `GET /r/{receipt}/live`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    query: Option<web::Query<Query>>,
) -> Result<HttpResponse, PageError> {
    // Before the receipt is read: what changes after that is told.
    let changes = app.ping_changes.subscribe();
    let found = receipt::read(&app, &token).await?.ok_or(PageError::NotFound(Missing::Receipt))?;
    if found.receipt.kind == ReceiptKind::Again {
        return Err(PageError::NotFound(Missing::Receipt));
    }
    let place = std::sync::Arc::clone(&app.listeners).try_acquire_owned();
    let place = place.map_err(|_full| PageError::Busy)?;
    let share = app.listener_shares.enter_block(client(&app, &request)).ok_or(PageError::Busy)?;
    let (tell_them, told) = mpsc::channel(4);
    let app = app.into_inner();
    let seen = query.map(|query| query.into_inner().seen).unwrap_or_default();
    let listener = Listener { token: token.into_inner(), seen, changes, tell_them };
    tokio::spawn(listener.tell(app, found, (place, share)));
    Ok(events::stream(told, ()))
}

/// Whoever looks at a receipt.
struct Listener {
    token: String,
    /// What they see, as [`seen`] says it.
    seen: String,
    changes: broadcast::Receiver<PingId>,
    tell_them: mpsc::Sender<Bytes>,
}

impl Listener {
    /// Sends the steps whenever they are not what is seen, until nobody listens or the server
    /// stops.
    async fn tell(
        mut self,
        app: std::sync::Arc<App>,
        mut found: ReceiptOf,
        _places: (OwnedSemaphorePermit, Place),
    ) {
        let until = app.clock.monotonic() + LASTS;
        let id = found.ping.id;
        loop {
            let event = self.event_for(&app, &found);
            if self.tell_them.send(event.into()).await.is_err() || app.clock.monotonic() > until {
                return;
            }
            tokio::select! {
                () = next_change(&mut self.changes, id) => {}
                () = time_to_look(&app) => {}
                () = app.stopping.cancelled() => return,
            }
            match receipt::read(&app, &self.token).await {
                Ok(Some(now)) => found = now,
                Ok(None) => {
                    // Taken back, or its time was over: the page says so when it is loaded again.
                    let _gone = self.tell_them.send(CHANGED.into()).await;
                    return;
                }
                Err(error) => tracing::debug!(%error, "a receipt was not read for its stream"),
            }
        }
    }

    fn event_for(&mut self, app: &App, found: &ReceiptOf) -> String {
        let part = StepsPart { steps: steps(app, found) };
        let now = seen(found, &part);
        if now == self.seen {
            // A comment keeps proxies from closing the stream, and finds out who has gone.
            return ": still here\n\n".to_owned();
        }
        let state = |seen: &str| seen.split_once('-').map(|(state, _)| state.to_owned());
        let was = state(&self.seen);
        let is_another = was.is_some() && was != state(&now);
        self.seen = now;
        if is_another {
            // Its headline and buttons are others, too: the page is loaded again.
            CHANGED.to_owned()
        } else {
            event(&part.render().unwrap_or_default())
        }
    }
}

/// Has the page loaded again.
const CHANGED: &str = "event: state\ndata: changed\n\n";

/// Waits for [`LOOK`] on the instance's clock: where that stands still, as in stories, there is no
/// look.
async fn time_to_look(app: &App) {
    let since = app.clock.monotonic();
    loop {
        tokio::time::sleep(LOOK).await;
        if app.clock.monotonic().saturating_sub(since) >= LOOK {
            return;
        }
    }
}

async fn next_change(changes: &mut broadcast::Receiver<PingId>, id: PingId) {
    loop {
        match changes.recv().await {
            Ok(changed) if changed == id => return,
            Ok(_) => {}
            // So much happened that this one may be among it.
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// One event: each line of its data under its own name (HTML, 9.2.6).
fn event(html: &str) -> String {
    let data: String = html.lines().map(|line| format!("data: {line}\n")).collect();
    format!("event: steps\n{data}\n")
}
