//! How to reach a hub's organizers, on its pages.

use crate::db::hubs::Hub;
use crate::model::category::Readers;
use crate::model::contact::Contact;

/// A link to what the organizers gave everybody.
#[derive(Debug, Clone)]
pub struct ContactLink {
    /// Where it leads: a page, or a mail.
    pub href: String,
    /// It in words.
    pub words: String,
}

impl ContactLink {
    /// The contact of a hub, where its organizers gave one. A suspended hub shows nothing.
    pub fn of(hub: &Hub) -> Option<Self> {
        if hub.suspended_at.is_some() {
            return None;
        }
        let contact = Contact::parse(&hub.contact).ok()?;
        Some(Self { href: contact.href(), words: contact.words().to_owned() })
    }

    /// The same for whoever has a receipt, and need not have the hub's reading password.
    pub fn of_open(hub: &Hub) -> Option<Self> {
        Self::of(hub).filter(|_| hub.readers != Readers::Password)
    }

    /// Whether a sentence sends somebody to the organizers, so that the contact belongs beside it.
    pub fn answers(&self, sentence: &str) -> bool {
        ["sk the organizers", "sk them", "rite to the organizers", "with the organizers"]
            .iter()
            .any(|asked| sentence.contains(asked))
    }
}
