//! Which addresses may be dialled: `fetch::address`, against a second reading of the registries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use backchannel::fetch::Dial;
use backchannel::fetch::address::{check_address, checked, redirected};
use backchannel::fetch::{FetchError, Refusal};
use backchannel::model::web_url::{MAX_BYTES, WebUrl};
use hyper::header::HeaderValue;
use url::{Host, Url};

use super::input;

/// IANA's IPv4 Special-Purpose Address Registry, and what is said there of being globally
/// reachable; 224/4 is of another registry, and 192.88.99/24 is said nothing of any more.
const V4: &[(u32, u32, bool)] = &[
    (0x0000_0000, 8, false),
    (0x0A00_0000, 8, false),
    (0x6440_0000, 10, false),
    (0x7F00_0000, 8, false),
    (0xA9FE_0000, 16, false),
    (0xAC10_0000, 12, false),
    (0xC000_0000, 24, false),
    (0xC000_0009, 32, true), // port control
    (0xC000_000A, 32, true), // TURN
    (0xC000_0200, 24, false),
    (0xC01F_C400, 24, true), // AS112
    (0xC034_C100, 24, true), // multicast tunnels
    (0xC058_6300, 24, false),
    (0xC0A8_0000, 16, false),
    (0xC0AF_3000, 24, true), // AS112
    (0xC612_0000, 15, false),
    (0xC633_6400, 24, false),
    (0xCB00_7100, 24, false),
    (0xE000_0000, 4, false),
    (0xF000_0000, 4, false),
    (0xFFFF_FFFF, 32, false),
];

/// The same of IPv6, on the ground that `2000::/3` alone is given out.
const V6: &[(u128, u32, bool)] = &[
    (0x2000 << 112, 3, true),
    (0x0064_ff9b << 96, 96, true), // NAT64: what it leads to is another matter
    (0x0064_ff9b_0001 << 80, 48, false), // NAT64 within a network
    (0x2001 << 112, 23, false),    // protocol assignments
    (0x2001_0000 << 96, 32, false), // Teredo
    (0x2001_0001 << 96 | 1, 128, true), // port control
    (0x2001_0001 << 96 | 2, 128, true), // TURN
    (0x2001_0001 << 96 | 3, 128, true), // service registration
    (0x2001_0002 << 96, 48, false), // benchmarks
    (0x2001_0003 << 96, 32, true), // multicast tunnels
    (0x2001_0004_0112 << 80, 48, true), // AS112
    (0x2001_0010 << 96, 28, false), // ORCHID
    (0x2001_0020 << 96, 28, true), // ORCHIDv2
    (0x2001_0030 << 96, 28, true), // drones
    (0x2001_0db8 << 96, 32, false), // documentation
    (0x2002 << 112, 16, false),    // 6to4
    (0x2620_004f_8000 << 80, 48, true), // AS112
    (0x3fff << 112, 20, false),    // documentation
];

/// What may be reached and is refused all the same: single purposes that serve no pages, and other
/// networks' addresses in disguise.
const STRICTER: &[(u128, u32)] = &[
    (0xffff_c000_0000, 120), // 192.0.0.0/24
    (0x0064_ff9b << 96, 96),
    (0x2001 << 112, 23),
];

/// What names never mean on the public internet (RFC 6761, 6762, 7686, 8375, 9476, ICANN 2024).
const NOT_PUBLIC: &[&str] =
    &["localhost", "local", "internal", "onion", "alt", "home.arpa", "test", "example", "invalid"];

/// Four bytes or sixteen are an address, in any spelling; what is longer is an address on a line,
/// and on the next where it is redirected to.
///
/// Nothing is dialled that is not of the public internet by the registries; all that is, is; and
/// what a name or an address is spelt like makes no difference.
pub fn check(data: &[u8]) {
    if let Ok(bytes) = <[u8; 4]>::try_from(data) {
        let ip = Ipv4Addr::from(bytes);
        is_judged(ip.into());
        is_judged(ip.to_ipv6_mapped().into());
        no_spelling_helps(ip);
        return;
    }
    if let Ok(bytes) = <[u8; 16]>::try_from(data) {
        let ip = Ipv6Addr::from(bytes);
        is_judged(ip.into());
        let groups = ip.segments().map(|group| format!("{group:04X}")).join(":");
        for spelling in [format!("http://[{ip}]/"), format!("https://[{groups}]:443")] {
            let url = Url::parse(&spelling).unwrap();
            assert_eq!(url.host(), Some(Host::Ipv6(ip)));
            is_refused_unless_public(&url);
        }
        return;
    }
    let (one, location) = input::with_header(data);
    let one = String::from_utf8_lossy(one.unwrap_or_default());
    if let Ok(url) = Url::parse(&one) {
        is_refused_unless_public(&url);
    }
    if let Ok(url) = WebUrl::parse(&one) {
        // What is taken in is dialled, unless it is a name of tests or has another port.
        let judged = checked(url.as_url(), Dial::PublicOnly);
        let is_expected = match judged {
            Ok(_) => true,
            Err(Refusal::Port) => url.as_url().port().is_some(),
            Err(Refusal::Name) => {
                [".test", ".example", ".invalid"].iter().any(|zone| url.host().ends_with(zone))
            }
            Err(_) => false,
        };
        assert!(is_expected, "{url}: {judged:?}");
    }
    leads_on(location);
}

/// The most specific line of a registry that holds an address.
fn in_registry(ip: u128, lines: impl Iterator<Item = (u128, u32, bool)>) -> Option<bool> {
    let holds =
        |(net, prefix, _): &(u128, u32, bool)| *prefix == 0 || (ip ^ net) >> (128 - prefix) == 0;
    lines.filter(holds).max_by_key(|(_, prefix, _)| *prefix).map(|(.., reachable)| reachable)
}

fn is_reachable(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let lines = V4
                .iter()
                .map(|(net, prefix, reachable)| (u128::from(*net) << 96, *prefix, *reachable));
            in_registry(u128::from(u32::from(ip)) << 96, lines).unwrap_or(true)
        }
        IpAddr::V6(ip) => match ip.segments() {
            // ::ffff:0:0/96 is what it maps.
            [0, 0, 0, 0, 0, 0xffff, high, low] => {
                is_reachable(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)).into())
            }
            _ => in_registry(u128::from(ip), V6.iter().copied()).unwrap_or(false),
        },
    }
}

fn is_judged(ip: IpAddr) {
    let judged = check_address(SocketAddr::new(ip, 443), Dial::PublicOnly);
    let mapped = match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    let is_stricter =
        STRICTER.iter().any(|(net, prefix)| (u128::from(mapped) ^ net) >> (128 - prefix) == 0);
    let expected = is_reachable(ip) && !is_stricter;
    assert_eq!(judged, if expected { Ok(()) } else { Err(Refusal::NotPublic) }, "{ip}");
    for port in [0, 22, 25, 81, 8080, 444, u16::MAX] {
        assert!(check_address(SocketAddr::new(ip, port), Dial::PublicOnly).is_err(), "{ip} {port}");
    }
    // Only tests may dial loopback, and then nothing else of the inside.
    let unsafely = check_address(SocketAddr::new(ip, 4711), Dial::UnsafeLoopback);
    assert_eq!(unsafely.is_ok(), ip.to_canonical().is_loopback(), "{ip}");
}

/// An address by which something is dialled is one that the registries let be reached.
fn is_refused_unless_public(url: &Url) {
    let Ok(judged) = checked(url, Dial::PublicOnly) else { return };
    assert_eq!(checked(&judged, Dial::PublicOnly).as_ref(), Ok(&judged), "judged twice");
    assert!(matches!(judged.scheme(), "http" | "https"));
    assert!(judged.username().is_empty() && judged.password().is_none());
    assert!(matches!(judged.port_or_known_default(), Some(80 | 443)));
    assert!(judged.fragment().is_none() && judged.as_str().len() <= MAX_BYTES);
    match judged.host() {
        Some(Host::Domain(name)) => {
            assert!(name.contains('.') && !name.ends_with('.') && name.len() <= 253, "{name}");
            let is_label = |label: &str| {
                (1..=63).contains(&label.len())
                    && label.bytes().all(|byte| {
                        byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
                    })
            };
            assert!(name.split('.').all(is_label), "{name}");
            let is_inside = |zone: &&str| *name == **zone || name.ends_with(&format!(".{zone}"));
            assert!(!NOT_PUBLIC.iter().any(is_inside), "{name}");
            let last = name.rsplit('.').next().unwrap_or_default();
            assert!(!last.bytes().all(|byte| byte.is_ascii_digit()), "an address: {name}");
            assert!(name.parse::<IpAddr>().is_err(), "{name}");
        }
        // Literal addresses are judged when they are dialled, as the answers for a name are.
        Some(Host::Ipv4(ip)) => is_judged(ip.into()),
        Some(Host::Ipv6(ip)) => is_judged(ip.into()),
        None => panic!("{judged} has no host"),
    }
}

fn no_spelling_helps(ip: Ipv4Addr) {
    let [a, b, c, d] = ip.octets();
    let number = u32::from(ip);
    let low = number & 0x00FF_FFFF;
    let wide: String = ip
        .to_string()
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).filter(|_| c.is_ascii_digit()).unwrap_or(c))
        .collect();
    let escaped: String = ip.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect();
    let mut hosts = vec![
        format!("{number}"),
        format!("{number:#x}"),
        format!("0X{number:08X}"),
        format!("0{number:o}"),
        format!("{a}.{low}"),
        format!("{a:#x}.0{b:o}.{}", low & 0xFFFF),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("000{a:o}.{b:#04x}.{c}.{d:#x}"),
        format!("{ip}."),
        format!("{a}。{b}｡{c}．{d}"),
        wide,
        escaped,
    ];
    for prefix in ["::ffff:", "::", "64:ff9b::", "::ffff:0:", "2002:7f00:1::", "0:0:0:0:0:ffff:"] {
        hosts.push(format!("[{prefix}{ip}]"));
    }
    hosts.push(format!("[::ffff:{:x}:{:x}]", number >> 16, number & 0xFFFF));
    hosts.push(format!("[64:ff9b:1::{:x}:{:x}]", number >> 16, number & 0xFFFF));
    hosts.push(format!("[2002:{:x}:{:x}::1]", number >> 16, number & 0xFFFF));
    for host in hosts {
        for address in [
            format!("http://{host}/"),
            format!("https:{host}:443"),
            format!("http:\\\\{host}\\x"),
            format!("HTTP://{host}:0080#@public.example.org/"),
        ] {
            let Ok(url) = Url::parse(&address) else { continue };
            // Never a name: whoever resolves names might read an address in it.
            assert!(!matches!(url.host(), Some(Host::Domain(_))), "{address} is {url}");
            is_refused_unless_public(&url);
            if !host.starts_with('[') {
                assert_eq!(url.host(), Some(Host::Ipv4(ip)), "{address}");
            }
            // What is taken in has a name.
            assert!(WebUrl::parse(&address).is_err(), "{address}");
        }
    }
}

/// A redirect leads to what may be dialled, and never from a secure page to another host's plain
/// one.
fn leads_on(location: &[u8]) {
    let Ok(location) = HeaderValue::from_bytes(location) else { return };
    for from in ["https://blog.example.org/a?b", "http://blog.example.org/a?b"] {
        let from = Url::parse(from).unwrap();
        match redirected(&from, &location, Dial::PublicOnly) {
            Ok(to) => {
                is_refused_unless_public(&to);
                let is_downgrade = from.scheme() == "https" && to.scheme() == "http";
                assert!(!is_downgrade || from.host() == to.host(), "{to}");
            }
            Err(error) => {
                assert!(matches!(error, FetchError::Refused(_) | FetchError::BadRedirect));
            }
        }
    }
}
