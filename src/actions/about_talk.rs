//! Saying which talk a post is about: by whoever sends it, and by a member of the hub.

use crate::app::App;
use crate::db::log::Line;
use crate::db::{DbError, log, members, pings, talks};
use crate::model::id::{AccountId, HubId, PingId, PublicId, TalkId};
use crate::model::log::LogKind;

/// Whoever sent a post came from the page of a talk: it is about that, unless a member of the hub
/// says otherwise. A talk that not everybody may see is none.
pub async fn say(app: &App, hub: HubId, ping: PublicId, talk: String) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            // The hub's row first, as whoever lists does.
            members::lock(tx, hub)?;
            let ping = pings::find_public(tx.reading(), ping)?.filter(|(of, _)| *of == hub);
            let talk = talks::find_public(tx.reading(), hub, &talk)?;
            match ping.zip(talk) {
                Some(((_, ping), talk)) => talks::tell(tx, hub, ping, talk.id, now),
                None => Ok(()),
            }
        })
        .await
}

/// A member of the hub files a post under a talk, or takes it away from there for good.
pub async fn file(
    app: &App,
    hub: HubId,
    ping: PingId,
    (talk, is_about): (TalkId, bool),
    by: AccountId,
) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            // The hub's row first, as whoever lists does.
            members::lock(tx, hub)?;
            let all = talks::list_all(tx.reading(), hub)?;
            if !all.iter().any(|it| it.id == talk) {
                return Err(DbError::NotFound);
            }
            if talks::set_by_hand(tx, hub, ping, (talk, is_about), now)? {
                let line =
                    Line { actor: Some(by), kind: LogKind::Edit, detail: "", ping: Some(ping) };
                log::insert_line(tx, hub, &line, now)?;
            }
            Ok(())
        })
        .await
}
