//! A form, to an address that an organizer named: judged like a page that is read.

use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use tokio::time::timeout;
use url::Url;

use super::budget::Destination;
use super::exchange::Exchange;
use super::{FetchError, Fetcher, Headers, Phase, address, request};
use crate::model::id::PublicId;

/// The largest form that is sent, in bytes.
const MAX_FORM: usize = 32 * 1024;
/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// A form to send.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    /// Where to.
    pub url: &'a Url,
    /// The `Content-Type`, with its charset.
    pub content_type: &'static str,
    /// A header that says what kind of form this is; its value is `1`.
    pub mark: &'static str,
    /// The form.
    pub body: &'a str,
    /// The ping it is about: named to the server, so that its owner can ask.
    pub ping: PublicId,
}

/// What was answered to a form.
#[derive(Debug)]
pub struct Posted {
    /// The status; redirects are not followed.
    pub status: u16,
    /// What the answer says of itself.
    pub headers: Headers,
    /// The body, up to 64 KiB, whatever the status.
    pub body: Vec<u8>,
}

impl Fetcher {
    /// Judges an address and all that its name answers, and dials nobody.
    ///
    /// # Errors
    /// [`FetchError::Refused`] where it may not be dialled; others where its name is not answered.
    pub async fn judge(&self, url: &Url) -> Result<(), FetchError> {
        let url = address::checked(url, self.0.dialer.setup.dial)?;
        self.0.dialer.check_name(&url)?;
        timeout(self.limits().dns, self.0.dialer.judged(&url))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::Dns))?
            .map(|_judged| ())
    }

    /// Sends a form of at most 32 KiB, once. A redirect is an answer: following it would turn the
    /// POST into a GET, or carry the form to somebody else.
    ///
    /// # Errors
    /// As [`Fetcher::get`]; [`FetchError::TooLarge`] also where the form is.
    pub async fn post(&self, post: &Post<'_>) -> Result<Posted, FetchError> {
        if post.body.len() > MAX_FORM {
            return Err(FetchError::TooLarge);
        }
        timeout(self.limits().total, self.post_once(post))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::Total))?
    }

    async fn post_once(&self, post: &Post<'_>) -> Result<Posted, FetchError> {
        let url = address::checked(post.url, self.0.dialer.setup.dial)?;
        self.0.dialer.check_name(&url)?;
        let mut visit = self.0.budgets.visit();
        visit.go_to(Destination::of(&url))?;
        let mut http = request::request(Method::POST, &url, post.body.to_owned())?;
        let headers = http.headers_mut();
        headers.insert(USER_AGENT, self.user_agent(Some(post.ping)));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(post.content_type));
        headers.insert(HeaderName::from_static(post.mark), HeaderValue::from_static("1"));
        let stream = self.0.dialer.open(&url).await?;
        let limits = self.limits();
        let exchange = timeout(limits.first_byte, Exchange::start(stream, http, limits.head))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::FirstByte))?
            .map_err(FetchError::Broken)?;
        let status = exchange.head().status.as_u16();
        let headers = Headers::of(exchange.head(), self.0.dialer.clock.now());
        let (body, _more) = exchange.body(MAX_ANSWER).await.map_err(FetchError::Broken)?;
        Ok(Posted { status, headers, body })
    }
}
