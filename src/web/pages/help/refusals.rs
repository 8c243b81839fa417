//! What a refused ping is told, in the very words, and what its sender does about it.

mod claims;

pub use claims::claim_refusals;

use std::time::Duration;

use crate::actions::receive_ping::ReceiveError;
use crate::app::Closed;
use crate::clock::Timestamp;
use crate::db::DbError;
use crate::limits::{Limit, TooOften};
use crate::model::id::CategoryId;
use crate::model::web_url::WebUrlError;
use crate::web::error::PageError;
use crate::web::pings::trackback::answer::Refusal;
use crate::wire::trackback::ParseError;

/// A refusal, and what to do.
#[derive(Debug)]
pub struct RefusalRow {
    /// The words that bloggers' software shows.
    pub says: String,
    /// What helps.
    pub advice: &'static str,
}

/// A refusal, with what helps.
type Advised = (Refusal, &'static str);

/// The refusals that a blogger may meet, the likeliest first.
pub fn refusals() -> Vec<RefusalRow> {
    let all = of_passphrases().into_iter().chain(of_categories()).chain(of_addresses());
    let all = all.chain(of_haste()).chain(of_tools());
    all.map(|(refusal, advice)| RefusalRow { says: refusal.message(), advice }).collect()
}

const fn of_passphrases() -> [Advised; 3] {
    [
        (
            Refusal::Ping(ReceiveError::NoPassphrase),
            "The organizers gave it out: on a slide, on a badge, by mail. Put it behind the ping address, after a slash, with hyphens for blanks. Or use the form, which has a field for it.",
        ),
        (
            Refusal::Ping(ReceiveError::WrongPassphrase),
            "Look for a letter too many, or a full stop at the end. Capitals do not count. Each category has its own passphrase.",
        ),
        (
            Refusal::Ping(ReceiveError::KeyOver),
            "Ask who gave it to you. It may have had an end, or it is for another category.",
        ),
    ]
}

/// A category that was closed, or opens, on 11 October 2026, 17:00 UTC: any day will do.
fn closed_one(is_over: bool) -> ReceiveError {
    let (at, time_zone) = (Timestamp::from_micros(1_791_738_000_000_000), "UTC".to_owned());
    ReceiveError::Closed(Closed { at, is_over, time_zone, words: String::new() })
}

/// How whoever writes a post that is kept away lets it come again.
const LET_IT_COME: &str = "If you write it, open “Keep your post away” (“Have a post removed”, below) and press “Let it come again”.";

fn of_categories() -> [Advised; 6] {
    let closed = |is_over| Refusal::Ping(closed_one(is_over));
    [
        (
            Refusal::NoSuchCategory,
            "The number in the address is not right. Copy it again from the page “Add your post”.",
        ),
        (
            closed(true),
            "Write to the organizers if you think that it should take your post all the same.",
        ),
        (closed(false), "Come back then: nothing was stored."),
        (
            Refusal::Ping(ReceiveError::Suspended),
            "Whoever runs this site has stopped the hub. Its organizers know more.",
        ),
        (
            Refusal::Ping(ReceiveError::Banned),
            "A rule of the hub fits your site, your network or your words. Only its organizers can say why.",
        ),
        (Refusal::Ping(ReceiveError::KeptAway), LET_IT_COME),
    ]
}

const fn of_addresses() -> [Advised; 7] {
    const fn url(error: WebUrlError) -> Refusal {
        Refusal::Ping(ReceiveError::Url(error))
    }
    [
        (
            Refusal::Ping(ReceiveError::OwnPage),
            "Your tool sent the category’s address as that of your post. The ping address goes into the TrackBack field, your post’s address into “url”.",
        ),
        (url(WebUrlError::Missing), "Your tool sent no address. It belongs in the field “url”."),
        (
            url(WebUrlError::NotHttp),
            "Send the post’s address as your browser shows it. In the form you may leave https:// out.",
        ),
        (
            url(WebUrlError::NotPublic),
            "The address is one that only your own computer or network knows. Publish the post first.",
        ),
        (url(WebUrlError::Malformed), "Copy the address from the browser, with the post open."),
        (
            url(WebUrlError::TooLong),
            "What stands behind a question mark is seldom needed: leave it away.",
        ),
        (
            url(WebUrlError::Userinfo),
            "Nobody should see that part: publish the post where it is not needed.",
        ),
    ]
}

fn of_haste() -> [Advised; 5] {
    let (limit, retry_after) = (Limit::StrangerPing(CategoryId(0)), Duration::from_secs(120));
    [
        (
            Refusal::Ping(ReceiveError::TooOften(TooOften { limit, retry_after })),
            "Nothing is wrong with your post: send it again when that time is over. With the passphrase you may send more.",
        ),
        (
            Refusal::Ping(ReceiveError::Full),
            "Try again in an hour, or tell the organizers that their queue is full. A personal ping address that lists at once is taken even then.",
        ),
        (Refusal::Ping(ReceiveError::Backlog), "Try again in an hour."),
        (
            Refusal::Ping(ReceiveError::Busy),
            "Send it again, as often as you like: a post is taken in once.",
        ),
        (
            Refusal::Ping(ReceiveError::Database(DbError::NotFound)),
            "It is written down for whoever runs this site. Send it again later.",
        ),
    ]
}

const fn of_tools() -> [Advised; 8] {
    [
        (
            Refusal::MustPost,
            "Your tool pings as TrackBack 1.0 did. Use the form instead, or ask the organizers to take pings by GET.",
        ),
        (Refusal::Parse(ParseError::TooLarge), "Leave the excerpt away, or send its first words."),
        (
            Refusal::Parse(ParseError::TooManyPairs),
            "Four fields are read. Your tool sends something else.",
        ),
        (Refusal::Parse(ParseError::Multipart), "With curl, use --data-urlencode and not --form."),
        (
            Refusal::Parse(ParseError::CharsetRefused),
            "Set your tool to UTF-8. Most other charsets are read as well.",
        ),
        (
            Refusal::Parse(ParseError::CharsetTooLong),
            "Set your tool to UTF-8: what it names is no charset.",
        ),
        (
            Refusal::Body(PageError::BadRequest("cut off")),
            "The line broke, or your tool gave up half-way.",
        ),
        (Refusal::Body(PageError::TimedOut), "The line was slow, or your tool gave up half-way."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without times and numbers: they are others each time.
    fn plain(sentence: &str) -> String {
        let words = sentence.split_whitespace();
        words.take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit())).collect()
    }

    #[test]
    fn every_sentence_that_a_sender_may_read_is_in_the_help() {
        let told = include_str!("../../../../tests/snapshots/trackback_every_refusal.snap");
        let here: Vec<String> = refusals().iter().map(|row| plain(&row.says)).collect();
        let sentences = told.lines().filter_map(|line| line.strip_prefix("  "));
        for sentence in sentences {
            assert!(here.contains(&plain(sentence)), "not in the help: {sentence}");
        }
    }
}
