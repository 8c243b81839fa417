//! One request, one answer, one connection.

use std::future::poll_fn;
use std::pin::Pin;

use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::http::response::Parts;
use hyper::{Error, Request};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;

use super::dial::Stream;

/// The smallest buffer that hyper takes.
const SMALLEST_BUFFER: usize = 8 * 1024;

/// An answer whose head was read. Dropping it closes the connection, whatever is still to come.
pub(super) struct Exchange {
    head: Parts,
    body: Incoming,
    _connection: JoinSet<()>,
}

impl Exchange {
    /// Sends a request and waits for the head of its answer, of at most `largest_head` bytes.
    pub(super) async fn start(
        stream: Box<dyn Stream>,
        request: Request<String>,
        largest_head: usize,
    ) -> Result<Self, Error> {
        // The buffer bounds the memory of a connection too: hyper reads no further ahead.
        let largest_head = largest_head.max(SMALLEST_BUFFER);
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(largest_head)
            .max_header_size(largest_head)
            .handshake(TokioIo::new(stream))
            .await?;
        let mut task = JoinSet::new();
        task.spawn(async move {
            // What goes wrong here reaches whoever waits for the answer or its body.
            let _ended = connection.await;
        });
        let (head, body) = sender.send_request(request).await?.into_parts();
        Ok(Self { head, body, _connection: task })
    }

    /// The answer's status and headers.
    pub(super) const fn head(&self) -> &Parts {
        &self.head
    }

    /// The body's first `most` bytes, and whether there was more.
    pub(super) async fn body(mut self, most: usize) -> Result<(Vec<u8>, bool), Error> {
        let mut read = Vec::new();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await {
            // Trailers are not of interest.
            let Ok(data) = frame?.into_data() else { continue };
            let room = most - read.len();
            read.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                return Ok((read, true));
            }
        }
        Ok((read, false))
    }
}
