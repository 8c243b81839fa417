//! Passing listed posts on to TrackBack addresses elsewhere.

use url::Url;

use super::named;

/// Addresses of one category.
pub const MAX_ADDRESSES: i64 = 20;
/// The longest answer that is kept, in characters.
pub const MAX_SAID: usize = 250;
/// Parts of an address that are shorter than this may be said: they are no passphrases.
const SHORTEST_SECRET: usize = 4;

named! {
    /// What became of passing a post on to an address.
    ForwardOutcome {
        /// It is to be sent, for the first time or again.
        Waiting = "waiting",
        /// The other side took it in.
        Taken = "taken",
        /// The other side answered with an error: it is not sent again.
        Refused = "refused",
        /// It could not be sent, and is not tried again.
        Failed = "failed",
    }
}

/// An address as it may be shown: its host and the first part of its path. What follows may be a
/// passphrase, and a single part may be one too.
pub fn shown(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    let port = address.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut parts = address.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some(first), Some(_)) => format!("{host}{port}/{first}/…"),
        (Some(_), None) => format!("{host}{port}/…"),
        (None, _) if address.query().is_some() => format!("{host}{port}/…"),
        (None, _) => format!("{host}{port}/"),
    }
}

/// What the other side said, without the parts of the address that may be secret.
pub fn without_secrets(said: &str, address: &Url) -> String {
    let parts = address.path_segments().into_iter().flatten().map(str::to_owned);
    let values = address.query_pairs().map(|(_, value)| value.into_owned());
    let mut text = said.replace(address.as_str(), "…");
    for secret in parts.chain(values).filter(|part| part.len() >= SHORTEST_SECRET) {
        text = text.replace(&secret, "…");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_may_be_a_passphrase() {
        for (address, text) in [
            ("https://hub.example/tb/1234567/violet-crown", "hub.example/tb/…"),
            ("https://hub.example/violet-crown", "hub.example/…"),
            ("https://hub.example/?pass=violet-crown", "hub.example/…"),
            ("http://hub.example:8080/mt-tb.cgi/12/secret?x=y#z", "hub.example:8080/mt-tb.cgi/…"),
            ("http://hub.example/", "hub.example/"),
        ] {
            assert_eq!(shown(&Url::parse(address).unwrap()), text);
        }
    }

    #[test]
    fn an_answer_does_not_give_the_passphrase_away() {
        let address = Url::parse("https://hub.example/tb/12/violet-crown?k=also-this").unwrap();
        let said = "violet-crown is wrong, also-this too, for https://hub.example/tb/12/violet-crown?k=also-this";
        assert_eq!(without_secrets(said, &address), "… is wrong, … too, for …");
    }
}
