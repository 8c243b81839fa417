//! A form, to an address that an organizer named: judged like a page that is read. And what goes to
//! those who subscribed.

use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use tokio::time::timeout;
use url::Url;

use super::budget::{Destination, Visit};
use super::exchange::Exchange;
use super::{FetchError, Fetcher, Headers, Phase, Refusal, address, request};
use crate::model::id::{HubId, PublicId};

/// The largest form that is sent, in bytes.
const MAX_FORM: usize = 32 * 1024;
/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// The largest answer of a subscriber that is read, in bytes.
const MAX_SAID: usize = 8 * 1024;

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

/// What is sent to somebody who asked for it.
#[derive(Clone, Copy)]
pub struct Push<'a> {
    /// The hub whose feed it is: it has its share of what is sent.
    pub hub: HubId,
    /// Where to.
    pub url: &'a Url,
    /// The `Content-Type`, with its charset.
    pub content_type: &'a str,
    /// Further headers: names in lower case, and values.
    pub headers: &'a [(&'static str, String)],
    /// What is sent.
    pub body: &'a str,
}

/// What was answered.
#[derive(Debug)]
pub struct Posted {
    /// The status; redirects are not followed.
    pub status: u16,
    /// What the answer says of itself.
    pub headers: Headers,
    /// The body, up to 64 KiB (a subscriber's: 8 KiB), whatever the status.
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
        let content_type = (CONTENT_TYPE, HeaderValue::from_static(post.content_type));
        let mark = (HeaderName::from_static(post.mark), HeaderValue::from_static("1"));
        let who = (USER_AGENT, self.user_agent(Some(post.ping)));
        let message = Message {
            method: Method::POST,
            url: post.url,
            headers: HeaderMap::from_iter([content_type, mark, who]),
            body: post.body,
            most: MAX_ANSWER,
        };
        self.exchange(self.0.budgets.visit(), message).await
    }

    /// Asks a callback, which a stranger named, and reads up to 8 KiB of its answer, of any kind.
    /// It is visited as seldom as pages are, and takes nothing of their allowance; one hub's
    /// callbacks take a third of what there is. Redirects are not followed.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub async fn ask_callback(&self, url: &Url, hub: HubId) -> Result<Posted, FetchError> {
        let headers = HeaderMap::from_iter([(USER_AGENT, self.user_agent(None))]);
        let message = Message { method: Method::GET, url, headers, body: "", most: MAX_SAID };
        timeout(self.limits().total, self.exchange(self.0.asks.visit_for(hub), message))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::Total))?
    }

    /// Sends something to whoever asked for it and proved that: more often than a stranger's
    /// address is visited ([`Limits::for_subscribers`](super::Limits::for_subscribers)), and
    /// without taking of what there is for those. Redirects are not followed.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub async fn push(&self, push: &Push<'_>) -> Result<Posted, FetchError> {
        let value = |text: &str| {
            HeaderValue::from_str(text).map_err(|_unprintable| Refusal::Unsendable.into())
        };
        let mut headers = HeaderMap::from_iter([(USER_AGENT, self.user_agent(None))]);
        headers.insert(CONTENT_TYPE, value(push.content_type)?);
        for (name, text) in push.headers {
            let text: Result<HeaderValue, FetchError> = value(text);
            headers.insert(HeaderName::from_static(name), text?);
        }
        let (method, url, body) = (Method::POST, push.url, push.body);
        let message = Message { method, url, headers, body, most: MAX_SAID };
        timeout(self.limits().total, self.exchange(self.0.pushes.visit_for(push.hub), message))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::Total))?
    }

    async fn exchange(&self, mut visit: Visit, message: Message<'_>) -> Result<Posted, FetchError> {
        let url = address::checked(message.url, self.0.dialer.setup.dial)?;
        self.0.dialer.check_name(&url)?;
        visit.go_to(Destination::of(&url))?;
        let mut http = request::request(message.method, &url, message.body.to_owned())?;
        http.headers_mut().extend(message.headers);
        let stream = self.0.dialer.open(&url).await?;
        let limits = self.limits();
        let exchange = timeout(limits.first_byte, Exchange::start(stream, http, limits.head))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::FirstByte))?
            .map_err(FetchError::Broken)?;
        let status = exchange.head().status.as_u16();
        let headers = Headers::of(exchange.head(), self.0.dialer.clock.now());
        let (body, _more) = exchange.body(message.most).await.map_err(FetchError::Broken)?;
        Ok(Posted { status, headers, body })
    }
}

/// One request: its headers beside those that every request has, and how much of the answer is
/// read.
struct Message<'a> {
    method: Method,
    url: &'a Url,
    headers: HeaderMap,
    body: &'a str,
    most: usize,
}
