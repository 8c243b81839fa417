//! What is kept of whom, for how long, and why. The code's own numbers fill it in.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::add::{PROOF_LASTS, REMEMBERED_PASSPHRASE_LASTS};
use super::contact::ContactLink;
use crate::actions::{accounts, follow, invite, sign_in};
use crate::app::{App, READING_LASTS};
use crate::db::prune::{
    ASIDE_DAYS, ATTEMPT_DAYS, EXPIRED_RULE_DAYS, FORWARD_DAYS, HISTORY_DAYS, REFUSED_DAYS,
    SCHEDULE_DAYS, SENDER_DAYS, SENT_MAIL_DAYS, UNANSWERED_DAYS, UNVERIFIED_DAYS, WAITING_DAYS,
};
use crate::model::contact::Contact;
use crate::model::freezing::UNFREEZE_DAYS;
use crate::model::websub::LONGEST_LEASE;
use crate::web::error::PageError;
use crate::web::extract::{CookieNames, DEVICE_LASTS};
use crate::web::respond;

/// Something that is kept.
#[derive(Debug)]
struct Kept {
    what: &'static str,
    why: &'static str,
    long: String,
}

/// A cookie.
#[derive(Debug)]
struct OwnCookie {
    name: String,
    what: &'static str,
    long: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/help/privacy.html")]
struct PrivacyView {
    here: &'static str,
    canonical: String,
    posts: Vec<Kept>,
    accounts: Vec<Kept>,
    others: Vec<Kept>,
    cookies: Vec<OwnCookie>,
    operator: Option<ContactLink>,
    feeds_every: String,
    other_hubs: usize,
    mail_leaves: bool,
    unfreeze_days: u32,
}

const fn kept(what: &'static str, why: &'static str, long: String) -> Kept {
    Kept { what, why, long }
}

/// `30 days`, `8 hours`: a whole number of the largest unit that goes into it.
fn lasting(time: Duration) -> String {
    let seconds = time.as_secs();
    let (n, one, many) = match seconds {
        s if s > 0 && s.is_multiple_of(86_400) => (s / 86_400, "day", "days"),
        s if s > 0 && s.is_multiple_of(3_600) => (s / 3_600, "hour", "hours"),
        s => (s / 60, "minute", "minutes"),
    };
    format!("{n} {}", if n == 1 { one } else { many })
}

fn days(days: u32) -> String {
    lasting(Duration::from_secs(86_400) * days)
}

/// Posts with their texts.
fn of_texts() -> Vec<Kept> {
    vec![
        kept(
            "Listed posts: address, title, first words, the blog’s name and address",
            "That is what a hub is for.",
            "as long as they are listed".into(),
        ),
        kept(
            "Posts that wait: the same, and how they were sent",
            "The organizers look at them.",
            days(WAITING_DAYS),
        ),
        kept(
            "Webmentions and Pingbacks whose page does not link here",
            "The link may come yet.",
            days(UNVERIFIED_DAYS),
        ),
        kept(
            "What was set aside, removed or taken back: its texts",
            "A mistake can be mended.",
            days(ASIDE_DAYS),
        ),
    ]
}

/// What is left of posts, and what else is known of bloggers.
fn of_traces() -> Vec<Kept> {
    vec![
        kept(
            "Of these after that: a hash of the post’s address, how it stands, its receipt",
            "It does not come again by itself, and its receipt goes on saying so.",
            "as long as the hub is here".into(),
        ),
        kept(
            "Posts that are kept away by whoever writes them: a keyed hash of the address, and nothing else",
            "So that they can be refused. It holds on this site: a hub that is moved to another leaves it behind.",
            "as long as they wish".into(),
        ),
        kept(
            "Refused pings: a hash of the post’s address, and why",
            "“Did my post arrive?” can answer.",
            days(REFUSED_DAYS),
        ),
        kept(
            "Senders’ network addresses: a keyed hash of the block they are from, under another key each month",
            "Against floods. The address itself is never stored.",
            days(SENDER_DAYS),
        ),
        kept(
            "What your page said when it was read: title, first words, author, its feed’s address",
            "It shows that the post is yours, and what changed.",
            "as long as the post’s texts".into(),
        ),
        kept(
            "Which pages your page links to: hashes of their addresses, where a hub has a programme or may get one",
            "Your post is found under the talk that it is about.",
            "as long as the post’s texts".into(),
        ),
        kept(
            "Blogs: address, name, whether the organizers trust or bar them",
            "It shortens the queue.",
            "as long as the hub is here".into(),
        ),
    ]
}

fn of_accounts() -> Vec<Kept> {
    vec![
        kept(
            "Your account: e-mail address, name, a slow hash of your password",
            "You sign in with it.",
            "until you delete it".into(),
        ),
        kept(
            "Sessions: since when, when last used, and the browser in words such as “Firefox on Linux”",
            "You find those that are not yours.",
            format!(
                "{}; “stay signed in”: {}, or {} without use",
                lasting(sign_in::LASTS),
                lasting(sign_in::REMEMBERED_LASTS),
                lasting(sign_in::REMEMBERED_IDLE)
            ),
        ),
        kept(
            "Links in mails, to confirm an address or for a new password: a hash, and the address",
            "They work once.",
            format!(
                "{}; for a password {}",
                lasting(accounts::SIGN_UP_LASTS),
                lasting(accounts::RESET_LASTS)
            ),
        ),
        kept(
            "Invitations: the address they were mailed to",
            "So that they can be revoked.",
            lasting(invite::LASTS),
        ),
        kept(
            "Which hubs you help to run, and what they tell you by mail",
            "That is your work here.",
            "as long as you are a member".into(),
        ),
        kept("When mails were sent to you", "Nobody gets too many.", days(SENT_MAIL_DAYS)),
        kept(
            "Who decided what about posts, who took a hub home, and the log of the desk",
            "Organizers can see and undo what others did.",
            days(HISTORY_DAYS),
        ),
    ]
}

/// With one process these are in its memory alone.
fn of_attempts(app: &App) -> Option<Kept> {
    app.shares_attempts().then(|| {
        kept(
            "Tries of passwords and passphrases: a keyed hash of the account, hub or category, and of the block of network addresses that tried",
            "Nobody guesses at several machines of this site at once.",
            days(ATTEMPT_DAYS),
        )
    })
}

fn of_others() -> Vec<Kept> {
    vec![
        kept(
            "Reports about posts, once they are dealt with: the reason, and your words",
            "Organizers and operator can look back.",
            days(HISTORY_DAYS),
        ),
        kept(
            "Rules of a hub that hold no more",
            "Organizers see what held.",
            days(EXPIRED_RULE_DAYS),
        ),
        kept(
            "Speakers’ names, in the programme that organizers took over from their schedule",
            "A talk is found by who gave it.",
            "until the schedule leaves them out and nobody wrote about the talk, or the hub is gone".into(),
        ),
        kept(
            "A schedule that was read, and not taken over yet",
            "Organizers look at it first.",
            days(SCHEDULE_DAYS),
        ),
        kept(
            "What other sites answered to posts that were passed on to them",
            "Organizers see what became of them.",
            days(FORWARD_DAYS),
        ),
        kept(
            "Subscriptions to feeds by WebSub: the callback’s address and its secret",
            "Feeds are sent there.",
            format!(
                "until they end, after {} at most; requests that nobody confirms: {}",
                lasting(LONGEST_LEASE),
                days(UNANSWERED_DAYS)
            ),
        ),
    ]
}

fn cookies(app: &App) -> Vec<OwnCookie> {
    let names = CookieNames::of(app);
    let own = |name: &str, what, long: String| OwnCookie { name: name.to_owned(), what, long };
    let until_closed = || "until the browser is closed".to_owned();
    vec![
        own(names.visit, "Set with a form: shows that it was ours.", until_closed()),
        own(
            names.session,
            "You are signed in.",
            format!(
                "until the browser is closed; “stay signed in”: {}",
                lasting(sign_in::REMEMBERED_LASTS)
            ),
        ),
        own(
            names.device,
            "This browser signed in before: others’ wrong passwords do not lock it out.",
            lasting(DEVICE_LASTS),
        ),
        own(
            names.proof,
            "You asked whose post it is: your code goes with this browser.",
            lasting(PROOF_LASTS),
        ),
        own(
            "backchannel-pass-…, backchannel-key-…",
            "A category’s passphrase or a personal ping address was right: you need not type it again.",
            format!(
                "until the browser is closed, {} at most",
                lasting(REMEMBERED_PASSPHRASE_LASTS)
            ),
        ),
        own("reading-…", "A reading password was right.", lasting(READING_LASTS)),
    ]
}

/// `GET /privacy`
pub async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let here = "/privacy";
    let contact = app.config.accounts.operator_contact.as_deref();
    let contact = contact.and_then(|typed| Contact::parse(typed).ok());
    let view = PrivacyView {
        here,
        canonical: app.addresses.path(here),
        posts: of_texts().into_iter().chain(of_traces()).collect(),
        accounts: of_accounts(),
        others: of_attempts(&app).into_iter().chain(of_others()).collect(),
        cookies: cookies(&app),
        operator: contact
            .map(|contact| ContactLink { href: contact.href(), words: contact.words().to_owned() }),
        feeds_every: lasting(follow::EVERY),
        other_hubs: app.config.websub.websub_hubs.len(),
        mail_leaves: app.mail.leaves(),
        unfreeze_days: UNFREEZE_DAYS,
    };
    let page = respond::public_page(&app, &view, None, None)?;
    Ok(respond::rendered(&request, &page, app.clock.now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_their_largest_unit() {
        for (seconds, words) in [
            (3_600, "1 hour"),
            (8 * 3_600, "8 hours"),
            (86_400, "1 day"),
            (30 * 86_400, "30 days"),
            (1_800, "30 minutes"),
        ] {
            assert_eq!(lasting(Duration::from_secs(seconds)), words);
        }
    }
}
