//! Addresses that are not dialled, in every dress they are known to wear.

mod table;

use proptest::prelude::*;

use super::servers::{Server, Sink, redirect};
use super::*;
use table::{ANSWERS, CONTROLS, NO_ADDRESS, REFUSED};

/// The blog that leads on, at [`PUBLIC`].
const BLOG: &str = "blog.example.org";

/// The fetcher of the hub `hub.example.org`; all names but its own and [`BLOG`] have `answer`.
fn hub(answer: Vec<SocketAddr>) -> Setup {
    let own = Own::new(&url("https://hub.example.org"), "203.0.113.5:8080".parse().unwrap());
    let resolver = Resolver::scripted(move |name| {
        Some(match name {
            "hub.example.org" => addresses(&["45.33.32.156:0"]),
            BLOG => addresses(&[PUBLIC]),
            _ => answer.clone(),
        })
    });
    Setup { own, ..setup(Dial::PublicOnly, resolver) }
}

async fn refusal(fetcher: &Fetcher, url: &Url) -> Refusal {
    match fetcher.get(&Get::page(url)).await {
        Err(FetchError::Refused(refusal)) => refusal,
        other => panic!("{url}: {other:?}"),
    }
}

#[tokio::test]
async fn no_dress_gets_an_inside_address_dialled() {
    assert!(REFUSED.len() + NO_ADDRESS.len() + ANSWERS.len() >= 100);
    let (fetcher, dialled) = recorded(hub(addresses(&[PUBLIC])), None);
    for (text, expected) in REFUSED {
        let url = url(&text.replace("PORT", "4711"));
        assert_eq!(refusal(&fetcher, &url).await, *expected, "{text}");
    }
    for text in NO_ADDRESS {
        assert!(Url::parse(text).is_err(), "{text}");
    }
    assert_eq!(taken(&dialled), []);
}

#[tokio::test]
async fn no_name_gets_an_inside_address_dialled() {
    for (text, answers, expected) in ANSWERS {
        let (fetcher, dialled) = recorded(hub(addresses(answers)), None);
        assert_eq!(refusal(&fetcher, &url(text)).await, *expected, "{text}");
        assert_eq!(taken(&dialled), [], "{text}");
    }
}

/// A public blog, here in person, leads to what the address' query says.
async fn leading_on() -> Server {
    Server::start(|path| {
        let query = path.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let to = url::form_urlencoded::parse(query.as_bytes()).next();
        redirect(302, &to.unwrap_or_default().0)
    })
    .await
}

async fn refused_redirect(setup: Setup, blog: &Server, to: &Url) -> Refusal {
    let (fetcher, dialled) = recorded(setup, Some(blog.address));
    let to: String = url::form_urlencoded::byte_serialize(to.as_str().as_bytes()).collect();
    let refusal = refusal(&fetcher, &url(&format!("http://{BLOG}/?{to}"))).await;
    assert_eq!(taken(&dialled), addresses(&["93.184.216.34:80"]), "only the blog: {to}");
    refusal
}

#[tokio::test]
async fn no_redirect_gets_an_inside_address_dialled() {
    let (sink, blog) = (Sink::new(), leading_on().await);
    let port = sink.addresses()[0].port().to_string();
    for (text, expected) in REFUSED {
        let to = url(&text.replace("PORT", &port));
        let refusal = refused_redirect(hub(sink.addresses()), &blog, &to).await;
        assert_eq!(refusal, *expected, "{text}");
    }
    for (text, answers, expected) in ANSWERS {
        let refusal = refused_redirect(hub(addresses(answers)), &blog, &url(text)).await;
        assert_eq!(refusal, *expected, "{text}");
    }
    assert_eq!(blog.heads().len(), REFUSED.len() + ANSWERS.len(), "one GET each");
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn listeners_on_this_machine_are_never_reached() {
    let sink = Sink::new();
    let fetcher = fetcher(hub(sink.addresses()));
    for port in sink.addresses().iter().map(|address| address.port().to_string()) {
        for (text, _) in REFUSED {
            refusal(&fetcher, &url(&text.replace("PORT", &port))).await;
        }
    }
    for (text, _) in CONTROLS.iter().filter(|(text, _)| url(text).domain().is_some()) {
        assert_eq!(refusal(&fetcher, &url(text)).await, Refusal::NotPublic, "{text}");
    }
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn a_listener_that_is_reached_is_noticed() {
    let sink = Sink::new();
    let fetcher = within(Limits { first_byte: SHORT, ..generous() });
    for address in sink.addresses() {
        fetcher.get(&Get::page(&url(&format!("http://{address}/")))).await.unwrap_err();
    }
    assert_eq!(sink.connections(), 2);
}

#[tokio::test]
async fn public_addresses_are_dialled_as_they_were_judged() {
    assert!(CONTROLS.len() >= 12);
    for (text, expected) in CONTROLS {
        let (fetcher, dialled) = recorded(hub(addresses(&[PUBLIC])), None);
        let error = fetcher.get(&Get::page(&url(text))).await.unwrap_err();
        assert!(matches!(error, FetchError::Unreachable(_)), "{text}: {error:?}");
        assert_eq!(taken(&dialled), addresses(&[expected]), "{text}");
    }
}

/// What is dialled for an address that is written out, if it is.
fn dialled_for(text: &str) -> Option<std::net::IpAddr> {
    let url = address::checked(&url(text), Dial::PublicOnly).unwrap();
    let ip = match url.host()? {
        url::Host::Ipv4(ip) => ip.into(),
        url::Host::Ipv6(ip) => ip.into(),
        url::Host::Domain(name) => panic!("{text} is the name {name}"),
    };
    address::check_address(SocketAddr::new(ip, 80), Dial::PublicOnly).ok().map(|()| ip)
}

proptest! {
    #[test]
    fn every_spelling_of_an_address_is_judged_alike(bits: u32) {
        let ip = std::net::Ipv4Addr::from_bits(bits);
        let public = address::is_public(ip.into());
        let [a, b, c, d] = ip.octets();
        for text in [
            format!("http://{ip}/"),
            format!("http://{bits}/"),
            format!("http://0x{bits:x}/"),
            format!("http://0{bits:o}/"),
            format!("http://{a}.0x{:x}/", bits & 0xff_ffff),
            format!("http://{a}.{b}.0{:o}/", bits & 0xffff),
            format!("http://0{a:o}.0x{b:x}.{c}.{d}./"),
            format!("http://[::ffff:{ip}]/"),
        ] {
            prop_assert_eq!(dialled_for(&text).is_some(), public, "{}", text);
        }
        prop_assert_eq!(dialled_for(&format!("http://[::{ip}]/")), None);
        prop_assert_eq!(dialled_for(&format!("http://[64:ff9b::{ip}]/")), None);
        prop_assert_eq!(dialled_for(&format!("http://[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::]/")), None);
    }

    #[test]
    fn whatever_a_redirect_says_it_is_refused_or_clean(location in "[ -~]{0,60}|[h:/.@#?a-z0-9\\[\\]]{0,40}") {
        let from = url("http://example.org/a/b?c");
        let location = hyper::header::HeaderValue::from_str(&location).unwrap();
        if let Ok(to) = address::redirected(&from, &location, Dial::PublicOnly) {
            prop_assert!(matches!(to.port_or_known_default(), Some(80 | 443)));
            prop_assert!(to.username().is_empty() && to.password().is_none());
            prop_assert!(to.fragment().is_none());
            prop_assert!(to.domain().is_none_or(|name| name.contains('.') && !name.ends_with('.')));
        }
    }
}

#[test]
fn each_range_ends_where_it_ends() {
    for (inside, before, after) in [
        (["0.0.0.0", "0.255.255.255"], None, Some("1.0.0.0")),
        (["10.0.0.0", "10.255.255.255"], Some("9.255.255.255"), Some("11.0.0.0")),
        (["100.64.0.0", "100.127.255.255"], Some("100.63.255.255"), Some("100.128.0.0")),
        (["127.0.0.0", "127.255.255.255"], Some("126.255.255.255"), Some("128.0.0.0")),
        (["169.254.0.0", "169.254.255.255"], Some("169.253.255.255"), Some("169.255.0.0")),
        (["172.16.0.0", "172.31.255.255"], Some("172.15.255.255"), Some("172.32.0.0")),
        (["192.0.0.0", "192.0.0.255"], Some("191.255.255.255"), Some("192.0.1.0")),
        (["192.0.2.0", "192.0.2.255"], Some("192.0.1.255"), Some("192.0.3.0")),
        (["192.88.99.0", "192.88.99.255"], Some("192.88.98.255"), Some("192.88.100.0")),
        (["192.168.0.0", "192.168.255.255"], Some("192.167.255.255"), Some("192.169.0.0")),
        (["198.18.0.0", "198.19.255.255"], Some("198.17.255.255"), Some("198.20.0.0")),
        (["198.51.100.0", "198.51.100.255"], Some("198.51.99.255"), Some("198.51.101.0")),
        (["203.0.113.0", "203.0.113.255"], Some("203.0.112.255"), Some("203.0.114.0")),
        (["224.0.0.0", "255.255.255.255"], Some("223.255.255.255"), None),
        (["::", "1fff:ffff::"], None, Some("2000::")),
        (["2001::", "2001:1ff:ffff::"], Some("2000:ffff::"), Some("2001:200::")),
        (["2001:db8::", "2001:db8:ffff::"], Some("2001:db7:ffff::"), Some("2001:db9::")),
        (["2002::", "2002:ffff::"], Some("2001:ffff::"), Some("2003::")),
        (["3fff::", "3fff:fff:ffff::"], Some("3ffe:ffff::"), Some("3fff:1000::")),
        (["4000::", "ffff:ffff::"], Some("3fff:ffff::"), None),
    ] {
        let is_public = |text: &str| address::is_public(text.parse().unwrap());
        assert!(!inside.into_iter().any(is_public), "{inside:?}");
        assert!(before.into_iter().chain(after).all(is_public), "{before:?} {after:?}");
    }
    assert!(!address::is_public("::ffff:127.0.0.1".parse().unwrap()));
    assert!(address::is_public("::ffff:8.8.8.8".parse().unwrap()));
}
