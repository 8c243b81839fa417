//! The address of a post on the web, as a stranger sent it.

mod identity;
mod typed;

pub use identity::{UrlIdentity, registrable_domain_of};
pub use typed::{ONLY_WEB, as_typed};

use url::{Host, Url};

/// Longest address, in bytes, before and after serialisation (wire-formats.md).
pub const MAX_BYTES: usize = 2_048;

/// Longest host name and longest label in it, in bytes (RFC 1035 §2.3.4).
const MAX_HOST: usize = 253;
const MAX_LABEL: usize = 63;

/// Names that mean something only inside one machine or network: `localhost` and `onion`
/// (RFC 6761, RFC 7686), `local` (RFC 6762), `home.arpa` (RFC 8375), `alt` (RFC 9476),
/// `internal` (ICANN 2024), and what routers and offices use without asking anybody.
/// `test`, `example` and `invalid` are missing on purpose: documentation and tests send them.
const INSIDE: &[&str] = &[
    "localhost",
    "localdomain",
    "local",
    "internal",
    "onion",
    "alt",
    "home.arpa",
    "lan",
    "home",
    "corp",
    "intranet",
];

/// An address that can be shown and linked: http or https, a public host name, no
/// credentials, at most [`MAX_BYTES`].
///
/// Whether the name resolves to a public address is decided when it is dialled, not here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebUrl {
    url: Url,
}

/// Why an address was refused: one plain sentence for the blogger, without the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebUrlError {
    /// Nothing was sent, or only `http://`.
    #[error("Send the address of your post in the url field.")]
    Missing,
    /// More than [`MAX_BYTES`].
    #[error(
        "The address is longer than 2,048 characters: send the post's permalink without extra parameters."
    )]
    TooLong,
    /// Another scheme: `mailto:`, `javascript:`, `ftp:`.
    #[error("The address must begin with http:// or https://.")]
    NotHttp,
    /// `https://name:password@host/`.
    #[error("The address contains a user name or password: send it without the part before the @.")]
    Userinfo,
    /// An IP address, or a name that only works inside a network.
    #[error(
        "The address must use a public host name, such as blog.example.org, not an IP address or a local name."
    )]
    NotPublic,
    /// Not the form of a web address.
    #[error("That is not a web address: copy it from your browser while it shows the post.")]
    Malformed,
}

/// Where posts may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// On the internet.
    Public,
    /// Also on this machine: for tests and demonstrations (`serve --unsafe-dial-loopback`).
    AlsoLoopback,
}

/// Whether two addresses are on the same host and port, whatever their scheme and `www.`.
pub fn is_same_site(a: &Url, b: &Url) -> bool {
    identity::origin(a) == identity::origin(b)
}

impl WebUrl {
    /// Reads an address, repairing what senders are known to break.
    ///
    /// White space and control characters round it are trimmed, line breaks and tabs within
    /// it removed; a missing scheme becomes `http://`; `http;//`, `http//` and a doubled
    /// `http://http://` are repaired, and `&amp;` is read as `&`.
    ///
    /// # Errors
    /// One of [`WebUrlError`], the first that applies.
    pub fn parse(raw: &str) -> Result<Self, WebUrlError> {
        Self::parse_on(raw, Hosts::Public)
    }

    /// The same, for hosts of this kind.
    ///
    /// # Errors
    /// One of [`WebUrlError`], the first that applies.
    pub fn parse_on(raw: &str, hosts: Hosts) -> Result<Self, WebUrlError> {
        if raw.trim().len() > MAX_BYTES {
            return Err(WebUrlError::TooLong);
        }
        Self::judged(&repaired(raw)?, hosts)
    }

    /// Reads an address as it was sent, and repairs nothing: `&amp;` in it stays. What has blanks or
    /// no scheme is none.
    ///
    /// # Errors
    /// One of [`WebUrlError`], the first that applies.
    pub fn parse_as_sent(raw: &str, hosts: Hosts) -> Result<Self, WebUrlError> {
        if raw.is_empty() {
            return Err(WebUrlError::Missing);
        }
        if raw.len() > MAX_BYTES {
            return Err(WebUrlError::TooLong);
        }
        // The URL Standard itself drops some of these, and reads a backslash as a slash.
        if raw.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(WebUrlError::Malformed);
        }
        let begins_with = |scheme: &str| {
            raw.split_at_checked(scheme.len())
                .is_some_and(|(begin, _)| begin.eq_ignore_ascii_case(scheme))
        };
        if !begins_with("http://") && !begins_with("https://") {
            return Err(WebUrlError::NotHttp);
        }
        Self::judged(raw, hosts)
    }

    fn judged(address: &str, hosts: Hosts) -> Result<Self, WebUrlError> {
        let Ok(url) = Url::parse(address) else {
            return Err(WebUrlError::Malformed);
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(WebUrlError::NotHttp);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebUrlError::Userinfo);
        }
        if hosts == Hosts::Public || !is_loopback(url.host()) {
            check_host(url.host())?;
        }
        if url.as_str().len() > MAX_BYTES {
            return Err(WebUrlError::TooLong);
        }
        Ok(Self { url })
    }

    /// The address to show and to link: the scheme, `www.` and fragment that were sent,
    /// serialised by the url crate and so free of blanks, quotes and angle brackets.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The parsed address, for whoever fetches it.
    pub fn as_url(&self) -> &Url {
        &self.url
    }

    /// The host's name to show, without `www.`: ASCII, international names in punycode.
    pub fn host(&self) -> &str {
        identity::bare_host(&self.url)
    }

    /// The part of the host that somebody registered (`example.co.uk`, `ada.github.io`), by
    /// the public suffix list; the host itself where the list has no answer.
    pub fn registrable_domain(&self) -> &str {
        psl::domain_str(self.host()).unwrap_or(self.host())
    }

    /// Whether this is on the same host and port as `base`, whatever the scheme and `www.`:
    /// for refusing our own pages.
    pub fn is_under(&self, base: &Url) -> bool {
        is_same_site(&self.url, base)
    }
}

impl std::fmt::Display for WebUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `raw` with a scheme and without the usual slips.
fn repaired(raw: &str) -> Result<String, WebUrlError> {
    let address: String = raw
        .trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{FEFF}')
        // As in the URL Standard; before the scheme is looked at, so that a `java\nscript:`
        // is seen for what it is.
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    // A `&` that was escaped for HTML before it was sent.
    let mut address = address.replace("&amp;", "&");
    // Once for a slip, once more for what was pasted behind a form's own `http://`.
    for _ in 0..2 {
        let Some((scheme, rest)) = split_http(&address) else {
            break;
        };
        if rest.is_empty() {
            return Err(WebUrlError::Missing);
        }
        if split_http(rest).is_none() {
            return Ok(format!("{scheme}://{rest}"));
        }
        address = rest.to_owned();
    }
    with_scheme(&address)
}

/// Splits off `http` or `https` and the two slashes, also where the colon is a semicolon
/// or missing.
fn split_http(address: &str) -> Option<(&'static str, &str)> {
    for (written, scheme) in [
        ("http://", "http"),
        ("https://", "https"),
        ("http;//", "http"),
        ("https;//", "https"),
        ("http//", "http"),
        ("https//", "https"),
    ] {
        if let Some((head, rest)) = address.split_at_checked(written.len())
            && head.eq_ignore_ascii_case(written)
        {
            return Some((scheme, rest));
        }
    }
    None
}

/// Puts `http://` before an address that has no scheme.
fn with_scheme(address: &str) -> Result<String, WebUrlError> {
    if address.is_empty() {
        return Err(WebUrlError::Missing);
    }
    if let Some(rest) = address.strip_prefix("//") {
        return Ok(format!("http://{rest}"));
    }
    let host = &address[..address.find(['/', '?', '#']).unwrap_or(address.len())];
    // In `example.org:8080` and `localhost:8080` the colon belongs to a port.
    if let Some((before, _)) = host.split_once(':')
        && !before.contains(['.', '[', '@'])
        && !before.eq_ignore_ascii_case("localhost")
    {
        return Ok(address.to_owned());
    }
    // A word without a dot, a path or a query is not a host: no use guessing.
    if !host.contains(['.', ':', '[']) && !host.eq_ignore_ascii_case("localhost") {
        return Err(WebUrlError::Malformed);
    }
    Ok(format!("http://{address}"))
}

/// Refuses every host that is not a name of the public internet.
fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn check_host(host: Option<Host<&str>>) -> Result<(), WebUrlError> {
    let Some(Host::Domain(name)) = host else {
        return Err(WebUrlError::NotPublic);
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    // The URL Standard lets quotes, `&` and more into a host; no name on the internet has
    // them, and `as_str` promises that there are none.
    let is_ldh = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let is_label = |l: &str| (1..=MAX_LABEL).contains(&l.len()) && l.bytes().all(is_ldh);
    if name.len() > MAX_HOST || !name.split('.').all(is_label) {
        return Err(WebUrlError::Malformed);
    }
    let is_inside =
        |zone: &&str| name.strip_suffix(zone).is_some_and(|n| n.is_empty() || n.ends_with('.'));
    if !name.contains('.') || INSIDE.iter().any(is_inside) {
        return Err(WebUrlError::NotPublic);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(raw: &str) -> Result<String, WebUrlError> {
        WebUrl::parse(raw).map(|url| url.as_str().to_owned())
    }

    #[test]
    fn what_senders_break_is_repaired() {
        for (raw, url) in [
            ("http://example.org/x", "http://example.org/x"),
            ("https://example.org/x#c1", "https://example.org/x#c1"),
            ("www.example.org/x", "http://www.example.org/x"),
            ("example.org/x", "http://example.org/x"),
            ("example.org", "http://example.org/"),
            ("example.org:8080/x", "http://example.org:8080/x"),
            ("example.org?p=1", "http://example.org/?p=1"),
            ("example.org/a:b", "http://example.org/a:b"),
            ("//example.org/x", "http://example.org/x"),
            ("  http://example.org/x \r\n", "http://example.org/x"),
            ("\u{FEFF}\0\u{A0}http://example.org/x\0", "http://example.org/x"),
            ("http://example.org/a\r\nb\tc", "http://example.org/abc"),
            ("http;//example.org/x", "http://example.org/x"),
            ("http//example.org/x", "http://example.org/x"),
            ("https;//example.org/x", "https://example.org/x"),
            ("https//example.org/x", "https://example.org/x"),
            ("HTTP//Example.ORG/X", "http://example.org/X"),
            ("http:/example.org/x", "http://example.org/x"),
            ("http:example.org/x", "http://example.org/x"),
            ("http:///example.org/x", "http://example.org/x"),
            ("http:\\\\example.org\\x", "http://example.org/x"),
            ("http://http://example.org/x", "http://example.org/x"),
            ("http://https://example.org/x", "https://example.org/x"),
            ("http://http//example.org/x", "http://example.org/x"),
            ("http://example.org/?a=1&amp;b=2", "http://example.org/?a=1&b=2"),
            ("http://example.org/http://other.example", "http://example.org/http://other.example"),
            ("http://EXAMPLE.org:80/A b", "http://example.org/A%20b"),
            ("http://example.org/\"><script>", "http://example.org/%22%3E%3Cscript%3E"),
            ("http://example.org/?q=\"<'>", "http://example.org/?q=%22%3C%27%3E"),
            ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
            ("http://аpple.com/", "http://xn--pple-43d.com/"),
            ("http://a_b.example.org/", "http://a_b.example.org/"),
            ("http://blog.test/", "http://blog.test/"),
            ("http://ada.example/", "http://ada.example/"),
            ("http://nope.invalid/", "http://nope.invalid/"),
            ("http://example.org./x", "http://example.org./x"),
            ("http://example.org\\@evil.example/", "http://example.org/@evil.example/"),
            ("http://localhost.example.org/", "http://localhost.example.org/"),
            ("http://mylocal.example/", "http://mylocal.example/"),
            ("http://notinternal.com/", "http://notinternal.com/"),
            ("http://@example.org/", "http://example.org/"),
        ] {
            assert_eq!(parsed(raw).as_deref(), Ok(url), "{raw:?}");
        }
    }

    #[test]
    fn as_it_was_sent_it_is_not_repaired() {
        let read = |raw: &str| {
            WebUrl::parse_as_sent(raw, Hosts::Public).map(|url| url.as_str().to_owned())
        };
        for raw in ["http://example.org/?x=1&amp;y=2", "https://example.org/a/http://b.example/"] {
            assert_eq!(read(raw).as_deref(), Ok(raw));
        }
        assert_eq!(read("HTTP://Example.ORG/X").as_deref(), Ok("http://example.org/X"));
        for (raw, error) in [
            ("", WebUrlError::Missing),
            ("example.org/x", WebUrlError::NotHttp),
            ("//example.org/x", WebUrlError::NotHttp),
            ("http:/example.org/x", WebUrlError::NotHttp),
            ("http;//example.org/x", WebUrlError::NotHttp),
            ("é", WebUrlError::NotHttp),
            (" http://example.org/x", WebUrlError::Malformed),
            ("http://example.org/a\r\nb", WebUrlError::Malformed),
            ("http://example.org\\x", WebUrlError::Malformed),
            ("http://http://example.org/x", WebUrlError::NotPublic),
            ("http://user@example.org/", WebUrlError::Userinfo),
            ("http://127.0.0.1/", WebUrlError::NotPublic),
        ] {
            assert_eq!(read(raw), Err(error), "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_public_web_address_is_refused() {
        use WebUrlError::*;
        let long_host = format!("http://{}.org/", ["a".repeat(60).as_str(); 5].join("."));
        let long_label = format!("http://{}.org/", "a".repeat(64));
        for (raw, error) in [
            ("", Missing),
            (" \r\n\t\0", Missing),
            ("http://", Missing),
            (" https:// ", Missing),
            ("javascript:alert(1)", NotHttp),
            ("java\nscript:alert(1)", NotHttp),
            (" \u{1}javascript:alert(1)", NotHttp),
            ("JavaScript:alert(1)//http://example.org", NotHttp),
            ("data:text/html,<script>alert(1)</script>", NotHttp),
            ("vbscript:x", NotHttp),
            ("ftp://example.org/", NotHttp),
            ("file:///etc/passwd", NotHttp),
            ("gopher://example.org/", NotHttp),
            ("feed:http://example.org/", NotHttp),
            ("mailto:ada@example.org", NotHttp),
            ("about:blank", NotHttp),
            ("blob:http://example.org/x", NotHttp),
            ("ws://example.org/", NotHttp),
            ("http://user@example.org/", Userinfo),
            ("http://user:pass@example.org/", Userinfo),
            ("http://:pass@example.org/", Userinfo),
            ("http://example.org@evil.example/", Userinfo),
            ("ada@example.org", Userinfo),
            ("http://127.0.0.1/", NotPublic),
            ("http://127.0.0.1:8080/hub", NotPublic),
            ("127.0.0.1/x", NotPublic),
            ("http://8.8.8.8/", NotPublic),
            ("http://127.1/", NotPublic),
            ("http://2130706433/", NotPublic),
            ("http://0x7f000001/", NotPublic),
            ("http://0177.0.0.1/", NotPublic),
            ("http://127.0.0.1./", NotPublic),
            ("http://１２７.0.0.1/", NotPublic),
            ("http://[::1]/", NotPublic),
            ("[::1]/x", NotPublic),
            ("http://[::ffff:127.0.0.1]/", NotPublic),
            ("http://localhost/", NotPublic),
            ("localhost:8080/x", NotPublic),
            ("http://localhost./", NotPublic),
            ("http://LOCALHOST/", NotPublic),
            ("http://a.localhost/", NotPublic),
            ("http://intranet/", NotPublic),
            ("http://printer.local/", NotPublic),
            ("http://metadata.google.internal/", NotPublic),
            ("http://expyuzz4wqqyqhjn.onion/", NotPublic),
            ("http://nas.home.arpa/", NotPublic),
            ("http://home.arpa/", NotPublic),
            ("http://box.lan/", NotPublic),
            ("hello", Malformed),
            ("hello world", Malformed),
            ("Read. This", Malformed),
            ("/2004/05/post.html", Malformed),
            ("?p=12", Malformed),
            ("#top", Malformed),
            ("../post.html", Malformed),
            ("http:///", Malformed),
            ("http:", Malformed),
            ("http://exa mple.org/", Malformed),
            ("http://example.org:99999/", Malformed),
            ("http://a..b.org/", Malformed),
            ("http://.example.org/", Malformed),
            ("http://example.org../", Malformed),
            ("http://example.org%00.evil.example/", Malformed),
            ("http://<script>.org/", Malformed),
            ("http://[example.org/", Malformed),
            ("http://foo.123/", Malformed),
            ("http://\".example.org/", Malformed),
            ("http://a'b&c.example.org/", Malformed),
            (&long_host, Malformed),
            (&long_label, Malformed),
        ] {
            assert_eq!(parsed(raw), Err(error), "{raw:?}");
        }
    }

    #[test]
    fn the_limit_holds_before_and_after_serialisation() {
        let fits = format!("http://example.org/{}", "a".repeat(MAX_BYTES - 19));
        assert_eq!(parsed(&fits), Ok(fits.clone()));
        assert_eq!(parsed(&format!("{fits}a")), Err(WebUrlError::TooLong));
        let grows = format!("http://example.org/{}", "é".repeat(400));
        assert_eq!(parsed(&grows), Err(WebUrlError::TooLong));
        assert_eq!(parsed(&"http://".repeat(100_000)), Err(WebUrlError::TooLong));
    }

    #[test]
    fn a_refusal_says_what_to_do_and_repeats_nothing() {
        for raw in ["", "http://u:secret-word@example.org/", "secret-word", "secret-word:x"] {
            let message = WebUrl::parse(raw).unwrap_err().to_string();
            assert!(message.ends_with('.') && !message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn our_own_pages_are_recognised() {
        for (raw, base, ours) in [
            ("http://hub.example.org/conf", "https://hub.example.org/", true),
            ("https://www.hub.example.org/conf", "https://hub.example.org/", true),
            ("https://hub.example.org./conf", "https://hub.example.org/", true),
            ("https://HUB.example.org", "https://www.hub.example.org/", true),
            ("http://hub.example.org:8080/", "http://hub.example.org:8080/", true),
            ("http://hub.example.org:8080/", "https://hub.example.org/", false),
            ("http://hub.example.org:443/", "https://hub.example.org/", true),
            ("https://other.example.org/", "https://hub.example.org/", false),
            ("https://hub.example.org.evil.example/", "https://hub.example.org/", false),
            ("https://hub.example.org/", "http://127.0.0.1:8080/", false),
            ("https://hub.example.org/", "http://localhost:8080/", false),
        ] {
            let base = Url::parse(base).unwrap();
            assert_eq!(WebUrl::parse(raw).unwrap().is_under(&base), ours, "{raw} under {base}");
        }
    }

    #[test]
    fn the_host_is_shown_and_grouped_by_who_registered_it() {
        for (raw, host, registrable) in [
            ("http://www.example.org/", "example.org", "example.org"),
            ("http://blog.ada.example.co.uk/", "blog.ada.example.co.uk", "example.co.uk"),
            ("http://ada.github.io/", "ada.github.io", "ada.github.io"),
            ("http://github.io/", "github.io", "github.io"),
            ("http://www.com/", "www.com", "www.com"),
            ("http://a.b.blog.test/", "a.b.blog.test", "blog.test"),
            ("http://example.org./", "example.org", "example.org"),
            ("http://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            let url = WebUrl::parse(raw).unwrap();
            assert_eq!((url.host(), url.registrable_domain()), (host, registrable), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_is_stable(
            raw in any::<String>(),
            tail in "[a-z0-9.:/?#%@&=~ -]{0,40}",
        ) {
            for raw in [raw, tail.clone(), format!("http://{tail}"), format!("example.org/{tail}")] {
                if let Ok(url) = WebUrl::parse(&raw) {
                    prop_assert!(url.as_str().starts_with("http"));
                    prop_assert!(!url.as_str().contains(['"', '<', '>', ' ', '\n']));
                    let again = WebUrl::parse(url.as_str()).unwrap();
                    prop_assert_eq!(&again.normalised(), &url.normalised());
                    let from_normal = WebUrl::parse(&format!("http://{}", url.normalised())).unwrap();
                    prop_assert_eq!(from_normal.identity(), url.identity());
                    prop_assert!(url.normalised().starts_with(&url.host()[..1]));
                    url.blog_key();
                }
            }
        }
    }
}
