//! A body of unknown length that is still arriving when its request is answered.
//!
//! actix-http closes such a connection a second after the answer, unless the body's reader is gone
//! by then: a reader that is gone means to it that the rest shall be drained, however long that
//! takes (`h1/dispatcher.rs`, `should_close_for_unread_payload`). So the answer holds on to it.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::web::Bytes;

type Shared = Rc<RefCell<Payload>>;

/// A request's body, held until the answer is sent.
pub struct HeldPayload(Shared);

impl HeldPayload {
    /// Takes hold of a body without a length. One with a length is closed as it should be.
    pub fn of_unfinished(request: &mut ServiceRequest) -> Option<Self> {
        if !request.headers().contains_key(TRANSFER_ENCODING) {
            return None;
        }
        let shared = Rc::new(RefCell::new(request.take_payload()));
        let reader = Reader(Rc::clone(&shared));
        request.set_payload(Payload::Stream { payload: Box::pin(reader) });
        Some(Self(shared))
    }

    /// The answer's body, which holds the request's body as long as it is there itself.
    pub fn until_answered(self, body: BoxBody) -> BoxBody {
        BoxBody::new(Answer { body, _held: self.0 })
    }
}

struct Reader(Shared);

impl futures_core::Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}

struct Answer {
    body: BoxBody,
    _held: Shared,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
