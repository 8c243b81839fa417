//! XML-RPC: `POST /xmlrpc`, for Pingbacks and for blogs that announce their posts.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{claim_words, receipt_path};
use crate::actions::claims::{self, Claim, ClaimError};
use crate::actions::follow;
use crate::actions::receive_ping::{ReceiveError, Received};
use crate::app::{App, ReceiptKind};
use crate::limits::Limit;
use crate::model::ping::CameBy;
use crate::web::error::{PageError, words_for};
use crate::web::extract::{client, read_body};
use crate::web::respond;
use crate::wire::pingback::{self, Answer, CONTENT_TYPE, Call, CallError, Fault, MAX_BODY};

/// How long a call's body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(9);

/// `POST /xmlrpc`: always 200, whatever is said (XML-RPC specification).
pub async fn receive(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let body = tokio::time::timeout(BODY_WITHIN, read_body(payload, MAX_BODY)).await;
    let content_type =
        request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
    let call = match body.unwrap_or(Err(PageError::TimedOut)) {
        Ok(body) => pingback::parse(content_type, &body),
        Err(PageError::TooLarge) => Err(CallError::TooLarge),
        Err(_) => Err(CallError::NotWellFormed),
    };
    let (xml, wait) = match call {
        Err(error) => (Answer::NotUnderstood(error).to_xml(), None),
        Ok(Call::Pingback { source, target }) => ping(&app, &request, source, target).await,
        Ok(Call::WeblogPing { name: _, url }) => announce(&app, &request, &url, None).await,
        Ok(Call::ExtendedPing { name: _, url, check: _, feed }) => {
            announce(&app, &request, &url, Some(&feed)).await
        }
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex"));
    if let Some(wait) = wait {
        // XML-RPC has no status for it: the header is for those who look.
        response.insert_header((header::RETRY_AFTER, respond::retry_after(wait)));
    }
    response.body(xml)
}

/// An answer, and when to try again where that is known.
type Answered = (String, Option<Duration>);

async fn ping(app: &App, request: &HttpRequest, source: String, target: String) -> Answered {
    let sender = client(app, request);
    let came_by = CameBy::Pingback;
    let claim = Claim { source, target, key: None, vouch: None, came_by, sender };
    match claims::receive(app, claim).await {
        Ok(received) => (taken(app, &received), None),
        Err(error) => {
            app.metrics.ping("pingback-refused");
            let (sentence, wait) = claim_words(app, &error);
            (Answer::Refused(fault(&error, &sentence)).to_xml(), wait)
        }
    }
}

/// The page is read later, so that "no such source" and "no link" stand on the receipt.
fn taken(app: &App, received: &Received) -> String {
    let receipt = app.addresses.path(&receipt_path(app, received));
    if received.receipt.kind == ReceiptKind::Again {
        app.metrics.ping("again");
        let sentence = already_here(&receipt);
        return Answer::Refused(Fault::AlreadyTaken(&sentence)).to_xml();
    }
    app.metrics.ping("pingback");
    Answer::Taken(&format!("Your post is stored, and will be read. How it stands: {receipt}"))
        .to_xml()
}

/// What is said of a post that was here before.
pub fn already_here(receipt: &str) -> String {
    format!("Your post was sent here before, and its page is read again. How it stands: {receipt}")
}

const fn fault<'a>(error: &ClaimError, sentence: &'a str) -> Fault<'a> {
    match error {
        ClaimError::NoTarget => Fault::NoTarget(sentence),
        ClaimError::WhichCategory(_) | ClaimError::NoCategory => Fault::TargetTakesNone(sentence),
        ClaimError::Receive(error) => match error {
            ReceiveError::Url(_) | ReceiveError::OwnPage => Fault::NoSource(sentence),
            ReceiveError::Closed(_) | ReceiveError::Suspended => Fault::TargetTakesNone(sentence),
            ReceiveError::Banned
            | ReceiveError::KeptAway
            | ReceiveError::NoPassphrase
            | ReceiveError::WrongPassphrase
            | ReceiveError::KeyOver
            | ReceiveError::TooOften(_) => Fault::AccessDenied(sentence),
            ReceiveError::Full
            | ReceiveError::Backlog
            | ReceiveError::Busy
            | ReceiveError::Database(_) => Fault::Other(sentence),
        },
    }
}

/// `weblogUpdates.ping`: for a blog that a hub trusts its feed is read; others are told what to do.
async fn announce(app: &App, request: &HttpRequest, url: &str, feed: Option<&str>) -> Answered {
    let answer = |is_refused, message: &str| Answer::WeblogUpdates { is_refused, message }.to_xml();
    if let Err(too_often) = app.limits.take(Limit::Announce, client(app, request)) {
        let wait = too_often.retry_after;
        let words = words_for(wait);
        let sentence = format!("That was often. Please announce your posts again in {words}.");
        return (answer(true, &sentence), Some(wait));
    }
    let xml = match follow::announce(app, url, feed).await {
        Ok(true) => answer(false, "Thanks for the ping. Your feed will be read in a moment."),
        Ok(false) => answer(
            true,
            "No hub here knows your blog yet: send one post to a category, and announce the others once it is listed.",
        ),
        Err(error) => {
            tracing::error!(%error, "an announced blog was not noted");
            answer(true, "Something broke here. Please send the ping again in a few minutes.")
        }
    };
    (xml, None)
}

/// `GET /xmlrpc`: for whoever opens the endpoint in a browser.
pub async fn show() -> HttpResponse {
    respond::see_other("/help/bloggers#pingback")
}
