//! Who sent a request: the session behind its cookie.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};

use crate::actions::sign_in;
use crate::app::App;
use crate::db::sessions::Session;
use crate::model::browser::Browser;
use crate::secret::Secret;
use crate::web::error::PageError;

/// The names of our cookies. With https they are kept to this host by the browser itself.
#[derive(Debug, Clone, Copy)]
pub struct CookieNames {
    /// A signed-in session.
    pub session: &'static str,
    /// A browser that has seen a form, so that the form can be told from a foreign one.
    pub visit: &'static str,
    /// A device that signed in before.
    pub device: &'static str,
    /// A browser that was given a code to prove whose page it is.
    pub proof: &'static str,
}

impl CookieNames {
    /// The names for this instance.
    pub fn of(app: &App) -> Self {
        if app.addresses.is_https() {
            Self {
                session: "__Host-backchannel",
                visit: "__Host-backchannel-visit",
                device: "__Host-backchannel-device",
                proof: "__Host-backchannel-proof",
            }
        } else {
            Self {
                session: "backchannel",
                visit: "backchannel-visit",
                device: "backchannel-device",
                proof: "backchannel-proof",
            }
        }
    }
}

/// A cookie as all of ours are: not for scripts, not for other sites' forms.
pub fn cookie(app: &App, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.addresses.is_https())
        .finish()
}

/// The cookie of a session that was just begun.
pub fn session_cookie(app: &App, token: &Secret<String>, remembered: bool) -> Cookie<'static> {
    let mut cookie = cookie(app, CookieNames::of(app).session, token.expose().clone());
    if remembered {
        let seconds = i64::try_from(sign_in::REMEMBERED_LASTS.as_secs()).unwrap_or(i64::MAX);
        cookie.set_max_age(CookieDuration::seconds(seconds));
    }
    cookie
}

/// The cookie that makes a browser forget its session.
pub fn signed_out_cookie(app: &App) -> Cookie<'static> {
    let mut cookie = cookie(app, CookieNames::of(app).session, String::new());
    cookie.make_removal();
    cookie
}

/// How long a browser is known that signed in before.
pub const DEVICE_LASTS: Duration = Duration::from_secs(365 * 86_400);

/// The cookie of a device that signed in to this account: kept for a year.
pub fn device_cookie(app: &App, email: &str) -> Cookie<'static> {
    let mut cookie = cookie(app, CookieNames::of(app).device, sign_in::device_token(app, email));
    let seconds = i64::try_from(DEVICE_LASTS.as_secs()).unwrap_or(i64::MAX);
    cookie.set_max_age(CookieDuration::seconds(seconds));
    cookie
}

/// In what words a session of this browser is shown to its owner.
pub fn browser_of(request: &HttpRequest) -> Browser {
    let sent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Browser::of(sent.unwrap_or_default())
}

/// Somebody is signed in: else the answer is the sign-in page.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Session);

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { signed_in(&request).await })
    }
}

/// The session of a request, or [`PageError::SignInFirst`] with the way back.
pub async fn signed_in(request: &HttpRequest) -> Result<SignedIn, PageError> {
    match find(request).await? {
        Some(session) => Ok(SignedIn(session)),
        None => Err(PageError::SignInFirst(way_back(request))),
    }
}

/// The session of a request, if there is one.
pub async fn find(request: &HttpRequest) -> Result<Option<Session>, PageError> {
    let Some(app) = request.app_data::<web::Data<App>>() else { return Ok(None) };
    let Some(cookie) = request.cookie(CookieNames::of(app).session) else { return Ok(None) };
    Ok(sign_in::find_session(app, cookie.value()).await?)
}

/// A form cannot be sent again after signing in: its page can be opened again.
fn way_back(request: &HttpRequest) -> String {
    let path = request.path();
    if path.starts_with("/manage/") && !path.contains("/pings/") || path == "/operator" {
        path.to_owned()
    } else {
        "/manage".to_owned()
    }
}
