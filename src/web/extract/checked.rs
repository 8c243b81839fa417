//! Forms: read, and proved to come from a page of ours.

use std::future::Future;
use std::pin::Pin;

use actix_web::body::BodySize;
use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::session::{CookieNames, cookie};
use crate::app::App;
use crate::model::id::encode;
use crate::secret::{random_token, same};
use crate::web::error::PageError;
use crate::web::own_name;

/// The largest form, in bytes, unless its extractor says otherwise.
const MAX_FORM: usize = 16 * 1024;

/// A browser that is shown a form: the token that goes into it, and the cookie the token is bound
/// to, where the browser has none yet.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The value of the form's `csrf` field.
    pub csrf: String,
    /// The cookie to set.
    pub new_cookie: Option<Cookie<'static>>,
}

impl Visit {
    /// The visit of a page without a form: no cookie is set.
    pub const fn without_form() -> Self {
        Self { csrf: String::new(), new_cookie: None }
    }

    /// The visit of a request.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        match bound_to(app, request) {
            Some(cookie) => Self { csrf: token(app, &cookie), new_cookie: None },
            None => {
                let value = random_token().expose().clone();
                let csrf = token(app, &value);
                let cookie = cookie(app, CookieNames::of(app).visit, value);
                Self { csrf, new_cookie: Some(cookie) }
            }
        }
    }
}

impl FromRequest for Visit {
    type Error = PageError;
    type Future = std::future::Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        std::future::ready(match request.app_data::<web::Data<App>>() {
            Some(app) => Ok(Self::of(app, request)),
            None => Err(PageError::Busy),
        })
    }
}

/// The cookie a form's token is bound to: the session's, else the visit's.
fn bound_to(app: &App, request: &HttpRequest) -> Option<String> {
    let names = CookieNames::of(app);
    [names.session, names.visit]
        .into_iter()
        .filter_map(|name| request.cookie(name))
        .map(|cookie| cookie.value().to_owned())
        .find(|value| !value.is_empty())
}

fn token(app: &App, bound_to: &str) -> String {
    encode(&app.secrets.sign("csrf", &[bound_to.as_bytes()])[..16])
}

/// A form that a page of ours sent (`security.md` T27): by Sec-Fetch-Site or Origin, *and* by a
/// token bound to the browser's cookie. At most `MAX` bytes are read.
#[derive(Debug)]
pub struct Checked<F, const MAX: usize = MAX_FORM>(pub F);

#[derive(serde::Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

impl<F: DeserializeOwned + 'static, const MAX: usize> FromRequest for Checked<F, MAX> {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let body = read_form(&request, payload, MAX).await?;
            let sent: Token = serde_urlencoded::from_bytes(&body).map_err(unreadable)?;
            check_token(&request, &sent.csrf)?;
            serde_urlencoded::from_bytes(&body).map(Self).map_err(unreadable)
        })
    }
}

/// The body of a form that was sent from a page of ours, as far as the browser says.
pub(super) async fn read_form(
    request: &HttpRequest,
    payload: impl Future<Output = Result<web::Payload, actix_web::Error>>,
    most: usize,
) -> Result<Bytes, PageError> {
    let app = request.app_data::<web::Data<App>>().ok_or(PageError::Busy)?;
    if !comes_from_us(app, request) {
        return Err(PageError::ForeignForm);
    }
    let payload = payload
        .await
        .map_err(|_unreadable| PageError::BadRequest("The form could not be read."))?;
    read_body(payload, most).await
}

/// Whether a form's token is that of the browser it came from.
pub(super) fn check_token(request: &HttpRequest, csrf: &str) -> Result<(), PageError> {
    let app = request.app_data::<web::Data<App>>().ok_or(PageError::Busy)?;
    let bound = bound_to(app, request).ok_or(PageError::ForeignForm)?;
    if same(csrf.as_bytes(), token(app, &bound).as_bytes()) {
        Ok(())
    } else {
        Err(PageError::ForeignForm)
    }
}

fn unreadable(error: serde_urlencoded::de::Error) -> PageError {
    tracing::debug!(%error, "a form could not be read");
    PageError::BadRequest(
        "The form could not be read. Go back, load the page again and send it once more.",
    )
}

/// A request's body, of at most `limit` bytes.
pub async fn read_body(payload: web::Payload, limit: usize) -> Result<Bytes, PageError> {
    match payload.to_bytes_limited(limit).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_cut_off)) => Err(PageError::BadRequest("The request was cut off. Send it again.")),
        Err(_too_large) => Err(PageError::TooLarge),
    }
}

/// Whether one of our own pages sent this: the browser says so by `Sec-Fetch-Site`, and where it
/// does not (plain http), by `Origin`. One of the two must be there.
fn comes_from_us(app: &App, request: &HttpRequest) -> bool {
    let headers = request.headers();
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(origin) = text(header::ORIGIN).and_then(|origin| url::Url::parse(origin).ok()) else {
        return false;
    };
    // Under a hub's own name, the pages under that name are ours, and no others are.
    let home = own_name::home(request).and_then(|home| url::Url::parse(&home).ok());
    let own = home.as_ref().unwrap_or_else(|| app.addresses.base());
    let same_port = origin.port_or_known_default() == own.port_or_known_default();
    origin.scheme() == own.scheme()
        && same_port
        && (origin.host() == own.host() || is_loopback(&origin) && is_loopback(own))
}

/// Loopback names on our port are the same origin (`decisions.md`, "Browser").
fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a body has a known, small size: for telling empty answers from pages.
pub fn is_empty(size: BodySize) -> bool {
    matches!(size, BodySize::None | BodySize::Sized(0))
}
