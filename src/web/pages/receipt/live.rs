//! A receipt's steps while somebody looks: server-sent events.

use std::time::Duration;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::shown_state;
use super::steps::{StepsPart, steps};
use crate::actions::receipt::{self, ReceiptOf};
use crate::app::{App, ReceiptKind};
use crate::limits::Place;
use crate::web::error::{Missing, PageError};
use crate::web::events;
use crate::web::extract::client;

/// How long one stream lasts: a browser comes back by itself.
const LASTS: Duration = Duration::from_secs(300);
/// How often is looked where nobody says that something happened: another instance may have done
/// it.
const LOOK: Duration = Duration::from_secs(3);

/// `GET /r/{receipt}/live`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let found = receipt::read(&app, &token).await?.ok_or(PageError::NotFound(Missing::Receipt))?;
    if found.receipt.kind == ReceiptKind::Again {
        return Err(PageError::NotFound(Missing::Receipt));
    }
    let place = std::sync::Arc::clone(&app.listeners).try_acquire_owned();
    let place = place.map_err(|_full| PageError::Busy)?;
    let share = app.listener_shares.enter_block(client(&app, &request)).ok_or(PageError::Busy)?;
    let (tell_them, told) = mpsc::channel(4);
    let app = app.into_inner();
    tokio::spawn(tell(app, token.into_inner(), found, tell_them, (place, share)));
    Ok(events::stream(told, ()))
}

/// Sends the steps whenever they are others, until nobody listens or the server stops.
async fn tell(
    app: std::sync::Arc<App>,
    token: String,
    found: ReceiptOf,
    events: mpsc::Sender<Bytes>,
    _places: (OwnedSemaphorePermit, Place),
) {
    let mut changes = app.ping_changes.subscribe();
    let until = app.clock.monotonic() + LASTS;
    let id = found.ping.public_id;
    // What stands on the page already is not said once more.
    let mut sent = (shown_state(&found), render(&app, &found));
    let mut found = Some(found);
    while let Some(current) = found {
        let now = (shown_state(&current), render(&app, &current));
        let event = if now.0 != sent.0 {
            // Its headline and buttons are others, too: the page is loaded again.
            "event: state\ndata: changed\n\n".to_owned()
        } else if now.1 == sent.1 {
            // A comment keeps proxies from closing the stream, and finds out who has gone.
            ": still here\n\n".to_owned()
        } else {
            event(&now.1)
        };
        sent = now;
        if events.send(event.into()).await.is_err() || app.clock.monotonic() > until {
            return;
        }
        tokio::select! {
            () = next_change(&mut changes, id) => {}
            () = tokio::time::sleep(LOOK) => {}
            () = app.stopping.cancelled() => return,
        }
        found = receipt::read(&app, &token).await.ok().flatten();
    }
}

fn render(app: &App, found: &ReceiptOf) -> String {
    StepsPart { steps: steps(app, found) }.render().unwrap_or_default()
}

async fn next_change(
    changes: &mut tokio::sync::broadcast::Receiver<crate::model::id::PublicId>,
    id: crate::model::id::PublicId,
) {
    use tokio::sync::broadcast::error::RecvError;
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
