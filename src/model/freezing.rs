//! Freezing a hub: closing it for good, which can be taken back for a while.

use std::time::Duration;

use super::hub::{MAX_LINE, line};
use crate::clock::Timestamp;

/// For how many days a hub that was frozen can be opened again by its organizers.
pub const UNFREEZE_DAYS: u32 = 30;

/// What is said where nobody wrote anything else.
pub const CLOSING_WORDS: &str = "It is over. Everything in it stays here to be read.";

/// The longest such sentence, in characters.
pub const MAX_CLOSING_WORDS: usize = MAX_LINE;

/// What organizers say about the end of their hub, as typed: on one line, and [`CLOSING_WORDS`]
/// where that is empty; `None` where it is too long.
pub fn closing_words(typed: &str) -> Option<String> {
    let words = line(typed, usize::MAX);
    match words.chars().count() {
        0 => Some(CLOSING_WORDS.to_owned()),
        1..=MAX_CLOSING_WORDS => Some(words),
        _ => None,
    }
}

/// Until when freezing can be taken back.
pub fn unfreezes_until(frozen_at: Timestamp) -> Timestamp {
    frozen_at.plus(Duration::from_secs(86_400) * UNFREEZE_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_line_of_at_most_two_hundred_characters() {
        assert_eq!(closing_words(" \n ").as_deref(), Some(CLOSING_WORDS));
        assert_eq!(closing_words("Thank you,\nall!").as_deref(), Some("Thank you, all!"));
        assert!(closing_words(&"ü".repeat(200)).is_some());
        assert_eq!(closing_words(&"ü".repeat(201)), None);
        assert!(CLOSING_WORDS.chars().count() <= MAX_CLOSING_WORDS);
    }

    #[test]
    fn it_is_taken_back_for_thirty_days() {
        let day = Timestamp::from_micros(86_400_000_000);
        assert_eq!(unfreezes_until(day), Timestamp::from_micros(31 * 86_400_000_000));
    }
}
