//! What was just done, and can be taken back.

use super::find_ping;
use super::row::state_words;
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, bulk, trust, verdicts};
use crate::model::blog::{Trust, barred_with};
use crate::model::id::{BulkId, HubId, PublicId};
use crate::model::ping::{PingState, UNDO_FOR};
use crate::web::extract::HubScope;
use crate::web::pages::invite::{a_role, may_do};
use crate::web::view::{number, plural};

/// What stands behind the `?` of a page after something was done.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Did {
    /// The post a verdict was put on.
    done: String,
    /// The post on which a colleague had put one already.
    stale: String,
    /// The post whose texts were changed.
    edited: String,
    /// A verdict on many posts.
    bulk: String,
    /// How many posts a bulk undo put back.
    undone: String,
    /// The post that an undo put back.
    back: String,
    /// A verdict on many, and none was ticked.
    unticked: String,
    /// The post whose reports were dismissed.
    dismissed: String,
    /// Somebody has just become a member.
    joined: String,
    /// The post that comes next: what is said stands above it.
    at: String,
}

/// What was just done.
#[derive(Debug, Default)]
pub struct Notice {
    /// What it is about: a post's title, or a number of posts.
    pub what: String,
    /// The rest of the sentence.
    pub sentence: String,
    /// Where to take it back, after the hub's desk.
    pub undo: Option<String>,
    /// The verdict that is taken back; zero for one on many.
    pub event: i64,
    /// Whether nothing was done: somebody else was faster, or nothing was ticked.
    pub is_stale: bool,
    /// The post above which it stands; empty: on top.
    pub at: String,
    /// Whether it is about many posts: then the page's title says it, too.
    pub is_many: bool,
}

impl Did {
    /// What is said to whoever has just become a member.
    pub fn welcome(&self, scope: &HubScope) -> Option<Notice> {
        let what = format!("You are now {} of {}.", a_role(scope.role), scope.hub.title);
        let sentence = may_do(scope.role).to_owned();
        (!self.joined.is_empty()).then(|| Notice { what, sentence, ..Notice::default() })
    }

    /// Reads what the notice says, as things stand now.
    pub fn read(
        &self,
        c: &mut DbConnection,
        hub: HubId,
        now: Timestamp,
    ) -> Result<Option<Notice>, DbError> {
        let notice = self.say(c, hub, now)?;
        Ok(notice.map(|notice| Notice { at: self.at.clone(), ..notice }))
    }

    fn say(
        &self,
        c: &mut DbConnection,
        hub: HubId,
        now: Timestamp,
    ) -> Result<Option<Notice>, DbError> {
        if let Ok(id) = self.bulk.parse() {
            return bulk_notice(c, hub, BulkId(id), now);
        }
        if let Ok(count) = self.undone.parse::<i64>() {
            let what = format!("{} {}", number(count), plural(count, "post", "posts"));
            let sentence = plural(count, "is as it was before.", "are as they were before.");
            let sentence = sentence.to_owned();
            return Ok(Some(Notice { what, sentence, is_many: true, ..Notice::default() }));
        }
        if !self.unticked.is_empty() {
            let sentence = "Tick the posts first, then choose a verdict.".to_owned();
            let what = "Nothing was decided.".to_owned();
            return Ok(Some(Notice { what, sentence, is_stale: true, ..Notice::default() }));
        }
        if let Some(ping) = find_ping(c, hub, PublicId::parse(&self.back))? {
            let sentence = match ping.state {
                PingState::Pending => "waits again.".to_owned(),
                state => format!("is as it was before: {}.", state_words(state)),
            };
            return Ok(Some(Notice { what: ping.title, sentence, ..Notice::default() }));
        }
        if let Some(ping) = find_ping(c, hub, PublicId::parse(&self.dismissed))? {
            let sentence = "stays as it is: what was reported about it is dismissed.".to_owned();
            return Ok(Some(Notice { what: ping.title, sentence, ..Notice::default() }));
        }
        for (id, is_stale) in [(&self.stale, true), (&self.done, false)] {
            if let Some(ping) = find_ping(c, hub, PublicId::parse(id))? {
                let newest = verdicts::find(c, hub, ping.id)?;
                let undo = newest.as_ref().filter(|newest| newest.can_be_undone(now));
                let state = state_words(ping.state);
                let who = newest.as_ref().and_then(|newest| newest.actor.clone());
                let sentence = match (is_stale, who) {
                    (false, _) => {
                        let barred = barred_words(c, hub, ping.state, &ping.blog_key)?;
                        format!("is now: {state}.{barred}")
                    }
                    (true, _) if ping.state == PingState::Pending => {
                        "was changed by its sender since, or is waiting again: look at it once more. Nothing was changed.".to_owned()
                    }
                    (true, Some(who)) => {
                        format!("is {state} already: {who} decided. Nothing was changed.")
                    }
                    (true, None) => format!("is {state} already. Nothing was changed."),
                };
                let undo =
                    undo.filter(|_| !is_stale).map(|_| format!("/pings/{}/undo", ping.public_id));
                let event = newest.as_ref().map(|newest| newest.id).unwrap_or_default();
                let what = ping.title;
                let notice = Notice { what, sentence, undo, event, is_stale, ..Notice::default() };
                return Ok(Some(notice));
            }
        }
        let edited = find_ping(c, hub, PublicId::parse(&self.edited))?;
        Ok(edited.map(|ping| {
            let sentence = match ping.edited_at {
                Some(_) => "is shown as you wrote it. The sender’s words are kept.",
                None => "is shown as its sender wrote it.",
            };
            Notice { what: ping.title, sentence: sentence.to_owned(), ..Notice::default() }
        }))
    }
}

/// What a post of this blog barred that was put into this state, as a sentence after another.
pub fn barred_words(
    c: &mut DbConnection,
    hub: HubId,
    state: PingState,
    blog_key: &str,
) -> Result<String, DbError> {
    if state != PingState::Spam || trust::find(c, hub, blog_key)? != Trust::Barred {
        return Ok(String::new());
    }
    let barred = match barred_with(blog_key) {
        only if only == blog_key => format!(" {only} is barred."),
        all => format!(" Barred: {all}, but for blogs you trust."),
    };
    Ok(barred)
}

fn bulk_notice(
    c: &mut DbConnection,
    hub: HubId,
    id: BulkId,
    now: Timestamp,
) -> Result<Option<Notice>, DbError> {
    let Some(found) = bulk::find(c, hub, id)? else { return Ok(None) };
    let count = found.ping_count;
    let undo = found.undone_at.is_none() && now.since(found.decided_at) <= UNDO_FOR;
    Ok(Some(Notice {
        what: format!("{} {}", number(count), plural(count, "post", "posts")),
        sentence: format!("{} now: {}.", plural(count, "is", "are"), state_words(found.to_state)),
        undo: undo.then(|| format!("/bulk/{}/undo", id.0)),
        is_many: true,
        ..Notice::default()
    }))
}
