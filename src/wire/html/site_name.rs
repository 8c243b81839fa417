//! A page's title in two: what the post is called, and what its site is.

use crate::model::text;

/// Separators that stand for nothing else: what is behind the last one is the site's name.
const STRONG: &[&str] = &[" | ", " « ", " » ", " ‹ ", " › ", " :: ", " · ", " • ", " ~ "];

/// Separators that occur in titles of posts, too.
const WEAK: &[&str] = &[" — ", " – ", " - ", " -- ", ": "];

/// Longest name of a site that is taken on a guess, in characters.
const MAX_GUESS: usize = 60;

/// Most separators in a title: with more, it is no title.
const MAX_CUTS: usize = 12;

/// A title in two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parted {
    pub(super) post: String,
    pub(super) site: String,
}

/// What is known of the page besides its title.
pub(super) struct Hints<'a> {
    /// Names of the site, surely.
    pub(super) sites: &'a [String],
    /// Headings, and what else may be the post's title.
    pub(super) headings: &'a [String],
    /// The page's host.
    pub(super) host: &'a str,
}

/// Parts `title`, if it is clear where.
///
/// A side that is the site's name, or whose other side is a heading of the page, decides; then
/// a separator that only stands there; then a name that resembles the host.
pub(super) fn part(title: &str, hints: &Hints<'_>) -> Option<Parted> {
    let mut cuts: Vec<(usize, &str)> = STRONG
        .iter()
        .chain(WEAK)
        .flat_map(|separator| title.match_indices(separator))
        .filter(|(at, separator)| *at > 0 && at + separator.len() < title.len())
        .collect();
    if cuts.len() > MAX_CUTS {
        return None;
    }
    cuts.sort_unstable();
    known(title, &cuts, hints.sites)
        .or_else(|| by_heading(title, &cuts, hints.headings))
        .or_else(|| {
            let (at, separator) = cuts.iter().rfind(|(_, s)| STRONG.contains(s))?;
            Some(site_last(title, (*at, separator))).filter(is_short)
        })
        .or_else(|| {
            let cut = cuts.last()?;
            Some(site_last(title, *cut)).filter(|parted| resembles(&parted.site, hints.host))
        })
}

/// `title` without the name of its site, where that is known for sure.
pub(super) fn without(title: &str, sites: &[String]) -> Option<String> {
    let hints = Hints { sites, headings: &[], host: "" };
    part(title, &hints).filter(|parted| is_one_of(&parted.site, sites)).map(|parted| parted.post)
}

fn known(title: &str, cuts: &[(usize, &str)], sites: &[String]) -> Option<Parted> {
    let last = cuts.iter().map(|cut| site_last(title, *cut)).find(|p| is_one_of(&p.site, sites));
    last.or_else(|| {
        cuts.iter().rev().map(|cut| site_first(title, *cut)).find(|p| is_one_of(&p.site, sites))
    })
}

fn by_heading(title: &str, cuts: &[(usize, &str)], headings: &[String]) -> Option<Parted> {
    let last = cuts.iter().rev().map(|cut| site_last(title, *cut));
    let first = cuts.iter().map(|cut| site_first(title, *cut));
    // A blog's name often is a heading, too: the post first, as nearly all themes have it.
    last.chain(first).filter(is_short).find(|parted| is_one_of(&parted.post, headings))
}

fn site_last(title: &str, (at, separator): (usize, &str)) -> Parted {
    let post = title[..at].trim().to_owned();
    Parted { post, site: title[at + separator.len()..].trim().to_owned() }
}

fn site_first(title: &str, (at, separator): (usize, &str)) -> Parted {
    let site = title[..at].trim().to_owned();
    Parted { site, post: title[at + separator.len()..].trim().to_owned() }
}

fn is_short(parted: &Parted) -> bool {
    parted.site.chars().nth(MAX_GUESS).is_none()
}

fn is_one_of(name: &str, names: &[String]) -> bool {
    let name = squashed(name);
    !name.is_empty() && names.iter().any(|other| squashed(other) == name)
}

/// `Ada's Blog` resembles `adas-blog.example`.
fn resembles(name: &str, host: &str) -> bool {
    let (name, host) = (squashed(name), squashed(host));
    name.len() >= 4 && host.contains(&name)
}

/// Letters and digits only, in lower case; all of it where there are none.
fn squashed(text: &str) -> String {
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if bare.is_empty() { text.to_owned() } else { bare.to_lowercase() }
}

/// The site's name in the title of one of its feeds: `Ada's blog » Feed`, `Ada's blog - RSS`.
pub(super) fn of_feed(title: &str) -> Option<String> {
    let mut rest = title.split(" » ").next().unwrap_or_default();
    if squashed(title).contains("comment") {
        return None;
    }
    loop {
        let trimmed = rest.trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, '-' | '–' | '—' | '|' | ':' | '·' | '»' | '(' | ')')
        });
        let word = trimmed.rsplit(char::is_whitespace).next().unwrap_or_default();
        let bare = word.trim_start_matches('(');
        if !is_feed_word(bare) {
            let name = text::tidy(trimmed);
            return (!is_generic(&name)).then_some(name);
        }
        rest = &trimmed[..trimmed.len() - bare.len()];
    }
}

fn is_feed_word(word: &str) -> bool {
    ["feed", "rss", "rss2", "atom", "json", "xml", "2.0", "1.0", "1.1"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

/// Names that feeds have on every site.
fn is_generic(name: &str) -> bool {
    ["", "subscribe", "posts", "all posts", "recent entries", "recent posts", "blog", "entries"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(title: &str, sites: &[&str], headings: &[&str], host: &str) -> Option<String> {
        let owned = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        let (sites, headings) = (owned(sites), owned(headings));
        let hints = Hints { sites: &sites, headings: &headings, host };
        part(title, &hints).map(|parted| format!("{} @ {}", parted.post, parted.site))
    }

    #[test]
    fn a_title_is_parted_where_it_is_clear() {
        for (title, sites, headings, host, expected) in [
            ("Day one | Ada's blog", &[][..], &[][..], "", Some("Day one @ Ada's blog")),
            ("Day one « Ada's blog", &[], &[], "", Some("Day one @ Ada's blog")),
            ("A | B | Ada's blog", &[], &[], "", Some("A | B @ Ada's blog")),
            ("Day one – Ada's blog", &["Ada’s Blog"], &[], "", Some("Day one @ Ada's blog")),
            ("Ada's blog: Day one", &["Ada's blog"], &[], "", Some("Day one @ Ada's blog")),
            ("Ada's blog | Day one", &["Ada's blog"], &[], "", Some("Day one @ Ada's blog")),
            ("Rust - a love story - Ada", &["ada"], &[], "", Some("Rust - a love story @ Ada")),
            ("Day one – Ada's blog", &[], &["Day one"], "", Some("Day one @ Ada's blog")),
            ("Ada's blog: Day one", &[], &["Day one"], "", Some("Day one @ Ada's blog")),
            ("Day one - Ada", &[], &["Ada", "Day one"], "", Some("Day one @ Ada")),
            ("Day one - Ada's blog", &[], &[], "adasblog.example", Some("Day one @ Ada's blog")),
            ("Rust - a love story", &[], &[], "adasblog.example", None),
            ("Rust: a love story", &[], &["Rust: a love story"], "", None),
            ("Day one", &["Day one"], &["Day one"], "dayone.example", None),
            ("Day one – ", &[], &[], "", None),
            (" | Ada", &[], &[], "", None),
            ("", &[""], &[""], "", None),
            ("a - b", &["-"], &["-"], "", None),
        ] {
            assert_eq!(parts(title, sites, headings, host).as_deref(), expected, "{title}");
        }
    }

    #[test]
    fn only_a_known_name_is_taken_off_other_titles() {
        let sites = ["Ada's blog".to_owned()];
        assert_eq!(without("Day one | Ada's blog", &sites).as_deref(), Some("Day one"));
        assert_eq!(without("Day one | part two", &sites), None);
    }

    #[test]
    fn a_feed_is_named_after_its_site() {
        for (title, name) in [
            ("Ada's blog » Feed", Some("Ada's blog")),
            ("Ada's blog » Flux", Some("Ada's blog")),
            ("Ada's blog - RSS", Some("Ada's blog")),
            ("Ada's blog - Atom", Some("Ada's blog")),
            ("Ada's blog (RSS 2.0)", Some("Ada's blog")),
            ("Ada's blog RSS Feed", Some("Ada's blog")),
            ("Ada's blog", Some("Ada's blog")),
            ("Ada's blog » Comments Feed", None),
            ("Recent Entries", None),
            ("RSS", None),
            ("RSS Feed", None),
            ("", None),
        ] {
            assert_eq!(of_feed(title).as_deref(), name, "{title}");
        }
    }
}
