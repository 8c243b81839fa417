//! Where a request comes from.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

use crate::app::App;
use crate::limits::AddressBlock;

/// The address block a request comes from: the peer's, or, where the peer is a trusted proxy, the
/// last address in `X-Forwarded-For` that is not one (`security.md` T19).
pub fn client(app: &App, request: &HttpRequest) -> AddressBlock {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    AddressBlock::of(real_address(peer, request.headers(), &app.config.http.trusted_proxies))
}

fn real_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted =
        |address: IpAddr| trusted.iter().any(|net| net.contains(&address.to_canonical()));
    if !is_trusted(peer) {
        return peer;
    }
    let named: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut address = peer;
    for hop in named.into_iter().rev() {
        let Ok(hop) = hop.parse::<IpAddr>() else { return address };
        address = hop;
        if !is_trusted(hop) {
            return hop;
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        for (peer, forwarded, expected) in [
            ("203.0.113.9", "6.6.6.6", "203.0.113.9"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.1", "6.6.6.6, nonsense, 10.0.0.3", "10.0.0.3"),
        ] {
            let request =
                TestRequest::get().insert_header(("X-Forwarded-For", forwarded)).to_http_request();
            let found = real_address(peer.parse().unwrap(), request.headers(), &trusted);
            assert_eq!(found.to_string(), expected, "{peer} {forwarded}");
        }
    }
}
