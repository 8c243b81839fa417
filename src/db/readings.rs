//! What came of reading a ping's page, the last time.

use diesel::prelude::*;

use super::prepared::{FEW, Prepare};
use super::schema::page_readings;
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{HubId, PingId};
use crate::model::ping::ReadingOutcome;

/// The last reading of a ping's page.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = page_readings)]
pub struct Reading {
    /// The ping.
    pub ping_id: PingId,
    /// What came of it.
    pub outcome: ReadingOutcome,
    /// A fixed word for what went wrong.
    pub problem: Option<String>,
    /// The status the page was answered with.
    pub status: Option<i64>,
    /// When it was tried last.
    pub read_at: Option<Timestamp>,
    /// When the link was there last.
    pub linked_at: Option<Timestamp>,
    /// Since when the page has been without the link.
    pub unlinked_at: Option<Timestamp>,
    /// Tries in a row that failed.
    pub failures: i64,
    /// Since when it cannot be read.
    pub failed_since: Option<Timestamp>,
    /// How often it was read again since it is listed.
    pub rechecks: i64,
    /// The post's title there.
    pub title: String,
    /// Where on the page the title stood, in words.
    pub title_from: String,
    /// The post's first words there.
    pub excerpt: String,
    /// Where on the page they stood, in words.
    pub excerpt_from: String,
    /// Its author there.
    pub author: String,
    /// The blog's name there.
    pub blog_name: String,
    /// Its language.
    pub language: String,
    /// When it says that it was published.
    pub published_at: Option<Timestamp>,
    /// The blog's feed.
    pub feed_url: String,
    /// The words round the link.
    pub link_text: String,
    /// Whether the title there is the one that was sent.
    pub title_matches: bool,
    /// The codes in the page that prove whose it is, with blanks between them.
    pub proof: String,
    /// The page that a Webmention named as its vouch.
    pub vouch: String,
    /// Whether a trusted blog's page, so named, links to this blog.
    pub vouched: bool,
    /// Whether the passphrase stands where everybody can read it.
    pub passphrase_public: bool,
    /// Since when what it says differs from what is listed, and waits for an organizer.
    pub revision_at: Option<Timestamp>,
}

impl Reading {
    /// A page that was not read yet.
    pub const fn unread(ping: PingId) -> Self {
        Self {
            ping_id: ping,
            outcome: ReadingOutcome::Unread,
            problem: None,
            status: None,
            read_at: None,
            linked_at: None,
            unlinked_at: None,
            failures: 0,
            failed_since: None,
            rechecks: 0,
            title: String::new(),
            title_from: String::new(),
            excerpt: String::new(),
            excerpt_from: String::new(),
            author: String::new(),
            blog_name: String::new(),
            language: String::new(),
            published_at: None,
            feed_url: String::new(),
            link_text: String::new(),
            title_matches: false,
            proof: String::new(),
            vouch: String::new(),
            vouched: false,
            passphrase_public: false,
            revision_at: None,
        }
    }
}

impl Reading {
    /// Tells these texts of the page from any others: a moderator decides about what was shown.
    pub fn fingerprint(&self) -> String {
        crate::model::text::fingerprint(&[&self.title, &self.excerpt, &self.blog_name])
    }
}

/// The last reading of a ping's page.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    ping: PingId,
) -> Result<Option<Reading>, DbError> {
    Ok(page_readings::table
        .find((hub.0, ping.0))
        .select(Reading::as_select())
        .first(connection)
        .optional()?)
}

/// The last readings of the pages of some pings.
pub fn list(
    connection: &mut DbConnection,
    hub: HubId,
    pings: &[PingId],
) -> Result<Vec<Reading>, DbError> {
    let ids: Vec<i64> = pings.iter().map(|ping| ping.0).collect();
    let are_few = ids.len() <= FEW;
    let query = page_readings::table
        .filter(page_readings::hub_id.eq(hub.0).and(page_readings::ping_id.eq_any(ids)))
        .select(Reading::as_select());
    Ok(query.prepared_if(are_few).load(connection)?)
}

/// Listed pings whose page says something else now, the oldest change first.
pub fn list_revised(
    connection: &mut DbConnection,
    hub: HubId,
    limit: i64,
) -> Result<Vec<Reading>, DbError> {
    Ok(page_readings::table
        .filter(page_readings::hub_id.eq(hub.0).and(page_readings::revision_at.is_not_null()))
        .select(Reading::as_select())
        .order((page_readings::revision_at, page_readings::ping_id))
        .limit(limit)
        .load(connection)?)
}

/// Keeps a reading in place of the one before.
pub fn upsert(tx: &mut Tx<'_>, hub: HubId, reading: &Reading) -> Result<(), DbError> {
    use page_readings::dsl;
    let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
    tx.touch_ping(reading.ping_id);
    diesel::delete(page_readings::table.find((hub.0, reading.ping_id.0))).execute(tx.connection)?;
    diesel::insert_into(page_readings::table)
        .values((
            (
                dsl::hub_id.eq(hub.0),
                dsl::ping_id.eq(reading.ping_id.0),
                dsl::outcome.eq(reading.outcome.as_str()),
                dsl::problem.eq(&reading.problem),
                dsl::status.eq(reading.status),
                dsl::read_at.eq(micros(reading.read_at)),
                dsl::linked_at.eq(micros(reading.linked_at)),
                dsl::unlinked_at.eq(micros(reading.unlinked_at)),
                dsl::failures.eq(reading.failures),
                dsl::failed_since.eq(micros(reading.failed_since)),
                dsl::rechecks.eq(reading.rechecks),
                dsl::title.eq(&reading.title),
                dsl::title_from.eq(&reading.title_from),
                dsl::excerpt.eq(&reading.excerpt),
            ),
            (
                dsl::excerpt_from.eq(&reading.excerpt_from),
                dsl::author.eq(&reading.author),
                dsl::blog_name.eq(&reading.blog_name),
                dsl::language.eq(&reading.language),
                dsl::published_at.eq(micros(reading.published_at)),
                dsl::feed_url.eq(&reading.feed_url),
                dsl::link_text.eq(&reading.link_text),
                dsl::title_matches.eq(reading.title_matches),
                dsl::proof.eq(&reading.proof),
                dsl::vouch.eq(&reading.vouch),
                dsl::vouched.eq(reading.vouched),
                dsl::passphrase_public.eq(reading.passphrase_public),
                dsl::revision_at.eq(micros(reading.revision_at)),
            ),
        ))
        .execute(tx.connection)?;
    super::listed::words::keep(tx, hub, reading.ping_id)
}
