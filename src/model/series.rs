//! Series of hubs: what the next hub, and all of them together, would be called.

use super::slug::{Slug, SlugError};

/// The longest name, in characters: that of a hub.
pub use super::hub::MAX_TITLE;

/// What is said where another series has the name.
pub const TAKEN: &str = "Another series has this name: choose another.";

/// A text whose year is the next one: `Harbour Days 2026` becomes `Harbour Days 2027`. None where
/// no year stands in it.
pub fn next_year(text: &str) -> Option<String> {
    let (before, year, after) = split_at_year(text)?;
    Some(format!("{before}{}{after}", year + 1))
}

/// A title without its year: `Harbour Days 2026` is one of `Harbour Days`.
pub fn without_year(title: &str) -> String {
    let Some((before, _, after)) = split_at_year(title) else { return title.to_owned() };
    let ends = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '·' | ',' | ':' | '/');
    let (before, after) = (before.trim_end_matches(ends), after.trim_start_matches(ends));
    match (before.is_empty(), after.is_empty()) {
        (true, true) => title.to_owned(),
        (true, false) => after.to_owned(),
        (false, true) => before.to_owned(),
        (false, false) => format!("{before} {after}"),
    }
}

/// What stands before the last year of a text, the year, and what stands after it.
fn split_at_year(text: &str) -> Option<(&str, u16, &str)> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let starts = (0..bytes.len().saturating_sub(3)).rev();
    for at in starts {
        let alone = !is_digit(at + 4) && (at == 0 || !is_digit(at - 1));
        if alone && (at..at + 4).all(is_digit) {
            let year: u16 = text.get(at..at + 4)?.parse().ok()?;
            if (1990..2100).contains(&year) {
                return Some((text.get(..at)?, year, text.get(at + 4..)?));
            }
        }
    }
    None
}

/// A series' name in addresses, made of its title.
pub fn slug_of(title: &str) -> Result<Slug, SlugError> {
    Slug::for_series(&Slug::suggest(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_found_and_moved() {
        for (title, next, series) in [
            ("Harbour Days 2026", Some("Harbour Days 2027"), "Harbour Days"),
            ("harbour-days-2026", Some("harbour-days-2027"), "harbour-days"),
            ("2026: Harbour", Some("2027: Harbour"), "Harbour"),
            ("Room 1024, 2026 in Lisbon", Some("Room 1024, 2027 in Lisbon"), "Room 1024 in Lisbon"),
            ("Expo 12026", None, "Expo 12026"),
            ("港の日 2026", Some("港の日 2027"), "港の日"),
            ("2026", Some("2027"), "2026"),
            ("Rust", None, "Rust"),
            ("", None, ""),
        ] {
            assert_eq!(next_year(title).as_deref(), next, "{title}");
            assert_eq!(without_year(title), series, "{title}");
        }
    }

    #[test]
    fn a_series_is_called_in_addresses_as_its_title_says() {
        assert_eq!(slug_of("Harbour Days").unwrap().as_str(), "harbour-days");
        assert!(slug_of("港の日").is_err(), "no letter of it can stand there");
    }
}
