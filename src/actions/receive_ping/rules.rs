//! Rules, bans and barred blogs, before anything is stored.

use super::{Incoming, ReceiveError};
use crate::app::{App, Gate, HubRules};
use crate::db::pings::NewPing;
use crate::db::{DbError, trust};
use crate::limits::{AddressBlock, Limit};
use crate::model::id::HubId;
use crate::model::ping::CameBy;
use crate::model::rule::{Rule, RuleAction};
use crate::model::web_url::WebUrl;

/// What a rule, or a blog's standing, does to a ping that is taken in.
#[derive(Debug)]
pub(super) struct Ruling {
    is_aside: bool,
    remark: String,
}

impl Ruling {
    /// What a barred blog sends is set aside, or waits where a ping key brought it.
    pub(super) fn barred(has_key: bool) -> Self {
        Self { is_aside: !has_key, remark: "barred blog".to_owned() }
    }

    /// Counts the rule's hit, and says what it does; a refusal is the error.
    fn of(app: &App, rule: &Rule) -> Result<Self, ReceiveError> {
        app.rule_hits.add(rule.id, app.clock.now());
        match rule.action {
            RuleAction::Refuse => Err(ReceiveError::Banned),
            action => Ok(Self { is_aside: action == RuleAction::SetAside, remark: rule.words() }),
        }
    }
}

/// What the rules say about where it came from and where the post is. Nothing was asked of the
/// database or of argon2 yet: a flood that is banned costs next to nothing.
pub(super) fn at_the_door(
    app: &App,
    rules: &HubRules,
    incoming: &Incoming,
    url: Option<&WebUrl>,
) -> Result<Option<Ruling>, ReceiveError> {
    // A feed is read by us: nobody sent it.
    let from = (incoming.came_by != CameBy::Feed).then(|| incoming.sender.address());
    let host = url.map_or("", WebUrl::host);
    let rule = rules.rules.at_the_door(from, host, app.clock.now());
    rule.map(|rule| Ruling::of(app, rule)).transpose()
}

/// What the rules say about its texts, where that is stricter than what they said at the door.
pub(super) fn about(
    app: &App,
    rules: &HubRules,
    ping: &NewPing,
    so_far: Option<&Ruling>,
) -> Result<Option<Ruling>, ReceiveError> {
    let texts = [&ping.title, &ping.excerpt, &ping.blog_name, &ping.url].map(String::as_str);
    let Some(rule) = rules.rules.about(&texts, app.clock.now()) else { return Ok(None) };
    let ruling = Ruling::of(app, rule)?;
    Ok(so_far.is_none_or(|so_far| !so_far.is_aside).then_some(ruling))
}

/// Whether the hub bars the ping's blog.
pub(super) async fn is_barred(app: &App, hub: HubId, ping: &NewPing) -> Result<bool, DbError> {
    let key = ping.blog_key.clone();
    app.db.read(move |c| trust::bars(c, hub, &key)).await
}

/// Does to a ping what was ruled. What is set aside takes of an allowance: nobody looks at it, and
/// it must not fill the disk.
pub(super) fn hold(
    app: &App,
    gate: &Gate,
    ping: &mut NewPing,
    ruling: Ruling,
) -> Result<(), ReceiveError> {
    if ruling.is_aside {
        app.limits.take(Limit::SetAside(gate.category.id), AddressBlock::EVERYBODY)?;
        ping.is_aside = true;
        // Its page is not read: it claims nothing any more.
        ping.unverified = false;
    }
    ping.remark = ruling.remark;
    Ok(())
}
