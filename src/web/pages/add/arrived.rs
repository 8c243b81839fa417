//! "Did my post arrive?", in words.

use actix_web::HttpRequest;

use super::form_at;
use super::problem::of_address;
use super::proving::Prover;
use crate::actions::arrived::{self, Arrived, ArrivedError, Looked, Proof};
use crate::app::{App, Gate};
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::model::ping::{ReadingOutcome, RefusalReason};
use crate::model::web_url::WebUrlError;
use crate::web::error::PageError;
use crate::web::extract::client;
use crate::web::pages::keep_away;
use crate::web::pages::receipt::why_unreadable;
use crate::web::view::{Zone, closing_sentence};

/// "Did my post arrive?", answered.
#[derive(Debug, Clone)]
pub struct ArrivedPart {
    pub post: String,
    /// The category that this is about, where several were asked.
    pub category: String,
    pub category_path: String,
    pub kind: &'static str,
    pub title: String,
    pub sentence: String,
    pub link: String,
    /// Where to send it, or to ask once more, where it is not here; and what that is called.
    pub on: Option<(String, &'static str)>,
    /// The code that proves whose page it is, where that would say more.
    pub code: String,
    /// How long that code holds.
    pub until: String,
    /// How its page was looked at for the code, in sentences.
    pub looked: String,
    /// The receipt, for whoever has proved it.
    pub receipt: String,
    /// The hub's own page elsewhere, where somebody may be asked.
    pub hub_link: String,
}

impl ArrivedPart {
    /// The element that proves whose page it is.
    pub fn meta(&self) -> String {
        format!("<meta name=\"backchannel\" content=\"{}\">", self.code)
    }

    /// An answer of this kind, and nothing more yet.
    fn of(hub: &Hub, post: &str, kind: &'static str, title: &str, sentence: String) -> Self {
        Self {
            post: post.to_owned(),
            category: String::new(),
            category_path: String::new(),
            kind,
            title: title.to_owned(),
            sentence,
            link: String::new(),
            on: None,
            code: String::new(),
            until: String::new(),
            looked: String::new(),
            receipt: String::new(),
            hub_link: hub.link.clone(),
        }
    }

    /// What is said of something that is no address.
    fn of_no_address(hub: &Hub, post: &str, error: WebUrlError) -> Self {
        Self::of(hub, post, "bad", "This is no address of a post", of_address(error))
    }
}

/// Asks about a post of this address in a category.
pub async fn ask(
    app: &App,
    request: &HttpRequest,
    gate: &Gate,
    prover: &Prover,
    post: &str,
) -> Result<ArrivedPart, PageError> {
    let asked = arrived::ask(app, gate, post, &prover.browser, client(app, request)).await;
    match asked {
        Err(ArrivedError::Url(error)) => Ok(ArrivedPart::of_no_address(&gate.hub, post, error)),
        Err(error) => Err(failed(error)),
        Ok(arrived) => Ok(told(app, gate, prover, post, arrived)),
    }
}

/// Asks about it in all of these categories, which whoever asks may know of: what became of it
/// wherever it came to, else that it is nowhere.
pub async fn ask_in(
    app: &App,
    request: &HttpRequest,
    (hub, categories): (&Hub, &[Category]),
    prover: &Prover,
    post: &str,
) -> Result<Vec<ArrivedPart>, PageError> {
    let (ids, from) = (categories.iter().map(|c| c.id).collect(), client(app, request));
    let found = match arrived::ask_in(app, hub.id, ids, post, &prover.browser, from).await {
        Err(ArrivedError::Url(error)) => {
            return Ok(vec![ArrivedPart::of_no_address(hub, post, error)]);
        }
        found => found.map_err(failed)?,
    };
    if found.is_empty() {
        let sentence = format!("No ping with this address has reached this hub {NEVER}");
        return Ok(vec![ArrivedPart::of(hub, post, "warn", "It is not in this hub", sentence)]);
    }
    let told = found.into_iter().filter_map(|(id, arrived)| {
        let category = categories.iter().find(|category| category.id == id)?;
        let gate = Gate { hub: hub.clone(), category: category.clone() };
        let part = told(app, &gate, prover, post, arrived);
        Some(ArrivedPart { category: category.title.clone(), ..part })
    });
    Ok(told.collect())
}

fn failed(error: ArrivedError) -> PageError {
    match error {
        ArrivedError::TooOften(too_often) => too_often.into(),
        ArrivedError::Database(error) => error.into(),
        ArrivedError::Url(_) => PageError::BadRequest("This is no address of a post."),
    }
}

/// Why nothing may be known of a post, and what to look at.
const NEVER: &str = "in the last days, or it was taken back, or its time was over. Check the ping address in your tool, and that this is the address of the post and not of the blog.";

/// What became of a post in a category, in words.
fn told(app: &App, gate: &Gate, prover: &Prover, post: &str, arrived: Arrived) -> ArrivedPart {
    let zone = Zone::of(&gate.hub);
    let path = gate.hub.category_path(&gate.category.slug);
    let part = |kind, title: &str, sentence: String| ArrivedPart {
        category_path: path.clone(),
        until: zone.date(prover.until),
        ..ArrivedPart::of(&gate.hub, post, kind, title, sentence)
    };
    let at = |since| zone.moment_zoned(since);
    match arrived {
        Arrived::Never => {
            let whole = form_at(&format!("{}/-/add", gate.hub.path()), "post", post);
            let sentence = format!("No ping with this address has reached this category {NEVER}");
            let part = part("warn", "It is not in this category", sentence);
            ArrivedPart { on: Some((whole, "Look in the whole hub")), ..part }
        }
        Arrived::KeptAway => {
            let page = keep_away::path(&gate.hub.slug, post);
            let sentence = "Whoever writes it had it removed from this hub, and keeps it away. It is not taken in from anybody.";
            let part = part("warn", "It is kept away", sentence.to_owned());
            ArrivedPart { on: Some((page, "Is it yours? Let it come again")), ..part }
        }
        Arrived::Refused(reason, since) => {
            let (why, advice) = refused(reason);
            let sentence = format!("It came on {} and was not taken in. {advice}", at(since));
            let form = form_at(&format!("{path}/add"), "url", post);
            ArrivedPart { on: Some((form, "Send it by the form")), ..part("bad", why, sentence) }
        }
        Arrived::Hidden(since, proof) => {
            with_proof(part("warn", "Its page cannot be read", hidden(&at(since))), proof, &zone)
        }
        Arrived::Unverified(since, proof) | Arrived::Waiting(since, proof)
            if gate.hub.frozen_at.is_some() =>
        {
            let sentence = frozen(&at(since), &gate.hub.closing_words);
            with_proof(part("warn", "Nobody looked at it", sentence), proof, &zone)
        }
        Arrived::Unverified(since, proof) => {
            let title = "Its page was not found to link here yet";
            let page = app.addresses.path(&path);
            let sentence = unverified(&at(since), &page);
            with_proof(part("warn", title, sentence), proof, &zone)
        }
        Arrived::Waiting(since, proof) => {
            with_proof(part("warn", "It is waiting", waiting(&at(since))), proof, &zone)
        }
        Arrived::Listed(id, since, proof) => {
            let sentence = format!("It has been listed since {}.", at(since));
            let link = format!("/p/{id}");
            let part = ArrivedPart { link, ..part("good", "It is listed", sentence) };
            with_proof(part, proof, &zone)
        }
    }
}

fn unverified(at: &str, page: &str) -> String {
    format!("It arrived on {at}. Nobody sees it before its page was read and links to {page}.")
}

fn hidden(at: &str) -> String {
    format!(
        "It was listed, and is off the list since {at}, because its page could not be read for a day. It comes back once it can be read: “Check again” on its receipt reads it at once."
    )
}

fn frozen(at: &str, words: &str) -> String {
    let said = closing_sentence(words);
    format!(
        "It arrived on {at}, and nobody had looked at it when the hub was closed for good.{said}"
    )
}

fn waiting(at: &str) -> String {
    format!(
        "It arrived on {at}, and waits for the organizers to look at it. Its receipt says whether its page could be read."
    )
}

/// The receipt for whoever proved that the page is theirs, and for others the way to do so.
fn with_proof(part: ArrivedPart, proof: Proof, zone: &Zone) -> ArrivedPart {
    match proof {
        Proof::Never => part,
        Proof::Wanted(code, looked) => {
            ArrivedPart { looked: looked_words(&part.post, &looked, zone), code, ..part }
        }
        Proof::Given(token) => ArrivedPart { receipt: format!("/r/{token}"), ..part },
    }
}

/// What came of looking for the code, and when that is done again.
fn looked_words(post: &str, looked: &Looked, zone: &Zone) -> String {
    let last = match looked.last {
        Some((ReadingOutcome::Linked | ReadingOutcome::Unlinked, at)) => {
            format!("Your page was read at {}, and the line was not there. ", zone.seconds(at))
        }
        Some((ReadingOutcome::Failed, at)) => {
            let why = why_unreadable(post, &looked.problem);
            format!("Your page could not be read at {}. {why} ", zone.seconds(at))
        }
        Some((ReadingOutcome::Gone, at)) => {
            format!("Your page said at {} that it is gone. ", zone.seconds(at))
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

/// Why a post was not taken in, and what to do.
const fn refused(reason: RefusalReason) -> (&'static str, &'static str) {
    match reason {
        RefusalReason::WrongPassphrase => (
            "The passphrase was wrong",
            "Check the passphrase with the organizers, and send the ping again.",
        ),
        RefusalReason::NoPassphrase => (
            "The passphrase was missing",
            "Put the posting passphrase at the end of the ping address, and send the ping again.",
        ),
        RefusalReason::Closed => {
            ("The category was closed", "Ask the organizers if it will open again.")
        }
        RefusalReason::Full => ("Too many posts were waiting", "Send it again later."),
        RefusalReason::Unproved => (
            "The passphrase was missing",
            "This category takes Webmentions and Pingbacks with its passphrase only: use the form.",
        ),
    }
}
