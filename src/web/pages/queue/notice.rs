//! What was just done, and can be taken back.

use super::find_ping;
use super::row::state_words;
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, bulk, verdicts};
use crate::model::id::{BulkId, HubId, PublicId};
use crate::model::ping::{PingState, UNDO_FOR};
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
    /// Whether nothing was done, since somebody else was faster.
    pub is_stale: bool,
}

impl Did {
    /// Reads what the notice says, as things stand now.
    pub fn read(
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
            return Ok(Some(Notice { what, sentence: sentence.to_owned(), ..Notice::default() }));
        }
        for (id, is_stale) in [(&self.stale, true), (&self.done, false)] {
            if let Some(ping) = find_ping(c, hub, PublicId::parse(id))? {
                let newest = verdicts::find(c, hub, ping.id)?;
                let undo = newest.as_ref().filter(|newest| newest.can_be_undone(now));
                let state = state_words(ping.state);
                let who = newest.as_ref().and_then(|newest| newest.actor.clone());
                let sentence = match (is_stale, who) {
                    (false, _) => format!("is now: {state}."),
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
                return Ok(Some(Notice { what: ping.title, sentence, undo, event, is_stale }));
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
        event: 0,
        is_stale: false,
    }))
}
