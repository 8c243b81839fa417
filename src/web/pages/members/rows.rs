//! Members in a list, and roles to choose.

use super::super::invite::{a_role, may_do};
use crate::db::members::Member;
use crate::model::account::Role;
use crate::web::extract::HubScope;
use crate::web::view::Zone;

/// A member in the list.
#[derive(Debug)]
pub struct Row {
    /// The account.
    pub id: i64,
    /// What they want to be called.
    pub name: String,
    /// Empty for moderators: addresses are the organizers' business.
    pub email: String,
    /// The role's name.
    pub role: &'static str,
    /// Since when they are a member.
    pub since: String,
    /// Whether it is whoever looks.
    pub is_you: bool,
    /// Whether whoever looks may change or remove them.
    pub may_be_changed: bool,
    /// Whether the hub is theirs.
    pub is_owner: bool,
    /// Whether they only decide on posts.
    pub is_moderator: bool,
}

/// A role to choose.
#[derive(Debug)]
pub struct Choice {
    /// Its name in the form.
    pub value: &'static str,
    /// Its name for people.
    pub words: &'static str,
    /// What it lets somebody do.
    pub hint: &'static str,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// The roles that can be given, this one chosen; a moderator's where none is.
pub fn choices(chosen: &str) -> Vec<Choice> {
    let choice = |role: Role, words| Choice {
        value: role.as_str(),
        words,
        hint: may_do(role),
        is_chosen: role.as_str() == chosen || chosen.is_empty() && role == Role::Moderator,
    };
    vec![choice(Role::Moderator, "Moderator"), choice(Role::Organizer, "Organizer")]
}

impl Row {
    /// A member as this one sees them.
    pub fn of(member: Member, scope: &HubScope, zone: &Zone) -> Self {
        let may_change = scope.may_change().is_ok();
        let is_you = member.account == scope.account.id;
        Self {
            id: member.account.0,
            role: member.role.as_str(),
            since: zone.date(member.since),
            is_you,
            may_be_changed: may_change && !is_you && member.role != Role::Owner,
            is_owner: member.role == Role::Owner,
            is_moderator: member.role == Role::Moderator,
            email: if may_change { member.email } else { String::new() },
            name: member.name,
        }
    }

    /// The other role that can be given, in a sentence.
    pub fn a_role_to_become(&self) -> &'static str {
        a_role(if self.is_moderator { Role::Organizer } else { Role::Moderator })
    }

    /// The other role that can be given.
    pub fn role_to_become(&self) -> &'static str {
        if self.is_moderator { Role::Organizer } else { Role::Moderator }.as_str()
    }
}
