//! Cutting a text into words, and folding them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What Persian writes between the parts of a word, where others put a blank, or nothing.
pub const NON_JOINER: char = '\u{200c}';

/// A word; in a script without blanks one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its letters and digits, without case and accents: never empty.
    pub folded: String,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Whether it is a character of a script without blanks.
    pub is_unspaced: bool,
    /// Whether it is that, and so is the piece before it, which it touches.
    pub follows: bool,
    /// Where an apostrophe or a non-joiner stands in it; none in most.
    joints: Vec<Joint>,
}

/// What stands between two parts of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Joint {
    /// Where it would stand in what is folded, in bytes.
    folded: usize,
    /// Where it begins in the text.
    start: usize,
    /// Where it ends.
    end: usize,
}

/// A part of a word, between its joints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its letters and digits, as in [`Piece::folded`].
    pub folded: &'a str,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Piece {
    /// Its parts, where joints divide it: `L’été` is a word, and so are `L` and `été`.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let ends = self.joints.iter().map(|joint| (joint.folded, joint.start));
        let begins = self.joints.iter().map(|joint| (joint.folded, joint.end));
        let ends = ends.chain([(self.folded.len(), self.end)]);
        let parts = std::iter::once((0, self.start)).chain(begins).zip(ends);
        let parts = parts.map(|((from, start), (to, end))| Part {
            folded: &self.folded[from..to],
            start,
            end,
        });
        parts.filter(|part| !self.joints.is_empty() && !part.folded.is_empty())
    }
}

/// The pieces of a text, in order.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // Whether the last piece goes on.
    let mut open = false;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if is_silent(c) {
            if let Some(last) = pieces.last_mut().filter(|_| open) {
                last.end = end;
                if is_apostrophe(c) || c == NON_JOINER {
                    let folded = last.folded.len();
                    last.joints.push(Joint { folded, start, end });
                }
            }
            continue;
        }
        let folded = fold(c);
        if folded.is_empty() {
            open = false;
            continue;
        }
        let is_unspaced = is_unspaced(c);
        match pieces.last_mut().filter(|_| open) {
            Some(last) if !is_unspaced && !last.is_unspaced => {
                last.folded.push_str(&folded);
                last.end = end;
            }
            // A vowel sign of Thai belongs to its consonant.
            Some(last) if is_unspaced && last.is_unspaced && is_combining_mark(c) => {
                last.folded.push_str(&folded);
                last.end = end;
            }
            last => {
                let follows = is_unspaced && last.is_some_and(|last| last.is_unspaced);
                let joints = Vec::new();
                pieces.push(Piece { folded, start, end, is_unspaced, follows, joints });
            }
        }
        open = true;
    }
    pieces.into_iter()
}

/// A character without case, width and accents; empty where it is no part of a word.
fn fold(c: char) -> String {
    if c.is_ascii_alphanumeric() {
        return c.to_ascii_lowercase().to_string();
    }
    if c.is_ascii() {
        return String::new();
    }
    let bare: String = c.nfkd().filter(|c| !is_silent(*c)).nfc().collect();
    let is_word = |c: &char| c.is_alphanumeric() || is_combining_mark(*c);
    bare.to_lowercase().nfkd().filter(|c| !is_silent(*c)).nfc().filter(is_word).fold(
        String::new(),
        |mut folded, c| {
            match spelt_out(c) {
                Some(letters) => folded.push_str(letters),
                None => folded.push(c),
            }
            folded
        },
    )
}

/// Letters that are one more than an accent away from those that people type instead.
const fn spelt_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        'ς' => "σ",
        // Alef maksura and Farsi yeh, keheh: keyboards differ.
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ٱ' => "ا",
        _ => return None,
    })
}

/// What does not count, and does not end a word either: accents of the scripts that can be written
/// without (Latin, Greek, Cyrillic, Hebrew, Arabic), the stretch of Arabic, and what has no width.
const fn is_silent(c: char) -> bool {
    is_apostrophe(c)
        || matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'
        | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// `dont` finds `don’t`, and `université` finds `l’université`.
const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}')
}

/// Scripts that put no blanks between words: Thai to Khmer, kana, Chinese characters.
const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}
