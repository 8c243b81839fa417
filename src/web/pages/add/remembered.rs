//! A browser that showed a category's passphrase need not show it again in the same session.
//!
//! Its cookie holds no passphrase: a keyed hash of the category and of what the passphrase hashes
//! to, so that a new passphrase is asked for by itself. It goes to this category's form alone.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};

use crate::app::{App, Gate};
use crate::clock::Timestamp;
use crate::model::category::PingPolicy;
use crate::model::id::{KeyId, encode};
use crate::model::passphrase::Passphrase;
use crate::secret::same;

/// Browsers that bring back their last session keep its cookies: a day is the end all the same.
pub const LASTS: Duration = Duration::from_secs(24 * 3_600);

fn name(app: &App, gate: &Gate) -> String {
    let prefix = if app.addresses.is_https() { "__Secure-" } else { "" };
    format!("{prefix}backchannel-pass-{}", gate.category.number)
}

/// The value for a passphrase that was shown then; none where the category wants none.
fn value(app: &App, gate: &Gate, at: Timestamp) -> Option<String> {
    let category = &gate.category;
    let phc = category.passphrase_hash.as_ref()?;
    if category.ping_policy != PingPolicy::Passphrase {
        return None;
    }
    let seconds = at.seconds();
    let parts: [&[u8]; 3] = [&category.id.0.to_be_bytes(), phc.as_bytes(), &seconds.to_be_bytes()];
    Some(format!("{seconds}-{}", encode(&app.secrets.sign("knows-passphrase", &parts)[..16])))
}

fn cookie_of(app: &App, gate: &Gate, value: String) -> Cookie<'static> {
    let page = gate.hub.category_path(&gate.category.slug);
    Cookie::build(name(app, gate), value)
        .path(format!("{}/add", page.strip_prefix(gate.hub.root()).unwrap_or(&page)))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.addresses.is_https())
        .finish()
}

/// The cookie of a browser that showed the passphrase just now; none for the former one, which has
/// an end.
pub fn cookie(app: &App, gate: &Gate, typed: &str) -> Option<Cookie<'static>> {
    let now = app.clock.now();
    let phc = gate.category.passphrase_hash.as_ref()?;
    let typed = Passphrase::parse(typed).ok()?;
    let is_todays = app.proofs.has(phc, typed.secret().expose(), now);
    value(app, gate, now).filter(|_| is_todays).map(|value| cookie_of(app, gate, value))
}

/// The cookies that make a browser forget it, and its personal ping address.
pub fn forgotten(app: &App, gate: &Gate) -> [Cookie<'static>; 2] {
    [cookie_of(app, gate, String::new()), key_cookie_of(app, gate, String::new())].map(
        |mut cookie| {
            cookie.make_removal();
            cookie
        },
    )
}

fn key_name(app: &App, gate: &Gate) -> String {
    name(app, gate).replace("-pass-", "-key-")
}

fn key_value(app: &App, gate: &Gate, key: KeyId, at: Timestamp) -> String {
    let (category, seconds) = (gate.category.id.0.to_be_bytes(), at.seconds());
    let parts: [&[u8]; 3] = [&category, &key.0.to_be_bytes(), &seconds.to_be_bytes()];
    let hash = encode(&app.secrets.sign("knows-key", &parts)[..16]);
    format!("{}-{seconds}-{hash}", key.0)
}

fn key_cookie_of(app: &App, gate: &Gate, value: String) -> Cookie<'static> {
    let mut cookie = cookie_of(app, gate, value);
    cookie.set_name(key_name(app, gate));
    cookie
}

/// The cookie of a browser that opened a personal ping address: it holds no key, but which it was.
pub fn key_cookie(app: &App, gate: &Gate, key: KeyId) -> Cookie<'static> {
    key_cookie_of(app, gate, key_value(app, gate, key, app.clock.now()))
}

/// The ping key whose address this browser opened. Whether it still works is asked when it is used.
pub fn known_key(app: &App, gate: &Gate, request: &HttpRequest) -> Option<KeyId> {
    let cookie = request.cookie(&key_name(app, gate))?;
    let mut parts = cookie.value().splitn(3, '-');
    let key = KeyId(parts.next()?.parse().ok()?);
    let seconds: i64 = parts.next()?.parse().ok()?;
    let at = Timestamp::from_micros(seconds.checked_mul(1_000_000)?);
    let is_ours = same(key_value(app, gate, key, at).as_bytes(), cookie.value().as_bytes());
    (is_ours && app.clock.now().since(at) < LASTS).then_some(key)
}

/// Whether this browser showed the passphrase that the category has today.
pub fn is_known(app: &App, gate: &Gate, request: &HttpRequest) -> bool {
    let Some(cookie) = request.cookie(&name(app, gate)) else { return false };
    let seconds = cookie.value().split_once('-').and_then(|(at, _)| at.parse::<i64>().ok());
    let Some(micros) = seconds.and_then(|seconds| seconds.checked_mul(1_000_000)) else {
        return false;
    };
    let at = Timestamp::from_micros(micros);
    let is_ours =
        value(app, gate, at).is_some_and(|value| same(value.as_bytes(), cookie.value().as_bytes()));
    is_ours && app.clock.now().since(at) < LASTS
}
