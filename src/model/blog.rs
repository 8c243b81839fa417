//! Blogs: what they are called where they did not say.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::named;
use super::web_url::{WebUrl, registrable_domain_of};

/// A blog's name: what the ping said, else its host.
pub fn name_or_host(name: &str, url: &WebUrl) -> String {
    if name.is_empty() { url.host().to_owned() } else { name.to_owned() }
}

/// A name as lists of blogs are sorted by it: capitals, accents and signs before the first letter
/// do not count.
pub fn sort_name(name: &str) -> String {
    let plain: String = name.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let folded = plain.to_lowercase();
    let letters = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    if letters.is_empty() { folded } else { letters.to_owned() }
}

/// What is barred with the blog of this key: `all of blog.example`, where it is one name of several
/// under its registrable domain, else the blog itself.
pub fn barred_with(key: &str) -> String {
    match registrable_domain_of(key) {
        Some(domain) if domain != key => format!("all of {domain}"),
        Some(_) | None => key.to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::sort_name;
    use crate::model::web_url::WebUrl;

    #[test]
    fn names_are_sorted_by_their_letters() {
        for (name, expected) in [
            ("Émile’s", "emile’s"),
            ("“paper kite”", "paper kite”"),
            ("ＡＤＡ", "ada"),
            ("東京日記", "東京日記"),
            ("!!!", "!!!"),
        ] {
            assert_eq!(sort_name(name), expected);
        }
    }

    #[test]
    fn a_blog_is_a_whole_host_or_a_path_on_a_shared_one_and_never_a_part_of_either() {
        let key = |url: &str| WebUrl::parse(url).unwrap().blog_key();
        for (one, other, same) in [
            ("http://example.org/a", "https://www.example.org/b", true),
            ("http://example.org/", "http://evil-example.org/", false),
            ("http://example.org/", "http://example.org.evil.com/", false),
            ("http://example.org/", "http://evil.com/example.org/", false),
            ("http://ada.github.io/a", "http://ada.github.io/b", true),
            ("http://ada.github.io/", "http://eve.github.io/", false),
            ("http://medium.com/@ada/a", "http://medium.com/@ada/b", true),
            ("http://medium.com/@ada/a", "http://medium.com/@adam/a", false),
            ("http://www.livejournal.com/users/ada/1", "http://livejournal.com/users/eve/1", false),
            ("http://uni.example/~ada/1", "http://uni.example/~eve/1", false),
        ] {
            assert_eq!(key(one) == key(other), same, "{one} {other}");
        }
    }
}
