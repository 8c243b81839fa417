use proptest::prelude::*;

use super::*;

fn finds(search: &str, text: &str) -> bool {
    let search = Search::parse(search).unwrap();
    let kept = index(&[text]);
    !search.words().is_empty()
        && search.words().iter().all(|word| kept.iter().any(|kept| kept.starts_with(word)))
}

#[test]
fn words_are_found_by_their_beginnings_without_case_and_accents() {
    for (search, text, found) in [
        ("cafe", "Café au lait", true),
        ("CAFÉ", "cafe", true),
        ("cafe\u{301}", "Café", true),
        ("caf", "Café", true),
        ("afé", "Café", false),
        ("rss atom", "Atom or RSS?", true),
        ("rss json", "Atom or RSS?", false),
        ("strasse", "Straße", true),
        ("STRAẞE", "strasse", true),
        ("Ångström", "angstrom", true),
        ("smorrebrod", "Smørrebrød", true),
        ("istanbul", "İSTANBUL", true),
        ("ΟΔΟΣ", "οδός", true),
        ("dont", "I don’t know", true),
        ("don't", "I dont know", true),
        ("été", "L’été à la plage", true),
        ("l'ete", "L’été à la plage", true),
        ("universite avion", "L'université de Lyon et l’avion", true),
        ("reilly", "O'Reilly OS X Con", true),
        ("oreilly", "O'Reilly OS X Con", true),
        ("o'reilly", "OReilly", true),
        ("roll", "rock'n'roll", true),
        ("rocknroll", "rock'n'roll", true),
        ("rock'roll", "rock'n'roll", false),
        ("c++", "C++ and C", true),
        ("foo-bar", "bar foo", true),
        ("ﬁsh", "fish", true),
        ("ｒｓｓ", "RSS", true),
        ("1.5", "version 1.5", true),
        ("猫", "吾輩は猫である。", true),
        ("吾輩は", "吾輩は猫である。", true),
        ("輩吾", "吾輩は猫である。", false),
        ("である", "吾輩は猫である。", true),
        ("RSSを読む", "RSSを読むこと", true),
        ("한국", "한국어로 쓰기", true),
        ("ไทย", "ภาษาไทยง่าย", true),
        ("كتاب", "كِتَاب جديد", true),
        ("احمد", "أحمد", true),
        ("میخواهم", "می\u{200C}خواهم", true),
        ("שלום", "שָׁלוֹם", true),
        ("йога", "Йога", true),
        ("हिन्दी", "हिन्दी में", true),
    ] {
        assert_eq!(finds(search, text), found, "{search} in {text}");
    }
}

#[test]
fn what_was_found_is_marked_whole() {
    for (search, text, marked) in [
        ("cafe", "The Café, the cafés", "The [Café], the [cafés]"),
        ("a", "<b>Ada & Bob</b>", "<b>[Ada] & Bob</b>"),
        ("吾輩は", "吾輩は猫", "[吾輩は]猫"),
        ("猫", "吾輩は猫である", "吾輩は[猫]である"),
        ("x", "nothing", "nothing"),
        ("don't", "don’t", "[don’t]"),
        ("été", "L’été, l'Étéignoir", "L’[été], l'[Étéignoir]"),
        ("letE", "L’été", "[L’été]"),
        ("reilly", "‘O'Reilly’", "‘O'[Reilly]’"),
        ("!", "what!", "what!"),
        ("e", "e\u{301}", "[e\u{301}]"),
    ] {
        let parts = Search::parse(search).unwrap().mark(text).parts;
        let said: String = parts
            .iter()
            .map(|part| if part.is_hit { format!("[{}]", part.text) } else { part.text.clone() })
            .collect();
        assert_eq!(said, marked, "{search}");
    }
}

#[test]
fn a_long_text_is_cut_around_the_first_word_found() {
    let long = format!("{}needle {}", "hay ".repeat(100), "straw ".repeat(100));
    let cut = Search::parse("needle").unwrap().around(&long, 200);
    assert!(cut.starts_with("…hay hay") && cut.ends_with('…'), "{cut}");
    assert!(cut.contains("needle") && cut.chars().count() <= 200, "{cut}");
    let begins = Search::parse("hay").unwrap().around(&long, 200);
    assert_eq!(begins, text::shorten(&long, 200));
    let unbroken = format!("{}猫{}", "あ".repeat(300), "い".repeat(300));
    let cut = Search::parse("猫").unwrap().around(&unbroken, 200);
    assert!(cut.contains('猫') && cut.chars().count() <= 200, "{cut}");
}

#[test]
fn a_search_has_its_limits_and_no_words_where_there_are_none() {
    assert_eq!(Search::parse(" \t\u{200b}"), None);
    assert_eq!(Search::parse("\0"), None);
    assert!(Search::parse("\"*():%_^-'").unwrap().words().is_empty());
    let many = Search::parse("a b c d e f g h i j").unwrap();
    assert_eq!((many.text(), many.words().len()), ("a b c d e f g h", 8));
    assert_eq!(Search::parse(&"x".repeat(10_000)).unwrap().text().len(), MAX_SEARCH);
    assert!(Search::parse(&"あ".repeat(10_000)).unwrap().words().len() <= MAX_SEARCH);
    assert!(Search::parse(&"a\u{301}".repeat(10_000)).is_some());
}

proptest! {
    #[test]
    fn a_text_is_found_by_its_own_words_and_marks_lose_nothing(
        text in "\\PC{0,40}", typed in "\\PC{0,20}", max in 0usize..60,
    ) {
        let text = tidy(&text);
        if let Some(search) = Search::parse(&typed) {
            prop_assert_eq!(search.mark(&text).to_string(), text.clone());
            prop_assert!(search.around(&text, max).chars().count() <= max.max(1));
            for word in search.words() {
                prop_assert!(!word.contains([' ', '"', '\'', '_', '*', '\\', '&', ':']));
            }
            let again = Search::parse(search.text()).unwrap();
            prop_assert_eq!(&again, &search);
        }
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if let Some(search) = Search::parse(word) {
                prop_assert!(search.words().is_empty() || finds(word, &text), "{} in {}", word, text);
            }
        }
    }
}
