//! Blogs: what they are called where they did not say.

use super::named;
use super::web_url::WebUrl;

/// A blog's name: what the ping said, else its host.
pub fn name_or_host(name: &str, url: &WebUrl) -> String {
    if name.is_empty() { url.host().to_owned() } else { name.to_owned() }
}

named! {
    /// How a blog stands in a hub.
    Trust {
        /// Nobody has decided about it: its first post waits.
        New = "new",
        /// A moderator listed a post of it.
        Trusted = "trusted",
        /// A moderator took a post of it for spam: what it sends is set aside.
        Barred = "barred",
    }
}

impl Trust {
    /// From what is noted about it.
    pub const fn of(approved: bool, barred: bool) -> Self {
        match (approved, barred) {
            (_, true) => Self::Barred,
            (true, false) => Self::Trusted,
            (false, false) => Self::New,
        }
    }
}
