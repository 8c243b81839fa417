//! "Did my post arrive?": what became of a post in a category, for whoever knows its address.

use crate::actions::receive_ping;
use crate::app::{App, Gate, Receipt, ReceiptKind};
use crate::clock::Timestamp;
use crate::db::jobs::JobKey;
use crate::db::pings::Ping;
use crate::db::readings::Reading;
use crate::db::refusals::RefusedPing;
use crate::db::{DbConnection, DbError, jobs, pings, readings, refusals};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::id::{CategoryId, HubId, PublicId};
use crate::model::ping::{PingState, ReadingOutcome, RefusalReason};
use crate::model::web_url::{WebUrl, WebUrlError};

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// Nothing with this address came.
    Never,
    /// Whoever writes it keeps it away from the hub.
    KeptAway,
    /// It came and was not taken in, the last time then.
    Refused(RefusalReason, Timestamp),
    /// It came then, and nobody sees it before its page was read and links here.
    Unverified(Timestamp, Proof),
    /// It was listed, and its page cannot be read since then.
    Hidden(Timestamp, Proof),
    /// It waits, since then. What was set aside reads the same: spammers learn nothing here, and a
    /// verdict on somebody's post is for its receipt.
    Waiting(Timestamp, Proof),
    /// It is listed, there, since then.
    Listed(PublicId, Timestamp, Proof),
}

/// How the owner of a page shows that it is theirs, to see its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// By nothing any more: its texts are deleted.
    Never,
    /// By putting this code into the page, and having it read.
    Wanted(String, Looked),
    /// The code was there: this is the token of the receipt.
    Given(String),
}

/// How a page was looked at for the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// What came of it the last time, and when that was.
    pub last: Option<(ReadingOutcome, Timestamp)>,
    /// Why it could not be read then, as it is kept.
    pub problem: String,
    /// When it is looked at next.
    pub next: Option<Timestamp>,
}

/// Why it cannot be said.
#[derive(Debug, thiserror::Error)]
pub enum ArrivedError {
    /// This is no address of a post.
    #[error(transparent)]
    Url(#[from] WebUrlError),
    /// Asked too often.
    #[error("too often")]
    TooOften(TooOften),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What became of the post of this address in a category. `browser` tells the one who asks from
/// all others: a code in the page proves that it is theirs, and nobody else's.
pub async fn ask(
    app: &App,
    gate: &Gate,
    typed: &str,
    browser: &str,
    from: AddressBlock,
) -> Result<Arrived, ArrivedError> {
    let (hub, category) = (gate.hub.id, vec![gate.category.id]);
    let mut found = ask_in(app, hub, category, typed, browser, from).await?;
    Ok(found.pop().map_or(Arrived::Never, |(_, arrived)| arrived))
}

/// The same in several categories of a hub: those where it came to, and what became of it there.
/// Whoever calls this names those only that whoever asks may know of.
pub async fn ask_in(
    app: &App,
    hub: HubId,
    categories: Vec<CategoryId>,
    typed: &str,
    browser: &str,
    from: AddressBlock,
) -> Result<Vec<(CategoryId, Arrived)>, ArrivedError> {
    app.limits.take(Limit::Search, from).map_err(ArrivedError::TooOften)?;
    let hash = *WebUrl::parse_on(typed, app.hosts())?.identity().as_bytes();
    if let Some(first) = categories.first()
        && app.rules_of(hub).await?.kept_away.contains(&app.kept_away_hash(hub, &hash))
    {
        return Ok(vec![(*first, Arrived::KeptAway)]);
    }
    let traces = app.db.read_in_turn(move |c| Trace::list(c, hub, &categories, &hash)).await?;
    Ok(traces.into_iter().map(|(id, trace)| (id, trace.told(app, id, browser))).collect())
}

/// What is kept of a post in a category.
enum Trace {
    /// It was not taken in.
    Refused(RefusedPing),
    /// It was, with the last reading of its page, and when that is read next.
    Taken(Box<Ping>, Option<Box<Reading>>, Option<Timestamp>),
}

impl Trace {
    /// In each of these categories where anything is kept of it, in their order.
    fn list(
        c: &mut DbConnection,
        hub: HubId,
        categories: &[CategoryId],
        hash: &[u8],
    ) -> Result<Vec<(CategoryId, Self)>, DbError> {
        let mut traces = Vec::new();
        for ping in pings::list_by_url(c, hub, categories, hash)? {
            let reading = readings::find(c, hub, ping.id)?.map(Box::new);
            let next = jobs::find_run_at(c, JobKey::verify(hub, ping.id))?;
            traces.push((ping.category_id, Self::Taken(Box::new(ping), reading, next)));
        }
        // What was taken in at last says more than that it was not before.
        for (id, refused) in refusals::list(c, hub, categories, hash)? {
            if traces.iter().all(|(taken_in, _)| *taken_in != id) {
                traces.push((id, Self::Refused(refused)));
            }
        }
        traces.sort_by_key(|(id, _)| categories.iter().position(|category| category == id));
        Ok(traces)
    }

    fn told(self, app: &App, category: CategoryId, browser: &str) -> Arrived {
        let (ping, reading, next) = match self {
            Self::Refused(refused) => return Arrived::Refused(refused.reason, refused.refused_at),
            Self::Taken(ping, reading, next) => (ping, reading, next),
        };
        let code = app.proof_of_page(category, &ping.url, browser);
        let last = reading.as_ref().and_then(|reading| Some((reading.outcome, reading.read_at?)));
        let problem = reading.as_ref().and_then(|reading| reading.problem.clone());
        let seen = reading.is_some_and(|reading| reading.proof.split(' ').any(|seen| seen == code));
        let receipt = Receipt { ping: ping.public_id, kind: ReceiptKind::First };
        let proof = match (ping.purged_at, seen) {
            (Some(_), _) => Proof::Never,
            (None, true) => Proof::Given(receipt.token(&app.secrets)),
            (None, false) => {
                Proof::Wanted(code, Looked { last, problem: problem.unwrap_or_default(), next })
            }
        };
        match (ping.listed_at.filter(|_| ping.is_public()), ping.hidden_at) {
            (Some(since), _) => Arrived::Listed(ping.public_id, since, proof),
            (None, Some(since)) if ping.state == PingState::Listed => Arrived::Hidden(since, proof),
            _ if ping.state == PingState::Pending && ping.unverified => {
                Arrived::Unverified(ping.received_at, proof)
            }
            _ => Arrived::Waiting(ping.received_at, proof),
        }
    }
}

/// Has the page of a post read, to find the code there that proves whose it is: at once, or ten
/// minutes after the last time. Whether there is such a post is not said.
pub async fn look_for_proof(
    app: &App,
    gate: &Gate,
    typed: &str,
    from: AddressBlock,
) -> Result<(), ArrivedError> {
    app.limits.take(Limit::Search, from).map_err(ArrivedError::TooOften)?;
    let hash = *WebUrl::parse_on(typed, app.hosts())?.identity().as_bytes();
    let (hub, category, now) = (gate.hub.id, gate.category.id, app.clock.now());
    app.db
        .write(move |tx| {
            if let Some(ping) = pings::find_by_url(tx.reading(), hub, category, &hash)? {
                receive_ping::read_again(tx, hub, &ping, now)?;
            }
            Ok::<_, DbError>(())
        })
        .await?;
    Ok(())
}
