//! "Add your post": all ways to ping on one page, the form for blogs that cannot, and "Did my post
//! arrive?".

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::face::{HubFace, Tab, tabs};
use super::list::{closed_since, rules};
use crate::actions::arrived::{self, Arrived, ArrivedError, Proof};
use crate::actions::preview::{self, PreviewError};
use crate::actions::receive_ping::{Incoming, ReceiveError, receive};
use crate::actions::resolve::{Found, PingAddress, find_category, find_gate, find_hub};
use crate::app::{App, Gate};
use crate::db::categories::{self, Category};
use crate::db::hubs::Hub;
use crate::limits::{Limit, TooOften};
use crate::model::category::PingPolicy;
use crate::model::ping::{CameBy, RefusalReason};
use crate::model::problems::Problems;
use crate::model::web_url::WebUrlError;
use crate::secret::Secret;
use crate::web::error::{Missing, PageError, words_for};
use crate::web::extract::{Checked, Visit, client};
use crate::web::respond;
use crate::web::view::Zone;

/// A post as it was typed into the form.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct AddForm {
    url: String,
    title: String,
    excerpt: String,
    blog_name: String,
    passphrase: String,
    /// Which button was pressed: `fetch` fills the form in, anything else sends it.
    step: String,
}

impl std::fmt::Debug for AddForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddForm").field("url", &self.url).finish_non_exhaustive()
    }
}

/// "Did my post arrive?", answered.
#[derive(Debug)]
struct ArrivedPart {
    post: String,
    kind: &'static str,
    title: String,
    sentence: String,
    link: String,
    /// The code that proves whose page it is, where that would say more.
    code: String,
}

impl ArrivedPart {
    /// The element that proves whose page it is.
    fn meta(&self) -> String {
        format!("<meta name=\"backchannel\" content=\"{}\">", self.code)
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
}

/// What may stand behind a `?`. (`post`, since `url` would be an old GET ping.)
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    post: Option<String>,
    looking: Option<String>,
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
            return Ok(respond::moved(&format!("/{}/{}/add", gate.hub.slug, gate.category.slug)));
        }
        Found::Gone => return Err(PageError::Gone(Missing::Category)),
        Found::Unknown => return Err(PageError::NotFound(Missing::Category)),
    };
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let looking = query.looking.is_some();
    let asked = query.post.filter(|post| !post.trim().is_empty());
    let arrived = match asked {
        Some(post) => Some(ask(&app, &request, &gate, post).await?),
        None => None,
    };
    page(
        &app,
        &gate,
        &visit,
        AddForm::default(),
        Problems::default(),
        Parts { arrived, looking, ..Parts::default() },
    )
    .await
}

async fn ask(
    app: &App,
    request: &HttpRequest,
    gate: &Gate,
    post: String,
) -> Result<ArrivedPart, PageError> {
    let zone = Zone::of(&gate.hub);
    let part = |kind, title: &str, sentence: String, link: String| ArrivedPart {
        post: post.clone(),
        kind,
        title: title.to_owned(),
        sentence,
        link,
        code: String::new(),
    };
    let asked = arrived::ask(app, gate, &post, client(app, request)).await;
    Ok(match asked {
        Err(ArrivedError::TooOften(too_often)) => return Err(too_often.into()),
        Err(ArrivedError::Database(error)) => return Err(error.into()),
        Err(ArrivedError::Url(error)) => {
            part("bad", "This is no address of a post", error.to_string(), String::new())
        }
        Ok(Arrived::Never) => part(
            "warn",
            "It never arrived",
            "No ping with this address has reached this category in the last days. Check the ping address in your tool, and that it is the address of the post and not of the blog.".to_owned(),
            String::new(),
        ),
        Ok(Arrived::Refused(reason, at)) => {
            let why = match reason {
                RefusalReason::WrongPassphrase => "The passphrase was wrong",
                RefusalReason::NoPassphrase => "The passphrase was missing",
                RefusalReason::Closed => "The category was closed",
                RefusalReason::Full => "Too many posts were waiting",
                RefusalReason::Unproved => "The passphrase was missing",
            };
            let sentence = format!(
                "It came on {} and was not taken in. {}",
                zone.moment_zoned(at),
                advice(reason)
            );
            part("bad", why, sentence, String::new())
        }
        Ok(Arrived::Waiting(since, Proof::Given(token))) => part(
            "good",
            "It is yours",
            format!("It arrived on {}. Its receipt says how it stands.", zone.moment_zoned(since)),
            format!("/r/{token}"),
        ),
        Ok(Arrived::Waiting(since, Proof::Wanted(code))) => ArrivedPart { code, ..part(
            "warn",
            "It is waiting",
            format!(
                "It arrived on {}, and waits for the organizers to look at it. There is nothing more for you to do.",
                zone.moment_zoned(since)
            ),
            String::new(),
        )},
        Ok(Arrived::Listed(id, since)) => part(
            "good",
            "It is listed",
            format!("It has been listed since {}.", zone.moment_zoned(since)),
            format!("/p/{id}"),
        ),
    })
}

const fn advice(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::WrongPassphrase => {
            "Check the passphrase with the organizers, and send the ping again."
        }
        RefusalReason::NoPassphrase => {
            "Put the posting passphrase at the end of the ping address, and send the ping again."
        }
        RefusalReason::Closed => "Ask the organizers if it will open again.",
        RefusalReason::Full => "Send it again later.",
        RefusalReason::Unproved => {
            "This category takes Webmentions and Pingbacks with its passphrase only: use the form above."
        }
    }
}

async fn page(
    app: &App,
    gate: &Gate,
    visit: &Visit,
    form: AddForm,
    problems: Problems,
    parts: Parts,
) -> Result<HttpResponse, PageError> {
    let Parts { arrived, looking, seen } = parts;
    let (hub, category) = (&gate.hub, &gate.category);
    if hub.suspended_at.is_some() {
        return Err(PageError::Suspended);
    }
    let id = hub.id;
    let all = app.db.read(move |c| categories::list(c, id)).await?;
    let path = format!("/{}/{}", hub.slug, category.slug);
    let view = AddView {
        add: format!("{path}/add"),
        rss: format!("{path}/rss"),
        tabs: add_tabs(hub, &all, Some(category)),
        category: category.title.clone(),
        category_path: path,
        ping: app.addresses.ping(category.number),
        wants_passphrase: category.ping_policy == PingPolicy::Passphrase,
        closed_since: closed_since(gate),
        rules: rules(gate),
        csrf: visit.csrf.clone(),
        form,
        asked: arrived.as_ref().map(|arrived| arrived.post.clone()).unwrap_or_default(),
        arrived,
        looking,
        seen,
        page: app.addresses.category(&hub.slug, &category.slug),
        webmention: app.addresses.webmention(),
        hub: HubFace::of(hub),
        problems,
    };
    let status =
        if view.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    respond::private_page(status, &view, Some(&view.hub.accent), visit)
}

/// The hub's tabs, each leading to the add page of its category.
fn add_tabs(hub: &Hub, categories: &[Category], current: Option<&Category>) -> Vec<Tab> {
    let mut tabs = tabs(hub, categories, current);
    for tab in tabs.iter_mut().skip(1) {
        tab.path.push_str("/add");
        tab.count.clear();
    }
    if let Some(everything) = tabs.first_mut() {
        everything.title = "Everything".to_owned();
        everything.count.clear();
        everything.is_current = false;
    }
    tabs
}

/// Reads the post's page and fills in what stands there; nothing is stored.
async fn fetch(
    app: &std::sync::Arc<App>,
    request: &HttpRequest,
    gate: &Gate,
    visit: &Visit,
    mut form: AddForm,
) -> Result<HttpResponse, PageError> {
    match preview::preview(app, gate, &form.url, client(app, request)).await {
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
            page(app, gate, visit, form, Problems::default(), parts).await
        }
        Err(PreviewError::TooOften(too_often)) => {
            let wait = words_for(too_often.retry_after);
            let sentence = format!("That was often. Wait {wait}, or type the rest yourself.");
            page(app, gate, visit, form, Problems::one("url", sentence), Parts::default()).await
        }
        Err(error) => {
            let problems = Problems::one("url", error.to_string());
            page(app, gate, visit, form, problems, Parts::default()).await
        }
    }
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
    let gate = find_gate(&app, PingAddress::Slugs(hub, category)).await?;
    let gate = gate.ok_or(PageError::NotFound(Missing::Category))?;
    if form.step == "fetch" {
        return fetch(&app, &request, &gate, &visit, form).await;
    }
    let incoming = Incoming {
        title: Some(form.title.clone()),
        excerpt: Some(form.excerpt.clone()),
        blog_name: Some(form.blog_name.clone()),
        passphrase: Some(Secret::new(form.passphrase.clone())),
        ..Incoming::of(Some(form.url.clone()), CameBy::Form, client(&app, &request))
    };
    match receive(&app, &gate, incoming).await {
        Ok(received) => {
            app.metrics.ping("form");
            Ok(respond::see_other(&format!("/r/{}", received.receipt.token(&app.secrets))))
        }
        Err(ReceiveError::Database(error)) => Err(error.into()),
        Err(ReceiveError::Suspended) => Err(PageError::Suspended),
        Err(error) => {
            let (field, sentence) = problem(&error);
            page(&app, &gate, &visit, form, Problems::one(field, sentence), Parts::default()).await
        }
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
    match arrived::look_for_proof(&app, &gate, &form.0.post, client(&app, &request)).await {
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
        ReceiveError::WrongPassphrase => (
            "passphrase",
            "This is not the passphrase of this category. Check it with the organizers.",
        ),
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

#[derive(Debug, Template)]
#[template(path = "pages/hub/choose.html")]
struct ChooseView {
    hub: HubFace,
    add: String,
    rss: String,
    tabs: Vec<Tab>,
    choices: Vec<Choice>,
}

#[derive(Debug)]
struct Choice {
    title: String,
    path: String,
    description: String,
    rules: Vec<&'static str>,
}

/// `GET /{hub}/-/add`: which category a post belongs to.
pub async fn choose(
    app: web::Data<App>,
    slug: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let slug = slug.into_inner();
    let (hub, all) = app
        .db
        .read(move |connection| {
            let (Found::Here(hub) | Found::Moved(hub)) = find_hub(connection, &slug)? else {
                return Err(PageError::NotFound(Missing::Hub));
            };
            let all = categories::list(connection, hub.id)?;
            Ok((hub, all))
        })
        .await?;
    if hub.suspended_at.is_some() {
        return Err(PageError::Suspended);
    }
    let choices = all.iter().map(|category| Choice {
        title: category.title.clone(),
        path: format!("/{}/{}/add", hub.slug, category.slug),
        description: category.description.clone(),
        rules: rules(&Gate { hub: hub.clone(), category: category.clone() }),
    });
    let view = ChooseView {
        add: format!("/{}/-/add", hub.slug),
        rss: format!("/{}/rss", hub.slug),
        tabs: add_tabs(&hub, &all, None),
        choices: choices.collect(),
        hub: HubFace::of(&hub),
    };
    respond::private_page(StatusCode::OK, &view, Some(&view.hub.accent), &Visit::without_form())
}
