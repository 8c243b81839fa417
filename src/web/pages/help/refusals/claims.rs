//! The sentences of Webmention and Pingback: both ask the same of a page.

use std::time::Duration;

use super::{LET_IT_COME, RefusalRow, closed_one};
use crate::actions::claims::ClaimError;
use crate::actions::receive_ping::ReceiveError;
use crate::db::DbError;
use crate::limits::{Limit, TooOften};
use crate::model::addresses::Addresses;
use crate::model::id::CategoryId;
use crate::model::web_url::WebUrlError;
use crate::web::pings::claim_sentence;
use crate::web::pings::pingback::already_here;
use crate::web::pings::webmention::CUT_OFF;
use crate::wire::pingback::CallError;
use crate::wire::webmention::MentionError;

/// The refusals that a Webmention or a Pingback may meet, the likeliest first.
pub fn claim_refusals(addresses: &Addresses) -> Vec<RefusalRow> {
    let endpoint = addresses.webmention();
    let pages = ["film", "music"].map(|category| addresses.path(&format!("/hub/{category}")));
    let which = (
        ClaimError::WhichCategory(pages.to_vec()),
        "The hub’s own page stands for no category where there are several: link to the page of one.",
    );
    let claims = std::iter::once(which).chain(of_targets()).chain(of_senders());
    let claims = claims.map(|(error, advice)| (claim_sentence(&error, &endpoint), advice));
    let receipt = format!("{}/r/…", addresses.home());
    let again =
        (already_here(&receipt), "Nothing is wrong: the receipt says how your post stands.");
    let mentions = of_mentions().into_iter().map(|(error, advice)| (error.to_string(), advice));
    let cut_off = (CUT_OFF.to_owned(), "The line broke, or your tool gave up half-way.");
    let calls = of_calls().into_iter().map(|(error, advice)| (error.to_string(), advice));
    let all = claims.chain([again]).chain(mentions).chain([cut_off]).chain(calls);
    all.map(|(says, advice)| RefusalRow { says, advice }).collect()
}

type Advised = (ClaimError, &'static str);

const fn of_targets() -> [Advised; 2] {
    [
        (
            ClaimError::NoTarget,
            "Your post links to a page here that takes no posts. Copy the address from the category’s page “Add your post”, under “By a link in your post”.",
        ),
        (ClaimError::NoCategory, "The organizers have not opened one yet. Ask them, or come back."),
    ]
}

fn of_senders() -> [Advised; 17] {
    let of = ClaimError::Receive;
    let url = |error| ClaimError::Receive(ReceiveError::Url(error));
    let (limit, retry_after) = (Limit::StrangerPing(CategoryId(0)), Duration::from_secs(120));
    [
        (
            of(ReceiveError::NoPassphrase),
            "Most categories let such a post wait; this one wants the passphrase with it. A Pingback has no place for it: use a Webmention, or the form.",
        ),
        (
            of(ReceiveError::WrongPassphrase),
            "It stands behind “?key=” in the Webmention endpoint. Capitals do not count.",
        ),
        (of(ReceiveError::KeyOver), "Ask who gave it to you. It may have had an end."),
        (of(closed_one(true)), "Write to the organizers if it should take your post all the same."),
        (of(closed_one(false)), "Come back then: nothing was stored."),
        (of(ReceiveError::Suspended), "Whoever runs this site has stopped the hub."),
        (of(ReceiveError::Banned), "A rule of the hub fits your site or your network."),
        (of(ReceiveError::KeptAway), LET_IT_COME),
        (of(ReceiveError::OwnPage), "The source is your post, the target is the category’s page."),
        (url(WebUrlError::NotPublic), "Publish the post where everybody can open it first."),
        (url(WebUrlError::Malformed), "The source is your post’s address, as a browser shows it."),
        (
            of(ReceiveError::TooOften(TooOften { limit, retry_after })),
            "Nothing is wrong with your post: send it again when that time is over.",
        ),
        (of(ReceiveError::Full), "Try again in an hour, or tell the organizers."),
        (of(ReceiveError::Backlog), "Try again in an hour."),
        (of(ReceiveError::Busy), "Send it again, as often as you like: it is taken in once."),
        (of(ReceiveError::Database(DbError::NotFound)), "Whoever runs this site has a note of it."),
        (
            url(WebUrlError::Userinfo),
            "Nobody should see that part: publish the post where it is not needed.",
        ),
    ]
}

const fn of_mentions() -> [(MentionError, &'static str); 10] {
    [
        (MentionError::NoSource, "A Webmention has two fields: “source” is your post."),
        (MentionError::NoTarget, "A Webmention has two fields: “target” is the category’s page."),
        (MentionError::BadSource, "The whole address is wanted, with https:// before it."),
        (MentionError::BadTarget, "The whole address is wanted, with https:// before it."),
        (MentionError::SamePage, "The source is your post, the target is the category’s page."),
        (MentionError::SourceTooLong, "What stands behind a question mark is seldom needed."),
        (MentionError::TargetTooLong, "Copy the category’s address once more."),
        (MentionError::NotAForm, "With curl, use --data-urlencode; JSON is not read."),
        (MentionError::TooManyPairs, "Your tool sends something else."),
        (MentionError::TooLarge, "Your tool sends something else."),
    ]
}

const fn of_calls() -> [(CallError, &'static str); 9] {
    const SOFTWARE: &str = "That is for whoever makes your software.";
    [
        (CallError::UnknownMethod, "Other methods of XML-RPC are not answered here."),
        (CallError::BadParams, "The source comes first, then the target."),
        (CallError::UrlTooLong, "What stands behind a question mark is seldom needed."),
        (CallError::NotWellFormed, SOFTWARE),
        (CallError::Encoding, SOFTWARE),
        (CallError::NotACall, SOFTWARE),
        (CallError::Doctype, SOFTWARE),
        (CallError::TooDeep, SOFTWARE),
        (CallError::TooLarge, SOFTWARE),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sentence of a snapshot that the stories made by sending what is refused.
    fn told() -> Vec<String> {
        let mentions = include_str!("../../../../../tests/snapshots/webmention_refusals.snap");
        let faults = include_str!("../../../../../tests/snapshots/pingback_faults.snap");
        let mentions = mentions.lines().filter_map(|line| line.strip_prefix("  "));
        let faults = faults.split("faultString</name><value><string>").skip(1);
        let faults = faults.filter_map(|rest| rest.split_once("</string>"));
        mentions.map(str::to_owned).chain(faults.map(|(said, _)| said.to_owned())).collect()
    }

    #[test]
    fn every_sentence_that_a_linking_page_may_read_is_in_the_help() {
        let base = url::Url::parse("https://hubs.example/").unwrap();
        let here = claim_refusals(&Addresses::new(base));
        assert!(told().len() > 10, "the snapshots are read");
        for sentence in told() {
            assert!(here.iter().any(|row| row.says == sentence), "not in the help: {sentence}");
        }
    }
}
