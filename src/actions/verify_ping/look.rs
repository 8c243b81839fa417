//! What stands on a page.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::Case;
use crate::app::App;
use crate::db::{DbError, blogs};
use crate::fetch::{FetchError, Fetched, Get, answered};
use crate::model::talk;
use crate::model::web_url::{Hosts, WebUrl};
use crate::wire::html::{self, Page, Question};

/// What came of reading a page.
#[derive(Debug)]
pub enum Found {
    /// Its site was visited often enough for now.
    Later(Duration),
    /// It could not be read; `may_pass` where it makes sense to try again.
    Failed { problem: String, status: Option<u16>, may_pass: bool },
    /// It says that it is gone.
    Gone,
    /// It was read.
    Page(Box<Facts>),
}

/// What stands on a page that was read.
#[derive(Debug)]
pub struct Facts {
    pub status: u16,
    pub page: Page,
    pub is_linked: bool,
    /// Whether the address that answered belongs to the ping's blog: a redirect may lead anywhere.
    pub is_same_blog: bool,
    /// Which pages it links to, as [`talk::join_links`] has them; none where that is not the blog's.
    pub links: Option<Vec<u8>>,
    /// Whether a trusted blog's page vouches for this blog.
    pub is_vouched: bool,
}

impl Found {
    /// The fixed word for metrics.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Later(_) => "later",
            Self::Failed { .. } => "failed",
            Self::Gone => "gone",
            Self::Page(facts) if facts.is_linked => "linked",
            Self::Page(_) => "unlinked",
        }
    }
}

/// Whether somebody who answers so does not want the page to be read: such a page is left alone.
pub const fn shuts_out(status: u16) -> bool {
    matches!(status, 401 | 403 | 451)
}

/// Fetches and reads the page of a case.
pub async fn look(app: &Arc<App>, case: &Case) -> Result<Found, DbError> {
    let Ok(url) = WebUrl::parse_on(&case.ping.url, app.hosts()) else {
        let problem = "Its address is none that can be read.".to_owned();
        return Ok(Found::Failed { problem, status: None, may_pass: false });
    };
    let get = Get { ping: Some(case.ping.public_id), ..Get::page(url.as_url()) };
    let fetched = match app.fetcher.get(&get).await {
        Ok(fetched) => fetched,
        Err(error) => return Ok(failed(&error)),
    };
    match fetched.status {
        200..=299 => {}
        410 => return Ok(Found::Gone),
        status => {
            let problem = answered(status);
            // A page that is not there yet may be there in a minute.
            let may_pass = !shuts_out(status);
            return Ok(Found::Failed { problem, status: Some(status), may_pass });
        }
    }
    let mut facts = read(fetched, case, app.hosts()).await?;
    if facts.page.gone {
        return Ok(Found::Gone);
    }
    if facts.is_linked && !case.reading.vouch.is_empty() && !case.reading.vouched {
        facts.is_vouched = is_vouched(app, case).await?;
    }
    Ok(Found::Page(Box::new(facts)))
}

fn failed(error: &FetchError) -> Found {
    if let FetchError::TooBusy(busy) = error {
        return Found::Later(busy.retry_after);
    }
    tracing::debug!(%error, "a page was not read");
    let problem = error.outward().to_owned();
    Found::Failed { problem, status: None, may_pass: error.may_pass() }
}

async fn read(fetched: Fetched, case: &Case, hosts: Hosts) -> Result<Facts, DbError> {
    let is_same_blog = WebUrl::parse_on(fetched.url.as_str(), Hosts::AlsoLoopback)
        .is_ok_and(|url| url.blog_key() == case.ping.blog_key);
    let targets = case.targets.clone();
    // Reading half a megabyte takes milliseconds: not on a thread that answers.
    let reading = tokio::task::spawn_blocking(move || {
        let is_target = |url: &Url| targets.has(url);
        let question = Question {
            url: &fetched.url,
            charset: fetched.headers.charset.as_deref(),
            is_target: &is_target,
        };
        let content_type = fetched.headers.content_type.as_deref().unwrap_or("text/html");
        let (page, is_linked) = read_as(content_type, &fetched.body, &question);
        let links = is_same_blog.then(|| {
            let pages = page.leads_to.iter();
            let pages = pages.filter_map(|url| WebUrl::parse_on(url.as_str(), hosts).ok());
            talk::join_links(&pages.collect::<Vec<_>>())
        });
        Facts { status: fetched.status, page, is_linked, is_same_blog, links, is_vouched: false }
    });
    reading.await.map_err(|_panicked| DbError::Panicked)
}

/// Webmention 3.2.2: a link in HTML, an exact string in JSON, the address in plain text.
fn read_as(content_type: &str, body: &[u8], question: &Question<'_>) -> (Page, bool) {
    if content_type == "text/plain" {
        return (Page::default(), html::link_in_text(body, question));
    }
    if content_type.ends_with("json") {
        return (Page::default(), html::link_in_json(body, question));
    }
    let page = html::read(body, question);
    let is_linked = page.link.is_some();
    (page, is_linked)
}

/// Whether the page that was named as a vouch belongs to a trusted blog and links to this one.
async fn is_vouched(app: &App, case: &Case) -> Result<bool, DbError> {
    let Ok(vouch) = WebUrl::parse_on(&case.reading.vouch, app.hosts()) else { return Ok(false) };
    let (hub, key) = (case.gate.hub.id, vouch.blog_key());
    if key == case.ping.blog_key || !app.db.read(move |c| blogs::is_approved(c, hub, &key)).await? {
        return Ok(false);
    }
    let Ok(fetched) = app.fetcher.get(&Get::page(vouch.as_url())).await else { return Ok(false) };
    let blog = case.ping.blog_key.clone();
    let hosts = app.hosts();
    let reading = tokio::task::spawn_blocking(move || {
        let is_target =
            |url: &Url| WebUrl::parse_on(url.as_str(), hosts).is_ok_and(|u| u.blog_key() == blog);
        let charset = fetched.headers.charset.as_deref();
        let question = Question { url: &fetched.url, charset, is_target: &is_target };
        fetched.status == 200 && html::read(&fetched.body, &question).link.is_some()
    });
    reading.await.map_err(|_panicked| DbError::Panicked)
}
