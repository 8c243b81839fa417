//! The HTML that people copy into their own pages.

use crate::app::Gate;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::model::addresses::Addresses;
use crate::model::category::Readers;
use crate::wire::badge::{self, Badge};
use crate::wire::xml::attribute;

/// How wide a frame is where its page has room, in CSS pixels.
pub const WIDTH: u32 = 600;
/// How high it is.
pub const HEIGHT: u32 = 520;

/// The path of what stands beside a hub's or category's pages: the same under every name.
pub fn beside(place: &str, hub: &Hub, category: Option<&Category>) -> String {
    match category {
        Some(category) => format!("{place}/{}/{}", hub.slug, category.slug),
        None => format!("{place}/{}", hub.slug),
    }
}

/// A frame with the page at `src`, for screen readers called `title`.
pub fn frame_code(src: &str, title: &str, width: u32, height: u32) -> String {
    let (src, title) = (attribute(src), attribute(title));
    format!(
        "<iframe src=\"{src}\" title=\"{title}\" width=\"{width}\" height=\"{height}\" \
         loading=\"lazy\" style=\"border:0;max-width:100%\"></iframe>"
    )
}

/// What a hub or category is called on other people's pages: `SXSW 2003 · Keynotes`.
pub fn name(hub: &Hub, category: Option<&Category>) -> String {
    badge::name(&hub.title, category.map(|it| it.title.as_str()))
}

/// The badge of a hub or category.
pub fn badge_of(hub: &Hub, category: Option<&Category>) -> Badge {
    Badge::of(&hub.title, category.map(|it| it.title.as_str()))
}

/// A badge with its code.
#[derive(Debug)]
pub struct BadgePart {
    /// The picture's path.
    pub path: String,
    /// What it says.
    pub alt: String,
    /// Its width, in CSS pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// The picture as a link to the page that it names.
    pub code: String,
}

impl BadgePart {
    /// The badge of a hub or category.
    pub fn of(hub: &Hub, category: Option<&Category>, addresses: &Addresses) -> Self {
        let page = match category {
            Some(category) => hub.category_path(&category.slug),
            None => hub.path(),
        };
        let path = format!("{}.svg", beside("/badge", hub, category));
        let addresses = addresses.under(hub.root());
        let name = name(hub, category);
        let (alt, width) = (badge::says(&name), badge_of(hub, category).width);
        let height = badge::HEIGHT;
        let code = format!(
            "<a href=\"{}\"><img src=\"{}\" alt=\"{}\" width=\"{width}\" height=\"{height}\" \
             loading=\"lazy\" referrerpolicy=\"no-referrer\"></a>",
            attribute(&addresses.path(&page)),
            attribute(&addresses.path(&path)),
            attribute(&alt),
        );
        Self { path, alt, width, height, code }
    }

    /// The badge for whoever has a post there: only where anybody may follow it.
    pub fn of_public(gate: &Gate, addresses: &Addresses) -> Option<Self> {
        let all = [gate.hub.readers, gate.category.readers];
        let is_public = all.iter().all(|readers| *readers == Readers::Public);
        is_public.then(|| Self::of(&gate.hub, Some(&gate.category), addresses))
    }
}
