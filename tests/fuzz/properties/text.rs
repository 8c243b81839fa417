//! What a stranger wrote, as a line: `model::text`.

use std::borrow::Cow;

use backchannel::model::text::{
    FIRST_WORDS_MAX, cut, first_words, plain, shorten, shorten_at_word, tidy,
};

use super::line;

const LENGTHS: [usize; 7] = [0, 1, 3, 14, 80, 255, 1_000];

/// Whatever was typed or sent becomes a tidy line; one that is tidy stays; a shorter one is the
/// beginning of it; and what is escaped comes back.
pub fn check(data: &[u8]) {
    let raw: Cow<'_, str> = String::from_utf8_lossy(data);
    line::is_tidy(&plain(&raw), usize::MAX);
    let tidied = tidy(&raw);
    line::is_tidy(&tidied, usize::MAX);
    for most in LENGTHS {
        let short = cut(&tidied, most);
        assert!(tidied.starts_with(&short));
        line::is_tidy(&short, most);
        assert_eq!(cut(&short, most), short);
        let short = shorten(&tidied, most);
        line::is_tidy(&short, most);
        assert_eq!(shorten(&short, most), short);
        // An ellipsis alone takes one.
        let short = shorten_at_word(&tidied, most.max(1));
        line::is_tidy(&short, most.max(1));
        assert!(short == tidied || tidied.starts_with(short.trim_end_matches('…')));
    }
    line::is_tidy(&first_words(&tidied, 5), FIRST_WORDS_MAX);
    assert!(first_words(&tidied, 5).split(' ').count() <= 5);
    let escaped = tidied.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert_eq!(plain(&escaped), tidied, "what is escaped once is decoded once");
}
