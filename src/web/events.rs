//! Answers that go on: server-sent events.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_core::Stream;
use tokio::sync::mpsc::Receiver;

use crate::wire::events;

/// Answers with what is sent, until the sender is gone. `held` is given back with the connection.
pub fn stream<T: Unpin + 'static>(events: Receiver<Bytes>, held: T) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, events::CONTENT_TYPE))
        // A proxy that compresses would wait until there is more.
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Accel-Buffering", "no"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .streaming(Events { events, _held: held })
}

/// What was sent, as a stream.
struct Events<T> {
    events: Receiver<Bytes>,
    _held: T,
}

impl<T: Unpin> Stream for Events<T> {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context).map(|bytes| bytes.map(Ok))
    }
}
