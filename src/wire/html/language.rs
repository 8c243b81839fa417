//! Language tags.

use crate::model::hub::is_language_tag;

/// The first language tag in `value`: `pt_BR` of Open Graph is `pt-BR`.
pub(super) fn tag(value: &str) -> Option<String> {
    let tag = value.split([',', '.']).next().unwrap_or_default().trim().replace('_', "-");
    is_language_tag(&tag).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_language_tag_is_none() {
        for (value, expected) in [
            ("en", Some("en")),
            (" de-AT ", Some("de-AT")),
            ("pt_BR", Some("pt-BR")),
            ("en_US.UTF-8", Some("en-US")),
            ("fr, en", Some("fr")),
            ("zh-Hant-TW", Some("zh-Hant-TW")),
            ("", None),
            ("*", None),
            ("x", None),
            ("english language", None),
            ("english", None),
            ("zh-Hant-TW-x-longerthan35charactersinall", None),
            ("en-", None),
            ("<en>", None),
        ] {
            assert_eq!(tag(value).as_deref(), expected, "{value}");
        }
    }
}
