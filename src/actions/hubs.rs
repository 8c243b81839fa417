//! Opening and changing hubs, and beginning them again.

mod begin_again;

pub use begin_again::{BeginError, NextDraft, Secrets, begin_again};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::clock::Timestamp;
use crate::config::NewHubs;
use crate::db::accounts::Account;
use crate::db::hubs::{Hub, HubTexts, Switch};
use crate::db::{DbError, Tx, categories, frozen, hubs, jobs, log, members, pings, slugs, websub};
use crate::model::account::Role;
use crate::model::colour::{Accent, ColourError};
use crate::model::contact::{Contact, ContactError};
use crate::model::hub::{MAX_DESCRIPTION, MAX_LINE, MAX_TITLE, is_language_tag, line, paragraphs};
use crate::model::id::{AccountId, HubId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;
use crate::model::slug::Slug;
use crate::model::text;
use crate::model::web_url::WebUrl;

/// A hub as somebody typed it.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct HubDraft {
    /// Its title.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// One sentence under the title.
    pub tagline: String,
    /// A few paragraphs.
    pub description: String,
    /// The first day, `YYYY-MM-DD`, or empty.
    pub starts_on: String,
    /// The last day, `YYYY-MM-DD`, or empty.
    pub ends_on: String,
    /// Where it takes place.
    pub place: String,
    /// The event's own page.
    pub link: String,
    /// Accent colour.
    pub accent: String,
    /// Language tag.
    pub language: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Not empty where posts of its public categories stand on topic pages.
    pub on_topics: String,
    /// How everybody can reach its organizers: an e-mail address, a web address, or empty.
    pub contact: String,
}

impl HubDraft {
    /// What a hub that already is would be typed as.
    pub fn of(hub: &Hub) -> Self {
        Self {
            title: hub.title.clone(),
            slug: hub.slug.clone(),
            tagline: hub.tagline.clone(),
            description: hub.description.clone(),
            starts_on: hub.starts_on.clone().unwrap_or_default(),
            ends_on: hub.ends_on.clone().unwrap_or_default(),
            place: hub.place.clone(),
            link: hub.link.clone(),
            accent: hub.accent.clone(),
            language: hub.language.clone(),
            time_zone: hub.time_zone.clone(),
            on_topics: if hub.on_topics { "on" } else { "" }.to_owned(),
            contact: hub.contact.clone(),
        }
    }

    /// The same with an accent that can be read: where the one typed is too pale, the nearest that
    /// works, so that the form can offer it.
    #[must_use]
    pub fn with_readable_accent(mut self) -> Self {
        if let Err(ColourError::TooPale { nearest, .. }) = Accent::parse(&self.accent) {
            self.accent = nearest;
        }
        self
    }

    /// Checks what was typed, field by field. Empty accent, language and time zone get defaults.
    pub fn check(&self) -> Result<HubTexts, Problems> {
        let mut problems = Problems::default();
        let title = line(&self.title, MAX_TITLE);
        if title.is_empty() {
            problems.add("title", "Give the hub a title.");
        }
        let slug = problems.take("slug", Slug::for_hub(&self.slug));
        let starts_on = problems.take("starts_on", date(&self.starts_on)).flatten();
        let ends_on = problems.take("ends_on", date(&self.ends_on)).flatten();
        match (&starts_on, &ends_on) {
            (Some(first), Some(last)) if last < first => {
                problems.add("ends_on", "The last day cannot come before the first.");
            }
            (None, Some(_)) => problems.add("starts_on", "Say the first day as well."),
            _ => {}
        }
        let link = problems.take("link", link(&self.link)).unwrap_or_default();
        let contact = problems.take("contact", contact(&self.contact)).unwrap_or_default();
        let accent = problems.take("accent", accent(&self.accent));
        let language = or(&self.language, "en");
        if !is_language_tag(&language) {
            problems.add("language", "Write a language tag, such as en, de or pt-BR.");
        }
        let time_zone = or(&self.time_zone, "UTC");
        if TimeZone::get(&time_zone).is_err() {
            problems
                .add("time_zone", "Write a time zone such as Europe/Lisbon or America/Chicago.");
        }
        match (slug, accent, problems.is_empty()) {
            (Some(slug), Some(accent), true) => Ok(HubTexts {
                slug,
                title,
                tagline: line(&self.tagline, MAX_LINE),
                description: text::cut(&paragraphs(&self.description), MAX_DESCRIPTION),
                ends_on: ends_on.or_else(|| starts_on.clone()),
                starts_on,
                place: line(&self.place, MAX_LINE),
                link,
                accent,
                language,
                time_zone,
                on_topics: !self.on_topics.is_empty(),
                contact,
            }),
            _ => Err(problems),
        }
    }
}

fn or(typed: &str, default: &str) -> String {
    let typed = typed.trim();
    if typed.is_empty() { default } else { typed }.to_owned()
}

fn date(typed: &str) -> Result<Option<String>, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    typed
        .parse::<Date>()
        .map(|date| Some(date.to_string()))
        .map_err(|_unreadable| "Write the day as year-month-day, such as 2026-10-08.")
}

fn link(typed: &str) -> Result<String, crate::model::web_url::WebUrlError> {
    if typed.trim().is_empty() {
        return Ok(String::new());
    }
    WebUrl::parse(&with_scheme(typed.trim())).map(|url| url.as_str().to_owned())
}

fn contact(typed: &str) -> Result<String, ContactError> {
    match typed.trim() {
        "" => Ok(String::new()),
        typed => Contact::parse(typed).map(|contact| contact.as_str().to_owned()),
    }
}

/// `harbour.example` as browsers take it: with `https://` before it.
fn with_scheme(typed: &str) -> String {
    let has_scheme = typed.contains("://")
        || typed.split_once(':').is_some_and(|(before, _)| !before.contains('.'));
    if has_scheme { typed.to_owned() } else { format!("https://{typed}") }
}

fn accent(typed: &str) -> Result<String, ColourError> {
    if typed.trim().is_empty() {
        return Ok(Accent::DEFAULT.light().to_string());
    }
    Accent::parse(typed).map(|accent| accent.light().to_string())
}

const TAKEN: &str = "Another hub has or had this name: choose another.";

/// Why a hub was not opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Something typed was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// The database failed.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for HubError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Problems(Problems::one("slug", TAKEN)),
            error => Self::Database(error),
        }
    }
}

/// [`HubDraft::check`], and whether another hub has the name: all that is wrong is said at once.
async fn check_with_names(app: &App, draft: &HubDraft) -> Result<HubTexts, HubError> {
    let mut problems = match draft.check() {
        Ok(texts) => return Ok(texts),
        Err(problems) => problems,
    };
    if let Ok(slug) = Slug::for_hub(&draft.slug)
        && app.db.read(move |c| slugs::find_hub(c, slug.as_str())).await?.is_some()
    {
        problems.add("slug", TAKEN);
    }
    Err(HubError::Problems(problems))
}

/// Whether a hub that this person opens is public at once.
fn is_approved(app: &App, owner: &Account) -> bool {
    owner.is_operator || app.config.accounts.new_hubs == NewHubs::Listed
}

/// Opens a hub. It is public at once where the operator opens it, or has set that.
pub async fn open(app: &App, draft: &HubDraft, owner: &Account) -> Result<HubId, HubError> {
    let texts = check_with_names(app, draft).await?;
    let approved = is_approved(app, owner);
    let (owner, now) = (owner.id, app.clock.now());
    let tells_others = !app.config.websub.websub_hubs.is_empty();
    app.db
        .write(move |tx| {
            let hub = hubs::insert(tx, &texts, approved, now)?;
            websub::update_pushed(tx, hub, tells_others)?;
            members::insert(tx, hub, owner, Role::Owner, now)?;
            Ok(hub)
        })
        .await
}

/// Changes a hub's texts. Its old slug keeps leading to it.
pub async fn edit(
    app: &App,
    hub: HubId,
    draft: &HubDraft,
    by: AccountId,
) -> Result<Slug, HubError> {
    let texts = draft.check().map_err(HubError::Problems)?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let before = hubs::find(tx.reading(), hub)?.ok_or(DbError::NotFound)?;
            hubs::update(tx, hub, &texts, now)?;
            if before.time_zone != texts.time_zone {
                keep_hours(tx, hub, &before.time_zone, &texts.time_zone)?;
            }
            let changed = changed(&before, &texts);
            if !changed.is_empty() {
                log::insert(tx, hub, Some(by), LogKind::HubChanged, &changed, now)?;
            }
            Ok(texts.slug)
        })
        .await
}

/// Categories open and close by the clock on the wall: where that turns out to be another one,
/// nine o'clock stays nine o'clock.
fn keep_hours(tx: &mut Tx<'_>, hub: HubId, before: &str, after: &str) -> Result<(), DbError> {
    let (Ok(before), Ok(after)) = (TimeZone::get(before), TimeZone::get(after)) else {
        return Ok(());
    };
    let moved = |at: Option<Timestamp>| {
        let wall = at?.to_jiff().to_zoned(before.clone()).datetime();
        let at = wall.to_zoned(after.clone()).ok()?;
        Some(Timestamp::from_micros(at.timestamp().as_microsecond()))
    };
    for category in categories::list(tx.reading(), hub)? {
        let hours = (moved(category.opens_at), moved(category.closes_at));
        if hours != (category.opens_at, category.closes_at) {
            categories::update_hours(tx, hub, category.id, hours)?;
        }
    }
    Ok(())
}

/// Which of a hub's texts were changed, in words.
fn changed(old: &Hub, new: &HubTexts) -> String {
    let fields = [
        ("title", old.title != new.title),
        ("name in addresses", old.slug != new.slug.as_str()),
        ("tagline", old.tagline != new.tagline),
        ("description", old.description != new.description),
        ("days", (&old.starts_on, &old.ends_on) != (&new.starts_on, &new.ends_on)),
        ("place", old.place != new.place),
        ("link", old.link != new.link),
        ("colour", old.accent != new.accent),
        ("language", old.language != new.language),
        ("time zone", old.time_zone != new.time_zone),
        ("topic pages", old.on_topics != new.on_topics),
        ("contact", old.contact != new.contact),
    ];
    let changed: Vec<&str> = fields.iter().filter(|field| field.1).map(|field| field.0).collect();
    changed.join(", ")
}

/// Closes a hub, or opens it again.
pub async fn close(app: &App, hub: HubId, on: bool, by: AccountId) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            // Frozen since it was looked at: it stays closed.
            if !on && frozen::is_frozen(tx.reading(), hub)? {
                return Ok(());
            }
            hubs::update_switch(tx, hub, Switch::Closed, on, now)?;
            let kind = if on { LogKind::HubClosed } else { LogKind::HubReopened };
            log::insert(tx, hub, Some(by), kind, "", now)
        })
        .await
}

/// Turns a switch of a hub.
pub async fn switch(app: &App, hub: HubId, switch: Switch, on: bool) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            hubs::update_switch(tx, hub, switch, on, now)?;
            match (switch, on) {
                // Its members are owed what came while nobody was told.
                (Switch::Suspended, false) => jobs::enqueue_notify(tx, hub, now),
                _ => Ok(()),
            }
        })
        .await
}

/// Deletes a hub with everything in it, if its name was typed in.
pub async fn delete(app: &App, hub: &Hub, typed: &str) -> Result<(), HubError> {
    if typed.trim() != hub.slug {
        let sentence = format!("Type {} to delete this hub.", hub.slug);
        return Err(HubError::Problems(Problems::one("confirm", sentence)));
    }
    let (id, now) = (hub.id, app.clock.now());
    // It takes no more pings; most rows go in transactions of their own, so that pings to others
    // do not wait for them.
    switch(app, id, Switch::Closed, true).await?;
    while app.db.write(move |tx| pings::delete_some(tx, id, None)).await? > 0 {}
    app.db.write(move |tx| Ok(hubs::delete(tx, id, now)?)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> HubDraft {
        HubDraft { title: "SXSW 2003".into(), slug: "sxsw".into(), ..HubDraft::default() }
    }

    #[test]
    fn a_title_and_a_name_are_enough() {
        let texts = draft().check().unwrap();
        assert_eq!(texts.accent, "#a4341f");
        assert_eq!((texts.language.as_str(), texts.time_zone.as_str()), ("en", "UTC"));
        assert_eq!(texts.starts_on, None);
    }

    #[test]
    fn the_events_page_needs_no_scheme() {
        for (typed, link) in [
            ("harbour.example", "https://harbour.example/"),
            ("harbour.example:8080/x", "https://harbour.example:8080/x"),
            ("http://harbour.example", "http://harbour.example/"),
        ] {
            assert_eq!(HubDraft { link: typed.into(), ..draft() }.check().unwrap().link, link);
        }
        assert!(HubDraft { link: "javascript:alert(1)".into(), ..draft() }.check().is_err());
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let bad = HubDraft {
            title: " ".into(),
            slug: "sign in".into(),
            starts_on: "next week".into(),
            ends_on: "2026-01-01".into(),
            link: "javascript:alert(1)".into(),
            accent: "#ffff00".into(),
            language: "English".into(),
            time_zone: "Mars/Base".into(),
            contact: "call us".into(),
            ..HubDraft::default()
        };
        let problems = bad.check().unwrap_err();
        let fields =
            ["title", "slug", "starts_on", "link", "accent", "language", "time_zone", "contact"];
        for field in fields {
            assert_ne!(problems.of(field), "", "{field}");
        }
    }

    #[test]
    fn days_come_in_order_and_one_day_is_enough() {
        let mut one_day = draft();
        one_day.starts_on = "2003-03-11".into();
        assert_eq!(one_day.check().unwrap().ends_on.as_deref(), Some("2003-03-11"));
        one_day.ends_on = "2003-03-10".into();
        assert_ne!(one_day.check().unwrap_err().of("ends_on"), "");
    }
}
