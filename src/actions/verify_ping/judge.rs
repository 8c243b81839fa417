//! What a reading means for its ping.

use std::sync::Arc;
use std::time::Duration;

use super::look::{Facts, Found, shuts_out};
use crate::app::{Gate, HubRules};
use crate::clock::Timestamp;
use crate::db::keys::Key;
use crate::db::listed::Standing;
use crate::db::pings::{NewEvent, Ping, PingTexts};
use crate::db::readings::Reading;
use crate::db::{DbError, Tx, blogs, jobs, keys, listed, pings, readings, talks};
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy};
use crate::model::id::RuleId;
use crate::model::ping::{HeldFor, MAX_EXCERPT, MAX_TITLE, PingState, ReadingOutcome};
use crate::model::text;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// When a page that could not be read is tried again (wire-formats.md, "Webmention, in").
const RETRIES: [u64; 4] = [MINUTE, 10 * MINUTE, 2 * HOUR, DAY];
/// How long the link must be away before the ping is (security.md T8).
const UNLINKED_FOR: Duration = Duration::from_secs(HOUR);
/// When listed pages are read again, after they were listed (security.md T9).
const RECHECKS: [u64; 3] = [DAY, 7 * DAY, 30 * DAY];
/// When a page that was hidden is tried once more.
const HIDDEN_RETRY: Duration = Duration::from_secs(7 * DAY);
/// How long a listed page may be away before it is hidden.
const HIDDEN_AFTER: Duration = Duration::from_secs(DAY);
/// After so many failures in a row a hidden page is not tried again: about a quarter of a year.
const GIVE_UP: i64 = 16;

/// One ping before its reading.
#[derive(Debug)]
pub struct Judge {
    pub gate: Gate,
    pub ping: Ping,
    pub reading: Reading,
    /// Whether so much was listed at once that more waits.
    pub floods: bool,
    /// What holds in the hub.
    pub rules: Arc<HubRules>,
    /// Whether the page says which feed its blog has.
    pub names_feed: bool,
    /// Whether it says another feed than before.
    pub has_other_feed: bool,
    /// Which pages the post links to, where its page was read.
    pub links: Option<Vec<u8>>,
    /// The rule that decided, to be counted.
    pub hit: Option<RuleId>,
    pub now: Timestamp,
}

impl Judge {
    /// Changes the ping and its reading by what was found; says when its page is read again.
    pub fn judge(&mut self, tx: &mut Tx<'_>, found: Found) -> Result<Option<Timestamp>, DbError> {
        self.reading.read_at = Some(self.now);
        match found {
            Found::Later(wait) => Ok(Some(self.now.plus(wait))),
            Found::Failed { problem, status, may_pass } => {
                self.reading.status = status.map(i64::from);
                self.failed(tx, problem, may_pass, status.is_some_and(shuts_out))
            }
            Found::Gone => {
                self.reading.outcome = ReadingOutcome::Gone;
                self.reading.problem = None;
                self.remove(tx)?;
                Ok(None)
            }
            Found::Page(facts) => self.read(tx, *facts),
        }
    }

    /// 404 and failures: tried four times more. A listed page that cannot be read for a day is
    /// hidden and not deleted: for a day, however often somebody has it tried (security.md T8).
    fn failed(
        &mut self,
        tx: &mut Tx<'_>,
        problem: String,
        may_pass: bool,
        is_shut_out: bool,
    ) -> Result<Option<Timestamp>, DbError> {
        let failures = usize::try_from(self.reading.failures).unwrap_or(usize::MAX);
        self.reading.failures += 1;
        self.reading.outcome = ReadingOutcome::Failed;
        self.reading.problem = Some(problem);
        let since = *self.reading.failed_since.get_or_insert(self.now);
        let retry = RETRIES.get(failures).map(|seconds| Duration::from_secs(*seconds));
        let was_linked = self.reading.linked_at.is_some();
        let hidden_retry = Some(self.now.plus(HIDDEN_RETRY)).filter(|_| !is_shut_out);
        if self.ping.hidden_at.is_some() {
            return Ok(hidden_retry.filter(|_| self.reading.failures < GIVE_UP));
        }
        if !self.ping.is_public() || !was_linked {
            return Ok(retry.filter(|_| may_pass).map(|wait| self.now.plus(wait)));
        }
        let hidden_from = since.plus(HIDDEN_AFTER);
        if self.now < hidden_from {
            let wait = retry.unwrap_or(HIDDEN_AFTER);
            return Ok(Some(self.now.plus(wait).min(hidden_from)));
        }
        listed::hide(tx, self.ping.hub_id, self.ping.id, self.now)?;
        Ok(hidden_retry)
    }

    fn read(&mut self, tx: &mut Tx<'_>, facts: Facts) -> Result<Option<Timestamp>, DbError> {
        let before = self.keep(&facts);
        self.links.clone_from(&facts.links);
        self.has_other_feed = before.feed_url != self.reading.feed_url;
        let is_back = facts.is_linked || !self.needs_link() && before.linked_at.is_none();
        if self.ping.state == PingState::Listed && self.ping.hidden_at.is_some() {
            // Its domain may have been sold: without the link it stays away.
            if !is_back {
                return self.unlinked(tx);
            }
            let since = self.ping.listed_at.unwrap_or(self.now);
            listed::enter(tx, self.ping.hub_id, &self.standing(), false, since, self.now)?;
            self.ping.hidden_at = None;
        }
        if !facts.is_linked && self.needs_link() {
            return self.unlinked(tx);
        }
        if facts.is_linked {
            self.reading.unlinked_at = None;
            self.reading.linked_at = Some(self.now);
        }
        match self.ping.state {
            PingState::Pending => self.waiting(tx, &facts)?,
            PingState::Listed => self.listed(tx, &facts, &before)?,
            PingState::Spam | PingState::Rejected | PingState::Removed => {}
        }
        self.names_feed = facts.is_same_blog;
        Ok(self.recheck_at())
    }

    /// Keeps the reading. Only then what else the page said: entering the lists, and what a reading
    /// changes in them, lock the hub's row before its blogs'.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        let hub = self.ping.hub_id;
        if self.has_other_feed && self.ping.is_public() {
            // The post's items in feeds name it as their source.
            listed::show_changed(tx, hub, self.ping.category_id, self.now)?;
        }
        if let Some(links) = &self.links {
            talks::keep_links(tx, hub, self.ping.id, links, self.now)?;
        }
        readings::upsert(tx, hub, &self.reading)?;
        if self.names_feed {
            let (key, feed) = (&self.ping.blog_key, &self.reading.feed_url);
            blogs::update_feed(tx, hub, key, feed, self.now)?;
        }
        Ok(())
    }

    /// Keeps what stands on the page, and gives back what stood there before.
    fn keep(&mut self, facts: &Facts) -> Reading {
        let before = self.reading.clone();
        let page = &facts.page;
        let reading = &mut self.reading;
        let taken = |taken: &Option<crate::wire::html::Taken>| {
            taken
                .as_ref()
                .map(|t| (t.text.clone(), t.from.as_words().to_owned()))
                .unwrap_or_default()
        };
        reading.outcome = match facts.is_linked {
            true => ReadingOutcome::Linked,
            false => ReadingOutcome::Unlinked,
        };
        reading.problem = None;
        reading.status = Some(i64::from(facts.status));
        reading.failures = 0;
        reading.failed_since = None;
        (reading.title, reading.title_from) = taken(&page.title);
        (reading.excerpt, reading.excerpt_from) = taken(&page.excerpt);
        reading.author = taken(&page.author).0;
        reading.blog_name = taken(&page.blog_name).0;
        reading.language = page.language.clone().unwrap_or_default();
        // A future date is now (wire-formats.md).
        reading.published_at = page.published.map(|at| at.min(self.now));
        let feed = page.feeds.first().map(|feed| feed.url.as_str());
        reading.feed_url = feed.filter(|url| url.len() <= 2_048).unwrap_or_default().to_owned();
        let link = page.link.as_ref();
        reading.link_text = link
            .map(|link| text::cut(link.paragraph.as_ref().unwrap_or(&link.text), MAX_EXCERPT))
            .unwrap_or_default();
        reading.title_matches = facts.is_same_blog
            && is_same_title(&self.ping.sent().title, &reading.title, &reading.blog_name);
        reading.proof = if facts.is_same_blog { page.proofs.join(" ") } else { String::new() };
        reading.vouched |= facts.is_vouched;
        before
    }

    fn needs_link(&self) -> bool {
        self.ping.came_by.is_a_claim() || self.gate.category.link_back == LinkBack::Required
    }

    /// Without the link: never verified, or gone once it is away for an hour.
    fn unlinked(&mut self, tx: &mut Tx<'_>) -> Result<Option<Timestamp>, DbError> {
        let since = *self.reading.unlinked_at.get_or_insert(self.now);
        if self.reading.linked_at.is_none() {
            return Ok(None);
        }
        if self.now < since.plus(UNLINKED_FOR) {
            return Ok(Some(since.plus(UNLINKED_FOR)));
        }
        self.remove(tx)?;
        Ok(None)
    }

    fn remove(&mut self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        if !matches!(self.ping.state, PingState::Pending | PingState::Listed) {
            return Ok(());
        }
        let (hub, id) = (self.ping.hub_id, self.ping.id);
        if self.ping.is_public() {
            listed::leave(tx, hub, id, PingState::Removed, self.now)?;
            pings::update_decided(tx, hub, id, Some(self.now))?;
        } else {
            pings::update_state(tx, hub, id, PingState::Removed, Some(self.now))?;
        }
        self.note(tx, PingState::Removed)
    }

    pub(super) fn note(&self, tx: &mut Tx<'_>, to: PingState) -> Result<(), DbError> {
        let event =
            NewEvent { kind: "verified", from: self.ping.state, to, actor: None, detail: None };
        pings::insert_event(tx, self.ping.hub_id, self.ping.id, &event, self.now)
    }

    /// A ping that waits: a claim becomes a post with texts of its page; whoever is trusted is
    /// listed.
    fn waiting(&mut self, tx: &mut Tx<'_>, facts: &Facts) -> Result<(), DbError> {
        let hub = self.ping.hub_id;
        if self.set_aside(tx)? {
            return Ok(());
        }
        let trusted = blogs::is_approved(tx.reading(), hub, &self.ping.blog_key)?;
        let key = match self.ping.key_id {
            Some(key) => keys::find(tx.reading(), hub, key)?.filter(|key| key.is_good(self.now)),
            None => None,
        };
        let would_list = self.lists(facts, trusted, key.as_ref());
        let lists = would_list && !self.floods;
        if would_list && self.floods {
            pings::update_held_for(tx, hub, self.ping.id, Some(HeldFor::Flood))?;
        }
        // What a page says of itself replaces what somebody said of it: always for a claim, which
        // said nothing; for others where nobody will look at it before it is listed.
        if self.ping.came_by.is_a_claim() || lists {
            let texts = self.texts_of_page();
            if texts != self.ping.sent() {
                pings::update_texts(tx, hub, &self.ping, &texts, self.now)?;
                self.ping.blog_name = texts.blog_name;
            }
        }
        if self.ping.unverified {
            pings::update_right(tx, hub, self.ping.id, self.ping.proved, false)?;
            if !lists {
                pings::update_verified(tx, hub, self.ping.id, self.now)?;
                jobs::enqueue_notify(tx, hub, self.now)?;
            }
        }
        if lists {
            listed::enter(tx, hub, &self.standing(), false, self.now, self.now)?;
            self.note(tx, PingState::Listed)?;
            self.ping.state = PingState::Listed;
            self.ping.listed_at = Some(self.now);
        }
        Ok(())
    }

    /// Whether a ping that waited for its page is listed without anybody looking at it, unless
    /// too much was.
    fn lists(&self, facts: &Facts, trusted: bool, key: Option<&Key>) -> bool {
        let category = &self.gate.category;
        let may_post = self.ping.proved || category.ping_policy == PingPolicy::Open;
        let is_open = self.gate.closed(self.now).is_none() && self.gate.hub.suspended_at.is_none();
        let proves_itself = if self.ping.came_by.is_a_claim() {
            facts.is_linked && facts.is_same_blog
        } else {
            self.reading.title_matches
        };
        // What waited for its page; a claim that was read before may have shown its passphrase since.
        let waited = self.ping.unverified || self.ping.came_by.is_a_claim();
        let by_key = key.is_some_and(|key| key.lists_at_once) && waited && facts.is_linked;
        may_post
            && is_open
            && self.ping.remark.is_empty()
            && self.rule().is_none()
            && match category.listing_policy {
                _ if by_key => true,
                ListingPolicy::AtOnce => waited && facts.is_linked,
                ListingPolicy::NewBlogWaits => trusted && proves_itself,
                ListingPolicy::AllWait => false,
            }
    }

    /// A listed ping: what was approved stays until a change is approved, too (security.md T8).
    fn listed(&mut self, tx: &mut Tx<'_>, facts: &Facts, before: &Reading) -> Result<(), DbError> {
        let hub = self.ping.hub_id;
        let texts = self.texts_of_page();
        let changed = if self.ping.came_by.is_a_claim() {
            // What an organizer has declined is not asked about again before the page changes.
            let is_news = before.revision_at.is_some()
                || before.title != self.reading.title
                || before.excerpt != self.reading.excerpt
                || before.blog_name != self.reading.blog_name;
            is_news && texts != self.ping.sent()
        } else {
            // Its texts were sent, not read: only a title that drifts is worth a look.
            !before.title.is_empty() && before.title != self.reading.title
                || before.revision_at.is_some()
        };
        if !changed {
            self.reading.revision_at = None;
            return Ok(());
        }
        let trusted = blogs::is_approved(tx.reading(), hub, &self.ping.blog_key)?;
        if self.ping.came_by.is_a_claim() && trusted && facts.is_same_blog && self.rule().is_none()
        {
            pings::update_texts(tx, hub, &self.ping, &texts, self.now)?;
            listed::show_changed(tx, hub, self.ping.category_id, self.now)?;
            self.reading.revision_at = None;
        } else {
            self.reading.revision_at.get_or_insert(self.now);
        }
        Ok(())
    }

    /// What the page says, and the ping where the page says nothing.
    pub(super) fn texts_of_page(&self) -> PingTexts {
        let (page, ping) = (&self.reading, self.ping.sent());
        let or = |found: &String, else_: &String| {
            if found.is_empty() { else_.clone() } else { found.clone() }
        };
        let mut title = page.title.clone();
        if title.is_empty() && ping.title == self.ping.url {
            title = text::first_words(&page.excerpt, 5);
        }
        PingTexts {
            title: text::cut(&or(&title, &ping.title), MAX_TITLE),
            excerpt: text::cut(&or(&page.excerpt, &ping.excerpt), MAX_EXCERPT),
            blog_name: text::cut(&or(&page.blog_name, &ping.blog_name), MAX_TITLE),
        }
    }

    fn standing(&self) -> Standing {
        Standing {
            id: self.ping.id,
            category_id: self.ping.category_id,
            blog_key: self.ping.blog_key.clone(),
            blog_name: self.ping.blog_name.clone(),
        }
    }

    /// When a listed page is read again: one, seven and thirty days after it was listed.
    fn recheck_at(&mut self) -> Option<Timestamp> {
        let listed_at = self.ping.listed_at.filter(|_| self.ping.state == PingState::Listed)?;
        let next = RECHECKS
            .iter()
            .map(|seconds| listed_at.plus(Duration::from_secs(*seconds)))
            .find(|at| *at > self.now)?;
        self.reading.rechecks += 1;
        Some(next)
    }
}

/// Whether the title that was sent is the page's: the same letters and digits, with or without the
/// site's name, or its beginning where a sender crops.
///
/// More than the page says is another title: a forger would put advertising round the real one.
fn is_same_title(sent: &str, page: &str, blog: &str) -> bool {
    /// Fewer letters than this are no beginning that says anything.
    const BEGINNING: usize = 12;
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (sent, page, blog) = (letters(sent), letters(page), letters(blog));
    !sent.is_empty()
        && !page.is_empty()
        && (sent == page
            || !blog.is_empty()
                && (sent == format!("{page}{blog}") || sent == format!("{blog}{page}"))
            || sent.chars().count() >= BEGINNING && page.starts_with(&sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_pages_or_it_is_not() {
        for (sent, page, blog, same) in [
            ("Notes on the keynote", "Notes on the Keynote", "", true),
            ("Notes on the keynote – Ada’s blog", "Notes on the keynote", "Ada’s blog", true),
            ("Ada’s blog: Notes on the keynote", "Notes on the keynote", "Ada’s blog", true),
            ("Notes on the key…", "Notes on the keynote, in full", "", true),
            ("Notes", "Notes on the keynote", "", false),
            ("Cheap pills! Notes on the keynote", "Notes on the keynote", "", false),
            ("Notes on the keynote (cheap pills)", "Notes on the keynote", "", false),
            ("基調講演のメモ", "基調講演のメモ", "", true),
            ("", "", "", false),
            ("!!!", "???", "", false),
        ] {
            assert_eq!(is_same_title(sent, page, blog), same, "{sent} / {page}");
        }
    }
}
