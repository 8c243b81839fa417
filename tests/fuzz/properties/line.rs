//! What we store and show: a line of plain text.

use backchannel::model::text;
use unicode_normalization::is_nfc;

/// Holds where `line` is one tidy line of at most `most` characters (security.md T11).
pub fn is_tidy(line: &str, most: usize) {
    assert!(line.chars().count() <= most, "{} characters: {line:?}", line.chars().count());
    assert_eq!(line, line.trim(), "blanks at an end");
    assert!(!line.contains("  "), "two blanks: {line:?}");
    for c in line.chars() {
        assert!(c == ' ' || !c.is_whitespace(), "{c:?} in {line:?}");
        assert!(!c.is_control(), "{c:?} in {line:?}");
        let is_hidden = matches!(c,
            '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}');
        assert!(!is_hidden, "{c:?} in {line:?}");
    }
    assert!(is_nfc(line), "not in NFC: {line:?}");
    assert_eq!(text::tidy(line), line, "tidied again it is another");
}
