//! What organizers changed of a ping's texts. The sender's own are kept beside them.

use diesel::prelude::*;

use super::listed::words;
use super::pings::{NewEvent, Ping, insert_event};
use super::schema::pings;
use super::{DbError, Tx, listed, post_changes};
use crate::clock::Timestamp;
use crate::model::id::AccountId;

/// Shows these texts in place of the sender's, or, without any, the sender's again. A listed ping's
/// pages and feeds show it at once.
pub fn update(
    tx: &mut Tx<'_>,
    ping: &Ping,
    edited: Option<(&str, &str)>,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<(), DbError> {
    let hub = ping.hub_id;
    let sent = ping.sent();
    let row = diesel::update(pings::table.filter(pings::hub_id.eq(hub.0)))
        .filter(pings::id.eq(ping.id.0));
    match edited {
        Some((title, excerpt)) => row
            .set((
                pings::title.eq(title),
                pings::excerpt.eq(excerpt),
                pings::sent_title.eq(Some(&sent.title)),
                pings::sent_excerpt.eq(Some(&sent.excerpt)),
                pings::edited_at.eq(Some(now.micros())),
            ))
            .execute(tx.connection)?,
        None => row
            .set((
                pings::title.eq(&sent.title),
                pings::excerpt.eq(&sent.excerpt),
                pings::sent_title.eq(None::<String>),
                pings::sent_excerpt.eq(None::<String>),
                pings::edited_at.eq(None::<i64>),
            ))
            .execute(tx.connection)?,
    };
    post_changes::upsert(tx, hub, ping.id, now)?;
    if ping.is_public() {
        words::keep(tx, hub, ping.id)?;
        listed::show_changed(tx, hub, ping.category_id, now)?;
    }
    let (from, to) = (ping.state, ping.state);
    let event = NewEvent { kind: "edited", from, to, actor: by, detail: None };
    insert_event(tx, hub, ping.id, &event, now)
}
