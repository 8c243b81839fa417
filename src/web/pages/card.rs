//! The picture that stands beside a link to a page of ours, wherever somebody posts one.

use crate::db::hubs::Hub;
use crate::model::addresses::Addresses;
use crate::model::category::Readers;
use crate::web::assets;

/// A picture by its absolute address.
#[derive(Debug)]
pub struct Card {
    /// Where it is.
    pub address: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What it shows; empty for an ornament.
    pub alt: String,
}

impl Card {
    /// Ours.
    pub fn ours(addresses: &Addresses) -> Self {
        Self {
            address: addresses.path(&assets::CARD.path),
            width: 1_200,
            height: 630,
            alt: "Backchannel: posts from everyone’s blogs, by topic".to_owned(),
        }
    }

    /// A hub's own, its banner, where it has one that everybody may see.
    pub fn of(addresses: &Addresses, hub: &Hub) -> Self {
        let banner = hub.face.banner.as_ref().filter(|_| hub.readers != Readers::Password);
        let Some(banner) = banner else { return Self::ours(addresses) };
        let path = super::look::picture_path(hub, banner);
        Self {
            address: addresses.under(hub.root()).path(&path),
            width: banner.width,
            height: banner.height,
            alt: banner.alt.clone(),
        }
    }
}
