//! Addresses as people type them into a form: without the scheme that their browser hides.

use std::borrow::Cow;

/// What is said of an address of another scheme, where `https://` may be left out.
pub const ONLY_WEB: &str = "Type an address on the web, of https:// or http://.";

/// What somebody typed, with `https://` before it where it is a host, or a host and what follows
/// it. All else stays as it is, so that [`super::WebUrl::parse`] says what is wrong with it.
///
/// For forms only: software that leaves the scheme out means `http`.
///
/// ```
/// use backchannel::model::web_url::as_typed;
/// assert_eq!(as_typed(" ada.example/post "), "https://ada.example/post");
/// assert_eq!(as_typed("mailto:ada@example.org"), "mailto:ada@example.org");
/// ```
pub fn as_typed(typed: &str) -> Cow<'_, str> {
    let trimmed = typed.trim();
    if is_bare(trimmed) { Cow::Owned(format!("https://{trimmed}")) } else { Cow::Borrowed(typed) }
}

/// Whether this begins with a host's name that has a full stop in it, and has no scheme.
fn is_bare(address: &str) -> bool {
    let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let inner = host.trim_end_matches('.');
    is_port && inner.contains('.') && !inner.starts_with('.') && host.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::as_typed;

    #[test]
    fn a_bare_host_gets_the_scheme_that_browsers_hide() {
        let bare = [
            "ada.example",
            "www.ada.example/2003/03/post.html?a=b#c",
            "ada.example:8443/post",
            "ada.example?p=12",
            "bücher.example/über",
            "ada.example./post",
        ];
        for typed in bare {
            assert_eq!(as_typed(typed), format!("https://{typed}"));
        }
        assert_eq!(as_typed("\tada.example/1\n"), "https://ada.example/1");
    }

    #[test]
    fn everything_else_stays_as_it_was_typed() {
        let other = [
            "",
            "  ",
            "http://ada.example/",
            "HTTPS://ada.example/",
            "http//ada.example/",
            "http;//ada.example/",
            "ftp://ada.example/",
            "mailto:ada@example.org",
            "ada@example.org",
            "javascript:alert(1.5)",
            "ada.example:pass@host/",
            "no address",
            "localhost/1",
            "/post.html",
            "...",
        ];
        for typed in other {
            assert_eq!(as_typed(typed), typed);
        }
    }
}
