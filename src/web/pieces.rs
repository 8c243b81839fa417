//! A large body, handed over in pieces.
//!
//! actix-http copies what a body hands over into the connection's own buffer, where it stays until
//! the client has read it (`h1/dispatcher.rs`, `poll_response`). Of a body that is handed over whole
//! each slow reader holds a copy.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

/// What is copied at once, in bytes: the size at which actix' buffer takes no more.
const PIECE: usize = 32 * 1024;
/// What is handed over whole: as much as a usual page.
const WHOLE: usize = 4 * PIECE;

/// A body of these bytes.
pub fn body(bytes: Bytes) -> BoxBody {
    if bytes.len() <= WHOLE { BoxBody::new(bytes) } else { BoxBody::new(Pieces(bytes)) }
}

struct Pieces(Bytes);

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.len() as u64)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let rest = &mut self.0;
        let piece = (!rest.is_empty()).then(|| rest.split_to(rest.len().min(PIECE)));
        Poll::Ready(piece.map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn the_pieces_are_the_whole() {
        for length in [0, 1, WHOLE, WHOLE + 1, 10 * PIECE, 10 * PIECE + 1] {
            let bytes: Bytes = (0..length).map(|n| n as u8).collect();
            let body = body(bytes.clone());
            assert_eq!(body.size(), BodySize::Sized(length as u64));
            assert_eq!(to_bytes(body).await.unwrap(), bytes);
        }
    }
}
