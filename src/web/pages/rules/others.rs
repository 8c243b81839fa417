//! The operator's rules, as a hub's organizers are told of them.

use crate::model::rule::RuleAction;
use crate::web::view::{number, plural};

/// What so many rules for all hubs do. Not what they look for: whoever opens a hub would know how to
/// get past them.
pub fn words(action: RuleAction, count: i64) -> String {
    let rules = plural(count, "rule", "rules");
    let what = match action {
        RuleAction::Refuse => "What they fit is refused, and its sender is told.",
        RuleAction::SetAside => "What they fit is set aside as spam: you find it under Decided.",
        RuleAction::Wait => "What they fit waits under To look at.",
    };
    format!("{} {rules}: {}", number(count), what)
}
