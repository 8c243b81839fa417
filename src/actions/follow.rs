//! Feeds: those an organizer or a blogger has followed, and those that a trusted blog announces.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::actions::receive_ping::{self, Incoming, ReceiveError};
use crate::app::{App, Gate, ReceiptKind};
use crate::clock::Timestamp;
use crate::db::feeds::{FollowedFeed, NewFeed};
use crate::db::jobs::{self, Claimed, JobKey};
use crate::db::{DbConnection, DbError, blogs, categories, feeds, hubs, log, trust};
use crate::fetch::{FetchError, Fetched, Get};
use crate::limits::AddressBlock;
use crate::model::id::{AccountId, BlogId, CategoryId, FeedId, HubId};
use crate::model::job::{FollowedBy, JobKind};
use crate::model::log::LogKind;
use crate::model::ping::CameBy;
use crate::model::targets::Targets;
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::wire::html::{self, Question};
use crate::wire::syndication::{self, Entry, Feed};

/// Feeds among them that bloggers asked for: the rest is the organizers'.
const MAX_BLOGGER_FEEDS: i64 = 50;
/// How often a followed feed is read, unless it asks for less.
pub const EVERY: Duration = Duration::from_secs(30 * 60);
/// The longest a feed may ask us to stay away.
const AT_MOST: Duration = Duration::from_secs(86_400);
/// How often the feed of a blog that announces posts is read.
const BETWEEN_ANNOUNCEMENTS: Duration = Duration::from_secs(600);

/// Why a feed is not followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// No address of a feed.
    #[error(transparent)]
    Url(#[from] WebUrlError),
    /// One of our own feeds.
    #[error("This is an address of this hub: type the address of a blog, or of its feed.")]
    OwnPage,
    /// The category follows it already.
    #[error("This category follows that feed already.")]
    Already,
    /// Too many.
    #[error("A hub follows at most 100 feeds: remove one first.")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for FollowError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Already,
            error => Self::Database(error),
        }
    }
}

/// Who asks for a feed to be followed.
#[derive(Debug, Clone)]
pub enum Follower {
    /// An organizer, who answers for whatever the feed brings.
    Organizer(AccountId),
    /// A blogger, whose post from this blog was verified: only its posts are taken in.
    Blogger {
        /// The blog's key.
        blog_key: String,
        /// Whether they knew the passphrase.
        proved: bool,
    },
}

impl Follower {
    const fn kind(&self) -> FollowedBy {
        match self {
            Self::Organizer(_) => FollowedBy::Organizer,
            Self::Blogger { .. } => FollowedBy::Blogger,
        }
    }

    const fn is_proved(&self) -> bool {
        match self {
            Self::Organizer(_) => true,
            Self::Blogger { proved, .. } => *proved,
        }
    }
}

/// Follows a feed, or the feed that a blog's page names: posts under `tag`, or, where that is
/// empty, posts that link to the category. An organizer's account, or, without one, its blogger.
pub async fn follow(
    app: &App,
    hub: HubId,
    category: CategoryId,
    typed: &str,
    tag: &str,
    by: Follower,
) -> Result<FeedId, FollowError> {
    let url = WebUrl::parse_on(typed, app.hosts())?;
    if app.is_ours(url.as_url()) {
        return Err(FollowError::OwnPage);
    }
    let new = NewFeed {
        category_id: category,
        url: url.as_str().to_owned(),
        tag: crate::model::hub::line(tag.trim().trim_start_matches('#'), syndication::MAX_CATEGORY),
        followed_by: by.kind(),
        proved: by.is_proved(),
        blog_key: match &by {
            Follower::Organizer(_) => url.blog_key(),
            Follower::Blogger { blog_key, .. } => blog_key.clone(),
        },
    };
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            if feeds::count(tx.reading(), hub)? >= crate::model::hub::MAX_FEEDS {
                return Err(FollowError::TooMany);
            }
            if new.followed_by == FollowedBy::Blogger {
                let (all, own) = feeds::count_by_bloggers(tx.reading(), hub, &new.blog_key)?;
                if own > 0 {
                    return Err(FollowError::Already);
                }
                if all >= MAX_BLOGGER_FEEDS {
                    return Err(FollowError::TooMany);
                }
            }
            let feed = feeds::insert(tx, hub, &new, now)?;
            let key = JobKey { hub, kind: JobKind::ReadFeed, subject: feed.0 };
            jobs::enqueue(tx, key, now, now)?;
            if let Follower::Organizer(by) = by {
                log::insert(tx, hub, Some(by), LogKind::FeedFollowed, &new.url, now)?;
            }
            Ok(feed)
        })
        .await
}

/// Follows a feed no more.
pub async fn unfollow(app: &App, hub: HubId, feed: FeedId, by: AccountId) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let url = feeds::find(tx.reading(), hub, feed)?.map(|feed| feed.url);
            if let Some(url) = url {
                log::insert(tx, hub, Some(by), LogKind::FeedRemoved, &url, now)?;
            }
            jobs::delete(tx, JobKey { hub, kind: JobKind::ReadFeed, subject: feed.0 })?;
            feeds::delete(tx, hub, feed)
        })
        .await
}

/// A blog says that it has a new post (`weblogUpdates.ping`). Says whether a hub trusts it: then
/// its feed is read, at most every ten minutes.
pub async fn announce(app: &App, url: &str, feed: Option<&str>) -> Result<bool, DbError> {
    let Ok(url) = WebUrl::parse_on(url, app.hosts()) else { return Ok(false) };
    let key = url.blog_key();
    let feed = feed.and_then(|feed| WebUrl::parse_on(feed, app.hosts()).ok());
    // A stranger may announce anybody: a feed counts only where it is the blog's own.
    let feed = feed.filter(|feed| feed.blog_key() == key).map(|feed| feed.as_str().to_owned());
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let trusting = blogs::list_trusting(tx.reading(), &key)?;
            for (hub, blog, read_at) in &trusting {
                if let Some(feed) = &feed {
                    blogs::update_feed_if_unknown(tx, *hub, *blog, feed, now)?;
                }
                let run_at = read_at.map_or(now, |at| at.plus(BETWEEN_ANNOUNCEMENTS).max(now));
                let key = JobKey { hub: *hub, kind: JobKind::ReadBlog, subject: blog.0 };
                jobs::enqueue_if_absent(tx, key, run_at, now)?;
            }
            Ok(!trusting.is_empty())
        })
        .await
}

/// Reads a followed feed, and takes its posts in as pings, once each.
pub async fn read_feed(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, id) = (job.key.hub, FeedId(job.key.subject));
    let base = app.addresses.base().clone();
    let found = app
        .db
        .read(move |c| {
            let Some(feed) = feeds::find(c, hub, id)? else { return Ok(None) };
            let place = Place::read(c, hub, feed.category_id, &base)?;
            let rests = !feed.blog_key.is_empty() && trust::bars(c, hub, &feed.blog_key)?;
            Ok::<_, DbError>(place.map(|place| (feed, place, rests)))
        })
        .await?;
    let Some((mut feed, place, rests)) = found else {
        return app.db.write(move |tx| jobs::finish(tx, &job, None)).await;
    };
    if rests {
        // While its blog is barred nobody reads it; it goes on when that was a mistake.
        let later = Some(app.clock.now().plus(AT_MOST));
        return app.db.write(move |tx| jobs::finish(tx, &job, later)).await;
    }
    let given = feed.url.clone();
    let again = poll(app, &mut feed, &place).await?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            if feed.url != given && feeds::has_other(tx.reading(), hub, &feed)? {
                // The blog's page was given, or its former address: its feed is followed already.
                feed.url = given;
                feed.problem = Some("This category follows that feed already.".to_owned());
                feeds::update_read(tx, hub, &feed)?;
                return jobs::finish(tx, &job, Some(now.plus(AT_MOST)));
            }
            feeds::update_read(tx, hub, &feed)?;
            jobs::finish(tx, &job, again)
        })
        .await
}

/// A category, and what counts as a link to it.
#[derive(Debug)]
struct Place {
    gate: Arc<Gate>,
    targets: Targets,
}

impl Place {
    fn read(
        connection: &mut DbConnection,
        hub: HubId,
        category: CategoryId,
        base: &Url,
    ) -> Result<Option<Self>, DbError> {
        let Some(hub) = hubs::find(connection, hub)? else { return Ok(None) };
        let Some(category) = categories::find(connection, hub.id, category)? else {
            return Ok(None);
        };
        let targets = categories::targets(connection, base, &category)?;
        Ok(Some(Self { gate: Arc::new(Gate { hub, category }), targets }))
    }

    fn is_closed(&self, now: Timestamp) -> bool {
        self.gate.hub.suspended_at.is_some() || self.gate.closed(now).is_some()
    }
}

/// Reads a followed feed once; says when it is read again.
async fn poll(
    app: &Arc<App>,
    feed: &mut FollowedFeed,
    place: &Place,
) -> Result<Option<Timestamp>, DbError> {
    let now = app.clock.now();
    if place.is_closed(app.clock.now()) {
        return Ok(Some(now.plus(AT_MOST)));
    }
    let Ok(url) = Url::parse(&feed.url) else {
        feed.problem = Some("Its address cannot be read.".to_owned());
        return Ok(None);
    };
    let get = Get {
        etag: feed.etag.as_deref(),
        last_modified: feed.last_modified.as_deref(),
        ..Get::feed(&url)
    };
    let fetched = match app.fetcher.get(&get).await {
        Ok(fetched) => fetched,
        Err(FetchError::TooBusy(busy)) => return Ok(Some(now.plus(busy.retry_after))),
        Err(error) => return Ok(Some(put_off(feed, error.outward().to_owned(), None, now))),
    };
    app.metrics.fetch("feed");
    feed.read_at = Some(now);
    match fetched.status {
        304 => feed.problem = None,
        200..=299 if is_page(&fetched) => return find_feed(feed, fetched, now).await,
        200..=299 => take_in(app, feed, place, &fetched).await?,
        410 => {
            feed.problem = Some("The feed says that it is gone: it is not read any more.".into());
            return Ok(None);
        }
        status => {
            let problem = format!("The feed was answered with the status {status}.");
            return Ok(Some(put_off(feed, problem, fetched.headers.retry_after, now)));
        }
    }
    if fetched.redirected_permanently && fetched.url.as_str().len() <= 2_048 {
        feed.url = fetched.url.to_string();
    }
    feed.failures = 0;
    let wait = fetched.headers.max_age.max(fetched.headers.retry_after).unwrap_or(EVERY);
    Ok(Some(now.plus(wait.clamp(EVERY, AT_MOST))))
}

/// A feed that could not be read is tried again after an hour, two, four … a day at most.
fn put_off(
    feed: &mut FollowedFeed,
    problem: String,
    asked: Option<Duration>,
    now: Timestamp,
) -> Timestamp {
    let hours = 1_u32 << feed.failures.clamp(0, 5);
    feed.failures += 1;
    feed.problem = Some(problem);
    let wait = asked.unwrap_or_default().max(Duration::from_secs(3_600) * hours);
    now.plus(wait.min(AT_MOST))
}

fn is_page(fetched: &Fetched) -> bool {
    let content_type = fetched.headers.content_type.as_deref().unwrap_or_default();
    matches!(content_type, "text/html" | "application/xhtml+xml")
}

/// What was given is a page: the feed it names is followed instead.
async fn find_feed(
    feed: &mut FollowedFeed,
    fetched: Fetched,
    now: Timestamp,
) -> Result<Option<Timestamp>, DbError> {
    match feed_in(fetched).await? {
        // Once: pages that name each other as their feed lead nowhere.
        Some(url) if url != feed.url && feed.failures == 0 => {
            feed.failures += 1;
            feed.url = url;
            feed.problem = None;
            // Its site was visited this moment.
            Ok(Some(now.plus(Duration::from_secs(3))))
        }
        Some(_) | None => Ok(Some(put_off(feed, NO_FEED.to_owned(), None, now))),
    }
}

const NO_FEED: &str = "The page names no feed: give the feed’s own address.";

/// The feed that a page names first.
async fn feed_in(fetched: Fetched) -> Result<Option<String>, DbError> {
    let reading = tokio::task::spawn_blocking(move || {
        let charset = fetched.headers.charset.as_deref();
        let question = Question { url: &fetched.url, charset, is_target: &|_| false };
        html::read(&fetched.body, &question)
    });
    let page = reading.await.map_err(|_panicked| DbError::Panicked)?;
    Ok(page.feeds.first().map(|feed| feed.url.to_string()).filter(|url| url.len() <= 2_048))
}

/// Where a page says that its feed is.
enum Seen {
    Later(Duration),
    Feed(String),
    Nothing,
}

async fn feed_of_page(app: &Arc<App>, page: &Url) -> Result<Seen, DbError> {
    let fetched = match app.fetcher.get(&Get::page(page)).await {
        Ok(fetched) => fetched,
        Err(FetchError::TooBusy(busy)) => return Ok(Seen::Later(busy.retry_after)),
        Err(error) => {
            tracing::debug!(%error, "a blog's page was not read");
            return Ok(Seen::Nothing);
        }
    };
    let url = feed_in(fetched).await?;
    Ok(url.map_or(Seen::Nothing, Seen::Feed))
}

async fn take_in(
    app: &Arc<App>,
    feed: &mut FollowedFeed,
    place: &Place,
    fetched: &Fetched,
) -> Result<(), DbError> {
    let read = match parse(fetched) {
        Ok(read) => read,
        Err(problem) => {
            feed.problem = Some(problem);
            return Ok(());
        }
    };
    feed.problem = None;
    feed.etag.clone_from(&fetched.headers.etag);
    feed.last_modified.clone_from(&fetched.headers.last_modified);
    feed.title.clone_from(&read.title);
    let by_blogger = feed.followed_by == FollowedBy::Blogger;
    // Oldest first, so that they stand in the hub as they stand in the blog.
    for entry in read.entries.iter().rev() {
        let wanted = if feed.tag.is_empty() {
            syndication::links_to(entry, &|url| place.targets.has(url))
        } else {
            syndication::matches_category(entry, &feed.tag)
        };
        let Some(url) = entry.url.as_ref().filter(|_| wanted) else { continue };
        // A blogger speaks for one blog, an organizer for whatever the feed brings.
        let is_own = || {
            WebUrl::parse_on(url.as_str(), app.hosts()).is_ok_and(|u| u.blog_key() == feed.blog_key)
        };
        if by_blogger && !is_own() {
            continue;
        }
        match receive_entry(app, place, &read, entry, feed.proved).await? {
            Took::New => feed.taken_count += 1,
            Took::Known => {}
            Took::NoMore(problem) => {
                feed.problem = Some(problem.to_owned());
                // The whole feed next time: "not modified" would keep back what did not fit.
                (feed.etag, feed.last_modified) = (None, None);
                break;
            }
        }
    }
    Ok(())
}

fn parse(fetched: &Fetched) -> Result<Feed, String> {
    let content_type =
        fetched.headers.content_type.as_ref().map(|content_type| match &fetched.headers.charset {
            Some(charset) => format!("{content_type}; charset={charset}"),
            None => content_type.clone(),
        });
    let content_type = content_type.as_ref().map(|text| text.as_bytes());
    syndication::read(content_type, &fetched.body, &fetched.url)
        .map_err(|error| format!("It could not be read: {error}."))
}

/// What became of one entry.
enum Took {
    New,
    Known,
    /// The category takes no more for now.
    NoMore(&'static str),
}

async fn receive_entry(
    app: &Arc<App>,
    place: &Place,
    feed: &Feed,
    entry: &Entry,
    followed: bool,
) -> Result<Took, DbError> {
    let url = entry.url.as_ref().map(ToString::to_string);
    let host = entry.url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let sender = AddressBlock::of_domain(host);
    let incoming = Incoming {
        // What a feed says is text already: it must not be read as HTML once more.
        title: entry.title.as_deref().map(escaped),
        excerpt: Some(escaped(&entry.summary_text)),
        blog_name: Some(escaped(&feed.title)),
        followed,
        ..Incoming::of(url, CameBy::Feed, sender)
    };
    match receive_ping::receive(app, &place.gate, incoming).await {
        Ok(received) if received.receipt.kind == ReceiptKind::First => Ok(Took::New),
        Ok(_) => Ok(Took::Known),
        Err(ReceiveError::Database(error)) => Err(error),
        Err(ReceiveError::Full | ReceiveError::Busy | ReceiveError::Backlog) => {
            Ok(Took::NoMore("Too many posts wait in the category: the rest is taken in later."))
        }
        Err(ReceiveError::Closed(_) | ReceiveError::Suspended) => {
            Ok(Took::NoMore("The category is closed."))
        }
        Err(ReceiveError::NoPassphrase) => Ok(Took::NoMore(
            "The category takes posts with its passphrase only: an organizer can follow this feed.",
        )),
        // This one cannot be listed; the next one may.
        Err(
            ReceiveError::Url(_)
            | ReceiveError::OwnPage
            | ReceiveError::Banned
            | ReceiveError::KeptAway
            | ReceiveError::WrongPassphrase
            | ReceiveError::KeyOver
            | ReceiveError::TooOften(_),
        ) => Ok(Took::Known),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Reads the feed of a trusted blog that announced a post: posts that link to a category, or carry
/// its name as their tag, are taken in there.
pub async fn read_blog(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, id) = (job.key.hub, BlogId(job.key.subject));
    let base = app.addresses.base().clone();
    let found = app
        .db
        .read(move |c| {
            let Some(blog) = blogs::find_trusted(c, hub, id)? else { return Ok(None) };
            let mut places = Vec::new();
            for category in categories::list(c, hub)? {
                places.extend(Place::read(c, hub, category.id, &base)?);
            }
            Ok::<_, DbError>(Some((blog, places)))
        })
        .await?;
    let Some((blog, places)) = found else {
        return app.db.write(move |tx| jobs::finish(tx, &job, None)).await;
    };
    let now = app.clock.now();
    let (feed, again) = match &blog.feed_url {
        Some(feed) => {
            let again = read_announced(app, feed, &blog.key, &places).await?;
            (None, again)
        }
        None => match Url::parse(&format!("http://{}/", blog.key)) {
            Ok(page) => match feed_of_page(app, &page).await? {
                Seen::Later(wait) => (None, Some(now.plus(wait))),
                Seen::Feed(feed) => (Some(feed), Some(now.plus(Duration::from_secs(5)))),
                Seen::Nothing => (None, None),
            },
            Err(_) => (None, None),
        },
    };
    let is_read = feed.is_none() && again.is_none();
    app.db
        .write(move |tx| {
            if let Some(feed) = &feed {
                blogs::update_feed_if_unknown(tx, hub, id, feed, now)?;
            }
            if is_read {
                blogs::update_feed_read(tx, hub, id, now)?;
            }
            jobs::finish(tx, &job, again)
        })
        .await
}

/// Says when to try again, where the feed may not be read now.
async fn read_announced(
    app: &Arc<App>,
    feed: &str,
    blog_key: &str,
    places: &[Place],
) -> Result<Option<Timestamp>, DbError> {
    let Ok(url) = Url::parse(feed) else { return Ok(None) };
    let fetched = match app.fetcher.get(&Get::feed(&url)).await {
        Ok(fetched) => fetched,
        Err(FetchError::TooBusy(busy)) => return Ok(Some(app.clock.now().plus(busy.retry_after))),
        Err(error) => {
            tracing::debug!(%error, "an announced feed was not read");
            return Ok(None);
        }
    };
    app.metrics.fetch("feed");
    let Ok(read) = parse(&fetched) else { return Ok(None) };
    let open: Vec<&Place> =
        places.iter().filter(|place| !place.is_closed(app.clock.now())).collect();
    for entry in read.entries.iter().rev() {
        let own =
            entry.url.as_ref().and_then(|url| WebUrl::parse_on(url.as_str(), app.hosts()).ok());
        if own.is_none_or(|url| url.blog_key() != blog_key) {
            continue;
        }
        for place in &open {
            let category = &place.gate.category;
            let names = BTreeSet::from([category.title.as_str(), category.slug.as_str()]);
            let is_wanted = names.iter().any(|name| syndication::matches_category(entry, name))
                || syndication::links_to(entry, &|url| place.targets.has(url));
            if is_wanted {
                // What does not fit now comes with the next announcement.
                let _took = receive_entry(app, place, &read, entry, false).await?;
            }
        }
    }
    Ok(None)
}
