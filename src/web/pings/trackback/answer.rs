//! Every answer to a TrackBack ping, side by side.
//!
//! Status 200 for what a blogger should read: old senders show the message only then. Messages
//! begin with Movable Type's words where it has any, and say what to do.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use crate::actions::receive_ping::{ReceiveError, Received};
use crate::app::{App, ReceiptKind};
use crate::db::DbError;
use crate::model::ping::PingState;
use crate::model::web_url::WebUrlError;
use crate::web::error::{PageError, words_for};
use crate::web::pings::receipt_path;
use crate::web::respond;
use crate::web::view::closed_sentence;
use crate::wire::trackback::{Answer, CONTENT_TYPE, ParseError};

/// Why a ping was refused, as far as its sender is told.
#[derive(Debug)]
pub enum Refusal {
    /// The address names no category.
    NoSuchCategory,
    /// A ping by GET.
    MustPost,
    /// The body did not arrive.
    Body(PageError),
    /// The body is no ping.
    Parse(ParseError),
    /// The ping was not taken in.
    Ping(ReceiveError),
}

impl Refusal {
    /// The sentence its sender reads.
    pub fn message(&self) -> String {
        let sentence = match self {
            Self::NoSuchCategory => {
                "Invalid TrackBack ID. There is no category at this ping address: copy it again from the category's page \"Add your post\"."
            }
            Self::MustPost => {
                "Trackback pings must use HTTP POST. Most tools do: check that the ping address holds no question mark."
            }
            Self::Body(PageError::TooLarge) | Self::Parse(ParseError::TooLarge) => {
                "This ping is too large: 32 KB is the most. Send a shorter excerpt."
            }
            Self::Body(PageError::TimedOut) => {
                "The ping took too long to arrive. Please send it again."
            }
            Self::Body(_) => "The ping was cut off on its way. Please send it again.",
            Self::Parse(error) => return error.to_string(),
            Self::Ping(error) => return receive_message(error),
        };
        sentence.to_owned()
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Body(PageError::TooLarge) | Self::Parse(ParseError::TooLarge) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Body(error) => error.status_code(),
            Self::Ping(ReceiveError::TooOften(_)) => StatusCode::TOO_MANY_REQUESTS,
            Self::Ping(ReceiveError::Banned | ReceiveError::KeptAway) => StatusCode::FORBIDDEN,
            Self::Ping(_) | Self::Parse(_) | Self::NoSuchCategory | Self::MustPost => {
                StatusCode::OK
            }
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Ping(ReceiveError::TooOften(too_often)) => Some(too_often.retry_after),
            Self::Ping(ReceiveError::Busy | ReceiveError::Database(_)) => {
                Some(Duration::from_secs(60))
            }
            Self::Ping(ReceiveError::Full | ReceiveError::Backlog) => {
                Some(Duration::from_secs(3_600))
            }
            Self::Ping(_)
            | Self::Parse(_)
            | Self::Body(_)
            | Self::NoSuchCategory
            | Self::MustPost => None,
        }
    }

    /// The fixed word for metrics.
    const fn outcome(&self) -> &'static str {
        match self {
            Self::NoSuchCategory => "no-such-category",
            Self::MustPost => "must-post",
            Self::Body(_) => "body",
            Self::Parse(_) => "parse",
            Self::Ping(ReceiveError::Closed(_)) => "closed",
            Self::Ping(ReceiveError::Suspended) => "suspended",
            Self::Ping(ReceiveError::Url(_)) => "url",
            Self::Ping(ReceiveError::OwnPage) => "own-page",
            Self::Ping(ReceiveError::Banned) => "banned",
            Self::Ping(ReceiveError::KeptAway) => "kept-away",
            Self::Ping(ReceiveError::NoPassphrase) => "no-passphrase",
            Self::Ping(ReceiveError::WrongPassphrase) => "wrong-passphrase",
            Self::Ping(ReceiveError::KeyOver) => "key-over",
            Self::Ping(ReceiveError::TooOften(_)) => "too-often",
            Self::Ping(ReceiveError::Full) => "full",
            Self::Ping(ReceiveError::Backlog) => "backlog",
            Self::Ping(ReceiveError::Busy) => "busy",
            Self::Ping(ReceiveError::Database(_)) => "failed",
        }
    }
}

fn receive_message(error: &ReceiveError) -> String {
    let sentence = match error {
        ReceiveError::Url(WebUrlError::Missing) => {
            "Need a Source URL (url). Send the address of your post in the field \u{201c}url\u{201d}."
        }
        ReceiveError::Url(error) => return format!("Invalid URL. {error}"),
        ReceiveError::OwnPage => {
            "Invalid URL. This is the address of a page of this hub: send the address of your own post."
        }
        ReceiveError::Closed(closed) => {
            return format!("This TrackBack item is disabled. {}", closed_sentence(closed));
        }
        ReceiveError::Suspended => {
            "This TrackBack item is disabled. The hub is suspended, and takes no posts."
        }
        ReceiveError::Banned => {
            "You are not allowed to send TrackBack pings. The organizers refuse what comes from your network, your site or in these words: ask them if that is a mistake."
        }
        ReceiveError::KeptAway => {
            "You are not allowed to send TrackBack pings. Whoever writes this post keeps it away from this hub: if that is you, the help says how you let it come again."
        }
        ReceiveError::NoPassphrase => {
            "This TrackBack item is protected by a passphrase. Add it to the end of the ping address, after a slash."
        }
        ReceiveError::WrongPassphrase => {
            "This TrackBack item is protected by a passphrase. The one at the end of the ping address is not right: check it with the organizers."
        }
        ReceiveError::KeyOver => {
            "This TrackBack item is protected by a passphrase. This personal ping address does not work any more, or belongs to another category: ask the organizers for a new one."
        }
        ReceiveError::TooOften(too_often) => {
            return format!(
                "You are pinging trackbacks too quickly. Please try again later: in {}.",
                words_for(too_often.retry_after)
            );
        }
        ReceiveError::Backlog => {
            "The hub has too many pages to read just now. Your post was not stored: please send it again later."
        }
        ReceiveError::Full => {
            "Too many posts are waiting for the organizers of this category. Your post was not stored: please send it again later."
        }
        ReceiveError::Busy | ReceiveError::Database(DbError::Busy | DbError::Closed) => {
            "The hub is busy. Please send your post again in a minute: it is taken in once."
        }
        ReceiveError::Database(_) => {
            "Something broke here. Your post was not stored: please send it again in a few minutes."
        }
    };
    sentence.to_owned()
}

/// The answer to a ping.
pub fn answer(app: &App, received: Result<Received, Refusal>) -> HttpResponse {
    let mut response = match &received {
        Ok(_) => HttpResponse::Ok(),
        Err(refusal) => HttpResponse::build(refusal.status()),
    };
    response
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex"));
    match received {
        Ok(received) => {
            app.metrics.ping(match (received.receipt.kind, received.state) {
                (ReceiptKind::Again, _) => "again",
                (ReceiptKind::First, PingState::Listed) => "listed",
                (ReceiptKind::First, PingState::Spam) => "set-aside",
                (ReceiptKind::First, _) => "waiting",
            });
            let receipt = app.addresses.path(&receipt_path(app, &received));
            response.insert_header((header::LINK, format!("<{receipt}>; rel=\"receipt\"")));
            response.body(Answer::Stored.to_xml())
        }
        Err(refusal) => {
            app.metrics.ping(refusal.outcome());
            if let Refusal::Ping(ReceiveError::Database(error)) = &refusal {
                tracing::error!(%error, "a ping was not stored");
            }
            if let Refusal::Ping(ReceiveError::TooOften(too_often)) = &refusal {
                app.metrics.limited(too_often.limit.as_str());
            }
            if let Some(wait) = refusal.retry_after() {
                response.insert_header((header::RETRY_AFTER, respond::retry_after(wait)));
            }
            response.body(Answer::Refused(&refusal.message()).to_xml())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Closed;
    use crate::clock::Timestamp;
    use crate::limits::{Limit, TooOften};
    use crate::model::id::CategoryId;

    /// Every refusal there is, those too that no story brings about.
    #[test]
    fn every_refusal_side_by_side() {
        let category = CategoryId(1);
        let too_often = |limit, seconds| {
            let retry_after = Duration::from_secs(seconds);
            Refusal::Ping(ReceiveError::TooOften(TooOften { limit, retry_after }))
        };
        let url = |error| Refusal::Ping(ReceiveError::Url(error));
        let closed = |is_over| {
            let (at, time_zone) = (Timestamp::from_micros(0), "UTC".to_owned());
            Refusal::Ping(ReceiveError::Closed(Closed {
                at,
                is_over,
                time_zone,
                words: String::new(),
            }))
        };
        let all = [
            Refusal::NoSuchCategory,
            Refusal::MustPost,
            Refusal::Body(PageError::TooLarge),
            Refusal::Body(PageError::TimedOut),
            Refusal::Body(PageError::BadRequest("cut off")),
            Refusal::Parse(ParseError::TooLarge),
            Refusal::Parse(ParseError::TooManyPairs),
            Refusal::Parse(ParseError::Multipart),
            Refusal::Parse(ParseError::CharsetTooLong),
            Refusal::Parse(ParseError::CharsetRefused),
            url(WebUrlError::Missing),
            url(WebUrlError::TooLong),
            url(WebUrlError::NotHttp),
            url(WebUrlError::Userinfo),
            url(WebUrlError::NotPublic),
            url(WebUrlError::Malformed),
            Refusal::Ping(ReceiveError::OwnPage),
            closed(true),
            closed(false),
            Refusal::Ping(ReceiveError::Suspended),
            Refusal::Ping(ReceiveError::NoPassphrase),
            Refusal::Ping(ReceiveError::WrongPassphrase),
            Refusal::Ping(ReceiveError::KeyOver),
            Refusal::Ping(ReceiveError::KeptAway),
            too_often(Limit::StrangerPing(category), 12),
            too_often(Limit::TryPassphrase(category), 180),
            Refusal::Ping(ReceiveError::Full),
            Refusal::Ping(ReceiveError::Backlog),
            Refusal::Ping(ReceiveError::Busy),
            Refusal::Ping(ReceiveError::Database(DbError::Busy)),
            Refusal::Ping(ReceiveError::Database(DbError::NotFound)),
        ];
        let mut answers = String::new();
        for refusal in &all {
            let wait = refusal.retry_after().map(|wait| format!(", again in {} s", wait.as_secs()));
            let (status, outcome) = (refusal.status().as_u16(), refusal.outcome());
            let wait = wait.unwrap_or_default();
            answers.push_str(&format!("{status} {outcome}{wait}\n  {}\n", refusal.message()));
            assert!(!refusal.message().contains('\n'), "one line: senders read it so");
        }
        insta::with_settings!({ snapshot_path => "../../../../tests/snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("trackback_every_refusal", answers);
        });
    }
}
