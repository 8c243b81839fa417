//! Whoever writes a post has it removed from a hub and kept away from it, or lets it come again.
//!
//! What proves that it is theirs is the page itself, read while they wait: it holds the code that
//! their browser was given, or it says that it is gone (410). A receipt is no such proof: it belongs
//! to whoever sent the post first, who may be anybody and could keep it away in its writer's name.

use std::time::Duration;

use crate::app::App;
use crate::db::hubs::Hub;
use crate::db::kept_away::Hashes;
use crate::db::{DbError, hubs, kept_away, log};
use crate::fetch::{FetchError, Fetched, Get, UNREADABLE, answered, nothing_came};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::id::HubId;
use crate::model::log::LogKind;
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::wire::html::{self, Page, Question};

/// How long somebody waits for another's server: less than a request may take.
const PATIENCE: Duration = Duration::from_secs(7);
/// The most posts that are kept away from one hub: each was proved by its page.
const MAX_KEPT_AWAY: i64 = 10_000;

/// What whoever writes a post wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// It is removed, and kept away.
    Away,
    /// It may come again.
    Again,
}

/// Why they do not get it, in a sentence for them.
#[derive(Debug, thiserror::Error)]
pub enum KeepAwayError {
    /// No address of a post.
    #[error(transparent)]
    Url(#[from] WebUrlError),
    /// One of our own pages.
    #[error("This is a page of this hub. Type the address of your own post.")]
    OwnPage,
    /// Too often.
    #[error("too often")]
    TooOften(TooOften),
    /// The page could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// Its site was visited a moment ago, or too often.
    #[error(
        "That site was read a moment ago, for you or for somebody else. Try again in a minute."
    )]
    Later,
    /// It was answered with this status.
    #[error("{}", answered(*.0))]
    Status(u16),
    /// The page was read, and the code was not there.
    #[error(
        "Your page was read, and the line was not there. Put it into the head of the page, or take the page away for good (status 410), then try again."
    )]
    NoCode,
    /// The page is gone: nothing shows whose it is.
    #[error(
        "Your page says that it is gone. Put it back, with the line in its head, then try again."
    )]
    Gone,
    /// More are kept away from this hub than it takes.
    #[error(
        "Too many posts are kept away from this hub already. Ask its organizers to bar your blog."
    )]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The code that proves, by standing in its page, who writes the post of this address: for one
/// browser, and for what they wish of one hub.
pub fn code(app: &App, hub: HubId, typed: &str, browser: &str) -> Result<String, KeepAwayError> {
    let url = parse(app, typed)?;
    Ok(app.proof_of_writer(hub, url.identity().as_bytes(), browser))
}

fn parse(app: &App, typed: &str) -> Result<WebUrl, KeepAwayError> {
    let url = WebUrl::parse_on(typed, app.hosts())?;
    if app.is_ours(url.as_url()) {
        return Err(KeepAwayError::OwnPage);
    }
    Ok(url)
}

/// Does what whoever writes a post wishes of a hub, once its page has shown that it is theirs.
pub async fn wish(
    app: &App,
    hub: &Hub,
    typed: &str,
    browser: &str,
    wish: Wish,
    from: AddressBlock,
) -> Result<(), KeepAwayError> {
    let url = parse(app, typed)?;
    app.limits.take(Limit::Preview, from).map_err(KeepAwayError::TooOften)?;
    let code = app.proof_of_writer(hub.id, url.identity().as_bytes(), browser);
    match (look(app, &url, &code).await?, wish) {
        (Seen::Code, _) | (Seen::Gone, Wish::Away) => {}
        (Seen::Gone, Wish::Again) => return Err(KeepAwayError::Gone),
        (Seen::NoCode, _) => return Err(KeepAwayError::NoCode),
    }
    let (hub, now) = (hub.id, app.clock.now());
    let url_hash = *url.identity().as_bytes();
    let post = Hashes { url: url_hash, kept_away: app.kept_away_hash(hub, &url_hash) };
    app.db
        .write(move |tx| {
            let detail = match wish {
                Wish::Away => {
                    if kept_away::count(tx.reading(), hub)? >= MAX_KEPT_AWAY {
                        return Err(KeepAwayError::TooMany);
                    }
                    // Before any row of its pings, as whoever lists does: all wait in one order.
                    hubs::touch_quietly(tx, hub, now)?;
                    kept_away::remove(tx, hub, &post, now)?;
                    kept_away::insert(tx, hub, &post.kept_away, now)?.then_some("away")
                }
                Wish::Again => {
                    hubs::touch_quietly(tx, hub, now)?;
                    let was_away = kept_away::delete(tx, hub, &post.kept_away)?;
                    if was_away {
                        kept_away::forget_removed(tx, hub, &post)?;
                    }
                    was_away.then_some("again")
                }
            };
            match detail {
                Some(detail) => Ok(log::insert(tx, hub, None, LogKind::KeptAway, detail, now)?),
                None => Ok(()),
            }
        })
        .await
}

/// What a page says about whose it is.
enum Seen {
    Code,
    NoCode,
    Gone,
}

async fn look(app: &App, url: &WebUrl, code: &str) -> Result<Seen, KeepAwayError> {
    let fetching = tokio::time::timeout(PATIENCE, app.fetcher.get(&Get::page(url.as_url()))).await;
    let fetched = match fetching {
        Ok(Ok(fetched)) => fetched,
        Ok(Err(FetchError::TooBusy(_))) => return Err(KeepAwayError::Later),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a page was not read for its writer");
            return Err(KeepAwayError::Unreadable(match error.outward() {
                UNREADABLE => nothing_came(url.host()),
                why => why.to_owned(),
            }));
        }
        Err(_elapsed) => {
            let why = "The page takes too long to answer.".to_owned();
            return Err(KeepAwayError::Unreadable(why));
        }
    };
    // A redirect may lead anywhere: what another site answers says nothing about this page.
    let is_same_blog = WebUrl::parse_on(fetched.url.as_str(), app.hosts())
        .is_ok_and(|answered| answered.blog_key() == url.blog_key());
    if !is_same_blog {
        return Ok(Seen::NoCode);
    }
    match fetched.status {
        200..=299 => {}
        410 => return Ok(Seen::Gone),
        status => return Err(KeepAwayError::Status(status)),
    }
    let page = read(fetched).await?;
    Ok(match page.proofs.iter().any(|proof| proof == code) {
        true => Seen::Code,
        false if page.gone => Seen::Gone,
        false => Seen::NoCode,
    })
}

async fn read(fetched: Fetched) -> Result<Page, DbError> {
    // Reading half a megabyte takes milliseconds: not on a thread that answers.
    let reading = tokio::task::spawn_blocking(move || {
        let charset = fetched.headers.charset.as_deref();
        let question = Question { url: &fetched.url, charset, is_target: &|_| false };
        html::read(&fetched.body, &question)
    });
    reading.await.map_err(|_panicked| DbError::Panicked)
}
