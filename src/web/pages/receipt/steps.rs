//! The steps of a ping's life, in words.

use askama::Template;

use crate::actions::receipt::ReceiptOf;
use crate::app::{App, Gate};
use crate::db::readings::Reading;
use crate::fetch::{UNREADABLE, nothing_came};
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy};
use crate::model::ping::{PingState, ReadingOutcome};
use crate::model::text;
use crate::model::web_url::{Hosts, WebUrl};
use crate::web::pages::contact::ContactLink;
use crate::web::view::{Zone, closing_sentence};

/// One step of a ping's life.
#[derive(Debug)]
pub struct Step {
    class: &'static str,
    mark: &'static str,
    title: &'static str,
    at: String,
    sentences: Vec<String>,
    /// Words of the page itself.
    quote: String,
    /// Where the help for bloggers says more; empty where nothing is to do.
    help: &'static str,
    /// How to reach the organizers, where a sentence says to write to them.
    contact: Option<ContactLink>,
}

/// The list of steps, alone: what is sent while somebody looks.
#[derive(Debug, Template)]
#[template(path = "partials/steps.html")]
pub struct StepsPart {
    pub steps: Vec<Step>,
}

impl askama::filters::HtmlSafe for StepsPart {}

const DONE: (&str, &str) = ("done", "✓");
const NOW: (&str, &str) = ("now", "…");
const NO: (&str, &str) = ("no", "✕");
const LATER: (&str, &str) = ("", "");
/// Neither good nor bad: nothing depends on it.
const UNKNOWN: (&str, &str) = ("", "–");

fn step((class, mark): (&'static str, &'static str), title: &'static str, at: String) -> Step {
    Step {
        class,
        mark,
        title,
        at,
        sentences: Vec::new(),
        quote: String::new(),
        help: "",
        contact: None,
    }
}

impl Step {
    fn says(mut self, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        if !sentence.is_empty() {
            self.sentences.push(sentence);
        }
        self
    }

    const fn helped(mut self, heading: &'static str) -> Self {
        self.help = heading;
        self
    }
}

/// Every step so far, and what comes next.
pub fn steps(app: &App, found: &ReceiptOf) -> Vec<Step> {
    let zone = Zone::of(&found.gate.hub);
    let mut steps = vec![received(found, &zone)];
    steps.extend(page_read(app, found, &zone));
    steps.extend(outcome(found, &zone));
    let contact = ContactLink::of_open(&found.gate.hub);
    steps.iter_mut().for_each(|step| step.contact.clone_from(&contact));
    steps
}

fn received(found: &ReceiptOf, zone: &Zone) -> Step {
    let ping = &found.ping;
    let step = step(DONE, "Received", zone.seconds(ping.received_at));
    let step = step.says(if ping.forwarded { "Another site passed it on." } else { "" });
    let wants_passphrase = found.gate.category.ping_policy == PingPolicy::Passphrase;
    if ping.proved && ping.key_id.is_some() {
        step.says("It came by a personal ping address. Your post is stored.")
    } else if ping.proved {
        step.says("The passphrase was right. Your post is stored.")
    } else if wants_passphrase && ping.came_by.is_a_claim() {
        step.says("Your post is stored. It came without the passphrase of this category.")
    } else {
        step.says("Your post is stored.")
    }
}

/// The reading of the page; none where it is not read.
fn page_read(app: &App, found: &ReceiptOf, zone: &Zone) -> Option<Step> {
    let waits = matches!(found.ping.state, PingState::Pending | PingState::Listed);
    let unread = found.reading.as_ref().is_none_or(|r| r.outcome == ReadingOutcome::Unread);
    let next = found.next_reading.filter(|_| waits);
    if unread {
        let at = next?;
        let step = step(NOW, "Reading your page", String::new());
        let soon = at.since(found.ping.received_at) < std::time::Duration::from_secs(5);
        return Some(if soon {
            step.says("It is read in a moment.")
        } else {
            step.says(format!("It is read at {}: others wait before it.", zone.seconds(at)))
        });
    }
    let reading = found.reading.as_ref()?;
    let at = reading.read_at.map(|at| zone.seconds(at)).unwrap_or_default();
    let page = target(app, &found.gate);
    Some(match reading.outcome {
        ReadingOutcome::Unread => return None,
        ReadingOutcome::Linked => linked(reading, at),
        ReadingOutcome::Unlinked => unlinked(found, reading, &page, at, zone),
        ReadingOutcome::Failed => {
            let again = match next {
                Some(next) => format!("It is tried again on {}.", zone.moment_zoned(next)),
                None if waits => {
                    "It is not tried again by itself: mend the page, then press “Check again”."
                        .to_owned()
                }
                None => String::new(),
            };
            let waits_anyway = found.ping.state == PingState::Pending && !needs_link(found);
            step(if waits_anyway { UNKNOWN } else { NO }, "Your page could not be read", at)
                .says(unreadable(found, reading))
                .says(if waits_anyway {
                    "Your post waits all the same. The organizers see that we could not read it."
                } else {
                    ""
                })
                .says(again)
                .helped("unreadable")
        }
        ReadingOutcome::Gone => step(NO, "Your page says that it is gone", at).helped("removed"),
    })
}

fn needs_link(found: &ReceiptOf) -> bool {
    found.ping.came_by.is_a_claim() || found.gate.category.link_back == LinkBack::Required
}

/// Why a page could not be read.
fn unreadable(found: &ReceiptOf, reading: &Reading) -> String {
    why_unreadable(&found.ping.url, reading.problem.as_deref().unwrap_or_default())
}

/// Why the page of this address could not be read, as whoever sent it hears it.
pub fn why_unreadable(url: &str, problem: &str) -> String {
    match WebUrl::parse_on(url, Hosts::AlsoLoopback) {
        Ok(url) if problem == UNREADABLE => nothing_came(url.host()),
        _ => problem.to_owned(),
    }
}

fn linked(reading: &Reading, at: String) -> Step {
    let mut step = step(DONE, "Page read, link found", at).says(if reading.link_text.is_empty() {
        ""
    } else {
        "The link stands in this paragraph:"
    });
    step.quote = text::shorten(&reading.link_text, 200);
    step.says(taken(reading))
}

/// Where title and excerpt were found.
fn taken(reading: &Reading) -> String {
    match (reading.title_from.as_str(), reading.excerpt_from.as_str()) {
        ("", "") => String::new(),
        (title, "") => format!("The title was taken from {title}."),
        ("", excerpt) => format!("The first words were taken from {excerpt}."),
        (title, excerpt) => {
            format!("The title was taken from {title}, the first words from {excerpt}.")
        }
    }
}

fn unlinked(found: &ReceiptOf, reading: &Reading, page: &str, at: String, zone: &Zone) -> Step {
    if !needs_link(found) {
        let title = if reading.title_matches {
            "Its title is the one that was sent."
        } else {
            "Its title is not the one that was sent."
        };
        return step(DONE, "Page read", at)
            .says(title)
            .says("It does not link to this category, and need not. The organizers see that.");
    }
    let mut step = step(NO, "No link to this category on your page", at).helped("no-link");
    if reading.linked_at.is_some() {
        let until =
            reading.unlinked_at.map(|since| since.plus(std::time::Duration::from_secs(3_600)));
        let until = until.map(|until| zone.moment_zoned(until)).unwrap_or_default();
        step = step.says(format!(
            "It was there before. If it is still away on {until}, the post leaves the list."
        ));
    }
    let step = step.says(format!("Put a link to {page} into your post, then press “Check again”."));
    match found.next_reading {
        Some(next) => step.says(format!("It is read again on {}.", zone.moment_zoned(next))),
        None => step,
    }
}

/// What was decided, or who is waited for.
fn outcome(found: &ReceiptOf, zone: &Zone) -> Vec<Step> {
    let ping = &found.ping;
    let decided = ping.decided_at.map(|at| zone.moment(at)).unwrap_or_default();
    match ping.state {
        PingState::Pending if found.gate.hub.frozen_at.is_some() => vec![never_looked_at(found, zone)],
        PingState::Pending if ping.unverified => {
            let seen = step(LATER, "Looked at by an organizer", String::new());
            vec![seen.says("Once your page was read and links here."), listed_later()]
        }
        PingState::Pending => {
            let waiting = step(NOW, "Waiting for an organizer", String::new()).helped("waiting");
            vec![
                waiting.says(why_it_waits(found)),
                listed_later(),
            ]
        }
        PingState::Listed if ping.hidden_at.is_some() => vec![
            step(NO, "Not shown for now", String::new())
                .says("Your page could not be read for days. It is listed again once it can be.")
                .helped("unreadable"),
        ],
        PingState::Listed => {
            let since = ping.listed_at.map(|at| zone.moment(at)).unwrap_or_default();
            let listed = step(DONE, "Listed", since);
            let mut steps = vec![listed.says(match found.gate.is_secret() {
                true => "Those who may read this category see it.",
                false => "It is on the hub’s pages and in its feeds.",
            })];
            if ping.decided_at.is_some() {
                steps.insert(0, step(DONE, "Looked at by an organizer", decided));
            }
            if found.reading.as_ref().is_some_and(|reading| reading.revision_at.is_some()) {
                let changed = step(NOW, "Your page changed since", String::new());
                steps.push(changed.says("An organizer looks at the change before it is shown."));
            }
            steps
        }
        PingState::Rejected => vec![step(NO, "Not here", decided).says(
            "An organizer found that it does not fit this category. Your blog has no disadvantage from this.",
        ).helped("not-here")],
        PingState::Spam if !ping.remark.is_empty() => {
            vec![step(NO, "Set aside as spam", decided).says(
                "It fits a rule of the hub, or your blog is barred here. If that is wrong, write to the organizers.",
            ).helped("spam")]
        }
        PingState::Spam => vec![step(NO, "Set aside as spam", decided).says(
            "An organizer took it for advertising. If that is wrong, write to the organizers.",
        ).helped("spam")],
        PingState::Removed => {
            let title = if is_over(found) { "Not listed" } else { "Not listed any more" };
            vec![step(NO, title, decided).says(why_removed(found)).helped("removed")]
        }
    }
}

/// Whether its time was over before anybody decided about it.
pub const fn is_over(found: &ReceiptOf) -> bool {
    matches!(found.ping.state, PingState::Removed) && found.ping.decided_at.is_none()
}

/// What becomes of a post that waited when its hub was frozen.
fn never_looked_at(found: &ReceiptOf, zone: &Zone) -> Step {
    let hub = &found.gate.hub;
    let at = hub.frozen_at.map(|at| zone.moment(at)).unwrap_or_default();
    let said = closing_sentence(&hub.closing_words);
    step(UNKNOWN, "The hub was closed for good", at)
        .says(format!("Nobody had looked at your post before.{said}"))
        .says("It stays stored, and nobody sees it. If the organizers take that back, it waits again.")
}

/// Why a post is not there any more, as far as that is known.
fn why_removed(found: &ReceiptOf) -> &'static str {
    let outcome = found.reading.as_ref().map(|reading| reading.outcome);
    match outcome {
        _ if found.is_kept_away => {
            "Whoever writes it had it removed, and keeps it away from this hub. The help says how it may come again."
        }
        _ if found.was_withdrawn => "It was taken back.",
        Some(ReadingOutcome::Gone) => "Its own site says that it is gone.",
        Some(ReadingOutcome::Unlinked) if needs_link(found) => {
            "The link to this category went from its page, or an organizer removed it."
        }
        _ if is_over(found) => "Nobody looked at it in time.",
        // What became of it went with its texts.
        _ if found.ping.purged_at.is_some() => {
            "It was taken back, or removed by an organizer or because its page was gone."
        }
        _ => "An organizer removed it.",
    }
}

/// Why somebody looks at a post that waits.
fn why_it_waits(found: &ReceiptOf) -> &'static str {
    let outcome = found.reading.as_ref().map(|reading| reading.outcome);
    let category = &found.gate.category;
    match category.listing_policy {
        ListingPolicy::AllWait => {
            "The organizers of this hub look at posts before they are listed."
        }
        ListingPolicy::NewBlogWaits if !found.is_known_blog => {
            "Your blog is new here: the organizers look at the first post of a new blog."
        }
        ListingPolicy::NewBlogWaits if outcome == Some(ReadingOutcome::Failed) => {
            "The organizers look at it: your page could not be read, so nothing shows that it is your blog’s."
        }
        _ => "The organizers look at it before it is listed.",
    }
}

fn listed_later() -> Step {
    step(LATER, "Listed", String::new())
}

/// The address a post links to: of a category that is not public only what its sender knows.
pub fn target(app: &App, gate: &Gate) -> String {
    if gate.is_secret() {
        app.addresses.under(gate.hub.root()).ping(gate.category.number)
    } else {
        app.addresses.path(&gate.hub.category_path(&gate.category.slug))
    }
}
