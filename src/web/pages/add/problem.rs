//! Why a post was not taken in, beside the field it is about.

use super::desk::WRONG_PASSPHRASE;
use crate::actions::receive_ping::ReceiveError;
use crate::limits::{Limit, TooOften};
use crate::model::web_url::{Hosts, WebUrl, WebUrlError};
use crate::web::error::words_for;
use crate::web::pings::{KEPT_AWAY, KEY_OVER};
use crate::web::view::closed_sentence;

/// What is asked before the first page of a site is taken for a post.
pub const FRONT_PAGE: &str = "This is the first page of a site, not a post. Add it all the same? Then press the button once more.";

/// Whether an address is that of a site's first page. A tool that pings means what it says; who
/// types an address into a form is asked.
pub fn is_front_page(typed: &str) -> bool {
    let url = WebUrl::parse_on(typed, Hosts::AlsoLoopback);
    url.is_ok_and(|url| url.as_url().path() == "/" && url.as_url().query().is_none())
}

/// What is wrong with an address that somebody typed: where `https://` may be left out, "must begin
/// with" would be another rule than ours.
pub fn of_address(error: WebUrlError) -> String {
    match error {
        WebUrlError::Missing => "Type the address of your post.".to_owned(),
        WebUrlError::NotHttp => {
            "Only pages on the web can be listed: type an address of https:// or http://."
                .to_owned()
        }
        other => other.to_string(),
    }
}

/// Which field a refusal belongs to, and what to do. Nothing typed is lost.
pub fn problem(error: &ReceiveError) -> (&'static str, String) {
    let (field, sentence) = match error {
        ReceiveError::Url(error) => return ("url", of_address(*error)),
        ReceiveError::OwnPage => {
            ("url", "This is a page of this hub. Type the address of your own post.")
        }
        ReceiveError::Banned => (
            "form",
            "The organizers do not take posts from your network, from this site or in these words. Ask them if that is a mistake.",
        ),
        ReceiveError::KeptAway => ("form", KEPT_AWAY),
        ReceiveError::NoPassphrase => {
            ("passphrase", "Type the posting passphrase: the organizers gave it out.")
        }
        ReceiveError::WrongPassphrase => ("passphrase", WRONG_PASSPHRASE),
        ReceiveError::KeyOver => ("passphrase", KEY_OVER),
        ReceiveError::TooOften(TooOften { limit: Limit::TryPassphrase(_), retry_after }) => {
            let wait = words_for(*retry_after);
            return (
                "passphrase",
                format!(
                    "Too many wrong passphrases came from your network. Wait {wait}, then send this again."
                ),
            );
        }
        ReceiveError::TooOften(too_often) => {
            let wait = words_for(too_often.retry_after);
            return ("form", format!("That was often. Please wait {wait}, then send it again."));
        }
        ReceiveError::Full | ReceiveError::Backlog => {
            ("form", "Too many posts are waiting for the organizers. Please send it again later.")
        }
        ReceiveError::Closed(closed) => return ("form", closed_sentence(closed)),
        ReceiveError::Suspended => ("form", "This hub takes no posts."),
        ReceiveError::Busy | ReceiveError::Database(_) => {
            ("form", "There is too much going on just now. Please send it again in a minute.")
        }
    };
    (field, sentence.to_owned())
}
