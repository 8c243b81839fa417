//! "Add your post": all ways to ping on one page, the form for blogs that cannot, and "Did my post
//! arrive?".

mod arrived;
mod bookmarklet;
mod choose;
mod desk;
pub mod remembered;
mod stamp;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::actions::arrived::{ArrivedError, look_for_proof};
use crate::actions::preview::{self, PreviewError};
use crate::actions::receive_ping::{Incoming, ReceiveError, receive};
use crate::actions::resolve::{PingAddress, find_gate};
use crate::app::{App, Gate, Lock};
use crate::limits::{Limit, TooOften};
use crate::model::ping::{CameBy, CharsetFrom, MAX_EXCERPT, MAX_TITLE};
use crate::model::problems::Problems;
use crate::model::sent::Sent;
use crate::model::text;
use crate::model::web_url::{self, WebUrlError};
use crate::secret::Secret;
use crate::web::error::{Missing, PageError, words_for};
use crate::web::extract::{Checked, Visit, client};
use crate::web::pages::reading::{self, At, Entered, Names};
use crate::web::pings::KEY_OVER;
use crate::web::respond;
use crate::web::view::closed_sentence;
use arrived::ask;
pub use choose::choose;
use desk::{Desk, Parts, WRONG_PASSPHRASE, with_cookies};
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
    /// Which button was pressed: `fetch` fills the form in, `forget` forgets the passphrase,
    /// anything else sends it.
    step: String,
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
            url: field(&query.url, web_url::MAX_BYTES),
            title: field(&query.title, MAX_TITLE),
            excerpt: field(&query.excerpt, MAX_EXCERPT),
            blog_name: field(&query.blog_name, MAX_TITLE),
            ..Self::default()
        }
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
    done: Option<String>,
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
    let gate = match reading::enter(&app, &request, &names, "/add", &visit).await? {
        Entered::In(at) => Arc::new(gate(*at)?),
        Entered::Answer(answer) => return Ok(answer),
    };
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let looking = query.looking.is_some();
    let form = AddForm::linked(&query);
    let is_linked = !form.url.is_empty();
    let asked = query.post.filter(|post| !post.trim().is_empty());
    let arrived = match asked {
        Some(post) => Some(ask(&app, &request, &gate, &visit, post).await?),
        None => None,
    };
    let taken_back = query.done.as_deref() == Some("withdraw");
    let parts = Parts { arrived, looking, is_linked, taken_back, ..Parts::default() };
    Desk::of(&app, &request, &gate, visit).page(form, Problems::default(), parts).await
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

/// Reads the post's page and fills in what stands there; nothing is stored.
async fn fetch(desk: Desk<'_>, mut form: AddForm) -> Result<HttpResponse, PageError> {
    match preview::preview(desk.app, desk.gate, &form.url, desk.from).await {
        Ok(seen) => {
            form.url = seen.url;
            let fill = |field: &mut String, seen: String| {
                // What somebody typed is never lost.
                if field.trim().is_empty() {
                    *field = seen;
                }
            };
            fill(&mut form.title, seen.title);
            fill(&mut form.excerpt, seen.excerpt);
            fill(&mut form.blog_name, seen.blog_name);
            let parts = Parts { seen: seen.notes, ..Parts::default() };
            desk.back(form, Problems::default(), parts).await
        }
        Err(PreviewError::Url(WebUrlError::Missing)) => {
            let sentence = "Type the address of your post first.".to_owned();
            desk.back(form, Problems::one("url", sentence), Parts::default()).await
        }
        Err(PreviewError::TooOften(too_often)) => {
            let wait = words_for(too_often.retry_after);
            let sentence = format!("That was often. Wait {wait}, or type the rest yourself.");
            desk.back(form, Problems::one("url", sentence), Parts::default()).await
        }
        Err(error) => {
            desk.back(form, Problems::one("url", error.to_string()), Parts::default()).await
        }
    }
}

/// Forgets the passphrase, and nothing else that was typed.
async fn forget(mut desk: Desk<'_>, form: AddForm) -> Result<HttpResponse, PageError> {
    (desk.knows, desk.key) = (false, None);
    desk.cookies.extend(remembered::forgotten(desk.app, desk.gate));
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
    let form = form.0;
    let (hub, category) = names.into_inner();
    let gate = find_readable(&app, &request, hub, category).await?;
    let desk = Desk::of(&app, &request, &gate, visit);
    match form.step.as_str() {
        "fetch" => fetch(desk, form).await,
        "forget" => forget(desk, form).await,
        _ => send(desk, form).await,
    }
}

/// Takes the post in, or gives the form back.
async fn send(desk: Desk<'_>, mut form: AddForm) -> Result<HttpResponse, PageError> {
    let (app, gate) = (desk.app, desk.gate);
    if let Some(sentence) = programs_do(&desk, &mut form) {
        return desk.back(form, Problems::one("form", sentence), Parts::default()).await;
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
            let token = received.receipt.token(&app.secrets);
            let cookie = remembered::cookie(app, gate, &form.passphrase);
            Ok(with_cookies(respond::see_other(&format!("/r/{token}")), cookie.as_slice()))
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

/// An address to ask about.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ProofForm {
    post: String,
}

/// `POST /{hub}/{category}/add/prove`: the page is read for the code that proves whose it is.
pub async fn prove(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    form: Checked<ProofForm>,
) -> Result<HttpResponse, PageError> {
    let (hub, category) = names.into_inner();
    let gate = find_readable(&app, &request, hub, category).await?;
    match look_for_proof(&app, &gate, &form.0.post, client(&app, &request)).await {
        Ok(()) | Err(ArrivedError::Url(_)) => {}
        Err(ArrivedError::TooOften(too_often)) => return Err(too_often.into()),
        Err(ArrivedError::Database(error)) => return Err(error.into()),
    }
    let post: String = url::form_urlencoded::byte_serialize(form.0.post.as_bytes()).collect();
    let path = format!("/{}/{}/add?looking=1&post={post}", gate.hub.slug, gate.category.slug);
    Ok(respond::see_other(&path))
}

/// Which field a refusal belongs to, and what to do. Nothing typed is lost.
fn problem(error: &ReceiveError) -> (&'static str, String) {
    let (field, sentence) = match error {
        ReceiveError::Url(WebUrlError::Missing) => ("url", "Type the address of your post."),
        ReceiveError::Url(error) => return ("url", error.to_string()),
        ReceiveError::OwnPage => {
            ("url", "This is a page of this hub. Type the address of your own post.")
        }
        ReceiveError::Banned => (
            "form",
            "The organizers do not take posts from your network, from this site or in these words. Ask them if that is a mistake.",
        ),
        ReceiveError::NoPassphrase => {
            ("passphrase", "Type the posting passphrase: the organizers gave it out.")
        }
        ReceiveError::WrongPassphrase => ("passphrase", WRONG_PASSPHRASE),
        ReceiveError::KeyOver => ("passphrase", KEY_OVER),
        ReceiveError::TooOften(TooOften { limit: Limit::TryPassphrase(_), retry_after }) => {
            let wait = words_for(*retry_after);
            return (
                "passphrase",
                format!(
                    "Too many wrong passphrases came from your network. Wait {wait}, then send this again."
                ),
            );
        }
        ReceiveError::TooOften(too_often) => {
            let wait = words_for(too_often.retry_after);
            return ("form", format!("That was often. Please wait {wait}, then send it again."));
        }
        ReceiveError::Full | ReceiveError::Backlog => {
            ("form", "Too many posts are waiting for the organizers. Please send it again later.")
        }
        ReceiveError::Closed(closed) => return ("form", closed_sentence(closed)),
        ReceiveError::Suspended => ("form", "This hub takes no posts."),
        ReceiveError::Busy | ReceiveError::Database(_) => {
            ("form", "There is too much going on just now. Please send it again in a minute.")
        }
    };
    (field, sentence.to_owned())
}
