//! Which addresses may be dialled: the rules, and nothing else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hyper::header::HeaderValue;
use ipnet::{Ipv4Net, Ipv6Net};
use url::{Host, Url};

use super::{Dial, FetchError};
use crate::model::web_url::{MAX_BYTES, WebUrl};

/// Why an address may not be dialled. For the log; strangers hear the same as if it had not
/// answered. No variant says what a name resolved to: that may be the inside of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither http nor https.
    #[error("only http and https are read")]
    Scheme,
    /// `https://name:password@host/`.
    #[error("the address contains a user name or password")]
    Userinfo,
    /// More than 2,048 bytes.
    #[error("the address is longer than 2,048 bytes")]
    TooLong,
    /// Not 80 or 443: other ports are other services.
    #[error("only ports 80 and 443 are read")]
    Port,
    /// No name of the public internet.
    #[error("the name means something only inside a network")]
    Name,
    /// An address, or one of a name's addresses, is not of the public internet.
    #[error("it is not an address of the public internet")]
    NotPublic,
    /// The hub's own name or address.
    #[error("it is this hub's own address")]
    Own,
    /// It cannot be written into a request.
    #[error("the address cannot be written into a request")]
    Unsendable,
    /// From https to http on another host: whoever is on the way could have put it there.
    #[error("a redirect from https to http on another host")]
    Downgrade,
}

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// IPv4 that is not the public internet (IANA's special-purpose registry, and multicast).
const V4_SPECIAL: [Ipv4Net; 15] = [
    v4(0, 0, 0, 8),       // "this network"
    v4(10, 0, 0, 8),      // private
    v4(100, 64, 0, 10),   // carriers' own
    v4(127, 0, 0, 8),     // loopback
    v4(169, 254, 0, 16),  // link-local: cloud metadata
    v4(172, 16, 0, 12),   // private
    v4(192, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 24),    // documentation
    v4(192, 88, 99, 24),  // 6to4 relays
    v4(192, 168, 0, 16),  // private
    v4(198, 18, 0, 15),   // benchmarks
    v4(198, 51, 100, 24), // documentation
    v4(203, 0, 113, 24),  // documentation
    v4(224, 0, 0, 4),     // multicast
    v4(240, 0, 0, 4),     // reserved, and broadcast
];

/// What of IPv6 is given out at all. Outside are loopback, IPv4-compatible, NAT64
/// (`64:ff9b::/96`), unique-local, link-local, site-local and multicast addresses.
const V6_UNICAST: Ipv6Net = v6(0x2000, 0, 3);

/// What of [`V6_UNICAST`] is not the public internet.
const V6_SPECIAL: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),      // protocol assignments: Teredo, ORCHID, benchmarks
    v6(0x2001, 0x0db8, 32), // documentation
    v6(0x2002, 0, 16),      // 6to4: any IPv4 address in disguise
    v6(0x3fff, 0, 20),      // documentation
];

/// Zones that the public DNS will never have (RFC 6761), so that whatever answers for them is
/// somebody's inside. Addresses may be *sent* with them (documentation does, and
/// [`Dial::UnsafeLoopback`] maps them), which is why [`WebUrl`] lets them through.
const NEVER_PUBLIC: [&str; 3] = [".test", ".example", ".invalid"];

/// Whether an address belongs to the public internet. IPv4 in IPv6 clothes is IPv4.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !V4_SPECIAL.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => {
            V6_UNICAST.contains(&ip) && !V6_SPECIAL.iter().any(|net| net.contains(&ip))
        }
    }
}

/// The address as it will be asked for, without fragment and without the root's dot, if all that
/// can be seen without resolving it will do.
pub fn checked(url: &Url, dial: Dial) -> Result<Url, Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::Userinfo);
    }
    if url.as_str().len() > MAX_BYTES {
        return Err(Refusal::TooLong);
    }
    let mut url = url.clone();
    url.set_fragment(None);
    if let Some(name) = url.domain().and_then(|name| name.strip_suffix('.')).map(str::to_owned) {
        url.set_host(Some(&name)).map_err(|_no_host| Refusal::Name)?;
    }
    // For loopback's sake other ports are looked at when it is clear who has them.
    if dial == Dial::PublicOnly && !is_web_port(url.port_or_known_default()) {
        return Err(Refusal::Port);
    }
    match url.host() {
        None => Err(Refusal::Name),
        Some(Host::Domain(name)) if dial != Dial::Anywhere => check_name(name, dial),
        Some(_) => Ok(()),
    }?;
    Ok(url)
}

/// Where a redirect leads, if that will do as [`checked`] says.
pub fn redirected(from: &Url, location: &HeaderValue, dial: Dial) -> Result<Url, FetchError> {
    let location = std::str::from_utf8(location.as_bytes());
    let location = location.map_err(|_no_text| FetchError::BadRedirect)?;
    let to = from.join(location).map_err(|_no_address| FetchError::BadRedirect)?;
    let to = checked(&to, dial)?;
    if from.scheme() == "https" && to.scheme() == "http" && from.host() != to.host() {
        return Err(Refusal::Downgrade.into());
    }
    Ok(to)
}

/// Whether this very address may be dialled, whatever name led to it.
pub fn check_address(address: SocketAddr, dial: Dial) -> Result<(), Refusal> {
    let ip = address.ip().to_canonical();
    match dial {
        Dial::Anywhere => Ok(()),
        Dial::UnsafeLoopback if ip.is_loopback() => Ok(()),
        Dial::PublicOnly | Dial::UnsafeLoopback if !is_public(ip) => Err(Refusal::NotPublic),
        Dial::PublicOnly | Dial::UnsafeLoopback if is_web_port(Some(address.port())) => Ok(()),
        Dial::PublicOnly | Dial::UnsafeLoopback => Err(Refusal::Port),
    }
}

fn is_web_port(port: Option<u16>) -> bool {
    matches!(port, Some(80 | 443))
}

/// The rule for names is [`WebUrl`]'s, for addresses that are taken in.
fn check_name(name: &str, dial: Dial) -> Result<(), Refusal> {
    // It is resolved and judged like every other name.
    if dial == Dial::UnsafeLoopback && name == "localhost" {
        return Ok(());
    }
    let judged = WebUrl::parse(&format!("http://{name}/")).ok();
    // The very name, whatever else may have been read into it; the root's one dot is gone.
    let is_judged = judged.is_some_and(|judged| judged.as_url().host_str() == Some(name));
    let is_never_public =
        dial == Dial::PublicOnly && NEVER_PUBLIC.iter().any(|zone| name.ends_with(zone));
    if !is_judged || is_never_public || name.ends_with('.') {
        return Err(Refusal::Name);
    }
    Ok(())
}
