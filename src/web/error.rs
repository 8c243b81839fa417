//! What goes wrong on pages, and the page that says so and offers a way on.

mod in_hub;

pub use in_hub::{HubWay, LookedFor, NotInHub};

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use super::view::Zone;
use crate::clock::Timestamp;
use crate::db::DbError;
use crate::limits::TooOften;
use crate::secret::HasherBusy;

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// 404: nothing of that name, ever.
    #[error("not found: {0:?}")]
    NotFound(Missing),
    /// 404, or 410: not in this hub, which whoever asked may read. An answer about what is locked is
    /// the same as about what is not there.
    #[error("not in {}", .0.hub.path)]
    NotInHub(Box<NotInHub>),
    /// 410: it has been deleted.
    #[error("gone: {0:?}")]
    Gone(Missing),
    /// 410: the operator has suspended the hub.
    #[error("suspended")]
    Suspended,
    /// 409: the hub is frozen, and this would change it.
    #[error("frozen")]
    Frozen,
    /// 301: it has another address: a view's categories have other names today, or a feed was
    /// guessed to be there.
    #[error("moved")]
    Moved(String),
    /// 303 to the sign-in page, and back to this path.
    #[error("sign in first")]
    SignInFirst(String),
    /// 403: a form came without proof that our page sent it.
    #[error("the form does not come from our page")]
    ForeignForm,
    /// 400: the request makes no sense.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// 405: another method.
    #[error("method not allowed")]
    Method,
    /// 413: too large.
    #[error("too large")]
    TooLarge,
    /// 408: it took too long to arrive.
    #[error("timed out")]
    TimedOut,
    /// 429: too often.
    #[error("too often")]
    TooOften(TooOften),
    /// 503: try again in a moment.
    #[error("busy")]
    Busy,
    /// 500: the database.
    #[error("the database failed: {0}")]
    Database(#[source] DbError),
    /// 500: our own code panicked.
    #[error("its code panicked: the log says where")]
    Panicked,
    /// 500: a template.
    #[error("a template failed: {0}")]
    Template(#[source] askama::Error),
}

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Some page.
    Page,
    /// A page of the desk that is not for moderators.
    ForOrganizers,
    /// A hub.
    Hub,
    /// A category.
    Category,
    /// A topic over hubs.
    Topic,
    /// A series of hubs.
    Series,
    /// A listed post.
    Post,
    /// A listed post, by an address that lost its end.
    CutShort,
    /// A receipt.
    Receipt,
    /// The receipt of a post that its sender took back just now.
    TakenBack,
    /// A one-use link.
    Link,
    /// A link in a mail to a member.
    MailLink,
}

impl From<DbError> for PageError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::NotFound(Missing::Page),
            DbError::Busy | DbError::Closed => Self::Busy,
            DbError::Unreachable(source) => {
                tracing::error!(error = %source, "the database cannot be reached");
                Self::Busy
            }
            error => Self::Database(error),
        }
    }
}

impl From<HasherBusy> for PageError {
    fn from(HasherBusy: HasherBusy) -> Self {
        Self::Busy
    }
}

impl From<TooOften> for PageError {
    fn from(too_often: TooOften) -> Self {
        Self::TooOften(too_often)
    }
}

/// The page of an error.
#[derive(Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    title: &'static str,
    sentence: String,
    /// For the log: only where something of ours failed.
    request_id: Option<String>,
    /// Whether it is a member of a hub who reads this.
    is_member: bool,
    /// The hub that it was looked for in.
    pub hub: Option<HubWay>,
    /// Whether it was a topic.
    is_topic: bool,
    /// What was asked for, where it makes sense to ask again.
    again: Option<String>,
    /// The page without what stood behind its `?`, where it was that.
    whole: Option<String>,
}

impl PageError {
    /// How long until it makes sense to try again.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooOften(too_often) => Some(too_often.retry_after),
            Self::Busy => Some(Duration::from_secs(5)),
            Self::NotFound(_)
            | Self::NotInHub(_)
            | Self::Gone(_)
            | Self::Suspended
            | Self::Frozen
            | Self::Moved(_)
            | Self::SignInFirst(_)
            | Self::ForeignForm
            | Self::BadRequest(_)
            | Self::Method
            | Self::TooLarge
            | Self::TimedOut
            | Self::Database(_)
            | Self::Panicked
            | Self::Template(_) => None,
        }
    }

    /// The page that says so, at this time. `again` is what was asked for, where that can be asked
    /// again.
    pub fn page(&self, request_id: &str, again: Option<String>, now: Timestamp) -> ErrorPage {
        let (title, sentence) = self.words(now);
        let ours = self.status_code() == StatusCode::INTERNAL_SERVER_ERROR;
        let is_member = matches!(self, Self::NotFound(Missing::ForOrganizers));
        let hub = match self {
            Self::NotInHub(missing) => Some(missing.hub.clone()),
            _ => None,
        };
        let is_of_query = matches!(self, Self::TooOften(_) | Self::BadRequest(_));
        let whole = again.as_deref().filter(|_| is_of_query).and_then(|path| path.split_once('?'));
        ErrorPage {
            title,
            sentence,
            request_id: ours.then(|| request_id.to_owned()),
            is_member,
            hub,
            is_topic: matches!(self, Self::NotFound(Missing::Topic)),
            whole: whole.map(|(page, _)| page.to_owned()),
            again: again.filter(|_| self.retry_after().is_some()),
        }
    }

    /// What the page says: a title, and a sentence.
    pub fn words(&self, now: Timestamp) -> (&'static str, String) {
        let (title, sentence) = match self {
            Self::NotFound(missing) => missing.words_of_not_found(),
            Self::NotInHub(missing) => return missing.words(),
            Self::Gone(missing) => missing.words_of_gone(),
            Self::Suspended => (
                "This hub is not shown",
                "Whoever runs this site has suspended it. Its organizers know why.",
            ),
            Self::Frozen => (
                "This hub is frozen",
                "Nothing was changed: it stays as it is, to be read. Posts can still be removed from it. For 30 days its organizers can take freezing back, under “Settings”.",
            ),
            Self::Moved(_) => ("This has another address", "Your browser knows it."),
            Self::SignInFirst(_) => ("Sign in first", "This page is for organizers."),
            Self::ForeignForm => (
                "This form was open for too long",
                "Go back, load the page again and send it once more. What you typed is still there when you go back. (Your browser must accept cookies from this site.)",
            ),
            Self::BadRequest(sentence) => ("That did not work", *sentence),
            Self::Method => (
                "This address is for something else",
                "It takes pings or forms, and cannot be opened like this.",
            ),
            Self::TooLarge => (
                "That was too much",
                "It is more than this form takes. Go back: what you typed is still there. Shorten it, or choose a smaller file, and send it again.",
            ),
            Self::TimedOut => {
                ("That took too long", "Your request did not arrive within ten seconds. Try again.")
            }
            Self::TooOften(too_often) => {
                let wait = words_for(too_often.retry_after);
                let then = minute(now.plus(too_often.retry_after));
                let from = if too_often.retry_after.as_secs() < 60 {
                    String::new()
                } else {
                    format!(" From {then} UTC on, it works.")
                };
                return ("Too often", format!("Please wait {wait}.{from}"));
            }
            Self::Busy => (
                "One moment, please",
                "There is too much going on just now. Try again in a few seconds.",
            ),
            Self::Database(_) | Self::Panicked | Self::Template(_) => (
                "Something broke here",
                "It is not your fault, and it has been noted. Try again in a minute.",
            ),
        };
        (title, sentence.to_owned())
    }
}

impl Missing {
    const fn words_of_not_found(self) -> (&'static str, &'static str) {
        match self {
            Self::Page => (
                "There is no such page",
                "Perhaps the address was cut short. The hubs are all on the first page.",
            ),
            Self::ForOrganizers => (
                "This is for organizers",
                "Only organizers of this hub change this. As a moderator you look at what waits, and at what was decided.",
            ),
            Self::Hub => (
                "There is no such hub",
                "Perhaps it has another name. The public hubs are on the first page.",
            ),
            Self::Category => (
                "There is no such category",
                "Perhaps the address was cut short. Begin at the hub’s own page.",
            ),
            Self::Series => (
                "There is no such series",
                "Perhaps its hubs went, or are not for everybody. The public hubs are on the first page.",
            ),
            Self::Topic => ("There is no such topic", "No hub shows a category of this name here."),
            Self::Post => (
                "This post is not listed",
                "It may be waiting, or it was taken off the list. If you sent it, its receipt says more.",
            ),
            Self::CutShort => (
                "This address is cut short",
                "The address of a post ends in 26 letters and digits, and some are missing here. Copy the whole address, or look for the post in its hub.",
            ),
            Self::Receipt | Self::TakenBack => (
                "There is no such receipt",
                "Copy the whole address: it is long, and every letter counts.",
            ),
            Self::Link => (
                "This link does not work any more",
                "It works once, and not for long. If you have used it, sign in; if not, ask for a new one.",
            ),
            Self::MailLink => (
                "This link does not work",
                "Copy the whole address from the mail. It works only while its hub is yours to look after.",
            ),
        }
    }

    const fn words_of_gone(self) -> (&'static str, &'static str) {
        match self {
            Self::Hub => ("This hub is gone", "Its organizers deleted it."),
            Self::Category => ("This category is gone", "The organizers of the hub deleted it."),
            Self::Receipt => (
                "This post is not kept here any more",
                "It was taken back before anybody saw it, its category was deleted, or its time was over. Nothing of it is kept that would say where it was: you can send it again from the hub’s own page.",
            ),
            Self::TakenBack => {
                ("You took your post back", "Nothing of it is kept. You can send it again.")
            }
            Self::Page
            | Self::ForOrganizers
            | Self::Topic
            | Self::Series
            | Self::Post
            | Self::CutShort
            | Self::Link
            | Self::MailLink => ("This is gone", "It was deleted."),
        }
    }
}

/// `14:05`: the minute that has begun by then.
fn minute(at: Timestamp) -> String {
    const MINUTE: i64 = 60_000_000;
    let begun = at.micros().saturating_add(MINUTE - 1).div_euclid(MINUTE) * MINUTE;
    Zone::named("UTC").time(Timestamp::from_micros(begun))
}

/// `5 seconds`, `3 minutes`, `2 hours`: rounded up.
pub fn words_for(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let (n, one, many) = match seconds {
        0..=90 => (seconds.max(1), "second", "seconds"),
        91..=5_400 => (seconds.div_ceil(60), "minute", "minutes"),
        _ => (seconds.div_ceil(3_600), "hour", "hours"),
    };
    format!("{n} {}", if n == 1 { one } else { many })
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotInHub(missing) if missing.is_gone() => StatusCode::GONE,
            Self::NotFound(_) | Self::NotInHub(_) => StatusCode::NOT_FOUND,
            Self::Gone(_) | Self::Suspended => StatusCode::GONE,
            Self::Frozen => StatusCode::CONFLICT,
            Self::Moved(_) => StatusCode::MOVED_PERMANENTLY,
            Self::SignInFirst(_) => StatusCode::SEE_OTHER,
            Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Panicked | Self::Template(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The status alone: the page is made by [`super::around`], which knows the request's id.
    fn error_response(&self) -> HttpResponse {
        match self {
            // A view may be one of what is locked, and nobody keeps any.
            Self::Moved(path) => super::respond::moved_for_few(path),
            Self::SignInFirst(path) => super::respond::see_other(&format!("/signin?next={path}")),
            other => HttpResponse::new(other.status_code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_are_words() {
        for (seconds, words) in
            [(0, "1 second"), (15, "15 seconds"), (120, "2 minutes"), (5_401, "2 hours")]
        {
            assert_eq!(words_for(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn a_minute_is_named_that_has_begun_when_the_wait_is_over() {
        for (seconds, named) in [(0, "00:00"), (1, "00:01"), (60, "00:01"), (86_399, "00:00")] {
            assert_eq!(minute(Timestamp::from_micros(seconds * 1_000_000)), named);
        }
    }
}
