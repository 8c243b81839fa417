//! What is said of a talk wherever it is shown.

use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::talks::{self, About, Talk};
use crate::db::{DbConnection, DbError};
use crate::model::category::Readers;
use crate::model::id::PingId;
use crate::web::view::{Zone, iso};

/// The page of a talk, of a hub whose page is `hub`.
pub fn talk_path(hub: &str, talk: &str) -> String {
    format!("{hub}/-/talks/{talk}")
}

/// Who, when and where.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Who speaks; may be empty.
    pub speakers: String,
    /// Where; may be empty.
    pub room: String,
    /// `Tuesday 11 March 2003`; empty where that is not known yet.
    pub day: String,
    /// `10:00–10:45`, or `10:00`; empty likewise.
    pub time: String,
    /// When it begins, for machines.
    pub starts_iso: String,
    /// Its own page; empty where it has none.
    pub address: String,
    /// Whether its schedule does not have it any more.
    pub is_gone: bool,
}

impl Facts {
    /// Those of a talk, in its hub's time zone.
    pub fn of(talk: &Talk, zone: &Zone) -> Self {
        let starts = talk.starts_at.map(|at| zone.time(at)).unwrap_or_default();
        Self {
            speakers: talk.speakers.clone(),
            room: talk.room.clone(),
            day: talk.starts_at.map(|at| zone.day(at)).unwrap_or_default(),
            time: match talk.ends_at {
                Some(ends) => format!("{starts}–{}", zone.time(ends)),
                None => starts,
            },
            starts_iso: talk.starts_at.map(iso).unwrap_or_default(),
            address: talk.address.clone(),
            is_gone: talk.gone_at.is_some(),
        }
    }
}

/// A talk that a post is about.
#[derive(Debug, Clone)]
pub struct TalkLink {
    /// The post.
    pub ping: PingId,
    /// Its title.
    pub title: String,
    /// Its page.
    pub path: String,
}

/// The pages of the talks that posts of a hub are about.
pub fn links_of(hub: &Hub, about: &[About]) -> Vec<TalkLink> {
    let link = |about: &About| TalkLink {
        ping: about.ping_id,
        title: about.title.clone(),
        path: talk_path(&hub.path(), &about.slug),
    };
    about.iter().map(link).collect()
}

/// What is said of the talk that a category is, and the talk's page, where everybody may see that.
pub fn of_category(
    connection: &mut DbConnection,
    hub: &Hub,
    category: &Category,
) -> Result<Option<(Facts, String)>, DbError> {
    let talk = talks::find_of_category(connection, hub.id, category.id)?;
    let is_public = category.readers == Readers::Public;
    Ok(talk.map(|talk| {
        let page = if is_public { talk_path(&hub.path(), &talk.slug) } else { String::new() };
        (Facts::of(&talk, &Zone::of(hub)), page)
    }))
}
