//! Where a link may lead.

use url::Url;

/// The address of a link, as it stands in a page: absolute, and `http`, `https` or `mailto`. `None`
/// where it may not lead there: then its text stands there alone.
pub fn link(is_mail: bool, address: &str) -> Option<String> {
    let address = if is_mail { format!("mailto:{address}") } else { address.trim().to_owned() };
    let url = Url::parse(&address).ok()?;
    match url.scheme() {
        // A name before an `@` looks like the host that it is not.
        "http" | "https" if url.username().is_empty() && url.password().is_none() => {
            url.has_host().then(|| url.as_str().to_owned())
        }
        // Without subject and text that somebody else wrote.
        "mailto" => Some(format!("mailto:{}", url.path())).filter(|mail| mail.contains('@')),
        _ => None,
    }
}
