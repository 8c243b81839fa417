//! "Add your post": all ways to ping on one page, the form for blogs that cannot, and "Did my post
//! arrive?".

mod arrived;
mod bookmarklet;
mod choose;
mod desk;
mod fetch;
mod problem;
mod proving;
pub mod remembered;
mod stamp;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::actions::about_talk;
use crate::actions::receive_ping::{Incoming, ReceiveError, receive};
use crate::actions::resolve::{PingAddress, find_gate};
use crate::app::{App, Gate, Lock};
use crate::model::ping::{CameBy, CharsetFrom, MAX_EXCERPT, MAX_TITLE};
use crate::model::problems::Problems;
use crate::model::sent::Sent;
use crate::model::slug::MAX_SLUG;
use crate::model::text;
use crate::model::web_url::{self, as_typed};
use crate::secret::Secret;
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Visit};
use crate::web::pages::reading::{self, At, Entered, Names};
use crate::web::pings::receipt_path;
use crate::web::respond;
use arrived::ask;
pub use choose::choose;
pub use desk::with_cookies;
use desk::{Desk, Parts};
use problem::{FRONT_PAGE, is_front_page, problem};
pub use proving::{LASTS as PROOF_LASTS, Prover, prove};
pub use remembered::LASTS as REMEMBERED_PASSPHRASE_LASTS;
use stamp::Age;

/// A post as it was typed into the form.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AddForm {
    url: String,
    title: String,
    excerpt: String,
    blog_name: String,
    passphrase: String,
    /// The talk that the post is about, by its name in addresses: where somebody came from its page.
    talk: String,
    /// Which button was pressed: `fetch` and `enter` fill the form in, `forget` forgets the
    /// passphrase, `move` brings it here from another category; anything else sends it.
    step: String,
    /// The first page of a site, where somebody was asked whether they mean it.
    front: String,
    /// When the form was handed out, signed.
    stamp: String,
    /// A field that people do not see, and programs fill in.
    more: String,
}

impl AddForm {
    /// The form as a link fills it in: cut to what is stored.
    fn linked(query: &Query) -> Self {
        let field = |field: &Option<String>, most| {
            text::shorten_at_word(field.as_deref().unwrap_or_default().trim(), most)
        };
        Self {
            url: as_typed(&field(&query.url, web_url::MAX_BYTES)).into_owned(),
            title: field(&query.title, MAX_TITLE),
            excerpt: field(&query.excerpt, MAX_EXCERPT),
            blog_name: field(&query.blog_name, MAX_TITLE),
            talk: field(&query.talk, MAX_SLUG),
            ..Self::default()
        }
    }

    /// How much a browser lets somebody type into a field, in the UTF-16 code units it counts: what
    /// is stored of it, and never less than stands there.
    fn room(&self, field: &str) -> usize {
        let (typed, most) = match field {
            "title" => (&self.title, MAX_TITLE),
            "excerpt" => (&self.excerpt, MAX_EXCERPT),
            "blog_name" => (&self.blog_name, MAX_TITLE),
            _ => (&self.url, web_url::MAX_BYTES),
        };
        most.max(typed.encode_utf16().count())
    }
}

impl std::fmt::Debug for AddForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddForm").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What may stand behind a `?`: `post` asks whether it arrived, the rest fills the form in.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    post: Option<String>,
    looking: Option<String>,
    url: Option<String>,
    title: Option<String>,
    excerpt: Option<String>,
    blog_name: Option<String>,
    talk: Option<String>,
    done: Option<String>,
}

/// The address of a form at this path with a text in one of its fields, or without, where there is
/// none.
pub fn form_at(path: &str, field: &str, text: &str) -> String {
    match text {
        "" => path.to_owned(),
        text => format!("{path}?{}", filled(field, text)),
    }
}

/// A field of a form that is filled in by what stands behind a `?`.
pub fn filled(field: &str, text: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(field, text).finish()
}

/// `GET /{hub}/{category}/add`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: Option<web::Query<Query>>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let names = Names::category(&names.0, &names.1);
    let gate = match reading::enter_category(&app, &request, &names, "/add", &visit).await? {
        Entered::In(at) => Arc::new(gate(*at)?),
        Entered::Answer(answer) => return Ok(answer),
    };
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let looking = query.looking.is_some();
    let form = AddForm::linked(&query);
    let is_linked = !form.url.is_empty();
    let asked = query.post.filter(|post| !post.trim().is_empty());
    let prover = Prover::of(&app, &request);
    let arrived = match asked {
        Some(post) => Some(ask(&app, &request, &gate, &prover, &as_typed(&post)).await?),
        None => None,
    };
    let taken_back = query.done.as_deref() == Some("withdraw");
    let shows_code = arrived.as_ref().is_some_and(|arrived| !arrived.code.is_empty());
    let parts = Parts { arrived, looking, is_linked, taken_back, ..Parts::default() };
    let mut desk = Desk::of(&app, &request, &gate, visit);
    desk.cookies.extend(prover.new_cookie(&app).filter(|_| shows_code));
    desk.page(form, Problems::default(), parts).await
}

fn gate(at: At) -> Result<Gate, PageError> {
    let category = at.category.ok_or(PageError::NotFound(Missing::Category))?;
    Ok(Gate { hub: at.hub, category })
}

/// The category of a form, for whoever may read its page.
async fn find_readable(
    app: &App,
    request: &HttpRequest,
    hub: String,
    category: String,
) -> Result<Arc<Gate>, PageError> {
    let gate = find_gate(app, PingAddress::Slugs(hub, category)).await?;
    let gate = gate.ok_or(PageError::NotFound(Missing::Category))?;
    let lock = Lock::of(&gate.hub, Some(&gate.category));
    if reading::may_read(app, request, lock.as_ref()).await? {
        Ok(gate)
    } else {
        Err(PageError::NotFound(Missing::Category))
    }
}

/// Forgets the passphrase, and nothing else that was typed.
async fn forget(mut desk: Desk<'_>, form: AddForm) -> Result<HttpResponse, PageError> {
    (desk.knows, desk.key) = (false, None);
    desk.cookies.extend(remembered::forgotten(desk.app, desk.gate));
    desk.page(form, Problems::default(), Parts::default()).await
}

/// Brings what was typed from another category's form: all but the passphrase, which is another one
/// here.
async fn moved(desk: Desk<'_>, form: AddForm) -> Result<HttpResponse, PageError> {
    let form = AddForm { passphrase: String::new(), front: String::new(), ..form };
    desk.page(form, Problems::default(), Parts::default()).await
}

/// `POST /{hub}/{category}/add`
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    visit: Visit,
    form: Checked<AddForm>,
) -> Result<HttpResponse, PageError> {
    let mut form = form.0;
    form.url = as_typed(&form.url).into_owned();
    let (hub, category) = names.into_inner();
    let gate = find_readable(&app, &request, hub, category).await?;
    let desk = Desk::of(&app, &request, &gate, visit);
    match form.step.as_str() {
        "fetch" | "enter" => fetch::fetch(desk, form).await,
        "forget" => forget(desk, form).await,
        "move" => moved(desk, form).await,
        _ => send(desk, form).await,
    }
}

/// Takes the post in, or gives the form back.
async fn send(desk: Desk<'_>, mut form: AddForm) -> Result<HttpResponse, PageError> {
    let (app, gate) = (desk.app, desk.gate);
    if let Some(sentence) = programs_do(&desk, &mut form) {
        return desk.back(form, Problems::one("form", sentence), Parts::default()).await;
    }
    if form.front != form.url && is_front_page(&form.url) {
        form.front.clone_from(&form.url);
        return desk.back(form, Problems::one("url", FRONT_PAGE), Parts::default()).await;
    }
    let incoming = Incoming {
        title: Some(form.title.clone()),
        excerpt: Some(form.excerpt.clone()),
        blog_name: Some(form.blog_name.clone()),
        passphrase: Some(Secret::new(form.passphrase.clone())),
        remembered: desk.knows && form.passphrase.trim().is_empty(),
        key: desk.key.filter(|_| form.passphrase.trim().is_empty()),
        read_as: Some(Sent::of("UTF-8", CharsetFrom::Form)),
        ..Incoming::of(Some(form.url.clone()), CameBy::Form, desk.from)
    };
    match receive(app, gate, incoming).await {
        Ok(received) => {
            app.metrics.ping("form");
            if received.resent.is_none() && !form.talk.is_empty() {
                let (ping, talk) = (received.receipt.ping, form.talk.clone());
                about_talk::say(app, gate.hub.id, ping, talk).await?;
            }
            let receipt = receipt_path(app, &received);
            let cookie = remembered::cookie(app, gate, &form.passphrase);
            Ok(with_cookies(respond::see_other(&receipt), cookie.as_slice()))
        }
        Err(ReceiveError::Suspended) => Err(PageError::Suspended),
        Err(error) => {
            if let ReceiveError::Database(error) = &error {
                tracing::error!(%error, "a post from the form was not stored");
            }
            let (field, sentence) = problem(&error);
            desk.back(form, Problems::one(field, sentence), Parts::default()).await
        }
    }
}

/// What a program does and people do not, in a sentence for people that do it all the same.
fn programs_do(desk: &Desk<'_>, form: &mut AddForm) -> Option<&'static str> {
    if !std::mem::take(&mut form.more).is_empty() {
        return Some(
            "A field that people cannot see was filled in, as programs do. It is empty again: look over what you typed, and press the button once more.",
        );
    }
    match stamp::age(desk.app, &desk.visit.csrf, &form.stamp) {
        Age::Right => None,
        Age::TooFast => Some(
            "That was faster than people type. Press the button once more: this keeps robots out. Everything is still here.",
        ),
        Age::TooOld => Some(
            "This form was open for more than a day. Everything is still here: look it over, and press the button once more.",
        ),
    }
}
