//! A ping address that somebody opens in a browser.

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse};

use super::answer::Refusal;
use super::{Query, gate_of, is_opened, list};
use crate::actions::receive_ping::{self, ReceiveError};
use crate::actions::resolve::PingAddress;
use crate::app::{App, Gate};
use crate::web::extract::client;
use crate::web::pages::add::remembered;
use crate::web::{own_name, respond};

/// The category's page; for whoever shows its passphrase or a ping key in the address the form,
/// which asks for neither; the old listing with `__mode=rss`.
pub async fn show_gate(
    app: &App,
    request: &HttpRequest,
    address: Option<PingAddress>,
    typed: Option<&str>,
    query: &Query,
) -> Result<HttpResponse, Refusal> {
    let failed = |error| Refusal::Ping(ReceiveError::Database(error));
    let gate = gate_of(app, address).await?;
    // A phone that was held to a personal ping address: its owner has a post, and no software at
    // hand.
    let key = receive_ping::find_key(app, &gate, typed.unwrap_or_default()).await;
    if let Ok(Some(key)) = key {
        if let Some(there) = elsewhere(request, &gate) {
            return Ok(respond::see_other(&there));
        }
        return Ok(to_form(&gate, &remembered::key_cookie(app, &gate, key.id)));
    }
    if gate.is_secret() {
        return Err(Refusal::NoSuchCategory);
    }
    if query.__mode.as_deref() == Some("rss") {
        return list(app, gate).await.map_err(failed);
    }
    if let Some(there) = elsewhere(request, &gate).filter(|_| typed.is_some()) {
        return Ok(respond::see_other(&there));
    }
    if let Some(cookie) = shown(app, request, &gate, typed).await {
        return Ok(to_form(&gate, &cookie));
    }
    let page = gate.hub.category_path(&gate.category.slug);
    Ok(respond::see_other(&page))
}

/// The same address under the own name of its hub, where it was not opened there: a cookie of
/// another name would not be sent to the form.
fn elsewhere(request: &HttpRequest, gate: &Gate) -> Option<String> {
    let home = gate.hub.own_home.as_ref()?;
    let asked = own_name::asked(request)?;
    (own_name::home(request).as_ref() != Some(home)).then(|| format!("{home}{asked}"))
}

/// The form, in a browser that is known there from now on: what it showed stands in a cookie as a
/// keyed hash, and in no address that it is led to.
fn to_form(gate: &Gate, cookie: &Cookie<'_>) -> HttpResponse {
    let form = format!("{}/add", gate.hub.category_path(&gate.category.slug));
    let mut answer = respond::see_other(&form);
    // A cookie that cannot be set leaves them to type it.
    let _not_set = answer.add_cookie(cookie);
    answer
}

/// The cookie of whoever opens an address with the category's passphrase. It counts as a try, as in
/// a ping; of a category behind a reading password none is made.
async fn shown(
    app: &App,
    request: &HttpRequest,
    gate: &Gate,
    typed: Option<&str>,
) -> Option<Cookie<'static>> {
    let typed = typed.filter(|_| is_opened(request))?;
    let from = client(app, request);
    let is_right = receive_ping::knows_passphrase(app, gate, typed, from).await;
    remembered::cookie(app, gate, typed).filter(|_| matches!(is_right, Ok(true)))
}
