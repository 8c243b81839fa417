//! What a Webmention or Pingback names as its target, and which links lead there.

use std::collections::BTreeSet;

use url::Url;

use super::own_name::inward_url;
use super::web_url::is_same_site;
use crate::secret::Secret;

/// One of our addresses, as the target of a claim.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it names.
    pub place: Place,
    /// A passphrase that stands in it, where everybody who reads the post can read it too.
    pub passphrase: Option<Secret<String>>,
}

/// A page of ours that takes posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A hub's page.
    Hub(String),
    /// A category's page or ping address, by its slugs, of today or former ones.
    Category(String, String),
    /// A category's short ping address.
    Number(i64),
}

impl Target {
    /// Reads an address under `base`; `None` where it is none of ours, or none that takes posts.
    ///
    /// Scheme, `www.`, a slash at the end and the fragment do not count. Of the query only `key`
    /// and `pass` do.
    pub fn parse(url: &Url, base: &Url) -> Option<Self> {
        if !is_same_site(url, base) {
            return None;
        }
        let mut segments: Vec<&str> = url.path_segments()?.collect();
        while segments.last().is_some_and(|last| last.is_empty()) {
            segments.pop();
        }
        let (place, in_path) = match segments.as_slice() {
            ["tb", number] => (Place::Number(number.parse().ok()?), None),
            ["tb", number, passphrase] => {
                (Place::Number(number.parse().ok()?), Some((*passphrase).to_owned()))
            }
            [hub] => (Place::Hub((*hub).to_owned()), None),
            [hub, category] | [hub, category, "trackback"] => {
                (Place::Category((*hub).to_owned(), (*category).to_owned()), None)
            }
            [hub, category, "trackback", passphrase] => (
                Place::Category((*hub).to_owned(), (*category).to_owned()),
                Some((*passphrase).to_owned()),
            ),
            _ => return None,
        };
        let in_query = || {
            let is_key = |name: &str| matches!(name, "key" | "pass");
            url.query_pairs().find(|(name, _)| is_key(name)).map(|(_, value)| value.into_owned())
        };
        let passphrase = in_path.or_else(in_query).filter(|text| !text.is_empty());
        Some(Self { place, passphrase: passphrase.map(Secret::new) })
    }
}

/// Every address that counts as a link to one category.
#[derive(Debug, Clone)]
pub struct Targets {
    base: Url,
    places: Vec<Place>,
    /// Where the hub's pages are or were under names of its own, and its name in addresses.
    own: Vec<(Url, String)>,
}

impl Targets {
    /// The category of this number, under all names its hub and it have and had; `with_hub` where
    /// the hub's own page stands for it.
    pub fn new(
        base: &Url,
        number: i64,
        hubs: &BTreeSet<String>,
        categories: &BTreeSet<String>,
        with_hub: bool,
    ) -> Self {
        let mut places = vec![Place::Number(number)];
        for hub in hubs {
            if with_hub {
                places.push(Place::Hub(hub.clone()));
            }
            places.extend(categories.iter().map(|c| Place::Category(hub.clone(), c.clone())));
        }
        Self { base: base.clone(), places, own: Vec::new() }
    }

    /// The same, where the hub of this name in addresses has these homes of its own.
    #[must_use]
    pub fn with_homes(mut self, slug: &str, homes: impl IntoIterator<Item = Url>) -> Self {
        self.own = homes.into_iter().map(|home| (home, slug.to_owned())).collect();
        self
    }

    /// Whether this address leads there (Webmention 3.2.2: the target itself, and what we know to
    /// be the same).
    pub fn has(&self, url: &Url) -> bool {
        let own = self.own.iter().find(|(home, _)| is_same_site(url, home));
        let inside = own.map(|(_, slug)| inward_url(url, slug, &self.base));
        let target = Target::parse(inside.as_ref().unwrap_or(url), &self.base);
        target.is_some_and(|target| self.places.contains(&target.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn our_addresses_are_read_in_all_their_forms() {
        let base = url("https://hub.example/");
        let category = || Some(Place::Category("sxsw".into(), "keynotes".into()));
        for (address, place, passphrase) in [
            ("https://hub.example/sxsw/keynotes", category(), None),
            ("http://hub.example/sxsw/keynotes/#top", category(), None),
            ("https://www.hub.example/sxsw/keynotes?utm_source=x", category(), None),
            (
                "https://hub.example/sxsw/keynotes?key=violet-crown",
                category(),
                Some("violet-crown"),
            ),
            ("https://hub.example/sxsw/keynotes/trackback/violet", category(), Some("violet")),
            ("https://hub.example/tb/1234567", Some(Place::Number(1_234_567)), None),
            (
                "https://hub.example/tb/1234567/violet",
                Some(Place::Number(1_234_567)),
                Some("violet"),
            ),
            ("https://hub.example/sxsw", Some(Place::Hub("sxsw".into())), None),
            ("https://hub.example/", None, None),
            ("https://hub.example/tb/many", None, None),
            ("https://hub.example/sxsw/keynotes/rss", None, None),
            ("https://other.example/sxsw/keynotes", None, None),
            ("https://hub.example:8443/sxsw/keynotes", None, None),
        ] {
            let target = Target::parse(&url(address), &base);
            assert_eq!(target.as_ref().map(|t| t.place.clone()), place, "{address}");
            let found = target.and_then(|t| t.passphrase.map(|p| p.expose().clone()));
            assert_eq!(found.as_deref(), passphrase, "{address}");
        }
    }

    #[test]
    fn a_link_leads_to_a_category_under_every_name_it_had_and_to_no_other() {
        let names = |all: &[&str]| all.iter().map(|&name| name.to_owned()).collect();
        let targets = Targets::new(
            &url("https://hub.example/"),
            1_234_567,
            &names(&["sxsw", "sxsw-2003"]),
            &names(&["keynotes", "talks"]),
            false,
        );
        for (address, leads) in [
            ("https://hub.example/sxsw/keynotes", true),
            ("http://hub.example/sxsw-2003/talks/", true),
            ("https://hub.example/tb/1234567/secret", true),
            ("https://hub.example/sxsw", false),
            ("https://hub.example/sxsw/panels", false),
            ("https://hub.example/sxsw/keynotes-2", false),
            ("https://evil.example/?https://hub.example/sxsw/keynotes", false),
        ] {
            assert_eq!(targets.has(&url(address)), leads, "{address}");
        }
        let targets = targets.with_homes("sxsw", [url("https://talks.example/")]);
        for (address, leads) in [
            ("https://talks.example/keynotes", true),
            ("http://www.talks.example/talks/", true),
            ("https://talks.example/tb/1234567/secret", true),
            ("https://hub.example/sxsw/keynotes", true),
            ("https://talks.example/", false),
            ("https://talks.example/panels", false),
            ("https://walks.example/keynotes", false),
        ] {
            assert_eq!(targets.has(&url(address)), leads, "{address}");
        }
    }
}
