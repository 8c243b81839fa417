//! What bloggers' software talks to. These doors know no cookies, and no form of ours leads here.

pub mod pingback;
pub mod trackback;
pub mod webmention;
pub mod websub;

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

use crate::actions::claims::ClaimError;
use crate::actions::receive_ping::{ReceiveError, Received};
use crate::app::App;
use crate::web::error::words_for;
use crate::web::view::closed_sentence;

/// An answer in plain text, for one sender.
fn text(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex"));
    response
}

/// The path of the receipt of a post that was taken in: that of one that was here before says what
/// this ping changed.
pub fn receipt_path(app: &App, received: &Received) -> String {
    let token = received.receipt.token(&app.secrets);
    match received.resent {
        Some(resent) => format!("/r/{token}?again={}", resent.as_str()),
        None => format!("/r/{token}"),
    }
}

/// Why a claim was refused, for its sender, and when to try again.
fn claim_words(app: &App, error: &ClaimError) -> (String, Option<Duration>) {
    if let ClaimError::Receive(ReceiveError::Database(error)) = error {
        tracing::error!(%error, "a claim was not stored");
    }
    if let ClaimError::Receive(ReceiveError::TooOften(too_often)) = error {
        app.metrics.limited(too_often.limit.as_str());
    }
    (claim_sentence(error, &app.addresses.webmention()), claim_wait(error))
}

/// Why a claim was refused, in the words its sender reads. `endpoint` takes Webmentions.
pub fn claim_sentence(error: &ClaimError, endpoint: &str) -> String {
    let sentence = match error {
        ClaimError::NoTarget => {
            "The target is not a category here: link to a category’s page, and send its address."
        }
        ClaimError::NoCategory => "The hub has no category yet, and takes no posts.",
        ClaimError::WhichCategory(pages) => {
            let pages = pages.join(" ");
            return format!("Link to one category of the hub instead of the hub: {pages}");
        }
        ClaimError::Receive(error) => return receive_sentence(error, endpoint),
    };
    sentence.to_owned()
}

/// What is said of a ping key that does not open the category.
pub const KEY_OVER: &str = "This personal ping address does not work any more, or belongs to another category: ask the organizers for a new one.";

/// What is said of a post that its writer keeps away.
pub const KEPT_AWAY: &str = "Whoever writes this post keeps it away from this hub. If that is you, the help says how you let it come again.";

fn receive_sentence(error: &ReceiveError, endpoint: &str) -> String {
    let sentence = match error {
        ReceiveError::Url(error) => return error.to_string(),
        ReceiveError::OwnPage => "The source is a page of this site: send your own post.",
        ReceiveError::Closed(closed) => return closed_sentence(closed),
        ReceiveError::Suspended => "The hub is suspended, and takes no posts.",
        ReceiveError::Banned => {
            "You are not allowed to ping this hub: ask its organizers if that is a mistake."
        }
        ReceiveError::KeptAway => KEPT_AWAY,
        ReceiveError::NoPassphrase => {
            return format!(
                "This category takes posts with its passphrase only: send the webmention to {endpoint}?key=PASSPHRASE"
            );
        }
        ReceiveError::WrongPassphrase => {
            "The passphrase is not right: check it with the organizers."
        }
        ReceiveError::KeyOver => KEY_OVER,
        ReceiveError::TooOften(too_often) => {
            let wait = words_for(too_often.retry_after);
            return format!("That was often. Please try again in {wait}.");
        }
        ReceiveError::Full => {
            "Too many posts are waiting for the organizers of this category: please try again later."
        }
        ReceiveError::Backlog => {
            "There are too many pages to read just now: please try again later."
        }
        ReceiveError::Busy => "The hub is busy: please try again in a minute.",
        ReceiveError::Database(_) => {
            "Something broke here, and nothing was stored: please try again in a minute."
        }
    };
    sentence.to_owned()
}

/// When it makes sense to try again.
const fn claim_wait(error: &ClaimError) -> Option<Duration> {
    match error {
        ClaimError::Receive(ReceiveError::TooOften(too_often)) => Some(too_often.retry_after),
        ClaimError::Receive(ReceiveError::Full | ReceiveError::Backlog) => {
            Some(Duration::from_secs(3_600))
        }
        ClaimError::Receive(ReceiveError::Busy | ReceiveError::Database(_)) => {
            Some(Duration::from_secs(60))
        }
        ClaimError::NoTarget
        | ClaimError::NoCategory
        | ClaimError::WhichCategory(_)
        | ClaimError::Receive(
            ReceiveError::Url(_)
            | ReceiveError::OwnPage
            | ReceiveError::Closed(_)
            | ReceiveError::Suspended
            | ReceiveError::Banned
            | ReceiveError::KeptAway
            | ReceiveError::NoPassphrase
            | ReceiveError::WrongPassphrase
            | ReceiveError::KeyOver,
        ) => None,
    }
}
