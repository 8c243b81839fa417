//! What is not there in a hub, said with the hub's name and the ways on in it.

use super::PageError;
use crate::db::hubs::Hub;
use crate::model::slug::Slug;
use crate::web::pages::look::Shown;
use crate::web::view::AccentCss;

/// What was looked for in a hub, and is not there. What is locked or unlisted reads the same.
#[derive(Debug)]
pub enum LookedFor {
    /// A category, by this name.
    Category(String),
    /// A category that was deleted.
    Deleted,
    /// The categories of a view, by these names.
    Categories(Vec<String>),
    /// The post that a page begins after.
    Place,
    /// A talk of its programme.
    Talk,
    /// Some page.
    Page,
}

/// A hub that whoever asked may read, and the ways on in it.
#[derive(Debug, Clone)]
pub struct HubWay {
    /// Its title.
    pub title: String,
    /// The language of that.
    pub language: String,
    /// Its page.
    pub path: String,
    /// Its picture beside its name.
    pub logo: Option<Shown>,
    /// The style block with its colour.
    pub accent: AccentCss,
    /// Whether there is anything to search for.
    pub has_posts: bool,
    /// Whether posts are looked up in its categories: not once it is closed.
    pub takes_posts: bool,
}

/// What is not there, in which hub.
#[derive(Debug)]
pub struct NotInHub {
    looked_for: LookedFor,
    /// The hub.
    pub hub: HubWay,
}

impl HubWay {
    /// The way to a hub. Whoever calls this knows that whoever asked may read it.
    pub fn of(hub: &Hub) -> Self {
        Self {
            title: hub.title.clone(),
            language: hub.language.clone(),
            path: hub.path(),
            logo: hub.face.logo.as_ref().map(|logo| Shown::of(hub, logo)),
            accent: AccentCss::of(&hub.accent),
            has_posts: hub.listed_count > 0,
            takes_posts: hub.closed_at.is_none(),
        }
    }

    /// That it does not have this.
    pub fn has_no(self, looked_for: LookedFor) -> PageError {
        PageError::NotInHub(Box::new(NotInHub { looked_for, hub: self }))
    }
}

impl NotInHub {
    /// Whether it was there once.
    pub(super) const fn is_gone(&self) -> bool {
        matches!(self.looked_for, LookedFor::Deleted)
    }

    /// A title, and a sentence.
    pub(super) fn words(&self) -> (&'static str, String) {
        let hub = &self.hub.title;
        match &self.looked_for {
            LookedFor::Category(name) => category(hub, std::slice::from_ref(name)),
            LookedFor::Deleted => (
                "This category is gone",
                format!("The organizers of {hub} deleted it, and what was listed there."),
            ),
            LookedFor::Categories(names) => category(hub, names),
            LookedFor::Place => (
                "This page begins nowhere",
                format!("The post before it is not listed in {hub} any more."),
            ),
            LookedFor::Talk => (
                "There is no such talk",
                format!("The programme of {hub} has no talk of that name."),
            ),
            LookedFor::Page => {
                ("There is no such page", format!("{hub} has no page at this address."))
            }
        }
    }
}

/// Only what could be a category's name is repeated: an address may hold anything.
fn category(hub: &str, names: &[String]) -> (&'static str, String) {
    const TITLE: &str = "There is no such category";
    let are_names = names.iter().all(|name| Slug::for_category(name).is_ok());
    let quoted: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
    let sentence = match quoted.split_last() {
        Some((last, [])) if are_names => format!("{hub} has no category {last}."),
        Some((last, before)) if are_names => {
            format!("{hub} has no category {} or {last}.", before.join(", "))
        }
        _ => format!("{hub} has no category of that name."),
    };
    (TITLE, sentence)
}
