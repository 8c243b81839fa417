//! The page "Add your post" with its form, before it is sent and when it comes back.

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::AddForm;
use super::arrived::ArrivedPart;
use super::bookmarklet::bookmarklet;
use super::choose::add_tabs;
use super::form_at;
use super::remembered;
use super::stamp::{self, Age};
use crate::actions::receive_ping::{known_key, knows_passphrase};
use crate::app::{App, Gate, Lock};
use crate::db::categories::{self, Category};
use crate::db::keys::Key;
use crate::db::{DbConnection, DbError, talks};
use crate::limits::AddressBlock;
use crate::model::category::{PingPolicy, UnprovedPolicy};
use crate::model::id::KeyId;
use crate::model::problems::Problems;
use crate::web::error::PageError;
use crate::web::extract::{Visit, client};
use crate::web::pages::face::{HubFace, Tab};
use crate::web::pages::feed_links::feed_path;
use crate::web::pages::list::{Known, closed, rules_for};
use crate::web::pages::talks::talk_path;
use crate::web::respond;

/// Beside its field.
pub const WRONG_PASSPHRASE: &str =
    "This is not the passphrase of this category. Check it with the organizers.";

#[derive(Debug, Template)]
#[template(path = "pages/hub/add.html")]
struct AddView {
    hub: HubFace,
    add: String,
    /// The form, begun with the address that was asked about.
    add_asked: String,
    rss: String,
    tabs: Vec<Tab>,
    category: String,
    category_path: String,
    ping: String,
    wants_passphrase: bool,
    /// Since when it takes no posts, or when it will, as a sentence; empty if it does.
    closed: String,
    rules: Vec<String>,
    csrf: String,
    form: AddForm,
    /// The title and page of the talk that the post is about, where somebody came from there.
    talk: Option<(String, String)>,
    problems: Problems,
    arrived: Option<ArrivedPart>,
    /// The address that was asked about.
    asked: String,
    /// Whether the form holds the first page of a site, and somebody was asked whether they mean it.
    is_front: bool,
    /// Whether its page is being read for a proof.
    looking: bool,
    /// What was found on the post's page, in sentences.
    seen: Vec<String>,
    /// Why nothing was found there, as a sentence or empty.
    nothing_found: Option<String>,
    /// Whether the page was to be read, and nothing to be sent.
    is_fetched: bool,
    /// Whether a link filled the form in.
    is_linked: bool,
    /// Whether a post was taken back just now.
    taken_back: bool,
    /// Whether a link in a post stands in for the passphrase.
    takes_links: bool,
    /// The hub's own page elsewhere, where somebody may be asked.
    hub_link: String,
    /// Whether this browser showed the passphrase before.
    knows: bool,
    /// Whether it opened a personal ping address, which works.
    has_key: bool,
    /// The bookmark that opens this page with a post in it.
    bookmarklet: String,
    /// The address of the category's page, to link to.
    page: String,
    webmention: String,
}

impl AddView {
    /// Whether the page holds what was typed, so that it goes along to another category.
    const fn keeps(&self) -> bool {
        self.arrived.is_none() && (self.closed.is_empty() || !self.form.url.is_empty())
    }
}

/// What the page shows beside the form.
#[derive(Debug, Default)]
pub struct Parts {
    /// "Did my post arrive?", answered.
    pub arrived: Option<ArrivedPart>,
    /// Whether the page is being read for a proof.
    pub looking: bool,
    /// What was found on the post's page, in sentences.
    pub seen: Vec<String>,
    /// Why nothing was found there, as a sentence or empty.
    pub nothing_found: Option<String>,
    /// Whether the page was to be read, and nothing to be sent.
    pub is_fetched: bool,
    /// Whether a link filled the form in.
    pub is_linked: bool,
    /// Whether a post was taken back just now.
    pub taken_back: bool,
}

/// A category's form in front of somebody.
pub struct Desk<'a> {
    /// The instance.
    pub app: &'a Arc<App>,
    /// The category.
    pub gate: &'a Arc<Gate>,
    /// The browser.
    pub visit: Visit,
    /// Where it is.
    pub from: AddressBlock,
    /// Whether this browser showed the passphrase before.
    pub knows: bool,
    /// The ping key whose address it opened.
    pub key: Option<KeyId>,
    /// The cookies that say so from now on, or no more.
    pub cookies: Vec<Cookie<'static>>,
}

impl<'a> Desk<'a> {
    /// Whoever sent this request.
    pub fn of(app: &'a Arc<App>, request: &HttpRequest, gate: &'a Arc<Gate>, visit: Visit) -> Self {
        let knows = remembered::is_known(app, gate, request);
        let key = remembered::known_key(app, gate, request);
        Self { app, gate, visit, from: client(app, request), knows, key, cookies: Vec::new() }
    }

    /// The form as it was typed, with what is wrong with it. Nothing is lost: the passphrase is
    /// the one field that does not come back, since a right one is remembered.
    pub async fn back(
        mut self,
        mut form: AddForm,
        mut problems: Problems,
        parts: Parts,
    ) -> Result<HttpResponse, PageError> {
        let typed = !form.passphrase.trim().is_empty() && problems.of("passphrase").is_empty();
        if typed && !self.knows {
            match knows_passphrase(self.app, self.gate, &form.passphrase, self.from).await {
                Ok(true) => {
                    let cookie = remembered::cookie(self.app, self.gate, &form.passphrase);
                    self.knows = cookie.is_some();
                    if self.knows {
                        form.passphrase.clear();
                    }
                    self.cookies.extend(cookie);
                }
                Ok(false) => problems.add("passphrase", WRONG_PASSPHRASE),
                // It was not looked at: it stays for the next time.
                Err(_) => {}
            }
        }
        self.page(form, problems, parts).await
    }

    /// The page with this form.
    pub async fn page(
        self,
        mut form: AddForm,
        problems: Problems,
        parts: Parts,
    ) -> Result<HttpResponse, PageError> {
        if self.gate.hub.suspended_at.is_some() {
            return Err(PageError::Suspended);
        }
        let id = self.gate.hub.id;
        let name = form.talk.clone();
        let read = move |c: &mut DbConnection| {
            let talk = if name.is_empty() { None } else { talks::find_public(c, id, &name)? };
            Ok::<_, DbError>((categories::list(c, id)?, talk))
        };
        let (all, talk) = self.app.db.read(read).await?;
        form.talk = talk.as_ref().map(|talk| talk.slug.clone()).unwrap_or_default();
        let talk = talk.map(|talk| (talk.title, talk_path(&self.gate.hub.path(), &talk.slug)));
        let key = match self.key {
            Some(key) => known_key(self.app, self.gate, key).await?,
            None => None,
        };
        let view = AddView { talk, ..self.view(&all, key.as_deref(), form, problems, parts) };
        let status = if view.problems.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        let response = respond::private_page(status, &view, Some(&view.hub.accent), &self.visit)?;
        Ok(with_cookies(response, &self.cookies))
    }

    fn view(
        &self,
        all: &[Category],
        key: Option<&Key>,
        mut form: AddForm,
        problems: Problems,
        parts: Parts,
    ) -> AddView {
        let Parts { arrived, looking, seen, nothing_found, is_fetched, is_linked, taken_back } =
            parts;
        let (app, hub, category) = (self.app, &self.gate.hub, &self.gate.category);
        let csrf = self.visit.csrf.clone();
        if stamp::age(app, &csrf, &form.stamp) == Age::TooOld {
            form.stamp = stamp::now(app, &csrf, is_linked);
        }
        let path = hub.category_path(&category.slug);
        let (addresses, add) = (app.addresses.under(hub.root()), format!("{path}/add"));
        let page = app.addresses.path(&path);
        let asked = arrived.as_ref().map(|arrived| arrived.post.clone()).unwrap_or_default();
        let now = app.clock.now();
        let knows = self.knows || key.is_some();
        let known = Known { shown: knows, lists_at_once: key.is_some_and(|key| key.lists_at_once) };
        AddView {
            add_asked: form_at(&add, "url", &asked),
            bookmarklet: bookmarklet(&app.addresses.path(&add)),
            add,
            rss: {
                let lock = Lock::of(hub, Some(category));
                feed_path(&path, lock.map(|lock| lock.feed_key(&app.secrets)).as_deref())
            },
            tabs: add_tabs(hub, all, Some(category)),
            category: category.title.clone(),
            ping: addresses.ping(category.number),
            wants_passphrase: category.ping_policy == PingPolicy::Passphrase,
            closed: closed(self.gate, now),
            rules: rules_for(self.gate, now, known),
            csrf,
            asked,
            arrived,
            is_front: !form.front.is_empty() && form.front == form.url,
            form,
            talk: None,
            looking,
            seen,
            nothing_found,
            is_fetched,
            is_linked,
            taken_back,
            takes_links: category.unproved_policy == UnprovedPolicy::Wait && !self.gate.is_secret(),
            hub_link: hub.link.clone(),
            has_key: key.is_some(),
            knows,
            category_path: path,
            page,
            webmention: addresses.webmention(),
            hub: HubFace::of(hub),
            problems,
        }
    }
}

/// The answer, with a cookie if there is one.
pub fn with_cookies(mut response: HttpResponse, cookies: &[Cookie<'static>]) -> HttpResponse {
    for cookie in cookies {
        if let Err(error) = response.add_cookie(cookie) {
            tracing::error!(%error, "a cookie could not be set");
        }
    }
    response
}
