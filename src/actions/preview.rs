//! "Fetch my post": what would be taken from a page. Nothing is stored.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::app::{App, Gate};
use crate::db::{DbError, categories};
use crate::fetch::{FetchError, Get, UNREADABLE, answered, nothing_came};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::wire::html::{self, Page, Question, Taken};

/// How long somebody waits for another's server: less than a request may take.
const PATIENCE: Duration = Duration::from_secs(7);

/// What a page says.
#[derive(Debug, Default)]
pub struct Preview {
    /// The address that would be sent.
    pub url: String,
    /// The post's title.
    pub title: String,
    /// Its first words.
    pub excerpt: String,
    /// The blog's name.
    pub blog_name: String,
    /// What was found where, in sentences.
    pub notes: Vec<String>,
}

/// Why a page was not read, in a sentence for the form.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// No address of a post.
    #[error(transparent)]
    Url(#[from] WebUrlError),
    /// One of our own pages.
    #[error("This is a page of this hub. Type the address of your own post.")]
    OwnPage,
    /// Too often.
    #[error("too often")]
    TooOften(TooOften),
    /// It could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// Its site was visited a moment ago, or too often.
    #[error("That site was read a moment ago, for you or for somebody else.")]
    Later,
    /// It was answered with this status.
    #[error("{}", answered(*.0))]
    Status(u16),
    /// The database failed.
    #[error("There is too much going on just now.")]
    Database(#[from] DbError),
}

/// Reads the page of a post as it would be read after a ping.
pub async fn preview(
    app: &Arc<App>,
    gate: &Gate,
    typed: &str,
    from: AddressBlock,
) -> Result<Preview, PreviewError> {
    let url = WebUrl::parse_on(typed, app.hosts())?;
    if app.is_ours(url.as_url()) {
        return Err(PreviewError::OwnPage);
    }
    app.limits.take(Limit::Preview, from).map_err(PreviewError::TooOften)?;
    let (base, category) = (app.addresses.base().clone(), gate.category.clone());
    let targets = app.db.read(move |c| categories::targets(c, &base, &category)).await?;
    let fetching = tokio::time::timeout(PATIENCE, app.fetcher.get(&Get::page(url.as_url()))).await;
    let fetched = match fetching {
        Ok(Ok(fetched)) => fetched,
        Ok(Err(FetchError::TooBusy(_))) => return Err(PreviewError::Later),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a page was not previewed");
            let why = match error.outward() {
                UNREADABLE => nothing_came(url.host()),
                why => why.to_owned(),
            };
            return Err(PreviewError::Unreadable(why));
        }
        Err(_elapsed) => {
            let why = "The page takes too long to answer.".to_owned();
            return Err(PreviewError::Unreadable(why));
        }
    };
    if !(200..300).contains(&fetched.status) {
        return Err(PreviewError::Status(fetched.status));
    }
    let reading = tokio::task::spawn_blocking(move || {
        let is_target = |url: &Url| targets.has(url);
        let charset = fetched.headers.charset.as_deref();
        let question = Question { url: &fetched.url, charset, is_target: &is_target };
        html::read(&fetched.body, &question)
    });
    let page = reading.await.map_err(|_panicked| DbError::Panicked)?;
    Ok(Preview { url: url.as_str().to_owned(), ..told(page) })
}

fn told(page: Page) -> Preview {
    let mut notes = Vec::new();
    let mut taken = |what: &str, taken: Option<Taken>| match taken {
        Some(Taken { text, from }) => {
            notes.push(format!("{what} was taken from {}.", from.as_words()));
            text
        }
        None => {
            notes.push(format!("{what} was not found on the page."));
            String::new()
        }
    };
    let title = taken("The title", page.title);
    let excerpt = taken("The beginning", page.excerpt);
    let blog_name = taken("The name of the blog", page.blog_name);
    notes.push(match page.link {
        Some(_) => "It links to this category.".to_owned(),
        None => "It does not link to this category. A Webmention or Pingback would need that; this form does not.".to_owned(),
    });
    Preview { url: String::new(), title, excerpt, blog_name, notes }
}
