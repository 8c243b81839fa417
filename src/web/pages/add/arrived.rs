//! "Did my post arrive?", in words.

use actix_web::HttpRequest;

use super::problem::of_address;
use super::proving::Prover;
use crate::actions::arrived::{self, Arrived, ArrivedError, Looked, Proof};
use crate::app::{App, Gate};
use crate::model::ping::{ReadingOutcome, RefusalReason};
use crate::web::error::PageError;
use crate::web::extract::client;
use crate::web::view::Zone;

/// "Did my post arrive?", answered.
#[derive(Debug)]
pub struct ArrivedPart {
    pub post: String,
    pub kind: &'static str,
    pub title: String,
    pub sentence: String,
    pub link: String,
    /// The code that proves whose page it is, where that would say more.
    pub code: String,
    /// How long that code holds.
    pub until: String,
    /// How its page was looked at for the code, in sentences.
    pub looked: String,
    /// The receipt, for whoever has proved it.
    pub receipt: String,
}

impl ArrivedPart {
    /// The element that proves whose page it is.
    pub fn meta(&self) -> String {
        format!("<meta name=\"backchannel\" content=\"{}\">", self.code)
    }
}

/// Asks about a post of this address.
pub async fn ask(
    app: &App,
    request: &HttpRequest,
    gate: &Gate,
    prover: &Prover,
    post: String,
) -> Result<ArrivedPart, PageError> {
    let zone = Zone::of(&gate.hub);
    let part = |kind, title: &str, sentence: String, link: String| ArrivedPart {
        post: post.clone(),
        kind,
        title: title.to_owned(),
        sentence,
        link,
        code: String::new(),
        until: zone.date(prover.until),
        looked: String::new(),
        receipt: String::new(),
    };
    let asked = arrived::ask(app, gate, &post, &prover.browser, client(app, request)).await;
    Ok(match asked {
        Err(ArrivedError::TooOften(too_often)) => return Err(too_often.into()),
        Err(ArrivedError::Database(error)) => return Err(error.into()),
        Err(ArrivedError::Url(error)) => {
            part("bad", "This is no address of a post", of_address(error), String::new())
        }
        Ok(Arrived::Never) => part(
            "warn",
            "It is not in this category",
            "No ping with this address has reached this category in the last days, or it was taken back, or its time was over. Perhaps it came to another category of this hub: ask there, too. Else check the ping address in your tool, and that it is the address of the post and not of the blog.".to_owned(),
            String::new(),
        ),
        Ok(Arrived::Refused(reason, at)) => {
            let why = match reason {
                RefusalReason::WrongPassphrase => "The passphrase was wrong",
                RefusalReason::NoPassphrase => "The passphrase was missing",
                RefusalReason::Closed => "The category was closed",
                RefusalReason::Full => "Too many posts were waiting",
                RefusalReason::Unproved => "The passphrase was missing",
            };
            let sentence = format!(
                "It came on {} and was not taken in. {}",
                zone.moment_zoned(at),
                advice(reason)
            );
            part("bad", why, sentence, String::new())
        }
        Ok(Arrived::Unverified(since, proof)) => with_proof(part(
            "warn",
            "Its page was not found to link here yet",
            format!(
                "It arrived on {}. Nobody sees it before its page was read and links to {}.",
                zone.moment_zoned(since),
                app.addresses.category(&gate.hub.slug, &gate.category.slug),
            ),
            String::new(),
        ), proof, &zone),
        Ok(Arrived::Hidden(since, proof)) => with_proof(part(
            "warn",
            "Its page cannot be read",
            format!(
                "It was listed, and is off the list since {}, because its page could not be read for a day. It comes back once it can be read: “Check again” on its receipt reads it at once.",
                zone.moment_zoned(since)
            ),
            String::new(),
        ), proof, &zone),
        Ok(Arrived::Waiting(since, proof)) => with_proof(part(
            "warn",
            "It is waiting",
            format!(
                "It arrived on {}, and waits for the organizers to look at it. Its receipt says whether its page could be read.",
                zone.moment_zoned(since)
            ),
            String::new(),
        ), proof, &zone),
        Ok(Arrived::Listed(id, since, proof)) => with_proof(part(
            "good",
            "It is listed",
            format!("It has been listed since {}.", zone.moment_zoned(since)),
            format!("/p/{id}"),
        ), proof, &zone),
    })
}

/// The receipt for whoever proved that the page is theirs, and for others the way to do so.
fn with_proof(part: ArrivedPart, proof: Proof, zone: &Zone) -> ArrivedPart {
    match proof {
        Proof::Never => part,
        Proof::Wanted(code, looked) => {
            ArrivedPart { code, looked: looked_words(&looked, zone), ..part }
        }
        Proof::Given(token) => ArrivedPart { receipt: format!("/r/{token}"), ..part },
    }
}

/// What came of looking for the code, and when that is done again.
fn looked_words(looked: &Looked, zone: &Zone) -> String {
    let last = match looked.last {
        Some((ReadingOutcome::Linked | ReadingOutcome::Unlinked, at)) => {
            format!("Your page was read at {}, and the line was not there. ", zone.seconds(at))
        }
        Some((ReadingOutcome::Failed | ReadingOutcome::Gone, at)) => {
            format!("Your page could not be read at {}. ", zone.seconds(at))
        }
        Some((ReadingOutcome::Unread, _)) | None => String::new(),
    };
    match looked.next {
        Some(next) => format!(
            "{last}It is read next on {}, at most every ten minutes. Load this page again then.",
            zone.moment_zoned(next)
        ),
        None => format!("{last}It is not read again by itself: press the button below."),
    }
}

const fn advice(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::WrongPassphrase => {
            "Check the passphrase with the organizers, and send the ping again."
        }
        RefusalReason::NoPassphrase => {
            "Put the posting passphrase at the end of the ping address, and send the ping again."
        }
        RefusalReason::Closed => "Ask the organizers if it will open again.",
        RefusalReason::Full => "Send it again later.",
        RefusalReason::Unproved => {
            "This category takes Webmentions and Pingbacks with its passphrase only: use the form above."
        }
    }
}
