//! One way to write an address: pages are kept under it.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};

use super::pings::trackback;
use super::respond;

/// Where a page is that was asked for with letters, digits or `-._~` as `%xx`, which say the same as
/// they are (RFC 3986, 6.2.2.2); none where the path is written well. A ping never meets a redirect.
pub fn moved(request: &HttpRequest) -> Option<HttpResponse> {
    let path = request.path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    // Browsers take a backslash for a slash.
    if !reads || !path.contains('%') || path.contains('\\') || trackback::is_a_ping(request) {
        return None;
    }
    let written = decoded(path);
    // Two slashes would lead to another site, at the front or where a hub has a name of its own, and
    // a header takes ASCII only.
    if written == path || written.contains("//") || !written.is_ascii() {
        return None;
    }
    let query = Some(request.query_string()).filter(|query| !query.is_empty() && query.is_ascii());
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    // It may hold a passphrase, and is kept nowhere.
    Some(respond::moved_for_few(&format!("{written}{query}")))
}

/// A path with its unreserved characters as they are.
fn decoded(path: &str) -> String {
    let mut parts = path.split('%');
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match unreserved(part) {
            Some(letter) => {
                written.push(letter);
                written.push_str(&part[2..]);
            }
            None => {
                written.push('%');
                written.push_str(part);
            }
        }
    }
    written
}

/// The character that the first two hexadecimal digits stand for, if it need not be encoded.
fn unreserved(part: &str) -> Option<char> {
    let digits = part.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let letter = char::from(u8::from_str_radix(digits, 16).ok()?);
    (letter.is_ascii_alphanumeric() || "-._~".contains(letter)).then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn only_what_says_the_same_is_written_anew() {
        for (path, written) in [
            ("/sxs%77", "/sxsw"),
            ("/%73%78%73%77/%2D/people", "/sxsw/-/people"),
            ("/a%2Fb%25", "/a%2Fb%25"),
            ("/caf%C3%A9%7e", "/caf%C3%A9~"),
            ("/%2%zz%", "/%2%zz%"),
            ("/%+7é", "/%+7é"),
        ] {
            assert_eq!(decoded(path), written, "{path}");
        }
    }
}
