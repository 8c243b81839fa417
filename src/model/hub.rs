//! Hubs: languages, and limits of what organizers type.

use super::text;

/// The longest title of a hub or category, in characters.
pub const MAX_TITLE: usize = 100;
/// The longest tagline, place or link text, in characters.
pub const MAX_LINE: usize = 200;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 2_000;
/// The longest about page, in characters.
pub const MAX_ABOUT: usize = 20_000;
/// The most categories in one hub (`security.md` T34).
pub const MAX_CATEGORIES: i64 = 50;
/// The most feeds that one hub follows.
pub const MAX_FEEDS: i64 = 100;

/// What an organizer typed on one line, as text: controls dropped, blanks folded, cut.
pub fn line(typed: &str, max: usize) -> String {
    text::cut(&text::tidy(typed), max)
}

/// Paragraphs as typed: each on one line, one blank line between them.
pub fn paragraphs(typed: &str) -> String {
    let lines = typed.lines().map(text::tidy);
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in lines {
        match (line.is_empty(), paragraphs.last_mut()) {
            (true, _) => paragraphs.push(String::new()),
            (false, Some(last)) if !last.is_empty() => {
                last.push(' ');
                last.push_str(&line);
            }
            (false, Some(last)) => *last = line,
            (false, None) => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

/// A text of many lines as typed: line breaks as `\n`, what has no place in a text dropped, blanks
/// kept but for those at the ends of the text.
pub fn lines(typed: &str) -> String {
    let kept = |line: &str| -> String {
        line.chars().filter(|c| *c == '\t' || !text::is_dropped(*c)).collect()
    };
    let lines: Vec<String> = typed.lines().map(|line| kept(line.trim_end_matches('\r'))).collect();
    lines.join("\n").trim_matches('\n').trim_end().to_owned()
}

/// A language tag such as `en`, `de-AT`, `zh-Hant`: letters, digits and hyphens (BCP 47's shape).
pub fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()))
        && tag.len() <= 35
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_have_their_shape() {
        for good in ["en", "de-AT", "zh-Hant", "sr-Latn-RS", "gsw"] {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["", "e", "english", "en_US", "en-", "12", "en-toolongsubtag"] {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }

    #[test]
    fn lines_keep_their_blanks() {
        assert_eq!(lines("\r\n# a\0  \r\n\r\n    b\u{202e}\n\n"), "# a  \n\n    b");
    }

    #[test]
    fn paragraphs_stay_paragraphs() {
        assert_eq!(paragraphs("a\r\n b\n\n\n\u{0}c\n"), "a b\n\nc");
    }
}
