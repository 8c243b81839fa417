//! Words in texts: case, width and blanks do not count, the ends of words do.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text for comparison: NFKC, lower case, single blanks. Twice is once.
pub fn folded(text: &str) -> String {
    // A capital sigma has two small letters; here it has one.
    let lower = text.nfkc().collect::<String>().to_lowercase().replace('ς', "σ");
    let normal: String = lower.nfkc().filter(|c| !is_invisible(*c)).collect();
    normal.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Soft hyphens and joiners of no width, which hide words from a reader of bytes.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Whether a folded phrase stands in a folded text as whole words.
pub fn is_in(phrase: &str, text: &str) -> bool {
    let (Some(first), Some(last)) = (phrase.chars().next(), phrase.chars().next_back()) else {
        return false;
    };
    let mut from = 0;
    while let Some(found) = text[from..].find(phrase) {
        let start = from + found;
        let end = start + phrase.len();
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        if is_edge(before, first) && is_edge(after, last) {
            return true;
        }
        from = start + first.len_utf8();
    }
    false
}

/// Whether a word ends between two characters that stand side by side.
fn is_edge(outside: Option<char>, inside: char) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let Some(outside) = outside else { return true };
    !is_word(outside) || !is_word(inside) || is_unspaced(outside) || is_unspaced(inside)
}

/// Scripts that put no blanks between words: Thai to Khmer, kana, Chinese characters.
const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_whole_and_literal() {
        for (phrase, text, said) in [
            ("casino", "The Casino, at night", true),
            ("casino", "casinos", false),
            ("casino", "mycasino", false),
            ("casino", "casino-bonus", true),
            ("casino", "http://x.example/casino?x=1", true),
            ("cheap pills", "CHEAP   pills!", true),
            ("cheap pills", "cheap red pills", false),
            ("a.c", "abc", false),
            ("a.*c", "abbbc", false),
            ("c++", "I like C++.", true),
            ("c++", "c++20", true),
            ("straße", "STRASSE", false),
            ("éa", "E\u{301}A", true),
            ("ｃａｓｉｎｏ", "casino", true),
            ("casino", "ca\u{ad}si\u{200b}no", true),
            ("ΟΔΟΣ", "οδος", true),
            ("カジノ", "オンラインカジノで遊ぶ", true),
            ("казино", "Лучшее КАЗИНО", true),
            ("e", "e\u{308}x e", true),
            ("aba", "xaba aba", true),
        ] {
            assert_eq!(is_in(&folded(phrase), &folded(text)), said, "{phrase} in {text}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn nothing_panics(phrase in "\\PC{0,6}", text in "\\PC{0,60}") {
            let _said = is_in(&folded(&phrase), &folded(&text));
        }
    }
}
