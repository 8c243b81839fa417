//! A schedule that is read where it stands on the web.

use std::time::Duration;

use crate::app::App;
use crate::fetch::{FetchError, Get, UNREADABLE, answered, nothing_came};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::web_url::{WebUrl, WebUrlError};
use crate::wire::schedule::ScheduleError;

/// How long an organizer waits for the schedule's server: less than a request may take.
const PATIENCE: Duration = Duration::from_secs(7);

/// Why a schedule was not fetched, in a sentence for the form.
#[derive(Debug, thiserror::Error)]
pub enum FetchProblem {
    /// No address.
    #[error(transparent)]
    Url(#[from] WebUrlError),
    /// Too often.
    #[error("That was too often: try again in a minute, or choose the file.")]
    TooOften(TooOften),
    /// It could not be read.
    #[error("{0} Try again in a minute, or choose the file.")]
    Unreadable(String),
    /// Its site was visited a moment ago, or too often.
    #[error("That site was read a moment ago: try again in a minute, or choose the file.")]
    Later,
    /// It was answered with this status.
    #[error("{}", answered(*.0))]
    Status(u16),
    /// It is larger than what is read.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
}

/// Reads the schedule at an address that somebody typed; gives back the address as it is kept, and
/// the file.
pub async fn fetch(
    app: &App,
    typed: &str,
    from: AddressBlock,
) -> Result<(String, Vec<u8>), FetchProblem> {
    let url = WebUrl::parse_on(typed, app.hosts())?;
    app.limits.take(Limit::Preview, from).map_err(FetchProblem::TooOften)?;
    let get = Get::schedule(url.as_url());
    let fetched = match tokio::time::timeout(PATIENCE, app.fetcher.get(&get)).await {
        Ok(Ok(fetched)) => fetched,
        Ok(Err(FetchError::TooBusy(_))) => return Err(FetchProblem::Later),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a schedule was not read");
            let why = match error.outward() {
                UNREADABLE => nothing_came(url.host()),
                why => why.to_owned(),
            };
            return Err(FetchProblem::Unreadable(why));
        }
        Err(_elapsed) => {
            let why = "Its server takes too long to answer.".to_owned();
            return Err(FetchProblem::Unreadable(why));
        }
    };
    if !(200..300).contains(&fetched.status) {
        return Err(FetchProblem::Status(fetched.status));
    }
    if fetched.cut {
        return Err(ScheduleError::TooLarge.into());
    }
    Ok((url.as_str().to_owned(), fetched.body))
}
