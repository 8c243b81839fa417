//! Forms with files: read, and proved to come from a page of ours, as [`super::Checked`] does.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, web};
use futures_core::Stream;

use super::checked::{check_token, read_form};
use crate::web::error::PageError;

const UNREADABLE: PageError = PageError::BadRequest(
    "The form could not be read. Go back, load the page again and send it once more.",
);
/// The most fields.
const MAX_FIELDS: usize = 40;

/// A form that a page of ours sent, whose fields may be files. At most `MAX` bytes are read.
#[derive(Debug)]
pub struct Uploaded<const MAX: usize>(Vec<(String, Bytes)>);

impl<const MAX: usize> Uploaded<MAX> {
    /// What was typed into a field; nothing where it was not sent, or is no text.
    pub fn text(&self, name: &str) -> String {
        let text = self.file(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        text.unwrap_or_default()
    }

    /// A file; none where none was chosen.
    pub fn file(&self, name: &str) -> Option<Bytes> {
        let field = self.0.iter().find(|(this, _)| this == name);
        field.map(|(_, bytes)| bytes.clone()).filter(|bytes| !bytes.is_empty())
    }
}

impl<const MAX: usize> FromRequest for Uploaded<MAX> {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let body = read_form(&request, payload, MAX).await?;
            let is_plain = request
                .headers()
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form"));
            let fields = match is_plain {
                true => url::form_urlencoded::parse(&body)
                    .take(MAX_FIELDS)
                    .map(|(name, value)| (name.into_owned(), Bytes::from(value.into_owned())))
                    .collect(),
                false => read_parts(request.headers(), body).await?,
            };
            let sent = Self(fields);
            check_token(&request, &sent.text("csrf"))?;
            Ok(sent)
        })
    }
}

/// A body that was read.
struct Read(Option<Bytes>);

impl Stream for Read {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

async fn read_parts(headers: &HeaderMap, body: Bytes) -> Result<Vec<(String, Bytes)>, PageError> {
    let whole = body.len();
    let mut parts = Multipart::new(headers, Read(Some(body)));
    let mut fields = Vec::new();
    while let Some(field) = next(&mut parts).await {
        let mut field = field.map_err(|_unreadable| UNREADABLE)?;
        let Some(name) = field.name().map(str::to_owned) else { return Err(UNREADABLE) };
        let bytes = field.bytes(whole).await;
        let bytes = bytes.map_err(|_larger_than_all| UNREADABLE)?;
        fields.push((name, bytes.map_err(|_cut_off| UNREADABLE)?));
        if fields.len() > MAX_FIELDS {
            return Err(UNREADABLE);
        }
    }
    Ok(fields)
}

async fn next(parts: &mut Multipart) -> Option<Result<Field, MultipartError>> {
    poll_fn(|context| Pin::new(&mut *parts).poll_next(context)).await
}
