//! When two addresses are one: the post's identity and the blog's key.

use super::WebUrl;
use sha2::{Digest, Sha256};
use url::Url;

/// Query parameters that say where a reader came from and not what is read, by name;
/// besides these all that begin with `utm_` (wire-formats.md, "TrackBack, in").
const TRACKING: &[&str] = &["fbclid", "gclid"];

/// Hosts that give every author a path and not a name, and how many segments it has.
///
/// A host that is not listed is one blog to us. Whole host names only: a rule on a part of
/// a name would let anybody register a name that satisfies it.
const SHARED_HOSTS: &[(&str, usize)] = &[
    ("ameblo.jp", 1),
    ("blog.csdn.net", 1),
    ("blog.goo.ne.jp", 1),
    ("blog.naver.com", 1),
    ("blog.sina.com.cn", 1),
    ("blogs.harvard.edu", 1),
    ("blogs.law.harvard.edu", 1),
    ("blogs.msdn.com", 1),
    ("blogs.technet.com", 1),
    ("cnblogs.com", 1),
    ("community.livejournal.com", 1),
    ("d.hatena.ne.jp", 1),
    ("dev.to", 1),
    ("geocities.com", 1),
    ("gist.github.com", 1),
    ("livejournal.com", 2), // /users/name
    ("medium.com", 1),
    ("note.com", 1),
    ("plaza.rakuten.co.jp", 1),
    ("qiita.com", 1),
    ("radio.weblogs.com", 1),
    ("sites.google.com", 2), // /site/name and /view/name
    ("tumblr.com", 1),
    ("users.livejournal.com", 1),
    ("weblogs.asp.net", 1),
    ("write.as", 1),
    ("zenn.dev", 1),
];

/// The SHA-256 of a post's normalised address: equal for every spelling of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UrlIdentity([u8; 32]);

impl UrlIdentity {
    /// The 32 bytes, for a key in the database.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl WebUrl {
    /// By what two pings are known to be of the same post: the hash of
    /// [`WebUrl::normalised`].
    pub fn identity(&self) -> UrlIdentity {
        UrlIdentity(Sha256::digest(self.normalised().as_bytes()).into())
    }

    /// The address without what does not tell posts apart (wire-formats.md, "URL identity").
    ///
    /// Scheme, `www.`, default port, fragment, trailing slash and tracking parameters are
    /// gone, percent-encoding has one spelling; `example.org/a?p=1`. Not for linking.
    pub fn normalised(&self) -> String {
        let mut address = origin(&self.url);
        address.push_str(normal_escapes(self.url.path()).trim_end_matches('/'));
        let query = normal_query(self.url.query().unwrap_or_default());
        if !query.is_empty() {
            address.push('?');
            address.push_str(&query);
        }
        address
    }

    /// By what two posts are known to be of the same blog: the normalised origin, and where
    /// a host has many authors, the path that names this one.
    ///
    /// That is a first segment that begins with `~` (universities) or `@` (Medium,
    /// Mastodon, Substack), and on a listed host as many segments as name its authors.
    /// The case of the path counts: taking two spellings for two blogs is the safe error.
    pub fn blog_key(&self) -> String {
        let mut key = origin(&self.url);
        let path = normal_escapes(self.url.path());
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let depth = match SHARED_HOSTS.iter().find(|(host, _)| *host == self.host()) {
            Some((_, depth)) => *depth,
            None => usize::from(path.starts_with("/~") || path.starts_with("/@")),
        };
        for segment in segments.take(depth) {
            key.push('/');
            key.push_str(segment);
        }
        key
    }
}

/// The host without a trailing dot and without `www.`, unless that leaves a bare suffix.
pub(super) fn bare_host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(host)
}

/// [`bare_host`] and the port, if it is the default of neither scheme: as the schemes count
/// as the same, so do their ports.
pub(super) fn origin(url: &Url) -> String {
    let host = bare_host(url);
    match url.port() {
        None | Some(80 | 443) => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    }
}

/// The query in its order, without empty pairs and tracking parameters.
fn normal_query(query: &str) -> String {
    let pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(normal_escapes)
        .filter(|pair| !is_tracking(pair))
        .collect();
    pairs.join("&")
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name).to_ascii_lowercase();
    name.starts_with("utm_") || TRACKING.contains(&name.as_str())
}

/// One spelling of percent-encoding (RFC 3986 §6.2.2): unreserved characters decoded, hex in
/// upper case, and a `%` that encodes nothing written `%25`, so that twice is once.
fn normal_escapes(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut parts = text.split('%');
    normal.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_at_checked(2).and_then(|(hex, rest)| Some((hex_byte(hex)?, rest))) {
            Some((byte, rest)) if is_unreserved(byte) => {
                normal.push(char::from(byte));
                normal.push_str(rest);
            }
            Some((byte, rest)) => {
                normal.push_str(&format!("%{byte:02X}"));
                normal.push_str(rest);
            }
            None => {
                normal.push_str("%25");
                normal.push_str(part);
            }
        }
    }
    normal
}

fn hex_byte(hex: &str) -> Option<u8> {
    let is_hex = hex.bytes().all(|b| b.is_ascii_hexdigit());
    u8::from_str_radix(hex, 16).ok().filter(|_| is_hex)
}

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// The registrable domain that a blog's key is under (Public Suffix List): none for a blog on a
/// shared host, which is a path, and for one at an address.
pub fn registrable_domain_of(key: &str) -> Option<&str> {
    let host = key.split_once(':').map_or(key, |(host, _port)| host);
    let is_path_or_address = key.contains(['/', '[']) || host.parse::<std::net::IpAddr>().is_ok();
    if is_path_or_address { None } else { psl::domain_str(host) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(raw: &str) -> WebUrl {
        WebUrl::parse(raw).unwrap()
    }

    #[test]
    fn spellings_of_one_address_are_one() {
        for (raw, normalised) in [
            ("http://example.org", "example.org"),
            ("http://example.org/", "example.org"),
            ("https://example.org/", "example.org"),
            ("http://www.example.org/", "example.org"),
            ("https://WWW.Example.ORG", "example.org"),
            ("http://example.org:80/", "example.org"),
            ("https://example.org:443/", "example.org"),
            ("http://example.org:443/", "example.org"),
            ("http://example.org./", "example.org"),
            ("http://example.org/#top", "example.org"),
            ("http://example.org/?", "example.org"),
            ("http://example.org/?#", "example.org"),
            ("http://example.org/?&&", "example.org"),
            ("http://example.org:8080/", "example.org:8080"),
            ("http://www.com/", "www.com"),
            ("http://www.www.example.org/", "www.example.org"),
            ("http://example.org/a", "example.org/a"),
            ("http://example.org/a/", "example.org/a"),
            ("http://example.org/a//", "example.org/a"),
            ("http://example.org/A", "example.org/A"),
            ("http://example.org/a/./b/../c", "example.org/a/c"),
            ("http://example.org/a/%2E%2E/c", "example.org/c"),
            ("http://example.org/%7Eada/", "example.org/~ada"),
            ("http://example.org/~ada", "example.org/~ada"),
            ("http://example.org/%61%2d%5F%2e", "example.org/a-_."),
            ("http://example.org/caf%c3%a9", "example.org/caf%C3%A9"),
            ("http://example.org/café", "example.org/caf%C3%A9"),
            ("http://example.org/a b", "example.org/a%20b"),
            ("http://example.org/a%2fb", "example.org/a%2Fb"),
            ("http://example.org/100%", "example.org/100%25"),
            ("http://example.org/100%25", "example.org/100%25"),
            ("http://example.org/%zz", "example.org/%25zz"),
            ("http://example.org/%+1", "example.org/%25+1"),
            ("http://example.org/%2541", "example.org/%2541"),
            ("http://example.org/%%34%31", "example.org/%2541"),
            ("http://example.org/?p=1", "example.org?p=1"),
            ("http://example.org?p=1", "example.org?p=1"),
            ("http://example.org/a/?p=1", "example.org/a?p=1"),
            ("http://example.org/?p=1&utm_source=x&utm_medium=y", "example.org?p=1"),
            ("http://example.org/?UTM_Campaign=x", "example.org"),
            ("http://example.org/?fbclid=x&p=1&gclid=y", "example.org?p=1"),
            ("http://example.org/?utm%5Fsource=x", "example.org"),
            ("http://example.org/?fbclid", "example.org"),
            ("http://example.org/?p=%7e&q=%c3", "example.org?p=~&q=%C3"),
            ("http://example.org/?p=1&amp;q=2", "example.org?p=1&q=2"),
            ("http://bücher.example/", "xn--bcher-kva.example"),
        ] {
            assert_eq!(url(raw).normalised(), normalised, "{raw}");
        }
    }

    #[test]
    fn different_posts_stay_different() {
        for (one, other) in [
            ("http://example.org/a", "http://example.org/b"),
            ("http://example.org/a", "http://example.org/A"),
            ("http://example.org/?p=1", "http://example.org/?p=2"),
            ("http://example.org/?a=1&b=2", "http://example.org/?b=2&a=1"),
            ("http://example.org/a/b", "http://example.org/a%2Fb"),
            ("http://example.org/?a=1%26b=2", "http://example.org/?a=1&b=2"),
            ("http://example.org/", "http://example.org:8080/"),
            ("http://example.org/", "http://blog.example.org/"),
            ("http://example.org/?utmost=1", "http://example.org/"),
            ("http://example.org/?xfbclid=1", "http://example.org/"),
            ("http://example.org/utm_source", "http://example.org/"),
        ] {
            assert_ne!(url(one).identity(), url(other).identity(), "{one} {other}");
        }
        let one = url("http://www.example.org/a/#x").identity();
        assert_eq!(one, url("https://example.org/a?utm_id=3").identity());
        assert_eq!(one.as_bytes().len(), 32);
    }

    #[test]
    fn a_blog_is_its_host_and_on_shared_hosts_its_author() {
        for (raw, key) in [
            ("http://www.example.org/2004/05/post", "example.org"),
            ("https://example.org:8443/post", "example.org:8443"),
            ("http://ada.github.io/post", "ada.github.io"),
            ("http://www.cs.example.edu/%7Eada/blog/1", "cs.example.edu/~ada"),
            ("http://cs.example.edu/~ada", "cs.example.edu/~ada"),
            ("http://cs.example.edu/users/~ada", "cs.example.edu"),
            ("https://medium.com/@ada/post-1", "medium.com/@ada"),
            ("https://medium.com/publication/post", "medium.com/publication"),
            ("https://medium.com/", "medium.com"),
            ("https://ada.medium.com/post", "ada.medium.com"),
            ("https://social.example/@ada/1", "social.example/@ada"),
            ("https://dev.to/ada/post", "dev.to/ada"),
            ("https://sites.google.com/view/ada/home", "sites.google.com/view/ada"),
            ("https://sites.google.com/site//ada/", "sites.google.com/site/ada"),
            ("http://www.livejournal.com/users/ada/1.html", "livejournal.com/users/ada"),
            ("http://ada.livejournal.com/1.html", "ada.livejournal.com"),
            ("http://users.livejournal.com/ada/1.html", "users.livejournal.com/ada"),
            ("http://notmedium.com/@ada", "notmedium.com/@ada"),
            ("http://medium.com.evil.example/ada/x", "medium.com.evil.example"),
            ("http://mydev.to/ada/x", "mydev.to"),
        ] {
            assert_eq!(url(raw).blog_key(), key, "{raw}");
        }
    }
}
