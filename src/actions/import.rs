//! Moving in: the pings of a file that another system exported become listed posts of a category.

use std::collections::{BTreeMap, HashSet};

use jiff::tz::TimeZone;

use super::receive_ping::{Incoming, Right, new_ping};
use crate::app::{App, Gate, HubRules};
use crate::clock::Timestamp;
use crate::db::listed::Standing;
use crate::db::pings::NewPing;
use crate::db::{DbConnection, DbError, Tx, blogs, hubs, listed, pings, trust};
use crate::limits::AddressBlock;
use crate::model::id::HubId;
use crate::model::ping::CameBy;
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::wire::moving_in::{Item, LeftOut, Reason, When};

/// How many pings one transaction lists: no other write waits long for it.
const LISTED_AT_ONCE: usize = 100;
/// How many things of the file lie between two reports of progress.
const BETWEEN_REPORTS: u64 = 1_000;

/// Why something in the file was not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Why {
    /// The file says so, or cannot be understood.
    #[error(transparent)]
    File(#[from] Reason),
    /// It is listed, waiting or set aside in the category already, or came before in the file.
    #[error("in the category already")]
    Known,
    /// Its address cannot be listed.
    #[error("whose address cannot be listed")]
    Url,
    /// Its address is one of this site's own pages.
    #[error("whose address is a page of this site")]
    OwnPage,
    /// It would stand above everything else until then.
    #[error("dated in the future")]
    Future,
    /// The hub bars its blog.
    #[error("from blogs that are barred in the hub")]
    Barred,
    /// Whoever writes it keeps it away from the hub.
    #[error("kept away by whoever writes them")]
    KeptAway,
    /// A rule of the hub, or of the operator for all hubs, is about it.
    #[error("kept out by a rule")]
    Ruled,
}

/// How much was left out for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// The line of the first.
    pub first_line: u64,
}

/// What became of a file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// Pings, and what might have been some.
    pub seen: u64,
    /// Pings that are listed now; in a dry run, that would be.
    pub listed: u64,
    /// What was left out.
    pub left_out: BTreeMap<Why, Tally>,
}

impl Report {
    /// Why the file was not read to its end.
    pub fn stopped(&self) -> Option<(Reason, Tally)> {
        self.left_out.iter().find_map(|(why, tally)| match why {
            Why::File(reason) if reason.ends_reading() => Some((*reason, *tally)),
            _ => None,
        })
    }

    fn leave_out(&mut self, why: Why, line: u64) {
        let tally = self.left_out.entry(why).or_insert(Tally { count: 0, first_line: line });
        tally.count += 1;
        tally.first_line = tally.first_line.min(line);
    }
}

/// Why nothing is moved in, or nothing more.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The operator has suspended the hub.
    #[error("the hub is suspended")]
    Suspended,
    /// The hub is frozen.
    #[error("the hub is frozen: take that back first (`backchannel hub unfreeze`)")]
    Frozen,
    /// The hub's time zone is not known here.
    #[error("the hub's time zone is not known")]
    TimeZone(#[from] jiff::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// A ping that is to be listed.
#[derive(Debug)]
struct Arrival {
    line: u64,
    new: NewPing,
    at: Timestamp,
}

/// Lists the pings of a file in a category, each as of the time the file has for it. No blog is
/// trusted for it, no page is read, and nothing is passed on. A post that the category has, in
/// whatever state, stays as it is: the same file twice changes nothing.
///
/// What was listed stays listed where something fails later. A dry run writes nothing; it keeps
/// 32 bytes for each post, so as to count none twice. `progress` is called now and then.
pub async fn import(
    app: &App,
    gate: &Gate,
    items: impl Iterator<Item = Result<Item, LeftOut>>,
    dry_run: bool,
    mut progress: impl FnMut(&Report),
) -> Result<Report, ImportError> {
    if gate.hub.suspended_at.is_some() {
        return Err(ImportError::Suspended);
    }
    if gate.hub.frozen_at.is_some() {
        return Err(ImportError::Frozen);
    }
    let zone = TimeZone::get(&gate.hub.time_zone)?;
    let rules = app.rules_of(gate.hub.id).await?;
    let mut report = Report::default();
    let mut batch = Vec::with_capacity(LISTED_AT_ONCE);
    let mut counted = dry_run.then(HashSet::new);
    for item in items {
        report.seen += 1;
        match item {
            Ok(item) => match arrival(app, gate, &zone, &rules, &item) {
                Ok(arrival) => batch.push(arrival),
                Err(why) => report.leave_out(why, item.line),
            },
            Err(LeftOut { line, reason }) => report.leave_out(reason.into(), line),
        }
        if batch.len() == LISTED_AT_ONCE {
            settle(app, gate, std::mem::take(&mut batch), counted.as_mut(), &mut report).await?;
        }
        if report.seen.is_multiple_of(BETWEEN_REPORTS) {
            progress(&report);
        }
    }
    settle(app, gate, batch, counted.as_mut(), &mut report).await?;
    Ok(report)
}

fn arrival(
    app: &App,
    gate: &Gate,
    zone: &TimeZone,
    rules: &HubRules,
    item: &Item,
) -> Result<Arrival, Why> {
    let url = WebUrl::parse_on(&item.url, app.hosts()).map_err(|_why: WebUrlError| Why::Url)?;
    if app.is_ours(url.as_url()) {
        return Err(Why::OwnPage);
    }
    let moment = match item.at {
        When::Local(at) => at.to_zoned(zone.clone()),
        When::Utc(at) => at.to_zoned(TimeZone::UTC),
    };
    let moment = moment.map_err(|_why: jiff::Error| Why::File(Reason::NoDate))?;
    let at = Timestamp::from_micros(moment.timestamp().as_microsecond());
    if at > app.clock.now() {
        return Err(Why::Future);
    }
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    let incoming = Incoming {
        title: text(&item.title),
        excerpt: text(&item.excerpt),
        blog_name: text(&item.blog_name),
        ..Incoming::of(Some(item.url.clone()), CameBy::Trackback, AddressBlock::EVERYBODY)
    };
    // An organizer's own archive: nobody looks at it first, and its page need not link here.
    let new = new_ping(app, gate, &incoming, &url, &Right::default());
    // Nobody sent it to us: it has no sender's address in common with others.
    let new = NewPing { waits: false, unverified: false, sender_hash: Vec::new(), ..new };
    if rules.kept_away.contains(&app.kept_away_hash(gate.hub.id, &new.url_hash)) {
        return Err(Why::KeptAway);
    }
    let (rules, now) = (&rules.rules, app.clock.now());
    let texts = [new.title.as_str(), new.excerpt.as_str(), new.blog_name.as_str()];
    if rules.at_the_door(None, url.host(), now).or_else(|| rules.about(&texts, now)).is_some() {
        return Err(Why::Ruled);
    }
    Ok(Arrival { line: item.line, new, at })
}

/// Lists what is new of a batch, or counts it.
async fn settle(
    app: &App,
    gate: &Gate,
    batch: Vec<Arrival>,
    counted: Option<&mut HashSet<[u8; 32]>>,
    report: &mut Report,
) -> Result<(), DbError> {
    if batch.is_empty() {
        return Ok(());
    }
    let (hub, now) = (gate.hub.id, app.clock.now());
    let Some(counted) = counted else {
        let (listed, left_out) = app.db.write(move |tx| list_new(tx, hub, &batch, now)).await?;
        report.listed += listed;
        left_out.into_iter().for_each(|(line, why)| report.leave_out(why, line));
        return Ok(());
    };
    let found = app.db.read(move |c| judge(c, hub, batch)).await?;
    for (arrival, why) in found {
        match why {
            Some(why) => report.leave_out(why, arrival.line),
            None if counted.insert(arrival.new.url_hash) => report.listed += 1,
            None => report.leave_out(Why::Known, arrival.line),
        }
    }
    Ok(())
}

/// How many were listed, and the lines of those that were not.
fn list_new(
    tx: &mut Tx<'_>,
    hub: HubId,
    batch: &[Arrival],
    now: Timestamp,
) -> Result<(u64, Vec<(u64, Why)>), DbError> {
    let (mut listed, mut left_out) = (0, Vec::new());
    for Arrival { line, new, at } in batch {
        if trust::bars(tx.reading(), hub, &new.blog_key)? {
            left_out.push((*line, Why::Barred));
            continue;
        }
        let Some(id) = pings::insert(tx, hub, new, *at)? else {
            left_out.push((*line, Why::Known));
            continue;
        };
        if listed == 0 {
            // Before any row of a blog, as whoever lists does: all wait in one order.
            hubs::touch_quietly(tx, hub, now)?;
        }
        // What a blog was called then does not take the place of what it is called now.
        let blog = blogs::find_or_insert(tx, hub, &new.blog_key, &new.blog_name, now)?;
        let standing = Standing {
            id,
            category_id: new.category_id,
            blog_key: new.blog_key.clone(),
            blog_name: blog.name,
        };
        listed::enter_quietly(tx, hub, &standing, false, *at, now)?;
        listed += 1;
    }
    Ok((listed, left_out))
}

/// Why each would not be listed, if anything speaks against it.
fn judge(
    connection: &mut DbConnection,
    hub: HubId,
    batch: Vec<Arrival>,
) -> Result<Vec<(Arrival, Option<Why>)>, DbError> {
    let judged = |arrival: Arrival| {
        let new = &arrival.new;
        let why = if trust::bars(connection, hub, &new.blog_key)? {
            Some(Why::Barred)
        } else {
            pings::find_by_url(connection, hub, new.category_id, &new.url_hash)?.map(|_| Why::Known)
        };
        Ok((arrival, why))
    };
    batch.into_iter().map(judged).collect()
}
