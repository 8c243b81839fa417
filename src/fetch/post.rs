//! The command line's client: a form, to an address that its user typed.

use std::time::Duration;

use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderValue, LINK};
use tokio::time::timeout;
use url::Url;

use super::dial::{Dial, Dialer};
use super::exchange::Exchange;
use super::{FetchError, Limits, Own, Phase, Resolver, Setup, address, request};
use crate::clock::Clock;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The `Link` header, where there is one.
    pub link: Option<String>,
    /// The body, up to 64 KiB.
    pub body: Vec<u8>,
}

/// Posts a form and reads the answer. Redirects are not followed: they would turn the POST into
/// a GET.
///
/// # Errors
/// There was no answer within 10 seconds, or none that can be read; see [`FetchError`].
pub async fn post_form(url: Url, content_type: &str, body: String) -> Result<Answer, FetchError> {
    let limits = Limits {
        dns: Duration::from_secs(5),
        connect: Duration::from_secs(5),
        body: MAX_ANSWER,
        ..Limits::default()
    };
    timeout(limits.total, post(url, content_type, body, limits.clone()))
        .await
        .map_err(|_elapsed| FetchError::TooSlow(Phase::Total))?
}

async fn post(
    url: Url,
    content_type: &str,
    body: String,
    limits: Limits,
) -> Result<Answer, FetchError> {
    let url = address::checked(&url, Dial::Anywhere)?;
    let mut http = request::request(Method::POST, &url, body)?;
    let content_type = HeaderValue::from_str(content_type);
    http.headers_mut().insert(
        CONTENT_TYPE,
        content_type.unwrap_or_else(|_unprintable| {
            HeaderValue::from_static("application/x-www-form-urlencoded")
        }),
    );
    let resolver = Resolver::system();
    let setup = Setup { dial: Dial::Anywhere, own: Own::nobody(), resolver, limits };
    let dialer = Dialer::new(setup, &Clock::system())?;
    let stream = dialer.open(&url).await?;
    let limits = &dialer.setup.limits;
    let exchange = Exchange::start(stream, http, limits.head).await.map_err(FetchError::Broken)?;
    let status = exchange.head().status.as_u16();
    let link = exchange.head().headers.get(LINK).and_then(|value| value.to_str().ok());
    let link = link.map(str::to_owned);
    match exchange.body(limits.body).await.map_err(FetchError::Broken)? {
        (body, false) => Ok(Answer { status, link, body }),
        (_, true) => Err(FetchError::TooLarge),
    }
}
