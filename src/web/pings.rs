//! What bloggers' software talks to. These doors know no cookies, and no form of ours leads here.

pub mod pingback;
pub mod trackback;
pub mod webmention;
pub mod websub;

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

use crate::actions::claims::ClaimError;
use crate::actions::receive_ping::ReceiveError;
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

/// Why a claim was refused, for its sender, and when to try again.
fn claim_words(app: &App, error: &ClaimError) -> (String, Option<Duration>) {
    let sentence = match error {
        ClaimError::NoTarget => {
            "The target is not a category here: link to a category’s page, and send its address."
        }
        ClaimError::NoCategory => "The hub has no category yet, and takes no posts.",
        ClaimError::WhichCategory(pages) => {
            let pages = pages.join(" ");
            return (format!("Link to one category of the hub instead of the hub: {pages}"), None);
        }
        ClaimError::Receive(error) => return receive_words(app, error),
    };
    (sentence.to_owned(), None)
}

/// What is said of a ping key that does not open the category.
pub const KEY_OVER: &str = "This personal ping address does not work any more, or belongs to another category: ask the organizers for a new one.";

fn receive_words(app: &App, error: &ReceiveError) -> (String, Option<Duration>) {
    let minute = Some(Duration::from_secs(60));
    let (sentence, wait) = match error {
        ReceiveError::Url(error) => return (error.to_string(), None),
        ReceiveError::OwnPage => ("The source is a page of this site: send your own post.", None),
        ReceiveError::Closed(closed) => return (closed_sentence(closed), None),
        ReceiveError::Suspended => ("The hub is suspended, and takes no posts.", None),
        ReceiveError::Banned => {
            ("You are not allowed to ping this hub: ask its organizers if that is a mistake.", None)
        }
        ReceiveError::NoPassphrase => {
            let endpoint = app.addresses.path("/webmention?key=PASSPHRASE");
            return (
                format!(
                    "This category takes posts with its passphrase only: send the webmention to {endpoint}"
                ),
                None,
            );
        }
        ReceiveError::WrongPassphrase => {
            ("The passphrase is not right: check it with the organizers.", None)
        }
        ReceiveError::KeyOver => (KEY_OVER, None),
        ReceiveError::TooOften(too_often) => {
            let wait = too_often.retry_after;
            app.metrics.limited(too_often.limit.as_str());
            return (
                format!("That was often. Please try again in {}.", words_for(wait)),
                Some(wait),
            );
        }
        ReceiveError::Full => (
            "Too many posts are waiting for the organizers of this category: please try again later.",
            Some(Duration::from_secs(3_600)),
        ),
        ReceiveError::Backlog => (
            "There are too many pages to read just now: please try again later.",
            Some(Duration::from_secs(3_600)),
        ),
        ReceiveError::Busy => ("The hub is busy: please try again in a minute.", minute),
        ReceiveError::Database(error) => {
            tracing::error!(%error, "a claim was not stored");
            ("Something broke here, and nothing was stored: please try again in a minute.", minute)
        }
    };
    (sentence.to_owned(), wait)
}
