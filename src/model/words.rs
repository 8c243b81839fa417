//! Words to search for: case, width and accents do not count, and the beginning of a word is
//! enough.
//!
//! Both databases are given words that were folded here, and what is found is marked by the same
//! rules. Scripts that put no blanks between words are kept as pairs of neighbouring characters.

mod fold;

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::text::{self, tidy};
use fold::{NON_JOINER, Piece, pieces};

/// The most that is searched for, in characters.
pub const MAX_SEARCH: usize = 100;
/// The most words that are searched for; further ones are left out.
pub const MAX_SEARCH_WORDS: usize = 8;
/// The most beginnings of words that a database looks for: scripts without blanks have more of them
/// than words.
const MAX_BEGINNINGS: usize = 24;
/// The longest word that is kept, in characters: longer ones are found by their beginning.
const MAX_WORD: usize = 64;
/// How many characters of a text are seen of it in a list: three lines on a small phone.
const SEEN: usize = 100;
/// How many characters of a text stand before the first word that was found in it.
const LEAD: usize = 48;

/// What somebody searches for: all of these words, or words that begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    text: String,
    words: Vec<String>,
}

impl Search {
    /// Reads what was typed; `None` where nothing was. It is cut to [`MAX_SEARCH`] characters and
    /// [`MAX_SEARCH_WORDS`] words.
    pub fn parse(typed: &str) -> Option<Self> {
        // A letter and its accents are cut together.
        let typed: String = typed.chars().take(4 * MAX_SEARCH).nfc().collect();
        let mut text = String::new();
        let mut count = 0;
        for part in text::cut(&tidy(&typed), MAX_SEARCH).split(' ') {
            count += pieces(&parted(part)).filter(|piece| !piece.follows).count();
            if count > MAX_SEARCH_WORDS && !text.is_empty() {
                break;
            }
            text.extend([if text.is_empty() { "" } else { " " }, part]);
        }
        let words: BTreeSet<String> = folded(&parted(&text), Pairs::Searched);
        (!text.is_empty())
            .then(|| Self { text, words: words.into_iter().take(MAX_BEGINNINGS).collect() })
    }

    /// What was typed, as far as it is searched for.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The beginnings of words that must all be there: letters, digits and marks only. None where
    /// what was typed has no words.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// A text with what was found in it marked.
    pub fn mark(&self, text: &str) -> Marked {
        let mut parts: Vec<Part> = Vec::new();
        let mut push = |text: &str, is_hit: bool| match parts.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.is_hit == is_hit => last.text.push_str(text),
            _ => parts.push(Part { text: text.to_owned(), is_hit }),
        };
        let mut done = 0;
        for (start, end) in self.hits(text) {
            push(&text[done..start.max(done)], false);
            push(&text[start.max(done)..end], true);
            done = end;
        }
        push(&text[done..], false);
        Marked { parts }
    }

    /// The part of a text whose beginning shows the first word that was found in it: at most `max`
    /// characters.
    pub fn around(&self, text: &str, max: usize) -> String {
        let first = self.hits(text).first().copied();
        let Some((start, end)) = first.filter(|(start, _)| *start > LEAD) else {
            return text::shorten(text, max);
        };
        let from = text[..start].char_indices().rev().take(LEAD).last().map_or(0, |(at, _)| at);
        // From the next word on, where there is one before the hit.
        let from = text[from..start].find(' ').map_or(from, |blank| from + blank + 1);
        if from == 0 || text[..end].chars().nth(SEEN.min(max)).is_none() {
            return text::shorten(text, max);
        }
        format!("…{}", text::shorten(&text[from..], max.saturating_sub(1)))
    }

    /// Whether each of the words begins a word of these texts.
    pub fn names(&self, texts: &[&str]) -> bool {
        let there = index(texts);
        let is_there = |word: &String| there.iter().any(|this| this.starts_with(word.as_str()));
        !self.words.is_empty() && self.words.iter().all(is_there)
    }

    /// Where words stand that were searched for: byte ranges in order, which may overlap.
    fn hits(&self, text: &str) -> Vec<(usize, usize)> {
        let all: Vec<Piece> = pieces(text).collect();
        let mut hits = Vec::new();
        for (at, piece) in all.iter().enumerate() {
            let next = all.get(at + 1).filter(|next| next.follows);
            let is_hit = |word: &String| match next {
                Some(next) if piece.is_unspaced => {
                    let pair = format!("{}{}", piece.folded, next.folded);
                    *word == pair || piece.folded.starts_with(word.as_str())
                }
                _ => piece.folded.starts_with(word.as_str()),
            };
            let found: Vec<&String> = self.words.iter().filter(|word| is_hit(word)).collect();
            let end = match next {
                Some(next) if found.iter().any(|word| word.len() > piece.folded.len()) => next.end,
                _ => piece.end,
            };
            if found.is_empty() {
                let parts = piece.parts().filter(|part| self.begins(part.folded));
                hits.extend(parts.map(|part| (part.start, part.end)));
            } else {
                hits.push((piece.start, end));
            }
        }
        hits
    }

    /// Whether a word begins with one that is searched for.
    fn begins(&self, folded: &str) -> bool {
        self.words.iter().any(|word| folded.starts_with(word.as_str()))
    }
}

/// A text in parts, some of which were searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// The parts, in order.
    pub parts: Vec<Part>,
}

impl Marked {
    /// A text in which nothing is marked.
    pub fn plain(text: String) -> Self {
        Self { parts: vec![Part { text, is_hit: false }] }
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.text.is_empty())
    }
}

impl std::fmt::Display for Marked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.parts.iter().try_for_each(|part| f.write_str(&part.text))
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The text, which is not escaped.
    pub text: String,
    /// Whether it was searched for.
    pub is_hit: bool,
}

/// All words of some texts, each once, as the databases keep them.
pub fn index(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().flat_map(|text| folded(text, Pairs::Kept)).collect()
}

/// What is typed with a non-joiner finds what is written with one, or with a blank.
fn parted(typed: &str) -> String {
    typed.replace(NON_JOINER, " ")
}

/// What becomes of a script without blanks, and of words with joints: apostrophes, and the
/// non-joiner of Persian.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pairs {
    /// Each two neighbours, and the last one, so that each character begins a word; the word, and
    /// its parts.
    Kept,
    /// Each two neighbours; the one that has none alone; the word only.
    Searched,
}

fn folded(text: &str, pairs: Pairs) -> BTreeSet<String> {
    let all: Vec<Piece> = pieces(text).collect();
    let mut words = BTreeSet::new();
    for (at, piece) in all.iter().enumerate() {
        let next = all.get(at + 1).filter(|next| next.follows);
        match next {
            Some(next) if piece.is_unspaced => {
                words.insert(format!("{}{}", piece.folded, next.folded));
            }
            None if piece.follows && pairs == Pairs::Searched => {}
            _ => {
                let parts = piece.parts().filter(|_| pairs == Pairs::Kept);
                let all = parts.map(|part| part.folded).chain([piece.folded.as_str()]);
                words.extend(all.map(|word| word.chars().take(MAX_WORD).collect::<String>()));
            }
        }
    }
    words
}

#[cfg(test)]
mod tests;
