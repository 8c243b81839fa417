//! Rules and bans: tried on what came lately, made, taken back, and counted.
//!
//! `hub` is `None` for the operator's rules, which hold in all hubs.

use std::collections::HashSet;
use std::time::Duration;

use ipnet::IpNet;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::rules::{NewRule, PastPing};
use crate::db::{DbError, hubs, instance, log, rules};
use crate::limits::AddressBlock;
use crate::model::hub::line;
use crate::model::id::{AccountId, HubId, RuleId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;
use crate::model::rule::{
    ADDRESS_DAYS, MAX_REASON, MAX_RULES, Pattern, RuleAction, RuleKind, folded,
};
use crate::model::web_url::WebUrl;

const DAY: Duration = Duration::from_secs(86_400);
/// How far back a rule is tried: as long as senders' hashes are kept.
const TRIED_DAYS: u32 = 30;
/// The most pings a trial looks at, and how many at once.
const MAX_TRIED: usize = 20_000;
const AT_ONCE: i64 = 1_000;
/// How many examples a trial shows.
const EXAMPLES: usize = 20;
/// The most address blocks a trial computes hashes of: a /16 of IPv4, a /48 of IPv6.
const MAX_BLOCKS: u32 = 16;
/// The longest a ban of an address may hold.
const MAX_ADDRESS_DAYS: u32 = 365;

/// A rule as it was typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct RuleDraft {
    /// `address`, `domain` or `phrase`.
    pub kind: String,
    /// What it matches.
    pub pattern: String,
    /// `refuse`, `set-aside` or `wait`.
    pub action: String,
    /// Why.
    pub reason: String,
    /// For how many days; empty: 90 for addresses, for ever for the others.
    pub days: String,
}

impl RuleDraft {
    /// The rule, or what is wrong with it.
    pub fn check(&self, now: Timestamp) -> Result<NewRule, Problems> {
        let mut problems = Problems::default();
        let kind = RuleKind::parse(&self.kind);
        if kind.is_none() {
            problems.add("kind", "Choose what the rule looks at.");
        }
        let pattern =
            kind.and_then(|kind| problems.take("pattern", Pattern::parse(kind, &self.pattern)));
        let action = RuleAction::parse(&self.action);
        if action.is_none() {
            problems.add("action", "Choose what happens to such pings.");
        }
        let expires_at = problems.take("days", self.expires_at(kind, now));
        match (pattern, action, expires_at) {
            (Some(pattern), Some(action), Some(expires_at)) => {
                Ok(NewRule { pattern, action, reason: line(&self.reason, MAX_REASON), expires_at })
            }
            _ => Err(problems),
        }
    }

    fn expires_at(
        &self,
        kind: Option<RuleKind>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, &'static str> {
        let typed = self.days.trim();
        let is_address = kind == Some(RuleKind::Address);
        if typed.is_empty() {
            return Ok(is_address.then(|| now.plus(DAY * ADDRESS_DAYS)));
        }
        let most = if is_address { MAX_ADDRESS_DAYS } else { 3_650 };
        match typed.parse::<u32>() {
            Ok(days) if (1..=most).contains(&days) => Ok(Some(now.plus(DAY * days))),
            _ if is_address => Err("Type a number of days from 1 to 365: addresses change hands."),
            _ => Err("Type a number of days from 1 to 3650, or nothing."),
        }
    }
}

/// What a rule would have done to the pings of the last 30 days.
#[derive(Debug, Default)]
pub struct Trial {
    /// How many pings were looked at.
    pub looked_at: usize,
    /// Whether there were more.
    pub is_cut: bool,
    /// How many the rule matches.
    pub hits: usize,
    /// The newest of them.
    pub examples: Vec<PastPing>,
    /// Whether it cannot be known: senders are kept as hashes, and the net has too many.
    pub is_too_wide: bool,
}

/// Tries a rule, and changes nothing.
pub async fn try_out(app: &App, hub: Option<HubId>, rule: &NewRule) -> Result<Trial, DbError> {
    let now = app.clock.now();
    let since = now.minus(DAY * TRIED_DAYS);
    let Some(senders) = senders(app, &rule.pattern, [since, now]) else {
        return Ok(Trial { is_too_wide: true, ..Trial::default() });
    };
    let (mut trial, mut before) = (Trial::default(), i64::MAX);
    let hosts = app.hosts();
    loop {
        let (pattern, senders) = (rule.pattern.clone(), senders.clone());
        // Matching is done where waiting is allowed.
        let found = app.db.read(move |c| {
            let past = rules::list_past(c, hub, since, before, AT_ONCE)?;
            let is_hit = |ping: &PastPing| match &pattern {
                Pattern::Address(_) => senders.contains(&ping.sender_hash),
                Pattern::Domain(_) => {
                    WebUrl::parse_on(&ping.url, hosts).is_ok_and(|url| pattern.is_at(url.host()))
                }
                Pattern::Phrase(_) => pattern.is_said_in(
                    &[&ping.title, &ping.excerpt, &ping.blog_name, &ping.url].map(|t| folded(t)),
                ),
            };
            let (count, last) = (past.len(), past.last().map(|ping| ping.id));
            let hits: Vec<_> = past.into_iter().filter(is_hit).collect();
            Ok::<_, DbError>((count, last, hits))
        });
        let (count, last, hits) = found.await?;
        trial.looked_at += count;
        trial.hits += hits.len();
        let room = EXAMPLES.saturating_sub(trial.examples.len());
        trial.examples.extend(hits.into_iter().take(room));
        match last {
            Some(last) if trial.looked_at < MAX_TRIED => before = last,
            last => {
                trial.is_cut = last.is_some();
                return Ok(trial);
            }
        }
    }
}

/// The hashes that senders in a net had at these times; `None` where they are too many.
fn senders(app: &App, pattern: &Pattern, times: [Timestamp; 2]) -> Option<HashSet<Vec<u8>>> {
    let Pattern::Address(net) = pattern else { return Some(HashSet::new()) };
    let subscriber = if net.addr().is_ipv4() { 32 } else { 64 };
    if u32::from(subscriber - net.prefix_len()) > MAX_BLOCKS {
        return None;
    }
    let blocks = net.subnets(subscriber).ok()?;
    let hashes = |block: IpNet| {
        let block = AddressBlock::of(block.addr());
        times.map(|at| app.sender_hash(block, at))
    };
    Some(blocks.flat_map(hashes).collect())
}

/// Makes a rule: it holds from now on, in every process within a second.
pub async fn make(
    app: &App,
    hub: Option<HubId>,
    rule: NewRule,
    author: AccountId,
) -> Result<Result<RuleId, Problems>, DbError> {
    let now = app.clock.now();
    let made = app.db.write(move |tx| {
        if rules::count(tx.reading(), hub)? >= MAX_RULES {
            return Ok::<_, DbError>(None);
        }
        let made = rules::insert(tx, hub, &rule, author, now)?;
        match hub {
            Some(hub) => {
                hubs::touch_quietly(tx, hub, now)?;
                let detail =
                    format!("made {}", words_of(rule.pattern.kind(), &rule.pattern.to_string()));
                log::insert(tx, hub, Some(author), LogKind::Rule, &detail, now)?;
            }
            None => instance::touch(tx)?,
        }
        Ok(Some(made))
    });
    let made = made.await?;
    if hub.is_none() {
        app.generations.all_changed();
    }
    let full = "There are 200 rules already: remove one first.";
    Ok(made.ok_or_else(|| Problems::one("pattern", full)))
}

/// A rule in the log. Addresses are people's: they go with their rule.
fn words_of(kind: RuleKind, pattern: &str) -> String {
    match kind {
        RuleKind::Address => "a rule about an address".to_owned(),
        RuleKind::Domain | RuleKind::Phrase => format!("a rule about {pattern}"),
    }
}

/// Takes a rule back; `NotFound` where there is none.
pub async fn remove(
    app: &App,
    hub: Option<HubId>,
    rule: RuleId,
    by: AccountId,
) -> Result<(), DbError> {
    let now = app.clock.now();
    let removed = app.db.write(move |tx| {
        let (kind, pattern) = rules::delete(tx, hub, rule)?.ok_or(DbError::NotFound)?;
        match hub {
            Some(hub) => {
                hubs::touch_quietly(tx, hub, now)?;
                let detail = format!("removed {}", words_of(kind, &pattern));
                log::insert(tx, hub, Some(by), LogKind::Rule, &detail, now)
            }
            None => instance::touch(tx),
        }
    });
    removed.await?;
    if hub.is_none() {
        app.generations.all_changed();
    }
    Ok(())
}

/// Writes down how often rules decided since the last time. To be called every minute.
pub async fn write_hits(app: &App) -> Result<(), DbError> {
    let hits = app.rule_hits.take();
    if hits.is_empty() {
        return Ok(());
    }
    let written = app.db.write(move |tx| {
        hits.into_iter().try_for_each(|(rule, count, last)| rules::add_hits(tx, rule, count, last))
    });
    written.await
}
