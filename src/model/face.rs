//! A hub's own face: pictures, links beside its posts, and the words over its form.

use serde::{Deserialize, Serialize};

use super::hub::{MAX_LINE, line};
use super::named;
use super::text;
use super::web_url::{WebUrl, WebUrlError, as_typed};

/// The longest words over the form, in characters.
pub const MAX_WORDS: usize = 400;

named! {
    /// What a picture is on a hub's pages.
    PictureKind {
        /// Beside the hub's name.
        Logo = "logo",
        /// Over the hub's front.
        Banner = "banner",
    }
}

named! {
    /// How a picture is written.
    PictureFormat {
        /// PNG: what has few colours, or lets the page through.
        Png = "png",
        /// JPEG: photographs.
        Jpeg = "jpg",
    }
}

impl PictureFormat {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// A picture of a hub, as its pages name it: what it shows is under this name for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Its name: a hash of its bytes, and the ending of its format.
    pub name: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What it shows, for those who do not see it; empty for an ornament.
    #[serde(default)]
    pub alt: String,
}

/// Pages of the event elsewhere; each may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Links {
    /// What happens when.
    pub programme: String,
    /// Where to get in.
    pub tickets: String,
    /// How people are asked to behave.
    pub conduct: String,
    /// Who is responsible.
    pub imprint: String,
}

/// A hub's own face.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Face {
    /// Beside its name.
    pub logo: Option<Picture>,
    /// Over its front.
    pub banner: Option<Picture>,
    /// Its pages elsewhere.
    pub links: Links,
    /// The first lines of the page where posts are added, in place of ours.
    pub add_words: String,
}

impl Face {
    /// Reads a face as it is kept.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As it is kept.
    pub fn to_json(&self) -> String {
        // Strings and numbers only: there is nothing that could not be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The names of its pictures.
    pub fn pictures(&self) -> impl Iterator<Item = &str> {
        [&self.logo, &self.banner].into_iter().flatten().map(|picture| picture.name.as_str())
    }

    /// The picture of this kind.
    pub const fn picture(&mut self, kind: PictureKind) -> &mut Option<Picture> {
        match kind {
            PictureKind::Logo => &mut self.logo,
            PictureKind::Banner => &mut self.banner,
        }
    }
}

impl Links {
    /// The links that are there: what they are called, and where they lead.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("Programme", &self.programme),
            ("Tickets", &self.tickets),
            ("Code of conduct", &self.conduct),
            ("Imprint", &self.imprint),
        ]
        .into_iter()
        .filter(|(_, link)| !link.is_empty())
        .map(|(name, link)| (name, link.as_str()))
    }
}

/// A link as somebody typed it; nothing where nothing was.
pub fn link(typed: &str) -> Result<String, WebUrlError> {
    if typed.trim().is_empty() {
        return Ok(String::new());
    }
    WebUrl::parse(&as_typed(typed)).map(|url| url.as_str().to_owned())
}

/// What a picture shows, as somebody typed it.
pub fn alt(typed: &str) -> String {
    line(typed, MAX_LINE)
}

/// The words over the form, as somebody typed them.
pub fn words(typed: &str) -> String {
    text::cut(&super::hub::paragraphs(typed), MAX_WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_is_read_as_it_was_kept() {
        let logo = Picture { name: "abc.png".into(), width: 96, height: 64, alt: String::new() };
        let links = Links { tickets: "https://t.example/".into(), ..Links::default() };
        let face = Face { logo: Some(logo), links, add_words: "Hi".into(), ..Face::default() };
        assert_eq!(Face::from_json(&face.to_json()), Some(face.clone()));
        assert_eq!(face.pictures().collect::<Vec<_>>(), ["abc.png"]);
        assert_eq!(face.links.iter().collect::<Vec<_>>(), [("Tickets", "https://t.example/")]);
    }

    #[test]
    fn what_later_versions_add_may_be_missing() {
        assert_eq!(Face::from_json("{}"), Some(Face::default()));
        assert_eq!(Face::from_json("1"), None);
    }

    #[test]
    fn links_need_no_scheme_and_are_no_scripts() {
        assert_eq!(link(" "), Ok(String::new()));
        assert_eq!(link("harbour.example/talks"), Ok("https://harbour.example/talks".to_owned()));
        assert!(link("javascript:alert(1)").is_err());
    }
}
