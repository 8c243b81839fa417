//! Talks of a hub's programme.

use std::collections::BTreeSet;

use super::named;
use super::web_url::WebUrl;
use crate::clock::Timestamp;

/// The longest title of a talk, and the longest list of its speakers, in characters.
pub const MAX_TITLE: usize = 300;
/// The longest name of a room or track.
pub const MAX_NAME: usize = 120;
/// The longest name that a schedule gives a session.
pub const MAX_KEY: usize = 255;
/// How many talks one post is filed under at most.
pub const MAX_FILED: usize = 10;
/// How many pages that a post links to are remembered.
pub const MAX_LINKS: usize = 400;
/// How many bytes of a page's identity tell it from the others of one post, and of one programme.
const LINK_BYTES: usize = 8;

named! {
    /// Where the talks of a programme go.
    Arrangement {
        /// Into the categories that are called like their tracks.
        Tracks = "tracks",
        /// All into one category.
        One = "one",
        /// Each is a category of its own.
        Categories = "categories",
    }
}

named! {
    /// Why a post stands under a talk, or does not.
    Filed {
        /// Its page links to the talk's, or it is in the category that the talk is.
        Link = "link",
        /// Whoever sent it came from the talk's page here.
        Said = "said",
        /// A member of the hub filed it there.
        Hand = "hand",
        /// A member of the hub took it away: no link brings it back.
        Off = "off",
    }
}

/// A session, as a schedule has it: tidy lines of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// What the schedule calls it, whatever else changes; may be empty.
    pub key: String,
    /// What it is called in addresses there: `7XKQJD`, `10386`; may be empty.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Its own page; empty where it has none.
    pub address: String,
    /// Who speaks, with commas.
    pub speakers: String,
    /// Where; may be empty.
    pub room: String,
    /// Its track; may be empty.
    pub track: String,
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
}

/// By what a page is known among those that a post links to: the beginning of its identity.
pub fn link_key(page: &WebUrl) -> Vec<u8> {
    page.identity().as_bytes()[..LINK_BYTES].to_vec()
}

/// The keys of the pages that a post links to, one after another, each once.
pub fn join_links(pages: &[WebUrl]) -> Vec<u8> {
    let mut keys = BTreeSet::new();
    for page in pages {
        if keys.len() == MAX_LINKS {
            break;
        }
        keys.insert(link_key(page));
    }
    keys.into_iter().flatten().collect()
}

/// Whether these are such keys.
pub const fn are_links(links: &[u8]) -> bool {
    links.len().is_multiple_of(LINK_BYTES) && links.len() <= MAX_LINKS * LINK_BYTES
}

/// The same, taken apart.
pub fn split_links(links: &[u8]) -> impl Iterator<Item = &[u8]> {
    links.chunks_exact(LINK_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_remembered_by_what_they_lead_to() {
        let page = |raw: &str| WebUrl::parse(raw).unwrap();
        let pages = [
            page("http://talks.example/1/#top"),
            page("https://www.talks.example/1?utm_source=x"),
            page("http://talks.example/2"),
        ];
        let links = join_links(&pages);
        assert_eq!(split_links(&links).count(), 2);
        assert!(split_links(&links).any(|key| key == link_key(&page("https://talks.example/1"))));
        assert!(!split_links(&links).any(|key| key == link_key(&page("https://talks.example/3"))));
    }
}
