//! Language tags.

/// Longest tag (RFC 5646 §4.4.1).
const MAX_TAG: usize = 35;

/// The first language tag in `value`: `pt_BR` of Open Graph is `pt-BR`.
pub(super) fn tag(value: &str) -> Option<String> {
    let tag = value.split([',', '.']).next().unwrap_or_default().trim().replace('_', "-");
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let first = tag.split('-').next().unwrap_or_default();
    let is_tag = tag.len() <= MAX_TAG
        && (2..=8).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && tag.split('-').all(is_subtag);
    is_tag.then_some(tag)
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
            ("en-", None),
            ("<en>", None),
        ] {
            assert_eq!(tag(value).as_deref(), expected, "{value}");
        }
    }
}
