//! Names of their own: the domains under which hubs stand.

use url::{Host, Url};

use super::addresses::Addresses;
use super::named;
use super::web_url::WebUrl;

/// The longest name, in bytes: so that a record can be asked for beside it.
const MAX_BYTES: usize = 230;

/// What the name of the record begins with that proves a name: `_backchannel.talks.example`.
pub const RECORD: &str = "_backchannel";
/// Where the file is that proves a name.
pub const FILE: &str = "/.well-known/backchannel.txt";

named! {
    /// How it is known that a name is a hub's.
    ProvedBy {
        /// A TXT record beside it.
        Record = "record",
        /// A file on the server that has it.
        File = "file",
        /// The operator says so.
        Operator = "operator",
    }
}

/// A domain that a hub may have: in ASCII and small letters, without the root's dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OwnName(String);

/// Why a name will not do, in a sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OwnNameError {
    /// Nothing was typed, or no name.
    #[error("Type the name alone, such as talks.example.org.")]
    Shape,
    /// A number.
    #[error("This is an address of numbers: type a name, such as talks.example.org.")]
    Numbers,
    /// One that only means something inside a network, or without a dot.
    #[error("This is not a name of the public internet: type one such as talks.example.org.")]
    Inside,
    /// One under which people register names.
    #[error(
        "Other people register their names under this one: type a name that is yours, such as talks.example.org."
    )]
    Suffix,
    /// Longer than 230 bytes.
    #[error("This name is too long.")]
    TooLong,
    /// That of this site.
    #[error("This is the name of this site: type one of your own.")]
    Ours,
}

impl OwnName {
    /// Reads what somebody typed: a name, or an address whose name is meant. `base` is this site's.
    ///
    /// # Errors
    /// One of [`OwnNameError`], the first that applies.
    pub fn parse(typed: &str, base: &Url) -> Result<Self, OwnNameError> {
        let typed = typed.trim();
        if typed.is_empty() || typed.len() > 2_000 || typed.contains(['@', '?', '#']) {
            return Err(OwnNameError::Shape);
        }
        let address =
            if typed.contains("://") { typed.to_owned() } else { format!("http://{typed}") };
        let url = Url::parse(&address).map_err(|_unreadable| OwnNameError::Shape)?;
        if url.path() != "/" || url.port().is_some() {
            return Err(OwnNameError::Shape);
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => name.strip_suffix('.').unwrap_or(name).to_owned(),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(OwnNameError::Numbers),
            None => return Err(OwnNameError::Shape),
        };
        if host.len() > MAX_BYTES {
            return Err(OwnNameError::TooLong);
        }
        // Letters, digits and hyphens within (RFC 1123, 2.1): no others get a certificate.
        let is_label = |label: &str| {
            let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            inner && !label.starts_with('-') && !label.ends_with('-')
        };
        if !host.split('.').all(is_label) {
            return Err(OwnNameError::Shape);
        }
        let judged = WebUrl::parse(&format!("http://{host}/"));
        if !host.contains('.') || !judged.is_ok_and(|url| url.as_url().host_str() == Some(&*host)) {
            return Err(OwnNameError::Inside);
        }
        if psl::domain_str(&host).is_none() {
            return Err(OwnNameError::Suffix);
        }
        let ours = base.host_str().unwrap_or_default();
        if host == ours
            || host.strip_prefix("www.") == Some(ours)
            || ours.strip_prefix("www.") == Some(&*host)
        {
            return Err(OwnNameError::Ours);
        }
        Ok(Self(host))
    }

    /// The name of a home.
    pub fn of_home(home: &str) -> Option<Self> {
        Some(Self(Url::parse(home).ok()?.host_str()?.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where pages under this name are: by the scheme of this site, and on its port.
    pub fn home(&self, site: &Addresses) -> String {
        home_of(&self.0, site.base())
    }

    /// The name of the record that proves it.
    pub fn record(&self) -> String {
        format!("{RECORD}.{}", self.0)
    }

    /// The address of the file that proves it.
    pub fn file(&self) -> String {
        format!("http://{}{FILE}", self.0)
    }

    /// Whether this is all that somebody registered, and no name under it: it cannot be an alias of
    /// another in the DNS.
    pub fn is_registered(&self) -> bool {
        psl::domain_str(&self.0) == Some(&self.0)
    }
}

impl std::fmt::Display for OwnName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where pages under a name are: by the scheme of `base`, and on its port.
pub fn home_of(host: &str, base: &Url) -> String {
    let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}", base.scheme())
}

/// First segments of paths that are the same under every name: they are served in place there, and
/// are no category's.
pub const IN_PLACE: &[&str] = &[
    ".well-known",
    "assets",
    "badge",
    "embed",
    "favicon.ico",
    "oembed",
    "p",
    "r",
    "robots.txt",
    "sitemap.xml",
    "tb",
    "webmention",
    "websub",
    "xmlrpc",
];

/// First segments of paths that belong to the whole site: under a hub's own name they lead to the
/// site's address, and are no category's.
pub const ELSEWHERE: &[&str] = &[
    "account",
    "help",
    "hubs",
    "invite",
    "m",
    "manage",
    "operator",
    "privacy",
    "reset",
    "series",
    "signin",
    "signout",
    "signup",
    "topics",
    "unsubscribe",
];

/// The path on this site that a path under the own name of a hub stands for.
pub fn inward(slug: &str, path: &str) -> String {
    let rest = path.strip_prefix('/').unwrap_or(path);
    let first = rest.split('/').next().unwrap_or_default();
    match (IN_PLACE.contains(&first), rest) {
        (true, _) => path.to_owned(),
        (false, "") => format!("/{slug}"),
        (false, _) => format!("/{slug}/{rest}"),
    }
}

/// An address under the own name of a hub as the one on this site that it stands for.
pub fn inward_url(url: &Url, slug: &str, base: &Url) -> Url {
    let mut inside = base.clone();
    inside.set_path(&inward(slug, url.path()));
    inside.set_query(url.query());
    inside.set_fragment(url.fragment());
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://hubs.example/").unwrap()
    }

    #[test]
    fn a_name_is_read_as_people_type_it() {
        for (typed, name) in [
            ("talks.example.org", "talks.example.org"),
            ("  Talks.Example.ORG. ", "talks.example.org"),
            ("https://talks.example.org/", "talks.example.org"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("example.org", "example.org"),
            ("talks.hubs.example", "talks.hubs.example"),
        ] {
            assert_eq!(OwnName::parse(typed, &base()).unwrap().as_str(), name, "{typed}");
        }
    }

    #[test]
    fn what_is_nobodys_or_ours_is_refused() {
        use OwnNameError as E;
        for (typed, error) in [
            ("", E::Shape),
            ("my talks", E::Shape),
            ("talks.example.org/2026", E::Shape),
            ("talks.example.org:8443", E::Shape),
            ("me@talks.example.org", E::Shape),
            ("-talks.example.org", E::Shape),
            ("my_talks.example.org", E::Shape),
            ("192.0.2.7", E::Numbers),
            ("0x7f.1", E::Numbers),
            ("[2001:db8::1]", E::Numbers),
            ("talks", E::Inside),
            ("localhost", E::Inside),
            ("printer.local", E::Inside),
            ("talks.corp", E::Inside),
            ("co.uk", E::Suffix),
            ("github.io", E::Suffix),
            ("hubs.example", E::Ours),
            ("www.hubs.example", E::Ours),
        ] {
            assert_eq!(OwnName::parse(typed, &base()), Err(error), "{typed}");
        }
        let long = format!("{}.example", vec!["a".repeat(60); 4].join("."));
        assert_eq!(OwnName::parse(&long, &base()), Err(E::TooLong));
    }

    #[test]
    fn a_home_has_the_scheme_and_the_port_of_the_site() {
        let name = OwnName::parse("talks.example", &base()).unwrap();
        let home = |base: &str| name.home(&Addresses::new(Url::parse(base).unwrap()));
        assert_eq!(home("https://hubs.example"), "https://talks.example");
        assert_eq!(home("http://127.0.0.1:8080"), "http://talks.example:8080");
        assert_eq!(OwnName::of_home("http://talks.example:8080"), Some(name));
    }

    #[test]
    fn a_path_under_an_own_name_stands_for_one_of_the_hub() {
        for (path, inside) in [
            ("/", "/sxsw"),
            ("/keynotes", "/sxsw/keynotes"),
            ("/keynotes/", "/sxsw/keynotes/"),
            ("/-/people", "/sxsw/-/people"),
            ("/rss", "/sxsw/rss"),
            ("/p/abc", "/p/abc"),
            ("/tb/123/violet", "/tb/123/violet"),
            ("/robots.txt", "/robots.txt"),
            ("/pier", "/sxsw/pier"),
        ] {
            assert_eq!(inward("sxsw", path), inside, "{path}");
        }
    }
}
