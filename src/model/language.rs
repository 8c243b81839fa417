//! Languages of posts: tags, and what people call them.

use super::hub::is_language_tag;

/// A language tag in lower case: `de`, `pt-br`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Language(String);

impl Language {
    /// Reads a tag of BCP 47's shape, in any case.
    pub fn parse(tag: &str) -> Option<Self> {
        is_language_tag(tag).then(|| Self(tag.to_ascii_lowercase()))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag without region and script: `pt`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(&self) -> bool {
        let in_latin = self.0.contains("-latn");
        RIGHT_TO_LEFT.contains(&self.primary()) && !in_latin
    }

    /// `German`, or the tag where its name is not known.
    pub fn name(&self) -> &str {
        let named = NAMES.iter().find(|(tag, _)| *tag == self.0);
        named.map_or(self.0.as_str(), |(_, name)| name)
    }
}

/// Those that are written from right to left.
const RIGHT_TO_LEFT: &[&str] =
    &["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"];

/// The languages that blogs are written in most.
const NAMES: &[(&str, &str)] = &[
    ("ar", "Arabic"),
    ("bg", "Bulgarian"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("cy", "Welsh"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("eu", "Basque"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("ga", "Irish"),
    ("gl", "Galician"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hr", "Croatian"),
    ("hu", "Hungarian"),
    ("id", "Indonesian"),
    ("is", "Icelandic"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("lt", "Lithuanian"),
    ("lv", "Latvian"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("nn", "Nynorsk"),
    ("no", "Norwegian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pt-br", "Brazilian Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sk", "Slovak"),
    ("sl", "Slovene"),
    ("sr", "Serbian"),
    ("sv", "Swedish"),
    ("th", "Thai"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("vi", "Vietnamese"),
    ("zh", "Chinese"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_written_from_right_to_left() {
        for (tag, expected) in [
            ("ar", true),
            ("he-IL", true),
            ("fa", true),
            ("az-Latn", false),
            ("ur-Latn", false),
            ("en", false),
        ] {
            assert_eq!(Language::parse(tag).unwrap().is_right_to_left(), expected, "{tag}");
        }
    }

    #[test]
    fn a_tag_has_one_case_and_perhaps_a_name() {
        for (tag, name, primary) in [
            ("de", "German", "de"),
            ("PT-br", "Brazilian Portuguese", "pt"),
            ("de-AT", "de-at", "de"),
            ("gsw", "gsw", "gsw"),
        ] {
            let language = Language::parse(tag).unwrap();
            assert_eq!((language.name(), language.primary()), (name, primary));
        }
        for tag in ["", "german", "de_AT", "d\0"] {
            assert_eq!(Language::parse(tag), None, "{tag}");
        }
        assert!(NAMES.is_sorted(), "each once, in order");
    }
}
