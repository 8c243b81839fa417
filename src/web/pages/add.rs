//! "Add your post": all ways to ping on one page, the form for blogs that cannot, and "Did my post
//! arrive?".

mod arrived;
mod bookmarklet;
mod choose;
mod remembered;
mod stamp;

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::face::{HubFace, Tab};
use super::list::{closed_since, rules};
use crate::actions::arrived::{ArrivedError, look_for_proof};
use crate::actions::preview::{self, PreviewError};
use crate::actions::receive_ping::{Incoming, ReceiveError, knows_passphrase, receive};
use crate::actions::resolve::{Found, PingAddress, find_category, find_gate};
use crate::app::{App, Gate};
use crate::db::categories::{self, Category};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::category::PingPolicy;
use crate::model::ping::{CameBy, CharsetFrom, MAX_EXCERPT, MAX_TITLE};
use crate::model::problems::Problems;
use crate::model::sent::Sent;
use crate::model::text;
use crate::model::web_url::{self, WebUrlError};
use crate::secret::Secret;
use crate::web::error::{Missing, PageError, words_for};
use crate::web::extract::{Checked, Visit, client};
use crate::web::respond;
use arrived::{ArrivedPart, ask};
use bookmarklet::bookmarklet;
use choose::add_tabs;
pub use choose::choose;
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
            text::cut(field.as_deref().unwrap_or_default().trim(), most)
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

#[derive(Debug, Template)]
#[template(path = "pages/hub/add.html")]
struct AddView {
    hub: HubFace,
    add: String,
    rss: String,
    tabs: Vec<Tab>,
    category: String,
    category_path: String,
    ping: String,
    wants_passphrase: bool,
    closed_since: String,
    rules: Vec<&'static str>,
    csrf: String,
    form: AddForm,
    problems: Problems,
    arrived: Option<ArrivedPart>,
    /// The address that was asked about.
    asked: String,
    /// Whether its page is being read for a proof.
    looking: bool,
    /// What was found on the post's page, in sentences.
    seen: Vec<String>,
    /// Whether a link filled the form in.
    is_linked: bool,
    /// Whether this browser showed the passphrase before.
    knows: bool,
    /// The bookmark that opens this page with a post in it.
    bookmarklet: String,
    /// The address of the category's page, to link to.
    page: String,
    webmention: String,
}

/// What the page shows beside the form.
#[derive(Debug, Default)]
struct Parts {
    arrived: Option<ArrivedPart>,
    looking: bool,
    seen: Vec<String>,
    is_linked: bool,
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
}

/// `GET /{hub}/{category}/add`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    names: web::Path<(String, String)>,
    query: Option<web::Query<Query>>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (hub, category) = names.into_inner();
    let found = app.db.read(move |c| find_category(c, &hub, &category)).await?;
    let gate = match found {
        Found::Here(gate) => gate,
        Found::Moved(gate) => {
            let query = request.query_string();
            let query = if query.is_empty() { String::new() } else { format!("?{query}") };
            let path = format!("/{}/{}/add{query}", gate.hub.slug, gate.category.slug);
            return Ok(respond::moved(&path));
        }
        Found::Gone => return Err(PageError::Gone(Missing::Category)),
        Found::Unknown => return Err(PageError::NotFound(Missing::Category)),
    };
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let looking = query.looking.is_some();
    let form = AddForm::linked(&query);
    let is_linked = !form.url.is_empty();
    let asked = query.post.filter(|post| !post.trim().is_empty());
    let arrived = match asked {
        Some(post) => Some(ask(&app, &request, &gate, post).await?),
        None => None,
    };
    let parts = Parts { arrived, looking, is_linked, ..Parts::default() };
    Desk::of(&app, &request, &gate, visit).page(form, Problems::default(), parts).await
}

/// A category's form in front of somebody.
struct Desk<'a> {
    app: &'a Arc<App>,
    gate: &'a Gate,
    visit: Visit,
    from: AddressBlock,
    /// Whether this browser showed the passphrase before.
    knows: bool,
    /// The cookie that says so from now on, or no more.
    cookie: Option<Cookie<'static>>,
}

impl<'a> Desk<'a> {
    fn of(app: &'a Arc<App>, request: &HttpRequest, gate: &'a Gate, visit: Visit) -> Self {
        let knows = remembered::is_known(app, gate, request);
        Self { app, gate, visit, from: client(app, request), knows, cookie: None }
    }

    /// The form as it was typed, with what is wrong with it. Nothing is lost: the passphrase is
    /// the one field that does not come back, since a right one is remembered.
    async fn back(
        mut self,
        mut form: AddForm,
        mut problems: Problems,
        parts: Parts,
    ) -> Result<HttpResponse, PageError> {
        let typed = !form.passphrase.trim().is_empty() && problems.of("passphrase").is_empty();
        if typed && !self.knows {
            match knows_passphrase(self.app, self.gate, &form.passphrase, self.from).await {
                Ok(true) => {
                    form.passphrase.clear();
                    self.knows = true;
                    self.cookie = remembered::cookie(self.app, self.gate);
                }
                Ok(false) => problems.add("passphrase", WRONG_PASSPHRASE),
                // It was not looked at: it stays for the next time.
                Err(_) => {}
            }
        }
        self.page(form, problems, parts).await
    }

    async fn page(
        self,
        form: AddForm,
        problems: Problems,
        parts: Parts,
    ) -> Result<HttpResponse, PageError> {
        if self.gate.hub.suspended_at.is_some() {
            return Err(PageError::Suspended);
        }
        let id = self.gate.hub.id;
        let all = self.app.db.read(move |c| categories::list(c, id)).await?;
        let view = self.view(&all, form, problems, parts);
        let status = if view.problems.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        let response = respond::private_page(status, &view, Some(&view.hub.accent), &self.visit)?;
        Ok(with_cookie(response, self.cookie.as_ref()))
    }

    fn view(
        &self,
        all: &[Category],
        mut form: AddForm,
        problems: Problems,
        parts: Parts,
    ) -> AddView {
        let Parts { arrived, looking, seen, is_linked } = parts;
        let (app, hub, category) = (self.app, &self.gate.hub, &self.gate.category);
        let csrf = self.visit.csrf.clone();
        if stamp::age(app, &csrf, &form.stamp) == Age::TooOld {
            form.stamp = stamp::now(app, &csrf);
        }
        let path = format!("/{}/{}", hub.slug, category.slug);
        AddView {
            add: format!("{path}/add"),
            rss: format!("{path}/rss"),
            tabs: add_tabs(hub, all, Some(category)),
            category: category.title.clone(),
            ping: app.addresses.ping(category.number),
            wants_passphrase: category.ping_policy == PingPolicy::Passphrase,
            closed_since: closed_since(self.gate),
            rules: rules(self.gate),
            csrf,
            form,
            asked: arrived.as_ref().map(|arrived| arrived.post.clone()).unwrap_or_default(),
            arrived,
            looking,
            seen,
            is_linked,
            knows: self.knows,
            bookmarklet: bookmarklet(&app.addresses.path(&format!("{path}/add"))),
            category_path: path,
            page: app.addresses.category(&hub.slug, &category.slug),
            webmention: app.addresses.webmention(),
            hub: HubFace::of(hub),
            problems,
        }
    }
}

fn with_cookie(mut response: HttpResponse, cookie: Option<&Cookie<'static>>) -> HttpResponse {
    if let Some(cookie) = cookie
        && let Err(error) = response.add_cookie(cookie)
    {
        tracing::error!(%error, "a cookie could not be set");
    }
    response
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
    desk.knows = false;
    desk.cookie = Some(remembered::forgotten(desk.app, desk.gate));
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
    let (hub, category) = names.into_inner();
    let gate = find_gate(&app, PingAddress::Slugs(hub, category)).await?;
    let gate = gate.ok_or(PageError::NotFound(Missing::Category))?;
    let desk = Desk::of(&app, &request, &gate, visit);
    match form.step.as_str() {
        "fetch" => return fetch(desk, form).await,
        "forget" => return forget(desk, form).await,
        _ => {}
    }
    if let Some(sentence) = programs_do(&desk, &mut form) {
        return desk.back(form, Problems::one("form", sentence), Parts::default()).await;
    }
    let incoming = Incoming {
        title: Some(form.title.clone()),
        excerpt: Some(form.excerpt.clone()),
        blog_name: Some(form.blog_name.clone()),
        passphrase: Some(Secret::new(form.passphrase.clone())),
        remembered: desk.knows && form.passphrase.trim().is_empty(),
        read_as: Some(Sent::of("UTF-8", CharsetFrom::Form)),
        ..Incoming::of(Some(form.url.clone()), CameBy::Form, desk.from)
    };
    match receive(&app, &gate, incoming).await {
        Ok(received) => {
            app.metrics.ping("form");
            let token = received.receipt.token(&app.secrets);
            let cookie = remembered::cookie(&app, &gate).filter(|_| !desk.knows);
            Ok(with_cookie(respond::see_other(&format!("/r/{token}")), cookie.as_ref()))
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
            "That was faster than people type. Everything is still here: look it over, and press the button once more.",
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
    let gate = find_gate(&app, PingAddress::Slugs(hub, category)).await?;
    let gate = gate.ok_or(PageError::NotFound(Missing::Category))?;
    match look_for_proof(&app, &gate, &form.0.post, client(&app, &request)).await {
        Ok(()) | Err(ArrivedError::Url(_)) => {}
        Err(ArrivedError::TooOften(too_often)) => return Err(too_often.into()),
        Err(ArrivedError::Database(error)) => return Err(error.into()),
    }
    let post: String = url::form_urlencoded::byte_serialize(form.0.post.as_bytes()).collect();
    let path = format!("/{}/{}/add?looking=1&post={post}", gate.hub.slug, gate.category.slug);
    Ok(respond::see_other(&path))
}

const WRONG_PASSPHRASE: &str =
    "This is not the passphrase of this category. Check it with the organizers.";

/// Which field a refusal belongs to, and what to do. Nothing typed is lost.
fn problem(error: &ReceiveError) -> (&'static str, String) {
    let (field, sentence) = match error {
        ReceiveError::Url(WebUrlError::Missing) => ("url", "Type the address of your post."),
        ReceiveError::Url(error) => return ("url", error.to_string()),
        ReceiveError::OwnPage => {
            ("url", "This is a page of this hub. Type the address of your own post.")
        }
        ReceiveError::NoPassphrase => {
            ("passphrase", "Type the posting passphrase: the organizers gave it out.")
        }
        ReceiveError::WrongPassphrase => ("passphrase", WRONG_PASSPHRASE),
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
        ReceiveError::Closed(_) => ("form", "This category takes no more posts."),
        ReceiveError::Suspended => ("form", "This hub takes no posts."),
        ReceiveError::Busy | ReceiveError::Database(_) => {
            ("form", "There is too much going on just now. Please send it again in a minute.")
        }
    };
    (field, sentence.to_owned())
}
