//! Rendered public pages and feeds, kept until what they show changes.
//!
//! Each hub has a generation in this process, which moves after each commit that changed it and
//! before its writers are answered. A page is kept with the generation that held *before* its
//! data were read: one that was overtaken by a commit is never served after it.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, VARY,
};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::clock::Timestamp;
use crate::model::id::HubId;

/// The most memory all kept pages may take, in bytes.
pub const MAX_PAGES: u64 = 48 * 1024 * 1024;

/// What a page depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One hub.
    Hub(HubId),
    /// One hub's settings: who may send what, and what becomes of it. They are as they were when
    /// posts come and go.
    Settings(HubId),
    /// The list of hubs, and everything in them: the home page.
    Everything,
}

/// The state of a [`Subject`] at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64, u64);

/// A rendered page: the same bytes for everyone.
#[derive(Debug)]
pub struct Rendered {
    /// The page as it is.
    pub identity: Bytes,
    gzip: OnceLock<Bytes>,
    /// Hash of the page, without quotes; in gzip it has an end of its own.
    pub etag: String,
    /// `ETag` of the page as it is, and in gzip.
    pub etags: [HeaderValue; 2],
    /// When what it shows last changed, and `Last-Modified`, if there is such a date to be asked
    /// about.
    pub modified: Option<(Timestamp, HeaderValue)>,
    /// `Cache-Control`.
    pub cache_control: HeaderValue,
    /// All headers of this page that do not depend on the request. They are made once: an answer
    /// copies the whole map, which costs less than putting ten headers into one.
    pub headers: HeaderMap,
    /// Until when it says what is true: pages of a category that opens or closes by itself.
    pub fresh_until: Option<Timestamp>,
    /// Whether it may be kept: not where anybody could make any number of such pages.
    pub is_kept: bool,
    /// Whether it is small already, as a picture is: it is sent as it is.
    pub is_dense: bool,
    gzip_level: Compression,
    /// What kept it costs, in bytes, once it is compressed too.
    weight: u32,
}

impl Rendered {
    /// Takes a page's bytes. They are compressed when that is first asked for, once.
    pub fn new(
        body: impl Into<Bytes>,
        content_type: &'static str,
        cache_control: &'static str,
        modified_at: Option<Timestamp>,
    ) -> Self {
        let body: Bytes = body.into();
        let hash = Sha256::digest(&body);
        let etag = data_encoding::BASE64URL_NOPAD.encode(&hash[..12]);
        let mut headers = HeaderMap::with_capacity(16);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        let weight = u32::try_from(body.len() + body.len() / 4 + 512).unwrap_or(u32::MAX);
        Self {
            identity: body,
            gzip: OnceLock::new(),
            etags: ["", "-gz"].map(|suffix| value(&format!("\"{etag}{suffix}\""))),
            etag,
            modified: modified_at.map(|at| (at, value(&http_date(at)))),
            cache_control: HeaderValue::from_static(cache_control),
            headers,
            fresh_until: None,
            is_kept: true,
            is_dense: false,
            gzip_level: QUICK,
            weight,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, text: &str) -> Self {
        self.headers.insert(name, value(text));
        self
    }

    /// Makes it a page for those who know a reading password: kept by nobody on the way.
    #[must_use]
    pub fn for_few(mut self) -> Self {
        self.cache_control = HeaderValue::from_static("private, no-cache");
        self.headers.insert(CACHE_CONTROL, self.cache_control.clone());
        self.with_header(HeaderName::from_static("x-robots-tag"), "noindex")
    }

    /// Makes it a page that is rendered for each who asks: its address holds what anybody typed.
    #[must_use]
    pub const fn not_kept(mut self) -> Self {
        self.is_kept = false;
        self
    }

    /// Makes it one that is not compressed: it would not become smaller.
    #[must_use]
    pub const fn dense(mut self) -> Self {
        self.is_dense = true;
        self
    }

    /// Makes it one that is compressed once, for a long time: it is the same as long as this process
    /// runs.
    #[must_use]
    pub const fn lasting(mut self) -> Self {
        self.gzip_level = Compression::best();
        self
    }

    /// Whether it is as true now as when it was rendered.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.fresh_until.is_none_or(|until| now < until)
    }

    /// Adds the headers it does not have yet.
    #[must_use]
    pub fn with_defaults(
        mut self,
        defaults: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    ) -> Self {
        for (name, value) in defaults {
            if !self.headers.contains_key(&name) {
                self.headers.insert(name, value);
            }
        }
        self
    }

    /// The page in gzip.
    pub fn gzip(&self) -> Bytes {
        self.gzip.get_or_init(|| gzip(&self.identity, self.gzip_level)).clone()
    }
}

/// A header's value. Ours are ASCII; any other would be sent empty rather than not at all.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn http_date(at: Timestamp) -> String {
    let second = Timestamp::from_micros(at.seconds().saturating_mul(1_000_000));
    second.to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// For what somebody waits for after each change. A page of fifty posts, 48.6 KB, on one slow machine:
/// 10.8 KB in 0.88 ms; level 6 the same in 1.00, level 3 11.2 KB in 0.70, level 1 15.0 in 0.30.
const QUICK: Compression = Compression::new(5);

fn gzip(bytes: &Bytes, level: Compression) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    // Writing into memory does not fail; if it did, an empty answer would be wrong.
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed.into(),
        Err(_) => Bytes::new(),
    }
}

/// The generations of every subject in this process, and the revisions they stand for.
///
/// A commit of this process moves a generation at once. What other processes did is seen by its
/// revision ([`Generations::hub_seen`]); our own revisions are known and move nothing twice.
#[derive(Debug, Default)]
pub struct Generations {
    hubs: RwLock<HashMap<HubId, Arc<OfHub>>>,
    everything: AtomicU64,
    /// Moves when every subject may have changed.
    epoch: AtomicU64,
    instance_revision: AtomicI64,
}

#[derive(Debug, Default)]
struct OfHub {
    generation: AtomicU64,
    settings: AtomicU64,
    revision: AtomicI64,
    /// Told when the generation moves.
    moved: Notify,
}

impl Generations {
    /// The generation of a subject: to be asked *before* its data are read.
    pub fn of(&self, subject: Subject) -> Generation {
        let of = match subject {
            Subject::Everything => self.everything.load(Ordering::Acquire),
            Subject::Hub(hub) | Subject::Settings(hub) => {
                let hubs = self.hubs.read().unwrap_or_else(PoisonError::into_inner);
                hubs.get(&hub).map_or(0, |of| {
                    let is_hub = matches!(subject, Subject::Hub(_));
                    if is_hub { &of.generation } else { &of.settings }.load(Ordering::Acquire)
                })
            }
        };
        Generation(self.epoch.load(Ordering::Acquire), of)
    }

    fn of_hub(&self, hub: HubId) -> Arc<OfHub> {
        let known = {
            let hubs = self.hubs.read().unwrap_or_else(PoisonError::into_inner);
            hubs.get(&hub).cloned()
        };
        known.unwrap_or_else(|| {
            let mut hubs = self.hubs.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(hubs.entry(hub).or_default())
        })
    }

    /// A commit of this process changed what a hub shows: its pages and the home page are rendered
    /// anew.
    pub fn hub_changed(&self, hub: HubId, revision: i64) {
        self.of_hub(hub).settings.fetch_add(1, Ordering::AcqRel);
        self.lists_changed(hub, revision);
    }

    /// The same where nothing but its lists changed.
    pub fn lists_changed(&self, hub: HubId, revision: i64) {
        let of = self.of_hub(hub);
        of.revision.fetch_max(revision, Ordering::AcqRel);
        of.generation.fetch_add(1, Ordering::AcqRel);
        of.moved.notify_waiters();
        self.everything.fetch_add(1, Ordering::AcqRel);
    }

    /// Waits until a hub's generation is another one than `seen`.
    pub async fn moved(&self, hub: HubId, seen: Generation) {
        let of = self.of_hub(hub);
        loop {
            let mut moved = std::pin::pin!(of.moved.notified());
            // Before it is asked: what moves from now on is not missed.
            moved.as_mut().enable();
            if self.of(Subject::Hub(hub)) != seen {
                return;
            }
            moved.await;
        }
    }

    /// A hub stands at this revision: if that is news, somebody else changed it.
    pub fn hub_seen(&self, hub: HubId, revision: i64) {
        if self.of_hub(hub).revision.load(Ordering::Acquire) < revision {
            self.hub_changed(hub, revision);
        }
    }

    /// A commit of this process changed the list of hubs: the home page is rendered anew.
    pub fn list_changed(&self, revision: i64) {
        self.instance_revision.fetch_max(revision, Ordering::AcqRel);
        self.everything.fetch_add(1, Ordering::AcqRel);
    }

    /// The revision of the list of hubs, as far as this process knows.
    pub fn list_revision(&self) -> i64 {
        self.instance_revision.load(Ordering::Acquire)
    }

    /// A commit of this process changed what holds in every hub: nothing that is kept is trusted.
    pub fn all_changed(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        let hubs = self.hubs.read().unwrap_or_else(PoisonError::into_inner);
        hubs.values().for_each(|of| of.moved.notify_waiters());
    }

    /// The list of hubs stands at this revision: if that is news, somebody else opened, renamed or
    /// deleted a hub, and nothing that is kept is trusted.
    pub fn list_seen(&self, revision: i64) {
        if self.instance_revision.fetch_max(revision, Ordering::AcqRel) < revision {
            self.all_changed();
        }
    }
}

/// What can be kept, and what it costs.
pub trait Keepable: Clone + Send + Sync + 'static {
    /// Memory it takes, in bytes, about.
    fn weight(&self) -> u32;
}

impl Keepable for Arc<Rendered> {
    fn weight(&self) -> u32 {
        self.weight
    }
}

impl Keepable for bool {
    fn weight(&self) -> u32 {
        64
    }
}

#[derive(Debug, Clone)]
struct Kept<V> {
    subject: Subject,
    generation: Generation,
    value: V,
}

/// Values kept in this process until what they were made from changes.
pub struct Cache<V> {
    kept: moka::sync::Cache<String, Kept<V>>,
    generations: Arc<Generations>,
}

impl<V> std::fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}

impl<V: Keepable> Cache<V> {
    /// An empty cache of at most `max_bytes`.
    pub fn new(max_bytes: u64, generations: &Arc<Generations>) -> Self {
        let weigh = |key: &String, kept: &Kept<V>| {
            let key = u32::try_from(key.len()).unwrap_or(u32::MAX);
            kept.value.weight().saturating_add(key)
        };
        Self {
            kept: moka::sync::Cache::builder().max_capacity(max_bytes).weigher(weigh).build(),
            generations: Arc::clone(generations),
        }
    }

    /// The value kept under `key`, if nothing it was made from has changed.
    pub fn get(&self, key: &str) -> Option<V> {
        let kept = self.kept.get(key)?;
        (self.generations.of(kept.subject) == kept.generation).then_some(kept.value)
    }

    /// What the value last kept under `key` was made from: also where that has changed since.
    pub fn subject(&self, key: &str) -> Option<Subject> {
        self.kept.get(key).map(|kept| kept.subject)
    }

    /// Keeps a value made from data that were read after `generation` was asked for.
    pub fn keep(&self, key: String, subject: Subject, generation: Generation, value: V) {
        self.kept.insert(key, Kept { subject, generation, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Arc<Rendered> {
        let now = Timestamp::from_micros(0);
        Arc::new(Rendered::new(text.to_owned(), "text/html", "no-cache", Some(now)))
    }

    fn cache() -> (Cache<Arc<Rendered>>, Arc<Generations>) {
        let generations = Arc::default();
        (Cache::new(MAX_PAGES, &generations), generations)
    }

    #[test]
    fn a_page_is_kept_until_its_hub_changes() {
        let (cache, generations) = cache();
        let hub = Subject::Hub(HubId(1));
        cache.keep("/a".into(), hub, generations.of(hub), page("one"));
        generations.hub_changed(HubId(2), 1);
        assert_eq!(cache.get("/a").unwrap().identity, "one");
        generations.hub_changed(HubId(1), 1);
        assert!(cache.get("/a").is_none());
        assert_eq!(cache.subject("/a"), Some(hub), "of whom it was is known");
        assert_eq!(cache.subject("/b"), None);
    }

    #[test]
    fn settings_are_kept_while_posts_come_and_go() {
        let (cache, generations) = cache();
        let (lists, settings) = (Subject::Hub(HubId(1)), Subject::Settings(HubId(1)));
        cache.keep("page".into(), lists, generations.of(lists), page("lists"));
        cache.keep("gate".into(), settings, generations.of(settings), page("settings"));
        generations.lists_changed(HubId(1), 1);
        assert!(cache.get("page").is_none());
        assert_eq!(cache.get("gate").unwrap().identity, "settings");
        generations.hub_seen(HubId(1), 2);
        assert!(cache.get("gate").is_none(), "nobody says what another process changed");
    }

    #[test]
    fn what_another_process_did_is_news_once_and_our_own_never() {
        let (_cache, generations) = cache();
        let hub = Subject::Hub(HubId(1));
        generations.hub_changed(HubId(1), 7);
        let ours = generations.of(hub);
        generations.hub_seen(HubId(1), 7);
        assert_eq!(generations.of(hub), ours);
        generations.hub_seen(HubId(1), 8);
        let theirs = generations.of(hub);
        assert_ne!(theirs, ours);
        generations.hub_seen(HubId(1), 8);
        assert_eq!(generations.of(hub), theirs);
        generations.list_seen(3);
        assert_ne!(generations.of(hub), theirs, "names may have changed");
    }

    #[test]
    fn a_page_that_was_overtaken_by_a_commit_is_not_served() {
        let (cache, generations) = cache();
        let hub = Subject::Hub(HubId(1));
        let before_reading = generations.of(hub);
        generations.hub_changed(HubId(1), 1);
        cache.keep("/a".into(), hub, before_reading, page("stale"));
        assert!(cache.get("/a").is_none());
    }

    #[test]
    fn compressed_pages_are_the_same_page() {
        let page = page(&"posts from everyone's blogs, by topic ".repeat(100));
        let mut text = String::new();
        let gzip = page.gzip();
        let mut decoder = flate2::read::GzDecoder::new(&gzip[..]);
        std::io::Read::read_to_string(&mut decoder, &mut text).unwrap();
        assert_eq!(text.as_bytes(), page.identity);
        assert!(gzip.len() < page.identity.len() / 10);
    }
}
